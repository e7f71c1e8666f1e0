"""信用修复 (repair) of one record.

It goes applied, [forwarded], accepted or declined, [extended, verified], granted or refused, [revoked, bar ended]: one
application at a time. A revoked repair bars the subject until the bar ends.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum

from verify.finding import Finding, broken
from verify.statement_type import StatementType


class _Repair(Enum):
    """How far an application is, in words for a finding."""

    APPLIED = "applied for"
    FORWARDED = "forwarded"
    ACCEPTED = "accepted"
    EXTENDED = "extended"
    DECLINED = "declined"
    REFUSED = "refused"
    GRANTED = "granted"
    REVOKED = "revoked"
    BAR_ENDED = "revoked, its bar ended"


_DECIDED = frozenset({_Repair.DECLINED, _Repair.REFUSED, _Repair.GRANTED})
_TAKEN_IN = frozenset({_Repair.APPLIED, _Repair.FORWARDED})
_IN_HAND = frozenset({_Repair.ACCEPTED, _Repair.EXTENDED})

_STEPS: Mapping[str, tuple[frozenset[_Repair], _Repair | None]] = {
    StatementType.REPAIR_FORWARDED: (frozenset({_Repair.APPLIED}), _Repair.FORWARDED),
    StatementType.REPAIR_ACCEPTED: (_TAKEN_IN, _Repair.ACCEPTED),
    StatementType.REPAIR_DECLINED: (_TAKEN_IN, _Repair.DECLINED),
    StatementType.REPAIR_EXTENDED: (frozenset({_Repair.ACCEPTED}), _Repair.EXTENDED),
    StatementType.REPAIR_VERIFIED: (_IN_HAND, None),
    StatementType.REPAIR_GRANTED: (_IN_HAND, _Repair.GRANTED),
    StatementType.REPAIR_REFUSED: (_IN_HAND, _Repair.REFUSED),
    StatementType.REPAIR_REVOKED: (frozenset({_Repair.GRANTED}), _Repair.REVOKED),
    StatementType.BAR_ENDED: (frozenset({_Repair.REVOKED}), _Repair.BAR_ENDED),
}
"""After what a step may come, and what the repair is then; None: what it was."""

_APPLIED: str = StatementType.REPAIR_APPLIED.value


@dataclass(slots=True)
class Repairs:
    """Every application for the repair of one record so far."""

    _repairs: dict[str, _Repair] = field(default_factory=dict)
    _undecided: str | None = None
    """The one application that is."""

    def take(self, kind: str, repair: str, seq: int) -> Iterator[Finding]:
        """Check a statement that names a repair, and take it in."""
        known = self._repairs.get(repair)
        if kind == _APPLIED:
            if known is not None:
                yield broken(seq, "repair-applied-once", "an application of this record again")
                return
            if self._undecided is not None:
                yield broken(seq, "one-application", "an application while another is undecided")
            self._repairs[repair], self._undecided = _Repair.APPLIED, repair
        elif kind in _STEPS:
            after, becomes = _STEPS[kind]
            if known is None:
                yield broken(seq, "repair-order", f"{kind} for a repair never applied for on this record")
            elif known not in after:
                yield broken(seq, "repair-order", f"{kind} for a repair that was {known.value}")
            elif becomes is not None:
                self._repairs[repair] = becomes
                if becomes in _DECIDED and self._undecided == repair:
                    self._undecided = None

    def is_granted(self, repair: str) -> bool:
        """Say whether this repair is granted and stands."""
        return self._repairs.get(repair) is _Repair.GRANTED
