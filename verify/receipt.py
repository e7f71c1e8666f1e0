"""Receipts: an entry with its offline proof (format.md section 6; C2SP tlog-proof)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from verify.checkpoint import Checkpoint
from verify.entry import Entry, EntryHeader, split_entry
from verify.errors import Malformed
from verify.merkle import HASH_BYTES, leaf_hash, verify_inclusion
from verify.note import VerifierKey
from verify.statement import Statement
from verify.strict import JsonValue, decode_base64, decode_utf8, encode_base64, load_json, parse_decimal

_PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_MAX_PROOF_BYTES = 256 * 1024
RECEIPT_KIND = "kesu/receipt/v1"


@dataclass(frozen=True, slots=True)
class TlogProof:
    """Index, inclusion path and checkpoint of one entry, as in a ``.tlog-proof`` file."""

    index: int
    path: tuple[bytes, ...]
    checkpoint: bytes

    def to_bytes(self) -> bytes:
        """The file."""
        lines = [_PROOF_HEADER, f"index {self.index}", *(encode_base64(node) for node in self.path), "", ""]
        return "\n".join(lines).encode() + self.checkpoint

    @classmethod
    def parse(cls, data: bytes) -> TlogProof:
        """Read a ``.tlog-proof`` file strictly; an unauthenticated `extra` line is skipped."""
        if len(data) > _MAX_PROOF_BYTES:
            raise Malformed("tlog-proof", f"is more than {_MAX_PROOF_BYTES} bytes")
        head, separator, checkpoint = decode_utf8(data, "tlog-proof").partition("\n\n")
        lines = head.split("\n")
        if not separator or lines[0] != _PROOF_HEADER:
            raise Malformed("tlog-proof", f"must begin with the line {_PROOF_HEADER} and end in a checkpoint")
        lines = lines[1:]
        if lines and lines[0].startswith("extra "):
            decode_base64(lines[0].removeprefix("extra "), "tlog-proof extra")
            lines = lines[1:]
        if not lines or not lines[0].startswith("index "):
            raise Malformed("tlog-proof", "must have a line: index <number>")
        index = parse_decimal(lines[0].removeprefix("index "), "tlog-proof index")
        path = tuple(decode_base64(line, "tlog-proof path", HASH_BYTES) for line in lines[1:])
        return cls(index, path, checkpoint.encode())


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a submitter keeps: the whole entry and its proof."""

    entry: bytes
    proof: bytes

    def to_json(self) -> dict[str, JsonValue]:
        """The JSON form, with entry and proof as text."""
        return {"entry": self.entry.decode(), "kind": RECEIPT_KIND, "proof": self.proof.decode()}

    @classmethod
    def parse(cls, data: bytes) -> Receipt:
        """Read the JSON form strictly; checks no proof."""
        return cls.from_json(load_json(data))

    @classmethod
    def from_json(cls, value: JsonValue) -> Receipt:
        """The receipt in a JSON value; members other than entry, kind and proof are ignored."""
        match value:
            case {"kind": str(kind), "entry": str(entry), "proof": str(proof)} if kind == RECEIPT_KIND:
                return cls(entry.encode(), proof.encode())
        raise Malformed("receipt", f"must be an object with kind {RECEIPT_KIND}, entry and proof")


@dataclass(frozen=True, slots=True)
class VerifiedReceipt:
    """An entry proved to be in the log, and the checkpoint that covers it; `statement` is verbatim, not parsed yet."""

    raw: bytes
    header: EntryHeader
    statement: bytes
    checkpoint: Checkpoint

    @property
    def entry(self) -> Entry:
        """The entry with its statement parsed; raises `Malformed` if that is not one."""
        return Entry(self.raw, self.header, Statement.parse(self.statement))


def verify_receipt(receipt: Receipt, log_key: VerifierKey, trusted: Sequence[Checkpoint] = ()) -> VerifiedReceipt:
    """Check that the receipt's entry is in the log of `log_key`; raises an `EvidenceError` otherwise.

    `trusted` are checkpoints whose signature the caller has already checked, so that many receipts cost one check.
    """
    header_line, statement = split_entry(receipt.entry)
    header = EntryHeader.parse(header_line)
    proof = TlogProof.parse(receipt.proof)
    if header.seq != proof.index:
        raise Malformed("receipt", f"proves entry {proof.index} but holds entry {header.seq}")
    checkpoint = next((known for known in trusted if known.raw == proof.checkpoint), None)
    if checkpoint is None:
        checkpoint = Checkpoint.open(proof.checkpoint, log_key)
    verify_inclusion(proof.index, checkpoint.size, leaf_hash(receipt.entry), proof.path, checkpoint.root)
    return VerifiedReceipt(receipt.entry, header, statement, checkpoint)
