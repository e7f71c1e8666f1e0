"""The command line: one module a group of commands. Thin: parse, call, print; a mistake is one line and exit code 2."""

from __future__ import annotations

import sys

from api.cli.app import run


def main() -> None:
    """Entry point of ``kesu``."""
    sys.exit(run(sys.argv[1:]))
