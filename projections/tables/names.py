"""名称 (names): who is found by which name; the tables of the search as a projection among the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import sqlalchemy as sa

from ledger.domain.events import Recorded
from ledger.vocabulary import Audience
from projections.law import Law
from projections.search.fold import Naming, fold_names
from projections.search.index import write_names
from projections.search.tables import create_tables, drop_tables, replace_tables, tables
from projections.tables.cursor import raw_rows


class NamesTable:
    """The projection."""

    name: Final = "subject_names"
    version: Final = 1
    audience: Final = tuple(Audience)

    def create(self, connection: sa.Connection, suffix: str = "") -> None:
        """Make the tables, empty, if they are not there."""
        if not sa.inspect(connection).has_table(tables(suffix).names.name):
            create_tables(connection, suffix)

    def drop(self, connection: sa.Connection, suffix: str = "") -> None:
        """Remove the tables if they are there."""
        drop_tables(connection, suffix)

    def swap(self, connection: sa.Connection, suffix: str) -> None:
        """Put the tables with the suffix in the place of today's."""
        replace_tables(connection, suffix)

    def rows(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """Who is named by which entry; the names themselves are values, which that entry commits to."""
        name = tables(suffix).namings.name
        return raw_rows(connection, f"SELECT handle, stream, seq, link FROM {name} ORDER BY handle, stream")  # noqa: S608

    def rows_with_values(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """With the names and codes; the full-text index of them is not read."""
        made = tables(suffix)
        columns = "said.handle, stream, seq, link, scheme, code, code_key, name, normal"
        named = f"{made.namings.name} AS said JOIN {made.names.name} ON id = name_id"
        return raw_rows(connection, f"SELECT {columns} FROM {named} ORDER BY said.handle, stream")  # noqa: S608

    def write(self, connection: sa.Connection, events: Iterable[Recorded], law: Law, suffix: str = "") -> None:
        """Take events in, in log order."""
        self.write_namings(connection, fold_names(events, law.items), suffix)

    def write_namings(self, connection: sa.Connection, namings: Iterable[Naming], suffix: str = "") -> None:
        """Write what events name."""
        write_names(connection, namings, suffix)
