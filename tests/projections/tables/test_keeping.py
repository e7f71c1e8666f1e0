"""Tables in the transaction of the events: never ahead of the log, never behind it, and the same however they came."""

from __future__ import annotations

import json
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError, OperationalError

from ledger.application import RecordedMapper, event_topic
from ledger.domain.events import Recorded
from ledger.errors import Stopped
from ledger.kept import Appended
from ledger.service import open_for_reading, open_for_writing
from ledger.store.recorder import LedgerRecorder
from projections.history import whole_history
from projections.tables.checking import table_states
from projections.tables.keeping import KeptTables, TablesBehind
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, Desk, execute, put, query, randomness
from tests.projections.tables.kept import (
    desk_in,
    keeping,
    noted,
    rows_of,
    size_of,
    tell_everything,
    without_tables,
)
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, BUREAU, PENALTY, SERIOUS, repair_facts
from tests.scenarios.procedures import apply_for_repair, begin_listing, raise_objection

TODAY = {"history/2", "subject_names/1", "records/2", "proceedings/2"}
Told = tuple[Desk, dict[str, str]]


def history(desk: Desk) -> list[Recorded]:
    """Every event of the log."""
    with open_for_reading(desk.home, randomness(1)) as ledger:
        return list(whole_history(ledger.recorder, ledger.mapper))


def record_row(desk: Desk, record: str) -> tuple[object, ...]:
    """The row of one record, without its subject, its id and the state."""
    columns = "issuer, item, item_version, status, disclosed, shown_until, effective_on, ended_on"
    numbers = "begun, changed, values_from, entries"
    found = f"SELECT {columns}, {numbers} FROM records WHERE record = ?"  # noqa: S608
    (row,) = query(desk.home.database, found, UUID(record).bytes)
    return row


def proceedings(desk: Desk, record: str) -> list[tuple[object, ...]]:
    """Kind, stage, first and last day, and entries of each procedure of a record."""
    columns = "kind, stage, opened_on, closed_on, entries"
    found = f"SELECT {columns} FROM proceedings WHERE record = ? ORDER BY kind, opened_on"  # noqa: S608
    return query(desk.home.database, found, UUID(record).bytes)


# ---- in one transaction --------------------------------------------------------------------------------------------


def test_every_table_reflects_every_entry_as_soon_as_it_is_accepted(desk: Desk) -> None:
    """Whoever has a receipt finds the record."""
    with keeping(desk) as office:
        record = office.file_penalty()
        first = office.founded

        assert noted(desk) == dict.fromkeys(TODAY, first + 1)
        rows = rows_of(desk)
        assert [row[:3] for row in rows["history"]] == [(ENTERPRISE.handle, first, UUID(record).bytes)]
        assert rows["subject_names"] == [(ENTERPRISE.handle, UUID(record).bytes, first, 0)]
        assert [row[:2] for row in rows["records"]] == [(ENTERPRISE.handle, UUID(record).bytes)]
        assert rows["proceedings"] == []

        office.revoke(record)

        assert noted(desk) == dict.fromkeys(TODAY, first + 2)
        assert record_row(desk, record)[3:5] == ("revoked", 0)


@pytest.mark.parametrize("table", ["history", "records", "subject_names", "subject_namings", "proceedings", "folded"])
def test_where_a_table_cannot_be_written_nothing_is(desk: Desk, table: str) -> None:
    """The ledger stops; neither an event nor a row of another table is left, and the next start goes on from there."""
    with keeping(desk) as office:
        record = office.file_penalty()
        size, before = size_of(desk), rows_of(desk)
        when = "INSERT" if table != "folded" else "UPDATE"
        execute(
            desk.home.database,
            f"CREATE TRIGGER planted BEFORE {when} ON {table} BEGIN SELECT RAISE(ABORT, 'planted'); END",
        )
        with pytest.raises(IntegrityError, match="planted"):
            everything_at_once(office, record)

        assert (size_of(desk), rows_of(desk), noted(desk)) == (size, before, dict.fromkeys(TODAY, size))
    execute(desk.home.database, "DROP TRIGGER planted")

    with keeping(desk) as office:
        everything_at_once(office, record)
        assert noted(desk) == dict.fromkeys(TODAY, size + 2)
        assert len(rows_of(desk)["history"]) == len(before["history"]) + 2


