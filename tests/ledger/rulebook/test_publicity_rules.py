"""The rules of publicity: what is shipped, which class they propose, and how strictly they are read."""

import copy
import json
import tomllib
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import parse_item, shipped_definitions
from ledger.definition import DefinitionFault
from ledger.rulebook.publicity import (
    MAX_MONTHS,
    DishonestyClass,
    NotInForce,
    PublicityRules,
    parse_publicity,
    propose_class,
    publicity_definition,
    publicity_rules_on,
    shipped_publicity,
)
from verify.strict import JsonValue

SHIPPED = tuple(map(parse_publicity, shipped_publicity()))
BY_NAME = {rules.name: rules for rules in SHIPPED}
OLD, NEW = BY_NAME["order-58"], BY_NAME["order-36"]
MINOR, ORDINARY, SERIOUS = DishonestyClass
PENALTY = next(item for item in map(parse_item, shipped_definitions()) if item.item == "administrative-penalty")
LABELS = next(field.labels for field in PENALTY.fields if field.code == "CF_CFLB")
DECIDED = date(2026, 4, 10)


# ---- what is shipped ------------------------------------------------------------------------------------------------


def test_two_generations_are_shipped_in_the_order_of_their_first_days() -> None:
    """Order 58 from 2023-05-01, order 36 from 2026-04-01."""
    assert [(rules.name, rules.effective_from) for rules in SHIPPED] == [
        ("order-58", date(2023, 5, 1)),
        ("order-36", date(2026, 4, 1)),
    ]


@pytest.mark.parametrize("name", sorted(BY_NAME))
def test_a_shipped_file_is_named_for_its_rules_and_written_back_as_it_stands(name: str) -> None:
    """What stands in the file is the definition, and JSON carries it unchanged."""
    shipped = tomllib.loads((files("ledger.rules") / "publicity" / f"{name}.toml").read_text("utf-8"))

    assert shipped["name"] == name
    assert publicity_definition(parse_publicity(shipped)) == shipped
    assert parse_publicity(json.loads(json.dumps(shipped, sort_keys=True))) == BY_NAME[name]


@pytest.mark.parametrize("rules", SHIPPED, ids=lambda rules: rules.name)
def test_kinds_of_penalty_are_labels_of_the_catalogue(rules: PublicityRules) -> None:
    """A misspelt kind would never propose anything."""
    assert {kind for each in rules.classes for kind in each.kinds} | set(rules.summary_procedure.kinds) <= set(LABELS)


def test_order_58_has_a_class_for_every_kind_of_penalty() -> None:
    """Everything but warnings and notices of criticism was shown alike."""
    assert {kind for each in OLD.classes for kind in each.kinds} == set(LABELS)


@pytest.mark.parametrize(
    ("day", "name"),
    [("2023-05-01", "order-58"), ("2026-03-31", "order-58"), ("2026-04-01", "order-36"), ("2030-01-01", "order-36")],
)
def test_rules_are_those_in_force_on_the_day(day: str, name: str) -> None:
    """The last day of order 58 is 2026-03-31."""
    assert publicity_rules_on(reversed(SHIPPED), date.fromisoformat(day)) is BY_NAME[name]


def test_a_newer_version_of_a_generation_replaces_the_older_one() -> None:
    """The order in which versions are given does not matter."""
    newer = parse_publicity(publicity_definition(NEW) | {"version": 2})

    assert publicity_rules_on([newer, *SHIPPED], DECIDED) is newer
    assert publicity_rules_on([*SHIPPED, newer], DECIDED) is newer


def test_before_the_first_generation_there_are_no_rules() -> None:
    """Nothing is guessed about earlier law."""
    with pytest.raises(NotInForce):
        publicity_rules_on(SHIPPED, date(2023, 4, 30))


# ---- proposing a class ----------------------------------------------------------------------------------------------

PROPOSALS: list[tuple[PublicityRules, list[str], bool, str | None, DishonestyClass | None]] = [
    (NEW, ["警告"], False, None, MINOR),
    (NEW, ["警告", "通报批评"], False, None, MINOR),
    (NEW, ["没收违法所得、没收非法财物"], False, None, ORDINARY),
    (NEW, ["警告", "降低资质等级"], False, None, ORDINARY),
    (NEW, ["限制从业"], False, None, SERIOUS),
    (NEW, ["没收违法所得、没收非法财物", "责令关闭", "警告"], False, None, SERIOUS),
    (NEW, ["罚款", "责令停产停业"], False, None, SERIOUS),
    (NEW, ["罚款"], False, None, None),  # 较大数额、巨额 have no national number
    (NEW, ["警告", "罚款"], False, None, None),
    (NEW, ["暂扣或者吊销许可证、执照"], False, None, None),  # one label for 一般 and 严重
    (NEW, [], False, None, None),
    (NEW, ["罚款"], True, None, MINOR),
    (NEW, ["警告"], True, None, MINOR),
    (NEW, ["责令关闭"], True, None, None),  # no summary procedure may impose that
    (NEW, ["警告"], False, "食品", MINOR),
    (OLD, ["警告"], False, None, MINOR),
    (OLD, ["罚款", "警告"], False, None, ORDINARY),
    (OLD, ["罚款"], False, "消防", SERIOUS),
    (OLD, ["罚款"], False, "教育", ORDINARY),
    (OLD, ["警告"], False, "消防", MINOR),
    (OLD, ["罚款"], True, None, MINOR),
]


