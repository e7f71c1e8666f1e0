"""What of the search is public: the records that are shown on a day, and whether the tables know the whole log."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

import sqlalchemy as sa

from ledger.store import schema
from ledger.store.folded import folded_size
from projections.search.tables import tables
from projections.tables.keeping import NAMES, RECORDS, key_of
from projections.tables.records import records_table


@lru_cache(maxsize=4)
def publicly_shown(day: date) -> sa.ColumnElement[bool]:
    """The condition for `find`: everybody sees the record on the day. Asked again, the same object: `find` keeps it."""
    said, record = tables().namings, records_table().c
    shown = (
        record.subject == said.c.handle,
        record.record == said.c.stream,
        record.disclosed,
        record.shown_until >= day.isoformat(),
    )
    return sa.exists().where(*shown).correlate(said)


def is_current(connection: sa.Connection, size: int) -> bool:
    """Whether the tables that a search reads reflect a log of this size; not if an earlier version wrote last."""
    if not sa.inspect(connection).has_table(schema.folded.name):
        return False
    return all(folded_size(connection, key_of(table)) >= size for table in (NAMES, RECORDS))
