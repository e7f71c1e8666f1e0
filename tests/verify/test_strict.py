"""Strict readers: one spelling for each thing, and nothing else comes through."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from verify.canonical import canonical_json
from verify.errors import Malformed
from verify.strict import (
    MAX_JSON_DEPTH,
    MAX_SAFE_INTEGER,
    JsonValue,
    check_date,
    check_instant,
    check_uuid7,
    decode_base64,
    decode_hex32,
    decode_utf8,
    encode_base64,
    format_instant,
    load_json,
    parse_decimal,
)

safe_integers = st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER)
texts = st.text(st.characters(codec="utf-8"))
json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | safe_integers | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=20,
)


@given(json_values)
def test_allowed_json_comes_back_as_it_was(value: JsonValue) -> None:
    """Whatever this format allows is read, escaped or not, compact or not."""
    assert load_json(canonical_json(value)) == value
    assert load_json(json.dumps(value, indent=1).encode()) == value


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"\\u0061":2}',
        '{"b":{"a":1,"c":2,"a":3}}',
        "1.0",
        "1e0",
        "1e400",
        "-1E5",
        '{"money":0.1}',
        "NaN",
        "Infinity",
        "-Infinity",
        "[NaN]",
        str(MAX_SAFE_INTEGER + 1),
        str(-MAX_SAFE_INTEGER - 1),
        "9" * 5000,
        '"\\ud800"',
        '"\\udc00\\ud800"',
        '{"\\ud83d":1}',
        '["x",{"y":"\\udfff"}]',
        "\ufeff{}",
        "",
        " ",
        "{}{}",
        "{} x",
        "{'a':1}",
        "[1,]",
        '{"a":1,}',
        '"a\nb"',
        '"a\x00b"',
        "01",
        "+1",
        "1_0",
        "٣",
        "nul",
        "True",
    ],
)
def test_other_json_is_refused(text: str) -> None:
    """Duplicate keys, floats, NaN, big integers, lone surrogates, BOM and whatever is no JSON."""
    with pytest.raises(Malformed):
        load_json(text.encode())


@pytest.mark.parametrize("data", [b"\xff", b'"\xed\xa0\x80"', b'"\xc0\xaf"', b"\xef\xbb\xbf{}", '"a"'.encode("utf-16")])
def test_json_is_utf8_without_a_mark(data: bytes) -> None:
    """Surrogates in UTF-8, overlong forms and other encodings are refused."""
    with pytest.raises(Malformed):
        load_json(data)


def test_surrogate_pairs_are_one_character() -> None:
    """An escaped pair is what JSON says it is."""
    assert load_json(b'"\\ud83d\\ude00"') == "😀"


@pytest.mark.parametrize("opening", ["[", '{"a":'])
@pytest.mark.parametrize("depth", [MAX_JSON_DEPTH + 2, 1000, 200_000])
def test_deep_nesting_is_refused(opening: str, depth: int) -> None:
    """A reader in another language has a small stack, and ours must not crash."""
    closing = "]" if opening == "[" else "}"
    with pytest.raises(Malformed):
        load_json((opening * depth + "1" + closing * depth).encode())


def test_nesting_up_to_the_limit_is_read() -> None:
    """Breadth is no depth."""
    assert load_json(b"[" * MAX_JSON_DEPTH + b"]" * MAX_JSON_DEPTH)
    assert load_json(b"[" + b"[]," * 1000 + b"[]]") == [[]] * 1001


@given(st.binary(max_size=100))
def test_base64_comes_back_as_it_was(data: bytes) -> None:
    """Both ways, and as the standard library writes it."""
    assert encode_base64(data) == base64.b64encode(data).decode()
    assert decode_base64(encode_base64(data), "part") == data


@given(st.text("AB+/=9-_ \n", max_size=12))
def test_base64_has_one_spelling(text: str) -> None:
    """What decodes at all encodes back to the same text."""
    try:
        data = decode_base64(text, "part")
    except Malformed:
        return
    assert encode_base64(data) == text


@pytest.mark.parametrize(
    "text",
    [
        "QQ",
        "QQ=",
        "QR==",
        "QUJ=",
        "QQ==\n",
        " QQ==",
        "Q Q==",
        "QQ==QQ==",
        "QQ===",
        "-_-_",
        "QUI*",
        "=",
        "ＱＱ==",
        "QUE==",
    ],
)
def test_other_base64_is_refused(text: str) -> None:
    """Missing or surplus padding, spare bits, white space, the URL alphabet, full-width letters."""
    with pytest.raises(Malformed):
        decode_base64(text, "part")


def test_base64_may_have_a_required_length() -> None:
    """A commitment of 31 bytes is none."""
    assert decode_base64(encode_base64(bytes(32)), "part", 32) == bytes(32)
    with pytest.raises(Malformed, match="must be 32 bytes, is 31"):
        decode_base64(encode_base64(bytes(31)), "part", 32)


@given(st.integers(0, 10**19 - 1))
def test_decimal_numbers_are_read(number: int) -> None:
    """Up to 19 digits."""
    assert parse_decimal(str(number), "part") == number


@pytest.mark.parametrize(
    "text", ["", "+3", "-3", "-0", "03", "00", "1_0", " 3", "3 ", "3\n", "٣", "३", "3.0", "0x3", "1" * 20]
)
def test_other_numbers_are_refused(text: str) -> None:
    """A tree size has one spelling: `+3`, `0003` and Arabic digits were once accepted elsewhere."""
    with pytest.raises(Malformed):
        parse_decimal(text, "part")


@given(st.timedeltas(timedelta(0), timedelta(days=3_652_000)), st.integers(-24 * 60 + 1, 24 * 60 - 1))
def test_instants_are_written_in_utc_with_microseconds(after: timedelta, offset: int) -> None:
    """Whatever the zone, and what is written is read; years have four digits."""
    aware = (datetime(1, 1, 3, tzinfo=UTC) + after).astimezone(timezone(timedelta(minutes=offset)))
    written = format_instant(aware)

    assert check_instant(written, "part") == written
    assert datetime.fromisoformat(written) == aware.astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22T08:00:00Z",
        "2026-11-22T08:00:00.000Z",
        "2026-11-22T08:00:00.000000",
        "2026-11-22T08:00:00.000000+00:00",
        "2026-11-22t08:00:00.000000z",
        "2026-11-22 08:00:00.000000Z",
        "2026-02-30T08:00:00.000000Z",
        "2026-11-22T24:00:00.000000Z",
        "2026-11-22T08:00:60.000000Z",
        "0000-11-22T08:00:00.000000Z",
        "２026-11-22T08:00:00.000000Z",
        "2026-11-22T08:00:00.000000Z\n",
        "",
    ],
)
def test_other_instants_are_refused(text: str) -> None:
    """Instants are compared as text, so there is one spelling."""
    with pytest.raises(Malformed):
        check_instant(text, "part")


def test_dates_are_real_calendar_dates() -> None:
    """2024 had a 29 February, 2026 has none."""
    assert check_date("2024-02-29", "part") == "2024-02-29"
    for text in (
        "2026-02-29",
        "2026-13-01",
        "2026-1-1",
        "20260101",
        "2026-W01-1",
        "2026-01-01T00",
        "２026-01-01",
        "0000-01-01",
    ):
        with pytest.raises(Malformed):
            check_date(text, "part")


def test_identifiers_are_lower_case_uuidv7() -> None:
    """Version and variant are part of the form."""
    good = "0193f000-0000-7000-8000-000000000001"
    assert check_uuid7(good, "part") == good
    for text in (
        good.replace("-7000", "-4000"),
        good.replace("-8000", "-c000"),
        good.upper().replace("0193F", "0193F"),
        good.replace("-", ""),
        "{" + good + "}",
        good + "\n",
        "",
    ):
        with pytest.raises(Malformed):
            check_uuid7(text, "part")


def test_hashes_are_64_lower_case_hexadecimal_digits() -> None:
    """Python's fromhex would also take spaces and capitals."""
    assert decode_hex32("ab" * 32, "part") == b"\xab" * 32
    for text in ("AB" * 32, "ab" * 31, "ab" * 33, " ".join(["ab"] * 32), "0x" + "ab" * 31, "ab" * 32 + "\n"):
        with pytest.raises(Malformed):
            decode_hex32(text, "part")


def test_a_refusal_names_part_and_rule() -> None:
    """Never the value: what is refused may be personal."""
    with pytest.raises(Malformed) as caught:
        decode_utf8(b"\xff", "statement")
    assert (caught.value.part, caught.value.rule) == ("statement", "not UTF-8")
