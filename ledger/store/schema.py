"""The tables. Everything but ``openings`` is append-only for ever; ``head`` is the one row that moves."""

from __future__ import annotations

import sqlalchemy as sa

metadata = sa.MetaData()

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

events = sa.Table(
    "events",
    metadata,
    sa.Column("position", _Number, primary_key=True, autoincrement=False, comment="entry number + 1"),
    sa.Column("originator_id", sa.Uuid(), nullable=False),
    sa.Column("originator_version", _Number, nullable=False),
    sa.Column("topic", sa.Text, nullable=False),
    sa.Column("state", sa.LargeBinary, nullable=False, comment="facts in clear; values are in openings"),
    sa.Column("subject", sa.Text, nullable=False, default="", comment="handle"),
    sa.UniqueConstraint("originator_id", "originator_version"),
    sa.Index("events_by_subject", "subject", "position"),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("seq", _Number, primary_key=True, autoincrement=False),
    sa.Column("statement_id", sa.LargeBinary(16), nullable=False, unique=True),
    sa.Column("raw", sa.LargeBinary, nullable=False, comment="the entry, byte for byte"),
)

tile_hashes = sa.Table(
    "tile_hashes",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", _Number, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)
"""Tiles, one row a hash: a tile is 256 rows of a level, a partial tile any prefix of them, and nothing is rewritten."""

openings = sa.Table(
    "openings",
    metadata,
    sa.Column("position", _Number, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False, comment="AES-256-GCM under the subject's key"),
)

checkpoints = sa.Table(
    "checkpoints",
    metadata,
    sa.Column("size", _Number, primary_key=True, autoincrement=False),
    sa.Column("note", sa.LargeBinary, nullable=False, comment="signed and published"),
)

head = sa.Table(
    "head",
    metadata,
    sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True),
    sa.Column("size", _Number, nullable=False),
    sa.Column("digest", sa.LargeBinary(32), nullable=False),
    sa.Column("recorded_at", sa.Text, nullable=False),
)
