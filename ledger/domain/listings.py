"""名单 (lists): notice of intent, statement and defence, decision by two, removal. The standard rules every step."""

from __future__ import annotations

from ledger.catalogue_item import Nature
from ledger.domain.bodies import (
    ListingDecided,
    ListingDefended,
    ListingDropped,
    ListingExpired,
    ListingNotified,
    ListingRemoved,
)
from ledger.domain.deciding import (
    Position,
    refuse,
    require_after,
    require_not_ended,
    require_providing_unit,
    require_rules,
)
from ledger.domain.events import Recorded
from ledger.domain.publicity import LIST_PREFIX, period_of, standard_of
from ledger.domain.state import CreditRecord, EndingKind, Listing
from ledger.particulars import DATA_PREFIX
from ledger.rulebook.lists import ListStandard, Removal, defence_deadline, listing_period

ListingBody = ListingNotified | ListingDefended | ListingDropped | ListingDecided | ListingRemoved | ListingExpired


def is_list_item(item: str, position: Position) -> bool:
    """Say whether records of the item are entries of a list, which are decided and not filed."""
    return position.book.latest(f"{LIST_PREFIX}{item}") is not None


def decide_listing(state: CreditRecord | None, body: ListingBody, event: Recorded, position: Position) -> None:
    """Raise `RuleBroken` unless the step may be taken."""
    match body:
        case ListingNotified():
            if state is not None:
                refuse("about/record", "a record begins once", "choose a new record id")
            standard = _named_standard(body, event, position)
            _require_cases(standard, event)
            if standard.defence is None:
                refuse("about/rules", "this standard asks for no notice", "send listing.decided")
            return
        case ListingDecided():
            _decide(state, body, event, position)
            return
    if state is None or state.listing is None:
        refuse("about/record", "no list entry with this id was begun", "begin with listing.notified")
    match body:
        case ListingDefended() | ListingDropped():
            _continue_procedure(state, body, event, position)
        case ListingRemoved():
            _remove(state, body, event, position)
        case ListingExpired():
            _expire(state, body, event, position)


def _named_standard(body: ListingNotified | ListingDecided, event: Recorded, position: Position) -> ListStandard:
    """The standard of the item, newest in force on the day of the act; the statement names it."""
    name = f"{LIST_PREFIX}{body.item}"
    in_force = [
        standard
        for standard in position.book.of(ListStandard)
        if standard.name == body.item and standard.effective_from <= event.on
    ]
    if not in_force:
        refuse(
            "about/catalogue",
            f"no list standard {name} is in force on {event.on}",
            "publish a standard that was in force, or decide under the one that is",
        )
    standard = max(in_force, key=lambda each: (each.effective_from, each.version))
    require_rules((body.rules, body.rules_version), (name, standard.version), f"on {event.on}")
    return standard


def _require_cases(standard: ListStandard, event: Recorded) -> None:
    cases = event.value("cases")
    unknown = (
        [case for case in cases if case not in {each.code for each in standard.criteria}]
        if isinstance(cases, list)
        else []
    )
    if unknown:
        known = ", ".join(each.code for each in standard.criteria)
        refuse("cases", "names a case that the standard does not have", f"use {known}")


def _continue_procedure(
    state: CreditRecord, body: ListingDefended | ListingDropped, event: Recorded, position: Position
) -> None:
    listing = state.listing or Listing("", 0)
    if state.filing is not None or listing.dropped:
        refuse("about/record", "the procedure has ended", "raise an objection against the entry instead")
    require_after(event, listing.notified_on, "the notice")
    if isinstance(body, ListingDropped):
        require_after(event, listing.defended_on, "the statement and defence")
    if isinstance(body, ListingDefended) and event.facts.issuer == position.operator:
        return
    require_providing_unit(state, event)


