"""Receipts: an entry with its offline proof."""

from __future__ import annotations

import json
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.log_builder import LOG_KEY, LogBuilder, make_key
from tests.verify.vectors import WORKED_CHECKPOINT, WORKED_ENTRIES, WORKED_KEY, WORKED_PROOF
from verify.checkpoint import Checkpoint
from verify.errors import EvidenceError, Malformed, ProofInvalid, SignatureInvalid
from verify.merkle import leaf_hash, prove_inclusion, tree_root, verify_inclusion
from verify.receipt import RECEIPT_KIND, Receipt, TlogProof, verify_receipt
from verify.strict import JsonValue

VKEY = LOG_KEY.verifier


@cache
def log() -> LogBuilder:
    """Twelve entries."""
    return LogBuilder.ready(1).fill(12)


def receipt_of(seq: int, size: int = 12) -> Receipt:
    """A true receipt."""
    entries = log().leaves[:size]
    path = prove_inclusion(seq, size, lambda level, index: tree_root(entries[index << level : (index + 1) << level]))
    return Receipt(log().entries[seq], TlogProof(seq, tuple(path), log().checkpoint(size)).to_bytes())


# ---- C2SP tlog-proof


def test_the_worked_proof_is_read_and_written_byte_for_byte() -> None:
    """Index 1 of three entries, cosigned by a witness whose line is ignored."""
    proof = TlogProof.parse(WORKED_PROOF)
    leaves = [leaf_hash(entry) for entry in WORKED_ENTRIES]

    assert proof == TlogProof(1, (leaves[0], leaves[2]), WORKED_PROOF[WORKED_PROOF.index(b"log.example") :])
    assert proof.to_bytes() == WORKED_PROOF
    checkpoint = Checkpoint.open(proof.checkpoint, WORKED_KEY.verifier)
    verify_inclusion(proof.index, checkpoint.size, leaves[1], proof.path, checkpoint.root)


@given(
    st.integers(0, 10**19 - 1),
    st.lists(st.binary(min_size=32, max_size=32), max_size=64),
)
def test_proofs_come_back_as_they_were(index: int, path: list[bytes]) -> None:
    """Any index, any path."""
    proof = TlogProof(index, tuple(path), WORKED_CHECKPOINT)

    assert TlogProof.parse(proof.to_bytes()) == proof


@given(st.binary(max_size=200), st.binary(max_size=20))
def test_no_bytes_raise_anything_but_malformed(head: bytes, tail: bytes) -> None:
    """A hostile file is refused in order."""
    for data in (
        head,
        WORKED_PROOF[: len(head)] + tail,
        WORKED_PROOF + tail,
        b"c2sp.org/tlog-proof@v1\nindex 0\n" + head,
    ):
        try:
            TlogProof.parse(data)
        except Malformed:
            continue


def test_an_extra_line_is_skipped() -> None:
    """It is not authenticated and says nothing to us."""
    proof = WORKED_PROOF.replace(b"index 1", b"extra aGVsbG8=\nindex 1")

    assert TlogProof.parse(proof) == TlogProof.parse(WORKED_PROOF)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"@v1", b"@v2"),
        (b"c2sp", b" c2sp"),
        (b"index 1", b"index 01"),
        (b"index 1", b"index +1"),
        (b"index 1", "index ١".encode()),
        (b"index 1", b"index"),
        (b"index 1\n", b""),
        (b"index 1", b"index 1\nindex 1"),
        (b"index 1", b"extra x\nindex 1"),
        (b"index 1", b"extra aGVsbG8=\nextra aGVsbG8=\nindex 1"),
        (b"index 1", b"index 1\nextra aGVsbG8="),
        (b"iipcm3aI", b" iipcm3aI"),
        (b"vh9uCc=", b"vh9uCd="),
        (b"iipcm3aIJ95alVLDigRMZpWcaPbS8htSYK9U0vh9uCc=", b"AAAA"),
        (b"\n", b"\r\n"),
        (b"\n\nlog", b"\nlog"),
    ],
)
def test_other_proofs_are_refused(old: bytes, new: bytes) -> None:
    """One header, one index, hashes of 32 bytes."""
    data = WORKED_PROOF.replace(old, new) if old == b"\n" else WORKED_PROOF.replace(old, new, 1)
    assert data != WORKED_PROOF
    with pytest.raises(Malformed):
        Checkpoint.parse(TlogProof.parse(data).checkpoint)


