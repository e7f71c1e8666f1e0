"""Periods in months and years: on which day of the calendar they end."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rulebook.calendar import BeyondCalendar, calendar_deadline


@pytest.mark.parametrize(
    ("start", "months", "years", "expected"),
    [
        ("2026-01-31", 1, 0, "2026-02-28"),
        ("2024-01-31", 1, 0, "2024-02-29"),
        ("2026-03-31", 3, 0, "2026-06-30"),
        ("2024-02-29", 0, 1, "2025-02-28"),
        ("2024-02-29", 0, 4, "2028-02-29"),
        ("2025-02-28", 0, 3, "2028-02-28"),
        ("2025-11-30", 3, 0, "2026-02-28"),
        ("2026-12-31", 12, 0, "2027-12-31"),
        ("2026-08-31", 6, 1, "2028-02-29"),
        ("2025-07-01", 3, 0, "2025-10-01"),  # a holiday
        ("2023-10-10", 0, 3, "2026-10-10"),  # a Saturday that is worked
        ("2026-01-10", 0, 2, "2028-01-10"),
        ("2025-07-03", 0, 1, "2026-07-03"),
        ("2025-07-04", 0, 1, "2026-07-04"),  # a Saturday that is off
    ],
)
def test_a_period_of_months_or_years_ends_on_the_same_number(
    start: str, months: int, years: int, expected: str
) -> None:
    """Or on the last day of the month; never shifted, whatever day that is."""
    assert calendar_deadline(date.fromisoformat(start), months=months, years=years) == date.fromisoformat(expected)


@pytest.mark.parametrize(("months", "years"), [(0, 0), (-1, 1), (12, -1)])
def test_a_period_without_length_is_refused(months: int, years: int) -> None:
    """A period has a length, and its parts do not cancel out."""
    with pytest.raises(ValueError, match="period"):
        calendar_deadline(date(2026, 1, 1), months=months, years=years)


def test_a_period_that_ends_after_the_last_date_is_refused() -> None:
    """A far date, which is a valid date of a record, meets the error of this package and no other."""
    assert calendar_deadline(date(9999, 11, 30), months=1) == date(9999, 12, 30)
    with pytest.raises(BeyondCalendar):
        calendar_deadline(date(9999, 12, 1), months=1)
    with pytest.raises(BeyondCalendar):
        calendar_deadline(date(2026, 1, 1), years=10**30)


def test_a_period_is_asked_for_from_a_day_and_not_from_a_moment() -> None:
    """Which day a moment is on depends on the time zone, and that is not for the calendar to guess."""
    with pytest.raises(TypeError, match="moment"):
        calendar_deadline(datetime(2026, 10, 1, tzinfo=UTC), years=1)


@given(st.dates(date(1990, 1, 1), date(2100, 12, 31)), st.integers(0, 60), st.integers(1, 10))
def test_a_period_of_months_and_years_keeps_its_day_or_ends_with_the_month(
    start: date, months: int, years: int
) -> None:
    """The month is right, and the day is the same or the last one of a shorter month."""
    end = calendar_deadline(start, months=months, years=years)

    assert (end.year - start.year) * 12 + end.month - start.month == months + 12 * years
    assert end.day == start.day or (end.day < start.day and (end + timedelta(days=1)).day == 1)
