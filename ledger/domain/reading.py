"""Reading a statement's body: the one table from statement types to bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from ledger.domain.bodies import (
    AnyBody,
    BarEnded,
    CataloguePublished,
    DeadlineMissed,
    DeadlineRecomputed,
    DepartmentRegistered,
    KeyAdded,
    KeyRevoked,
    KeyRotated,
    LedgerOpened,
    ListingDecided,
    ListingDefended,
    ListingDropped,
    ListingExpired,
    ListingNotified,
    ListingRemoved,
    MaskApplied,
    MaskLifted,
    ObjectionDelivered,
    ObjectionExtended,
    ObjectionForwarded,
    ObjectionRaised,
    ObjectionResolved,
    PublicityDetermined,
    PublicityEnded,
    RecordChanged,
    RecordCorrected,
    RecordFiled,
    RecordRevoked,
    RegisterDeclared,
    RemedyClosed,
    RemedyOpened,
    RepairAccepted,
    RepairApplied,
    RepairDeclined,
    RepairExtended,
    RepairForwarded,
    RepairGranted,
    RepairRefused,
    RepairRevoked,
    RepairVerified,
    ReviewDecided,
    ReviewRequested,
    RulesPublished,
    SubjectLinked,
    SubjectSeparated,
)
from ledger.rulebook.lists import Removal
from ledger.rulebook.repair import AbuseKind
from ledger.vocabulary import LinkKind, MaskOutcome, ObjectionOutcome, RemedyKind, RemedyOutcome
from verify.commitment import Opening
from verify.statement import Statement
from verify.statement_type import (
    CatalogueRef,
    Clock,
    ClockRef,
    RulesRef,
    StatementType,
    declared_month,
    statement_type,
)


def read_body(statement: Statement, openings: Mapping[str, Opening]) -> AnyBody:
    """The body of an admitted statement. Raises `Malformed` if a reference is not one."""
    return _READERS[statement_type(statement)](statement, openings)


def _optional(statement: Statement, name: str) -> str | None:
    return statement.reference(name) if name in statement.about else None


def _text(statement: Statement, name: str) -> str:
    return str(statement.about[name])


def _item(statement: Statement) -> tuple[str, int]:
    reference = CatalogueRef.of(statement.about)
    return reference.item, reference.version


def _rules(statement: Statement) -> tuple[str, int]:
    reference = RulesRef.of(statement.about)
    return reference.name, reference.version


def _clock(statement: Statement) -> tuple[Clock, int]:
    reference = ClockRef.of(statement.about)
    return reference.clock, reference.since


def _objection(statement: Statement) -> str:
    return statement.reference("objection")


def _repair(statement: Statement) -> str:
    return statement.reference("repair")


_Reader: TypeAlias = Callable[[Statement, Mapping[str, Opening]], AnyBody]

_READERS: Mapping[StatementType, _Reader] = {
    StatementType.LEDGER_OPENED: lambda _said, _opened: LedgerOpened(),
    StatementType.DEPARTMENT_REGISTERED: lambda said, _: DepartmentRegistered(
        _text(said, "department"), _text(said, "key")
    ),
    StatementType.KEY_ADDED: lambda said, _: KeyAdded(_text(said, "department"), _text(said, "key")),
    StatementType.KEY_ROTATED: lambda said, _: KeyRotated(
        _text(said, "department"), _text(said, "key"), _text(said, "replaces")
    ),
    StatementType.KEY_REVOKED: lambda said, _: KeyRevoked(_text(said, "department"), _text(said, "key")),
    StatementType.CATALOGUE_PUBLISHED: lambda said, _: CataloguePublished(*_item(said)),
    StatementType.RULES_PUBLISHED: lambda said, _: RulesPublished(*_rules(said)),
    StatementType.REGISTER_DECLARED: lambda said, _: RegisterDeclared(*_item(said), declared_month(said.about)),
    StatementType.RECORD_FILED: lambda said, _: RecordFiled(*_item(said)),
    StatementType.RECORD_CORRECTED: lambda said, _: RecordCorrected(
        *_item(said), _optional(said, "objection"), _optional(said, "remedy")
    ),
    StatementType.RECORD_CHANGED: lambda said, _: RecordChanged(
        _optional(said, "objection"), _optional(said, "remedy"), _optional(said, "superseded_by")
    ),
    StatementType.RECORD_REVOKED: lambda said, _: RecordRevoked(
        _optional(said, "objection"), _optional(said, "superseded_by"), _optional(said, "remedy")
    ),
    StatementType.PUBLICITY_DETERMINED: lambda said, _: PublicityDetermined(*_rules(said)),
    StatementType.PUBLICITY_ENDED: lambda said, _: PublicityEnded(*_rules(said)),
    StatementType.MASK_APPLIED: lambda said, _: MaskApplied(said.reference("mask")),
    StatementType.MASK_LIFTED: lambda said, opened: MaskLifted(
        said.reference("mask"), MaskOutcome(str(opened["outcome"].value))
    ),
    StatementType.REMEDY_OPENED: lambda said, opened: RemedyOpened(
        said.reference("remedy"), RemedyKind(str(opened["kind"].value))
    ),
    StatementType.REMEDY_CLOSED: lambda said, opened: RemedyClosed(
        said.reference("remedy"), RemedyOutcome(str(opened["outcome"].value))
    ),
    StatementType.LISTING_NOTIFIED: lambda said, _: ListingNotified(*_item(said), *_rules(said)),
    StatementType.LISTING_DEFENDED: lambda _said, _opened: ListingDefended(),
    StatementType.LISTING_DROPPED: lambda _said, _opened: ListingDropped(),
    StatementType.LISTING_DECIDED: lambda said, _: ListingDecided(*_item(said), *_rules(said)),
    StatementType.LISTING_REMOVED: lambda said, opened: ListingRemoved(
        Removal(str(opened["removal"].value)), _optional(said, "superseded_by")
    ),
    StatementType.LISTING_EXPIRED: lambda said, _: ListingExpired(*_rules(said)),
    StatementType.OBJECTION_RAISED: lambda said, _: ObjectionRaised(_objection(said)),
    StatementType.OBJECTION_FORWARDED: lambda said, _: ObjectionForwarded(_objection(said)),
    StatementType.OBJECTION_EXTENDED: lambda said, _: ObjectionExtended(_objection(said)),
    StatementType.OBJECTION_RESOLVED: lambda said, opened: ObjectionResolved(
        _objection(said), ObjectionOutcome(str(opened["outcome"].value))
    ),
    StatementType.OBJECTION_DELIVERED: lambda said, _: ObjectionDelivered(_objection(said)),
    StatementType.REVIEW_REQUESTED: lambda said, _: ReviewRequested(_objection(said)),
    StatementType.REVIEW_DECIDED: lambda said, opened: ReviewDecided(
        _objection(said), ObjectionOutcome(str(opened["outcome"].value))
    ),
    StatementType.REPAIR_APPLIED: lambda said, _: RepairApplied(_repair(said), *_rules(said)),
    StatementType.REPAIR_FORWARDED: lambda said, _: RepairForwarded(_repair(said)),
    StatementType.REPAIR_ACCEPTED: lambda said, _: RepairAccepted(_repair(said)),
    StatementType.REPAIR_DECLINED: lambda said, _: RepairDeclined(_repair(said)),
    StatementType.REPAIR_EXTENDED: lambda said, _: RepairExtended(_repair(said)),
    StatementType.REPAIR_VERIFIED: lambda said, _: RepairVerified(_repair(said)),
    StatementType.REPAIR_GRANTED: lambda said, _: RepairGranted(_repair(said)),
    StatementType.REPAIR_REFUSED: lambda said, _: RepairRefused(_repair(said)),
    StatementType.REPAIR_REVOKED: lambda said, opened: RepairRevoked(
        _repair(said), AbuseKind(str(opened["abuse"].value))
    ),
    StatementType.BAR_ENDED: lambda said, _: BarEnded(_repair(said), *_rules(said)),
    StatementType.DEADLINE_MISSED: lambda said, _: DeadlineMissed(*_clock(said), *_rules(said)),
    StatementType.DEADLINE_RECOMPUTED: lambda said, _: DeadlineRecomputed(*_clock(said), *_rules(said)),
    StatementType.SUBJECT_LINKED: lambda said, opened: SubjectLinked(
        _text(said, "handle"), LinkKind(str(opened["kind"].value))
    ),
    StatementType.SUBJECT_SEPARATED: lambda _said, _opened: SubjectSeparated(),
}
