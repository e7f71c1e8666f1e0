"""What is written on the papers of a case: values of made-up decisions, on the items of the shipped catalogue."""

from __future__ import annotations

from ledger.catalogue import Field, parse_item, shipped_definitions
from ledger.catalogue_item import FieldKind
from ledger.subjects import Subject
from verify.strict import JsonValue

ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}
BUREAU = "12110000000000000K"
"""测试市场监管局, on whose two keys most cases rest."""

ABNORMAL = "abnormal-operation-list"
ATTENTION = "key-attention-list"
BREACH = "credit-commitment-breach"
HONOUR = "trustworthy-subject"
LICENCE = "administrative-licence"
PENALTY = "administrative-penalty"
SERIOUS = "serious-dishonesty-list"

_EVER = "2099-12-31"
_CONDITIONAL: dict[str, dict[str, JsonValue]] = {
    ABNORMAL: {"YC_ND": 2025},
    ATTENTION: {"GZ_QXZ": _EVER},
    HONOUR: {"SX_YXQZ": _EVER},
    LICENCE: {"XK_FRDB": "测试人", "XK_YXQZI": _EVER},
    PENALTY: {"CF_FRDB": "测试人", "CF_NR_FK": 1_000_000, "CF_CFLB": ["罚款"], "CF_YXQ": _EVER},
    SERIOUS: {"YZ_QXZ": _EVER},
}
"""What the first label of a field makes necessary, and days that lie ahead of the decision."""


def paper(name: str, subject: Subject, decided_on: str, **written: JsonValue) -> dict[str, JsonValue]:
    """A decision of that day on a subject, with just the fields that it needs and what is `written` besides."""
    item = ITEMS[name]
    values: dict[str, JsonValue] = {
        field.code: _filled(field, decided_on) if field.required else None for field in item.fields
    }
    values |= {_named(item.subject_name_field): subject.name, _named(item.subject_code_field): subject.code}
    return values | _CONDITIONAL.get(name, {}) | written


def item_reference(name: str) -> dict[str, JsonValue]:
    """`about.catalogue` of the shipped version."""
    return {"item": name, "version": ITEMS[name].version}


def repair_facts(
    corrected: str | None, performed: str | None, committed: str | None, *other: dict[str, JsonValue]
) -> dict[str, JsonValue]:
    """What an application for repair says: corrected, performed, publicly committed, and what other law asks for."""
    return {
        "corrected_on": corrected,
        "performed_on": performed,
        "committed_on": committed,
        "other": [*other],
        "supplementary": ["参加社区志愿服务20小时"],
    }


def _named(code: str | None) -> str:
    assert code is not None
    return code


def _filled(field: Field, decided_on: str) -> JsonValue:
    match field.kind:
        case FieldKind.DATE:
            return decided_on
        case FieldKind.LABEL:
            return field.labels[0]
        case FieldKind.LABELS:
            return [field.labels[0]]
        case FieldKind.USCC:
            return BUREAU
        case FieldKind.MONEY | FieldKind.INTEGER:
            return 0
    return "测试内容"
