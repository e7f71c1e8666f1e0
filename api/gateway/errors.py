"""Errors of the gateway.

LedgerError
├── ConfigFault      the configuration does not say what to do: field, rule and fix
├── GatewayRunning   another process works with the same journal
└── Unreachable
    ├── ViewFault    a database view cannot be read now
    └── TableChanged somebody wrote on in a table that had been taken
"""

from __future__ import annotations

from api.client import Unreachable
from ledger.errors import LedgerError


class ConfigFault(LedgerError):
    """A configuration that does not say what to do."""

    def __init__(self, field: str, rule: str, fix: str) -> None:
        super().__init__(f"{field} {rule}; {fix}")
        self.field = field
        self.rule = rule
        self.fix = fix


class GatewayRunning(LedgerError):
    """Another process works with the same journal."""


class ViewFault(Unreachable):
    """A database view cannot be read now. Says nothing of what the driver said, which may hold values."""


class TableChanged(Unreachable):
    """Somebody wrote on in a table that had been taken; it is passed over again."""
