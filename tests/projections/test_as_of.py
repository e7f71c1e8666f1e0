"""A date means the end of that day in Beijing, wherever the question is asked."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.beijing import BEIJING
from projections.as_of import day_begins, parse_as_of
from verify.errors import Malformed
from verify.strict import format_instant

DAYS = st.dates(date(1, 1, 2), date(9999, 12, 30))


def test_a_date_is_the_last_microsecond_of_the_day_in_beijing() -> None:
    """Midnight in Beijing is 16:00 of the day before in UTC."""
    end = parse_as_of("2026-11-20")

    assert end == "2026-11-20T15:59:59.999999Z"


def test_an_instant_is_taken_as_it_is() -> None:
    """Who needs a moment inside a day can name it."""
    assert parse_as_of("2026-11-20T04:00:00.000001Z") == "2026-11-20T04:00:00.000001Z"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "20261120",
        "2026-11-31",
        "2026-13-01",
        "0000-01-01",
        " 2026-11-20",
        "2026-11-20 ",
        "2026-11-20\n",
        "２０２６-11-20",
        "2026-1-2",
        "2026-W47-5",
        "2026-11-20T04:00:00Z",
        "2026-11-20T04:00:00.000000",
        "2026-11-20T12:00:00.000000+08:00",
        "2026-11-20T24:00:00.000000Z",
        "2026-02-30T04:00:00.000000Z",
        "now",
    ],
)
def test_anything_else_is_refused_without_repeating_it(text: str) -> None:
    """There is one spelling of a date and one of an instant."""
    with pytest.raises(Malformed) as refused:
        parse_as_of(text)

    assert str(refused.value) == "as_of: must be a date YYYY-MM-DD or an instant YYYY-MM-DDTHH:MM:SS.ffffffZ"


@given(st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31)))  # noqa: DTZ001 - given its zone below
def test_what_happens_on_a_day_in_beijing_is_known_at_its_end_and_not_before(moment: datetime) -> None:
    """Instants compare as text, so the end of a day must sort behind all of it and before all of the next."""
    local = moment.replace(tzinfo=BEIJING)
    recorded_at = format_instant(local)
    today, yesterday = local.date(), local.date() - timedelta(days=1)

    assert parse_as_of(yesterday.isoformat()) < recorded_at <= parse_as_of(today.isoformat())


@given(DAYS)
def test_a_day_begins_one_microsecond_after_the_day_before_has_ended(day: date) -> None:
    """No instant lies between two days."""
    begins = day_begins(day.isoformat())
    ended = datetime.fromisoformat(parse_as_of((day - timedelta(days=1)).isoformat()))

    assert begins - ended == timedelta(microseconds=1)
    assert begins.astimezone(UTC) == begins
