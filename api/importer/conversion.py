"""One source value to one catalogue value: exactly, or refused with a reason that does not repeat the value.

Each `*_reader` function checks its parameters once (``ValueError`` when they make no sense) and returns a function that
is called for every row. A reader takes what CSV (text) or JSON (text, integer, null) can hold, and returns null for an
empty cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from enum import StrEnum
from typing import TypeAlias

from ledger.codes import IdentifierScheme, identifier_fault
from verify.strict import MAX_SAFE_INTEGER, JsonValue

Reader: TypeAlias = Callable[[JsonValue], JsonValue]

USCC_PLACEHOLDER = "0" * 17 + "X"
"""What the 双公示 forms let a 个体工商户 without a code write; it names nobody and is read as an empty cell."""

_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,15})(?:\.([0-9]{1,32}))?")
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,15})")
_DATE_PART = re.compile(r"(%[Ymd])")
_NATIONAL = frozenset(scheme.value for scheme in IdentifierScheme if scheme.is_national)
# Hyphen-minus, the dashes that word processors make of it, and what cannot be seen but is copied from web pages.
_TYPING = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2212\u200b\u200c\u200d\u2060\ufeff"))
_HALF_WIDTH = {0x3000: 0x20} | {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class ConversionFault(ValueError):
    """A source value that cannot become a catalogue value; `reason` names the rule and never the value."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class MoneyUnit(StrEnum):
    """The unit an amount is written in; catalogue amounts are integer fen (0.01 yuan)."""

    WAN_YUAN = "万元"
    YUAN = "元"
    FEN = "分"

    @property
    def decimals(self) -> int:
        """Digits after the point that a whole number of fen can need."""
        return {"万元": 6, "元": 2, "分": 0}[self.value]


def clean_code(text: str, scheme: str) -> str:
    """Return a code as it is registered: half-width, no outer spaces.

    In a national scheme, whose codes are digits and capitals by definition, also upper case, without inner spaces and
    hyphens; in any other scheme these may tell two codes apart.
    """
    if not text.isascii():
        text = text.translate(_HALF_WIDTH)
    if scheme not in _NATIONAL:
        return text.strip()
    return "".join(text.translate(_TYPING).split()).upper()


def read_text(raw: JsonValue) -> str | None:
    """Return the text without outer white space; null for an empty cell.

    Raises `ConversionFault` for a JSON number, boolean, array or object.
    """
    if raw is None:
        return None
    if not isinstance(raw, str):
        reason = "must be text"
        raise ConversionFault(reason)
    return raw.strip() or None


def code_reader(scheme: str) -> Reader:
    """Return a reader of codes of `scheme`, which must follow its rules as far as the ledger knows them."""

    def read_code(raw: JsonValue) -> JsonValue:
        text = read_text(raw)
        if text is None:
            return None
        code = clean_code(text, scheme)
        if not code or (scheme == IdentifierScheme.USCC and code == USCC_PLACEHOLDER):
            return None
        sentence = identifier_fault(scheme, code)
        if sentence is not None:
            reason = f"is refused: {sentence.rstrip('.')}"
            raise ConversionFault(reason)
        return code

    return read_code


def money_reader(unit: MoneyUnit) -> Reader:
    """Return a reader of plain decimal amounts in `unit` into integer fen; what is finer than a fen is refused."""
    decimals = unit.decimals
    factor = 10**decimals

    def read_money(raw: JsonValue) -> JsonValue:
        if isinstance(raw, int) and not isinstance(raw, bool):
            if raw < 0:
                reason = "must not be negative"
                raise ConversionFault(reason)
            return _safe(raw * factor)
        text = read_text(raw)
        if text is None:
            return None
        match = _DECIMAL.fullmatch(text)
        if match is None:
            reason = "must be a plain amount such as 1234.56: half-width digits, no sign, comma, exponent or unit"
            raise ConversionFault(reason)
        fraction = (match[2] or "").rstrip("0")
        if len(fraction) > decimals:
            reason = f"is finer than a fen: at most {decimals} decimals in {unit.value}"
            raise ConversionFault(reason)
        return _safe(int(match[1] + fraction.ljust(decimals, "0")))

    return read_money


