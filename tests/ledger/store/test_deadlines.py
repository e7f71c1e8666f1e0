"""The rows of deadlines: written with the events that move them, and the same as a fold of the whole log gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
import sqlalchemy as sa

from ledger.administration import catalogue_statement, rules_statement
from ledger.domain.deadlines import Due, Period
from ledger.refolding import fold_deadlines
from ledger.rulebook.book import shipped_rules
from ledger.rulebook.repair_rules import RepairRules
from ledger.sequencer import Sequencer
from ledger.service import WritableLedger
from ledger.store import schema
from ledger.store.deadlines import Deadlines, StoredDue, _stored, replace_deadlines, write_deadlines
from ledger.store.sqlite import as_writer
from ledger.vocabulary import ObjectionOutcome
from tests.ledger.domain.story import calendar_2027, facts_of
from tests.ledger.harness import (
    ENTERPRISE,
    MARKET_TOO,
    OTHER_ENTERPRISE,
    PENALTY,
    TAX,
    Desk,
    act,
    execute,
    findings,
    item_reference,
    penalty,
    publicity,
    put,
    query,
    record_values,
)
from verify.statement_type import Clock, StatementType
from verify.strict import JsonValue

T = StatementType
ONE, TWO = UUID(int=1), UUID(int=2)


def due(clock: Clock | Period, since: int, day: str, **changed: object) -> Due:
    """A deadline of seven working days after the 20th, by the calendar of 2026."""
    found = Due(
        clock,
        since,
        date(2026, 11, 20),
        7,
        date.fromisoformat(day),
        False,
        ((2026, 1),),
        ("catalogue/x", 1),
    )
    return replace(found, **changed)  # type: ignore[arg-type]


def stored(stream: UUID, each: Due, subject: str = "A" * 32) -> StoredDue:
    """A row."""
    return StoredDue(stream, subject, each)


def write(engine: sa.Engine, *rows: StoredDue, size: int = 1, gone: tuple[StoredDue, ...] = ()) -> None:
    """Write rows in one transaction."""
    changes: dict[tuple[UUID, str, int], StoredDue | None] = {(e.stream, e.due.clock, e.due.since): None for e in gone}
    changes |= {(each.stream, each.due.clock, each.due.since): each for each in rows}
    with as_writer(engine).begin() as connection:
        write_deadlines(connection, changes, size)


# ---- rows ------------------------------------------------------------------------------------------------------------


def test_a_row_comes_back_as_it_was_written(engine: sa.Engine) -> None:
    """Every part of it, for clocks of days and periods of months."""
    rows = [
        stored(ONE, due(Clock.COLLECT, 7, "2026-12-04", done_on=date(2026, 12, 7))),
        stored(ONE, due(Clock.DISCLOSE, 7, "2027-01-01", provisional=True, calendar=((2026, 1), (2027, 2)))),
        stored(ONE, due(Period.PUBLICITY, 7, "2027-11-20", days=0, calendar=(), rule=("publicity/order-36", 3))),
        stored(ONE, due(Clock.ACT, 2**40, "2026-12-04", settled=True)),
    ]
    write(engine, *rows)

    assert sorted(Deadlines(engine).of_record(ONE), key=rows.index) == rows


def test_a_clock_that_moves_takes_its_old_place(engine: sa.Engine) -> None:
    """Name and starting entry tell rows of a record apart; a clock that is no more is gone."""
    old, other = stored(ONE, due(Clock.ACT, 7, "2026-12-01")), stored(ONE, due(Clock.ACT, 9, "2026-12-02"))
    write(engine, old, other, stored(TWO, due(Clock.ACT, 7, "2026-12-03")))
    new = stored(ONE, due(Clock.ACT, 7, "2026-12-09"))
    write(engine, new, size=2)
    assert Deadlines(engine).of_record(ONE) == [other, new]

    write(engine, gone=(new, other), size=3)
    assert Deadlines(engine).of_record(ONE) == []
    assert len(Deadlines(engine).of_record(TWO)) == 1


def test_the_size_is_that_of_the_log_the_rows_reflect(engine: sa.Engine) -> None:
    """Also where no deadline moved; none at all before the first."""
    deadlines = Deadlines(engine)
    sizes = [deadlines.folded_size()]
    write(engine, stored(ONE, due(Clock.ACT, 7, "2026-12-01")), size=5)
    sizes.append(deadlines.folded_size())
    write(engine, size=6)

    assert [*sizes, deadlines.folded_size()] == [0, 5, 6]


def test_rows_are_replaced_whole(engine: sa.Engine) -> None:
    """More of them than one page, and none of the old ones."""
    write(engine, stored(TWO, due(Clock.ACT, 1, "2026-12-01")))
    rows = [stored(ONE, due(Clock.ACT, since, "2026-12-01")) for since in range(2500)]
    with as_writer(engine).begin() as connection:
        replace_deadlines(connection, rows, 9)

    assert (Deadlines(engine).of_record(ONE), Deadlines(engine).of_record(TWO)) == (rows, [])
    assert Deadlines(engine).folded_size() == 9


@pytest.mark.parametrize(
    ("changed", "fallen"),
    [
        ({"day": "2026-12-01"}, True),
        ({"day": "2026-12-02"}, False),
        ({"day": "2026-12-03"}, False),
        ({"day": "2026-12-01", "settled": True}, False),
        ({"day": "2026-12-01", "provisional": True}, False),
        ({"day": "2026-12-01", "done_on": date(2026, 12, 2)}, True),
        ({"day": "2026-12-01", "done_on": date(2026, 12, 1)}, False),
    ],
)
def test_what_has_fallen_due_is_certain_open_and_past(
    engine: sa.Engine, changed: dict[str, object], *, fallen: bool
) -> None:
    """As of the 2nd of December: its last day was yesterday at the latest."""
    write(engine, stored(ONE, due(Clock.DISCLOSE, 7, **changed)))  # type: ignore[arg-type]

    assert bool(Deadlines(engine).fallen_due(date(2026, 12, 2))) is fallen


def test_what_has_fallen_due_comes_in_the_order_of_days(engine: sa.Engine) -> None:
    """On one day in the order of records, so that every run says the same."""
    rows = [
        stored(TWO, due(Clock.DISCLOSE, 7, "2026-12-02")),
        stored(ONE, due(Clock.DISCLOSE, 7, "2026-12-02")),
        stored(TWO, due(Clock.COLLECT, 7, "2026-12-01")),
        stored(ONE, due(Period.BAR, 9, "2026-11-30", days=0)),
    ]
    write(engine, *rows)

    assert Deadlines(engine).fallen_due(date(2027, 1, 1)) == [rows[3], rows[2], rows[1], rows[0]]


def test_what_is_open_until_a_day_is_what_may_still_be_done(engine: sa.Engine) -> None:
    """Provisional ones included, settled ones not; the day itself counts."""
    rows = [
        stored(ONE, due(Clock.DISCLOSE, 7, "2026-12-01", provisional=True)),
        stored(ONE, due(Clock.COLLECT, 7, "2026-12-02")),
        stored(ONE, due(Clock.ACT, 9, "2026-12-02", settled=True)),
        stored(ONE, due(Clock.ACT, 10, "2026-12-03")),
    ]
    write(engine, *rows)

    assert Deadlines(engine).open_until(date(2026, 12, 2)) == rows[:2]


def test_only_open_clocks_of_working_days_can_move(engine: sa.Engine) -> None:
    """Not what is settled, nor periods of months; what was done late can."""
    late = stored(ONE, due(Clock.COLLECT, 7, "2026-12-04", done_on=date(2026, 12, 7)))
    waiting = stored(ONE, due(Clock.DISCLOSE, 7, "2026-12-01"))
    over = stored(ONE, due(Clock.ACT, 9, "2026-12-01", settled=True))
    period = stored(ONE, due(Period.PUBLICITY, 7, "2027-11-20", days=0))
    write(engine, late, waiting, over, period)

    assert list(Deadlines(engine).movable()) == [waiting, late]


def test_the_open_deadlines_of_a_subject_are_found(engine: sa.Engine) -> None:
    """Of one kind, whichever record they belong to."""
    rows = [
        stored(ONE, due(Period.BAR, 7, "2030-01-01", days=0)),
        stored(TWO, due(Period.BAR, 8, "2031-01-01", days=0)),
        stored(TWO, due(Period.BAR, 9, "2032-01-01", days=0, settled=True)),
        stored(TWO, due(Clock.COLLECT, 8, "2026-12-01")),
        stored(ONE, due(Period.BAR, 6, "2030-01-01", days=0), "B" * 32),
    ]
    write(engine, *rows)

    assert Deadlines(engine).of_subject("A" * 32, Period.BAR) == rows[:2]
    assert Deadlines(engine).of_subject("C" * 32, Period.BAR) == []


# ---- with the log ----------------------------------------------------------------------------------------------------


def table(ledger: WritableLedger) -> list[StoredDue]:
    """Every row."""
    with ledger.recorder.engine.connect() as connection:
        return in_order(map(_stored, connection.execute(sa.select(schema.deadlines))))


def refolded(ledger: WritableLedger) -> list[StoredDue]:
    """Every row that the log leads to."""
    return in_order(fold_deadlines(ledger.recorder, ledger.mapper, ledger.sequencer.rules))


def in_order(rows: Iterator[StoredDue]) -> list[StoredDue]:
    """Sorted by the key of the table."""
    return sorted(rows, key=lambda each: (each.stream, each.due.clock.value, each.due.since))


def busy(desk: Desk, ledger: WritableLedger) -> None:
    """Two years of all that moves a deadline, with new rules in between."""

    def on(day: str) -> None:
        desk.clock.moment = datetime.fromisoformat(day).replace(hour=4, tzinfo=UTC)

    def say(saying: T, record: str, about: dict[str, JsonValue] | None = None, **values: JsonValue) -> None:
        said = {**act(desk.today), **values}
        put(ledger, desk.sign(saying, {"record": record, **(about or {})}, said, too=MARKET_TOO))

    def file(terms: JsonValue, decided_on: str = "2026-11-20") -> str:
        about: dict[str, JsonValue] = {"catalogue": item_reference(), "record": desk.new_id()}
        values = {**record_values(ENTERPRISE, penalty(CF_JDRQ=decided_on)), "publicity": terms}
        put(ledger, desk.sign(T.RECORD_FILED, about, values))
        return str(about["record"])

    operator = desk.home.operator_key()
    repaired, disputed, waiting = file(publicity("ordinary")), file(publicity("serious")), file(publicity(None))
    put(ledger, desk.file(subject=OTHER_ENTERPRISE))
    objection, remedy, repair = desk.new_id(), desk.new_id(), desk.new_id()
    put(ledger, desk.object(disputed, objection, key=TAX))
    on("2026-12-24")
    say(T.REMEDY_OPENED, disputed, {"remedy": remedy}, kind="litigation")
    put(ledger, rules_statement(desk.pen(operator), calendar_2027()))
    put(ledger, desk.correct(disputed, objection=objection))
    put(ledger, desk.resolve(disputed, objection, ObjectionOutcome.CORRECTED))
    say(T.REMEDY_CLOSED, disputed, {"remedy": remedy}, outcome="annulled")
    item = replace(PENALTY, version=2, collect_within=replace(PENALTY.collect_within, working_days=3))
    put(ledger, catalogue_statement(desk.pen(operator), item))
    put(ledger, desk.revoke(disputed))
    on("2027-03-01")
    rules: dict[str, JsonValue] = {"name": "repair/order-36", "version": 1}
    say(T.REPAIR_APPLIED, repaired, {"repair": repair, "rules": rules}, facts=facts_of(desk.today))
    for kind in (T.REPAIR_ACCEPTED, T.REPAIR_VERIFIED, T.REPAIR_GRANTED):
        say(kind, repaired, {"repair": repair})
    say(T.REPAIR_REVOKED, repaired, {"repair": repair}, abuse="false-material")
    for rule in shipped_rules():
        if isinstance(rule, RepairRules):
            shorter = replace(rule, version=2, ban=replace(rule.ban, months=6), clocks=replace(rule.clocks, decide=2))
            put(ledger, rules_statement(desk.pen(operator), shorter))
    say(T.PUBLICITY_DETERMINED, waiting, {"rules": {"name": "publicity/order-36", "version": 1}}, publicity=publicity())
    on("2028-01-05")
    file(publicity("minor"), "2027-12-20")


def test_the_rows_are_those_of_a_fold_of_the_whole_log(ruled: Desk) -> None:
    """After every kind of event, and after a restart."""
    with ruled.open() as ledger:
        busy(ruled, ledger)
        rows = table(ledger)

        assert rows == refolded(ledger)
        assert len(rows) > 20
        assert {row.due.clock for row in rows} == {*Clock, *Period} - {Clock.REVIEW, Period.LISTING}
        assert findings(ledger) == []
    with ruled.open() as ledger:
        assert table(ledger) == refolded(ledger) == rows


def test_rows_follow_a_record_that_was_loaded_again(ruled: Desk) -> None:
    """After a restart a record's state comes from its events; its rows move on from those written before."""
    with ruled.open() as ledger:
        busy(ruled, ledger)
        records = {row.stream for row in table(ledger)}
    with ruled.open() as ledger:
        for record in sorted(records):
            if T.RECORD_REVOKED not in [event.topic for event in ledger.recorder.select_events(record)]:
                put(ledger, ruled.object(str(record), ruled.new_id(), key=TAX))

        assert table(ledger) == refolded(ledger)