def everything_at_once(office: Office, record: str) -> None:
    """One batch that touches every table: a new name, and an objection."""
    sequencer, desk = office.ledger.sequencer, office.desk
    filed = desk.file(subject=OTHER_ENTERPRISE, CF_JDRQ=desk.today)
    objected = desk.object(record, desk.new_id())
    sequencer.append_all([sequencer.admit(each.statement, each.openings) for each in (filed, objected)])


class Unwritable:
    """A projection whose table is not there."""

    def catch_up(self, recorder: LedgerRecorder, mapper: RecordedMapper) -> None:
        """It says that it is at the end."""

    def write(self, connection: sa.Connection, appended: Appended) -> None:
        """Write into a table that nobody made."""
        connection.exec_driver_sql("INSERT INTO nowhere VALUES (?)", (appended.size,))


def test_any_projection_that_fails_takes_the_events_back(desk: Desk) -> None:
    """Also one that comes after the tables: those are taken back too. The thread stops and says so."""
    with keeping(desk):
        size, before = size_of(desk), rows_of(desk)
    unwritable = open_for_writing(
        desk.home,
        clock=desk.clock,
        random=desk.vault_random,
        kept=lambda engine: [KeptTables(engine), Unwritable()],
    )
    with unwritable as ledger:
        submission = desk.file(CF_JDRQ=desk.today)
        ledger.sequencer.start()
        future = ledger.sequencer.submit(ledger.sequencer.admit(submission.statement, submission.openings))
        with pytest.raises(Stopped):
            future.result(60)
        assert isinstance(ledger.sequencer.failure, OperationalError)

    assert (size_of(desk), rows_of(desk)) == (size, before)
    with keeping(desk) as office:
        assert put(office.ledger, submission).seq == size


# ---- catching up ---------------------------------------------------------------------------------------------------


def test_tables_are_the_same_whether_kept_or_caught_up(founded: Path, tmp_path: Path, told: Told) -> None:
    """A ledger that was written without them has them from its next opening on."""
    kept, _records = told
    behind = desk_in(founded, tmp_path / "behind")
    with without_tables(behind) as office:
        tell_everything(office)
    with open_for_reading(behind.home, randomness(1)) as ledger, pytest.raises(TablesBehind, match="kesu serve"):
        table_states(ledger)

    with keeping(behind):
        pass

    assert [event.facts for event in history(behind)] == [event.facts for event in history(kept)]
    assert rows_of(behind) == rows_of(kept)
    assert noted(behind) == dict.fromkeys(TODAY, 51)


def test_what_another_program_wrote_is_taken_in_from_where_the_tables_were(desk: Desk) -> None:
    """Nothing before it is folded again: a row that nobody said stays."""
    with keeping(desk) as office:
        old, objected = office.file_penalty(), office.file_penalty()
    plant(desk, old)
    with without_tables(desk) as office:
        complaint = raise_objection(office, objected)
        new = office.file_penalty()
    with keeping(desk) as office:
        assert record_row(desk, old)[2] == 99
        assert [row[:2] for row in proceedings(desk, objected)] == [("objection", "raised")]
        assert record_row(desk, objected)[3] == "disputed"
        assert record_row(desk, new)[-1] == f"[{size_of(desk) - 1}]"
        assert noted(desk) == dict.fromkeys(TODAY, size_of(desk))

        complaint = type(complaint)(office, objected, complaint.objection)
        complaint.forward()
        assert [row[:2] for row in proceedings(desk, objected)] == [("objection", "verifying")]


def plant(desk: Desk, record: str) -> None:
    """Write something into a row that no event says; a fold from the beginning would not."""
    changed = execute(desk.home.database, "UPDATE records SET item_version = 99 WHERE record = ?", UUID(record).bytes)
    assert changed == 1


@pytest.mark.parametrize("name", sorted(TODAY))
def test_a_table_of_another_version_makes_all_of_them_anew(told: Told, name: str) -> None:
    """Its rows count for nothing: they may mean something else."""
    desk, records = told
    before = rows_of(desk)
    plant(desk, records["plain"])
    execute(desk.home.database, "UPDATE folded SET name = ? WHERE name = ?", f"{name[:-1]}0", name)

    with keeping(desk):
        pass

    assert rows_of(desk) == before
    assert noted(desk) == dict.fromkeys(TODAY, 51)


