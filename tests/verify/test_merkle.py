"""The Merkle tree, against published vectors and against the RFC's own recursive definitions."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.vectors import MERKLE, VECTORS, WORKED_ENTRIES, WORKED_ROOTS
from verify.errors import ProofInvalid
from verify.merkle import (
    EMPTY_ROOT,
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
from verify.strict import decode_base64

SIZES = 40
ENTRIES = [b"entry %d" % number for number in range(SIZES + 1)]


# ---- RFC 6962 section 2.1, written down as it stands there; knows nothing of the package


def mth(entries: Sequence[bytes]) -> bytes:
    """MTH(D[n])."""
    if not entries:
        return hashlib.sha256(b"").digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\x00" + entries[0]).digest()
    k = largest_power_of_two_below(len(entries))
    return hashlib.sha256(b"\x01" + mth(entries[:k]) + mth(entries[k:])).digest()


def largest_power_of_two_below(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n])."""
    if len(entries) == 1:
        return []
    k = largest_power_of_two_below(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def proof(m: int, entries: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n])."""
    return subproof(m, entries, b=True)


def subproof(m: int, entries: Sequence[bytes], *, b: bool) -> list[bytes]:
    """SUBPROOF(m, D[n], b)."""
    if m == len(entries):
        return [] if b else [mth(entries)]
    k = largest_power_of_two_below(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], b=b), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], b=False), mth(entries[:k])]


def reader_of(entries: Sequence[bytes]) -> Callable[[int, int], bytes]:
    """A reader of complete subtrees that computes each from the entries."""
    return cache(lambda level, index: mth(entries[index << level : (index + 1) << level]))


# ---- published vectors

REFERENCE_LEAVES = [
    bytes.fromhex(leaf)
    for leaf in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
REFERENCE_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


@pytest.mark.parametrize("size", range(1, 9))
def test_the_rfc_6962_reference_tree_has_its_published_roots(size: int) -> None:
    """The eight leaves that every Certificate Transparency implementation is tested with."""
    leaves = [leaf_hash(entry) for entry in REFERENCE_LEAVES[:size]]

    assert tree_root(leaves).hex() == REFERENCE_ROOTS[size - 1]
    assert mth(REFERENCE_LEAVES[:size]).hex() == REFERENCE_ROOTS[size - 1]


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    """RFC 6962 section 2.1."""
    assert tree_root([]) == EMPTY_ROOT == hashlib.sha256(b"").digest()


def test_the_worked_log_has_its_published_roots() -> None:
    """Three entries whose roots Go computed too."""
    leaves = [leaf_hash(entry) for entry in WORKED_ENTRIES]

    assert [tree_root(leaves[:size]).hex() for size in (1, 2, 3)] == list(WORKED_ROOTS)


def test_the_formats_worked_log_has_its_published_root() -> None:
    """And no other order or content of entries has it."""
    leaves = [leaf_hash(entry["text"].encode()) for entry in VECTORS["entries"]]
    root = decode_base64(VECTORS["root"], "root", 32)

    assert [leaf.hex() for leaf in leaves] == [entry["leaf"] for entry in VECTORS["entries"]]
    assert tree_root(leaves) == root
    for changed in (leaves[:2], leaves[::-1], [*leaves, leaves[2]], [leaf_hash(b"x"), *leaves[1:]]):
        assert tree_root(changed) != root


def hashes(items: list[str]) -> list[bytes]:
    """Hashes of a vector."""
    return [decode_base64(item, "vector") for item in items]


DIFFERENT = {
    "testdata/consistency/additional/sizes-are-equal-zero-and-proof-is-empty.json": (
        "their 'roots' are 12 bytes of text; we take hashes of 32 bytes only, and one root for size 0"
    ),
    "testdata/consistency/additional/sizes-are-equal-one-and-proof-is-empty.json": (
        "their 'roots' are 12 bytes of text; we take hashes of 32 bytes only"
    ),
}
"""Vectors that the Go package accepts and we rightly refuse. There is none the other way round."""


@pytest.mark.parametrize("vector", MERKLE["inclusion"], ids=lambda vector: vector["file"])
def test_published_inclusion_vectors_are_judged_alike(vector: dict[str, Any]) -> None:
    """Good and bad proofs of transparency-dev/merkle."""
    root, leaf = hashes([vector["root"], vector["leafHash"]])
    arguments = (vector["leafIdx"], vector["treeSize"], leaf, hashes(vector["proof"]), root)

    if vector["wantErr"]:
        with pytest.raises(ProofInvalid):
            verify_inclusion(*arguments)
    else:
        verify_inclusion(*arguments)


@pytest.mark.parametrize("vector", MERKLE["consistency"], ids=lambda vector: vector["file"])
def test_published_consistency_vectors_are_judged_alike(vector: dict[str, Any]) -> None:
    """Good and bad proofs of transparency-dev/merkle, but for the two that we refuse on purpose."""
    first, second = hashes([vector["root1"], vector["root2"]])
    arguments = (vector["size1"], vector["size2"], first, second, hashes(vector["proof"]))

    if vector["wantErr"] or vector["file"] in DIFFERENT:
        with pytest.raises(ProofInvalid):
            verify_consistency(*arguments)
    else:
        verify_consistency(*arguments)


def test_an_empty_tree_is_consistent_with_every_tree() -> None:
    """Go's merkle package refuses to be asked; tlog-witness says: by an empty proof, and so do we."""
    verify_consistency(0, 3, EMPTY_ROOT, bytes(32), [])
    verify_consistency(0, 0, EMPTY_ROOT, EMPTY_ROOT, [])
    for arguments in (
        (0, 3, bytes(32), bytes(32), []),
        (0, 3, EMPTY_ROOT, bytes(32), [bytes(32)]),
        (0, 0, EMPTY_ROOT, bytes(32), []),
    ):
        with pytest.raises(ProofInvalid):
            verify_consistency(*arguments)


