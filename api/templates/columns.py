"""The columns of an item's template: one for each field, and those that a statement needs besides its values.

A column is known by its code in the second header row, so columns may be moved. The code of the first column is the
marker: it names item and version.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import lru_cache
from typing import Final

from api.templates import wording
from ledger.catalogue_item import CatalogueItem, Field, FieldKind, Nature
from ledger.codes import IdentifierScheme
from ledger.rulebook.publicity import DishonestyClass, WithheldReason
from ledger.vocabulary import TERMS

LAYOUT: Final = 1
"""Of the template itself. A change that an older program would misread has to count it up."""

MARKER: Final = re.compile(r"kesu-template:([0-9]{1,9}):([a-z0-9-]{1,64}):([1-9][0-9]{0,8})", re.ASCII)
"""Layout, item, version; no spreadsheet program takes it for a number, a day or a formula."""

_KEPT: Final = 128
_SEPARATORS: Final = ("；", "|", "/")


class Kind(Enum):
    """What is typed into a column."""

    TEXT = auto()
    CODE = auto()
    DAY = auto()
    MONEY = auto()
    INTEGER = auto()
    CHOICE = auto()
    CHOICES = auto()
    RESULT = auto()
    """Nothing: here stands what became of the row when the file came back."""


class Own(Enum):
    """Columns that are no field of the item; the value is the code in the second header row."""

    RECORD = "kesu.record"
    ACTION = "kesu.action"
    SCHEME = "kesu.scheme"
    CODE = "kesu.code"
    NAME = "kesu.name"
    CLASS = "kesu.class"
    SUMMARY = "kesu.summary"
    WITHHELD = "kesu.withheld"
    WITHHELD_TEXT = "kesu.withheld_text"
    ON = "kesu.on"
    OPERATOR = "kesu.operator"
    BASIS = "kesu.basis"
    REASON = "kesu.reason"
    SUCCESSOR = "kesu.successor"


PUBLICITY: Final = frozenset({Own.CLASS.value, Own.SUMMARY.value, Own.WITHHELD.value, Own.WITHHELD_TEXT.value})


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a template."""

    code: str
    title: str
    kind: Kind
    needed: str
    """必填, 否, or under which condition it must be filled."""
    rule: str
    """How it is to be filled, in a sentence or two."""
    example: str
    choices: tuple[str, ...] = ()
    max_length: int | None = None
    always: bool = False
    """Must be filled in every row that files a record."""
    stays: bool = False
    """The column may not be deleted."""

    @property
    def header(self) -> str:
        """The title as it stands in the first header row."""
        return f"*{self.title}" if self.always else self.title


@dataclass(frozen=True, slots=True)
class Template:
    """模板 (template) of one version of an item."""

    item: CatalogueItem
    columns: tuple[Column, ...]
    """In the order of a new template; the first is that of the results."""

    @property
    def marker(self) -> str:
        """What names the template in the file."""
        return self.columns[0].code

    def column(self, code: str) -> Column:
        """The column with a code; raises ``KeyError``."""
        for column in self.columns:
            if column.code == code:
                return column
        raise KeyError(code)

    def title(self, own: Own) -> str:
        """The title of a column that is no field."""
        return self.column(own.value).title

    def has(self, own: Own) -> bool:
        """Say whether the template has that column."""
        return any(column.code == own.value for column in self.columns)


@lru_cache(maxsize=_KEPT)
def template_of(item: CatalogueItem) -> Template:
    """The template of a version of an item."""
    marker = f"kesu-template:{LAYOUT}:{item.item}:{item.version}"
    titles = {field.code: field.zh for field in item.fields}
    result = Column(marker, wording.RESULT, Kind.RESULT, wording.NO, wording.RESULT_RULE, "", stays=True)
    columns = [result, *_leading(item), *(_field(item, field, titles) for field in item.fields), *_trailing(item)]
    return Template(item, tuple(_told_apart(columns)))


