"""The definition of a calendar year: what is shipped, and how strictly it is read."""

import json
import tomllib
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue_item import MAX_TEXT
from ledger.definition import DefinitionFault
from ledger.rulebook.calendar import (
    FIRST_YEAR,
    CalendarYear,
    calendar_definition,
    parse_calendar,
    shipped_calendars,
)
from verify.strict import JsonValue

SHIPPED = {year.year: year for year in map(parse_calendar, shipped_calendars())}

# domain.md, section 5.
MAKE_UP_DAYS = {
    2024: "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}
# Read in the notices that changed an arrangement after it was published, or that reach back into the year before.
CHANGED_LATER = {
    "2005-12-31": "worked",  # chinesecalendar 1.11.0 has it off; 国办发明电〔2005〕35号 says 上班
    "2006-12-30": "worked",
    "2006-12-31": "worked",
    "2007-12-29": "worked",
    "2007-12-31": "off",
    "2011-12-31": "worked",
    "2015-09-03": "off",
    "2015-09-04": "off",
    "2015-09-06": "worked",
    "2018-12-29": "worked",
    "2018-12-31": "off",
    "2019-04-28": "worked",
    "2019-05-02": "off",
    "2019-05-03": "off",
    "2019-05-05": "worked",
    "2020-01-19": "worked",
    "2020-01-31": "off",
    "2020-02-01": "as any Saturday",
}


def definition(change: Callable[[dict[str, Any]], object]) -> dict[str, JsonValue]:
    """Make a small definition and change it."""
    small: dict[str, Any] = {
        "year": 2026,
        "version": 1,
        "source": "测试",
        "published_on": "2025-11-04",
        "days_off": ["2026-10-01", "2026-10-02"],
        "days_worked": ["2026-10-10"],
    }
    change(small)
    return small


def test_shipped_years_run_from_2004_to_2026_without_a_gap() -> None:
    """Every year that the comparison covered is there, in order."""
    assert [shipped["year"] for shipped in shipped_calendars()] == list(range(2004, 2027))


@pytest.mark.parametrize("year", sorted(SHIPPED))
def test_a_shipped_file_is_named_for_its_year_and_written_back_as_it_stands(year: int) -> None:
    """What stands in the file is the definition, key for key and day for day."""
    shipped = tomllib.loads((files("ledger.rules") / "calendar" / f"{year}.toml").read_text("utf-8"))

    assert shipped["year"] == year
    assert calendar_definition(parse_calendar(shipped)) == shipped


@pytest.mark.parametrize("year", sorted(SHIPPED))
def test_a_shipped_year_survives_json(year: int) -> None:
    """A ledger commits a definition as JSON and reads the same year from it."""
    shipped = calendar_definition(SHIPPED[year])

    assert parse_calendar(json.loads(json.dumps(shipped, ensure_ascii=False))) == SHIPPED[year]


@pytest.mark.parametrize("year", sorted(SHIPPED))
def test_a_shipped_year_cites_its_notice_and_is_of_a_plausible_size(year: int) -> None:
    """The notice stands there with its number; a holiday forgotten or doubled would change the counts."""
    shipped = SHIPPED[year]

    assert shipped.source.startswith(f"《国务院办公厅关于{year}年部分节假日安排的通知》（国办发明电〔{year - 1}〕")
    assert 16 <= len(shipped.days_off) <= 23
    assert 5 <= len(shipped.days_worked) <= 12
    assert shipped.published_on is None or date(year - 1, 10, 1) < shipped.published_on < date(year, 12, 31)


@pytest.mark.parametrize("year", sorted(MAKE_UP_DAYS))
def test_make_up_days_are_the_weekend_days_worked(year: int) -> None:
    """调休: no more days and no fewer."""
    assert SHIPPED[year].days_worked == {date.fromisoformat(f"{year}-{day}") for day in MAKE_UP_DAYS[year].split()}


@pytest.mark.parametrize("day", sorted(CHANGED_LATER))
def test_a_day_that_a_later_notice_changed_is_as_changed(day: str) -> None:
    """The shipped year is the one that was in force in the end."""
    year, changed = SHIPPED[int(day[:4])], date.fromisoformat(day)
    lists = {"worked": changed in year.days_worked, "off": changed in year.days_off}

    assert [name for name, there in lists.items() if there] == [name for name in lists if name == CHANGED_LATER[day]]


def test_optional_parts_may_be_left_out() -> None:
    """The date of a notice may be unknown, and a year may need no make-up day."""
    bare = definition(lambda d: (d.pop("published_on"), d.update(days_worked=[])))
    year = parse_calendar(bare)

    assert year == CalendarYear(2026, 1, "测试", frozenset({date(2026, 10, 1), date(2026, 10, 2)}), frozenset())
    assert calendar_definition(year) == bare


def test_the_order_of_days_does_not_matter() -> None:
    """A set of days is meant, and it is written in order."""
    year = parse_calendar(definition(lambda d: d["days_off"].reverse()))

    assert calendar_definition(year) == definition(lambda _: None)


MISTAKES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(day_off=[]), "$"),
    (lambda d: d.pop("source"), "$"),
    (lambda d: d.pop("days_worked"), "$"),
    (lambda d: d.update(year="2026"), "$.year"),
    (lambda d: d.update(year=True), "$.year"),
    (lambda d: d.update(year=FIRST_YEAR - 1), "$.year"),
    (lambda d: d.update(year=10_000), "$.year"),
    (lambda d: d.update(version=0), "$.version"),
    (lambda d: d.update(version=2**53), "$.version"),
    (lambda d: d.update(version=None), "$.version"),
    (lambda d: d.update(source=" "), "$.source"),
    (lambda d: d.update(source="测" * (MAX_TEXT + 1)), "$.source"),
    (lambda d: d.update(source="\u202e"), "$.source"),
    (lambda d: d.update(published_on="2025-11-31"), "$.published_on"),
    (lambda d: d.update(published_on=None), "$.published_on"),
    (lambda d: d.update(days_off=[]), "$.days_off"),
    (lambda d: d.update(days_off="2026-10-01"), "$.days_off"),
    (lambda d: d.update(days_off=["2026-10-01"] * 367), "$.days_off"),
    (lambda d: d.update(days_off=[20261001]), "$.days_off[0]"),
    (lambda d: d.update(days_off=["2026-10-01", "20261002"]), "$.days_off[1]"),
    (lambda d: d["days_off"].append("2025-12-31"), "$.days_off[2]"),
    (lambda d: d["days_off"].append("2027-01-01"), "$.days_off[2]"),
    (lambda d: d["days_off"].append("2026-10-01"), "$.days_off[2]"),
    (lambda d: d["days_off"].append("2026-10-03"), "$.days_off[2]"),
    (lambda d: d["days_worked"].append("2026-10-08"), "$.days_worked[1]"),
    (lambda d: d["days_worked"].append("2026-10-10"), "$.days_worked[1]"),
    (lambda d: d.update(days_worked=None), "$.days_worked"),
]


