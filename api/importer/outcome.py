"""What a source row became: credit actions, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from api.importer.declaration import ActRule
from api.importer.rows import SourceRow
from ledger.subjects import Subject
from verify.statement_type import StatementType
from verify.strict import JsonValue


@dataclass(frozen=True, slots=True)
class RecordRef:
    """A record as the source knows it."""

    item: str
    """The catalogue item of the record."""
    key: tuple[str, ...]
    """The parts of the mapping's ``record.key``."""
    generation: int
    """How often this key has been filed so far, from 1: filed again after a revocation it is another record."""


@dataclass(frozen=True, slots=True)
class Act:
    """What people did, as a row tells it. The row itself is the evidence."""

    rule: ActRule
    texts: Mapping[str, str]
    """Committed path -> text."""
    on: str | None
    """The day, ``YYYY-MM-DD``; None: that on which it is signed."""
    successor: RecordRef | None
    """The record of the decision that took this one's place."""


@dataclass(frozen=True, slots=True)
class Action:
    """One credit action, ready to become a statement; a row is one, or several in their order."""

    row: SourceRow
    record: RecordRef
    subject: Subject
    values: Mapping[str, JsonValue]
    """Every mapped field for a filing or a correction; else empty. Money in fen, dates ``YYYY-MM-DD``."""
    act: Act | None
    """What is done to the record; None files it."""
    occurrence: int
    """How often the record has come to say this, from 1: a correction taken back may be made again."""
    made_at: str | None
    """The instant the source claims, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``; None: when it is signed."""
    publicity: Mapping[str, JsonValue] | None = None
    """What a filing commits to under ``publicity``; None where the mapping does not speak of it."""

    @property
    def event(self) -> StatementType:
        """The type of the statement."""
        return StatementType.RECORD_FILED if self.act is None else self.act.rule.event


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a row; `field` is a catalogue field or mapping key, `column` the source's own name for it."""

    field: str
    column: str
    reason: str
    fix: str = ""
    """What to do, where somebody said more than the rule."""

    def sentence(self) -> str:
        """Return the column, the rule and the fix."""
        said = f"{self.reason}. {self.fix}" if self.fix else self.reason
        return f"{self.column} {said}".lstrip()


@dataclass(frozen=True, slots=True)
class RowFault:
    """A row that became no action; the record it names stands as it was before."""

    row: SourceRow
    problems: tuple[Problem, ...]

    @property
    def number(self) -> int:
        """Return the data row, from 1."""
        return self.row.number

    @property
    def field(self) -> str:
        """Return the columns (or fields, where no column is at fault), for whoever puts the row right."""
        return "; ".join(dict.fromkeys(problem.column or problem.field for problem in self.problems))

    @property
    def reason(self) -> str:
        """Return every reason once, each with its column; two fields may come from one bad cell."""
        return "; ".join(dict.fromkeys(problem.sentence() for problem in self.problems))
