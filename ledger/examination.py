"""Examining a ledger: running what is asked over its stores, and saying what was found. Looks and never touches.

A server may be writing meanwhile. What is asked stands in `examine_stores.py`, `examine_machine.py` and, of the read
side, `api/examining.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path

import sqlalchemy as sa

from ledger.errors import LedgerError
from ledger.home import LedgerHome
from ledger.snapshot import looking_engine, wal_of
from ledger.store.reader import LogReader


class Level(StrEnum):
    """How bad it is; only a fault makes `kesu doctor` fail."""

    OK = "ok"
    WARNING = "warning"
    FAULT = "FAULT"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at, and what to do where it is not as it should be."""

    level: Level
    name: str
    found: str

    def line(self) -> str:
        """The check in one line."""
        return f"{self.level.value:<8} {self.name:<12} {self.found}"


@dataclass(frozen=True, slots=True)
class Examined:
    """An opened ledger, to be looked at; the engines cannot write."""

    home: LedgerHome
    ledger: sa.Engine
    keys: sa.Engine
    journal: sa.Engine
    now: datetime
    free: int

    @property
    def reader(self) -> LogReader:
        """The log."""
        return LogReader(self.ledger)


Examination = Callable[[Examined], Iterator[Check]]


def fault(name: str, found: str) -> Check:
    """A check that failed."""
    return Check(Level.FAULT, name, found)


def examine(home: LedgerHome, now: datetime, free: int, examinations: tuple[Examination, ...]) -> list[Check]:
    """Run examinations over the stores; what cannot even be read becomes a fault of the examination's name."""
    home.require()
    databases = (home.database, home.key_store, home.signer_journal)
    still = not any(wal_of(database).exists() for database in databases)
    before = _traces(databases)
    checks = _examine(home, now, free, examinations, still=still)
    if still and _traces(databases) != before:  # a server has begun to write what we took for still
        checks = _examine(home, now, free, examinations, still=False)
    return checks


def _examine(
    home: LedgerHome, now: datetime, free: int, examinations: tuple[Examination, ...], *, still: bool
) -> list[Check]:
    checks: list[Check] = []
    with _looking(home, now, free, still=still) as examined:
        for examination in examinations:
            name = examination.__name__.removeprefix("examine_").replace("_", " ")
            try:
                checks.extend(examination(examined))
            except sa.exc.DBAPIError as error:
                checks.append(fault(name, f"a database cannot be read: {error.orig}; restore the newest backup"))
            except (LedgerError, OSError) as error:
                checks.append(fault(name, f"{' '.join(str(error).split())}; see docs/operation.md"))
    return checks


def _traces(databases: tuple[Path, ...]) -> list[tuple[bool, int, int]]:
    return [
        (wal_of(path).exists(), path.stat().st_size, path.stat().st_mtime_ns) for path in databases if path.exists()
    ]


@contextmanager
def _looking(home: LedgerHome, now: datetime, free: int, *, still: bool) -> Iterator[Examined]:
    ledger = looking_engine(home.database, still=still)
    keys = looking_engine(home.key_store, still=still)
    journal = looking_engine(home.signer_journal, still=still)
    try:
        yield Examined(home, ledger, keys, journal, now, free)
    finally:
        for engine in (ledger, keys, journal):
            engine.dispose()