def _decide(state: CreditRecord | None, body: ListingDecided, event: Recorded, position: Position) -> None:
    standard = _named_standard(body, event, position)
    _require_cases(standard, event)
    months = event.value("prolonged_by")
    try:
        cases = event.value("cases")
        named = [str(case) for case in cases] if isinstance(cases, list) else []
        listing_period(standard, event.on, named, months if isinstance(months, int) else 0)
    except ValueError as error:
        refuse("prolonged_by", str(error), f"see rules {body.rules} version {body.rules_version}")
    if position.signers < standard.signers:
        refuse("signature", f"{standard.signers} keys of the unit sign a decision", "let another official sign too")
    if state is None:
        if standard.defence is not None:
            refuse("about/record", "no notice of intent was given", "send listing.notified first, and hear the subject")
        return
    if state.filing is not None:
        refuse("about/record", "the entry was decided already", "a record is decided once")
    require_providing_unit(state, event)
    listing = state.listing
    if listing is None or listing.dropped:
        refuse("about/record", "the procedure was dropped", "begin again with listing.notified")
    if state.item != body.item:
        refuse("about/catalogue", f"the notice was for {state.item}", "decide on that list, or give a new notice")
    if event.facts.subject != state.subject:
        refuse("subject", "the notice was given to another subject", "give this one notice, and hear it")
    _require_heard(listing, standard, event, position)
    field = f"{DATA_PREFIX}{position.items[body.item, body.item_version].decided_on}"
    decided = event.value(field)
    # The periods of the entry run from this day, whatever day the act names.
    if listing.notified_on is not None and isinstance(decided, str) and decided < listing.notified_on.isoformat():
        refuse(field, f"lies before the notice of {listing.notified_on}", "give the day of the decision")


def _require_heard(listing: Listing, standard: ListStandard, event: Recorded, position: Position) -> None:
    """陈述申辩: the subject was heard, or had the time to speak; what it said is answered."""
    if listing.notified_on is None:
        return
    require_after(event, listing.notified_on, "the notice")
    if listing.defended_on is not None:
        require_after(event, listing.defended_on, "the statement and defence")
        if event.value("defence") is None:
            refuse("committed/defence", "a decision says what was made of the statement and defence", "add it")
        return
    deadline = defence_deadline(standard, position.book.calendar, listing.notified_on)
    if deadline is not None and event.on <= deadline.day:
        rule = f"the subject may speak until {deadline.day}"
        refuse("on", rule, "decide after that day, or record its statement with listing.defended")


def _remove(state: CreditRecord, body: ListingRemoved, event: Recorded, position: Position) -> None:
    require_providing_unit(state, event)
    require_not_ended(state)
    if state.filing is None:
        refuse("about/record", "the entry was not decided", "send listing.dropped")
    require_after(event, state.decided_on, "the decision")
    standard = standard_of(state, position.book)
    if standard is None or body.removal not in standard.removals or not body.removal.shown:
        refuse("removal", "the standard does not know this removal", "what was wrong is taken back by record.revoked")
    if body.removal is Removal.EXPIRY:
        refuse("removal", "an entry expires by itself", "wait for listing.expired")
    item = position.items.get((state.item, state.item_version))
    period = period_of(state, standard)
    earliest = None if period is None else period.earliest_removal
    if body.removal is Removal.EARLY_REPAIR:
        if item is not None and item.nature is Nature.ADVERSE and not standard.shown_after_removal:
            refuse("removal", "an adverse entry is removed early by repair alone", "take the steps of repair.applied")
        if earliest is not None and event.on < earliest:
            refuse("on", f"the shortest period ends on {earliest}", "remove it from that day on")


def _expire(state: CreditRecord, body: ListingExpired, event: Recorded, position: Position) -> None:
    require_not_ended(state)
    standard = standard_of(state, position.book)
    period = None if standard is None else period_of(state, standard)
    if standard is None or period is None or period.ends_on is None:
        refuse("about/record", "no period ends this entry", "it stands until the duty is done")
    require_rules(
        (body.rules, body.rules_version), (f"{LIST_PREFIX}{standard.name}", standard.version), "to this entry"
    )
    if event.on != period.ends_on or event.recorded_on <= period.ends_on:
        refuse("on", f"the period ends on {period.ends_on}", "wait until that day has passed")
    if EndingKind.EXPIRED in state.endings:
        refuse("about/record", "the entry has expired", "nothing has to end")
