"""What an entry did to the clocks of its record: started, moved, kept, missed, ended.

A pure function of the deadlines before and after the entry: no clock is computed here, only compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from typing import Final, TypeAlias

from ledger.domain.bodies import DeadlineMissed
from ledger.domain.deadlines import Due, Period
from ledger.domain.events import Recorded
from verify.statement_type import FILINGS, Clock, StatementType


@unique
class ClockEffect(StrEnum):
    """期限变动 (what became of a clock with an entry)."""

    STARTED = "started"
    """起算: it begins to run, or runs again."""
    MOVED = "moved"
    """改期: another last day, or the same one for certain."""
    KEPT = "kept"
    """按期: the step was taken in time."""
    LATE = "late"
    """逾期完成: the step was taken, after the last day."""
    MISSED = "missed"
    """逾期: the ledger said that the last day had passed without the step."""
    ENDED = "ended"
    """终止: the period is over, or nothing is left to do."""


@dataclass(frozen=True, slots=True)
class ClockChange:
    """One clock or period, and what the entry did to it."""

    effect: ClockEffect
    clock: Clock | Period
    since: int
    """The entry that started it."""
    day: date | None
    """The last day; None where it was erased."""
    provisional: bool
    """暂定: it runs into a year whose calendar is not published."""
    rule: tuple[str, int]
    was: date | None = None
    """The last day before it was moved."""


Dues: TypeAlias = Mapping[tuple[Clock | Period, int], Due]

_ONE_A_RECORD: Final = frozenset({Clock.COLLECT, Clock.DISCLOSE, Period.PUBLICITY, Period.LISTING})
"""A record has one of each, which may start anew from another entry: that moves it. The others are told by entry."""

_T = StatementType
_STEPS: Final[Mapping[Clock | Period, frozenset[StatementType]]] = {
    Clock.COLLECT: FILINGS,
    Clock.ANNOTATE: frozenset({_T.OBJECTION_RAISED}),
    Clock.FORWARD: frozenset({_T.OBJECTION_FORWARDED, _T.OBJECTION_RAISED}),
    Clock.VERIFY: frozenset({_T.OBJECTION_RESOLVED}),
    Clock.ACT: frozenset({_T.OBJECTION_DELIVERED}),
    Clock.REVIEW: frozenset({_T.REVIEW_DECIDED}),
    Clock.WITHDRAW: frozenset({_T.RECORD_REVOKED, _T.RECORD_CHANGED, _T.RECORD_CORRECTED}),
    Clock.REPAIR_PUSH: frozenset({_T.REPAIR_FORWARDED, _T.REPAIR_APPLIED}),
    Clock.REPAIR_ACCEPT: frozenset({_T.REPAIR_ACCEPTED, _T.REPAIR_DECLINED}),
    Clock.REPAIR_DECIDE: frozenset({_T.REPAIR_DECLINED, _T.REPAIR_GRANTED, _T.REPAIR_REFUSED}),
}
"""The steps that clocks wait for; whatever else stops a clock leaves nothing to do. Disclosure stands in the header."""


def by_key(dues: Iterable[Due]) -> Dues:
    """Deadlines by what tells one of a record from another."""
    return {(due.clock, 0 if due.clock in _ONE_A_RECORD else due.since): due for due in dues}


def clock_changes(before: Dues, after: Dues, kind: StatementType, event: Recorded) -> Iterator[ClockChange]:
    """Everything that the entry did to the clocks of its record, clock by clock."""
    step = kind, bool(event.facts.discloses)
    for key, due in after.items():
        yield from _changes(before.get(key), due, *step)
    for key, due in before.items():
        if key not in after and not _over(due):
            yield _change(ClockEffect.ENDED, due)
    if isinstance(event.body, DeadlineMissed):
        yield _missed(event.body, event)


def _changes(old: Due | None, new: Due, kind: StatementType, discloses: bool) -> Iterator[ClockChange]:  # noqa: FBT001 - unpacked
    if old is None or (_over(old) and not _over(new)):
        yield _change(ClockEffect.STARTED, new)
    elif (old.day, old.provisional) != (new.day, new.provisional):
        yield _change(ClockEffect.MOVED, new, old.day)
    effect = _ending(new)
    if effect is None or (old is not None and effect is _ending(old)):
        return
    stopped_now = old is None or old.done_on is None
    step = discloses if new.clock is Clock.DISCLOSE else kind in _STEPS.get(new.clock, ())
    yield _change(effect if step or not stopped_now else ClockEffect.ENDED, new)


def _ending(due: Due) -> ClockEffect | None:
    """How it came out, as far as that is certain: by a calendar that is not published nobody is late."""
    if isinstance(due.clock, Period):
        return ClockEffect.ENDED if due.settled else None
    if due.done_on is None or (due.late and due.provisional):
        return None
    return ClockEffect.LATE if due.late else ClockEffect.KEPT


def _over(due: Due) -> bool:
    return due.settled or due.done_on is not None


def _change(effect: ClockEffect, due: Due, was: date | None = None) -> ClockChange:
    return ClockChange(effect, due.clock, due.since, due.day, due.provisional, due.rule, was)


def _missed(body: DeadlineMissed, event: Recorded) -> ClockChange:
    """From the statement alone: the record's own day, from which the clock ran, may be erased."""
    day = event.on if event.value("on") is not None else None
    rule = (body.rules, body.rules_version)
    return ClockChange(ClockEffect.MISSED, body.clock, body.since, day, provisional=False, rule=rule)
