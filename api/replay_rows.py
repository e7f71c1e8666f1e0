"""Rows of a replay as bytes: JSON and CSV. The processes of a replay render theirs themselves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from ledger.vocabulary import TERMS, RecordStatus
from projections.replay.standing import Standing

COLUMNS: Final = (*Standing.__struct_fields__, "status_zh")
CSV_BEGINS: Final = b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"
"""A spreadsheet takes a file without the mark for one in its own encoding."""

STATUS_ZH: Final = {status: TERMS[status].zh for status in RecordStatus}

_STORED: Final = Standing.__struct_fields__
_ENCODE: Final = msgspec.json.Encoder().encode


def row_json(row: Standing) -> dict[str, Any]:
    """One row with the names of its columns; days as days."""
    named: dict[str, Any] = {name: getattr(row, name) for name in _STORED}
    named["status_zh"] = STATUS_ZH[row.status]
    return named


def json_line(value: object) -> bytes:
    """One JSON text with a line feed."""
    return _ENCODE(value) + b"\n"


def json_rows(rows: Iterable[Standing]) -> bytes:
    """JSON objects, a line each."""
    return b"".join(json_line(row_json(row)) for row in rows)


def csv_rows(rows: Iterable[Standing]) -> bytes:
    """Comma-separated lines. No cell can begin like a formula: all of them are codes, words, days and numbers."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(getattr(row, name)) for name in _STORED] + [STATUS_ZH[row.status]])
    return text.getvalue().encode()


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)
