"""The order of a log: sequence, chain, time, and the streams that its entries advance, checked entry after entry."""

from __future__ import annotations

from collections.abc import Iterator

from verify.entry import NO_PREVIOUS, EntryHeader
from verify.finding import Fault, Finding, entry_finding
from verify.statement import Statement
from verify.streams import Streams


class LogOrder:
    """What the entries so far determine about the next one. Feed it every entry once, in order."""

    def __init__(self) -> None:
        """An empty log."""
        self.size = 0
        self._previous: bytes | None = NO_PREVIOUS
        self._previous_is_sound = True
        self._recorded_at = ""
        self._streams = Streams()
        self._ids: dict[str, int] = {}

    def skip(self, digest: bytes | None) -> None:
        """Pass over an entry that is missing (None) or unreadable: its successors are checked all the same."""
        self.size += 1
        self._previous = digest
        self._previous_is_sound = False

    def add(self, header: EntryHeader, statement: Statement, digest: bytes, *, sound: bool) -> Iterator[Finding]:
        """Check one entry and take it in; `sound` says that its bytes are those the tree covers."""
        seq = self.size
        if header.seq != seq:
            yield entry_finding(Fault.ENTRY_OUT_OF_ORDER, seq, f"entry {seq}", f"an entry that says it is {header.seq}")
        if self._previous is not None and header.previous != self._previous and self._previous_is_sound and sound:
            yield entry_finding(
                Fault.CHAIN_BROKEN, seq, f"previous {self._previous.hex()}", f"previous {header.previous.hex()}"
            )
        if header.recorded_at < self._recorded_at:
            yield entry_finding(
                Fault.TIME_BACKWARDS, seq, f"recorded_at from {self._recorded_at} on", header.recorded_at
            )
        first = self._ids.setdefault(statement.id, seq)
        if first != seq:
            yield entry_finding(Fault.STATEMENT_REPEATED, seq, "a new statement id", f"the id of entry {first}")
        yield from self._streams.advance(header, statement, seq)
        self.size += 1
        self._previous, self._previous_is_sound = digest, sound
        self._recorded_at = max(self._recorded_at, header.recorded_at)
