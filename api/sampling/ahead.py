"""Steps planned, signed and admitted ahead of the sequencer, in a process of their own if there are many.

What a step costs before it is decided is more than half of it all, and a pure function of the seed and the first
entries: the same comes out in either process.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import Full, Queue
from threading import Event, Thread
from typing import Final, TypeAlias

from api.sampling.case import Law, Say, World
from api.sampling.cast import Cast
from api.sampling.collecting import seldom_collecting
from api.sampling.parcels import pack, unpack
from api.sampling.plan import Plan, Scope
from api.sampling.signing import Secretary
from ledger.admission import Admitted, Catalogue, admit_own
from ledger.errors import LedgerError
from verify.note import SigningKey
from verify.registry import Registry
from verify.submission import Submission

_CHUNK: Final = 200
_CHUNKS_AHEAD: Final = 16
"""Somewhat more than a long batch has."""
_PATIENCE: Final = 0.2
"""Seconds after which the thread looks whether anybody still wants what it has received."""
_WORTH_A_PROCESS: Final = 1_500
"""Statements for which a second process is worth the second that it takes to start."""

Admissions: TypeAlias = Iterator[tuple[datetime, Admitted]]


class PlanningEnded(LedgerError):
    """The process that plans ahead ended before the plan did."""


@dataclass(frozen=True, slots=True)
class Order:
    """What sample is wanted; the same order gives the same statements."""

    seed: int
    companies: int
    scope: Scope
    operator: str
    """The operator's secret key."""


def signed(order: Order) -> Iterator[tuple[datetime, Submission]]:
    """Every step with its instant, signed."""
    secretary = Secretary(order.seed)
    for said in _steps(order):
        yield said.at, secretary.sign(said)


def _steps(order: Order) -> Iterator[Say]:
    world = World(order.seed, Cast(order.seed, SigningKey.parse(order.operator)), Law(), order.companies)
    return Plan(world, order.scope).steps()


@contextmanager
def admissions(order: Order, registry: Registry, catalogue: Catalogue) -> Iterator[Admissions]:
    """Every step with its instant, admitted under the keys and items of the first entries."""
    if order.scope.statements < _WORTH_A_PROCESS:
        yield _admitted(order, catalogue)
        return
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(theirs, order, catalogue), daemon=True)
    worker.start()
    theirs.close()
    with ours, _read_ahead(_received(ours)) as chunks:
        try:
            yield (step for chunk in chunks for step in unpack(chunk, registry, catalogue))
        finally:
            worker.terminate()
            worker.join()


def _admitted(order: Order, catalogue: Catalogue) -> Admissions:
    secretary = Secretary(order.seed)
    for said in _steps(order):
        yield said.at, admit_own(*secretary.state(said), catalogue)


def _work(connection: Connection, order: Order, catalogue: Catalogue) -> None:
    """Send chunk after chunk, each when the one before is taken; an empty one says that there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this process
    with seldom_collecting():
        source = _admitted(order, catalogue)
        while chunk := list(islice(source, _CHUNK)):
            connection.send_bytes(pack(chunk))
        connection.send_bytes(b"")


@contextmanager
def _read_ahead(chunks: Iterator[bytes]) -> Iterator[Iterator[bytes]]:
    """The chunks, received by a thread: planning goes on while a batch is written, and nobody asks for more.

    Whoever sends them must have ended before the block does.
    """
    waiting, ended = Queue[bytes | PlanningEnded | None](_CHUNKS_AHEAD), Event()

    def hand_in(chunk: bytes | PlanningEnded | None) -> None:
        while not ended.is_set():
            with suppress(Full):
                waiting.put(chunk, timeout=_PATIENCE)
                return

    def receive() -> None:
        try:
            for chunk in chunks:
                hand_in(chunk)
            hand_in(None)
        except PlanningEnded as error:
            hand_in(error)

    def taken() -> Iterator[bytes]:
        while (chunk := waiting.get()) is not None:
            if isinstance(chunk, PlanningEnded):
                raise chunk
            yield chunk

    thread = Thread(target=receive, name="plan ahead", daemon=True)
    thread.start()
    try:
        yield taken()
    finally:
        ended.set()
        thread.join()


def _received(connection: Connection) -> Iterator[bytes]:
    while True:
        try:
            data = connection.recv_bytes()
        except EOFError:
            raise PlanningEnded("the process that plans ahead has ended; its error stands above") from None
        if not data:
            return
        yield data
