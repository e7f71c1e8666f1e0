"""主体页 (the page of a subject) out of the table ``records``: what is hidden is passed over, not fetched or decrypted.

An answer covers what the published checkpoint covers. Between the commit of a batch and its publication, which takes
milliseconds, the rows of its records are ahead of that: whoever asks for one of their subjects then gets the fold of
the subject's history, which stops where the checkpoint does.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventsourcing.persistence import StoredEvent

from ledger.application import RecordedMapper, recorded_at
from ledger.domain.gist import Items
from ledger.domain.link import Identity
from ledger.rules_in_force import Rules
from ledger.service import WritableLedger
from ledger.store import schema
from ledger.store.recorder import STATE_SEPARATOR
from projections.history import subject_history
from projections.identities import identity_at
from projections.records import RecordView, fold_records, subject_of, values_of
from projections.replay.known import Known
from projections.report import values_entries
from projections.tables.records import records_table
from verify.checkpoint import Checkpoint
from verify.errors import SourceMissing
from verify.handle import organisation_handle

_KNOWN: Final = msgspec.msgpack.Decoder(Known)
_IN_LIST: Final = 500
"""Handles in one IN list: a subject has one or two."""


@dataclass(frozen=True, slots=True)
class Held:
    """The records of a subject, in the order in which they began."""

    views: list[RecordView]
    values_from: Mapping[UUID, int]
    """For each that was filed, the entry whose openings hold its values."""


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


def whole_page(ledger: WritableLedger, scheme: str, code: str) -> Page:
    """The page for those who see every record, as known now."""
    return _page(ledger, scheme, code, everything=True)


def shown_views(
    connection: sa.Connection, mapper: RecordedMapper, handles: Sequence[str], size: int, day: date
) -> Held | None:
    """The records of these subjects that may be shown on the day; `public_view` decides, and leaves out few.

    None: a record of theirs has an entry that the first `size` do not cover, and may be another without it.
    """
    return _read(connection, mapper, _SHOWN, handles, size, {"day": day.isoformat()})


def all_views(connection: sa.Connection, mapper: RecordedMapper, handles: Sequence[str], size: int) -> Held | None:
    """Every record of these subjects; None as with `shown_views`."""
    return _read(connection, mapper, _EVERY, handles, size, {})


def folded_views(ledger: WritableLedger, handles: Sequence[str], size: int, items: Items) -> Held:
    """The same out of the events: every record of these subjects as the first `size` entries have it."""
    history = subject_history(ledger.recorder, ledger.mapper, *handles)
    events = list(takewhile(lambda event: event.facts.seq < size, history))
    return Held(list(fold_records(events, items).values()), values_entries(events))


def may_be_shown(connection: sa.Connection, record: UUID, day: date) -> bool:
    """Whether a record may be shown on the day: the same two look-ups for one that is hidden as for none at all."""
    asked = {"record": record, "key": record.bytes, "day": day.isoformat()}
    return connection.execute(_MAY_BE_SHOWN, asked).first() is not None


def _page(ledger: WritableLedger, scheme: str, code: str, *, everything: bool) -> Page:
    today, mapper, handle = ledger.sequencer.today, ledger.mapper, organisation_handle(scheme, code)
    with ledger.recorder.engine.connect() as connection:
        checkpoint = _checkpoint(connection)
        size = checkpoint.size
        identity = identity_at(connection, handle, size)
        if everything:
            held = all_views(connection, mapper, identity.handles, size)
        else:
            held = shown_views(connection, mapper, identity.handles, size, today)
    rules = ledger.sequencer.rules
    if held is None:
        held = folded_views(ledger, identity.handles, size, rules.catalogue.items)
    return Page(checkpoint, identity, held, rules, today)


def _checkpoint(connection: sa.Connection) -> Checkpoint:
    note = connection.scalar(_LATEST)
    if note is None:
        raise SourceMissing("checkpoint", "none is published yet")
    return Checkpoint.parse(note)


def _read(
    connection: sa.Connection,
    mapper: RecordedMapper,
    query: sa.Select[*tuple[Any, ...]],
    handles: Sequence[str],
    size: int,
    asked: Mapping[str, object],
) -> Held | None:
    views: list[RecordView] = []
    values_from: dict[UUID, int] = {}
    for start in range(0, len(handles), _IN_LIST):
        rows = connection.execute(query, {"handles": handles[start : start + _IN_LIST], "size": size, **asked}).all()
        for row in rows:
            if row.changed >= size:
                return None
            known = _KNOWN.decode(row.known)
            view = _view(known, row, mapper)
            views.append(view)
            if known.state.filing is not None:
                values_from[view.record] = known.values_from
    views.sort(key=lambda view: view.state.begun)
    return Held(views, values_from)


def _view(known: Known, row: Any, mapper: RecordedMapper) -> RecordView:  # noqa: ANN401 - a row of `_columns`
    record = UUID(bytes=known.record)
    state = row.valued if row.sealed is None else row.valued + STATE_SEPARATOR + row.sealed
    event = mapper.to_domain_event(StoredEvent(record, row.version, "", state))
    return RecordView(
        record=record,
        state=known.state,
        subject=subject_of(event),
        values=values_of(event),
        filed_at=recorded_at(StoredEvent(record, 1, "", row.first)),
        changed_at=recorded_at(StoredEvent(record, known.state.version, "", row.last)),
        entries=tuple(known.entries),
    )


def _of_subjects(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """A record with the entry that holds its values, sealed, and the clear part of its first and its last entry."""
    row, openings = records_table().c, schema.openings.c
    valued, first, last = (schema.events.alias(name) for name in ("valued", "first", "last"))
    return (
        sa.select(
            row.known,
            row.changed,
            valued.c.originator_version.label("version"),
            valued.c.state.label("valued"),
            openings.sealed,
            first.c.state.label("first"),
            last.c.state.label("last"),
        )
        .select_from(records_table())
        .join(valued, valued.c.position == sa.func.coalesce(row.values_from, row.begun) + 1)
        .outerjoin(schema.openings, openings.position == valued.c.position)
        .join(first, first.c.position == row.begun + 1)
        .join(last, last.c.position == row.changed + 1)
        .where(row.subject.in_(sa.bindparam("handles", expanding=True)), *conditions)
    )


def _may_be_shown() -> sa.Select[tuple[int]]:
    row, event = records_table().c, schema.events.c
    whose = sa.select(event.subject).where(
        event.originator_id == sa.bindparam("record", type_=sa.Uuid), event.originator_version == 1
    )
    nobody = sa.func.coalesce(whose.scalar_subquery(), "")
    day = sa.bindparam("day", type_=sa.Text)
    return sa.select(sa.literal(1)).where(
        row.subject == nobody, row.record == sa.bindparam("key"), row.disclosed, row.shown_until >= day
    )


_COVERED: Final = sa.bindparam("size", type_=sa.BigInteger)
_EVERY: Final = _of_subjects()
_SHOWN: Final = _of_subjects(
    sa.or_(
        records_table().c.disclosed & (records_table().c.shown_until >= sa.bindparam("day", type_=sa.Text)),
        records_table().c.changed >= _COVERED,
    )
)
_MAY_BE_SHOWN: Final = _may_be_shown()
_LATEST: Final = sa.select(schema.checkpoints.c.note).order_by(schema.checkpoints.c.size.desc()).limit(1)
"""Built once: making such an expression costs more than running it."""
