"""Tables come in, and go to done or refused with what became of each row, whatever happens on the way."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from api.client import LedgerClient
from api.gateway.errors import GatewayRunning
from api.gateway.journal import Counts
from tests.api.gateway.office import NUMBER, SETTLE, Office, cells, numbers, outcomes, proved, result, size, write_cells
from tests.api.gateway.workbook import text, write_workbook
from tests.api.liar import NOT_HTTP, Lie, lying, says
from tests.api.service import Service, running
from tests.commands import kesu_here
from tests.processes import SECONDS, Relay, _copy, _hang_up


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service") / "ledger") as started:
        yield started


@pytest.fixture
def office(service: Service, tmp_path: Path) -> Office:
    return Office(tmp_path / "office", service.server.address)


def test_a_good_table_goes_to_done_with_a_receipt_for_each_row(service: Service, office: Office) -> None:
    """Beside it stands what became of each row, by number and line; nothing is left behind."""
    before, rows = size(service.desk), office.penalties(6)
    office.drop("一月.csv", rows)
    summary = office.once()
    (ticket,) = office.filed("done")

    assert (summary.counts, size(service.desk) - before) == (Counts(6, 0, 0), 6)
    assert (ticket.name, office.filed("refused"), office.left()) == ("000001-一月.csv", [], [])
    assert [(row["row"], row["line"], row["outcome"]) for row in result(ticket)] == [
        (str(number), str(number + 1), "accepted") for number in range(1, 7)
    ]
    assert sorted(proved(ticket, service.log_key)) == list(range(before, before + 6))
    assert office.wall.said == ["penalties: table 1: 6 accepted, 0 repeated, 0 refused"]


def test_a_refused_row_hurts_only_itself(service: Service, office: Office) -> None:
    """Field, rule and fix are named, of what the mapping finds and of what the ledger finds; mended, it is taken."""
    before, rows = size(service.desk), office.penalties(6)
    good = rows[1] | {}
    rows[1] |= {"处罚类别": "9"}
    rows[4] |= {"处罚内容": "", "处罚机关": ""}
    office.drop("a.csv", rows)
    summary = office.once()
    (ticket,) = office.filed("refused")
    second, fifth = (result(ticket)[at] for at in (1, 4))

    assert (summary.counts, size(service.desk) - before) == (Counts(4, 0, 2), 4)
    assert outcomes(ticket) == ["accepted", "refused", "accepted", "accepted", "refused", "accepted"]
    assert (second["field"], second["entries"]) == ("处罚类别", "")
    assert second["rule"].startswith("处罚类别 has a code that is none of")
    assert second["fix"] == "mend it in a.csv.faults and put that file into the inbox"
    assert fifth["field"] == "处罚内容; 处罚机关"
    assert fifth["rule"]
    assert fifth["fix"]

    (ticket / "a.csv.faults").rename(office.inbox / "a.csv.faults")
    mended = [rows[4] | {"处罚内容": "警告", "处罚机关": "测试机关"}, good]
    write_cells(office.inbox / "a.csv.faults", mended)
    assert office.once().counts == Counts(2, 0, 0)
    assert size(service.desk) - before == 6


def test_a_table_that_comes_again_is_repeated(service: Service, office: Office) -> None:
    """Under the numbers of the entries it has; also what `kesu import` brought in before, whose receipt is fetched."""
    before, rows = size(service.desk), office.penalties(4)
    write_cells(office.folder / "first.csv", rows[:2])
    options = ("--mapping", office.folder / "penalties.toml", "--key", office.folder / "bureau.key")
    kesu_here("import", office.folder / "first.csv", *options, "--url", service.server.address)
    office.drop("a.csv", rows)
    first = office.once()
    office.drop("a.csv", rows)
    second = office.once()
    one, two = office.filed("done")

    assert [first.counts, second.counts] == [Counts(2, 2, 0), Counts(0, 4, 0)]
    assert size(service.desk) - before == 4
    assert (outcomes(one), outcomes(two)) == (["repeated"] * 2 + ["accepted"] * 2, ["repeated"] * 4)
    assert [row["entries"] for row in result(one)] == [row["entries"] for row in result(two)]
    assert len(proved(one, service.log_key)) == 4


def test_a_half_written_table_is_not_taken(service: Service, office: Office) -> None:
    """A program that pauses less than the time to settle loses nothing; what is taken is the whole."""
    before, rows = size(service.desk), office.penalties(9)
    write_cells(office.folder / "whole.csv", rows)
    whole = (office.folder / "whole.csv").read_bytes()
    table = office.inbox / "a.csv"
    with office.gateway() as gateway:
        for part in range(1, 6):
            table.write_bytes(whole[: len(whole) * part // 5])
            gateway.round()
            office.wall.sleep(SETTLE - 0.5)
        early = size(service.desk) - before
        gateway.round()
        office.wall.sleep(SETTLE)
        summary = gateway.round()

    assert (early, summary.counts) == (0, Counts(9, 0, 0))
    assert outcomes(office.filed("done")[0]) == ["accepted"] * 9


def test_a_table_that_is_written_on_after_it_was_taken_goes_back(service: Service, office: Office) -> None:
    """Its first half may be in the log by then; the rest follows when it has settled again."""
    before, rows = size(service.desk), office.penalties(4)
    office.drop("a.csv", rows[:2])
    office.wall.sleep(0)
    with office.gateway() as gateway:
        gateway.round()
        office.wall.sleep(SETTLE)
        (found,) = gateway._sources[0].inbox.complete()  # type: ignore[union-attr]
        office.drop("a.csv", rows)
        taken = gateway._sources[0].tray.claim(9, *found)
        changed = gateway.round()
        back = office.left()
        office.wall.sleep(SETTLE)
        gateway.round()
        office.wall.sleep(SETTLE)
        gateway.round()

    assert taken is not None
    assert (changed.failed, back) == (1, ["a.csv"])
    assert (size(service.desk) - before, outcomes(office.filed("done")[0])) == (4, ["accepted"] * 4)


def test_a_table_that_cannot_be_read_is_refused_as_a_whole(office: Office) -> None:
    """Nothing of it is sent; a bad line in the middle is found before the first row goes out."""
    rows = office.penalties(2)
    office.drop("a.csv", [{"x": "1"}])
    write_cells(office.inbox / "b.csv", rows)
    (office.inbox / "b.csv").write_bytes((office.inbox / "b.csv").read_bytes() + b"\xff\xfe\xff")
    (office.inbox / "c.xlsx").write_bytes(b"PK\x03\x04")
    summary = office.once()
    found = {ticket.name: result(ticket) for ticket in office.filed("refused")}

    assert summary.counts == Counts(0, 0, 3)
    assert [(row["row"], row["field"]) for rows in found.values() for row in rows] == [("0", "file")] * 3
    assert {rows[0]["fix"] for rows in found.values()} >= {"save it as UTF-8", "save it again without a password"}


class Cutter(Relay):
    """Cuts the request instead of the answer where the number of bytes is negative."""

    def _carry(self, near: socket.socket, cut: int | None) -> None:
        if cut is None or cut >= 0:
            super()._carry(near, cut)
            return
        host, _, port = self.target.removeprefix("http://").partition(":")
        with near, socket.create_connection((host, int(port)), SECONDS) as far:
            back = threading.Thread(target=_copy, args=(far, near, None), daemon=True)
            back.start()
            _copy(near, far, -cut)
            for end in (near, far):
                _hang_up(end)
            back.join(SECONDS)


def test_a_workbook_is_a_table_too(service: Service, office: Office) -> None:
    """The CSV that was made of it stands beside it; its rows are what was imported."""
    rows = office.penalties(3)
    rows[1]["处罚类别"] = "9"
    lines = [list(rows[0]), *(list(row.values()) for row in rows)]
    sheet = ["".join(text("", cell) for cell in line) for line in lines]
    write_workbook(office.inbox / "a.xlsx", sheet)
    summary = office.once()
    (ticket,) = office.filed("refused")

    assert summary.counts == Counts(2, 0, 1)
    assert cells(ticket / "a.xlsx.csv") == rows
    assert [row["kesu_row"] for row in cells(ticket / "a.xlsx.csv.faults")] == ["2"]
    assert len(proved(ticket, service.log_key)) == 2


def test_cut_connections_neither_lose_nor_double_a_statement(
    service: Service, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A relay cuts requests and answers at seeded bytes, again and again; the gateway waits longer each time."""
    monkeypatch.setattr("api.importer.run.CHUNK", 5)
    before, rows, random = size(service.desk), office.penalties(40), Random(20261124)
    with Cutter(service.server.address) as relay:
        office.configure(relay.address)
        office.drop("a.csv", rows)
        relay.cuts = [random.choice([-1, -150, -700, -9000, 0, 1, 30, 200, 900, 4000, None]) for _ in range(60)]
        with office.gateway() as gateway:
            gateway.once()
            for _ in range(60):
                if office.filed("done"):
                    break
                office.wall.sleep(300)
                gateway.round()
    (ticket,) = office.filed("done")

    assert relay.connections > 20
    assert office.wall.warned
    assert outcomes(ticket) == ["accepted"] * 40
    assert sorted(proved(ticket, service.log_key)) == list(range(before, before + 40))
    assert sorted(numbers(service.desk, before)) == sorted(row[NUMBER] for row in rows)


