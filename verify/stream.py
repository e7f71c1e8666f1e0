"""The streams of a log: the ledger's own, one for each record, one for each link between two subjects."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from verify.disclosure import check_disclosure
from verify.entry import EntryHeader
from verify.finding import Finding
from verify.statement import Statement


@dataclass(slots=True)
class Stream:
    """What the entries of one stream say so far: this one is the ledger's own, which the registry judges."""

    NAME: ClassVar[str] = "the ledger's own stream"

    version: int
    subject: str
    whole: bool = True
    """False: an entry is missing, so that nothing is said of what may follow. No accusation is made up in its place."""

    def take(self, header: EntryHeader, statement: Statement, seq: int, operator: str | None) -> Iterable[Finding]:
        """Check what the entry says against those before, and take it in; `operator` is an issuer, None if unknown."""
        del operator
        return check_disclosure(header, statement.type, seq, filing=None, disclosed=False, hidden=False)