@pytest.mark.parametrize(
    "damage",
    [
        lambda desk: [execute(desk.home.database, f"DROP TABLE {name}") for name in ("deadlines", "folded")],
        lambda desk: execute(desk.home.database, "UPDATE folded SET size = size - 1 WHERE name = 'deadlines'"),
        lambda desk: execute(desk.home.database, "DELETE FROM folded WHERE name = 'deadlines'"),
        lambda desk: [
            execute(desk.home.database, "DELETE FROM deadlines"),
            execute(desk.home.database, "UPDATE folded SET size = 3 WHERE name = 'deadlines'"),
        ],
    ],
    ids=["no tables", "a size behind", "no size", "no rows"],
)
def test_a_database_that_an_earlier_version_wrote_is_folded_when_it_is_opened(
    ruled: Desk, damage: Callable[[Desk], object]
) -> None:
    """It has no such table, or one that has not followed the log."""
    with ruled.open() as ledger:
        busy(ruled, ledger)
        rows = table(ledger)
    damage(ruled)

    with ruled.open() as ledger:
        assert table(ledger) == rows
        assert ledger.sequencer.deadlines.folded_size() == ledger.reader.size()


def test_rows_that_follow_the_log_are_not_folded_again(ruled: Desk) -> None:
    """Opening a ledger of millions of records is quick."""
    with ruled.open() as ledger:
        put(ledger, ruled.file())
    execute(ruled.home.database, "UPDATE deadlines SET days = 99")
    with ruled.open() as ledger:
        assert {row.due.days for row in table(ledger)} == {99}


