"""All commands put together, and the one place where an exception becomes an exit code."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import typer

from api.cli import catalogue, demo, department, imports, key, ledger, records, rules, statements, verification
from api.client import Unreachable
from api.importer.mapping import MappingFault
from api.importer.rows import SourceFault
from ledger.errors import LedgerError
from verify.errors import EvidenceError

WRONG_USE = 2

NOT_FINISHED = 3
"""The server could not be reached: nobody did anything wrong, and the command can be repeated."""

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
app.add_typer(department.app, name="department")
app.add_typer(key.app, name="key")
app.command("sign")(statements.sign)
app.command("submit")(statements.submit)
app.command("import")(imports.import_file)
app.command("records")(records.records)
app.command(
    "verify",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)(verification.verify)
app.command("archive")(ledger.archive)
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(rules.app, name="rules")
app.command("demo")(demo.demo)

_EXPECTED = (LedgerError, EvidenceError, MappingFault, SourceFault, OSError)


def run(arguments: Sequence[str]) -> int:
    """Run one command and return its exit code."""
    try:
        result = app(args=list(arguments), prog_name="kesu", standalone_mode=True)
    except _EXPECTED as error:
        sys.stderr.write(f"kesu: {_line(error)}\n")
        return NOT_FINISHED if isinstance(error, Unreachable) else WRONG_USE
    except KeyboardInterrupt:
        sys.stderr.write("kesu: stopped\n")
        return 130  # the shell's code for an interrupt
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 1
    return result if isinstance(result, int) else 0


def _line(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'file'}: {error.strerror}"
    return " ".join(str(error).split())
