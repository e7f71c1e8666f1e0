"""The tables of the search. A projection of the events, but with names in clear: whoever is forgotten must leave it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import sqlalchemy as sa

from projections.search import fts5

_Number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_SUFFIX: Final = re.compile(r"[a-z0-9_]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class SearchTables:
    """One set of tables: today's, or with a suffix one that is written beside it.

    No index has a name of its own, since it would keep that name when the table gets another; each is a uniqueness.
    """

    names: sa.Table
    """Each name of each subject, once."""
    namings: sa.Table
    """Which record, or link, names whom how; the condition on what is visible is one on these rows."""
    terms: str
    """The full-text index; its rows have the numbers of names."""


@cache
def tables(suffix: str = "") -> SearchTables:
    """The tables with a suffix of small letters, digits and underscores."""
    if not _SUFFIX.fullmatch(suffix):
        raise ValueError("a suffix has small letters, digits and underscores")
    metadata = sa.MetaData()
    names = sa.Table(
        f"subject_names{suffix}",
        metadata,
        sa.Column("id", _Number, primary_key=True, autoincrement=False),
        sa.Column("handle", sa.Text, nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("code_key", sa.Text, nullable=False, comment="as codes are compared"),
        sa.Column("name", sa.Text, nullable=False, comment="as it was filed"),
        sa.Column("normal", sa.Text, nullable=False, comment="as names are compared"),
        sa.UniqueConstraint("handle", "id"),
        sa.UniqueConstraint("code_key", "id"),
        sa.UniqueConstraint("normal", "id"),
    )
    namings = sa.Table(
        f"subject_namings{suffix}",
        metadata,
        sa.Column("handle", sa.Text, primary_key=True),
        sa.Column("stream", sa.LargeBinary(16), primary_key=True, comment="the record, or the link"),
        sa.Column("name_id", _Number, nullable=False),
        sa.Column("seq", _Number, nullable=False, comment="the entry that names"),
        sa.Column("link", sa.Boolean, nullable=False, comment="in a link, not in a record"),
        sa.UniqueConstraint("stream", "handle"),
        sa.UniqueConstraint("name_id", "handle", "stream"),
        sqlite_with_rowid=False,
    )
    return SearchTables(names, namings, f"subject_terms{suffix}")


def create_tables(connection: sa.Connection, suffix: str = "") -> None:
    """Make the tables, empty; they must not be there."""
    made = tables(suffix)
    made.names.create(connection)
    made.namings.create(connection)
    fts5.create(connection, made.terms)


def drop_tables(connection: sa.Connection, suffix: str = "") -> None:
    """Remove the tables if they are there."""
    gone = tables(suffix)
    gone.names.drop(connection, checkfirst=True)
    gone.namings.drop(connection, checkfirst=True)
    fts5.drop(connection, gone.terms)


def replace_tables(connection: sa.Connection, suffix: str) -> None:
    """Put the tables that were written under the suffix in the place of today's."""
    new, old = tables(suffix), tables()
    drop_tables(connection)
    for written, name in ((new.names, old.names.name), (new.namings, old.namings.name)):
        connection.exec_driver_sql(f"ALTER TABLE {written.name} RENAME TO {name}")
    fts5.rename(connection, new.terms, old.terms)
