"""工作日历 (working-day calendar): which days are working days, and on which day a period ends.

How a period is counted: the day it starts on does not count (民法典 第二百零一条). Days are working days where the
law says so (行政处罚法 第八十五条: 二日、三日、五日、七日; 行政许可法 第八十二条). Months and years are periods of the
calendar, see `calendar_deadline`.

A year's arrangement is published late in the year before. A deadline that runs into a year without one is 暂定
(provisional) and is computed again, from its start and days, once the year is known. Because a notice may also move the
last days of the year before its own, a deadline that is not provisional moves too when a new version of its year says
so.

Errors: a definition that breaks a rule raises `DefinitionFault`, a period past the last day of dates `BeyondCalendar`.
"""

from bisect import bisect_right
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import MAXYEAR, date, datetime, timedelta
from typing import Final, Self

from ledger.definition import DefinitionFault
from ledger.rulebook.calendar_year import (
    FIRST_YEAR,
    CalendarYear,
    calendar_definition,
    on_weekend,
    parse_calendar,
    shipped_calendars,
)

__all__ = [
    "FIRST_YEAR",
    "MAX_WORKING_DAYS",
    "BeyondCalendar",
    "CalendarYear",
    "Deadline",
    "WorkingCalendar",
    "calendar_deadline",
    "calendar_definition",
    "parse_calendar",
    "shipped_calendars",
]

# Some ten years, counted day by day. No act counts so far in working days: longer periods are months or years.
MAX_WORKING_DAYS: Final = 2_500

# Some ten thousand start days of ten periods or so: more than the days of a log that is read in order.
_MOST_FOUND: Final = 100_000

_DAY: Final = timedelta(days=1)
_WEEK: Final = 7
_WORKING_WEEK: Final = 5
_MONTHS: Final = 12


