"""The instant a question is asked for: what was known at the end of a day in Beijing, or at a moment."""

from __future__ import annotations

from datetime import datetime, time

from ledger.beijing import BEIJING
from verify.errors import Malformed
from verify.strict import check_date, check_instant, format_instant


def parse_as_of(text: str) -> str:
    """An instant `YYYY-MM-DDTHH:MM:SS.ffffffZ` as it is; a date `YYYY-MM-DD` as the last microsecond of it in Beijing.

    Raises `Malformed`.
    """
    try:
        day = check_date(text, "as_of")
    except Malformed:
        try:
            return check_instant(text, "as_of")
        except Malformed:
            raise Malformed("as_of", "must be a date YYYY-MM-DD or an instant YYYY-MM-DDTHH:MM:SS.ffffffZ") from None
    return format_instant(datetime.combine(datetime.fromisoformat(day), time.max, BEIJING))


def day_begins(text: str) -> datetime:
    """The first instant in Beijing of a date `YYYY-MM-DD`; raises `Malformed`."""
    return datetime.combine(datetime.fromisoformat(check_date(text, "date")), time.min, BEIJING)
