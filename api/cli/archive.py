"""`kesu archive`: the ledger as files - tiles that anybody can audit, and its history as Parquet to be replayed."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from api.archive_runner import Runner
from api.cli.place import now
from api.cli.progress import tracked
from ledger.beijing import BEIJING
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.store.audit_source import DatabaseSource
from ledger.vocabulary import TERMS, RecordStatus
from projections.replay.running import processes
from verify.archive import write_archive

app = typer.Typer(
    help="The ledger as files: tiles that anybody can audit, history as Parquet to be replayed.", no_args_is_help=True
)

Folder = Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")]
Target = Annotated[Path, typer.Argument(help="New folder for the archive")]


@app.command("tiles")
def tiles(
    folder: Folder,
    target: Target,
    *,
    openings: Annotated[
        bool, typer.Option("--openings", help="With the values: for auditors who are entitled to them")
    ] = False,
) -> None:
    """Write the log as a folder of files in tlog-tiles layout, which anybody can audit with: kesu verify TARGET."""
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        source = DatabaseSource(ledger.reader, ledger.recorder, ledger.mapper)
        with tracked("archive") as progress:
            size = write_archive(source, target, with_openings=openings, progress=progress)
    typer.echo(f"Wrote {size} entries to {target}. Check them with: kesu verify {target}")


@app.command("export")
def export(folder: Folder, target: Target) -> None:
    """Write the tiles, and beside them the history of all records as Parquet, for auditors and for analysis.

    The files hold days, classes and numbers by subject's handle; no values, names or openings.
    """
    from projections.archive.export import export_archive  # noqa: PLC0415 - no other command needs pyarrow

    with open_for_reading(LedgerHome(folder), os.urandom) as ledger, tracked("export") as progress:
        manifest = export_archive(ledger, target, progress)
    events = sum(file.rows for file in manifest.files if file.path.startswith("history/"))
    typer.echo(f"Wrote {manifest.size} entries, {events} of them events of records, to {target}.")
    typer.echo(f"  check the log   kesu verify {target}")
    typer.echo(f"  replay          kesu archive replay {target} --as-of 2026-01-01")


@app.command("replay")
def replay(
    archive: Annotated[
        str, typer.Argument(help="A folder that `kesu archive export` wrote, or its address (s3://...)")
    ],
    *,
    as_of: Annotated[
        str | None,
        typer.Option(help="As known at the end of this day in Beijing (YYYY-MM-DD), or at an instant (...Z)"),
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="In force on this day (YYYY-MM-DD); by default the day of --as-of")
    ] = None,
    runner: Annotated[
        Runner | None, typer.Option(help="Who folds, with the same digest; default: a pool where it saves time")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; by default as many as processors")] = None,
    fold: Annotated[
        bool, typer.Option("--fold", help="Fold the events again, instead of reading what each left its record as")
    ] = False,
    parquet: Annotated[Path | None, typer.Option(help="Write the rows too: a new folder for Parquet files")] = None,
) -> None:
    """Say how every record stood on a day, by what was known at an instant: counts, and the state digest."""
    from api.archive_replay import Run, replay_archive  # noqa: PLC0415 - no other command needs pyarrow

    started, today = time.monotonic(), now().astimezone(BEIJING).date()
    answered = replay_archive(archive, as_of, on, today, Run(runner, workers or processes(), fold, parquet))
    tally, question = answered.tally, answered.question
    for status in RecordStatus:
        if status.value in tally.statuses:
            typer.echo(f"{tally.statuses[status.value]:>9}  {status.value:<10}{TERMS[status].zh}")
    typer.echo(f"{tally.records:>9}  records; {tally.shown} shown, {tally.in_force} in force")
    typer.echo(f"{tally.read:>9}  events read, {time.monotonic() - started:.1f} s")
    typer.echo(f"as of     {question.known_on}: {question.size} of {answered.size} entries; on {question.on}")
    typer.echo(f"digest    {answered.digest}")
