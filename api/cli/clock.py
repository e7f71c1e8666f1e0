"""`kesu clock`: what falls due by itself - ends of publicity, lists and bars, missed and moved deadlines."""

from __future__ import annotations

import os
from datetime import date, datetime, time
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.cli.place import Usage, now, pen
from api.clockwork import append_all
from api.opening import open_ledger
from ledger.beijing import BEIJING
from ledger.clock import run_clock
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.store.deadlines import Deadlines, StoredDue
from ledger.vocabulary import TERMS
from verify.registry import STATEMENT_CLOCK
from verify.strict import check_date, check_uuid7

app = typer.Typer(help="The ledger's clock: what falls due by itself becomes an event.", no_args_is_help=True)

Folder = Annotated[Path, typer.Argument(help="The ledger's folder, while no server has it open")]
TodayOption = Annotated[
    str | None, typer.Option("--today", metavar="DATE", help="For a simulated ledger: its day; otherwise the clock's")
]


@app.command("run")
def run(folder: Folder, today: TodayOption = None) -> None:
    """Append the events that have fallen due, once and in order. A running server does this by itself, every minute."""
    with open_ledger(LedgerHome(folder), clock=now, random=os.urandom) as ledger:
        sequencer = ledger.sequencer
        moment = _moment(today, simulated=sequencer.rules.registry.clock == STATEMENT_CLOCK)
        key = ledger.home.operator_key()
        done = run_clock(
            sequencer.deadlines,
            ledger.reader,
            sequencer.rules.book,
            lambda: pen(key, moment),
            sequencer.today if moment is None else moment.astimezone(BEIJING).date(),
            lambda submissions: append_all(sequencer, submissions),
        )
    for kind, number in sorted(done.appended.items()):
        typer.echo(f"{number:>7}  {kind.value} {TERMS[kind].zh}")
    typer.echo(f"{sum(done.appended.values()):>7}  events appended")


@app.command("list")
def list_deadlines(
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    record: Annotated[str | None, typer.Option(help="All deadlines of this record, settled ones too")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="What is open and ends up to this day; default: today in Beijing")
    ] = None,
) -> None:
    """List deadlines: those that are open, or all of a record, each with the rule and calendars it rests on."""
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        deadlines = Deadlines(ledger.recorder.engine)
        if record is not None:
            shown = deadlines.of_record(UUID(check_uuid7(record, "--record")))
        else:
            shown = deadlines.open_until(_day(until))
    for stored in shown:
        typer.echo(_line(stored))
    typer.echo(f"{len(shown)} deadlines")


def _moment(today: str | None, *, simulated: bool) -> datetime | None:
    if simulated is (today is None):
        raise Usage(
            "--today: a simulated ledger does not know its day, name it"
            if simulated
            else "--today: only for a simulated ledger; this one follows the clock"
        )
    return None if today is None else datetime.combine(_day(today), time(12), BEIJING)


def _day(text: str | None) -> date:
    return now().astimezone(BEIJING).date() if text is None else date.fromisoformat(check_date(text, "date"))


def _line(stored: StoredDue) -> str:
    due = stored.due
    done = "open" if due.done_on is None else f"done {due.done_on}"
    if due.settled and due.done_on is None:
        done = "settled"
    calendar = ", ".join(f"{year} v{version}" for year, version in due.calendar)
    provisional = " 暂定" if due.provisional else ""
    rule = f"{due.rule[0]} v{due.rule[1]}"
    return (
        f"{due.day}{provisional}  {due.clock.value:<14} {done:<15} {stored.stream}  {rule}  calendar {calendar or '-'}"
    )
