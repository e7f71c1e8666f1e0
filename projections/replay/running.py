"""Running a replay: one subject or one list where it is asked, the whole ledger over processes, with the same rows."""

from __future__ import annotations

import gc
import os
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ledger.store.sqlite import reading_engine
from ledger.vocabulary import RecordStatus
from projections.law import Law
from projections.orphans import end_with_parent
from projections.replay.digest import BucketDigests
from projections.replay.question import Question
from projections.replay.source import EVERYBODY, SubjectRange, chapters, outcomes, ranges
from projections.replay.standing import Moment, Standing
from projections.replay.whole import subjects_by_events, subjects_by_outcomes

VERSION: Final = 1
"""Of the rows: part of what the digest is of."""

_PARTS: Final = 32
"""Parts of the ledger that the processes take in turn."""

Render = Callable[[Iterable[Standing]], bytes]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which rows are wanted: all, or those of one item, or of one providing unit."""

    item: str | None = None
    issuer: str | None = None

    def takes(self, row: Standing) -> bool:
        """Say whether the row is wanted."""
        return self.item in {None, row.item} and self.issuer in {None, row.issuer}


@dataclass(frozen=True, slots=True)
class Job:
    """A replay as every process gets it."""

    database: Path
    question: Question
    law: Law
    fold: bool
    """Fold the events again, where the outcomes would do."""
    wanted: Filter
    render: Render | None


@dataclass(slots=True)
class Part:
    """What a replay of some subjects comes to."""

    rows: bytes = b""
    events: int = 0
    counts: Counter[tuple[str, RecordStatus]] = field(default_factory=Counter)
    shown: int = 0
    in_force: int = 0
    buckets: dict[str, bytes] = field(default_factory=dict)

    def count(self, records: Sequence[Standing]) -> None:
        """Count the records of a subject."""
        self.events += sum([len(row.entries) for row in records])
        self.counts.update([(row.item, row.status) for row in records])
        self.shown += sum([row.shown for row in records])
        self.in_force += sum([row.in_force for row in records])

    def add(self, other: Part) -> None:
        """Take in the numbers of another part; its rows are not kept."""
        self.events += other.events
        self.counts += other.counts
        self.shown += other.shown
        self.in_force += other.in_force
        self.buckets |= other.buckets


def replay(
    connection: sa.Connection,
    question: Question,
    law: Law,
    within: Iterable[SubjectRange] = (EVERYBODY,),
    *,
    fold: bool = False,
) -> Iterator[Standing]:
    """The records of ranges of subjects, as known and in force; subject by subject, each record from its beginning."""
    for each in within:
        for records in _subjects(connection, question, law, each, fold=fold):
            yield from records


def _subjects(
    connection: sa.Connection, question: Question, law: Law, within: SubjectRange, *, fold: bool
) -> Iterator[list[Standing]]:
    if fold or question.looks_back:
        moment = Moment(question.known_on, question.on, law)
        return subjects_by_events(chapters(connection, within), moment, question.size)
    return subjects_by_outcomes(outcomes(connection, within, question.size), question.on)


def replay_whole(job: Job, workers: int) -> Iterator[Part]:
    """The whole ledger, part by part in the order of subjects; memory does not grow with its history."""
    parts = ranges(_PARTS)
    if workers <= 1:
        with _opened(job.database) as connection:
            yield from (replay_part(connection, job, each) for each in parts)
        return
    # A process that is forked does not read its modules again, which takes a second; but threads are not forked.
    method = "fork" if threading.active_count() == 1 and "fork" in get_all_start_methods() else "spawn"
    with ProcessPoolExecutor(workers, get_context(method), _begin, (job,)) as pool:
        yield from pool.map(_replay_part, parts)


def replay_part(connection: sa.Connection, job: Job, within: SubjectRange) -> Part:
    """One part, with its rows rendered."""
    part, digests, wanted = Part(), BucketDigests(), None if job.wanted == Filter() else job.wanted

    def counted() -> Iterator[Standing]:
        for found in _subjects(connection, job.question, job.law, within, fold=job.fold):
            records = found if wanted is None else [row for row in found if wanted.takes(row)]
            if records:
                part.count(records)
                digests.add(records[0].subject, *records)
                yield from records

    rows = counted()
    if job.render is None:
        deque(rows, 0)
    else:
        part.rows = job.render(rows)
    part.buckets = digests.digests()
    return part


class _Worker:
    """What a process of the pool holds."""

    connection: sa.Connection
    job: Job


def _begin(job: Job) -> None:
    end_with_parent()
    # A process that makes millions of small values and no cycles has nothing for the collector to find.
    gc.freeze()
    gc.disable()
    _Worker.connection, _Worker.job = _opened(job.database), job


def _replay_part(within: SubjectRange) -> Part:
    return replay_part(_Worker.connection, _Worker.job, within)


def _opened(database: Path) -> sa.Connection:
    return reading_engine(database).connect()


def processes() -> int:
    """How many processes a whole replay is spread over, unless somebody says otherwise."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
