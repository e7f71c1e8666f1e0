"""What decisions about a record share: the position they are taken at, and requirements that several of them have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NoReturn

from ledger.domain.events import Recorded
from ledger.domain.gist import Items
from ledger.domain.state import CreditRecord, EndingKind, Objection
from ledger.errors import Fault, RuleBroken
from ledger.rulebook.book import Rulebook


@dataclass(frozen=True, slots=True)
class Position:
    """所处位置 (position): what the next entry of the log finds, besides the record itself."""

    items: Items
    book: Rulebook
    operator: str = ""
    """The issuer that keeps the ledger."""
    bars: tuple[date, ...] = ()
    """Last days of the bars of the subject's other records."""
    signers: int = 1


def refuse(field: str, rule: str, fix: str) -> NoReturn:
    """Raise `RuleBroken`."""
    raise RuleBroken(Fault(field, rule, fix))


def require_providing_unit(state: CreditRecord, event: Recorded) -> None:
    """S001 L40, S004 L30: 由信息提供单位核实; 谁认定、谁修复. The platform and other units may not decide for it."""
    if event.facts.issuer != state.issuer:
        refuse("issuer", f"only the providing unit {state.issuer} may say this", "forward it to that unit")


def require_not_revoked(state: CreditRecord) -> None:
    """What was never valid cannot be mended, disputed or repaired."""
    if state.revoked:
        refuse("about/record", "the record was revoked", "file a new record if there is a new decision")


def require_not_ended(state: CreditRecord, *but: EndingKind) -> None:
    """The record stands, or has ended in one of these ways alone."""
    require_not_revoked(state)
    ended = next((kind for kind in EndingKind if kind in state.endings and kind not in but), None)
    if ended is not None:
        rule = f"the record has ended: {ended.value} on {state.endings[ended].on}"
        refuse("about/record", rule, "nothing of this kind can follow")


def require_after(event: Recorded, earlier: date | None, what: str) -> None:
    """A step does not come before the one that it follows."""
    if earlier is not None and event.on < earlier:
        refuse("on", f"lies before the day of {what}, {earlier}", "give the day on which it was done")


def objection_of(state: CreditRecord, identifier: str) -> Objection:
    """An objection that was raised on the record."""
    objection = state.objections.get(identifier)
    if objection is None:
        refuse("about/objection", "no objection with this id was raised on the record", "raise it, or correct the id")
    return objection


def require_open(state: CreditRecord, identifier: str | None) -> None:
    """An objection that is cited waits for its outcome."""
    if identifier is not None and not objection_of(state, identifier).open:
        refuse("about/objection", "the objection is not open", "name one that is open, or request a review")


def require_remedy(state: CreditRecord, identifier: str | None) -> None:
    """A remedy that is cited was opened on the record."""
    if identifier is not None and identifier not in state.remedies:
        refuse("about/remedy", "no remedy with this id was opened on the record", "open it, or correct the id")


def require_rules(named: tuple[str, int], right: tuple[str, int], why: str) -> None:
    """The rules that a statement names are those that apply."""
    if named != right:
        refuse("about/rules", f"{why} {right[0]} version {right[1]} applies", "name these rules")