def test_a_table_that_is_behind_the_others_makes_all_of_them_anew(told: Told) -> None:
    """They are written together; one alone is never behind unless something went wrong."""
    desk, records = told
    before = rows_of(desk)
    plant(desk, records["plain"])
    execute(desk.home.database, "UPDATE folded SET size = 50 WHERE name = 'records/2'")

    with keeping(desk):
        pass

    assert (rows_of(desk), noted(desk)) == (before, dict.fromkeys(TODAY, 51))


def test_what_a_later_version_made_anew_is_not_taken_for_todays(told: Told) -> None:
    """Upgraded and back, with nothing appended meanwhile: rows of version 2 stand in the tables, whatever was noted.

    Whoever makes tables anew leaves no note of another version: this one would find its own and believe it.
    """
    desk, records = told
    before = rows_of(desk)
    execute(desk.home.database, "UPDATE folded SET name = replace(name, '/1', '/2') WHERE name LIKE '%/1'")
    plant(desk, records["plain"])

    with keeping(desk):
        pass

    assert rows_of(desk) == before
    assert noted(desk) == dict.fromkeys(TODAY, 51)


def test_two_openings_change_nothing(told: Told) -> None:
    """Neither a row nor how far they are."""
    desk, _records = told
    before, size = rows_of(desk), noted(desk)
    for _ in range(2):
        with keeping(desk):
            pass

    assert (rows_of(desk), noted(desk)) == (before, size)


# ---- what stands in the rows ---------------------------------------------------------------------------------------


def test_every_row_names_its_entries(told: Told) -> None:
    """All of a record's, and no others; a procedure those that moved it; a name the one that says it."""
    desk, _records = told
    events, rows = history(desk), rows_of(desk)
    of_record: dict[object, list[int]] = {}
    for event in events:
        if event.facts.subject:
            of_record.setdefault(event.originator_id.bytes, []).append(event.facts.seq)

    assert {(row[2], row[1]) for row in rows["history"]} == {(key, seq) for key in of_record for seq in of_record[key]}
    assert {row[1]: json.loads(str(row[13])) for row in rows["records"]} == of_record
    for row in rows["proceedings"]:
        entries = json.loads(str(row[8]))
        assert entries == sorted(set(entries))
        assert set(entries) <= set(of_record[row[1]])
        types = {event_topic(events[seq]).partition(".")[0] for seq in entries}
        assert types <= ({"objection", "review"} if row[2] == "objection" else {row[2]})
    for _handle, stream, seq, _link in rows["subject_names"]:
        event = events[int(str(seq))]
        assert (event.originator_id.bytes, event.value("subject") is None) == (stream, False)


def test_the_row_of_a_record_says_how_it_stands(told: Told) -> None:
    """Issuer, item, version; status, disclosed, last day shown, effective day, end; numbers of entries."""
    desk, records = told
    a_penalty, year = (BUREAU, PENALTY, 1), "2027-05-20"

    assert {name: record_row(desk, record) for name, record in records.items()} == {
        "plain": (*a_penalty, "standing", 1, "2027-05-18", "2026-05-18", None, 24, 43, 43, "[24,43]"),
        "objected": (*a_penalty, "standing", 1, year, "2026-05-20", None, 25, 39, 25, "[25,32,33,34,35,38,39]"),
        "repaired": (*a_penalty, "standing", 1, year, "2026-05-20", None, 26, 49, 26, "[26,44,45,46,47,48,49]"),
        "sued": (*a_penalty, "standing", 1, year, "2026-05-20", None, 27, 40, 27, "[27,36,40]"),
        "masked": (*a_penalty, "standing", 1, year, "2026-05-20", None, 28, 41, 28, "[28,37,41]"),
        "revoked": (*a_penalty, "revoked", 0, "", "2026-05-20", "2026-06-10", 29, 42, 29, "[29,42]"),
        "stored": (*a_penalty, "stored", 0, "", "2026-05-20", None, 30, 30, 30, "[30]"),
        "dropped": (BUREAU, SERIOUS, 1, "dropped", 0, "", "2026-05-06", None, 22, 23, None, "[22,23]"),
        "listed": (
            *(BUREAU, ABNORMAL, 1, "removed", 1, "9999-12-31", "2026-05-20", "2026-11-02"),
            *(31, 50, 31, "[31,50]"),
        ),
    }


