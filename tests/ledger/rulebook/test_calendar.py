"""Working days: which days count, on which day a period ends, and what happens when a new year is published."""

import pickle
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.definition import DefinitionFault
from ledger.rulebook.calendar import (
    MAX_WORKING_DAYS,
    BeyondCalendar,
    CalendarYear,
    Deadline,
    WorkingCalendar,
    parse_calendar,
    shipped_calendars,
)

YEARS = {year.year: year for year in map(parse_calendar, shipped_calendars())}
SHIPPED = WorkingCalendar.of(YEARS.values())
DAY = timedelta(days=1)

# domain.md, section 5: the day of the decision, then the last day of 3, 7, 10 and 20 working days; "-" is no data.
PERIODS = (3, 7, 10, 20)
VECTORS = {
    "2024-02-05": "2024-02-08 2024-02-20 2024-02-23 2024-03-08",
    "2024-09-27": "2024-10-08 2024-10-12 2024-10-16 2024-10-30",
    "2025-01-22": "2025-01-26 2025-02-07 2025-02-11 2025-02-25",
    "2025-01-26": "2025-02-06 2025-02-11 2025-02-14 2025-02-28",
    "2025-09-30": "2025-10-11 2025-10-16 2025-10-21 2025-11-04",
    "2025-12-24": "2025-12-29 2026-01-05 2026-01-08 2026-01-22",
    "2025-12-31": "2026-01-06 2026-01-12 2026-01-15 2026-01-29",
    "2026-02-10": "2026-02-13 2026-02-26 2026-03-02 2026-03-16",
    "2026-02-13": "2026-02-25 2026-03-02 2026-03-05 2026-03-19",
    "2026-04-30": "2026-05-08 2026-05-13 2026-05-18 2026-06-01",
    "2026-09-18": "2026-09-22 2026-09-29 2026-10-09 2026-10-22",
    "2026-09-30": "2026-10-10 2026-10-15 2026-10-20 2026-11-03",
    "2026-11-20": "2026-11-25 2026-12-01 2026-12-04 2026-12-18",
    "2026-12-18": "2026-12-23 2026-12-29 - -",
    "2026-12-22": "2026-12-25 2026-12-31 - -",
    "2026-12-28": "2026-12-31 - - -",
}

days_covered = st.dates(date(2004, 1, 1), date(2026, 12, 31))
days_nearby = st.dates(date(2000, 1, 1), date(2030, 12, 31))


def arrangement(*off: str, version: int = 1) -> CalendarYear:
    """The arrangement of 2027 as a notice may bring it."""
    return CalendarYear(2027, version, "测试", frozenset(map(date.fromisoformat, off)), frozenset())


def worked_naively(day: date) -> bool:
    """Say the same as `is_working_day`, from the shipped lists alone."""
    year = YEARS.get(day.year)
    if year is not None and day in year.days_off:
        return False
    return day.isoweekday() <= 5 or (year is not None and day in year.days_worked)


def deadline_naively(start: date, days: int) -> date:
    """Collect working days after the start until there are enough."""
    found: list[date] = []
    day = start
    while len(found) < days:
        day = day + DAY
        if worked_naively(day):
            found.append(day)
    return found[-1]


# ---- periods in working days -------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", PERIODS)
@pytest.mark.parametrize("start", VECTORS)
def test_a_deadline_agrees_with_the_vectors(start: str, days: int) -> None:
    """The day itself, or provisional where there is no data."""
    expected = VECTORS[start].split()[PERIODS.index(days)]
    deadline = SHIPPED.working_deadline(date.fromisoformat(start), days)

    assert ("-" if deadline.provisional else deadline.day.isoformat()) == expected


def test_a_deadline_names_the_calendars_it_used() -> None:
    """Only years with a counted day are named: the day of the decision is not one."""
    crossing = SHIPPED.working_deadline(date(2025, 12, 24), 7)
    inside = SHIPPED.working_deadline(date(2025, 12, 31), 3)

    assert crossing == Deadline(date(2025, 12, 24), 7, date(2026, 1, 5), False, ((2025, 1), (2026, 1)))
    assert inside == Deadline(date(2025, 12, 31), 3, date(2026, 1, 6), False, ((2026, 1),))


def test_a_deadline_is_provisional_only_if_it_needs_an_uncovered_day() -> None:
    """Up to the last covered day it is certain; the day of the decision itself need not be covered."""
    assert not SHIPPED.working_deadline(date(2026, 12, 30), 1).provisional
    assert SHIPPED.working_deadline(date(2026, 12, 31), 1).provisional
    assert SHIPPED.working_deadline(date(2003, 12, 30), 1).provisional
    assert not SHIPPED.working_deadline(date(2003, 12, 31), 1).provisional


