"""Real processes for tests: servers that can be killed, commands, and a relay that damages what passes through it."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

LOOPBACK = "127.0.0.1"
SECONDS = 60
"""Far longer than anything here takes; a test that hangs must end."""

_CHUNK = 65_536


@dataclass(frozen=True)
class Finished:
    """A command that has ended."""

    code: int
    out: str
    err: str


def kesu(*arguments: object, stdin: str | None = None) -> Finished:
    """Run one command in a process of its own."""
    command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=SECONDS, check=False)
    return Finished(done.returncode, done.stdout, done.stderr)


@dataclass(frozen=True)
class Answer:
    """An HTTP response as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body as JSON."""
        return json.loads(self.body)


def ask(
    address: str, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request on a connection of its own. `path` is sent as it is, however it is spelt."""
    connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=SECONDS)
    try:
        connection.request(method, path, body, dict(headers or {}))
        response = connection.getresponse()
        fields = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, fields, response.read())
    finally:
        connection.close()


class Site:
    """Where a ledger is served."""

    address: str

    def get(self, path: str, *, token: str | None = None) -> Answer:
        """``GET`` a resource, with the auditor's token if given."""
        return ask(self.address, "GET", path, None, {"Authorization": f"Bearer {token}"} if token else None)

    def post(self, path: str, body: bytes) -> Answer:
        """``POST`` bytes."""
        return ask(self.address, "POST", path, body, {"Content-Type": "application/json"})


class Server(Site):
    """A `kesu serve` process on a free port; what it writes to standard error goes to a file beside its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.errors = folder.with_name(f"{folder.name}.stderr")
        command = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", "0"]
        with self.errors.open("ab") as errors:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        self.address = line.rpartition(" ")[2].strip()
        if not self.address.startswith("http://"):
            self.kill()
            message = f"the server did not start: {self.errors.read_text()}"
            raise AssertionError(message)

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    def kill(self) -> None:
        """SIGKILL: the process has no chance to do anything any more."""
        self._process.kill()
        self._end()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Ask the process to end; gives its exit code."""
        self._process.send_signal(number)
        return self._end()

    def _end(self) -> int:
        code = self._process.wait(SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()
        return code


@contextmanager
def serving(folder: Path) -> Iterator[Server]:
    """A server for a ledger's folder, stopped in the end."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Relay:
    """A TCP relay with an address that stays, in front of a server that comes and goes.

    `cuts` says, for the next connections, after how many bytes of the answer each is cut (None: not at all).
    """

    target: str = ""
    cuts: list[int | None] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self._listener = socket.create_server((LOOPBACK, 0))
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self.address = f"http://{LOOPBACK}:{self._listener.getsockname()[1]}"
        self._thread = threading.Thread(target=self._accept, name="relay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Cut everything."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(SECONDS)
        with self._lock:
            left = list(self._open)
        for end in left:
            _hang_up(end)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _accept(self) -> None:
        workers = []
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                break
            self.connections += 1
            cut = self.cuts.pop(0) if self.cuts else None
            workers.append(threading.Thread(target=self._carry, args=(near, cut), daemon=True))
            workers[-1].start()

    def _carry(self, near: socket.socket, cut: int | None) -> None:
        host, _, port = self.target.removeprefix("http://").partition(":")
        with near:
            try:
                far = socket.create_connection((host, int(port)), SECONDS)
            except (OSError, ValueError):
                return
            with far:
                with self._lock:
                    self._open |= {near, far}
                there = threading.Thread(target=_copy, args=(near, far, None), daemon=True)
                there.start()
                _copy(far, near, cut)
                _hang_up(near)
                _hang_up(far)
                there.join(SECONDS)
                with self._lock:
                    self._open -= {near, far}


def _copy(source: socket.socket, target: socket.socket, cut: int | None) -> None:
    left = cut
    with suppress(OSError):
        while left is None or left > 0:
            data = source.recv(_CHUNK if left is None else min(left, _CHUNK))
            if not data:
                return
            target.sendall(data)
            left = None if left is None else left - len(data)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
