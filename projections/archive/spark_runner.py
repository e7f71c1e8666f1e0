"""Running a replay over an archive in PySpark: on a cluster, or with the processors of one machine.

Only here pyspark is imported, and only when it is used: it is the extra `kesu[spark]`, and needs Java 17.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec
import pyarrow as pa

from ledger.errors import LedgerError
from projections.archive.layout import ArchiveUnsound
from projections.archive.runners import Task, law_of, run_bucket, standings, sum_of
from projections.archive.tally import Tally
from projections.replay.known import Unsorted

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_TALLIED: Final = "tally binary, unsorted string, unsound string"
_STANDINGS: Final = (
    "subject string, record string, issuer string, item string, item_version bigint, status string, shown boolean, "
    "in_force boolean, effective_on date, ended_on date, values_from bigint, entries array<bigint>"
)
_TALLIES: Final = msgspec.msgpack.Decoder(Tally)


class SparkUnavailable(LedgerError):
    """PySpark or Java is not there."""


def spark(task: Task, session: SparkSession) -> Tally:
    """Buckets spread over a cluster, on whose machines Kesu is installed. Raises `Unsorted`, `ArchiveUnsound`."""
    buckets = task.archive.buckets
    if not buckets:
        return Tally()
    rows = _each_bucket(session, buckets).mapInArrow(partial(_tallies, task, buckets), _TALLIED).collect()
    for row in rows:
        if row.unsorted is not None:
            raise Unsorted(row.unsorted)
        if row.unsound is not None:
            raise ArchiveUnsound(row.unsound)
    return sum_of(_TALLIES.decode(bytes(row.tally)) for row in rows)


def spark_standings(task: Task, session: SparkSession) -> DataFrame:
    """The rows of the answer as a data frame of Spark; what is wrong with the archive then comes as Spark's errors."""
    buckets = task.archive.buckets
    return _each_bucket(session, buckets).mapInArrow(partial(_standings, task, buckets), _STANDINGS)


def local_session(workers: int) -> SparkSession:
    """A session on this machine; raises `SparkUnavailable`."""
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        raise SparkUnavailable("Spark needs Java 17, which is not on this machine")
    try:
        from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        raise SparkUnavailable("PySpark is not installed: pip install 'kesu[spark]'") from None
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = SparkSession.builder.master(f"local[{workers}]").appName("kesu")
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    here = {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    for name, value in (quiet | here).items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _each_bucket(session: SparkSession, buckets: Sequence[str]) -> DataFrame:
    """The numbers of the buckets, each a task of its own."""
    return session.range(0, len(buckets), 1, max(1, len(buckets)))


def _tallies(task: Task, buckets: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """What each bucket comes to. What is wrong with one is told as a value: Spark would try again, and wrap it."""
    for bucket in _named(buckets, batches):
        tally, unsorted, unsound = None, None, None
        try:
            tally = msgspec.msgpack.encode(run_bucket(task, law_of(task.archive), bucket))
        except Unsorted as error:
            unsorted = str(error)
        except ArchiveUnsound as error:
            unsound = str(error)
        yield pa.RecordBatch.from_pydict(
            {
                "tally": pa.array([tally], pa.binary()),
                "unsorted": pa.array([unsorted], pa.string()),
                "unsound": pa.array([unsound], pa.string()),
            }
        )


def _standings(task: Task, buckets: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for bucket in _named(buckets, batches):
        yield from standings(task, law_of(task.archive), bucket)


def _named(buckets: Sequence[str], batches: Iterable[pa.RecordBatch]) -> Iterator[str]:
    for batch in batches:
        yield from (buckets[number] for number in batch.column(0).to_pylist())
