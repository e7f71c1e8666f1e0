"""A case: what one record, and what follows from it, is led through; and the words for saying a step of it.

A course is a generator. It gives the instant at which it wants to be woken, or a step that is taken right then; so what
a step says is made up only when its day has come, and an open case is a generator and a few values.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TypeAlias, TypeVar

from api.sampling.cast import Bureau, Cast, Company, Office
from api.sampling.days import DAY, beijing_date, next_open, open_instant, working_days_after, working_days_before
from api.sampling.dice import Dice
from ledger.catalogue import CatalogueItem, parse_item, shipped_definitions
from ledger.rulebook.book import Rulebook, shipped_rules
from ledger.rulebook.lists import ListingPeriod, ListStandard, listing_period
from ledger.rulebook.objection import ObjectionRules
from ledger.subjects import Subject, subject_value
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import uuid7

Values: TypeAlias = dict[str, JsonValue]

_Result = TypeVar("_Result")

_CLERKS = 40
_SOONEST_SECONDS, _LATEST_SECONDS = 40, 1500
"""Between two steps of one day."""


@dataclass(frozen=True, slots=True)
class Say:
    """A step: what `by` says at this instant."""

    at: datetime
    kind: StatementType
    about: Mapping[str, JsonValue]
    values: Mapping[str, JsonValue]
    by: Office


Course: TypeAlias = Generator[datetime | Say, None, _Result]


class Law:
    """The shipped catalogue and rules, of which a sample uses the newest versions."""

    def __init__(self) -> None:
        """Read them."""
        self.items = {item.item: item for item in map(parse_item, shipped_definitions())}
        book = Rulebook()
        for rule in shipped_rules():
            book = book.with_rule(rule)
        self.book = book

    @property
    def objections(self) -> ObjectionRules:
        """The clocks of objections."""
        return max(self.book.of(ObjectionRules), key=lambda rules: rules.version)

    def reference(self, name: str) -> dict[str, JsonValue]:
        """`about.rules` of the newest version."""
        rule = self.book.latest(name)
        if rule is None:
            raise KeyError(name)
        return {"name": name, "version": rule.version}


@dataclass(slots=True)
class World:
    """What all cases of a sample share."""

    seed: int
    cast: Cast
    law: Law
    companies: int
    bars: dict[str, date] = field(default_factory=dict)
    """The last day on which a subject, by its code, may not apply for repair."""

    def office(self, bureau: Bureau) -> Office:
        """The office of a bureau."""
        return self.cast.offices[bureau]

    def bar(self, code: str, until: date, today: date) -> None:
        """Bar a subject from repair; bars that are over are forgotten."""
        self.bars = {each: last for each, last in self.bars.items() if last >= today}
        self.bars[code] = max(until, self.bars.get(code, until))


@dataclass(slots=True)
class Dossier:
    """案卷: a record as its case knows it."""

    id: str
    item: CatalogueItem
    office: Office
    subject: Subject
    values: Values
    decided_on: date
    terms: Values | None = None
    """What was determined about its publicity."""
    standard: ListStandard | None = None
    """Of the list that it is an entry of."""
    cases: tuple[str, ...] = ()
    """列入情形, codes of the standard."""
    prolonged_by: int = 0
    ended: bool = False

    @property
    def about(self) -> Values:
        """`about` of most statements on it."""
        return {"record": self.id}

    @property
    def catalogue(self) -> Values:
        """`about` of statements that carry its fields."""
        return {"catalogue": {"item": self.item.item, "version": self.item.version}, "record": self.id}

    @property
    def period(self) -> ListingPeriod | None:
        """How long it stands as an entry of a list."""
        if self.standard is None:
            return None
        return listing_period(self.standard, self.decided_on, self.cases, self.prolonged_by)

    @property
    def committed(self) -> Values:
        """Its subject and fields, as a statement commits to them."""
        return {
            "subject": dict(subject_value(self.subject)),
            **{f"data/{code}": value for code, value in self.values.items()},
        }


class Case:
    """One case on its way: its own chance, the instant it has come to, and its latest act."""

    __slots__ = ("_acted_on", "at", "company", "dice", "number", "today", "world")

    def __init__(self, world: World, number: int, at: datetime, company: Company) -> None:
        """A case that begins at an instant within office hours."""
        self.world = world
        self.number = number
        self.at = at
        self.company = company
        self.dice = Dice(world.seed, "case", number)
        self.today = beijing_date(at)
        self._acted_on = self.today

    # ---- waiting -------------------------------------------------------------------------------------------------

    def soon(self) -> datetime:
        """Later on the same day."""
        self.at += timedelta(seconds=self.dice.between(_SOONEST_SECONDS, _LATEST_SECONDS))
        self.today = beijing_date(self.at)
        return self.at

    def on(self, day: date) -> datetime:
        """On a day, or the first working day after it; never back."""
        day = next_open(day)
        if day <= self.today:
            return self.soon()
        self.at, self.today = open_instant(day, self.dice), day
        return self.at

    def after(self, first: int, last: int) -> datetime:
        """So many days later, on a working day."""
        return self.on(self.today + self.dice.between(first, last) * DAY)

    def working(self, first: int, last: int) -> datetime:
        """So many working days later."""
        return self.on(working_days_after(self.today, self.dice.between(first, last)))

    def within(self, working_days: int, late: float = 4) -> datetime:
        """Within a time limit, or, in `late` of a hundred cases, after it."""
        if self.dice.percent(late):
            return self.working(working_days + 2, working_days + 15)
        return self.working(0, working_days)

    # ---- saying --------------------------------------------------------------------------------------------------

    def new_id(self) -> str:
        """A fresh UUIDv7."""
        return uuid7(int(self.at.timestamp() * 1000), self.dice.bytes(10))

    def act(self, basis: str, reason: str, *, at_once: bool = False, **more: JsonValue) -> Values:
        """What a decision commits to. One in seven is recorded on the working day after it, unless `at_once`."""
        return {
            "on": self._done_on(at_once=at_once).isoformat(),
            "operator": self._clerk(),
            "basis": basis,
            "reason": reason,
            "evidence": self._evidence(1, 2),
            **more,
        }

    def plea(self, claim: str, *, at_once: bool = False, **more: JsonValue) -> Values:
        """What a subject says; recorded like an act."""
        on = self._done_on(at_once=at_once).isoformat()
        return {"on": on, "operator": self._clerk(), "claim": claim, "evidence": self._evidence(0, 2), **more}

    def say(
        self, kind: StatementType, by: Office, about: Mapping[str, JsonValue], values: Mapping[str, JsonValue]
    ) -> Say:
        """Say it now."""
        return Say(self.at, kind, about, values, by)

    def _done_on(self, *, at_once: bool) -> date:
        if not at_once and self.dice.percent(14):
            self._acted_on = max(self._acted_on, working_days_before(self.today, 1))
        else:
            self._acted_on = self.today
        return self._acted_on

    def _clerk(self) -> str:
        return f"测试经办人{self.dice.between(1, _CLERKS):02d}"

    def _evidence(self, fewest: int, most: int) -> list[JsonValue]:
        return [self.dice.bytes(32).hex() for _ in range(self.dice.between(fewest, most))]
