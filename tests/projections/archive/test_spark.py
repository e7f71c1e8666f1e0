"""The same fold in PySpark: the same digest, rows and refusals. Where there is no Spark, it is skipped."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import pyarrow as pa
import pytest

from projections.archive.layout import STANDING_COLUMNS, ArchiveUnsound, history_path
from projections.archive.reading import open_archive
from projections.archive.runners import Task, loop
from projections.archive.spark_runner import SparkUnavailable, local_session, spark, spark_standings
from projections.replay.known import Unsorted
from tests.projections.archive.rewriting import change_a_byte, events_swapped, largest_bucket

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Function: TypeAlias = Callable[[Iterator[Any]], Iterator[Any]]

TODAY = date(2026, 2, 1)

WITH_SPARK = [
    pytest.mark.slow,  # Java starts in five seconds, its workers in some more
    pytest.mark.skipif(find_spec("pyspark") is None, reason="PySpark is not installed: pip install 'kesu[spark]'"),
    pytest.mark.skipif(not (os.environ.get("JAVA_HOME") or shutil.which("java")), reason="there is no Java"),
    pytest.mark.filterwarnings("default"),  # PySpark has warnings of its own
]


@pytest.fixture(scope="module")
def session() -> Iterator[SparkSession]:
    """One session for all: it takes longer than what it does here."""
    session = local_session(2)
    yield session
    session.stop()


class TestSpark:
    """What needs a session."""

    pytestmark = WITH_SPARK

    def test_the_digest_is_that_of_a_loop(self, exported: Path, session: SparkSession) -> None:
        """By outcomes, by events, and for a day before what was known."""
        archive = open_archive(str(exported))
        for asked, fold in (((None, None), False), (("2024-05-05", None), True), (("2025-03-03", "2024-02-02"), False)):
            task = Task(archive, archive.ask(TODAY, *asked), fold)
            here, there = loop(task), spark(task, session)

            assert here == there
            assert here.records > 50

    def test_the_rows_are_a_data_frame(self, exported: Path, session: SparkSession) -> None:
        """For whoever goes on in SQL."""
        archive = open_archive(str(exported))
        task = Task(archive, archive.ask(TODAY, "2024-05-05", None))
        frame = spark_standings(task, session)
        statuses = {row["status"]: row["count"] for row in frame.groupBy("status").count().collect()}

        assert statuses == loop(task).statuses

    def test_what_is_not_sorted_is_refused(self, copied: Path, session: SparkSession) -> None:
        """With the reason, not with Spark's."""
        events_swapped(copied)
        archive = open_archive(str(copied))
        with pytest.raises(Unsorted, match=r"entry \d+ of \w+ comes after entry \d+ of \w+"):
            spark(Task(archive, archive.ask(TODAY, None, None)), session)

    def test_what_is_damaged_is_refused(self, copied: Path, session: SparkSession) -> None:
        """By the digest of the file."""
        archive = open_archive(str(copied))
        change_a_byte(copied / "parquet" / "law.json")
        with pytest.raises(ArchiveUnsound, match=r"law\.json"):
            spark(Task(archive, archive.ask(TODAY, None, None)), session)


class _Frame:
    """A data frame of numbers, one a task, and what a function makes of each: all that is asked of Spark."""

    def __init__(self, numbers: Iterable[int]) -> None:
        self._tasks = [pa.record_batch({"id": [number]}) for number in numbers]

    def mapInArrow(self, function: Function, schema: str) -> _Frame:  # noqa: N802 - Spark's name
        columns = [column.split()[0] for column in schema.split(", ")]
        self.batches = [batch for task in self._tasks for batch in function(iter([task]))]
        assert all(batch.schema.names == columns for batch in self.batches)
        return self

    def collect(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(**row) for batch in self.batches for row in batch.to_pylist()]


class _Session:
    """A session that runs its tasks here: the workers' side of the runner is tested where there is no Spark, too."""

    def range(self, first: int, end: int, step: int, tasks: int) -> _Frame:
        assert tasks == len(range(first, end, step))
        return _Frame(range(first, end, step))


HERE = cast("SparkSession", _Session())


def test_a_worker_gives_the_numbers_of_its_buckets_and_their_rows(exported: Path) -> None:
    """Together they are those of a loop."""
    archive = open_archive(str(exported))
    task = Task(archive, archive.ask(TODAY, "2025-03-03", "2024-02-02"))
    frame = cast("_Frame", spark_standings(task, HERE))

    assert spark(task, HERE) == loop(task)
    assert sum(batch.num_rows for batch in frame.batches) == loop(task).records
    assert {batch.schema for batch in frame.batches} == {STANDING_COLUMNS}


def test_a_worker_tells_what_is_wrong_as_a_value(copied: Path) -> None:
    """Spark would try again, and wrap an exception in its own."""
    events_swapped(copied)
    archive = open_archive(str(copied))
    with pytest.raises(Unsorted, match=r"entry \d+ of \w+ comes after entry \d+ of \w+"):
        spark(Task(archive, archive.ask(TODAY, None, None)), HERE)
    change_a_byte(copied / "parquet" / history_path(largest_bucket(copied)))
    with pytest.raises(ArchiveUnsound, match="is not the file that was archived"):
        spark(Task(archive, archive.ask(TODAY, None, None)), HERE)


def test_without_java_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Instead of what PySpark says."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(SparkUnavailable, match="needs Java 17"):
        local_session(1)


@pytest.mark.skipif(find_spec("pyspark") is not None, reason="PySpark is installed")
def test_without_pyspark_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setenv("JAVA_HOME", "/somewhere")
    with pytest.raises(SparkUnavailable, match=r"pip install 'kesu\[spark\]'"):
        local_session(1)
