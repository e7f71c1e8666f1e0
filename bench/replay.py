"""Replay and rebuild of whole ledgers beside the library's own replay, at two sizes, 1x and 10x.

`python -m bench replay SMALL LARGE` measures two ledgers made by `kesu sample` (100,000 and 1,000,000 events are the
sizes promised for); without folders it makes two small ones.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from shutil import copytree
from typing import Self

from bench.peers import eventsourcing_replay_of_same_events_per_second, eventsourcing_replay_per_second
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from projections.history import whole_history
from projections.replay.answering import Replayer
from projections.replay.running import Filter, Job, Part, processes, replay_whole
from projections.tables.rebuilding import rebuild

_AS_OF = "2025-12-31"
_TODAY = date(2026, 11, 20)


def main(arguments: Sequence[str] = ()) -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = [Path(each) for each in arguments] or [_sample(Path(scratch), events) for events in (3_000, 30_000)]
        figures = [_measure(folder, Path(scratch)) for folder in folders]
    for name in figures[0]:
        first, last = figures[0][name], figures[-1][name]
        print(f"{name}: cost per event at the larger size {first / last:.2f} x that at the smaller")


def _measure(folder: Path, scratch: Path) -> dict[str, float]:
    home, figures = LedgerHome(folder), dict[str, float]()
    with open_for_reading(home, os.urandom) as ledger:
        replayer = Replayer(ledger, _TODAY)
        question, size = replayer.question(_AS_OF, None), ledger.recorder.head().size
        everything = replayer.question(None, None)
        peer = eventsourcing_replay_of_same_events_per_second(whole_history(ledger.recorder, ledger.mapper))
    small = eventsourcing_replay_per_second(size)
    print(f"\n{folder.name}: {size} events, {processes()} processors")
    print("  peer: eventsourcing, notification log, default mapper, SQLite")
    print(f"  {'peer with the same events':<38} {peer:10.0f}/s")
    print(f"  {'peer with as small ones as can be':<38} {small:10.0f}/s")

    def tell(name: str, events: int, seconds: float, mebibytes: float) -> None:
        figures[name] = rate = events / seconds
        ratios = f"{rate / peer:5.2f} x peer, {rate / small:5.2f} x with small events"
        print(f"  {name:<38} {rate:10.0f}/s  {ratios}  {mebibytes:5.0f} MiB in all processes")

    for name, fold, asked in (
        ("", False, everything),  # so that the file is in memory, as the peer's is, which was just written
        ("replay to a date", False, question),
        ("replay of all", False, everything),
        ("replay to a date, folding the events", True, question),
    ):
        job = Job(home.database, asked, replayer.law, fold, Filter(), None)
        whole, started = Part(), time.perf_counter()
        with _Memory() as memory:
            for part in replay_whole(job, processes()):
                whole.add(part)
        if name:
            tell(name, asked.size, time.perf_counter() - started, memory.mebibytes)
    copy = scratch / f"{folder.name}-rebuilt"
    copytree(folder, copy)
    for name, opening in (("rebuild of all tables", False), ("the same, gists too, from all openings", True)):
        started = time.perf_counter()
        with _Memory() as memory:
            rebuild(LedgerHome(copy), processes(), lambda _done, _total: None, opening=opening)
        tell(name, size, time.perf_counter() - started, memory.mebibytes)
    return figures


def _sample(scratch: Path, events: int) -> Path:
    folder = scratch / f"sample-{events}"
    arguments = [sys.executable, "-m", "api.cli", "sample", str(folder), "--events", str(events)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return folder


class _Memory:
    """The most memory that this process and its children have at one time, looked at by a process outside.

    Not by a thread: whoever has threads does not fork.
    """

    def __init__(self) -> None:
        self.mebibytes = 0.0

    def __enter__(self) -> Self:
        arguments = [sys.executable, "-m", "bench.memory", str(os.getpid())]
        self._watcher = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._watcher.stdout is not None
        self._watcher.stdout.readline()  # it looks from now on
        return self

    def __exit__(self, *_error: object) -> None:
        self.mebibytes = float(self._watcher.communicate()[0])
