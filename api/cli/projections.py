"""`kesu projections`: the tables that are read - how far they are, whether they are right, and building them anew."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.progress import tracked
from api.cli.replay import Folder, Workers, workers_for
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.vocabulary import TERMS
from projections.tables.checking import check_tables, table_states
from projections.tables.keeping import GISTS
from projections.tables.rebuilding import rebuild as rebuild_tables

Opening = Annotated[bool, typer.Option("--from-openings", help="Make the gists anew too, out of every event.")]

app = typer.Typer(help="The tables that queries read: each is a fold of the log.", no_args_is_help=True)


@app.command("status")
def status(folder: Folder) -> None:
    """List the tables: for whom they are, how much of the log they reflect, and the digest of their state."""
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        for state in table_states(ledger):
            readers = "、".join(TERMS[each].zh for each in state.audience)
            typer.echo(f"{state.name}  version {state.version}  {state.rows} rows  of {state.size} entries")
            typer.echo(f"    for {readers}")
            typer.echo(f"    digest {state.digest}")


@app.command("check")
def check(folder: Folder, *, workers: Workers = None) -> None:
    """Fold the whole log again and compare with the tables: exit code 1 and the first row that differs, if any."""
    with tracked("check") as progress:
        findings = check_tables(LedgerHome(folder), _workers(folder, workers), progress)
    for each in findings:
        typer.echo(each.sentence())
    differing = [each.name for each in findings if not each.agrees]
    if differing:
        opening = " --from-openings" if GISTS.name in differing else ""
        typer.echo(f"To mend it: kesu projections rebuild {folder}{opening}")
        raise typer.Exit(1)


@app.command("rebuild")
def rebuild(folder: Folder, *, workers: Workers = None, opening: Opening = False) -> None:
    """Build all tables anew beside today's, and put them in their place at once. A server may go on meanwhile."""
    with tracked("rebuild") as progress:
        size = rebuild_tables(LedgerHome(folder), _workers(folder, workers), progress, opening=opening)
    typer.echo(f"Built anew from {size} entries.")


def _workers(folder: Path, asked: int | None) -> int:
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        return workers_for(ledger.recorder.head().size, asked)
