"""要点 (gists) as a table that is checked and made again as others are: the ledger writes it, the others fold it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import sqlalchemy as sa

from ledger.store.gists import VERSION
from ledger.store.schema import gists_table
from ledger.vocabulary import Audience
from projections.tables.cursor import raw_rows
from projections.tables.table import swap_table


class GistsTable:
    """The table, as one among the others."""

    name: Final = "gists"
    version: Final = VERSION
    audience: Final = (Audience.JUDICIAL, Audience.AUDITOR)

    def create(self, connection: sa.Connection, suffix: str = "") -> None:
        """Make the table, empty, if it is not there."""
        gists_table(suffix).create(connection, checkfirst=True)

    def drop(self, connection: sa.Connection, suffix: str = "") -> None:
        """Remove the table if it is there."""
        gists_table(suffix).drop(connection, checkfirst=True)

    def swap(self, connection: sa.Connection, suffix: str) -> None:
        """Put the table with the suffix in the place of today's."""
        swap_table(connection, gists_table(), gists_table(suffix))

    def rows(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """Every gist, whole: days and classes that are erased are no longer part of the state either."""
        name = gists_table(suffix).name
        return raw_rows(connection, f"SELECT subject, seq, record, gist FROM {name} ORDER BY subject, seq")  # noqa: S608

    rows_with_values = rows
    """None of them holds a text."""
