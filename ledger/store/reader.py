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

_ENTRIES = (
    sa.select(schema.entries.c.seq, schema.entries.c.raw)
    .where(schema.entries.c.seq >= sa.bindparam("first"), schema.entries.c.seq < sa.bindparam("end"))
    .order_by(schema.entries.c.seq)
)
_HASHES = (
    sa.select(schema.tile_hashes.c.hash)
    .where(
        schema.tile_hashes.c.level == sa.bindparam("level"),
        schema.tile_hashes.c.position >= sa.bindparam("first"),
        schema.tile_hashes.c.position < sa.bindparam("end"),
    )
    .order_by(schema.tile_hashes.c.position)
)
"""Built once: making such an expression costs more than running it."""


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

    def published_size(self) -> int:
        """Size of the latest published checkpoint; 0 before the first."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.max(schema.checkpoints.c.size))) or 0

    def checkpoints(self) -> list[bytes]:
        """All published checkpoints, ascending by size."""
        column = schema.checkpoints.c
        with self.engine.connect() as connection:
            return [bytes(row.note) for row in connection.execute(sa.select(column.note).order_by(column.size))]

    def entries(self, first: int, end: int) -> list[tuple[int, bytes]]:
        """Entries [first, end) with their numbers, as far as they are there."""
        with self.engine.connect() as connection:
            rows = connection.execute(_ENTRIES, {"first": first, "end": end})
            return [(row.seq, bytes(row.raw)) for row in rows]

    def written(self, first: int, end: int) -> tuple[list[tuple[int, bytes]], list[bytes]]:
        """Entries [first, end) and their leaf hashes, read in one transaction."""
        bounds = {"first": first, "end": end}
        with self.engine.connect() as connection:
            entries = [(row.seq, bytes(row.raw)) for row in connection.execute(_ENTRIES, bounds)]
            return entries, [bytes(value) for value in connection.scalars(_HASHES, bounds | {"level": 0})]

    def hashes(self, level: int, first: int, end: int) -> list[bytes]:
        """Tile hashes [first, end) of a level, as far as they are there."""
        with self.engine.connect() as connection:
            rows = connection.scalars(_HASHES, {"level": level, "first": first, "end": end})
            return [bytes(value) for value in rows]

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
