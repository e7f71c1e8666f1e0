"""年度节假日安排 (a year's arrangement of holidays): read and write the definition of a calendar year.

The definition is plain JSON without floats, fit for RFC 8785, because a ledger takes a year over by committing it. It
lists what departs from Monday to Friday, as the State Council's notice 关于部分节假日安排的通知 says. It is read
strictly: a day that was misunderstood would move every deadline across it.

`ledger.rulebook.calendar` counts days and is the module to import from.

Errors: reading raises `CalendarFault` and nothing else.
"""

import tomllib
from dataclasses import dataclass
from datetime import MAXYEAR, date
from importlib.resources import files
from typing import Final, NoReturn

from ledger.catalogue_item import MAX_TEXT, MAX_WHOLE, is_calendar_date, is_fit_text
from verify.strict import JsonValue

# The last year in which some offices did not rest on Saturday and Sunday is 1995 (国务院关于职工工作时间的规定 第九条).
FIRST_YEAR: Final = 1996

_SATURDAY: Final = 5
_DAYS_OF_YEAR: Final = 366
_NEEDED: Final = frozenset({"year", "version", "source", "days_off", "days_worked"})
_KNOWN: Final = _NEEDED | {"published_on"}


class CalendarFault(ValueError):
    """A calendar breaks a rule: where (a path into the definition), which rule, and what to do about it."""

    def __init__(self, path: str, rule: str, fix: str) -> None:
        """Keep the three parts apart, so that each interface can show them in its own way."""
        super().__init__(path, rule, fix)
        self.path, self.rule, self.fix = path, rule, fix

    def __str__(self) -> str:
        """Join the parts for a person who reads a log."""
        return f"{self.path}: {self.rule} {self.fix}"


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
            raise CalendarFault("$", "A day is in the wrong list or year.", "Build the year from its definition.")


def parse_calendar(definition: JsonValue) -> CalendarYear:
    """Read a definition strictly; raises CalendarFault for what is unknown, missing, misplaced or there twice."""
    if not isinstance(definition, dict):
        _refuse("$", "This must be a JSON object.", f"Give an object with the keys {', '.join(sorted(_NEEDED))}.")
    unknown = sorted(definition.keys() - _KNOWN)
    if unknown:
        _refuse("$", f"The key {unknown[0][:64]!r} is not known here.", f"Use only {', '.join(sorted(_KNOWN))}.")
    missing = sorted(_NEEDED - definition.keys())
    if missing:
        _refuse("$", f"The key {missing[0]!r} is missing.", "Add it; only published_on may be left out.")
    year = _whole(definition["year"], "$.year", FIRST_YEAR, MAXYEAR)
    days_off = _days(definition["days_off"], "$.days_off", year)
    days_worked = _days(definition["days_worked"], "$.days_worked", year)
    if not days_off:
        # Three days of 国庆节 alone take a weekday off in every year.
        _refuse("$.days_off", "A year has days off.", "List the weekdays that the notice puts off.")
    for index, day in enumerate(days_off):
        if on_weekend(day):
            _refuse(f"$.days_off[{index}]", "This day is a Saturday or Sunday, off anyway.", "List weekdays only.")
    for index, day in enumerate(days_worked):
        if not on_weekend(day):
            _refuse(f"$.days_worked[{index}]", "This day is a weekday, worked anyway.", "List weekend days only.")
    return CalendarYear(
        year=year,
        version=_whole(definition["version"], "$.version", 1, MAX_WHOLE),
        source=_text(definition["source"], "$.source"),
        days_off=frozenset(days_off),
        days_worked=frozenset(days_worked),
        published_on=_day(definition["published_on"], "$.published_on") if "published_on" in definition else None,
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


def _refuse(path: str, rule: str, fix: str) -> NoReturn:
    raise CalendarFault(path, rule, fix)


def _whole(value: JsonValue, path: str, low: int, high: int) -> int:
    if type(value) is not int or not low <= value <= high:
        _refuse(path, f"This must be a whole number from {low} to {high}.", "Give an integer, no text or float.")
    return value


def _text(value: JsonValue, path: str) -> str:
    if not isinstance(value, str) or not is_fit_text(value) or len(value) > MAX_TEXT:
        _refuse(path, f"This must be a text of 1 to {MAX_TEXT} characters that can be shown.", "Give such a text.")
    return value


def _day(value: JsonValue, path: str) -> date:
    if not isinstance(value, str) or not is_calendar_date(value):
        _refuse(path, "This must be a day of the calendar as text.", "Write it YYYY-MM-DD, for example 2026-10-01.")
    return date.fromisoformat(value)


def _days(value: JsonValue, path: str, year: int) -> list[date]:
    if not isinstance(value, list) or len(value) > _DAYS_OF_YEAR:
        _refuse(path, f"This must be a list of at most {_DAYS_OF_YEAR} days.", "Give a JSON list of days.")
    days: list[date] = []
    for index, element in enumerate(value):
        day = _day(element, f"{path}[{index}]")
        if day.year != year:
            _refuse(f"{path}[{index}]", f"This day is not in {year}.", "Put it into a version of its own year.")
        if day in days:
            _refuse(f"{path}[{index}]", "This day stands in the list twice.", "Leave one of them out.")
        days.append(day)
    return days
