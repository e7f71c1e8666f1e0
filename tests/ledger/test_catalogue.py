"""Catalogue items: what is shipped, how strictly a definition is read, and which values may be shown."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import (
    MAX_FIELDS,
    MAX_TEXT,
    CatalogueItem,
    Clock,
    DefinitionFault,
    Field,
    FieldKind,
    Nature,
    Openness,
    item_definition,
    parse_item,
    public_values,
    shipped_definitions,
)

SHIPPED = {str(definition["item"]): definition for definition in shipped_definitions()}
PENALTY = parse_item(SHIPPED["administrative-penalty"])
LICENCE = parse_item(SHIPPED["administrative-licence"])

PENALTY_FIELDS = (
    "CF_XDR_MC CF_XDR_LB CF_XDR_SHXYM CF_XDR_GSZC CF_XDR_ZZJG CF_XDR_SWDJ CF_XDR_SYDW CF_XDR_SHZZ CF_FRDB CF_FR_ZJLX "
    "CF_FR_ZJHM CF_XDR_ZJLX CF_XDR_ZJHM CF_WSH CF_WFXW CF_SY CF_YJ CF_CFLB CF_NR CF_NR_FK CF_NR_WFFF CF_NR_ZKDX "
    "CF_JDRQ CF_YXQ CF_GSJZQ CF_CFJG CF_CFJGDM CF_SJLY CF_SJLYDM BZ"
)
LICENCE_FIELDS = (
    "XK_XDR_MC XK_XDR_LB XK_XDR_SHXYM XK_XDR_GSZC XK_XDR_ZZJG XK_XDR_SWDJ XK_XDR_SYDW XK_XDR_SHZZ XK_FRDB XK_FR_ZJLX "
    "XK_FR_ZJHM XK_XDR_ZJLX XK_XDR_ZJHM XK_XKWS XK_WSH XK_XKLB XK_XKZS XK_XKBH XK_NR XK_JDRQ XK_YXQZ XK_YXQZI XK_XKJG "
    "XK_XKJGDM XK_ZT XK_LYDW XK_LYDWDM BZ"
)


def definition(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Copy a small definition and change the copy."""
    small: dict[str, Any] = {
        "item": "test-item",
        "version": 1,
        "zh": "测试",
        "basis": "测试依据",
        "effective_from": "2026-04-01",
        "category": "测试",
        "method": "测试",
        "frequency": "测试",
        "query_period": "测试",
        "openness": "public",
        "schemes": ["uscc"],
        "collect_within": {"working_days": 10, "source": "测试"},
        "disclose_within": {"working_days": 7, "source": "测试"},
        "subject_name_field": "NAME",
        "fields": [
            {"code": "NAME", "zh": "名称", "kind": "text", "required": True, "public": True, "max_length": 3},
            {"code": "KIND", "zh": "类别", "kind": "label", "required": True, "public": True, "labels": ["甲", "乙"]},
            {"code": "FROM", "zh": "自", "kind": "date", "required": False, "public": True},
            {"code": "COUNT", "zh": "数", "kind": "integer", "required": False, "public": False, "unit": "次"},
        ],
    }
    change(small)
    return small


