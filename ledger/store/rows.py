"""Writing very many rows: plain tuples for a statement that is compiled once, without a dictionary for each row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

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


def driver_query(connection: sa.Connection, query: str) -> str:
    """A query with question marks, as the driver of the connection wants its parameters."""
    return query if connection.dialect.paramstyle == "qmark" else query.replace("?", "%s")


@lru_cache(_STATEMENTS)
def _insert(table: sa.Table, dialect: sa.Dialect) -> str:
    return _positional(table.insert(), dialect)


@lru_cache(_STATEMENTS)
def _put(table: sa.Table, dialect: sa.Dialect) -> str:
    statement = sqlite.insert(table) if dialect.name == "sqlite" else postgresql.insert(table)
    key = list(table.primary_key.columns)
    others = {column.name: statement.excluded[column.name] for column in table.columns if not column.primary_key}
    return _positional(statement.on_conflict_do_update(index_elements=key, set_=others), dialect)


def _positional(statement: sa.Insert, dialect: sa.Dialect) -> str:
    if dialect.name == "sqlite":
        return str(statement.compile(dialect=dialect))
    return str(statement.compile(dialect=_psycopg()))


@cache
def _psycopg() -> sa.Dialect:
    dialect: sa.Dialect = postgresql.psycopg.dialect(paramstyle="format")  # type: ignore[no-untyped-call]
    return dialect
