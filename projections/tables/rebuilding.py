"""Building the tables anew, beside today's: subjects spread over processes, rows written by one, then swapped in."""

from __future__ import annotations

import fcntl
import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import msgspec
import sqlalchemy as sa

from ledger.errors import LedgerError
from ledger.excerpt import Excerpts
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from ledger.store.recorder import LedgerRecorder
from ledger.store.rows import insert_rows
from ledger.store.sqlite import as_writer, read_ahead, writing_engine
from projections.history import events_from
from projections.law import Law
from projections.orphans import end_with_parent
from projections.publications import publications
from projections.replay.source import SubjectRange, ranges
from projections.search.index import write_whole_subjects
from projections.tables.history import history_table
from projections.tables.keeping import NAMES, TABLES, forget_notes, note_tables, take_events
from projections.tables.proceedings import proceedings_table
from projections.tables.records import records_table
from projections.tables.rows import SubjectRows, paths_of, rows_of

BESIDE: Final = "__new"
"""Suffix of the tables while they are built."""

_LOCK: Final = "rebuild.lock"
"""Held by the one process that builds; a process that is killed lets go of it."""

_PAGE: Final = 10_000
"""Events of a ledger for which one part more is made, and that are taken in at once at the end."""

_NAMINGS: Final = 50_000
"""Namings that are written at once."""

_ROWS: Final = msgspec.msgpack.Decoder(SubjectRows)
_BYTES: Final = msgspec.msgpack.Encoder()

Progress = Callable[[int, int], None]


def rebuild(home: LedgerHome, workers: int, progress: Progress) -> int:
    """Build every table anew and put it in the place of today's; gives the size of the log that they reflect."""
    with building(home) as engine, build(home, as_writer(engine), workers, progress) as (connection, size):
        for table in TABLES:
            table.swap(connection, BESIDE)
        forget_notes(connection)
        note_tables(connection, size)
    return size


class AlreadyBuilding(LedgerError):
    """Another process builds the tables of this ledger."""


@contextmanager
def building(home: LedgerHome) -> Iterator[sa.Engine]:
    """Be the one process that builds tables beside today's; what it does not swap in is removed in the end.

    Two of them would write the same tables, and each would remove those of the other. Raises `AlreadyBuilding`.
    """
    home.require()
    with (home.folder / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            message = f"another process builds or checks the tables of {home.folder}; wait until it has ended"
            raise AlreadyBuilding(message) from None
        engine = writing_engine(home.database)
        try:
            yield engine
        finally:
            discard(as_writer(engine))
            engine.dispose()


@contextmanager
def build(home: LedgerHome, writer: sa.Engine, workers: int, progress: Progress) -> Iterator[tuple[sa.Connection, int]]:
    """Build every table beside today's; gives a transaction in which they reflect the whole log, and its size.

    A server may be writing meanwhile: what it appends is taken in at the end, while it waits.
    """
    size = _build(home, writer, workers, progress)
    with open_for_reading(home, os.urandom) as ledger, writer.begin() as connection:
        law = Law.of(*publications(ledger.recorder, ledger.mapper))
        for events in events_from(ledger.recorder, ledger.mapper, size, _PAGE):
            take_events(connection, events, law, BESIDE)
            size = events[-1].facts.seq + 1
        yield connection, size


def discard(writer: sa.Engine) -> None:
    """Remove what was built and not swapped in."""
    with writer.begin() as connection:
        for table in TABLES:
            table.drop(connection, BESIDE)


def _build(home: LedgerHome, writer: sa.Engine, workers: int, progress: Progress) -> int:
    LedgerRecorder(writer).create_tables()
    discard(writer)
    with writer.begin() as connection:
        for table in TABLES:
            table.create(connection, BESIDE)
    with open_for_reading(home, os.urandom) as ledger:
        size = ledger.recorder.head().size
    parts = ranges(workers * 4 + size // _PAGE)
    named = SubjectRows()
    with _spread(workers, home.folder, size) as each, _in_bulk(home.database) as connection:
        for done, rows in enumerate(map(_ROWS.decode, each(enumerate(parts))), 1):
            named.names += rows.names
            named.namings += rows.namings
            named.links += rows.links
            with connection.begin():
                insert_rows(connection, history_table(BESIDE), rows.history)
                insert_rows(connection, records_table(BESIDE), rows.records)
                insert_rows(connection, proceedings_table(BESIDE), rows.proceedings)
                # Their indexes are in other orders than that of subjects: every write is one all over them.
                if len(named.namings) >= _NAMINGS or done == len(parts):
                    write_whole_subjects(connection, named.names, named.namings, BESIDE)
                    named = SubjectRows(links=named.links)
            progress(size * done // len(parts), size)
        with connection.begin():
            NAMES.write_namings(connection, named.links, BESIDE)
    return size


@contextmanager
def _in_bulk(database: Path) -> Iterator[sa.Connection]:
    engine = writing_engine(database, bulk=True)
    try:
        with as_writer(engine).connect() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _spread(
    workers: int, folder: Path, size: int
) -> Iterator[Callable[[Iterable[tuple[int, SubjectRange]]], Iterator[bytes]]]:
    """`map` over processes; with one worker in this process, as starting another takes longer than a small ledger."""
    if workers > 1:
        processes = ProcessPoolExecutor(workers, get_context("spawn"), _begin_process, (folder, size))
        with ThreadPoolExecutor(1) as ahead, processes as pool:
            ahead.submit(read_ahead, LedgerHome(folder).database)
            yield lambda parts: _in_turn(pool, parts, workers * 2)
        return
    _begin(folder, size)
    try:
        yield lambda parts: map(_build_part, parts)
    finally:
        _Worker.opened.__exit__(None, None, None)


def _in_turn(pool: Executor, parts: Iterable[tuple[int, SubjectRange]], ahead: int) -> Iterator[bytes]:
    """The rows of each part in order; only so many parts wait for their turn in memory."""
    waiting: deque[Future[bytes]] = deque()
    for part in parts:
        waiting.append(pool.submit(_build_part, part))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Worker:
    """What a process of the pool holds."""

    opened: AbstractContextManager[Ledger]
    """Open until the process ends; without it the ledger would be closed at once."""
    excerpts: Excerpts
    size: int
    law: Law


def _begin_process(folder: Path, size: int) -> None:
    end_with_parent()
    _begin(folder, size)
    # Millions of small values and no cycles: there is nothing for the collector to find.
    gc.freeze()
    gc.disable()


def _begin(folder: Path, size: int) -> None:
    _Worker.opened = open_for_reading(LedgerHome(folder), os.urandom)
    ledger = _Worker.opened.__enter__()
    law = Law.of(*publications(ledger.recorder, ledger.mapper))
    _Worker.size, _Worker.law = size, law
    _Worker.excerpts = Excerpts(ledger.recorder, ledger.mapper, lambda body: paths_of(body, law))


def _build_part(part: tuple[int, SubjectRange]) -> bytes:
    """The rows of a part, as bytes: made into objects and back they go to another process in half the time."""
    number, within = part
    found = _Worker.excerpts.of_subjects(within.first or "!", within.end, _Worker.size)
    return _BYTES.encode(rows_of(found, _Worker.law, number))
