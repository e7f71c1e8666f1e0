"""Bodies of domain events: what each type of statement says, without the values that may be erased.

The structure of an event (references, outcomes) is stored in clear and stays for ever; a new optional member needs a
default and `omit_defaults`, or ledgers that were written before would differ from what is read out of their entries.
"""

from __future__ import annotations

from typing import Final

import msgspec

from ledger.rulebook.lists import Removal
from ledger.rulebook.repair import AbuseKind
from ledger.vocabulary import LinkKind, MaskOutcome, ObjectionOutcome, RemedyKind, RemedyOutcome
from verify.statement_type import Clock, StatementType


class Body(msgspec.Struct, frozen=True, tag_field="type", gc=False):
    """What a statement says, without values that may be erased."""


class LedgerOpened(Body, frozen=True, tag=StatementType.LEDGER_OPENED.value):
    """账本启用: the first entry; names the log's and the operator's keys."""


class DepartmentRegistered(Body, frozen=True, tag=StatementType.DEPARTMENT_REGISTERED.value):
    """信息提供单位登记: a department and its first key."""

    department: str
    key: str


class KeyAdded(Body, frozen=True, tag=StatementType.KEY_ADDED.value):
    """签名密钥增加: one more key of a department, so that two can sign."""

    department: str
    key: str


class KeyRotated(Body, frozen=True, tag=StatementType.KEY_ROTATED.value):
    """签名密钥更换: a new key takes the place of one in force."""

    department: str
    key: str
    replaces: str


class KeyRevoked(Body, frozen=True, tag=StatementType.KEY_REVOKED.value):
    """签名密钥注销: what the key signed before stands, nothing after."""

    department: str
    key: str


class CataloguePublished(Body, frozen=True, tag=StatementType.CATALOGUE_PUBLISHED.value):
    """归集目录发布: a version of a catalogue item; its definition is in the openings."""

    item: str
    item_version: int


class RulesPublished(Body, frozen=True, tag=StatementType.RULES_PUBLISHED.value):
    """规则发布: a version of a rule; its definition is in the openings."""

    rules: str
    rules_version: int


class RegisterDeclared(Body, frozen=True, tag=StatementType.REGISTER_DECLARED.value):
    """决定台账申报: how many decisions were made in a month, zero included; the numbers are in the openings."""

    item: str
    item_version: int
    month: str


class RecordFiled(Body, frozen=True, tag=StatementType.RECORD_FILED.value):
    """信息归集: a credit record comes into being."""

    item: str
    item_version: int


class RecordCorrected(Body, frozen=True, tag=StatementType.RECORD_CORRECTED.value, omit_defaults=True):
    """更正: all fields again, as they should have been."""

    item: str
    item_version: int
    objection: str | None
    remedy: str | None = None


class RecordChanged(Body, frozen=True, tag=StatementType.RECORD_CHANGED.value):
    """变更、废止: the decision was valid and holds no longer; with a successor 变更, without one 废止."""

    objection: str | None
    remedy: str | None
    superseded_by: str | None


class RecordRevoked(Body, frozen=True, tag=StatementType.RECORD_REVOKED.value, omit_defaults=True):
    """撤销: the record was never valid, or was annulled."""

    objection: str | None
    superseded_by: str | None
    remedy: str | None = None


class PublicityDetermined(Body, frozen=True, tag=StatementType.PUBLICITY_DETERMINED.value):
    """公示认定: the class, the secrecy gate or the chosen end are determined, or determined anew."""

    rules: str
    rules_version: int


class PublicityEnded(Body, frozen=True, tag=StatementType.PUBLICITY_ENDED.value):
    """公示期满 (automatic): the longest period, or the chosen end, has passed."""

    rules: str
    rules_version: int


class MaskApplied(Body, frozen=True, tag=StatementType.MASK_APPLIED.value):
    """临时屏蔽: hidden while a reorganisation plan is carried out."""

    mask: str


class MaskLifted(Body, frozen=True, tag=StatementType.MASK_LIFTED.value):
    """解除屏蔽: the plan was performed, or failed."""

    mask: str
    outcome: MaskOutcome


class RemedyOpened(Body, frozen=True, tag=StatementType.REMEDY_OPENED.value):
    """复议、诉讼标注: publication goes on, with a mark."""

    remedy: str
    kind: RemedyKind


class RemedyClosed(Body, frozen=True, tag=StatementType.REMEDY_CLOSED.value):
    """复议、诉讼终结."""

    remedy: str
    outcome: RemedyOutcome


class ListingNotified(Body, frozen=True, tag=StatementType.LISTING_NOTIFIED.value):
    """拟列入告知: the subject is told why it may be put on a list."""

    item: str
    item_version: int
    rules: str
    rules_version: int


class ListingDefended(Body, frozen=True, tag=StatementType.LISTING_DEFENDED.value):
    """陈述申辩: what the subject says to that."""


class ListingDropped(Body, frozen=True, tag=StatementType.LISTING_DROPPED.value):
    """不予列入: the procedure ends without an entry."""


class ListingDecided(Body, frozen=True, tag=StatementType.LISTING_DECIDED.value):
    """列入决定: the subject is put on the list."""

    item: str
    item_version: int
    rules: str
    rules_version: int


