"""新旧代码映射、主体合并 (link) between two subjects: made once, and taken back at most once by who made it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from verify.disclosure import check_disclosure
from verify.entry import EntryHeader
from verify.errors import Malformed
from verify.finding import Fault, Finding, broken, entry_finding
from verify.handle import check_handle
from verify.statement import Statement
from verify.statement_type import StatementType
from verify.stream import Stream

_LINKED: str = StatementType.SUBJECT_LINKED.value


@dataclass(slots=True)
class Link(Stream):
    """What the entries of a link say so far."""

    NAME: ClassVar[str] = "a link"

    issuer: str | None = None
    """The department that linked; None where the entry that tells is missing."""
    begun: int | None = None
    separated_by: int | None = None

    def take(self, header: EntryHeader, statement: Statement, seq: int, operator: str | None) -> Iterator[Finding]:
        """Check what the entry says of the link against those before, and take it in."""
        del operator
        yield from check_disclosure(header, statement.type, seq, filing=None, disclosed=False, hidden=False)
        if statement.type == _LINKED:
            yield from self._take_link(statement, seq)
        else:
            yield from self._take_separation(statement, seq)
        if self.begun is None:
            self.begun = seq

    def _take_link(self, statement: Statement, seq: int) -> Iterator[Finding]:
        try:
            check_handle(statement.about.get("handle"), "about/handle")
        except Malformed as error:
            yield entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another value")
        if self.begun is not None:
            yield entry_finding(Fault.VERSION_WRONG, seq, "a new link", f"link of entry {self.begun} again")
        else:
            self.issuer = statement.issuer

    def _take_separation(self, statement: Statement, seq: int) -> Iterator[Finding]:
        if self.begun is None:
            yield entry_finding(Fault.VERSION_WRONG, seq, "a link that was made", "a link never made")
        if self.issuer not in (None, statement.issuer):
            expected = f"the department that linked, {self.issuer}"
            yield entry_finding(Fault.NOT_COMPETENT, seq, expected, f"issuer {statement.issuer}")
        if self.separated_by is not None:
            yield broken(seq, "separated-once", f"a link that entry {self.separated_by} took back")
        else:
            self.separated_by = seq
