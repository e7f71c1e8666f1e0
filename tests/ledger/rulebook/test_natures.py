"""What the shipped items of the catalogue say of their subjects, and the day from which their clocks run."""

import re
import tomllib
from datetime import date
from pathlib import Path

import pytest

from ledger.catalogue import Field, FieldKind, Nature, Openness, judge_values, parse_item, shipped_definitions
from ledger.rulebook.calendar import WorkingCalendar, parse_calendar, shipped_calendars
from ledger.rulebook.lists import ListKind, ListStandard, parse_list, shipped_lists
from ledger.rulebook.publicity import (
    DishonestyClass,
    PublicityFacts,
    parse_publicity,
    publicity_of,
    publicity_rules_on,
    shipped_publicity,
)
from tests.ledger.harness import penalty

ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}
RECORDS: dict[str, dict[str, object]] = tomllib.loads((Path(__file__).parent / "records.toml").read_text("utf-8"))
RECORDS["administrative-penalty"] = {**penalty()}
CALENDAR = WorkingCalendar.of(map(parse_calendar, shipped_calendars()))
DECIDED = date(2026, 11, 20)
"""The day of the decision in every made-up record."""
COLLECTED_BY = date(2026, 12, 4)
PUBLICITY = publicity_rules_on(map(parse_publicity, shipped_publicity()), DECIDED)
ADVERSE = [name for name, item in ITEMS.items() if item.nature is Nature.ADVERSE]

each_adverse = pytest.mark.parametrize("name", ADVERSE)


def day_of_decision(name: str) -> Field:
    """Find the field that an item names as the day of the determining document."""
    return next(field for field in ITEMS[name].fields if field.code == ITEMS[name].decided_on)


# ---- natures --------------------------------------------------------------------------------------------------------


def test_what_is_dishonesty_by_order_36_is_adverse() -> None:
    """第四条: three kinds by name, and 其他失信信息. Coercion is by 市政府令第280号."""
    assert [ITEMS[name].zh for name in ADVERSE] == [
        "经营异常名录",
        "行政强制",
        "行政处罚",
        "信用承诺违诺",
        "失信被执行人",
        "虚假诉讼失信人",
        "政务失信记录",
        "政府采购严重违法失信行为记录",
        "政务失信记录（公务员）",
        "严重失信主体名单",
    ]


@pytest.mark.parametrize(
    ("nature", "expected"),
    [
        (Nature.FAVOURABLE, {"行政奖励", "荣誉信息", "守信激励对象"}),
        (Nature.WARNING, {"警示信息和提示信息", "重点关注对象名单", "行业协会惩戒记录"}),
    ],
)
def test_what_is_good_and_what_only_warns(nature: Nature, expected: set[str]) -> None:
    """市政府令第280号: 表彰、奖励. What only warns has no class, and so no period of publicity."""
    assert {item.zh for item in ITEMS.values() if item.nature is nature} == expected


def test_every_shipped_item_has_a_nature_and_a_day() -> None:
    """The other thirteen are neither for nor against their subjects, licences and promises among them."""
    basic = {item.item for item in ITEMS.values() if item.nature is Nature.BASIC}

    assert [name for name, item in ITEMS.items() if item.nature is None or item.decided_on is None] == []
    assert len(basic) == 13
    assert {"administrative-licence", "credit-commitment", "contract-performance"} <= basic


@pytest.mark.parametrize("standard", [*map(parse_list, shipped_lists())], ids=lambda standard: standard.name)
def test_the_nature_agrees_with_the_kind_of_list(standard: ListStandard) -> None:
    """A sanction is no warning, attention is no dishonesty yet, and an honour is good."""
    natures = {
        ListKind.SANCTION: Nature.ADVERSE,
        ListKind.NOTICE: Nature.ADVERSE,
        ListKind.ATTENTION: Nature.WARNING,
        ListKind.HONOUR: Nature.FAVOURABLE,
    }

    assert ITEMS[standard.name].nature is natures[standard.kind]


# ---- the day of the determining document ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ITEMS)
def test_the_day_is_a_date_that_every_record_has(name: str) -> None:
    """Without it no clock could be started, and none is left out because of labels."""
    field = day_of_decision(name)

    assert (field.kind, field.required) == (FieldKind.DATE, True)
    assert field.zh.endswith("日期")


@each_adverse
def test_the_clock_of_an_adverse_item_runs_from_its_day(name: str) -> None:
    """The words of the clock name the day: 自列入之日起 and 列入日期."""
    item, values = ITEMS[name], RECORDS[name]
    began = re.search("自(?:作出)?(?:行政)?([^自]+?)(?:作出)?之日起", item.collect_within.source)
    decided = date.fromisoformat(str(values[day_of_decision(name).code]))
    collected = CALENDAR.working_deadline(decided, item.collect_within.working_days)

    assert began is not None
    assert began[1] in day_of_decision(name).zh
    assert (collected.day, collected.provisional) == (COLLECTED_BY, False)


@each_adverse
def test_a_period_of_publicity_runs_from_the_day_of_an_adverse_item(name: str) -> None:
    """令第36号: 自司法、行政公务文书认定之日起; a restricted item has the periods of repair alone."""
    decided = date.fromisoformat(str(RECORDS[name][day_of_decision(name).code]))
    public = ITEMS[name].openness is Openness.PUBLIC
    outcome = publicity_of(PUBLICITY, PublicityFacts(DishonestyClass.SERIOUS, decided, item_public=public))

    assert (outcome.earliest_repair_on, outcome.longest_on) == (date(2027, 11, 20), date(2029, 11, 20))
    assert outcome.shown is public


@each_adverse
def test_a_record_of_an_adverse_item_without_its_day_is_refused(name: str) -> None:
    """So that no record stands whose period nobody can count."""
    item, code = ITEMS[name], day_of_decision(name).code
    values = {field.code: None for field in item.fields} | RECORDS[name] | {code: None}
    judgement = judge_values(item, None, None, None, values)

    assert code in {fault.field for fault in judgement.faults}
