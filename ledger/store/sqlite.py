"""Which SQLite is used, and how every connection to it is set up."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from ledger.errors import StoreUnsound

try:
    import pysqlite3 as driver
except ImportError:  # a platform without a wheel: the interpreter's own SQLite, if it is new enough
    import sqlite3 as driver

# For a value of any other type than int, float, str and bytearray the driver asks everywhere for an adapter, in vain,
# which takes several times as long as to write the row.
driver.register_adapter(bytes, memoryview)
driver.register_adapter(bool, int)
driver.register_adapter(type(None), dict[None, None]().get)

MINIMUM_VERSION = (3, 51, 3)
"""3.7.0 to 3.51.2 can corrupt a database in WAL mode when two connections write and checkpoint at once."""

_CACHE_KIB = 32_768
_BUSY_MILLISECONDS = 30_000
WRITER = "kesu_writer"
"""Execution option of a connection whose transactions write."""
_IN_BULK = ("synchronous=NORMAL", "wal_autocheckpoint=16000", "cache_size=-131072")
"""A page that several batches write goes to the file once. A commit is only synchronised with the next checkpoint."""
_HURRIED = (*_IN_BULK, "synchronous=OFF")
"""Pages are written in no order that a crash respects."""


def require_sound_version() -> None:
    """Raise `StoreUnsound` if the SQLite at hand has the WAL-reset bug."""
    if driver.sqlite_version_info < MINIMUM_VERSION:
        wanted = ".".join(map(str, MINIMUM_VERSION))
        message = (
            f"SQLite {driver.sqlite_version} can corrupt a write-ahead log; {wanted} or newer is needed: "
            "pip install pysqlite3"
        )
        raise StoreUnsound(message)


def set_up(connection: Any) -> None:  # noqa: ANN401 - either driver's connection
    """Durable settings of a connection that writes: WAL, and an fsync at every commit."""
    connection.isolation_level = None  # transactions are begun explicitly
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "secure_delete=ON",
        f"busy_timeout={_BUSY_MILLISECONDS}",
        f"cache_size=-{_CACHE_KIB}",
    ):
        connection.execute(f"PRAGMA {pragma}").fetchall()
    (level,) = connection.execute("PRAGMA synchronous").fetchone()
    if level != 2:  # noqa: PLR2004 - 2 is FULL
        message = f"SQLite does not keep synchronous=FULL (it answers {level})"
        raise StoreUnsound(message)


def open_file(path: Path) -> Any:  # noqa: ANN401 - either driver's connection
    """A plain connection to a small store of its own (signer journal, key store)."""
    require_sound_version()
    path.touch(mode=0o600)  # SQLite would let everybody read it
    connection = driver.connect(str(path), check_same_thread=False)
    set_up(connection)
    return connection


def writing_engine(path: Path, *, durable: bool = True, bulk: bool = False) -> sa.Engine:
    """The engine of the one writer. `execution_options(kesu_writer=True)` makes a transaction BEGIN IMMEDIATE.

    Not `durable`: a commit is not synchronised, for a new file that is worth nothing until it is whole; see `sync`.
    `bulk` is for very many rows that can be written again: what it commits is whole after a crash, or gone.
    """
    require_sound_version()
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), module=driver)

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401
        set_up(connection)
        for pragma in _HURRIED if not durable else _IN_BULK if bulk else ():
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        immediate = connection.get_execution_options().get(WRITER)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


def reading_engine(path: Path) -> sa.Engine:
    """An engine that cannot write."""
    require_sound_version()
    read_only = sa.URL.create("sqlite", database=f"file:{quote(str(path))}", query={"mode": "ro", "uri": "true"})
    engine = sa.create_engine(read_only, module=driver)

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401
        connection.isolation_level = None
        for pragma in ("query_only=ON", f"busy_timeout={_BUSY_MILLISECONDS}", f"cache_size=-{_CACHE_KIB}"):
            connection.execute(f"PRAGMA {pragma}").fetchall()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


def read_ahead(path: Path) -> None:
    """Read a file once from end to end, if memory can hold it: whoever then reads it in no order does not wait.

    In its order a disk gives a gigabyte in the time of some ten thousand pages here and there.
    """
    memory, size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"), path.stat().st_size
    if size >= memory // 2:
        return
    with path.open("rb", buffering=0) as file:
        if hasattr(os, "posix_fadvise"):  # the same without a copy of every page
            for start in range(0, size, _READ_AHEAD):
                os.posix_fadvise(file.fileno(), start, _READ_AHEAD, os.POSIX_FADV_WILLNEED)
            return
        buffer = bytearray(_READ_AHEAD)
        while file.readinto(buffer):
            pass


_READ_AHEAD = 8 << 20


def sync(path: Path) -> None:
    """Make a file durable as it is."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def as_writer(engine: sa.Engine) -> sa.Engine:
    """The same engine, taking the write lock when a transaction begins (a deferred one can fail half-way)."""
    return engine.execution_options(**{WRITER: True})
