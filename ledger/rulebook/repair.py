"""信用修复 (credit repair): which conditions are met and since when, by the rules of the day of the application.

谁认定、谁修复: only the determining unit (失信信息认定单位) accepts and decides; what is found here lets an application
in and shows what is missing. The shortest period is that of the publicity rules which the repair rules name, so that
both are of one generation.

志愿服务、慈善捐助 (S004, R79) are supplementary evidence: kept, shown, and never a condition or a substitute for one.

Errors: reading raises `DefinitionFault`, a day or publicity of another generation `NotInForce`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum, unique
from typing import Final

from ledger.rulebook.calendar import Deadline, WorkingCalendar, calendar_deadline
from ledger.rulebook.publicity import NotInForce, Publicity
from ledger.rulebook.repair_rules import (
    MAX_CLOCK,
    Ban,
    ConditionRule,
    RepairClocks,
    RepairCondition,
    RepairRules,
    parse_repair,
    repair_definition,
    shipped_repair,
)

__all__ = [
    "MAX_CLOCK",
    "Abuse",
    "AbuseKind",
    "ApplicationDeadlines",
    "AssessedCondition",
    "Assessment",
    "Ban",
    "Bar",
    "ConditionRule",
    "NotInForce",
    "OtherCondition",
    "RepairClocks",
    "RepairCondition",
    "RepairFacts",
    "RepairRules",
    "application_deadlines",
    "assess",
    "bar_after",
    "parse_repair",
    "repair_definition",
    "rules_on",
    "shipped_repair",
]

_DAY: Final = timedelta(days=1)


@unique
class AbuseKind(StrEnum):
    """失信修复行为 (abuse of repair): what restores the record and bars the subject for a time."""

    FALSE_MATERIAL = "false-material"
    """提供虚假材料."""
    UNTRUE_COMMITMENT = "untrue-commitment"
    """信用承诺严重不实."""
    BROKEN_COMMITMENT = "broken-commitment"
    """故意不履行承诺."""


@dataclass(frozen=True, slots=True)
class Abuse:
    """失信修复行为 (abuse of repair), as the determining unit found it."""

    kind: AbuseKind
    found_on: date


@dataclass(frozen=True, slots=True)
class Bar:
    """不得申请信用修复 (bar): until which day, and by which rule."""

    abuse: Abuse
    until: date
    """The last day without an application."""
    citation: str
    rule: str
    version: int
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OtherCondition:
    """其他条件 (other condition of law): its text, the law, and the day it was or will be met, None if unknown."""

    text: str
    citation: str
    met_on: date | None


@dataclass(frozen=True, slots=True)
class RepairFacts:
    """修复事实 (what repair follows from); a day that is not known is None, and a day ahead is one that is certain."""

    corrected_on: date | None
    """纠正失信行为."""
    performed_on: date | None
    """完全履行义务: the day of the last of them."""
    committed_on: date | None
    """公开作出信用承诺."""
    other: tuple[OtherCondition, ...] = ()
    bar: Bar | None = None
    irreparable: str | None = None
    """不可修复: the law, or policy document of the centre, that rules repair out (第二条)."""
    supplementary: tuple[str, ...] = ()
    """补充证明 (志愿服务、慈善捐助): never looked at by `assess`."""


@dataclass(frozen=True, slots=True)
class AssessedCondition:
    """条件及其状态 (condition with its state)."""

    rule: ConditionRule
    met: bool
    met_on: date | None
    """The day it was or will be met; None: nobody can know."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """修复条件审查 (assessment) of one day, with the rule that it rests on."""

    on: date
    conditions: tuple[AssessedCondition, ...]
    """In the order of the rule."""
    bar: Bar | None
    """The bar that holds on the day; None: there is none, or it has ended."""
    irreparable: str | None
    may_apply: bool
    earliest_on: date | None
    """The first day on which all holds as far as it is known; the rules of that day may be other ones."""
    rule: str
    version: int
    unconfirmed: tuple[str, ...]
    """What rests on a default from memory, in the repair rules and in the publicity rules."""


@dataclass(frozen=True, slots=True)
class ApplicationDeadlines:
    """办理期限 (deadlines of an application), each of which can be computed again."""

    push: Deadline
    accept: Deadline
    decide: Deadline
    extended: Deadline | None
    """案情复杂或需核查: the decision, where it was extended; None: the rule knows no extension."""
    rule: str
    version: int
    unconfirmed: tuple[str, ...]
    """Clocks whose number is a default from memory."""


def rules_on(generations: Iterable[RepairRules], application_day: date) -> RepairRules:
    """Find the newest version of the rules in force on the day of the application; raises `NotInForce`."""
    in_force = [rules for rules in generations if rules.in_force(application_day)]
    if not in_force:
        raise NotInForce(f"no repair rules are in force on {application_day}")
    return max(in_force, key=lambda rules: (rules.effective_from, rules.version))


def bar_after(rules: RepairRules, abuse: Abuse) -> Bar:
    """Find the bar that abuse brings, by the rules of the day it was found; raises `NotInForce` for other rules."""
    _require_in_force(rules, abuse.found_on)
    until = calendar_deadline(abuse.found_on, months=rules.ban.months)
    return Bar(abuse, until, rules.ban.citation, rules.name, rules.version, rules.ban.unconfirmed)


def assess(rules: RepairRules, publicity: Publicity, facts: RepairFacts, on: date) -> Assessment:
    """Assess the conditions on a day, that of the application or the one on which somebody asks.

    Raises `NotInForce` when the rules are not those of the day, or the publicity is not of the generation they name.
    """
    _require_in_force(rules, on)
    if publicity.rule != rules.publicity:
        raise NotInForce(f"repair by {rules.name} needs publicity by {rules.publicity}, not by {publicity.rule}")
    conditions = tuple(_assessed(rule, publicity, facts, on) for rule in rules.conditions)
    earliest = None if facts.irreparable is not None else _latest([each.met_on for each in conditions])
    if facts.bar is not None and earliest is not None:
        earliest = max(earliest, facts.bar.until + _DAY) if facts.bar.until < date.max else None
    return Assessment(
        on=on,
        conditions=conditions,
        bar=facts.bar if facts.bar is not None and on <= facts.bar.until else None,
        irreparable=facts.irreparable,
        may_apply=earliest is not None and earliest <= on,
        earliest_on=earliest,
        rule=rules.name,
        version=rules.version,
        unconfirmed=(
            *(f"repair.{key}" for key in rules.unconfirmed),
            *(f"publicity.{key}" for key in publicity.unconfirmed),
        ),
    )


def application_deadlines(
    rules: RepairRules, calendar: WorkingCalendar, applied_on: date, pushed_on: date | None = None
) -> ApplicationDeadlines:
    """Find the deadlines of an application; raises `NotInForce` when the rules are not those of its day.

    Until the push is known, acceptance is counted from the last day for it: in working days that is the sum of both.
    """
    _require_in_force(rules, applied_on)
    clocks = rules.clocks
    if pushed_on is None:
        accept = calendar.working_deadline(applied_on, clocks.push + clocks.accept)
    else:
        accept = calendar.working_deadline(pushed_on, clocks.accept)
    further = clocks.extension
    return ApplicationDeadlines(
        push=calendar.working_deadline(applied_on, clocks.push),
        accept=accept,
        decide=calendar.working_deadline(applied_on, clocks.decide),
        extended=None if further is None else calendar.working_deadline(applied_on, clocks.decide + further),
        rule=rules.name,
        version=rules.version,
        unconfirmed=clocks.unconfirmed,
    )


def _require_in_force(rules: RepairRules, day: date) -> None:
    if not rules.in_force(day):
        raise NotInForce(f"version {rules.version} of {rules.name} is not in force on {day}")


def _assessed(rule: ConditionRule, publicity: Publicity, facts: RepairFacts, on: date) -> AssessedCondition:
    met_on = {
        RepairCondition.SHORTEST_PERIOD: publicity.earliest_repair_on,
        RepairCondition.CORRECTED: _latest([facts.corrected_on, facts.performed_on]),
        RepairCondition.COMMITMENT: facts.committed_on,
        # Where no law asks for more, nothing is outstanding and never was.
        RepairCondition.OTHER: _latest([publicity.determined_on, *(each.met_on for each in facts.other)]),
    }[rule.condition]
    return AssessedCondition(rule, met_on is not None and met_on <= on, met_on)


def _latest(days: list[date | None]) -> date | None:
    """Find the last of the days; None when one of them is not known."""
    known = [day for day in days if day is not None]
    return max(known) if len(known) == len(days) else None
