"""Tables that the database itself lets nobody change: rows are inserted, and neither updated nor deleted.

Whoever owns the database can take that away, and the chain tells; a mistake in our own code cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import sqlalchemy as sa

from ledger.store import schema

APPEND_ONLY: Final = (schema.events, schema.entries, schema.tile_hashes, schema.checkpoints)

_REFUSED: Final = "rows of the log are neither changed nor removed"

_POSTGRES_FUNCTION: Final = f"""
CREATE OR REPLACE FUNCTION kesu_refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE restrict_violation USING MESSAGE = '{_REFUSED} (table ' || TG_TABLE_NAME || ')'; END $$
"""


def guard(connection: sa.Connection) -> None:
    """Make the triggers that are missing."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.exec_driver_sql(_POSTGRES_FUNCTION)
    for name, table, change in _triggers(postgres=postgres):
        if postgres:
            connection.exec_driver_sql(
                f"CREATE OR REPLACE TRIGGER {name} BEFORE {change} ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION kesu_refuse_change()"
            )
        else:
            connection.exec_driver_sql(
                f"CREATE TRIGGER IF NOT EXISTS {name} BEFORE {change} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{_REFUSED} (table {table})'); END"
            )


def unguarded(connection: sa.Connection) -> list[str]:
    """The tables that lack a trigger, in order of their names: somebody took it away."""
    postgres = connection.dialect.name == "postgresql"
    query = "SELECT tgname FROM pg_trigger" if postgres else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    there = {str(name) for (name,) in connection.exec_driver_sql(query)}
    return sorted({table for name, table, _change in _triggers(postgres=postgres) if name not in there})


def _triggers(*, postgres: bool) -> Iterator[tuple[str, str, str]]:
    """Name, table, and what it refuses: PostgreSQL has one trigger for several changes, and a change more."""
    for table in APPEND_ONLY:
        for change in ("UPDATE OR DELETE OR TRUNCATE",) if postgres else ("UPDATE", "DELETE"):
            yield f"{table.name}_no_{'change' if postgres else change.lower()}", table.name, change
