"""Commitments: the log holds these, never a value."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.vectors import VECTORS
from verify.canonical import canonical_json
from verify.commitment import (
    MAX_PATH,
    Opening,
    check_path,
    commit,
    openings_json,
    parse_openings,
    wrong_openings,
)
from verify.errors import Malformed
from verify.handle import HANDLE_LENGTH, organisation_handle
from verify.strict import JsonValue, decode_base64, encode_base64


@pytest.mark.parametrize("vector", VECTORS["commitments"], ids=lambda vector: vector["path"])
def test_the_published_commitments_come_out_byte_for_byte(vector: dict[str, Any]) -> None:
    """Path, salt and value of the format's worked example."""
    salt = decode_base64(vector["salt"], "salt", 32)

    assert canonical_json(vector["value"]) == vector["jcs"].encode()
    assert encode_base64(commit(vector["path"], salt, vector["value"])) == vector["commitment"]
    assert parse_openings(VECTORS["openings"])[vector["path"]] == Opening(salt, vector["value"])


@pytest.mark.parametrize("vector", VECTORS["commitments"], ids=lambda vector: vector["path"])
def test_any_change_of_a_published_vector_changes_its_commitment(vector: dict[str, Any]) -> None:
    """Another path, any bit of the salt, another value."""
    path, value = vector["path"], vector["value"]
    salt = decode_base64(vector["salt"], "salt", 32)
    committed = {path: decode_base64(vector["commitment"], "commitment", 32)}

    assert wrong_openings(committed, {path: Opening(salt, value)}) == []
    for bit in range(256):
        changed = (int.from_bytes(salt, "big") ^ 1 << bit).to_bytes(32, "big")
        assert wrong_openings(committed, {path: Opening(changed, value)}) == [path]
    for other in ([value], "", 0, {"value": value}, str(value) + " ", True):
        assert wrong_openings(committed, {path: Opening(salt, other)}) == [path]
    assert commit(path + "x", salt, value) != committed[path]
    assert wrong_openings(committed, {"data/OTHER": Opening(salt, value)}) == ["data/OTHER"]


def test_a_commitment_is_the_hash_that_the_format_says() -> None:
    """Written out once by hand."""
    expected = hashlib.sha256(
        b"kesu/commit/v1\x00" + b"\x00\x06" + b"data/A" + b"s" * 32 + b'{"a":1,"b":null}'
    ).digest()

    assert commit("data/A", b"s" * 32, {"b": None, "a": 1}) == expected


def test_path_salt_and_value_cannot_run_into_each_other() -> None:
    """The length of the path stands before it."""
    assert commit("a", b"b" + b"s" * 31, 1) != commit("ab", b"s" * 31 + b"1", 1)


def test_null_is_not_absent_and_true_is_not_one() -> None:
    """Values are told apart as JSON tells them."""
    salt = bytes(32)
    values: list[JsonValue] = [None, False, True, 0, 1, "0", "", [], {}, "null"]

    assert len({commit("data/A", salt, value) for value in values}) == len(values)


@given(
    st.dictionaries(
        st.sampled_from(["subject", "data/A", "data/B", "data/c-d.e"]),
        st.tuples(st.binary(min_size=32, max_size=32), st.text(st.characters(codec="utf-8"))),
    )
)
def test_openings_come_back_as_they_were(pairs: dict[str, tuple[bytes, str]]) -> None:
    """Through JSON and back, and each opens its commitment."""
    openings = {path: Opening(salt, value) for path, (salt, value) in pairs.items()}
    committed = {path: commit(path, opening.salt, opening.value) for path, opening in openings.items()}

    assert parse_openings(openings_json(openings)) == openings
    assert wrong_openings(committed, openings) == []


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {"data/A": None},
        {"data/A": [encode_base64(bytes(32))]},
        {"data/A": [encode_base64(bytes(32)), 1, 2]},
        {"data/A": [encode_base64(bytes(31)), 1]},
        {"data/A": [1, 1]},
        {"data/A": ["A" * 44, 1]},
        {"data/A": {"salt": encode_base64(bytes(32)), "value": 1}},
    ],
    ids=repr,
)
def test_other_openings_are_refused(value: JsonValue) -> None:
    """An opening is a salt of 32 bytes and a value."""
    with pytest.raises(Malformed):
        parse_openings(value)


@pytest.mark.parametrize("path", ["subject", "data/CF_WSH", "data/a.b-c_d/0", "a/b/c/d/e/f/g/h", "A" * MAX_PATH])
def test_paths_are_ascii_words(path: str) -> None:
    """Joined by slash, dot or hyphen."""
    assert check_path(path, "part") == path


@pytest.mark.parametrize(
    "path",
    ["", "/", "a/", "/a", "a//b", "a b", "数据", "a\n", "a\x00", "a+b", "a/b/c/d/e/f/g/h/i", "A" * (MAX_PATH + 1)],
)
def test_other_paths_are_refused(path: str) -> None:
    """A path must not carry text, nor have two spellings."""
    with pytest.raises(Malformed):
        check_path(path, "part")


def test_the_published_handle_comes_out() -> None:
    """Anybody can recompute the handle of an organisation."""
    vector = VECTORS["handle"]
    handle = organisation_handle(vector["scheme"], vector["code"])

    assert handle == vector["handle"]
    assert len(handle) == HANDLE_LENGTH
    assert organisation_handle(vector["scheme"], vector["code"][:-1] + "8") != handle
    assert organisation_handle("other", vector["code"]) != handle
