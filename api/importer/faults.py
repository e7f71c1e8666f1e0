"""The rows that could not be taken, in the source's own format, to be put right and sent again with the same mapping.

Cells are written as they came, also those that begin with = + - @: a prefix that keeps a spreadsheet program from
calculating would change what is sent again. The added columns come first, so that a row with too many cells still keeps
them all.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from types import TracebackType
from typing import Self, TextIO

from api.importer.mapping import Mapping, SourceFormat
from api.importer.outcome import RowFault
from api.importer.rows import BROKEN_TEXT_COLUMN, read_header, source_encoding, source_format

ROW, FIELD, REASON = "kesu_row", "kesu_field", "kesu_reason"
"""The added columns; `read_rows` leaves them out when the file comes back."""


class FaultFile:
    """A file of bad rows; nothing is created before the first fault; `path` appears whole at `close` or not at all.

    Leaving a ``with`` block by an exception discards it. A process that is killed leaves ``<name>.part`` behind.
    """

    def __init__(
        self,
        path: Path,
        source_format: SourceFormat,
        header: tuple[str, ...],
        *,
        delimiter: str = ",",
        encoding: str = "utf-8-sig",
    ) -> None:
        self.path = path
        self.count = 0
        self._part = path.with_name(f"{path.name}.part")
        self._format = source_format
        self._header = header
        self._delimiter = delimiter
        self._encoding = encoding
        self._stream: TextIO | None = None

    @classmethod
    def for_source(cls, path: Path, source: Path, mapping: Mapping) -> Self:
        """Return a fault file for the rows of `source`; raises `SourceFault` as `read_header` does.

        A declared GB 18030 stays GB 18030, because the same mapping must read the file again; other CSV is UTF-8 with a
        byte order mark, which spreadsheet programs need to see that it is UTF-8.
        """
        written = source_format(source, mapping)
        declared = mapping.source.encoding == "gb18030" and source_encoding(source, mapping) == "gb18030"
        return cls(
            path,
            written,
            read_header(source, mapping),
            delimiter=mapping.source.delimiter,
            encoding="gb18030" if declared else "utf-8-sig" if written is SourceFormat.CSV else "utf-8",
        )

    def write(self, fault: RowFault) -> None:
        """Add one bad row with its reason; raises ``OSError`` when the disk refuses."""
        if self._stream is None:
            self._stream = self._part.open("w", encoding=self._encoding, newline="")
            if self._format is SourceFormat.CSV:
                self._stream.write(self._csv_line([ROW, FIELD, REASON, *self._header]))
        self.count += 1
        line = self._csv_row(fault) if self._format is SourceFormat.CSV else _json_row(fault)
        self._stream.write(line)

    def close(self) -> None:
        """Put the finished file in its place, replacing an older one, durably; does nothing without faults."""
        if self._stream is None:
            return
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._stream = None
        self._part.replace(self.path)

    def discard(self) -> None:
        """Throw away what was written; `path` stays as it was."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None
            self._part.unlink(missing_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def _csv_row(self, fault: RowFault) -> str:
        row = fault.row
        cells = list(row.raw) if row.broken else [_cell(row.columns.get(name)) for name in self._header]
        return self._csv_line([str(fault.number), fault.field, fault.reason, *cells])

    def _csv_line(self, cells: list[str]) -> str:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=self._delimiter, lineterminator="\r\n").writerow(cells)
        return buffer.getvalue()


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _json_row(fault: RowFault) -> str:
    row = dict(fault.row.columns)
    if fault.row.broken:
        row[BROKEN_TEXT_COLUMN] = "".join(fault.row.raw)
    row |= {ROW: fault.number, FIELD: fault.field, REASON: fault.reason}
    return json.dumps(row, ensure_ascii=False) + "\n"
