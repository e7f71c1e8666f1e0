"""An HTTP server between a client and a real ledger, which tells the truth until it is given lies to tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.processes import LOOPBACK, SECONDS, Answer, ask

Forward = Callable[[], Answer]
Lie = Callable[[Forward], Answer]
"""Answers one request; may ask the ledger first, or never."""

NOT_HTTP = 0
"""Status of an answer whose body is all that is sent."""


class Liar(ThreadingHTTPServer):
    """Stands in front of a ledger's server; each lie is told once, in order, then the truth."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__((LOOPBACK, 0), _Handler)
        self.target = target
        self.lies: list[Lie] = []
        self.bodies: list[bytes] = []
        self.address = f"http://{LOOPBACK}:{self.server_address[1]}"
        self.opened = 0
        self._open = 0
        self._changed = threading.Condition()

    def finish_request(self, request: Any, client_address: Any) -> None:  # noqa: ANN401 - as the base class has it
        """Serve one connection to its end."""
        with self._changed:
            self.opened += 1
            self._open += 1
        try:
            super().finish_request(request, client_address)
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def is_left_alone(self) -> bool:
        """Whether every connection was closed by the other side."""
        with self._changed:
            return self._changed.wait_for(lambda: self._open == 0, SECONDS / 4)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Liar

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.bodies.append(body)
        forward = partial(ask, self.server.target, self.command, self.path, body or None, dict(self.headers))
        answer = self.server.lies.pop(0)(forward) if self.server.lies else forward()
        if answer.status == NOT_HTTP:
            self.wfile.write(answer.body)
            self.close_connection = True
            return
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    do_GET = do_POST  # noqa: N815 - the base class looks for this name

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def lying(target: str) -> Iterator[Liar]:
    """A liar at work in front of a server."""
    with Liar(target) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def says(status: int, body: bytes) -> Lie:
    """Answer without asking the ledger."""
    return lambda _forward: Answer(status, {}, body)


def changed(change: Callable[[bytes], bytes]) -> Lie:
    """Let the ledger do its work and change what it answers."""

    def lie(forward: Forward) -> Answer:
        truth = forward()
        return Answer(truth.status, truth.headers, change(truth.body))

    return lie
