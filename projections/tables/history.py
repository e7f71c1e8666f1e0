"""历史 (history): what every event of a record left it as, laid out by subject as the gists of the events are.

The outcome is a snapshot after every event, taken by the fold when the event was appended. A replay reads the last one
of each record, or folds the gists again, which must come to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

import msgspec
import sqlalchemy as sa

from ledger.store.rows import insert_rows
from ledger.vocabulary import Audience
from projections.replay.standing import Outcome
from projections.tables.cursor import raw_rows
from projections.tables.table import swap_table

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


class HistoryTable:
    """The projection."""

    name: Final = "history"
    version: Final = 2
    audience: Final = (Audience.JUDICIAL, Audience.AUDITOR)

    def create(self, connection: sa.Connection, suffix: str = "") -> None:
        """Make the table, empty, if it is not there."""
        history_table(suffix).create(connection, checkfirst=True)

    def drop(self, connection: sa.Connection, suffix: str = "") -> None:
        """Remove the table if it is there."""
        history_table(suffix).drop(connection, checkfirst=True)

    def swap(self, connection: sa.Connection, suffix: str) -> None:
        """Put the table with the suffix in the place of today's."""
        swap_table(connection, history_table(), history_table(suffix))

    def rows(self, connection: sa.Connection, suffix: str = "") -> Iterator[Sequence[object]]:
        """Every outcome, whole."""
        name = history_table(suffix).name
        return raw_rows(connection, f"SELECT subject, seq, record, outcome FROM {name} ORDER BY subject, seq")  # noqa: S608

    rows_with_values = rows
    """None of them holds a value."""

    def write(self, connection: sa.Connection, rows: Sequence[HistoryRow], suffix: str = "") -> None:
        """Write what events left their records as."""
        insert_rows(connection, history_table(suffix), rows)


def history_row(subject: str, seq: int, record: bytes, outcome: Outcome) -> HistoryRow:
    """The row of an event, in the order of the columns."""
    return subject, seq, bytearray(record), bytearray(OUTCOME_BYTES.encode(outcome))