def test_a_gap_in_the_years_makes_a_deadline_across_it_provisional() -> None:
    """Coverage is looked up year by year, not from first to last."""
    gap = WorkingCalendar.of([YEARS[2024], YEARS[2026]])
    deadline = gap.working_deadline(date(2024, 12, 25), 300)

    assert gap.coverage() == (2024, 2026)
    assert deadline.provisional
    assert deadline.calendar == ((2024, 1), (2026, 1))


def test_without_any_year_the_week_runs_from_monday_to_friday() -> None:
    """An empty calendar answers too, and says that it is provisional."""
    deadline = WorkingCalendar().working_deadline(date(2026, 9, 30), 3)

    assert deadline == Deadline(date(2026, 9, 30), 3, date(2026, 10, 5), provisional=True, calendar=())


def test_a_provisional_deadline_moves_when_the_year_arrives() -> None:
    """2026-12-18 and ten working days: provisional, then the notice puts 1 and 4 January off."""
    before = SHIPPED.working_deadline(date(2026, 12, 18), 10)
    after = SHIPPED.with_year(arrangement("2027-01-01", "2027-01-04")).recomputed(before)

    assert before == Deadline(date(2026, 12, 18), 10, date(2027, 1, 1), True, ((2026, 1),))
    assert after == Deadline(date(2026, 12, 18), 10, date(2027, 1, 5), False, ((2026, 1), (2027, 1)))


def test_a_provisional_deadline_is_confirmed_when_the_year_leaves_it_alone() -> None:
    """The same day, no longer provisional, with the new calendar named."""
    before = SHIPPED.working_deadline(date(2026, 12, 23), 10)
    after = SHIPPED.with_year(arrangement("2027-10-01")).recomputed(before)

    assert before == Deadline(date(2026, 12, 23), 10, date(2027, 1, 6), True, ((2026, 1),))
    assert after == Deadline(date(2026, 12, 23), 10, date(2027, 1, 6), False, ((2026, 1), (2027, 1)))


def test_a_certain_deadline_moves_when_a_notice_reaches_back() -> None:
    """A notice for 2027 that puts 2026-12-31 off makes a version 2 of 2026, which replaces version 1."""
    before = SHIPPED.working_deadline(date(2026, 12, 28), 3)
    first = YEARS[2026]
    second = CalendarYear(2026, 2, "测试", first.days_off | {date(2026, 12, 31)}, first.days_worked)
    after = SHIPPED.with_year(second).with_year(arrangement("2027-01-01")).recomputed(before)

    assert before == Deadline(date(2026, 12, 28), 3, date(2026, 12, 31), False, ((2026, 1),))
    assert after == Deadline(date(2026, 12, 28), 3, date(2027, 1, 4), False, ((2026, 2), (2027, 1)))


def test_days_late_are_counted_from_the_deadline() -> None:
    """Due before 国庆节, done after the make-up Saturday: 8, 9 and 10 October 2026 are late days."""
    due = date(2026, 9, 30)

    assert SHIPPED.working_days_between(due, date(2026, 10, 7)) == 0
    assert SHIPPED.working_days_between(due, date(2026, 10, 11)) == 3
    assert SHIPPED.working_days_between(date(2026, 10, 11), due) == -3


@pytest.mark.parametrize("days", [0, -1, MAX_WORKING_DAYS + 1])
def test_a_period_of_no_or_of_too_many_days_is_refused(days: int) -> None:
    """A period has a day at least, and an end that can be counted to."""
    with pytest.raises(ValueError, match="working days"):
        SHIPPED.working_deadline(date(2026, 1, 5), days)


def test_a_period_that_ends_after_the_last_date_is_refused() -> None:
    """A far date, which is a valid date of a record, meets the error of this package and no other."""
    with pytest.raises(BeyondCalendar):
        SHIPPED.working_deadline(date.max, 1)
    with pytest.raises(BeyondCalendar):
        SHIPPED.working_deadline(date.max - 5 * DAY, 10)
    assert SHIPPED.working_deadline(date.max - DAY, 1).day == date.max


def test_a_moment_is_refused_because_it_equals_no_day() -> None:
    """A datetime would pass every holiday by without a word."""
    moment = datetime(2026, 10, 1, tzinfo=UTC)

    with pytest.raises(TypeError, match="moment"):
        SHIPPED.is_working_day(moment)
    with pytest.raises(TypeError, match="moment"):
        SHIPPED.working_deadline(moment, 3)
    with pytest.raises(TypeError, match="moment"):
        SHIPPED.working_days_between(moment, date(2026, 10, 8))
    with pytest.raises(TypeError, match="moment"):
        SHIPPED.working_days_between(date(2026, 10, 8), moment)


