"""What the process counts as it goes. Labels have few values, all of our own: never a path, code, name or issuer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from api.observing.exposition import Counter, Histogram

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""An append takes a few milliseconds by itself and half a second when a thousand others wait with it."""

_STATEMENTS: Final = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
"""512 is the most."""


class Tallies:
    """Counters of one server. Each is thread-safe."""

    def __init__(self) -> None:
        """Everything begins at nothing."""
        self.appends = Histogram(
            "kesu_append_seconds", "From the queue to the answer, of every statement the sequencer took.", _SECONDS
        )
        self.batch_sizes = Histogram(
            "kesu_batch_statements", "Statements that the sequencer took together.", _STATEMENTS
        )
        self.batches = Histogram("kesu_batch_seconds", "Deciding, writing, signing and answering one batch.", _SECONDS)
        self.statements = Counter(
            "kesu_statements_total",
            "Statements by type, outcome (appended, repeated, refused) and reason, a name of /problems.",
            "type",
            "outcome",
            "reason",
        )
        self.missed = Counter("kesu_deadlines_missed_total", "Deadlines that the ledger's clock found missed.")
        self.requests = Counter(
            "kesu_http_requests_total", "Answers by route template and class of status.", "route", "status"
        )
        self.errors = Counter("kesu_errors_total", "Failures of ours, by type.", "type")
        self.clock_runs = Counter("kesu_clock_runs_total", "Looks of the ledger's clock, by how they ended.", "ended")

    def lines(self) -> Iterator[str]:
        """All of it as text."""
        return chain.from_iterable(
            each.lines()
            for each in (
                self.appends,
                self.batch_sizes,
                self.batches,
                self.statements,
                self.missed,
                self.requests,
                self.errors,
                self.clock_runs,
            )
        )
