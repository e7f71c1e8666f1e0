"""Checkpoints: the log's signed commitment to its size and root (C2SP tlog-checkpoint; format.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass

from verify.errors import Malformed, SignatureInvalid
from verify.merkle import HASH_BYTES
from verify.note import SignedNote, SigningKey, VerifierKey
from verify.strict import decode_base64, decode_utf8, encode_base64, parse_decimal

_LINES = 3


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Tree size and root of the log `origin`; `raw` is the whole note."""

    raw: bytes
    origin: str
    size: int
    root: bytes

    @classmethod
    def parse(cls, raw: bytes) -> Checkpoint:
        """Read the three lines strictly; checks no signature. Extension lines are refused: nobody would audit them."""
        note = SignedNote.parse(raw, "checkpoint")
        lines = decode_utf8(note.text, "checkpoint")[:-1].split("\n")
        if len(lines) != _LINES or not lines[0]:
            raise Malformed("checkpoint", "must be the three lines origin, tree size and root")
        size = parse_decimal(lines[1], "checkpoint tree size")
        return cls(raw, lines[0], size, decode_base64(lines[2], "checkpoint root", HASH_BYTES))

    @classmethod
    def open(cls, raw: bytes, key: VerifierKey) -> Checkpoint:
        """Read a checkpoint and require the log's own signature and origin."""
        checkpoint = cls.parse(raw)
        if checkpoint.origin != key.name:
            raise Malformed("checkpoint", f"is of log {checkpoint.origin}, not of {key.name}")
        if not SignedNote.parse(raw, "checkpoint").signers([key]):
            raise SignatureInvalid(key.name, "is missing from the checkpoint")
        return checkpoint

    @classmethod
    def sign(cls, key: SigningKey, size: int, root: bytes) -> Checkpoint:
        """Make the checkpoint of the log named by `key`. Only the signer journal may decide that this is allowed."""
        origin = key.verifier.name
        text = f"{origin}\n{size}\n{encode_base64(root)}\n".encode()
        return cls(SignedNote.sign(text, [key]).to_bytes(), origin, size, root)
