"""The sharing catalogue: what is shipped, how strictly it is read, and that it covers exactly the items."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import CatalogueItem, Openness, parse_item, shipped_definitions
from ledger.catalogue_item import MAX_TEXT
from ledger.definition import DefinitionFault
from ledger.rulebook.sharing import (
    MAX_ENTRIES,
    Recipient,
    SharingCatalogue,
    SharingEntry,
    SharingMethod,
    SharingType,
    parse_sharing,
    require_covered,
    sharing_definition,
    shipped_sharing,
)
from verify.strict import JsonValue

SHIPPED = parse_sharing(shipped_sharing())
ITEMS = [parse_item(definition) for definition in shipped_definitions()]


def definition(change: Callable[[dict[str, Any]], object]) -> dict[str, JsonValue]:
    """Make a small definition and change it."""
    small: dict[str, Any] = {
        "version": 1,
        "zh": "测试共享目录",
        "basis": "测试依据",
        "effective_from": "2026-04-01",
        "entries": [
            {"item": "test-open", "type": "unconditional", "scope": ["public"], "method": ["query", "interface"]},
            {
                "item": "test-bound",
                "type": "conditional",
                "condition": "测试条件",
                "scope": ["city-departments"],
                "method": ["verification"],
            },
            {"item": "test-kept", "type": "withheld", "condition": "测试法律依据"},
        ],
    }
    change(small)
    return small


def nothing(_: dict[str, Any]) -> None:
    """Change nothing."""


# ---- what is shipped ------------------------------------------------------------------------------------------------


def test_the_shipped_catalogue_covers_exactly_the_items() -> None:
    """One entry for each item, the two of the product among them, and none for anything else."""
    require_covered(SHIPPED, ITEMS)

    assert sorted(entry.item for entry in SHIPPED.entries) == sorted(item.item for item in ITEMS)


@pytest.mark.parametrize("item", ITEMS, ids=[item.item for item in ITEMS])
def test_what_is_restricted_is_shared_under_a_condition_only(item: CatalogueItem) -> None:
    """No way around the openness of an item, and persons' records go to departments alone."""
    entry = SHIPPED.entry(item.item)

    assert entry is not None
    if item.openness is Openness.RESTRICTED:
        assert entry.type is not SharingType.UNCONDITIONAL
        assert not {Recipient.PUBLIC, Recipient.CREDIT_SERVICE_INSTITUTIONS} & set(entry.scope)
    if item.schemes == ("natural-person",):
        assert set(entry.scope) == {Recipient.CITY_DEPARTMENTS, Recipient.DISTRICT_DEPARTMENTS}


def test_licences_and_penalties_are_shared_first_and_without_condition() -> None:
    """海淀区工作方案 (2017): 以行政许可和行政处罚信息为切入点."""
    entries = [SHIPPED.entry("administrative-licence"), SHIPPED.entry("administrative-penalty")]

    assert [entry and (entry.type, set(entry.scope)) for entry in entries] == [
        (SharingType.UNCONDITIONAL, set(Recipient)),
        (SharingType.UNCONDITIONAL, set(Recipient)),
    ]


def test_the_shipped_catalogue_is_plain_json() -> None:
    """It is committed as RFC 8785 JSON, whose keys are sorted, and survives that unchanged."""
    canonical = json.loads(json.dumps(shipped_sharing(), sort_keys=True))

    assert canonical == shipped_sharing()
    assert parse_sharing(canonical) == SHIPPED


# ---- reading a definition -------------------------------------------------------------------------------------------


def test_a_catalogue_is_a_value_with_typed_parts() -> None:
    """Each of the three types has the columns it needs."""
    departments = (Recipient.CITY_DEPARTMENTS,)
    query = (SharingMethod.QUERY, SharingMethod.INTERFACE)

    assert parse_sharing(definition(nothing)) == SharingCatalogue(
        version=1,
        zh="测试共享目录",
        basis="测试依据",
        effective_from="2026-04-01",
        entries=(
            SharingEntry("test-open", SharingType.UNCONDITIONAL, None, (Recipient.PUBLIC,), query),
            SharingEntry("test-bound", SharingType.CONDITIONAL, "测试条件", departments, (SharingMethod.VERIFICATION,)),
            SharingEntry("test-kept", SharingType.WITHHELD, "测试法律依据", (), ()),
        ),
    )


def test_a_definition_says_all_about_its_catalogue() -> None:
    """Writing gives back what was read."""
    assert sharing_definition(parse_sharing(definition(nothing))) == definition(nothing)


def test_an_item_without_an_entry_has_no_answer() -> None:
    """Nobody has decided about it: that is not the same as withheld."""
    assert SHIPPED.entry("no-such-item") is None


