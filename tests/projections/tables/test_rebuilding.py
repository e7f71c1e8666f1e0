"""Tables made anew beside today's, and swapped in: the same as those that were kept, whatever goes on meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import cast
from uuid import UUID

import pytest
import sqlalchemy as sa

from api.opening import open_ledger
from ledger.home import LedgerHome, NoLedger, create_home
from ledger.particulars import NO_TERMS
from ledger.service import open_for_reading
from ledger.store.gists import GISTS
from ledger.store.sqlite import as_writer, reading_engine
from projections.tables.checking import check_tables, table_states
from projections.tables.rebuilding import BESIDE, AlreadyBuilding, build, building, rebuild
from tests.ledger.harness import OTHER_ENTERPRISE, Desk, execute, put, query, randomness
from tests.ledger.linking import OLD, TWIN, link, separate
from tests.projections.tables.kept import keeping, noted, rows_of, size_of, without_tables
from tests.scenarios.procedures import raise_objection

Told = tuple[Desk, dict[str, str]]
TODAY = {"history/2", "subject_names/1", "records/2", "proceedings/2"}


def ignored(_done: int, _size: int) -> None:
    """Progress that nobody watches."""


def leftovers(desk: Desk) -> tuple[set[str], set[str]]:
    """Tables that are beside today's, and files that are not the ledger's."""
    names = {str(name) for (name,) in query(desk.home.database, "SELECT name FROM sqlite_master WHERE type = 'table'")}
    ours = {"keys", "signer", "auditor.token", "ledger.db", "ledger.db-wal", "ledger.db-shm", "ledger.lock"}
    files = {path.name for path in desk.folder.iterdir()} - ours - {"rebuild.lock"}
    return {name for name in names if BESIDE in name}, files


NOTHING_LEFT: tuple[set[str], set[str]] = (set(), set())


# ---- the same tables -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_tables_made_anew_are_those_that_were_kept(told: Told, workers: int) -> None:
    """Row by row, by however many processes; nothing of the work is left."""
    desk, _records = told
    kept = rows_of(desk)

    assert rebuild(desk.home, workers, ignored) == 51
    assert rows_of(desk) == kept
    assert noted(desk) == dict.fromkeys(TODAY, 51)
    assert leftovers(desk) == NOTHING_LEFT


def test_who_is_named_in_links_is_named_in_the_new_tables(told: Told) -> None:
    """Today's name and the former one, of each link that was not taken back."""
    desk, _records = told
    with keeping(desk) as office:
        right, wrong = desk.new_id(), desk.new_id()
        for each in (link(desk, right, OLD), link(desk, wrong, TWIN), separate(desk, wrong)):
            put(office.ledger, each)
    kept = rows_of(desk)
    assert [row[2:] for row in kept["subject_names"] if row[1] == UUID(right).bytes] == [(51, 1), (51, 1)]
    assert [row for row in kept["subject_names"] if row[1] == UUID(wrong).bytes] == []

    rebuild(desk.home, 1, ignored)

    assert rows_of(desk) == kept


def test_whatever_stood_in_them_before_is_gone(told: Told) -> None:
    """Rows too many, too few and wrong; tables of another version; what was noted of either."""
    desk, _records = told
    kept, database = rows_of(desk), desk.home.database
    execute(database, "UPDATE records SET status = 'standing', known = x'00'")
    execute(database, "DELETE FROM history WHERE seq = 24")
    execute(database, "DELETE FROM subject_names")
    execute(database, "DROP TABLE proceedings")
    execute(database, "CREATE TABLE proceedings (subject TEXT, another TEXT)")
    execute(database, "UPDATE folded SET name = 'proceedings/2' WHERE name = 'proceedings/2'")

    rebuild(desk.home, 1, ignored)

    assert rows_of(desk) == kept
    assert noted(desk) == dict.fromkeys(TODAY, 51)


def test_a_ledger_that_never_had_tables_has_them_afterwards(desk: Desk) -> None:
    """Without being opened for writing."""
    with without_tables(desk) as office:
        office.file_penalty()
    rebuild(desk.home, 1, ignored)
    built = rows_of(desk)

    assert [len(rows) for rows in built.values()] == [1, 1, 1, 0, 1]
    with keeping(desk):
        assert rows_of(desk) == built


def test_progress_comes_to_the_size_of_the_log(told: Told) -> None:
    """And never goes back."""
    desk, _records = told
    seen: list[tuple[int, int]] = []
    rebuild(desk.home, 1, lambda done, size: seen.append((done, size)))

    assert seen == sorted(seen)
    assert (seen[-1], {size for _done, size in seen}) == ((51, 51), {51})


# ---- little or nothing ---------------------------------------------------------------------------------------------


