"""The deadlines of all records as rows: written with the events that move them, read by the ledger's clock."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from ledger.domain.deadlines import Due, Period
from ledger.store import schema
from ledger.store.folded import folded_size, note_folded
from ledger.store.rows import insert_rows, put_rows
from verify.statement_type import Clock

NAME: Final = "deadlines"
_PAGE: Final = 1000
_CALENDARS: Final = 1000
_PERIODS: Final = frozenset(Period)


@dataclass(frozen=True, slots=True)
class StoredDue:
    """A deadline with the record and the subject it belongs to."""

    stream: UUID
    subject: str
    due: Due


DeadlineChanges = dict[tuple[UUID, str, int], StoredDue | None]
"""By stream, clock and starting entry: the deadline as it is now; None: it is no more."""


def write_deadlines(
    connection: sa.Connection, changes: Mapping[tuple[UUID, str, int], StoredDue | None], size: int
) -> None:
    """Rewrite the rows of the clocks that moved; `size` is that of the log with the events that moved them."""
    table = schema.deadlines
    gone = [key for key, stored in changes.items() if stored is None]
    if gone:
        key = (table.c.stream == sa.bindparam("b_stream")) & (table.c.clock == sa.bindparam("b_clock"))
        connection.execute(
            table.delete().where(key & (table.c.since == sa.bindparam("b_since"))),
            [{"b_stream": stream, "b_clock": str(clock), "b_since": since} for stream, clock, since in gone],
        )
    put_rows(connection, table, [_row(stored) for stored in changes.values() if stored is not None])
    note_folded(connection, NAME, size)


def replace_deadlines(connection: sa.Connection, rows: Iterable[StoredDue], size: int) -> None:
    """Write all rows anew, as a fold of the whole log gives them."""
    connection.execute(schema.deadlines.delete())
    remaining = map(_row, rows)
    while page := list(islice(remaining, _PAGE)):
        insert_rows(connection, schema.deadlines, page)
    note_folded(connection, NAME, size)


class Deadlines:
    """Reads the rows."""

    def __init__(self, engine: sa.Engine) -> None:
        """`engine` as made by `ledger.store.sqlite`."""
        self._engine = engine

    def folded_size(self) -> int:
        """The size of the log that the rows reflect; 0 if there never were any."""
        with self._engine.connect() as connection:
            return folded_size(connection, NAME)

    def of_subject(self, subject: str, clock: Clock | Period) -> list[StoredDue]:
        """Unsettled deadlines of one kind of a subject."""
        return list(self._select(_OF_SUBJECT, {"subject": subject, "clock": clock.value}))

    def of_record(self, stream: UUID) -> list[StoredDue]:
        """All deadlines of a record, settled ones included, by day."""
        column = schema.deadlines.c
        return list(self._select(_ROWS.where(column.stream == stream).order_by(column.day, column.clock, column.since)))

    def fallen_due(self, today: date) -> list[StoredDue]:
        """What is unsettled and certain, and whose last day has passed, or which was done late; in order of days."""
        return list(self._select(_FALLEN_DUE, {"today": today.isoformat()}))

    def open_until(self, day: date) -> list[StoredDue]:
        """What is unsettled and ends by a day, in order of days."""
        column = schema.deadlines.c
        query = _ROWS.where(column.settled.is_(False), column.day <= day.isoformat())
        return list(self._select(query.order_by(column.day, column.stream, column.clock, column.since)))

    def movable(self) -> Iterator[StoredDue]:
        """Unsettled clocks of working days, which a new calendar may move."""
        column = schema.deadlines.c
        query = _ROWS.where(column.settled.is_(False), column.days > 0).order_by(
            column.day, column.stream, column.clock
        )
        return self._select(query)

    def _select(
        self, query: sa.Select[*tuple[Any, ...]], parameters: Mapping[str, str] = MappingProxyType({})
    ) -> Iterator[StoredDue]:
        with self._engine.connect() as connection:
            for page in connection.execution_options(yield_per=_PAGE).execute(query, parameters).partitions():
                yield from map(_stored, page)


_COLUMN = schema.deadlines.c
_ROWS = sa.select(schema.deadlines)
_OF_SUBJECT = _ROWS.where(
    _COLUMN.subject == sa.bindparam("subject"), _COLUMN.clock == sa.bindparam("clock"), _COLUMN.settled.is_(False)
)
_FALLEN_DUE = _ROWS.where(
    _COLUMN.settled.is_(False),
    _COLUMN.provisional.is_(False),
    _COLUMN.day < sa.bindparam("today"),
    _COLUMN.done_on.is_(None) | (_COLUMN.done_on > _COLUMN.day),
).order_by(_COLUMN.day, _COLUMN.stream, _COLUMN.clock, _COLUMN.since)
"""Made once: to put such a query together takes longer than to answer it."""


def _row(stored: StoredDue) -> tuple[object, ...]:
    """In the order of the columns."""
    due = stored.due
    return (
        stored.stream.hex,
        due.clock.value,
        due.since,
        stored.subject,
        due.start.isoformat(),
        due.days,
        due.day.isoformat(),
        due.provisional,
        _calendar(due.calendar),
        due.rule[0],
        due.rule[1],
        None if due.done_on is None else due.done_on.isoformat(),
        due.settled,
    )


@lru_cache(_CALENDARS)
def _calendar(calendar: tuple[tuple[int, int], ...]) -> str:
    """A few for each year, and one with every deadline."""
    return json.dumps(calendar)


def _stored(row: sa.Row[*tuple[Any, ...]]) -> StoredDue:
    due = Due(
        clock=Period(row.clock) if row.clock in _PERIODS else Clock(row.clock),
        since=row.since,
        start=date.fromisoformat(row.start),
        days=row.days,
        day=date.fromisoformat(row.day),
        provisional=row.provisional,
        calendar=tuple((year, version) for year, version in json.loads(row.calendar)),
        rule=(row.rule, row.rule_version),
        done_on=None if row.done_on is None else date.fromisoformat(row.done_on),
        settled=row.settled,
    )
    return StoredDue(row.stream, row.subject, due)
