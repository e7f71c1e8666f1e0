"""A folder that is there whole or not at all: written beside, made durable, then renamed."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import LedgerError


class FolderExists(LedgerError):
    """The folder already holds something, which is never written over."""


@contextmanager
def appearing_whole(folder: Path) -> Iterator[Path]:
    """A new folder beside, readable for its owner alone, which takes the name when everything in it is written.

    After an error nothing is left; after a crash at most a hidden folder beside. Raises `FolderExists`.
    """
    if folder.exists() and not (folder.is_dir() and not any(folder.iterdir())):
        message = f"{folder} is not empty; name a new folder"
        raise FolderExists(message)
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        yield beside
        for path, _folders, _files in os.walk(beside):
            _sync(Path(path))
        beside.rename(folder)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    _sync(folder.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
