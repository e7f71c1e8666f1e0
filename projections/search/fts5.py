"""The full-text index of SQLite over pairs of characters: all of the search that another database would do otherwise.

`content=''` and `detail=none` keep nothing but which name has which pair; `contentless_delete` lets a name go again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Final

import sqlalchemy as sa

from projections.search.terms import terms

_KEPT: Final = 1 << 16
"""Pairs to remember: names have few, most of them often."""


def create(connection: sa.Connection, name: str) -> None:
    """Make an empty index."""
    options = "content='', contentless_delete=1, detail=none, tokenize='ascii'"
    connection.exec_driver_sql(f"CREATE VIRTUAL TABLE {name} USING fts5(terms, {options})")


def drop(connection: sa.Connection, name: str) -> None:
    """Remove the index if it is there."""
    connection.exec_driver_sql(f"DROP TABLE IF EXISTS {name}")


def rename(connection: sa.Connection, name: str, new: str) -> None:
    """Give the index another name, with the tables behind it."""
    connection.exec_driver_sql(f"ALTER TABLE {name} RENAME TO {new}")


def add(connection: sa.Connection, name: str, normals: Mapping[int, str]) -> None:
    """Index normalised names by their numbers, which must be new."""
    rows = [(number, _written(terms(normal))) for number, normal in normals.items() if normal]
    if rows:
        connection.exec_driver_sql(f"INSERT INTO {name} (rowid, terms) VALUES (?, ?)", rows)  # noqa: S608


def remove(connection: sa.Connection, name: str, numbers: Iterable[int]) -> None:
    """Take names out. Their pairs stay in the file, found by nobody, until the index is merged: see `compact`."""
    index = _index(name)
    gone = [{"b_rowid": number} for number in numbers]
    if gone:
        connection.execute(index.delete().where(index.c.rowid == sa.bindparam("b_rowid")), gone)


def compact(connection: sa.Connection, name: str) -> None:
    """Merge the whole index, so that nothing is left in the file of what was taken out."""
    command = sa.table(name, sa.column(name))
    connection.execute(command.insert(), {name: "optimize"})


def numbers_with(name: str, pairs: sa.ColumnElement[str]) -> sa.Select[tuple[int]]:
    """The numbers of names that have all of these pairs, in whatever order they stand there; see `pairs_of`."""
    index = _index(name)
    return sa.select(index.c.rowid).where(index.c[name].op("MATCH", is_comparison=True)(pairs))


def pairs_of(normal: str) -> str:
    """Every pair of a normalised text, as `numbers_with` wants them."""
    return _written(terms(normal))


def _index(name: str) -> sa.TableClause:
    return sa.table(name, sa.column("rowid", sa.Integer), sa.column("terms", sa.Text), sa.column(name, sa.Text))


def _written(found: Sequence[str]) -> str:
    """Terms as words of hexadecimal digits: no text that was typed can be anything else in a query.

    Nor does it matter which characters the tokenizer knows: SQLite's `unicode61` is of 2012 and splits at newer ones.
    """
    return " ".join(map(_word, found))


@lru_cache(_KEPT)
def _word(term: str) -> str:
    return "x".join(f"{ord(char):x}" for char in term)
