"""决定台账 (registers of decisions) as departments declared them: the denominators that the platform cannot see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from ledger.domain.bodies import RegisterDeclared
from ledger.domain.events import Recorded
from projections.period import Month


@dataclass(frozen=True, slots=True, order=True)
class RegisterKey:
    """Whose register, of which item and month; the version of the item that is named does not matter."""

    issuer: str
    item: str
    month: Month


@dataclass(frozen=True, slots=True)
class Declaration:
    """申报 (declaration): the last one of a register."""

    decided: int
    """Decisions made in the month, one for each subject; 0 is 零报告."""
    public: int
    """Those that are public by law."""
    seq: int
    declared_on: date
    """The day of recording."""
    replaced: int = 0
    """Earlier declarations of the same register that this one took the place of."""


def fold_registers(events: Iterable[Recorded], as_of: str | None = None) -> Mapping[RegisterKey, Declaration]:
    """The registers known at the instant `as_of` (default: all that is recorded); other events are passed over.

    Numbers that were erased count as not declared.
    """
    registers: dict[RegisterKey, Declaration] = {}
    for event in events:
        if as_of is not None and event.facts.recorded_at > as_of:
            break  # recorded_at never goes back
        if not isinstance(event.body, RegisterDeclared):
            continue
        key = RegisterKey(event.facts.issuer, event.body.item, Month.parse(event.body.month))
        earlier = registers.pop(key, None)
        decided, public = event.value("decided"), event.value("public")
        if isinstance(decided, int) and isinstance(public, int):
            replaced = 0 if earlier is None else earlier.replaced + 1
            registers[key] = Declaration(decided, public, event.facts.seq, event.recorded_on, replaced)
    return registers
