"""What a department declares about its source: the value that a mapping file becomes, checked and unchangeable."""

from __future__ import annotations

from collections import abc
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

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
from verify.statement_type import StatementType
from verify.strict import JsonValue

NO_PUBLICITY: Final[abc.Mapping[str, JsonValue]] = {
    "class": None,
    "summary_procedure": False,
    "withheld": None,
    "need": None,
    "chosen_end": None,
    "sector": None,
}
"""The committed ``publicity`` of a row that says nothing of it: all six keys, as always."""


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
class Text:
    """A text that acts commit to: the same for every row, or what a column of the row says."""

    const: str | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Day:
    """A column with a day, and how it is written."""

    column: str
    formats: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActRule:
    """行为 (act): one statement on a record after its filing, and where what it commits to stands."""

    event: StatementType
    texts: tuple[tuple[str, Text], ...]
    """Committed path -> its text: all that the type asks for but ``on``, ``evidence`` and the record's fields."""
    on: Day | None = None
    """None: the Beijing day of the instant that the row claims."""
    superseded_by: tuple[str, ...] = ()
    """Columns with the key of the decision that took this one's place, in the order of ``record.key``."""
    names: tuple[str, ...] = ()
    """What it names in `about`: ``remedy``, ``objection``."""
    case: str = ""
    """Which remedy or objection of the record, where it can have several."""

    def columns(self) -> tuple[str, ...]:
        """Return the columns that it is read from."""
        texts = tuple(text.column for _, text in self.texts if text.column is not None)
        return (*texts, *(() if self.on is None else (self.on.column,)), *self.superseded_by)


@dataclass(frozen=True, slots=True)
class Outcome:
    """结果 (outcome): what happened to the record of a row with these words in these columns, step by step."""

    when: tuple[tuple[str, tuple[str, ...]], ...]
    """Column -> words, of which it must have one; every column must."""
    unless: tuple[tuple[str, tuple[str, ...]], ...]
    """Column -> words; one that has one of them is enough to pass the outcome over."""
    steps: tuple[ActRule, ...]

    def columns(self) -> tuple[str, ...]:
        """Return the columns that it is read from."""
        told = (column for column, _ in self.when + self.unless)
        return (*told, *(column for step in self.steps for column in step.columns()))


@dataclass(frozen=True, slots=True)
class Words:
    """A column, and what each of its words says; None: as little as an empty cell."""

    column: str
    meanings: tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, slots=True)
class PublicityRule:
    """公示认定 (what the unit determined about publicity): where it stands in the rows that file records."""

    given_class: str | None = None
    """The class of every row; None: `classes` tells it, or the table gives none."""
    classes: Words | None = None
    summary: Words | None = None
    """简易程序: any meaning says that the procedure was the summary one."""
    withheld: Words | None = None
    """不予公开: words mean reasons."""
    withheld_text: Text = Text()
    """The text that is recorded with a reason."""

    @property
    def gives_class(self) -> bool:
        """Say whether rows can have a class."""
        return self.given_class is not None or self.classes is not None

    def columns(self) -> dict[str, str]:
        """Return the columns that it is read from, each with the TOML key that names it."""
        named = (("class", self.classes), ("summary", self.summary), ("withheld", self.withheld))
        columns = {words.column: f"publicity.{name}_column" for name, words in named if words is not None}
        if self.withheld_text.column is not None:
            columns.setdefault(self.withheld_text.column, "publicity.withheld_text_column")
        return columns


@dataclass(frozen=True, slots=True)
class ActionRules:
    """Which words of a column file a record, or correct, change or revoke it.

    `changes` names a JSON object column -> [old, new].
    """

    column: str
    file: tuple[str, ...]
    acts: tuple[tuple[str, ActRule], ...] = ()
    changes: str | None = None
    changes_under: str | None = None


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
    outcomes: tuple[Outcome, ...] = ()
    publicity: PublicityRule | None = None

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
            for _word, act in self.action.acts:
                columns |= dict.fromkeys(act.columns(), "action")
            columns[self.action.column] = "action.column"
        for number, outcome in enumerate(self.outcomes, 1):
            columns |= dict.fromkeys(outcome.columns(), f"outcomes[{number}]")
        columns |= {} if self.publicity is None else self.publicity.columns()
        return columns | dict.fromkeys(self.key, "record.key")
