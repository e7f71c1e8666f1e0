"""Writing a log as an archive: a folder in tlog-tiles layout, `openings/` for those entitled (format.md section 6)."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from verify.checkpoint import Checkpoint
from verify.errors import Malformed
from verify.source import LogSource
from verify.tiles import bundle_path, openings_path, tile_count, tile_path, tiles_of


def write_archive(
    source: LogSource,
    folder: Path,
    *,
    with_openings: bool,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> int:
    """Copy the log up to its latest checkpoint into a new folder; returns its size. The checkpoint is written last."""
    if folder.exists() and any(folder.iterdir()):
        raise Malformed("archive", f"{folder} is not empty; name a new folder")
    raw = source.checkpoint()
    size = Checkpoint.parse(raw).size
    tiles = tile_count(size)
    for done, (level, number, width) in enumerate(tiles_of(size), 1):
        _write(folder / tile_path(level, number, width), source.tile(level, number, width))
        if level == 0:
            _write(folder / bundle_path(number, width), source.bundle(number, width))
            openings = source.openings(number, width) if with_openings else None
            if openings is not None:
                _write(folder / openings_path(number, width), openings)
        progress(done, tiles)
    _write(folder / "checkpoint", raw)
    return size


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
