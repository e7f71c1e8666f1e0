"""期限 (deadlines) of a record: every clock that has started, when it ends, by which rule, and whether it is settled.

A pure function of what is known of the record, the catalogue and the rulebook. Each clock runs by the rules and the
calendar that the ledger knew at the entry that started it, or at the entry that computed it again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique

from msgspec.structs import replace

from ledger.domain.gist import Items
from ledger.domain.publicity import is_to_be_shown, period_of, publicity_by_class, standard_of
from ledger.domain.state import CreditRecord, EndingKind, Objection, Repair, RepairStage, Step, clock_key
from ledger.rulebook.book import Rulebook
from ledger.rulebook.objection import ObjectionClock, ObjectionRules, clocks_of
from ledger.rulebook.repair import Abuse, RepairRules, bar_after, rules_on
from ledger.vocabulary import RemedyOutcome
from verify.statement_type import Clock

CATALOGUE_PREFIX = "catalogue/"
"""How a clock that stands in a catalogue item names its rule: ``catalogue/<item>``."""


@unique
class Period(StrEnum):
    """期间 (period) of months that ends by itself."""

    PUBLICITY = "publicity-end"
    """公示期."""
    LISTING = "listing-end"
    """列入期."""
    BAR = "bar-end"
    """限制申请期."""


@dataclass(frozen=True, slots=True)
class Due:
    """期限 (deadline): the last day of a clock or period, with all that is needed to compute it again."""

    clock: Clock | Period
    since: int
    """The entry that started it."""
    start: date
    days: int
    """Working days; 0 for a period of months."""
    day: date
    provisional: bool
    calendar: tuple[tuple[int, int], ...]
    rule: tuple[str, int]
    done_on: date | None = None
    settled: bool = False
    """Done in time, or followed by its automatic event: nothing more comes of it."""

    @property
    def late(self) -> bool:
        """Say whether it was done after its day."""
        return self.done_on is not None and self.done_on > self.day


@dataclass(frozen=True, slots=True)
class _Clock:
    """A clock of working days before its end is computed."""

    clock: Clock
    since: int
    start: date
    days: int
    rule: tuple[str, int]
    done_on: date | None
    """The day it was done, or the record ended and nothing was left to do."""


def deadlines_of(state: CreditRecord, items: Items, book: Rulebook) -> tuple[Due, ...]:
    """Every clock and period of the record that has started."""
    clocks = [*_filing_clocks(state, items, book), *_remedy_clocks(state, book)]
    for objection in state.objections.values():
        clocks += _objection_clocks(objection, book)
    for repair in state.repairs.values():
        clocks += _repair_clocks(state, repair, book)
    return (*(_due(state, clock, book) for clock in clocks), *_periods(state, items, book))


def computed_with(due: Due, book: Rulebook) -> Due:
    """The same clock with the calendar of another position; periods of months do not move."""
    if not due.days:
        return due
    deadline = book.calendar.working_deadline(due.start, due.days)
    return Due(
        due.clock,
        due.since,
        due.start,
        due.days,
        deadline.day,
        deadline.provisional,
        deadline.calendar,
        due.rule,
        due.done_on,
        due.settled,
    )


def bars_of(state: CreditRecord, book: Rulebook) -> Iterator[tuple[str, Repair, date, tuple[str, int]]]:
    """限制申请: id and repair that was abused, the last day without an application, and the rule it keeps to."""
    for identifier, repair in state.repairs.items():
        if repair.revoked is None or repair.abuse is None:
            continue
        rules = [each for each in book.before(repair.revoked.seq).of(RepairRules) if each.in_force(repair.revoked.on)]
        if rules:  # else the day was erased, and none were in force on the day of recording, which stands in for it
            bar = bar_after(rules_on(rules, repair.revoked.on), Abuse(repair.abuse, repair.revoked.on))
            yield identifier, repair, bar.until, (f"repair/{bar.rule}", bar.version)


def objection_rules_on(book: Rulebook, day: date) -> ObjectionRules | None:
    """The rules in force for an objection raised on this day; None where there are none."""
    in_force = [rules for rules in book.of(ObjectionRules) if rules.effective_from <= day]
    return max(in_force, key=lambda rules: (rules.effective_from, rules.version), default=None)


def _due(state: CreditRecord, clock: _Clock, book: Rulebook) -> Due:
    key = clock_key(clock.clock, clock.since)
    known = book.before(max(clock.since, state.recomputed.get(key, 0)))
    deadline = known.calendar.working_deadline(clock.start, clock.days)
    in_time = clock.done_on is not None and clock.done_on <= deadline.day
    return Due(
        clock.clock,
        clock.since,
        clock.start,
        clock.days,
        deadline.day,
        deadline.provisional,
        deadline.calendar,
        clock.rule,
        clock.done_on,
        settled=in_time or key in state.missed,
    )


def _filing_clocks(state: CreditRecord, items: Items, book: Rulebook) -> Iterator[_Clock]:
    item = items.get((state.item, state.filed_version))
    if state.filing is None or item is None or state.decided_on is None:
        return
    rule = (f"{CATALOGUE_PREFIX}{item.item}", item.version)
    days = item.collect_within.working_days
    yield _Clock(Clock.COLLECT, state.filing, state.decided_on, days, rule, state.filed_on)
    if not is_to_be_shown(state, items, book):
        return
    standard = standard_of(state, book)
    if standard is not None and standard.publish is not None:
        rule, days = (f"list/{standard.name}", standard.version), standard.publish.length
    elif item.disclose_within is not None:
        days = item.disclose_within.working_days
    since, start = state.filing, state.decided_on
    for terms, terms_since, step in state.earlier_terms:
        # What was not to be shown had no day by which it had to be: the clock starts with what brought it out. An end
        # that was chosen says nothing about that, and a correction of the day may have put it out of bounds.
        before = replace(state, terms=replace(terms, chosen_end=None), terms_since=terms_since)
        if not is_to_be_shown(before, items, book):
            since, start = step.seq, step.on
    done = state.disclosed_on or min((ending.recorded_on for ending in state.endings.values()), default=None)
    yield _Clock(Clock.DISCLOSE, since, start, days, rule, done)


def _objection_clocks(objection: Objection, book: Rulebook) -> Iterator[_Clock]:
    known = book.before(objection.raised)
    rules = objection_rules_on(known, objection.times.raised)
    if rules is None:
        return
    numbers = {
        ObjectionClock.ANNOTATE: [objection.raised],
        ObjectionClock.FORWARD: [objection.raised],
        ObjectionClock.VERIFY: [objection.forwarded or objection.raised],
        ObjectionClock.ACT: list(objection.resolved),
        ObjectionClock.REVIEW: list(objection.reviews),
    }
    for each in clocks_of(rules, known.calendar, objection.times):
        since, start = numbers[each.clock].pop(0), each.deadline.start
        rule = (f"objection/{rules.name}", rules.version)
        yield _Clock(Clock(each.clock.value), since, start, each.deadline.days, rule, each.done_on)


def _remedy_clocks(state: CreditRecord, book: Rulebook) -> Iterator[_Clock]:
    """行政处罚法 第四十八条: what was annulled or changed is withdrawn, and the reason published."""
    for remedy in state.remedies.values():
        if remedy.closed is None or remedy.outcome not in {RemedyOutcome.ANNULLED, RemedyOutcome.CHANGED}:
            continue
        start, since = remedy.closed.on, remedy.closed.seq
        rules = objection_rules_on(book.before(since), start)
        if rules is None:
            continue
        ended = [
            state.endings[kind].recorded_on
            for kind in (EndingKind.REVOKED, EndingKind.CHANGED)
            if kind in state.endings
        ]
        done = [day for day in (remedy.carried_out_on, *ended) if day is not None]
        rule = (f"objection/{rules.name}", rules.version)
        yield _Clock(Clock.WITHDRAW, since, start, rules.withdrawal.working_days, rule, min(done, default=None))


def _repair_clocks(state: CreditRecord, repair: Repair, book: Rulebook) -> Iterator[_Clock]:
    rules = book.versions.get(repair.rules)
    if not isinstance(rules, RepairRules):
        return
    clocks, rule, applied = rules.clocks, repair.rules, repair.applied
    # What was revoked has nothing to repair: who waited for an answer waits for none from that day on.
    over = state.endings[EndingKind.REVOKED].recorded_on if state.revoked and repair.running else None
    pushed = over if repair.forwarded is None else repair.forwarded.recorded_on
    yield _Clock(Clock.REPAIR_PUSH, applied.seq, applied.on, clocks.push, rule, pushed)
    if repair.forwarded is not None:
        start, since = repair.forwarded.recorded_on, repair.forwarded.seq
        yield _Clock(Clock.REPAIR_ACCEPT, since, start, clocks.accept, rule, _recorded(repair.accepted) or over)
    days = clocks.decide + (clocks.extension or 0 if repair.extended is not None else 0)
    done = _recorded(repair.accepted if repair.stage is RepairStage.DECLINED else repair.decided)
    yield _Clock(Clock.REPAIR_DECIDE, applied.seq, applied.on, days, rule, done or over)


def _recorded(step: Step | None) -> date | None:
    return None if step is None else step.recorded_on


def _periods(state: CreditRecord, items: Items, book: Rulebook) -> Iterator[Due]:
    item = items.get((state.item, state.item_version))
    over = bool(state.endings.keys() - {EndingKind.REMOVED})
    if item is not None and state.filing is not None:
        publicity = publicity_by_class(state, item, book)
        if publicity is not None and publicity.ends_on is not None:
            rule = (f"publicity/{publicity.rule}", publicity.version)
            yield _period(
                Period.PUBLICITY, state.terms_since, publicity.determined_on, publicity.ends_on, rule, settled=over
            )
    standard = standard_of(state, book)
    period = None if standard is None else period_of(state, standard)
    if standard is not None and period is not None and period.ends_on is not None and state.filing is not None:
        rule = (f"list/{standard.name}", standard.version)
        start = state.decided_on or state.filed_on or period.ends_on
        yield _period(Period.LISTING, state.filing, start, period.ends_on, rule, settled=bool(state.endings))
    for _identifier, repair, until, rule in bars_of(state, book):
        if repair.revoked is not None:
            yield _period(Period.BAR, repair.revoked.seq, repair.revoked.on, until, rule, settled=repair.bar_ended)


def _period(clock: Period, since: int, start: date, day: date, rule: tuple[str, int], *, settled: bool) -> Due:
    return Due(clock, since, start, 0, day, False, (), rule, settled=settled)  # noqa: FBT003
