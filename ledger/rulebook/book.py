"""规则库 (rulebook): every version of every rule that was published, by name, and how each kind is read.

A rule is named ``<kind>/<name>``: ``calendar/2026``, ``sharing/catalogue``. Its versions count up by one from 1.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from operator import attrgetter
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, cast

from ledger.definition import refuse
from ledger.rulebook.calendar import WorkingCalendar
from ledger.rulebook.calendar_year import CalendarYear, calendar_definition, parse_calendar, shipped_calendars
from ledger.rulebook.lists import ListStandard, list_definition, parse_list, shipped_lists
from ledger.rulebook.objection import ObjectionRules, objection_definition, parse_objection, shipped_objection
from ledger.rulebook.publicity_rules import (
    PublicityRules,
    parse_publicity,
    publicity_definition,
    shipped_publicity,
)
from ledger.rulebook.repair_rules import RepairRules, parse_repair, repair_definition, shipped_repair
from ledger.rulebook.sharing import SharingCatalogue, parse_sharing, sharing_definition, shipped_sharing
from verify.strict import JsonValue

_Rule = TypeVar("_Rule")
_Answer = TypeVar("_Answer")

_UNASKED: Final = object()
_MOST_ANSWERS: Final = 100_000
"""What follows from a day and a class is a few hundred bytes, and most records are like many others in both."""

Rule: TypeAlias = CalendarYear | SharingCatalogue | PublicityRules | RepairRules | ObjectionRules | ListStandard


@unique
class RuleKind(StrEnum):
    """规则种类 (kind of rule)."""

    CALENDAR = "calendar"
    """工作日历: a year's holidays and make-up days."""
    SHARING = "sharing"
    """共享目录: who is given the records of which item."""
    PUBLICITY = "publicity"
    """公示规则: classes of dishonesty, and for how long each is shown."""
    REPAIR = "repair"
    """信用修复规则: conditions, clocks, and the bar after abuse."""
    OBJECTION = "objection"
    """异议处理规则: the clocks of an objection."""
    LIST = "list"
    """名单认定标准: who comes on a list, by which procedure, for how long."""


class _Reader(NamedTuple):
    of: type
    parse: Callable[[JsonValue], Any]
    write: Callable[[Any], dict[str, JsonValue]]
    name: Callable[[Any], str]
    shipped: Callable[[], tuple[dict[str, JsonValue], ...]]


_READERS: Mapping[RuleKind, _Reader] = {
    RuleKind.CALENDAR: _Reader(
        CalendarYear, parse_calendar, calendar_definition, lambda rule: str(rule.year), shipped_calendars
    ),
    RuleKind.SHARING: _Reader(
        SharingCatalogue, parse_sharing, sharing_definition, lambda _: "catalogue", lambda: (shipped_sharing(),)
    ),
    RuleKind.PUBLICITY: _Reader(
        PublicityRules, parse_publicity, publicity_definition, attrgetter("name"), shipped_publicity
    ),
    RuleKind.OBJECTION: _Reader(
        ObjectionRules,
        parse_objection,
        objection_definition,
        attrgetter("name"),
        lambda: (shipped_objection(),),
    ),
    RuleKind.LIST: _Reader(ListStandard, parse_list, list_definition, attrgetter("name"), shipped_lists),
    RuleKind.REPAIR: _Reader(RepairRules, parse_repair, repair_definition, attrgetter("name"), shipped_repair),
}


def parse_rule(name: str, definition: JsonValue) -> Rule:
    """Read the definition of the rule with this name; raises `DefinitionFault`."""
    kind = name.partition("/")[0]
    if kind not in set(RuleKind):
        refuse("$", f"There are no rules of kind {kind}.", f"The kinds are {', '.join(RuleKind)}.")
    rule: Rule = _READERS[RuleKind(kind)].parse(definition)
    if rule_name(rule) != name:
        refuse("$", f"This is the definition of {rule_name(rule)}.", "Publish it under its own name.")
    return rule


def rule_name(rule: Rule) -> str:
    """The name that a rule is published under."""
    kind = _kind(rule)
    return f"{kind.value}/{_READERS[kind].name(rule)}"


def rule_definition(rule: Rule) -> dict[str, JsonValue]:
    """The rule as plain JSON; the inverse of `parse_rule`."""
    return _READERS[_kind(rule)].write(rule)


def shipped_rules() -> tuple[Rule, ...]:
    """The rules that come with Kesu."""
    return tuple(reader.parse(definition) for reader in _READERS.values() for definition in reader.shipped())


def _kind(rule: Rule) -> RuleKind:
    return next(kind for kind, reader in _READERS.items() if isinstance(rule, reader.of))


@dataclass(frozen=True, slots=True)
class Rulebook:
    """The rules published so far; a value, so that readers never see half a change."""

    versions: Mapping[tuple[str, int], Rule] = field(default_factory=dict)
    calendar: WorkingCalendar = field(default_factory=lambda: WorkingCalendar.of(()))
    """The newest version of every year."""
    since: int = 0
    """The entry that published the last of them."""
    earlier: Rulebook | None = field(default=None, repr=False, compare=False)
    _kinds: dict[type, tuple[Any, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What `of` has answered: it is asked for every record, and looks through every rule."""
    _answers: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __reduce__(self) -> tuple[Callable[..., Rulebook], tuple[Any, ...]]:
        """Pickle what was published, one after the other: a chain of hundreds of books would be too deep."""
        published: list[tuple[Rule, int]] = []
        book = self
        while book.earlier is not None:
            published += [
                (book.versions[key], book.since) for key in book.versions.keys() - book.earlier.versions.keys()
            ]
            book = book.earlier
        return _published_again, (dict(book.versions), book.calendar, book.since, published[::-1])

    def with_rule(self, rule: Rule, seq: int = 0) -> Rulebook:
        """The rulebook after entry `seq` published one more."""
        calendar = self.calendar.with_year(rule) if isinstance(rule, CalendarYear) else self.calendar
        return Rulebook({**self.versions, (rule_name(rule), rule.version): rule}, calendar, seq, self)

    def before(self, seq: int) -> Rulebook:
        """The rules as entry `seq` found them: what was decided there keeps to them."""
        book = self
        while book.earlier is not None and book.since >= seq:
            book = book.earlier
        return book

    def latest(self, name: str) -> Rule | None:
        """The newest version of a rule."""
        numbers = [version for known, version in self.versions if known == name]
        return self.versions[name, max(numbers)] if numbers else None

    def of(self, kind: type[_Rule]) -> tuple[_Rule, ...]:
        """Every version of every rule of a kind."""
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = tuple(rule for rule in self.versions.values() if isinstance(rule, kind))
        return found

    def answer(self, question: Hashable, find: Callable[[], _Answer]) -> _Answer:
        """What `find` gives, asked once; it is a pure function of these rules and of `question`.

        Records are judged at every event, by a few rules, and most are alike in all that counts.
        """
        known = self._answers.get(question, _UNASKED)
        if known is not _UNASKED:
            return cast("_Answer", known)
        if len(self._answers) >= _MOST_ANSWERS:
            self._answers.clear()
        answer = self._answers[question] = find()
        return answer


def _published_again(
    versions: Mapping[tuple[str, int], Rule],
    calendar: WorkingCalendar,
    since: int,
    published: Sequence[tuple[Rule, int]],
) -> Rulebook:
    book = Rulebook(versions, calendar, since)
    for rule, seq in published:
        book = book.with_rule(rule, seq)
    return book
