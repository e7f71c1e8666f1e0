"""The streams of a log: the ledger's own, one for each record, one for each link between two subjects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar

from verify.disclosure import check_disclosure
from verify.entry import EntryHeader
from verify.errors import Malformed
from verify.finding import Finding, broken
from verify.statement import Statement
from verify.statement_type import StatementType, declared_month

_DECLARED: str = StatementType.REGISTER_DECLARED.value
_BEIJING = timedelta(hours=8)
"""China has one time zone, without summer time; this module does without the server's."""


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
        yield from check_disclosure(header, statement.type, seq, filing=None, disclosed=False, hidden=False)
        if statement.type == _DECLARED:
            yield from _check_month(header, statement, seq)


def _check_month(header: EntryHeader, statement: Statement, seq: int) -> Iterator[Finding]:
    """A register is declared for a month that has begun in Beijing; what is no month, the registry says."""
    try:
        month = declared_month(statement.about)
        begun = f"{datetime.fromisoformat(header.recorded_at) + _BEIJING:%Y-%m}"
    except (Malformed, OverflowError):  # no clock of ours shows the last hours of the year 9999
        return
    if month > begun:
        yield broken(seq, "month-begun", f"month {month} declared in {begun}")
