"""异议处理 (objection): which clocks run over an objection, when each ends, and which of them passed without the step.

A subject raises an objection, or a department finds the fault (京政发〔2017〕15号). The unit that provided the record
verifies it, never the platform (京政办发〔2020〕27号). The numbers of days are data: most are defaults of the platform,
marked so. An objection keeps to the version of the rules under which it was raised.

Not here: outcomes, evidence, and who may take a step.

Errors: reading raises `DefinitionFault`; a step that the rules do not allow, or days in an impossible order, raise
`StepRefused`; a clock past the last day of dates raises `BeyondCalendar`.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum, unique
from importlib.resources import files
from typing import Final

import msgspec
from msgspec.structs import replace as changed

from ledger.definition import (
    read_choice,
    read_day,
    read_flag,
    read_list,
    read_members,
    read_slug,
    read_text,
    read_whole,
    refuse,
)
from ledger.rulebook.calendar import MAX_WORKING_DAYS, Deadline, WorkingCalendar
from verify.strict import JsonValue

_HEAD: Final = ("name", "version", "zh", "basis", "effective_from")
_NEEDED: Final = (*_HEAD, "extensions_allowed", "reviews_allowed", "withdrawal", "clocks")
_TERM: Final = ("working_days", "confirmed", "source")


class StepRefused(ValueError):
    """A step of an objection that the rules do not allow, or on a day on which it cannot have happened."""


@unique
class ObjectionClock(StrEnum):
    """异议时限 (clock): a step that has a deadline."""

    ANNOTATE = "annotate"
    """异议标注: from the day it was raised."""
    FORWARD = "forward"
    """转办: to the unit that provided the record, from the day it was raised."""
    VERIFY = "verify"
    """核实: the unit's outcome, from the day of forwarding; the only clock that can be extended."""
    ACT = "act"
    """执行并送达: the outcome is carried out and delivered, from the day of the outcome or of the review's."""
    REVIEW = "review"
    """复核: from the day it was asked for."""


@dataclass(frozen=True, slots=True)
class ClockTerm:
    """时限 (term): so many working days for a step, and where the number comes from."""

    working_days: int
    confirmed: bool
    """False: 本平台默认，可配置, a default of the platform and no rule of law."""
    source: str
    extended_to: int | None = None
    """延长: the most working days, extensions included; for verifying alone, where the rules allow extensions."""


@dataclass(frozen=True, slots=True)
class ObjectionRules:
    """异议处理时限 (rules of objections): one version of them; build it with `parse_objection`."""

    name: str
    version: int
    zh: str
    basis: str
    effective_from: date
    clocks: tuple[tuple[ObjectionClock, ClockTerm], ...]
    """Each clock once, in the order of the definition."""
    extensions_allowed: int
    reviews_allowed: int
    withdrawal: ClockTerm
    """撤回: of what was published and then annulled, 行政处罚法 第四十八条."""

    def term(self, clock: ObjectionClock) -> ClockTerm:
        """Find the term of a clock."""
        return dict(self.clocks)[clock]