def adverse(change: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    """Copy a small definition that says nature and day of the decision, and change the copy."""

    def changes(small: dict[str, Any]) -> None:
        small.update(nature="adverse", decided_on="FROM")
        small["fields"][2]["required"] = True
        change(small)

    return definition(changes)


# ---- what is shipped ------------------------------------------------------------------------------------------------


def test_the_official_fields_are_shipped_in_their_order() -> None:
    """双公示 names thirty fields of a penalty and twenty-eight of a licence."""
    assert [field.code for field in PENALTY.fields] == PENALTY_FIELDS.split()
    assert [field.code for field in LICENCE.fields] == LICENCE_FIELDS.split()


@pytest.mark.parametrize("item", [PENALTY, LICENCE])
def test_shipped_clocks_are_those_of_the_policy_documents(item: CatalogueItem) -> None:
    """Ten working days to collect, seven to disclose, each with its document."""
    assert (item.collect_within.working_days, item.disclose_within and item.disclose_within.working_days) == (10, 7)
    assert "10个工作日" in item.collect_within.source


@pytest.mark.parametrize("item", [PENALTY, LICENCE])
def test_certificates_and_representatives_are_not_public(item: CatalogueItem) -> None:
    """Nobody finds a certificate, its number or the legal representative on a public page."""
    private = {field.code.partition("_")[2] for field in item.fields if not field.public}

    assert private == {"FRDB", "FR_ZJLX", "FR_ZJHM", "XDR_ZJLX", "XDR_ZJHM", ""}


def test_shipped_definitions_come_in_order_and_are_plain_json() -> None:
    """A definition is committed as RFC 8785 JSON, so it survives JSON unchanged."""
    shipped = shipped_definitions()

    names = [str(found["item"]) for found in shipped]
    assert names == sorted(names)
    assert {"administrative-licence", "administrative-penalty"} <= set(names)
    assert json.loads(json.dumps(shipped)) == list(shipped)


# ---- reading a definition -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "item", [PENALTY, LICENCE, *(parse_item(small(lambda _: None)) for small in (definition, adverse))]
)
def test_a_definition_says_all_about_its_item(item: CatalogueItem) -> None:
    """Writing and reading give back the same item."""
    assert parse_item(item_definition(item)) == item


def test_the_order_of_keys_does_not_matter() -> None:
    """RFC 8785 sorts the keys, so an item read from a ledger must equal the one read from a file."""
    canonical = json.loads(json.dumps(item_definition(PENALTY), sort_keys=True))

    assert parse_item(canonical) == PENALTY


def test_an_item_is_a_value_with_typed_parts() -> None:
    """Optional keys may be absent or null."""
    item = parse_item(definition(lambda d: d.update(subject_code_field=None)))

    assert item.openness is Openness.PUBLIC
    assert item.collect_within == Clock(10, "测试")
    assert item.subject_code_field is None
    assert item.fields[3] == Field("COUNT", "数", FieldKind.INTEGER, required=False, public=False, unit="次")


def test_nature_and_day_of_the_decision_are_read_and_written() -> None:
    """A nature is one of four on the wire; the day is a field's code."""
    item = parse_item(adverse(lambda _: None))

    assert (item.nature, item.decided_on) == (Nature.ADVERSE, "FROM")
    assert item_definition(item) == adverse(lambda _: None)


@pytest.mark.parametrize("absent", [{}, {"nature": None, "decided_on": None}])
def test_a_definition_from_before_nature_and_day_still_reads(absent: dict[str, None]) -> None:
    """Ledgers hold such definitions; nothing is added to them, so that their commitments still open."""
    item = parse_item(definition(lambda d: d.update(absent)))

    assert (item.nature, item.decided_on) == (None, None)
    assert item_definition(item) == definition(lambda _: None)


@pytest.mark.parametrize("nature", [nature for nature in Nature if nature is not Nature.ADVERSE])
def test_only_an_adverse_item_needs_a_day_of_the_decision(nature: Nature) -> None:
    """Periods of publicity run for dishonesty alone."""
    without = parse_item(adverse(lambda d: d.update(nature=nature.value, decided_on=None)))
    having = parse_item(adverse(lambda d: d.update(nature=nature.value)))

    assert (without.nature, without.decided_on) == (nature, None)
    assert (having.nature, having.decided_on) == (nature, "FROM")


def test_equal_items_hash_alike() -> None:
    """Items are keys of a cache."""
    again = parse_item(SHIPPED["administrative-penalty"])

    assert again is not PENALTY
    assert {PENALTY: 1}[again] == 1


