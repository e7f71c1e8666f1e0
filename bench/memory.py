"""Watches a process: `python -m bench.memory PID` prints, when its input ends, the most MiB that the family had."""

from __future__ import annotations

import os
import select
import sys
from pathlib import Path

_SECONDS = 0.05


def main(root: int) -> None:
    most = 0
    print("watching", flush=True)
    while not select.select([sys.stdin], [], [], _SECONDS)[0]:
        most = max(most, sum(map(proportional_set, family(root) - {os.getpid()})))
    print(most / 1024 / 1024)


def family(root: int) -> set[int]:
    """A process and all that descend from it."""
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text("ascii", "replace").rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(path.parent.name)] = int(fields[1])
    found = {root}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def proportional_set(pid: int) -> int:
    """Memory of a process in bytes; what several share is divided among them."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:")), 0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
