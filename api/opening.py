"""Opening a ledger for writing, with the tables of the read side kept beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

from ledger.home import LedgerHome
from ledger.service import WritableLedger, open_for_writing
from ledger.store.vault import Random
from projections.tables.keeping import KeptTables


def open_ledger(
    home: LedgerHome, *, clock: Callable[[], datetime], random: Random, new: bool = False, durable: bool = True
) -> AbstractContextManager[WritableLedger]:
    """Open a ledger as its one writer; see `ledger.service.open_for_writing`."""
    return open_for_writing(
        home, clock=clock, random=random, new=new, durable=durable, kept=lambda engine: [KeptTables(engine)]
    )
