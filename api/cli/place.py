"""Where a command finds the ledger: a running server, or a folder that no server has open."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Protocol

import typer

from api.client import LedgerClient
from api.opening import open_ledger
from ledger.administration import Pen
from ledger.errors import LedgerError
from ledger.home import LedgerHome
from ledger.service import WritableLedger
from verify.entry import Entry
from verify.note import SigningKey, VerifierKey
from verify.receipt import Receipt
from verify.strict import format_instant
from verify.submission import Submission

LedgerOption = Annotated[Path | None, typer.Option("--ledger", help="The ledger's folder, while no server has it open")]
UrlOption = Annotated[
    str | None, typer.Option("--url", help="Address of the ledger's server, e.g. http://127.0.0.1:8321")
]
VkeyOption = Annotated[
    str | None, typer.Option("--vkey", help="The log's published key; without it the server's word is taken")
]


_PATIENCE_SECONDS = 3.0
"""Somebody is waiting at the keyboard; an import has its own, longer."""


class Usage(LedgerError):
    """Options that do not go together."""


@dataclass(frozen=True, slots=True)
class Done:
    """A statement that is in the log."""

    receipt: Receipt
    entry: Entry
    repeated: bool
    warnings: tuple[str, ...]


class Place(Protocol):
    """Something that takes submissions."""

    def submit(self, submission: Submission) -> Done:
        """Append a statement and return it proved."""


class _Folder:
    def __init__(self, ledger: WritableLedger) -> None:
        self._ledger = ledger

    def submit(self, submission: Submission) -> Done:
        sequencer = self._ledger.sequencer
        accepted = sequencer.append(sequencer.admit(submission.statement, submission.openings))
        warnings = tuple(fault.sentence() for fault in accepted.warnings)
        return Done(accepted.receipt, Entry.parse(accepted.receipt.entry), accepted.repeated, warnings)


class _Server:
    def __init__(self, client: LedgerClient) -> None:
        self._client = client

    def submit(self, submission: Submission) -> Done:
        done = self._client.submit(submission)
        return Done(
            done.receipt, done.verified.entry, done.repeated, tuple(fault.sentence() for fault in done.warnings)
        )


@contextmanager
def open_place(folder: Path | None, url: str | None, vkey: str | None = None) -> Iterator[Place]:
    """The ledger that the options name; exactly one of the two must."""
    if (folder is None) is (url is None):
        raise Usage("name the ledger: --url of its server, or --ledger with its folder while no server runs")
    if url is not None:
        key = VerifierKey.parse(vkey) if vkey else None
        with LedgerClient(url, log_key=key, patience=_PATIENCE_SECONDS) as client:
            yield _Server(client)
    elif folder is not None:
        with open_ledger(LedgerHome(folder), clock=now, random=os.urandom) as ledger:
            yield _Folder(ledger)


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def read_key(path: Path) -> SigningKey:
    """Read a private key file."""
    return SigningKey.parse(path.read_text("ascii", "replace"))


def pen(key: SigningKey, moment: datetime | None = None) -> Pen:
    """Sign as this key, now or at a moment."""
    moment = moment or now()
    return Pen(key, int(moment.timestamp() * 1000), format_instant(moment), os.urandom)
