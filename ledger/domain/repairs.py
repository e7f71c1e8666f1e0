"""信用修复 (repair): who may take which step when. 谁认定、谁修复: only the determining unit decides, and two sign."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from ledger.domain.bodies import (
    BarEnded,
    RepairAccepted,
    RepairApplied,
    RepairDeclined,
    RepairExtended,
    RepairForwarded,
    RepairGranted,
    RepairRefused,
    RepairRevoked,
    RepairVerified,
)
from ledger.domain.deadlines import bars_of
from ledger.domain.deciding import (
    Position,
    refuse,
    require_after,
    require_not_ended,
    require_providing_unit,
    require_rules,
)
from ledger.domain.events import Recorded
from ledger.domain.publicity import facts_of, period_of, standard_of
from ledger.domain.state import CreditRecord, EndingKind, Repair, RepairStage, Step
from ledger.errors import Fault, RuleBroken
from ledger.particulars import read_facts
from ledger.rulebook.lists import Removal
from ledger.rulebook.publicity import DishonestyClass, EndOutOfBounds, NotInForce, Publicity, publicity_of
from ledger.rulebook.publicity_rules import PublicityRules
from ledger.rulebook.repair import Assessment, RepairFacts, RepairRules, assess, rules_on

RepairBody = (
    RepairApplied
    | RepairForwarded
    | RepairAccepted
    | RepairDeclined
    | RepairExtended
    | RepairVerified
    | RepairGranted
    | RepairRefused
    | RepairRevoked
    | BarEnded
)


def decide_repair(state: CreditRecord, body: RepairBody, event: Recorded, position: Position) -> None:
    """Raise `RuleBroken` unless the step may be taken; for an application with each condition that is not met."""
    if isinstance(body, RepairApplied):
        _apply(state, body, event, position)
        return
    repair = state.repairs.get(body.repair)
    if repair is None:
        refuse("about/repair", "no repair of the record with this id was applied for", "apply first, or correct the id")
    require_after(event, repair.applied.on, "the application")
    match body:
        case BarEnded():
            _end_bar(state, body, event, position)
            return
        case RepairRevoked():
            _revoke(state, repair, event, position)
            return
        case RepairForwarded():
            _require_stage(repair, RepairStage.APPLIED)
            if repair.forwarded is not None:
                refuse("about/repair", "the determining unit has the application already", "wait for its answer")
            return
    require_providing_unit(state, event)
    changed = () if isinstance(body, RepairGranted) else (EndingKind.CHANGED,)  # what is under way can be refused
    require_not_ended(state, EndingKind.EXPIRED, EndingKind.REMOVED, *changed)
    if isinstance(body, RepairAccepted | RepairDeclined):
        _require_stage(repair, RepairStage.APPLIED)
        if repair.forwarded is None:
            refuse("about/repair", "the application was not forwarded to the unit", "the operator forwards it first")
        require_after(event, repair.forwarded.on, "the forwarding")
        return
    _deal(repair, body, event, position)


def assessment_of(state: CreditRecord, application: RepairFacts, event_on: date, position: Position) -> Assessment:
    """修复条件审查: the conditions on a day, by the rules of that day; raises `NotInForce` and `EndOutOfBounds`."""
    rules = rules_on(position.book.of(RepairRules), event_on)
    return assess(rules, _publicity(state, rules, position), application, event_on)


def _apply(state: CreditRecord, body: RepairApplied, event: Recorded, position: Position) -> None:
    require_not_ended(state, EndingKind.EXPIRED, EndingKind.REMOVED)
    if state.filing is None or state.decided_on is None:
        refuse("about/record", "the record has no day of a determining document", "there is nothing to repair")
    if event.facts.issuer not in {state.issuer, position.operator}:
        require_providing_unit(state, event)
    if body.repair in state.repairs:
        refuse("about/repair", "a repair is applied for once under its id", "choose a new repair id")
    if any(repair.running for repair in state.repairs.values()):
        refuse("about/repair", "an application for this record is being dealt with", "wait for its outcome")
    standard = standard_of(state, position.book)
    if standard is not None and Removal.EARLY_REPAIR not in standard.removals:
        refuse("about/record", f"the standard {standard.name} knows no early removal", "wait for the end of the period")
    facts = read_facts(event.value("facts"))
    application = RepairFacts(
        facts.corrected_on, facts.performed_on, facts.committed_on, facts.other, supplementary=facts.supplementary
    )
    try:
        assessment = assessment_of(state, application, event.on, position)
    except NotInForce as error:
        refuse("on", str(error), "apply on a day on which rules are in force")
    except EndOutOfBounds as error:
        refuse("about/record", str(error), "let the determining unit choose another end")
    applied = (f"repair/{assessment.rule}", assessment.version)
    require_rules((body.rules, body.rules_version), applied, f"to an application of {event.on}")
    faults = [*_unmet(assessment), *_barred(state, event, position)]
    if faults:
        raise RuleBroken(*faults)


def _unmet(assessment: Assessment) -> Iterator[Fault]:
    for each in assessment.conditions:
        if not each.met:
            day = "nobody can know when" if each.met_on is None else f"it will be met on {each.met_on}"
            fix = "state the day and its evidence" if each.met_on is None else f"apply from {each.met_on} on"
            yield Fault(f"facts/{each.rule.condition.value}", f"the condition is not met; {day}", fix)


def _barred(state: CreditRecord, event: Recorded, position: Position) -> Iterator[Fault]:
    own = [until for _id, repair, until, _rule in bars_of(state, position.book) if not repair.bar_ended]
    until = max([*own, *position.bars], default=None)
    if until is not None and event.on <= until:
        yield Fault("about/record", f"the subject is barred from repair until {until}", "apply after that day")


def _publicity(state: CreditRecord, rules: RepairRules, position: Position) -> Publicity:
    """The record's publicity by the generation that the repair rules name; an entry of a list by its standard."""
    item = position.items[state.item, state.item_version]
    named = [each for each in position.book.of(PublicityRules) if each.name == rules.publicity]
    if not named or state.decided_on is None:
        raise NotInForce(f"the publicity rules {rules.publicity} are not published")
    facts = facts_of(state.terms, item, state.decided_on)
    standard = standard_of(state, position.book)
    newest = max(named, key=lambda each: each.version)
    if standard is None:
        # An end chosen under other rules says nothing about the shortest period, which is all that is asked here.
        return publicity_of(newest, replace(facts, chosen_end=None))
    listed = publicity_of(newest, replace(facts, given_class=DishonestyClass.SERIOUS, chosen_end=None))
    period = period_of(state, standard)
    earliest = state.decided_on if period is None else period.earliest_removal or state.decided_on
    return replace(listed, earliest_repair_on=earliest)