def read_integer(raw: JsonValue) -> JsonValue:
    """Return a whole number, from JSON or from half-width digits with an optional minus sign."""
    if isinstance(raw, int) and not isinstance(raw, bool):
        return _safe(raw)
    text = read_text(raw)
    if text is None:
        return None
    if not _INTEGER.fullmatch(text):
        reason = "must be a whole number in half-width digits"
        raise ConversionFault(reason)
    return _safe(int(text))


def date_reader(formats: tuple[str, ...]) -> Reader:
    """Return a reader of dates in any of `formats` (``%Y`` ``%m`` ``%d`` once each) into ``YYYY-MM-DD``.

    Month and day may be written with one digit where a separator stands beside them.
    """
    patterns = tuple(re.compile(_date_pattern(template)) for template in formats)
    if not patterns:
        message = "needs at least one date format"
        raise ValueError(message)
    shown = " or ".join(formats)

    def read_date(raw: JsonValue) -> JsonValue:
        text = read_text(raw)
        if text is None:
            return None
        for pattern in patterns:
            match = pattern.fullmatch(text)
            if match is None:
                continue
            try:
                return date(int(match["Y"]), int(match["m"]), int(match["d"])).isoformat()
            except ValueError:
                reason = "is not a day of the calendar"
                raise ConversionFault(reason) from None
        reason = f"must be a date written {shown}"
        raise ConversionFault(reason)

    return read_date


def list_reader(labels: Mapping[str, str], separator: str | None) -> Reader:
    """Return a reader of code lists: each code becomes its label; with `separator` the result is a list of labels.

    Without `labels` the separated texts stand for themselves. A JSON array is read like separated text.
    """
    allowed = ", ".join(labels)

    def label_of(code: str) -> str:
        if not labels:
            return code
        label = labels.get(code)
        if label is None:
            label = labels.get(clean_code(code, ""))
        if label is None:
            reason = f"has a code that is none of: {allowed}"
            raise ConversionFault(reason)
        return label

    def read_list(raw: JsonValue) -> JsonValue:
        if isinstance(raw, list):
            pieces = [read_text(item) for item in raw]
        else:
            text = read_text(raw)
            pieces = [] if text is None else [piece.strip() for piece in text.split(separator)]
        found = [label_of(piece) for piece in pieces if piece]
        if len(set(found)) != len(found):
            reason = "names the same code twice"
            raise ConversionFault(reason)
        return list[JsonValue](found) or None

    def read_one(raw: JsonValue) -> JsonValue:
        text = read_text(raw)
        return None if text is None else label_of(text)

    return read_one if separator is None else read_list


def replacing_reader(replace: Mapping[str, str], reader: Reader) -> Reader:
    """Return `reader` behind a table of whole-cell replacements, such as a word that stands for a date."""

    def read_replaced(raw: JsonValue) -> JsonValue:
        return reader(replace.get(raw.strip(), raw) if isinstance(raw, str) else raw)

    return read_replaced


def _date_pattern(template: str) -> str:
    parts = _DATE_PART.split(template)
    if sorted(parts[1::2]) != ["%Y", "%d", "%m"] or any("%" in text for text in parts[::2]):
        message = f"date format {template!r} must hold %Y, %m and %d once each and nothing else that begins with %"
        raise ValueError(message)
    last = len(parts) - 2
    pattern = [re.escape(parts[0])]
    for at in range(1, len(parts), 2):
        touches = (at > 1 and not parts[at - 1]) or (at < last and not parts[at + 1])
        width = "{4}" if parts[at] == "%Y" else "{2}" if touches else "{1,2}"
        pattern.append(f"(?P<{parts[at][1]}>[0-9]{width}){re.escape(parts[at + 1])}")
    return "".join(pattern)


def _safe(number: int) -> int:
    if not -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
        reason = "is too large"
        raise ConversionFault(reason)
    return number
