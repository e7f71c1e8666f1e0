"""Objections: which clocks run, when they end, what was missed, and how strictly the rules are read."""

import copy
import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.definition import DefinitionFault
from ledger.rulebook.calendar import BeyondCalendar, CalendarYear, WorkingCalendar, parse_calendar, shipped_calendars
from ledger.rulebook.objection import (
    Extension,
    ObjectionClock,
    ObjectionTimes,
    Review,
    StepRefused,
    clocks_of,
    missed,
    objection_definition,
    parse_objection,
    shipped_objection,
    with_extension,
    with_review,
    withdrawal_deadline,
)
from verify.strict import JsonValue

CALENDAR = WorkingCalendar.of(map(parse_calendar, shipped_calendars()))
RULES = parse_objection(shipped_objection())
ANNOTATE, FORWARD, VERIFY, ACT, REVIEW = ObjectionClock

# 2026-09-18 is a Friday; 2026-09-20 is worked, 09-25 (中秋节) and 10-01 to 10-07 (国庆节) are off.
RAISED = date(2026, 9, 18)

gaps = st.lists(st.integers(0, 40), min_size=5, max_size=5)


def september(day: int) -> date:
    """Name a day of September 2026."""
    return date(2026, 9, day)


def changed(change: Callable[[dict[str, Any]], object]) -> dict[str, JsonValue]:
    """Change the shipped definition."""
    definition: dict[str, Any] = copy.deepcopy(shipped_objection())
    change(definition)
    return definition


def course(steps: list[int]) -> ObjectionTimes:
    """Build a course of an objection, each step so many days after the one before."""
    raised, annotated, forwarded, resolved, acted = (
        RAISED + timedelta(days=sum(steps[: index + 1])) for index in range(5)
    )
    return ObjectionTimes(raised, annotated, forwarded, (), resolved, acted)


# ---- what is shipped ------------------------------------------------------------------------------------------------


def test_the_shipped_clocks_are_the_recommended_defaults() -> None:
    """1, 1, 5 (20), 3, review once; each says itself that it is a default, since no document has a number."""
    terms = [RULES.term(clock) for clock in ObjectionClock]

    assert [term.working_days for term in terms] == [1, 1, 5, 3, 5]
    assert [term.extended_to for term in terms] == [None, None, 20, None, None]
    assert (RULES.extensions_allowed, RULES.reviews_allowed) == (1, 1)
    assert all(not term.confirmed and term.source.startswith("本平台默认，可配置：") for term in terms)


def test_withdrawal_after_annulment_is_law() -> None:
    """行政处罚法 第四十八条: three working days, no default."""
    assert RULES.withdrawal.confirmed
    assert withdrawal_deadline(RULES, CALENDAR, date(2026, 9, 30)).day == date(2026, 10, 10)


# ---- which clocks run -----------------------------------------------------------------------------------------------


def test_annotating_and_forwarding_run_from_the_day_it_was_raised() -> None:
    """Raised on Friday: the Sunday worked for National Day is the first working day."""
    annotate, forward = clocks_of(RULES, CALENDAR, ObjectionTimes(RAISED))

    assert [annotate.clock, forward.clock] == [ANNOTATE, FORWARD]
    assert annotate.deadline.day == forward.deadline.day == september(20)
    assert annotate.done_on is None
    assert annotate.late_by == 0
    assert annotate.rules == ("default", 1)


def test_verifying_runs_from_the_day_of_forwarding_and_acting_from_the_outcome() -> None:
    """Neither starts with the objection: nobody is late with what has not reached him."""
    times = ObjectionTimes(RAISED, RAISED, september(21), (), september(28))

    *_, verify, act = clocks_of(RULES, CALENDAR, times)

    assert (verify.clock, verify.deadline.day, verify.done_on) == (VERIFY, september(29), september(28))
    assert (act.clock, act.deadline.day, act.done_on) == (ACT, date(2026, 10, 8), None)


def test_an_extension_replaces_the_days_of_verifying() -> None:
    """Twenty in all, from the day of forwarding; not twenty more."""
    times = ObjectionTimes(RAISED, RAISED, RAISED)
    extended = with_extension(RULES, CALENDAR, times, Extension(september(24), 20, "需要向外省单位调查取证"))

    verify = clocks_of(RULES, CALENDAR, extended)[2]

    assert verify.deadline == CALENDAR.working_deadline(RAISED, 20)


