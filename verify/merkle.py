"""The RFC 6962 Merkle tree: hashes, proofs, and their verification by RFC 9162 section 2.1 to the letter."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

from verify.errors import ProofInvalid

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()

NodeReader = Callable[[int, int], bytes]
"""``reader(level, index)`` gives the hash of the complete subtree over leaves [index * 2^level, (index + 1) * 2^level).
"""


def leaf_hash(entry: bytes) -> bytes:
    """SHA-256(0x00 || entry)."""
    return hashlib.sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def tree_root(leaves: Sequence[bytes]) -> bytes:
    """Root over leaf hashes, RFC 6962 section 2.1; `EMPTY_ROOT` for none."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


class Frontier:
    """Roots of the complete subtrees of a growing tree, largest first (a compact range)."""

    __slots__ = ("nodes", "size")

    def __init__(self, size: int = 0, nodes: Sequence[bytes] = ()) -> None:
        if len(nodes) != size.bit_count():
            msg = f"a tree of size {size} has {size.bit_count()} frontier nodes, not {len(nodes)}"
            raise ProofInvalid(msg)
        self.size = size
        self.nodes = list(nodes)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add one leaf hash; returns the hashes of the subtrees this completed: item h is of height h, 0 the leaf."""
        completed = [leaf]
        node, size = leaf, self.size
        while size & 1:
            node = node_hash(self.nodes.pop(), node)
            completed.append(node)
            size >>= 1
        self.nodes.append(node)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """Root of the tree so far."""
        if not self.nodes:
            return EMPTY_ROOT
        node = self.nodes[-1]
        for left in reversed(self.nodes[:-1]):
            node = node_hash(left, node)
        return node

    def copy(self) -> Frontier:
        """An independent frontier of the same tree."""
        return Frontier(self.size, self.nodes)

    @classmethod
    def of_tree(cls, size: int, reader: NodeReader) -> Frontier:
        """Read the frontier of a stored tree of `size` leaves."""
        nodes, start = [], 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                nodes.append(reader(level, start >> level))
                start += 1 << level
        return cls(size, nodes)


def range_hash(start: int, end: int, reader: NodeReader) -> bytes:
    """Hash of leaves [start, end) as one subtree of an RFC 6962 tree; `start` is a multiple of its width."""
    width = end - start
    if width & (width - 1) == 0:
        return reader(width.bit_length() - 1, start // width)
    split = start + (1 << (width - 1).bit_length() - 1)
    return node_hash(range_hash(start, split, reader), range_hash(split, end, reader))


def prove_inclusion(index: int, size: int, reader: NodeReader) -> list[bytes]:
    """Inclusion proof of leaf `index` in the tree of `size` leaves, leaf to root (RFC 9162 section 2.1.3.1)."""
    if not 0 <= index < size:
        msg = f"leaf {index} is not in a tree of size {size}"
        raise ProofInvalid(msg)
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        split = start + (1 << (end - start - 1).bit_length() - 1)
        if index < split:
            path.append(range_hash(split, end, reader))
            end = split
        else:
            path.append(range_hash(start, split, reader))
            start = split
    path.reverse()
    return path


def verify_inclusion(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """RFC 9162 section 2.1.3.2; raises `ProofInvalid`."""
    _check_hashes(leaf, root, *proof)
    if index >= size or index < 0:
        msg = f"leaf {index} is not in a tree of size {size}"
        raise ProofInvalid(msg)
    fn, sn, node = index, size - 1, leaf
    for sibling in proof:
        if sn == 0:
            raise ProofInvalid("the inclusion proof is too long")
        if fn & 1 or fn == sn:
            node = node_hash(sibling, node)
            if not fn & 1:
                while fn and not fn & 1:
                    fn >>= 1
                    sn >>= 1
        else:
            node = node_hash(node, sibling)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise ProofInvalid("the inclusion proof is too short")
    if node != root:
        raise ProofInvalid("the inclusion proof leads to another root")


def prove_consistency(first: int, second: int, reader: NodeReader) -> list[bytes]:
    """Consistency proof between tree sizes (RFC 9162 section 2.1.4.1); empty for `first` 0 or equal sizes."""
    if not 0 <= first <= second:
        msg = f"no consistency proof from size {first} to {second}"
        raise ProofInvalid(msg)
    if first in (0, second):
        return []
    return _subproof(first, 0, second, complete=True, reader=reader)


def _subproof(first: int, start: int, end: int, *, complete: bool, reader: NodeReader) -> list[bytes]:
    if first == end:
        return [] if complete else [range_hash(start, end, reader)]
    split = start + (1 << (end - start - 1).bit_length() - 1)
    if first <= split:
        proof = _subproof(first, start, split, complete=complete, reader=reader)
        return [*proof, range_hash(split, end, reader)]
    return [*_subproof(first, split, end, complete=False, reader=reader), range_hash(start, split, reader)]


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """RFC 9162 section 2.1.4.2, with size 0 consistent with everything by an empty proof; raises `ProofInvalid`."""
    _check_hashes(first_root, second_root, *proof)
    if not 0 <= first <= second:
        msg = f"a tree of size {second} cannot continue one of size {first}"
        raise ProofInvalid(msg)
    if first in (0, second):
        if proof:
            raise ProofInvalid("the consistency proof must be empty")
        _verify_without_proof(first, second, first_root, second_root)
        return
    if not proof:
        raise ProofInvalid("the consistency proof is empty")
    old, new = _fold_consistency(first, second, list(proof) if first & (first - 1) else [first_root, *proof])
    if old != first_root:
        raise ProofInvalid("the consistency proof does not lead to the first root")
    if new != second_root:
        raise ProofInvalid("the consistency proof does not lead to the second root")


def _verify_without_proof(first: int, second: int, first_root: bytes, second_root: bytes) -> None:
    if first == 0 and first_root != EMPTY_ROOT:
        raise ProofInvalid("the root of an empty tree is SHA-256 of nothing")
    if first == second and first_root != second_root:
        raise ProofInvalid("two roots for one tree size: the log was forked")


def _fold_consistency(first: int, second: int, path: Sequence[bytes]) -> tuple[bytes, bytes]:
    """The roots of both trees that `path` leads to: steps 3 to 6 of RFC 9162 section 2.1.4.2."""
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn >>= 1
        sn >>= 1
    old = new = path[0]
    for sibling in path[1:]:
        if sn == 0:
            raise ProofInvalid("the consistency proof is too long")
        if fn & 1 or fn == sn:
            old = node_hash(sibling, old)
            new = node_hash(sibling, new)
            while fn and not fn & 1:
                fn >>= 1
                sn >>= 1
        else:
            new = node_hash(new, sibling)
        fn >>= 1
        sn >>= 1
    if sn != 0:
        raise ProofInvalid("the consistency proof is too short")
    return old, new


def _check_hashes(*hashes: bytes) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise ProofInvalid("a hash is not 32 bytes")
