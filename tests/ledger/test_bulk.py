"""Long batches: what nobody waits for counts when it is durable, and the clock reads what is not yet."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from ledger.bulk import Bulk
from ledger.errors import RuleBroken
from ledger.service import WritableLedger, open_for_writing
from ledger.store.sqlite import writing_engine
from tests.ledger.harness import (
    ENTERPRISE,
    Desk,
    findings,
    item_reference,
    penalty,
    publicity,
    query,
    record_values,
)
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Submission

FAR = date(2036, 1, 1)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Everybody around a ledger that is not founded yet."""
    return Desk(tmp_path / "ledger")


@pytest.fixture
def ledger(desk: Desk) -> Iterator[WritableLedger]:
    """A founded ledger; at the end the whole log must audit clean."""
    with desk.found() as ledger:
        yield ledger
        assert findings(ledger) == []


def shown(desk: Desk, record: str) -> Submission:
    """A penalty with its class, and so with a period."""
    about: dict[str, JsonValue] = {"catalogue": item_reference(), "record": record}
    values = {**record_values(ENTERPRISE, penalty()), "publicity": publicity(), "operator": "测试经办人"}
    return desk.sign(StatementType.RECORD_FILED, about, values)


def say(ledger: WritableLedger, bulk: Bulk, *submissions: Submission) -> None:
    bulk.append([ledger.sequencer.admit(each.statement, each.openings) for each in submissions])


def test_it_is_not_in_the_log_before_it_is_durable_and_the_same_afterwards(desk: Desk, ledger: WritableLedger) -> None:
    """Piece by piece, each decided after the one before; then all of it is there, signed."""
    bulk, before, record = Bulk(ledger.sequencer, ledger.reader), ledger.reader.size(), desk.new_id()
    say(ledger, bulk, desk.file(record))
    say(ledger, bulk, desk.correct(record))
    waiting = bulk.entries(before - 1, before + 2)

    assert (bulk.size, ledger.reader.size()) == (before + 2, before)
    assert [seq for seq, _raw in waiting] == [before - 1, before, before + 1]
    bulk.commit()
    assert (bulk.size, ledger.reader.size()) == (before + 2, before + 2)
    assert ledger.reader.entries(before - 1, before + 2) == waiting == bulk.entries(before - 1, before + 2)


def test_a_refusal_says_why_and_nothing_of_the_batch_counts(desk: Desk, ledger: WritableLedger) -> None:
    """A step that is not legal ends the filling; the log is as it was."""
    bulk, before = Bulk(ledger.sequencer, ledger.reader), ledger.reader.size()
    with pytest.raises(RuleBroken, match="no record with this id"):
        say(ledger, bulk, desk.file(), desk.correct(desk.new_id()))

    assert ledger.reader.size() == before


def test_the_clock_sees_what_is_not_durable_yet_as_it_will_see_it_afterwards(desk: Desk) -> None:
    """Deadlines that stood before, that the batch begins and that it settles, in the order of days."""
    first, second, third = (desk.new_id() for _ in range(3))
    with desk.found(rules=True) as ledger:
        bulk = Bulk(ledger.sequencer, ledger.reader)
        say(ledger, bulk, shown(desk, first), shown(desk, second))
        bulk.commit()
        stood = {str(stored.stream) for stored in bulk.fallen_due(FAR)}
        say(ledger, bulk, shown(desk, third), desk.object(third, desk.new_id()), desk.revoke(first))
        waiting = bulk.fallen_due(FAR)
        on_the_day, day_after = (bulk.fallen_due(waiting[0].due.day + timedelta(days=days)) for days in (0, 1))
        movable = list(bulk.movable())

        assert stood == {first, second}
        assert {str(stored.stream) for stored in waiting} == {second, third}
        assert waiting == ledger.sequencer.deadlines.fallen_due(FAR)
        assert on_the_day == []
        assert day_after[0] == waiting[0]
        assert movable == list(ledger.sequencer.deadlines.movable())


def test_a_ledger_that_need_not_survive_a_crash_is_whole_when_it_is_closed(desk: Desk) -> None:
    """Commits are not synchronised one by one; the usual writer goes on from there, durably."""
    with desk.found():
        pass
    with open_for_writing(desk.home, clock=desk.clock, random=desk.vault_random, durable=False) as ledger:
        bulk = Bulk(ledger.sequencer, ledger.reader)
        say(ledger, bulk, desk.file())
        bulk.commit()
        size = bulk.size

    assert query(desk.home.database, "SELECT size FROM head") == [(size,)]
    for durable, level in ((True, 2), (False, 0)):
        with writing_engine(desk.home.database, durable=durable).connect() as connection:
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == level
