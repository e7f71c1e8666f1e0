"""RFC 8785 bytes: the fast path writes what the reference writer writes."""

from __future__ import annotations

from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from verify.canonical import canonical_json, is_canonical
from verify.errors import Malformed
from verify.strict import MAX_SAFE_INTEGER, JsonValue

# Keys around the places where code point order and UTF-16 order part: BMP above U+E000 against astral characters.
edgy = st.text(st.sampled_from('aZ\x00\x1f\x7f"\\/é中\u2028\ud7ff\ue000\uf8ff\uffff\U00010000\U0001f600\U0010ffff'))
anything = st.text(st.characters(codec="utf-8")) | edgy
values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_SAFE_INTEGER, MAX_SAFE_INTEGER) | anything,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(anything, inner, max_size=6),
    max_leaves=25,
)


@given(values)
@example({"\ue000": 1, "\U00010000": 2})
@example({"a": {"\U0001f600": [], "\uffff": None}})
@example([{"\uf8ff": {"\U0010ffff": "\u2028"}}])
def test_it_is_what_the_reference_writer_writes(value: JsonValue) -> None:
    """For every value of this format, astral and private-use keys included."""
    assert canonical_json(value) == rfc8785.dumps(value)
    assert is_canonical(canonical_json(value), value)


def test_keys_are_ordered_by_utf16_code_units() -> None:
    """RFC 8785 section 3.2.3, its example without the escapes of its table."""
    value: JsonValue = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "ö": 7}

    assert canonical_json(value).decode() == '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'


def test_another_spelling_is_not_canonical() -> None:
    """One value, one spelling."""
    for other in (b'{"a": 1}', b'{"a":1.0}', b'{"\\u0061":1}', b'{"a":1}\n', b'{"a":-0}'):
        assert not is_canonical(other, {"a": 1})


class Text(str):
    __slots__ = ()


OTHERS: list[Any] = [
    0.5,
    1.0,
    float("nan"),
    float("inf"),
    MAX_SAFE_INTEGER + 1,
    -MAX_SAFE_INTEGER - 1,
    b"bytes",
    (1, 2),
    {1: "a"},
    {None: 1},
    {"a": {"b": [0.5]}},
    {1, 2},
    object(),
    "\ud800",
    "\udfff x",
    {"\ud800": 1},
    {"\ud800": 1, "\U00010000": 2},
    ["\udc00"],
]


@pytest.mark.parametrize("value", OTHERS, ids=[str(number) for number in range(len(OTHERS))])
def test_what_the_format_does_not_allow_is_refused(value: object) -> None:
    """Floats, big integers, lone surrogates, tuples and other types."""
    untyped: Any = value
    with pytest.raises(Malformed):
        canonical_json(untyped)


def test_a_float_beside_a_private_use_key_is_refused_too() -> None:
    """The reference writer would write it, so the types are checked first."""
    value: Any = {"\ue000": 1, "\U00010000": 0.5}
    with pytest.raises(Malformed):
        canonical_json(value)


def test_nesting_without_end_is_refused() -> None:
    """No recursion error escapes."""
    value: list[Any] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(Malformed):
        canonical_json(value)
    assert value.pop()
