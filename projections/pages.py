"""主体页 (the page of a subject): the checkpoint, whose page it is, and the records that it is made from.

Everything is of one moment: the first thing read is the checkpoint, and nothing that it does not cover is on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Final

import sqlalchemy as sa

from ledger.domain.gist import Items
from ledger.domain.link import Identity, identity_of
from ledger.rules_in_force import Rules
from ledger.service import Ledger, WritableLedger
from ledger.store import schema
from ledger.store.links import Links
from projections.history import subject_history
from projections.identities import identity_at
from projections.records import fold_records
from projections.report import values_entries
from projections.tables.views import Held, NotFromTable, all_views, shown_views
from verify.checkpoint import Checkpoint
from verify.errors import SourceMissing
from verify.handle import organisation_handle


@dataclass(frozen=True, slots=True)
class Page:
    """What the page of a subject is made from."""

    checkpoint: Checkpoint
    """It covers everything else here."""
    identity: Identity
    held: Held
    rules: Rules
    """They know everything that the checkpoint covers."""
    today: date


def public_page(ledger: WritableLedger, scheme: str, code: str) -> Page:
    """The page for everybody: few others than the records that are shown today. The law still has to be asked."""
    return _page(ledger, scheme, code, everything=False)


def public_page_at_once(ledger: WritableLedger, scheme: str, code: str, most: int) -> Page | None:
    """The same if it has at most so many records and nothing has to be folded; else None, after little work."""
    today = ledger.sequencer.today
    with ledger.recorder.engine.connect() as connection:
        checkpoint, identity = _whose(connection, scheme, code)
        try:
            held = shown_views(connection, ledger.mapper, identity.handles, checkpoint.size, today, most)
        except NotFromTable:
            return None
    return Page(checkpoint, identity, held, ledger.sequencer.rules, today)


def whole_page(ledger: WritableLedger, scheme: str, code: str) -> Page:
    """The page for those who see every record, as known now."""
    return _page(ledger, scheme, code, everything=True)


def page_as_of(ledger: WritableLedger, scheme: str, code: str, as_of: str) -> Page:
    """The page for those who see every record, as known at the instant `as_of`: a fold of the subject's history."""
    today = ledger.sequencer.today
    checkpoint = Checkpoint.parse(ledger.reader.checkpoint())
    links = Links(ledger.recorder.engine).at(checkpoint.size, as_of)
    identity = identity_of(organisation_handle(scheme, code), links)
    rules = ledger.sequencer.rules
    held = folded_views(ledger, identity.handles, checkpoint.size, rules.catalogue.items, as_of)
    return Page(checkpoint, identity, held, rules, today)


def folded_views(ledger: Ledger, handles: Sequence[str], size: int, items: Items, as_of: str | None = None) -> Held:
    """The same out of the events: every record of these subjects as the first `size` entries have it."""
    history = subject_history(ledger.recorder, ledger.mapper, *handles)
    covered = takewhile(lambda event: event.facts.seq < size, history)
    events = list(takewhile(lambda event: as_of is None or event.facts.recorded_at <= as_of, covered))
    return Held(list(fold_records(events, items).values()), values_entries(events))


def _page(ledger: WritableLedger, scheme: str, code: str, *, everything: bool) -> Page:
    today, held = ledger.sequencer.today, None
    with ledger.recorder.engine.connect() as connection:
        checkpoint, identity = _whose(connection, scheme, code)
        handles, size = identity.handles, checkpoint.size
        with suppress(NotFromTable):
            if everything:
                held = all_views(connection, ledger.mapper, handles, size)
            else:
                held = shown_views(connection, ledger.mapper, handles, size, today)
    rules = ledger.sequencer.rules
    if held is None:
        held = folded_views(ledger, handles, size, rules.catalogue.items)
    return Page(checkpoint, identity, held, rules, today)


def _whose(connection: sa.Connection, scheme: str, code: str) -> tuple[Checkpoint, Identity]:
    note = connection.scalar(_LATEST)
    if note is None:
        raise SourceMissing("checkpoint", "none is published yet")
    checkpoint = Checkpoint.parse(note)
    return checkpoint, identity_at(connection, organisation_handle(scheme, code), checkpoint.size)


_LATEST: Final = sa.select(schema.checkpoints.c.note).order_by(schema.checkpoints.c.size.desc()).limit(1)
"""Built once: making such an expression costs more than running it."""