def test_the_row_of_a_procedure_says_how_far_it_is(told: Told) -> None:
    """Kind, stage, from when to when, and the entries that moved it."""
    desk, records = told

    assert {name: proceedings(desk, record) for name, record in records.items() if proceedings(desk, record)} == {
        "dropped": [("listing", "dropped", "2026-05-06", "2026-05-20", "[22,23]")],
        "objected": [("objection", "upheld", "2026-06-01", "2026-06-10", "[32,33,34,35,38,39]")],
        "repaired": [("repair", "revoked", "2026-08-20", "2026-11-02", "[44,45,46,47,48,49]")],
        "sued": [("remedy", "upheld", "2026-06-05", "2026-06-10", "[36,40]")],
        "masked": [("mask", "lifted", "2026-06-05", "2026-06-10", "[37,41]")],
    }


def test_an_objection_goes_from_stage_to_stage(desk: Desk) -> None:
    """It is closed when its outcome was delivered, and open again with a review."""
    with keeping(desk) as office:
        office.on("2026-06-01")
        record = office.file_penalty()
        first = office.founded + 1
        told = []
        complaint = raise_objection(office, record)
        told += proceedings(desk, record)
        complaint.forward()
        told += proceedings(desk, record)
        office.on("2026-06-03")
        complaint.extend(20)
        complaint.resolve("upheld")
        told += proceedings(desk, record)
        complaint.deliver()
        told += proceedings(desk, record)
        office.on("2026-06-05")
        complaint.ask_for_review()
        told += proceedings(desk, record)
        office.on("2026-06-09")
        complaint.decide_review("upheld")
        told += proceedings(desk, record)
        complaint.deliver()
        told += proceedings(desk, record)

    def until(step: int) -> str:
        return str(list(range(first, first + step + 1))).replace(" ", "")

    assert told == [
        ("objection", "raised", "2026-06-01", None, until(0)),
        ("objection", "verifying", "2026-06-01", None, until(1)),
        ("objection", "upheld", "2026-06-01", None, until(3)),
        ("objection", "upheld", "2026-06-01", "2026-06-03", until(4)),
        ("objection", "reviewing", "2026-06-01", None, until(5)),
        ("objection", "upheld", "2026-06-01", None, until(6)),
        ("objection", "upheld", "2026-06-01", "2026-06-09", until(7)),
    ]


def test_a_listing_a_repair_a_mask_and_a_suit_go_from_stage_to_stage(desk: Desk) -> None:
    """Open without a last day, closed with one."""
    with keeping(desk) as office:
        office.on("2026-05-06")
        listing = begin_listing(office, SERIOUS, "health-and-life")
        listing.notify()
        told = proceedings(desk, listing.record)
        office.on("2026-05-20")
        listing.decide()
        told += proceedings(desk, listing.record)
        record = office.file_penalty()
        office.on("2026-08-20")
        mask = office.mask(record)
        told += proceedings(desk, record)
        office.unmask(record, mask, "failed")
        remedy = office.open_remedy(record)
        repair = apply_for_repair(office, record, repair_facts("2026-06-01", "2026-06-01", "2026-08-19"))
        told += proceedings(desk, record)
        office.on("2026-08-24")
        office.close_remedy(record, remedy, "upheld")
        repair.forward()
        repair.decline()
        told += proceedings(desk, record)

    assert [row[:4] for row in told] == [
        ("listing", "notified", "2026-05-06", None),
        ("listing", "decided", "2026-05-06", "2026-05-20"),
        ("mask", "applied", "2026-08-20", None),
        ("mask", "lifted", "2026-08-20", "2026-08-20"),
        ("remedy", "open", "2026-08-20", None),
        ("repair", "applied", "2026-08-20", None),
        ("mask", "lifted", "2026-08-20", "2026-08-20"),
        ("remedy", "upheld", "2026-08-20", "2026-08-24"),
        ("repair", "declined", "2026-08-20", "2026-08-24"),
    ]


def test_several_events_of_one_record_in_one_batch_leave_one_row(desk: Desk) -> None:
    """And a snapshot after each of them."""
    with keeping(desk) as office:
        record, objection = desk.new_id(), desk.new_id()
        office.on("2026-11-20")
        filed, objected, corrected = desk.file(record), desk.object(record, objection), desk.correct(record)
        sequencer = office.ledger.sequencer
        sequencer.append_all([sequencer.admit(each.statement, each.openings) for each in (filed, objected, corrected)])
        first = office.founded

        assert record_row(desk, record)[-4:] == (first, first + 2, first + 2, f"[{first},{first + 1},{first + 2}]")
        assert [row[1] for row in rows_of(desk)["history"]] == [first, first + 1, first + 2]
        assert [row[:2] for row in proceedings(desk, record)] == [("objection", "verifying")]
