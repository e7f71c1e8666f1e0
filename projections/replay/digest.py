"""状态摘要 (state digest): one number for a whole answer, the same for whoever computes it and however it is spread.

SHA-256 over what the answer is of (name and version of the projection, size and root of the log, the two times), then
over the digests of the 1,024 buckets of subjects, by the first two characters of the handle, in their order. A bucket's
digest is SHA-256 over its rows as JSON arrays, each with a line feed, in the order of their keys.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

ALPHABET: Final = "234567ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Characters of a handle (RFC 4648, base32), in the order of their codes."""
BUCKETS: Final = tuple(first + second for first in ALPHABET for second in ALPHABET)
BUCKET_CHARACTERS: Final = 2

_ROW: Final = msgspec.json.Encoder(order="deterministic")


class BucketDigests:
    """Digests of the rows of whole buckets, fed in the order of subjects."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._bucket = ""
        self._done: dict[str, bytes] = {}

    def add(self, subject: str, *rows: object) -> None:
        """Take in rows of one subject."""
        bucket = subject[:BUCKET_CHARACTERS]
        if bucket != self._bucket:
            self._end()
            self._bucket = bucket
        self._hash.update(_ROW.encode_lines(rows))

    def digests(self) -> dict[str, bytes]:
        """By bucket; those without rows are left out."""
        self._end()
        return self._done

    def _end(self) -> None:
        if self._bucket:
            self._done[self._bucket] = self._hash.digest()
        self._hash, self._bucket = hashlib.sha256(), ""


def state_digest(of: Iterable[object], buckets: Mapping[str, bytes]) -> str:
    """The digest of an answer in lower-case hexadecimal; `of` says what it is of."""
    whole = hashlib.sha256(_ROW.encode(list(of)) + b"\n")
    for bucket in BUCKETS:
        whole.update(buckets.get(bucket, b""))
    return whole.hexdigest()
