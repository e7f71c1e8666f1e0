"""The rules of repair: what is shipped, which are in force on a day, and how strictly they are read."""

import copy
import json
import tomllib
from collections.abc import Callable
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.definition import DefinitionFault
from ledger.rulebook.publicity import (
    parse_publicity,
    shipped_publicity,
)
from ledger.rulebook.repair import (
    MAX_CLOCK,
    NotInForce,
    RepairRules,
    parse_repair,
    repair_definition,
    rules_on,
    shipped_repair,
)
from verify.strict import JsonValue

SHIPPED = tuple(map(parse_repair, shipped_repair()))
BY_NAME = {rules.name: rules for rules in SHIPPED}
OLD, NEW = BY_NAME["order-58"], BY_NAME["order-36"]
PUBLICITY = {rules.name: rules for rules in map(parse_publicity, shipped_publicity())}


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_shipped_file_is_named_for_its_rules_and_written_back_as_it_stands(name: str) -> None:
    """What stands in the file is the definition, and JSON carries it unchanged."""
    shipped = tomllib.loads((files("ledger.rules") / "repair" / f"{name}.toml").read_text("utf-8"))

    assert shipped["name"] == name
    assert repair_definition(parse_repair(shipped)) == shipped
    assert parse_repair(json.loads(json.dumps(shipped, sort_keys=True))) == BY_NAME[name]


def test_generations_are_shipped_in_order_and_without_a_gap() -> None:
    """Each ends on the day before the next begins, and names publicity rules that are shipped."""
    assert [rules.name for rules in SHIPPED] == ["order-58", "order-36"]
    assert OLD.effective_until == NEW.effective_from - timedelta(1)
    assert {rules.publicity for rules in SHIPPED} <= set(PUBLICITY)


@pytest.mark.parametrize(
    ("day", "name"),
    [("2023-05-01", "order-58"), ("2026-03-31", "order-58"), ("2026-04-01", "order-36"), ("2030-01-01", "order-36")],
)
def test_an_application_falls_under_the_rules_of_its_day(day: str, name: str) -> None:
    """Order 58 on 2026-03-31, order 36 on 2026-04-01, whatever order they are given in."""
    assert rules_on(reversed(SHIPPED), date.fromisoformat(day)) is BY_NAME[name]


def test_a_newer_version_of_a_generation_replaces_the_older_one() -> None:
    """A default that was mended is used."""
    day = date(2026, 4, 10)
    newer = parse_repair(repair_definition(NEW) | {"version": 2})

    assert rules_on([newer, *SHIPPED], day) is rules_on([*SHIPPED, newer], day) is newer


def test_before_the_first_generation_there_are_no_rules() -> None:
    """Nothing is guessed about earlier law."""
    with pytest.raises(NotInForce):
        rules_on(SHIPPED, date(2023, 4, 30))


# ---- reading a definition -------------------------------------------------------------------------------------------


def definition(rules: RepairRules, change: Callable[[dict[str, Any]], object]) -> dict[str, JsonValue]:
    """Copy what is shipped and change it."""
    copied: dict[str, Any] = copy.deepcopy(repair_definition(rules))
    change(copied)
    return copied


MISTAKES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(extra=1), "$"),
    (lambda d: d.pop("ban"), "$"),
    (lambda d: d.update(name="58号"), "$.name"),
    (lambda d: d.update(version=True), "$.version"),
    (lambda d: d.update(zh=" "), "$.zh"),
    (lambda d: d.update(basis=[]), "$.basis"),
    (lambda d: d.update(effective_from="2023-5-1"), "$.effective_from"),
    (lambda d: d.update(effective_until="2023-04-30"), "$.effective_until"),
    (lambda d: d.update(effective_until=None), "$.effective_until"),
    (lambda d: d.update(publicity=""), "$.publicity"),
    (lambda d: d.update(unconfirmed=["clock"]), "$.unconfirmed[0]"),
    (lambda d: d["clocks"].pop("accept"), "$.clocks"),
    (lambda d: d["clocks"].update(push=0), "$.clocks.push"),
    (lambda d: d["clocks"].update(accept=3.0), "$.clocks.accept"),
    (lambda d: d["clocks"].update(decide=MAX_CLOCK + 1), "$.clocks.decide"),
    (lambda d: d["clocks"].update(extension=None), "$.clocks.extension"),
    (lambda d: d["clocks"].update(unconfirmed=["extension"]), "$.clocks.unconfirmed[0]"),
    (lambda d: d["ban"].update(years=3), "$.ban"),
    (lambda d: d["ban"].update(months=0), "$.ban.months"),
    (lambda d: d["ban"].update(citation=None), "$.ban.citation"),
    (lambda d: d["ban"].update(unconfirmed="months"), "$.ban.unconfirmed"),
    (lambda d: d.update(conditions=[]), "$.conditions"),
    (lambda d: d["conditions"][0].pop("zh"), "$.conditions[0]"),
    (lambda d: d["conditions"][0].update(condition="volunteer-work"), "$.conditions[0].condition"),
    (lambda d: d["conditions"][0].update(zh=1), "$.conditions[0].zh"),
    (lambda d: d["conditions"][0].update(citation=""), "$.conditions[0].citation"),
    (lambda d: d["conditions"][2].update(condition="corrected"), "$.conditions[2].condition"),
]


@pytest.mark.parametrize(
    ("change", "path"), MISTAKES, ids=[f"{path}-{number}" for number, (_, path) in enumerate(MISTAKES)]
)
def test_a_definition_with_a_mistake_is_refused_at_its_place(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    """Nothing is guessed or overlooked; the fault says where, which rule and what to do."""
    with pytest.raises(DefinitionFault) as caught:
        parse_repair(definition(OLD, change))

    assert caught.value.path == path


def test_optional_parts_may_be_left_out() -> None:
    """Rules that are all confirmed name nothing."""
    bare = definition(NEW, lambda d: (d["clocks"].pop("unconfirmed"), d["ban"].pop("unconfirmed")))

    assert repair_definition(parse_repair(bare)) == bare


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.sampled_from(SHIPPED), st.data())
def test_reading_a_mutated_definition_raises_nothing_else(rules: RepairRules, data: st.DataObject) -> None:
    """Whatever stands in the place of a part, there are rules or a DefinitionFault."""
    mutated: Any = definition(rules, lambda _: None)
    target = mutated
    while True:
        key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else list(range(len(target)))))
        if not target[key] or not isinstance(target[key], dict | list) or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(json_values)
    try:
        read = parse_repair(mutated)
    except DefinitionFault:
        return

    assert parse_repair(repair_definition(read)) == read
