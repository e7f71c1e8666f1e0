"""Errors of the ledger.

LedgerError
├── Refusal                 a statement that is not accepted; its neighbours in the batch are not hurt
│   ├── NotAdmissible       its form, openings or values break a rule
│   ├── NotEntitled         its signature or its signer's competence does not hold
│   ├── StatementIdReused   its id was used before with other bytes
│   └── RuleBroken          the state of the record does not allow it
├── NotFound                nothing in the ledger has that name
├── Busy                    the queue is full; try again
├── Stopped                 the sequencer has stopped; nothing is accepted any more
├── NotFit                  the machine or a file beside the database forbids to go on: space, clock, key, store
├── BackupUnsound           a backup, or what one is made of, is not what it must be
└── Fatal                   what is stored cannot be trusted: the process must stop and say what differs
    ├── SignerMismatch      database and signer journal do not tell the same story
    └── StoreUnsound        the database contradicts itself or the writer
"""

from __future__ import annotations

from dataclasses import dataclass


class LedgerError(Exception):
    """Base of everything the ledger raises on purpose."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One broken rule: the field's name, the rule and how to mend it. Never the value, which may be personal."""

    field: str
    rule: str
    fix: str

    def sentence(self) -> str:
        """The fault in one line."""
        return f"{self.field}: {self.rule.removesuffix('.')}; {self.fix.removesuffix('.')}"


class Refusal(LedgerError):
    """A statement that is not accepted, with every fault found."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(fault.sentence() for fault in faults))
        self.faults = faults


class NotAdmissible(Refusal):
    """Form, openings or values break a rule."""


class NotEntitled(Refusal):
    """The signature does not verify or its signer may not say this."""


class StatementIdReused(Refusal):
    """The statement's id was used before with other bytes."""


class RuleBroken(Refusal):
    """The state of the record, listing or objection does not allow it."""


class NotFound(LedgerError):
    """Nothing in the ledger has that name."""


class Busy(LedgerError):
    """More statements are waiting than the queue holds."""


class Stopped(LedgerError):
    """The sequencer has stopped."""


class NotFit(LedgerError):
    """Going on would do harm: too little space, a clock that went back, a key or store that is not the ledger's."""


class BackupUnsound(LedgerError):
    """A backup is not what it was when it was made, or the ledger contradicts itself and makes no backup."""


class Fatal(LedgerError):
    """What is stored cannot be trusted."""


class SignerMismatch(Fatal):
    """Database and signer journal differ; signing on would fork the log."""


class StoreUnsound(Fatal):
    """The database contradicts itself, or another writer was at work."""