class BeyondCalendar(ValueError):
    """A period ends after 9999-12-31, the last day that a date can be."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """期限 (deadline): the last day of a period in working days, with all that is needed to compute it again."""

    start: date
    """The day of the decision, which does not count."""
    days: int
    day: date
    provisional: bool
    """暂定: the period runs into a year without a calendar, where Monday to Friday was taken instead."""
    calendar: tuple[tuple[int, int], ...]
    """Year and version of each calendar used, in the order of years."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """工作日历 (working-day calendar): the newest version of each year known; other years run from Monday to Friday."""

    years: tuple[CalendarYear, ...] = ()
    """In the order of years, each once; `with_year` keeps it so."""
    _departing: frozenset[date] = field(init=False, repr=False, compare=False)
    _off: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _worked: tuple[date, ...] = field(init=False, repr=False, compare=False)
    _found: dict[tuple[date, int], Deadline] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Deadlines found so far: many records start on one day, and each is asked for again at every event."""

    def __post_init__(self) -> None:
        """Gather the days of all years once, because a replay asks about millions of days."""
        covered = self.coverage()
        if covered != tuple(sorted(set(covered))):
            raise DefinitionFault("$.year", "The years are not in order, each once.", "Build it with `of`.")
        off = tuple(sorted(day for year in self.years for day in year.days_off))
        worked = tuple(sorted(day for year in self.years for day in year.days_worked))
        object.__setattr__(self, "_departing", frozenset(off + worked))
        object.__setattr__(self, "_off", off)
        object.__setattr__(self, "_worked", worked)

    @classmethod
    def of(cls, years: Iterable[CalendarYear]) -> Self:
        """Build a calendar of these years; of several versions of a year the newest counts, whatever the order."""
        calendar = cls()
        for year in years:
            calendar = calendar.with_year(year)
        return calendar

    def with_year(self, year: CalendarYear) -> Self:
        """Take a year in: it replaces an older version of itself, and an older version than the one known is ignored.

        Raises `DefinitionFault` when that version of the year is known with other days, since nobody could say which of
        the two a deadline rests on.
        """
        known = {each.year: each for each in self.years}
        current = known.get(year.year)
        if current is not None and current.version == year.version and current != year:
            rule = f"Version {year.version} of {year.year} is known with other contents."
            raise DefinitionFault("$.version", rule, "Publish the change as the next version.")
        if current is not None and current.version >= year.version:
            return self
        return type(self)(tuple(sorted((known | {year.year: year}).values(), key=lambda each: each.year)))

    def coverage(self) -> tuple[int, ...]:
        """List the years that have a calendar, in order; there may be gaps."""
        return tuple(year.year for year in self.years)

    def is_working_day(self, day: date) -> bool:
        """工作日: say whether the day is worked; in a year that is not covered, whether it is Monday to Friday."""
        _refuse_moment(day)
        return self._is_worked(day)

    def working_deadline(self, start: date, days: int) -> Deadline:
        """Find the last day of a period of so many working days after `start`, the day of the decision.

        Raises ValueError unless there are 1 to 2,500 days, BeyondCalendar when the period has no end.
        """
        known = self._found.get((start, days))
        if known is not None:
            return known
        _refuse_moment(start)
        if not 1 <= days <= MAX_WORKING_DAYS:
            raise ValueError(f"a period has from 1 to {MAX_WORKING_DAYS} working days, not {days}")
        if len(self._found) >= _MOST_FOUND:
            self._found.clear()
        deadline = self._found[start, days] = self._count(start, days)
        return deadline

    def _count(self, start: date, days: int) -> Deadline:
        day, left = start, days
        try:
            while left:
                day += _DAY
                left -= self._is_worked(day)
        except OverflowError:
            raise BeyondCalendar(f"{days} working days from {start} end after the year {MAXYEAR}") from None
        crossed = range((start + _DAY).year, day.year + 1)
        used = tuple((year.year, year.version) for year in self.years if year.year in crossed)
        return Deadline(start, days, day, provisional=len(used) < len(crossed), calendar=used)

    def recomputed(self, deadline: Deadline) -> Deadline:
        """Compute a deadline again from its start and days, under the years known here: it moves or is confirmed."""
        return self.working_deadline(deadline.start, deadline.days)

    def working_days_between(self, first: date, last: date) -> int:
        """Count the working days after `first` up to and including `last`; below zero when `last` is the earlier day.

        From a deadline to the day of the deed these are the days late, from today to a deadline the days left. In a
        year that is not covered, Monday to Friday is counted.
        """
        _refuse_moment(first)
        _refuse_moment(last)
        return self._worked_until(last) - self._worked_until(first)

    def _is_worked(self, day: date) -> bool:
        return on_weekend(day) is (day in self._departing)

    def _worked_until(self, day: date) -> int:
        """Working days from 0001-01-01, which is a Monday, up to and including the day."""
        weeks, rest = divmod(day.toordinal(), _WEEK)
        weekdays = weeks * _WORKING_WEEK + min(rest, _WORKING_WEEK)
        return weekdays - bisect_right(self._off, day) + bisect_right(self._worked, day)


def calendar_deadline(start: date, *, months: int = 0, years: int = 0) -> date:
    """期间 (period): the last day of a period of months or years after `start`, which does not count.

    民法典 第二百零二条: the same-numbered day of the last month, or the last day of that month if it has no such day.
    It is never shifted off a day of rest, as 第二百零三条 would shift what somebody has to do: a publicity period ends
    by itself. Raises ValueError unless there is a month or a year, BeyondCalendar when the period has no end.
    """
    _refuse_moment(start)
    if min(months, years) < 0 or months + years == 0:
        raise ValueError("a period has one month or year at least, and no part below zero")
    year, month = divmod(start.year * _MONTHS + start.month - 1 + months + years * _MONTHS, _MONTHS)
    if year > MAXYEAR:
        raise BeyondCalendar(f"{years} years and {months} months from {start} end after the year {MAXYEAR}")
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def _refuse_moment(day: date) -> None:
    """Refuse a datetime, which is a date for the type checker but equal to none: it would silently meet no holiday."""
    if isinstance(day, datetime):
        raise TypeError("a calendar is asked about days: take the date() of a moment in the time zone of the law")
