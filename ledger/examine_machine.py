"""What the machine is asked: its SQLite, who may read the files, the disk, the clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from ledger.errors import NotFit, StoreUnsound
from ledger.examination import Check, Examination, Examined, Level, fault
from ledger.guards import CLOCK_TOLERANCE, require_clock, require_space
from ledger.log_end import log_end
from ledger.store.sqlite import writing_engine

_OTHERS: Final = 0o077
_WAL_BYTES: Final = slice(18, 20)
_WAL_FORMAT: Final = b"\x02\x02"
"""Of a file's header, read and write version 2 (SQLite's file format, 1.3.3)."""


def examine_sqlite(examined: Examined) -> Iterator[Check]:
    """Is it a version that keeps what it was given, and does it write it to the disk?"""
    try:
        with writing_engine(Path(":memory:")).connect() as connection:  # set up as every connection that writes
            version = connection.scalar(sa.select(sa.func.sqlite_version()))
    except StoreUnsound as error:
        yield fault("sqlite", str(error))
        return
    with examined.home.database.open("rb") as file:
        wal = file.read(_WAL_BYTES.stop)[_WAL_BYTES] == _WAL_FORMAT
    if wal:
        yield Check(Level.OK, "sqlite", f"{version}, write-ahead log, synchronous=FULL")
    else:
        yield Check(Level.WARNING, "sqlite", "ledger.db has no write-ahead log; the next kesu serve sets it")


def examine_modes(examined: Examined) -> Iterator[Check]:
    """May anybody but the owner read what is secret?"""
    folder = examined.home.folder
    open_to_others = 0
    places = [folder, *(folder / name for name in ("keys", "signer"))]
    secret = [*folder.glob("ledger.db*"), folder / "auditor.token", *folder.glob("keys/*"), *folder.glob("signer/*")]
    for place in places + sorted(secret):
        if not place.exists():
            continue
        mode = place.stat().st_mode & 0o777
        if mode & _OTHERS:
            open_to_others += 1
            name, wanted = place.relative_to(folder), "0700" if place.is_dir() else "0600"
            level = Level.WARNING if place.is_dir() else Level.FAULT
            yield Check(level, "modes", f"{name} has mode {mode:04o}, others may read it; chmod {wanted} it")
    if not open_to_others:
        yield Check(Level.OK, "modes", "files 0600, folders 0700")


def examine_disk(examined: Examined) -> Iterator[Check]:
    """Is there room to go on, and for a second copy?"""
    size = examined.home.database.stat().st_size
    try:
        require_space(examined.free)
    except NotFit as error:
        yield fault("disk", str(error).removeprefix("disk: "))
        return
    found = f"{examined.free >> 20} MiB free, ledger.db is {size >> 20} MiB"
    if examined.free < size:
        yield Check(Level.WARNING, "disk", f"{found}: no room to build its tables anew; make room")
    else:
        yield Check(Level.OK, "disk", found)


def examine_clock(examined: Examined) -> Iterator[Check]:
    """Has the clock gone back?"""
    end = log_end(examined.reader)
    if end.founding is None or not end.founding.simulated:
        try:
            require_clock(examined.now, end.head.recorded_at)
        except NotFit as error:
            yield fault("clock", str(error).removeprefix("clock: "))
            return
    folder = examined.home.folder
    files = [path for path in (*folder.glob("*"), *folder.glob("*/*")) if path.is_file()]
    newest = max(files, key=lambda path: path.stat().st_mtime)
    written = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    if written - examined.now > CLOCK_TOLERANCE:
        yield Check(
            Level.WARNING,
            "clock",
            f"is before {newest.relative_to(folder)} was written, {written:%Y-%m-%d %H:%M} UTC; check the clock",
        )
    else:
        yield Check(Level.OK, "clock", "is after the last entry and the newest file")


MACHINE: Final[tuple[Examination, ...]] = (examine_sqlite, examine_modes, examine_disk, examine_clock)
