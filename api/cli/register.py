"""`kesu register`: a department's register of decisions 决定台账, month by month."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, now, open_place, pen, read_key
from ledger.administration import Counted, register_statement
from ledger.beijing import BEIJING

app = typer.Typer(help="Declare how many decisions there were to collect 决定台账.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """Keep `declare` a command of its own while it is the only one."""


@app.command("declare")
def declare(
    item: Annotated[str, typer.Argument(help="The catalogue item, such as administrative-penalty")],
    month: Annotated[str, typer.Argument(help="The month of the decisions, YYYY-MM: over, or running")],
    *,
    decided: Annotated[int, typer.Option("--decided", help="Decisions made, one for each subject; 0 is 零报告")],
    public: Annotated[int, typer.Option("--public", help="Those of them that are public by law")],
    key: Annotated[Path, typer.Option("--key", help="File with the department's private key")],
    operator: Annotated[
        str | None, typer.Option("--operator", help="经办人, who counted; default: the name of the key")
    ] = None,
    ledger: LedgerOption = None,
    url: UrlOption = None,
) -> None:
    """Declare the register of one item and month; a later declaration replaces it, and both stay in the log."""
    signing, moment = read_key(key), now()
    submission = register_statement(
        pen(signing, moment),
        item,
        month,
        Counted(decided, public),
        on=moment.astimezone(BEIJING).date(),
        operator=operator or signing.verifier.name,
    )
    with open_place(ledger, url) as place:
        done = place.submit(submission)
    what = "a zero report" if decided == 0 else f"{decided} decided, {public} public"
    typer.echo(f"entry {done.entry.header.seq}: {item} {month}: {what}")
