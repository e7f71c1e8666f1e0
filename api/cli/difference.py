"""`kesu diff`: what changed between two instants, and the entries that made it."""

from __future__ import annotations

import json
import os
from enum import StrEnum
from typing import Annotated, Any

import typer

from api.cli.place import Usage, now
from api.cli.replay import DepartmentOption, EverybodyOption, Folder, ListOption, SubjectOption, whom_named
from api.replay_rows import row_json
from ledger.beijing import BEIJING
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from ledger.vocabulary import TERMS
from projections.replay.answering import Replayer
from projections.replay.difference import Difference
from projections.replay.explaining import happened, names_of
from projections.replay.standing import Standing


class Format(StrEnum):
    """How to print differences."""

    TABLE = "table"
    JSON = "json"


def diff(  # noqa: PLR0913 - each is an option
    folder: Folder,
    *,
    first: Annotated[str, typer.Option("--from", help="Known then: a day in Beijing, or an instant")],
    last: Annotated[str, typer.Option("--to", help="Known later: a day in Beijing, or an instant")],
    on: Annotated[
        str | None, typer.Option(help="Look at this one day in both, so that only what was learnt counts")
    ] = None,
    subject: SubjectOption = None,
    item: ListOption = None,
    department: DepartmentOption = None,
    everybody: EverybodyOption = False,
    output: Annotated[Format, typer.Option("--format", help="json: a line a record")] = Format.TABLE,
) -> None:
    """Show which records stand otherwise at --to than at --from, with the entries that made the difference.

    A record whose period ended between the two differs without an entry: then only days have passed.
    """
    whom = whom_named(subject, item, department, everybody=everybody)
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        replayer = Replayer(ledger, now().astimezone(BEIJING).date())
        before, after = replayer.question(first, on), replayer.question(last, on)
        if before.size > after.size or before.known_on > after.known_on:
            raise Usage("--from: lies after --to; turn them round")
        identity, number = replayer.identity(whom, last, after), 0
        for each in replayer.differences(whom, before, after, identity):
            number += 1
            if output is Format.JSON:
                typer.echo(json.dumps(difference_json(ledger, each), ensure_ascii=False))
            else:
                _print_difference(ledger, each)
    if output is Format.TABLE:
        typer.echo(f"{number} records differ")
        typer.echo(f"from  known {before.known_on}, in force {before.on}, {before.size} entries")
        typer.echo(f"to    known {after.known_on}, in force {after.on}, {after.size} entries")


def difference_json(ledger: Ledger, each: Difference) -> dict[str, Any]:
    """A difference with what its entries were."""
    return {
        "record": each.row.record,
        "subject": each.row.subject,
        "before": None if each.before is None else _plain(each.before),
        "after": None if each.after is None else _plain(each.after),
        "entries": [
            {
                "entry": every.seq,
                "type": every.type.value,
                "zh": TERMS[every.type].zh,
                "recorded_on": str(every.recorded_on),
            }
            for every in happened(ledger.recorder, each.entries)
        ],
    }


def _print_difference(ledger: Ledger, each: Difference) -> None:
    row = each.row
    with ledger.recorder.engine.connect() as connection:
        named = names_of(connection, [row.subject]).get(row.subject)
    typer.echo(f"{row.item}  {row.record}  {row.subject if named is None else named.name}")
    typer.echo(f"  {_words(each.before)} -> {_words(each.after)}")
    for every in happened(ledger.recorder, each.entries):
        typer.echo(f"  entry {every.seq}  {every.recorded_on}  {every.type.value} {TERMS[every.type].zh}")
    if not each.entries:
        typer.echo("  no entry: only days have passed")


def _words(row: Standing | None) -> str:
    if row is None:
        return "(not there)"
    return f"{row.status.value} {TERMS[row.status].zh}, {'shown' if row.shown else 'not shown'}"


def _plain(row: Standing) -> dict[str, Any]:
    return {name: str(value) if hasattr(value, "isoformat") else value for name, value in row_json(row).items()}
