"""The rows of a filled template as the importer takes them; what is wrong in how a cell was typed is found here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from api.importer.actions import Actions, Problem, RowFault, Taken
from api.importer.rows import SourceRow
from api.spreadsheet.reading import Cell, Row
from api.templates import wording
from api.templates.columns import Column, Kind, Own, Template, scheme_labels, separator
from api.templates.declared import mapping_of
from api.templates.returned import Returned
from ledger.codes import IdentifierScheme
from verify.canonical import canonical_json
from verify.strict import JsonValue

_SHORTENED: Final = re.compile(r"-?[0-9](?:\.[0-9]+)?[Ee]\+[0-9]+")
_EIGHT_DIGITS: Final = re.compile(r"[0-9]{8}")
_SERIAL: Final = re.compile(r"[0-9]{5,7}")
_FIRST_DAY: Final = date(1949, 10, 1)
"""A number that would be an earlier day is no day: 2026 is a year, not 18 July 1905."""


class FilledRows:
    """The rows of a file whose header has been checked; `problems` holds, by row, what is wrong in the cells."""

    def __init__(self, template: Template, returned: Returned) -> None:
        by_code = {column.code: column for column in template.columns}
        self._template = template
        self._returned = returned
        self._columns = {at: by_code[code] for at, code in returned.codes.items()}
        self._empty: dict[str, JsonValue] = {column.title: "" for column in template.columns[1:]}
        self._schemes = dict(scheme_labels(template.item))
        self.problems: dict[int, tuple[Problem, ...]] = {}
        self.filled = [row for row in returned.rows if self._says_something(row)]

    def __iter__(self) -> Iterator[SourceRow]:
        """Yield the rows; their numbers are those that the spreadsheet program shows."""
        for row in self.filled:
            typed: dict[str, str] = {}
            problems = list(self._merged(row.number))
            for at, cell in sorted(row.cells.items()):
                column = self._columns[at]
                if column.kind is not Kind.RESULT:
                    typed[column.code] = self._text(column, cell, problems)
            if problems:
                self.problems[row.number] = tuple(problems)
            written = canonical_json({code: text for code, text in typed.items() if text})
            yield SourceRow(row.number, row.number, self._named(typed), written=written)

    def _says_something(self, row: Row) -> bool:
        return any(
            (cell.text.strip() or cell.formula) and self._columns[at].kind is not Kind.RESULT
            for at, cell in row.cells.items()
        )

    def _merged(self, row: int) -> Iterator[Problem]:
        for merge in self._returned.merges:
            if merge.first_row <= row <= merge.last_row:
                touched = (self._columns.get(at) for at in range(merge.first_column, merge.last_column + 1))
                titles = [column.title for column in touched if column is not None]
                if titles:
                    yield Problem("cell", "、".join(titles), *wording.MERGED)

    def _text(self, column: Column, cell: Cell, problems: list[Problem]) -> str:
        text = cell.text.replace("\r\n", "\n").replace("\r", "\n").strip()
        fault: tuple[str, str] | None = None
        if cell.formula:
            fault = wording.FORMULA
        elif column.kind is Kind.DAY:
            if cell.number:
                text, fault = self._day(text)
        elif column.kind in {Kind.TEXT, Kind.CODE}:
            if cell.number:
                fault = wording.TYPED_AS_NUMBER
            elif _SHORTENED.fullmatch(text):
                fault = wording.SHORTENED
        elif column.kind is Kind.CHOICES and separator(column.choices) == "；":
            text = text.replace(";", "；")
        if fault is not None:
            problems.append(Problem(column.code, column.title, *fault))
        return text

    def _day(self, number: str) -> tuple[str, tuple[str, str] | None]:
        """What a number in a column of days says: its serial number, or eight digits."""
        if _SERIAL.fullmatch(number):
            try:
                day = (self._returned.first_day + timedelta(days=int(number))).date()
            except OverflowError:
                return number, wording.NO_DAY
            if day >= _FIRST_DAY:
                return day.isoformat(), None
        return number, None if _EIGHT_DIGITS.fullmatch(number) else wording.NO_DAY

    def _named(self, typed: Mapping[str, str]) -> dict[str, JsonValue]:
        """All columns under their titles; an empty cell of the template's own columns says what the guide says."""
        template, item = self._template, self._template.item
        cells = dict(typed)
        filed = cells.setdefault(Own.ACTION.value, "") in {"", wording.FILE}
        cells[Own.ACTION.value] = cells[Own.ACTION.value] or wording.FILE
        if filed and not cells.get(Own.SCHEME.value):
            cells[Own.SCHEME.value] = next(iter(self._schemes))
        scheme = self._schemes.get(cells.get(Own.SCHEME.value, ""))
        known = cells.get(item.subject_code_field or "")
        if scheme == IdentifierScheme.USCC and not cells.get(Own.CODE.value) and known:
            cells[Own.CODE.value] = known
        return self._empty | {template.column(code).title: text for code, text in cells.items()}


class FilledActions(Actions):
    """Actions of filled rows: one with a cell that was typed wrongly is a fault, whatever it would say."""

    def __init__(self, template: Template, rows: FilledRows) -> None:
        super().__init__(mapping_of(template))
        self._filled = rows

    def take(self, row: SourceRow) -> Taken:
        """Return what one row asks for, or everything that is wrong with it."""
        problems = self._filled.problems.get(row.number)
        return super().take(row) if problems is None else RowFault(row, problems)
