"""`kesu verify`: the auditor's command, which here also knows a ledger's own folder."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import typer

from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.store.audit_source import DatabaseSource
from verify import command
from verify.source import LogSource, open_source


def verify(context: typer.Context) -> None:
    """Audit a log: a server's URL, an archive folder, a ledger's folder, or one receipt file."""
    sys.exit(verify_place(context.args))


def verify_place(arguments: Sequence[str]) -> int:
    """Run the auditor's command and return its exit code."""
    with ExitStack() as stack:

        def opener(place: str, token: str | None) -> LogSource | None:
            home = LedgerHome(Path(place))
            if home.database.is_file():
                ledger = stack.enter_context(open_for_reading(home, os.urandom))
                return DatabaseSource(ledger.reader, ledger.recorder, ledger.mapper)
            return open_source(place, token)

        return command.main(arguments, opener=opener, program="kesu verify")
