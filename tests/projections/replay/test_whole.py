"""Replaying rows: by the last outcome of each record, or by folding its gists; both ways come to the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from api.sampling.making import make_ledger, new_home, order_for, statements_for
from api.sampling.plan import Scope
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from projections.law import Law
from projections.publications import publications
from projections.replay.digest import BucketDigests, state_digest
from projections.replay.known import Unsorted
from projections.replay.question import ask
from projections.replay.running import Filter, Job, Part, replay, replay_whole
from projections.replay.source import SubjectRange, chapters, outcomes, ranges
from projections.replay.standing import Moment, Standing
from projections.replay.whole import replay_events, replay_outcomes
from tests.ledger.domain.stories import STORIES
from tests.ledger.domain.story import FIRST, Story, day
from tests.ledger.harness import randomness
from tests.projections.replay.told import chapters_of, law_of, outcomes_of

Rows = Sequence[Sequence[Any]]
A, B, C = "A" * 32, "B" * 32, "C" * 32
ONE, TWO = bytes(16), bytes([1]) * 16
every_story = pytest.mark.parametrize("tell", STORIES, ids=[tell.__name__ for tell in STORIES])


def first_gist() -> bytes:
    """Of a story that begins with a filing."""
    return bytes(chapters_of(STORIES[0]())[0].gist)


def first_outcome() -> bytes:
    """Of the same."""
    story = STORIES[0]()
    return outcomes_of(story, chapters_of(story)[:1])[0][3]


# ---- order -----------------------------------------------------------------------------------------------------------

UNSORTED = {
    "a subject before another": ([(B, 1, ONE), (A, 2, TWO)], f"subject {A} comes after {B}"),
    "a subject that comes twice": ([(A, 1, ONE), (B, 2, ONE), (A, 3, ONE)], f"subject {A} comes after {B}"),
    "an entry before another": ([(A, 2, ONE), (A, 1, TWO)], "entry 1 comes after entry 2"),
    "an entry that comes twice": ([(A, 1, ONE), (A, 1, ONE)], "entry 1 comes after entry 1"),
    "an entry before another, of a later subject": (
        [(A, 9, ONE), (B, 2, ONE), (B, 1, TWO)],
        "entry 1 comes after entry 2",
    ),
}


@pytest.mark.parametrize("case", UNSORTED)
def test_rows_out_of_order_are_refused_either_way(case: str) -> None:
    """A fold over them would be of something else, and say nothing."""
    rows, message = UNSORTED[case]
    gist, outcome, on = first_gist(), first_outcome(), day("2026-12-31")

    with pytest.raises(Unsorted, match=message):
        list(replay_outcomes([(*row, outcome) for row in rows], on))
    with pytest.raises(Unsorted, match=message):
        list(replay_events([(*row, gist) for row in rows], Moment(on, on, law_of(Story()))))


def test_entries_that_are_not_known_yet_are_still_in_order() -> None:
    """Rows beyond the size are read and left out; out of order they are refused all the same."""
    rows = [(A, 5, ONE, first_gist()), (A, 4, TWO, first_gist())]
    moment = Moment(day("2026-12-31"), day("2026-12-31"), law_of(Story()))

    with pytest.raises(Unsorted):
        list(replay_events(rows, moment, 3))


def test_the_number_of_an_entry_may_fall_from_subject_to_subject() -> None:
    """Rows lie by subject; records come in the order in which they began."""
    rows = [(A, 7, TWO), (A, 8, ONE), (A, 9, TWO), (C, 1, ONE)]
    found = list(replay_outcomes([(*row, first_outcome()) for row in rows], day("2026-12-31")))

    assert [(row.subject, row.record, row.entries) for row in found] == [
        (A, "01010101-0101-0101-0101-010101010101", [7, 9]),
        (A, "00000000-0000-0000-0000-000000000000", [8]),
        (C, "00000000-0000-0000-0000-000000000000", [1]),
    ]


def test_of_no_rows_there_is_no_record() -> None:
    """An empty ledger, or a range of subjects that nobody is in."""
    moment = Moment(day("2026-12-31"), day("2026-12-31"), law_of(Story()))

    assert list(replay_outcomes([], moment.on)) == []
    assert list(replay_events([], moment)) == []


# ---- one story -------------------------------------------------------------------------------------------------------


@every_story
def test_after_every_event_the_outcome_says_what_a_fold_says(tell: Callable[[], Story]) -> None:
    """On the day of the last event, on the next ones, and long after."""
    story = tell()
    law, told = law_of(story), chapters_of(story)
    left = outcomes_of(story, told)
    for number, event in enumerate(story.events, 1):
        known_on = event.recorded_on
        for on in (known_on, day("2027-05-20"), day("2027-05-21"), day("2029-05-21"), day("2040-01-01")):
            if on >= known_on:
                folded = list(replay_events(told[:number], Moment(known_on, on, law)))
                assert list(replay_outcomes(left[:number], on)) == folded
                assert list(replay_events(told, Moment(known_on, on, law), event.facts.seq + 1)) == folded


def test_in_the_middle_of_a_story_nothing_of_its_end_is_known() -> None:
    """A size of the log cuts it off: the entry before it is known, that of this number is not."""
    story = STORIES[0]()
    moment = Moment(day("2026-12-31"), day("2026-12-31"), law_of(story))
    found = {size: list(replay_events(chapters_of(story), moment, size)) for size in range(FIRST, FIRST + 4)}

    assert found[FIRST] == []
    assert [row.entries for row in found[FIRST + 1]] == [[FIRST]]
    assert [row.status.value for row in found[FIRST + 1]] == ["standing"]
    assert [row.status.value for row in found[FIRST + 2]] == ["disputed"]
    assert [row.entries for row in found[FIRST + 3]] == [[FIRST, FIRST + 1, FIRST + 2]]


# ---- a sample --------------------------------------------------------------------------------------------------------


class Sample:
    """A ledger of made-up cases of three dozen companies over four years."""

    def __init__(self, ledger: Ledger, connection: sa.Connection) -> None:
        self.ledger, self.connection = ledger, connection
        self.size = ledger.recorder.head().size
        self.law = Law.of(*publications(ledger.recorder, ledger.mapper))
        self.recorded_on = [
            ledger.mapper.to_domain_event(stored).recorded_on
            for stored in ledger.recorder.select_notifications(1, self.size)
        ]

    def by_outcomes(self, size: int, within: Iterable[SubjectRange]) -> Iterator[Standing]:
        """On the day of the last entry known, by what stands beside the events."""
        for each in within:
            yield from replay_outcomes(outcomes(self.connection, each, size), self.recorded_on[size - 1])

    def by_events(self, size: int, within: Iterable[SubjectRange]) -> Iterator[Standing]:
        """The same by folding."""
        on = self.recorded_on[size - 1]
        for each in within:
            yield from replay_events(chapters(self.connection, each), Moment(on, on, self.law), size)


def digest_of(rows: Iterable[Standing]) -> str:
    """The state digest of an answer, in one go."""
    digests = BucketDigests()
    for row in rows:
        digests.add(row.subject, row)
    return state_digest(["replay"], digests.digests())


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sample]:
    """Some three hundred entries."""
    home = new_home(tmp_path_factory.mktemp("sample") / "ledger", 11)
    scope = Scope(statements_for(330), day("2022-01-04"), day("2026-11-20"))
    make_ledger(home, order_for(home, 11, 36, scope), lambda _done: None)
    with (
        open_for_reading(LedgerHome(home.folder), randomness(1)) as ledger,
        ledger.recorder.engine.connect() as connection,
    ):
        yield Sample(ledger, connection)


PARTS = st.integers(min_value=1, max_value=1024)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data(), parts=PARTS)
def test_at_any_size_and_in_any_parts_both_ways_agree(sample: Sample, data: st.DataObject, parts: int) -> None:
    """Rows and digest; a part more or less makes no difference."""
    size = data.draw(st.integers(min_value=1, max_value=sample.size))
    whole = list(sample.by_outcomes(size, ranges(1)))

    assert list(sample.by_events(size, ranges(1))) == whole
    assert list(sample.by_outcomes(size, ranges(parts))) == whole
    digests, buckets = {digest_of(whole)}, dict[str, bytes]()
    for each in ranges(parts):
        part = BucketDigests()
        for row in sample.by_events(size, [each]):
            part.add(row.subject, row)
        assert buckets.keys().isdisjoint(part.digests())
        buckets |= part.digests()
    assert digests == {state_digest(["replay"], buckets)}


def test_the_sample_is_worth_it(sample: Sample) -> None:
    """Most of what can become of a record is in it."""
    rows = list(sample.by_outcomes(sample.size, ranges(1)))
    subjects = {row.subject for row in rows}

    assert len(sample.recorded_on) == sample.size > 250
    assert (len(subjects) > 20, len(rows) > 60, len({row.status for row in rows}) >= 6) == (True, True, True)


def test_one_subject_is_looked_at_alone(sample: Sample) -> None:
    """All of it and nothing of its neighbours; of somebody who is not there, nothing."""
    rows = list(sample.by_outcomes(sample.size, ranges(1)))
    for subject in sorted({row.subject for row in rows})[:10]:
        mine = [row for row in rows if row.subject == subject]
        assert list(sample.by_outcomes(sample.size, [SubjectRange.only(subject)])) == mine
    assert list(sample.by_events(sample.size, [SubjectRange.only("A" * 32)])) == []
    assert list(sample.by_events(sample.size, [SubjectRange.only(rows[0].subject[:31])])) == []


def test_a_whole_replay_is_the_same_by_however_many_processes(sample: Sample) -> None:
    """Folded or not: the same rows in the same order, the same numbers, the same digest."""
    question = ask(sample.ledger.recorder, sample.size, day("2026-11-20"), None, None)
    rows = list(replay(sample.connection, question, sample.law))
    answers = []
    for workers, fold in ((1, False), (1, True), (2, False)):
        job = Job(sample.ledger.home.database, question, sample.law, fold, Filter(), written)
        total, text = Part(), b""
        for part in replay_whole(job, workers):
            total.add(part)
            text += part.rows
        answers.append((text, total.counts, total.shown, total.in_force, total.events, total.buckets))

    assert answers[0] == answers[1] == answers[2]
    text, counts, shown, in_force, events, buckets = answers[0]
    assert text == written(rows)
    assert (counts.total(), events) == (len(rows), sum(len(row.entries) for row in rows))
    assert (shown, in_force) == (sum(row.shown for row in rows), sum(row.in_force for row in rows))
    assert state_digest(["replay"], buckets) == digest_of(rows)


def written(rows: Iterable[Standing]) -> bytes:
    """Rows as text."""
    return b"".join(f"{row.record} {row.status} {row.entries}\n".encode() for row in rows)
