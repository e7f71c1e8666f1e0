"""`/readyz` says no when a statement could not be recorded, whatever it is that is really broken."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.observing.readiness import FRESH_SECONDS
from tests.api.observed import eventually, observed
from tests.api.service import ServerHere, Service, running, serving_here
from tests.commands import kesu_here
from tests.ledger.harness import ENTRIES_OF_A_NEW_LEDGER, Desk, execute, query
from tests.processes import Site

FIRST = ENTRIES_OF_A_NEW_LEDGER
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server that is broken and mended again."""
    with running(tmp_path_factory.mktemp("readiness") / "ledger") as started:
        yield started


def reason(server: Site) -> str:
    """What does not hold; empty if the server is ready."""
    answer = server.get("/readyz")
    if answer.status == 200:
        assert answer.json() == {"status": "ready"}
        return ""
    problem = answer.json()
    assert (answer.status, problem["type"], problem["instance"]) == (503, "/problems/not-ready", "/readyz")
    assert answer.headers["retry-after"]
    (fault,) = problem["errors"]
    return f"{fault['field']}: {fault['rule']}"


def becomes(server: Site, beginning: str) -> None:
    """An answer may be a second old."""
    said: list[str] = []

    def same() -> bool:
        said[:] = [reason(server)]
        return said[0].startswith(beginning) if beginning else not said[0]

    eventually(same)


def test_a_sound_server_is_ready(service: Service) -> None:
    """And the write that it did is no entry."""
    assert reason(service.server) == ""
    assert len(query(service.desk.home.database, "SELECT at FROM pulse")) == 1
    assert service.server.get("/healthz").json()["size"] == FIRST


def test_many_who_ask_cost_one_write(service: Service) -> None:
    """Everybody may ask; the disk is asked once a second."""
    assert reason(service.server) == ""
    (first,) = query(service.desk.home.database, "SELECT at FROM pulse")
    begun = time.monotonic()
    for _ in range(20):
        assert reason(service.server) == ""
    (last,) = query(service.desk.home.database, "SELECT at FROM pulse")

    assert last == first or time.monotonic() - begun >= FRESH_SECONDS / 2
    time.sleep(FRESH_SECONDS)
    assert reason(service.server) == ""
    assert query(service.desk.home.database, "SELECT at FROM pulse") != [first]


def test_a_write_lock_that_another_process_holds_is_seen(service: Service) -> None:
    """In limited time, while everything that reads goes on; and when it is let go, so is this."""
    database = service.desk.home.database
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        time.sleep(FRESH_SECONDS)
        begun = time.monotonic()
        answers: list[str] = []
        asking = [threading.Thread(target=lambda: answers.append(reason(service.server))) for _ in range(3)]
        for each in asking:
            each.start()
        while any(each.is_alive() for each in asking):
            assert service.server.get("/checkpoint").status == 200
            assert service.server.get("/healthz").status == 200
            time.sleep(0.1)
        took = time.monotonic() - begun
        holder.communicate()

    assert answers == ["store: does not take a write: database is locked"] * 3
    assert took < 5
    becomes(service.server, "")


def test_a_sequencer_that_was_killed_is_seen(tmp_path: Path) -> None:
    """By the signer journal, which has signed what the log does not have: nothing may be appended any more."""
    with running(tmp_path / "ledger") as service:
        execute(service.desk.home.signer_journal, "INSERT INTO signed VALUES (?, zeroblob(32), x'00')", FIRST + 9)

        assert service.send(service.desk.file()).status == 503
        assert reason(service.server) == "sequencer: has stopped"
        assert service.server.get("/healthz").status == 503


def test_entries_without_a_checkpoint_are_seen(service: Service) -> None:
    """What is not under a checkpoint has no receipt."""
    database = service.desk.home.database
    ((size, note),) = query(database, "SELECT size, note FROM checkpoints ORDER BY size DESC LIMIT 1")
    execute(database, "DELETE FROM checkpoints WHERE size = ?", size)

    becomes(service.server, f"checkpoint: the latest covers {FIRST - 1} of {FIRST} entries")
    execute(database, "INSERT INTO checkpoints VALUES (?, ?)", size, note)
    becomes(service.server, "")


def test_a_database_that_was_removed_is_seen(service: Service) -> None:
    """And no new one is made in its place."""
    database = service.desk.home.database
    database.rename(database.with_name("elsewhere"))

    becomes(service.server, "store: ledger.db is not there any more")
    assert not database.exists()
    database.with_name("elsewhere").rename(database)
    becomes(service.server, "")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="no other system limits the files of a process that runs")
def test_a_file_that_may_not_grow_is_seen(tmp_path: Path) -> None:
    """As where a quota ends: the disk has room, and the write fails all the same."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    with observed(desk.folder) as server:
        assert reason(server) == ""
        hard = resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE)[1]
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (4096, hard))
        becomes(server, "store: does not take a write: ")
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (hard, hard))
        becomes(server, "")
        assert server.stop() == 0
    assert kesu_here("doctor", desk.folder).code == 0


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_full_disk_is_seen(tmp_path: Path) -> None:
    """Before it is full: what the guard of the start asks for must be free all the time."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=264m", "kesu-test", str(disk)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        desk = Desk(disk / "ledger")
        with desk.found():
            pass
        with serving_here(desk.folder) as server:
            assert reason(server) == ""
            with (disk / "somebody-elses").open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, 8 << 20)
            becomes(server, "disk: 25")
            (disk / "somebody-elses").unlink()
            becomes(server, "")
            assert isinstance(server, ServerHere)
    finally:
        subprocess.run(["umount", str(disk)], check=True)
