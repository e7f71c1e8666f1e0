"""`kesu backup`, `kesu restore`, `kesu doctor`: keeping a ledger, and getting it back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import now
from api.cli.progress import tracked
from ledger.backup import back_up, back_up_keys, free_bytes, require_apart
from ledger.errors import LedgerError
from ledger.examination import Level
from ledger.home import LedgerHome
from ledger.restoring import restore as restore_backup
from verify.strict import format_instant

Folder = Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")]


class NothingNamed(LedgerError):
    """A backup of nothing was asked for."""


def backup(
    folder: Folder,
    target: Annotated[
        Path | None, typer.Argument(help="New folder for the database; it appears whole or not at all")
    ] = None,
    *,
    keys: Annotated[
        Path | None,
        typer.Option(
            metavar="TARGET2",
            help="Folder for the keys, on other media than any TARGET; what is there is replaced, so that no key "
            "outlives its erasure",
        ),
    ] = None,
) -> None:
    """Copy the database while a server writes to it, the keys to a place of their own, or either alone.

    The signer journal is copied by nothing: a journal that was restored would have forgotten what it signed.
    """
    if target is None and keys is None:
        raise NothingNamed("TARGET: is missing; name a new folder for the database, or --keys for the keys alone")
    home = LedgerHome(folder)
    home.require()
    require_apart(home, target, keys)
    if target is not None:
        with tracked("backup") as progress:
            made = back_up(home, target, made_at=format_instant(now()), free=free_bytes, progress=progress)
        typer.echo(f"Copied {made.size} entries to {target}.")
        typer.echo(f"  root     {made.root}")
        typer.echo(f"  restore  kesu restore {target} NEW-FOLDER")
    if keys is not None:
        back_up_keys(home, keys, made_at=format_instant(now()))
        typer.echo(f"Copied the keys to {keys}. Keep no earlier copy of them anywhere, and none beside a database.")


def restore(
    target: Annotated[Path, typer.Argument(help="A folder that `kesu backup` made")],
    folder: Annotated[Path, typer.Argument(help="New folder for the ledger")],
    *,
    keys: Annotated[
        Path | None, typer.Option(metavar="TARGET2", help="The backup of the keys: the newest there is")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes for the audit; by default all cores")] = None,
) -> None:
    """Restore a backup into a new folder, after every digest was compared and the whole log audited.

    It signs nothing until the signer journal is moved there from where the ledger was written last.
    """
    with tracked("audit") as progress:
        restored = restore_backup(
            target, folder, keys=keys, random=os.urandom, workers=workers or os.cpu_count() or 1, progress=progress
        )
    manifest, report = restored.manifest, restored.report
    typer.echo(f"Restored {manifest.size} entries of {manifest.origin}, as of {manifest.made_at}, to {folder}.")
    typer.echo(
        f"  audit    clean: {report.entries} entries, {report.signatures} signatures, {report.openings} openings"
    )
    unsigned = manifest.size - (0 if report.checkpoint is None else report.checkpoint.size)
    if unsigned:
        typer.echo(
            f"  unsigned {unsigned} entries after the latest checkpoint; only the signer journal can vouch for them"
        )
    if restored.keys_made_at is None:
        typer.echo("  keys     none: move keys/ and auditor.token here from the old folder, or name --keys")
    else:
        typer.echo(f"  keys     as of {restored.keys_made_at}; if later ones exist, put them here instead")
    typer.echo(f"  to write move signer/ from the old folder to {folder / 'signer'}, never a copy of it;")
    typer.echo(f"           then: kesu doctor {folder}, kesu serve {folder}")


def doctor(folder: Folder) -> None:
    """Look at all that a ledger needs; say what is wrong and what to do. Changes nothing; exit code 1 on a fault."""
    # Every other command would wait for the tables of the read side to be imported.
    from api.examining import examine_ledger  # noqa: PLC0415

    home = LedgerHome(folder)
    home.require()
    checks = examine_ledger(home, now(), free_bytes(folder))
    for check in checks:
        typer.echo(check.line())
    if any(check.level is Level.FAULT for check in checks):
        raise typer.Exit(1)
