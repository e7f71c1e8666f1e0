"""Building the tables anew, beside today's: subjects spread over processes, rows written by one, then swapped in."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from ledger.errors import LedgerError
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from ledger.store.recorder import LedgerRecorder
from ledger.store.rows import insert_rows
from ledger.store.sqlite import as_writer, writing_engine
from projections.history import events_from
from projections.law import Law
from projections.orphans import end_with_parent
from projections.publications import publications
from projections.replay.known import GISTS, Known, take
from projections.replay.source import SubjectRange, ranges
from projections.replay.standing import outcome_of
from projections.search.fold import Naming, names_of
from projections.tables.history import chapter_of, history_row, history_table
from projections.tables.keeping import NAMES, TABLES, forget_notes, note_tables, take_events
from projections.tables.proceedings import proceeding_rows, proceedings_table
from projections.tables.records import record_row, records_table

BESIDE: Final = "__new"
"""Suffix of the tables while they are built."""

_LOCK: Final = "rebuild.lock"
"""Held by the one process that builds; a process that is killed lets go of it."""

_PAGE: Final = 10_000
"""Events of a ledger for which one part more is made, and that are taken in at once at the end."""

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
        size, law = ledger.recorder.head().size, Law.of(*publications(ledger.recorder, ledger.mapper))
    parts = ranges(workers * 4 + size // _PAGE)
    with _spread(workers, home.folder, size, law) as each, writer.connect() as connection:
        for done, built in enumerate(each(_build_part, parts), 1):
            with connection.begin():
                insert_rows(connection, history_table(BESIDE), built.history)
                insert_rows(connection, records_table(BESIDE), built.records)
                insert_rows(connection, proceedings_table(BESIDE), built.proceedings)
                NAMES.write_namings(connection, built.namings, BESIDE)
            progress(size * done // len(parts), size)
    return size


@contextmanager
def _spread(workers: int, folder: Path, size: int, law: Law) -> Iterator[Callable[..., Iterator[_Built]]]:
    """`map` over processes; with one worker in this process, as starting another takes longer than a small ledger."""
    if workers > 1:
        with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (folder, size, law)) as pool:
            yield pool.map
        return
    _begin(folder, size, law)
    try:
        yield map
    finally:
        _Worker.opened.__exit__(None, None, None)


@dataclass(frozen=True, slots=True)
class _Built:
    """Rows of some subjects, each in the order of its table's key, and who is named how."""

    history: list[tuple[Any, ...]] = field(default_factory=list)
    records: list[tuple[Any, ...]] = field(default_factory=list)
    proceedings: list[tuple[Any, ...]] = field(default_factory=list)
    namings: list[Naming] = field(default_factory=list)


class _Worker:
    """What a process of the pool holds."""

    opened: AbstractContextManager[Ledger]
    """Open until the process ends; without it the ledger would be closed at once."""
    ledger: Ledger
    size: int
    law: Law


def _begin(folder: Path, size: int, law: Law) -> None:
    end_with_parent()
    _Worker.opened = open_for_reading(LedgerHome(folder), os.urandom)
    _Worker.ledger = _Worker.opened.__enter__()
    _Worker.size, _Worker.law = size, law


def _build_part(within: SubjectRange) -> _Built:
    """Fold the events of some subjects, read one subject after the other, so that each key is unwrapped once."""
    ledger, law, built = _Worker.ledger, _Worker.law, _Built()
    stored = ledger.recorder.select_subjects(within.first or "!", within.end, _Worker.size)
    for _subject, events in groupby(map(ledger.mapper.to_domain_event, stored), lambda event: event.facts.subject):
        known: dict[bytes, Known] = {}
        for event in events:
            built.namings.extend(names_of(event, law.items))
            chapter = chapter_of(event, law.items)
            if chapter is not None:
                gist = GISTS.decode(chapter.gist)
                found = known[chapter.record] = take(known.get(chapter.record), chapter.record, gist)
                built.history.append(history_row(chapter, outcome_of(found, law)))
        for each in sorted(known.values(), key=lambda each: each.record):
            built.records.append(record_row(each, law))
            built.proceedings.extend(sorted(proceeding_rows(each)))
    return built
