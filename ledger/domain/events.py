"""Domain events: what an entry of the log means, typed. A pure function of the entry and its openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import msgspec

from ledger.vocabulary import ObjectionOutcome
from verify.commitment import Opening
from verify.entry import EntryHeader
from verify.statement import Statement
from verify.statement_type import CatalogueRef, RulesRef, StatementType, statement_type
from verify.strict import JsonValue


class Body(msgspec.Struct, frozen=True, tag_field="type"):
    """What a statement says, without values that may be erased."""


class LedgerOpened(Body, frozen=True, tag=StatementType.LEDGER_OPENED.value):
    """账本启用: the first entry; names the log's and the operator's keys."""


class DepartmentRegistered(Body, frozen=True, tag=StatementType.DEPARTMENT_REGISTERED.value):
    """信息提供单位登记: a department and its first key."""

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


class RecordFiled(Body, frozen=True, tag=StatementType.RECORD_FILED.value):
    """信息归集: a credit record comes into being."""

    item: str
    item_version: int


class RecordCorrected(Body, frozen=True, tag=StatementType.RECORD_CORRECTED.value):
    """更正: all fields again, as they should have been."""

    item: str
    item_version: int
    objection: str | None


class RecordRevoked(Body, frozen=True, tag=StatementType.RECORD_REVOKED.value):
    """撤销: the record was never valid, or was annulled."""

    objection: str | None
    superseded_by: str | None


class ObjectionRaised(Body, frozen=True, tag=StatementType.OBJECTION_RAISED.value):
    """异议申请: the record is disputed and stays visible with a mark."""

    objection: str


class ObjectionResolved(Body, frozen=True, tag=StatementType.OBJECTION_RESOLVED.value):
    """异议处理结果: the providing unit verified."""

    objection: str
    outcome: ObjectionOutcome


AnyBody = (
    LedgerOpened
    | DepartmentRegistered
    | KeyRotated
    | KeyRevoked
    | CataloguePublished
    | RulesPublished
    | RecordFiled
    | RecordCorrected
    | RecordRevoked
    | ObjectionRaised
    | ObjectionResolved
)


@dataclass(frozen=True, slots=True)
class Erased:
    """The values of entry `seq` were destroyed; nothing else about the entry was."""

    seq: int


class EventFacts(msgspec.Struct, frozen=True):
    """The part of an event that is stored in clear and never erased."""

    seq: int
    recorded_at: str
    subject: str
    statement_id: str
    issuer: str
    made_at: str
    discloses: tuple[int, ...]
    withdraws: tuple[int, ...]
    body: AnyBody


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the library stores it: one entry of the log, one version of one aggregate."""

    originator_id: UUID
    originator_version: int
    facts: EventFacts
    openings: Mapping[str, Opening] | Erased

    @property
    def body(self) -> AnyBody:
        """What happened."""
        return self.facts.body

    def values(self) -> dict[str, JsonValue] | Erased:
        """The opened values by path."""
        if isinstance(self.openings, Erased):
            return self.openings
        return {path: opening.value for path, opening in self.openings.items()}


def read_body(statement: Statement, openings: Mapping[str, Opening]) -> AnyBody:  # noqa: C901, PLR0911 - one case a type
    """The body of an admitted statement. Raises `Malformed` if a reference is not one."""
    about = statement.about
    match statement_type(statement):
        case StatementType.LEDGER_OPENED:
            return LedgerOpened()
        case StatementType.DEPARTMENT_REGISTERED:
            return DepartmentRegistered(str(about["department"]), str(about["key"]))
        case StatementType.KEY_ROTATED:
            return KeyRotated(str(about["department"]), str(about["key"]), str(about["replaces"]))
        case StatementType.KEY_REVOKED:
            return KeyRevoked(str(about["department"]), str(about["key"]))
        case StatementType.CATALOGUE_PUBLISHED:
            reference = CatalogueRef.of(about)
            return CataloguePublished(reference.item, reference.version)
        case StatementType.RULES_PUBLISHED:
            rule = RulesRef.of(about)
            return RulesPublished(rule.name, rule.version)
        case StatementType.RECORD_FILED:
            reference = CatalogueRef.of(about)
            return RecordFiled(reference.item, reference.version)
        case StatementType.RECORD_CORRECTED:
            reference = CatalogueRef.of(about)
            return RecordCorrected(reference.item, reference.version, _optional(statement, "objection"))
        case StatementType.RECORD_REVOKED:
            return RecordRevoked(_optional(statement, "objection"), _optional(statement, "superseded_by"))
        case StatementType.OBJECTION_RAISED:
            return ObjectionRaised(statement.reference("objection"))
        case StatementType.OBJECTION_RESOLVED:
            outcome = ObjectionOutcome(str(openings["outcome"].value))
            return ObjectionResolved(statement.reference("objection"), outcome)


def recorded(header: EntryHeader, statement: Statement, body: AnyBody, openings: Mapping[str, Opening]) -> Recorded:
    """The event of an entry."""
    facts = EventFacts(
        seq=header.seq,
        recorded_at=header.recorded_at,
        subject=header.subject,
        statement_id=statement.id,
        issuer=statement.issuer,
        made_at=statement.made_at,
        discloses=header.discloses,
        withdraws=header.withdraws,
        body=body,
    )
    return Recorded(UUID(header.stream), header.version, facts, openings)


def _optional(statement: Statement, name: str) -> str | None:
    return statement.reference(name) if name in statement.about else None
