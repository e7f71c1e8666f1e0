"""What a projection with a table is: its audience, its rows, and what counts for its state digest."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import sqlalchemy as sa

from ledger.domain.events import Recorded
from ledger.vocabulary import Audience
from projections.law import Law
from projections.replay.known import Known


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


def swap_table(connection: sa.Connection, old: sa.Table, new: sa.Table) -> None:
    """Give the new table the name of the old one, which goes."""
    old.drop(connection, checkfirst=True)
    connection.exec_driver_sql(f"ALTER TABLE {new.name} RENAME TO {old.name}")
