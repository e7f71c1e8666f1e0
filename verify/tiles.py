"""C2SP tlog-tiles: where hashes and entries stand, and how tree nodes are read from them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator

from verify.errors import Malformed, SourceMissing
from verify.merkle import HASH_BYTES, node_hash

TILE_WIDTH = 256
TILE_HEIGHT = 8
_LENGTH_BYTES = 2
_GROUP = 1000


def _number_path(number: int) -> str:
    groups = [f"{number % _GROUP:03d}"]
    while number >= _GROUP:
        number //= _GROUP
        groups.append(f"x{number % _GROUP:03d}")
    return "/".join(reversed(groups))


def tile_path(level: int, number: int, width: int = TILE_WIDTH) -> str:
    """Path of a hash tile, e.g. ``tile/0/x001/x234/067.p/5``."""
    return f"tile/{level}/{_number_path(number)}" + ("" if width == TILE_WIDTH else f".p/{width}")


def bundle_path(number: int, width: int = TILE_WIDTH) -> str:
    """Path of an entry bundle, e.g. ``tile/entries/000``."""
    return f"tile/entries/{_number_path(number)}" + ("" if width == TILE_WIDTH else f".p/{width}")


def openings_path(number: int, width: int = TILE_WIDTH) -> str:
    """Path of the openings that belong to an entry bundle, in an archive for those entitled (format.md section 6)."""
    return f"openings/{_number_path(number)}" + ("" if width == TILE_WIDTH else f".p/{width}")


def tile_width(level: int, number: int, size: int) -> int:
    """How many hashes tile `number` of `level` holds in a tree of `size` leaves (0 to 256)."""
    hashes = size >> (TILE_HEIGHT * level)
    return max(0, min(TILE_WIDTH, hashes - number * TILE_WIDTH))


def tiles_of(size: int) -> Iterator[tuple[int, int, int]]:
    """All hash tiles ``(level, number, width)`` of a tree of `size` leaves, bottom up."""
    level = 0
    while size >> (TILE_HEIGHT * level):
        hashes = size >> (TILE_HEIGHT * level)
        for number in range((hashes + TILE_WIDTH - 1) // TILE_WIDTH):
            yield level, number, tile_width(level, number, size)
        level += 1


def tile_count(size: int) -> int:
    """How many tiles `tiles_of` gives, without counting them: a size may be claimed and no tile of it exist."""
    count = 0
    while size:
        count += (size + TILE_WIDTH - 1) // TILE_WIDTH
        size >>= TILE_HEIGHT
    return count


def split_hashes(tile: bytes) -> list[bytes]:
    """The hashes of a tile."""
    return [tile[start : start + HASH_BYTES] for start in range(0, len(tile), HASH_BYTES)]


def format_bundle(entries: Iterable[bytes]) -> bytes:
    """An entry bundle: for each entry its length in two big-endian bytes, then its bytes."""
    return b"".join(len(entry).to_bytes(_LENGTH_BYTES, "big") + entry for entry in entries)


def parse_bundle(data: bytes) -> list[bytes]:
    """The entries of a bundle; raises `Malformed` if the last one is cut short."""
    entries: list[bytes] = []
    position = 0
    while position < len(data):
        length = int.from_bytes(data[position : position + _LENGTH_BYTES], "big")
        entry = data[position + _LENGTH_BYTES : position + _LENGTH_BYTES + length]
        if len(entry) != length or position + _LENGTH_BYTES > len(data):
            raise Malformed("entry bundle", f"entry {len(entries)} of the bundle is cut short")
        entries.append(entry)
        position += _LENGTH_BYTES + length
    return entries


class TileNodes:
    """Reads tree nodes of a tree of `size` leaves from its tiles; an instance is a `merkle.NodeReader`."""

    def __init__(self, size: int, fetch: Callable[[int, int, int], bytes], cached_tiles: int = 64) -> None:
        """`fetch(level, number, width)` gives the bytes of a tile."""
        self._size = size
        self._fetch = fetch
        self._cached_tiles = cached_tiles
        self._tiles: OrderedDict[tuple[int, int], list[list[bytes]]] = OrderedDict()

    def __call__(self, level: int, index: int) -> bytes:
        """Hash of the complete subtree `index` of height `level`."""
        tile_level, height = divmod(level, TILE_HEIGHT)
        number, position = divmod(index, TILE_WIDTH >> height)
        rows = self._rows(tile_level, number)
        if position >= len(rows[height]):
            raise SourceMissing(tile_path(tile_level, number), f"has no node {index} at height {level}")
        return rows[height][position]

    def _rows(self, level: int, number: int) -> list[list[bytes]]:
        """The tile's hashes and every complete row above them inside the tile."""
        rows = self._tiles.get((level, number))
        if rows is None:
            width = tile_width(level, number, self._size)
            rows = [split_hashes(self._fetch(level, number, width))]
            for _ in range(TILE_HEIGHT - 1):
                below = rows[-1]
                rows.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
            self._tiles[level, number] = rows
            if len(self._tiles) > self._cached_tiles:
                self._tiles.popitem(last=False)
        else:
            self._tiles.move_to_end((level, number))
        return rows