def test_an_empty_ledger_has_empty_tables(tmp_path: Path) -> None:
    """Founded, and no entry yet."""
    home = create_home(tmp_path / "ledger", origin="credit.example/test", operator="o.example", random=randomness(1))
    desk = Desk(home.folder, _home=home)
    with open_ledger(home, clock=desk.clock, random=randomness(2), new=True):
        pass

    assert rebuild(home, 1, ignored) == 0
    assert all(each.agrees for each in check_tables(home, 1, ignored))
    with open_for_reading(home, randomness(3)) as ledger:
        assert [(state.name, state.rows, state.size, state.head) for state in table_states(ledger)] == [
            ("gists", 0, 0, 0),
            ("history", 0, 0, 0),
            ("subject_names", 0, 0, 0),
            ("records", 0, 0, 0),
            ("proceedings", 0, 0, 0),
        ]
    assert leftovers(desk) == NOTHING_LEFT


def test_a_ledger_without_records_has_empty_tables(desk: Desk) -> None:
    """Departments, items and rules are nobody's records."""
    assert rebuild(desk.home, 1, ignored) == 22
    assert [len(rows) for rows in rows_of(desk).values()] == [0, 0, 0, 0, 0]
    assert noted(desk) == dict.fromkeys(TODAY, 22)
    assert all(each.agrees for each in check_tables(desk.home, 1, ignored))


def test_where_there_is_no_ledger_none_is_made(tmp_path: Path) -> None:
    """A folder that was misspelt stays as it was."""
    (tmp_path / "other").mkdir()
    for command in (rebuild, check_tables):
        with pytest.raises(NoLedger):
            command(LedgerHome(tmp_path / "other"), 1, ignored)

    assert list((tmp_path / "other").iterdir()) == []


# ---- while others write and read -----------------------------------------------------------------------------------


def test_what_is_appended_during_the_work_is_in_the_tables(told: Told) -> None:
    """On an old record, on a new one, and of somebody new; the server goes on with the tables that were swapped in."""
    desk, records = told
    with keeping(desk) as office:
        told_meanwhile: list[str] = []

        def append(_done: int, _size: int) -> None:
            if not told_meanwhile:
                told_meanwhile.append(office.file_penalty(subject=OTHER_ENTERPRISE))
                told_meanwhile.append(raise_objection(office, records["plain"]).objection)

        assert rebuild(desk.home, 1, append) == 53
        assert noted(desk) == dict.fromkeys(TODAY, 53)
        assert [len(rows) for rows in rows_of(desk).values()] == [31, 9, 10, 6, 9]

        office.file_penalty(subject=OTHER_ENTERPRISE)
        office.revoke(records["plain"])
        kept = rows_of(desk)
        assert noted(desk) == dict.fromkeys(TODAY, 55)
        assert [len(rows) for rows in kept.values()] == [33, 10, 11, 6, 10]
    assert all(each.agrees for each in check_tables(desk.home, 1, ignored))
    rebuild(desk.home, 1, ignored)
    assert rows_of(desk) == kept


def test_a_server_at_work_waits_and_loses_nothing(told: Told) -> None:
    """The sequencer's own thread appends all the while; every row is there in the end."""
    desk, _records = told
    with keeping(desk) as office:
        sequencer, stopping, accepted = office.ledger.sequencer, threading.Event(), list[int]()
        sequencer.start()

        def send() -> None:
            while not stopping.is_set():
                submission = desk.file(subject=OTHER_ENTERPRISE, CF_JDRQ="2026-11-02")
                waiting = sequencer.submit(sequencer.admit(submission.statement, submission.openings))
                accepted.append(waiting.result(60).seq)

        sender = threading.Thread(target=send)
        sender.start()
        try:
            sizes = [rebuild(desk.home, 1, ignored) for _ in range(3)]
        finally:
            stopping.set()
            sender.join(60)
    kept = rows_of(desk)

    assert accepted == list(range(51, 51 + len(accepted))) != []
    assert 51 <= sizes[0] <= sizes[1] <= sizes[2] <= size_of(desk)
    assert noted(desk) == dict.fromkeys(TODAY, 51 + len(accepted))
    assert len(kept["records"]) == 9 + len(accepted)
    rebuild(desk.home, 1, ignored)
    assert rows_of(desk) == kept


def test_nobody_appends_between_the_last_event_and_the_swap(told: Told) -> None:
    """Whoever tries waits; what is built is today's log to the last entry."""
    desk, _records = told
    with keeping(desk) as office, building(desk.home) as engine:
        filed: list[str] = []
        with build(desk.home, as_writer(engine), 1, ignored, opening=False) as (connection, size):
            waiting = threading.Thread(target=lambda: filed.append(office.file_penalty()))
            waiting.start()
            waiting.join(0.3)

            assert (size, filed, waiting.is_alive()) == (51, [], True)
            assert connection.scalar(sa.text("SELECT count(*) FROM records__new")) == 9
        waiting.join(60)

        assert (len(filed), size_of(desk)) == (1, 52)