MISTAKES: list[tuple[Callable[[dict[str, Any]], object], str]] = [
    (lambda d: d.update(extra=1), "$"),
    (lambda d: d.pop("basis"), "$"),
    (lambda d: d.update(basis=None), "$"),
    (lambda d: d.update(item="Test_Item"), "$.item"),
    (lambda d: d.update(item="a" * 65), "$.item"),
    (lambda d: d.update(version=0), "$.version"),
    (lambda d: d.update(version=True), "$.version"),
    (lambda d: d.update(version=1.0), "$.version"),
    (lambda d: d.update(version="1"), "$.version"),
    (lambda d: d.update(version=2**53), "$.version"),
    (lambda d: d.update(zh=" "), "$.zh"),
    (lambda d: d.update(zh="测\u202e试"), "$.zh"),
    (lambda d: d.update(zh="测" * (MAX_TEXT + 1)), "$.zh"),
    (lambda d: d.update(effective_from="2026-02-30"), "$.effective_from"),
    (lambda d: d.update(effective_from="20260401"), "$.effective_from"),
    (lambda d: d.update(openness="secret"), "$.openness"),
    (lambda d: d.update(openness=["public"]), "$.openness"),
    (lambda d: d.update(openness="restricted"), "$.disclose_within"),
    (lambda d: d.pop("disclose_within"), "$.disclose_within"),
    (lambda d: d["collect_within"].update(working_days=0), "$.collect_within.working_days"),
    (lambda d: d["collect_within"].pop("source"), "$.collect_within"),
    (lambda d: d.update(schemes=[]), "$.schemes"),
    (lambda d: d.update(schemes="uscc"), "$.schemes"),
    (lambda d: d.update(schemes=["uscc", "uscc"]), "$.schemes[1]"),
    (lambda d: d.update(schemes=["USCC"]), "$.schemes[0]"),
    (lambda d: d.update(subject_name_field="NOBODY"), "$.subject_name_field"),
    (lambda d: d.update(subject_name_field="FROM"), "$.subject_name_field"),
    (lambda d: d.update(subject_code_field="NAME"), "$.subject_code_field"),
    (lambda d: d.update(nature="bad"), "$.nature"),
    (lambda d: d.update(nature="不良信息"), "$.nature"),
    (lambda d: d.update(nature=["basic"]), "$.nature"),
    (lambda d: d.update(nature="adverse"), "$.decided_on"),
    (lambda d: d.update(nature="adverse", decided_on=None), "$.decided_on"),
    (lambda d: d.update(decided_on="NOBODY"), "$.decided_on"),
    (lambda d: d.update(decided_on="1FROM"), "$.decided_on"),
    (lambda d: d.update(decided_on=["FROM"]), "$.decided_on"),
    (lambda d: d.update(decided_on="NAME"), "$.decided_on"),
    (lambda d: d.update(decided_on="FROM"), "$.decided_on"),
    (lambda d: (d.update(decided_on="FROM"), d["fields"][2].update(required_with="NAME")), "$.decided_on"),
    (lambda d: d.update(natural_person_labels={"KIND": ["丙"]}), "$.natural_person_labels.KIND"),
    (lambda d: d.update(natural_person_labels={"KIND": None}), "$.natural_person_labels.KIND"),
    (lambda d: d.update(natural_person_labels={"NAME": ["甲"]}), "$.natural_person_labels.NAME"),
    (lambda d: d.update(natural_person_labels={"NOBODY": ["甲"]}), "$.natural_person_labels.NOBODY"),
    (lambda d: d.update(natural_person_labels={}), "$.natural_person_labels"),
    (lambda d: d.update(natural_person_labels={1: ["甲"], "KIND": ["甲"]}), "$.natural_person_labels"),
    (lambda d: d.update(fields=[]), "$.fields"),
    (lambda d: d.update(fields={}), "$.fields"),
    (lambda d: d.update(fields=d["fields"] * MAX_FIELDS), "$.fields"),
    (lambda d: d["fields"].append(d["fields"][0]), "$.fields[4].code"),
    (lambda d: d["fields"].append("NAME"), "$.fields[4]"),
    (lambda d: d["fields"][0].update(code="1NAME"), "$.fields[0].code"),
    (lambda d: d["fields"][0].update(code="名称"), "$.fields[0].code"),
    (lambda d: d["fields"][0].update(kind="float"), "$.fields[0].kind"),
    (lambda d: d["fields"][0].update(required=1), "$.fields[0].required"),
    (lambda d: d["fields"][0].pop("public"), "$.fields[0]"),
    (lambda d: d["fields"][0].update(pubic=False), "$.fields[0]"),
    (lambda d: d["fields"][0].update(max_length=0), "$.fields[0].max_length"),
    (lambda d: d["fields"][0].update(labels=["甲"]), "$.fields[0].labels"),
    (lambda d: d["fields"][0].update(unit="分"), "$.fields[0].unit"),
    (lambda d: d["fields"][0].update(not_before="FROM"), "$.fields[0].not_before"),
    (lambda d: d["fields"][0].update(required_when={"KIND": ["甲"]}), "$.fields[0].required_when"),
    (lambda d: d["fields"][0].update(required_with="FROM"), "$.fields[0].required_with"),
    (lambda d: d["fields"][1].pop("labels"), "$.fields[1].labels"),
    (lambda d: d["fields"][1].update(labels=["甲", "甲"]), "$.fields[1].labels[1]"),
    (lambda d: d["fields"][1].update(labels=[1]), "$.fields[1].labels[0]"),
    (lambda d: d["fields"][1].update(max_length=1), "$.fields[1].max_length"),
    (lambda d: d["fields"][2].update(not_before="NAME"), "$.fields[2].not_before"),
    (lambda d: d["fields"][2].update(not_before="FROM"), "$.fields[2].not_before"),
    (lambda d: d["fields"][2].update(required_when={"KIND": ["丙"]}), "$.fields[2].required_when.KIND"),
    (lambda d: d["fields"][2].update(required_when={"KIND": []}), "$.fields[2].required_when.KIND"),
    (lambda d: d["fields"][2].update(required_when=[["KIND", ["甲"]]]), "$.fields[2].required_when"),
    (lambda d: d["fields"][2].update(required_unless="NAME"), "$.fields[2].required_unless"),
    (lambda d: d["fields"][2].update(required_with="NOBODY"), "$.fields[2].required_with"),
]


