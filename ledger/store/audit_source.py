"""The database as an auditor's source, and what only the database can be asked: does it agree with its own log?

SQLite keeps a value of any type in any column. Rows are read so that a value of another type than the schema's counts
as missing, and text comes as its bytes: an audit must name what somebody put there instead of failing over it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeAlias
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import StoredEvent

from ledger.application import RecordedMapper, event_facts_bytes, event_topic
from ledger.chain import Head
from ledger.domain.events import recorded
from ledger.domain.reading import read_body
from ledger.store import schema
from ledger.store.reader import LogReader
from ledger.store.recorder import STATE_SEPARATOR, LedgerRecorder
from ledger.store.vault import Unsealable
from verify.checkpoint import Checkpoint
from verify.commitment import Opening, parse_openings
from verify.entry import MAX_ENTRY_BYTES, EntryHeader
from verify.errors import EvidenceError, Malformed, SourceMissing, SourceUnavailable
from verify.examine import ExaminedEntry
from verify.finding import Fault, Finding, entry_finding
from verify.merkle import HASH_BYTES
from verify.statement import Statement
from verify.statement_type import StatementType
from verify.strict import load_json
from verify.tiles import TILE_HEIGHT, TILE_WIDTH, format_bundle, tile_path

_READ_AHEAD = 16
"""Bundles whose rows are kept from `openings` to `own_findings`, so that an audit reads them once."""
_Row: TypeAlias = sa.Row[*tuple[Any, ...]]


class DatabaseSource:
    """A `verify.source.LogSource` over the stores of a ledger, openings included."""

    def __init__(self, reader: LogReader, recorder: LedgerRecorder, mapper: RecordedMapper) -> None:
        """All three read the same database."""
        self._log = reader.engine
        self._events = recorder.engine
        self._mapper = mapper
        self._read_once: dict[int, dict[int, _Row]] = {}

    def checkpoint(self) -> bytes:
        """The latest published checkpoint."""
        notes = [_blob(row.note) for row in _rows(self._log, _CHECKPOINTS.order_by(sa.desc("size")).limit(1))]
        if not notes:
            raise SourceMissing("checkpoint", "none is published yet")
        return notes[0]

    def earlier_checkpoints(self) -> Iterable[bytes]:
        """Every checkpoint ever published."""
        return [_blob(row.note) for row in _rows(self._log, _CHECKPOINTS.order_by("size"))][:-1]

    def tile(self, level: int, number: int, width: int) -> bytes:
        """A tile out of its rows; what is no hash is given as zeros, so that the audit can name its place."""
        column, first = schema.tile_hashes.c, number * TILE_WIDTH
        query = _HASHES.where(column.level == level, column.position >= first, column.position < first + width)
        hashes = [_blob(row.hash) for row in _rows(self._log, query.order_by(column.position))]
        if len(hashes) != width:
            raise SourceMissing(tile_path(level, number, width), f"{len(hashes)} of its {width} hashes are stored")
        return b"".join(value if len(value) == HASH_BYTES else bytes(HASH_BYTES) for value in hashes)

    def bundle(self, number: int, width: int) -> bytes:
        """What is stored of the bundle: fewer entries where some are gone, so that the audit can name them."""
        first = number * TILE_WIDTH
        column = schema.entries.c.seq
        rows = _rows(self._log, _ENTRIES.where(column >= first, column < first + width).order_by(column))
        # What cannot be an entry is as good as missing.
        return format_bundle(row.raw for row in rows if row.raw is not None and len(row.raw) <= MAX_ENTRY_BYTES)

    def openings(self, number: int, width: int) -> bytes | None:
        """The bundle's openings, decrypted; erased ones are left out, unreadable ones are said to be."""
        first = number * TILE_WIDTH
        stored = self._read_once[first] = self._stored(first, first + width)
        if len(self._read_once) > _READ_AHEAD:
            del self._read_once[next(iter(self._read_once))]
        lines = (self._line(seq, row) for seq, row in stored.items())
        return b"\n".join(line for line in lines if line is not None)

    def own_findings(self, first: int, entries: Sequence[ExaminedEntry | None]) -> Iterator[Finding]:
        """Where the rows of events, as `openings` has read them before or are read now, contradict the entries."""
        end = first + len(entries)
        stored = self._read_once.pop(first, None) or self._stored(first, end)
        identifiers = self._statement_ids(first, end)
        for seq, entry in enumerate(entries, first):
            row = stored.get(seq)
            if row is None:
                yield entry_finding(Fault.STORE_DIFFERS, seq, "a row in table events", "none")
                continue
            if row.opened is None:
                # No statement of this version erases values, so none may be gone.
                yield entry_finding(Fault.STORE_DIFFERS, seq, "a row in table openings", "none")
            if entry is not None and entry.header is not None and entry.statement is not None:
                yield from self._compare(row, entry.header, entry.statement, seq, identifiers.get(seq))

    def closing_findings(self) -> Iterator[Finding]:
        """Where checkpoints, head and the lengths of tables contradict the entries."""
        yield from self._checkpoint_findings()
        yield from self._head_findings()

    def _statement_ids(self, first: int, end: int) -> dict[int, object]:
        """The ids by which the statements of entries [first, end) are found."""
        column = schema.entries.c.seq
        return {row.seq: row.statement_id for row in _rows(self._log, _IDS.where(column >= first, column < end))}

    def _stored(self, first: int, end: int) -> dict[int, _Row]:
        """Rows of events [first, end) by entry number."""
        position = schema.events.c.position
        query = _EVENTS.where(position > first, position <= end).order_by(position)
        return {row.position - 1: row for row in _rows(self._events, query)}

    def _line(self, seq: int, row: _Row) -> bytes | None:
        try:
            facts = load_json(_blob(row.state))
            subject = facts.get("subject") if isinstance(facts, dict) else None
            plaintext = self._mapper.open_values(_event(row), subject if isinstance(subject, str) else "")
        except (Unsealable, Malformed) as error:
            return b'{"seq":%d,"unreadable":"%b"}' % (seq, str(error).replace('"', "'").encode())
        if plaintext is None:
            return None
        return b'{"openings":%b,"seq":%d}' % (plaintext, seq)

    def _compare(
        self, row: _Row, header: EntryHeader, statement: Statement, seq: int, statement_id: object
    ) -> Iterator[Finding]:
        """Compare every column that queries rely on with what the entry says."""
        try:
            openings = self._openings(row, header.subject) if statement.type in _OPENED else {}
            expected = recorded(header, statement, read_body(statement, openings), openings)
            identifier = UUID(statement.id).bytes
        except (EvidenceError, Unsealable, KeyError, ValueError):
            return  # the entry or its openings are unreadable, which the audit of the log has said
        for column, stored, right in (
            ("events.originator_id", row.originator_id, expected.originator_id.hex.encode()),
            ("events.originator_version", row.originator_version, expected.originator_version),
            ("events.state", row.state, event_facts_bytes(expected)),
            ("events.subject", row.subject, header.subject.encode()),
            ("events.topic", row.topic, event_topic(expected).encode()),
            ("entries.statement_id", statement_id, identifier),
        ):
            if stored != right:
                yield entry_finding(Fault.STORE_DIFFERS, seq, f"in {column} what the entry says", "another value")

    def _openings(self, row: _Row, subject: str) -> dict[str, Opening]:
        plaintext = self._mapper.open_values(_event(row), subject)
        return parse_openings(load_json(plaintext)) if plaintext is not None else {}

    def _checkpoint_findings(self) -> Iterator[Finding]:
        for row in _rows(self._log, _CHECKPOINTS.order_by("size")):
            try:
                size = Checkpoint.parse(_blob(row.note)).size
            except Malformed:
                continue  # which the audit of the log has said
            if size != row.size:
                where = f"stored checkpoint of size {size}"
                yield Finding(Fault.STORE_DIFFERS, where, f"in checkpoints.size {size}", f"{row.size}")

    def _head_findings(self) -> Iterator[Finding]:
        """Compare the head row and the lengths of the tables with the last entry, all in one transaction."""
        with _reading(self._log) as connection:
            head = connection.execute(_HEAD).first()
            last = connection.execute(_ENTRIES.order_by(schema.entries.c.seq.desc()).limit(1)).first()
            events = connection.scalar(sa.select(sa.func.max(schema.events.c.position))) or 0
            openings = connection.scalar(sa.select(sa.func.max(schema.openings.c.position))) or 0
            levels = {row[0]: row[1] for row in connection.execute(_LEVELS)}
        size = 0 if last is None else last.seq + 1
        try:
            expected_head = Head() if last is None else Head.after(last.seq, _blob(last.raw))
        except Malformed:
            expected_head = None
        if head is None or expected_head is None or _head(head) != expected_head:
            yield Finding(Fault.STORE_DIFFERS, "table head", "number, hash and time of the last entry", "another value")
        if events != size or openings > size:
            yield Finding(Fault.STORE_DIFFERS, "table events", f"{size} rows, as many as entries", f"{events} rows")
        expected = {level: size >> (TILE_HEIGHT * level) for level in range(8) if size >> (TILE_HEIGHT * level)}
        if levels != expected:
            yield Finding(
                Fault.STORE_DIFFERS, "table tile_hashes", f"rows by level {expected}", f"rows by level {levels}"
            )


