"""时限遵守 (keeping of clocks): each clock of a record kept, late, missed, running, or not to be judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from typing import Final

from ledger.domain.deadlines import Due, Period
from ledger.domain.state import CreditRecord, Repair, Step
from projections.share import NoShare, Share, share_or
from verify.statement_type import Clock


@unique
class Keeping(StrEnum):
    """遵守情况 (how a clock was kept), as of a day."""

    KEPT = "kept"
    """按时."""
    LATE = "late"
    """逾期完成."""
    MISSED = "missed"
    """逾期未完成."""
    RUNNING = "running"
    """期限内."""
    PROVISIONAL = "provisional"
    """暂定: past a day that was counted without the year's calendar; not judged before that is published."""
    MOOT = "moot"
    """无须: the record ended before the step was due, and nothing was left to do."""


@unique
class Duty(StrEnum):
    """责任 (duty): what the clocks are added up by, and whose they are."""

    COLLECTION = "collection"
    DISCLOSURE = "disclosure"
    OBJECTION = "objection"
    """核实、执行送达、复核: the providing unit's."""
    REPAIR = "repair"
    """受理、决定: the determining unit's."""
    WITHDRAWAL = "withdrawal"
    """撤回, 行政处罚法 第四十八条."""
    PLATFORM = "platform"
    """异议标注、转办、推送认定单位: the platform's own, shown beside the department's and not held against it."""


DUTIES: Final[Mapping[Clock, Duty]] = {
    Clock.COLLECT: Duty.COLLECTION,
    Clock.DISCLOSE: Duty.DISCLOSURE,
    Clock.ANNOTATE: Duty.PLATFORM,
    Clock.FORWARD: Duty.PLATFORM,
    Clock.VERIFY: Duty.OBJECTION,
    Clock.ACT: Duty.OBJECTION,
    Clock.REVIEW: Duty.OBJECTION,
    Clock.WITHDRAW: Duty.WITHDRAWAL,
    Clock.REPAIR_PUSH: Duty.PLATFORM,
    Clock.REPAIR_ACCEPT: Duty.REPAIR,
    Clock.REPAIR_DECIDE: Duty.REPAIR,
}


@dataclass(frozen=True, slots=True)
class Tally:
    """计数 (tally): clocks of one duty by how they were kept."""

    kept: int = 0
    late: int = 0
    missed: int = 0
    running: int = 0
    provisional: int = 0
    moot: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.kept + other.kept,
            self.late + other.late,
            self.missed + other.missed,
            self.running + other.running,
            self.provisional + other.provisional,
            self.moot + other.moot,
        )

    @property
    def share_kept(self) -> Share | NoShare:
        """Kept among those that can be judged: kept, late and missed."""
        return share_or(self.kept, self.kept + self.late + self.missed, NoShare.NOTHING_DUE)


def keeping_of(state: CreditRecord, due: Due, day: date) -> Keeping:
    """How a clock of the record was kept by `day`, when all that `state` says was known."""
    done = due.done_on
    if done is not None and done <= due.day:
        return Keeping.MOOT if _ended_instead(state, due) else Keeping.KEPT
    if day <= due.day:
        return Keeping.RUNNING
    if due.provisional:
        return Keeping.PROVISIONAL
    return Keeping.MISSED if done is None or _ended_instead(state, due) else Keeping.LATE


def tally_of(counts: Mapping[Keeping, int]) -> Tally:
    """The counts by name."""
    return Tally(**{keeping.value: count for keeping, count in counts.items()})


def _ended_instead(state: CreditRecord, due: Due) -> bool:
    """Say whether the clock stopped because the record ended, and not because the step was taken."""
    match due.clock:
        case Clock.DISCLOSE:
            return state.disclosed_on is None
        case Clock.REPAIR_PUSH | Clock.REPAIR_ACCEPT | Clock.REPAIR_DECIDE:
            return all(_step_of(due.clock, repair, due.since) is None for repair in state.repairs.values())
    return False


def _step_of(clock: Clock | Period, repair: Repair, since: int) -> Step | None:
    """The step that stops a clock of this repair; None also where the clock is another's."""
    if clock is Clock.REPAIR_ACCEPT:
        own = repair.forwarded is not None and repair.forwarded.seq == since
        return repair.accepted if own else None
    if repair.applied.seq != since:
        return None
    if clock is Clock.REPAIR_PUSH:
        return repair.forwarded
    # 不予受理 is a decision too; what was accepted waits for one.
    return repair.decided or (repair.accepted if not repair.running else None)
