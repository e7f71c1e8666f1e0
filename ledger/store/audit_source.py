"""The database as an auditor's source, and what only the database can be asked: does it agree with its own log?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sqlalchemy as sa
from eventsourcing.persistence import Notification

from ledger.application import RecordedMapper, event_facts_bytes, event_topic
from ledger.domain.events import ObjectionResolved, read_body, recorded
from ledger.store import schema
from ledger.store.reader import LogReader
from ledger.store.recorder import STATE_SEPARATOR, LedgerRecorder
from ledger.store.vault import Unsealable
from verify.commitment import Opening, parse_openings
from verify.entry import EntryHeader, split_entry
from verify.errors import EvidenceError, Malformed
from verify.finding import Fault, Finding, entry_finding
from verify.note import SignedNote
from verify.statement import Statement
from verify.strict import JsonValue, load_json
from verify.tiles import TILE_WIDTH, format_bundle

_PAGE = 1024


class DatabaseSource:
    """A `verify.source.LogSource` over the stores of a ledger, openings included."""

    def __init__(self, reader: LogReader, recorder: LedgerRecorder, mapper: RecordedMapper) -> None:
        """All three read the same database."""
        self._reader = reader
        self._recorder = recorder
        self._mapper = mapper

    def checkpoint(self) -> bytes:
        """The latest published checkpoint."""
        return self._reader.checkpoint()

    def earlier_checkpoints(self) -> Iterable[bytes]:
        """Every checkpoint ever published."""
        return self._reader.checkpoints()[:-1]

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A tile out of its rows."""
        return self._reader.tile(level, number, width)

    def bundle(self, number: int, width: int) -> bytes:
        """What is stored of the bundle: fewer entries where some are gone, so that the audit can name them."""
        first = number * TILE_WIDTH
        return format_bundle(raw for _seq, raw in self._reader.entries(first, first + width))

    def openings(self, number: int, width: int) -> bytes | None:
        """The bundle's openings, decrypted; erased ones are left out, unreadable ones are said to be."""
        first = number * TILE_WIDTH
        stored = self._recorder.select_notifications(first + 1, width, first + width)
        return b"\n".join(line for event in stored if (line := self._line(event)) is not None)

    def own_findings(self, size: int) -> Iterator[Finding]:
        """Where the stored events contradict the entries."""
        return store_findings(self._reader, self._recorder, self._mapper, size)

    def _line(self, event: Notification) -> bytes | None:
        seq = event.id - 1
        try:
            facts = load_json(event.state.partition(STATE_SEPARATOR)[0])
            subject = facts.get("subject") if isinstance(facts, dict) else None
            plaintext = self._mapper.open_values(event, subject if isinstance(subject, str) else "")
        except (Unsealable, Malformed) as error:
            return b'{"seq":%d,"unreadable":"%b"}' % (seq, str(error).replace('"', "'").encode())
        if plaintext is None:
            return None
        return b'{"openings":%b,"seq":%d}' % (plaintext, seq)


def store_findings(
    reader: LogReader,
    recorder: LedgerRecorder,
    mapper: RecordedMapper,
    size: int,
) -> Iterator[Finding]:
    """Compare every stored event below `size` with the entry it stands for, and count the rows."""
    with reader.engine.connect() as connection:
        for name, count in (
            ("events", sa.select(sa.func.count()).where(schema.events.c.position <= size)),
            ("entries", sa.select(sa.func.count()).where(schema.entries.c.seq < size)),
        ):
            stored = connection.scalar(count)
            if stored != size:
                yield Finding(Fault.STORE_DIFFERS, f"table {name}", f"{size} rows", f"{stored} rows")
    for first in range(0, size, _PAGE):
        end = min(first + _PAGE, size)
        entries = dict(reader.entries(first, end))
        for event in recorder.select_notifications(first + 1, end - first, end):
            raw = entries.get(event.id - 1)
            if raw is not None:
                yield from _compare(event, raw, event.id - 1, mapper)


def _compare(event: Notification, raw: bytes, seq: int, mapper: RecordedMapper) -> Iterator[Finding]:
    try:
        header_line, statement_bytes = split_entry(raw)
        header = EntryHeader.parse(header_line)
        statement = _light_statement(statement_bytes)
        openings = _openings(event, header.subject, mapper) if statement.type == _RESOLVED else {}
        expected = recorded(header, statement, read_body(statement, openings), openings)
    except (EvidenceError, Unsealable, KeyError, ValueError):
        return  # the entry or its openings are unreadable, which the audit of the log has said
    facts, _, _ = event.state.partition(STATE_SEPARATOR)
    if facts != event_facts_bytes(expected) or event.topic != event_topic(expected):
        yield entry_finding(Fault.STORE_DIFFERS, seq, "the event that its entry says", "other facts in table events")
    if (event.originator_id, event.originator_version) != (expected.originator_id, expected.originator_version):
        yield entry_finding(Fault.STORE_DIFFERS, seq, "the aggregate version of its entry", "another in table events")


_RESOLVED = ObjectionResolved.__struct_config__.tag
_NO_NOTE = SignedNote(b"", ())


def _openings(event: Notification, subject: str, mapper: RecordedMapper) -> dict[str, Opening]:
    plaintext = mapper.open_values(event, subject)
    return parse_openings(load_json(plaintext)) if plaintext is not None else {}


def _light_statement(raw: bytes) -> Statement:
    """The members an event needs; the audit of the log has checked the rest."""
    value = load_json(raw.partition(b"\n")[0])
    if not isinstance(value, dict) or not isinstance(about := value.get("about"), dict):
        raise Malformed("statement", "must be an object with about")
    return Statement(
        raw=raw,
        note=_NO_NOTE,
        about=about,
        committed={},
        id=_text(value, "id"),
        issuer=_text(value, "issuer"),
        made_at=_text(value, "made_at"),
        type=_text(value, "type"),
    )


def _text(value: dict[str, JsonValue], name: str) -> str:
    text = value.get(name)
    if not isinstance(text, str):
        raise Malformed(name, "must be a string")
    return text
