"""Which files of a folder are complete: nothing is ever taken that somebody still writes.

Complete is what kept size and time for as long as it takes to settle, by our own clock and over two looks; or what was
seen under a name for unfinished files and was then renamed. An empty file has not begun.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_UNFINISHED: Final = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".uploading", ".swp", "~")
_HIDDEN: Final = (".", "~$")


@dataclass(frozen=True, slots=True)
class Look:
    """A file as it was seen: as long as this stays, nobody writes."""

    device: int
    inode: int
    size: int
    changed: int

    @classmethod
    def at(cls, path: Path) -> Look:
        """The file as it is now; not what a link leads to."""
        found = path.lstat()
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)


class Inbox:
    """Remembers what it saw in one folder; `clock` gives seconds that never go back."""

    def __init__(self, folder: Path, settle_seconds: float, clock: Callable[[], float]) -> None:
        self._folder = folder
        self._settle = settle_seconds
        self._clock = clock
        self._since: dict[tuple[str, Look], float] = {}
        self._unfinished: set[tuple[int, int]] = set()

    def complete(self) -> list[tuple[Path, Look]]:
        """The complete files, oldest first; the others have to be looked at again later."""
        now = self._clock()
        since: dict[tuple[str, Look], float] = {}
        unfinished: set[tuple[int, int]] = set()
        complete = []
        for path in tables(self._folder):
            try:
                look = Look.at(path)
            except FileNotFoundError:  # taken away again
                continue
            if path.name.lower().endswith(_UNFINISHED):
                unfinished.add((look.device, look.inode))
                continue
            since[path.name, look] = first = self._since.get((path.name, look), now)
            renamed_in = (look.device, look.inode) in self._unfinished
            if look.size and (renamed_in or now - first >= self._settle):
                complete.append((path, look))
            if renamed_in:
                unfinished.add((look.device, look.inode))
        self._since, self._unfinished = since, unfinished
        return sorted(complete, key=lambda found: (found[1].changed, found[0].name))

    def waiting(self) -> bool:
        """Whether the last look saw tables."""
        return bool(self._since)


def tables(folder: Path) -> Iterator[Path]:
    """The plain files of a folder that are not hidden; unfinished ones too."""
    with os.scandir(folder) as found:
        for entry in found:
            if entry.is_file(follow_symlinks=False) and not entry.name.startswith(_HIDDEN):
                yield folder / entry.name
