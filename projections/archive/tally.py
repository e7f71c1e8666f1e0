"""What a replay of some buckets comes to: numbers and digests, small enough to travel from any worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
import pyarrow as pa

from projections.archive.fold_stream import rows_of
from projections.replay.digest import BucketDigests, state_digest
from projections.replay.known import Unsorted
from projections.replay.question import Question
from projections.replay.running import VERSION


class Tally(msgspec.Struct):
    """Numbers of an answer, and the digests of its rows by bucket."""

    read: int = 0
    """Events that were read, those included that were not known yet."""
    records: int = 0
    shown: int = 0
    in_force: int = 0
    statuses: dict[str, int] = msgspec.field(default_factory=dict)
    buckets: dict[str, bytes] = msgspec.field(default_factory=dict)

    def add(self, other: Tally) -> None:
        """Take in another part; raises `Unsorted` if both have rows of one bucket: a subject may be in both."""
        if not self.buckets.keys().isdisjoint(other.buckets):
            raise Unsorted("subjects of one bucket come in two streams")
        self.read += other.read
        self.records += other.records
        self.shown += other.shown
        self.in_force += other.in_force
        for status, count in other.statuses.items():
            self.statuses[status] = self.statuses.get(status, 0) + count
        self.buckets |= other.buckets

    def digest(self, question: Question, root: bytes) -> str:
        """The state digest of the whole answer; `root` is that of the log as the question knows it."""
        return state_digest(answer_of(question, root), self.buckets)


def answer_of(question: Question, root: bytes) -> list[object]:
    """What an answer is of, the first thing that its digest takes in: as `projections.replay.answering` says it."""
    times = [question.known_on.isoformat(), question.on.isoformat()]
    return ["replay", VERSION, question.size, root.hex(), *times]


def counted(tally: Tally, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The events as they come, which are counted."""
    for batch in batches:
        tally.read += batch.num_rows
        yield batch


def tallied(tally: Tally, answer: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The rows of an answer as they come, which are counted and digested; the digests are there when all have come."""
    digests = BucketDigests()
    for batch in answer:
        for row in rows_of(batch):
            digests.add(row[0], row)
        tally.records += batch.num_rows
        tally.shown += batch.column("shown").true_count
        tally.in_force += batch.column("in_force").true_count
        for found in batch.column("status").value_counts().to_pylist():
            tally.statuses[found["values"]] = tally.statuses.get(found["values"], 0) + found["counts"]
        yield batch
    tally.buckets |= digests.digests()
