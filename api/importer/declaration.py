"""What a department declares about its source: the value that a mapping file becomes, checked and unchangeable."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.importer.conversion import (
    MoneyUnit,
    Reader,
    code_reader,
    date_reader,
    list_reader,
    money_reader,
    read_integer,
    read_text,
    replacing_reader,
)
from verify.strict import JsonValue


class SourceFormat(StrEnum):
    """How the source file is written."""

    CSV = "csv"
    JSONL = "jsonl"


class FieldKind(StrEnum):
    """How a column's value becomes a catalogue value."""

    CONST = "const"
    TEXT = "text"
    CODE = "code"
    MONEY = "money"
    DATE = "date"
    LABELS = "labels"
    INTEGER = "integer"


@dataclass(frozen=True, slots=True)
class Source:
    """The file: `format` None means by file name; `encoding` is ``auto``, ``utf-8-sig`` or ``gb18030``."""

    format: SourceFormat | None = None
    encoding: str = "auto"
    delimiter: str = ","


@dataclass(frozen=True, slots=True)
class ActionRules:
    """Which words of a column file, correct or revoke a record; `changes` names a JSON object column -> [old, new]."""

    column: str
    file: tuple[str, ...]
    correct: tuple[str, ...] = ()
    revoke: tuple[str, ...] = ()
    changes: str | None = None
    changes_under: str | None = None
    correct_reason: str | None = None
    revoke_reason: str | None = None


@dataclass(frozen=True, slots=True)
class MadeAt:
    """The instant a statement claims: a date column, a fixed time of day ``HH:MM:SS`` and offset ``+HH:MM``."""

    column: str
    formats: tuple[str, ...]
    time: str
    offset: str


@dataclass(frozen=True, slots=True)
class Subject:
    """Where the subject's code and name stand; the scheme is fixed or in a column (`schemes`: cell -> scheme)."""

    scheme: str | None
    scheme_column: str | None
    schemes: tuple[tuple[str, str], ...]
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class FieldRule:
    """How one catalogue field gets its value; `optional`: the column may be absent, which gives null."""

    code: str
    kind: FieldKind
    column: str | None = None
    const: JsonValue = None
    unit: MoneyUnit | None = None
    formats: tuple[str, ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    separator: str | None = None
    scheme: str = ""
    replace: tuple[tuple[str, str], ...] = ()
    optional: bool = False

    def reader(self) -> Reader:
        """Return the function that converts this field's source value; ``ValueError`` for senseless parameters."""
        reader: Reader = read_text
        if self.kind is FieldKind.CONST:
            return lambda _: self.const
        if self.kind is FieldKind.CODE:
            reader = code_reader(self.scheme)
        elif self.kind is FieldKind.MONEY and self.unit is not None:
            reader = money_reader(self.unit)
        elif self.kind is FieldKind.DATE:
            reader = date_reader(self.formats)
        elif self.kind is FieldKind.INTEGER:
            reader = read_integer
        elif self.kind is FieldKind.LABELS or self.separator is not None:
            reader = list_reader(dict(self.labels), self.separator)
        return replacing_reader(dict(self.replace), reader) if self.replace else reader


@dataclass(frozen=True, slots=True)
class Mapping:
    """A whole mapping file, checked; `fields` in the order of the file."""

    source: Source
    item: str
    item_version: int
    key: tuple[str, ...]
    action: ActionRules | None
    made_at: MadeAt | None
    subject: Subject
    fields: tuple[FieldRule, ...]

    def required_columns(self) -> dict[str, str]:
        """Return the columns that every file of this mapping must have, each with the TOML key that names it."""
        fields = (field for field in self.fields if not field.optional)
        columns = {field.column: f"fields.{field.code}.column" for field in fields if field.column is not None}
        columns |= {self.subject.name: "subject.name", self.subject.code: "subject.code"}
        if self.subject.scheme_column is not None:
            columns[self.subject.scheme_column] = "subject.scheme_column"
        if self.made_at is not None:
            columns[self.made_at.column] = "made_at.column"
        if self.action is not None:
            columns[self.action.column] = "action.column"
        return columns | dict.fromkeys(self.key, "record.key")
