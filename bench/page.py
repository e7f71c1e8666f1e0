"""Public pages out of a real server: a subject's report, its records, searches, beside the server's plainest answer.

`python -m bench page FOLDER` measures a ledger made by `kesu sample`; without a folder it makes a small one. One client
at a time, then eight on connections of their own; clients and server share the machine's processors.
"""

from __future__ import annotations

import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import quote, urlsplit

import sqlalchemy as sa

from api.sampling.tables import company_code
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.store.sqlite import read_ahead
from projections.search.tables import tables

_REQUESTS = 2_000
_CLIENTS = 8
_WARM = 200
_EVENTS = 3_000
_UNKNOWN = 4_000_000
"""Far beyond every company of a sample."""


def main(arguments: Sequence[str] = ()) -> None:
    """Print everything."""
    with tempfile.TemporaryDirectory() as scratch:
        for folder in [Path(each) for each in arguments] or [_sample(Path(scratch))]:
            _measure(folder)


class _Subject(NamedTuple):
    scheme: str
    code: str
    name: str


def _measure(folder: Path) -> None:
    size, subjects = _subjects(folder)
    dice = random.Random(1)
    print(f"\n{folder.name}: {size} events, {len(subjects)} names of subjects; ms  p50  p99 of {_REQUESTS} requests")
    read_ahead(LedgerHome(folder).database)  # a server at work has read it before; the disk is not what is compared
    with _server(folder) as address:
        for name, path in _pages(subjects, dice):
            paths = [path() for _ in range(_REQUESTS)]
            one, eight = _ask_all(address, paths, 1), _ask_all(address, paths, _CLIENTS)
            print(f"  {name:<46} one client {_figures(one)}   {_CLIENTS} clients {_figures(eight)}")


def _pages(subjects: Sequence[_Subject], dice: random.Random) -> Iterator[tuple[str, Callable[[], str]]]:
    def any_page(suffix: str = "") -> str:
        subject = dice.choice(subjects)
        return f"/v1/subjects/{subject.scheme}/{subject.code}{suffix}"

    def part_of_a_name() -> str:
        name = dice.choice(subjects).name
        start = dice.randrange(max(1, len(name) - 4))
        return name[start : start + 4]

    yield "peer  GET /v1/ledger", lambda: "/v1/ledger"
    yield "report, all sections", any_page
    yield (
        "report on a subject never heard of",
        lambda: f"/v1/subjects/uscc/{company_code(dice.randrange(_UNKNOWN, 2 * _UNKNOWN))}",
    )
    yield "list of records", lambda: any_page("/records")
    yield "search by code", lambda: f"/v1/search?q={dice.choice(subjects).code}"
    yield "search by name", lambda: f"/v1/search?q={quote(dice.choice(subjects).name)}"
    yield "search by four characters of a name", lambda: f"/v1/search?q={quote(part_of_a_name())}"


def _figures(seconds: list[float]) -> str:
    ordered = sorted(seconds)
    return f"{statistics.median(ordered) * 1000:6.2f} {ordered[len(ordered) * 99 // 100] * 1000:6.2f}"


def _ask_all(address: str, paths: Sequence[str], clients: int) -> list[float]:
    """Seconds of each request."""
    with ThreadPoolExecutor(clients) as pool:
        parts = pool.map(lambda part: _ask(address, part), [paths[number::clients] for number in range(clients)])
        return [seconds for part in parts for seconds in part]


def _ask(address: str, paths: Sequence[str]) -> list[float]:
    with _Client(address) as client:
        for path in paths[: _WARM // _CLIENTS]:
            client.get(path)
        return [client.get(path) for path in paths]


class _Client:
    """One connection that stays open, with as little work for each answer as can be."""

    def __init__(self, address: str) -> None:
        to = urlsplit(address)
        self._host = to.netloc
        self._socket = socket.create_connection((str(to.hostname), to.port or 80))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def get(self, path: str) -> float:
        """Seconds until the whole answer is there; it must be 200."""
        request = f"GET {path} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode()
        begun = time.perf_counter()
        self._socket.sendall(request)
        head, body = b"", b""
        while not body and not head.endswith(b"\r\n\r\n"):
            whole, end, body = (head + self._receive()).partition(b"\r\n\r\n")
            head = whole + end
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += self._receive()
        spent = time.perf_counter() - begun
        if not head.startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(head.partition(b"\r\n")[0].decode())
        return spent

    def _receive(self) -> bytes:
        part = self._socket.recv(1 << 18)
        if not part:
            raise ConnectionError("the server hung up")
        return part


def _subjects(folder: Path) -> tuple[int, list[_Subject]]:
    column = tables().names.c
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger, ledger.recorder.engine.connect() as connection:
        rows = connection.execute(sa.select(column.scheme, column.code, column.name).order_by(column.id))
        return ledger.recorder.head().size, [_Subject(*row) for row in rows]


def _sample(scratch: Path) -> Path:
    folder = scratch / f"sample-{_EVENTS}"
    arguments = [sys.executable, "-m", "api.cli", "sample", str(folder), "--events", str(_EVENTS)]
    subprocess.run(arguments, check=True, stdout=subprocess.DEVNULL)
    return folder


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    arguments = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", "0"]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield process.stdout.readline().rpartition(" ")[2].strip()
    finally:
        process.terminate()
        process.wait()