def separator(choices: tuple[str, ...]) -> str:
    """What stands between several choices in one cell."""
    return next((each for each in _SEPARATORS if not any(each in choice for choice in choices)), "\n")


def scheme_labels(item: CatalogueItem) -> tuple[tuple[str, str], ...]:
    """The identifier schemes of an item, each behind its name in the template."""
    known = {scheme.value: TERMS[scheme].zh for scheme in IdentifierScheme} | {"natural-person": wording.PERSON}
    return tuple((known.get(scheme, scheme), scheme) for scheme in item.schemes)


def class_labels() -> tuple[tuple[str, str], ...]:
    """The classes of adverse information."""
    return tuple((TERMS[each].zh, each.value) for each in DishonestyClass)


def withheld_labels() -> tuple[tuple[str, str], ...]:
    """The reasons to withhold a record."""
    return tuple((TERMS[each].zh, each.value) for each in WithheldReason)


def _own(own: Own, kind: Kind, choices: tuple[str, ...] = (), *, always: bool = False, stays: bool = False) -> Column:
    said = wording.OWN[own.value]
    return Column(own.value, said.title, kind, said.needed, said.rule, said.example, choices, None, always, stays)


def _leading(item: CatalogueItem) -> list[Column]:
    columns = [
        _own(Own.RECORD, Kind.TEXT, always=True, stays=True),
        _own(Own.ACTION, Kind.CHOICE, wording.ACTIONS),
        _own(Own.SCHEME, Kind.CHOICE, tuple(label for label, _ in scheme_labels(item))),
        _own(Own.CODE, Kind.CODE),
    ]
    if item.subject_name_field is None:
        columns.append(_own(Own.NAME, Kind.TEXT, always=True, stays=True))
    return columns


def _trailing(item: CatalogueItem) -> list[Column]:
    columns = []
    if item.nature is Nature.ADVERSE:
        columns.append(_own(Own.CLASS, Kind.CHOICE, tuple(label for label, _ in class_labels()), stays=True))
        columns.append(_own(Own.SUMMARY, Kind.CHOICE, (wording.YES, wording.NO), stays=True))
    return [
        *columns,
        _own(Own.WITHHELD, Kind.CHOICE, tuple(label for label, _ in withheld_labels()), stays=True),
        _own(Own.WITHHELD_TEXT, Kind.TEXT, stays=True),
        _own(Own.ON, Kind.DAY),
        _own(Own.OPERATOR, Kind.TEXT),
        _own(Own.BASIS, Kind.TEXT),
        _own(Own.REASON, Kind.TEXT),
        _own(Own.SUCCESSOR, Kind.TEXT),
    ]


_KINDS: Final = {
    FieldKind.TEXT: Kind.TEXT,
    FieldKind.DATE: Kind.DAY,
    FieldKind.MONEY: Kind.MONEY,
    FieldKind.LABEL: Kind.CHOICE,
    FieldKind.LABELS: Kind.CHOICES,
    FieldKind.USCC: Kind.CODE,
    FieldKind.INTEGER: Kind.INTEGER,
}


def _field(item: CatalogueItem, field: Field, titles: dict[str, str]) -> Column:
    kind = _KINDS[field.kind]
    unit = wording.YUAN if field.kind is FieldKind.MONEY else field.unit
    return Column(
        code=field.code,
        title=field.zh if unit is None else f"{field.zh}（{unit}）",
        kind=kind,
        needed=wording.need(field, titles),
        rule=wording.field_rule(item, field, separator(field.labels), titles),
        example=wording.example(field, separator(field.labels)),
        choices=field.labels,
        max_length=field.max_length,
        always=field.required,
        stays=field.required,
    )


def _told_apart(columns: list[Column]) -> list[Column]:
    """Columns whose titles differ: an item may call two fields the same."""
    seen = set[str]()
    apart = []
    for column in columns:
        title = column.title.lstrip("=+-@ \t") or column.code  # in CSV it would begin a formula
        told = replace(column, title=f"{title}（{column.code}）" if title in seen else title)
        seen.add(told.title)
        apart.append(told)
    return apart