def test_a_review_has_its_own_clock_and_its_outcome_is_acted_on() -> None:
    """复核: from the day it was asked for; then acting runs a second time."""
    review = Review(september(23), september(29))
    times = ObjectionTimes(RAISED, RAISED, RAISED, (), september(21), september(22), (review,))

    *_, first, asked, second = clocks_of(RULES, CALENDAR, times)

    assert [first.clock, asked.clock, second.clock] == [ACT, REVIEW, ACT]
    assert (asked.deadline.start, asked.deadline.day) == (
        september(23),
        CALENDAR.working_deadline(september(23), 5).day,
    )
    assert (second.deadline.start, second.done_on) == (september(29), None)


def test_a_deed_after_the_deadline_counts_its_working_days() -> None:
    """Annotated on Tuesday instead of Sunday: two working days late."""
    annotate, _ = clocks_of(RULES, CALENDAR, ObjectionTimes(RAISED, september(22)))

    assert annotate.late_by == 2


def test_a_deadline_in_a_year_without_a_calendar_is_provisional_until_the_notice() -> None:
    """暂定: 2027 has no calendar; with one that takes days off the deadline moves and is settled."""
    times = ObjectionTimes(date(2026, 12, 28), date(2026, 12, 28), date(2026, 12, 28))
    holidays = frozenset({date(2027, 1, 1), date(2027, 1, 4)})
    known = CALENDAR.with_year(CalendarYear(2027, 1, "测试", holidays, frozenset()))

    annotate, _, before = clocks_of(RULES, CALENDAR, times)
    after = clocks_of(RULES, known, times)[2]

    assert not annotate.deadline.provisional
    assert (before.deadline.day, before.deadline.provisional) == (date(2027, 1, 4), True)
    assert (after.deadline.day, after.deadline.provisional) == (date(2027, 1, 6), False)
    assert [each.deadline.provisional for each in missed(RULES, CALENDAR, times, date(2027, 1, 5))] == [True]


def test_a_clock_past_the_last_day_of_dates_is_refused() -> None:
    """No date, no deadline."""
    with pytest.raises(BeyondCalendar):
        clocks_of(RULES, CALENDAR, ObjectionTimes(date.max))


# ---- what was missed ------------------------------------------------------------------------------------------------


def test_nothing_is_missed_on_the_last_day_and_everything_undone_is_on_the_next() -> None:
    """The deadline's own day still counts."""
    times = ObjectionTimes(RAISED)

    assert missed(RULES, CALENDAR, times, september(20)) == ()
    assert [each.clock for each in missed(RULES, CALENDAR, times, september(21))] == [ANNOTATE, FORWARD]


def test_what_is_open_is_late_up_to_today() -> None:
    """Sunday to Wednesday: three working days."""
    (late,) = missed(RULES, CALENDAR, ObjectionTimes(RAISED, RAISED), september(23))

    assert (late.clock, late.late_by, late.done_on) == (FORWARD, 3, None)


def test_a_step_done_late_stays_missed() -> None:
    """A platform that looks only once a week must find it all the same."""
    times = ObjectionTimes(RAISED, RAISED, september(22))

    (late,) = missed(RULES, CALENDAR, times, september(24))

    assert (late.clock, late.late_by, late.done_on) == (FORWARD, 2, september(22))


def test_what_happened_later_is_not_known_today() -> None:
    """A replay of a past day gives the answer of that day."""
    times = ObjectionTimes(RAISED, RAISED, september(29))

    (late,) = missed(RULES, CALENDAR, times, september(22))

    assert (late.late_by, late.done_on) == (2, None)


def test_a_deed_on_the_days_of_rest_after_the_deadline_is_missed_by_no_working_day() -> None:
    """Raised on Thursday, due on Friday, annotated on Saturday."""
    thursday = september(10)
    times = ObjectionTimes(thursday, thursday + timedelta(days=2), thursday)

    (late,) = missed(RULES, CALENDAR, times, thursday + timedelta(days=3))

    assert (late.clock, late.late_by) == (ANNOTATE, 0)


@given(gaps, st.integers(0, 300), st.integers(0, 60))
def test_what_was_missed_once_stays_missed(steps: list[int], after: int, later: int) -> None:
    """A later day never forgets a missed clock, nor makes it less late."""
    times, today = course(steps), RAISED + timedelta(days=after)

    early = missed(RULES, CALENDAR, times, today)
    late = {each.clock: each for each in missed(RULES, CALENDAR, times, today + timedelta(days=later))}

    assert all(late[each.clock].late_by >= each.late_by for each in early)


