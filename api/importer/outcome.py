"""What a source row became: a credit action, or everything that is wrong with it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from api.importer.rows import SourceRow
from verify.strict import JsonValue


class ActionKind(StrEnum):
    """What a row asks the ledger to do with a record."""

    FILE = "file"
    CORRECT = "correct"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True)
class Action:
    """One credit action, ready to become a statement."""

    row: SourceRow
    kind: ActionKind
    item: str
    """The catalogue item of the record."""
    key: tuple[str, ...]
    """The record at the source; the parts of the mapping's ``record.key``."""
    generation: int
    """How often this key has been filed so far, from 1: filed again after a revocation it is another record."""
    subject_scheme: str
    subject_code: str
    subject_name: str
    values: dict[str, JsonValue]
    """Every mapped field for a filing or a correction; empty for a revocation. Money in fen, dates ``YYYY-MM-DD``."""
    reason: str | None
    occurrence: int
    """How often the record has come to say this, from 1: a correction taken back may be made again."""
    made_at: str | None
    """The instant the source claims, ``YYYY-MM-DDTHH:MM:SS.ffffffZ``; None: when it is signed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in a row; `field` is a catalogue field or mapping key, `column` the source's own name for it."""

    field: str
    column: str
    reason: str


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
        reasons = (f"{problem.column} {problem.reason}".lstrip() for problem in self.problems)
        return "; ".join(dict.fromkeys(reasons))
