"""Names for what a source already has: the same row becomes the same statement id, the same record the same record id.

The ids stand in the log for ever, so they must not let anybody guess rows from them: they are keyed with a secret that
only the department has (docs/decisions/0005-import-ids.md). Lose it, and an import no longer recognises what it sent.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from dataclasses import dataclass
from pathlib import Path

from api.importer.declaration import NO_PUBLICITY
from api.importer.outcome import Act, Action, RecordRef
from ledger.home import write_secret
from verify.canonical import canonical_json
from verify.errors import Malformed
from verify.strict import JsonValue, decode_base64, encode_base64, parse_decimal
from verify.submission import Random, uuid7

_KIND = "kesu-numbering-v1"
_SECRET_BYTES = 32
_END_OF_TIME = 1 << 48
"""A UUIDv7 has 48 bits of milliseconds."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """The secret, and when it was made: the time every UUIDv7 of this numbering carries (Unix milliseconds)."""

    milliseconds: int
    secret: bytes

    def record_id(self, record: RecordRef) -> str:
        """The record that a row is about: by its item, its key at the source and how often that key was filed."""
        return self._uuid("record", [record.item, *record.key, record.generation])

    def case_id(self, record: RecordRef, what: str, case: str) -> str:
        """A remedy or objection (`what`) on a record, by the mapping's name for it."""
        return self._uuid(what, [record.item, *record.key, record.generation, case])

    def statement_id(self, action: Action, item: str, item_version: int) -> str:
        """The statement that a row becomes: by everything it says; how the row is written is no part of that.

        Publicity of which nothing is said is no part of it either: a table may be given the column for it later.
        """
        subject, record = action.subject, action.record
        publicity = dict(action.publicity or NO_PUBLICITY)
        return self._uuid(
            "statement",
            [
                item,
                item_version,
                "file" if action.act is None else action.event.value,
                record.generation,
                subject.scheme,
                subject.code,
                subject.name,
                None if action.act is None else _act_json(action.act),
                action.made_at,
                list(record.key),
                dict(action.values),
                *([action.occurrence] if action.occurrence > 1 else []),
                *([publicity] if publicity != NO_PUBLICITY else []),
            ],
        )

    def row_digest(self, purpose: str, parts: list[JsonValue]) -> bytes:
        """What tells whether a row was seen before; like the ids, nobody can guess rows from it."""
        message = purpose.encode() + b"\x00row\x00" + canonical_json(parts)
        return hmac.digest(self.secret, message, hashlib.sha256)

    def _uuid(self, purpose: str, parts: list[JsonValue]) -> str:
        message = purpose.encode() + b"\x00" + canonical_json(parts)
        return uuid7(self.milliseconds, hmac.digest(self.secret, message, hashlib.sha256)[:10])


def _act_json(act: Act) -> JsonValue:
    successor = act.successor
    return {
        "on": act.on,
        "texts": dict(act.texts),
        "names": [[name, act.rule.case] for name in act.rule.names],
        "superseded_by": None if successor is None else [*successor.key, successor.generation],
    }


def open_numbering(path: Path, *, milliseconds: int, random: Random) -> Numbering:
    """Read the numbering of a department, or make it when there is none. Raises `Malformed` or ``OSError``."""
    if not path.exists():
        numbering = Numbering(milliseconds, random(_SECRET_BYTES))
        _write_whole(path, f"{_KIND} {numbering.milliseconds} {encode_base64(numbering.secret)}\n")
        return numbering
    match path.read_text("ascii", "replace").removesuffix("\n").split(" "):
        case [kind, made, secret] if kind == _KIND:
            time = parse_decimal(made, f"{path.name} time")
            if time < _END_OF_TIME:
                return Numbering(time, decode_base64(secret, f"{path.name} secret", _SECRET_BYTES))
    raise Malformed(path.name, f"must be one line: {_KIND} <milliseconds> <base64 of 32 bytes>")


def _write_whole(path: Path, text: str) -> None:
    """Make a secret file that is there whole or not at all, also if we are killed; never in the place of another."""
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        write_secret(part, text)
    except OSError as error:
        error.filename = str(path)  # the name that the caller knows
        raise
    os.link(part, path)
    part.unlink()
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
