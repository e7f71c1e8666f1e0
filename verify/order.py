"""The order of a log: sequence, chain, time, and the streams that its entries advance, checked entry after entry."""

from __future__ import annotations

from collections.abc import Iterator

from verify.entry import NO_PREVIOUS, EntryHeader
from verify.errors import Malformed
from verify.finding import Fault, Finding, entry_finding
from verify.statement import Statement
from verify.statement_type import ADMINISTRATIVE, StatementType
from verify.stream import Stream

_FILED: str = StatementType.RECORD_FILED.value


class LogOrder:
    """What the entries so far determine about the next one. Feed it every entry once, in order."""

    def __init__(self) -> None:
        """An empty log."""
        self.size = 0
        self._previous: bytes | None = NO_PREVIOUS
        self._previous_is_sound = True
        self._recorded_at = ""
        self._ledger_stream: str | None = None
        self._streams: dict[str, Stream] = {}
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
        yield from self._advance(header, statement, seq)
        self.size += 1
        self._previous, self._previous_is_sound = digest, sound
        self._recorded_at = max(self._recorded_at, header.recorded_at)

    def _check_stream(self, header: EntryHeader, statement: Statement, seq: int) -> Iterator[Finding]:
        """The ledger's own stream for its administration, and the record's for everything about a record."""
        if statement.type in ADMINISTRATIVE:
            if self._ledger_stream is None:
                self._ledger_stream = header.stream
            named = self._ledger_stream
        else:
            try:
                named = statement.reference("record")
            except Malformed as error:
                yield entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another value")
                return
        if header.stream != named:
            yield entry_finding(Fault.VERSION_WRONG, seq, f"stream {named}", f"stream {header.stream}")

    def _advance(self, header: EntryHeader, statement: Statement, seq: int) -> Iterator[Finding]:
        administrative = statement.type in ADMINISTRATIVE
        filed = statement.type == _FILED
        yield from self._check_stream(header, statement, seq)
        stream = self._streams.get(header.stream)
        if (header.subject == "") is not administrative:
            yield entry_finding(
                Fault.SUBJECT_WRONG, seq, "no subject" if administrative else "a subject", header.subject or "none"
            )
        expected = 1 if stream is None else stream.version + 1
        if header.version != expected:
            yield entry_finding(Fault.VERSION_WRONG, seq, f"version {expected}", f"version {header.version}")
        if stream is None:
            if not (filed or administrative):
                yield entry_finding(Fault.VERSION_WRONG, seq, "a record that was filed", "a record never filed")
            stream = Stream.begin(header, statement, seq)
            self._streams[header.stream] = stream
        else:
            if filed:
                yield entry_finding(Fault.VERSION_WRONG, seq, "a new record", f"record of entry {stream.filing} again")
            yield from stream.check_continuation(header, statement, seq)
            stream.version = max(stream.version, header.version)
        if not filed:
            yield from stream.check_references(statement, seq)
        yield from stream.take(header, statement, seq)
