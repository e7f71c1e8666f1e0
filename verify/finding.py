"""What an audit says: findings that name the place, what should stand there and what does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum

from verify.strict import JsonValue

MAX_FINDINGS = 1000
"""A rewritten log has a fault in every entry; the first ones tell the story, the rest are counted."""


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
    TIME_AHEAD = "time-ahead"
    VERSION_WRONG = "version-wrong"
    STATEMENT_REPEATED = "statement-repeated"
    SIGNATURE_INVALID = "signature-invalid"
    NOT_COMPETENT = "not-competent"
    RULE_BROKEN = "rule-broken"
    DISCLOSURE_WRONG = "disclosure-wrong"
    OPENING_WRONG = "opening-wrong"
    OPENING_UNREADABLE = "opening-unreadable"
    SUBJECT_WRONG = "subject-wrong"
    STORE_DIFFERS = "store-differs"
    REST_UNREAD = "rest-unread"


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


def broken(seq: int, rule: str, actual: str) -> Finding:
    """A finding that entry `seq` breaks a rule about what may follow on its stream."""
    return entry_finding(Fault.RULE_BROKEN, seq, f"rule {rule}", actual)


@dataclass(slots=True)
class Tally:
    """What an audit has found and counted so far."""

    findings: list[Finding] = field(default_factory=list)
    kinds: Counter[Fault] = field(default_factory=Counter)
    signatures: int = 0
    openings: int = 0

    def add(self, *findings: Finding) -> None:
        """Keep the first findings of each kind: those that come last, about the roots, often explain the rest."""
        for finding in findings:
            self.kinds[finding.fault] += 1
            if self.kinds[finding.fault] <= MAX_FINDINGS:
                self.findings.append(finding)

    def told(self) -> tuple[Finding, ...]:
        """The findings by place, entries first; of too many the first ones of every kind, so that none drowns."""
        order = {fault: rank for rank, fault in enumerate(Fault)}
        by_place = sorted(
            self.findings, key=lambda item: (item.seq is None, item.seq or 0, order[item.fault], item.where)
        )
        if len(by_place) <= MAX_FINDINGS:
            return tuple(by_place)
        seen: Counter[Fault] = Counter()
        ranked = []
        for place, finding in enumerate(by_place):
            ranked.append((seen[finding.fault], place))
            seen[finding.fault] += 1
        return tuple(by_place[place] for place in sorted(place for _rank, place in sorted(ranked)[:MAX_FINDINGS]))
