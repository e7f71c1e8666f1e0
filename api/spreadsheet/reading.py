"""A workbook as sheets of cells: texts as they are, days as ``YYYY-MM-DD``, numbers as plain decimals.

What comes in may be hostile: its parts are limited before they are unpacked, entities are refused before they are
read, and a cell far to the right costs no more than its place.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from api.importer.rows import SourceFault

SUFFIX: Final = ".xlsx"
LAST_ROW: Final = 1_048_576
"""Of a sheet."""

_MOST_BYTES: Final = 256 << 20
"""Of all parts that are read, unpacked: far more than a million rows, and still memory that a small server has."""

_DAY_FORMATS: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
"""Built-in number formats that show a day, those of Chinese editions included."""

_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_ESCAPED: Final = re.compile(r"_x(0009|000[AaDd]|005[Ff])_")
"""How the format says the CR of a text pasted from elsewhere, and the line before what only looks like that.

It could say characters that no text may have; those stay as they are written.
"""

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_EXACT_DIGITS: Final = 15
"""Spreadsheet programs keep no more digits of a number: what is longer has been rounded before it came here."""

_MOST_SERIAL: Final = 2_958_466
"""The day after 9999-12-31, counted from 1900."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What a cell shows."""

    text: str
    number: bool = False
    """A number without the format of a day: what was typed may have had leading zeros."""
    formula: bool = False
    """What is shown was calculated, or is the error of a calculation."""
    too_long: bool = False
    """A number of more digits than spreadsheet programs keep: it was rounded before it came here."""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something."""

    number: int
    """As the program shows it, from 1."""
    cells: Mapping[int, Cell]
    """Column, from 0 -> a cell that is not empty."""


@dataclass(frozen=True, slots=True)
class Merge:
    """合并单元格: a block of cells of which only the first holds anything; rows from 1, columns from 0."""

    name: str
    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet, with the rows that hold something in their order."""

    name: str
    visible: bool
    rows: tuple[Row, ...]
    merges: tuple[Merge, ...]
    first_day: datetime
    """What serial number 0 of a day means."""


def read_sheets(path: Path) -> tuple[Sheet, ...]:
    """All sheets of a workbook; raises `SourceFault` for what cannot be read without guessing, ``OSError``."""
    try:
        with zipfile.ZipFile(path) as parts:
            return tuple(_Workbook(parts, path.name).sheets())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise SourceFault(path.name, "is a damaged or protected workbook", "save it again without a password") from None
    except (ET.ParseError, LookupError, ValueError, OverflowError, StopIteration) as error:
        if isinstance(error, SourceFault):
            raise
        raise _no_workbook(path.name) from None


def _no_workbook(name: str) -> SourceFault:
    return SourceFault(name, "is no workbook as Excel writes it", "save it as CSV UTF-8")