def test_a_reader_sees_the_old_tables_or_the_new_ones(told: Told) -> None:
    """Within its transaction the old, to the end; none that are half swapped."""
    desk, records = told
    kept = rows_of(desk)
    execute(desk.home.database, "UPDATE records SET issuer = 'old'")
    execute(desk.home.database, "UPDATE proceedings SET issuer = 'old'")
    issuers = [
        sa.text(f"SELECT DISTINCT issuer FROM {table} ORDER BY 1")  # noqa: S608
        for table in ("records", "proceedings")
    ]
    reader = reading_engine(desk.home.database)
    with reader.connect() as connection:
        assert connection.scalars(issuers[0]).all() == ["old"]
        rebuild(desk.home, 1, ignored)
        assert [connection.scalars(query).all() for query in issuers] == [["old"], ["old"]]
    with reader.connect() as connection:
        assert [connection.scalars(query).all() for query in issuers] == [["12110000000000000K"]] * 2
    reader.dispose()

    assert rows_of(desk) == kept
    assert records["plain"]


# ---- two at once, and one that is killed ---------------------------------------------------------------------------


def test_two_do_not_build_at_once(told: Told) -> None:
    """They would write the same tables, and each throw away the other's: the second is told so, and the first goes on.

    Half of the rows would be missing, and noted as complete.
    """
    desk, _records = told
    kept, refused = rows_of(desk), list[str]()

    def again(_done: int, _size: int) -> None:
        for command in (rebuild, check_tables):
            with pytest.raises(AlreadyBuilding) as caught:
                command(desk.home, 1, ignored)
            refused.append(str(caught.value))

    assert rebuild(desk.home, 1, again) == 51
    assert len(refused) > 2
    assert refused[0] == f"another process builds or checks the tables of {desk.folder}; wait until it has ended"
    assert rows_of(desk) == kept


