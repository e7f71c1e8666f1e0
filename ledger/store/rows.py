"""Writing very many rows: plain tuples for a statement that is compiled once, without a dictionary for each row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

_STATEMENTS = 256

Row = tuple[Any, ...]


def insert_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows; their values are in the order of the columns, and such as the driver takes (`uuid.hex`)."""
    if rows:
        connection.exec_driver_sql(_insert(table, connection.dialect), list(rows))


def put_rows(connection: sa.Connection, table: sa.Table, rows: Sequence[Row]) -> None:
    """Insert rows as `insert_rows` does, each in place of the one with its primary key, if there is one."""
    if rows:
        connection.exec_driver_sql(_put(table, connection.dialect), list(rows))


@lru_cache(_STATEMENTS)
def _insert(table: sa.Table, dialect: sa.Dialect) -> str:
    return str(table.insert().compile(dialect=dialect))


@lru_cache(_STATEMENTS)
def _put(table: sa.Table, dialect: sa.Dialect) -> str:
    statement = sqlite.insert(table)
    key = list(table.primary_key.columns)
    others = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return str(statement.on_conflict_do_update(index_elements=key, set_=others).compile(dialect=dialect))
