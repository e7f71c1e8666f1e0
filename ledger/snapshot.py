"""Reading a database that somebody may be writing, without a trace; and copying it as it is at one moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa

from ledger.store.sqlite import open_file, reading_engine, require_sound_version, sync

Progress = Callable[[int, int], None]

_PAGES_AT_ONCE = 4096
"""16 MiB: often enough to show how far it is and to be interrupted."""


def wal_of(database: Path) -> Path:
    """The write-ahead log, which is there while somebody has the database open or after a crash."""
    return database.with_name(f"{database.name}-wal")


def looking_engine(database: Path, *, still: bool) -> sa.Engine:
    """An engine that cannot write. `still`: nobody writes meanwhile, and then not even an empty file is left behind."""
    if not still:
        return reading_engine(database)
    require_sound_version()
    return sa.create_engine(
        sa.URL.create(
            "sqlite",
            database=f"file:{quote(str(database.resolve()))}",
            query={"mode": "ro", "immutable": "1", "uri": "true"},
        ),
        module=reading_engine(database).dialect.loaded_dbapi,
    )


def quick_check(engine: sa.Engine) -> list[str]:
    """What SQLite finds wrong with the file; empty where nothing is."""
    try:
        with engine.connect() as connection:
            found = [" ".join(str(row[0]).split()) for row in connection.exec_driver_sql("PRAGMA quick_check(10)")]
    except sa.exc.DBAPIError as error:
        return [str(error.orig)]
    return [] if found == ["ok"] else found


def copy_database(source: Path, target: Path, progress: Progress = lambda _done, _all: None) -> None:
    """Copy a database page by page as it is now, while a writer goes on; `target` is durable when this returns.

    SQLite's backup begins anew whenever another process has written between two steps, so that under load it would
    never end: a read transaction held by the source's own connection keeps it to one moment. In WAL mode a reader
    hinders no writer; the write-ahead log is not taken in before we end, and grows meanwhile.
    """
    engine = looking_engine(source, still=False)
    writing = open_file(target)
    try:
        writing.execute("PRAGMA journal_mode=DELETE").fetchall()
        writing.execute("PRAGMA synchronous=OFF")  # nobody reads it before it is whole: once, in the end, is enough
        with engine.connect() as connection:
            # The moment of the copy: a transaction begins with the first that it reads.
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_schema")
            reading: Any = connection.connection.driver_connection
            reading.backup(
                writing, pages=_PAGES_AT_ONCE, progress=lambda _status, left, total: progress(total - left, total)
            )
    finally:
        writing.close()
        engine.dispose()
    sync(target)
