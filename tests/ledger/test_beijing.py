"""The day in Beijing of an instant."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.beijing import BEIJING, beijing_day
from verify.strict import format_instant


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        ("2026-11-20T00:00:00.000000Z", "2026-11-20"),
        ("2026-11-20T15:59:59.999999Z", "2026-11-20"),
        ("2026-11-20T16:00:00.000000Z", "2026-11-21"),
        ("2026-12-31T15:59:59.999999Z", "2026-12-31"),
        ("2026-12-31T16:00:00.000000Z", "2027-01-01"),
        ("2028-02-28T16:00:00.000000Z", "2028-02-29"),
    ],
)
def test_the_day_begins_at_sixteen_utc(instant: str, day: str) -> None:
    """Eight hours ahead, in every season."""
    assert beijing_day(instant).isoformat() == day


@given(st.datetimes(datetime(1970, 1, 1), datetime(2200, 1, 1)))  # noqa: DTZ001 - a zone is given below
def test_it_is_that_of_the_clock_on_the_wall_there(moment: datetime) -> None:
    """Whatever the microsecond."""
    instant = moment.replace(tzinfo=UTC)
    expected: date = (instant + timedelta(hours=8)).date()

    assert beijing_day(format_instant(instant)) == expected == instant.astimezone(BEIJING).date()
