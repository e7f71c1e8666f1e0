"""The catalogue items published so far, folded from their events."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.application import RecordedMapper
from ledger.catalogue import CatalogueItem, parse_item
from ledger.domain.events import CataloguePublished, Erased, Recorded
from ledger.store.recorder import LedgerRecorder
from verify.statement_type import StatementType


def fold_items(events: Iterable[Recorded]) -> dict[tuple[str, int], CatalogueItem]:
    """Items by name and version."""
    items = {}
    for event in events:
        if isinstance(event.body, CataloguePublished) and not isinstance(event.openings, Erased):
            item = parse_item(event.openings["definition"].value)
            items[item.item, item.version] = item
    return items


def published_items(recorder: LedgerRecorder, mapper: RecordedMapper) -> dict[tuple[str, int], CatalogueItem]:
    """All published items of a ledger."""
    size = recorder.max_notification_id() or 0
    stored = recorder.select_notifications(None, size, topics=[StatementType.CATALOGUE_PUBLISHED.value])
    return fold_items(map(mapper.to_domain_event, stored))
