"""The tables. Everything but ``openings`` is append-only for ever; ``head`` is the one row that moves."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()


class _Bytes(sa.LargeBinary):
    """Bytes as they are: both drivers take them without the wrapper that SQLAlchemy makes for each value."""

    def bind_processor(self, dialect: sa.Dialect) -> None:
        """None is needed."""


_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

events = sa.Table(
    "events",
    metadata,
    sa.Column("position", _Number, primary_key=True, autoincrement=False, comment="entry number + 1"),
    sa.Column("originator_id", sa.Uuid(), nullable=False),
    sa.Column("originator_version", _Number, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("state", _Bytes, nullable=False, comment="facts in clear; values are in openings"),
    sa.Column("subject", sa.Text, nullable=False, default="", comment="handle"),
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

head = sa.Table(
    "head",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("size", _Number, nullable=False),
    sa.Column("digest", _Bytes(32), nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)
