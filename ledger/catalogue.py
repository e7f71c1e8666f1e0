"""归集目录 (collection catalogue): read and write the definition of a catalogue item, and all else about items by name.

A definition is plain JSON without floats, fit for RFC 8785, because a ledger takes an item over by committing it. It is
read strictly: what is not understood is refused, since a misspelt `public` must not publish a certificate number.

Errors: reading raises `DefinitionFault` and nothing else.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass, fields
from enum import StrEnum
from importlib.resources import files
from re import Pattern
from re import compile as pattern
from typing import Final, NoReturn

from ledger.catalogue_item import (
    FIELD_CODE,
    MAX_TEXT,
    MAX_WHOLE,
    CatalogueItem,
    Clock,
    Field,
    FieldKind,
    Labels,
    Nature,
    Openness,
    concerns_natural_person,
    is_calendar_date,
    is_fit_text,
    public_values,
)
from ledger.definition import DefinitionFault, refuse
from ledger.judgement import Judgement, judge_values

__all__ = [
    "MAX_FIELDS",
    "MAX_TEXT",
    "CatalogueItem",
    "Clock",
    "DefinitionFault",
    "Field",
    "FieldKind",
    "Judgement",
    "Nature",
    "Openness",
    "concerns_natural_person",
    "item_definition",
    "judge_values",
    "parse_item",
    "public_values",
    "shipped_definitions",
]

# Every record commits every field: 256 commitments take about a third of the 65,535 bytes that an entry may have.
MAX_FIELDS: Final = 256
_SLUG: Final = pattern(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_LABELLED: Final = frozenset({FieldKind.LABEL, FieldKind.LABELS})
_COUNTED: Final = frozenset({FieldKind.MONEY, FieldKind.INTEGER})

_LABEL_MAPS: Final = frozenset({"required_when", "natural_person_labels"})
_ITEM_KNOWN: Final = frozenset(field.name for field in fields(CatalogueItem))
_ITEM_OPTIONAL: Final = frozenset(
    {
        "nature",
        "disclose_within",
        "subject_name_field",
        "subject_code_field",
        "decided_on",
        "withdrawn_on",
        "natural_person_labels",
    }
)
_FIELD_KNOWN: Final = frozenset(field.name for field in fields(Field))
_FIELD_NEEDED: Final = frozenset({"code", "zh", "kind", "required", "public"})
_CLOCK_KNOWN: Final = frozenset(field.name for field in fields(Clock))


def parse_item(definition: object) -> CatalogueItem:
    """Read a definition strictly; raises DefinitionFault for what is unknown, missing, of a wrong type or dangling."""
    parts = _Node(definition, "$").members(_ITEM_KNOWN, _ITEM_KNOWN - _ITEM_OPTIONAL)
    natural = parts.get("natural_person_labels")
    disclose = parts.get("disclose_within")
    nature = parts.get("nature")
    item = CatalogueItem(
        item=parts["item"].matching(_SLUG, "lower-case words joined by hyphens"),
        version=parts["version"].whole(1),
        zh=parts["zh"].text(),
        basis=parts["basis"].text(),
        effective_from=parts["effective_from"].day(),
        category=parts["category"].text(),
        nature=None if nature is None else Nature(nature.among(tuple(Nature))),
        method=parts["method"].text(),
        frequency=parts["frequency"].text(),
        query_period=parts["query_period"].text(),
        openness=Openness(parts["openness"].among(tuple(Openness))),
        schemes=tuple(node.matching(_SLUG, "a scheme slug") for node in parts["schemes"].distinct()),
        collect_within=_clock(parts["collect_within"]),
        disclose_within=None if disclose is None else _clock(disclose),
        subject_name_field=_code(parts.get("subject_name_field")),
        subject_code_field=_code(parts.get("subject_code_field")),
        decided_on=_code(parts.get("decided_on")),
        withdrawn_on=_code(parts.get("withdrawn_on")),
        natural_person_labels=() if natural is None else natural.labels(),
        fields=tuple(_field(node) for node in parts["fields"].elements(MAX_FIELDS)),
    )
    _check_item(item)
    return item


def item_definition(item: CatalogueItem) -> dict[str, object]:
    """Write the item as plain JSON, absent parts left out; the inverse of `parse_item`."""
    return _members(item)


def shipped_definitions() -> tuple[dict[str, object], ...]:
    """Read the definitions that come with Kesu, in the order of their names; `parse_item` has taken each."""
    folder = files("ledger.rules") / "catalogue"
    sources = {path.name.removesuffix(".toml"): path for path in folder.iterdir() if path.name.endswith(".toml")}
    items = (parse_item(tomllib.loads(sources[name].read_text("utf-8"))) for name in sorted(sources))
    return tuple(item_definition(item) for item in items)


def _members(value: CatalogueItem | Field | Clock) -> dict[str, object]:
    parts = ((field.name, getattr(value, field.name)) for field in fields(value))
    return {name: _plain(name, part) for name, part in parts if part is not None and part != ()}


def _plain(name: str, part: object) -> object:
    if name in _LABEL_MAPS and isinstance(part, tuple):
        return {code: list(labels) for code, labels in part}
    if isinstance(part, tuple):
        return [_plain("", element) for element in part]
    if isinstance(part, Field | Clock):
        return _members(part)
    return str(part) if isinstance(part, StrEnum) else part


@dataclass(frozen=True, slots=True)
class _Node:
    """A value inside a definition together with the path that leads to it."""

    value: object
    path: str

    def refuse(self, rule: str, fix: str) -> NoReturn:
        refuse(self.path, rule, fix)

    def members(self, known: Collection[str], needed: Collection[str]) -> dict[str, "_Node"]:
        if not isinstance(self.value, dict):
            self.refuse("This must be a JSON object.", f"Give an object with the keys {', '.join(sorted(needed))}.")
        parts = {key: _Node(value, f"{self.path}.{key}") for key, value in self.value.items() if value is not None}
        unknown = sorted(str(key) for key in self.value if key not in known)
        if unknown:
            self.refuse(f"The key {unknown[0][:64]!r} is not known here.", f"Use only {', '.join(sorted(known))}.")
        missing = sorted(key for key in needed if key not in parts)
        if missing:
            self.refuse(f"The key {missing[0]!r} is missing.", "Add it; only optional keys may be left out or null.")
        return parts

    def elements(self, limit: int) -> list["_Node"]:
        if not isinstance(self.value, list) or not 0 < len(self.value) <= limit:
            self.refuse(f"This must be a list of 1 to {limit} elements.", "Give a JSON list, or leave the key out.")
        return [_Node(value, f"{self.path}[{index}]") for index, value in enumerate(self.value)]

    def distinct(self) -> list["_Node"]:
        nodes = self.elements(MAX_FIELDS)
        seen = set()
        for node in nodes:
            if node.text() in seen:
                node.refuse("This element stands in the list twice.", "Leave one of them out.")
            seen.add(node.text())
        return nodes

    def labels(self) -> Labels:
        if not isinstance(self.value, dict) or not self.value:
            self.refuse("This must be an object from field codes to lists of labels.", "Leave the key out if empty.")
        nodes = ((_Node(code, self.path), _Node(labels, f"{self.path}.{code}")) for code, labels in self.value.items())
        pairs = ((key.matching(FIELD_CODE, "a field code"), node.distinct()) for key, node in nodes)
        return tuple(sorted((code, tuple(label.text() for label in labels)) for code, labels in pairs))

    def text(self) -> str:
        if not isinstance(self.value, str) or not is_fit_text(self.value) or len(self.value) > MAX_TEXT:
            self.refuse(f"This must be a text of 1 to {MAX_TEXT} characters that can be shown.", "Give such a text.")
        return self.value

    def matching(self, form: Pattern[str], what: str) -> str:
        if not isinstance(self.value, str) or form.fullmatch(self.value) is None:
            self.refuse(f"This must be {what}, at most 64 ASCII characters.", "Choose another name.")
        return self.value

    def among(self, choices: Collection[str]) -> str:
        if not isinstance(self.value, str) or self.value not in choices:
            self.refuse("This is none of the choices.", f"Choose one of {', '.join(choices)}.")
        return self.value

    def day(self) -> str:
        if not isinstance(self.value, str) or not is_calendar_date(self.value):
            self.refuse("This must be a day of the calendar as text.", "Write it YYYY-MM-DD, for example 2026-04-01.")
        return self.value

    def whole(self, low: int) -> int:
        if type(self.value) is not int or not low <= self.value <= MAX_WHOLE:
            self.refuse(f"This must be a whole number from {low} to 2^53 - 1.", "Give an integer, no text or float.")
        return self.value

    def flag(self) -> bool:
        if not isinstance(self.value, bool):
            self.refuse("This must be true or false.", "Say it without quotation marks.")
        return self.value


def _clock(node: _Node) -> Clock:
    parts = node.members(_CLOCK_KNOWN, _CLOCK_KNOWN)
    return Clock(parts["working_days"].whole(1), parts["source"].text())


def _code(node: _Node | None) -> str | None:
    return None if node is None else node.matching(FIELD_CODE, "a field code")


def _field(node: _Node) -> Field:
    parts = node.members(_FIELD_KNOWN, _FIELD_NEEDED)
    when, length = parts.get("required_when"), parts.get("max_length")
    labels, unit = parts.get("labels"), parts.get("unit")
    return Field(
        code=parts["code"].matching(FIELD_CODE, "a field code"),
        zh=parts["zh"].text(),
        kind=FieldKind(parts["kind"].among(tuple(FieldKind))),
        required=parts["required"].flag(),
        public=parts["public"].flag(),
        required_when=None if when is None else when.labels(),
        required_unless=_code(parts.get("required_unless")),
        required_with=_code(parts.get("required_with")),
        not_before=_code(parts.get("not_before")),
        max_length=None if length is None else length.whole(1),
        labels=() if labels is None else tuple(label.text() for label in labels.distinct()),
        unit=None if unit is None else unit.text(),
    )


def _check_item(item: CatalogueItem) -> None:
    """Check what no part can know alone: references, and parts that only make sense together."""
    known: dict[str, Field] = {}
    for index, field in enumerate(item.fields):
        if known.setdefault(field.code, field) is not field:
            refuse(f"$.fields[{index}].code", f"The code {field.code} is taken.", "Use a code once only.")
    _check_kind(known, "$.subject_name_field", item.subject_name_field, FieldKind.TEXT)
    _check_kind(known, "$.subject_code_field", item.subject_code_field, FieldKind.USCC)
    _check_labels(known, "$.natural_person_labels", item.natural_person_labels)
    _check_decided_on(known, item)
    _check_withdrawn_on(known, item.withdrawn_on)
    if (item.disclose_within is None) is (item.openness is Openness.PUBLIC):
        rule = "A public item has a time limit for disclosure, a restricted one has none."
        refuse("$.disclose_within", rule, "Make the time limit agree with the openness.")
    for index, field in enumerate(item.fields):
        _check_field(known, f"$.fields[{index}]", field)


def _check_decided_on(known: dict[str, Field], item: CatalogueItem) -> None:
    path, code = "$.decided_on", item.decided_on
    _check_kind(known, path, code, FieldKind.DATE)
    if code is not None and not known[code].required:
        refuse(path, f"The field {code} is not always required.", "Name a date that every record of the item has.")
    if code is None and item.nature is Nature.ADVERSE:
        refuse(path, "An adverse item has a day from which its periods run.", "Name the date of the document.")


def _check_withdrawn_on(known: dict[str, Field], code: str | None) -> None:
    path = "$.withdrawn_on"
    _check_kind(known, path, code, FieldKind.DATE)
    if code is not None and known[code].required:
        refuse(
            path, f"The field {code} is always required.", "Name a date that a record has only when it was withdrawn."
        )


def _check_field(known: dict[str, Field], path: str, field: Field) -> None:
    for name, is_there, may_be in (
        ("labels", bool(field.labels), field.kind in _LABELLED),
        ("max_length", field.max_length is not None, field.kind is FieldKind.TEXT),
        ("unit", field.unit is not None, field.kind in _COUNTED),
        ("not_before", field.not_before is not None, field.kind is FieldKind.DATE),
        ("required_when", field.required_when is not None, not field.required),
        ("required_with", field.required_with is not None, not field.required),
        ("required_unless", field.required_unless is not None, field.required_when is not None),
    ):
        if is_there and not may_be:
            rule = f"A field of kind {field.kind.value} with these other keys has no use for {name}."
            refuse(f"{path}.{name}", rule, "Leave the key out.")
    if field.kind in _LABELLED and not field.labels:
        refuse(f"{path}.labels", "A field of labels must list them.", "Add the labels.")
    _check_labels(known, f"{path}.required_when", field.required_when or ())
    _check_kind(known, f"{path}.not_before", field.not_before, FieldKind.DATE)
    for name, other in (
        ("required_unless", field.required_unless),
        ("required_with", field.required_with),
        ("not_before", field.not_before),
    ):
        _check_kind(known, f"{path}.{name}", other, None)
        if other == field.code:
            refuse(f"{path}.{name}", "A field cannot refer to itself.", "Name another field.")


def _check_kind(known: dict[str, Field], path: str, code: str | None, kind: FieldKind | None) -> None:
    if code is None:
        return
    if code not in known:
        refuse(path, f"The item has no field {code}.", "Name a field of this item.")
    if kind is not None and known[code].kind is not kind:
        refuse(path, f"The field {code} is not of kind {kind.value}.", "Name a field of that kind.")


def _check_labels(known: dict[str, Field], path: str, wanted: Labels) -> None:
    for code, labels in wanted:
        _check_kind(known, f"{path}.{code}", code, None)
        if not set(labels) <= set(known[code].labels):
            refuse(f"{path}.{code}", f"The field {code} has no such label.", "Name labels of the field.")
