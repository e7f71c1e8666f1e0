"""All streams of a log: which of them an entry advances, from which version, and for which subject."""

from __future__ import annotations

from collections.abc import Iterator

from verify.entry import EntryHeader
from verify.errors import Malformed
from verify.finding import Fault, Finding, entry_finding
from verify.link import Link
from verify.record import Record
from verify.statement import Statement
from verify.statement_type import ABOUT_LINKS, ADMINISTRATIVE, StatementType
from verify.stream import Stream

_OPENED: str = StatementType.LEDGER_OPENED.value


class Streams:
    """The streams as far as they are advanced. Feed it every readable entry once, in order."""

    def __init__(self) -> None:
        """An empty log."""
        self._ledger: str | None = None
        self._operator: str | None = None
        self._streams: dict[str, Stream] = {}

    def advance(self, header: EntryHeader, statement: Statement, seq: int) -> Iterator[Finding]:
        """Check one entry against those before it on its stream, and take it in."""
        kind = statement.type
        family: type[Stream] = Stream if kind in ADMINISTRATIVE else Link if kind in ABOUT_LINKS else Record
        if family is Stream:
            self._note_ledger(header, statement)
        stream = self._streams.get(header.stream)
        misnamed = self._check_name(header, statement, seq, family, stream)
        if misnamed is not None:
            yield misnamed
        if (header.subject == "") is not (family is Stream):
            expected = "no subject" if family is Stream else "a subject"
            yield entry_finding(Fault.SUBJECT_WRONG, seq, expected, header.subject or "none")
        elif type(stream) is family and stream.subject != header.subject:
            yield entry_finding(Fault.SUBJECT_WRONG, seq, stream.subject or "no subject", header.subject)
        version = 1 if stream is None else stream.version + 1
        if header.version != version:
            yield entry_finding(Fault.VERSION_WRONG, seq, f"version {version}", f"version {header.version}")
        if stream is None:
            stream = self._streams[header.stream] = family(header.version, header.subject)
        else:
            stream.whole = stream.whole and header.version <= version
            stream.version = max(stream.version, header.version)
        if type(stream) is family:
            yield from stream.take(header, statement, seq, self._operator)

    def _note_ledger(self, header: EntryHeader, statement: Statement) -> None:
        if self._ledger is None:
            self._ledger = header.stream
        if self._operator is None and statement.type == _OPENED:
            self._operator = statement.issuer

    def _check_name(
        self, header: EntryHeader, statement: Statement, seq: int, family: type[Stream], stream: Stream | None
    ) -> Finding | None:
        """The ledger's own stream for its administration, a record's or a link's for everything about it."""
        named = self._ledger
        if family is not Stream:
            try:
                named = statement.reference("link" if family is Link else "record")
            except Malformed as error:
                return entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another value")
        if header.stream != named:
            return entry_finding(Fault.VERSION_WRONG, seq, f"stream {named}", f"stream {header.stream}")
        if stream is not None and type(stream) is not family:
            return entry_finding(Fault.VERSION_WRONG, seq, f"a stream of {family.NAME}", f"that of {stream.NAME}")
        return None
