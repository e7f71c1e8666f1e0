"""The growing end of the log: numbers, hash chain and Merkle frontier of entries about to be written. Pure."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from verify.entry import NO_PREVIOUS, EntryHeader, entry_bytes
from verify.merkle import Frontier, leaf_hash
from verify.tiles import TILE_HEIGHT


@dataclass(frozen=True, slots=True)
class Head:
    """What the next entry needs to know of all before it."""

    size: int = 0
    digest: bytes = NO_PREVIOUS
    recorded_at: str = ""


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

    def append(
        self,
        *,
        statement: bytes,
        statement_id: bytes,
        stream: str,
        version: int,
        subject: str,
        recorded_at: str,
        discloses: tuple[int, ...] = (),
        withdraws: tuple[int, ...] = (),
    ) -> EntryHeader:
        """Chain one more entry; raises `Malformed` if it would be too large, and then nothing has changed."""
        header = EntryHeader(
            seq=self.head.size,
            previous=self.head.digest,
            recorded_at=max(recorded_at, self.head.recorded_at),
            stream=stream,
            version=version,
            subject=subject,
            discloses=discloses,
            withdraws=withdraws,
        )
        raw = entry_bytes(header, statement)
        self.entries.append(raw)
        self.statement_ids.append(statement_id)
        self.subjects.append(subject)
        self.head = Head(header.seq + 1, hashlib.sha256(raw).digest(), header.recorded_at)
        self.tile_hashes.extend(grow(self.frontier, leaf_hash(raw)))
        return header


def grow(frontier: Frontier, leaf: bytes) -> list[TileHash]:
    """Append a leaf to the frontier and return the tile hashes that are complete with it: its own, and of full tiles."""
    position = frontier.size
    completed = frontier.append(leaf)
    return [
        TileHash(height // TILE_HEIGHT, position >> height, completed[height])
        for height in range(0, len(completed), TILE_HEIGHT)
    ]
