"""What must hold before a ledger is written to. Each raises `NotFit` with the reason and what to do, in one line.

They ask only what costs nothing to ask; `kesu doctor` looks at everything.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from ledger.errors import NotFit
from ledger.founding import founding_of
from ledger.home import LedgerHome
from ledger.store.reader import LogReader
from verify.strict import format_instant

MINIMUM_FREE_BYTES = 256 << 20
"""A batch is at most 512 entries of 64 KiB with their openings, written to the write-ahead log and then to the file:
128 MiB. As much again is for whoever else writes to that disk meanwhile."""

CLOCK_TOLERANCE = timedelta(minutes=1)
"""A time server sets a clock back by seconds, which entries bear: their time never goes back. More is a wrong clock."""


def require_stores(home: LedgerHome) -> None:
    """Require the stores that are not in a backup of the ledger: new ones in their place would do harm in silence."""
    home.require()
    if not home.key_store.is_file():
        raise NotFit(
            f"keys/subjects.db of the ledger in {home.folder} is missing: every value would read as erased; "
            "bring the newest key store back"
        )
    if not home.signer_journal.parent.is_dir():
        raise NotFit(
            f"signer/journal.db of the ledger in {home.folder} is missing: nobody knows what was signed; "
            "move the folder signer/ here from where the ledger was written last, see docs/operation.md"
        )


def require_log_key(home: LedgerHome, reader: LogReader) -> None:
    """Require that keys/log.key is the key that entry 0 names: a signature by another one can never be taken back."""
    key, founding = home.log_key().verifier, founding_of(reader)
    if founding is not None and founding.log != key:
        raise NotFit(
            f"keys/log.key: is {key}, but entry 0 of this ledger names {founding.log}; put the ledger's own key back"
        )


def require_space(free: int) -> None:
    """Require that the disk of the ledger has room."""
    if free < MINIMUM_FREE_BYTES:
        raise NotFit(
            f"disk: {free >> 20} MiB are free where the ledger is, {MINIMUM_FREE_BYTES >> 20} are needed; make room"
        )


def require_clock(now: datetime, recorded_at: str) -> None:
    """Require that the clock is not before the last entry: deadlines would end late, and entries tell a wrong time."""
    if not recorded_at:
        return
    if datetime.fromisoformat(recorded_at) - now > CLOCK_TOLERANCE:
        raise NotFit(
            f"clock: shows {format_instant(now)}, but the last entry was recorded at {recorded_at}; "
            "set the clock (all times are UTC) and start again"
        )
