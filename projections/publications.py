"""Catalogue and rules as published so far, folded from their events as the writer folds them."""

from __future__ import annotations

from ledger.admission import Catalogue
from ledger.application import RecordedMapper
from ledger.rulebook.book import Rulebook
from ledger.rules_in_force import publish
from ledger.store.recorder import LedgerRecorder
from verify.statement_type import StatementType

_TOPICS = [StatementType.CATALOGUE_PUBLISHED.value, StatementType.RULES_PUBLISHED.value]


def publications(recorder: LedgerRecorder, mapper: RecordedMapper) -> tuple[Catalogue, Rulebook]:
    """All versions of a ledger's items and rules; raises `DefinitionFault` for one that this version cannot read."""
    catalogue, book = Catalogue(), Rulebook()
    for stored in recorder.select_notifications(None, recorder.max_notification_id() or 0, topics=_TOPICS):
        event = mapper.to_domain_event(stored)
        catalogue, book = publish(catalogue, book, event.body, event.openings, event.facts.seq)
    return catalogue, book