@given(gaps)
def test_missed_and_the_clocks_agree_once_everything_is_done(steps: list[int]) -> None:
    """Late by a working day or more is missed; done by the deadline is not."""
    times = course(steps)
    running = clocks_of(RULES, CALENDAR, times)
    late = missed(RULES, CALENDAR, times, date(2028, 1, 1))

    assert late == tuple(each for each in running if each.done_on is not None and each.done_on > each.deadline.day)
    assert {each.clock for each in running if each.late_by} <= {each.clock for each in late}


# ---- extension and review -------------------------------------------------------------------------------------------


def test_an_extension_is_given_once() -> None:
    """延长一次."""
    times = with_extension(RULES, CALENDAR, ObjectionTimes(RAISED, None, RAISED), Extension(RAISED, 10, "理由"))

    with pytest.raises(StepRefused, match="used up"):
        with_extension(RULES, CALENDAR, times, Extension(RAISED, 20, "理由"))


def test_a_second_extension_is_longer_where_the_rules_allow_two() -> None:
    """The number is data; the second one counts from the first."""
    rules = parse_objection(changed(lambda definition: definition.update(extensions_allowed=2)))
    times = with_extension(rules, CALENDAR, ObjectionTimes(RAISED, None, RAISED), Extension(RAISED, 10, "理由"))

    twice = with_extension(rules, CALENDAR, times, Extension(RAISED, 11, "理由"))

    assert clocks_of(rules, CALENDAR, twice)[2].deadline.days == 11
    with pytest.raises(StepRefused, match="longer"):
        with_extension(rules, CALENDAR, times, Extension(RAISED, 10, "理由"))


@pytest.mark.parametrize(
    ("times", "extension", "why"),
    [
        (ObjectionTimes(RAISED), Extension(RAISED, 20, "理由"), "nothing to extend"),
        (ObjectionTimes(RAISED, None, RAISED, (), RAISED), Extension(RAISED, 20, "理由"), "nothing to extend"),
        (ObjectionTimes(RAISED, None, RAISED), Extension(RAISED, 21, "理由"), "20 working days at most"),
        (ObjectionTimes(RAISED, None, RAISED), Extension(RAISED, 5, "理由"), "longer"),
        (ObjectionTimes(RAISED, None, RAISED), Extension(date(2026, 10, 8), 20, "理由"), "before it ends"),
        (ObjectionTimes(RAISED, None, RAISED), Extension(RAISED, 20, " "), "reason"),
        (ObjectionTimes(RAISED, None, RAISED), Extension(september(17), 20, "理由"), "has not happened"),
    ],
    ids=["not forwarded", "resolved", "too long", "not longer", "too late", "no reason", "before forwarding"],
)
def test_an_extension_the_rules_do_not_allow_is_refused(times: ObjectionTimes, extension: Extension, why: str) -> None:
    """In time, within the most, longer, with a reason."""
    with pytest.raises(StepRefused, match=why):
        with_extension(RULES, CALENDAR, times, extension)


def test_rules_without_extension_allow_none() -> None:
    """A city that has no extension says so with 0."""

    def never(definition: dict[str, Any]) -> None:
        definition["extensions_allowed"] = 0
        del definition["clocks"][2]["extended_to"]

    rules = parse_objection(changed(never))

    with pytest.raises(StepRefused, match="0 extensions"):
        with_extension(rules, CALENDAR, ObjectionTimes(RAISED, None, RAISED), Extension(RAISED, 6, "理由"))


def test_a_review_is_asked_for_once_and_after_the_outcome() -> None:
    """复核以一次为限."""
    times = ObjectionTimes(RAISED, None, RAISED, (), september(21))

    reviewed = with_review(RULES, times, september(22))

    assert reviewed.reviews == (Review(september(22)),)
    with pytest.raises(StepRefused, match="used up"):
        with_review(RULES, reviewed, september(23))
    with pytest.raises(StepRefused, match="has not happened"):
        with_review(RULES, ObjectionTimes(RAISED), september(22))