# ---- every tree up to forty leaves


def spoilt(items: list[bytes]) -> list[list[bytes]]:
    """Every list that differs in one bit of one hash, by one hash left out, doubled, added or moved."""
    chance = random.Random(len(items))
    lists = []
    for position, item in enumerate(items):
        bit = 1 << chance.randrange(256)
        lists.append(
            [*items[:position], (int.from_bytes(item, "big") ^ bit).to_bytes(32, "big"), *items[position + 1 :]]
        )
        lists.append([*items[:position], *items[position + 1 :]])
        lists.append([*items[:position], item, *items[position:]])
        lists.append([*items[:position], item[:31], *items[position + 1 :]])
        if position and items[position - 1] != item:
            lists.append([*items[: position - 1], item, items[position - 1], *items[position + 1 :]])
    return [*lists, [*items, bytes(32)], [bytes(32), *items], [*items, b""]]


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_every_inclusion_proof_is_the_rfcs_and_no_other_passes(size: int) -> None:
    """All leaves of a tree: the proof of PATH, and every single change of it refused."""
    entries, reader = ENTRIES[:size], reader_of(ENTRIES[:size])
    root = mth(entries)
    for index, entry in enumerate(entries):
        leaf, good = leaf_hash(entry), path(index, entries)
        assert prove_inclusion(index, size, reader) == good
        verify_inclusion(index, size, leaf, good, root)

        bad: list[tuple[int, int, bytes, list[bytes], bytes]] = [
            (index, size, leaf_hash(b"other"), good, root),
            (index, size, leaf, good, mth([*entries, b"more"])),
            (-1, size, leaf, good, root),
            (size, size, leaf, good, root),
            (index, 0, leaf, good, root),
            *((other, size, leaf, good, root) for other in range(size) if other != index),
            *((index, size, leaf, changed, root) for changed in spoilt(good)),
        ]
        for arguments in bad:
            with pytest.raises(ProofInvalid):
                verify_inclusion(*arguments)


