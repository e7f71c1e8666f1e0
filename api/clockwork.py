"""The ledger's clock beside the server: it says what has fallen due, at the start and every minute."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ledger.administration import Pen
from ledger.clock import ClockRun, run_clock
from ledger.errors import LedgerError, Refusal, Stopped
from ledger.sequencer import Sequencer
from ledger.service import WritableLedger
from verify.submission import Submission

LOOK_SECONDS = 60.0
"""A day is over for everybody a minute after midnight in Beijing; a look costs one indexed query."""


def queue_all(sequencer: Sequencer, submissions: list[Submission]) -> list[Refusal | None]:
    """Append through the running sequencer, beside everybody else; gives each refusal. Raises `Busy` and `Stopped`."""
    waiting = [sequencer.submit(sequencer.admit(each.statement, each.openings)) for each in submissions]
    refusals: list[Refusal | None] = []
    for future in waiting:
        error = future.exception()
        if error is not None and not isinstance(error, Refusal):
            raise error
        refusals.append(error)
    return refusals


def append_all(sequencer: Sequencer, submissions: list[Submission]) -> list[Refusal | None]:
    """Append as the only writer, one after the other; gives each refusal."""
    refusals: list[Refusal | None] = []
    for each in submissions:
        try:
            sequencer.append(sequencer.admit(each.statement, each.openings))
        except Refusal as refusal:
            refusals.append(refusal)
        else:
            refusals.append(None)
    return refusals


def _say(error: LedgerError) -> None:
    sys.stderr.write(f"kesu: the clock will try again: {' '.join(str(error).split())}\n")


@contextmanager
def ticking(
    ledger: WritableLedger,
    pen: Callable[[], Pen],
    look_seconds: float = LOOK_SECONDS,
    *,
    ran: Callable[[ClockRun], None] = lambda _run: None,
    failed: Callable[[LedgerError], None] = _say,
) -> Iterator[None]:
    """Run the clock on a thread of its own while the block runs; what it could not say it says at the next look.

    `ran` and `failed` are told how each look ended.
    """
    stopped = threading.Event()

    def tick() -> None:
        calendar = None
        while not stopped.is_set():
            known = ledger.sequencer.rules.book.calendar
            try:
                ran(_run(ledger, pen, moved=known is not calendar))
                calendar = known
            except Stopped:
                return
            except LedgerError as error:
                failed(error)
            stopped.wait(look_seconds)

    thread = threading.Thread(target=tick, name="clock", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _run(ledger: WritableLedger, pen: Callable[[], Pen], *, moved: bool) -> ClockRun:
    sequencer = ledger.sequencer
    return run_clock(
        sequencer.deadlines,
        ledger.reader,
        sequencer.rules.book,
        pen,
        sequencer.today,
        lambda submissions: queue_all(sequencer, submissions),
        moved=moved,
    )
