"""Checkpoints that the log signed before: a log that only grew has each of their roots at that size.

Some come from the store that is audited, some from the auditor's own drawer or from a witness. The latter are what an
operator cannot take back: a log rewritten whole, with every hash and signature made anew, fits all but those.
"""

from __future__ import annotations

from collections.abc import Collection

from verify.checkpoint import Checkpoint
from verify.errors import Malformed, SignatureInvalid
from verify.finding import Fault, Finding, Tally
from verify.merkle import EMPTY_ROOT
from verify.note import VerifierKey
from verify.strict import encode_base64


class EarlierCheckpoints:
    """Earlier roots by size, each to be compared once on the way through the log."""

    def __init__(self, latest: Checkpoint, key: VerifierKey, tally: Tally) -> None:
        """`key` must have signed them all; what is wrong with them goes to `tally`."""
        self.count = 0
        self._latest = latest
        self._key = key
        self._tally = tally
        self._waiting: dict[int, set[tuple[bytes, str]]] = {}

    def add(self, raw: bytes, name: str, label: str) -> None:
        """Take a note in; findings call it `name`, or `label` with its size once it is known to be the log's."""
        try:
            checkpoint = Checkpoint.open(raw, self._key)
        except (Malformed, SignatureInvalid) as error:
            self._tally.add(Finding(Fault.CHECKPOINT_INVALID, name, "one signed by the log", str(error)))
            return
        self.count += 1
        where = f"{label} of size {checkpoint.size}"
        if checkpoint.size > self._latest.size:
            self._tally.add(
                Finding(
                    Fault.CHECKPOINT_ROOT,
                    where,
                    f"none larger than the latest, {_described(self._latest)}",
                    f"{_described(checkpoint)}: the log was cut back, or this is an old copy of it",
                )
            )
        else:
            self._waiting.setdefault(checkpoint.size, set()).add((checkpoint.root, where))

    def sizes(self, candidates: range) -> tuple[int, ...]:
        """Those of `candidates` whose root is wanted."""
        return tuple(size for size in candidates if size in self._waiting) if self._waiting else ()

    def compare(self, size: int, root: bytes) -> None:
        """Compare with the root that the log's entries have at `size`."""
        self._settle(self._waiting.pop(size, ()), root)

    def finish(self) -> None:
        """Say what could not be compared on the way, because entries or tiles are missing."""
        known = {self._latest.size: self._latest.root, 0: EMPTY_ROOT}
        for size, claims in sorted(self._waiting.items()):
            self._settle(claims, known.get(size))
        self._waiting.clear()

    def _settle(self, claims: Collection[tuple[bytes, str]], root: bytes | None) -> None:
        self._tally.add(*(wrong_root(where, root, signed) for signed, where in sorted(claims) if signed != root))


def wrong_root(where: str, computed: bytes | None, signed: bytes) -> Finding:
    """The finding that the log does not have the root that was signed."""
    actual = encode_base64(computed) if computed else "entries or tiles are missing"
    return Finding(Fault.CHECKPOINT_ROOT, where, f"root {encode_base64(signed)}, as signed", f"root {actual}")


def _described(checkpoint: Checkpoint) -> str:
    return f"size {checkpoint.size} with root {encode_base64(checkpoint.root)}"
