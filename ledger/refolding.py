"""Folding the streams of a whole log again, a few at a time, for the projections that the writer keeps."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from ledger.application import RecordedMapper
from ledger.domain.deadlines import deadlines_of
from ledger.domain.evolve import evolve
from ledger.domain.link import SubjectLink, evolve_link
from ledger.domain.state import CreditRecord
from ledger.rules_in_force import Rules
from ledger.store.deadlines import StoredDue
from ledger.store.recorder import LedgerRecorder

_AT_ONCE = 200


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
