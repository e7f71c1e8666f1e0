"""The states of the records and links that a batch speaks of: kept in memory, or folded out of their events."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from uuid import UUID

from ledger.application import RecordedMapper
from ledger.domain.evolve import evolve
from ledger.domain.gist import Items
from ledger.domain.link import SubjectLink, evolve_link
from ledger.domain.state import CreditRecord
from ledger.store.recorder import LedgerRecorder
from verify.statement_type import ABOUT_LINKS

_CACHED_RECORDS = 50_000
"""Record states kept in memory, about 500 bytes each. Links are few, and rarely spoken of twice."""


class States:
    """States as of the last commit. Owned by the sequencer's thread."""

    def __init__(self, recorder: LedgerRecorder, mapper: RecordedMapper) -> None:
        """Nothing is loaded yet."""
        self._recorder = recorder
        self._mapper = mapper
        self._records: OrderedDict[UUID, CreditRecord] = OrderedDict()

    def load(self, streams: Iterable[UUID], items: Items) -> tuple[dict[UUID, CreditRecord], dict[UUID, SubjectLink]]:
        """Those of the streams that are records and links; the ledger's own stream must not be asked for."""
        records: dict[UUID, CreditRecord] = {}
        links: dict[UUID, SubjectLink] = {}
        missing = set()
        for stream in streams:
            known = self._records.get(stream)
            if known is None:
                missing.add(stream)
            else:
                records[stream] = known
        for stream, events in self._recorder.select_streams(missing).items():
            for stored in events:
                event = self._mapper.to_domain_event(stored)
                if stored.topic in ABOUT_LINKS:
                    links[stream] = evolve_link(links.get(stream), event)
                else:
                    records[stream] = evolve(records.get(stream), event, items)
        return records, links

    def keep(self, records: Mapping[UUID, CreditRecord]) -> None:
        """Remember the records of a batch that was committed, and forget those not spoken of for long."""
        for stream, state in records.items():
            self._records[stream] = state
            self._records.move_to_end(stream)
        while len(self._records) > _CACHED_RECORDS:
            self._records.popitem(last=False)
