"""`kesu import`: a department's table becomes signed statements."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Annotated

import typer

from api.cli.place import Usage, VkeyOption, now, read_key
from api.cli.progress import tracked
from api.cli.published import published_item
from api.cli.template_import import TemplateImport, import_template
from api.client import LedgerClient
from api.importer.faults import FaultFile
from api.importer.mapping import load_mapping
from api.importer.numbering import open_numbering
from api.importer.rows import count_rows, read_rows
from api.importer.run import Importer, ImportResult, mapping_faults
from verify.note import VerifierKey
from verify.strict import format_instant

FINDINGS = 1
"""Exit code when some rows were not accepted."""


def import_file(  # noqa: PLR0913 - each is an option
    source: Annotated[
        Path,
        typer.Argument(help="CSV (UTF-8 or GB 18030) or JSON lines, .gz allowed; or a filled template, .xlsx or .csv"),
    ],
    *,
    mapping: Annotated[
        Path | None,
        typer.Option("--mapping", help="TOML file that says which column becomes which field; a template needs none"),
    ] = None,
    template: Annotated[
        bool, typer.Option("--template", help="SOURCE is a filled template; known by itself without --mapping")
    ] = False,
    key: Annotated[Path, typer.Option("--key", help="File with the department's private key")],
    url: Annotated[str, typer.Option("--url", help="Address of the ledger's server")],
    faults: Annotated[
        Path | None,
        typer.Option(
            "--faults",
            help="File for bad rows; default: <source>.faults beside the source; of a template the result: "
            "<source>.result.xlsx",
        ),
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
    reason, to be mended and imported with the same mapping. A filled template (kesu catalogue template) comes back as a
    whole, with what became of each row beside it. Exit code 0: every row is in the log; 1: some are not.
    """
    if mapping is not None and template:
        raise Usage("a template needs no mapping: leave out --mapping or --template")
    with LedgerClient(url, log_key=_parse(vkey)) as client:
        if mapping is None:
            kept = numbering or _numbering_beside(key)
            result, target = import_template(TemplateImport(source, key, kept, faults, check_skipped), client)
            advice = f"correct them in {target} and import that file"
        else:
            result, target = run_import(source, mapping, key, client, faults, numbering, check_skipped=check_skipped)
            advice = f"mend them in {target} and import that file with the same mapping"
    typer.echo(
        f"{result.accepted} accepted, {result.skipped} skipped (in the log before), {result.faults} not accepted"
    )
    if result.warnings:
        typer.echo(f"{result.warnings} warnings (over-long texts and the like; the records were accepted)")
    if result.faults:
        for line in result.first_faults:
            typer.echo(f"  {line}", err=True)
        typer.echo(f"  {advice}", err=True)
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
    item = published_item(client, mapping.item, mapping.item_version)
    problems = mapping_faults(mapping, item)
    if problems:
        raise Usage(f"{mapping_file}: {'; '.join(problems)}")
    key = read_key(key_file)
    numbering = open_numbering(
        numbering_file or _numbering_beside(key_file),
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


def _numbering_beside(key_file: Path) -> Path:
    return key_file.with_name(f"{key_file.name}.numbering")


def _parse(vkey: str | None) -> VerifierKey | None:
    return VerifierKey.parse(vkey) if vkey else None
