"""决定台账 (registers of decisions): which month a department may declare, and when."""

from __future__ import annotations

from ledger.domain.bodies import RegisterDeclared
from ledger.domain.deciding import refuse
from ledger.domain.events import Recorded


def decide_declaration(event: Recorded) -> None:
    """Raise `RuleBroken` for a register that cannot have been counted yet; other events are passed over.

    A month that still runs may be declared: whoever has made his last decision of it need not wait.
    """
    if not isinstance(event.body, RegisterDeclared):
        return
    month = event.body.month
    if event.on > event.recorded_on:
        refuse("on", "lies after the day on which it is recorded", "give the day on which it was declared")
    if month > f"{event.recorded_on:%Y-%m}":
        refuse("about/month", "the month has not begun", "declare a month that is over, or the one that runs")
    if month > f"{event.on:%Y-%m}":
        refuse("on", "lies before the month that is declared", "give the day on which it was declared")
