"""The recorder keeps the promises of the `eventsourcing` library and those of the log."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from eventsourcing.persistence import IntegrityError, OperationalError, StoredEvent
from eventsourcing.tests import persistence as compliance

from ledger.chain import Head, LogBatch
from ledger.errors import StoreUnsound
from ledger.store import postgres, schema, sqlite
from ledger.store.append_only import APPEND_ONLY
from ledger.store.reader import LogReader
from ledger.store.recorder import LedgerRecorder
from ledger.store.sqlite import as_writer, open_file, reading_engine, writing_engine
from tests.ledger.harness import randomness
from tests.postgres import new_database
from verify.merkle import Frontier, leaf_hash
from verify.submission import uuid7

_TABLES = (schema.events, schema.entries, schema.tile_hashes, schema.openings, schema.head)


class TestComplianceOnPostgres(compliance.ApplicationRecorderTestCase[LedgerRecorder]):
    """The same on the other database."""

    @pytest.fixture(autouse=True)
    def _engine(self) -> Iterator[None]:
        self.engine = postgres.writing_engine(new_database())
        yield
        pool = self.engine.pool
        while isinstance(pool, sa.QueuePool) and pool.checkedout():  # threads of a test may still be at work
            time.sleep(0.01)
        self.engine.dispose()

    def create_recorder(self) -> LedgerRecorder:
        """Give the library a recorder on a new database."""
        recorder = LedgerRecorder(self.engine)
        recorder.create_tables()
        return recorder


class TestCompliance(compliance.ApplicationRecorderTestCase[LedgerRecorder]):
    """The library's own test case for recorders, its concurrency tests included."""

    @pytest.fixture(autouse=True)
    def _engine(self, tmp_path: Path) -> Iterator[None]:
        self.engine = writing_engine(tmp_path / "ledger.db")
        yield
        self.engine.dispose()

    def create_recorder(self) -> LedgerRecorder:
        """Give the library a recorder on an SQLite file."""
        recorder = LedgerRecorder(self.engine)
        recorder.create_tables()
        return recorder


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[sa.Engine]:
    """On a file, where it is about what SQLite does."""
    engine = writing_engine(tmp_path / "ledger.db")
    LedgerRecorder(engine).create_tables()
    yield engine
    engine.dispose()


def event(stream: UUID, version: int, state: bytes = b"facts\nsealed") -> StoredEvent:
    """A stored event."""
    return StoredEvent(stream, version, "test", state)


def log_batch(engine: sa.Engine, identifiers: list[UUID]) -> LogBatch:
    """A batch that continues the log with one made-up entry for every statement id."""
    head = LedgerRecorder(engine).head()
    batch = LogBatch.after(head, LogReader(engine).frontier(head.size))
    for identifier in identifiers:
        header = batch.header(uuid7(0, identifier.bytes[:10]), 1, "", "2026-11-20T04:00:00.000000Z")
        batch.append(header, b"test", identifier.bytes)
    return batch


def rows(engine: sa.Engine) -> list[list[tuple[object, ...]]]:
    """All rows of all tables."""
    with engine.connect() as connection:
        return [[tuple(row) for row in connection.execute(sa.select(table))] for table in _TABLES]


def test_positions_are_contiguous_whatever_failed_between(engine: sa.Engine) -> None:
    """A number that is given out is in the log; nothing is skipped."""
    recorder, stream = LedgerRecorder(engine), uuid4()

    assert recorder.insert_events([event(stream, 1), event(stream, 2)]) == [1, 2]
    with pytest.raises(IntegrityError):
        recorder.insert_events([event(stream, 3), event(stream, 2)])
    assert recorder.insert_events([event(stream, 3)]) == [3]
    assert [item.id for item in recorder.select_notifications(None, 10)] == [1, 2, 3]
    assert recorder.max_notification_id() == 3