class _Workbook:
    def __init__(self, parts: zipfile.ZipFile, name: str) -> None:
        self._parts = parts
        self._name = name
        self._left = _MOST_BYTES
        self._names = frozenset(parts.namelist())
        self._texts = [_text(each) for each in self._optional("xl/sharedStrings.xml")]
        self._days = self._day_styles()
        self._book = self._part("xl/workbook.xml")
        settings = self._book.find("{*}workbookPr")
        old_mac = settings is not None and settings.get("date1904") in {"1", "true"}
        self._first_day = datetime(1904, 1, 1) if old_mac else datetime(1899, 12, 30)  # noqa: DTZ001 - no zone
        self._leap_bug = not old_mac

    def sheets(self) -> Iterator[Sheet]:
        targets = {each.get("Id"): each.get("Target", "") for each in self._part("xl/_rels/workbook.xml.rels")}
        for listed in self._book.iterfind("{*}sheets/{*}sheet"):
            relation = next(value for name, value in listed.items() if name.endswith("}id"))
            target = targets[relation]
            data = self._data(target.lstrip("/") if target.startswith("/") else f"xl/{target}")
            visible = listed.get("state", "visible") == "visible"
            yield Sheet(listed.get("name", ""), visible, *self._content(data), self._first_day)

    def _content(self, data: bytes) -> tuple[tuple[Row, ...], tuple[Merge, ...]]:
        """Rows and merged cells; an element goes as soon as it is read, since a tree takes ten times its text."""
        rows, merges = list[Row](), list[Merge]()
        number = 0
        for _event, element in ET.iterparse(io.BytesIO(data)):  # noqa: S314 - without entities nothing can grow
            kind = _local(element)
            if kind == "row":
                before, number = number, int(element.get("r", number + 1))
                if not before < number <= LAST_ROW:
                    raise ValueError(number)
                if cells := self._cells(element):
                    rows.append(Row(number, cells))
                element.clear()
            elif kind == "mergeCell":
                merges.append(_merge(element))
        return tuple(rows), tuple(merges)

    def _cells(self, row: ET.Element) -> dict[int, Cell]:
        cells: dict[int, Cell] = {}
        at = -1
        for cell in row:
            if _local(cell) == "c":
                at = _column(cell.get("r"), at + 1)
                found = self._cell(cell)
                if found.text or found.formula:
                    cells[at] = found
        return cells

    def _cell(self, cell: ET.Element) -> Cell:
        parts = {_local(part): part for part in cell}
        kind, inline, formula = cell.get("t", "n"), parts.get("is"), "f" in parts
        if kind == "inlineStr":
            return Cell("" if inline is None else _text(inline), formula=formula)
        value = (parts["v"].text or "") if "v" in parts else ""
        if kind == "s":
            return Cell(self._texts[int(value)], formula=formula)
        if kind != "n" or not value:
            return Cell(value, formula=formula or kind == "e")
        number = float(value)
        if int(cell.get("s", 0)) in self._days and 0 <= number < _MOST_SERIAL:
            return Cell(self._day(number), formula=formula)
        if not abs(number) < 10**_EXACT_DIGITS:
            return Cell(value, number=True, formula=formula, too_long=True)
        shown = format(Decimal(f"{number:.{_EXACT_DIGITS}g}"), "f")  # as the program shows it, without binary dust
        return Cell(shown, number=True, formula=formula)

    def _day(self, serial: float) -> str:
        days = serial + 1 if self._leap_bug and serial < 60 else serial  # noqa: PLR2004 - 1900 had no 29 February
        moment = self._first_day + timedelta(seconds=round(days * 86_400))
        return moment.isoformat() if moment.time() != moment.min.time() else moment.date().isoformat()

    def _day_styles(self) -> frozenset[int]:
        styles = self._optional("xl/styles.xml")
        own = {each.get("numFmtId"): each.get("formatCode", "") for each in styles.iterfind("{*}numFmts/{*}numFmt")}
        return frozenset(
            at
            for at, style in enumerate(styles.iterfind("{*}cellXfs/{*}xf"))
            if int(style.get("numFmtId", 0)) in _DAY_FORMATS
            or re.search("[yd]", _QUOTED.sub("", own.get(style.get("numFmtId"), "")).lower())
        )

    def _optional(self, name: str) -> ET.Element:
        return self._part(name) if name in self._names else ET.Element("none")

    def _part(self, name: str) -> ET.Element:
        return ET.fromstring(self._data(name))  # noqa: S314 - without entities nothing can grow

    def _data(self, name: str) -> bytes:
        # zipfile gives no more bytes than the directory promises, so what is promised is what has to be limited.
        self._left -= self._parts.getinfo(name).file_size
        if self._left < 0:
            raise SourceFault(self._name, "is too large", "split it")
        data = self._parts.read(name)
        # NUL: in UTF-16 the two words would not be found, and no program writes a workbook in it.
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\x00" in data:
            raise _no_workbook(self._name)
        return data


def cell_name(row: int, column: int) -> str:
    """The name of a cell, such as ``A1``; `column` from 0."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return f"{letters}{row}"


def _merge(merged: ET.Element) -> Merge:
    name = merged.get("ref", "")
    first, _, last = name.partition(":")
    corners = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last or first)
    if corners[0] is None or corners[1] is None:
        raise ValueError(name)
    return Merge(name, int(corners[0][2]), int(corners[1][2]), _letters(corners[0][1]), _letters(corners[1][1]))


def _local(element: ET.Element) -> str:
    """The name of an element without its namespace: there are two, and old files have either."""
    return element.tag.rpartition("}")[2]


def _text(element: ET.Element) -> str:
    """The text of a string, in one piece or in runs; not how it is to be pronounced."""
    pieces = []
    for part in element:
        kind = _local(part)
        if kind == "t":
            pieces.append(part.text or "")
        elif kind == "r":
            pieces += [each.text or "" for each in part if _local(each) == "t"]
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), "".join(pieces))


def _column(reference: str | None, default: int) -> int:
    match = _REFERENCE.fullmatch(reference or "")
    return default if match is None else _letters(match[1])


def _letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
