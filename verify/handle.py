"""Subject handles: how an entry names a legal person without naming it (format.md section 3)."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from verify.errors import Malformed
from verify.strict import JsonValue

HANDLE_LENGTH = 32
_HANDLE = re.compile(rf"[A-Z2-7]{{{HANDLE_LENGTH}}}", re.ASCII)
_HANDLE_BYTES = 20
"""160 bits are 32 base32 characters."""


@lru_cache(maxsize=8192)
def organisation_handle(scheme: str, code: str) -> str:
    """Return the 32-character handle of a legal person or other organisation; anybody can recompute it."""
    digest = hashlib.sha256(b"kesu/subject/v1\x00" + scheme.encode() + b":" + code.encode()).digest()
    return base64.b32encode(digest[:_HANDLE_BYTES]).decode("ascii")


def check_handle(value: JsonValue, part: str) -> str:
    """Return `value` if it is written as a handle, of an organisation or of a natural person."""
    if not isinstance(value, str) or not _HANDLE.fullmatch(value):
        raise Malformed(part, f"must be {HANDLE_LENGTH} base32 characters")
    return value
