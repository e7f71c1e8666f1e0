"""Running a replay: one subject or one list where it is asked, the whole ledger over processes, with the same rows."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ledger.store.sqlite import reading_engine
from ledger.vocabulary import RecordStatus
from projections.law import Law
from projections.replay.digest import BucketDigests
from projections.replay.question import Question
from projections.replay.source import EVERYBODY, SubjectRange, chapters, outcomes, ranges
from projections.replay.standing import Moment, Standing
from projections.replay.whole import replay_events, replay_outcomes

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
        if fold or question.looks_back:
            moment = Moment(question.known_on, question.on, law)
            yield from replay_events(chapters(connection, each), moment, question.size)
        else:
            yield from replay_outcomes(outcomes(connection, each, question.size), question.on)


def replay_whole(job: Job, workers: int) -> Iterator[Part]:
    """The whole ledger, part by part in the order of subjects; memory does not grow with its history."""
    parts = ranges(_PARTS)
    if workers <= 1:
        with _opened(job.database) as connection:
            yield from (replay_part(connection, job, each) for each in parts)
        return
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (job,)) as pool:
        yield from pool.map(_replay_part, parts)


def replay_part(connection: sa.Connection, job: Job, within: SubjectRange) -> Part:
    """One part, with its rows rendered."""
    part, digests = Part(), BucketDigests()

    def counted() -> Iterator[Standing]:
        for row in replay(connection, job.question, job.law, [within], fold=job.fold):
            part.events += len(row.entries)
            if job.wanted.takes(row):
                part.counts[row.item, row.status] += 1
                part.shown += row.shown
                part.in_force += row.in_force
                digests.add(row.subject, row)
                yield row

    if job.render is None:
        for _row in counted():
            pass
    else:
        part.rows = job.render(counted())
    part.buckets = digests.digests()
    return part


class _Worker:
    """What a process of the pool holds."""

    connection: sa.Connection
    job: Job


def _begin(job: Job) -> None:
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