# ---- properties --------------------------------------------------------------------------------------------------


@given(days_nearby)
def test_a_working_day_agrees_with_a_naive_reading(day: date) -> None:
    """Whatever the day, covered or not."""
    assert SHIPPED.is_working_day(day) is worked_naively(day)


@given(days_nearby, st.integers(1, 80))
def test_a_deadline_is_the_working_day_found_by_naive_counting(start: date, days: int) -> None:
    """Provisional exactly if one of the days that were passed is in no covered year."""
    deadline = SHIPPED.working_deadline(start, days)
    passed = [start + offset * DAY for offset in range(1, (deadline.day - start).days + 1)]

    assert deadline.day == deadline_naively(start, days)
    assert SHIPPED.is_working_day(deadline.day)
    assert deadline.provisional is any(day.year not in YEARS for day in passed)
    assert SHIPPED.recomputed(deadline) == deadline


@given(days_covered, st.integers(1, 60), st.integers(1, 60))
def test_a_longer_period_ends_later_and_two_periods_make_their_sum(start: date, first: int, second: int) -> None:
    """Counting on from a deadline is counting further from the start."""
    end = SHIPPED.working_deadline(start, first).day

    assert end < SHIPPED.working_deadline(start, first + 1).day
    assert SHIPPED.working_deadline(end, second).day == SHIPPED.working_deadline(start, first + second).day


@given(days_nearby, days_nearby, st.integers(1, 60))
def test_days_between_agree_with_naive_counting_and_undo_a_deadline(first: date, last: date, days: int) -> None:
    """The two directions differ in sign alone."""
    low, high = min(first, last), max(first, last)
    expected = sum(worked_naively(low + offset * DAY) for offset in range(1, (high - low).days + 1))

    assert SHIPPED.working_days_between(low, high) == expected
    assert SHIPPED.working_days_between(high, low) == -expected
    assert SHIPPED.working_days_between(first, SHIPPED.working_deadline(first, days).day) == days


@given(st.permutations(sorted(YEARS)))
def test_the_order_in_which_years_arrive_does_not_matter(order: list[int]) -> None:
    """The same calendar, equal and with the same hash."""
    calendar = WorkingCalendar.of(YEARS[year] for year in order)

    assert calendar == SHIPPED
    assert hash(calendar) == hash(SHIPPED)


# ---- versions of a year ------------------------------------------------------------------------------------------


def test_a_later_version_replaces_and_an_earlier_one_is_ignored() -> None:
    """Whatever the order in which they arrive."""
    first, second = arrangement("2027-01-01", "2027-01-04"), arrangement("2027-01-01", version=2)

    assert WorkingCalendar.of([first, second]).years == (second,)
    assert WorkingCalendar.of([second, first]).years == (second,)
    assert not WorkingCalendar.of([first]).is_working_day(date(2027, 1, 4))
    assert WorkingCalendar.of([first, second]).is_working_day(date(2027, 1, 4))


def test_the_same_version_changes_nothing_and_is_refused_with_other_days() -> None:
    """Nobody could say which of the two a deadline rests on."""
    calendar = WorkingCalendar.of([arrangement("2027-01-01")])

    assert calendar.with_year(arrangement("2027-01-01")) == calendar
    with pytest.raises(DefinitionFault, match="other contents") as caught:
        calendar.with_year(arrangement("2027-01-04"))
    assert caught.value.path == "$.version"


def test_a_calendar_is_left_alone_by_a_new_year() -> None:
    """A calendar is a value: taking a year in gives another one."""
    longer = SHIPPED.with_year(arrangement("2027-01-01"))

    assert SHIPPED.coverage() == tuple(range(2004, 2027))
    assert longer.coverage() == tuple(range(2004, 2028))


@pytest.mark.parametrize("years", [(2026, 2025), (2026, 2026)], ids=["out-of-order", "twice"])
def test_years_out_of_order_or_there_twice_are_no_calendar(years: tuple[int, int]) -> None:
    """The constructor holds what `of` and `with_year` see to."""
    with pytest.raises(DefinitionFault):
        WorkingCalendar(tuple(YEARS[year] for year in years))


def test_a_calendar_travels_to_another_process() -> None:
    """A replay in a pool of processes counts with the same calendar."""
    copied = pickle.loads(pickle.dumps(SHIPPED))  # noqa: S301 - our own bytes

    assert copied == SHIPPED
    assert copied.working_deadline(date(2026, 9, 18), 10) == SHIPPED.working_deadline(date(2026, 9, 18), 10)
