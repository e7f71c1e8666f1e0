"""Entries: what the ledger appends, a header line over the verbatim statement (format.md section 3)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from itertools import pairwise

from verify.canonical import canonical_known
from verify.errors import Malformed
from verify.handle import HANDLE_LENGTH
from verify.merkle import leaf_hash
from verify.statement import Statement
from verify.strict import MAX_SAFE_INTEGER, JsonValue, check_instant, check_uuid7, load_json

MAX_ENTRY_BYTES = 65_535
"""tlog-tiles entry bundles write an entry's length in 16 bits."""

NO_PREVIOUS = bytes(32)
"""`previous` of entry 0."""

_FIRST_LINE = b"kesu/entry/v1\n"
_OPTIONAL = frozenset({"discloses", "withdraws"})

_WHOLE = rb"(?:0|[1-9][0-9]{0,15})"
_NUMBERS = (rb"\[(%b(?:,%b)*)\]" % (_WHOLE, _WHOLE), "must be a list of entry numbers, left out when empty")
_RULES = {
    "discloses": _NUMBERS,
    "previous": (rb'"([0-9a-f]{64})"', "must be 64 lower-case hexadecimal digits"),
    "recorded_at": (rb'"([0-9TZ:.-]{27})"', "must be an instant YYYY-MM-DDTHH:MM:SS.ffffffZ"),
    "seq": (rb"(%b)" % _WHOLE, "must be a whole number"),
    "stream": (rb'"([0-9a-f-]{36})"', "must be a lower-case UUIDv7"),
    "subject": (rb'"((?:[A-Z2-7]{%d})?)"' % HANDLE_LENGTH, "must be empty or 32 base32 characters"),
    "version": (rb"([1-9][0-9]{0,15})", "must be a whole number from 1"),
    "withdraws": _NUMBERS,
}
"""Members of a header in canonical order: how each is spelt, and what to say when it is not."""


def _canonical() -> re.Pattern[bytes]:
    """The one spelling of a header: an expression reads it three times as fast as a JSON reader and a writer."""
    spelt = {name: b'"%b":%b' % (name.encode(), pattern) for name, (pattern, _rule) in _RULES.items()}
    required = b",".join(spelt[name] for name in _RULES if name not in _OPTIONAL)
    return re.compile(rb"\{(?:%b,)?%b(?:,%b)?\}" % (spelt["discloses"], required, spelt["withdraws"]))


_CANONICAL = _canonical()


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
        found = _CANONICAL.fullmatch(line)
        if found is None:
            raise _fault(line)
        discloses, previous, recorded_at, seq, stream, subject, version, withdraws = found.groups()
        return cls(
            seq=_number(seq, "seq"),
            previous=bytes.fromhex(previous.decode()),
            recorded_at=check_instant(recorded_at.decode(), "recorded_at"),
            stream=check_uuid7(stream.decode(), "stream"),
            version=_number(version, "version"),
            subject=subject.decode(),
            discloses=_numbers(discloses, "discloses") if discloses else (),
            withdraws=_numbers(withdraws, "withdraws") if withdraws else (),
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


def _number(digits: bytes, part: str) -> int:
    number = int(digits)
    if number > MAX_SAFE_INTEGER:
        raise Malformed(part, "is larger than 2^53-1")
    return number


def _numbers(digits: bytes, part: str) -> tuple[int, ...]:
    numbers = tuple(_number(item, part) for item in digits.split(b","))
    if any(number >= later for number, later in pairwise(numbers)):
        raise Malformed(part, "must be ascending without repeats")
    return numbers


def _fault(line: bytes) -> Malformed:
    """What keeps a header line from being one: the first member whose value breaks its rule, or else the spelling."""
    try:
        value = load_json(line)
    except Malformed as error:
        return error
    if not isinstance(value, dict) or not _RULES.keys() - _OPTIONAL <= value.keys() <= _RULES.keys():
        members = ", ".join(sorted(_RULES.keys() - _OPTIONAL))
        return Malformed("entry header", f"must have the members {members}")
    for part, (pattern, rule) in _RULES.items():
        if part in value and not re.fullmatch(pattern, canonical_known(value[part])):
            return Malformed(part, rule)
    return Malformed("entry header", "is not canonical JSON (RFC 8785)")
