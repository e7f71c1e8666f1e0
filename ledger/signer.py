"""The signer: the one that may say how large the log is, and that never says it twice differently.

Order of writes (format.md section 7): batch durable -> root recomputed from what was read back -> the signer journal
moves forward by compare-and-swap -> the signature leaves -> the checkpoint is published. Start-up runs the same steps
over what a crash left unsigned.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ledger.chain import TileHash, grow
from ledger.errors import SignerMismatch, StoreUnsound
from ledger.store import schema
from ledger.store.reader import LogReader
from ledger.store.sqlite import as_writer, open_file
from verify.checkpoint import Checkpoint
from verify.errors import EvidenceError
from verify.merkle import EMPTY_ROOT, Frontier, leaf_hash
from verify.note import SigningKey
from verify.strict import encode_base64
from verify.tiles import TILE_WIDTH

_READ_BACK = 4 * TILE_WIDTH
"""Entries read back at a time."""


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed last."""

    size: int
    root: bytes


class SignerJournal:
    """Every (size, root, note) ever signed, in its own SQLite file. Only goes forward; never restore it from backup."""

    def __init__(self, path: Path) -> None:
        """Open or create the journal."""
        self._connection = open_file(path)
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS signed (size INTEGER PRIMARY KEY, root BLOB NOT NULL, note BLOB NOT NULL)"
        )

    def last(self) -> Signed:
        """The largest tree signed; size 0 before the first."""
        row = self._connection.execute("SELECT size, root FROM signed ORDER BY size DESC LIMIT 1").fetchone()
        return Signed(row[0], bytes(row[1])) if row else Signed(0, EMPTY_ROOT)

    def note(self, size: int) -> bytes | None:
        """The note signed for a size."""
        row = self._connection.execute("SELECT note FROM signed WHERE size = ?", (size,)).fetchone()
        return bytes(row[0]) if row else None

    def advance(self, expected: Signed, key: SigningKey, size: int, root: bytes) -> Checkpoint:
        """Compare-and-swap from `expected` to a larger tree and sign it; the note leaves once it is durable here."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            self._require_last(expected, size)
            checkpoint = Checkpoint.sign(key, size, root)
            self._connection.execute("INSERT INTO signed VALUES (?, ?, ?)", (size, root, checkpoint.raw))
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")
        return checkpoint

    def _require_last(self, expected: Signed, size: int) -> None:
        last = self.last()
        if last != expected or size <= last.size:
            message = (
                f"the signer journal stands at size {last.size}, the signer at {expected.size}; "
                f"it will not sign size {size}"
            )
            raise SignerMismatch(message)

    def close(self) -> None:
        """Close the journal."""
        self._connection.close()


class Signer:
    """Signs and publishes what has become durable. Owned by the sequencer's thread."""

    def __init__(self, key: SigningKey, journal: SignerJournal, writer: sa.Engine) -> None:
        """Refuses, with both sizes, to work on a database that is not the continuation of what was signed."""
        self._key = key
        self._journal = journal
        self._reader = LogReader(writer)
        self._writer = as_writer(writer)
        self._signed = journal.last()
        self._frontier = self._signed_frontier()
        self._republish()

    def publish(self, size: int) -> Checkpoint | None:
        """Read back what was written since the last checkpoint, sign the tree of `size` and publish it.

        None if that tree was signed before.
        """
        if size == self._signed.size:
            return None
        frontier = self._frontier.copy()
        for first in range(self._signed.size, size, _READ_BACK):
            self._read_back(frontier, first, min(first + _READ_BACK, size))
        checkpoint = self._journal.advance(self._signed, self._key, size, frontier.root())
        self._signed, self._frontier = Signed(size, checkpoint.root), frontier
        self._store(checkpoint)
        return checkpoint

    def _read_back(self, frontier: Frontier, first: int, end: int) -> None:
        """Hash the stored bytes; a bit that flipped on the way must be found before it is signed for ever."""
        entries, hashes = self._reader.written(first, end)
        if [seq for seq, _raw in entries] != list(range(first, end)) or len(hashes) != len(entries):
            message = f"entries {first} to {end - 1} are not all stored with their hashes; nothing is signed"
            raise StoreUnsound(message)
        for (seq, raw), stored in zip(entries, hashes, strict=True):
            leaf = leaf_hash(raw)
            if leaf != stored:
                message = f"entry {seq} as read back does not have the hash it was written with; nothing is signed"
                raise StoreUnsound(message)
            self._read_back_full_tiles(grow(frontier, leaf))

    def _read_back_full_tiles(self, completed: list[TileHash]) -> None:
        for tile in completed:
            stored = self._reader.hashes(tile.level, tile.position, tile.position + 1) if tile.level else [tile.hash]
            if stored != [tile.hash]:
                message = f"hash {tile.position} of tile level {tile.level} is not stored as written; nothing is signed"
                raise StoreUnsound(message)

    def _signed_frontier(self) -> Frontier:
        size, stored = self._signed.size, self._reader.size()
        if stored < size:
            message = (
                f"the database holds {stored} entries but the signer journal has signed {size}: this is an old copy of "
                "the database; signing on would fork the log. Bring back the newest database, or start a new log"
            )
            raise SignerMismatch(message)
        published = self._reader.published_size()
        if published > size:
            message = (
                f"the database has a published checkpoint of size {published} but the signer journal stands at size "
                f"{size}: the journal is missing or an old copy. Bring back the newest one, or start a new log"
            )
            raise SignerMismatch(message)
        try:
            frontier = self._reader.frontier(size)
        except EvidenceError as error:
            message = f"the tiles of the {size} entries that were signed cannot be read: {error}"
            raise SignerMismatch(message) from None
        if frontier.root() != self._signed.root:
            message = (
                f"at size {size} the database has root {encode_base64(frontier.root())} but the signer journal signed "
                f"{encode_base64(self._signed.root)}: one of the two is not of this log. Run kesu verify"
            )
            raise SignerMismatch(message)
        return frontier

    def _republish(self) -> None:
        """Publish the last note again if a crash came between the journal and the database."""
        note = self._journal.note(self._signed.size)
        if note is None:
            return
        with self._writer.begin() as connection:
            column = schema.checkpoints.c.size
            if connection.scalar(sa.select(column).where(column == self._signed.size)) is None:
                connection.execute(schema.checkpoints.insert(), {"size": self._signed.size, "note": note})

    def _store(self, checkpoint: Checkpoint) -> None:
        with self._writer.begin() as connection:
            connection.execute(schema.checkpoints.insert(), {"size": checkpoint.size, "note": checkpoint.raw})
