"""记录状态 (status of records): one row a record as it stands now; it decides what the public finds and sees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Final

import msgspec
import sqlalchemy as sa

from ledger.store.rows import put_rows
from ledger.vocabulary import Audience
from projections.law import Law
from projections.replay.known import Known
from projections.replay.standing import Outcome, outcome_of
from projections.tables.cursor import raw_rows
from projections.tables.table import OneTable

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KNOWN: Final = msgspec.msgpack.Decoder(Known)
_ENCODE: Final = msgspec.msgpack.Encoder(order="deterministic").encode
_ENTRIES: Final = msgspec.json.Encoder().encode
_IN_LIST: Final = 500
_NEVER: Final = ""

_Text = str | None
RecordRow = tuple[str, bytearray, str, str, int, str, bool, str, _Text, _Text, int, int, int | None, str, bytearray]
"""In the order of the columns."""


@cache
def records_table(suffix: str = "") -> sa.Table:
    """The table. Its uniquenesses are its indexes: they go with it when it gets another name."""
    return sa.Table(
        f"records{suffix}",
        sa.MetaData(),
        sa.Column("subject", sa.Text, primary_key=True, comment="handle"),
        sa.Column("record", sa.LargeBinary(16), primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False, comment="the providing unit"),
        sa.Column("item", sa.Text, nullable=False),
        sa.Column("item_version", _Number, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("disclosed", sa.Boolean, nullable=False),
        sa.Column("shown_until", sa.Text, nullable=False, comment="last day shown, YYYY-MM-DD; empty: on no day"),
        sa.Column("effective_on", sa.Text, nullable=True, comment="YYYY-MM-DD"),
        sa.Column("ended_on", sa.Text, nullable=True, comment="YYYY-MM-DD"),
        sa.Column("begun", _Number, nullable=False, comment="its first entry"),
        sa.Column("changed", _Number, nullable=False, comment="its last entry"),
        sa.Column("values_from", _Number, nullable=True, comment="the entry whose openings hold its values"),
        sa.Column("entries", sa.Text, nullable=False, comment="JSON: all entries it is made of"),
        sa.Column("known", sa.LargeBinary, nullable=False, comment="the state, as a replay keeps it"),
        sa.UniqueConstraint("item", "issuer", "subject", "record"),
        sqlite_with_rowid=False,
    )


def shown_now(subject: sa.ColumnElement[str], day: date) -> sa.ColumnElement[bool]:
    """A condition: the public sees a record of this subject on the day."""
    column = records_table().c
    return sa.exists().where(column.subject == subject, column.disclosed, column.shown_until >= day.isoformat())


def known_of_subjects(connection: sa.Connection, handles: Sequence[str]) -> list[Known]:
    """What is known now of every record of these subjects, in the order in which they began."""
    table = records_table()
    found = connection.scalars(sa.select(table.c.known).where(table.c.subject.in_(handles)).order_by(table.c.begun))
    return [_KNOWN.decode(blob) for blob in found]


def all_known(connection: sa.Connection) -> Iterator[Known]:
    """What is known now of every record, subject by subject."""
    for (blob,) in raw_rows(connection, f"SELECT known FROM {records_table().name} ORDER BY subject, record"):  # noqa: S608
        yield _KNOWN.decode(blob)


class RecordsTable(OneTable):
    """The projection."""

    name: Final = "records"
    version: Final = 2
    audience: Final = tuple(Audience)

    def __init__(self) -> None:
        """The table of the database that it is kept in."""
        super().__init__(records_table, "*")

    def known(self, connection: sa.Connection, subjects: Mapping[bytes, str], suffix: str = "") -> dict[bytes, Known]:
        """What the table knows of these records, whose subjects are given."""
        table, found, wanted = records_table(suffix), dict[bytes, Known](), list(subjects.items())
        for start in range(0, len(wanted), _IN_LIST):
            keys = [(subject, record) for record, subject in wanted[start : start + _IN_LIST]]
            query = sa.select(table.c.record, table.c.known).where(sa.tuple_(table.c.subject, table.c.record).in_(keys))
            found |= {bytes(record): _KNOWN.decode(blob) for record, blob in connection.execute(query)}
        return found

    def write(self, connection: sa.Connection, records: Sequence[Known], law: Law, suffix: str = "") -> None:
        """Write what is known of these records in place of what was known before."""
        put_rows(connection, records_table(suffix), [record_row(known, outcome_of(known, law)) for known in records])


def record_row(known: Known, outcome: Outcome) -> RecordRow:
    """The row of a record, in the order of the columns; `outcome` is what its last event left it as."""
    state = known.state
    until = outcome.shown_until if outcome.disclosed else None
    return (
        state.subject,
        bytearray(known.record),
        outcome.issuer,
        outcome.item,
        outcome.item_version,
        outcome.status.value,
        outcome.disclosed,
        _NEVER if until is None else until.isoformat(),
        None if outcome.effective_on is None else outcome.effective_on.isoformat(),
        None if outcome.ended_on is None else outcome.ended_on.isoformat(),
        state.begun,
        known.entries[-1],
        outcome.values_from,
        _ENTRIES(known.entries).decode(),
        bytearray(_ENCODE(known)),
    )
