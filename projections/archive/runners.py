"""Running a replay over an archive: in a loop or a pool of processes; `spark_runner` has PySpark. Digests are equal.

A task is a bucket. Its file holds whole subjects in order, so that nothing is shuffled: each engine is handed the list
of buckets, and the worker reads its own. The layout is relied on, not restored: an unsorted file is refused by each.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import pyarrow as pa

from projections.archive.fold_stream import columns_for, fold_stream
from projections.archive.layout import STANDING_COLUMNS, history_path, standings_path
from projections.archive.parquet_file import writing_parquet
from projections.archive.reading import Archive
from projections.archive.tally import Tally, counted, tallied
from projections.law import Law
from projections.orphans import end_with_parent
from projections.replay.question import Question

_ALIKE: Final = ["subject", "issuer", "item", "status"]


@dataclass(frozen=True, slots=True)
class Task:
    """A replay as every worker gets it."""

    archive: Archive
    question: Question
    fold: bool = False
    """Fold the events again, where the outcomes would do."""
    out: Path | None = None
    """A folder that all workers reach, for the rows as Parquet; without it they are only counted and digested."""


def loop(task: Task) -> Tally:
    """One bucket after the other, here. Raises `Unsorted`, `ArchiveUnsound`."""
    law = law_of(task.archive)
    return sum_of(run_bucket(task, law, bucket) for bucket in task.archive.buckets)


def pool(task: Task, workers: int) -> Tally:
    """Buckets spread over processes, the largest first. Raises `Unsorted`, `ArchiveUnsound`."""
    rows = {file.path: file.rows for file in task.archive.manifest.files}
    buckets = sorted(task.archive.buckets, key=lambda bucket: -rows[history_path(bucket)])
    # Not forked: pyarrow has threads of its own, which a fork would leave behind in the middle of something.
    with ProcessPoolExecutor(workers, get_context("spawn"), _begin, (task,)) as processes:
        return sum_of(processes.map(_run_bucket, buckets))


def run_bucket(task: Task, law: Law, bucket: str) -> Tally:
    """Replay one bucket; its rows are written if they are wanted. Raises `Unsorted`, `ArchiveUnsound`."""
    tally = Tally()
    answer = tallied(tally, standings(task, law, bucket, tally))
    if task.out is None:
        for _batch in answer:
            pass
        return tally
    manifest = task.archive.manifest
    notes = {"origin": manifest.origin, "size": str(task.question.size), "bucket": bucket}
    notes |= {"known_on": task.question.known_on.isoformat(), "on": task.question.on.isoformat()}
    path = task.out / standings_path(bucket)
    path.unlink(missing_ok=True)  # of a worker that died: Spark lets another try
    with writing_parquet(path, STANDING_COLUMNS, notes, by=["subject"], alike=_ALIKE) as file:
        for batch in answer:
            file.write(batch)
    return tally


def standings(task: Task, law: Law, bucket: str, tally: Tally | None = None) -> Iterator[pa.RecordBatch]:
    """The rows of one bucket; the events are counted as they are read."""
    columns = columns_for(task.question, fold=task.fold)
    batches = counted(tally or Tally(), task.archive.batches(bucket, columns))
    return fold_stream(batches, task.question, law, fold=task.fold)


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """What the parts come to together; raises `Unsorted`."""
    whole = Tally()
    for tally in tallies:
        whole.add(tally)
    return whole


class _Worker:
    """What a process of the pool holds."""

    task: Task


def _begin(task: Task) -> None:
    end_with_parent()
    # A process that makes millions of small values and no cycles has nothing for the collector to find.
    gc.freeze()
    gc.disable()
    _Worker.task = task


def _run_bucket(bucket: str) -> Tally:
    return run_bucket(_Worker.task, law_of(_Worker.task.archive), bucket)


@lru_cache(maxsize=1)
def law_of(archive: Archive) -> Law:
    """The law of an archive, read once in a process: with the first bucket, so that its errors come as those do."""
    return archive.law()
