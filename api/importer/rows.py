"""A source file as a stream of rows: CSV or JSON lines, plain or gzip, UTF-8 or GB 18030, in memory one row at a time.

What is wrong with the file as a whole is a `SourceFault`; what is wrong with one row travels in `SourceRow.broken`, so
that one bad row never hides the others.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from api.importer.declaration import Mapping, SourceFormat
from verify.errors import Malformed
from verify.strict import JsonValue, load_json

IGNORED_COLUMNS = frozenset({"kesu_row", "kesu_field", "kesu_reason"})
"""Columns that a fault file adds; a file that is sent again still has them."""

MAX_LINE_CHARACTERS = 1_000_000
"""An entry of the log is at most 65,535 bytes, so a longer line is no record; reading it could exhaust the memory."""

BROKEN_TEXT_COLUMN = "kesu_text"
"""Where a fault file keeps a JSON line that is no object: it has to be put back as a line by hand."""

_CHUNK_BYTES = 1 << 20
_GZIP_MAGIC = b"\x1f\x8b"
_FOREIGN_MAGIC = {
    b"PK\x03\x04": "is a spreadsheet or zip file",
    b"\xd0\xcf\x11\xe0": "is an old spreadsheet file",
    b"\xff\xfe": "is UTF-16",
    b"\xfe\xff": "is UTF-16",
}
_OUTER_SUFFIXES = {".gz", ".faults"}
"""What may stand behind the suffix that tells the format: a fault file is named after its source."""
_FORMAT_BY_SUFFIX = {".csv": SourceFormat.CSV, ".jsonl": SourceFormat.JSONL, ".ndjson": SourceFormat.JSONL}


class SourceFault(ValueError):
    """A file that cannot be read as the mapping says: where, the rule it breaks and the way out."""

    def __init__(self, where: str, rule: str, fix: str) -> None:
        super().__init__(f"{where}: {rule}; {fix}")
        self.where = where
        self.rule = rule
        self.fix = fix


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One row as it stands in the source; its values are unconverted."""

    number: int
    """Data row, from 1; the header and empty rows do not count. Of a template: as the spreadsheet program shows it."""
    line: int
    """Physical line on which the row begins, from 1."""
    columns: dict[str, JsonValue]
    """Column to value, without the columns a fault file adds; for JSON the whole object."""
    broken: str = ""
    """Why the row could not be split into columns; then `columns` is empty and `raw` holds the cells or the line."""
    raw: tuple[str, ...] = ()
    written: bytes = b""
    """The row as it stands in the file, in the file's encoding, without the line end behind it."""

    def digest(self) -> str:
        """Return the SHA-256 of the row's own bytes, in hexadecimal: the document that was imported."""
        return hashlib.sha256(self.written).hexdigest()


def source_format(path: Path, mapping: Mapping) -> SourceFormat:
    """Return the declared format, or the one the file name tells; raises `SourceFault` when neither does."""
    if mapping.source.format is not None:
        return mapping.source.format
    suffixes = [suffix for suffix in map(str.lower, path.suffixes) if suffix not in _OUTER_SUFFIXES]
    found = _FORMAT_BY_SUFFIX.get(suffixes[-1]) if suffixes else None
    if found is None:
        raise SourceFault(path.name, "the name tells no format", 'write format = "csv" or "jsonl" under [source]')
    return found


def source_encoding(path: Path, mapping: Mapping) -> str:
    """Return ``utf-8-sig`` or ``gb18030``; ``auto`` reads the whole file once to find out.

    Raises `SourceFault` for a file that is neither, or is no text at all.
    """
    with _bytes_of(path) as stream:
        head = stream.read(4)
        for magic, rule in _FOREIGN_MAGIC.items():
            if head.startswith(magic):
                raise SourceFault(path.name, rule, "save it as CSV UTF-8 and send that")
    if mapping.source.encoding != "auto":
        return mapping.source.encoding
    for encoding in ("utf-8-sig", "gb18030"):
        if _decodes(path, encoding):
            return encoding
    raise SourceFault(path.name, "is neither UTF-8 nor GB 18030 text", "save it as UTF-8")


def read_header(path: Path, mapping: Mapping) -> tuple[str, ...]:
    """Return the CSV columns in order, without those a fault file adds; nothing for JSON lines.

    Raises `SourceFault` for a missing, empty or repeated column.
    """
    if source_format(path, mapping) is SourceFormat.JSONL:
        return ()
    with _lines_of(path, mapping) as lines:
        header = _header(_csv_reader(lines, mapping), path, mapping)
    return tuple(name for name in header if name not in IGNORED_COLUMNS)


def read_rows(path: Path, mapping: Mapping) -> Iterator[SourceRow]:
    """Yield the rows in file order, reading as they are asked for; close the iterator to close the file early.

    Raises `SourceFault` for a file that cannot be read on; rows that cannot be understood come with `broken` set.
    """
    rows = _csv_rows if source_format(path, mapping) is SourceFormat.CSV else _json_rows
    with _lines_of(path, mapping) as lines:
        yield from rows(lines, path, mapping)


def count_rows(path: Path, mapping: Mapping) -> int:
    """Return about how many rows `read_rows` will give, from the bytes alone; exact for a well-formed file."""
    is_csv = source_format(path, mapping) is SourceFormat.CSV
    count = 0
    inside_quotes = False
    with _bytes_of(path) as stream:
        for line in stream:
            if is_csv and line.count(b'"') % 2:
                inside_quotes = not inside_quotes
            count += not inside_quotes and not line.isspace()
    return max(count - is_csv, 0)


