"""年度节假日安排 (a year's arrangement of holidays): read and write the definition of a calendar year.

The definition is plain JSON without floats, fit for RFC 8785, because a ledger takes a year over by committing it. It
lists what departs from Monday to Friday, as the State Council's notice 关于部分节假日安排的通知 says. It is read
strictly: a day that was misunderstood would move every deadline across it.

`ledger.rulebook.calendar` counts days and is the module to import from.

Errors: reading raises `DefinitionFault` and nothing else.
"""

import tomllib
from dataclasses import dataclass
from datetime import MAXYEAR, date
from importlib.resources import files
from typing import Final

from ledger.definition import DefinitionFault, read_day, read_list, read_members, read_text, read_whole, refuse
from verify.strict import JsonValue

# The last year in which some offices did not rest on Saturday and Sunday is 1995 (国务院关于职工工作时间的规定 第九条).
FIRST_YEAR: Final = 1996

_SATURDAY: Final = 5
_DAYS_OF_YEAR: Final = 366
_NEEDED: Final = frozenset({"year", "version", "source", "days_off", "days_worked"})


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """年度节假日安排 (a year's arrangement of holidays): one version of it; build it with `parse_calendar`.

    A notice often moves the last days of the year before its own: then a new version of that earlier year is published.
    """

    year: int
    version: int
    source: str
    """The notices it rests on, title and 文号."""
    days_off: frozenset[date]
    """放假: days from Monday to Friday that are not worked."""
    days_worked: frozenset[date]
    """调休上班: Saturdays and Sundays that are worked."""
    published_on: date | None = None
    """The day of the newest notice in `source`: earlier, nobody could know this version. None: not confirmed."""

    def __post_init__(self) -> None:
        """Hold what counting relies on; a definition that is refused here has a better error from `parse_calendar`."""
        days = self.days_off | self.days_worked
        kinds = all(map(on_weekend, self.days_worked)) and not any(map(on_weekend, self.days_off))
        if not kinds or any(day.year != self.year for day in days):
            raise DefinitionFault("$", "A day is in the wrong list or year.", "Build the year from its definition.")


def parse_calendar(definition: JsonValue) -> CalendarYear:
    """Read a definition strictly; raises DefinitionFault for what is unknown, missing, misplaced or there twice."""
    parts = read_members(definition, "$", _NEEDED, {"published_on"})
    year = read_whole(parts["year"], "$.year", FIRST_YEAR, MAXYEAR)
    days_off = _days(parts["days_off"], "$.days_off", year)
    days_worked = _days(parts["days_worked"], "$.days_worked", year)
    if not days_off:
        # Three days of 国庆节 alone take a weekday off in every year.
        refuse("$.days_off", "A year has days off.", "List the weekdays that the notice puts off.")
    for index, day in enumerate(days_off):
        if on_weekend(day):
            refuse(f"$.days_off[{index}]", "This day is a Saturday or Sunday, off anyway.", "List weekdays only.")
    for index, day in enumerate(days_worked):
        if not on_weekend(day):
            refuse(f"$.days_worked[{index}]", "This day is a weekday, worked anyway.", "List weekend days only.")
    return CalendarYear(
        year=year,
        version=read_whole(parts["version"], "$.version"),
        source=read_text(parts["source"], "$.source"),
        days_off=frozenset(days_off),
        days_worked=frozenset(days_worked),
        published_on=read_day(parts["published_on"], "$.published_on") if "published_on" in parts else None,
    )


def calendar_definition(year: CalendarYear) -> dict[str, JsonValue]:
    """Write the year as plain JSON, the days in order; the inverse of `parse_calendar`."""
    published = {} if year.published_on is None else {"published_on": year.published_on.isoformat()}
    return {
        "year": year.year,
        "version": year.version,
        "source": year.source,
        **published,
        "days_off": [day.isoformat() for day in sorted(year.days_off)],
        "days_worked": [day.isoformat() for day in sorted(year.days_worked)],
    }


def shipped_calendars() -> tuple[dict[str, JsonValue], ...]:
    """Read the definitions that come with Kesu, in the order of years; `parse_calendar` has taken each."""
    folder = files("ledger.rules") / "calendar"
    sources = (path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml"))
    years = sorted((parse_calendar(tomllib.loads(source)) for source in sources), key=lambda each: each.year)
    return tuple(calendar_definition(year) for year in years)


def on_weekend(day: date) -> bool:
    """Say whether the day is a Saturday or Sunday."""
    return day.weekday() >= _SATURDAY


def _days(value: JsonValue, path: str, year: int) -> tuple[date, ...]:
    def read(element: JsonValue, place: str) -> date:
        day = read_day(element, place)
        if day.year != year:
            refuse(place, f"This day is not in {year}.", "Put it into a version of its own year.")
        return day

    return read_list(value, path, read, _DAYS_OF_YEAR) if value != [] else ()
