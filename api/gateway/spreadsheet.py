"""An Excel workbook (.xlsx, ISO/IEC 29500) as the CSV text that the importer reads; nothing in it is guessed.

Texts stay as they are, days become ``YYYY-MM-DD``, numbers plain decimals. One visible sheet may hold rows.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

from api.importer.rows import SourceFault

SUFFIX: Final = ".xlsx"
_MOST_BYTES: Final = 256 << 20
"""Of one part, unpacked: far more than a million rows, and still memory that a small server has."""

_DAY_FORMATS: Final = frozenset({*range(14, 18), 22, *range(27, 37), *range(50, 59)})
"""Built-in number formats that show a day, those of Chinese editions included."""

_QUOTED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})[0-9]+")
_EXACT_DIGITS: Final = 15
"""Spreadsheet programs keep no more digits of a number: what is longer has been rounded before it came here."""

_MOST_SERIAL: Final = 2_958_466
"""The day after 9999-12-31, counted from 1900."""


def csv_text(path: Path, delimiter: str) -> str:
    """The rows of the workbook's sheet; raises `SourceFault` for what cannot be read without guessing."""
    try:
        with zipfile.ZipFile(path) as parts:
            rows = _Workbook(parts, path.name).rows()
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise SourceFault(path.name, "is a damaged or protected workbook", "save it again without a password") from None
    except (ET.ParseError, KeyError, IndexError, ValueError) as error:
        if isinstance(error, SourceFault):
            raise
        raise SourceFault(path.name, "is no workbook as Excel writes it", "save it as CSV UTF-8") from None
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return text.getvalue()


class _Workbook:
    def __init__(self, parts: zipfile.ZipFile, name: str) -> None:
        self._parts = parts
        self._name = name
        self._texts = [_text(each) for each in self._optional("xl/sharedStrings.xml")]
        self._days = self._day_styles()
        self._book = self._part("xl/workbook.xml")
        settings = self._book.find("{*}workbookPr")
        old_mac = settings is not None and settings.get("date1904") in {"1", "true"}
        self._first_day = datetime(1904, 1, 1) if old_mac else datetime(1899, 12, 30)  # noqa: DTZ001 - no zone
        self._leap_bug = not old_mac

    def rows(self) -> list[list[str]]:
        found = [rows for sheet in self._sheets() if (rows := self._filled(sheet))]
        if len(found) != 1:
            rule = "has rows on no visible sheet" if not found else "has rows on several visible sheets"
            raise SourceFault(self._name, rule, "save one sheet alone")
        header, *rest = map(_trimmed, found[0])
        return [header, *([*row, *[""] * (len(header) - len(row))] for row in rest)]

    def _sheets(self) -> Iterator[ET.Element]:
        targets = {each.get("Id"): each.get("Target", "") for each in self._part("xl/_rels/workbook.xml.rels")}
        for sheet in self._book.iterfind("{*}sheets/{*}sheet"):
            if sheet.get("state", "visible") == "visible":
                relation = next(value for name, value in sheet.items() if name.endswith("}id"))
                target = targets[relation]
                yield self._part(target.lstrip("/") if target.startswith("/") else f"xl/{target}")

    def _filled(self, sheet: ET.Element) -> list[list[str]]:
        rows = []
        for row in sheet.iterfind("{*}sheetData/{*}row"):
            cells: list[str] = []
            for cell in row.iterfind("{*}c"):
                at = _column(cell.get("r"), len(cells))
                cells += [""] * (at + 1 - len(cells))
                cells[at] = self._value(cell)
            if any(cells):
                rows.append(cells)
        return rows

    def _value(self, cell: ET.Element) -> str:
        kind, inline = cell.get("t", "n"), cell.find("{*}is")
        if kind == "inlineStr":
            return "" if inline is None else _text(inline)
        value = cell.findtext("{*}v") or ""
        if kind == "s":
            return self._texts[int(value)]
        if kind != "n" or not value:
            return value
        number = float(value)
        if int(cell.get("s", 0)) in self._days and 0 <= number < _MOST_SERIAL:
            return self._day(number)
        if not abs(number) < 10**_EXACT_DIGITS:
            where = f"{self._name} {cell.get('r', 'cell')}"
            raise SourceFault(where, "is a number too long for a spreadsheet", "enter it again in a column of texts")
        return format(Decimal(f"{number:.{_EXACT_DIGITS}g}"), "f")  # as the program shows it, without binary dust

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
        return self._part(name) if name in self._parts.namelist() else ET.Element("none")

    def _part(self, name: str) -> ET.Element:
        if self._parts.getinfo(name).file_size > _MOST_BYTES:
            raise SourceFault(self._name, "is too large", "split it")
        data = self._parts.read(name)
        if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
            raise SourceFault(self._name, "is no workbook as Excel writes it", "save it as CSV UTF-8")
        return ET.fromstring(data)  # noqa: S314 - without entities nothing can grow


def _trimmed(row: list[str]) -> list[str]:
    """A row without the empty cells behind it."""
    width = max((at for at, cell in enumerate(row, 1) if cell), default=0)
    return row[:width]


def _text(element: ET.Element) -> str:
    """The text of a string, in one piece or in runs; not how it is to be pronounced."""
    pieces = [*element.iterfind("{*}t"), *element.iterfind("{*}r/{*}t")]
    return "".join(each.text or "" for each in pieces)


def _column(reference: str | None, default: int) -> int:
    match = _REFERENCE.fullmatch(reference or "")
    if match is None:
        return default
    number = 0
    for letter in match[1]:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1
