"""A workbook as the CSV text that the importer reads: one visible sheet may hold rows, and nothing is guessed."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Final

from api.importer.rows import SourceFault
from api.spreadsheet.reading import Row, cell_name, read_sheets

_MOST_CELLS: Final = 30_000_000
"""Of the table, empty ones between others counted: a cell far to the right makes its whole row wide."""


def csv_text(path: Path, delimiter: str) -> str:
    """The rows of the workbook's sheet; raises `SourceFault` for what cannot be read without guessing."""
    found = [rows for sheet in read_sheets(path) if sheet.visible and (rows := _filled(sheet.rows))]
    if len(found) != 1:
        rule = "has rows on no visible sheet" if not found else "has rows on several visible sheets"
        raise SourceFault(path.name, rule, "save one sheet alone")
    rows = found[0]
    header = max(rows[0].cells) + 1
    if sum(max(header, max(row.cells) + 1) for row in rows) > _MOST_CELLS:
        raise SourceFault(path.name, "is too wide", "remove what stands far to the right of the table")
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(_cells(path, row, header) for row in rows)
    return text.getvalue()


def _filled(rows: tuple[Row, ...]) -> list[Row]:
    """Rows and cells that show something; a formula may show nothing."""
    shown = (Row(row.number, {at: cell for at, cell in row.cells.items() if cell.text}) for row in rows)
    return [row for row in shown if row.cells]


def _cells(path: Path, row: Row, header: int) -> list[str]:
    cells = [""] * max(header, max(row.cells) + 1)
    for at, cell in row.cells.items():
        if cell.too_long:
            where = f"{path.name} {cell_name(row.number, at)}"
            raise SourceFault(where, "is a number too long for a spreadsheet", "enter it again in a column of texts")
        cells[at] = cell.text
    return cells
