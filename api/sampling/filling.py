"""Filling a ledger with a sample: every step through the sequencer, and the ledger's clock between the days."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from api.sampling.days import DAY, beijing_date, midnight
from api.sampling.dice import Dice
from ledger.administration import Pen
from ledger.admission import Admitted, admit, admit_own
from ledger.bulk import Bulk
from ledger.clock import run_clock
from ledger.errors import LedgerError, Refusal
from ledger.service import WritableLedger
from verify.note import SigningKey
from verify.statement import Statement
from verify.statement_type import StatementType
from verify.strict import JsonValue, format_instant
from verify.submission import Submission

_WORTH_A_RUN: Final = 96
"""The clock runs when so many statements wait, or a week has passed: a batch of one costs as much as one of ten."""
_LONGEST: Final = 7 * DAY
_MOST_WAITING: Final = 512
"""Then they are decided. A part of the sample's rules, since it moves the runs of the clock: not to be changed."""

_NIGHT: Final = 2
"""The hour at which the clock runs, before the offices open."""


class SampleRefused(LedgerError):
    """The ledger refused a step that the sample took for legal; nothing after it was appended."""


@dataclass(frozen=True, slots=True)
class _ClockPen(Pen):
    """Keeps what it signs, by its bytes, so that this need not be read and verified again."""

    said: dict[bytes, Statement]

    def write(self, kind: StatementType, about: Mapping[str, JsonValue], values: Mapping[str, JsonValue]) -> Submission:
        """Sign a statement of the operator."""
        statement, openings = self.state(kind, about, values)
        self.said[statement.raw] = statement
        return Submission(statement.raw, openings)


class Filling:
    """A ledger that is being filled, as its one writer."""

    def __init__(self, ledger: WritableLedger, operator: SigningKey, dice: Dice, done: Callable[[int], None]) -> None:
        """`dice` is for what the clock signs; `done` is told the number of entries after each batch."""
        self.counts: Counter[str] = Counter()
        self._operator = operator
        self._dice = dice
        self._done = done
        self._bulk = Bulk(ledger.sequencer, ledger.reader)
        self._waiting: list[Admitted] = []
        self._said: dict[bytes, Statement] = {}
        """What the clock has signed and not yet handed in."""
        self._ran_on = date.min
        self._calendar = self._bulk.rules.book.calendar

    def found(self, parts: Iterable[list[Submission]]) -> None:
        """Append the first entries, part by part: the keys that sign one are registered by the last."""
        for part in parts:
            self._queue(part)
            self._flush()
        self._bulk.commit()
        self._calendar = self._bulk.rules.book.calendar

    def take(self, at: datetime, step: Admitted) -> None:
        """Append a step, after all that falls due by itself before its day."""
        day = beijing_date(at)
        if day > self._ran_on and (len(self._waiting) >= _WORTH_A_RUN or day - self._ran_on >= _LONGEST):
            self.run_clock(midnight(day, _NIGHT))
        self._waiting.append(step)
        if len(self._waiting) >= _MOST_WAITING:
            self._flush()

    def run_clock(self, at: datetime) -> None:
        """Say what has fallen due before the day of `at`."""
        self._flush()
        self._ran_on = beijing_date(at)
        book = self._bulk.rules.book
        pen = _ClockPen(self._operator, int(at.timestamp() * 1000), format_instant(at), self._dice.bytes, self._said)
        moved = book.calendar is not self._calendar
        run_clock(self._bulk, self._bulk, book, lambda: pen, self._ran_on, self._append_due, moved=moved)
        self._calendar = book.calendar

    def finish(self) -> None:
        """Append what is left, and make all of it durable."""
        self._flush()
        self._bulk.commit()

    def _append_due(self, submissions: list[Submission]) -> list[Refusal | None]:
        """What the clock says goes into the batch of the day. Nobody else writes, so nothing of it can be refused."""
        catalogue, signers = self._bulk.rules.catalogue, frozenset({self._operator.verifier})
        for each in submissions:
            self._waiting.append(admit_own(self._said.pop(each.statement), each.openings, signers, catalogue))
        moved = self._waiting[-1].statement.type == StatementType.DEADLINE_RECOMPUTED
        if moved or len(self._waiting) >= _MOST_WAITING:  # what has fallen due is asked after what has moved is known
            self._flush()
        return [None] * len(submissions)

    def _queue(self, submissions: list[Submission]) -> None:
        rules = self._bulk.rules
        self._waiting += [admit(each.statement, each.openings, rules.registry, rules.catalogue) for each in submissions]

    def _flush(self) -> None:
        if not self._waiting:
            return
        batch, self._waiting = self._waiting, []
        try:
            self._bulk.append(batch)
        except Refusal as refusal:
            kinds = Counter(each.statement.type for each in batch)
            message = f"{refusal} (one of {dict(kinds)}, made at {batch[0].statement.made_at} or later)"
            raise SampleRefused(message) from refusal
        self.counts.update(each.statement.type for each in batch)
        self._done(self._bulk.size)
