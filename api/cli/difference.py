"""`kesu diff`: what changed between two instants, and the entries that made it."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from typing import Annotated

import typer

from api.cli.place import now
from api.cli.replay import (
    DepartmentOption,
    EverybodyOption,
    Folder,
    ListOption,
    SubjectOption,
    require_known_names,
    whom_named,
)
from api.difference_json import difference_json
from api.replay_questions import two_questions
from api.replay_rows import json_line
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
        require_known_names(ledger, replayer, whom)
        before, after = two_questions(replayer, first, last, on)
        identity, number = replayer.identity(whom, last, after), 0
        for each in replayer.differences(whom, before, after, identity):
            number += 1
            if output is Format.JSON:
                sys.stdout.buffer.write(json_line(difference_json(ledger.recorder, each)))
            else:
                _print_difference(ledger, each)
    if output is Format.TABLE:
        typer.echo(f"{number} records differ")
        typer.echo(f"from  known {before.known_on}, in force {before.on}, {before.size} entries")
        typer.echo(f"to    known {after.known_on}, in force {after.on}, {after.size} entries")


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