def _checked(table: sa.Table, *names: str) -> list[sa.ColumnElement[Any]]:
    """The columns, null where a value is not of the column's type; texts as bytes, which may not be UTF-8."""
    checked: list[sa.ColumnElement[Any]] = []
    for name in names:
        column = table.c[name]
        value: sa.ColumnElement[Any] = sa.type_coerce(column, sa.types.NullType())
        kind = "blob" if isinstance(column.type, sa.LargeBinary) else "integer"
        if not isinstance(column.type, sa.LargeBinary | sa.Integer):
            kind, value = "text", sa.cast(value, sa.BLOB)
        checked.append(sa.case((sa.func.typeof(column) == kind, value)).label(name))
    return checked


_CHECKPOINTS = sa.select(*_checked(schema.checkpoints, "size", "note"))
_HASHES = sa.select(*_checked(schema.tile_hashes, "hash"))
_LEVELS = sa.select(*_checked(schema.tile_hashes, "level"), sa.func.count()).group_by(schema.tile_hashes.c.level)
_ENTRIES = sa.select(*_checked(schema.entries, "seq", "raw"))
_IDS = sa.select(*_checked(schema.entries, "seq", "statement_id"))
_HEAD = sa.select(*_checked(schema.head, "size", "digest", "recorded_at"))
_EVENTS = sa.select(
    *_checked(schema.events, "position", "originator_id", "originator_version", "topic", "state", "subject"),
    *_checked(schema.openings, "sealed"),
    schema.openings.c.position.label("opened"),
).select_from(schema.events.outerjoin(schema.openings, schema.events.c.position == schema.openings.c.position))


