"""The cells of a row by column, and what can be read from them whatever they mean."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Final, TypeAlias

from api.importer.conversion import ConversionFault, Reader, clean_code, read_text
from api.importer.declaration import Mapping
from api.importer.outcome import Problem
from verify.strict import JsonValue, format_instant

Columns: TypeAlias = dict[str, JsonValue]

NO_COLUMN: Final = "the row has no such column"
"""Why a JSON row faults that leaves out what it must have; the header of a CSV file is judged before its rows."""


def is_empty(columns: Columns, column: str) -> bool:
    """Say whether a cell holds nothing, or is not there."""
    value = columns.get(column)
    return value is None or (isinstance(value, str) and not value.strip())


def required_text(columns: Columns, field: str, column: str, problems: list[Problem]) -> str | None:
    """Return the text of a cell that must not be empty; a problem of `field` where it is, or is no text."""
    try:
        text = read_text(columns.get(column))
    except ConversionFault as fault:
        problems.append(Problem(field, column, fault.reason))
        return None
    if text is None:
        problems.append(Problem(field, column, "must not be empty"))
    return text


def required_day(columns: Columns, field: str, column: str, reader: Reader, problems: list[Problem]) -> str | None:
    """Return the day in a cell that must not be empty, as ``YYYY-MM-DD``."""
    try:
        day = reader(columns.get(column))
    except ConversionFault as fault:
        problems.append(Problem(field, column, fault.reason))
        return None
    if day is None:
        problems.append(Problem(field, column, "must not be empty"))
        return None
    return str(day)


def record_key(columns: Columns, mapping: Mapping, named: tuple[str, ...], problems: list[Problem]) -> tuple[str, ...]:
    """Return the key of a record that stands in `named`: columns in the order of the mapping's ``record.key``."""
    subject, parts = mapping.subject, []
    for column, part in zip(named, mapping.key, strict=True):
        value = columns.get(column)
        if isinstance(value, int) and not isinstance(value, bool):
            parts.append(str(value))
            continue
        text = required_text(columns, "record", column, problems) or ""
        parts.append(clean_code(text, subject.scheme or "") if part == subject.code else text)
    return tuple(parts)


@lru_cache(maxsize=4096)
def utc(local: str) -> str:
    """Return a local time with its offset as a UTC instant; few days occur in many rows, and formatting one is slow.

    Raises ``OverflowError`` at the ends of the calendar.
    """
    return format_instant(datetime.fromisoformat(local))
