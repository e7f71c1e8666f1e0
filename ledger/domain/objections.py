"""异议 (objections): who may take which step when. The providing unit verifies, never the platform."""

from __future__ import annotations

from ledger.domain.bodies import (
    ObjectionDelivered,
    ObjectionExtended,
    ObjectionForwarded,
    ObjectionRaised,
    ObjectionResolved,
    ReviewDecided,
    ReviewRequested,
)
from ledger.domain.deadlines import objection_rules_on
from ledger.domain.deciding import (
    Position,
    objection_of,
    refuse,
    require_after,
    require_not_revoked,
    require_providing_unit,
)
from ledger.domain.events import Recorded
from ledger.domain.state import CreditRecord, Objection
from ledger.rulebook.objection import Extension, ObjectionRules, StepRefused, with_extension, with_review
from ledger.vocabulary import ObjectionOutcome, Origin

ObjectionBody = (
    ObjectionRaised
    | ObjectionForwarded
    | ObjectionExtended
    | ObjectionResolved
    | ObjectionDelivered
    | ReviewRequested
    | ReviewDecided
)


def decide_objection(  # noqa: C901 - one case a type
    state: CreditRecord, body: ObjectionBody, event: Recorded, position: Position
) -> None:
    """Raise `RuleBroken` unless the step may be taken."""
    if isinstance(body, ObjectionRaised):
        _raise(state, body, event, position)
        return
    objection = objection_of(state, body.objection)
    require_after(event, objection.latest_on, "the step before it")
    match body:
        case ObjectionForwarded():
            if objection.forwarded is not None or objection.outcome is not None:
                refuse("about/objection", "the providing unit has the objection already", "wait for its outcome")
        case ObjectionExtended():
            require_providing_unit(state, event)
            _extend(objection, event, position)
        case ObjectionResolved():
            require_providing_unit(state, event)
            if objection.outcome is not None:
                refuse("about/objection", "the objection was resolved", "a review can be requested, once")
            _require_deed(state, body.objection, body.outcome)
        case ObjectionDelivered():
            if event.facts.issuer not in {state.issuer, position.operator}:
                require_providing_unit(state, event)
            if objection.open or objection.delivered:
                refuse("about/objection", "there is no outcome that waits for delivery", "resolve it first")
        case ReviewRequested():
            require_not_revoked(state)
            _request_review(objection, event, position)
        case ReviewDecided():
            require_providing_unit(state, event)
            if not objection.open or not objection.reviews:
                refuse("about/objection", "no review of this objection was requested", "request it first")
            _require_deed(state, body.objection, body.outcome)


def _raise(state: CreditRecord, body: ObjectionRaised, event: Recorded, position: Position) -> None:
    require_not_revoked(state)
    if body.objection in state.objections:
        refuse("about/objection", "an objection is raised once", "choose a new objection id")
    if event.value("origin") == Origin.DEPARTMENT and event.facts.issuer == position.operator:
        refuse("origin", "the operator raises objections of subjects alone", "let the department that found it say so")


def _extend(objection: Objection, event: Recorded, position: Position) -> None:
    if not objection.open or objection.reviews:
        refuse("about/objection", "there is nothing to extend: verifying has ended", "nothing follows but a review")
    rules = _rules(objection, position)
    days = event.value("to_working_days")
    extension = Extension(event.recorded_on, days if isinstance(days, int) else 0, str(event.value("reason")))
    try:
        with_extension(rules, position.book.calendar, objection.times, extension)
    except StepRefused as error:
        refuse("to_working_days", str(error), f"see rules objection/{rules.name} version {rules.version}")


def _request_review(objection: Objection, event: Recorded, position: Position) -> None:
    if objection.open:
        refuse("about/objection", "the objection has no outcome yet", "wait for it")
    try:
        with_review(_rules(objection, position), objection.times, event.recorded_on)
    except StepRefused as error:
        refuse("about/objection", str(error), "reconsideration and litigation are open: remedy.opened")


def _rules(objection: Objection, position: Position) -> ObjectionRules:
    rules = objection_rules_on(position.book.before(objection.raised), objection.times.raised)
    if rules is None:
        refuse("about/objection", "no rules of objections were in force when it was raised", "publish them first")
    return rules


def _require_deed(state: CreditRecord, objection: str, outcome: ObjectionOutcome) -> None:
    """An outcome says what was done, not what will be."""
    corrected, revoked = objection in state.corrected_for, state.revoked_for == objection
    match outcome:
        case ObjectionOutcome.CORRECTED if not corrected:
            fix = "first send record.corrected or record.changed with about.objection"
            refuse("outcome", "no correction cites this objection", fix)
        case ObjectionOutcome.REVOKED if not state.revoked:  # once, for whichever of several objections
            refuse("outcome", "the record was not revoked", "first send record.revoked with about.objection")
        case ObjectionOutcome.UPHELD if corrected or revoked:
            fix = "resolve it as corrected or revoked"
            refuse("outcome", "the record was corrected or revoked for this objection", fix)