def test_an_entry_without_deadlines_moves_the_size_on(ruled: Desk) -> None:
    """Or every start after a publication would fold the whole log."""
    with ruled.open() as ledger:
        put(ledger, rules_statement(ruled.pen(ruled.home.operator_key()), calendar_2027()))

        assert ledger.sequencer.deadlines.folded_size() == ledger.reader.size()


@contextmanager
def failing_commit(sequencer: Sequencer) -> Iterator[None]:
    """The writer's next commit fails before it happens."""
    engine = sequencer._recorder.engine

    def commit(_connection: sa.Connection) -> None:
        raise KeyError

    sa.event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        sa.event.remove(engine, "commit", commit)


def test_rows_and_events_are_written_together_or_not_at_all(ruled: Desk) -> None:
    """A batch that fails leaves both as they were."""
    with ruled.open() as ledger:
        submission = ruled.file()
        ready = ledger.sequencer.admit(submission.statement, submission.openings)
        with failing_commit(ledger.sequencer), pytest.raises(KeyError):
            ledger.sequencer.append(ready)
    assert query(ruled.home.database, "SELECT count(*) FROM deadlines") == [(0,)]

    with ruled.open() as ledger:
        put(ledger, submission)
        assert len(table(ledger)) == 2
        assert table(ledger) == refolded(ledger)


def test_a_ledger_without_records_has_no_rows(ruled: Desk) -> None:
    """Administration starts no clock."""
    with ruled.open() as ledger:
        assert table(ledger) == refolded(ledger) == []