@pytest.mark.parametrize("second", range(1, SIZES + 1))
def test_every_consistency_proof_is_the_rfcs_and_no_other_passes(second: int) -> None:
    """From every smaller size: the proof of PROOF, and every single change of it refused."""
    entries, reader = ENTRIES[:second], reader_of(ENTRIES[:second])
    root = mth(entries)
    for first in range(1, second):
        old, good = mth(entries[:first]), proof(first, entries)
        assert prove_consistency(first, second, reader) == good
        verify_consistency(first, second, old, root, good)

        bad: list[tuple[int, int, bytes, bytes, list[bytes]]] = [
            (first, second, root, old, good),
            (first, second, old, mth([*entries, b"more"]), good),
            (first, second, mth([*entries[: first - 1], b"other"]), root, good),
            (second, first, old, root, good),
            (-1, second, old, root, good),
            *((first, second, old, root, changed) for changed in spoilt(good)),
            *((other, second, old, root, good) for other in range(second) if other != first and good),
        ]
        for arguments in bad:
            with pytest.raises(ProofInvalid):
                verify_consistency(*arguments)


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_equal_sizes_need_equal_roots_and_no_proof(size: int) -> None:
    """Two roots for one size are a fork."""
    root = mth(ENTRIES[:size])

    verify_consistency(size, size, root, root, [])
    assert prove_consistency(size, size, reader_of(ENTRIES[:size])) == []
    with pytest.raises(ProofInvalid, match="forked"):
        verify_consistency(size, size, root, bytes(32), [])
    with pytest.raises(ProofInvalid, match="must be empty"):
        verify_consistency(size, size, root, root, [root])


def test_a_wrong_tree_size_may_pass_only_where_the_shape_is_the_same() -> None:
    """A proof alone does not fix the size, which the checkpoint signs: RFC 9162 gives no more, and we claim no more."""
    entries = ENTRIES[:8]
    good = path(0, entries)
    for other in range(1, 40):
        fits = largest_power_of_two_below(other).bit_length() == 3 if other > 1 else False
        if fits:
            verify_inclusion(0, other, leaf_hash(entries[0]), good, mth(entries))
        else:
            with pytest.raises(ProofInvalid):
                verify_inclusion(0, other, leaf_hash(entries[0]), good, mth(entries))


# ---- frontier and ranges


@given(st.lists(st.binary(max_size=8), max_size=300))
def test_a_frontier_has_the_root_of_the_whole_tree(entries: list[bytes]) -> None:
    """However many leaves, and with as many nodes as its size has bits set."""
    frontier = Frontier()
    for entry in entries:
        frontier.append(leaf_hash(entry))

    assert frontier.root() == mth(entries) == tree_root([leaf_hash(entry) for entry in entries])
    assert (frontier.size, len(frontier.nodes)) == (len(entries), len(entries).bit_count())
    assert Frontier.of_tree(len(entries), reader_of(entries)).nodes == frontier.nodes


def test_appending_says_which_subtrees_it_completed() -> None:
    """What a store of nodes writes for each leaf."""
    frontier, stored = Frontier(), {}
    for seq, entry in enumerate(ENTRIES):
        for height, node in enumerate(frontier.append(leaf_hash(entry))):
            stored[height, seq >> height] = node

    for (height, index), node in stored.items():
        assert node == mth(ENTRIES[index << height : (index + 1) << height])


def test_a_copied_frontier_is_independent() -> None:
    """A failed batch leaves the first as it was."""
    frontier = Frontier()
    frontier.append(leaf_hash(b"a"))
    root = frontier.root()
    frontier.copy().append(leaf_hash(b"b"))

    assert (frontier.size, frontier.root()) == (1, root)


def test_a_frontier_needs_the_nodes_of_its_size() -> None:
    """A missing node is no smaller tree."""
    with pytest.raises(ProofInvalid):
        Frontier(3, [bytes(32)])


@pytest.mark.parametrize("size", range(1, SIZES + 1))
def test_a_range_is_hashed_as_the_subtree_it_is(size: int) -> None:
    """Any aligned start, any end."""
    reader = reader_of(ENTRIES)
    assert range_hash(0, size, reader) == mth(ENTRIES[:size])


def test_no_proof_is_made_for_what_is_not_there() -> None:
    """Index and sizes are checked before anything is read."""
    reader = reader_of(ENTRIES)
    for index, size in ((0, 0), (3, 3), (-1, 3)):
        with pytest.raises(ProofInvalid):
            prove_inclusion(index, size, reader)
    for first, second in ((3, 2), (-1, 2)):
        with pytest.raises(ProofInvalid):
            prove_consistency(first, second, reader)


def test_leaves_and_nodes_cannot_be_taken_for_each_other() -> None:
    """RFC 6962: 0x00 before an entry, 0x01 before two hashes."""
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"\x01" + left + right) != node_hash(left, right)
