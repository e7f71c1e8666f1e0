"""The rows of links: what a fold of the log gives, whatever was written when, and nothing that could be erased."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.domain.link import Identity, identity_of
from ledger.refolding import fold_links
from ledger.store.links import Links
from ledger.vocabulary import LinkKind
from projections.links import all_links_at, links_at
from tests.ledger.harness import ENTERPRISE, TAX, Desk, execute, findings, put, query
from tests.ledger.linking import OLD, OLDER, REGISTERED, TWIN, company, link, separate
from verify.entry import Entry
from verify.submission import Submission

TABLE = "SELECT * FROM subject_links ORDER BY seq"


def course(desk: Desk) -> Iterator[Submission]:
    """Links that are made, undone and made anew, and records filed between."""
    wrong = desk.new_id()
    yield link(desk, desk.new_id(), OLDER, OLD)
    yield desk.file(subject=OLD)
    yield link(desk, wrong, TWIN, OLD, kind=LinkKind.MERGED, valid_until=None)
    yield link(desk, desk.new_id(), OLD)
    yield separate(desk, wrong)
    yield desk.file()
    yield link(desk, desk.new_id(), TWIN, REGISTERED, key=TAX, kind=LinkKind.MERGED, valid_until=None)
    yield link(desk, desk.new_id(), REGISTERED)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A ledger with such a course, an hour between the steps; it must audit clean."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        for submission in course(desk):
            put(ledger, submission)
            desk.clock.advance(3600)
    yield desk
    with desk.open() as ledger:
        assert findings(ledger) == []


def test_a_row_says_what_the_entries_say(desk: Desk) -> None:
    """Handles, numbers and times, all of which stand in the log."""
    rows = query(desk.home.database, TABLE)
    with desk.read() as ledger:
        first, last = (
            Entry.parse(ledger.reader.entries(int(str(seq)), int(str(seq)) + 1)[0][1])
            for seq in (rows[1][1], rows[1][6])
        )

    assert len(rows) == 5
    assert rows[1][1:] == (
        first.header.seq,
        first.header.recorded_at,
        TWIN.handle,
        OLD.handle,
        "merged",
        last.header.seq,
        last.header.recorded_at,
    )
    assert [row[6] is None for row in rows] == [True, False, True, True, True]


def test_no_row_holds_what_could_be_erased(desk: Desk) -> None:
    """Neither codes nor names nor the last day of a code."""
    text = str(query(desk.home.database, TABLE))
    secrets = [
        "2026-10-31",
        *(part for each in (OLD, OLDER, TWIN, REGISTERED, ENTERPRISE) for part in (each.code, each.name)),
    ]

    assert [secret for secret in secrets if secret in text] == []


@pytest.mark.parametrize(
    "damage",
    [
        ("DELETE FROM subject_links", "DELETE FROM folded WHERE name = 'subject_links'"),
        ("UPDATE subject_links SET subject = former", "UPDATE folded SET size = size - 1 WHERE name = 'subject_links'"),
        ("DROP TABLE subject_links", "DROP TABLE folded"),
    ],
    ids=["missing", "behind", "written by an earlier version"],
)
def test_the_writer_folds_again_what_is_missing_or_behind(desk: Desk, damage: tuple[str, ...]) -> None:
    """And gets the rows that were written event by event."""
    database = desk.home.database
    written, folded = query(database, TABLE), query(database, "SELECT name, size FROM folded ORDER BY name")
    for statement in damage:
        execute(database, statement)
    with desk.open() as ledger:
        size = ledger.reader.size()

    assert query(database, TABLE) == written
    assert query(database, "SELECT name, size FROM folded ORDER BY name") == folded
    assert ("subject_links", size) in folded


def test_current_rows_are_not_folded_again(desk: Desk) -> None:
    """A restart does not read the whole log for them."""
    execute(desk.home.database, "UPDATE subject_links SET kind = 'untouched'")
    with desk.open():
        pass

    assert query(desk.home.database, "SELECT DISTINCT kind FROM subject_links") == [("untouched",)]
    execute(desk.home.database, "DELETE FROM folded WHERE name = 'subject_links'")


@pytest.mark.parametrize(
    "damage",
    ["UPDATE folded SET size = size - 1 WHERE name = 'subject_links'", "DELETE FROM folded", "DROP TABLE folded"],
)
def test_a_reader_does_not_believe_rows_that_are_not_current(desk: Desk, damage: str) -> None:
    """It cannot mend them, so it asks the events, and says the same."""
    expected = now(desk)
    execute(desk.home.database, "DELETE FROM subject_links")
    execute(desk.home.database, damage)

    assert (
        now(desk) == expected == Identity(ENTERPRISE.handle, (OLD.handle, REGISTERED.handle, OLDER.handle, TWIN.handle))
    )


def now(desk: Desk) -> Identity:
    """Who the twin is, as a reader is told."""
    with desk.read() as ledger:
        return identity_of(TWIN.handle, links_at(ledger.recorder, ledger.mapper, ledger.reader.size()))


def test_rows_and_events_tell_the_same_of_every_moment(desk: Desk) -> None:
    """After any number of entries, as known at any instant, for every handle."""
    with desk.read() as ledger:
        instants = [None, *(Entry.parse(raw).header.recorded_at for _seq, raw in ledger.reader.entries(0, 99))]
        stored = Links(ledger.recorder.engine)
        size = ledger.reader.size()
        answers = {}
        for position in range(size + 1):
            for instant in instants if position == size else [None]:
                links = all_links_at(ledger.recorder, ledger.mapper, position, instant)
                for subject in (OLD, OLDER, TWIN, REGISTERED, ENTERPRISE):
                    answer = identity_of(subject.handle, stored.at(position, instant))
                    assert answer == identity_of(subject.handle, links)
                    answers[position, instant, subject] = answer

    assert [answers[size, instant, TWIN].subject_handle for instant in instants[-6:]] == [
        each.handle for each in (OLD, ENTERPRISE, TWIN, TWIN, REGISTERED, ENTERPRISE)
    ]


def test_now_is_the_end_of_the_log(desk: Desk) -> None:
    with desk.read() as ledger:
        stored, size = Links(ledger.recorder.engine), ledger.reader.size()
        for subject in (OLD, OLDER, TWIN, REGISTERED, ENTERPRISE):
            assert identity_of(subject.handle, stored.now()) == identity_of(subject.handle, stored.at(size))


class Broken(Exception):
    """The fault that a test plants."""


@pytest.mark.parametrize("persisted", [False, True])
def test_rows_are_written_with_their_events_or_not_at_all(desk: Desk, *, persisted: bool) -> None:
    """A commit that fails, or only says so, leaves rows that agree with the log."""
    database = desk.home.database
    before, other = query(database, TABLE), desk.new_id()

    def commit(connection: sa.Connection) -> None:
        if persisted:
            connection.exec_driver_sql("COMMIT")
        raise Broken

    with desk.open() as ledger:
        engine = ledger.sequencer._recorder.engine
        sa.event.listen(engine, "commit", commit)
        with pytest.raises(Broken):
            put(ledger, link(desk, other, ENTERPRISE, company(44, "测试新码有限公司")))
        sa.event.remove(engine, "commit", commit)
    rows = query(database, TABLE)
    with desk.open() as ledger:
        assert Links(ledger.recorder.engine).are_current()
        folded = dict(fold_links(ledger.recorder, ledger.mapper))

    assert rows[: len(before)] == before
    assert len(rows) == len(before) + persisted == len(folded)
    assert query(database, TABLE) == rows
