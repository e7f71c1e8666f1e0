"""Opening a ledger for writing, with the tables of the read side kept beside it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime

import sqlalchemy as sa

from ledger.guards import require_log_key, require_stores
from ledger.home import LedgerHome
from ledger.service import WritableLedger, open_for_writing
from ledger.store.reader import LogReader
from ledger.store.vault import Random
from projections.tables.keeping import KeptTables


def open_ledger(
    home: LedgerHome, *, clock: Callable[[], datetime], random: Random, new: bool = False, durable: bool = True
) -> AbstractContextManager[WritableLedger]:
    """Open a ledger as its one writer; see `ledger.service.open_for_writing`.

    Raises `NotFit` if a store is missing, before one is made in its place, or if the log key is not the ledger's.
    """
    if not new:
        require_stores(home)

    def kept(engine: sa.Engine) -> list[KeptTables]:
        # Asked for when the signer has compared its journal, which tells more, and has not signed anything yet.
        require_log_key(home, LogReader(engine))
        return [KeptTables(engine)]

    return open_for_writing(home, clock=clock, random=random, new=new, durable=durable, kept=kept)
