"""`kesu sample`: a ledger of made-up cases, for demonstrations and for measuring load and replay."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Annotated, Final

import typer

from api.cli.progress import tracked
from ledger.vocabulary import TERMS
from verify.statement_type import StatementType
from verify.strict import check_date

_EARLIEST: Final = date(2021, 7, 15)
"""The day from which all shipped items are in force."""

_MOST_COMPANIES: Final = 1_000_000
_EVENTS_A_COMPANY: Final = 6
_FEWEST_COMPANIES: Final = 20


def sample(
    folder: Annotated[Path, typer.Argument(help="New folder for the ledger")],
    *,
    events: Annotated[int, typer.Option(min=1, help="Entries wanted, more or less; a hundred found the ledger")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same statements and the same log root")] = 1,
    companies: Annotated[
        int | None, typer.Option(min=1, max=_MOST_COMPANIES, help="Test companies; default: one for six events")
    ] = None,
    first: Annotated[str, typer.Option("--from", metavar="DATE", help="First day of the ledger")] = "2022-01-04",
    last: Annotated[str, typer.Option("--until", metavar="DATE", help="Last day of the ledger")] = "2026-11-20",
    statements: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="New file for the signed statements about cases, a line each, instead of appending them; for load "
            "tests: kesu serve FOLDER, and POST them to /v1/statements:batch",
        ),
    ] = None,
) -> None:
    """Make a ledger of made-up cases of test companies: licences, penalties, lists, and what becomes of them.

    Its clock is simulated and its keys follow from the seed: it is evidence of nothing, and every audit says so.
    """
    # The cases read the whole catalogue and rulebook; no other command should wait for that.
    from api.sampling.making import (  # noqa: PLC0415
        make_ledger,
        new_home,
        order_for,
        statements_for,
        write_statements,
    )
    from api.sampling.plan import Scope  # noqa: PLC0415

    days = _day(first, "--from"), _day(last, "--until")
    if not _EARLIEST <= days[0] < days[1]:
        raise typer.BadParameter(f"must be {_EARLIEST} or later, and before --until", param_hint="--from")
    began = time.monotonic()
    home = new_home(folder, seed)
    wanted = events if statements else statements_for(events)
    number = companies or max(_FEWEST_COMPANIES, events // _EVENTS_A_COMPANY)
    order = order_for(home, seed, number, Scope(wanted, *days))
    with tracked("sample") as progress:
        if statements is None:
            counts = make_ledger(home, order, lambda done: progress(done, events))
        else:
            counts = write_statements(home, order, statements, lambda done: progress(done, events))
    spent = time.monotonic() - began
    for kind in StatementType:
        if counts[kind]:
            typer.echo(f"{counts[kind]:>9}  {kind.value} {TERMS[kind].zh}")
    total = counts.total()
    typer.echo(f"{total:>9}  entries from {first} to {last} in {spent:.1f} s, {total / spent:.0f} a second")
    if statements is not None:
        typer.echo(f"           the cases are in {statements}")
    typer.echo(f"  log key  {home.log_key().verifier}")
    typer.echo(f"  next     kesu verify {folder}, or: kesu serve {folder}")


def _day(text: str, option: str) -> date:
    return date.fromisoformat(check_date(text, option))
