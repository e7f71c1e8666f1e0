"""Steps planned, signed and admitted ahead of the sequencer, in a process of their own if there are many.

What a step costs before it is decided is more than half of it all, and a pure function of the seed and the first
entries: the same comes out in either process.
"""

from __future__ import annotations

import pickle
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, TypeAlias

from api.sampling.case import Law, World
from api.sampling.cast import Cast
from api.sampling.plan import Plan, Scope
from api.sampling.signing import Secretary
from ledger.admission import Admitted, Catalogue, admit
from ledger.errors import LedgerError
from verify.note import SigningKey
from verify.registry import Registry
from verify.submission import Submission

_CHUNK: Final = 200
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
    world = World(order.seed, Cast(order.seed, SigningKey.parse(order.operator)), Law(), order.companies)
    secretary = Secretary(order.seed)
    for said in Plan(world, order.scope).steps():
        yield said.at, secretary.sign(said)


@contextmanager
def admissions(order: Order, registry: Registry, catalogue: Catalogue) -> Iterator[Admissions]:
    """Every step with its instant, admitted under the keys and items of the first entries."""
    if order.scope.statements < _WORTH_A_PROCESS:
        yield _admitted(order, registry, catalogue)
        return
    context = get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    worker = context.Process(target=_work, args=(theirs, order, registry, catalogue), daemon=True)
    worker.start()
    theirs.close()
    try:
        yield _received(ours)
    finally:
        worker.terminate()
        worker.join()
        ours.close()


def _admitted(order: Order, registry: Registry, catalogue: Catalogue) -> Admissions:
    for at, submission in signed(order):
        yield at, admit(submission.statement, submission.openings, registry, catalogue)


def _work(connection: Connection, order: Order, registry: Registry, catalogue: Catalogue) -> None:
    """Send chunk after chunk, each when the one before is taken; an empty one says that there are no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's, which ends this process
    source = _admitted(order, registry, catalogue)
    while chunk := list(islice(source, _CHUNK)):
        connection.send_bytes(pickle.dumps(chunk))
    connection.send_bytes(pickle.dumps([]))


def _received(connection: Connection) -> Admissions:
    while True:
        try:
            data = connection.recv_bytes()
        except EOFError:
            raise PlanningEnded("the process that plans ahead has ended; its error stands above") from None
        # Made by our own child and never by anybody else.
        chunk: list[tuple[datetime, Admitted]] = pickle.loads(data)  # noqa: S301
        if not chunk:
            return
        yield from chunk
