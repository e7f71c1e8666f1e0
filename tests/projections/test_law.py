"""The law of a log: what it remembers of one record holds for every other that is alike, and for none that is not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from ledger.domain.evolve import evolve
from ledger.domain.publicity import days_shown, last_day
from ledger.domain.state import CreditRecord
from ledger.rulebook.publicity_rules import PublicityRules
from projections.law import Law, Period
from tests.ledger.domain.stories import STORIES
from tests.ledger.domain.story import Story, day
from tests.ledger.harness import publicity

ALWAYS = date.min, date.max


def states_of(story: Story) -> list[CreditRecord]:
    """The record after each event."""
    states: list[CreditRecord] = []
    for event in story.events:
        states.append(evolve(states[-1] if states else None, event, story.items))
    return states


@pytest.mark.parametrize("tell", STORIES, ids=[tell.__name__ for tell in STORIES])
def test_a_period_is_that_of_the_record_however_often_it_is_asked(tell: Callable[[], Story]) -> None:
    """After each event, in the order of the story and backwards."""
    story = tell()
    law, states = Law(story.items, story.book), states_of(story)
    fresh = [
        Period(days_shown(state, story.items, story.book), last_day(state, story.items, story.book)) for state in states
    ]

    assert [law.period(state) for state in states] == fresh
    assert [law.period(state) for state in reversed(states)] == fresh[::-1]


def test_records_that_are_alike_but_for_the_rules_they_found_have_periods_of_their_own() -> None:
    """A made-up second version of 令第36号 gives 一般 half a year; a record keeps to the one before it."""
    order = next(rule for rule in Story().book.of(PublicityRules) if rule.name == "order-36")
    shorter = replace(
        order,
        version=2,
        classes=tuple(replace(each, longest_months=6) if each.longest_months else each for each in order.classes),
    )
    before, after = Story("2026-05-20"), Story("2026-05-20").publish(shorter)
    before.file(publicity("ordinary"))
    after.file(publicity("ordinary"))
    law = Law(after.items, after.book)

    assert law.period(before.record) == Period((day("2026-05-20"), day("2027-05-20")), day("2027-05-20"))
    assert law.period(after.record) == Period((day("2026-05-20"), day("2026-11-20")), day("2026-11-20"))


def test_a_record_that_is_masked_or_ended_is_asked_for_itself() -> None:
    """It is shown on no day; its last day is what it was, as it is not its end that shows."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary"))
    law, shown = Law(story.items, story.book), (day("2026-05-20"), day("2027-05-20"))
    assert law.period(story.record) == Period(shown, day("2027-05-20"))
    story.mask()
    assert law.period(story.record) == Period(None, day("2027-05-20"))
    story.unmask()
    assert law.period(story.record) == Period(shown, day("2027-05-20"))
    story.revoke()
    assert law.period(story.record) == Period(None, day("2027-05-20"))
