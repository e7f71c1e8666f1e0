"""The same fold in a loop and in a pool of processes: equal digests, and nothing is folded that is out of order."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from msgspec.structs import astuple

from ledger.service import Ledger
from projections.archive.fold_stream import columns_for, fold_stream, rows_of
from projections.archive.layout import STANDING_COLUMNS, ArchiveUnsound, history_path
from projections.archive.reading import Archive, open_archive
from projections.archive.runners import Task, law_of, loop, pool, run_bucket
from projections.archive.tally import Tally
from projections.replay.answering import Replayer
from projections.replay.known import Unsorted
from projections.replay.question import Question
from projections.replay.running import Filter, Job, replay, replay_part
from projections.replay.source import EVERYBODY
from tests.projections.archive.rewriting import (
    bucket_in_two_files,
    change_a_byte,
    events_swapped,
    largest_bucket,
    subjects_interleaved,
)

TODAY = date(2026, 2, 1)
QUESTIONS = {
    "now": (None, None),
    "as known in the middle": ("2024-05-05", None),
    "a day before what was known": ("2025-03-03", "2024-02-02"),
    "a day after what was known": ("2024-05-05", "2025-06-06"),
    "a day long ago, by what is known now": (None, "2024-01-01"),
    "before anything was known": ("2020-01-01", None),
}


@pytest.fixture
def archive(exported: Path) -> Archive:
    """The archive of the sample."""
    return open_archive(str(exported))


@pytest.mark.parametrize("asked", QUESTIONS.values(), ids=QUESTIONS.keys())
def test_every_runner_gives_the_digest_of_the_ledger_itself(
    archive: Archive, ledger: Ledger, asked: tuple[str | None, str | None]
) -> None:
    """By outcomes where those do, and by folding the events again."""
    replayer = Replayer(ledger, TODAY)
    question = archive.ask(TODAY, *asked)
    job = Job(ledger.home.database, question, replayer.law, fold=False, wanted=Filter(), render=None)
    with ledger.recorder.engine.connect() as connection:
        part = replay_part(connection, job, EVERYBODY)
    expected = replayer.digest(question, part.buckets)
    root = archive.root(question.size)
    found, folded = loop(Task(archive, question)), loop(Task(archive, question, fold=True))

    assert question == replayer.question(*asked)
    assert [tally.digest(question, root) for tally in (found, folded)] == [expected, expected]
    assert (found.records, found.shown, found.in_force) == (part.counts.total(), part.shown, part.in_force)
    assert found == folded
    assert found.statuses == _by_status(part.counts.items())


def test_a_pool_gives_the_same_and_another_day_something_else(archive: Archive) -> None:
    """Equal digests say something."""
    question = archive.ask(TODAY, "2025-03-03", "2024-02-02")
    here, there = loop(Task(archive, question)), pool(Task(archive, question), 2)
    later = loop(Task(archive, archive.ask(TODAY, "2025-03-03", "2024-03-02")))

    assert here == there
    assert here.records > 50
    assert here.buckets.keys() <= later.buckets.keys()
    assert here.buckets != later.buckets


def test_an_answer_is_of_the_log_and_of_its_times(archive: Archive) -> None:
    """The same rows of another log, or for another day, are another answer."""
    tally, question = Tally(), Question(7, TODAY, TODAY)
    digests = {
        tally.digest(question, bytes(32)),
        tally.digest(question, bytes([1]) * 32),
        tally.digest(Question(8, TODAY, TODAY), bytes(32)),
        tally.digest(Question(7, TODAY, date(2026, 1, 31)), bytes(32)),
        tally.digest(Question(7, date(2026, 1, 31), TODAY), bytes(32)),
    }

    assert len(digests) == 5


def test_the_rows_can_be_written_and_are_those_of_the_ledger(archive: Archive, ledger: Ledger, tmp_path: Path) -> None:
    """One file a bucket, with what it is of in its metadata."""
    question = archive.ask(TODAY, "2025-03-03", "2024-02-02")
    pool(Task(archive, question, out=tmp_path / "rows"), 2)
    replayer = Replayer(ledger, TODAY)
    written: list[tuple[object, ...]] = []
    for path in sorted((tmp_path / "rows").glob("bucket=*/part-0.parquet")):
        with pq.ParquetFile(path) as file:
            assert file.metadata.metadata[b"on"] == b"2024-02-02"
            assert file.schema_arrow.equals(STANDING_COLUMNS)
            written += (row for batch in file.iter_batches() for row in rows_of(batch))
    with ledger.recorder.engine.connect() as connection:
        rows = [astuple(row) for row in replay(connection, question, replayer.law)]

    assert written == rows
    assert len(written) > 50


def test_how_events_come_in_batches_changes_nothing(archive: Archive) -> None:
    """One by one, all at once, or with empty batches between; of none nothing comes."""
    question, law = archive.ask(TODAY, None, None), law_of(archive)
    whole = _events(archive, question)
    single = [whole.slice(number, 1) for number in range(whole.num_rows)]
    answers = [
        list(_rows(fold_stream(batches, question, law)))
        for batches in ([whole], single, [whole.slice(0, 0), whole, whole.slice(0, 0)])
    ]

    assert answers[0]
    assert answers[1:] == [answers[0], answers[0]]
    assert list(fold_stream([], question, law)) == []


@pytest.mark.parametrize("fold", [False, True], ids=["outcomes", "events"])
def test_the_contract_refuses_what_is_not_in_order(archive: Archive, fold: bool) -> None:
    """Backwards, one event moved, the same one twice, and a subject that comes again."""
    question, law = archive.ask(TODAY, None, None), law_of(archive)
    whole = _events(archive, question, fold=fold)
    rows = list(range(whole.num_rows))
    for order in (rows[::-1], [*rows[1:], rows[0]], [*rows, rows[-1]], [rows[0], *rows]):
        with pytest.raises(Unsorted):
            list(fold_stream([whole.take(pa.array(order))], question, law, fold=fold))


@pytest.mark.parametrize("spoil", [events_swapped, subjects_interleaved, bucket_in_two_files])
def test_an_archive_that_is_not_sorted_is_refused(copied: Path, spoil: object) -> None:
    """Even where its manifest vouches for the files: a fold of it would be of something else."""
    assert callable(spoil)
    spoil(copied)
    archive = open_archive(str(copied))
    archive.check_all()
    question = archive.ask(TODAY, None, None)
    for task in (Task(archive, question), Task(archive, question, fold=True)):
        with pytest.raises(Unsorted):
            loop(task)


def test_a_pool_refuses_it_too(copied: Path) -> None:
    """The reason comes back from the process."""
    events_swapped(copied)
    archive = open_archive(str(copied))
    with pytest.raises(Unsorted, match=r"entry \d+ of \w+ comes after entry \d+ of \w+"):
        pool(Task(archive, archive.ask(TODAY, None, None)), 2)


def test_a_damaged_file_is_refused(copied: Path) -> None:
    """By its digest, before a row of it counts."""
    archive = open_archive(str(copied))
    path = history_path(largest_bucket(copied))
    change_a_byte(copied / "parquet" / path)
    task = Task(archive, archive.ask(TODAY, None, None))
    with pytest.raises(ArchiveUnsound, match=path):
        loop(task)


def test_a_damaged_law_is_refused_by_every_runner(copied: Path) -> None:
    """And the pool says so instead of breaking."""
    archive = open_archive(str(copied))
    change_a_byte(copied / "parquet" / "law.json")
    task = Task(archive, archive.ask(TODAY, None, None))
    with pytest.raises(ArchiveUnsound, match=r"law\.json"):
        loop(task)
    with pytest.raises(ArchiveUnsound, match=r"law\.json"):
        pool(task, 2)


def test_an_address_does_as_well_as_a_folder(exported: Path, archive: Archive) -> None:
    """Whatever `pyarrow.fs` reads; object stores among it."""
    there = open_archive(exported.as_uri())
    question = there.ask(TODAY, "2024-05-05", None)
    bucket = largest_bucket(exported)

    assert question == archive.ask(TODAY, "2024-05-05", None)
    assert there.root(question.size) == archive.root(question.size)
    assert run_bucket(Task(there, question), there.law(), bucket) == run_bucket(
        Task(archive, question), law_of(archive), bucket
    )


def _events(archive: Archive, question: Question, *, fold: bool = False) -> pa.RecordBatch:
    """The events of the largest bucket as one batch."""
    bucket = largest_bucket(Path(archive.location))
    table = pa.Table.from_batches(archive.batches(bucket, columns_for(question, fold=fold)))
    (batch,) = table.combine_chunks().to_batches()
    return batch


def _rows(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[object, ...]]:
    for batch in batches:
        yield from rows_of(batch)


def _by_status(counts: Iterable[tuple[tuple[str, str], int]]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (_item, status), number in counts:
        found[str(status)] = found.get(str(status), 0) + number
    return found
