"""信用记录 (credit record): what may be said of it next, and what that does to its visibility. It is never deleted."""

from __future__ import annotations

from datetime import date
from enum import Enum, auto, unique

from ledger.catalogue_item import Nature
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
from ledger.domain.deadlines import Due, computed_with, deadlines_of
from ledger.domain.deciding import (
    Position,
    refuse,
    require_after,
    require_not_ended,
    require_not_revoked,
    require_open,
    require_providing_unit,
    require_remedy,
    require_rules,
)
from ledger.domain.events import Recorded
from ledger.domain.evolve import advance
from ledger.domain.gist import Gist, gist_of
from ledger.domain.listings import decide_listing, is_list_item
from ledger.domain.objections import decide_objection
from ledger.domain.publicity import generation_on, is_shown, publicity_by_class
from ledger.domain.repairs import decide_repair
from ledger.domain.state import CreditRecord, EndingKind
from ledger.particulars import read_calendar
from ledger.rulebook.publicity import EndOutOfBounds
from verify.statement_type import ClockRef


@unique
class Disclosure(Enum):
    """What an event does to the public visibility of its record."""

    UNCHANGED = auto()
    DISCLOSE = auto()
    WITHDRAW = auto()


def decide(state: CreditRecord | None, event: Recorded, position: Position, gist: Gist | None = None) -> Disclosure:
    """Whether the event may follow, and what it discloses or withdraws; raises `RuleBroken`.

    The event is a candidate: numbered and dated, with the subject that it names and without disclosures. `gist` is its
    gist, where the caller has that already.
    """
    body = event.body
    if event.on > event.recorded_on and not isinstance(body, DeadlineRecomputed):  # its day may still come
        refuse("on", "lies after the day on which it is recorded", "give the day on which it was done")
    if state is None and not isinstance(body, RecordFiled | ListingNotified | ListingDecided):
        refuse("about/record", "no record with this id was filed", "file it first, or correct the id")
    match body:
        case ListingNotified() | ListingDecided():
            decide_listing(state, body, event, position)
        case RecordFiled():
            _file(state, body, position)
        case _ if state is not None:
            _decide_known(state, event, position)
    if not isinstance(body, _DISCLOSING):
        return Disclosure.UNCHANGED
    after = advance(state, gist or gist_of(event, position.items))
    _require_sound(after, event, position)
    shown = is_shown(after, position.items, position.book, event.recorded_on)
    if shown is after.disclosed or (shown and after.endings):  # what has ended is not disclosed again
        return Disclosure.UNCHANGED
    return Disclosure.DISCLOSE if shown else Disclosure.WITHDRAW


_DISCLOSING = (
    RecordFiled
    | ListingDecided
    | ListingRemoved
    | ListingExpired
    | RecordCorrected
    | RecordChanged
    | RecordRevoked
    | PublicityDetermined
    | PublicityEnded
    | MaskApplied
    | MaskLifted
    | RepairGranted
    | RepairRevoked
)
"""After these, whether the record is shown is asked anew; nothing else discloses or withdraws."""

_CLOSINGS = (
    ObjectionResolved
    | ObjectionDelivered
    | ReviewDecided
    | RemedyClosed
    | DeadlineMissed
    | DeadlineRecomputed
    | BarEnded
)
"""What may follow a revocation: what was begun before it comes to its end."""


def _decide_known(state: CreditRecord, event: Recorded, position: Position) -> None:  # noqa: C901, PLR0912 - one case a type
    body = event.body
    if state.filing is None and not isinstance(body, ListingDefended | ListingDropped):
        refuse("about/record", "the list entry was not decided", "wait for listing.decided")
    if not isinstance(body, _CLOSINGS):
        require_not_revoked(state)
    match body:
        case RecordCorrected():
            _correct(state, body, event)
        case RecordChanged() | RecordRevoked():
            require_providing_unit(state, event)
            require_not_revoked(state)
            if isinstance(body, RecordChanged) and EndingKind.CHANGED in state.endings:
                refuse("about/record", "the record was changed before", "change its successor")
            require_open(state, body.objection)
            require_remedy(state, body.remedy)
        case PublicityDetermined():
            _determine(state, body, event, position)
        case PublicityEnded():
            _end_publicity(state, body, event, position)
        case MaskApplied():
            require_providing_unit(state, event)
            require_not_ended(state)
            if state.mask is not None or body.mask in state.masks:
                refuse("about/mask", "the record is masked, or was under this id", "lift the mask first")
        case MaskLifted():
            require_providing_unit(state, event)
            if body.mask != state.mask:
                refuse("about/mask", "the record is not masked under this id", "name the mask in force")
            require_after(event, state.masked_on, "the mask")
        case RemedyOpened() | RemedyClosed():
            _remedy(state, body, event)
        case ListingDefended() | ListingDropped() | ListingRemoved() | ListingExpired():
            decide_listing(state, body, event, position)
        case (
            ObjectionRaised()
            | ObjectionForwarded()
            | ObjectionExtended()
            | ObjectionResolved()
            | ObjectionDelivered()
            | ReviewRequested()
            | ReviewDecided()
        ):
            decide_objection(state, body, event, position)
        case (
            RepairApplied()
            | RepairForwarded()
            | RepairAccepted()
            | RepairDeclined()
            | RepairExtended()
            | RepairVerified()
            | RepairGranted()
            | RepairRefused()
            | RepairRevoked()
            | BarEnded()
        ):
            decide_repair(state, body, event, position)
        case DeadlineMissed() | DeadlineRecomputed():
            _deadline(state, body, event, position)
        case _:
            refuse("type", "this type of statement is not about a record", "use a type that is")