def test_a_failure_half_way_leaves_todays_tables(told: Told) -> None:
    """And nothing beside them."""
    desk, _records = told
    kept = rows_of(desk)

    def fail(_done: int, _size: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rebuild(desk.home, 1, fail)

    assert (rows_of(desk), noted(desk), leftovers(desk)) == (kept, dict.fromkeys(TODAY, 51), NOTHING_LEFT)


PAUSED = """
import sys, time
from pathlib import Path
from ledger.home import LedgerHome
from projections.tables import rebuilding

def paused(done, size):
    print("at work", flush=True)
    time.sleep(60)

def swapping(connection, suffix, swap=type(rebuilding.TABLES[-1]).swap):
    swap(rebuilding.TABLES[-1], connection, suffix)
    print("at work", flush=True)
    time.sleep(60)

if __name__ == "__main__":
    folder, moment, workers = sys.argv[1:]
    if moment == "swap":
        type(rebuilding.TABLES[-1]).swap = lambda self, connection, suffix: swapping(connection, suffix)
    rebuilding.rebuild(LedgerHome(Path(folder)), int(workers), paused if moment == "build" else lambda *_: None)
"""


@contextmanager
def at_work(desk: Desk, moment: str, workers: int) -> Iterator[subprocess.Popen[str]]:
    """A process that rebuilds, and has come to this moment."""
    script = desk.folder.parent / "paused.py"
    script.write_text(PAUSED, "utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, str(script), str(desk.folder), moment, str(workers)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"
            yield process
        finally:
            process.kill()


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(each) for each in listed.read_text().split()] if listed.exists() else []


def is_running(pid: int) -> bool:
    """Say whether there is such a process, and it has not ended."""
    with suppress(OSError, IndexError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


@pytest.mark.parametrize(("moment", "workers"), [("build", 2), ("swap", 1)])
def test_a_rebuild_that_is_killed_leaves_todays_tables(told: Told, moment: str, workers: int) -> None:
    """SIGKILL half-way, and in the transaction of the swap: answers go on, and the next one works and cleans up."""
    desk, _records = told
    kept = rows_of(desk)
    with at_work(desk, moment, workers) as process:
        started = children(process.pid)
        assert leftovers(desk)[0] != set()
        process.send_signal(signal.SIGKILL)
        process.wait(60)
    try:
        with keeping(desk) as office:
            assert (rows_of(desk), noted(desk)) == (kept, dict.fromkeys(TODAY, 51))
            office.file_penalty()
            assert noted(desk) == dict.fromkeys(TODAY, 52)
        kept = rows_of(desk)

        assert rebuild(desk.home, 1, ignored) == 52
        assert (rows_of(desk), leftovers(desk)) == (kept, NOTHING_LEFT)
        patience = time.monotonic() + 20
        while any(map(is_running, started)) and time.monotonic() < patience:
            time.sleep(0.05)
        assert [pid for pid in started if is_running(pid)] == []
    finally:
        for pid in started:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


# ---- the gists that they are folds of ------------------------------------------------------------------------------


def gists_of(desk: Desk) -> list[tuple[object, ...]]:
    """Everything that stands in the table of gists."""
    return query(desk.home.database, "SELECT subject, seq, record, gist FROM gists ORDER BY subject, seq")


@pytest.mark.parametrize("workers", [1, 2])
def test_gists_made_out_of_the_openings_are_those_that_were_kept(told: Told, workers: int) -> None:
    """Byte by byte; and the tables are folds of the new ones."""
    desk, _records = told
    kept, rows = gists_of(desk), rows_of(desk)
    execute(desk.home.database, "UPDATE gists SET gist = x'90', record = zeroblob(16)")
    execute(desk.home.database, "DELETE FROM gists WHERE seq = 33")

    assert rebuild(desk.home, workers, ignored, opening=True) == 51
    assert (gists_of(desk), rows_of(desk), leftovers(desk)) == (kept, rows, NOTHING_LEFT)


def test_gists_that_were_changed_lead_to_other_tables_until_they_are_made_anew(told: Told) -> None:
    """A rebuild believes them, a check does not."""
    desk, _records = told
    rows = rows_of(desk)
    assert execute(desk.home.database, "DELETE FROM gists WHERE seq = 43") == 1
    rebuild(desk.home, 1, ignored)
    assert rows_of(desk) != rows

    assert "gists" in [each.name for each in check_tables(desk.home, 1, ignored) if not each.agrees]
    rebuild(desk.home, 1, ignored, opening=True)
    assert rows_of(desk) == rows
    assert all(each.agrees for each in check_tables(desk.home, 1, ignored))


@pytest.mark.parametrize(
    "damage",
    [
        "DROP TABLE gists",
        "UPDATE folded SET name = 'gists/0' WHERE name LIKE 'gists/%'",
        "UPDATE folded SET size = 40 WHERE name LIKE 'gists/%'",
    ],
)
def test_gists_of_an_earlier_version_are_made_anew_without_being_asked(told: Told, damage: str) -> None:
    """Also where there are none, or not of all entries."""
    desk, _records = told
    kept, rows = gists_of(desk), rows_of(desk)
    if "SET" in damage:
        execute(desk.home.database, "UPDATE gists SET gist = x'90'")
    execute(desk.home.database, damage)
    rebuild(desk.home, 1, ignored)

    assert (gists_of(desk), rows_of(desk)) == (kept, rows)
    assert query(desk.home.database, "SELECT size FROM folded WHERE name = 'gists/1'") == [(51,)]


def test_gists_of_an_earlier_version_are_made_anew_when_the_ledger_is_opened(told: Told) -> None:
    """Those of another version count for nothing; those of this one are gone on with."""
    desk, _records = told
    kept = gists_of(desk)
    execute(desk.home.database, "UPDATE gists SET gist = x'90'")
    execute(desk.home.database, "UPDATE folded SET name = 'gists/0' WHERE name LIKE 'gists/%'")
    with keeping(desk):
        assert gists_of(desk) == kept
    execute(desk.home.database, "DELETE FROM gists WHERE seq >= 40")
    execute(desk.home.database, "UPDATE folded SET size = 40 WHERE name = 'gists/1'")
    with keeping(desk):
        assert gists_of(desk) == kept


def test_what_is_appended_while_gists_are_made_anew_is_among_them(told: Told) -> None:
    """Taken in at the end, with the tables."""
    desk, _records = told
    with keeping(desk) as office:

        def append(_done: int, _size: int) -> None:
            office.file_penalty()

        rebuild(desk.home, 1, append, opening=True)
        built = gists_of(desk)
    assert len(built) > 29
    assert all(each.agrees for each in check_tables(desk.home, 1, ignored))


def test_a_gist_says_after_an_erasure_that_there_is_nothing_to_tell(told: Told) -> None:
    """Made anew when the openings are gone: no days and no classes are left in it."""
    desk, _records = told
    ((before,),) = query(desk.home.database, "SELECT gist FROM gists WHERE seq = 24")
    execute(desk.home.database, "DELETE FROM openings WHERE position = 25")
    rebuild(desk.home, 1, ignored, opening=True)
    ((after,),) = query(desk.home.database, "SELECT gist FROM gists WHERE seq = 24")
    was, erased = (GISTS.decode(cast("bytes", each)) for each in (before, after))

    assert (was.erased, was.decided_on, was.terms == NO_TERMS) == (False, date(2026, 5, 20), False)
    assert (erased.erased, erased.decided_on, erased.terms) == (True, None, NO_TERMS)
