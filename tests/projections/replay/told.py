"""One record's story as a replay reads it: rows of gists and of outcomes, and how the record stands."""

from __future__ import annotations

from ledger.domain.events import Recorded
from ledger.domain.gist import gist_of
from ledger.store.gists import GISTS, Chapter, chapter_of, is_of_record
from projections.law import Law
from projections.replay.known import Known, take
from projections.replay.standing import Moment, Standing, outcome_of
from projections.replay.whole import replay_events, replay_outcomes
from projections.tables.history import OUTCOME_BYTES
from tests.ledger.domain.story import Story, day

Row = tuple[str, int, bytes, bytes]


def law_of(story: Story) -> Law:
    """Items and rules as published by the end of the story."""
    return Law(story.items, story.book)


def chapters_of(story: Story, events: list[Recorded] | None = None) -> list[Chapter]:
    """A row of each event, with its gist."""
    told = story.events if events is None else events
    return [chapter_of(event.stream, gist_of(event, story.items)) for event in told if is_of_record(event)]


def outcomes_of(story: Story, chapters: list[Chapter]) -> list[Row]:
    """A row of each event, with what it left the record as."""
    known: dict[bytes, Known] = {}
    rows = []
    for each in chapters:
        now = known[each.record] = take(known.get(each.record), each.record, GISTS.decode(each.gist))
        rows.append((each.subject, each.seq, each.record, OUTCOME_BYTES.encode(outcome_of(now, law_of(story)))))
    return rows


def standing_of(story: Story, on: str, as_of: str | None = None) -> Standing | None:
    """How the record stood on a day, by what was recorded until the end of another; None: it is not of that answer.

    From the day of `as_of` on, what the events left it as must say the same as a fold of them.
    """
    known_on = day(as_of or story.today)
    chapters = chapters_of(story, [event for event in story.events if event.recorded_on <= known_on])
    found = list(replay_events(chapters, Moment(known_on, day(on), law_of(story))))
    if day(on) >= known_on:
        assert list(replay_outcomes(outcomes_of(story, chapters), day(on))) == found
    assert len(found) <= 1
    return found[0] if found else None
