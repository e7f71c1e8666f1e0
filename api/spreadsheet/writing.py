"""Sheets as a workbook that Excel and WPS open: the same sheets give the same bytes.

No cell can be a formula: texts are written as texts whatever they begin with, and those that begin as a formula would
are marked as quoted, so that they stay texts when somebody edits them.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Final, TypeAlias
from xml.sax.saxutils import escape, quoteattr

from api.spreadsheet.reading import LAST_ROW, cell_name

_MOST_CHARACTERS: Final = 32_767
"""Of a cell; Excel calls a workbook with longer ones damaged."""

_FORMULA: Final = re.compile(r"[=+\-@\t\r]")
_ESCAPE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
"""What would be read as the name of a character."""

_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML cannot say."""

_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_WORKBOOK_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HEAD: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_EARLIEST: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every part: a workbook says nothing of when it was made."""
_STATES: Final = {False: "visible", True: "hidden"}
_DAY_ZERO: Final = date(1899, 12, 30)
_FIRST_DAY: Final = date(1900, 3, 1)
"""From here on serial numbers mean the same to everybody."""

Value: TypeAlias = str | int | date
"""What a cell can hold: text, a number written plainly (`Number`), a day."""


class Number(str):
    """A plain decimal, to be written as a number."""

    __slots__ = ()


class Style(IntEnum):
    """How a cell looks; the values are places in the list of styles below."""

    PLAIN = 0
    TITLE = 1
    NEEDED_TITLE = 2
    CODE = 3
    TEXT = 4
    DAY = 5
    NUMBER = 6
    NOTE = 7
    WRAPPED = 8
    QUOTED = 9


_STYLES: Final = f"""{_HEAD}<styleSheet xmlns="{_MAIN}">
<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/></numFmts>
<fonts count="5"><font><sz val="11"/><name val="等线"/></font><font><b/><sz val="11"/><name val="等线"/></font>
<font><b/><sz val="11"/><color rgb="FFC00000"/><name val="等线"/></font>
<font><sz val="8"/><color rgb="FF808080"/><name val="等线"/></font>
<font><sz val="10"/><color rgb="FFC00000"/><name val="等线"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFDDEBF7"/><bgColor indexed="64"/></patternFill></fill></fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>
<border><left style="thin"/><right style="thin"/><top style="thin"/><bottom style="thin"/><diagonal/></border></borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="10">
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" \
applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>
<xf numFmtId="49" fontId="2" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" \
applyBorder="1" applyAlignment="1"><alignment horizontal="center" vertical="center" wrapText="1"/></xf>
<xf numFmtId="49" fontId="3" fillId="2" borderId="1" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1" \
applyBorder="1"/>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="4" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" \
applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="1" xfId="0" applyNumberFormat="1" applyBorder="1" \
applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" quotePrefix="1"/>
</cellXfs>
<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>
</styleSheet>"""


@dataclass(frozen=True, slots=True)
class WrittenCell:
    """What to write; an empty text leaves the place empty."""

    value: Value
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class ColumnLook:
    """How a whole column looks, so that what is typed into it is taken as it should be."""

    width: float
    style: Style = Style.PLAIN


@dataclass(frozen=True, slots=True)
class Prompt:
    """What the program says when a cell of a column is chosen, and what it offers or refuses there."""

    column: int
    first_row: int
    title: str
    text: str
    choices: str = ""
    """A range such as ``选项!$A$1:$A$3``."""
    strict: bool = True
    """Refuse what is none of the choices."""
    most_characters: int | None = None
    """Warn when a text is longer."""


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A sheet; `rows` are pairs of number and cells, in their order, and each cell stands in its column."""

    name: str
    columns: Sequence[ColumnLook]
    rows: Sequence[tuple[int, Sequence[WrittenCell]]]
    frozen_rows: int = 0
    prompts: Sequence[Prompt] = ()
    hidden: bool = False


