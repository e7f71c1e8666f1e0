"""The ledger's clock 账本时钟: what falls due by itself becomes an event, once, in order, also after a long stop.

Publicity and listings end, bars end, deadlines are missed, and a new calendar moves deadlines that were counted without
it. Each event is signed by the operator and judged like every other statement: the clock can say nothing untrue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Final, Protocol

from ledger.administration import Pen
from ledger.domain.deadlines import Due, Period, computed_with
from ledger.errors import Refusal
from ledger.rulebook.book import Rulebook
from ledger.store.deadlines import StoredDue
from ledger.vocabulary import TERMS
from verify.entry import split_entry
from verify.statement import Statement
from verify.statement_type import Clock, StatementType
from verify.strict import JsonValue
from verify.submission import Submission

_CHUNK: Final = 256
_ENDS: Final[Mapping[Period, StatementType]] = {
    Period.PUBLICITY: StatementType.PUBLICITY_ENDED,
    Period.LISTING: StatementType.LISTING_EXPIRED,
    Period.BAR: StatementType.BAR_ENDED,
}

Append = Callable[[list[Submission]], list[Refusal | None]]
"""Appends statements; gives for each the refusal, if the record has moved on meanwhile."""


@dataclass(frozen=True, slots=True)
class ClockRun:
    """What one run of the clock said, by type."""

    appended: Mapping[StatementType, int]
    passed_over: int
    """Refused, because the record moved while the clock was running; the next run looks again."""


class DueDates(Protocol):
    """What the clock asks: `Deadlines`, or those with a batch that is not durable yet."""

    def fallen_due(self, today: date) -> list[StoredDue]:
        """What is unsettled and certain, and whose last day has passed; in order of days."""

    def movable(self) -> Iterator[StoredDue]:
        """Unsettled clocks of working days, which a new calendar may move."""


class Entries(Protocol):
    """Reads entries: a `LogReader`, or one that knows a batch that is not durable yet."""

    def entries(self, first: int, end: int) -> list[tuple[int, bytes]]:
        """Entries [first, end) with their numbers, as far as they are there."""


def run_clock(
    deadlines: DueDates,
    reader: Entries,
    book: Rulebook,
    pen: Callable[[], Pen],
    today: date,
    append: Append,
    *,
    moved: bool = True,
) -> ClockRun:
    """Say everything that has fallen due by `today`, the day in Beijing: moved deadlines first, then days in order.

    `moved` False leaves moved deadlines out, where the calendar is known to be that of the last run.
    """
    said: dict[StatementType, int] = {}
    passed_over = 0
    sources = [_moved(deadlines, book, pen)] if moved else []
    for source in (*sources, _fallen(deadlines, reader, pen, today)):
        while chunk := list(islice(source, _CHUNK)):
            for (kind, _submission), refusal in zip(chunk, append([each for _, each in chunk]), strict=True):
                if refusal is None:
                    said[kind] = said.get(kind, 0) + 1
                else:
                    passed_over += 1
    return ClockRun(said, passed_over)


_Said = tuple[StatementType, Submission]


def _moved(deadlines: DueDates, book: Rulebook, pen: Callable[[], Pen]) -> Iterator[_Said]:
    # A list: the rows change under a cursor that is still open.
    for stored in list(deadlines.movable()):
        due, new = stored.due, computed_with(stored.due, book)
        if (new.day, new.provisional) != (due.day, due.provisional) and isinstance(due.clock, Clock):
            values = {**_due_values(StatementType.DEADLINE_RECOMPUTED, new), "was": due.day.isoformat()}
            about = _clock_about(stored, due)
            kind = StatementType.DEADLINE_RECOMPUTED
            yield kind, pen().write(kind, about, values)


def _fallen(deadlines: DueDates, reader: Entries, pen: Callable[[], Pen], today: date) -> Iterator[_Said]:
    for stored in deadlines.fallen_due(today):
        due = stored.due
        if isinstance(due.clock, Clock):
            kind = StatementType.DEADLINE_MISSED
            yield kind, pen().write(kind, _clock_about(stored, due), _due_values(kind, due))
            continue
        kind = _ENDS[due.clock]
        about: dict[str, JsonValue] = {"record": str(stored.stream), "rules": _rules(due)}
        if kind is StatementType.BAR_ENDED:
            about["repair"] = _repair_of(reader, due.since)
        yield kind, pen().write(kind, about, {"on": due.day.isoformat(), "reason": TERMS[kind].zh})


def _clock_about(stored: StoredDue, due: Due) -> dict[str, JsonValue]:
    return {"clock": due.clock.value, "record": str(stored.stream), "rules": _rules(due), "since": due.since}


def _rules(due: Due) -> dict[str, JsonValue]:
    return {"name": due.rule[0], "version": due.rule[1]}


def _due_values(kind: StatementType, due: Due) -> dict[str, JsonValue]:
    word = TERMS[due.clock].zh if isinstance(due.clock, Clock) else ""
    calendar: list[JsonValue] = [[year, version] for year, version in due.calendar]
    return {"on": due.day.isoformat(), "reason": f"{TERMS[kind].zh}: {word}", "calendar": calendar}


def _repair_of(reader: Entries, seq: int) -> str:
    """The repair whose revocation, entry `seq`, began the bar."""
    ((_seq, raw),) = reader.entries(seq, seq + 1)
    return Statement.parse(split_entry(raw)[1]).reference("repair")