MISTAKES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(extra=1), "$"),
    (lambda d: d.pop("basis"), "$"),
    (lambda d: d.update(version=0), "$.version"),
    (lambda d: d.update(version=True), "$.version"),
    (lambda d: d.update(version=1.0), "$.version"),
    (lambda d: d.update(version=2**53), "$.version"),
    (lambda d: d.update(zh=" "), "$.zh"),
    (lambda d: d.update(basis="测" * (MAX_TEXT + 1)), "$.basis"),
    (lambda d: d.update(effective_from="2026-02-30"), "$.effective_from"),
    (lambda d: d.update(effective_from=None), "$.effective_from"),
    (lambda d: d.update(entries=[]), "$.entries"),
    (lambda d: d.update(entries={}), "$.entries"),
    (lambda d: d.update(entries=d["entries"] * MAX_ENTRIES), "$.entries"),
    (lambda d: d["entries"].append("test"), "$.entries[3]"),
    (lambda d: d["entries"].append(d["entries"][0]), "$.entries[3]"),
    (
        lambda d: d["entries"].append({"item": d["entries"][0]["item"], "type": "withheld", "condition": "测试"}),
        "$.entries[3].item",
    ),
    (lambda d: d["entries"][0].update(item="Test_Open"), "$.entries[0].item"),
    (lambda d: d["entries"][0].update(item=None), "$.entries[0].item"),
    (lambda d: d["entries"][0].update(type="无条件共享"), "$.entries[0].type"),
    (lambda d: d["entries"][0].update(type=["unconditional"]), "$.entries[0].type"),
    (lambda d: d["entries"][0].pop("type"), "$.entries[0]"),
    (lambda d: d["entries"][0].update(scopes=["public"]), "$.entries[0]"),
    (lambda d: d["entries"][0].update(condition="测试"), "$.entries[0].condition"),
    (lambda d: d["entries"][0].pop("scope"), "$.entries[0].scope"),
    (lambda d: d["entries"][0].pop("method"), "$.entries[0].method"),
    (lambda d: d["entries"][0].update(scope=[]), "$.entries[0].scope"),
    (lambda d: d["entries"][0].update(scope="public"), "$.entries[0].scope"),
    (lambda d: d["entries"][0].update(scope=["everybody"]), "$.entries[0].scope[0]"),
    (lambda d: d["entries"][0].update(scope=["public", "public"]), "$.entries[0].scope[1]"),
    (lambda d: d["entries"][0].update(method=["query", 1]), "$.entries[0].method[1]"),
    (lambda d: d["entries"][1].pop("condition"), "$.entries[1].condition"),
    (lambda d: d["entries"][1].update(condition=""), "$.entries[1].condition"),
    (lambda d: d["entries"][2].pop("condition"), "$.entries[2].condition"),
    (lambda d: d["entries"][2].update(scope=["public"]), "$.entries[2].scope"),
    (lambda d: d["entries"][2].update(method=["query"]), "$.entries[2].method"),
]


@pytest.mark.parametrize(
    ("change", "path"), MISTAKES, ids=[f"{path}-{number}" for number, (_, path) in enumerate(MISTAKES)]
)
def test_a_definition_with_a_mistake_is_refused_at_its_place(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    """Nothing is guessed or overlooked; the fault says where, which rule and what to do."""
    with pytest.raises(DefinitionFault) as caught:
        parse_sharing(definition(change))

    assert caught.value.path == path
    assert caught.value.rule.endswith(".")
    assert caught.value.fix.endswith(".")
    assert str(caught.value) == f"{path}: {caught.value.rule} {caught.value.fix}"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.data())
def test_reading_a_mutated_definition_raises_nothing_else(data: st.DataObject) -> None:
    """Whatever stands in the place of a part, there is a catalogue or a DefinitionFault."""
    mutated: Any = copy.deepcopy(definition(nothing))
    target = mutated
    while True:
        key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else list(range(len(target)))))
        if not target[key] or not isinstance(target[key], dict | list) or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(json_values)
    try:
        sharing = parse_sharing(mutated)
    except DefinitionFault:
        return

    assert parse_sharing(sharing_definition(sharing)) == sharing


@given(json_values)
def test_anything_but_a_definition_is_refused(value: JsonValue) -> None:
    """JSON of any other shape is a DefinitionFault."""
    with pytest.raises(DefinitionFault):
        parse_sharing(value)


# ---- holding it against the items -----------------------------------------------------------------------------------


def changed(change: Callable[[dict[str, Any]], object]) -> SharingCatalogue:
    """Change the shipped definition and read it."""
    copied: Any = shipped_sharing()
    change(copied)
    return parse_sharing(copied)


def index_of(item: str) -> int:
    """Find the place of an item's entry."""
    return [entry.item for entry in SHIPPED.entries].index(item)


AT = index_of("key-attention-list")
GAPS: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d["entries"].pop(), "$.entries"),
    (lambda d: d["entries"][0].update(item="no-such-item"), "$.entries[0].item"),
    (lambda d: d["entries"][AT].update(scope=["public"]), f"$.entries[{AT}].scope"),
    (
        lambda d: (d["entries"][AT].update(type="unconditional"), d["entries"][AT].pop("condition")),
        f"$.entries[{AT}].type",
    ),
]


@pytest.mark.parametrize(("change", "path"), GAPS)
def test_a_catalogue_that_does_not_fit_the_items_is_refused(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    """A missing or unknown item, and a restricted one open to everybody or to anybody who asks."""
    with pytest.raises(DefinitionFault) as caught:
        require_covered(changed(change), ITEMS)

    assert caught.value.path == path
