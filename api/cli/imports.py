"""`kesu import`: a department's table becomes signed statements."""

from __future__ import annotations

import os
import time
from http import HTTPStatus
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import Usage, VkeyOption, now, read_key
from api.cli.progress import tracked
from api.client import LedgerClient, Refused, Unreachable
from api.importer.faults import FaultFile
from api.importer.mapping import Mapping, load_mapping
from api.importer.numbering import open_numbering
from api.importer.rows import count_rows, read_rows
from api.importer.run import Importer, ImportResult, mapping_faults
from ledger.catalogue import CatalogueItem, DefinitionFault, parse_item
from verify.note import VerifierKey
from verify.strict import format_instant

FINDINGS = 1
"""Exit code when some rows were not accepted."""


def import_file(
    source: Annotated[Path, typer.Argument(help="CSV (UTF-8 or GB 18030) or JSON lines, .gz allowed")],
    *,
    mapping: Annotated[Path, typer.Option("--mapping", help="TOML file that says which column becomes which field")],
    key: Annotated[Path, typer.Option("--key", help="File with the department's private key")],
    url: Annotated[str, typer.Option("--url", help="Address of the ledger's server")],
    faults: Annotated[
        Path | None, typer.Option("--faults", help="File for bad rows; default: <source>.faults beside the source")
    ] = None,
    numbering: Annotated[
        Path | None,
        typer.Option(help="The department's numbering secret, made at the first import; default: <key file>.numbering"),
    ] = None,
    vkey: VkeyOption = None,
    check_skipped: Annotated[
        bool, typer.Option("--check-skipped", help="Verify the receipts of rows that were in the log before, too")
    ] = False,
) -> None:
    """Import a table: each row is mapped, signed here with the department's key, sent, and its receipt verified.

    Rows that were accepted before are skipped, so an import can be repeated and resumed. Bad rows go to a file with the
    reason, to be mended and imported with the same mapping. Exit code 0: every row is in the log; 1: some are not.
    """
    with LedgerClient(url, log_key=_parse(vkey)) as client:
        result, target = run_import(source, mapping, key, client, faults, numbering, check_skipped=check_skipped)
    typer.echo(
        f"{result.accepted} accepted, {result.skipped} skipped (in the log before), {result.faults} not accepted"
    )
    if result.warnings:
        typer.echo(f"{result.warnings} warnings (over-long texts and the like; the records were accepted)")
    if result.faults:
        for line in result.first_faults:
            typer.echo(f"  {line}", err=True)
        typer.echo(f"  mend them in {target} and import that file with the same mapping", err=True)
        raise typer.Exit(FINDINGS)


def run_import(
    source: Path,
    mapping_file: Path,
    key_file: Path,
    client: LedgerClient,
    faults: Path | None = None,
    numbering_file: Path | None = None,
    *,
    check_skipped: bool = False,
) -> tuple[ImportResult, Path]:
    """Run an import with a progress bar; returns what became of the rows and where the bad ones are."""
    target = faults or source.with_name(f"{source.name}.faults")
    if target.resolve() == source.resolve():
        raise Usage("the fault file would replace the source: name another with --faults")
    mapping = load_mapping(mapping_file)
    item = _item(client, mapping)
    problems = mapping_faults(mapping, item)
    if problems:
        raise Usage(f"{mapping_file}: {'; '.join(problems)}")
    key = read_key(key_file)
    numbering = open_numbering(
        numbering_file or key_file.with_name(f"{key_file.name}.numbering"),
        milliseconds=time.time_ns() // 1_000_000,
        random=os.urandom,
    )
    importer = Importer(
        client, key, numbering, mapping, item, lambda: format_instant(now()), os.urandom, check_skipped=check_skipped
    )
    total = count_rows(source, mapping)
    with FaultFile.for_source(target, source, mapping) as bad, tracked(f"import {source.name}") as progress:
        result = importer.run(read_rows(source, mapping), bad.write, lambda done: progress(done, total))
    return result, target


def _item(client: LedgerClient, mapping: Mapping) -> CatalogueItem:
    try:
        return parse_item(client.get_json(f"/v1/catalogue/{mapping.item}/{mapping.item_version}"))
    except DefinitionFault as error:
        raise Unreachable(f"the server answered with something else than a catalogue item: {error}") from None
    except Refused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        raise Usage(f"item: the ledger has no {mapping.item} version {mapping.item_version}: {error}") from None


def _parse(vkey: str | None) -> VerifierKey | None:
    return VerifierKey.parse(vkey) if vkey else None
