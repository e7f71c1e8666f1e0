"""Reading the log out of the database: checkpoints, tiles, bundles, proofs. Never writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

import sqlalchemy as sa

from ledger.store import schema
from verify.checkpoint import Checkpoint
from verify.errors import SourceMissing
from verify.merkle import Frontier, prove_inclusion
from verify.receipt import Receipt, TlogProof
from verify.tiles import TILE_WIDTH, TileNodes, bundle_path, format_bundle, tile_path

_IN_LIST = 500


class LogReader:
    """The log as stored. Each call is one read transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        """`engine` may be read-only."""
        self.engine = engine

    def size(self) -> int:
        """Entries written, whether or not a checkpoint covers them yet."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(schema.head.c.size)) or 0

    def checkpoint(self) -> bytes:
        """The latest published checkpoint; raises `SourceMissing` before the first."""
        column = schema.checkpoints.c
        with self.engine.connect() as connection:
            note = connection.scalar(sa.select(column.note).order_by(column.size.desc()).limit(1))
        if note is None:
            raise SourceMissing("checkpoint", "none is published yet")
        return bytes(note)

    def checkpoints(self) -> list[bytes]:
        """All published checkpoints, ascending by size."""
        column = schema.checkpoints.c
        with self.engine.connect() as connection:
            return [bytes(row.note) for row in connection.execute(sa.select(column.note).order_by(column.size))]

    def entries(self, first: int, end: int) -> list[tuple[int, bytes]]:
        """Entries [first, end) with their numbers, as far as they are there."""
        column = schema.entries.c
        query = sa.select(column.seq, column.raw).where(column.seq >= first, column.seq < end).order_by(column.seq)
        with self.engine.connect() as connection:
            return [(row.seq, bytes(row.raw)) for row in connection.execute(query)]

    def hashes(self, level: int, first: int, end: int) -> list[bytes]:
        """Tile hashes [first, end) of a level, as far as they are there."""
        column = schema.tile_hashes.c
        query = sa.select(column.hash).where(column.level == level, column.position >= first, column.position < end)
        with self.engine.connect() as connection:
            return [bytes(value) for value in connection.scalars(query.order_by(column.position))]

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A hash tile of exactly `width` hashes."""
        hashes = self.hashes(level, number * TILE_WIDTH, number * TILE_WIDTH + width)
        if len(hashes) != width:
            raise SourceMissing(tile_path(level, number, width), f"{len(hashes)} of its {width} hashes are stored")
        return b"".join(hashes)

    def bundle(self, number: int, width: int) -> bytes:
        """An entry bundle of `width` entries."""
        first = number * TILE_WIDTH
        entries = self.entries(first, first + width)
        if len(entries) != width:
            raise SourceMissing(bundle_path(number, width), f"{len(entries)} of its {width} entries are stored")
        return format_bundle(raw for _seq, raw in entries)

    def nodes(self, size: int) -> TileNodes:
        """Node reader of the tree of `size` leaves."""
        return TileNodes(size, self.tile)

    def frontier(self, size: int) -> Frontier:
        """Frontier of the tree of `size` leaves, as the stored tiles have it."""
        return Frontier.of_tree(size, self.nodes(size))

    def find(self, statement_ids: Iterable[UUID]) -> dict[UUID, tuple[int, bytes]]:
        """Number and bytes of the entries that carry these statements."""
        column = schema.entries.c
        wanted = [identifier.bytes for identifier in statement_ids]
        found = {}
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), _IN_LIST):
                part = wanted[start : start + _IN_LIST]
                query = sa.select(column.seq, column.statement_id, column.raw).where(column.statement_id.in_(part))
                for row in connection.execute(query):
                    found[UUID(bytes=bytes(row.statement_id))] = (row.seq, bytes(row.raw))
        return found

    def known(self, statement_ids: Sequence[UUID]) -> set[UUID]:
        """Which of these statements are in the log."""
        column = schema.entries.c
        wanted = [identifier.bytes for identifier in statement_ids]
        found = set()
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), _IN_LIST):
                query = sa.select(column.statement_id).where(column.statement_id.in_(wanted[start : start + _IN_LIST]))
                found |= {UUID(bytes=bytes(value)) for value in connection.scalars(query)}
        return found

    def receipt(self, seq: int, raw: bytes) -> Receipt:
        """The receipt of an entry: always the one first handed out, under the first checkpoint that covers it."""
        column = schema.checkpoints.c
        query = sa.select(column.note).where(column.size > seq).order_by(column.size).limit(1)
        with self.engine.connect() as connection:
            note = connection.scalar(query)
        if note is None:
            raise SourceMissing(f"entry {seq}", "no published checkpoint covers it yet")
        return make_receipts(Checkpoint.parse(bytes(note)), [(seq, raw)], self.tile)[0]


def make_receipts(
    checkpoint: Checkpoint, entries: Iterable[tuple[int, bytes]], fetch: Callable[[int, int, int], bytes]
) -> list[Receipt]:
    """Receipts of entries under one checkpoint; `fetch(level, number, width)` reads tiles."""
    nodes = TileNodes(checkpoint.size, fetch)
    return [
        Receipt(raw, TlogProof(seq, tuple(prove_inclusion(seq, checkpoint.size, nodes)), checkpoint.raw).to_bytes())
        for seq, raw in entries
    ]