def test_while_the_ledger_is_gone_the_pauses_grow(office: Office) -> None:
    """And the table waits at work; people are told, without a word of what stands in it."""
    office.configure("http://127.0.0.1:1")
    rows = office.penalties(1)
    office.drop("a.csv", rows)
    with office.gateway() as gateway:
        gateway.once()
        for _ in range(900):
            office.wall.sleep(1)
            gateway.round()
    pauses = [int(line.rpartition(" in ")[2].removesuffix(" s")) for line in office.wall.warned]

    assert pauses[:9] == [1, 2, 4, 8, 16, 32, 64, 128, 256]
    assert office.left() == ["000001-a.csv"]
    assert not any(value in line for line in office.wall.warned for value in rows[0].values() if len(value) > 1)


def busy(seconds: int) -> Lie:
    """An answer as a proxy in front of the ledger gives it."""
    head = f"HTTP/1.1 503 Busy\r\nRetry-After: {seconds}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n"
    return says(NOT_HTTP, head.encode() + b"{}")


def test_the_server_says_how_long_to_wait(service: Service, office: Office) -> None:
    """Retry-After of a busy answer, within one request and before the next attempt."""
    office.drop("a.csv", office.penalties(2))
    with lying(service.server.address) as liar:
        office.configure(liar.address)
        liar.lies[:] = [busy(42)]
        within = office.once(patience=20.0)
        slept = list(office.wall.slept)
        office.drop("b.csv", office.penalties(2, seed=2))
        liar.lies[:] = [busy(77)] * 2
        office.once()

    assert (within.counts, within.failed) == (Counts(2, 0, 0), 0)
    assert 42.0 in slept
    assert office.wall.warned[-1].endswith("tried again in 77 s")


