"""Filling a ledger: long batches that nobody waits for, appended to piece by piece, with the clock running between.

A statement is decided as every other is. What is different is when it counts: a batch becomes durable as a whole, once
it is long enough, and there are no receipts. Until then the ledger's clock reads what the batch has changed from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from ledger.admission import Admitted
from ledger.rules_in_force import Rules
from ledger.sequencer import Sequencer
from ledger.store.deadlines import StoredDue
from ledger.store.reader import LogReader

LONG: Final = 2_000
"""Entries of a long batch: some 20 MB in memory, and a fifth of them in the write-ahead log at a time."""


class Bulk:
    """A log being filled by whoever holds the writer's lock; the sequencer's thread must not run."""

    def __init__(self, sequencer: Sequencer, reader: LogReader) -> None:
        """`reader` reads what is committed."""
        self._sequencer = sequencer
        self._reader = reader
        self._batch = sequencer.begin()

    @property
    def size(self) -> int:
        """Entries of the log, with those that are not durable yet."""
        return self._batch.log.head.size

    @property
    def rules(self) -> Rules:
        """The rules after the last statement."""
        return self._batch.rules

    def append(self, admitted: Sequence[Admitted]) -> None:
        """Append statements; raises the first refusal, after which nothing must be appended."""
        self._sequencer.extend(self._batch, admitted)
        if len(self._batch.events) >= LONG:
            self.commit()

    def commit(self) -> None:
        """Make durable what was appended."""
        if self._batch.events:
            self._sequencer.commit(self._batch)
            self._batch = self._sequencer.begin()

    def entries(self, first: int, end: int) -> list[tuple[int, bytes]]:
        """Entries by number, as `LogReader.entries` gives them."""
        start, raw = self._batch.log.start.size, self._batch.log.entries
        new = [(seq, raw[seq - start]) for seq in range(max(first, start), min(end, start + len(raw)))]
        return [*self._reader.entries(first, min(end, start)), *new]

    def fallen_due(self, today: date) -> list[StoredDue]:
        """As `Deadlines.fallen_due` gives it."""
        found = [*self._unchanged(self._sequencer.deadlines.fallen_due(today)), *self._changed(today)]
        return sorted(found, key=_by_day)

    def movable(self) -> Iterator[StoredDue]:
        """As `Deadlines.movable` gives it; what the batch has changed becomes durable first."""
        self.commit()
        return self._sequencer.deadlines.movable()

    def _unchanged(self, stored: Iterable[StoredDue]) -> Iterator[StoredDue]:
        changes = self._batch.deadlines
        return (each for each in stored if (each.stream, each.due.clock, each.due.since) not in changes)

    def _changed(self, today: date) -> Iterator[StoredDue]:
        for stored in self._batch.deadlines.values():
            if stored is not None and stored.due.day < today:
                due = stored.due
                late = due.done_on is None or due.done_on > due.day
                if late and not due.settled and not due.provisional:
                    yield stored


def _by_day(stored: StoredDue) -> tuple[date, str, str, int]:
    return stored.due.day, stored.stream.hex, stored.due.clock.value, stored.due.since
