"""Admission of batches in a process of its own: reading, signatures and openings leave the server free to append.

Python runs one thread at a time, and of what a statement costs before it is in the log about half is admission, which
is a pure function of its bytes and the rules in force. One process is enough: the sequencer takes the other half.
"""

from __future__ import annotations

import pickle
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future, ProcessPoolExecutor
from functools import lru_cache
from multiprocessing import get_context
from typing import Self

from ledger.admission import Admitted, Catalogue, admit
from ledger.errors import Refusal
from ledger.rules_in_force import Rules
from ledger.sequencer import Sequencer
from projections.orphans import end_with_parent
from verify.errors import EvidenceError
from verify.registry import Registry
from verify.submission import Submission

WORTH_SENDING = 50
"""Statements in a batch below which it is admitted where it is, and no process is started."""

_REFUSED = (Refusal, EvidenceError)


class BatchAdmission:
    """Admits many statements at once. Thread-safe; the process starts with the first large batch."""

    def __init__(self, sequencer: Sequencer) -> None:
        """Statements are admitted under the `sequencer`'s rules of the moment."""
        self._sequencer = sequencer
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._ready: Future[None] | None = None
        self._pickled: tuple[Rules | None, bytes] = None, b""

    def admit(self, lines: Sequence[bytes]) -> list[Admitted | Exception]:
        """What each line, a submission in JSON, was admitted as, or the error that refuses it."""
        admitted = self._elsewhere(lines) if len(lines) >= WORTH_SENDING else [None] * len(lines)
        return [known or self._here(line) for known, line in zip(admitted, lines, strict=True)]

    def __enter__(self) -> Self:
        """Admit until the block ends."""
        return self

    def __exit__(self, *_error: object) -> None:
        """Stop the process."""
        pool = self._pool
        if pool is not None:
            self._close(pool)

    def _here(self, line: bytes) -> Admitted | Exception:
        try:
            submission = Submission.parse(line)
            return self._sequencer.admit(submission.statement, submission.openings)
        except _REFUSED as error:
            return error

    def _elsewhere(self, lines: Sequence[bytes]) -> Sequence[Admitted | None]:
        """None for every line that was not admitted there; then here is where its error is found."""
        nothing = [None] * len(lines)
        try:
            pool = self._running()
        except OSError:  # no room for one more process just now
            return nothing
        if pool is None:
            return nothing
        try:
            answer: bytes = pool.submit(admit_lines, self._pickled_rules(), list(lines)).result()
        except (RuntimeError, CancelledError):  # its process was killed, or another thread has found that and closed it
            self._close(pool)
            return nothing
        # Made by our own child and never by anybody else.
        admitted: list[Admitted | None] = pickle.loads(answer)  # noqa: S301
        return admitted

    def _running(self) -> ProcessPoolExecutor | None:
        """The pool, or None while its process is still starting: that takes a second, and nobody waits for it."""
        with self._lock:
            if self._pool is None:
                # Not forked: this process has threads.
                self._pool = ProcessPoolExecutor(1, get_context("spawn"), initializer=end_with_parent)
                self._ready = self._pool.submit(_nothing)
            return self._pool if self._ready is not None and self._ready.done() else None

    def _pickled_rules(self) -> bytes:
        """What admission needs of the rules, pickled once: a city's catalogue has hundreds of kilobytes."""
        rules, (known, pickled) = self._sequencer.rules, self._pickled
        if rules is not known:
            pickled = pickle.dumps((rules.registry, rules.catalogue))
            self._pickled = rules, pickled
        return pickled

    def _close(self, pool: ProcessPoolExecutor) -> None:
        with self._lock:
            if self._pool is not pool:
                return  # another thread has it in hand, and a pool bears only one that shuts it down
            self._pool = None
        pool.shutdown(cancel_futures=True)


def admit_lines(rules: bytes, lines: Sequence[bytes]) -> bytes:
    """Admit every line under pickled registry and catalogue; gives `Admitted`, or None for an error, pickled."""
    registry, catalogue = _rules(rules)
    return pickle.dumps([_admit_line(line, registry, catalogue) for line in lines])


@lru_cache(maxsize=1)
def _rules(pickled: bytes) -> tuple[Registry, Catalogue]:
    """The rules change a few times a year; they come with every batch."""
    rules: tuple[Registry, Catalogue] = pickle.loads(pickled)  # noqa: S301
    return rules


def _admit_line(line: bytes, registry: Registry, catalogue: Catalogue) -> Admitted | None:
    try:
        submission = Submission.parse(line)
        return admit(submission.statement, submission.openings, registry, catalogue)
    except _REFUSED:
        return None


def _nothing() -> None:
    """Done as soon as the process runs."""