def test_one_gateway_at_a_time(office: Office) -> None:
    """Two would number tickets alike."""
    office.penalties(1)
    with office.gateway(), pytest.raises(GatewayRunning, match=r"gateway\.db: stop it first"), office.gateway():
        pass


def test_the_journal_holds_nothing_that_a_row_says(service: Service, office: Office) -> None:
    """Neither a name, a code, a number of a document, nor the name of a file."""
    rows = office.penalties(8)
    office.drop("测试甲某.csv", rows)
    office.once()
    stored = b"".join(path.read_bytes() for path in office.folder.glob("gateway.db*"))

    assert b"penalties" in stored
    for value in {value for row in rows for value in row.values() if len(value) > 4} | {"测试甲某"}:
        assert value.encode() not in stored


def test_the_command_takes_what_is_there_and_tells_how_it_stands(service: Service, office: Office) -> None:
    office.extra = "[gateway]\nsettle_seconds = 1\n"
    office.configure(service.server.address)
    rows = office.penalties(3)
    rows[0]["处罚类别"] = "9"
    office.drop("a.csv", rows)
    ran = kesu_here("gateway", "run", "--config", office.config, "--once")
    told = kesu_here("gateway", "status", "--config", office.config)

    assert (ran.code, ran.err) == (1, "")
    assert ran.out.endswith("2 accepted, 0 repeated, 1 refused\n")
    assert told.code == 0
    assert "waiting in the inbox: 0 tables" in told.out
    assert "finished: 0 done, 1 refused; last: 20" in told.out
    assert "sent without an answer yet: 0 statements" in told.out
    with LedgerClient(service.server.address) as client:
        assert client.log_key == service.log_key


def test_a_running_gateway_ends_in_good_order_when_it_is_told_to(service: Service, office: Office) -> None:
    """As a service manager tells it; until then it takes what comes, and says so."""
    office.extra = "[gateway]\nsettle_seconds = 1\npoll_seconds = 1\n"
    office.configure(service.server.address)
    rows = office.penalties(3)
    command = [sys.executable, "-m", "api.cli", "gateway", "run", "--config", str(office.config)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            write_cells(office.inbox / "a.csv.part", rows)
            (office.inbox / "a.csv.part").rename(office.inbox / "a.csv")
            assert process.stdout is not None
            said = process.stdout.readline()
            process.send_signal(signal.SIGTERM)
            _, errors = process.communicate(timeout=SECONDS)
        finally:
            process.kill()

    assert said == "penalties: table 1: 3 accepted, 0 repeated, 0 refused\n"
    assert (process.returncode, errors, office.left()) == (0, "", [])