@pytest.mark.parametrize(
    "build",
    [
        lambda: ObjectionTimes(RAISED, september(17)),
        lambda: ObjectionTimes(RAISED, resolved=RAISED),
        lambda: ObjectionTimes(RAISED, forwarded=september(21), resolved=RAISED),
        lambda: ObjectionTimes(RAISED, acted=RAISED),
        lambda: ObjectionTimes(RAISED, forwarded=RAISED, resolved=RAISED, reviews=(Review(RAISED, acted=RAISED),)),
        lambda: ObjectionTimes(
            RAISED, forwarded=RAISED, resolved=RAISED, reviews=(Review(RAISED), Review(september(19)))
        ),
    ],
    ids=[
        "annotated before raised",
        "resolved, not forwarded",
        "resolved before forwarded",
        "acted, not resolved",
        "acted, not decided",
        "a second review during the first",
    ],
)
def test_days_in_an_impossible_order_are_refused(build: Callable[[], ObjectionTimes]) -> None:
    """The provider verifies: without forwarding there is no outcome."""
    with pytest.raises(StepRefused):
        build()


# ---- reading --------------------------------------------------------------------------------------------------------


def test_the_shipped_definition_survives_json_and_a_round_trip() -> None:
    """What a ledger takes over is what comes back."""
    definition = json.loads(json.dumps(shipped_objection()))

    assert objection_definition(parse_objection(definition)) == definition


@given(st.lists(st.integers(1, 2_499), min_size=5, max_size=5), st.permutations(range(5)), st.integers(0, 3))
def test_any_rules_survive_a_round_trip(days: list[int], order: list[int], reviews: int) -> None:
    """In whatever order the clocks stand."""
    definition: Any = copy.deepcopy(shipped_objection())
    for clock, each in zip(definition["clocks"], days, strict=True):
        clock["working_days"] = each
    definition["clocks"][2]["extended_to"] = days[2] + 1
    definition["clocks"] = [definition["clocks"][index] for index in order]
    definition["reviews_allowed"] = reviews

    assert objection_definition(parse_objection(definition)) == definition


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("$", lambda d: d.update(extension=1)),
        ("$", lambda d: d.pop("reviews_allowed")),
        ("$.name", lambda d: d.update(name="Default")),
        ("$.version", lambda d: d.update(version=0)),
        ("$.effective_from", lambda d: d.update(effective_from="2026-02-29")),
        ("$.extensions_allowed", lambda d: d.update(extensions_allowed=-1)),
        ("$.clocks[2].extended_to", lambda d: d.update(extensions_allowed=0)),
        ("$.clocks[2].extended_to", lambda d: d["clocks"][2].pop("extended_to")),
        ("$.clocks[2].extended_to", lambda d: d["clocks"][2].update(extended_to=5)),
        ("$.clocks[0].extended_to", lambda d: d["clocks"][0].update(extended_to=5)),
        ("$.clocks[0].working_days", lambda d: d["clocks"][0].update(working_days=0)),
        ("$.clocks[0].working_days", lambda d: d["clocks"][0].update(working_days=1.0)),
        ("$.clocks[0].confirmed", lambda d: d["clocks"][0].update(confirmed="false")),
        ("$.clocks[0].source", lambda d: d["clocks"][0].update(source="")),
        ("$.clocks[0].clock", lambda d: d["clocks"][0].update(clock="annotation")),
        ("$.clocks[1].clock", lambda d: d["clocks"][1].update(clock="annotate")),
        ("$.clocks", lambda d: d["clocks"].pop()),
        ("$.clocks", lambda d: d.update(clocks=[])),
        ("$.withdrawal", lambda d: d["withdrawal"].update(extended_to=9)),
        ("$.withdrawal", lambda d: d["withdrawal"].pop("source")),
    ],
    ids=count(),
)
def test_a_mistake_is_refused_where_it_stands(path: str, change: Callable[[dict[str, Any]], object]) -> None:
    """What is not understood is refused, with its place."""
    with pytest.raises(DefinitionFault) as refused:
        parse_objection(changed(change))

    assert refused.value.path == path


@given(st.dates(date(2020, 1, 1), date(2026, 11, 20)), st.integers(6, 20))
def test_an_extension_never_brings_the_deadline_forward(raised: date, days: int) -> None:
    """Whatever the calendar, later and settled."""
    times = ObjectionTimes(raised, raised, raised)

    extended = with_extension(RULES, CALENDAR, times, Extension(raised, days, "理由"))

    before, after = clocks_of(RULES, CALENDAR, times)[2], clocks_of(RULES, CALENDAR, extended)[2]
    assert before.deadline.day < after.deadline.day
    assert not after.deadline.provisional
