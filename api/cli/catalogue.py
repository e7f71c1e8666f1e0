"""`kesu catalogue`: the collection catalogue 归集目录."""

from __future__ import annotations

import tomllib
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, Usage, open_place, pen, read_key
from api.cli.published import item_in_force, published_item
from api.client import LedgerClient
from api.templates.sheets import template_csv, template_workbook
from api.templates.versions import in_force
from ledger.administration import catalogue_statement
from ledger.beijing import BEIJING
from ledger.catalogue import CatalogueItem, DefinitionFault, parse_item, shipped_definitions

app = typer.Typer(help="Publish versions of catalogue items, and get their templates.", no_args_is_help=True)


class TemplateFormat(StrEnum):
    """How a template is written."""

    XLSX = "xlsx"
    CSV = "csv"


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


@app.command("template")
def template(
    item: Annotated[str, typer.Argument(help="Name of the item, such as administrative-penalty")],
    *,
    out: Annotated[Path, typer.Option("--out", help="File to write; one that is there is not replaced")],
    version: Annotated[
        int | None, typer.Option("--version", min=1, help="Default: the version that is in force today")
    ] = None,
    written: Annotated[
        TemplateFormat | None, typer.Option("--format", help="Default: what the name of --out ends in")
    ] = None,
    url: UrlOption = None,
) -> None:
    """Write the template of an item: a table to fill in Excel or WPS, and to give to `kesu import` without a mapping.

    With --url the item is what that ledger has published; without, the one that comes with Kesu.
    """
    form = written or next((each for each in TemplateFormat if out.suffix.lower() == f".{each}"), None)
    if form is None:
        raise Usage(f"{out.name} tells no format: name it with --format")
    if url is None:
        found = _shipped(item, version)
    else:
        with LedgerClient(url) as client:
            found = item_in_force(client, item) if version is None else published_item(client, item, version)
    with out.open("xb") as file:
        file.write(template_workbook(found) if form is TemplateFormat.XLSX else template_csv(found))
    typer.echo(f"{out}: template of {found.item} version {found.version}, {found.zh}")


def _shipped(name: str, version: int | None) -> CatalogueItem:
    versions = {item.version: item for item in map(parse_item, shipped_definitions()) if item.item == name}
    if not versions:
        raise Usage(f"no item {name} comes with Kesu: name the ledger that has it with --url")
    if version is None:
        return in_force(max(versions), versions.__getitem__, datetime.now(BEIJING).date())
    if version not in versions:
        raise Usage(f"{name} comes with Kesu in version {', '.join(map(str, sorted(versions)))} only")
    return versions[version]


def read_item(file: Path) -> CatalogueItem:
    """Read and check a definition."""
    try:
        return parse_item(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Usage(f"{file} is not TOML: {error}") from None
    except DefinitionFault as error:
        raise Usage(f"{file}: {error}") from None
