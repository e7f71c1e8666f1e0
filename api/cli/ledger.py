"""`kesu init`, `kesu serve`: the operator's commands."""

from __future__ import annotations

import ipaddress
import json
import os
import re
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import Usage, now, pen
from api.http.limits import USUAL_RATE, Limits
from api.observing.events import LogForm, written
from api.opening import open_ledger
from ledger.administration import catalogue_statement, opening_statement, rules_statement
from ledger.catalogue import parse_item, shipped_definitions
from ledger.home import LedgerHome, create_home
from ledger.rulebook.book import shipped_rules
from projections.as_of import day_begins

Folder = Annotated[Path, typer.Argument(help="The ledger's folder")]


def init(
    folder: Folder,
    *,
    origin: Annotated[
        str, typer.Option(help="Name of the log for ever: a URL without scheme, e.g. credit.example.gov.cn/log")
    ] = "credit.example/kesu",
    operator: Annotated[str, typer.Option(help="Issuer name of the ledger's own statements")] = "operator.example",
    simulated_clock: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="For samples and imported history: recorded times begin on this day and follow the statements; "
            "entry 0 says so for ever",
        ),
    ] = None,
) -> None:
    """Create a ledger: keys, database, and the first entries with the shipped catalogue and rules."""
    begins = day_begins(simulated_clock) if simulated_clock else None
    home = create_home(folder, origin=origin, operator=operator, random=os.urandom)
    create_ledger(home, simulated_from=begins)
    key = home.log_key().verifier
    typer.echo(f"Created the ledger {origin} in {folder}.")
    typer.echo(f"  log key to publish   {key}")
    typer.echo(f"  keep apart, back up separately: {folder / 'keys'} and {folder / 'signer'}")
    typer.echo(f"  next                 kesu department --help, then: kesu serve {folder}")


def create_ledger(home: LedgerHome, *, simulated_from: datetime | None = None) -> None:
    """Write the first entries: `ledger.opened`, the shipped catalogue items and rules."""
    simulated = simulated_from is not None
    operator = home.operator_key()
    with open_ledger(home, clock=now, random=os.urandom, new=True) as ledger:
        sequencer = ledger.sequencer
        opened = opening_statement(pen(operator, simulated_from), home.log_key().verifier, simulated_clock=simulated)
        sequencer.append(sequencer.admit(opened.statement, opened.openings))
        published = [catalogue_statement(pen(operator), parse_item(definition)) for definition in shipped_definitions()]
        published += [rules_statement(pen(operator), rule) for rule in shipped_rules()]
        sequencer.append_all(sequencer.admit(item.statement, item.openings) for item in published)


def serve(
    folder: Folder,
    *,
    host: Annotated[str, typer.Option(help="Address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one")] = 8321,
    log: Annotated[
        LogForm, typer.Option(help="Events on standard error: json has all, one a line; text what needs somebody")
    ] = LogForm.TEXT,
    metrics_token: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="A token for GET /metrics alone; without it only the auditor's is taken"),
    ] = None,
    rate: Annotated[
        str,
        typer.Option(
            metavar="N|off",
            help="Requests a second that one address may send for long, five times as many at once; all together "
            "forty times as many. off: no limit, for benches",
        ),
    ] = f"{USUAL_RATE:g}",
    trusted_proxy: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="A proxy, or network of them, whose X-Forwarded-For says who asks"),
    ] = None,
) -> None:
    """Serve the HTTP API of a ledger until interrupted. Stops by itself, and says why, if what is stored is unsound."""
    # Every other command would wait half a second for the web framework.
    from api.observing.watch import Watch  # noqa: PLC0415
    from api.serving import serve_until_stopped  # noqa: PLC0415

    limits = _limits(rate, trusted_proxy or [])
    watch = Watch(None if metrics_token is None else _read_token(metrics_token))
    with (
        written(sys.stderr, log),
        open_ledger(LedgerHome(folder), clock=now, random=os.urandom) as ledger,
    ):
        operator = ledger.home.operator_key()
        serve_until_stopped(
            ledger,
            host,
            port,
            lambda: pen(operator),
            lambda address: typer.echo(f"Serving {folder} at {address}"),
            watch=watch,
            limits=limits,
        )
    typer.echo("Stopped.")


def _limits(rate: str, proxies: list[str]) -> Limits | None:
    try:
        trusted = tuple(str(ipaddress.ip_network(each)) for each in proxies)
    except ValueError:
        raise Usage("--trusted-proxy: an address or network such as 10.0.0.1 or 10.0.0.0/24") from None
    if rate == "off":
        return None
    if not re.fullmatch(r"[0-9]{1,6}(\.[0-9]{1,3})?", rate, re.ASCII) or not float(rate):
        raise Usage("--rate: requests a second, more than 0, such as 50 or 0.5; or off")
    return Limits.of(float(rate), trusted)


def _read_token(path: Path) -> str:
    token = path.read_text("ascii", "replace").strip()
    if not re.fullmatch(r"[!-~]{20,200}", token):  # what fits into a header, and is not guessed
        raise Usage(f"{path}: a token is 20 to 200 printable ASCII characters without spaces")
    return token


def show_json(value: object) -> None:
    """Print JSON for machines."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))
