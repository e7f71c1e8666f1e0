"""Running the HTTP server around a ledger whose sequencer may stop by itself."""

from __future__ import annotations

import gc
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import uvicorn

from api.admission import BatchAdmission
from api.clockwork import ticking
from api.http.app import create_app
from api.http.context import Context
from ledger.administration import Pen
from ledger.backup import free_bytes
from ledger.errors import Fatal
from ledger.guards import require_clock, require_space
from ledger.sequencer import Sequencer
from ledger.service import WritableLedger
from verify.registry import STATEMENT_CLOCK

_LOOK_SECONDS = 0.2

_PATIENCE_SECONDS = 10
"""For requests under way when the server is to stop; one that has stalled must not hold the ledger for ever."""

_SWITCH_SECONDS = 0.001
"""The sequencer lets go of the interpreter at every database call and must get it back from the busy event loop; with
Python's default of 5 ms a batch of 20 statements waited 70 ms for that alone."""


def serve_until_stopped(
    ledger: WritableLedger,
    host: str,
    port: int,
    pen: Callable[[], Pen],
    ready: Callable[[str], None],
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    free: Callable[[Path], int] = free_bytes,
) -> None:
    """Serve until a signal, or until the sequencer fails, and then raise what it failed with.

    `pen` signs what the ledger's clock says. `ready` is called with the address once requests are answered. Raises
    `NotFit` where `clock`, or the bytes that `free` says a folder's disk has left, forbid to begin.
    """
    require_space(free(ledger.home.folder))
    if not _is_simulated(ledger):
        require_clock(clock(), ledger.recorder.head().recorded_at)
    sys.setswitchinterval(_SWITCH_SECONDS)
    sequencer = ledger.sequencer
    with (
        BatchAdmission(sequencer) as admission,
        socket.create_server((host, port), backlog=2048) as listener,
    ):
        sequencer.start()
        app = create_app(Context(ledger, ledger.home.auditor_token(), admission))
        config = uvicorn.Config(
            app,
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_level="warning",
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
        )
        server = uvicorn.Server(config)
        with (
            _watched(server, listener, sequencer, ready),
            _signals_stop_no_more_than(server),
            _clock(ledger, pen),
        ):
            # What is there by now stays to the end: a collection that looks through it all stops every answer for long.
            gc.collect()
            gc.freeze()
            server.run([listener])
    if sequencer.failure is not None:
        raise Fatal(f"stopped: {sequencer.failure}") from sequencer.failure


def _clock(ledger: WritableLedger, pen: Callable[[], Pen]) -> AbstractContextManager[None]:
    """A simulated ledger has no day of its own: its clock is run by `kesu clock run --today`."""
    return nullcontext() if _is_simulated(ledger) else ticking(ledger, pen)


def _is_simulated(ledger: WritableLedger) -> bool:
    return ledger.sequencer.rules.registry.clock == STATEMENT_CLOCK


@contextmanager
def _watched(
    server: uvicorn.Server, listener: socket.socket, sequencer: Sequencer, ready: Callable[[str], None]
) -> Iterator[None]:
    """Say once when the server has started, and stop it when the sequencer has failed."""
    address, number = listener.getsockname()[:2]
    stopped = threading.Event()

    def watch() -> None:
        announced = False
        while not stopped.wait(_LOOK_SECONDS):
            if server.started and not announced:
                announced = True
                with suppress(OSError):  # nobody reads what we say; the sequencer must be watched all the same
                    ready(f"http://{address}:{number}")
            if sequencer.failure is not None:
                server.should_exit = True
                return

    watcher = threading.Thread(target=watch, name="watcher", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopped.set()
        watcher.join()


@contextmanager
def _signals_stop_no_more_than(server: uvicorn.Server) -> Iterator[None]:
    """Uvicorn raises a signal once more when it has stopped; the default would end us before the ledger is closed.

    A signal that comes before uvicorn listens for it stops the server too.
    """

    def stop(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    stopping = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, stop) for number in stopping]
    try:
        yield
    finally:
        for number, handler in zip(stopping, before, strict=True):
            signal.signal(number, handler)
