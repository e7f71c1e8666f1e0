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

import sqlalchemy as sa
import uvicorn
from eventsourcing.persistence import PersistenceError

from api.admission import BatchAdmission
from api.clockwork import ticking
from api.http.app import create_app
from api.http.context import Context
from api.http.limits import Limits
from api.observing.events import name_of
from api.observing.requests import Observed
from api.observing.watch import Watch
from ledger.administration import Pen
from ledger.backup import free_bytes
from ledger.errors import Fatal, LedgerError
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


def serve_until_stopped(  # noqa: PLR0913 - all that the command line may set
    ledger: WritableLedger,
    host: str,
    port: int,
    pen: Callable[[], Pen],
    ready: Callable[[str], None],
    *,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    free: Callable[[Path], int] = free_bytes,
    watch: Watch | None = None,
    limits: Limits | None = None,
) -> None:
    """Serve until a signal, or until the sequencer fails, and then raise what it failed with.

    `pen` signs what the ledger's clock says. `ready` is called with the address once requests are answered. Raises
    `NotFit` where `clock`, or the bytes that `free` says a folder's disk has left, forbid to begin. `watch` is told
    what happens. Without `limits` everybody may ask as much as they like.
    """
    watch = watch or Watch()
    require_space(free(ledger.home.folder))
    if not _is_simulated(ledger):
        require_clock(clock(), ledger.recorder.head().recorded_at)
    sys.setswitchinterval(_SWITCH_SECONDS)
    sequencer = ledger.sequencer
    with (
        BatchAdmission(sequencer) as admission,
        socket.create_server((host, port), backlog=2048) as listener,
    ):
        sequencer.start(watch)
        app = create_app(Context(ledger, ledger.home.auditor_token(), admission), watch, limits)
        config = uvicorn.Config(
            Observed(app, watch),
            loop="uvloop",
            http="httptools",
            access_log=False,
            log_level="warning",
            log_config=None,  # api.observing.events writes what uvicorn says, without what it quotes
            timeout_graceful_shutdown=_PATIENCE_SECONDS,
            # Uvicorn by itself would believe whatever comes from this machine.
            proxy_headers=bool(limits and limits.proxies),
            forwarded_allow_ips=list(limits.proxies) if limits else [],
        )
        server = uvicorn.Server(config)

        def announce(address: str) -> None:
            watch.started(address, sequencer.size)
            ready(address)

        with (
            _watched(server, listener, sequencer, announce),
            _signals_stop_no_more_than(server),
            _clock(ledger, pen, watch),
        ):
            # What is there by now stays to the end: a collection that looks through it all stops every answer for long.
            gc.collect()
            gc.freeze()
            server.run([listener])
    watch.stopped(sequencer.failure)
    if sequencer.failure is not None:
        raise Fatal(f"stopped: {_said_of(sequencer.failure)}") from sequencer.failure


def _said_of(error: BaseException) -> str:
    """An error in words that quote nothing: a database's error comes with the row that was to be written."""
    if isinstance(error, sa.exc.DBAPIError):
        return f"{name_of(type(error))}: {error.orig}"
    return str(error) if isinstance(error, LedgerError | PersistenceError) else name_of(type(error))


def _clock(ledger: WritableLedger, pen: Callable[[], Pen], watch: Watch) -> AbstractContextManager[None]:
    """A simulated ledger has no day of its own: its clock is run by `kesu clock run --today`."""
    if _is_simulated(ledger):
        return nullcontext()
    return ticking(ledger, pen, ran=watch.clock_ran, failed=watch.clock_failed)


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
