"""Folding the streams of a whole log again, a few at a time, for the projections that the writer keeps."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from ledger.application import RecordedMapper
from ledger.domain.deadlines import deadlines_of
from ledger.domain.evolve import evolve
from ledger.domain.gist import Items, gist_of
from ledger.domain.link import SubjectLink, evolve_link
from ledger.domain.state import CreditRecord
from ledger.rules_in_force import Rules
from ledger.store.deadlines import StoredDue
from ledger.store.gists import Chapter, chapter_of, is_of_record
from ledger.store.recorder import LedgerRecorder

_AT_ONCE = 200
_PAGE = 2000


def fold_deadlines(recorder: LedgerRecorder, mapper: RecordedMapper, rules: Rules) -> Iterator[StoredDue]:
    """Every deadline of every record; memory does not grow with the log."""
    items = rules.catalogue.items
    for streams in recorder.streams_of_records(_AT_ONCE):
        for stream, events in recorder.select_streams(streams).items():
            state: CreditRecord | None = None
            for stored in events:
                state = evolve(state, mapper.to_domain_event(stored), items)
            if state is not None:
                for due in deadlines_of(state, items, rules.book):
                    yield StoredDue(stream, state.subject, due)


def fold_links(recorder: LedgerRecorder, mapper: RecordedMapper) -> Iterator[tuple[UUID, SubjectLink]]:
    """Every link ever made, in the order of their making; memory does not grow with the log."""
    for streams in recorder.streams_of_links(_AT_ONCE):
        for stream, events in recorder.select_streams(streams).items():
            state: SubjectLink | None = None
            for stored in events:
                state = evolve_link(state, mapper.to_domain_event(stored))
            if state is not None:
                yield stream, state


def fold_gists(
    recorder: LedgerRecorder, mapper: RecordedMapper, items: Items, since: int
) -> Iterator[tuple[list[Chapter], int]]:
    """The gists of the events from entry `since` on, in pages, each with the size of the log that it reaches."""
    while page := recorder.select_notifications(since, _PAGE, inclusive_of_start=False):
        events = map(mapper.to_domain_event, page)
        since = page[-1].id
        yield [chapter_of(each.stream, gist_of(each, items)) for each in events if is_of_record(each)], since
