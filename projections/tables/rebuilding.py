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

from ledger.application import RecordedMapper
from ledger.domain.gist import gist_of, gist_paths
from ledger.errors import LedgerError
from ledger.excerpt import Excerpts
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from ledger.store.folded import note_folded
from ledger.store.gists import chapter_of, gists_size, is_of_record
from ledger.store.recorder import LedgerRecorder
from ledger.store.rows import insert_rows
from ledger.store.schema import gists_table
from ledger.store.sqlite import as_writer, read_ahead, writing_engine
from projections.history import events_from
from projections.law import Law
from projections.orphans import end_with_parent
from projections.publications import publications
from projections.replay.source import SubjectRange, chapters, ranges
from projections.search.fold import NameRow, Naming, fold_names, names_of, naming_paths
from projections.search.index import write_whole_subjects
from projections.tables.history import history_table
from projections.tables.keeping import (
    ALL_TABLES,
    GISTS,
    NAMES,
    TABLES,
    forget_notes,
    key_of,
    note_tables,
    take_events,
)
from projections.tables.proceedings import proceedings_table
from projections.tables.records import records_table
from projections.tables.rows import SubjectRows, add_names, rows_of

BESIDE: Final = "__new"
"""Suffix of the tables while they are built."""

_LOCK: Final = "rebuild.lock"
"""Held by the one process that builds; a process that is killed lets go of it."""

_PAGE: Final = 10_000
"""Events of a ledger for which one part more is made, and that are taken in at once at the end."""

_NAMINGS: Final = 150_000
"""Namings that are written at once."""

_CHAPTERS: Final = msgspec.msgpack.Decoder(list[tuple[str, int, bytearray, bytearray]])
_ROWS: Final = msgspec.msgpack.Decoder(SubjectRows)
_BYTES: Final = msgspec.msgpack.Encoder()

Progress = Callable[[int, int], None]


def rebuild(home: LedgerHome, workers: int, progress: Progress, *, opening: bool = False) -> int:
    """Build every table anew and put it in the place of today's; gives the size of the log that they reflect.

    Tables are folds of the ledger's gists; with `opening` these too are made anew, out of the openings of every event.
    So they are where an earlier version wrote them.
    """
    opening = opening or not _has_gists(home)
    with building(home) as engine, build(home, as_writer(engine), workers, progress, opening=opening) as built:
        connection, size = built
        for table in ALL_TABLES if opening else TABLES:
            table.swap(connection, BESIDE)
        forget_notes(connection)
        note_tables(connection, size)
        note_folded(connection, key_of(GISTS), size)
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
def build(
    home: LedgerHome, writer: sa.Engine, workers: int, progress: Progress, *, opening: bool
) -> Iterator[tuple[sa.Connection, int]]:
    """Build every table beside today's; gives a transaction in which they reflect the whole log, and its size.

    With `opening` the gists too, which the others are then folds of. A server may be writing meanwhile: what it appends
    is taken in at the end, while it waits.
    """
    size = _build(home, writer, workers, progress, opening=opening)
    with open_for_reading(home, os.urandom) as ledger, writer.begin() as connection:
        law = Law.of(*publications(ledger.recorder, ledger.mapper))
        for events in events_from(ledger.recorder, ledger.mapper, size, _PAGE):
            gists = {each.facts.seq: gist_of(each, law.items) for each in events if is_of_record(each)}
            if opening:
                written = [chapter_of(each.stream, gists[each.facts.seq]) for each in events if is_of_record(each)]
                insert_rows(connection, gists_table(BESIDE), written)
            take_events(connection, events, law, BESIDE, gists)
            size = events[-1].facts.seq + 1
        yield connection, size


def discard(writer: sa.Engine) -> None:
    """Remove what was built and not swapped in."""
    with writer.begin() as connection:
        for table in ALL_TABLES:
            table.drop(connection, BESIDE)


def _has_gists(home: LedgerHome) -> bool:
    """Whether the ledger has the gists of all its events, as this version makes them."""
    with open_for_reading(home, os.urandom) as ledger, ledger.recorder.engine.connect() as connection:
        present = sa.inspect(connection).has_table(gists_table().name)
        return present and gists_size(connection) == ledger.recorder.head().size


