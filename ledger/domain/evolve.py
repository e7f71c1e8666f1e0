"""Taking the events of a credit record in: gathers facts and decides nothing, so no new rule runs over old facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TypeVar

from ledger.catalogue_item import CatalogueItem
from ledger.domain.bodies import (
    BarEnded,
    DeadlineMissed,
    DeadlineRecomputed,
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
)
from ledger.domain.events import Erased, Recorded
from ledger.domain.state import (
    CreditRecord,
    Ending,
    EndingKind,
    Listing,
    Objection,
    Remedy,
    Repair,
    RepairStage,
    Step,
)
from ledger.particulars import DATA_PREFIX, NO_TERMS, read_facts, read_publicity
from ledger.rulebook.objection import Extension, ObjectionTimes, Review
from verify.statement_type import ClockRef

Items = Mapping[tuple[str, int], CatalogueItem]
"""Catalogue items by name and version."""

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


def evolve(state: CreditRecord | None, event: Recorded, items: Items) -> CreditRecord:  # noqa: C901, PLR0911 - one case a type
    """Take one event of the record in; the first must be a filing, a notice of intent or a decision to list."""
    body = event.body
    match body:
        case RecordFiled() | ListingNotified():
            return _begin(event, items)
        case ListingDecided() if state is None:
            return _list(_begin(event, items), event, items)
    if state is None:
        message = f"entry {event.facts.seq} continues a record that was never filed"
        raise ValueError(message)
    state = _disclose(replace(state, version=event.originator_version), event)
    match body:
        case RecordCorrected() | RecordChanged() | RecordRevoked():
            return _mend(state, event, items)
        case PublicityDetermined():
            return _determine(state, event)
        case PublicityEnded() | ListingExpired():
            return _end(state, EndingKind.EXPIRED, event)
        case MaskApplied(mask=mask):
            return replace(state, mask=mask, masked_on=event.on, masks=state.masks | {mask})
        case MaskLifted():
            return replace(state, mask=None, masked_on=None)
        case ListingDecided():
            return _list(state, event, items)
        case ListingRemoved(superseded_by=successor):
            return _end(state, EndingKind.REMOVED, event, successor)
        case DeadlineMissed(clock=clock, since=since):
            return replace(state, missed=state.missed | {ClockRef(clock, since)})
        case DeadlineRecomputed(clock=clock, since=since):
            return replace(state, recomputed=_with(state.recomputed, ClockRef(clock, since), event.facts.seq))
    return _continue(state, event)


def _continue(state: CreditRecord, event: Recorded) -> CreditRecord:  # noqa: PLR0911 - one case a type
    """Take in a step of one of the procedures that a record can be under."""
    body = event.body
    match body:
        case ListingDefended() if state.listing is not None:
            defended_on = max(event.on, state.listing.defended_on or event.on)
            return replace(state, listing=replace(state.listing, defended_on=defended_on))
        case ListingDropped() if state.listing is not None:
            return replace(state, listing=replace(state.listing, dropped=True))
        case RemedyOpened() | RemedyClosed():
            return replace(state, remedies=_with(state.remedies, body.remedy, _remedy(state, body, event)))
        case (
            ObjectionRaised()
            | ObjectionForwarded()
            | ObjectionExtended()
            | ObjectionResolved()
            | ObjectionDelivered()
            | ReviewRequested()
            | ReviewDecided()
        ):
            known = state.objections.get(body.objection)
            objection = _raise(state, event) if known is None else _advance_objection(known, event)
            corrected_for = state.corrected_for
            if isinstance(body, ReviewRequested):
                # A review asks anew: what was done before it belongs to the outcome before it.
                corrected_for -= {body.objection}
            objections = _with(state.objections, body.objection, objection)
            return replace(state, objections=objections, corrected_for=corrected_for)
        case RepairApplied() | RepairForwarded() | RepairAccepted() | RepairDeclined() | RepairExtended():
            return _repair(state, body.repair, event)
        case RepairVerified() | RepairGranted() | RepairRefused() | RepairRevoked() | BarEnded():
            return _repair(state, body.repair, event)
    return state


def _begin(event: Recorded, items: Items) -> CreditRecord:
    facts, body = event.facts, event.body
    if not isinstance(body, RecordFiled | ListingNotified | ListingDecided):
        raise TypeError(type(body).__name__)
    state = CreditRecord(
        version=event.originator_version,
        issuer=facts.issuer,
        subject=facts.subject,
        item=body.item,
        item_version=body.item_version,
        begun=facts.seq,
    )
    if isinstance(body, RecordFiled):
        return _file(state, event, items)
    if isinstance(body, ListingNotified):
        return replace(state, listing=Listing(body.rules, body.rules_version, event.on, cases=_cases(event)))
    return state


def _file(state: CreditRecord, event: Recorded, items: Items) -> CreditRecord:
    facts = event.facts
    filed = replace(
        state,
        filing=facts.seq,
        filed_on=event.recorded_on,
        filed_version=state.item_version,
        decided_on=_decided_on(event, items.get((state.item, state.item_version))),
    )
    return _disclose(_determine(filed, event), event)


def _list(state: CreditRecord, event: Recorded, items: Items) -> CreditRecord:
    body, months = event.body, event.value("prolonged_by")
    if not isinstance(body, ListingDecided):
        raise TypeError(type(body).__name__)
    before = state.listing or Listing(body.rules, body.rules_version)
    listing = replace(
        before,
        standard=body.rules,
        standard_version=body.rules_version,
        cases=_cases(event),
        prolonged_by=months if isinstance(months, int) else 0,
    )
    return _file(replace(state, item_version=body.item_version, listing=listing), event, items)


def _disclose(state: CreditRecord, event: Recorded) -> CreditRecord:
    facts = event.facts
    if state.filing in facts.discloses:
        return replace(state, disclosed=True, disclosed_on=state.disclosed_on or event.recorded_on)
    return replace(state, disclosed=False) if state.filing in facts.withdraws else state


def _mend(state: CreditRecord, event: Recorded, items: Items) -> CreditRecord:
    """Correct, change or revoke, and note for which objection and remedy."""
    body = event.body
    match body:
        case RecordCorrected(item_version=version, objection=objection):
            decided = _decided_on(event, items.get((state.item, version)))
            state = replace(state, item_version=version, decided_on=decided)
            if objection is not None:
                state = replace(state, corrected_for=state.corrected_for | {objection})
        case RecordChanged(superseded_by=successor, objection=objection):
            state = _end(state, EndingKind.CHANGED, event, successor)
            if objection is not None:
                state = replace(state, corrected_for=state.corrected_for | {objection})
        case RecordRevoked(superseded_by=successor, objection=objection):
            state = replace(_end(state, EndingKind.REVOKED, event, successor), revoked_for=objection)
        case _:
            raise TypeError(type(body).__name__)
    remedy = state.remedies.get(body.remedy or "")
    if remedy is None or body.remedy is None:
        return state
    carried_out = replace(remedy, carried_out_on=remedy.carried_out_on or event.recorded_on)
    return replace(state, remedies=_with(state.remedies, body.remedy, carried_out))


def _end(state: CreditRecord, kind: EndingKind, event: Recorded, superseded_by: str | None = None) -> CreditRecord:
    ending = Ending(event.on, event.facts.seq, event.recorded_on, superseded_by)
    return replace(state, endings=_with(state.endings, kind, ending))


def _remedy(state: CreditRecord, body: RemedyOpened | RemedyClosed, event: Recorded) -> Remedy:
    if isinstance(body, RemedyOpened):
        return Remedy(body.kind, event.on)
    known = state.remedies[body.remedy]
    return replace(known, closed=_step(event), outcome=body.outcome)


def _raise(state: CreditRecord, event: Recorded) -> Objection:
    """Annotated as soon as it is recorded; with the providing unit already if that is who found the fault."""
    own = event.facts.issuer == state.issuer
    recorded = event.recorded_on
    times = ObjectionTimes(raised=event.on, annotated=recorded, forwarded=recorded if own else None)
    return Objection(times, event.facts.seq, event.on, forwarded=event.facts.seq if own else None)


def _advance_objection(known: Objection, event: Recorded) -> Objection:  # noqa: PLR0911 - one case a type
    """One more step, on the day of its recording."""
    body, seq, times = event.body, event.facts.seq, known.times
    known, on = replace(known, latest_on=max(event.on, known.latest_on)), event.recorded_on
    match body:
        case ObjectionForwarded():
            return replace(known, times=replace(times, forwarded=on), forwarded=seq)
        case ObjectionExtended():
            days = event.value("to_working_days")
            extension = Extension(on, days if isinstance(days, int) else 0, "")
            return replace(known, times=replace(times, extended=(*times.extended, extension)))
        case ObjectionResolved(outcome=outcome):
            # The unit did not wait for the platform: the forwarding is moot from here on, and no sooner.
            times = replace(times, forwarded=times.forwarded or on, resolved=on)
            return replace(known, times=times, resolved=(*known.resolved, seq), outcome=outcome)
        case ReviewRequested():
            # Who asks for a review knows the outcome: of that one nothing is left to deliver. The request was received
            # on the day that it names, though not before there was an outcome.
            answered = times.reviews[-1].decided if times.reviews else times.resolved
            reviews = [replace(review, acted=review.acted or on) for review in times.reviews]
            review = Review(max(event.on, answered or on))
            times = replace(times, acted=times.acted or on, reviews=(*reviews, review))
            return replace(known, times=times, reviews=(*known.reviews, seq))
        case ReviewDecided(outcome=outcome):
            decided = replace(times.reviews[-1], decided=on)
            times = replace(times, reviews=(*times.reviews[:-1], decided))
            return replace(known, times=times, resolved=(*known.resolved, seq), outcome=outcome)
        case ObjectionDelivered() if times.reviews:
            return replace(
                known, times=replace(times, reviews=(*times.reviews[:-1], replace(times.reviews[-1], acted=on)))
            )
        case ObjectionDelivered():
            return replace(known, times=replace(times, acted=on))
    return known


def _repair(state: CreditRecord, identifier: str, event: Recorded) -> CreditRecord:  # noqa: C901 - one case a type
    body, step = event.body, _step(event)
    if isinstance(body, RepairApplied):
        facts = event.value("facts")
        repair = Repair(
            RepairStage.APPLIED,
            (body.rules, body.rules_version),
            step,
            None if facts is None else read_facts(facts),
            forwarded=step if event.facts.issuer == state.issuer else None,
        )
        return replace(state, repairs=_with(state.repairs, identifier, repair))
    repair = state.repairs[identifier]
    endings = state.endings
    match body:
        case RepairForwarded():
            repair = replace(repair, forwarded=step)
        case RepairAccepted():
            repair = replace(repair, stage=RepairStage.ACCEPTED, accepted=step)
        case RepairDeclined():
            repair = replace(repair, stage=RepairStage.DECLINED, accepted=step)
        case RepairExtended():
            repair = replace(repair, extended=step)
        case RepairVerified():
            earlier = repair.verified
            repair = replace(repair, verified=step if earlier is None or earlier.on <= step.on else earlier)
        case RepairGranted():
            repair = replace(repair, stage=RepairStage.GRANTED, decided=step)
            endings = _with(endings, EndingKind.REPAIRED, Ending(step.on, step.seq, step.recorded_on))
        case RepairRefused():
            repair = replace(repair, stage=RepairStage.REFUSED, decided=step)
        case RepairRevoked(abuse=abuse):
            repair = replace(repair, stage=RepairStage.REVOKED, revoked=step, abuse=abuse)
            endings = {kind: ending for kind, ending in endings.items() if kind is not EndingKind.REPAIRED}
        case BarEnded():
            repair = replace(repair, bar_ended=True)
    return replace(state, repairs=_with(state.repairs, identifier, repair), endings=endings)


def _determine(state: CreditRecord, event: Recorded) -> CreditRecord:
    value, erased = event.value("publicity"), isinstance(event.openings, Erased)
    terms = NO_TERMS if value is None else read_publicity(value)
    earlier = (*state.earlier_terms, (state.terms, state.terms_since, _step(event)))
    return replace(state, terms=terms, terms_since=event.facts.seq, terms_erased=erased, earlier_terms=earlier)


def _step(event: Recorded) -> Step:
    return Step(event.on, event.facts.seq, event.recorded_on)


def _cases(event: Recorded) -> tuple[str, ...]:
    cases = event.value("cases")
    return tuple(str(case) for case in cases) if isinstance(cases, list) else ()


def _decided_on(event: Recorded, item: CatalogueItem | None) -> date | None:
    if item is None or item.decided_on is None or isinstance(event.openings, Erased):
        return None
    value = event.value(f"{DATA_PREFIX}{item.decided_on}")
    return date.fromisoformat(value) if isinstance(value, str) else None


def _with(known: Mapping[_Key, _Value], key: _Key, value: _Value) -> dict[_Key, _Value]:
    return {**known, key: value}
