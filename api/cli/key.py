"""`kesu key`: a department's own keys. Private keys are made and stay on the department's side."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, open_place, pen, read_key
from ledger.administration import addition_statement, revocation_statement, rotation_statement
from ledger.home import write_secret
from verify.note import SigningKey, VerifierKey
from verify.statement import check_issuer

app = typer.Typer(help="Make, show, rotate and revoke signing keys.", no_args_is_help=True)

KeyOption = Annotated[Path, typer.Option("--key", help="File with the private key that signs")]
_SEED_BYTES = 32


@app.command("new")
def new(
    issuer: Annotated[str, typer.Argument(help="Whose key: the department's unified social credit code")],
    file: Annotated[Path, typer.Argument(help="New file for the private key; readable by its owner alone")],
    label: Annotated[str, typer.Option(help="The key's own name within the department")] = "1",
) -> None:
    """Make a private key. Print the public one, which the ledger's operator registers."""
    key = SigningKey.from_seed(f"{check_issuer(issuer)}/{label}", os.urandom(_SEED_BYTES))
    write_secret(file, key.secret())
    typer.echo(str(key.verifier))


@app.command("show")
def show(file: Annotated[Path, typer.Argument(help="File with a private key")]) -> None:
    """Print the public key of a private one."""
    typer.echo(str(read_key(file).verifier))


@app.command("add")
def add(
    key: KeyOption,
    new_key: Annotated[Path, typer.Option("--new", help="File with the additional private key, another official's")],
    out: Annotated[Path, typer.Option("--out", help="New file for the application, to be sent to the operator")],
) -> None:
    """Apply for one more key: decisions on lists and repairs need the signatures of two. The operator countersigns."""
    new = read_key(new_key)
    submission = addition_statement(pen(read_key(key)), new.verifier).countersign(new)
    with out.open("x", encoding="utf-8") as file:
        json.dump(submission.to_json(), file, ensure_ascii=False)
        file.write("\n")
    typer.echo(f"Wrote {out}. The operator appends it with: kesu department register; it holds no secret.")


@app.command("rotate")
def rotate(
    key: KeyOption,
    new_key: Annotated[Path, typer.Option("--new", help="File with the new private key")],
    ledger: LedgerOption = None,
    url: UrlOption = None,
) -> None:
    """Replace a key in force by a new one; both sign. What the old key signed stays valid."""
    submission = rotation_statement(pen(read_key(key)), read_key(new_key))
    with open_place(ledger, url) as place:
        done = place.submit(submission)
    typer.echo(f"entry {done.entry.header.seq}: {read_key(new_key).verifier.name} takes the place of the old key")


@app.command("revoke")
def revoke(
    vkey: Annotated[str, typer.Argument(help="The public key to revoke")],
    key: KeyOption,
    reason: Annotated[str, typer.Option(help="Why, in words")],
    ledger: LedgerOption = None,
    url: UrlOption = None,
) -> None:
    """Revoke a key, signed by a key of its department or by the operator. Entries before stay valid."""
    submission = revocation_statement(pen(read_key(key)), VerifierKey.parse(vkey), reason)
    with open_place(ledger, url) as place:
        done = place.submit(submission)
    typer.echo(f"entry {done.entry.header.seq}: nothing signed by this key is accepted from here on")
