"""How far the projections have come that the writer keeps in the same transaction as the events."""

from __future__ import annotations

import sqlalchemy as sa

from ledger.store import schema


def note_folded(connection: sa.Connection, name: str, size: int) -> None:
    """Note how far a projection has come."""
    table = schema.folded
    if not connection.execute(table.update().where(table.c.name == name).values(size=size)).rowcount:
        connection.execute(table.insert(), {"name": name, "size": size})


def folded_size(connection: sa.Connection, name: str) -> int:
    """The size of the log that the projection's rows reflect; 0 if there never were any."""
    return connection.scalar(sa.select(schema.folded.c.size).where(schema.folded.c.name == name)) or 0