@pytest.mark.parametrize(
    ("change", "path"), MISTAKES, ids=[f"{path}-{number}" for number, (_, path) in enumerate(MISTAKES)]
)
def test_a_definition_with_a_mistake_is_refused_at_its_place(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    """Nothing is guessed or overlooked; the fault says where, which rule and what to do."""
    with pytest.raises(DefinitionFault) as caught:
        parse_calendar(definition(change))

    assert caught.value.path == path
    assert caught.value.rule.endswith(".")
    assert caught.value.fix.endswith(".")
    assert str(caught.value) == f"{path}: {caught.value.rule} {caught.value.fix}"


@pytest.mark.parametrize("value", [None, 1, "2026", [], True])
def test_a_definition_that_is_no_object_is_refused(value: JsonValue) -> None:
    """Only an object can be a year."""
    with pytest.raises(DefinitionFault, match="JSON object"):
        parse_calendar(value)


@pytest.mark.parametrize(
    ("off", "worked"),
    [("2026-10-03", "2026-10-10"), ("2026-10-01", "2026-10-08"), ("2025-10-01", "2026-10-10")],
    ids=["weekend-off", "weekday-worked", "other-year"],
)
def test_a_year_built_by_hand_cannot_hold_a_misplaced_day(off: str, worked: str) -> None:
    """What counting relies on holds for every year there is."""
    with pytest.raises(DefinitionFault):
        CalendarYear(2026, 1, "测试", frozenset({date.fromisoformat(off)}), frozenset({date.fromisoformat(worked)}))


@given(st.sampled_from(sorted(SHIPPED)), st.data())
def test_reading_a_mutated_definition_raises_nothing_else(year: int, data: st.DataObject) -> None:
    """Whatever stands in the place of a part, there is a year that is written back or a DefinitionFault."""
    anything: st.SearchStrategy[JsonValue] = (
        st.none() | st.booleans() | st.integers() | st.text(max_size=12) | st.dates().map(str)
    )
    mutated = calendar_definition(SHIPPED[year])
    key = data.draw(st.sampled_from([*mutated, "another"]))
    part = mutated.get(key)
    if isinstance(part, list) and data.draw(st.booleans()):
        part.insert(data.draw(st.integers(0, len(part))), data.draw(anything))
    else:
        mutated[key] = data.draw(st.lists(anything, max_size=3)) if data.draw(st.booleans()) else data.draw(anything)

    try:
        read = parse_calendar(mutated)
    except DefinitionFault:
        return
    assert parse_calendar(calendar_definition(read)) == read
