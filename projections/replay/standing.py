"""How a record stood on a day, by what was known at an instant (docs/history.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import msgspec
from msgspec.structs import replace

from ledger.domain.state import CreditRecord, Ending, EndingKind, Objection, Remedy
from ledger.vocabulary import RecordStatus
from projections.law import Law
from projections.replay.known import Known


class Outcome(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What an event left its record as, for every day from then on on which nothing more is known."""

    issuer: str
    item: str
    item_version: int
    status: RecordStatus
    disclosed: bool
    shown_from: date | None
    """The first and the last day on which it is shown while it is disclosed; None: on no day."""
    shown_until: date | None
    last_day: date | None
    """The last day of its publicity or of its place on a list, unless it has ended before; None: it has none."""
    in_force: bool
    effective_on: date | None
    ended_on: date | None
    values_from: int | None
    """The entry whose openings hold its values; None while it is only being considered for a list."""


class Standing(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One record on a day. Nothing in it is a value: `values_from` is the entry that commits to those."""

    subject: str
    record: str
    issuer: str
    item: str
    item_version: int
    status: RecordStatus
    shown: bool
    in_force: bool
    effective_on: date
    ended_on: date | None
    values_from: int | None
    entries: list[int]


@dataclass(frozen=True, slots=True)
class Moment:
    """The two times of a question: the day of `as_of`, and the day `on`; with the law."""

    known_on: date
    on: date
    law: Law


def effective_on(state: CreditRecord) -> date | None:
    """The day from which a record belongs to the answer: of its document, its filing, or the notice of a listing."""
    if state.decided_on is not None:
        return state.decided_on
    if state.filed_on is not None:
        return state.filed_on
    return None if state.listing is None else state.listing.notified_on


def outcome_of(known: Known, law: Law) -> Outcome:
    """What is known of a record, as it stands from its last event on."""
    state = known.state
    (days, last), ending, filed = law.period(state), state.ending, state.filing is not None
    first, until = days or (None, None)
    return Outcome(
        state.issuer,
        state.item,
        state.item_version,
        state.status,
        state.disclosed,
        first,
        until,
        last if ending is None else None,
        filed and ending is None,
        effective_on(state),
        None if ending is None else ending[1].on,
        known.values_from if filed else None,
    )


def standing_after(subject: str, record: bytes, outcome: Outcome, entries: list[int], on: date) -> Standing | None:
    """The record on a day after all that is known of it; None if it is not yet of that day.

    Everything known lies in the past of the day: only a period can still have ended.
    """
    effective, first, last = outcome.effective_on, outcome.shown_from, outcome.shown_until
    if effective is None or effective > on:
        return None
    shown = outcome.disclosed and first is not None and last is not None and first <= on <= last
    # The ledger's clock says on a later day that a period has ended; it ended all the same.
    over = outcome.last_day is not None and outcome.last_day < on
    return Standing(
        subject,
        _uuid(record),
        outcome.issuer,
        outcome.item,
        outcome.item_version,
        RecordStatus.EXPIRED if over else outcome.status,
        shown,
        outcome.in_force and not over,
        effective,
        outcome.last_day if over else outcome.ended_on,
        outcome.values_from,
        entries,
    )


def standing(known: Known, moment: Moment) -> Standing | None:
    """The record on any day, earlier ones included; None if it is not yet of that day."""
    state, on = known.state, moment.on
    if on >= moment.known_on:
        return standing_after(state.subject, known.record, outcome_of(known, moment.law), known.entries, on)
    state = _as_on(state, on)
    found = outcome_of(Known(known.record, state, known.values_from, known.entries), moment.law)
    first = state.disclosed_on is not None and state.disclosed_on <= on
    then = standing_after(state.subject, known.record, replace(found, disclosed=first), known.entries, on)
    if then is None or then.status is RecordStatus.EXPIRED:
        return then
    return replace(then, status=_status(state, on, disclosed=first))


def _as_on(state: CreditRecord, on: date) -> CreditRecord:
    """The record without the endings and masks that were not yet, or no longer, on that day."""
    endings = {kind: ending for kind, ending in state.endings.items() if _has_ended(kind, ending, on)}
    for repair in state.repairs.values():
        granted, revoked = repair.decided, repair.revoked
        if granted is not None and revoked is not None and granted.on <= on < revoked.on:
            endings[EndingKind.REPAIRED] = Ending(granted.on, granted.seq, granted.recorded_on)
    masks = [
        identifier
        for identifier, mask in state.masks.items()
        if mask.on <= on and (mask.lifted is None or on < mask.lifted.on)
    ]
    listing = state.listing
    if listing is not None and listing.dropped_on is not None and on < listing.dropped_on:
        listing = replace(listing, dropped_on=None)
    return replace(state, endings=endings, mask=masks[-1] if masks else None, listing=listing)


def _has_ended(kind: EndingKind, ending: Ending, on: date) -> bool:
    if kind is EndingKind.REVOKED:
        return True  # 自始无效
    return ending.on < on if kind is EndingKind.EXPIRED else ending.on <= on


def _status(state: CreditRecord, on: date, *, disclosed: bool) -> RecordStatus:
    if state.ending is not None or state.filing is None or state.mask is not None:
        return state.status
    objected = any(_objects(objection, on) for objection in state.objections.values())
    if objected or any(_contests(remedy, on) for remedy in state.remedies.values()):
        return RecordStatus.DISPUTED
    return RecordStatus.STANDING if disclosed else RecordStatus.STORED


def _objects(objection: Objection, on: date) -> bool:
    times = objection.times
    asked = [(times.raised, times.resolved), *((review.requested, review.decided) for review in times.reviews)]
    return any(start <= on and (answered is None or on < answered) for start, answered in asked)


def _contests(remedy: Remedy, on: date) -> bool:
    return remedy.opened_on <= on and (remedy.closed is None or on < remedy.closed.recorded_on)


def _uuid(record: bytes) -> str:
    """The id as it is written; `uuid.UUID` takes three times as long, for every record of the ledger."""
    text = record.hex()
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"
