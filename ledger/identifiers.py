"""UUIDs as objects: a statement's own and its record's are asked for at several places on the way into the log."""

from __future__ import annotations

from functools import lru_cache
from uuid import UUID

_KEPT = 16_384
"""More than the statements of a batch and the records that they speak of."""


@lru_cache(_KEPT)
def uuid_of(text: str) -> UUID:
    """The UUID that is written so; raises ValueError for any other text."""
    return UUID(text)
