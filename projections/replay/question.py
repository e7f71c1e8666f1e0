"""What a replay is asked: how much of the log was known, and on which day things are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from ledger.application import recorded_at
from ledger.beijing import beijing_day
from ledger.store.recorder import LedgerRecorder
from projections.as_of import parse_as_of
from verify.strict import check_date


@dataclass(frozen=True, slots=True)
class Question:
    """The two times of a replay."""

    size: int
    """Entries known."""
    known_on: date
    """The day of `as_of` in Beijing."""
    on: date
    """The day on which things are looked at."""

    @property
    def looks_back(self) -> bool:
        """Say whether the day lies before what was known: outcomes do not tell of such a day, the events do."""
        return self.on < self.known_on


def ask(recorder: LedgerRecorder, published: int, today: date, as_of: str | None, on: str | None) -> Question:
    """The question that two texts put to a log of which `published` entries are in a signed checkpoint.

    Raises `Malformed` for what is no date and no instant.
    """
    instant = None if as_of is None else parse_as_of(as_of)
    known_on = today if instant is None else beijing_day(instant)
    size = published if instant is None else min(published, size_known_at(recorder, instant))
    return Question(size, known_on, known_on if on is None else date.fromisoformat(check_date(on, "on")))


def size_known_at(recorder: LedgerRecorder, instant: str) -> int:
    """How many entries had been recorded at an instant: times never go back, so that few entries are looked at."""
    known, unknown = 0, recorder.head().size
    while known < unknown:
        middle = (known + unknown) // 2
        (found,) = recorder.select_notifications(middle + 1, 1)
        if recorded_at(found) <= instant:
            known = middle + 1
        else:
            unknown = middle
    return known
