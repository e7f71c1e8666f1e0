"""What the sequencer tells whoever measures it: what became of statements and how long it took, never what they say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from verify.errors import EvidenceError
from verify.statement import Statement
from verify.statement_type import statement_type


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one statement that the sequencer took."""

    kind: str
    """Its type, one of `StatementType`."""
    refused: type[Exception] | None
    repeated: bool
    seconds: float
    """From the queue to the answer."""


@dataclass(frozen=True, slots=True)
class BatchDone:
    """A batch whose statements have been answered."""

    size: int
    """Of the log and its published checkpoint after it."""
    entries: int
    """Appended; 0 if every statement was refused or repeated, and then nothing was written."""
    seconds: float
    answered: Sequence[Answered]


class Observer(Protocol):
    """Told by the sequencer's thread when the answers are out, and by any thread of what never comes to it.

    It must be quick, because the next batch waits for it. What it raises is lost.
    """

    def batch_done(self, batch: BatchDone) -> None:
        """A batch was answered."""

    def turned_away(self, kind: str, why: type[Exception]) -> None:
        """A statement was refused before it was queued; `kind` is empty where its type could not be read."""


class Unobserved:
    """Nobody measures."""

    def batch_done(self, batch: BatchDone) -> None:
        """Forget it."""

    def turned_away(self, kind: str, why: type[Exception]) -> None:
        """Forget it."""


def kind_of(raw: bytes) -> str:
    """The type of a statement that is refused; empty unless it is one of ours: a stranger's word must go nowhere."""
    try:
        return statement_type(Statement.parse(raw)).value
    except EvidenceError:
        return ""
