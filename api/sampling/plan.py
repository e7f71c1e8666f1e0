"""The plan of a sample: cases begin day by day, and whichever step of an open case is due next is taken next.

What is kept is a heap with one generator for each open case. New cases come as fast as the number of statements that is
wanted leaves room for beside the steps of those that are open, so that a sample of any size ends on its last day.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.sampling.case import Case, Course, Say, Values, World
from api.sampling.cast import Company, company, reserved_company
from api.sampling.courses import COURSES, CaseCourse
from api.sampling.days import DAY, midnight, next_open, open_days, open_instant
from api.sampling.dice import Dice
from api.sampling.showcases import SHOWCASES
from ledger.rulebook.book import rule_definition, rule_name
from ledger.rulebook.calendar_year import CalendarYear
from verify.statement_type import StatementType

_MORNING: Final = 8
_NOON: Final = 12
_SMOOTHING: Final = 4
"""The estimate of how many steps the open cases take in a day moves by one part in so many, each day."""


_ROOM_FOR_SHOWCASES: Final = 300
"""Statements of a sample in which the rarer cases do not push out all others."""


@dataclass(frozen=True, slots=True)
class Scope:
    """How large a sample is: the statements that people make, and the first and last day."""

    statements: int
    first: date
    last: date


def published_on(calendar: CalendarYear) -> date:
    """The day on which the ledger learns of a year: just before it, when deadlines run into it already."""
    return next_open(date(calendar.year - 1, 12, 29))


class Plan:
    """The steps of all cases in the order of their instants. A plan is read once."""

    def __init__(self, world: World, scope: Scope) -> None:
        """Nothing is made up before it is asked for."""
        self._world = world
        self._scope = scope
        self._dice = Dice(world.seed, "arrivals")
        self._waiting: list[tuple[datetime, int, Course[None]]] = []
        self._numbers = 0
        self._taken = 0
        self._wait(midnight(scope.first), self._arrivals())
        self._wait(midnight(scope.first), self._calendars())
        for day, course in SHOWCASES if scope.statements >= _ROOM_FOR_SHOWCASES else ():
            if scope.first <= day <= scope.last:
                self._begin(open_instant(next_open(day), self._dice), course)

    @property
    def open_cases(self) -> int:
        """Cases that wait for their next step."""
        return len(self._waiting)

    def steps(self) -> Iterator[Say]:
        """Every step until the last day is over."""
        end = midnight(self._scope.last + DAY)
        while self._waiting and self._waiting[0][0] < end:
            _at, number, course = heapq.heappop(self._waiting)
            for step in course:
                if isinstance(step, datetime):
                    heapq.heappush(self._waiting, (step, number, course))
                    break
                self._taken += 1
                yield step

    def _wait(self, at: datetime, course: Course[None]) -> None:
        heapq.heappush(self._waiting, (at, self._numbers, course))
        self._numbers += 1

    def _begin(self, at: datetime, course: CaseCourse, party: Company | None = None) -> None:
        """Begin a case; without a party the company stands in no other case."""
        number = self._numbers
        self._wait(at, course(Case(self._world, number, at, party or reserved_company(2 * number))))

    def _arrivals(self) -> Course[None]:
        """New cases, spread over the working days and over the hours of each."""
        days = list(open_days(self._scope.first, self._scope.last))
        begun, before, usual = 0, 0, 0
        for place, day in enumerate(days, 1):
            yield midnight(day, _MORNING)
            usual += (_SMOOTHING * (self._taken - before - begun) - usual) // _SMOOTHING
            before = self._taken
            begun = max(0, self._scope.statements * place // len(days) - self._taken - usual // _SMOOTHING)
            for part in range(begun):
                at = open_instant(day, self._dice, part, begun)
                yield at
                # The lower a number, the more often it is drawn: some companies have many records.
                party = company(1 + self._dice.below(1 + self._dice.below(self._world.companies)))
                self._begin(at, self._dice.weighed(COURSES), party)

    def _calendars(self) -> Course[None]:
        """Each year's calendar, when the year before it ends."""
        platform = self._world.cast.platform
        for calendar in sorted(self._world.law.book.of(CalendarYear), key=lambda year: year.year):
            day = published_on(calendar)
            if day > self._scope.first:
                at = midnight(day, _NOON)
                yield at
                about: Values = {"rules": {"name": rule_name(calendar), "version": calendar.version}}
                yield Say(at, StatementType.RULES_PUBLISHED, about, {"definition": rule_definition(calendar)}, platform)
