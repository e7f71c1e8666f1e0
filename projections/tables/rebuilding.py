"""Building the tables anew, beside today's: events spread over processes by number, then by subject, then swapped in.

What the processes hand on between the two passes lies in a scratch folder: gists, which hold no values.
"""

from __future__ import annotations

import os
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import sqlalchemy as sa

from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from ledger.store.recorder import LedgerRecorder
from ledger.store.sqlite import as_writer, writing_engine
from projections.history import events_from
from projections.law import Law
from projections.publications import publications
from projections.replay.digest import BUCKET_CHARACTERS, BUCKETS
from projections.replay.known import GISTS, Chapter, Known, take
from projections.replay.standing import Outcome, outcome_of
from projections.search.fold import Naming, fold_names
from projections.tables.history import chapter_of
from projections.tables.keeping import (
    HISTORY,
    NAMES,
    PROCEEDINGS,
    RECORDS,
    TABLES,
    note_tables,
    take_events,
)

BESIDE: Final = "__new"
"""Suffix of the tables while they are built."""

_PAGE: Final = 10_000
"""Events that one process reads in one go."""
_BUCKETS_AT_ONCE: Final = 8

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Folded:
    """What a few buckets of subjects come to."""

    written: list[tuple[Chapter, Outcome]]
    records: list[Known]


def rebuild(home: LedgerHome, workers: int, progress: Progress) -> int:
    """Build every table anew and put it in the place of today's; gives the size of the log that they reflect."""
    engine = writing_engine(home.database)
    try:
        with build(home, as_writer(engine), workers, progress) as (connection, size):
            for table in TABLES:
                table.swap(connection, BESIDE)
            note_tables(connection, size)
        return size
    finally:
        discard(engine)
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


def discard(engine: sa.Engine) -> None:
    """Remove what was built and not swapped in."""
    with as_writer(engine).begin() as connection:
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
    with TemporaryDirectory(prefix="kesu-rebuild-", dir=home.folder) as scratch:
        spread = _spread(workers, home.folder, Path(scratch), law)
        with spread as each, writer.connect() as connection:
            pages = list(range(0, size, _PAGE))
            for done, namings in enumerate(each(_read_page, pages, [min(_PAGE, size - page) for page in pages]), 1):
                with connection.begin():
                    NAMES.write_namings(connection, namings, BESIDE)
                progress(min(done * _PAGE, size) // 2, size)
            parts = [BUCKETS[start : start + _BUCKETS_AT_ONCE] for start in range(0, len(BUCKETS), _BUCKETS_AT_ONCE)]
            for done, folded in enumerate(each(_fold_buckets, parts), 1):
                with connection.begin():
                    HISTORY.write(connection, folded.written, BESIDE)
                    RECORDS.write_new(connection, folded.records, law, BESIDE)
                    PROCEEDINGS.write_new(connection, folded.records, law, BESIDE)
                progress(size // 2 + size * done // (2 * len(parts)), size)
    return size


@contextmanager
def _spread(workers: int, folder: Path, scratch: Path, law: Law) -> Iterator[Callable[..., Iterator[Any]]]:
    """`map` over processes; with one worker in this process, as starting another takes longer than a small ledger."""
    if workers > 1:
        with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (folder, scratch, law)) as pool:
            yield pool.map
        return
    _begin(folder, scratch, law)
    try:
        yield map
    finally:
        _Worker.opened.__exit__(None, None, None)


class _Worker:
    """What a process of the pool holds."""

    opened: AbstractContextManager[Ledger]
    """Open until the process ends; without it the ledger would be closed at once."""
    ledger: Ledger
    scratch: Path
    law: Law


def _begin(folder: Path, scratch: Path, law: Law) -> None:
    _Worker.opened = open_for_reading(LedgerHome(folder), os.urandom)
    _Worker.ledger = _Worker.opened.__enter__()
    _Worker.scratch, _Worker.law = scratch, law


def _read_page(position: int, count: int) -> list[Naming]:
    """Read a page of events: gists by bucket into the scratch folder, names back to whoever writes them."""
    ledger, items = _Worker.ledger, _Worker.law.items
    by_bucket: dict[str, list[Chapter]] = defaultdict(list)
    stored = ledger.recorder.select_notifications(position, count, inclusive_of_start=False)
    events = [ledger.mapper.to_domain_event(each) for each in stored]
    for event in events:
        chapter = chapter_of(event, items)
        if chapter is not None:
            by_bucket[chapter.subject[:BUCKET_CHARACTERS]].append(chapter)
    for bucket, chapters in by_bucket.items():
        with (_Worker.scratch / f"{bucket}-{os.getpid()}").open("ab") as file:
            pickle.dump([tuple(chapter) for chapter in chapters], file, pickle.HIGHEST_PROTOCOL)
    return list(fold_names(events, items))


def _fold_buckets(buckets: Sequence[str]) -> _Folded:
    """Fold every subject of some buckets, from what the first pass left."""
    law, written, records = _Worker.law, list[tuple[Chapter, Outcome]](), list[Known]()
    for bucket in buckets:
        known: dict[bytes, Known] = {}
        for chapter in sorted(_left(bucket)):
            found = known[chapter.record] = take(known.get(chapter.record), chapter.record, GISTS.decode(chapter.gist))
            written.append((chapter, outcome_of(found, law)))
        records += sorted(known.values(), key=lambda each: (each.state.subject, each.record))
    return _Folded(written, records)


def _left(bucket: str) -> Iterator[Chapter]:
    for path in _Worker.scratch.glob(f"{bucket}-*"):
        with path.open("rb") as file:
            while file.peek(1):
                # Written by a process of our own a moment ago, in a folder that only this user may enter.
                yield from (Chapter(*each) for each in pickle.load(file))  # noqa: S301
