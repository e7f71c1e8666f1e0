"""要点 by subject: of every event of a record what a fold needs, in the order in which folds read it.

Written with the event, and to be erased with its openings. A fold over them opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import msgspec
import sqlalchemy as sa

from ledger.domain.bodies import SubjectLinked, SubjectSeparated
from ledger.domain.events import Told
from ledger.domain.gist import Gist
from ledger.store.folded import folded_size, note_folded
from ledger.store.rows import insert_rows
from ledger.store.schema import gists_table

VERSION: Final = 1
"""Counts up when the same events have other gists; they are then made again out of the openings."""

NAME: Final = f"gists/{VERSION}"

GISTS: Final = msgspec.msgpack.Decoder(Gist)
_BYTES: Final = msgspec.msgpack.Encoder()


class Chapter(NamedTuple):
    """One event of a record as a fold reads it: whose, which entry, which record (16 bytes), and its gist (bytes)."""

    subject: str
    seq: int
    record: bytes
    gist: bytes


def is_of_record(event: Told) -> bool:
    """Say whether the event is of a record: not the ledger's own, nor of a link."""
    return bool(event.facts.subject) and not isinstance(event.facts.body, SubjectLinked | SubjectSeparated)


def chapter_of(record: bytes, gist: Gist) -> Chapter:
    """The chapter that an event of a record is stored as."""
    return Chapter(gist.subject, gist.seq, record, _BYTES.encode(gist))


def write_gists(connection: sa.Connection, chapters: Iterable[Chapter], size: int) -> None:
    """Write the gists of a batch; `size` is that of the log with the batch."""
    insert_rows(connection, gists_table(), list(chapters))
    note_folded(connection, NAME, size)


def forget_gists(connection: sa.Connection) -> None:
    """Begin anew; rows of another version count for nothing."""
    connection.execute(gists_table().delete())
    note_folded(connection, NAME, 0)


def gists_size(connection: sa.Connection) -> int:
    """The size of the log whose events all have their gists, as this version makes them."""
    return folded_size(connection, NAME)
