"""公示规则 (publicity rules): whether a record of dishonesty is shown and why, until when, and when it can be repaired.

The class (轻微、一般、严重) is given by the determining unit (失信信息认定单位); the software only proposes one.
Periods are counted from the day of the determining document, never from the day of publication (令第36号). What could
not be confirmed in a rule is named in its `unconfirmed`, and every outcome carries that along.

Not here: the state of a record (修复, 屏蔽, 撤销), which ends or hides its publicity whatever follows from the class,
and the masking of single fields, which is the catalogue's.

Errors: reading raises `DefinitionFault`, a day without rules `NotInForce`, an end out of bounds `EndOutOfBounds`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique

from ledger.rulebook.calendar import calendar_deadline
from ledger.rulebook.publicity_rules import (
    MAX_MONTHS,
    ClassRule,
    DishonestyClass,
    PublicityRules,
    SummaryProcedure,
    WithheldReason,
    parse_publicity,
    publicity_definition,
    severity,
    shipped_publicity,
)

__all__ = [
    "MAX_MONTHS",
    "ClassRule",
    "DishonestyClass",
    "EndOutOfBounds",
    "NotInForce",
    "Publicity",
    "PublicityFacts",
    "PublicityReason",
    "PublicityRules",
    "SectorRule",
    "SummaryProcedure",
    "Withheld",
    "WithheldReason",
    "parse_publicity",
    "propose_class",
    "publicity_definition",
    "publicity_of",
    "publicity_rules_on",
    "shipped_publicity",
]


class NotInForce(ValueError):
    """No rules are in force on the day, or other ones than those given."""


class EndOutOfBounds(ValueError):
    """The end that the determining unit chose is not between the shortest and the longest period."""


@unique
class PublicityReason(StrEnum):
    """公示或者不予公示的理由 (why a record is shown, or not)."""

    SHOWN_BY_CLASS = "shown-by-class"
    SHOWN_BY_NEED = "shown-by-need"
    """确有必要公示: a class that is not shown in principle, and the recorded need to show the record."""
    CONTINUED_BY_SECTOR = "continued-by-sector"
    """届满但未纠正: a rule of the sector shows it beyond the longest period."""
    WITHHELD = "withheld"
    ITEM_RESTRICTED = "item-restricted"
    SUMMARY_PROCEDURE = "summary-procedure"
    """简易程序."""
    CLASS_MISSING = "class-missing"
    """The determining unit has not given the class yet."""
    CLASS_NOT_SHOWN = "class-not-shown"


@dataclass(frozen=True, slots=True)
class Withheld:
    """不予公开 (withheld): the reason and the text that must be recorded with it."""

    reason: WithheldReason
    text: str


@dataclass(frozen=True, slots=True)
class SectorRule:
    """行业主管部门有关规定 (rule of a sector) that continues publicity where obligations are unmet at the maximum."""

    citation: str
    until: date | None = None
    """The last day by that rule; None: until the obligations are performed."""


@dataclass(frozen=True, slots=True)
class PublicityFacts:
    """公示事实 (what publicity follows from)."""

    given_class: DishonestyClass | None
    """What the determining unit gave; never what was proposed."""
    determined_on: date
    """认定文书之日 (day of the determining document)."""
    item_public: bool
    withheld: Withheld | None = None
    summary_procedure: bool = False
    need: str | None = None
    """确有必要: why the sector department shows a class that is not shown in principle."""
    chosen_end: date | None = None
    unmet_at_maximum: bool = False
    longer_by_sector: SectorRule | None = None


@dataclass(frozen=True, slots=True)
class Publicity:
    """公示 (publicity): the outcome, with the rule that it rests on.

    The periods stand whether the record is shown or not: what is not shown is shared and used, and can be repaired.
    """

    shown: bool
    reason: PublicityReason
    citation: str
    note: str | None
    """The text recorded for the reason: of the secrecy gate or of the need."""
    determined_on: date
    earliest_repair_on: date | None
    """The last day of the shortest period, on which it is reached 达到; None: no class was given."""
    longest_on: date | None
    """The last day of the longest period; None: there is none."""
    ends_on: date | None
    """The last day shown; None: not shown, or (continued by the sector) until the obligations are performed."""
    rule: str
    version: int
    unconfirmed: tuple[str, ...]
    """Keys of the rule whose value is a default from memory, those of the class with its name (`serious.sectors`)."""

    def shown_on(self, day: date) -> bool:
        """Say whether the record is shown on a day, as far as that follows from the class and the periods."""
        return self.shown and self.determined_on <= day and (self.ends_on is None or day <= self.ends_on)


def publicity_rules_on(generations: Iterable[PublicityRules], day: date) -> PublicityRules:
    """Find the newest version of the rules in force on a day; raises `NotInForce`."""
    in_force = [rules for rules in generations if rules.effective_from <= day]
    if not in_force:
        raise NotInForce(f"no publicity rules are in force on {day}")
    return max(in_force, key=lambda rules: (rules.effective_from, rules.version))


def propose_class(
    rules: PublicityRules, penalty_kinds: Collection[str], *, summary_procedure: bool, sector: str | None = None
) -> DishonestyClass | None:
    """Propose a class to the determining unit, or None: the unit must say it without a proposal.

    Of several kinds the most serious counts. A kind without a class leaves the proposal open, since it could be the
    most serious one; and a summary procedure that imposed more than it may is a contradiction.
    """
    if summary_procedure:
        return rules.summary_procedure.proposes if rules.summary_procedure.allows(penalty_kinds) else None
    known = {kind: rule.dishonesty_class for rule in rules.classes for kind in rule.kinds}
    found = [known[kind] for kind in penalty_kinds if kind in known]
    highest = max(found, key=severity, default=None)
    if highest is DishonestyClass.SERIOUS:
        return highest
    if highest is None or len(found) < len(penalty_kinds):
        return None
    raised = [rule.dishonesty_class for rule in rules.classes if sector in rule.sectors]
    return max([highest, *raised], key=severity) if highest is not DishonestyClass.MINOR else highest


def publicity_of(rules: PublicityRules, facts: PublicityFacts) -> Publicity:
    """Say whether a record is shown, why, and what its periods are.

    Raises `EndOutOfBounds` for a chosen end that the class does not allow, `BeyondCalendar` past the last day of dates.
    """
    rule = None if facts.given_class is None else rules.of(facts.given_class)
    earliest = None if rule is None else _after(facts.determined_on, rule.shortest_months) or facts.determined_on
    longest = None if rule is None else _after(facts.determined_on, rule.longest_months)
    if facts.chosen_end is not None and (
        earliest is None or longest is None or not earliest <= facts.chosen_end <= longest
    ):
        raise EndOutOfBounds(f"{facts.chosen_end} is not between {earliest} and {longest}")
    shown, reason, citation, note = _reason(rules, rule, facts)
    ends = facts.chosen_end or longest if shown else None
    sector = facts.longer_by_sector if facts.unmet_at_maximum else None
    # A record whose publicity the unit let end earlier is not shown at the maximum: there is nothing to continue.
    if sector is not None and ends is not None and ends == longest:
        reason, citation = PublicityReason.CONTINUED_BY_SECTOR, sector.citation
        ends = None if sector.until is None else max(ends, sector.until)
    return Publicity(
        shown=shown,
        reason=reason,
        citation=citation,
        note=note,
        determined_on=facts.determined_on,
        earliest_repair_on=earliest,
        longest_on=longest,
        ends_on=ends,
        rule=rules.name,
        version=rules.version,
        unconfirmed=rules.unconfirmed + (() if rule is None else _named(rule)),
    )


_Reason = tuple[bool, PublicityReason, str, str | None]


def _reason(rules: PublicityRules, rule: ClassRule | None, facts: PublicityFacts) -> _Reason:
    """Find what decides, in the order in which it is asked: the secrecy gate before everything else."""
    if facts.withheld is not None:
        law = dict(rules.withholding)[facts.withheld.reason]
        return False, PublicityReason.WITHHELD, law, facts.withheld.text
    if facts.summary_procedure and rules.summary_procedure.never_shown:
        return False, PublicityReason.SUMMARY_PROCEDURE, rules.summary_procedure.citation, None
    if rule is None or not facts.item_public:
        missing = PublicityReason.CLASS_MISSING if facts.item_public else PublicityReason.ITEM_RESTRICTED
        return False, missing, rules.basis, None
    if not rule.shown and (facts.need is None or rule.longest_months is None):
        return False, PublicityReason.CLASS_NOT_SHOWN, rule.citation, None
    if not rule.shown:
        return True, PublicityReason.SHOWN_BY_NEED, rule.citation, facts.need
    return True, PublicityReason.SHOWN_BY_CLASS, rule.citation, None


def _named(rule: ClassRule) -> tuple[str, ...]:
    return tuple(f"{rule.dishonesty_class}.{key}" for key in rule.unconfirmed)


def _after(start: date, months: int | None) -> date | None:
    return None if months is None else calendar_deadline(start, months=months)
