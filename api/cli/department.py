"""`kesu department`: how a department joins a ledger."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, open_place, pen, read_key
from ledger.administration import application_statement
from verify.submission import Submission

app = typer.Typer(
    help="Register departments: the department applies (its key signs), the operator registers it (countersigns).",
    no_args_is_help=True,
)


@app.command("apply")
def apply(
    name: Annotated[str, typer.Argument(help="The department's name")],
    key: Annotated[Path, typer.Option("--key", help="File with the department's private key")],
    out: Annotated[Path, typer.Option("--out", help="New file for the application, to be sent to the operator")],
) -> None:
    """On the department's side: write an application signed by the department's key, which proves it holds it."""
    submission = application_statement(pen(read_key(key)), name)
    with out.open("x", encoding="utf-8") as file:
        json.dump(submission.to_json(), file, ensure_ascii=False)
        file.write("\n")
    typer.echo(f"Wrote {out}. Send it to the operator; it holds no secret.")


@app.command("register")
def register(
    application: Annotated[Path, typer.Argument(help="The department's application, or that for another key")],
    operator_key: Annotated[
        Path | None, typer.Option("--operator-key", help="Default: keys/operator.key of --ledger")
    ] = None,
    ledger: LedgerOption = None,
    url: UrlOption = None,
) -> None:
    """On the operator's side: countersign an application and append it."""
    if operator_key is None:
        if ledger is None:
            raise typer.BadParameter("needed with --url", param_hint="--operator-key")
        operator_key = ledger / "keys" / "operator.key"
    submission = Submission.parse(application.read_bytes()).countersign(read_key(operator_key))
    with open_place(ledger, url) as place:
        done = place.submit(submission)
    what = "has one more key" if done.entry.statement.type == "key.added" else "is registered"
    typer.echo(f"entry {done.entry.header.seq}: department {done.entry.statement.issuer} {what}")
