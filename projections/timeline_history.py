"""Fetching all that a subject's timeline is told from: its records, its links, and who the acting units are."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

import sqlalchemy as sa

from ledger.application import RecordedMapper
from ledger.domain.bodies import DepartmentRegistered
from ledger.domain.events import Recorded
from ledger.domain.link import Identity
from ledger.refolding import fold_links
from ledger.store import schema
from ledger.store.links import Links
from ledger.store.recorder import LedgerRecorder
from projections.history import subject_history
from verify.statement_type import StatementType


def timeline_events(recorder: LedgerRecorder, mapper: RecordedMapper, identity: Identity, size: int) -> list[Recorded]:
    """All events of the first `size` entries on the subject, in log order.

    Its links are among them also where it was the former code, and after they were taken back: an entry on a link
    names today's handle alone.
    """
    found = {event.facts.seq: event for event in subject_history(recorder, mapper, *identity.handles)}
    for events in recorder.select_streams(_links_from(recorder, mapper, identity.handles)).values():
        found |= {event.facts.seq: event for event in map(mapper.to_domain_event, events)}
    return [found[seq] for seq in sorted(found) if seq < size]


def unit_names(recorder: LedgerRecorder, mapper: RecordedMapper) -> dict[str, str]:
    """The name under which each department was registered last."""
    topics = [StatementType.DEPARTMENT_REGISTERED.value]
    names: dict[str, str] = {}
    for stored in recorder.select_notifications(None, recorder.max_notification_id() or 0, topics=topics):
        event = mapper.to_domain_event(stored)
        name = event.value("name")
        if isinstance(event.body, DepartmentRegistered) and isinstance(name, str):
            names[event.body.department] = name
    return names


def _links_from(recorder: LedgerRecorder, mapper: RecordedMapper, handles: Iterable[str]) -> list[UUID]:
    """Every link ever made from one of the handles, those taken back too."""
    wanted = set(handles)
    if not Links(recorder.engine).are_current():
        return [link for link, state in fold_links(recorder, mapper) if state.former in wanted]
    table = schema.subject_links.c
    found: list[UUID] = []
    with recorder.engine.connect() as connection:
        for handle in sorted(wanted):
            found += connection.scalars(sa.select(table.link).where(table.former == handle))
    return found