def _rows(engine: sa.Engine, query: sa.Select[*tuple[Any, ...]]) -> list[_Row]:
    with _reading(engine) as connection:
        return list(connection.execute(query))


@contextmanager
def _reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A connection to a file that may be damaged. What the driver says is kept, the statement's values are not."""
    try:
        with engine.connect() as connection:
            yield connection
    except sa.exc.DBAPIError as error:
        message = f"the database cannot be read: {error.orig}"
        raise SourceUnavailable(message) from None


def _blob(value: bytes | None) -> bytes:
    """The bytes of a column; none for a value that no writer wrote."""
    return value or b""


def _head(row: _Row) -> Head:
    return Head(row.size or 0, _blob(row.digest), _blob(row.recorded_at).decode("utf-8", "replace"))


def _event(row: _Row) -> StoredEvent:
    """The row as the mapper takes it; raises `Malformed` for values that no writer wrote."""
    version = row.originator_version or 0
    try:
        stream = UUID(hex=_blob(row.originator_id).decode("ascii"))
        version.to_bytes(8, "big")
    except (OverflowError, ValueError):
        raise Malformed("events", "originator_id and originator_version must be a UUID and a number") from None
    state = _blob(row.state)
    return StoredEvent(
        stream, version, "", state if row.opened is None else state + STATE_SEPARATOR + _blob(row.sealed)
    )


_OPENED: frozenset[str] = frozenset(
    {
        StatementType.MASK_LIFTED,
        StatementType.REMEDY_OPENED,
        StatementType.REMEDY_CLOSED,
        StatementType.LISTING_REMOVED,
        StatementType.OBJECTION_RESOLVED,
        StatementType.REVIEW_DECIDED,
        StatementType.REPAIR_REVOKED,
        StatementType.SUBJECT_LINKED,
    }
)
"""Types whose body holds a word out of the openings."""