@pytest.mark.parametrize(("rules", "kinds", "summary", "sector", "proposed"), PROPOSALS, ids=range(len(PROPOSALS)))
def test_kinds_and_procedure_propose_a_class(
    rules: PublicityRules, kinds: list[str], summary: bool, sector: str | None, proposed: DishonestyClass | None
) -> None:
    """The most serious kind counts, and what the kinds leave open is left to the unit."""
    assert propose_class(rules, kinds, summary_procedure=summary, sector=sector) is proposed


@given(st.sampled_from(SHIPPED), st.sets(st.sampled_from(LABELS)), st.sampled_from(LABELS), st.booleans())
def test_a_further_kind_never_lowers_a_proposal(
    rules: PublicityRules, kinds: set[str], further: str, summary: bool
) -> None:
    """It raises it, or leaves it open; the order of kinds does not matter."""
    before = propose_class(rules, kinds, summary_procedure=summary)
    after = propose_class(rules, [*kinds, further], summary_procedure=summary)

    ranks = list(DishonestyClass)
    assert before is None or after is None or ranks.index(before) <= ranks.index(after)
    assert propose_class(rules, [further, *reversed(list(kinds))], summary_procedure=summary) is after


# ---- reading a definition -------------------------------------------------------------------------------------------


def definition(change: Callable[[dict[str, Any]], object]) -> dict[str, JsonValue]:
    """Copy what is shipped for order 58, which has every key, and change it."""
    copied: dict[str, Any] = copy.deepcopy(publicity_definition(OLD))
    change(copied)
    return copied


MISTAKES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(extra=1), "$"),
    (lambda d: d.pop("classes"), "$"),
    (lambda d: d.update(name="Order_58"), "$.name"),
    (lambda d: d.update(version=0), "$.version"),
    (lambda d: d.update(zh=""), "$.zh"),
    (lambda d: d.update(basis=None), "$.basis"),
    (lambda d: d.update(effective_from="2026-02-30"), "$.effective_from"),
    (lambda d: d.update(unconfirmed=[]), "$.unconfirmed"),
    (lambda d: d.update(unconfirmed=["no_such_key"]), "$.unconfirmed[0]"),
    (lambda d: d.update(unconfirmed=["zh", "unconfirmed"]), "$.unconfirmed[1]"),
    (lambda d: d["summary_procedure"].pop("kinds"), "$.summary_procedure"),
    (lambda d: d["summary_procedure"].update({"class": "轻微"}), "$.summary_procedure.class"),
    (lambda d: d["summary_procedure"].update(never_shown=1), "$.summary_procedure.never_shown"),
    (lambda d: d["summary_procedure"].update(kinds=[]), "$.summary_procedure.kinds"),
    (lambda d: d["summary_procedure"].update(citation=" "), "$.summary_procedure.citation"),
    (lambda d: d["withholding"].pop("trade-secret"), "$.withholding"),
    (lambda d: d["withholding"].update({"trade-secret": 15}), "$.withholding.trade-secret"),
    (lambda d: d["classes"].pop(), "$.classes"),
    (lambda d: d["classes"].reverse(), "$.classes"),
    (lambda d: d["classes"][2].update(kinds=["罚款"]), "$.classes"),
    (lambda d: d["classes"][1].update(sectors=["消防"]), "$.classes"),
    (lambda d: d["classes"][0].update(days=3), "$.classes[0]"),
    (lambda d: d["classes"][0].update({"class": "medium"}), "$.classes[0].class"),
    (lambda d: d["classes"][0].update(zh=1), "$.classes[0].zh"),
    (lambda d: d["classes"][0].update(citation=""), "$.classes[0].citation"),
    (lambda d: d["classes"][0].update(shown="no"), "$.classes[0].shown"),
    (lambda d: d["classes"][0].update(shortest_months=3), "$.classes[0].shortest_months"),
    (lambda d: d["classes"][0].update(unconfirmed=["sectors"]), "$.classes[0].unconfirmed[0]"),
    (lambda d: d["classes"][1].pop("longest_months"), "$.classes[1].longest_months"),
    (lambda d: d["classes"][1].update(shortest_months=37), "$.classes[1].shortest_months"),
    (lambda d: d["classes"][1].update(shortest_months=0), "$.classes[1].shortest_months"),
    (lambda d: d["classes"][1].update(longest_months=MAX_MONTHS + 1), "$.classes[1].longest_months"),
    (lambda d: d["classes"][1].update(kinds=["罚款", "罚款"]), "$.classes[1].kinds[1]"),
    (lambda d: d["classes"][2].update(sectors=[3]), "$.classes[2].sectors[0]"),
]


@pytest.mark.parametrize(
    ("change", "path"), MISTAKES, ids=[f"{path}-{number}" for number, (_, path) in enumerate(MISTAKES)]
)
def test_a_definition_with_a_mistake_is_refused_at_its_place(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    """Nothing is guessed or overlooked; the fault says where, which rule and what to do."""
    with pytest.raises(DefinitionFault) as caught:
        parse_publicity(definition(change))

    assert caught.value.path == path


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.data())
def test_reading_a_mutated_definition_raises_nothing_else(data: st.DataObject) -> None:
    """Whatever stands in the place of a part, there are rules or a DefinitionFault."""
    mutated: Any = definition(lambda _: None)
    target = mutated
    while True:
        key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else list(range(len(target)))))
        if not target[key] or not isinstance(target[key], dict | list) or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(json_values)
    try:
        rules = parse_publicity(mutated)
    except DefinitionFault:
        return

    assert parse_publicity(publicity_definition(rules)) == rules
