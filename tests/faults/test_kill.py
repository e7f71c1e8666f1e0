"""SIGKILL at any moment: nothing acknowledged is lost, nothing is half-written, nothing is there twice."""

from __future__ import annotations

import os
import shutil
import threading
from pathlib import Path
from random import Random

import pytest

from api.client import LedgerClient, Submitted
from ledger.service import open_for_reading
from tests.commands import kesu_here
from tests.ledger.harness import Desk, query
from tests.processes import Server, kesu
from verify.note import VerifierKey
from verify.receipt import verify_receipt

EQUAL_COUNTS = (
    "SELECT count(*) FROM entries",
    "SELECT count(*) FROM events",
    "SELECT count(*) FROM openings",
    "SELECT count(*) FROM tile_hashes WHERE level = 0",
    "SELECT size FROM head",
)


class Sender(threading.Thread):
    """Sends batches until told to stop, and remembers every receipt."""

    def __init__(self, desk: Desk, address: str, key: VerifierKey) -> None:
        super().__init__(daemon=True)
        self.desk, self.address, self.key = desk, address, key
        self.acknowledged: list[Submitted] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            batch = [self.desk.file() for _ in range(7)]
            try:
                with LedgerClient(self.address, log_key=self.key, patience=0.0) as client:
                    answers = client.submit_many(batch)
            except Exception:  # noqa: BLE001 - the server was killed: whatever that looks like, nothing was acknowledged
                return
            self.acknowledged += [answer for answer in answers if isinstance(answer, Submitted)]


def kill_and_look(tmp_path: Path, kills: int, seed: int) -> None:
    random = Random(seed)
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        key = ledger.log_key
    acknowledged: list[Submitted] = []
    for _ in range(kills):
        server = Server(desk.folder)
        sender = Sender(desk, server.address, key)
        sender.start()
        sender.join(random.uniform(0.05, 0.9))
        server.kill()
        sender.stopping.set()
        sender.join()
        acknowledged += sender.acknowledged
        assert_whole(desk, acknowledged, key, seed)
    assert acknowledged, f"seed {seed}: no statement was ever acknowledged"


def assert_whole(desk: Desk, acknowledged: list[Submitted], key: VerifierKey, seed: int) -> None:
    database = desk.folder / "ledger.db"
    counts = {query(database, statement)[0][0] for statement in EQUAL_COUNTS}
    with desk.open():  # start-up signs what the kill left unsigned
        pass
    audited = kesu_here("verify", desk.folder, "--vkey", str(key))

    assert len(counts) == 1, f"seed {seed}: half a batch: {counts}"
    assert audited.code == 0, f"seed {seed}: {audited.out}"
    with open_for_reading(desk.home, os.urandom) as ledger:
        for done in acknowledged:
            seq = verify_receipt(done.receipt, key).header.seq
            assert ledger.reader.entries(seq, seq + 1) == [(seq, done.receipt.entry)], (
                f"seed {seed}: entry {seq} is lost"
            )


def test_a_killed_server_loses_no_acknowledged_statement(tmp_path: Path) -> None:
    """Two kills while batches are under way."""
    kill_and_look(tmp_path, 2, seed=20261123)


@pytest.mark.slow
def test_many_kills_lose_no_acknowledged_statement(tmp_path: Path) -> None:
    """Twenty-five kills at seeded moments, on one growing ledger."""
    kill_and_look(tmp_path, 25, seed=7)


def test_yesterdays_database_beside_todays_journal_is_refused(tmp_path: Path) -> None:
    """The message has both sizes; nothing is signed."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    shutil.copy(desk.folder / "ledger.db", tmp_path / "yesterday.db")
    before = query(desk.folder / "ledger.db", "SELECT size FROM head")[0][0]
    server = Server(desk.folder)
    with LedgerClient(server.address) as client:
        sent = client.submit_many([desk.file() for _ in range(3)])
    server.stop()
    for leftover in desk.folder.glob("ledger.db*"):
        leftover.unlink()
    shutil.copy(tmp_path / "yesterday.db", desk.folder / "ledger.db")
    refused = kesu("serve", desk.folder, "--port", "0")

    assert all(isinstance(answer, Submitted) for answer in sent)
    assert (refused.code, refused.err.count("\n")) == (2, 1)
    assert f"holds {before} entries" in refused.err
    assert f"signed {int(str(before)) + 3}" in refused.err
