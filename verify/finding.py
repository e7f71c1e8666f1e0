"""What an audit says: findings that name the place, what should stand there and what does."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from verify.strict import JsonValue


class Fault(StrEnum):
    """Kinds of finding; stable, on the wire of ``--json``."""

    CHECKPOINT_INVALID = "checkpoint-invalid"
    CHECKPOINT_ROOT = "checkpoint-root"
    TILE_MISSING = "tile-missing"
    TILE_WRONG = "tile-wrong"
    BUNDLE_MISSING = "bundle-missing"
    BUNDLE_MALFORMED = "bundle-malformed"
    ENTRY_MISSING = "entry-missing"
    ENTRY_EXTRA = "entry-extra"
    ENTRY_CHANGED = "entry-changed"
    ENTRY_MALFORMED = "entry-malformed"
    ENTRY_OUT_OF_ORDER = "entry-out-of-order"
    CHAIN_BROKEN = "chain-broken"
    TIME_BACKWARDS = "time-backwards"
    VERSION_WRONG = "version-wrong"
    STATEMENT_REPEATED = "statement-repeated"
    SIGNATURE_INVALID = "signature-invalid"
    NOT_COMPETENT = "not-competent"
    DISCLOSURE_WRONG = "disclosure-wrong"
    OPENING_WRONG = "opening-wrong"
    OPENING_UNREADABLE = "opening-unreadable"
    SUBJECT_WRONG = "subject-wrong"
    STORE_DIFFERS = "store-differs"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: `where` in words ("entry 17", a tile path), `seq` the entry it concerns if any."""

    fault: Fault
    where: str
    expected: str
    actual: str
    seq: int | None = field(default=None)

    def to_json(self) -> dict[str, JsonValue]:
        """The finding as JSON."""
        return {
            "actual": self.actual,
            "expected": self.expected,
            "fault": self.fault.value,
            "seq": self.seq,
            "where": self.where,
        }

    def sentence(self) -> str:
        """The finding in one line."""
        return f"{self.where}: {self.fault.value}: expected {self.expected}; found {self.actual}"


def entry_finding(fault: Fault, seq: int, expected: str, actual: str) -> Finding:
    """A finding about entry `seq`."""
    return Finding(fault, f"entry {seq}", expected, actual, seq)