@pytest.mark.parametrize(
    ("change", "path"), MISTAKES, ids=[f"{path}-{number}" for number, (_, path) in enumerate(MISTAKES)]
)
def test_a_definition_with_a_mistake_is_refused_at_its_place(
    change: Callable[[dict[str, Any]], object], path: str
) -> None:
    """Nothing is guessed or overlooked; the fault says where, which rule and what to do."""
    with pytest.raises(DefinitionFault) as caught:
        parse_item(definition(change))

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
    """Whatever stands in the place of a part, there is an item or a DefinitionFault."""
    mutated = copy.deepcopy(data.draw(st.sampled_from([SHIPPED["administrative-penalty"], adverse(lambda _: None)])))
    target: Any = mutated
    while True:
        key = data.draw(st.sampled_from(sorted(target) if isinstance(target, dict) else list(range(len(target)))))
        if not target[key] or not isinstance(target[key], dict | list) or data.draw(st.booleans()):
            break
        target = target[key]
    target[key] = data.draw(json_values)
    try:
        item = parse_item(mutated)
    except DefinitionFault:
        return

    assert parse_item(item_definition(item)) == item


@given(json_values)
def test_anything_but_a_definition_is_refused(value: object) -> None:
    """JSON of any other shape is a DefinitionFault."""
    with pytest.raises(DefinitionFault):
        parse_item(value)


# ---- showing values -------------------------------------------------------------------------------------------------


def test_only_public_fields_are_shown() -> None:
    """The representative and the certificates stay behind, whatever their values."""
    shown = public_values(PENALTY, {field.code: field.zh for field in PENALTY.fields} | {"UNKNOWN": 1})

    assert shown == {field.code: field.zh for field in PENALTY.fields if field.public}


def test_nothing_of_a_restricted_item_is_shown() -> None:
    """Openness of the item comes before openness of its fields."""
    item = parse_item(definition(lambda d: (d.pop("disclose_within"), d.update(openness="restricted"))))

    assert public_values(item, {"NAME": "测试"}) == {}
