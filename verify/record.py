"""One record's stream: how it begins, who may speak of it, what may follow, and what ends it.

These are the ledger's rules about records once more, as far as the log's public part tells: written again from
docs/statements.md instead of shared, so that a mistake or a lie in the one does not hide in the other. What stands in
openings (whether an item is public, the outcome of an objection) is not judged here.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from verify.disclosure import check_disclosure, disclosed_after
from verify.entry import EntryHeader
from verify.errors import Malformed
from verify.finding import Fault, Finding, broken, entry_finding
from verify.objections import Objections
from verify.repairs import Repairs
from verify.statement import Statement
from verify.statement_type import REFERENCES, ClockRef, StatementType
from verify.stream import Stream

# Plain strings: this runs once for every entry, and looking a member up costs more than comparing it.
_FILED: str = StatementType.RECORD_FILED.value
_CORRECTED: str = StatementType.RECORD_CORRECTED.value
_CHANGED: str = StatementType.RECORD_CHANGED.value
_REVOKED: str = StatementType.RECORD_REVOKED.value
_NOTIFIED: str = StatementType.LISTING_NOTIFIED.value
_DECIDED: str = StatementType.LISTING_DECIDED.value
_DROPPED: str = StatementType.LISTING_DROPPED.value
_MASKED: str = StatementType.MASK_APPLIED.value
_UNMASKED: str = StatementType.MASK_LIFTED.value
_GRANTED: str = StatementType.REPAIR_GRANTED.value
_UNGRANTED: str = StatementType.REPAIR_REVOKED.value
_MISSED: str = StatementType.DEADLINE_MISSED.value

_BEGINNINGS = frozenset({_FILED, _NOTIFIED, _DECIDED})

_OF_A_NOTICE: frozenset[str] = frozenset({StatementType.LISTING_DEFENDED, _DROPPED})
"""What comes between notice and decision, and at no other time."""

_OF_A_LISTING: frozenset[str] = frozenset({StatementType.LISTING_REMOVED, StatementType.LISTING_EXPIRED})

_ENDS: frozenset[str] = _OF_A_LISTING | {_CHANGED, _GRANTED, StatementType.PUBLICITY_ENDED}

_DEADLINES: frozenset[str] = frozenset({_MISSED, StatementType.DEADLINE_RECOMPUTED})

_CLOSINGS: frozenset[str] = _DEADLINES | {
    StatementType.OBJECTION_RESOLVED,
    StatementType.OBJECTION_DELIVERED,
    StatementType.REVIEW_DECIDED,
    StatementType.REMEDY_CLOSED,
    StatementType.BAR_ENDED,
}
"""All that may follow a revocation: what was begun before it comes to its end."""

_NOT_OF_A_CHANGED: frozenset[str] = frozenset(
    {StatementType.REPAIR_APPLIED, _GRANTED, _MASKED, StatementType.PUBLICITY_DETERMINED}
)
"""What no longer concerns a record that was changed; an application under way can still be declined or refused."""

_PROVIDING_UNIT: frozenset[str] = frozenset(
    {
        _CORRECTED,
        _CHANGED,
        _REVOKED,
        StatementType.PUBLICITY_DETERMINED,
        _MASKED,
        _UNMASKED,
        StatementType.REMEDY_OPENED,
        StatementType.REMEDY_CLOSED,
        _DROPPED,
        _DECIDED,
        StatementType.LISTING_REMOVED,
        StatementType.OBJECTION_EXTENDED,
        StatementType.OBJECTION_RESOLVED,
        StatementType.REVIEW_DECIDED,
        StatementType.REPAIR_ACCEPTED,
        StatementType.REPAIR_DECLINED,
        StatementType.REPAIR_EXTENDED,
        StatementType.REPAIR_VERIFIED,
        _GRANTED,
        StatementType.REPAIR_REFUSED,
        _UNGRANTED,
    }
)
"""S001 L40, S004 L30: the providing unit verifies, corrects and repairs, nobody for it."""

_PROVIDING_UNIT_OR_OPERATOR: frozenset[str] = frozenset(
    {StatementType.LISTING_DEFENDED, StatementType.OBJECTION_DELIVERED, StatementType.REPAIR_APPLIED}
)


@dataclass(slots=True)
class _Course:
    """What came after the entry that began the record; most records never have any of it."""

    entries: list[int] = field(default_factory=list)
    """The numbers of all of them, ascending."""
    dropped_by: int | None = None
    revoked_by: int | None = None
    mask: str | None = None
    ends: dict[str, int] = field(default_factory=dict)
    """By type the entry that ended the record so."""
    missed: set[ClockRef] | None = None
    objections: Objections | None = None
    repairs: Repairs | None = None


@dataclass(slots=True)
class Record(Stream):
    """What the entries of a record say so far."""

    NAME: ClassVar[str] = "a record"

    issuer: str | None = None
    """The providing unit; None where the entry that tells is missing."""
    item: object = None
    begun: int | None = None
    """The number of the first entry."""
    filing: int | None = None
    """The number of the entry that filed or decided the record; None while it is only notified."""
    listed: bool = False
    disclosed: bool = False
    _course: _Course | None = None

    def take(self, header: EntryHeader, statement: Statement, seq: int, operator: str | None) -> Iterable[Finding]:
        """Check what the entry says of the record against those before, and take it in."""
        if self.begun is None and statement.type in _BEGINNINGS:
            return self._begin(header, statement, seq)
        return self._continue(header, statement, seq, operator)

    def _begin(self, header: EntryHeader, statement: Statement, seq: int) -> Iterable[Finding]:
        """Take the first entry in; no generator, because most records never have another."""
        self.begun = seq
        self._belong(statement)
        if statement.type != _NOTIFIED:
            self._file(statement.type, seq)
        if not header.withdraws and (not header.discloses or header.discloses == (self.filing,)):
            self.disclosed = bool(header.discloses)
            return ()
        return self._disclose(header, statement.type, seq, hidden=False)

    def _belong(self, statement: Statement) -> None:
        # Interned: there are few departments and items, and an audit keeps a record of every filing.
        self.issuer, self.item = sys.intern(statement.issuer), _item(statement)

    def _file(self, kind: str, seq: int) -> None:
        self.filing, self.listed = seq, kind == _DECIDED

    def _continue(self, header: EntryHeader, statement: Statement, seq: int, operator: str | None) -> Iterator[Finding]:
        kind = statement.type
        if self.begun is None:
            self.begun, self.whole = seq, False
            yield entry_finding(Fault.VERSION_WRONG, seq, "a record that was filed", "a record never filed")
        references: dict[str, str] = {}
        yield from _read_references(statement, seq, references)
        if kind == _DECIDED and self.filing is None:
            self.whole = True  # whatever is missing before it, all that matters from here on is in the decision
            if self.issuer is None:
                self._belong(statement)
        elif kind in _BEGINNINGS:
            yield entry_finding(Fault.VERSION_WRONG, seq, "a new record", f"record of entry {self.begun} again")
        yield from self._check_speaker(statement, seq, operator)
        if self.whole:
            yield from self._follow(header, statement, seq, references)

    def _check_speaker(self, statement: Statement, seq: int, operator: str | None) -> Iterator[Finding]:
        kind, issuer, unit = statement.type, statement.issuer, self.issuer
        if unit is None or issuer == unit:
            return
        if kind in _PROVIDING_UNIT:
            yield entry_finding(Fault.NOT_COMPETENT, seq, f"the providing unit {unit}", f"issuer {issuer}")
        elif kind in _PROVIDING_UNIT_OR_OPERATOR and operator not in (None, issuer):
            expected = f"the providing unit {unit} or the operator {operator}"
            yield entry_finding(Fault.NOT_COMPETENT, seq, expected, f"issuer {issuer}")

    def _follow(
        self, header: EntryHeader, statement: Statement, seq: int, references: dict[str, str]
    ) -> Iterator[Finding]:
        """What follows the beginning, where no entry of the record is missing."""
        kind = statement.type
        if self._course is None:
            self._course = _Course()
        course = self._course
        yield from self._check_time(kind, course, seq)
        if kind in {_CORRECTED, _DECIDED} and _item(statement) != self.item:
            yield broken(seq, "item-kept", f"{kind} under another catalogue item than that of entry {self.begun}")
        if kind == _DECIDED and self.filing is None:
            self._file(kind, seq)
        yield from _take_references(kind, course, seq, references)
        if kind in _DEADLINES:
            yield from self._take_deadline(statement, course, seq)
        if kind == _DROPPED and course.dropped_by is None:
            course.dropped_by = seq
        elif kind == _REVOKED and course.revoked_by is None:
            course.revoked_by = seq
        elif kind in _ENDS:
            course.ends.setdefault(kind, seq)
        hidden = bool(course.ends) or course.mask is not None or course.revoked_by is not None
        yield from self._disclose(header, kind, seq, hidden=hidden)
        course.entries.append(seq)

    def _check_time(self, kind: str, course: _Course, seq: int) -> Iterator[Finding]:
        """Whether the record is at a point of its life at which this may be said of it."""
        if course.dropped_by is not None:
            yield broken(seq, "listing-dropped", f"{kind} of a listing that entry {course.dropped_by} dropped")
        elif self.filing is None:
            if kind not in _OF_A_NOTICE | _BEGINNINGS:
                yield broken(seq, "listing-decided", f"{kind} of a listing notified and not decided")
        elif kind in _OF_A_NOTICE:
            yield broken(seq, "before-decision", f"{kind} of a record that entry {self.filing} filed")
        elif kind in _OF_A_LISTING and not self.listed:
            yield broken(seq, "listing-decided", f"{kind} of a record that is no list entry")
        elif course.revoked_by is not None and kind not in _CLOSINGS:
            yield broken(seq, "record-stands", f"{kind} of a record that entry {course.revoked_by} revoked")
        elif kind in course.ends:
            yield broken(seq, "ends-once", f"{kind} of a record that entry {course.ends[kind]} ended so")
        elif _CHANGED in course.ends and kind in _NOT_OF_A_CHANGED:
            yield broken(seq, "record-unchanged", f"{kind} of a record that entry {course.ends[_CHANGED]} changed")

    def _take_deadline(self, statement: Statement, course: _Course, seq: int) -> Iterator[Finding]:
        try:
            deadline = ClockRef.of(statement.about)
        except Malformed:
            return  # the registry says so
        # By halves: a hostile record may have as many entries as the log.
        place = bisect_left(course.entries, deadline.since)
        if deadline.since != self.begun and course.entries[place : place + 1] != [deadline.since]:
            yield broken(seq, "deadline-since", f"a deadline since entry {deadline.since}, which is not of this record")
        if statement.type == _MISSED:
            if course.missed is None:
                course.missed = set()
            if deadline in course.missed:
                yield broken(seq, "deadline-missed-once", f"the deadline {deadline.clock.value} missed before")
            course.missed.add(deadline)

    def _disclose(self, header: EntryHeader, kind: str, seq: int, *, hidden: bool) -> Iterator[Finding]:
        yield from check_disclosure(header, kind, seq, filing=self.filing, disclosed=self.disclosed, hidden=hidden)
        self.disclosed = disclosed_after(header, filing=self.filing, disclosed=self.disclosed)


def _read_references(statement: Statement, seq: int, found: dict[str, str]) -> Iterator[Finding]:
    """Every id in `about` must be one. What stands in its place is not repeated."""
    for name in REFERENCES:
        if name in statement.about:
            try:
                found[name] = statement.reference(name)
            except Malformed as error:
                yield entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another value")


def _take_references(kind: str, course: _Course, seq: int, references: dict[str, str]) -> Iterator[Finding]:
    """Take in what the entry does to the objections, remedies, repairs and masks that it names."""
    objection, remedy, repair = (references.get(name) for name in ("objection", "remedy", "repair"))
    if objection is not None or remedy is not None:
        if course.objections is None:
            course.objections = Objections()
        if objection is not None:
            yield from course.objections.take_objection(kind, objection, seq)
        if remedy is not None:
            yield from course.objections.take_remedy(kind, remedy, seq)
    if repair is not None:
        if course.repairs is None:
            course.repairs = Repairs()
        if kind == _UNGRANTED and course.repairs.is_granted(repair):
            course.ends.pop(_GRANTED, None)
        yield from course.repairs.take(kind, repair, seq)
    if "mask" in references:
        yield from _take_mask(kind, course, seq, references["mask"])


def _take_mask(kind: str, course: _Course, seq: int, mask: str) -> Iterator[Finding]:
    if kind == _MASKED:
        if course.mask is not None:
            yield broken(seq, "one-mask", "a mask over a record that is masked")
        course.mask = mask
    elif kind == _UNMASKED:
        if course.mask != mask:
            yield broken(seq, "mask-applied", "the lifting of a mask that does not lie on the record")
        else:
            course.mask = None


def _item(statement: Statement) -> object:
    # Once for every record of an audit, where a match statement takes four times as long.
    catalogue = statement.about.get("catalogue")
    item = catalogue.get("item") if isinstance(catalogue, dict) else None
    return sys.intern(item) if isinstance(item, str) else None
