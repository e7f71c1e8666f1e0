"""A template as a workbook and as CSV, empty or with the rows of a file that came back."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from api.spreadsheet.reading import cell_name
from api.spreadsheet.writing import ColumnLook, Prompt, Style, WrittenCell, WrittenSheet, workbook
from api.templates import wording
from api.templates.columns import Column, Kind, Template, template_of
from ledger.catalogue_item import CatalogueItem

XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV_TYPE: Final = "text/csv; charset=utf-8"

HEADER_ROWS: Final = 2
"""Titles, and codes below them."""

STYLES: Final = {
    Kind.TEXT: Style.TEXT,
    Kind.CODE: Style.TEXT,
    Kind.CHOICE: Style.TEXT,
    Kind.CHOICES: Style.TEXT,
    Kind.DAY: Style.DAY,
    Kind.MONEY: Style.NUMBER,
    Kind.INTEGER: Style.NUMBER,
    Kind.RESULT: Style.NOTE,
}
_KIND_NAMES: Final = {
    Kind.TEXT: "文本",
    Kind.CODE: "代码（文本）",
    Kind.CHOICE: "单选",
    Kind.CHOICES: "多选",
    Kind.DAY: "日期",
    Kind.MONEY: "金额（元）",
    Kind.INTEGER: "整数",
    Kind.RESULT: "结果",
}
_WIDTHS: Final = {Kind.RESULT: 36.0, Kind.DAY: 14.0, Kind.CODE: 24.0}
_WIDTH: Final = 20.0
_GUIDE_WIDTHS: Final = (28.0, 20.0, 24.0, 14.0, 10.0, 40.0, 60.0, 28.0)
_KEPT: Final = 64


@lru_cache(maxsize=_KEPT)
def template_workbook(item: CatalogueItem) -> bytes:
    """The template of an item, empty, as .xlsx."""
    return filled_workbook(template_of(item), ())


def template_csv(item: CatalogueItem) -> bytes:
    """The template of an item, empty, as CSV in UTF-8 with the mark that Excel knows it by."""
    columns = template_of(item).columns
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.header for column in columns])
    writer.writerow([column.code for column in columns])
    return text.getvalue().encode("utf-8-sig")


def filled_workbook(template: Template, rows: Sequence[tuple[int, Sequence[WrittenCell]]]) -> bytes:
    """The template with rows, each a number above `HEADER_ROWS` and a cell for every column of the template."""
    columns = template.columns
    titles = [WrittenCell(each.header, Style.NEEDED_TITLE if each.always else Style.TITLE) for each in columns]
    codes = [WrittenCell(each.code, Style.CODE) for each in columns]
    listed = [column for column in columns if column.choices]
    ranges = {
        column.code: f"{wording.CHOICES}!${(name := cell_name(1, at)[:-1])}$1:${name}${len(column.choices)}"
        for at, column in enumerate(listed)
    }
    table = WrittenSheet(
        wording.TABLE,
        [ColumnLook(_WIDTHS.get(column.kind, _WIDTH), STYLES[column.kind]) for column in columns],
        [(1, titles), (HEADER_ROWS, codes), *rows],
        HEADER_ROWS,
        [_prompt(at, column, ranges.get(column.code, "")) for at, column in enumerate(columns)],
    )
    deepest = max((len(column.choices) for column in listed), default=0)
    choices = [
        (at + 1, [WrittenCell(each.choices[at] if at < len(each.choices) else "", Style.TEXT) for each in listed])
        for at in range(deepest)
    ]
    looks = [ColumnLook(_WIDTH, Style.TEXT)] * len(listed)
    return workbook([table, _guide(template), WrittenSheet(wording.CHOICES, looks, choices, hidden=True)])


def _prompt(at: int, column: Column, choices: str) -> Prompt:
    return Prompt(
        column=at,
        first_row=HEADER_ROWS + 1,
        title=column.title,
        text=f"{column.needed}。{column.rule}",
        choices=choices,
        strict=column.kind is not Kind.CHOICES,  # a list of choices offers one; several are typed
        most_characters=column.max_length,
    )


def _guide(template: Template) -> WrittenSheet:
    rows = [[note] for note in wording.guide_notes(template.item)]
    rows.append([])
    header = len(rows) + 1
    rows.append(list(wording.GUIDE_HEADER))
    for column in template.columns:
        length = "" if column.max_length is None else str(column.max_length)
        rows.append(
            [
                column.header,
                "" if column.kind is Kind.RESULT else column.code,  # the marker stands in one sheet alone
                column.needed,
                _KIND_NAMES[column.kind],
                length,
                "\n".join(column.choices),
                column.rule,
                column.example,
            ]
        )
    written = []
    for number, row in enumerate(rows, 1):
        style = Style.TITLE if number == header else Style.PLAIN if number < header else Style.WRAPPED
        written.append((number, [WrittenCell(text, style) for text in row]))
    return WrittenSheet(wording.GUIDE, [ColumnLook(width) for width in _GUIDE_WIDTHS], written)