class ListingRemoved(Body, frozen=True, tag=StatementType.LISTING_REMOVED.value):
    """移出: taken off the list by decision."""

    removal: Removal
    superseded_by: str | None


class ListingExpired(Body, frozen=True, tag=StatementType.LISTING_EXPIRED.value):
    """期满移出 (automatic)."""

    rules: str
    rules_version: int


class ObjectionRaised(Body, frozen=True, tag=StatementType.OBJECTION_RAISED.value):
    """异议申请: the record is disputed and stays visible with a mark."""

    objection: str


class ObjectionForwarded(Body, frozen=True, tag=StatementType.OBJECTION_FORWARDED.value):
    """转办: the providing unit has it."""

    objection: str


class ObjectionExtended(Body, frozen=True, tag=StatementType.OBJECTION_EXTENDED.value):
    """延长核实: more working days to verify, for a reason."""

    objection: str


class ObjectionResolved(Body, frozen=True, tag=StatementType.OBJECTION_RESOLVED.value):
    """异议处理结果: the providing unit verified."""

    objection: str
    outcome: ObjectionOutcome


class ObjectionDelivered(Body, frozen=True, tag=StatementType.OBJECTION_DELIVERED.value):
    """送达: whoever objected knows the outcome."""

    objection: str


class ReviewRequested(Body, frozen=True, tag=StatementType.REVIEW_REQUESTED.value):
    """申请复核: the outcome is disputed, the objection is open again."""

    objection: str


class ReviewDecided(Body, frozen=True, tag=StatementType.REVIEW_DECIDED.value):
    """复核结论."""

    objection: str
    outcome: ObjectionOutcome


class RepairApplied(Body, frozen=True, tag=StatementType.REPAIR_APPLIED.value):
    """信用修复申请."""

    repair: str
    rules: str
    rules_version: int


class RepairForwarded(Body, frozen=True, tag=StatementType.REPAIR_FORWARDED.value):
    """推送认定单位."""

    repair: str


class RepairAccepted(Body, frozen=True, tag=StatementType.REPAIR_ACCEPTED.value):
    """受理."""

    repair: str


class RepairDeclined(Body, frozen=True, tag=StatementType.REPAIR_DECLINED.value):
    """不予受理."""

    repair: str


class RepairExtended(Body, frozen=True, tag=StatementType.REPAIR_EXTENDED.value):
    """延长办理."""

    repair: str


class RepairVerified(Body, frozen=True, tag=StatementType.REPAIR_VERIFIED.value):
    """核查."""

    repair: str


class RepairGranted(Body, frozen=True, tag=StatementType.REPAIR_GRANTED.value):
    """准予修复: publication, sharing, use and measures end together."""

    repair: str


class RepairRefused(Body, frozen=True, tag=StatementType.REPAIR_REFUSED.value):
    """不予修复."""

    repair: str


class RepairRevoked(Body, frozen=True, tag=StatementType.REPAIR_REVOKED.value):
    """撤销修复: it was abused, the record stands again."""

    repair: str
    abuse: AbuseKind


class BarEnded(Body, frozen=True, tag=StatementType.BAR_ENDED.value):
    """限制申请期满 (automatic)."""

    repair: str
    rules: str
    rules_version: int


class DeadlineMissed(Body, frozen=True, tag=StatementType.DEADLINE_MISSED.value):
    """逾期 (automatic): the clock that entry `since` started ran out without the step."""

    clock: Clock
    since: int
    rules: str
    rules_version: int


class DeadlineRecomputed(Body, frozen=True, tag=StatementType.DEADLINE_RECOMPUTED.value):
    """期限重算 (automatic): a new calendar moves the end of a clock, or makes it certain."""

    clock: Clock
    since: int
    rules: str
    rules_version: int


class SubjectLinked(Body, frozen=True, tag=StatementType.SUBJECT_LINKED.value):
    """新旧代码映射、主体合并: what is known under `handle` is this subject's."""

    handle: str
    kind: LinkKind


class SubjectSeparated(Body, frozen=True, tag=StatementType.SUBJECT_SEPARATED.value):
    """取消映射: the link was wrong."""


AnyBody = (
    LedgerOpened
    | DepartmentRegistered
    | KeyAdded
    | KeyRotated
    | KeyRevoked
    | CataloguePublished
    | RulesPublished
    | RegisterDeclared
    | RecordFiled
    | RecordCorrected
    | RecordChanged
    | RecordRevoked
    | PublicityDetermined
    | PublicityEnded
    | MaskApplied
    | MaskLifted
    | RemedyOpened
    | RemedyClosed
    | ListingNotified
    | ListingDefended
    | ListingDropped
    | ListingDecided
    | ListingRemoved
    | ListingExpired
    | ObjectionRaised
    | ObjectionForwarded
    | ObjectionExtended
    | ObjectionResolved
    | ObjectionDelivered
    | ReviewRequested
    | ReviewDecided
    | RepairApplied
    | RepairForwarded
    | RepairAccepted
    | RepairDeclined
    | RepairExtended
    | RepairVerified
    | RepairGranted
    | RepairRefused
    | RepairRevoked
    | BarEnded
    | DeadlineMissed
    | DeadlineRecomputed
    | SubjectLinked
    | SubjectSeparated
)

BRINGS_VALUES: Final = (RecordFiled, RecordCorrected, ListingDecided)
"""After these, a record's values are theirs."""
