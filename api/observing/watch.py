"""The watch over one server: counts what happens and writes it as events."""

from __future__ import annotations

import logging
import time
from collections import Counter as Sums
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from api.observing.events import error_fields, name_of, tell
from api.observing.tallies import Tallies
from api.problems import INTERNAL, PROBLEMS
from ledger.clock import ClockRun
from ledger.errors import LedgerError
from ledger.observer import Answered, BatchDone
from verify.statement_type import StatementType

_UNREADABLE: Final = "unreadable"


class Watch:
    """Told by the sequencer, the HTTP server and the clock. Thread-safe, and quick: another thread writes the lines."""

    def __init__(self, scrape_token: str | None = None) -> None:
        """Who brings `scrape_token` may read the measurements, and nothing else; the auditor's token always may."""
        self.scrape_token = scrape_token
        self.tallies = Tallies()
        self.last_clock_run: float | None = None
        """Seconds since 1970. Written by the clock's thread alone."""

    def started(self, address: str, size: int) -> None:
        """Requests are answered from now on."""
        tell(logging.INFO, "start", version=_version(), address=address, size=size)

    def stopped(self, failure: BaseException | None) -> None:
        """No request is answered any more; `failure` is why the sequencer stopped by itself."""
        fields = {"version": _version()} | ({} if failure is None else error_fields(failure))
        tell(logging.INFO if failure is None else logging.ERROR, "stop", "", **fields)

    def batch_done(self, batch: BatchDone) -> None:
        """A batch was answered."""
        tallies, answered = self.tallies, batch.answered
        tallies.appends.observe(*(each.seconds for each in answered))
        tallies.batch_sizes.observe(len(answered))
        tallies.batches.observe(batch.seconds)
        sums = Sums((each.kind, *_ending(each)) for each in answered)
        for key, number in sums.items():
            tallies.statements.add(*key, by=number)
        if missed := sums[StatementType.DEADLINE_MISSED.value, "appended", ""]:
            tallies.missed.add(by=missed)
        if batch.entries:
            taken, milliseconds = len(answered), _milliseconds(batch.seconds)
            tell(logging.INFO, "batch", statements=taken, entries=batch.entries, size=batch.size, ms=milliseconds)
            tell(logging.INFO, "checkpoint", size=batch.size)

    def turned_away(self, kind: str, why: type[Exception]) -> None:
        """A statement was refused before it was queued."""
        self.tallies.statements.add(kind or _UNREADABLE, "refused", _reason(why))

    def request_done(self, method: str, route: str, status: int, seconds: float, request_id: str | None) -> None:
        """A request was answered; `status` 0 if its caller went away before."""
        self.tallies.requests.add(route, f"{status // 100}xx" if status else "none")
        more = {} if request_id is None else {"request_id": request_id}
        tell(logging.INFO, "request", method=method, route=route, status=status, ms=_milliseconds(seconds), **more)

    def failed(self, error: Exception) -> None:
        """A request failed in a way that nobody foresaw."""
        fields = error_fields(error)
        self.tallies.errors.add(name_of(type(error)))
        frames = fields["frames"]
        where = "".join(f"\n  {frame}" for frame in frames) if isinstance(frames, list) else ""
        tell(logging.ERROR, "error", f"a request failed: {name_of(type(error))}{where}", **fields)

    def clock_ran(self, run: ClockRun) -> None:
        """The ledger's clock has looked at what has fallen due."""
        self.last_clock_run = time.time()
        self.tallies.clock_runs.add("well")
        said = {kind.value: number for kind, number in run.appended.items()}
        tell(logging.INFO, "clock", appended=said, passed_over=run.passed_over)

    def clock_failed(self, error: LedgerError) -> None:
        """The clock could not say everything and will try again."""
        self.tallies.clock_runs.add("early")
        text = f"the clock will try again: {' '.join(str(error).split())}"
        tell(logging.WARNING, "clock-failed", text, error=name_of(type(error)))


def _version() -> str:
    try:
        return version("kesu")
    except PackageNotFoundError:  # run from its source; nothing else depends on the name
        return "unknown"


def _ending(answered: Answered) -> tuple[str, str]:
    if answered.refused is not None:
        return "refused", _reason(answered.refused)
    return "repeated" if answered.repeated else "appended", ""


def _reason(why: type[Exception]) -> str:
    return next((PROBLEMS[kind].slug for kind in why.__mro__ if kind in PROBLEMS), INTERNAL.slug)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 1)
