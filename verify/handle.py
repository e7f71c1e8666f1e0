"""Subject handles: how an entry names a legal person without naming it (format.md section 3)."""

from __future__ import annotations

import base64
import hashlib

HANDLE_LENGTH = 32
_HANDLE_BYTES = 20
"""160 bits are 32 base32 characters."""


def organisation_handle(scheme: str, code: str) -> str:
    """Return the 32-character handle of a legal person or other organisation; anybody can recompute it."""
    digest = hashlib.sha256(b"kesu/subject/v1\x00" + scheme.encode() + b":" + code.encode()).digest()
    return base64.b32encode(digest[:_HANDLE_BYTES]).decode("ascii")
