"""`kesu sign` and `kesu submit`: one statement at a time, signing and sending apart."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import LedgerOption, UrlOption, VkeyOption, now, open_place, read_key
from api.client import Unproved
from verify.receipt import Receipt
from verify.strict import format_instant
from verify.submission import Draft, Submission, uuid7


def sign(
    draft: Annotated[
        Path,
        typer.Argument(help='File (- for standard input) with {"type": ..., "about": {...}, "values": {path: value}}'),
    ],
    key: Annotated[list[Path], typer.Option("--key", help="Private key file; give it twice where two must sign")],
    out: Annotated[
        Path | None, typer.Option("--out", help="New file for the submission; default: standard output")
    ] = None,
) -> None:
    """Sign a draft on the department's side: commits to every value under a fresh salt. Nothing is sent.

    The draft of a penalty: {"type": "record.filed", "about": {"record": "<new UUIDv7>", "catalogue": {"item":
    "administrative-penalty", "version": 1}}, "values": {"subject": {"scheme": "uscc", "code": "...", "name": "..."},
    "data/CF_WSH": "...", ...}}. "record" may be left out of a filing: a new id is drawn.
    """
    data = sys.stdin.buffer.read() if str(draft) == "-" else draft.read_bytes()
    read = Draft.parse(data)
    milliseconds = time.time_ns() // 1_000_000
    about = dict(read.about)
    if read.type == "record.filed":
        about.setdefault("record", uuid7(milliseconds, os.urandom(10)))
    keys = [read_key(path) for path in key]
    submission = Draft(read.type, about, read.values).sign(
        keys,
        identifier=uuid7(milliseconds, os.urandom(10)),
        issuer=keys[0].verifier.name.partition("/")[0],
        made_at=format_instant(now()),
        random=os.urandom,
    )
    text = json.dumps(submission.to_json(), ensure_ascii=False) + "\n"
    if out is None:
        typer.echo(text, nl=False)
    else:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)


def submit(
    submission: Annotated[Path, typer.Argument(help="A signed submission, as kesu sign writes it")],
    ledger: LedgerOption = None,
    url: UrlOption = None,
    vkey: VkeyOption = None,
    receipt: Annotated[Path | None, typer.Option("--receipt", help="New file for the receipt")] = None,
) -> None:
    """Send a submission, verify the receipt that comes back, and keep it. Safe to repeat."""
    read = Submission.parse(submission.read_bytes())
    try:
        with open_place(ledger, url, vkey) as place:
            done = place.submit(read)
    except Unproved as error:
        evidence = submission.with_name(f"{submission.name}.unproved")
        _keep(error.receipt, evidence)
        sys.stderr.write(f"kept what the server gave as evidence: {evidence}\n")
        raise
    for warning in done.warnings:
        sys.stderr.write(f"warning: {warning}\n")
    again = "had been recorded before as" if done.repeated else "is recorded as"
    typer.echo(f"{done.entry.statement.id} {again} entry {done.entry.header.seq}; its receipt verifies")
    if receipt is not None:
        _keep(done.receipt, receipt)


def _keep(receipt: Receipt, target: Path) -> None:
    with target.open("x", encoding="utf-8") as file:
        json.dump(receipt.to_json(), file, ensure_ascii=False)
        file.write("\n")
