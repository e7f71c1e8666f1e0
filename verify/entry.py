"""Entries: what the ledger appends, a header line over the verbatim statement (format.md section 3)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from verify.canonical import canonical_known, is_canonical
from verify.errors import Malformed
from verify.handle import HANDLE_LENGTH
from verify.merkle import leaf_hash
from verify.statement import Statement
from verify.strict import JsonValue, check_instant, check_uuid7, decode_hex32, load_json

MAX_ENTRY_BYTES = 65_535
"""tlog-tiles entry bundles write an entry's length in 16 bits."""

NO_PREVIOUS = bytes(32)
"""`previous` of entry 0."""

_FIRST_LINE = b"kesu/entry/v1\n"
_HANDLE = re.compile(rf"(?:[A-Z2-7]{{{HANDLE_LENGTH}}})?", re.ASCII)
_REQUIRED = frozenset({"previous", "recorded_at", "seq", "stream", "subject", "version"})
_OPTIONAL = frozenset({"discloses", "withdraws"})


@dataclass(frozen=True, slots=True)
class EntryHeader:
    """The ledger's own line: order, time, aggregate version and effect on disclosure."""

    seq: int
    previous: bytes
    recorded_at: str
    stream: str
    version: int
    subject: str
    discloses: tuple[int, ...] = ()
    withdraws: tuple[int, ...] = ()

    def to_bytes(self) -> bytes:
        """Canonical JSON and LF."""
        value: dict[str, JsonValue] = {
            "previous": self.previous.hex(),
            "recorded_at": self.recorded_at,
            "seq": self.seq,
            "stream": self.stream,
            "subject": self.subject,
            "version": self.version,
        }
        if self.discloses:
            value["discloses"] = list(self.discloses)
        if self.withdraws:
            value["withdraws"] = list(self.withdraws)
        return canonical_known(value) + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> EntryHeader:
        """Read the header line without its LF; strict, canonical form included."""
        value = load_json(line)
        if not isinstance(value, dict) or not _REQUIRED <= value.keys() <= _REQUIRED | _OPTIONAL:
            raise Malformed("entry header", f"must have the members {', '.join(sorted(_REQUIRED))}")
        if not is_canonical(line, value):
            raise Malformed("entry header", "is not canonical JSON (RFC 8785)")
        previous, recorded_at, stream, subject = (
            _text(value[name], name) for name in ("previous", "recorded_at", "stream", "subject")
        )
        if not _HANDLE.fullmatch(subject):
            raise Malformed("subject", "must be empty or 32 base32 characters")
        version = _number(value["version"], "version")
        if version < 1:
            raise Malformed("version", "must be at least 1")
        return cls(
            seq=_number(value["seq"], "seq"),
            previous=decode_hex32(previous, "previous"),
            recorded_at=check_instant(recorded_at, "recorded_at"),
            stream=check_uuid7(stream, "stream"),
            version=version,
            subject=subject,
            discloses=_numbers(value, "discloses"),
            withdraws=_numbers(value, "withdraws"),
        )


@dataclass(frozen=True, slots=True)
class Entry:
    """A parsed entry; `raw` is what is hashed."""

    raw: bytes
    header: EntryHeader
    statement: Statement

    @classmethod
    def parse(cls, raw: bytes) -> Entry:
        """Read an entry strictly; checks neither chain nor signature."""
        header, statement = split_entry(raw)
        return cls(raw, EntryHeader.parse(header), Statement.parse(statement))

    @property
    def digest(self) -> bytes:
        """SHA-256 of the whole entry: the next entry's `previous`."""
        return hashlib.sha256(self.raw).digest()

    @property
    def leaf(self) -> bytes:
        """The entry's hash in the Merkle tree."""
        return leaf_hash(self.raw)


def split_entry(raw: bytes) -> tuple[bytes, bytes]:
    """Split entry bytes into the header line (without LF) and the verbatim statement."""
    if len(raw) > MAX_ENTRY_BYTES:
        raise Malformed("entry", f"is {len(raw)} bytes, more than {MAX_ENTRY_BYTES}")
    if not raw.startswith(_FIRST_LINE):
        raise Malformed("entry", "must begin with the line kesu/entry/v1")
    header, separator, statement = raw[len(_FIRST_LINE) :].partition(b"\n")
    if not separator:
        raise Malformed("entry", "must have a header line and a statement")
    return header, statement


def entry_bytes(header: EntryHeader, statement: bytes) -> bytes:
    """Put an entry together; refuses more than 65,535 bytes."""
    raw = _FIRST_LINE + header.to_bytes() + statement
    if len(raw) > MAX_ENTRY_BYTES:
        raise Malformed("entry", f"would be {len(raw)} bytes, more than {MAX_ENTRY_BYTES}; shorten the statement")
    return raw


def _text(value: JsonValue, part: str) -> str:
    if not isinstance(value, str):
        raise Malformed(part, "must be a string")
    return value


def _number(value: JsonValue, part: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Malformed(part, "must be a whole number")
    return value


def _numbers(value: dict[str, JsonValue], part: str) -> tuple[int, ...]:
    if part not in value:
        return ()
    items = value[part]
    if not isinstance(items, list) or not items:
        raise Malformed(part, "must be a list of entry numbers, left out when empty")
    numbers = tuple(_number(item, part) for item in items)
    if list(numbers) != sorted(set(numbers)):
        raise Malformed(part, "must be ascending without repeats")
    return numbers
