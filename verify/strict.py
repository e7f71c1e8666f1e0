"""Strict readers for outside text: what Python's own parsers forgive is refused here (format.md section 8).

``int()`` takes ``+3``, ``1_0`` and Arabic digits, ``b64decode`` drops foreign characters, ``splitlines`` splits at
U+2028 and ``json.loads`` keeps the last of two equal keys. A log that accepts two spellings of one thing can be forged.
"""

from __future__ import annotations

import binascii
import json
import re
from datetime import UTC, datetime
from typing import NoReturn, TypeAlias

from verify.errors import Malformed

JsonValue: TypeAlias = "bool | int | str | list[JsonValue] | dict[str, JsonValue] | None"

MAX_SAFE_INTEGER = 2**53 - 1
"""RFC 8785 section 3.2.2.3: larger integers do not survive an IEEE 754 reader."""

_HASH_BYTES = 32

MAX_JSON_DEPTH = 32
"""Deeper nesting has no use in a statement and would exhaust the stack of a reader in another language."""

_DECIMAL = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}\.[0-9]{6}Z", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UUID7 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.ASCII)
_BASE64_32 = re.compile(r"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=", re.ASCII)
"""The canonical spellings of 32 bytes: the last character has no stray bits."""
_HEX32 = re.compile(r"[0-9a-f]{64}", re.ASCII)


def _object(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    members = dict(pairs)
    if len(members) != len(pairs):
        msg = "an object has the same key twice"
        raise Malformed("json", msg)
    return members


def _integer(digits: str) -> int:
    if len(digits) > len("-9007199254740991"):
        raise Malformed("json", "an integer is outside +-(2^53-1)")
    number = int(digits)
    if not -MAX_SAFE_INTEGER <= number <= MAX_SAFE_INTEGER:
        raise Malformed("json", "an integer is outside +-(2^53-1)")
    return number


def _no_float(_: str) -> NoReturn:
    raise Malformed("json", "floating point numbers, NaN and Infinity are not allowed")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_no_float, parse_constant=_no_float
)


def load_json(data: bytes) -> JsonValue:
    """Read UTF-8 JSON; refuses duplicate keys, floats, NaN, big integers, lone surrogates and deep nesting."""
    text = decode_utf8(data, "json")
    try:
        value: JsonValue = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise Malformed("json", f"not JSON at character {error.pos}: {error.msg}") from None
    except RecursionError:
        raise Malformed("json", f"nested deeper than {MAX_JSON_DEPTH}") from None
    if "\\u" in text or text.count("{") + text.count("[") > MAX_JSON_DEPTH:
        _check_depth_and_surrogates(value, 0)
    return value


def _check_depth_and_surrogates(value: JsonValue, depth: int) -> None:
    if depth > MAX_JSON_DEPTH:
        raise Malformed("json", f"nested deeper than {MAX_JSON_DEPTH}")
    if isinstance(value, str):
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise Malformed("json", "a string has a lone surrogate")
    elif isinstance(value, list):
        for item in value:
            _check_depth_and_surrogates(item, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_depth_and_surrogates(key, depth + 1)
            _check_depth_and_surrogates(item, depth + 1)


def decode_utf8(data: bytes, part: str) -> str:
    """Decode UTF-8 without a byte order mark."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(part, "not UTF-8") from None
    if text.startswith("\ufeff"):
        raise Malformed(part, "starts with a byte order mark")
    return text


def decode_base64(text: str, part: str, length: int | None = None) -> bytes:
    """Decode canonical standard base64 (RFC 4648 section 4, section 3.5); `length` in bytes is required if given."""
    if length == _HASH_BYTES and _BASE64_32.fullmatch(text):
        return binascii.a2b_base64(text)
    try:
        data = binascii.a2b_base64(text.encode("ascii"), strict_mode=True)
    except (UnicodeEncodeError, binascii.Error):
        raise Malformed(part, "not canonical base64") from None
    if encode_base64(data) != text:
        raise Malformed(part, "not canonical base64")
    if length is not None and len(data) != length:
        raise Malformed(part, f"must be {length} bytes, is {len(data)}")
    return data


def encode_base64(data: bytes) -> str:
    """Encode standard base64 with padding."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def decode_hex32(text: str, part: str) -> bytes:
    """Decode 32 bytes of lower-case hexadecimal."""
    if not _HEX32.fullmatch(text):
        raise Malformed(part, "must be 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)


def parse_decimal(text: str, part: str) -> int:
    """Read an ASCII decimal number without sign, underscore or leading zero (at most 19 digits)."""
    if not _DECIMAL.fullmatch(text):
        raise Malformed(part, "must be a decimal number without sign, spaces or leading zeros")
    return int(text)


def check_instant(text: str, part: str) -> str:
    """Return `text` if it is a real UTC instant written `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""
    if not _INSTANT.fullmatch(text):
        raise Malformed(part, "must be an instant YYYY-MM-DDTHH:MM:SS.ffffffZ")
    try:
        datetime.fromisoformat(text[:-1])
    except ValueError:
        raise Malformed(part, "is not a real instant") from None
    return text


def format_instant(moment: datetime) -> str:
    """Write an aware datetime as a UTC instant with microseconds."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def check_date(text: str, part: str) -> str:
    """Return `text` if it is a real calendar date written `YYYY-MM-DD`."""
    if not _DATE.fullmatch(text):
        raise Malformed(part, "must be a date YYYY-MM-DD")
    try:
        datetime.fromisoformat(text)
    except ValueError:
        raise Malformed(part, "is not a real date") from None
    return text


def check_uuid7(text: str, part: str) -> str:
    """Return `text` if it is a lower-case UUIDv7 (RFC 9562 section 5.7)."""
    if not _UUID7.fullmatch(text):
        raise Malformed(part, "must be a lower-case UUIDv7")
    return text
