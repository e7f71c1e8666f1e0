"""结果文件 (result): the rows of a filled template in the same layout, with what became of each in the first column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from api.importer.notes import RowResult
from api.importer.outcome import Problem
from api.spreadsheet.reading import Cell, Row
from api.spreadsheet.writing import Number, Style, WrittenCell
from api.templates import wording
from api.templates.chinese import in_chinese
from api.templates.columns import Column, Kind, Own, Template
from api.templates.returned import Returned
from api.templates.sheets import HEADER_ROWS, STYLES, filled_workbook
from ledger.errors import Fault
from ledger.particulars import DATA_PREFIX

_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,12})(?:\.[0-9]{1,2})?")
_RESULT_OF: Final = re.compile(r"(.*)\.result(?:-([1-9][0-9]{0,3}))?")
_OTHER_PLACES: Final = {
    "subject": Own.CODE,
    "subject.code": Own.CODE,
    "subject/code": Own.CODE,
    "subject.scheme": Own.SCHEME,
    "subject/scheme": Own.SCHEME,
    "about/record": Own.RECORD,
    "record": Own.RECORD,
}
"""Where a fault of the importer or the ledger stands in the template."""


def result_path(source: Path) -> Path:
    """The name of the result of a file: ``a.result.xlsx``, and ``a.result-2.xlsx`` when that one comes back."""
    match = _RESULT_OF.fullmatch(source.stem)
    stem, number = (source.stem, 0) if match is None else (match[1], int(match[2] or 1))
    return source.with_name(f"{stem}.result{f'-{number + 1}' if number else ''}.xlsx")


def told(template: Template, result: RowResult) -> str:
    """What became of a row, for who filled it: the entries, or each fault with its column, the rule and the fix."""
    entries = "、".join(f"第{each.verified.header.seq}号" for each in result.submitted)
    if result.fault is None:
        doubts = dict.fromkeys(_warning(template, fault) for each in result.submitted for fault in each.warnings)
        return "\n".join([f"{wording.IN_LOG}：{entries}" if entries else wording.KNOWN, *doubts])
    said = dict.fromkeys(_problem(template, problem) for problem in result.fault.problems)
    return "\n".join([f"{wording.NOT_IN_LOG}（第{result.row.number}行）", *said])


def result_workbook(template: Template, returned: Returned, rows: Iterable[Row], said: Mapping[int, str]) -> bytes:
    """The workbook to correct and send back; `said` has what became of each row by its number."""
    at = {code: place for place, code in returned.codes.items()}
    kept = list(rows)
    moved = max(HEADER_ROWS + 1 - kept[0].number, 0) if kept else 0
    return filled_workbook(
        template,
        [(row.number + moved, list(_cells(template, row, at, said.get(row.number, "")))) for row in kept],
    )


def _cells(template: Template, row: Row, at: Mapping[str, int], said: str) -> Iterator[WrittenCell]:
    yield WrittenCell(said, Style.NOTE)
    for column in template.columns[1:]:
        cell = row.cells.get(at.get(column.code, -1))
        yield WrittenCell("") if cell is None else _cell(column, cell)


def _cell(column: Column, cell: Cell) -> WrittenCell:
    """The cell as it came. A number where text is asked for stays a number: it is still to be looked at."""
    style = STYLES[column.kind]
    if cell.number:
        return WrittenCell(Number(cell.text), Style.NUMBER if column.kind is Kind.DAY else style)
    if column.kind is Kind.DAY and _ISO_DAY.fullmatch(cell.text):
        try:
            return WrittenCell(date.fromisoformat(cell.text), style)
        except ValueError:
            return WrittenCell(cell.text, style)
    if column.kind in {Kind.MONEY, Kind.INTEGER} and _PLAIN.fullmatch(cell.text):
        return WrittenCell(Number(cell.text), style)
    return WrittenCell(cell.text, style)


def _warning(template: Template, fault: Fault) -> str:
    problem = Problem(fault.field.removeprefix(DATA_PREFIX), "", fault.rule.rstrip("."), fault.fix)
    return f"{wording.DOUBT}{_problem(template, problem)}"


def _problem(template: Template, problem: Problem) -> str:
    """Column, what is wrong, what to do, and how the column is to be filled."""
    column = _column(template, problem)
    title = problem.column or (problem.field if column is None else column.title)
    reason = problem.reason.removeprefix(f"{problem.column} ").rstrip(".")
    translated = in_chinese(reason)
    # What the ledger advises is in English, and says no more than the rule of the column does.
    fix = "" if translated and problem.fix.isascii() else problem.fix.rstrip(".")
    rule = f"（{column.rule}）" if column is not None and column.rule else ""
    said = "。".join(part for part in (translated or reason, fix) if part)
    return f"【{title}】{said}{rule}" if title else said


def _column(template: Template, problem: Problem) -> Column | None:
    for column in template.columns:
        if column.title == problem.column or (not problem.column and column.code == problem.field):
            return column
    own = _OTHER_PLACES.get(problem.field)
    return None if own is None else template.column(own.value)
