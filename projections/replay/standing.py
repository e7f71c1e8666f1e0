"""How a record stood on a day, by what was known at an instant (docs/history.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ledger.domain.publicity import days_shown
from ledger.domain.state import CreditRecord, Ending, EndingKind, Objection, Remedy
from ledger.vocabulary import RecordStatus
from projections.law import Law
from projections.replay.known import Known


class Standing(msgspec.Struct, frozen=True, gc=False):
    """One record on a day. Nothing in it is a value: `values_from` is the entry that commits to those."""

    subject: str
    record: UUID
    issuer: str
    item: str
    item_version: int
    status: RecordStatus
    shown: bool
    in_force: bool
    effective_on: date
    ended_on: date | None
    values_from: int
    entries: tuple[int, ...]


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


def standing(known: Known, moment: Moment) -> Standing | None:
    """The record on the day; None if it is not yet of that day."""
    state, on = known.state, moment.on
    effective = effective_on(state)
    if effective is None or effective > on:
        return None
    if on >= moment.known_on:
        # Everything that is known lies in the past of the day: only a period can still have ended.
        shown = state.disclosed and _within(days_shown(state, *moment.law), on)
        status = state.status
    else:
        state = _as_on(state, on)
        shown = (
            state.disclosed_on is not None and state.disclosed_on <= on and _within(days_shown(state, *moment.law), on)
        )
        status = _status(state, on, shown=shown)
    ending = state.ending
    return Standing(
        subject=state.subject,
        record=UUID(bytes=known.record),
        issuer=state.issuer,
        item=state.item,
        item_version=state.item_version,
        status=status,
        shown=shown,
        in_force=state.filing is not None and ending is None,
        effective_on=effective,
        ended_on=None if ending is None else ending[1].on,
        values_from=known.values_from,
        entries=tuple(known.entries),
    )


def _within(days: tuple[date, date] | None, on: date) -> bool:
    return days is not None and days[0] <= on <= days[1]


def _as_on(state: CreditRecord, on: date) -> CreditRecord:
    """The record without the endings and masks that were not yet, or no longer, on that day."""
    endings = {kind: ending for kind, ending in state.endings.items() if _has_ended(kind, ending, on)}
    masks = [
        identifier
        for identifier, mask in state.masks.items()
        if mask.on <= on and (mask.lifted is None or on < mask.lifted.on)
    ]
    return replace(state, endings=endings, mask=masks[-1] if masks else None)


def _has_ended(kind: EndingKind, ending: Ending, on: date) -> bool:
    if kind is EndingKind.REVOKED:
        return True  # 自始无效
    return ending.on < on if kind is EndingKind.EXPIRED else ending.on <= on


def _status(state: CreditRecord, on: date, *, shown: bool) -> RecordStatus:
    if state.ending is not None or state.filing is None or state.mask is not None:
        return state.status
    objected = any(_objects(objection, on) for objection in state.objections.values())
    if objected or any(_contests(remedy, on) for remedy in state.remedies.values()):
        return RecordStatus.DISPUTED
    return RecordStatus.STANDING if shown else RecordStatus.STORED


def _objects(objection: Objection, on: date) -> bool:
    times = objection.times
    asked = [(times.raised, times.resolved), *((review.requested, review.decided) for review in times.reviews)]
    return any(start <= on and (answered is None or on < answered) for start, answered in asked)


def _contests(remedy: Remedy, on: date) -> bool:
    return remedy.opened_on <= on and (remedy.closed is None or on < remedy.closed.recorded_on)
