"""`kesu search`: subjects by code, old code, name or part of a name."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import sqlalchemy as sa
import typer

from api.cli.place import Usage, now
from api.cli.view import Layout
from ledger.beijing import BEIJING
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from projections.links import links_at
from projections.search.finding import Hit, find
from projections.search.public import is_current, publicly_shown
from projections.search.query import MOST_HITS


def search(
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    query: Annotated[str, typer.Argument(help="A code, an old code, a name, or two characters or more of a name")],
    *,
    limit: Annotated[int, typer.Option(help=f"How many subjects at most, from 1 to {MOST_HITS}")] = 20,
    everything: Annotated[bool, typer.Option("--all", help="Subjects too of which nothing is publicly shown")] = False,
    output: Annotated[Layout, typer.Option("--format", help="How to print")] = Layout.TEXT,
) -> None:
    """Search subjects: by exact code, by a code they had before, by name, then by part of a name.

    Finds what the public would find today; with --all what regulators find. Natural persons are not searched for.
    """
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        recorder, size = ledger.recorder, ledger.recorder.head().size
        links = links_at(recorder, ledger.mapper, size)
        with recorder.engine.connect() as connection:
            if not is_current(connection, size):
                raise Usage("the tables are behind the log: open the ledger once with kesu serve or kesu clock")
            visible = sa.true() if everything else publicly_shown(now().astimezone(BEIJING).date())
            hits = find(connection, query, limit, visible, links)
    if output is Layout.JSON:
        json.dump([_json(hit) for hit in hits], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        _print_text(hits)


def _print_text(hits: list[Hit]) -> None:
    for hit in hits:
        same = "   重名，请核对代码" if hit.same_name else ""
        typer.echo(f"{hit.name}  {hit.scheme}:{hit.code}{same}")
        if hit.found_by not in {hit.name, hit.code}:
            typer.echo(f"   {hit.match.value}: {hit.found_by}")
    typer.echo(f"{len(hits)} subjects")


def _json(hit: Hit) -> dict[str, Any]:
    return {
        "scheme": hit.scheme,
        "code": hit.code,
        "name": hit.name,
        "subject_handle": hit.handle,
        "match": hit.match.value,
        "found_by": hit.found_by,
        "same_name": hit.same_name,
    }
