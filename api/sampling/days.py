"""Days on which test offices work, by the shipped calendars, and instants within them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from api.sampling.dice import Dice
from ledger.beijing import BEIJING
from ledger.rulebook.calendar import WorkingCalendar, parse_calendar, shipped_calendars

DAY: Final = timedelta(days=1)
OPENS: Final = time(9)
_OPEN_SECONDS: Final = int(8.5 * 3600)
_MILLION: Final = 1_000_000


@lru_cache(maxsize=1)
def working_calendar() -> WorkingCalendar:
    """Every year that is shipped; later ones run from Monday to Friday."""
    return WorkingCalendar.of(map(parse_calendar, shipped_calendars()))


def beijing_date(at: datetime) -> date:
    """The day in Beijing."""
    return at.astimezone(BEIJING).date()


def midnight(day: date, hour: int = 0) -> datetime:
    """The beginning of a day in Beijing, or an hour of it."""
    return datetime.combine(day, time(hour), BEIJING).astimezone(UTC)


def open_instant(day: date, dice: Dice, part: int = 0, parts: int = 1) -> datetime:
    """An instant within office hours; within the `part` of as many equal `parts` of them."""
    length = _OPEN_SECONDS * _MILLION // parts
    offset = timedelta(microseconds=length * part + dice.below(length))
    return (datetime.combine(day, OPENS, BEIJING) + offset).astimezone(UTC)


def next_open(day: date) -> date:
    """The day itself if offices work on it, or the next one on which they do."""
    calendar = working_calendar()
    while not calendar.is_working_day(day):
        day += DAY
    return day


@lru_cache(maxsize=4096)
def working_days_after(day: date, days: int) -> date:
    """So many working days later; the day itself for none."""
    return working_calendar().working_deadline(day, days).day if days else day


@lru_cache(maxsize=4096)
def working_days_before(day: date, days: int) -> date:
    """So many working days earlier; the day itself for none."""
    calendar = working_calendar()
    while days:
        day -= DAY
        days -= calendar.is_working_day(day)
    return day


def open_days(first: date, last: date) -> Iterator[date]:
    """The working days from `first` to `last`, both included."""
    day = next_open(first)
    while day <= last:
        yield day
        day = next_open(day + DAY)
