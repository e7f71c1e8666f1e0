"""A replay over an archive, as the command asks for it. Apart from the command: pyarrow takes a while to import."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from api.archive_runner import Runner
from projections.archive.layout import ArchiveUnsound
from projections.archive.reading import open_archive
from projections.archive.runners import Task, loop, pool
from projections.archive.spark_runner import local_session, spark
from projections.archive.tally import Tally
from projections.archive.whole_folder import appearing_whole
from projections.replay.known import Unsorted
from projections.replay.question import Question

_FEW_ENTRIES: Final = 200_000
"""One process folds so many in about the time that it takes to start others."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The numbers of an answer, and what it is of."""

    question: Question
    size: int
    """Entries that the archive covers."""
    tally: Tally
    digest: str


@dataclass(frozen=True, slots=True)
class Run:
    """How to answer."""

    runner: Runner | None
    """By default a pool for a large archive, a loop for a small one."""
    workers: int
    fold: bool = False
    """Fold every event again, where the outcomes would do."""
    out: Path | None = None
    """A new folder for the rows."""


def replay_archive(location: str, as_of: str | None, on: str | None, today: date, run: Run) -> Answered:
    """Answer a question from an archive; raises `ArchiveUnsound`, also for files that are not sorted."""
    archive = open_archive(location)
    question = archive.ask(today, as_of, on)
    root = archive.root(question.size)
    try:
        if run.out is None:
            tally = _tally(Task(archive, question, run.fold), run)
        else:
            with appearing_whole(run.out) as out:
                tally = _tally(Task(archive, question, run.fold, out), run)
    except Unsorted as error:
        raise ArchiveUnsound(str(error)) from None
    return Answered(question, archive.manifest.size, tally, tally.digest(question, root))


def _tally(task: Task, run: Run) -> Tally:
    few = task.question.size < _FEW_ENTRIES
    match run.runner or (Runner.LOOP if few else Runner.POOL):
        case Runner.LOOP:
            return loop(task)
        case Runner.POOL:
            return pool(task, run.workers)
        case Runner.SPARK:
            session = local_session(run.workers)
            try:
                return spark(task, session)
            finally:
                session.stop()
