"""`kesu clock`: what falls due by itself, on a folder and beside a server."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, PENALTY, Clock, Desk, item_reference, penalty, publicity, put, query
from tests.ledger.harness import record_values as values_of
from tests.processes import SECONDS, serving
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Submission


def penalty_of(desk: Desk, record: str, decided: str) -> Submission:
    """An ordinary penalty decided on a day."""
    about: dict[str, JsonValue] = {"catalogue": item_reference(PENALTY), "record": record}
    values = {**values_of(ENTERPRISE, penalty(CF_JDRQ=decided)), "publicity": publicity()}
    return desk.sign(StatementType.RECORD_FILED, about, values)


def topics(folder: Path) -> list[Any]:
    """Types of the log's last entries."""
    return [row[0] for row in query(folder / "ledger.db", "SELECT topic FROM events ORDER BY position DESC LIMIT 3")]


def test_a_simulated_ledger_is_told_its_day(tmp_path: Path) -> None:
    """Nothing on the last day, the end after it, once; and the audit finds nothing wrong with it."""
    desk = Desk(tmp_path / "ledger", Clock(datetime(2026, 6, 1, 4, tzinfo=UTC)))
    record = desk.new_id()
    with desk.found(simulated_clock=True, rules=True) as ledger:
        put(ledger, penalty_of(desk, record, "2026-06-01"))
    listed = kesu_here("clock", "list", desk.folder, "--until", "2027-06-01")
    early = kesu_here("clock", "run", desk.folder, "--today", "2027-06-01")
    due = kesu_here("clock", "run", desk.folder, "--today", "2027-06-02")
    again = kesu_here("clock", "run", desk.folder, "--today", "2027-06-02")
    all_of_it = kesu_here("clock", "list", desk.folder, "--record", record)

    assert "2027-06-01" in listed.out
    assert "publicity-end" in listed.out
    assert early.out.split() == ["0", "events", "appended"]
    assert "1  publicity.ended 公示期满" in due.out
    assert again.out.split() == ["0", "events", "appended"]
    assert "3 deadlines" in all_of_it.out
    assert topics(desk.folder)[0] == "publicity.ended"
    assert kesu_here("verify", desk.folder).code == 0


def test_a_day_is_named_for_simulated_ledgers_alone(tmp_path: Path) -> None:
    """The clock of a real one is nobody's to set."""
    for simulated, wrong in ((True, []), (False, ["--today", "2027-01-01"])):
        desk = Desk(tmp_path / f"ledger-{simulated}")
        with desk.found(simulated_clock=simulated):
            pass
        done = kesu_here("clock", "run", desk.folder, *wrong)
        assert (done.code, "--today" in done.err, done.err.count("\n")) == (2, True, 1)


def test_a_server_says_by_itself_what_has_fallen_due(tmp_path: Path) -> None:
    """Collected too late: the server's clock says so when it starts, or within a minute."""
    desk = Desk(tmp_path / "ledger", Clock(datetime.now(UTC)))
    long_ago = (desk.clock.moment - timedelta(days=60)).date().isoformat()
    with desk.found(rules=True) as ledger:
        put(ledger, penalty_of(desk, desk.new_id(), long_ago))
    with serving(desk.folder):
        end = time.monotonic() + SECONDS
        while topics(desk.folder)[:2] != ["deadline.missed"] * 2 and time.monotonic() < end:
            time.sleep(0.1)

    assert topics(desk.folder)[:2] == ["deadline.missed", "deadline.missed"]
    assert topics(desk.folder)[2] == "record.filed"
    assert kesu_here("clock", "run", desk.folder).out.split() == ["0", "events", "appended"]
    assert kesu_here("verify", desk.folder).code == 0
