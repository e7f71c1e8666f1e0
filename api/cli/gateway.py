"""`kesu gateway`: the department's side as a service that watches folders and database views."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from api.cli.place import now
from api.gateway.config import load_config
from api.gateway.journal import Journal
from api.gateway.opening import open_gateway
from api.gateway.rounds import Chances
from api.gateway.standing import standing

FINDINGS = 1
"""Exit code when some rows were refused."""

NOT_FINISHED = 3
"""Exit code when a source could not be finished: run it again."""

ConfigOption = Annotated[Path, typer.Option("--config", help="TOML file: ledger, key, folders and views")]

app = typer.Typer(
    help="前置机: watch folders and database views, sign their rows with the department's key, and send them once.",
    no_args_is_help=True,
)


@app.command("run")
def run(
    config: ConfigOption,
    *,
    once: Annotated[bool, typer.Option("--once", help="Take what is there, and end")] = False,
) -> None:
    """Watch until stopped; a table that was begun is finished after the next start.

    With --once, exit code 0: every row is in the log; 1: some were refused; 3: something could not be finished.
    """
    rules = load_config(config)
    chances = Chances(time.monotonic, time.sleep, random.SystemRandom().random, typer.echo, _warn)
    with open_gateway(rules, chances, environment=os.environ, now=now, random=os.urandom) as gateway:
        if not once:
            with _stopped_by_signals():
                gateway.run()
        summary = gateway.once()
    typer.echo(summary.counts.words())
    if summary.failed:
        raise typer.Exit(NOT_FINISHED)
    if summary.counts.refused:
        raise typer.Exit(FINDINGS)


@app.command("status")
def status(config: ConfigOption) -> None:
    """Say what waits, what is at work and what became of the rows so far. The gateway may run meanwhile."""
    rules = load_config(config)
    with Journal(rules.journal) as journal:
        for line in standing(rules, journal):
            typer.echo(line)


@contextmanager
def _stopped_by_signals() -> Iterator[None]:
    """End on SIGTERM with exit code 0; whatever is open is finished after the next start."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise typer.Exit(0)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _warn(line: str) -> None:
    typer.echo(line, err=True)
