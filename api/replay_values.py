"""The values of a record as they were known then: opened from the entry that commits to them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.catalogue import FieldKind
from ledger.domain.events import Erased
from ledger.domain.gist import Items
from ledger.particulars import DATA_PREFIX
from ledger.service import Ledger
from projections.replay.standing import Standing
from verify.strict import JsonValue

Values = Mapping[str, JsonValue] | Erased | None
"""By field code; `Erased` where they were destroyed, None while a record is only being considered for a list."""

_FEN_A_YUAN: Final = 100


def values_then(ledger: Ledger, row: Standing) -> Values:
    """The values that the row had, by field code."""
    if row.values_from is None:
        return None
    (stored,) = ledger.recorder.select_notifications(row.values_from + 1, 1)
    values = ledger.mapper.to_domain_event(stored).values()
    if isinstance(values, Erased):
        return values
    return {path.removeprefix(DATA_PREFIX): value for path, value in values.items() if path.startswith(DATA_PREFIX)}


def values_json(values: Values) -> dict[str, Any]:
    """What a row says of its values: none, with the reason if they were erased."""
    erased = isinstance(values, Erased)
    return {"values": None if isinstance(values, Erased) or values is None else dict(values), "erased": erased}


def values_lines(values: Values, row: Standing, items: Items) -> Iterator[str]:
    """The values for people: a line a field that has one, under its Chinese name."""
    if values is None or isinstance(values, Erased):
        yield "no values yet" if values is None else "values erased"
        return
    item = items.get((row.item, row.item_version))
    fields = {field.code: field for field in item.fields} if item else {}
    for code, value in values.items():
        if value is not None:
            field = fields.get(code)
            name = code if field is None else f"{field.zh} {code}"
            yield f"{name}: {_text(value, money=field is not None and field.kind is FieldKind.MONEY)}"


def _text(value: JsonValue, *, money: bool) -> str:
    if money and isinstance(value, int):
        return f"{value // _FEN_A_YUAN}.{value % _FEN_A_YUAN:02d} 元"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
