"""Whether a statement sent now would become an entry: asked by doing what the sequencer does, down to a write.

A full disk and a lock that is never let go are not seen by reading: a reader goes on when writing has long ended.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import ConnectionPoolEntry

from ledger.backup import free_bytes
from ledger.errors import Fault
from ledger.guards import MINIMUM_FREE_BYTES
from ledger.service import WritableLedger
from ledger.store.sqlite import as_writer, writing_engine
from verify.strict import format_instant

FRESH_SECONDS: Final = 1.0
"""An answer is good for so long. Everybody may ask, and a write costs the disk a synchronisation."""

_LOCK_MILLISECONDS: Final = 2000
"""A batch holds the write lock for some ten milliseconds."""

_SIGNING_SECONDS: Final = 1.0
"""Between a batch and its checkpoint are the reading back and two synchronisations."""

_PATIENCE_SECONDS: Final = 5.0
"""For a disk that does not answer at all; the look goes on, and is asked for again."""

_LOOK_SECONDS: Final = 0.02

_pulse: Final = sa.Table(
    "pulse",
    sa.MetaData(),
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("at", sa.Text, nullable=False),
)
"""One row, written again with each look. It belongs to no entry, and nothing reads it."""


class Readiness:
    """Looks when asked, at most once at a time and once in `FRESH_SECONDS`. For one event loop."""

    def __init__(self, ledger: WritableLedger, free: Callable[[Path], int] = free_bytes) -> None:
        """`free` gives the bytes that the disk of a folder has left."""
        self._ledger = ledger
        self._free = free
        self._thread = ThreadPoolExecutor(1, "readiness")  # apart from the threads that answer requests
        self._look: asyncio.Future[Fault | None] | None = None
        self._stale_at = 0.0

    async def fault(self) -> Fault | None:
        """Why no statement can be recorded just now; None if one can."""
        if self._look is None or (self._look.done() and time.monotonic() >= self._stale_at):
            self._look = asyncio.get_running_loop().run_in_executor(self._thread, self._find)
            self._look.add_done_callback(self._looked)
        done, _ = await asyncio.wait({self._look}, timeout=_PATIENCE_SECONDS)
        return self._look.result() if done else _SILENT

    def _looked(self, _look: asyncio.Future[Fault | None]) -> None:
        self._stale_at = time.monotonic() + FRESH_SECONDS

    def _find(self) -> Fault | None:
        if not self._ledger.sequencer.working:
            return Fault("sequencer", "has stopped", "restart the server; its last line on standard error says why")
        return self._without_space() or self._without_write() or self._without_checkpoint()

    def _without_space(self) -> Fault | None:
        home = self._ledger.home
        folders = {home.folder, home.key_store.parent, home.signer_journal.parent}
        try:
            free = min(map(self._free, folders))
        except OSError:
            return Fault("disk", "cannot be asked for its free space", "see whether it is still mounted")
        if free >= MINIMUM_FREE_BYTES:
            return None
        return Fault("disk", f"{free >> 20} MiB are free, {MINIMUM_FREE_BYTES >> 20} are needed", "make room")

    def _without_write(self) -> Fault | None:
        database = self._ledger.home.database
        if not database.is_file():  # SQLite would make a new one
            return Fault("store", "ledger.db is not there any more", "stop the server and look at the disk")
        # Opened anew each time: what is open already may go on working for a while without its file or its server.
        engine = writing_engine(database)
        sa.event.listen(engine, "connect", _wait_briefly)
        try:
            with as_writer(engine).begin() as connection:
                _pulse.metadata.create_all(connection)
                connection.execute(_pulse.delete())
                connection.execute(_pulse.insert(), {"id": 1, "at": format_instant(datetime.now(UTC))})
        except sa.exc.DBAPIError as error:
            return Fault("store", f"does not take a write: {error.orig}", "see disk, quota and other processes")
        finally:
            engine.dispose()
        return None

    def _without_checkpoint(self) -> Fault | None:
        reader = self._ledger.reader
        try:
            size, patient_until = reader.size(), time.monotonic() + _SIGNING_SECONDS
            while (published := reader.published_size()) < size:
                if time.monotonic() > patient_until:
                    rule = f"the latest covers {published} of {size} entries"
                    return Fault("checkpoint", rule, "restart the server; kesu doctor compares the stores")
                time.sleep(_LOOK_SECONDS)
        except sa.exc.DBAPIError as error:
            return Fault("store", f"cannot be read: {error.orig}", "run kesu doctor")
        return None


_SILENT: Final = Fault("store", f"has not answered for {_PATIENCE_SECONDS:.0f} seconds", "look at the disk")


def _wait_briefly(connection: Any, _entry: ConnectionPoolEntry) -> None:  # noqa: ANN401 - either driver's connection
    connection.execute(f"PRAGMA busy_timeout={_LOCK_MILLISECONDS}").fetchall()
