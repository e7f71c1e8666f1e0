"""`kesu coverage`: deadlines kept and what was collected and disclosed, for 考核."""

from __future__ import annotations

import json
import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import now
from api.coverage_json import report_json
from api.coverage_table import export, growth_table, table
from ledger.beijing import BEIJING
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from projections.as_of import parse_as_of
from projections.coverage_report import Asked, CoverageReport, read_coverage
from projections.coverage_totals import Selection
from projections.immediate import GROWTH_GOAL, IMMEDIATE
from projections.period import Grain, Month


class Format(StrEnum):
    """How to print."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def coverage(
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    *,
    department: Annotated[str | None, typer.Option(help="One department, by its code")] = None,
    item: Annotated[str | None, typer.Option(help="One catalogue item")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First month of the decisions, YYYY-MM")] = None,
    last: Annotated[str | None, typer.Option("--until", help="Last month, YYYY-MM")] = None,
    by: Annotated[Grain, typer.Option(help="Add up by")] = Grain.MONTH,
    as_of: Annotated[
        str | None, typer.Option(help="As known at the end of this day in Beijing (YYYY-MM-DD), or at an instant")
    ] = None,
    output: Annotated[Format, typer.Option("--format", help="How to print; csv has every figure")] = Format.TABLE,
) -> None:
    """Show how each department kept its deadlines, and what it collected of what it declared 决定台账.

    Lines are by the month of the decision: details, then departments, items and periods added up, then everything.
    """
    asked = Asked(
        today=now().astimezone(BEIJING).date(),
        as_of=None if as_of is None else parse_as_of(as_of),
        grain=by,
        selection=Selection(department, item, _month(first, "from"), _month(last, "until")),
    )
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        report = read_coverage(ledger.recorder, ledger.mapper, asked)
    match output:
        case Format.JSON:
            json.dump(report_json(report), sys.stdout, ensure_ascii=False, indent=1)
            sys.stdout.write("\n")
        case Format.CSV:
            sys.stdout.write(export(report))
        case Format.TABLE:
            _print_table(report)


def _month(text: str | None, part: str) -> Month | None:
    return None if text is None else Month.parse(text, part)


def _print_table(report: CoverageReport) -> None:
    typer.echo(f"as of {report.day}, by {report.asked.grain.value} of the decision; {report.size} entries read\n")
    typer.echo(table(report))
    typer.echo(growth_table(report))
    typer.echo(f"{IMMEDIATE.zh}。")
    typer.echo(f"{GROWTH_GOAL.zh}。")
    typer.echo("What each figure means: docs/coverage.md. All figures: --format csv.")
