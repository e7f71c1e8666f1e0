"""Errors of the evidence language.

    EvidenceError
    ├── Malformed          bytes that are not what the format says
    ├── SignatureInvalid   a known key's signature does not verify, or none is there
    ├── ProofInvalid       a Merkle proof does not lead to the root
    ├── Incompetent        a key that may not say this, here
    ├── SourceMissing      a log resource that must exist does not
    └── SourceUnavailable  a log resource that could not be fetched (try again)

Nothing else leaves this package when outside bytes are read.
"""

from __future__ import annotations


class EvidenceError(Exception):
    """Base of everything that reading or checking evidence may raise."""


class Malformed(EvidenceError):
    """Bytes that do not follow the format; names the part and the rule, never the value."""

    def __init__(self, part: str, rule: str) -> None:
        super().__init__(f"{part}: {rule}")
        self.part = part
        self.rule = rule


class SignatureInvalid(EvidenceError):
    """A signature that must be there and verify does not."""

    def __init__(self, key_name: str, reason: str) -> None:
        super().__init__(f"signature by {key_name}: {reason}")
        self.key_name = key_name
        self.reason = reason


class ProofInvalid(EvidenceError):
    """A Merkle proof that does not lead from what is claimed to the root."""


class Incompetent(EvidenceError):
    """A statement signed by a key, or naming an item, that was not entitled to it at this position of the log."""

    def __init__(self, rule: str, detail: str) -> None:
        super().__init__(detail)
        self.rule = rule
        self.detail = detail


class SourceMissing(EvidenceError):
    """A resource the log must serve for its size is not there."""

    def __init__(self, where: str, reason: str = "missing") -> None:
        super().__init__(f"{where}: {reason}")
        self.where = where
        self.reason = reason


class SourceUnavailable(EvidenceError):
    """A resource could not be fetched; nothing is known about it."""
