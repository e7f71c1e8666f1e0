"""Salted commitments: the log holds these, never a value (format.md section 1).

    commitment = SHA-256( "kesu/commit/v1" 0x00 || u16be(len(path)) || path || salt || JCS(value) )

An *opening* is ``[base64(salt), value]``. Destroying value and salt leaves the commitment, and with it every signature
and proof, intact.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from verify.canonical import canonical_json
from verify.errors import Malformed
from verify.strict import JsonValue, decode_base64, encode_base64

SALT_BYTES = 32
COMMITMENT_BYTES = 32
_DOMAIN = b"kesu/commit/v1\x00"
_PATH = re.compile(r"[A-Za-z0-9_]+(?:[./-][A-Za-z0-9_]+){0,7}", re.ASCII)
MAX_PATH = 128
"""Longest path in bytes; paths are field codes, and the entry they stand in is at most 65,535 bytes."""


class Opening(NamedTuple):
    """What opens one commitment."""

    salt: bytes
    value: JsonValue

    def to_json(self) -> list[JsonValue]:
        """``[base64(salt), value]``."""
        return [encode_base64(self.salt), self.value]


def commit(path: str, salt: bytes, value: JsonValue) -> bytes:
    """Compute the 32-byte commitment to `value` at `path` with a 32-byte `salt`."""
    return hashlib.sha256(_prefix(path) + salt + canonical_json(value)).digest()


@lru_cache(maxsize=1024)
def _prefix(path: str) -> bytes:
    """What comes before the salt; the paths of a log are the fields of its catalogue, over and over."""
    encoded = path.encode("ascii")
    return _DOMAIN + len(encoded).to_bytes(2, "big") + encoded


@lru_cache(maxsize=1024)
def check_path(path: str, part: str) -> str:
    """Return `path` if it may name a committed field."""
    if len(path) > MAX_PATH or not _PATH.fullmatch(path):
        raise Malformed(part, "a path is ASCII words joined by / . or -, at most 128 bytes")
    return path


def parse_openings(value: JsonValue) -> dict[str, Opening]:
    """Read ``{path: [base64 salt, value]}``."""
    if not isinstance(value, dict):
        raise Malformed("openings", "must be an object of path to [salt, value]")
    openings = {}
    for path, pair in value.items():
        # A match statement would say it better, and take three times as long; an audit comes here for every field.
        if not isinstance(pair, list) or len(pair) != len(Opening._fields) or not isinstance(salt := pair[0], str):
            raise Malformed(f"openings/{path}", "must be [base64 salt, value]")
        try:
            openings[path] = Opening(decode_base64(salt, "salt", SALT_BYTES), pair[1])
        except Malformed as error:
            raise Malformed(f"openings/{path} salt", error.rule) from None
    return openings


def openings_json(openings: Mapping[str, Opening]) -> dict[str, JsonValue]:
    """The JSON form that `parse_openings` reads."""
    return {path: opening.to_json() for path, opening in openings.items()}


def wrong_openings(committed: Mapping[str, bytes], openings: Mapping[str, Opening]) -> list[str]:
    """Paths whose opening does not open its commitment, or that were never committed; empty when all fit."""
    return [
        path
        for path, opening in openings.items()
        if path not in committed or commit(path, opening.salt, opening.value) != committed[path]
    ]
