"""Checking the tables: one byte that no event says is found, and in which row; digests are the same for everybody."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest

from ledger.service import open_for_reading
from projections.tables.checking import Checked, check_tables, table_states
from projections.tables.keeping import TablesBehind
from projections.tables.rebuilding import rebuild
from tests.ledger.harness import ENTERPRISE, Desk, execute, query, randomness
from tests.projections.tables.kept import desk_in, keeping, rows_of, tell_everything, without_tables

Told = tuple[Desk, dict[str, str]]
HANDLE = "KNTILXCMRND45RTB5WH3WQQAUMDID5ML"
"""Of the one company in the story."""


def checked(desk: Desk, workers: int = 1) -> dict[str, Checked]:
    """What a check finds, by table."""
    return {each.name: each for each in check_tables(desk.home, workers, lambda _done, _size: None)}


def differing(desk: Desk) -> dict[str, tuple[str | None, str | None]]:
    """The tables that do not agree, with the first row of each that the table has and that the log gives."""
    return {each.name: (each.kept_row, each.folded_row) for each in checked(desk).values() if not each.agrees}


def digests(desk: Desk) -> dict[str, str]:
    """The state digest of each table, as `kesu projections status` says it."""
    with open_for_reading(desk.home, randomness(1)) as ledger:
        return {state.name: state.digest for state in table_states(ledger)}


# ---- what agrees ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 2])
def test_tables_as_they_were_kept_agree(told: Told, workers: int) -> None:
    """By however many processes; and the digest is the one that the status says."""
    desk, _records = told
    found = checked(desk, workers)

    assert [each.agrees for each in found.values()] == [True] * 5
    assert {name: each.digest for name, each in found.items()} == digests(desk)
    assert found["records"].sentence() == f"records  agrees  {found['records'].digest}"


def test_a_check_changes_nothing(told: Told) -> None:
    """Neither what is right nor what is wrong; nothing is left beside the tables."""
    desk, _records = told
    execute(desk.home.database, "UPDATE records SET status = 'stored'")
    before = rows_of(desk)
    checked(desk)

    assert rows_of(desk) == before
    assert query(desk.home.database, "SELECT name FROM sqlite_master WHERE name LIKE '%\\_\\_new%' ESCAPE '\\'") == []


def test_the_status_of_each_table(told: Told) -> None:
    """Rows, and how much of the log they reflect."""
    desk, _records = told
    with open_for_reading(desk.home, randomness(1)) as ledger:
        states = table_states(ledger)

    assert [(state.name, state.version, state.rows, state.size, state.head) for state in states] == [
        ("gists", 1, 29, 51, 51),
        ("history", 2, 29, 51, 51),
        ("subject_names", 1, 8, 51, 51),
        ("records", 2, 9, 51, 51),
        ("proceedings", 2, 5, 51, 51),
    ]


def test_what_is_appended_meanwhile_is_compared_too(told: Told) -> None:
    """To the last entry before the moment that is compared."""
    desk, _records = told
    with keeping(desk) as office:
        sizes = []

        def append(_done: int, _size: int) -> None:
            office.file_penalty()
            sizes.append(office.ledger.recorder.head().size)

        found = check_tables(desk.home, 1, append)

        assert len(sizes) > 1
        assert [each.agrees for each in found] == [True] * 5
        assert {each.name: each.digest for each in found} == digests(desk)


def test_tables_that_are_behind_are_not_compared(desk: Desk) -> None:
    """They are not wrong: they are to be brought to the end first."""
    with without_tables(desk) as office:
        office.file_penalty()

    with pytest.raises(TablesBehind, match="history, subject_names, records, proceedings: behind the log"):
        checked(desk)


# ---- what does not -------------------------------------------------------------------------------------------------

CHANGES = {
    "the outcome of an event": (
        "UPDATE history SET outcome = CAST(replace(outcome, x'c3', x'c2') AS BLOB) WHERE seq = 43",
        {"history": "43"},
    ),
    "one byte of a gist": ("UPDATE gists SET gist = CAST(gist || x'00' AS BLOB) WHERE seq = 33", {"gists": "33"}),
    "whose event it is": ("UPDATE history SET record = zeroblob(16) WHERE seq = 33", {"history": "33"}),
    "a status": ("UPDATE records SET status = 'stored' WHERE begun = 27", {"records": "sued"}),
    "a flag": ("UPDATE records SET disclosed = NOT disclosed WHERE begun = 30", {"records": "stored"}),
    "a day": ("UPDATE records SET shown_until = '2027-05-21' WHERE begun = 25", {"records": "objected"}),
    "a day that there is not": ("UPDATE records SET ended_on = '2027-05-21' WHERE begun = 25", {"records": "objected"}),
    "the entry of the values": ("UPDATE records SET values_from = 24 WHERE begun = 24", {"records": "plain"}),
    "the entries of a record": ("UPDATE records SET entries = '[24]' WHERE begun = 24", {"records": "plain"}),
    "one byte of a state": (
        "UPDATE records SET known = CAST(known || x'00' AS BLOB) WHERE begun = 31",
        {"records": "listed"},
    ),
    "a stage": ("UPDATE proceedings SET stage = 'granted' WHERE kind = 'repair'", {"proceedings": "repaired"}),
    "the end of a procedure": (
        "UPDATE proceedings SET closed_on = NULL WHERE kind = 'listing'",
        {"proceedings": "dropped"},
    ),
    "the entries of a procedure": (
        "UPDATE proceedings SET entries = '[37]' WHERE kind = 'mask'",
        {"proceedings": "masked"},
    ),
    "the entry that names": ("UPDATE subject_namings SET seq = 24 WHERE seq = 43", {"subject_names": "plain"}),
    "whether a link names": ("UPDATE subject_namings SET link = 1 WHERE seq = 30", {"subject_names": "stored"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_one_change_is_found_with_its_row(told: Told, what: str) -> None:
    """In this table and in no other."""
    desk, records = told
    statement, expected = CHANGES[what]
    assert execute(desk.home.database, statement) == 1
    ((table, where),) = expected.items()
    found = differing(desk)

    assert list(found) == [table]
    for row in found[table]:
        assert row is not None
        subject, second, *_ = row.split()
        assert subject == HANDLE
        assert second == (where if table in {"gists", "history"} else UUID(records[where]).hex)


@pytest.mark.parametrize("column", ["scheme", "code", "code_key", "name", "normal"])
def test_a_name_or_a_code_that_was_changed_is_found(told: Told, column: str) -> None:
    """No digest is of them, as they are values; the message does not repeat them either."""
    desk, _records = told
    first = "(SELECT min(id) FROM subject_names)"
    assert execute(desk.home.database, f"UPDATE subject_names SET {column} = '测试冒名' WHERE id = {first}") == 1  # noqa: S608

    (found,) = [each for each in checked(desk).values() if not each.agrees]
    row = found.kept_row
    assert (found.name, found.digest, found.folded_row) == ("subject_names", found.folded, row)
    assert found.sentence() == f"subject_names  DIFFERS  first in the row {row}, which the log gives with other values"
    assert "测试冒名" not in str(row)


def first_and_last(desk: Desk, table: str) -> tuple[str, str]:
    """How the first and the last row of a table are named."""
    rows = rows_of(desk)[table]
    named = [" ".join(part.hex() if isinstance(part, bytes) else str(part) for part in row[:3]) for row in rows]
    return named[0], named[-1]


@pytest.mark.parametrize("table", ["history", "subject_names", "records", "proceedings"])
def test_a_row_that_is_missing_is_found(told: Told, table: str) -> None:
    """The first that the log gives and the table does not have; where it is the last, the table has no more."""
    desk, _records = told
    first, last = first_and_last(desk, table)
    stored = "subject_namings" if table == "subject_names" else table
    key = {"history": "seq", "subject_names": "stream"}.get(table, "record")
    gone = f"DELETE FROM {stored} WHERE {key} = (SELECT max({key}) FROM {stored})"  # noqa: S608
    assert execute(desk.home.database, gone) == 1

    assert differing(desk) == {table: (None, last)}
    execute(desk.home.database, f"DELETE FROM {stored}")  # noqa: S608
    assert differing(desk) == {table: (None, first)}


EXTRA = {
    "history": "INSERT INTO history SELECT subject, 0, record, outcome FROM history WHERE seq = 33",
    "subject_names": "INSERT INTO subject_namings SELECT handle, zeroblob(16), name_id, seq, link "
    "FROM subject_namings WHERE seq = 43",
    "records": "INSERT INTO records SELECT subject, zeroblob(16), issuer, item, item_version, status, disclosed, "
    "shown_until, effective_on, ended_on, begun, changed, values_from, entries, known FROM records WHERE begun = 30",
    "proceedings": "INSERT INTO proceedings SELECT subject, zeroblob(16), kind, id, issuer, stage, opened_on, "
    "closed_on, entries FROM proceedings WHERE kind = 'mask'",
}


@pytest.mark.parametrize("table", EXTRA)
def test_a_row_too_many_is_found(told: Told, table: str) -> None:
    """The table has it, where the log gives the next one."""
    desk, _records = told
    first, _last = first_and_last(desk, table)
    assert execute(desk.home.database, EXTRA[table]) == 1
    ((kept, folded),) = differing(desk).values()

    assert kept is not None
    assert kept.startswith(f"{HANDLE} 0 " if table == "history" else f"{HANDLE} {'00' * 16}")
    assert folded == first
    assert list(differing(desk)) == [table]


def test_a_difference_in_a_sentence(told: Told) -> None:
    """What the table has, and what the log gives."""
    desk, records = told
    execute(desk.home.database, "DELETE FROM proceedings WHERE kind != 'listing'")
    row = f"{ENTERPRISE.handle} {UUID(records['objected']).hex} objection"

    assert checked(desk)["proceedings"].sentence() == (
        f"proceedings  DIFFERS  first where the table has no row, and the log gives {row}"
    )


# ---- the digest ----------------------------------------------------------------------------------------------------


def test_a_digest_does_not_depend_on_how_rows_came(told: Told, founded: Path, tmp_path: Path) -> None:
    """Kept, caught up, made anew, inserted the other way round: one state, one digest."""
    desk, _records = told
    kept = digests(desk)
    behind = desk_in(founded, tmp_path / "behind")
    with without_tables(behind) as office:
        tell_everything(office)
    with keeping(behind):
        caught_up = digests(behind)
    rebuild(desk.home, 1, lambda _done, _size: None)
    anew = digests(desk)
    for table in ("gists", "history", "records", "proceedings", "subject_namings"):
        key = "handle, stream" if table == "subject_namings" else "subject, 2"
        execute(desk.home.database, f"CREATE TABLE turned AS SELECT * FROM {table} ORDER BY {key} DESC")  # noqa: S608
        execute(desk.home.database, f"DELETE FROM {table}")  # noqa: S608
        execute(desk.home.database, f"INSERT INTO {table} SELECT * FROM turned")  # noqa: S608
        execute(desk.home.database, "DROP TABLE turned")

    assert caught_up == anew == digests(desk) == kept
    assert len(set(kept.values())) == 5


def test_a_digest_is_of_the_log_that_the_rows_came_from(told: Told) -> None:
    """An entry that changes no row of a table changes its digest: size and root bind every commitment."""
    desk, records = told
    before, rows = digests(desk), rows_of(desk)
    with keeping(desk) as office:
        office.mask(records["plain"])
    after, more = digests(desk), rows_of(desk)

    assert rows["subject_names"] == more["subject_names"]
    assert [name for name in before if before[name] == after[name]] == []
