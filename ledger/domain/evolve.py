"""Taking the events of a credit record in: gathers facts and decides nothing, so no new rule runs over old facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from ledger.domain.bodies import (
    BarEnded,
    Body,
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
from ledger.domain.events import Recorded
from ledger.domain.gist import Gist, Items, gist_of
from ledger.domain.state import (
    CreditRecord,
    Ending,
    EndingKind,
    Listing,
    Mask,
    Objection,
    Remedy,
    Repair,
    RepairStage,
    Step,
    clock_key,
)
from ledger.rulebook.objection import Extension, ObjectionTimes, Review


def evolve(state: CreditRecord | None, event: Recorded, items: Items) -> CreditRecord:
    """Take one event of the record in; the first must be a filing, a notice of intent or a decision to list."""
    return advance(state, gist_of(event, items))


def advance(state: CreditRecord | None, gist: Gist) -> CreditRecord:
    """Take one event of the record in, by its gist."""
    if state is None or isinstance(gist.body, RecordFiled):
        if isinstance(gist.body, RecordFiled):
            return _file(gist, gist.body)
        state = _begin(gist)
    step = _STEPS.get(type(gist.body))
    changes = {} if step is None else step(state, gist)
    filing = changes.get("filing", state.filing)
    if filing in gist.discloses:
        changes |= {"disclosed": True, "disclosed_on": state.disclosed_on or gist.recorded_on}
    elif filing in gist.withdraws:
        changes["disclosed"] = False
    return replace(state, version=gist.version, **changes)


_Changes = dict[str, Any]
"""Members of a `CreditRecord` with their new values: one new struct an event, however much it changes."""


def _file(gist: Gist, body: RecordFiled) -> CreditRecord:
    shown = gist.seq in gist.discloses
    return CreditRecord(
        version=gist.version,
        issuer=gist.issuer,
        subject=gist.subject,
        item=body.item,
        item_version=body.item_version,
        begun=gist.seq,
        filing=gist.seq,
        filed_on=gist.recorded_on,
        filed_version=body.item_version,
        decided_on=gist.decided_on,
        withdrawn_on=gist.withdrawn_on,
        disclosed=shown,
        disclosed_on=gist.recorded_on if shown else None,
        terms=gist.terms,
        terms_since=gist.seq,
        terms_erased=gist.erased,
    )


def _begin(gist: Gist) -> CreditRecord:
    body = gist.body
    if not isinstance(body, ListingNotified | ListingDecided):
        message = f"entry {gist.seq} continues a record that was never filed"
        raise ValueError(message)  # noqa: TRY004 - the log is out of order
    return CreditRecord(gist.version, gist.issuer, gist.subject, body.item, body.item_version, gist.seq)


def _notify(_state: CreditRecord, gist: Gist) -> _Changes:
    body = gist.body
    if not isinstance(body, ListingNotified):
        raise TypeError(type(body).__name__)
    return {"listing": Listing(body.rules, body.rules_version, gist.on, cases=gist.cases, entries=(gist.seq,))}


def _list(state: CreditRecord, gist: Gist) -> _Changes:
    body = gist.body
    if not isinstance(body, ListingDecided):
        raise TypeError(type(body).__name__)
    before = state.listing or Listing(body.rules, body.rules_version)
    listing = replace(
        before,
        standard=body.rules,
        standard_version=body.rules_version,
        cases=gist.cases,
        prolonged_by=gist.months,
        entries=(*before.entries, gist.seq),
    )
    return {
        "item_version": body.item_version,
        "listing": listing,
        "filing": gist.seq,
        "filed_on": gist.recorded_on,
        "filed_version": body.item_version,
        "decided_on": gist.decided_on,
        "withdrawn_on": gist.withdrawn_on,
        "terms": gist.terms,
        "terms_since": gist.seq,
        "terms_erased": gist.erased,
    }


def _mend(state: CreditRecord, gist: Gist) -> _Changes:
    """Correct, change or revoke, and note for which objection and remedy."""
    body = gist.body
    match body:
        case RecordCorrected(item_version=version, objection=objection):
            changes: _Changes = {
                "item_version": version,
                "decided_on": gist.decided_on,
                "withdrawn_on": gist.withdrawn_on,
            }
            if objection is not None:
                changes["corrected_for"] = state.corrected_for | {objection}
        case RecordChanged(superseded_by=successor, objection=objection):
            changes = _end(state, EndingKind.CHANGED, gist, successor)
            if objection is not None:
                changes["corrected_for"] = state.corrected_for | {objection}
        case RecordRevoked(superseded_by=successor, objection=objection):
            changes = _end(state, EndingKind.REVOKED, gist, successor) | {"revoked_for": objection}
        case _:
            raise TypeError(type(body).__name__)
    remedy = state.remedies.get(body.remedy or "")
    if remedy is not None and body.remedy is not None:
        carried_out = replace(remedy, carried_out_on=remedy.carried_out_on or gist.recorded_on)
        changes["remedies"] = {**state.remedies, body.remedy: carried_out}
    return changes


def _end(state: CreditRecord, kind: EndingKind, gist: Gist, superseded_by: str | None = None) -> _Changes:
    ending = Ending(gist.on, gist.seq, gist.recorded_on, superseded_by)
    return {"endings": {**state.endings, kind: ending}}


def _expire(state: CreditRecord, gist: Gist) -> _Changes:
    return _end(state, EndingKind.EXPIRED, gist)


def _remove(state: CreditRecord, gist: Gist) -> _Changes:
    body = gist.body
    return _end(state, EndingKind.REMOVED, gist, body.superseded_by if isinstance(body, ListingRemoved) else None)


def _mask(state: CreditRecord, gist: Gist) -> _Changes:
    body = gist.body
    if isinstance(body, MaskApplied):
        return {"mask": body.mask, "masked_on": gist.on, "masks": {**state.masks, body.mask: Mask(gist.on, gist.seq)}}
    if isinstance(body, MaskLifted):
        lifted = replace(state.masks[body.mask], lifted=_step(gist))
        return {"mask": None, "masked_on": None, "masks": {**state.masks, body.mask: lifted}}
    raise TypeError(type(body).__name__)


def _note_deadline(state: CreditRecord, gist: Gist) -> _Changes:
    body = gist.body
    if isinstance(body, DeadlineMissed):
        return {"missed": state.missed | {clock_key(body.clock, body.since)}}
    if isinstance(body, DeadlineRecomputed):
        return {"recomputed": {**state.recomputed, clock_key(body.clock, body.since): gist.seq}}
    raise TypeError(type(body).__name__)


def _proceed(state: CreditRecord, gist: Gist) -> _Changes:
    """Take in what is said in the procedure before a listing."""
    if state.listing is None:
        return {}
    entries = (*state.listing.entries, gist.seq)
    if isinstance(gist.body, ListingDropped):
        return {"listing": replace(state.listing, dropped_on=gist.on, entries=entries)}
    defended_on = max(gist.on, state.listing.defended_on or gist.on)
    return {"listing": replace(state.listing, defended_on=defended_on, entries=entries)}


def _remedy(state: CreditRecord, gist: Gist) -> _Changes:
    match gist.body:
        case RemedyOpened(remedy=identifier, kind=kind):
            remedy = Remedy(kind, gist.on, gist.seq)
        case RemedyClosed(remedy=identifier, outcome=outcome):
            remedy = replace(state.remedies[identifier], closed=_step(gist), outcome=outcome)
        case other:
            raise TypeError(type(other).__name__)
    return {"remedies": {**state.remedies, identifier: remedy}}


def _object(state: CreditRecord, gist: Gist) -> _Changes:
    body = gist.body
    if not isinstance(body, _OBJECTIONS):
        raise TypeError(type(body).__name__)
    known = state.objections.get(body.objection)
    objection = _raise(state, gist) if known is None else _advance_objection(known, gist)
    changes: _Changes = {"objections": {**state.objections, body.objection: objection}}
    if isinstance(body, ReviewRequested):
        # A review asks anew: what was done before it belongs to the outcome before it.
        changes["corrected_for"] = state.corrected_for - {body.objection}
    return changes


def _raise(state: CreditRecord, gist: Gist) -> Objection:
    """Annotated as soon as it is recorded; with the providing unit already if that is who found the fault."""
    own = gist.issuer == state.issuer
    recorded = gist.recorded_on
    times = ObjectionTimes(raised=gist.on, annotated=recorded, forwarded=recorded if own else None)
    return Objection(times, gist.seq, gist.on, forwarded=gist.seq if own else None, entries=(gist.seq,))


def _advance_objection(known: Objection, gist: Gist) -> Objection:  # noqa: PLR0911 - one case a type
    """One more step, on the day of its recording."""
    body, seq, times = gist.body, gist.seq, known.times
    known = replace(known, latest_on=max(gist.on, known.latest_on), entries=(*known.entries, seq))
    on = gist.recorded_on
    match body:
        case ObjectionForwarded():
            return replace(known, times=replace(times, forwarded=on), forwarded=seq)
        case ObjectionExtended():
            extension = Extension(on, gist.working_days, "")
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
            review = Review(max(gist.on, answered or on))
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


def _repair(state: CreditRecord, gist: Gist) -> _Changes:  # noqa: C901 - one case a type
    body, step = gist.body, _step(gist)
    if isinstance(body, RepairApplied):
        repair = Repair(
            RepairStage.APPLIED,
            (body.rules, body.rules_version),
            step,
            gist.facts,
            forwarded=step if gist.issuer == state.issuer else None,
            entries=(gist.seq,),
        )
        return {"repairs": {**state.repairs, body.repair: repair}}
    if not isinstance(body, _REPAIRS):
        raise TypeError(type(body).__name__)
    before, changes = state.repairs[body.repair], _Changes()
    repair = replace(before, entries=(*before.entries, gist.seq))
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
            changes = _end(state, EndingKind.REPAIRED, gist)
        case RepairRefused():
            repair = replace(repair, stage=RepairStage.REFUSED, decided=step)
        case RepairRevoked(abuse=abuse):
            repair = replace(repair, stage=RepairStage.REVOKED, revoked=step, abuse=abuse)
            endings = {kind: ending for kind, ending in state.endings.items() if kind is not EndingKind.REPAIRED}
            changes = {"endings": endings}
        case BarEnded():
            repair = replace(repair, bar_ended=True)
    changes["repairs"] = {**state.repairs, body.repair: repair}
    return changes


def _determine(state: CreditRecord, gist: Gist) -> _Changes:
    earlier = (*state.earlier_terms, (state.terms, state.terms_since, _step(gist)))
    return {"terms": gist.terms, "terms_since": gist.seq, "terms_erased": gist.erased, "earlier_terms": earlier}


def _step(gist: Gist) -> Step:
    return Step(gist.on, gist.seq, gist.recorded_on)


_OBJECTIONS = (
    ObjectionRaised,
    ObjectionForwarded,
    ObjectionExtended,
    ObjectionResolved,
    ObjectionDelivered,
    ReviewRequested,
    ReviewDecided,
)
_REPAIRS = (
    RepairForwarded,
    RepairAccepted,
    RepairDeclined,
    RepairExtended,
    RepairVerified,
    RepairGranted,
    RepairRefused,
    RepairRevoked,
    BarEnded,
)
_STEPS: Mapping[type[Body], Callable[[CreditRecord, Gist], _Changes]] = {
    RecordCorrected: _mend,
    RecordChanged: _mend,
    RecordRevoked: _mend,
    PublicityDetermined: _determine,
    PublicityEnded: _expire,
    ListingNotified: _notify,
    MaskApplied: _mask,
    MaskLifted: _mask,
    RemedyOpened: _remedy,
    RemedyClosed: _remedy,
    ListingDefended: _proceed,
    ListingDropped: _proceed,
    ListingDecided: _list,
    ListingRemoved: _remove,
    ListingExpired: _expire,
    DeadlineMissed: _note_deadline,
    DeadlineRecomputed: _note_deadline,
    **dict.fromkeys((ObjectionRaised, ObjectionForwarded, ObjectionExtended, ObjectionResolved), _object),
    **dict.fromkeys((ObjectionDelivered, ReviewRequested, ReviewDecided), _object),
    **dict.fromkeys((RepairApplied, RepairForwarded, RepairAccepted, RepairDeclined, RepairExtended), _repair),
    **dict.fromkeys((RepairVerified, RepairGranted, RepairRefused, RepairRevoked, BarEnded), _repair),
}
