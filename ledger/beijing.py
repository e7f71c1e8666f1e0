"""Beijing's calendar day: the law counts days there, while the log records instants in UTC."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

BEIJING: Final = timezone(timedelta(hours=8))
"""China has had one time zone, without summer time, since 1992."""


def beijing_day(instant: str) -> date:
    """The day in Beijing of an instant ``YYYY-MM-DDTHH:MM:SS.ffffffZ``."""
    return _day_of_the_hour(instant[:13])


@lru_cache(maxsize=4096)
def _day_of_the_hour(hour: str) -> date:
    """Beijing is whole hours ahead, so the hour decides; a log has many entries in one."""
    return datetime.fromisoformat(f"{hour}:00:00+00:00").astimezone(BEIJING).date()
