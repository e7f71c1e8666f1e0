"""Workbooks are read exactly or not at all."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from api.importer.rows import SourceFault
from api.spreadsheet.plain import csv_text
from tests.api.gateway.workbook import MAIN, text, write_workbook

NUMBERS = (
    '<c r="A4"><v>1234567890</v></c><c r="B4" s="3"><v>46346</v></c>'
    '<c r="C4"><v>3.3000000000000003</v></c><c r="D4" t="s"><v>1</v></c>'
)


def test_texts_days_and_numbers_are_those_of_the_cells(tmp_path: Path) -> None:
    """A gap is an empty cell; a number that looks like a day by its unit alone stays one."""
    path = write_workbook(
        tmp_path / "a.xlsx",
        [
            '<c r="A1" t="s"><v>0</v></c>'
            + text("B1", "乙")
            + text("C1", "丙")
            + text("D1", "丁")
            + '<c r="E1" s="1"/>',
            '<c r="A2"><v>0.1</v></c><c r="B2" s="1"><v>46346</v></c><c r="D2" s="2"><v>46346.5</v></c>',
            "",
            NUMBERS,
        ],
        [],
        shared=[f"<si {MAIN}><t>甲</t></si>", "<si><r><t>测</t></r><r><t>试</t></r><rPh><t>ce</t></rPh></si>"],
    )

    assert csv_text(path, ",").split("\r\n") == [
        "甲,乙,丙,丁",
        "0.1,2026-11-20,,2026-11-20T12:00:00",
        "1234567890,46346,3.3,测试",
        "",
    ]


@pytest.mark.parametrize("value", ["110101199003070000", "1.10101199003E+17", "1234567890123456", "INF", "NaN"])
def test_a_number_that_was_rounded_is_refused(tmp_path: Path, value: str) -> None:
    """An identity number that was not entered as text is another one by now."""
    path = write_workbook(tmp_path / "a.xlsx", [text("A1", "甲"), f'<c r="A2"><v>{value}</v></c>'])

    with pytest.raises(SourceFault, match=r"a\.xlsx A2: is a number too long") as raised:
        csv_text(path, ",")
    assert value not in str(raised.value)


def test_which_sheet_is_meant_is_not_guessed(tmp_path: Path) -> None:
    """Empty and hidden ones do not count."""
    row = text("A1", "甲")

    with pytest.raises(SourceFault, match="rows on several visible sheets"):
        csv_text(write_workbook(tmp_path / "a.xlsx", [row], [row]), ",")
    with pytest.raises(SourceFault, match="rows on no visible sheet"):
        csv_text(write_workbook(tmp_path / "b.xlsx", [row], states=["hidden"]), ",")
    assert csv_text(write_workbook(tmp_path / "c.xlsx", [row], [row], [], states=["hidden", "visible", "visible"]), ",")


@pytest.mark.parametrize("damage", ["no zip", "cut", "entity", "empty"])
def test_what_is_no_workbook_is_refused(tmp_path: Path, damage: str) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [text("A1", "甲")])
    if damage == "no zip":
        path.write_bytes(b"PK\x03\x04nothing")
    elif damage == "cut":
        path.write_bytes(path.read_bytes()[:-200])
    elif damage == "entity":
        write_workbook(path, [text("A1", "x")], shared=["<!DOCTYPE x><si/>"])
    else:
        with zipfile.ZipFile(path, "w"):
            pass

    with pytest.raises(SourceFault):
        csv_text(path, ",")
