"""Values of database columns as mappings read them, and versions as the journal keeps them."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Final
from uuid import UUID

from api.gateway.errors import ConfigFault
from verify.strict import MAX_SAFE_INTEGER, JsonValue

READABLE: Final = (str, int, float, Decimal, date, time, UUID, type(None))
"""Types of cells that can be mapped; what is of another, such as an image, is left out of the row."""


def json_value(cell: object) -> JsonValue:
    """A cell of a `READABLE` type: amounts and fractions as plain text, a day at midnight as a day."""
    match cell:
        case None | str() | bool():
            return cell
        case int():
            return cell if abs(cell) <= MAX_SAFE_INTEGER else str(cell)
        case float() | Decimal():
            return (
                format(Decimal(repr(cell)) if isinstance(cell, float) else cell, "f") if math.isfinite(cell) else None
            )
        case datetime() if cell.time() == time():
            return cell.date().isoformat()
        case _:
            return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def pack_version(version: object) -> str:
    """A version as text that can be read back; raises `ConfigFault` for what has no order."""
    if type(version).__name__ in _UNPACK:
        text = version.isoformat() if isinstance(version, date) else str(version)
        return json.dumps([type(version).__name__, text])
    rule, fix = f"is of a type without order: {type(version).__name__}", "name a column of numbers, texts or times"
    raise ConfigFault("view.version", rule, fix)


def unpack_version(packed: str) -> object:
    """The version that `pack_version` packed."""
    kind, text = json.loads(packed)
    return _UNPACK[kind](text)


_UNPACK: Final[Mapping[str, Callable[[str], object]]] = {
    "datetime": datetime.fromisoformat,
    "date": date.fromisoformat,
    "int": int,
    "str": str,
    "Decimal": Decimal,
    "float": float,
}
