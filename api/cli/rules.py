"""`kesu rules`: rules as ledgered data - calendars, sharing, periods and clocks."""

from __future__ import annotations

import json
import os
import tomllib
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, Usage, open_place, pen, read_key
from api.client import LedgerClient
from ledger.administration import rules_statement
from ledger.definition import DefinitionFault
from ledger.home import LedgerHome
from ledger.rulebook.book import parse_rule, rule_name, shipped_rules
from ledger.rulebook.difference import Difference, differences
from ledger.service import open_for_reading
from projections.publications import publications
from verify.strict import JsonValue

_SHOWN = 200

app = typer.Typer(help="Look at, compare and publish rules: calendars, sharing, periods, clocks.", no_args_is_help=True)


@app.command("list")
def list_rules(ledger: LedgerOption = None, url: UrlOption = None) -> None:
    """List the rules in force with their versions: of a ledger, or those that come with Kesu."""
    for name, version in sorted(_versions(ledger, url)):
        typer.echo(f"{name} version {version}")


@app.command("diff")
def diff(
    old: Annotated[Path, typer.Argument(help="A definition (TOML) of a rule or catalogue item")],
    new: Annotated[Path, typer.Argument(help="Its next version")],
) -> None:
    """Show what a new version changes: + added, - taken away, ~ changed. Exit code 0 also when nothing is."""
    for difference in differences(_toml(old), _toml(new)):
        typer.echo(_line(difference))


@app.command("publish")
def publish(
    name: Annotated[str, typer.Argument(help="The rule's name, such as calendar/2027")],
    file: Annotated[Path, typer.Argument(help="Its definition (TOML)")],
    operator_key: Annotated[
        Path | None, typer.Option("--operator-key", help="Default: keys/operator.key of --ledger")
    ] = None,
    ledger: LedgerOption = None,
    url: UrlOption = None,
) -> None:
    """Publish a version of a rule, signed by the operator; what is decided from then on rests on it."""
    if operator_key is None:
        if ledger is None:
            raise typer.BadParameter("needed with --url", param_hint="--operator-key")
        operator_key = ledger / "keys" / "operator.key"
    try:
        rule = parse_rule(name, _toml(file))
    except DefinitionFault as error:
        raise Usage(f"{file}: {error}") from None
    with open_place(ledger, url) as place:
        done = place.submit(rules_statement(pen(read_key(operator_key)), rule))
    typer.echo(f"entry {done.entry.header.seq}: {name} version {rule.version} is published")


def _versions(ledger: Path | None, url: str | None) -> set[tuple[str, int]]:
    if ledger is not None:
        with open_for_reading(LedgerHome(ledger), os.urandom) as opened:
            return set(publications(opened.recorder, opened.mapper)[1].versions)
    if url is not None:
        with LedgerClient(url) as client:
            match client.get_json("/v1/rules"):
                case {"rules": list(rules)}:
                    return {
                        (str(rule["name"]), version)
                        for rule in rules
                        if isinstance(rule, dict) and isinstance(version := rule.get("version"), int)
                    }
        raise Usage(f"{url} does not say which rules it has")
    return {(rule_name(rule), rule.version) for rule in shipped_rules()}


def _toml(file: Path) -> dict[str, JsonValue]:
    try:
        value: dict[str, JsonValue] = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Usage(f"{file} is not TOML: {error}") from None
    return value


def _line(difference: Difference) -> str:
    if difference.before is None:
        return f"+ {difference.path}: {_shown(difference.after)}"
    if difference.after is None:
        return f"- {difference.path}: {_shown(difference.before)}"
    return f"~ {difference.path}: {_shown(difference.before)} -> {_shown(difference.after)}"


def _shown(value: JsonValue) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
