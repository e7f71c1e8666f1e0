"""Opening a ledger: stores, keys, signer and sequencer put together from its home folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ledger.application import LedgerApplication, RecordedMapper
from ledger.home import LedgerHome
from ledger.kept import Kept
from ledger.sequencer import Sequencer
from ledger.signer import Signer, SignerJournal
from ledger.store.reader import LogReader
from ledger.store.recorder import LedgerRecorder
from ledger.store.sqlite import reading_engine, sync, writing_engine
from ledger.store.vault import KeyStore, Random
from verify.note import VerifierKey


@dataclass(frozen=True, slots=True)
class Ledger:
    """An open ledger that reads; `mapper` opens values, `recorder` must not be written to."""

    home: LedgerHome
    reader: LogReader
    recorder: LedgerRecorder
    mapper: RecordedMapper
    log_key: VerifierKey


@dataclass(frozen=True, slots=True)
class WritableLedger(Ledger):
    """An open ledger with its sequencer, which the caller starts if it wants the thread."""

    sequencer: Sequencer


@contextmanager
def open_for_reading(home: LedgerHome, random: Random) -> Iterator[Ledger]:
    """Open a ledger beside the process that may be writing to it."""
    home.require()
    engine = reading_engine(home.database)
    vault = KeyStore(home.key_store, home.key_encryption_key(), random)
    try:
        yield Ledger(home, LogReader(engine), LedgerRecorder(engine), RecordedMapper(vault), home.log_key().verifier)
    finally:
        vault.close()
        engine.dispose()


@contextmanager
def open_for_writing(
    home: LedgerHome,
    *,
    clock: Callable[[], datetime],
    random: Random,
    new: bool = False,
    durable: bool = True,
    kept: Callable[[sa.Engine], Sequence[Kept]] = lambda _engine: (),
) -> Iterator[WritableLedger]:
    """Open a ledger as its one writer; raises `SignerMismatch` if database and signer journal differ.

    `new` creates the database; only `kesu init` may. `kept` makes the projections that are written with the events.
    Not `durable`: entries may be lost in a crash until the ledger is closed; for a sample, and for nothing else.
    """
    if new:
        home.database.touch(mode=0o600, exist_ok=False)
    with home.writing():
        engine = writing_engine(home.database, durable=durable)
        readers = reading_engine(home.database)
        vault = KeyStore(home.key_store, home.key_encryption_key(), random)
        journal = SignerJournal(home.signer_journal)
        try:
            application = LedgerApplication(engine, vault)
            log_key = home.log_key()
            sequencer = Sequencer(application, vault, Signer(log_key, journal, engine), clock, kept(engine))
            try:
                yield WritableLedger(
                    home,
                    LogReader(readers),
                    LedgerRecorder(readers),
                    application.recorded_mapper,
                    log_key.verifier,
                    sequencer,
                )
            finally:
                sequencer.stop()
        finally:
            journal.close()
            vault.close()
            readers.dispose()
            engine.dispose()
            if not durable:
                sync(home.database)