class Extension(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """延长 (extension): on which day verifying was extended, to how many working days in all, and why."""

    on: date
    to_working_days: int
    reason: str


class Review(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """复核 (review): the days of one review; None for what has not happened."""

    requested: date
    decided: date | None = None
    acted: date | None = None


class ObjectionTimes(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """异议进程 (course of an objection): the day of each step; None for what has not happened.

    `with_extension` and `with_review` add what the rules limit.
    """

    raised: date
    annotated: date | None = None
    forwarded: date | None = None
    extended: tuple[Extension, ...] = ()
    resolved: date | None = None
    acted: date | None = None
    reviews: tuple[Review, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot have happened: a step before the one it follows, or without it."""
        _refuse_disorder("annotated", self.raised, [self.annotated])
        extensions = [each.on for each in self.extended]
        _refuse_disorder("verified", self.raised, [self.forwarded, *extensions, self.resolved])
        _refuse_disorder("acted", self.resolved, [self.acted])
        previous = self.resolved
        for review in self.reviews:
            _refuse_disorder("reviewed", previous, [review.requested, review.decided, review.acted])
            previous = review.decided


@dataclass(frozen=True, slots=True)
class RunningClock:
    """运行中的时限 (running clock): a clock that has started, with the rules it rests on."""

    clock: ObjectionClock
    deadline: Deadline
    done_on: date | None
    late_by: int
    """逾期工作日: from the deadline to the deed. 0 also for a deed on the days of rest right after the deadline."""
    rules: tuple[str, int]
    """Name and version."""


def clocks_of(rules: ObjectionRules, calendar: WorkingCalendar, times: ObjectionTimes) -> tuple[RunningClock, ...]:
    """List the clocks that have started, in the order of steps; what has not been done is not yet late here.

    Extensions are taken as given, since a deadline that moves with a new calendar must not undo one: `with_extension`
    has judged them.
    """
    extended = times.extended[-1].to_working_days if times.extended else None
    steps = [
        (ObjectionClock.ANNOTATE, times.raised, times.annotated),
        (ObjectionClock.FORWARD, times.raised, times.forwarded),
        (ObjectionClock.VERIFY, times.forwarded, times.resolved),
        (ObjectionClock.ACT, times.resolved, times.acted),
    ]
    for each in times.reviews:
        steps += [(ObjectionClock.REVIEW, each.requested, each.decided), (ObjectionClock.ACT, each.decided, each.acted)]
    running = []
    for clock, start, done in steps:
        if start is not None:
            days = extended if clock is ObjectionClock.VERIFY else None
            deadline = calendar.working_deadline(start, days or rules.term(clock).working_days)
            late = 0 if done is None else max(0, calendar.working_days_between(deadline.day, done))
            running.append(RunningClock(clock, deadline, done, late, (rules.name, rules.version)))
    return tuple(running)


def missed(
    rules: ObjectionRules, calendar: WorkingCalendar, times: ObjectionTimes, today: date
) -> tuple[RunningClock, ...]:
    """逾期 (missed): the clocks whose deadline had passed without the step by `today`, those done late included.

    What happened after `today` is left out of account, so that a replay gives the same answer for the same day. A
    provisional deadline is held against the days known so far and says so; it may move.
    """
    overdue = []
    for each in clocks_of(rules, calendar, times):
        until = today if each.done_on is None else min(each.done_on, today)
        if until > each.deadline.day:
            late = calendar.working_days_between(each.deadline.day, until)
            overdue.append(replace(each, done_on=each.done_on if each.done_on == until else None, late_by=late))
    return tuple(overdue)


def withdrawal_deadline(rules: ObjectionRules, calendar: WorkingCalendar, annulled_on: date) -> Deadline:
    """撤回期限: by when a published penalty that was annulled on this day is withdrawn, with the reason published."""
    return calendar.working_deadline(annulled_on, rules.withdrawal.working_days)


def with_extension(
    rules: ObjectionRules, calendar: WorkingCalendar, times: ObjectionTimes, extension: Extension
) -> ObjectionTimes:
    """延长核实期限: add an extension; raises `StepRefused` unless it is allowed, in time, longer, and has a reason."""
    running = [each for each in clocks_of(rules, calendar, times) if each.clock is ObjectionClock.VERIFY]
    if not running or times.resolved is not None:
        raise StepRefused("there is nothing to extend: verifying has not begun or has ended")
    most = rules.term(ObjectionClock.VERIFY).extended_to
    if most is None or len(times.extended) >= rules.extensions_allowed:
        raise StepRefused(f"the rules allow {rules.extensions_allowed} extensions, and they are used up")
    if not running[0].deadline.days < extension.to_working_days <= most:
        raise StepRefused(f"an extension makes the period longer, to {most} working days at most")
    if extension.on > running[0].deadline.day:
        raise StepRefused("a period is extended before it ends, not after")
    if not extension.reason.strip():
        raise StepRefused("an extension needs a reason")
    return changed(times, extended=(*times.extended, extension))


def with_review(rules: ObjectionRules, times: ObjectionTimes, requested: date) -> ObjectionTimes:
    """申请复核: add a request for review; raises `StepRefused` before there is an outcome or when they are used up."""
    if len(times.reviews) >= rules.reviews_allowed:
        raise StepRefused(f"the rules allow {rules.reviews_allowed} reviews, and they are used up")
    return changed(times, reviews=(*times.reviews, Review(requested)))


def parse_objection(definition: JsonValue) -> ObjectionRules:
    """Read a definition strictly; raises `DefinitionFault` for what is unknown, missing, misplaced or there twice."""
    parts = read_members(definition, "$", _NEEDED)
    extensions = read_whole(parts["extensions_allowed"], "$.extensions_allowed", 0, MAX_WORKING_DAYS)
    clocks = read_list(parts["clocks"], "$.clocks", _clock)
    named = [clock for clock, _ in clocks]
    for index, (clock, term) in enumerate(clocks):
        path = f"$.clocks[{index}]"
        if clock in named[:index]:
            refuse(f"{path}.clock", "This clock stands here already.", "Leave one of the two out.")
        if (term.extended_to is not None) is not (clock is ObjectionClock.VERIFY and extensions > 0):
            rule = "Verifying alone has `extended_to`, just when `extensions_allowed` is above 0."
            refuse(f"{path}.extended_to", rule, "Mend one of the two.")
    for clock in ObjectionClock:
        if clock not in named:
            refuse("$.clocks", f"The clock {clock.value} is missing.", "Give a term to every clock.")
    return ObjectionRules(
        name=read_slug(parts["name"], "$.name"),
        version=read_whole(parts["version"], "$.version"),
        zh=read_text(parts["zh"], "$.zh"),
        basis=read_text(parts["basis"], "$.basis"),
        effective_from=read_day(parts["effective_from"], "$.effective_from"),
        clocks=clocks,
        extensions_allowed=extensions,
        reviews_allowed=read_whole(parts["reviews_allowed"], "$.reviews_allowed", 0, MAX_WORKING_DAYS),
        withdrawal=_term(read_members(parts["withdrawal"], "$.withdrawal", _TERM), "$.withdrawal"),
    )


def objection_definition(rules: ObjectionRules) -> dict[str, JsonValue]:
    """Write the rules as plain JSON; the inverse of `parse_objection`."""
    clocks: list[JsonValue] = [{"clock": clock.value, **_term_definition(term)} for clock, term in rules.clocks]
    return {
        "name": rules.name,
        "version": rules.version,
        "zh": rules.zh,
        "basis": rules.basis,
        "effective_from": rules.effective_from.isoformat(),
        "extensions_allowed": rules.extensions_allowed,
        "reviews_allowed": rules.reviews_allowed,
        "withdrawal": _term_definition(rules.withdrawal),
        "clocks": clocks,
    }


def shipped_objection() -> dict[str, JsonValue]:
    """Read the definition that comes with Kesu; `parse_objection` has taken it."""
    source = files("ledger.rules") / "objection" / "default.toml"
    return objection_definition(parse_objection(tomllib.loads(source.read_text("utf-8"))))


def _term_definition(term: ClockTerm) -> dict[str, JsonValue]:
    extended: dict[str, JsonValue] = {} if term.extended_to is None else {"extended_to": term.extended_to}
    return {"working_days": term.working_days, **extended, "confirmed": term.confirmed, "source": term.source}


def _term(parts: Mapping[str, JsonValue], path: str) -> ClockTerm:
    days = read_whole(parts["working_days"], f"{path}.working_days", 1, MAX_WORKING_DAYS - 1)
    extended = read_whole(parts.get("extended_to", days + 1), f"{path}.extended_to", days + 1, MAX_WORKING_DAYS)
    confirmed, source = read_flag(parts["confirmed"], f"{path}.confirmed"), read_text(parts["source"], f"{path}.source")
    return ClockTerm(days, confirmed, source, extended if "extended_to" in parts else None)


def _clock(value: JsonValue, path: str) -> tuple[ObjectionClock, ClockTerm]:
    parts = read_members(value, path, (*_TERM, "clock"), ("extended_to",))
    return read_choice(parts["clock"], f"{path}.clock", ObjectionClock), _term(parts, path)


def _refuse_disorder(what: str, start: date | None, steps: Iterable[date | None]) -> None:
    """Refuse a step that lies before the one it follows, or that follows one which has not happened."""
    previous = start
    for step in steps:
        if step is not None and (previous is None or step < previous):
            raise StepRefused(f"cannot be {what} on {step}: a step before it has not happened by that day")
        previous = step
