"""`kesu catalogue`: the collection catalogue 归集目录."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, Usage, open_place, pen, read_key
from ledger.administration import catalogue_statement
from ledger.catalogue import CatalogueItem, DefinitionFault, parse_item

app = typer.Typer(help="Publish versions of catalogue items.", no_args_is_help=True)


@app.command("check")
def check(file: Annotated[Path, typer.Argument(help="An item's definition (TOML)")]) -> None:
    """Read an item's definition and say what it is."""
    item = read_item(file)
    required = sum(part.required for part in item.fields)
    typer.echo(f"{item.item} version {item.version}: {item.zh}, {len(item.fields)} fields, {required} always required")
    typer.echo(f"nature: {item.nature or 'not given'}; decided on: {item.decided_on or 'not given'}")


@app.command("publish")
def publish(
    file: Annotated[Path, typer.Argument(help="An item's definition (TOML)")],
    operator_key: Annotated[
        Path | None, typer.Option("--operator-key", help="Default: keys/operator.key of --ledger")
    ] = None,
    ledger: LedgerOption = None,
    url: UrlOption = None,
) -> None:
    """Publish a version of an item, signed by the operator; records may cite it from then on."""
    if operator_key is None:
        if ledger is None:
            raise typer.BadParameter("needed with --url", param_hint="--operator-key")
        operator_key = ledger / "keys" / "operator.key"
    item = read_item(file)
    with open_place(ledger, url) as place:
        done = place.submit(catalogue_statement(pen(read_key(operator_key)), item))
    typer.echo(f"entry {done.entry.header.seq}: {item.item} version {item.version} is published")


def read_item(file: Path) -> CatalogueItem:
    """Read and check a definition."""
    try:
        return parse_item(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Usage(f"{file} is not TOML: {error}") from None
    except DefinitionFault as error:
        raise Usage(f"{file}: {error}") from None