def test_the_head_row_moves_with_the_batch(engine: sa.Engine) -> None:
    """The end of the log is stored in the transaction that moves it."""
    recorder = LedgerRecorder(engine)
    batch = log_batch(engine, [uuid4(), uuid4()])

    assert recorder.head() == Head()
    recorder.insert_events([event(uuid4(), 1), event(uuid4(), 1)], batch=batch)
    assert recorder.head() == Head(2, hashlib.sha256(batch.entries[1]).digest(), "2026-11-20T04:00:00.000000Z")
    assert LogReader(engine).entries(0, 9) == list(enumerate(batch.entries))
    assert LogReader(engine).hashes(0, 0, 9) == [leaf_hash(raw) for raw in batch.entries]


def test_hashes_of_full_tiles_are_stored_as_they_fill(engine: sa.Engine) -> None:
    """Level 1 gets a hash with every 256th entry, in whatever batch that falls."""
    recorder = LedgerRecorder(engine)
    batch = log_batch(engine, [])
    for count in (200, 200, 112):
        batch = log_batch(engine, [uuid4() for _ in range(count)])
        recorder.insert_events([event(uuid4(), 1) for _ in range(count)], batch=batch)
    reader = LogReader(engine)
    expected = Frontier()
    for _seq, raw in reader.entries(0, 256):
        expected.append(leaf_hash(raw))

    assert len(reader.hashes(1, 0, 9)) == 2
    assert reader.hashes(1, 0, 1) == [expected.root()]
    assert reader.frontier(512).root() == batch.frontier.root()


@pytest.mark.parametrize("sealed", [b"sealed", b"", b"with\n\nline ends\n", bytes(range(256))])
def test_openings_are_split_off_and_joined_again(engine: sa.Engine, sealed: bytes) -> None:
    """What is after the first line of a state can be erased without touching what is before."""
    recorder, stream = LedgerRecorder(engine), uuid4()
    stored = event(stream, 1, b'{"facts":1}\n' + sealed)
    recorder.insert_events([stored])
    events, _entries, _tiles, openings, _head = rows(engine)

    assert events[0][4] == b'{"facts":1}'
    assert openings == [(1, sealed)]
    assert recorder.select_events(stream) == [stored]
    assert recorder.select_streams([stream]) == {stream: [stored]}
    assert recorder.select_notifications(None, 1)[0].state == stored.state
    with as_writer(engine).begin() as connection:
        connection.execute(schema.openings.delete())
    assert recorder.select_events(stream) == [event(stream, 1, b'{"facts":1}')]


def test_many_streams_are_read_at_once(engine: sa.Engine) -> None:
    """More streams than one query may name, each in version order; unknown ones are left out."""
    recorder, streams = LedgerRecorder(engine), [uuid4() for _ in range(600)]
    recorder.insert_events([event(stream, version) for version in (1, 2) for stream in streams])
    found = recorder.select_streams([*streams, uuid4()])

    assert found == {stream: [event(stream, 1), event(stream, 2)] for stream in streams}


def test_events_of_a_subject_are_found_in_log_order(engine: sa.Engine) -> None:
    """The read side asks for everything about one subject."""
    recorder = LedgerRecorder(engine)
    batch = log_batch(engine, [uuid4() for _ in range(3)])
    batch.subjects[:] = ["A" * 32, "B" * 32, "A" * 32]
    recorder.insert_events([event(uuid4(), 1) for _ in range(3)], batch=batch)

    assert [item.id for item in recorder.select_subject("A" * 32)] == [1, 3]
    assert recorder.select_subject("C" * 32) == []


@pytest.mark.parametrize("other", ["longer", "forked"])
def test_a_log_that_moved_is_not_written_to(engine: sa.Engine, other: str) -> None:
    """Another writer was at work: stop, do not overwrite."""
    recorder = LedgerRecorder(engine)
    late = log_batch(engine, [uuid4()])
    recorder.insert_events([event(uuid4(), 1)], batch=log_batch(engine, [uuid4()]))
    if other == "forked":
        late = log_batch(engine, [uuid4()])
        late.start = Head(late.start.size, bytes(32), late.start.recorded_at)
    before = rows(engine)

    with pytest.raises(StoreUnsound, match="two writers"):
        recorder.insert_events([event(uuid4(), 1)], batch=late)
    assert rows(engine) == before


