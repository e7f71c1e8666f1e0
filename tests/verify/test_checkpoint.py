"""Checkpoints: three signed lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.vectors import (
    VECTORS,
    WITNESS_LINE,
    WORKED_CHECKPOINT,
    WORKED_EMPTY_NOTE,
    WORKED_ENTRIES,
    WORKED_KEY,
    vector_key,
)
from verify.checkpoint import Checkpoint
from verify.errors import Malformed, SignatureInvalid
from verify.merkle import EMPTY_ROOT, leaf_hash, tree_root
from verify.note import NoteSignature, SignedNote, SigningKey
from verify.strict import decode_base64, encode_base64

KEY = WORKED_KEY
ROOT = encode_base64(bytes(32))


def test_the_published_checkpoint_comes_out_byte_for_byte() -> None:
    """Of the format's worked log."""
    key, root = vector_key("log"), decode_base64(VECTORS["root"], "root", 32)
    checkpoint = Checkpoint.sign(key, 3, root)

    assert checkpoint.raw == VECTORS["checkpoint"].encode()
    assert Checkpoint.open(checkpoint.raw, key.verifier) == checkpoint


def test_no_byte_of_the_published_checkpoint_can_be_changed() -> None:
    """Each is refused."""
    key, raw = vector_key("log").verifier, VECTORS["checkpoint"].encode()
    for position in range(len(raw)):
        for bit in (1, 4, 32, 128):
            changed = raw[:position] + bytes([raw[position] ^ bit]) + raw[position + 1 :]
            with pytest.raises((Malformed, SignatureInvalid)):
                Checkpoint.open(changed, key)


def test_the_worked_checkpoints_come_out_byte_for_byte() -> None:
    """Those that Go signed alike: of no entry, and of three."""
    root = tree_root([leaf_hash(entry) for entry in WORKED_ENTRIES])

    assert Checkpoint.sign(KEY, 0, EMPTY_ROOT).raw == WORKED_EMPTY_NOTE
    assert Checkpoint.sign(KEY, 3, root).raw == WORKED_CHECKPOINT
    assert Checkpoint.open(WORKED_EMPTY_NOTE, KEY.verifier).size == 0


def test_the_line_of_a_witness_is_ignored() -> None:
    """An unknown key's line changes nothing, before or after the log's own."""
    checkpoint = Checkpoint.open(WORKED_CHECKPOINT + WITNESS_LINE, KEY.verifier)
    text, _, line = WORKED_CHECKPOINT.partition(b"\n\n")
    before = Checkpoint.open(text + b"\n\n" + WITNESS_LINE + line, KEY.verifier)

    assert checkpoint.root == before.root == Checkpoint.parse(WORKED_CHECKPOINT).root
    assert checkpoint.raw == WORKED_CHECKPOINT + WITNESS_LINE


@given(st.integers(0, 10**19 - 1), st.binary(min_size=32, max_size=32))
def test_what_is_signed_is_opened(size: int, root: bytes) -> None:
    """Size and root come back."""
    checkpoint = Checkpoint.sign(KEY, size, root)

    assert Checkpoint.open(checkpoint.raw, KEY.verifier) == checkpoint
    assert (checkpoint.origin, checkpoint.size, checkpoint.root) == ("log.example/credit", size, root)


@pytest.mark.parametrize(
    "text",
    [
        f"log.example/credit\n3\n{ROOT}\nextension\n",
        f"log.example/credit\n3\n{ROOT}\n\n",
        f"log.example/credit\n3\n{ROOT}\n\nmore\n",
        "log.example/credit\n3\n",
        f"\n3\n{ROOT}\n",
        f"log.example/credit\n+3\n{ROOT}\n",
        f"log.example/credit\n0003\n{ROOT}\n",
        f"log.example/credit\n٣\n{ROOT}\n",
        f"log.example/credit\n 3\n{ROOT}\n",
        f"log.example/credit\n-3\n{ROOT}\n",
        f"log.example/credit\n3.0\n{ROOT}\n",
        f"log.example/credit\n\n{ROOT}\n",
        f"log.example/credit\n{10**19}\n{ROOT}\n",
        "log.example/credit\n3\nAA==\n",
        f"log.example/credit\n3\n{ROOT[:-2]}B=\n",
        f"log.example/credit\n3\n{ROOT} \n",
        f"log.example/credit\n3\n{bytes(32).hex()}\n",
        f"log.example/credit\u20283\n{ROOT}\n",
    ],
)
def test_other_texts_are_refused_though_signed(text: str) -> None:
    """Extension lines, other spellings of the size, other roots."""
    with pytest.raises(Malformed):
        Checkpoint.open(SignedNote.sign(text.encode(), [KEY]).to_bytes(), KEY.verifier)


def test_only_the_logs_own_key_counts() -> None:
    """Another key, another origin, a stranger's signature alone."""
    other = SigningKey.from_seed("log.example/other", bytes(32))
    namesake = SigningKey.from_seed("log.example/credit", bytes(32))
    text = WORKED_CHECKPOINT.partition(b"\n\n")[0] + b"\n"

    with pytest.raises(Malformed, match=r"is of log log\.example/credit, not of log\.example/other"):
        Checkpoint.open(WORKED_CHECKPOINT, other.verifier)
    with pytest.raises(SignatureInvalid, match="missing"):
        Checkpoint.open(WORKED_CHECKPOINT, namesake.verifier)
    with pytest.raises(SignatureInvalid, match="missing"):
        Checkpoint.open(SignedNote.sign(text, [other]).to_bytes(), KEY.verifier)
    forged = NoteSignature(KEY.verifier.name, KEY.verifier.key_id, other.sign(text).signature)
    with pytest.raises(SignatureInvalid, match="does not verify"):
        Checkpoint.open(SignedNote(text, (other.sign(text), forged)).to_bytes(), KEY.verifier)
