"""All commands put together, and the one place where an exception becomes an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from http import HTTPStatus

import typer

from api.cli import (
    archive,
    catalogue,
    clock,
    coverage,
    demo,
    department,
    difference,
    gateway,
    imports,
    key,
    ledger,
    operation,
    projections,
    records,
    register,
    replay,
    rules,
    sample,
    search,
    statements,
    status,
    timeline,
    verification,
    view,
)
from api.client import Refused, Unproved, Unreachable
from api.importer.mapping import MappingFault
from api.importer.rows import SourceFault
from ledger.errors import BackupUnsound, LedgerError, NotFit
from verify.errors import EvidenceError

FINDINGS = 1
"""The server's receipt does not prove what it should, or a backup is not whole: that is found, not wrongly used."""

WRONG_USE = 2

NOT_FINISHED = 3
"""The server failed or could not be reached: nobody used anything wrongly, and the command can be repeated."""

app = typer.Typer(
    name="kesu",
    help="Kesu 可溯: a public-credit ledger that anybody can query, verify and trace.\n\n"
    "Begin with: kesu demo. A department needs: key, sign, submit, import. An auditor needs: verify.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("init")(ledger.init)
app.command("serve")(ledger.serve)
app.command("backup")(operation.backup)
app.command("restore")(operation.restore)
app.command("doctor")(operation.doctor)
app.add_typer(department.app, name="department")
app.add_typer(key.app, name="key")
app.command("sign")(statements.sign)
app.command("submit")(statements.submit)
app.command("import")(imports.import_file)
app.add_typer(gateway.app, name="gateway")
app.command("records")(records.records)
app.command("status")(status.status)
app.command("replay")(replay.replay)
app.command("diff")(difference.diff)
app.add_typer(projections.app, name="projections")
app.command("timeline")(timeline.show)
app.command("view")(view.view)
app.command("search")(search.search)
app.command(
    "verify",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(verification.verify)
app.add_typer(archive.app, name="archive")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(rules.app, name="rules")
app.add_typer(clock.app, name="clock")
app.add_typer(register.app, name="register")
app.command("coverage")(coverage.coverage)
app.command("demo")(demo.demo)
app.command("sample")(sample.sample)

_EXPECTED = (LedgerError, EvidenceError, MappingFault, SourceFault, OSError)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        result = app(args=list(arguments), prog_name="kesu", standalone_mode=True)
    except _EXPECTED as error:
        sys.stderr.write(f"kesu: {_line(error)}\n")
        return _exit_code(error)
    except KeyboardInterrupt:
        sys.stderr.write("kesu: stopped\n")
        return 130  # the shell's code for an interrupt
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return result if isinstance(result, int) else 0


def _exit_code(error: Exception) -> int:
    if isinstance(error, Unproved | BackupUnsound):
        return FINDINGS
    ours = isinstance(error, Refused) and error.status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return NOT_FINISHED if ours or isinstance(error, Unreachable | NotFit) else WRONG_USE


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'file'}: {error.strerror}"
    return " ".join(str(error).split())
