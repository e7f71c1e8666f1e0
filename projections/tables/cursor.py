"""Reading very many rows: as the database's driver gives them, without a wrapper for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, cast

import sqlalchemy as sa

from ledger.store.rows import driver_query

_AT_ONCE = 5000


def raw_rows(connection: sa.Connection, query: str, parameters: tuple[Any, ...] = ()) -> Iterator[Sequence[Any]]:
    """The rows of a query, page by page."""
    cursor = cast("Any", connection.exec_driver_sql(driver_query(connection, query), parameters).cursor)
    while page := cursor.fetchmany(_AT_ONCE):
        yield from page
