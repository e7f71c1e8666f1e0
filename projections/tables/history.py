"""历史 (history): what every event of a record left it as, laid out by subject as the gists of the events are.

The outcome is a snapshot after every event, taken by the fold when the event was appended. A replay reads the last one
of each record, or folds the gists again, which must come to the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final

import msgspec
import sqlalchemy as sa

from ledger.store.rows import insert_rows
from ledger.vocabulary import Audience
from projections.replay.standing import Outcome
from projections.tables.table import OneTable

OUTCOMES: Final = msgspec.msgpack.Decoder(Outcome)
OUTCOME_BYTES: Final = msgspec.msgpack.Encoder()

HistoryRow = tuple[str, int, bytearray, bytearray]

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


@cache
def history_table(suffix: str = "") -> sa.Table:
    """The table; its rows lie in the order in which they are read."""
    return sa.Table(
        f"history{suffix}",
        sa.MetaData(),
        sa.Column("subject", sa.Text, primary_key=True, comment="handle"),
        sa.Column("seq", _Number, primary_key=True, autoincrement=False),
        sa.Column("record", sa.LargeBinary(16), nullable=False),
        sa.Column("outcome", sa.LargeBinary, nullable=False, comment="the record after it: see Outcome"),
        sqlite_with_rowid=False,
    )


class HistoryTable(OneTable):
    """The projection."""

    name: Final = "history"
    version: Final = 2
    audience: Final = (Audience.JUDICIAL, Audience.AUDITOR)

    def __init__(self) -> None:
        """The table of the database that it is kept in."""
        super().__init__(history_table, "subject, seq, record, outcome")

    def write(self, connection: sa.Connection, rows: Sequence[HistoryRow], suffix: str = "") -> None:
        """Write what events left their records as."""
        insert_rows(connection, history_table(suffix), rows)


def history_row(subject: str, seq: int, record: bytes, outcome: Outcome) -> HistoryRow:
    """The row of an event, in the order of the columns."""
    return subject, seq, bytearray(record), bytearray(OUTCOME_BYTES.encode(outcome))
