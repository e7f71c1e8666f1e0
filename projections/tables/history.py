"""历史 (history): every event of a record, laid out by subject: its gist, and what it left the record as.

The outcome is a snapshot after every event, taken by the fold when the event was appended. A replay reads the last one
of each record, or folds the gists again, which must come to the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from ledger.domain.bodies import SubjectLinked, SubjectSeparated
from ledger.domain.events import Recorded
from ledger.domain.gist import Gist
from ledger.store.rows import insert_rows
from ledger.vocabulary import Audience
from projections.replay.known import GIST_BYTES, Chapter
from projections.replay.standing import Outcome
from projections.tables.cursor import raw_rows
from projections.tables.table import swap_table

OUTCOMES: Final = msgspec.msgpack.Decoder(Outcome)
OUTCOME_BYTES: Final = msgspec.msgpack.Encoder()

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
        sa.Column("gist", sa.LargeBinary, nullable=False, comment="days and numbers in clear, no text: see Gist"),
        sa.Column("outcome", sa.LargeBinary, nullable=False, comment="the record after it: see Outcome"),
        sqlite_with_rowid=False,
    )


def is_of_record(event: Recorded) -> bool:
    """Say whether the event is of a record: not the ledger's own, nor of a link."""
    return bool(event.facts.subject) and not isinstance(event.body, SubjectLinked | SubjectSeparated)


def chapter_with(event: Recorded, gist: Gist) -> Chapter:
    """An event of a record as a replay reads it, of which the gist is known."""
    return Chapter(event.facts.subject, event.facts.seq, event.originator_id.bytes, GIST_BYTES.encode(gist))


class HistoryTable:
    """The projection."""

    name: Final = "history"
    version: Final = 1
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
        """Every gist, whole: days and classes that are erased are no longer part of the state either."""
        name = history_table(suffix).name
        return raw_rows(connection, f"SELECT subject, seq, record, gist, outcome FROM {name} ORDER BY subject, seq")  # noqa: S608

    rows_with_values = rows
    """None of them holds a value."""

    def write(self, connection: sa.Connection, written: Sequence[tuple[Chapter, Outcome]], suffix: str = "") -> None:
        """Write events with their outcomes."""
        insert_rows(connection, history_table(suffix), [history_row(*each) for each in written])


def history_row(chapter: Chapter, outcome: Outcome) -> tuple[Any, ...]:
    """The row of an event, in the order of the columns."""
    return (*chapter, OUTCOME_BYTES.encode(outcome))
