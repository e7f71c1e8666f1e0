"""即时归集 (immediate collection): counted by year, and held against the goal of growth, S000 L26."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from ledger.domain.state import CreditRecord
from projections.share import Share


@dataclass(frozen=True, slots=True)
class Immediate:
    """What counts as immediate, to be printed beside every number that rests on it."""

    within_days: int
    zh: str
    en: str


IMMEDIATE: Final = Immediate(
    within_days=1,
    zh="即时归集：自作出决定之日起24小时内入账；决定只载明日期，故以决定当日或次日（自然日）入账计。政策文件未作定义，本平台默认，可配置",
    en="recorded within 24 hours of the decision; a decision names a day, so on that day or on the next calendar day. "
    "No policy document defines it: default of this platform, configurable",
)
"""S000 L26 names 即时归集 and does not say what it is. All statements come by interface: no further condition."""


@dataclass(frozen=True, slots=True)
class Goal:
    """目标 (goal): average yearly growth of so much at least."""

    growth: Share
    zh: str


GROWTH_GOAL: Final = Goal(
    Share(30, 100), zh="北京市加强企业信用体系建设第二阶段行动计划（2016—2018年）：即时归集数量年均增长率不低于30%"
)
"""S000 L26."""


@unique
class GoalState(StrEnum):
    """目标完成情况: whether the average growth since the base year reaches the goal."""

    MET = "met"
    NOT_MET = "not-met"
    NO_BASE = "no-base-year"
    """No year before this one had any."""
    YEAR_RUNNING = "year-running"
    """The year is not over, and may still reach it."""


@dataclass(frozen=True, slots=True)
class YearOfImmediate:
    """即时归集年度情况: one department's year, by the day of the decisions."""

    issuer: str
    year: int
    immediate: int
    before: int
    """The year before."""
    base_year: int | None
    """基年: the first year with any; None: there was none before this one."""
    goal: GoalState

    @property
    def growth(self) -> Share | None:
        """Growth over the year before, below zero where it fell; None where that year had none."""
        return Share(self.immediate - self.before, self.before) if self.before else None


def is_immediate(state: CreditRecord, rule: Immediate = IMMEDIATE) -> bool:
    """Say whether the record was collected at once; without a known day of decision nobody can say so."""
    if state.decided_on is None or state.filed_on is None:
        return False
    return (state.filed_on - state.decided_on).days <= rule.within_days


def immediate_years(
    counts: Iterable[tuple[str, int, int]], this_year: int, goal: Goal = GROWTH_GOAL
) -> tuple[YearOfImmediate, ...]:
    """Every year of every department up to `this_year`, from (issuer, year, how many), which are added up."""
    by_issuer: dict[str, dict[int, int]] = {}
    for issuer, year, count in counts:
        years = by_issuer.setdefault(issuer, {})
        years[year] = years.get(year, 0) + count
    return tuple(
        _year_of(issuer, year, years, this_year, goal)
        for issuer, years in sorted(by_issuer.items())
        for year in range(min(years), max(*years, this_year) + 1)
    )


def _year_of(issuer: str, year: int, years: Mapping[int, int], this_year: int, goal: Goal) -> YearOfImmediate:
    count = years.get(year, 0)
    base = min((each for each, known in years.items() if known and each < year), default=None)
    if base is None:
        state = GoalState.NO_BASE
    elif _reaches(count, years[base], year - base, goal):
        state = GoalState.MET
    else:
        state = GoalState.YEAR_RUNNING if this_year <= year else GoalState.NOT_MET
    return YearOfImmediate(issuer, year, count, years.get(year - 1, 0), base, state)


def _reaches(count: int, base: int, years: int, goal: Goal) -> bool:
    """年均增长率: whether ``count >= base * (1 + growth) ** years``, in whole numbers."""
    whole = goal.growth.whole
    reached, asked = count, base
    for _year in range(years):
        reached, asked = reached * whole, asked * (whole + goal.growth.part)
    return reached >= asked
