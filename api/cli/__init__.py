"""The command line: one module a group of commands. Thin: parse, call, print; a mistake is one line and exit code 2."""

from __future__ import annotations

import sys


def main() -> None:
    """Entry point of ``kesu``."""
    # A worker process imports the program it belongs to, and would wait for all commands and need none.
    from api.cli.app import run  # noqa: PLC0415

    sys.exit(run(sys.argv[1:]))
