"""What is known of a credit record after its events: the facts that decisions rest on. Its values are not among them.

Days are those on which things were done, as the acts say; numbers of entries stand beside them where a clock starts,
because a clock runs by the rules that the ledger knew at that entry.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum, unique

import msgspec

from ledger.particulars import NO_TERMS, ApplicationFacts, PublicityTerms
from ledger.rulebook.objection import ObjectionTimes
from ledger.rulebook.repair import AbuseKind
from ledger.vocabulary import ObjectionOutcome, RecordStatus, RemedyKind, RemedyOutcome
from verify.statement_type import Clock


@unique
class EndingKind(StrEnum):
    """终结方式 (how a record ended); the first of these that holds is the one that is shown."""

    REVOKED = "revoked"
    CHANGED = "changed"
    REPAIRED = "repaired"
    REMOVED = "removed"
    EXPIRED = "expired"


class Ending(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """终结 (ending): the day it happened, its entry, and the record that takes the place of this one."""

    on: date
    seq: int
    recorded_on: date
    superseded_by: str | None = None


class Listing(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """列入程序 (procedure of a list entry)."""

    standard: str
    standard_version: int
    notified_on: date | None = None
    defended_on: date | None = None
    """The day of the last statement and defence."""
    dropped_on: date | None = None
    cases: tuple[str, ...] = ()
    prolonged_by: int = 0
    entries: tuple[int, ...] = ()
    """Those that moved it."""

    @property
    def dropped(self) -> bool:
        """不予列入: say whether the procedure ended without an entry."""
        return self.dropped_on is not None


class Step(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """步骤 (step of a procedure): the day it names, its entry, and the day of recording, by which clocks stop."""

    on: date
    seq: int
    recorded_on: date


class Objection(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """异议 (objection): its course, and the entries from which its clocks run."""

    times: ObjectionTimes
    """The day it names for the objection, and the days of recording for all that follows: clocks run by these."""
    raised: int
    latest_on: date
    """The last day that one of its steps names: no later step lies before it."""
    forwarded: int | None = None
    resolved: tuple[int, ...] = ()
    """The outcome, and that of each review."""
    reviews: tuple[int, ...] = ()
    outcome: ObjectionOutcome | None = None
    """The last one."""
    entries: tuple[int, ...] = ()
    """Those that moved it."""

    @property
    def open(self) -> bool:
        """Say whether it waits for an outcome, the first or that of a review."""
        return len(self.resolved) <= len(self.reviews)

    @property
    def delivered(self) -> bool:
        """Say whether the last outcome was delivered."""
        last = self.times.reviews[-1].acted if self.times.reviews else self.times.acted
        return last is not None


class Remedy(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """复议、诉讼 (remedy at law)."""

    kind: RemedyKind
    opened_on: date
    opened: int
    """Its entry."""
    closed: Step | None = None
    outcome: RemedyOutcome | None = None
    carried_out_on: date | None = None
    """The day on which it was recorded that the record was revoked, changed or corrected for it."""


@unique
class RepairStage(StrEnum):
    """修复进程 (stage of a repair)."""

    APPLIED = "applied"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    GRANTED = "granted"
    REFUSED = "refused"
    REVOKED = "revoked"


class Repair(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """信用修复 (repair): an application and what became of it."""

    stage: RepairStage
    rules: tuple[str, int]
    """Name and version of the repair rules of the day of the application."""
    applied: Step
    facts: ApplicationFacts | None
    forwarded: Step | None = None
    accepted: Step | None = None
    """受理 or 不予受理."""
    extended: Step | None = None
    verified: Step | None = None
    decided: Step | None = None
    revoked: Step | None = None
    abuse: AbuseKind | None = None
    bar_ended: bool = False
    entries: tuple[int, ...] = ()
    """Those that moved it."""

    @property
    def running(self) -> bool:
        """Say whether it still waits for a decision."""
        return self.stage in {RepairStage.APPLIED, RepairStage.ACCEPTED}


class Mask(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """临时屏蔽 (mask): the day it was put on, and the step that lifted it."""

    on: date
    applied: int
    """Its entry."""
    lifted: Step | None = None


class CreditRecord(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """信用记录 (credit record).

    A struct, because a replay makes one for every event, and because a snapshot keeps it.
    """

    version: int
    issuer: str
    """The providing unit 信息提供单位, which for an adverse record is the determining unit 认定单位."""
    subject: str
    item: str
    item_version: int
    begun: int
    filing: int | None = None
    """The entry that filed or decided it; None while a list entry is only being considered."""
    filed_on: date | None = None
    filed_version: int = 0
    """The version of the item it was filed under, whose clocks it keeps to; `item_version` is that of its values."""
    decided_on: date | None = None
    """认定之日; None where the item has no such field, or its value was erased."""
    disclosed: bool = False
    disclosed_on: date | None = None
    """The first day of disclosure."""
    terms: PublicityTerms = NO_TERMS
    terms_since: int = 0
    earlier_terms: tuple[tuple[PublicityTerms, int, Step], ...] = ()
    """What was determined before: the terms, the entry they held from, and the step that replaced them."""
    terms_erased: bool = False
    """Nobody knows any longer what was determined: it is not shown again until it is determined anew."""
    listing: Listing | None = None
    mask: str | None = None
    masked_on: date | None = None
    masks: dict[str, Mask] = msgspec.field(default_factory=dict)
    """Every mask that was ever put on, by its id."""
    endings: dict[EndingKind, Ending] = msgspec.field(default_factory=dict)
    objections: dict[str, Objection] = msgspec.field(default_factory=dict)
    remedies: dict[str, Remedy] = msgspec.field(default_factory=dict)
    repairs: dict[str, Repair] = msgspec.field(default_factory=dict)
    corrected_for: frozenset[str] = frozenset()
    revoked_for: str | None = None
    missed: frozenset[str] = frozenset()
    """Clocks that were missed (`clock_key`)."""
    recomputed: dict[str, int] = msgspec.field(default_factory=dict)
    """By clock (`clock_key`) the last entry that computed it again: the calendar known there is the one that counts."""
    withdrawn_on: date | None = None
    """撤回之日: the subject took back what it had allowed; None where it did not, or the value was erased."""

    @property
    def revoked(self) -> bool:
        """Say whether it was never valid."""
        return EndingKind.REVOKED in self.endings

    @property
    def ending(self) -> tuple[EndingKind, Ending] | None:
        """The ending that is shown."""
        if self.endings:  # a replay asks for every record
            for kind in _ENDINGS:
                if kind in self.endings:
                    return kind, self.endings[kind]
        return None

    @property
    def disputed(self) -> bool:
        """异议标注, 复议、诉讼标注: say whether an objection or a remedy is open."""
        for objection in self.objections.values():
            if objection.open:
                return True
        return any(remedy.closed is None for remedy in self.remedies.values()) if self.remedies else False

    @property
    def status(self) -> RecordStatus:
        """The status shown to people."""
        ending = self.ending
        if ending is not None:
            return _STATUS[ending[0]]
        if self.filing is None:
            dropped = self.listing is not None and self.listing.dropped
            return RecordStatus.DROPPED if dropped else RecordStatus.NOTIFIED
        if self.mask is not None:
            return RecordStatus.MASKED
        if self.disputed:
            return RecordStatus.DISPUTED
        return RecordStatus.STANDING if self.disclosed else RecordStatus.STORED


def clock_key(clock: Clock, since: int) -> str:
    """A running clock as a key: ``verify@17``."""
    return f"{clock.value}@{since}"


_ENDINGS = tuple(EndingKind)
_STATUS = {kind: RecordStatus(kind.value) for kind in EndingKind}
