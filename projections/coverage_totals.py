"""汇总 (totals): the rows of coverage added up by department, by item, by period, and all together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique

from projections.coverage import CoverageRow, Figures
from projections.immediate import YearOfImmediate, immediate_years
from projections.period import Grain, Month


@unique
class Level(StrEnum):
    """层级 (level): what a line adds up. Lines of one level add up to the total; those of two count things twice."""

    DETAIL = "detail"
    """One department, item and period."""
    DEPARTMENT = "department"
    """All items of a department in a period."""
    ITEM = "item"
    """An item in a period, whichever department."""
    PERIOD = "period"
    """Everything in a period."""
    TOTAL = "total"
    """Everything."""


@dataclass(frozen=True, slots=True)
class Line:
    """汇总行 (line); None: all of them."""

    level: Level
    issuer: str | None
    item: str | None
    period: str | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class Selection:
    """Which rows to add up; None: all."""

    issuer: str | None = None
    item: str | None = None
    first: Month | None = None
    last: Month | None = None

    @property
    def whole_years(self) -> bool:
        """Say whether no year is cut short."""
        begins = self.first is None or self.first.number == 1
        return begins and (self.last is None or self.last.following.number == 1)

    def has(self, row: CoverageRow) -> bool:
        """Say whether a row is asked for."""
        first, last = self.first or row.month, self.last or row.month
        return self.concerns(row) and first <= row.month <= last

    def concerns(self, row: CoverageRow) -> bool:
        """Say whether a row is asked for, whatever its month: growth is measured from a base year."""
        return self.issuer in {None, row.issuer} and self.item in {None, row.item}


def lines_of(rows: Iterable[CoverageRow], grain: Grain) -> tuple[Line, ...]:
    """Every line, details first, each level in the order of departments, items and periods."""
    sums: dict[tuple[Level, str | None, str | None, str | None], Figures] = {}
    for row in rows:
        for key in _keys(row, row.month.within(grain)):
            sums[key] = sums.get(key, Figures()) + row.figures
    order = {level: rank for rank, level in enumerate(Level)}
    ordered = sorted(sums, key=lambda key: (order[key[0]], key[1] or "", key[2] or "", key[3] or ""))
    return tuple(Line(*key, sums[key]) for key in ordered)


def years_of(rows: Iterable[CoverageRow], selection: Selection, this_year: int) -> tuple[YearOfImmediate, ...]:
    """即时归集 of each department by year, from its first year on: a range of months does not cut the base year off."""
    concerned = (row for row in rows if selection.concerns(row))
    return immediate_years(((row.issuer, row.month.year, row.figures.immediate) for row in concerned), this_year)


def _keys(row: CoverageRow, period: str) -> Iterator[tuple[Level, str | None, str | None, str | None]]:
    yield Level.DETAIL, row.issuer, row.item, period
    yield Level.DEPARTMENT, row.issuer, None, period
    yield Level.ITEM, None, row.item, period
    yield Level.PERIOD, None, None, period
    yield Level.TOTAL, None, None, None
