"""The tables. Append-only for ever, but for ``openings``, ``head``, and the projections, which can be rebuilt."""

from __future__ import annotations

from functools import cache

import sqlalchemy as sa

metadata = sa.MetaData()


class _Bytes(sa.LargeBinary):
    """Bytes as they are: both drivers take them without the wrapper that SQLAlchemy makes for each value."""

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """None is needed."""


Handle = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Handles of subjects, in the order of their bytes, in which folds want them, whatever the database's own order is."""

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

events = sa.Table(
    "events",
    metadata,
    sa.Column("position", _Number, primary_key=True, autoincrement=False, comment="entry number + 1"),
    sa.Column("originator_id", sa.Uuid(), nullable=False),
    sa.Column("originator_version", _Number, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("state", _Bytes, nullable=False, comment="facts in clear; values are in openings"),
    sa.Column("subject", Handle, nullable=False, default="", comment="handle"),
    sa.UniqueConstraint("originator_id", "originator_version"),
    sa.Index("events_by_subject", "subject", "position"),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("seq", _Number, primary_key=True, autoincrement=False),
    sa.Column("statement_id", _Bytes(16), nullable=False, unique=True),
    sa.Column("raw", _Bytes, nullable=False, comment="the entry, byte for byte"),
)

tile_hashes = sa.Table(
    "tile_hashes",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", _Number, primary_key=True, autoincrement=False),
    sa.Column("hash", _Bytes(32), nullable=False),
    sqlite_with_rowid=False,
)
"""Tiles, one row a hash: a tile is 256 rows of a level, a partial tile any prefix of them, and nothing is rewritten."""

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("position", _Number, primary_key=True, autoincrement=False),
    sa.Column("sealed", _Bytes, nullable=False, comment="AES-256-GCM under the subject's key"),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("size", _Number, primary_key=True, autoincrement=False),
    sa.Column("note", _Bytes, nullable=False, comment="signed and published"),
)


@cache
def gists_table(suffix: str = "") -> sa.Table:
    """The gists of the events of records; with a suffix, those that are made again beside today's."""
    return _gists_table(suffix, sa.MetaData()) if suffix else gists


def _gists_table(suffix: str, within: sa.MetaData) -> sa.Table:
    return sa.Table(
        f"gists{suffix}",
        within,
        sa.Column("subject", Handle, primary_key=True, comment="handle"),
        sa.Column("seq", _Number, primary_key=True, autoincrement=False),
        sa.Column("record", _Bytes(16), nullable=False),
        sa.Column("gist", _Bytes, nullable=False, comment="days and numbers in clear, no text: see Gist"),
        sqlite_with_rowid=False,
    )


gists = _gists_table("", metadata)
"""要点, laid out by subject: goes with the openings that it was read out of."""

deadlines = sa.Table(
    "deadlines",
    metadata,
    sa.Column("stream", sa.Uuid(), primary_key=True),
    sa.Column("clock", sa.Text, primary_key=True),
    sa.Column("since", _Number, primary_key=True, autoincrement=False, comment="the entry that started it"),
    sa.Column("subject", Handle, nullable=False, comment="handle"),
    sa.Column("start", sa.Text, nullable=False, comment="YYYY-MM-DD, not counted"),
    sa.Column("days", sa.Integer, nullable=False, comment="working days; 0 for a period of months"),
    sa.Column("day", sa.Text, nullable=False, comment="YYYY-MM-DD, the last day"),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("calendar", sa.Text, nullable=False, comment="JSON [[year, version], ...]"),
    sa.Column("rule", sa.Text, nullable=False),
    sa.Column("rule_version", _Number, nullable=False),
    sa.Column("done_on", sa.Text, nullable=True),
    sa.Column("settled", sa.Boolean, nullable=False),
    sa.Index("deadlines_by_day", "settled", "day"),
    sa.Index("deadlines_by_subject", "subject", "clock"),
)
"""期限: every clock of every record, rewritten with the event that moves it. A projection of the events."""

subject_links = sa.Table(
    "subject_links",
    metadata,
    sa.Column("link", sa.Uuid(), primary_key=True),
    sa.Column("seq", _Number, nullable=False, comment="the entry that linked"),
    sa.Column("recorded_at", sa.Text, nullable=False, comment="when that entry was recorded"),
    sa.Column("former", Handle, nullable=False, comment="handle"),
    sa.Column("subject", Handle, nullable=False, comment="handle of today's"),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("separated_seq", _Number, nullable=True, comment="the entry that took it back"),
    sa.Column("separated_at", sa.Text, nullable=True),
    sa.Index("subject_links_by_former", "former", "seq"),
    sa.Index("subject_links_by_subject", "subject", "seq"),
)
"""新旧代码映射、主体合并: every link ever made, so that any time can be asked for. A projection of the events."""

folded = sa.Table(
    "folded",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("size", _Number, nullable=False, comment="of the log that the projection's table reflects"),
)
"""How far each projection that the writer keeps has come; in the same transaction as its rows."""

head = sa.Table(
    "head",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("size", _Number, nullable=False),
    sa.Column("digest", _Bytes(32), nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)