@pytest.mark.parametrize("fault", ["version", "statement id", "tile hash"])
def test_an_insert_that_fails_leaves_nothing(engine: sa.Engine, fault: str) -> None:
    """Events, entries, hashes, openings and head are one transaction, whichever of them fails."""
    recorder, stream, identifier = LedgerRecorder(engine), uuid4(), uuid4()
    recorder.insert_events([event(stream, 1)], batch=log_batch(engine, [identifier]))
    batch = log_batch(engine, [uuid4(), identifier if fault == "statement id" else uuid4()])
    if fault == "tile hash":
        batch.tile_hashes.append(batch.tile_hashes[-1])
    second = event(stream if fault == "version" else uuid4(), 1)
    before = rows(engine)

    with pytest.raises(IntegrityError):
        recorder.insert_events([event(uuid4(), 1), second], batch=batch)
    assert rows(engine) == before


def test_a_missing_table_is_the_librarys_operational_error(engine: sa.Engine) -> None:
    """Callers know the library's errors, not the driver's."""
    recorder = LedgerRecorder(engine)
    with as_writer(engine).begin() as connection:
        connection.execute(sa.text("DROP TABLE events"))

    with pytest.raises(OperationalError):
        recorder.insert_events([event(uuid4(), 1)])


def test_tables_are_made_once(engine: sa.Engine) -> None:
    """Opening a ledger again changes nothing."""
    recorder = LedgerRecorder(engine)
    recorder.insert_events([event(uuid4(), 1)], batch=log_batch(engine, [uuid4()]))
    before = rows(engine)
    recorder.create_tables()

    assert rows(engine) == before


