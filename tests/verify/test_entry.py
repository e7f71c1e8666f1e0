"""Entries: a header line over the verbatim statement."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.vectors import VECTORS
from verify.canonical import canonical_json
from verify.entry import MAX_ENTRY_BYTES, NO_PREVIOUS, Entry, EntryHeader, entry_bytes, split_entry
from verify.errors import Malformed
from verify.merkle import leaf_hash
from verify.strict import JsonValue, load_json

RAW = [entry["text"].encode() for entry in VECTORS["entries"]]
HEADER = EntryHeader(
    seq=1,
    previous=bytes(32),
    recorded_at="2026-11-22T08:00:04.000000Z",
    stream="0193f000-0000-7000-8000-000000000020",
    version=1,
    subject="KNTILXCMRND45RTB5WH3WQQAUMDID5ML",
    discloses=(1,),
)


@pytest.mark.parametrize("seq", range(3))
def test_the_published_entries_come_out_byte_for_byte(seq: int) -> None:
    """Chained, with their digests and leaf hashes."""
    vector = VECTORS["entries"][seq]
    entry = Entry.parse(RAW[seq])
    previous = bytes.fromhex(VECTORS["entries"][seq - 1]["sha256"]) if seq else NO_PREVIOUS
    stream = "0193f000-0000-7000-8000-000000000020" if seq == 1 else "0193f000-0000-7000-8000-000000000010"
    header = EntryHeader(
        seq=seq,
        previous=previous,
        recorded_at=f"2026-11-22T08:00:0{seq + 3}.000000Z",
        stream=stream,
        version=2 if seq == 2 else 1,
        subject=VECTORS["handle"]["handle"] if seq == 1 else "",
        discloses=(1,) if seq == 1 else (),
    )

    assert entry_bytes(header, entry.statement.raw) == RAW[seq]
    assert entry.header == header
    assert entry.digest.hex() == vector["sha256"]
    assert entry.leaf.hex() == vector["leaf"]
    assert entry.raw == RAW[seq]


def test_the_statements_of_the_published_entries_are_the_published_statements() -> None:
    """Verbatim: not a byte is written anew."""
    assert [split_entry(raw)[1].decode() for raw in RAW[:2]] == VECTORS["statements"]


@pytest.mark.parametrize("seq", range(3))
def test_no_byte_of_a_published_entry_can_be_changed(seq: int) -> None:
    """Each changes the digest that the next entry names and the leaf that the root covers."""
    raw = RAW[seq]
    for position in range(0, len(raw), 7):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]

        assert hashlib.sha256(changed).hexdigest() != VECTORS["entries"][seq]["sha256"]
        assert leaf_hash(changed).hex() != VECTORS["entries"][seq]["leaf"]


numbers = st.lists(st.integers(0, 2**53 - 1), unique=True, max_size=5).map(lambda items: tuple(sorted(items)))


@given(
    st.integers(0, 2**53 - 1),
    st.binary(min_size=32, max_size=32),
    st.integers(1, 2**53 - 1),
    st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", min_size=32, max_size=32) | st.just(""),
    numbers,
    numbers,
)
def test_headers_come_back_as_they_were(
    seq: int, previous: bytes, version: int, subject: str, discloses: tuple[int, ...], withdraws: tuple[int, ...]
) -> None:
    """One line of canonical JSON; empty lists are left out."""
    header = replace(
        HEADER,
        seq=seq,
        previous=previous,
        version=version,
        subject=subject,
        discloses=discloses,
        withdraws=withdraws,
    )
    line = header.to_bytes()

    assert line.endswith(b"}\n")
    assert line.count(b"\n") == 1
    assert (b"withdraws" in line) is bool(withdraws)
    assert EntryHeader.parse(line[:-1]) == header


CHANGES: list[tuple[str, Any]] = [
    ("seq", -1),
    ("seq", "1"),
    ("seq", True),
    ("seq", None),
    ("version", 0),
    ("version", True),
    ("version", "1"),
    ("previous", "AB" * 32),
    ("previous", "ab" * 31),
    ("previous", 0),
    ("recorded_at", "2026-11-22T08:00:04Z"),
    ("recorded_at", 0),
    ("stream", "0193f000-0000-4000-8000-000000000020"),
    ("stream", None),
    ("subject", "A"),
    ("subject", "a" * 32),
    ("subject", "0" * 32),
    ("subject", "A" * 33),
    ("subject", None),
    ("discloses", []),
    ("discloses", [1, 1]),
    ("discloses", [2, 1]),
    ("discloses", [True]),
    ("discloses", ["1"]),
    ("discloses", 1),
    ("withdraws", []),
    ("withdraws", [-1]),
    ("more", 1),
]


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_other_headers_are_refused(name: str, value: JsonValue) -> None:
    """Each member has one form."""
    members = load_json(HEADER.to_bytes())
    assert isinstance(members, dict)
    with pytest.raises(Malformed):
        EntryHeader.parse(canonical_json(members | {name: value}))


@pytest.mark.parametrize("name", ["previous", "recorded_at", "seq", "stream", "subject", "version"])
def test_every_member_of_a_header_must_be_there(name: str) -> None:
    """Only what is disclosed and withdrawn may be left out."""
    members = load_json(HEADER.to_bytes())
    assert isinstance(members, dict)
    del members[name]
    with pytest.raises(Malformed, match="must have the members"):
        EntryHeader.parse(canonical_json(members))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        HEADER.to_bytes(),
        HEADER.to_bytes()[:-1] + b" ",
        HEADER.to_bytes()[:-1].replace(b":1,", b": 1,"),
        HEADER.to_bytes()[:-1].replace(b'"seq":1', b'"seq":1,"seq":1'),
        HEADER.to_bytes()[:-1].replace(b'"seq":1', b'"seq":1.0'),
    ],
)
def test_a_header_has_one_spelling(line: bytes) -> None:
    """Another spelling would be another entry with the same meaning."""
    with pytest.raises(Malformed):
        EntryHeader.parse(line)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"kesu/entry/v1\n",
        b"kesu/entry/v1\n{}",
        b"kesu/entry/v2" + RAW[0][13:],
        b" " + RAW[0],
        RAW[0].replace(b"\n", b"\r\n"),
        RAW[0] + b"\n",
        RAW[0][:-1],
        RAW[0].replace(b"\n{", b"\n\n{", 1),
    ],
)
def test_other_entries_are_refused(raw: bytes) -> None:
    """First line, header line, statement."""
    with pytest.raises(Malformed):
        Entry.parse(raw)


def test_entries_fit_into_bundles() -> None:
    """A bundle writes an entry's length in 16 bits: one more byte is refused, when written and when read."""
    room = MAX_ENTRY_BYTES - len(entry_bytes(HEADER, b""))

    assert len(entry_bytes(HEADER, b"x" * room)) == MAX_ENTRY_BYTES
    with pytest.raises(Malformed, match="would be 65536 bytes"):
        entry_bytes(HEADER, b"x" * (room + 1))
    with pytest.raises(Malformed, match="more than 65535"):
        split_entry(entry_bytes(HEADER, b"x" * room) + b"x")
