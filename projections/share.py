"""占比 (shares) as two whole numbers, or the reason why there is none: no percentage is shown that says nothing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique


@unique
class NoShare(StrEnum):
    """无占比 (why there is no share)."""

    REGISTER_NOT_DECLARED = "register-not-declared"
    """未申报台账: the department did not say how many decisions there were; in a sum, not for every month."""
    MONTH_RUNNING = "month-running"
    """The month is not over, and no register is asked for yet."""
    NOTHING_TO_COLLECT = "nothing-to-collect"
    """零报告: nothing was decided, and nothing collected."""
    NOTHING_TO_DISCLOSE = "nothing-to-disclose"
    """Nothing that was decided is public by law, and nothing was disclosed."""
    NOTHING_DUE = "nothing-due"
    """No clock has come to its end yet."""
    NOTHING_RESOLVED = "nothing-resolved"
    """No objection has an outcome yet."""
    NOTHING_COLLECTED = "nothing-collected"


@dataclass(frozen=True, slots=True)
class Share:
    """占比 (share): `part` of `whole`, exact; a percentage is made where it is shown."""

    part: int
    whole: int
    surplus: int = 0
    """How many more there are than were declared, added up over registers: numbers that contradict each other.

    They are not clipped. In a sum the surplus of one month hides what another lacks, so no percentage is shown then.
    """


def share_or(part: int, whole: int, gap: NoShare, surplus: int = 0) -> Share | NoShare:
    """The share, or `gap` where there is nothing to divide by."""
    return Share(part, whole, surplus) if whole or surplus else gap
