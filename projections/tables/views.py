"""The records of subjects as they stand now, out of the table ``records``: what is hidden is not fetched, nor opened.

The rows are as new as the log. An answer covers what the published checkpoint covers, which between the commit of a
batch and its publication is less: then the reader is told so, and folds the events instead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventsourcing.persistence import StoredEvent

from ledger.application import RecordedMapper, recorded_at
from ledger.domain.events import Erased
from ledger.store import schema
from ledger.store.recorder import STATE_SEPARATOR
from projections.records import RecordView, subject_of, values_of
from projections.replay.known import Known
from projections.tables.records import records_table

_KNOWN: Final = msgspec.msgpack.Decoder(Known)
_begun: Final = attrgetter("begun")


@dataclass(frozen=True, slots=True)
class Held:
    """The records of a subject, in the order in which they began."""

    views: Sequence[RecordView]
    values_from: Mapping[UUID, int]
    """For each that was filed, the entry whose openings hold its values."""


class NotFromTable(Exception):
    """A record has an entry that no checkpoint covers yet, or there are more records than were to be opened."""


def shown_views(
    connection: sa.Connection,
    mapper: RecordedMapper,
    handles: Sequence[str],
    size: int,
    day: date,
    most: int | None = None,
) -> Held:
    """The records of these subjects that may be shown on the day; `public_view` decides, and leaves out few.

    `size` is that of the checkpoint, `most` how many records are opened. Raises `NotFromTable`.
    """
    asked = {"handles": handles, "size": size, "day": day.isoformat()}
    return _read(connection.execute(_SHOWN, asked), mapper, size, most)


def all_views(connection: sa.Connection, mapper: RecordedMapper, handles: Sequence[str], size: int) -> Held:
    """Every record of these subjects. Raises `NotFromTable`."""
    return _read(connection.execute(_EVERY, {"handles": handles}), mapper, size, None)


def may_be_shown(connection: sa.Connection, record: UUID, day: date) -> bool:
    """Whether a record may be shown on the day: the same two look-ups for one that is hidden as for none at all."""
    asked = {"record": record, "key": record.bytes, "day": day.isoformat()}
    return connection.execute(_MAY_BE_SHOWN, asked).first() is not None


def _read(found: sa.CursorResult[Any], mapper: RecordedMapper, size: int, most: int | None) -> Held:
    rows = found.all() if most is None else found.fetchmany(most + 1)
    if (most is not None and len(rows) > most) or any(row.changed >= size for row in rows):
        found.close()
        raise NotFromTable
    opened = [(_KNOWN.decode(row.known), row) for row in sorted(rows, key=_begun)]
    return Held(
        [_view(known, row, mapper) for known, row in opened],
        {UUID(bytes=known.record): known.values_from for known, _row in opened if known.state.filing is not None},
    )


def _view(known: Known, row: Any, mapper: RecordedMapper) -> RecordView:  # noqa: ANN401 - a row of `_of_subjects`
    record = UUID(bytes=known.record)
    state = row.valued if row.sealed is None else row.valued + STATE_SEPARATOR + row.sealed
    opened = mapper.values(StoredEvent(record, row.version, "", state), known.state.subject)
    values = Erased(known.values_from) if opened is None else opened
    return RecordView(
        record=record,
        state=known.state,
        subject=subject_of(values, known.values_from),
        values=values_of(values),
        filed_at=recorded_at(StoredEvent(record, 1, "", row.first)),
        changed_at=recorded_at(StoredEvent(record, known.state.version, "", row.last)),
        entries=tuple(known.entries),
    )


_ONE: Final = sa.literal_column("1", sa.BigInteger)
"""The position of an entry is its number and one."""


def _of_subjects(*conditions: sa.ColumnElement[bool]) -> sa.Select[*tuple[Any, ...]]:
    """A record with the entry that holds its values, sealed, and the clear part of its first and its last entry."""
    row, openings = records_table().c, schema.openings.c
    valued, first, last = (schema.events.alias(name) for name in ("valued", "first", "last"))
    return (
        sa.select(
            row.known,
            row.begun,
            row.changed,
            valued.c.originator_version.label("version"),
            valued.c.state.label("valued"),
            openings.sealed,
            first.c.state.label("first"),
            last.c.state.label("last"),
        )
        .select_from(records_table())
        .join(valued, valued.c.position == sa.func.coalesce(row.values_from, row.begun) + _ONE)
        .outerjoin(schema.openings, openings.position == valued.c.position)
        .join(first, first.c.position == row.begun + _ONE)
        .join(last, last.c.position == row.changed + _ONE)
        .where(row.subject.in_(sa.bindparam("handles", expanding=True)), *conditions)
    )


def _may_be_shown() -> sa.Select[int]:
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
"""Built once: making such an expression costs more than running it."""
