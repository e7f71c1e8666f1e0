"""Beijing's calendar day: the law counts days there, while the log records instants in UTC."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from functools import lru_cache
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))
"""China has had one time zone, without summer time, since 1992."""


def beijing_day(instant: str) -> date:
    """The day in Beijing of an instant ``YYYY-MM-DDTHH:MM:SS.ffffffZ``."""
    return _day(instant[:10], instant[11:13] >= _MIDNIGHT)


_MIDNIGHT: Final = "16"
"""The hour in UTC in which the next day begins in Beijing."""


@lru_cache(maxsize=16_384)
def _day(day: str, next_day: bool) -> date:  # noqa: FBT001 - a key of the cache
    """A log has many entries of one day, and no more days than these."""
    found = date.fromisoformat(day)
    return found + timedelta(days=1) if next_day else found