def _deal(repair: Repair, body: RepairBody, event: Recorded, position: Position) -> None:
    """Steps between acceptance and decision."""
    _require_stage(repair, RepairStage.ACCEPTED)
    require_after(event, _day(repair.accepted), "the acceptance")
    if isinstance(body, RepairExtended):
        rules = position.book.versions.get(repair.rules)
        if repair.extended is not None or not isinstance(rules, RepairRules) or rules.clocks.extension is None:
            refuse("about/repair", "the rules allow one extension at most", f"see rules {repair.rules[0]}")
        last = position.book.calendar.working_deadline(repair.applied.on, rules.clocks.decide).day
        if event.recorded_on > last:
            refuse("on", f"the decision was due on {last}", "a period is extended before it ends, not after")
    if isinstance(body, RepairGranted | RepairRefused):
        if repair.verified is None:
            refuse("about/repair", "the application was not verified", "first send repair.verified")
        require_after(event, _day(repair.verified), "the verification")
        require_after(event, _day(repair.extended), "the extension")


def _revoke(state: CreditRecord, repair: Repair, event: Recorded, position: Position) -> None:
    require_providing_unit(state, event)
    require_not_ended(state, EndingKind.REPAIRED, EndingKind.EXPIRED, EndingKind.REMOVED)
    _require_stage(repair, RepairStage.GRANTED)
    require_after(event, _day(repair.decided), "the decision")
    standard = standard_of(state, position.book)
    if standard is not None and not standard.restorable:
        refuse("about/record", "the standard of this list knows no restoration", "decide on a new entry")
    if not any(rules.in_force(event.on) for rules in position.book.of(RepairRules)):
        refuse("on", f"no repair rules are in force on {event.on}", "let the operator publish those of that day")


def _day(step: Step | None) -> date | None:
    return None if step is None else step.on


def _require_stage(repair: Repair, stage: RepairStage) -> None:
    if repair.stage is not stage:
        refuse("about/repair", f"the repair is {repair.stage.value}, not {stage.value}", "take the steps in order")


def _end_bar(state: CreditRecord, body: BarEnded, event: Recorded, position: Position) -> None:
    for identifier, repair, until, rule in bars_of(state, position.book):
        if identifier == body.repair and not repair.bar_ended:
            require_rules((body.rules, body.rules_version), rule, "to this bar")
            if event.on != until or event.recorded_on <= until:
                refuse("on", f"the bar ends on {until}", "wait until that day has passed")
            return
    refuse("about/repair", "no bar of this repair is running", "nothing has to end")
