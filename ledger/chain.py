"""The growing end of the log: numbers, hash chain and Merkle frontier of entries about to be written. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from verify.entry import NO_PREVIOUS, EntryHeader, entry_bytes, split_entry
from verify.merkle import HASH_BYTES, Frontier, leaf_hash
from verify.tiles import TILE_HEIGHT, TILE_WIDTH

TileReader = Callable[[int, int, int], bytes]
"""``read(level, number, width)`` gives the first `width` hashes of a tile."""


@dataclass(frozen=True, slots=True)
class Head:
    """What the next entry needs to know of all before it."""

    size: int = 0
    digest: bytes = NO_PREVIOUS
    recorded_at: str = ""

    @classmethod
    def after(cls, seq: int, raw: bytes) -> Head:
        """The head of a log that ends with this entry; raises `Malformed`."""
        return cls(seq + 1, hashlib.sha256(raw).digest(), EntryHeader.parse(split_entry(raw)[0]).recorded_at)


@dataclass(frozen=True, slots=True)
class TileHash:
    """One hash of a tile: `position` counts through all tiles of `level`. A tile is 256 of them in a row."""

    level: int
    position: int
    hash: bytes


@dataclass(slots=True)
class LogBatch:
    """Entries to be written together, and what follows from them."""

    start: Head
    head: Head
    frontier: Frontier
    entries: list[bytes] = field(default_factory=list)
    statement_ids: list[bytes] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    tile_hashes: list[TileHash] = field(default_factory=list)

    @classmethod
    def after(cls, head: Head, frontier: Frontier) -> LogBatch:
        """An empty batch continuing the log."""
        return cls(head, head, frontier.copy())

    def header(self, stream: str, version: int, subject: str, recorded_at: str) -> EntryHeader:
        """The header of the next entry, which discloses and withdraws nothing yet; time never goes back."""
        return EntryHeader(
            seq=self.head.size,
            previous=self.head.digest,
            recorded_at=max(recorded_at, self.head.recorded_at),
            stream=stream,
            version=version,
            subject=subject,
        )

    def append(self, header: EntryHeader, statement: bytes, statement_id: bytes) -> None:
        """Chain one more entry; raises `Malformed` if it would be too large, and then nothing has changed."""
        raw = entry_bytes(header, statement)
        self.entries.append(raw)
        self.statement_ids.append(statement_id)
        self.subjects.append(header.subject)
        self.head = Head(header.seq + 1, hashlib.sha256(raw).digest(), header.recorded_at)
        self.tile_hashes.extend(grow(self.frontier, leaf_hash(raw)))


class EdgeTiles:
    """The tiles at the right edge of the log, kept in memory: all proofs of entries just written lead through them."""

    def __init__(self, stored: TileReader) -> None:
        """`stored(level, number, width)` reads a tile that is not at the edge, or was begun before this process."""
        self._stored = stored
        self._tiles: dict[tuple[int, int], bytearray] = {}

    def add(self, hashes: Iterable[TileHash]) -> None:
        """Take in the tile hashes of a batch, in the order in which they were completed."""
        for item in hashes:
            number, position = divmod(item.position, TILE_WIDTH)
            tile = self._tiles.get((item.level, number))
            if tile is None:
                begun = self._stored(item.level, number, position) if position else b""
                tile = self._tiles[item.level, number] = bytearray(begun)
            tile += item.hash

    def tile(self, level: int, number: int, width: int) -> bytes:
        """The first `width` hashes of a tile."""
        tile = self._tiles.get((level, number))
        return self._stored(level, number, width) if tile is None else bytes(tile[: width * HASH_BYTES])

    def forget_full(self) -> None:
        """Keep only the tiles that still grow."""
        full = TILE_WIDTH * HASH_BYTES
        self._tiles = {place: tile for place, tile in self._tiles.items() if len(tile) < full}


def grow(frontier: Frontier, leaf: bytes) -> list[TileHash]:
    """Append a leaf to the frontier; the tile hashes that are complete with it are its own, and those of full tiles."""
    position = frontier.size
    completed = frontier.append(leaf)
    return [
        TileHash(height // TILE_HEIGHT, position >> height, completed[height])
        for height in range(0, len(completed), TILE_HEIGHT)
    ]
