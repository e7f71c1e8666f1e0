"""Statements: what a department says, one line of canonical JSON signed as a note (format.md section 2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from verify.canonical import canonical_json, is_canonical
from verify.commitment import COMMITMENT_BYTES, Opening, check_path, commit
from verify.errors import Malformed
from verify.note import SignedNote
from verify.strict import JsonValue, check_instant, check_uuid7, decode_base64, encode_base64, load_json

FORMAT_VERSION = 1

MAX_STATEMENT_BYTES = 65_000
"""An entry is at most 65,535 bytes (tlog-tiles, 16-bit length); the rest is room for its two header lines."""

_ISSUER = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]{0,63}", re.ASCII)
_TYPE = re.compile(r"[a-z]+(?:[._][a-z]+){1,4}", re.ASCII)
_MEMBERS = frozenset({"about", "committed", "id", "issuer", "made_at", "type", "v"})


@dataclass(frozen=True, slots=True)
class Statement:
    """A parsed statement; `raw` are the bytes as received and the only ones that are ever hashed or stored."""

    raw: bytes
    note: SignedNote
    about: Mapping[str, JsonValue]
    committed: Mapping[str, bytes]
    id: str
    issuer: str
    made_at: str
    type: str

    @classmethod
    def parse(cls, raw: bytes) -> Statement:
        """Read a statement strictly, canonical form included; checks no signature."""
        note = SignedNote.parse(raw, "statement", MAX_STATEMENT_BYTES)
        if note.text.count(b"\n") != 1:
            raise Malformed("statement", "its text must be one line")
        value = load_json(note.text[:-1])
        if not isinstance(value, dict) or value.keys() != _MEMBERS:
            raise Malformed("statement", f"must be an object with exactly the members {', '.join(sorted(_MEMBERS))}")
        if not is_canonical(note.text[:-1], value):
            raise Malformed("statement", "its text is not canonical JSON (RFC 8785)")
        about, committed = value["about"], value["committed"]
        if value["v"] != FORMAT_VERSION or value["v"] is True:
            raise Malformed("v", f"must be {FORMAT_VERSION}")
        if not isinstance(about, dict):
            raise Malformed("about", "must be an object")
        if not isinstance(committed, dict):
            raise Malformed("committed", "must be an object of path to base64 commitment")
        return cls(
            raw=raw,
            note=note,
            about=about,
            committed={path: _commitment(path, text) for path, text in committed.items()},
            id=check_uuid7(_text(value["id"], "id"), "id"),
            issuer=check_issuer(_text(value["issuer"], "issuer")),
            made_at=check_instant(_text(value["made_at"], "made_at"), "made_at"),
            type=_check_type(_text(value["type"], "type")),
        )

    def reference(self, name: str) -> str:
        """The UUIDv7 that `about` holds under `name`."""
        return check_uuid7(_text(self.about.get(name), f"about/{name}"), f"about/{name}")


def statement_text(
    *,
    id: str,  # noqa: A002 - the member's name in the format
    issuer: str,
    made_at: str,
    type: str,  # noqa: A002 - the member's name in the format
    about: Mapping[str, JsonValue],
    openings: Mapping[str, Opening],
) -> bytes:
    """The note text to sign: canonical JSON with a commitment for every opening, and LF."""
    return text_of(
        id=id,
        issuer=issuer,
        made_at=made_at,
        type=type,
        about=about,
        committed={
            check_path(path, "committed"): commit(path, opening.salt, opening.value)
            for path, opening in openings.items()
        },
    )


def text_of(
    *,
    id: str,  # noqa: A002 - the member's name in the format
    issuer: str,
    made_at: str,
    type: str,  # noqa: A002 - the member's name in the format
    about: Mapping[str, JsonValue],
    committed: Mapping[str, bytes],
) -> bytes:
    """The note text to sign, of commitments that are computed already, to paths that `check_path` has passed."""
    value: dict[str, JsonValue] = {
        "about": dict(about),
        "committed": {path: encode_base64(digest) for path, digest in committed.items()},
        "id": id,
        "issuer": issuer,
        "made_at": made_at,
        "type": type,
        "v": FORMAT_VERSION,
    }
    return canonical_json(value) + b"\n"


def check_issuer(text: str, part: str = "issuer") -> str:
    """Return `text` if it may name an issuer: ASCII letters, digits, dots and hyphens, at most 64."""
    if not _ISSUER.fullmatch(text):
        raise Malformed(part, "must be 1 to 64 ASCII letters, digits, dots or hyphens, not beginning with . or -")
    return text


def _check_type(text: str) -> str:
    if not _TYPE.fullmatch(text):
        raise Malformed("type", "must be lower-case words joined by dots, such as record.filed")
    return text


def _commitment(path: str, text: JsonValue) -> bytes:
    check_path(path, "committed")
    try:
        return decode_base64(_text(text, "commitment"), "commitment", COMMITMENT_BYTES)
    except Malformed as error:
        raise Malformed(f"committed/{path}", error.rule) from None


def _text(value: JsonValue, part: str) -> str:
    if not isinstance(value, str):
        raise Malformed(part, "must be a string")
    return value
