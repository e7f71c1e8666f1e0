"""The one contract between the fold and whatever runs it: batches of events in, batches of records out.

A plain loop, a process of a pool and a task of Spark call the same function, so that they cannot disagree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
from msgspec.structs import astuple

from projections.archive.layout import STANDING_COLUMNS
from projections.archive.parquet_file import batch_of
from projections.law import Law
from projections.replay.known import Unsorted
from projections.replay.question import Question
from projections.replay.standing import Moment
from projections.replay.whole import replay_events, replay_outcomes

RECORDS_AT_ONCE: Final = 8192


def columns_for(question: Question, *, fold: bool) -> list[str]:
    """The columns that `fold_stream` needs: outcomes do for a day that does not lie before what was known."""
    return ["subject", "seq", "record", "gist" if fold or question.looks_back else "outcome"]


def fold_stream(
    batches: Iterable[pa.RecordBatch], question: Question, law: Law, *, fold: bool = False
) -> Iterator[pa.RecordBatch]:
    """Fold the events of whole subjects, sorted by (subject, seq), into a row for each record of the answer.

    Batches have at least the columns of `columns_for`, and rows the columns of `STANDING_COLUMNS`, in the order of
    (subject, first entry). With `fold` the gists are folded again where outcomes would do. One subject and one batch
    are in memory at a time. Raises `Unsorted`.
    """
    columns = columns_for(question, fold=fold)
    rows = _rows(batches, columns, question.size)
    if columns[-1] == "gist":
        found = replay_events(rows, Moment(question.known_on, question.on, law), question.size)
    else:
        found = replay_outcomes(rows, question.on)
    while part := list(islice(found, RECORDS_AT_ONCE)):
        yield batch_of(map(astuple, part), STANDING_COLUMNS)


def rows_of(batch: pa.RecordBatch, columns: Sequence[str] | None = None) -> Iterator[tuple[Any, ...]]:
    """The rows of a batch, or of some of its columns."""
    names = batch.schema.names if columns is None else columns
    return zip(*(batch.column(name).to_pylist() for name in names), strict=True)


def _rows(batches: Iterable[pa.RecordBatch], columns: Sequence[str], size: int) -> Iterator[tuple[Any, ...]]:
    """The events that were known, of input that is in order, as far as it has come: then nothing of it is misread."""
    before = None
    for batch in batches:
        if not batch.num_rows:
            continue
        keys = batch.select(["subject", "seq"])
        _require_order(keys if before is None else pa.concat_batches([before, keys]))
        before = keys.slice(batch.num_rows - 1)
        yield from rows_of(batch.filter(pc.less(batch.column("seq"), size)), columns)


def _require_order(batch: pa.RecordBatch) -> None:
    subjects, seqs, count = batch.column("subject"), batch.column("seq"), batch.num_rows - 1
    same = pc.and_(pc.equal(subjects[:count], subjects[1:]), pc.less(seqs[:count], seqs[1:]))
    ordered = pc.or_(pc.less(subjects[:count], subjects[1:]), same)
    at = pc.index(ordered, value=False).as_py()
    if at >= 0:
        one, next_one = ((subjects[number].as_py(), seqs[number].as_py()) for number in (at, at + 1))
        raise Unsorted(f"entry {next_one[1]} of {next_one[0]} comes after entry {one[1]} of {one[0]}")
