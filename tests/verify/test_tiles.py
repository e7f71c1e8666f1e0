"""C2SP tiles: paths, widths, bundles, and proofs read from tiles."""

from __future__ import annotations

import random
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.verify.vectors import WORKED_BUNDLE, WORKED_ENTRIES, WORKED_ROOTS, WORKED_TILE
from verify.errors import Malformed, SourceMissing
from verify.merkle import (
    Frontier,
    leaf_hash,
    node_hash,
    prove_consistency,
    prove_inclusion,
    range_hash,
    tree_root,
    verify_consistency,
    verify_inclusion,
)
from verify.tiles import (
    TileNodes,
    bundle_path,
    format_bundle,
    openings_path,
    parse_bundle,
    split_hashes,
    tile_count,
    tile_path,
    tile_width,
    tiles_of,
)

LARGEST = 70_000
BORDERS = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_792, LARGEST]


@pytest.mark.parametrize(
    ("level", "number", "width", "path"),
    [
        (0, 0, 256, "tile/0/000"),
        (0, 0, 1, "tile/0/000.p/1"),
        (1, 999, 256, "tile/1/999"),
        (0, 1000, 256, "tile/0/x001/000"),
        (2, 1_234_067, 5, "tile/2/x001/x234/067.p/5"),
        (63, 10**9, 255, "tile/63/x001/x000/x000/000.p/255"),
    ],
)
def test_tile_paths_are_those_of_the_specification(level: int, number: int, width: int, path: str) -> None:
    """Groups of three digits, all but the last with an x."""
    assert tile_path(level, number, width) == path
    assert bundle_path(number, width) == path.replace(f"tile/{level}/", "tile/entries/")
    assert openings_path(number, width) == path.replace(f"tile/{level}/", "openings/")


