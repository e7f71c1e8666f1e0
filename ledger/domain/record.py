"""信用记录 (credit record): filed by a providing unit, disputed, corrected, revoked - never deleted."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto, unique

from ledger.domain.events import (
    AnyBody,
    ObjectionRaised,
    ObjectionResolved,
    RecordCorrected,
    Recorded,
    RecordFiled,
    RecordRevoked,
)
from ledger.errors import Fault, RuleBroken
from ledger.vocabulary import ObjectionOutcome, RecordStatus


@unique
class Disclosure(Enum):
    """What an event does to the public visibility of its record."""

    UNCHANGED = auto()
    DISCLOSE = auto()
    WITHDRAW = auto()


@dataclass(frozen=True, slots=True)
class CreditRecord:
    """All that decisions about a record rest on; its values are not among it."""

    version: int
    issuer: str
    subject: str
    item: str
    filing: int
    disclosed: bool
    revoked: bool = False
    open_objections: frozenset[str] = frozenset()
    closed_objections: frozenset[str] = frozenset()
    corrected_for: frozenset[str] = frozenset()
    revoked_for: str | None = None

    @property
    def status(self) -> RecordStatus:
        """The status shown to people."""
        if self.revoked:
            return RecordStatus.REVOKED
        return RecordStatus.DISPUTED if self.open_objections else RecordStatus.STANDING


def evolve(state: CreditRecord | None, event: Recorded) -> CreditRecord:
    """Take one event of the record in. Decides nothing; the first event must be a filing."""
    facts, version = event.facts, event.originator_version
    body = facts.body
    if isinstance(body, RecordFiled):
        return CreditRecord(
            version=version,
            issuer=facts.issuer,
            subject=facts.subject,
            item=body.item,
            filing=facts.seq,
            disclosed=facts.seq in facts.discloses,
        )
    if state is None:
        message = f"entry {facts.seq} continues a record that was never filed"
        raise ValueError(message)
    disclosed = (state.disclosed or state.filing in facts.discloses) and state.filing not in facts.withdraws
    state = replace(state, version=version, disclosed=disclosed)
    match body:
        case RecordCorrected(objection=str(objection)):
            return replace(state, corrected_for=state.corrected_for | {objection})
        case RecordRevoked(objection=objection):
            return replace(state, revoked=True, revoked_for=objection)
        case ObjectionRaised(objection=objection):
            return replace(state, open_objections=state.open_objections | {objection})
        case ObjectionResolved(objection=objection):
            return replace(
                state,
                open_objections=state.open_objections - {objection},
                closed_objections=state.closed_objections | {objection},
            )
    return state


def decide(
    state: CreditRecord | None, body: AnyBody, issuer: str, *, subject: str | None = None, item_is_public: bool = False
) -> Disclosure:
    """Whether `issuer` may say `body` about the record now, and what that discloses; raises `RuleBroken`.

    `subject` is the handle of the subject that a filing or correction names.
    """
    if isinstance(body, RecordFiled):
        if state is not None:
            raise _broken("about/record", "a record is filed once", "choose a new record id, or file a correction")
        return Disclosure.DISCLOSE if item_is_public else Disclosure.UNCHANGED
    if state is None:
        raise _broken("about/record", "no record with this id was filed", "file it first, or correct the id")
    match body:
        case RecordCorrected():
            _decide_correction(state, body, issuer)
            if subject != state.subject:
                raise _broken(
                    "subject", "a correction keeps the record's subject", "revoke the record and file it for the other"
                )
        case RecordRevoked():
            _require_providing_unit(state, issuer)
            _require_standing(state)
            _require_open(state, body.objection)
            return Disclosure.WITHDRAW if state.disclosed else Disclosure.UNCHANGED
        case ObjectionRaised():
            _require_standing(state)
            if body.objection in state.open_objections | state.closed_objections:
                raise _broken("about/objection", "an objection is raised once", "choose a new objection id")
        case ObjectionResolved():
            _decide_resolution(state, body, issuer)
        case _:
            raise _broken("type", "this type of statement is not about a record", "use a record or objection type")
    return Disclosure.UNCHANGED


def _decide_correction(state: CreditRecord, body: RecordCorrected, issuer: str) -> None:
    _require_providing_unit(state, issuer)
    _require_standing(state)
    _require_open(state, body.objection)
    if body.item != state.item:
        raise _broken(
            "about/catalogue", f"the record belongs to item {state.item}", "correct it under its own item, or revoke it"
        )


def _decide_resolution(state: CreditRecord, body: ObjectionResolved, issuer: str) -> None:
    _require_providing_unit(state, issuer)
    _require_open(state, body.objection)
    match body.outcome:
        case ObjectionOutcome.CORRECTED if body.objection not in state.corrected_for:
            raise _broken(
                "outcome", "no correction cites this objection", "first send record.corrected with about.objection"
            )
        case ObjectionOutcome.REVOKED if state.revoked_for != body.objection:
            raise _broken(
                "outcome", "no revocation cites this objection", "first send record.revoked with about.objection"
            )
        case ObjectionOutcome.UPHELD if body.objection in state.corrected_for or state.revoked_for == body.objection:
            raise _broken(
                "outcome",
                "the record was corrected or revoked for this objection",
                "resolve it as corrected or revoked",
            )


def _require_providing_unit(state: CreditRecord, issuer: str) -> None:
    """S001 L40, S004 L30: 由信息提供单位核实, the platform and other units may not decide for it."""
    if issuer != state.issuer:
        raise _broken("issuer", f"only the providing unit {state.issuer} may say this", "forward it to that unit")


def _require_standing(state: CreditRecord) -> None:
    if state.revoked:
        raise _broken("about/record", "the record was revoked", "file a new record if there is a new decision")


def _require_open(state: CreditRecord, objection: str | None) -> None:
    if objection is not None and objection not in state.open_objections:
        raise _broken("about/objection", "no open objection with this id", "name an objection that is raised and open")


def _broken(field: str, rule: str, fix: str) -> RuleBroken:
    return RuleBroken(Fault(field, rule, fix))