def _build(home: LedgerHome, writer: sa.Engine, workers: int, progress: Progress, *, opening: bool) -> int:
    LedgerRecorder(writer).create_tables()
    discard(writer)
    with writer.begin() as connection:
        for table in ALL_TABLES if opening else TABLES:
            table.create(connection, BESIDE)
    with open_for_reading(home, os.urandom) as ledger:
        size = ledger.recorder.head().size
        links = list(_links(ledger))
    parts = list(enumerate(ranges(workers * 4 + size // _PAGE)))
    steps = len(parts) * (2 if opening else 1)

    def told(done: int) -> None:
        progress(size * done // steps, size)

    suffix = BESIDE if opening else ""
    with _uncollected(), _spread(workers, home.folder, size, suffix) as each, _in_bulk(home.database) as connection:
        first = _write_gists(connection, each(_gists_of_part, parts), told) if opening else 0
        _write_tables(connection, each(_build_part, parts), len(parts), lambda done: told(first + done))
        with connection.begin():
            NAMES.write_namings(connection, links, BESIDE)
    return size


def _write_gists(connection: sa.Connection, parts: Iterator[bytes], told: Callable[[int], None]) -> int:
    """Write the gists of each part; gives how many there were."""
    done = 0
    for done, rows in enumerate(map(_CHAPTERS.decode, parts), 1):
        with connection.begin():
            insert_rows(connection, gists_table(BESIDE), rows)
        told(done)
    return done


def _write_tables(connection: sa.Connection, parts: Iterator[bytes], number: int, told: Callable[[int], None]) -> None:
    """Write the rows of each part, of which there are so many."""
    named = SubjectRows()
    for done, rows in enumerate(map(_ROWS.decode, parts), 1):
        named.names += rows.names
        named.namings += rows.namings
        with connection.begin():
            insert_rows(connection, history_table(BESIDE), rows.history)
            insert_rows(connection, records_table(BESIDE), rows.records)
            insert_rows(connection, proceedings_table(BESIDE), rows.proceedings)
            # Their indexes are in other orders than that of subjects: every write is one all over them.
            if len(named.namings) >= _NAMINGS or done == number:
                write_whole_subjects(connection, named.names, named.namings, BESIDE)
                named = SubjectRows()
        told(done)


def _links(ledger: Ledger) -> Iterator[Naming]:
    """What the links say: of two subjects each, so that they belong to no range of them."""
    items = publications(ledger.recorder, ledger.mapper)[0].items
    for streams in ledger.recorder.streams_of_links(_PAGE):
        for events in ledger.recorder.select_streams(streams).values():
            yield from fold_names(map(ledger.mapper.to_domain_event, events), items)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without the collector: rows are millions of small values and no cycles, there is nothing for it to find."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


@contextmanager
def _in_bulk(database: Path) -> Iterator[sa.Connection]:
    engine = writing_engine(database, bulk=True)
    try:
        with as_writer(engine).connect() as connection:
            yield connection
    finally:
        engine.dispose()


_Part = tuple[int, SubjectRange]
_Each = Callable[[Callable[[_Part], bytes], Iterable[_Part]], Iterator[bytes]]
"""Applies a function to every part."""


@contextmanager
def _spread(workers: int, folder: Path, size: int, suffix: str) -> Iterator[_Each]:
    """`map` over processes; with one worker in this process, as starting another takes longer than a small ledger."""
    if workers > 1:
        arguments = (folder, size, suffix)
        processes = ProcessPoolExecutor(workers, get_context("spawn"), _begin_process, arguments)
        with ThreadPoolExecutor(1) as ahead, processes as pool:
            ahead.submit(read_ahead, LedgerHome(folder).database)
            yield lambda work, parts: _in_turn(pool, work, parts, workers * 2)
        return
    _begin(folder, size, suffix)
    try:
        yield map
    finally:
        _Worker.opened.__exit__(None, None, None)


def _in_turn(pool: Executor, work: Callable[[_Part], bytes], parts: Iterable[_Part], ahead: int) -> Iterator[bytes]:
    """The rows of each part in order; only so many parts wait for their turn in memory."""
    waiting: deque[Future[bytes]] = deque()
    for part in parts:
        waiting.append(pool.submit(work, part))
        if len(waiting) > ahead:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Worker:
    """What a process of the pool holds."""

    opened: AbstractContextManager[Ledger]
    """Open until the process ends; without it the ledger would be closed at once."""
    recorder: LedgerRecorder
    mapper: RecordedMapper
    for_gists: Excerpts
    for_names: Excerpts
    size: int
    suffix: str
    """Of the gists that are folded."""
    law: Law


def _begin_process(folder: Path, size: int, suffix: str) -> None:
    end_with_parent()
    _begin(folder, size, suffix)
    gc.freeze()  # and go on without the collector: see `_uncollected`
    gc.disable()


def _begin(folder: Path, size: int, suffix: str) -> None:
    _Worker.opened = open_for_reading(LedgerHome(folder), os.urandom)
    ledger = _Worker.opened.__enter__()
    law = Law.of(*publications(ledger.recorder, ledger.mapper))
    _Worker.recorder, _Worker.mapper, _Worker.law = ledger.recorder, ledger.mapper, law
    _Worker.size, _Worker.suffix = size, suffix
    _Worker.for_gists = Excerpts(ledger.recorder, ledger.mapper, lambda body: gist_paths(body, law.items))
    _Worker.for_names = Excerpts(ledger.recorder, ledger.mapper, lambda body: naming_paths(body, law.items))


def _gists_of_part(part: _Part) -> bytes:
    """The gists of a part, out of the openings; as bytes, which go to another process in half the time."""
    within, items = part[1], _Worker.law.items
    _Worker.mapper.load_keys(*within)
    events = _Worker.for_gists.of_subjects(within.first or "!", within.end, _Worker.size)
    told = [(each.stream, gist_of(each, items)) for each in events if is_of_record(each)]
    return _BYTES.encode([chapter_of(*each) for each in told])


def _build_part(part: _Part) -> bytes:
    """The rows of a part, as bytes."""
    number, within = part
    law = _Worker.law
    _Worker.mapper.load_keys(*within)
    with _Worker.recorder.engine.connect() as connection:
        rows, naming = rows_of(chapters(connection, within, _Worker.size, _Worker.suffix), law)
    named = (each for event in _Worker.for_names.of_gists(naming) for each in names_of(event, law.items))
    add_names(rows, (each for each in named if isinstance(each, NameRow)), number)
    return _BYTES.encode(rows)
