"""The result file: what became of each row of a table, one line a row, for people and for the system it came from.

It says nothing of what stands in the row: number and line lead there.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from api.gateway.tray import write_durably
from api.importer.outcome import RowFault

COLUMNS: Final = ("row", "line", "outcome", "entries", "receipts", "field", "rule", "fix")
_SEPARATOR: Final = "; "


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    """This table brought it into the log."""
    REPEATED = "repeated"
    """The log had it before."""
    REFUSED = "refused"
    """It, or one of its steps, is not in the log."""


@dataclass(frozen=True, slots=True)
class ResultLine:
    """One row's end."""

    row: int
    line: int
    outcome: Outcome
    entries: tuple[int, ...] = ()
    receipts: tuple[str, ...] = ()
    """Relative to the result file."""
    field: str = ""
    rule: str = ""
    fix: str = ""

    def cells(self) -> tuple[object, ...]:
        """The cells, in the order of `COLUMNS`."""
        entries, receipts = _SEPARATOR.join(map(str, self.entries)), _SEPARATOR.join(self.receipts)
        return (self.row, self.line, self.outcome.value, entries, receipts, self.field, self.rule, self.fix)


def fault_texts(fault: RowFault, mend_in: str) -> tuple[str, str, str]:
    """Field, rule and fix of a refused row; each thing once, in the order found."""
    fixes = (problem.fix or f"mend it in {mend_in} and put that file into the inbox" for problem in fault.problems)
    rules = (f"{problem.column} {problem.reason}".lstrip() for problem in fault.problems)
    return fault.field, _SEPARATOR.join(dict.fromkeys(rules)), _SEPARATOR.join(dict.fromkeys(fixes))


def write_result(path: Path, lines: Iterable[ResultLine]) -> None:
    """Write the result of a whole table, as spreadsheet programs like it: it appears whole or not at all."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(line.cells() for line in lines)
    write_durably(path, text.getvalue().encode("utf-8-sig"))


def recorded_rows(path: Path) -> Iterator[int]:
    """The numbers of the rows of a result of which something is in the log."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        for cells in csv.DictReader(file):
            if cells["entries"]:
                yield int(cells["row"])
