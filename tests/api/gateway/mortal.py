"""A gateway that is killed at the n-th step it takes, for each n it is given; n = 0 lives on to its end.

A step is a file opened, renamed, made or removed, a statement to the journal, and either side of a request. Each life
is a process of its own, forked before there is any thread: `python -m tests.api.gateway.mortal FOLDER SEED N...`
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import api.gateway.view
import api.importer.run
from api.client import LedgerClient
from api.gateway import journal
from ledger.store.sqlite import open_file
from tests.api.gateway.office import Office, Wall
from tests.processes import SECONDS

_STEPS = {"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree", "fcntl.flock"}


KILLED = -9


def lives(office: Office, moments: Sequence[int]) -> list[int]:
    """How each life of an office's gateway ended."""
    command = [sys.executable, "-m", "tests.api.gateway.mortal", str(office.folder), str(office.seed)]
    done = subprocess.run(
        [*command, *map(str, moments)], capture_output=True, text=True, timeout=10 * SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    return [int(line) for line in done.stdout.split()]


class _Death:
    def __init__(self, moment: int) -> None:
        self._left = moment

    def step(self) -> None:
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)

    def plant(self) -> None:
        """Count from now on."""
        ask = LedgerClient._once

        def once(client: LedgerClient, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
            self.step()
            answer = ask(client, method, path, body)
            self.step()
            return answer

        def opened(path: Path) -> Any:  # noqa: ANN401 - either driver's connection
            connection = open_file(path)
            connection.set_trace_callback(lambda _sql: self.step())
            return connection

        vars(journal)["open_file"] = opened
        setattr(LedgerClient, "_once", once)  # noqa: B010 - mypy would not have it otherwise
        sys.addaudithook(lambda event, _arguments: self.step() if event in _STEPS else None)


def live(office: Office, moment: int) -> int:
    """One life: 0 where all was done, 3 where some was left, minus the signal that ended it."""
    child = os.fork()
    if not child:
        api.importer.run.CHUNK = api.gateway.view.BATCH = 6  # type: ignore[misc]
        _Death(moment).plant()
        summary = office.once(environment=os.environ)
        os._exit(3 if summary.failed else 0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def main(folder: str, seed: str, *moments: str) -> None:
    """Print how each life ended."""
    office = Office.__new__(Office)
    office.folder, office.wall, office.seed = Path(folder), Wall(), int(seed)
    for moment in moments:
        print(live(office, int(moment)), flush=True)  # noqa: T201 - what the test reads


if __name__ == "__main__":
    main(*sys.argv[1:])
