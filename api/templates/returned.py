"""A file that comes back: which template it is, by the marker in it, and its cells by column."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from api.importer.rows import SourceFault
from api.spreadsheet.reading import SUFFIX, Cell, Merge, Row, Sheet, cell_name, read_sheets
from api.templates.columns import LAYOUT, MARKER, Template

_SEARCHED_ROWS: Final = 20
"""People put a heading above a table; the header is not looked for further down."""

_MOST_CSV_BYTES: Final = 64 << 20
"""A clerk's table has thousands of rows; the importer with a mapping reads files of any length."""

_BEGINNING: Final = "kesu-template:"
_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 - no zone
_NEW: Final = "download the template again, and copy the rows into it"


@dataclass(frozen=True, slots=True)
class Returned:
    """A filled template as it came."""

    name: str
    """Of the file."""
    item: str
    version: int
    codes: Mapping[int, str]
    """Column, from 0 -> what stands in the row of codes."""
    titles: Mapping[int, str]
    """Column -> what stands above it; empty where somebody deleted that row."""
    rows: tuple[Row, ...]
    """Those below the header."""
    merges: tuple[Merge, ...]
    first_day: datetime


def read_returned(path: Path) -> Returned | None:
    """Read a file; None where no marker is in it. Raises `SourceFault` for what cannot be read, ``OSError``."""
    sheets = read_sheets(path) if path.suffix.lower() == SUFFIX else _csv_sheets(path)
    marked = [(sheet, at) for sheet in sheets if (at := _marked_row(sheet)) is not None]
    if not marked:
        return None
    if len(marked) > 1:
        raise SourceFault(path.name, "holds several filled templates", "send each as a file of its own")
    sheet, at = marked[0]
    codes = {column: cell.text.strip() for column, cell in sheet.rows[at].cells.items()}
    markers = [found for code in codes.values() if (found := MARKER.fullmatch(code))]
    if len(markers) != 1:
        raise SourceFault(path.name, "has a row of codes that somebody changed", _NEW)
    layout, item, version = markers[0].groups()
    if int(layout) != LAYOUT:
        raise SourceFault(path.name, f"is a template of layout {layout}, and {LAYOUT} is read here", _NEW)
    above = sheet.rows[at - 1].cells if at else {}
    titles = {column: cell.text for column, cell in above.items()}
    return Returned(path.name, item, int(version), codes, titles, sheet.rows[at + 1 :], sheet.merges, sheet.first_day)


def check_header(returned: Returned, template: Template) -> None:
    """Refuse a header that is not the template's; columns may be moved, and optional ones may be missing."""
    known = {column.code: column for column in template.columns}
    seen = set[str]()
    for at, code in sorted(returned.codes.items()):
        column = known.get(code)
        if column is None:
            rule = f"column {_letters(at)} has the code {code[:64]!r}, which this template does not have"
            raise SourceFault(returned.name, rule, "put the code of the template back, or delete the column")
        if code in seen:
            rule = f"two columns have the code {code}, {column.title}"
            raise SourceFault(returned.name, rule, "delete one of them")
        seen.add(code)
        title = returned.titles.get(at, "" if returned.titles else column.header)
        if _bare(title) != _bare(column.title):
            rule = f"column {_letters(at)} is titled {title[:64]!r}, and its code {code} is that of {column.title}"
            raise SourceFault(returned.name, rule, "put title and code of the template back")
    for column in template.columns:
        if column.stays and column.code not in seen:
            rule = f"has no column {column.title} ({column.code})"
            raise SourceFault(returned.name, rule, "put it back as the template has it")
    for cells in (returned.titles, *(row.cells for row in returned.rows)):
        for at in cells:
            if at not in returned.codes:
                rule = f"column {_letters(at)} holds something and has no code"
                raise SourceFault(returned.name, rule, "delete the column: the template does not have it")


def _marked_row(sheet: Sheet) -> int | None:
    if sheet.visible:
        for at, row in enumerate(sheet.rows[:_SEARCHED_ROWS]):
            if any(cell.text.strip().startswith(_BEGINNING) for cell in row.cells.values()):
                return at
    return None


def _csv_sheets(path: Path) -> tuple[Sheet, ...]:
    with path.open("rb") as file:
        data = file.read(_MOST_CSV_BYTES + 1)
    if _BEGINNING.encode() not in data:
        return ()
    if len(data) > _MOST_CSV_BYTES:
        raise SourceFault(path.name, "is too large", "split it")
    lines = csv.reader(io.StringIO(_decoded(data, path.name), newline=""), strict=True)
    try:
        rows = tuple(_filled(lines))
    except csv.Error as error:
        raise SourceFault(path.name, f"is not CSV: {error}", "save it again as CSV UTF-8") from None
    return (Sheet(path.name, visible=True, rows=rows, merges=(), first_day=_DAY_ZERO),)


def _decoded(data: bytes, name: str) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SourceFault(name, "is neither UTF-8 nor GB 18030 text", "save it as CSV UTF-8")


def _filled(lines: Iterator[Sequence[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, 1):  # a spreadsheet program numbers empty rows, too
        filled = {at: Cell(text) for at, text in enumerate(cells) if text.strip()}
        if filled:
            yield Row(number, filled)


def _bare(title: str) -> str:
    """A title without what people and programs do to it: the star, line breaks, blanks."""
    return "".join(title.split()).lstrip("*")


def _letters(at: int) -> str:
    return cell_name(1, at)[:-1]