def _file(state: CreditRecord | None, body: RecordFiled, position: Position) -> None:
    if state is not None:
        refuse("about/record", "a record is filed once", "choose a new record id, or file a correction")
    if is_list_item(body.item, position):
        refuse("type", "an entry of a list is decided, not filed", "send listing.decided, signed by two")


def _correct(state: CreditRecord, body: RecordCorrected, event: Recorded) -> None:
    require_providing_unit(state, event)
    require_not_revoked(state)
    require_open(state, body.objection)
    require_remedy(state, body.remedy)
    if body.item != state.item:
        fix = "correct it under its own item, or revoke it"
        refuse("about/catalogue", f"the record belongs to item {state.item}", fix)
    if event.facts.subject != state.subject:
        fix = "revoke the record and file it for the other"
        refuse("subject", "a correction keeps the record's subject", fix)


def _require_sound(after: CreditRecord, event: Recorded, position: Position) -> None:
    """What was determined about publicity fits the item and the rules; a decision lies before its recording."""
    item = position.items.get((after.item, after.item_version))
    if item is None:
        return
    if after.decided_on is not None and after.decided_on > event.recorded_on:
        refuse(f"data/{item.decided_on}", "lies after the day on which it is recorded", "correct the day")
    terms = after.terms
    if item.nature is not Nature.ADVERSE and (terms.given_class or terms.need or terms.sector):
        refuse("publicity/class", "only adverse information has a class", "send null, or withhold it with a reason")
    if terms.sector is not None and isinstance(event.body, RecordFiled):
        fix = "send null; determine it when the longest period is about to end"
        refuse("publicity/sector", "nobody knows at the filing that the obligations will be unmet", fix)
    if after.listing is not None and (terms.need or terms.chosen_end or terms.sector):
        refuse("publicity", "the standard of its list rules how long an entry is shown", "send null for these members")
    try:
        publicity_by_class(after, item, position.book)
    except EndOutOfBounds as error:
        refuse("publicity/chosen_end", str(error), "choose a day between the shortest and the longest period")


def _determine(state: CreditRecord, body: PublicityDetermined, event: Recorded, position: Position) -> None:
    require_providing_unit(state, event)
    require_not_ended(state)
    if state.listing is not None:
        standard = (state.listing.standard, state.listing.standard_version)
        require_rules((body.rules, body.rules_version), standard, "to this entry")
        return
    rules = generation_on(position.book, state.decided_on or event.recorded_on)
    if rules is None:
        refuse("about/rules", "no publicity rules are published", "let the operator publish them")
    applied = (f"publicity/{rules.name}", rules.version)
    require_rules((body.rules, body.rules_version), applied, f"to a decision of {state.decided_on}")


def _end_publicity(state: CreditRecord, body: PublicityEnded, event: Recorded, position: Position) -> None:
    require_not_ended(state)
    item = position.items.get((state.item, state.item_version))
    publicity = None if item is None else publicity_by_class(state, item, position.book)
    if publicity is None or publicity.ends_on is None:
        refuse("about/record", "no period of publicity is running", "nothing has to end")
    applied = (f"publicity/{publicity.rule}", publicity.version)
    require_rules((body.rules, body.rules_version), applied, "to this record")
    _require_past(event, publicity.ends_on)


def _remedy(state: CreditRecord, body: RemedyOpened | RemedyClosed, event: Recorded) -> None:
    require_providing_unit(state, event)
    known = state.remedies.get(body.remedy)
    if isinstance(body, RemedyOpened):
        require_not_revoked(state)
        if known is not None:
            refuse("about/remedy", "a remedy is opened once", "choose a new remedy id")
        return
    if known is None or known.closed is not None:
        refuse("about/remedy", "no open remedy with this id", "name a remedy that is open")
    require_after(event, known.opened_on, "its opening")


def _deadline(
    state: CreditRecord, body: DeadlineMissed | DeadlineRecomputed, event: Recorded, position: Position
) -> None:
    reference = ClockRef(body.clock, body.since)
    running = [due for due in deadlines_of(state, position.items, position.book) if _names(due, reference)]
    if not running or running[0].settled:
        refuse("about/clock", "no such clock of the record is running", "nothing has to be said")
    due = running[0]
    require_rules((body.rules, body.rules_version), due.rule, "to this clock")
    if isinstance(body, DeadlineRecomputed):
        new = computed_with(due, position.book)
        if (new.day, new.provisional) == (due.day, due.provisional):
            refuse("about/clock", "the calendar has not moved this deadline", "nothing has to be said")
        if event.value("was") != due.day.isoformat():
            refuse("was", f"the deadline was {due.day}", "name that day")
        _require_computed(event, new)
        return
    if due.provisional:
        refuse("about/clock", "a provisional deadline is not missed", "publish the calendar of its year first")
    _require_computed(event, due)
    if due.done_on is None:
        _require_past(event, due.day)


def _require_computed(event: Recorded, due: Due) -> None:
    if event.on != due.day:
        refuse("on", f"the deadline is {due.day}", "name that day")
    if read_calendar(event.value("calendar")) != due.calendar:
        refuse("calendar", "these are not the calendars that the deadline rests on", "name year and version of each")


def _names(due: Due, reference: ClockRef) -> bool:
    return (due.clock, due.since) == (reference.clock, reference.since)


def _require_past(event: Recorded, last: date) -> None:
    if event.on != last or event.recorded_on <= last:
        refuse("on", f"the last day is {last}", "wait until that day has passed")
