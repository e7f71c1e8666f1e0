"""Fetching events for a fold: one subject's, or the whole ledger's as a stream."""

from __future__ import annotations

from collections.abc import Iterator

from ledger.application import RecordedMapper
from ledger.domain.events import Recorded
from ledger.store.recorder import LedgerRecorder

_PAGE = 1000


def subject_history(recorder: LedgerRecorder, mapper: RecordedMapper, *handles: str) -> Iterator[Recorded]:
    """All events of one subject under each of its handles, in log order."""
    return map(mapper.to_domain_event, recorder.select_subject(*handles))


def events_from(
    recorder: LedgerRecorder, mapper: RecordedMapper, position: int, at_once: int
) -> Iterator[list[Recorded]]:
    """The events from entry `position` on, in log order, so many at a time."""
    while page := recorder.select_notifications(position, at_once, inclusive_of_start=False):
        yield [mapper.to_domain_event(stored) for stored in page]
        position = page[-1].id


def whole_history(recorder: LedgerRecorder, mapper: RecordedMapper) -> Iterator[Recorded]:
    """All events, in log order, a page at a time."""
    for events in events_from(recorder, mapper, 0, _PAGE):
        yield from events
