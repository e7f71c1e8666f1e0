"""Running the HTTP server around a sequencer that may stop by itself."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Callable

import uvicorn

from ledger.errors import Fatal
from ledger.sequencer import Sequencer

_LOOK_SECONDS = 0.2

_SWITCH_SECONDS = 0.001
"""The sequencer lets go of the interpreter at every database call and must get it back from the busy event loop; with
Python's default of 5 ms a batch of 20 statements waited 70 ms for that alone."""


def serve_until_stopped(config: uvicorn.Config, sequencer: Sequencer, ready: Callable[[str], None]) -> None:
    """Serve until a signal or until the sequencer fails, and then raise what it failed with.

    `ready` is called with the address once requests are answered.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    server = uvicorn.Server(config)
    stopped = threading.Event()
    listener = socket.create_server((config.host, config.port), backlog=2048)
    host, port = listener.getsockname()[:2]

    def watch() -> None:
        announced = False
        while not stopped.wait(_LOOK_SECONDS):
            if server.started and not announced:
                announced = True
                ready(f"http://{host}:{port}")
            if sequencer.failure is not None:
                server.should_exit = True
                return

    watcher = threading.Thread(target=watch, name="watcher", daemon=True)
    watcher.start()
    try:
        server.run([listener])
    finally:
        stopped.set()
        watcher.join()
    if sequencer.failure is not None:
        raise Fatal(f"stopped: {sequencer.failure}") from sequencer.failure
