"""What a projection with a table is: its audience, its rows, and what counts for its state digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

import sqlalchemy as sa

from ledger.domain.events import Recorded
from ledger.vocabulary import Audience
from projections.law import Law
from projections.replay.known import Known
from projections.tables.cursor import raw_rows


class Table(Protocol):
    """A projection: a fold, and the table that it is kept in. Tables with a suffix are written beside today's."""

    @property
    def name(self) -> str:
        """How commands name it; also the name of its table."""

    @property
    def version(self) -> int:
        """Counts up when the same events lead to other rows: an older table is then built anew."""

    @property
    def audience(self) -> tuple[Audience, ...]:
        """Whose answers are read from it."""

    def create(self, connection: sa.Connection, suffix: str = "") -> None:
        """Make the table, empty, if it is not there."""

    def drop(self, connection: sa.Connection, suffix: str = "") -> None:
        """Remove the table if it is there."""

    def swap(self, connection: sa.Connection, suffix: str) -> None:
        """Put the table with the suffix in the place of today's."""

    def rows(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """The rows in the order of their keys, without values: what the state digest is of."""

    def rows_with_values(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """The same with the values that stand in them: what is compared when the table is checked."""


class OfEvents(Table, Protocol):
    """A projection whose rows follow from one event each."""

    def write(self, connection: sa.Connection, events: Iterable[Recorded], law: Law, suffix: str = "") -> None:
        """Take events in, in log order."""


class OfRecords(Table, Protocol):
    """A projection whose rows follow from what is known of one record each."""

    def write(self, connection: sa.Connection, records: Sequence[Known], law: Law, suffix: str = "") -> None:
        """Write what is known of these records in place of what was known before."""


class OneTable:
    """A projection that is kept in one table of the database, whose rows hold no value."""

    def __init__(self, made: Callable[[str], sa.Table], columns: str) -> None:
        """`made` gives the table with a suffix; `columns` are read for the state digest, in the order of its key."""
        self._made, self._columns = made, columns

    def create(self, connection: sa.Connection, suffix: str = "") -> None:
        """Make the table, empty, if it is not there."""
        self._made(suffix).create(connection, checkfirst=True)

    def drop(self, connection: sa.Connection, suffix: str = "") -> None:
        """Remove the table if it is there."""
        self._made(suffix).drop(connection, checkfirst=True)

    def swap(self, connection: sa.Connection, suffix: str) -> None:
        """Give the table with the suffix the name of today's, which goes."""
        old, new = self._made(""), self._made(suffix)
        old.drop(connection, checkfirst=True)
        connection.exec_driver_sql(f"ALTER TABLE {new.name} RENAME TO {old.name}")

    def rows(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """Every row, whole: what is erased is no longer part of the state either."""
        table = self._made(suffix)
        key = ", ".join(column.name for column in table.primary_key)
        return raw_rows(connection, f"SELECT {self._columns} FROM {table.name} ORDER BY {key}")  # noqa: S608

    rows_with_values = rows
    """None of them holds a value."""
