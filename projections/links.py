"""Which handles were one subject's at a position of the log, as known at an instant: out of the events or the table."""

from __future__ import annotations

from dataclasses import replace

from ledger.application import RecordedMapper
from ledger.domain.link import LinksAfter, LinksInForce
from ledger.refolding import fold_links
from ledger.store.links import Links
from ledger.store.recorder import LedgerRecorder


def links_at(recorder: LedgerRecorder, mapper: RecordedMapper, size: int, as_of: str | None = None) -> LinksInForce:
    """The links in force after the first `size` entries, for a few look-ups.

    From the writer's table; a reader cannot mend it, so if an earlier version was the last to write, from the events.
    """
    stored = Links(recorder.engine)
    return stored.at(size, as_of) if stored.are_current() else all_links_at(recorder, mapper, size, as_of)


def all_links_at(recorder: LedgerRecorder, mapper: RecordedMapper, size: int, as_of: str | None = None) -> LinksInForce:
    """The links in force after the first `size` entries, in memory."""
    links = LinksAfter()
    for _link, state in fold_links(recorder, mapper):
        if state.in_force(size, as_of):
            links.take(replace(state, separated=None))  # what undid it came later
    return links
