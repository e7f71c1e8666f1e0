"""Folders that appear whole or not at all.

A folder is filled out of sight, beside its place and on the same disk, made durable, and renamed. A process that is
killed leaves `.<name>.unfinished`, which the next one for the same place removes; nothing that reads knows that name.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import LedgerError
from ledger.store.sqlite import sync


class PlaceTaken(LedgerError):
    """The folder cannot be made there."""


@contextmanager
def appearing(place: Path) -> Iterator[Path]:
    """An empty folder for its owner alone; it becomes `place` when the block ends without an exception."""
    if place.exists() or place.is_symlink():
        raise PlaceTaken(f"{place}: exists already; name a new folder")
    with _filling(place) as unfinished:
        yield unfinished
        _make_durable(unfinished)
        if place.exists():  # rename would take the place of an empty folder
            raise PlaceTaken(f"{place}: somebody else has made it meanwhile; name a new folder")
        unfinished.rename(place)
    _sync_folder(place.parent)


@contextmanager
def replacing(place: Path) -> Iterator[Path]:
    """The same, but what is at `place` is removed once the new folder is there.

    A crash between the two renames leaves the earlier folder at `.<name>.before`; the next run puts it back.
    """
    before = place.with_name(f".{place.name}.before")
    with _filling(place) as unfinished:
        if before.exists():
            if place.exists():
                shutil.rmtree(before)
            else:
                before.rename(place)
        yield unfinished
        _make_durable(unfinished)
        with suppress(FileNotFoundError):
            place.rename(before)
        unfinished.rename(place)
        _sync_folder(place.parent)
        shutil.rmtree(before, ignore_errors=True)
    _sync_folder(place.parent)


@contextmanager
def _filling(place: Path) -> Iterator[Path]:
    if not place.parent.is_dir():
        raise PlaceTaken(f"{place}: its parent is no folder; make it first")
    unfinished = place.with_name(f".{place.name}.unfinished")
    with _locked(unfinished):
        try:
            yield unfinished
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Make the folder anew and hold it, so that it can be told from what a killed process left there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise PlaceTaken(f"{folder}: another process is writing it; wait until it has ended") from None
        for left in folder.iterdir():
            if left.is_dir():
                shutil.rmtree(left)
            else:
                left.unlink()
        yield
    finally:
        os.close(descriptor)


def _make_durable(folder: Path) -> None:
    """Files first, then the folders that name them."""
    for path, _folders, files in os.walk(folder, topdown=False):
        for name in files:
            sync(Path(path) / name)
        _sync_folder(Path(path))


def _sync_folder(folder: Path) -> None:
    """Make durable which files it names."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