class _Lines:
    """The lines of a text stream with their ends, remembering those handed out since `forget`."""

    def __init__(self, stream: io.TextIOBase, name: str, encoding: str) -> None:
        self._stream = stream
        self._name = name
        self._encoding = encoding
        self.count = 0
        self.recent: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._stream.readline(MAX_LINE_CHARACTERS)
        if not line:
            raise StopIteration
        self.count += 1
        if len(line) == MAX_LINE_CHARACTERS:
            raise SourceFault(f"{self._name} line {self.count}", "is too long for a record", "check the line ends")
        self.recent.append(line)
        return line

    def forget(self) -> None:
        self.recent.clear()

    def written(self) -> bytes:
        """Return the bytes that the lines since `forget` were read from, without the last line end.

        Both encodings are one to one: what was decoded strictly is encoded to the same bytes again.
        """
        return "".join(self.recent).rstrip("\r\n").encode(self._encoding)


def _csv_rows(lines: _Lines, path: Path, mapping: Mapping) -> Iterator[SourceRow]:
    reader = _csv_reader(lines, mapping)
    header = _header(reader, path, mapping)
    kept = tuple((at, name) for at, name in enumerate(header) if name not in IGNORED_COLUMNS)
    whole = len(kept) == len(header)
    number = 0
    while True:
        lines.forget()
        line = lines.count + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            number += 1
            yield SourceRow(number, line, {}, f"is not CSV: {error}", ("".join(lines.recent).rstrip("\r\n"),))
            continue
        if not any(cells):
            continue
        number += 1
        if len(cells) != len(header):
            broken = f"has {len(cells)} cells where the header has {len(header)}"
            own = tuple(cell for at, cell in enumerate(cells) if at >= len(header) or header[at] not in IGNORED_COLUMNS)
            yield SourceRow(number, line, {}, broken, own)
        else:
            columns: dict[str, JsonValue]
            columns = dict(zip(header, cells, strict=True)) if whole else {name: cells[at] for at, name in kept}
            yield SourceRow(number, line, columns, written=lines.written())


def _json_rows(lines: _Lines, _: Path, __: Mapping) -> Iterator[SourceRow]:
    number = 0
    for text in lines:
        written = lines.written()
        lines.forget()
        line = text.strip()
        if not line:
            continue
        number += 1
        try:
            value = load_json(line.encode())
        except Malformed as error:
            yield SourceRow(number, lines.count, {}, f"is not strict JSON: {error.rule}", (line,))
            continue
        if not isinstance(value, dict):
            yield SourceRow(number, lines.count, {}, "is not a JSON object", (line,))
        elif BROKEN_TEXT_COLUMN in value:
            was = value[BROKEN_TEXT_COLUMN]
            broken = f"is a line kept in {BROKEN_TEXT_COLUMN}: write it as the line itself"
            yield SourceRow(number, lines.count, {}, broken, (was if isinstance(was, str) else line,))
        else:
            for name in IGNORED_COLUMNS & value.keys():
                del value[name]
            yield SourceRow(number, lines.count, value, written=written)


def _header(reader: Iterator[list[str]], path: Path, mapping: Mapping) -> list[str]:
    try:
        header = [cell.lstrip("\ufeff").strip() for cell in next(reader, [])]
    except csv.Error as error:
        raise SourceFault(path.name, f"the header is not CSV: {error}", "put the first line right") from None
    for at, name in enumerate(header, 1):
        if not name:
            raise SourceFault(path.name, f"column {at} has no name", "name it or remove it")
        if header.count(name) > 1:
            raise SourceFault(path.name, f"two columns are named {name}", "rename one of them")
    for name, key in mapping.required_columns().items():
        if name not in header:
            raise SourceFault(path.name, f"has no column {name}", f"add it, or change {key} of the mapping")
    return header


def _csv_reader(lines: _Lines, mapping: Mapping) -> Iterator[list[str]]:
    return csv.reader(lines, delimiter=mapping.source.delimiter, strict=True)


@contextmanager
def _lines_of(path: Path, mapping: Mapping) -> Iterator[_Lines]:
    encoding = source_encoding(path, mapping)
    newline = "" if source_format(path, mapping) is SourceFormat.CSV else "\n"
    with _bytes_of(path) as stream, closing(io.TextIOWrapper(stream, encoding, newline=newline)) as text:
        try:
            yield _Lines(text, path.name, encoding.removesuffix("-sig"))
        except UnicodeDecodeError:
            raise SourceFault(path.name, f"is not {encoding}", 'write encoding = "auto" or save it as UTF-8') from None


@contextmanager
def _bytes_of(path: Path) -> Iterator[BinaryIO]:
    with path.open("rb") as plain:
        zipped = plain.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
        plain.seek(0)
        if not zipped:
            yield plain
            return
        try:
            with gzip.GzipFile(fileobj=plain, mode="rb") as stream:
                yield cast("BinaryIO", stream)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise SourceFault(path.name, "is a damaged gzip file", "send it again") from None


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    with _bytes_of(path) as stream:
        try:
            while chunk := stream.read(_CHUNK_BYTES):
                decoder.decode(chunk)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True