def test_the_worked_sizes_of_the_specification() -> None:
    """256 entries, and 70,000 of them on three levels."""
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    tiles = list(tiles_of(LARGEST))
    assert [tile for tile in tiles if tile[0] == 0] == [*((0, number, 256) for number in range(273)), (0, 273, 112)]
    assert [tile for tile in tiles if tile[0] > 0] == [(1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert list(tiles_of(0)) == []


@given(st.integers(0, 2**40), st.integers(0, 4), st.integers(0, 2**32))
def test_widths_are_those_of_the_specification(size: int, level: int, number: int) -> None:
    """Partial width at level l of size s = floor(s / 256^l) mod 256."""
    full, partial = divmod(size // 256**level, 256)

    expected = 256 if number < full else partial if number == full else 0
    assert tile_width(level, number, size) == expected


def test_the_worked_log_has_its_published_bundle_and_tile() -> None:
    """Byte for byte."""
    assert format_bundle(WORKED_ENTRIES) == WORKED_BUNDLE
    assert tuple(parse_bundle(WORKED_BUNDLE)) == WORKED_ENTRIES
    assert b"".join(leaf_hash(entry) for entry in WORKED_ENTRIES) == WORKED_TILE
    assert tree_root(split_hashes(WORKED_TILE)).hex() == WORKED_ROOTS[2]
    reader = TileNodes(3, lambda _level, _number, _width: WORKED_TILE)
    assert range_hash(0, 3, reader).hex() == WORKED_ROOTS[2]


@given(st.lists(st.binary(max_size=40) | st.just(b"x" * 65_535), max_size=20))
def test_bundles_come_back_as_they_were(entries: list[bytes]) -> None:
    """Also with entries of no and of the greatest length."""
    assert parse_bundle(format_bundle(entries)) == entries


@given(st.lists(st.binary(min_size=1, max_size=40), min_size=1, max_size=6), st.data())
def test_a_bundle_cut_anywhere_but_between_entries_is_refused(entries: list[bytes], data: st.DataObject) -> None:
    """Nothing is silently left out of an entry."""
    bundle = format_bundle(entries)
    end = data.draw(st.integers(0, len(bundle)))
    borders = [len(format_bundle(entries[:count])) for count in range(len(entries) + 1)]

    if end in borders:
        assert parse_bundle(bundle[:end]) == entries[: borders.index(end)]
    else:
        with pytest.raises(Malformed, match="cut short"):
            parse_bundle(bundle[:end])


@given(st.binary(max_size=60))
def test_any_bytes_are_a_bundle_with_one_spelling_or_none(data: bytes) -> None:
    """What is read writes the same bytes."""
    try:
        entries = parse_bundle(data)
    except Malformed:
        return
    assert format_bundle(entries) == data


# ---- nodes out of tiles


@cache
def rows() -> list[list[bytes]]:
    """All complete subtrees of a tree of 70,000 leaves, by height."""
    leaves = [leaf_hash(b"%d" % number) for number in range(LARGEST)]
    result = [leaves]
    while len(result[-1]) > 1:
        below = result[-1]
        result.append([node_hash(below[i], below[i + 1]) for i in range(0, len(below) - 1, 2)])
    return result


def fetch(level: int, number: int, width: int) -> bytes:
    """The bytes of a tile, cut out of the rows."""
    return b"".join(rows()[8 * level][number * 256 : number * 256 + width])


def root_of(size: int) -> bytes:
    """The root of the first `size` leaves, without tiles."""
    return Frontier.of_tree(size, lambda level, index: rows()[level][index]).root()


def test_the_rows_are_the_tree() -> None:
    """The judge of the following tests agrees with a plain fold over the leaves."""
    assert root_of(1000) == tree_root(rows()[0][:1000])


@pytest.mark.parametrize("size", BORDERS)
def test_proofs_read_from_tiles_verify_at_their_borders(size: int) -> None:
    """First, last and border leaves in trees around full tiles of every level."""
    nodes, root = TileNodes(size, fetch), root_of(size)
    for index in {0, size // 2, size - 1, *(border for border in BORDERS if border < size)}:
        verify_inclusion(index, size, rows()[0][index], prove_inclusion(index, size, nodes), root)
    for first in {0, 1, size, *(border for border in BORDERS if border <= size)}:
        verify_consistency(first, size, root_of(first), root, prove_consistency(first, size, nodes))
    assert Frontier.of_tree(size, nodes).root() == root


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_read_from_tiles_verify_for_any_size(data: st.DataObject) -> None:
    """Up to 70,000 leaves, with a cache of any size."""
    size = data.draw(st.integers(1, LARGEST) | st.sampled_from(BORDERS))
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size))
    nodes, root = TileNodes(size, fetch, data.draw(st.integers(1, 8))), root_of(size)

    verify_inclusion(index, size, rows()[0][index], prove_inclusion(index, size, nodes), root)
    verify_consistency(first, size, root_of(first), root, prove_consistency(first, size, nodes))


def test_a_node_that_no_tile_holds_is_missing() -> None:
    """Partial tiles have no complete row above what they hold."""
    nodes = TileNodes(3, fetch)

    assert nodes(1, 0) == rows()[1][0]
    with pytest.raises(SourceMissing):
        nodes(1, 1)


def test_tiles_are_fetched_once_while_they_are_cached() -> None:
    """Many proofs of one tree read few tiles."""
    fetched = []

    def counting(level: int, number: int, width: int) -> bytes:
        fetched.append((level, number, width))
        return fetch(level, number, width)

    nodes = TileNodes(1000, counting, cached_tiles=2)
    for index in random.Random(1).sample(range(256), 50):
        nodes(0, index)
    assert fetched == [(0, 0, 256)]
    nodes(0, 256)
    nodes(0, 0)
    nodes(0, 999)
    nodes(0, 0)
    assert fetched == [(0, 0, 256), (0, 1, 256), (0, 3, 232)]
    nodes(0, 256)
    assert fetched[3:] == [(0, 1, 256)]


@pytest.mark.parametrize("size", [0, 1, 255, 256, 257, 65_535, 65_536, 65_537, 200_000])
def test_tiles_are_counted_without_being_listed(size: int) -> None:
    """The same number; for a claimed size no list would fit in memory."""
    assert tile_count(size) == len(list(tiles_of(size)))
    assert tile_count(10**18) == 3_921_568_627_450_983
