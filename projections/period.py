"""统计周期 (periods of statistics): months, and the quarters and years they belong to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique

from verify.errors import Malformed

_MONTH = re.compile(r"([12][0-9]{3})-(0[1-9]|1[0-2])", re.ASCII)
_MONTHS = 12
_QUARTER = 3


@unique
class Grain(StrEnum):
    """周期 (grain): by what figures are added up."""

    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """月 (month) of the calendar in Beijing."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month of a day."""
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str, part: str = "month") -> Month:
        """Read ``YYYY-MM``; raises `Malformed`, which names `part`."""
        found = _MONTH.fullmatch(text)
        if found is None:
            raise Malformed(part, "must be a month YYYY-MM")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    @property
    def following(self) -> Month:
        """The next month."""
        return Month(self.year + self.number // _MONTHS, self.number % _MONTHS + 1)

    def within(self, grain: Grain) -> str:
        """The period it belongs to: ``2026-11``, ``2026-Q4``, ``2026``; periods of one grain sort as texts."""
        match grain:
            case Grain.MONTH:
                return str(self)
            case Grain.QUARTER:
                return f"{self.year:04d}-Q{(self.number - 1) // _QUARTER + 1}"
            case Grain.YEAR:
                return f"{self.year:04d}"
