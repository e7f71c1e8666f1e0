"""What `kesu doctor` asks besides the ledger's own stores: the tables of the read side, and what a crash left."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ledger.examination import Check, Examination, Examined, Level, examine
from ledger.examine_machine import MACHINE
from ledger.examine_stores import STORES
from ledger.home import LedgerHome
from ledger.snapshot import wal_of
from projections.tables.keeping import TablesBehind, require_current
from projections.tables.rebuilding import BESIDE


def examine_ledger(home: LedgerHome, now: datetime, free: int) -> list[Check]:
    """Ask everything there is to ask."""
    return examine(home, now, free, (*MACHINE, *STORES, *_READ_SIDE))


def examine_tables(examined: Examined) -> Iterator[Check]:
    """Do the tables that answer reflect the whole log?"""
    with examined.ledger.connect() as connection:
        try:
            require_current(connection)
        except TablesBehind as error:
            yield Check(Level.WARNING, "tables", str(error))
            return
    yield Check(Level.OK, "tables", "the read side reflects all entries")


def examine_leftovers(examined: Examined) -> Iterator[Check]:
    """Did a process that was killed leave something behind?"""
    folder = examined.home.folder
    with examined.ledger.connect() as connection:
        beside = [name for name in sa.inspect(connection).get_table_names() if name.endswith(BESIDE)]
    if beside and not _held(folder / "rebuild.lock"):
        names = f"{', '.join(beside)}: left by a rebuild that was killed; kesu projections rebuild removes them"
        yield Check(Level.WARNING, "leftovers", names)
    elif _size(wal_of(examined.home.database)) and not _held(folder / "ledger.lock"):
        yield Check(
            Level.OK, "leftovers", "ledger.db-wal, of a process that was killed; the next kesu serve takes it in"
        )
    else:
        yield Check(Level.OK, "leftovers", "none")


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _held(lock: Path) -> bool:
    """Whether a process holds a lock. Asking takes it for an instant: whoever wants it just then is refused."""
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


_READ_SIDE: Final[tuple[Examination, ...]] = (examine_tables, examine_leftovers)
