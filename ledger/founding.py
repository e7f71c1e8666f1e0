"""What entry 0 says of a ledger for ever: its log key, its operator's key, and whether its clock is simulated."""

from __future__ import annotations

from dataclasses import dataclass

from ledger.errors import StoreUnsound
from ledger.store.reader import LogReader
from verify.entry import Entry
from verify.errors import EvidenceError
from verify.note import VerifierKey
from verify.registry import STATEMENT_CLOCK, Registry


@dataclass(frozen=True, slots=True)
class Founding:
    """The founding statement `ledger.opened`."""

    log: VerifierKey
    operator: VerifierKey
    simulated: bool


def founding_of(reader: LogReader) -> Founding | None:
    """The founding statement, None of an empty log; raises `StoreUnsound` where entry 0 is none."""
    entries = reader.entries(0, 1)
    if not entries:
        return None
    try:
        registry = Registry().apply(Entry.parse(entries[0][1]).statement, 0)
    except EvidenceError as error:
        raise StoreUnsound(f"entry 0 cannot be read: {error}; run kesu verify") from None
    if registry.log is None or registry.operator is None:
        raise StoreUnsound("entry 0 does not open a ledger; run kesu verify")
    return Founding(registry.log, registry.operator, registry.clock == STATEMENT_CLOCK)
