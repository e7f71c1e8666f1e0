"""What is written is read as it was: texts stay texts, whatever they look like."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from api.importer.rows import SourceFault
from api.spreadsheet.plain import csv_text
from api.spreadsheet.reading import read_sheets
from api.spreadsheet.writing import ColumnLook, Number, Style, WrittenCell, WrittenSheet, workbook
from tests.api.gateway.workbook import text, write_workbook

TEXTS = ["=1+1", "+1", "-1", "@测试", "0012", "110101199003070000", " 测 ", "a\nb", "<&>\"'", "_x000D_", "测" * 40_000]


def book(path: Path, cells: list[WrittenCell], *more: WrittenSheet) -> Path:
    """A workbook with one row."""
    sheet = WrittenSheet("数据", [ColumnLook(10)] * len(cells), [(1, cells)])
    path.write_bytes(workbook([sheet, *more]))
    return path


def test_texts_stay_texts(tmp_path: Path) -> None:
    """None becomes a formula, a number or another text; what no cell can hold is cut off."""
    path = book(tmp_path / "a.xlsx", [WrittenCell(each, Style.TEXT) for each in TEXTS])
    cells = read_sheets(path)[0].rows[0].cells.values()

    assert [cell.text for cell in cells] == [*TEXTS[:-1], TEXTS[-1][:32_767]]
    assert not any(cell.number or cell.formula for cell in cells)
    with zipfile.ZipFile(path) as parts:
        assert b"<f" not in parts.read("xl/worksheets/sheet1.xml")


def test_numbers_and_days_are_what_they_are(tmp_path: Path) -> None:
    """A hidden sheet is there, and no table."""
    hidden = WrittenSheet("选项", [ColumnLook(10)], [(1, [WrittenCell("测试")])], hidden=True)
    made = [WrittenCell(Number("12.50"), Style.NUMBER), WrittenCell(7), WrittenCell(date(2026, 11, 20), Style.DAY)]
    path = book(tmp_path / "a.xlsx", made, hidden)

    assert [(sheet.name, sheet.visible) for sheet in read_sheets(path)] == [("数据", True), ("选项", False)]
    assert csv_text(path, ",") == "12.5,7,2026-11-20\r\n"


def test_characters_that_the_format_names_are_read(tmp_path: Path) -> None:
    """Excel says a CR so, and what only looks like that in another way."""
    path = write_workbook(tmp_path / "a.xlsx", [text("A1", "甲_x000D_乙_x005F_x000D_")])

    assert read_sheets(path)[0].rows[0].cells[0].text == "甲\r乙_x000D_"


def test_rows_out_of_order_are_refused(tmp_path: Path) -> None:
    """No program writes them, and two rows of one number could not be told apart."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(
        workbook([WrittenSheet("数据", [ColumnLook(10)], [(2, [WrittenCell("甲")]), (2, [WrittenCell("乙")])])])
    )

    with pytest.raises(SourceFault, match="is no workbook as Excel writes it"):
        read_sheets(path)


def test_a_cell_far_to_the_right_costs_its_place_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a table it would be wide in every row, so it is refused before it is made."""
    path = write_workbook(tmp_path / "a.xlsx", [text("A1", "甲"), text("XFD2", "乙")])
    monkeypatch.setattr("api.spreadsheet.plain._MOST_CELLS", 16_384)

    assert list(read_sheets(path)[0].rows[1].cells) == [16_383]
    with pytest.raises(SourceFault, match="is too wide"):
        csv_text(path, ",")
