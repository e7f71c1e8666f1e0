"""A projection that the writer keeps: what is read of it can never lag behind the log.

The read side defines such projections and hands them to the writer, which knows nothing more of them than this.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

import sqlalchemy as sa

from ledger.application import RecordedMapper
from ledger.domain.events import Recorded
from ledger.domain.gist import Gist
from ledger.domain.state import CreditRecord
from ledger.rules_in_force import Rules
from ledger.store.recorder import LedgerRecorder


@dataclass(frozen=True, slots=True)
class Appended:
    """What one batch appends to the log."""

    size: int
    """Of the log with the batch."""
    events: Sequence[Recorded]
    records: Mapping[UUID, CreditRecord]
    """The records that the batch speaks of, as they are after it."""
    rules: Rules
    gists: Mapping[int, Gist]
    """By entry number, of the events that are about records."""


class Kept(Protocol):
    """A projection that is written in the transaction of the events."""

    def catch_up(self, recorder: LedgerRecorder, mapper: RecordedMapper) -> None:
        """Bring the rows to the end of the log, where an earlier version or another program wrote last."""

    def write(self, connection: sa.Connection, appended: Appended) -> None:
        """Take a batch in; `connection` is in the transaction that appends it."""
