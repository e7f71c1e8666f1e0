"""PostgreSQL: how every connection to it is set up. The same tables, the same code; several processes may read."""

from __future__ import annotations

from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from ledger.store.sqlite import WRITER

_WRITERS_LOCK: Final = 0x6B657375
"""Of PostgreSQL's advisory locks, which are a database's own: "kesu" in ASCII."""
_BUSY_MILLISECONDS: Final = 30_000


def writing_engine(url: sa.URL) -> sa.Engine:
    """The engine of the one writer; a transaction of `as_writer` has the writers' lock from its beginning.

    A commit is durable when it returns (`synchronous_commit=on`), whatever the server's own setting is.
    """
    engine = _engine(url, f"-c synchronous_commit=on -c lock_timeout={_BUSY_MILLISECONDS}")

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        if connection.get_execution_options().get(WRITER):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITERS_LOCK})")

    return engine


def reading_engine(url: sa.URL) -> sa.Engine:
    """An engine that cannot write; each of its transactions sees one moment."""
    return _engine(url, "-c default_transaction_read_only=on", isolation_level="REPEATABLE READ")


def _engine(url: sa.URL, options: str, **more: Any) -> sa.Engine:  # noqa: ANN401 - SQLAlchemy's own options
    given = url.query.get("options", "")
    engine = sa.create_engine(url, connect_args={"options": f"{given} {options}"}, **more)

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401
        connection.prepare_threshold = 2  # few statements, asked for again and again

    return engine
