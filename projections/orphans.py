"""Processes of a pool end with the process that started them, however that one ends."""

from __future__ import annotations

import os
import signal
import threading
from multiprocessing import parent_process
from multiprocessing.process import BaseProcess


def end_with_parent() -> None:
    """Leave Ctrl-C to the parent, and end at once when it is gone; called first in each process of a pool.

    A worker waits for work on a pipe that it holds open itself: after a SIGKILL of its parent it would wait for ever,
    with the ledger open and its keys in memory.
    """
    parent = parent_process()
    if parent is not None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        threading.Thread(target=_end_after, args=(parent,), name="orphan", daemon=True).start()


def _end_after(parent: BaseProcess) -> None:
    parent.join()
    os._exit(1)