def test_every_writing_connection_is_durable(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    """Write-ahead log, an fsync at every commit, and what is deleted is overwritten."""
    with sqlite_engine.connect() as first, sqlite_engine.connect() as second:
        settings = [
            [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in _PRAGMAS]
            for connection in (first, second)
        ]
    plain = open_file(tmp_path / "journal.db")
    settings.append([plain.execute(f"PRAGMA {name}").fetchone()[0] for name in _PRAGMAS])
    plain.close()

    assert settings == [["wal", 2, 1]] * 3


_PRAGMAS = ("journal_mode", "synchronous", "secure_delete")


def test_a_write_transaction_has_the_lock_from_its_beginning(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    """A deferred transaction can fail half-way when somebody else commits."""
    other = open_file(tmp_path / "ledger.db")
    other.execute("PRAGMA busy_timeout = 0").fetchall()
    with as_writer(sqlite_engine).begin(), pytest.raises(other.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()


def test_a_reading_engine_cannot_write(sqlite_engine: sa.Engine, tmp_path: Path) -> None:
    """Pages and audits open the database beside its writer."""
    reader = reading_engine(tmp_path / "ledger.db")
    with reader.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.execute(schema.head.update().values({"size": 7}))
    reader.dispose()


def test_an_unsound_sqlite_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions can corrupt a write-ahead log; the message says what to install."""
    monkeypatch.setattr(sqlite, "MINIMUM_VERSION", (99, 1, 2))

    for opener in (writing_engine, reading_engine, open_file):
        with pytest.raises(StoreUnsound, match=r"99\.1\.2 or newer is needed"):
            opener(tmp_path / "ledger.db")
    assert list(tmp_path.iterdir()) == []


def test_any_folder_name_will_do(tmp_path: Path) -> None:
    """Question marks, percent signs and hashes mean something in an address, but not in a path."""
    folder = tmp_path / "账本 #1 50%?mode=memory"
    folder.mkdir()
    writer, reader = writing_engine(folder / "ledger.db"), reading_engine(folder / "ledger.db")
    LedgerRecorder(writer).create_tables()
    stream = uuid4()
    LedgerRecorder(writer).insert_events([event(stream, 1)])

    assert LedgerRecorder(reader).select_events(stream) == [event(stream, 1)]
    assert {path.name for path in folder.iterdir()} >= {"ledger.db"}
    writer.dispose()
    reader.dispose()


def test_positions_do_not_depend_on_the_batch(engine: sa.Engine) -> None:
    """Randomly cut batches give the same log as one large batch."""
    random = randomness(7)
    identifiers = [UUID(bytes=random(16)) for _ in range(40)]
    recorder = LedgerRecorder(engine)
    whole = log_batch(engine, identifiers)
    position = 0
    while position < len(identifiers):
        part = identifiers[position : position + 1 + random(1)[0] % 7]
        recorder.insert_events([event(uuid4(), 1) for _ in part], batch=log_batch(engine, part))
        position += len(part)

    assert LogReader(engine).entries(0, 99) == list(enumerate(whole.entries))
    assert LogReader(engine).frontier(40).root() == whole.frontier.root()


@pytest.mark.parametrize("table", APPEND_ONLY, ids=lambda table: str(table.name))
@pytest.mark.parametrize("change", ["UPDATE", "DELETE", "TRUNCATE"])
def test_the_database_itself_refuses_to_change_the_log(engine: sa.Engine, table: sa.Table, change: str) -> None:
    """Whoever gets at a connection of ours can add to the log, and nothing else."""
    if change == "TRUNCATE" and engine.dialect.name == "sqlite":
        pytest.skip("SQLite has no TRUNCATE")
    recorder = LedgerRecorder(engine)
    recorder.insert_events([event(uuid4(), 1)], batch=log_batch(engine, [uuid4()]))
    with as_writer(engine).begin() as connection:
        connection.execute(schema.checkpoints.insert(), {"size": 1, "note": b"note"})
    column = next(iter(table.columns)).name
    statement = {
        "UPDATE": f"UPDATE {table.name} SET {column} = {column}",  # noqa: S608
        "DELETE": f"DELETE FROM {table.name}",  # noqa: S608
        "TRUNCATE": f"TRUNCATE {table.name}",
    }[change]
    before = rows(engine)

    with pytest.raises(sa.exc.DBAPIError, match="neither changed nor removed"), as_writer(engine).begin() as connection:
        connection.exec_driver_sql(statement)
    assert rows(engine) == before


def test_a_reading_engine_of_postgres_cannot_write() -> None:
    """Each of its transactions sees one moment."""
    url = new_database()
    writer, reader = postgres.writing_engine(url), postgres.reading_engine(url)
    recorder = LedgerRecorder(writer)
    recorder.create_tables()
    with reader.connect() as connection, pytest.raises(sa.exc.DBAPIError, match="read-only"):
        connection.execute(schema.head.update().values({"size": 7}))
    with reader.connect() as connection:
        assert connection.scalar(sa.select(schema.head.c.size)) == 0
        recorder.insert_events([event(uuid4(), 1)], batch=log_batch(writer, [uuid4()]))
        assert connection.scalar(sa.select(schema.head.c.size)) == 0
    writer.dispose()
    reader.dispose()


def test_two_writers_of_postgres_take_turns() -> None:
    """A transaction that writes has the writers' lock from its beginning; whoever only reads does not wait."""
    url = new_database()
    first, second = postgres.writing_engine(url), postgres.writing_engine(url)
    LedgerRecorder(first).create_tables()
    with as_writer(first).begin(), second.connect() as connection:
        assert connection.scalar(sa.select(schema.head.c.size)) == 0
        connection.exec_driver_sql("SET lock_timeout = 50")
        with pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({0x6B657375})")
    first.dispose()
    second.dispose()


def test_events_of_ranges_of_subjects_are_read_in_the_order_of_bytes(engine: sa.Engine) -> None:
    """Whatever order the database has for people."""
    recorder, streams = LedgerRecorder(engine), [uuid4() for _ in range(4)]
    batch = log_batch(engine, [uuid4() for _ in range(4)])
    batch.subjects[:] = ["B2", "a", "B", "A"]
    recorder.insert_events([event(stream, 1) for stream in streams], batch=batch)
    pages = list(recorder.select_subjects("!", "~", 9))

    assert [(row[0], row[1]) for page in pages for row in page] == [
        ("A", streams[3].hex),
        ("B", streams[2].hex),
        ("B2", streams[0].hex),
        ("a", streams[1].hex),
    ]
    assert recorder.select_openings([0, 3, 7]) == {0: b"sealed", 3: b"sealed"}
