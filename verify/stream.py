"""One stream of a log, a record's or the ledger's own: what its entries so far allow the next one to say.

These are the ledger's rules about records once more, as far as the log's public part tells: written again from
docs/statements.md instead of shared, so that a mistake or a lie in the one does not hide in the other. What stands in
openings (whether an item is public, the outcome of an objection) is not judged here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from verify.entry import EntryHeader
from verify.errors import Malformed
from verify.finding import Fault, Finding, entry_finding
from verify.statement import Statement
from verify.statement_type import StatementType

# Plain strings: this runs once for every entry, and looking a member up costs more than comparing it.
_FILED: str = StatementType.RECORD_FILED.value
_CORRECTED: str = StatementType.RECORD_CORRECTED.value
_REVOKED: str = StatementType.RECORD_REVOKED.value
_RAISED: str = StatementType.OBJECTION_RAISED.value
_RESOLVED: str = StatementType.OBJECTION_RESOLVED.value

_PROVIDING_UNIT_ONLY = frozenset({_CORRECTED, _REVOKED, _RESOLVED})
"""S001 L40, S004 L30: the providing unit verifies and corrects, nobody for it."""

_OF_A_STANDING_RECORD = frozenset({_CORRECTED, _REVOKED, _RAISED})
"""After a revocation only what is still open may be closed."""

_NAMES_AN_OPEN_OBJECTION = frozenset({_CORRECTED, _REVOKED, _RESOLVED})

_REFERENCES = ("objection", "superseded_by")
"""Members of `about` that are ids, besides `record`: free text in their place would stand in the log for ever."""


@dataclass(slots=True)
class Stream:
    """What the entries of one stream say so far; `filing` is the number of the one that filed the record."""

    version: int
    issuer: str
    subject: str
    filing: int | None = None
    item: object = None
    disclosed: bool = False
    revoked_by: int | None = None
    objections: dict[str, bool] | None = None
    """By id whether it is still open; most records never see one."""

    @classmethod
    def begin(cls, header: EntryHeader, statement: Statement, seq: int) -> Stream:
        """The stream of which `statement` is the first."""
        filing = seq if statement.type == _FILED else None
        return cls(header.version, statement.issuer, header.subject, filing, _item(statement))

    def check_references(self, statement: Statement, seq: int) -> Iterator[Finding]:
        """Every id in `about` must be one. What stands in its place is not repeated."""
        for name in _REFERENCES:
            if name in statement.about:
                try:
                    statement.reference(name)
                except Malformed as error:
                    yield entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another value")

    def check_continuation(self, header: EntryHeader, statement: Statement, seq: int) -> Iterator[Finding]:
        """Whether this may be said of a record filed before, by this issuer and at this time."""
        kind = statement.type
        if self.subject != header.subject:
            yield entry_finding(Fault.SUBJECT_WRONG, seq, self.subject, header.subject or "none")
        if self.filing is None:
            return  # the ledger's own stream; or nobody knows whose record this is, which has been said
        if kind in _PROVIDING_UNIT_ONLY and statement.issuer != self.issuer:
            yield entry_finding(
                Fault.NOT_COMPETENT, seq, f"the providing unit {self.issuer}", f"issuer {statement.issuer}"
            )
        if self.revoked_by is not None and kind in _OF_A_STANDING_RECORD:
            yield _broken(seq, "record-stands", f"{kind} of a record that entry {self.revoked_by} revoked")
        if kind == _CORRECTED and _item(statement) != self.item:
            yield _broken(seq, "item-kept", "a correction under another catalogue item than that of the filing")

    def take(self, header: EntryHeader, statement: Statement, seq: int) -> Iterator[Finding]:
        """Take in what the entry does to objections, the record's life and its disclosure."""
        kind = statement.type
        if kind != _FILED:
            yield from self._take_objection(kind, statement.about.get("objection"), seq)
        yield from self._take_disclosure(header, kind, seq)
        if kind == _REVOKED and self.revoked_by is None:
            self.revoked_by = seq

    def _take_objection(self, kind: str, objection: object, seq: int) -> Iterator[Finding]:
        if not isinstance(objection, str):
            return
        if self.objections is None:
            self.objections = {}
        known = self.objections
        if kind == _RAISED:
            if objection in known:
                yield _broken(seq, "objection-raised-once", "an objection that was raised on this record before")
            known[objection] = True
        elif kind in _NAMES_AN_OPEN_OBJECTION:
            if objection not in known:
                yield _broken(seq, "objection-open", f"{kind} for an objection never raised on this record")
            elif not known[objection]:
                yield _broken(seq, "objection-open", f"{kind} for an objection that was resolved before")
            elif kind == _RESOLVED:
                known[objection] = False

    def _take_disclosure(self, header: EntryHeader, kind: str, seq: int) -> Iterator[Finding]:
        """A filing discloses itself or nothing; a revocation withdraws the filing of its record if it is disclosed."""
        for number in header.discloses:
            if kind != _FILED:
                yield _undisclosed(seq, "no disclosure: only record.filed discloses", f"{kind} discloses", number)
            elif number != seq or self.filing != seq:
                yield _undisclosed(seq, "a filing that discloses itself", "discloses", number)
            self.disclosed = self.disclosed or number == self.filing
        for number in header.withdraws:
            if kind != _REVOKED:
                yield _undisclosed(seq, "no withdrawal: only record.revoked withdraws", f"{kind} withdraws", number)
            elif number != self.filing or not self.disclosed:
                yield _undisclosed(seq, "withdraws the disclosed filing of its own record", "withdraws", number)
            self.disclosed = self.disclosed and number != self.filing
        if kind == _REVOKED and self.disclosed:
            yield _undisclosed(seq, "withdraws the filing that it revokes", "leaves disclosed", self.filing)


def _item(statement: Statement) -> object:
    match statement.about.get("catalogue"):
        case {"item": item}:
            return item
    return None


def _broken(seq: int, rule: str, actual: str) -> Finding:
    return entry_finding(Fault.RULE_BROKEN, seq, f"rule {rule}", actual)


def _undisclosed(seq: int, expected: str, act: str, number: int | None) -> Finding:
    return entry_finding(Fault.DISCLOSURE_WRONG, seq, expected, f"{act} entry {number}")
