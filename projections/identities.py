"""The links of a subject as one transaction sees them: one statement a handle, for pages that are read often."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from ledger.domain.link import Identity, identity_of
from ledger.store import schema

_ROW: Final = schema.subject_links.c
_ANY_SIZE: Final = 2**62
_HANDLE, _SIZE = sa.bindparam("handle", type_=sa.Text), sa.bindparam("size", type_=sa.BigInteger)
_AROUND: Final = (
    sa.select(_ROW.former, _ROW.subject)
    .where(
        sa.or_(_ROW.former == _HANDLE, _ROW.subject == _HANDLE),
        _ROW.seq < _SIZE,
        sa.or_(_ROW.separated_seq.is_(None), _ROW.separated_seq >= _SIZE),
    )
    .order_by(_ROW.seq)
)
"""Built once: making such an expression costs more than running it."""


class LinksSeen:
    """The links in force after the first `size` entries (default: all); what was looked up is kept."""

    def __init__(self, connection: sa.Connection, size: int = _ANY_SIZE) -> None:
        """Nothing is looked up yet."""
        self._connection = connection
        self._size = size
        self._around: dict[str, tuple[str | None, tuple[str, ...]]] = {}

    def subject_of(self, handle: str) -> str | None:
        """The handle that this one is linked to."""
        return self._of(handle)[0]

    def formers_of(self, handle: str) -> tuple[str, ...]:
        """The handles that are linked to this one, in the order of the links."""
        return self._of(handle)[1]

    def _of(self, handle: str) -> tuple[str | None, tuple[str, ...]]:
        known = self._around.get(handle)
        if known is None:
            rows = self._connection.execute(_AROUND, {"handle": handle, "size": self._size}).all()
            subject = next((subject for former, subject in rows if former == handle), None)
            known = self._around[handle] = subject, tuple(former for former, subject in rows if subject == handle)
        return known


def identity_at(connection: sa.Connection, handle: str, size: int = _ANY_SIZE) -> Identity:
    """The subject that a handle stands for, as the first `size` entries say; one without links costs one statement."""
    return identity_of(handle, LinksSeen(connection, size))
