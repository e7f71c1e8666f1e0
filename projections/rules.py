"""The rules published so far, folded from their events."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.application import RecordedMapper
from ledger.domain.events import Erased, Recorded, RulesPublished
from ledger.rulebook.book import Rulebook, parse_rule
from ledger.store.recorder import LedgerRecorder
from verify.statement_type import StatementType


def fold_rules(events: Iterable[Recorded]) -> Rulebook:
    """All versions of all rules."""
    book = Rulebook()
    for event in events:
        if isinstance(event.body, RulesPublished) and not isinstance(event.openings, Erased):
            book = book.with_rule(parse_rule(event.body.rules, event.openings["definition"].value))
    return book


def published_rules(recorder: LedgerRecorder, mapper: RecordedMapper) -> Rulebook:
    """The rulebook of a ledger."""
    size = recorder.max_notification_id() or 0
    stored = recorder.select_notifications(None, size, topics=[StatementType.RULES_PUBLISHED.value])
    return fold_rules(map(mapper.to_domain_event, stored))
