"""What an import tells whoever keeps an account of it: what it is about to send, what is in the log, each row's end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from api.client import Submitted
from api.importer.outcome import Action, RowFault
from api.importer.rows import SourceRow


class Notes(Protocol):
    """A durable account that somebody keeps of an import; several threads write it at once."""

    def recorded(self, identifiers: Sequence[str]) -> set[str]:
        """Those that it says are in the log."""

    def before_sending(self, statements: Mapping[str, Action]) -> None:
        """Note what is about to be signed and sent, perhaps again."""

    def after_sending(self, statements: Mapping[str, Submitted]) -> None:
        """Note what is proved to be in the log."""


class _NoNotes:
    """Nothing is written down: the ledger is asked what it has."""

    def recorded(self, _identifiers: Sequence[str]) -> set[str]:
        """Nothing."""
        return set()

    def before_sending(self, statements: Mapping[str, Action]) -> None:
        """Nothing is noted."""

    def after_sending(self, statements: Mapping[str, Submitted]) -> None:
        """Nothing is noted."""


@dataclass(frozen=True, slots=True)
class RowResult:
    """What became of one row."""

    row: SourceRow
    known: tuple[str, ...] = ()
    """Statements that were in the log before this run."""
    submitted: tuple[Submitted, ...] = ()
    fault: RowFault | None = None
    """What is wrong with the row; some of its statements may be in the log all the same."""


NO_NOTES: Final = _NoNotes()