def test_proofs_are_capped() -> None:
    """Before they are parsed."""
    with pytest.raises(Malformed, match="more than"):
        TlogProof.parse(WORKED_PROOF + b"x" * 300_000)


# ---- receipts


@pytest.mark.parametrize("size", range(1, 13))
def test_every_true_receipt_is_proved(size: int) -> None:
    """Every entry under every checkpoint that covers it, through JSON and back."""
    for seq in range(size):
        receipt = Receipt.parse(json.dumps(receipt_of(seq, size).to_json()).encode())
        verified = verify_receipt(receipt, VKEY)

        assert verified.entry.raw == log().entries[seq]
        assert verified.checkpoint.size == size


def test_a_receipt_keeps_members_it_does_not_know() -> None:
    """A later version may add some."""
    value = receipt_of(3).to_json() | {"note": "任意"}

    assert Receipt.from_json(value) == receipt_of(3)


def test_a_trusted_checkpoint_is_not_checked_again() -> None:
    """Only for exactly the bytes that were checked."""
    receipt = receipt_of(3)
    trusted = Checkpoint.open(log().checkpoint(), VKEY)
    stranger = make_key("other.example/log").verifier

    assert verify_receipt(receipt, stranger, [trusted]).checkpoint is trusted
    with pytest.raises(EvidenceError):
        verify_receipt(receipt, stranger, [Checkpoint.open(log().checkpoint(11), VKEY)])


def test_no_byte_of_a_receipt_can_be_changed() -> None:
    """Every byte of entry and proof, one bit each."""
    receipt = receipt_of(5)
    for position in range(len(receipt.entry)):
        entry = bytearray(receipt.entry)
        entry[position] ^= 1 << position % 8
        with pytest.raises(EvidenceError):
            verify_receipt(Receipt(bytes(entry), receipt.proof), VKEY)
    for position in range(len(receipt.proof)):
        proof = bytearray(receipt.proof)
        proof[position] ^= 1 << position % 8
        with pytest.raises(EvidenceError):
            verify_receipt(Receipt(receipt.entry, bytes(proof)), VKEY)


def test_a_receipt_of_another_entry_place_or_log_is_refused() -> None:
    """Entry, index, checkpoint and key belong together."""
    receipt, other = receipt_of(5), receipt_of(6)

    with pytest.raises(Malformed, match="proves entry 6 but holds entry 5"):
        verify_receipt(Receipt(receipt.entry, other.proof), VKEY)
    with pytest.raises(Malformed, match="is of log"):
        verify_receipt(receipt, make_key("other.example/log").verifier)
    proof = TlogProof.parse(receipt.proof)
    with pytest.raises(ProofInvalid):
        verify_receipt(Receipt(receipt.entry, TlogProof(5, proof.path, log().checkpoint(11)).to_bytes()), VKEY)
    with pytest.raises(ProofInvalid):
        verify_receipt(Receipt(receipt.entry, TlogProof(5, proof.path, log().checkpoint(5)).to_bytes()), VKEY)
    unsigned = log().checkpoint(key=make_key("x/1")).replace(b"x/1", b"credit.example/kesu", 1)
    with pytest.raises((SignatureInvalid, Malformed)):
        verify_receipt(Receipt(receipt.entry, TlogProof(5, proof.path, unsigned).to_bytes()), VKEY)


@pytest.mark.parametrize(
    "value",
    [
        None,
        [],
        {},
        {"kind": RECEIPT_KIND},
        {"kind": "kesu/receipt/v2", "entry": "", "proof": ""},
        {"kind": RECEIPT_KIND, "entry": "", "proof": 1},
        {"kind": RECEIPT_KIND, "entry": None, "proof": ""},
    ],
    ids=repr,
)
def test_other_json_is_no_receipt(value: JsonValue) -> None:
    """Kind, entry and proof must be there."""
    with pytest.raises(Malformed):
        Receipt.parse(json.dumps(value).encode())