def workbook(sheets: Sequence[WrittenSheet]) -> bytes:
    """The workbook, whole; the first sheet is the one that opens."""
    data = io.BytesIO()
    numbers = range(1, len(sheets) + 1)
    sheet_types = "".join(
        f'<Override PartName="/xl/worksheets/sheet{at}.xml" ContentType="{_WORKBOOK_TYPE}.worksheet+xml"/>'
        for at in numbers
    )
    listed = "".join(
        f'<sheet name={quoteattr(sheet.name)} sheetId="{at}" state="{_STATES[sheet.hidden]}" r:id="rId{at}"/>'
        for at, sheet in zip(numbers, sheets, strict=True)
    )
    related = "".join(_relation(f"rId{at}", "worksheet", f"worksheets/sheet{at}.xml") for at in numbers)
    with zipfile.ZipFile(data, "w") as parts:
        _put(
            parts,
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" '
            'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_WORKBOOK_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_WORKBOOK_TYPE}.styles+xml"/>{sheet_types}</Types>',
        )
        _put(parts, "_rels/.rels", _relations(_relation("rId1", "officeDocument", "xl/workbook.xml")))
        _put(
            parts,
            "xl/workbook.xml",
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><bookViews><workbookView activeTab="0"/></bookViews>'
            f"<sheets>{listed}</sheets></workbook>",
        )
        _put(
            parts,
            "xl/_rels/workbook.xml.rels",
            _relations(related + _relation(f"rId{len(sheets) + 1}", "styles", "styles.xml")),
        )
        _put(parts, "xl/styles.xml", _STYLES.removeprefix(_HEAD))
        for at, sheet in zip(numbers, sheets, strict=True):
            _put(parts, f"xl/worksheets/sheet{at}.xml", "".join(_sheet(sheet)))
    return data.getvalue()


def _put(parts: zipfile.ZipFile, name: str, text: str) -> None:
    about = zipfile.ZipInfo(name, _EARLIEST)
    about.compress_type = zipfile.ZIP_DEFLATED
    parts.writestr(about, (_HEAD + text).encode())


def _relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _relations(listed: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet(sheet: WrittenSheet) -> Iterator[str]:
    yield f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
    if sheet.frozen_rows:
        yield f'<pane ySplit="{sheet.frozen_rows}" topLeftCell="A{sheet.frozen_rows + 1}" activePane="bottomLeft" '
        yield 'state="frozen"/><selection pane="bottomLeft"/>'
    yield "</sheetView></sheetViews><cols>"
    for at, look in enumerate(sheet.columns, 1):
        yield f'<col min="{at}" max="{at}" width="{look.width}" style="{int(look.style)}" customWidth="1"/>'
    yield "</cols><sheetData>"
    for number, cells in sheet.rows:
        yield f'<row r="{number}">'
        yield from (_cell(cell_name(number, at), cell) for at, cell in enumerate(cells) if cell.value != "")
        yield "</row>"
    yield "</sheetData>"
    if sheet.prompts:
        yield f'<dataValidations count="{len(sheet.prompts)}">'
        yield from map(_prompt, sheet.prompts)
        yield "</dataValidations>"
    yield "</worksheet>"


def _cell(name: str, cell: WrittenCell) -> str:
    value, style = cell.value, cell.style
    if isinstance(value, date) and value >= _FIRST_DAY:
        return f'<c r="{name}" s="{int(style)}"><v>{(value - _DAY_ZERO).days}</v></c>'
    if isinstance(value, int | Number):
        return f'<c r="{name}" s="{int(style)}"><v>{escape(str(value))}</v></c>'
    text = _fit(str(value))[:_MOST_CHARACTERS]
    if _FORMULA.match(text):
        style = Style.QUOTED
    text = _ESCAPE.sub("_x005F_", text)
    return f'<c r="{name}" s="{int(style)}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _prompt(prompt: Prompt) -> str:
    where = f"{cell_name(prompt.first_row, prompt.column)}:{cell_name(LAST_ROW, prompt.column)}"
    # 32 and 255 characters are what the format allows.
    said = f"promptTitle={_said(prompt.title, 32)} prompt={_said(prompt.text, 255)}"
    kind, formula = "", ""
    if prompt.choices:
        kind = f'type="list" showErrorMessage="{int(prompt.strict)}" '
        formula = f"<formula1>{escape(prompt.choices)}</formula1>"
    elif prompt.most_characters is not None:
        kind = 'type="textLength" operator="lessThanOrEqual" errorStyle="warning" showErrorMessage="1" '
        formula = f"<formula1>{prompt.most_characters}</formula1>"
    return (
        f'<dataValidation {kind}allowBlank="1" showInputMessage="1" {said} sqref="{where}">{formula}</dataValidation>'
    )


def _said(text: str, most: int) -> str:
    return quoteattr(_fit(text)[:most], {"\n": "&#10;"})


def _fit(text: str) -> str:
    return _UNFIT.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))
