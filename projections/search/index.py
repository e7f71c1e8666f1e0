"""Writing the index of names, in the transaction of the one writer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final, TypeVar

import sqlalchemy as sa

from ledger.store.rows import Row, insert_rows
from projections.search import fts5
from projections.search.fold import NameRow, Naming
from projections.search.tables import SearchTables, tables
from projections.search.terms import code_key, normalise

_Value = TypeVar("_Value")
_AT_ONCE: Final = 5000
"""Namings in one go: their names are looked up with one query."""


def write_names(connection: sa.Connection, namings: Iterable[Naming], suffix: str = "") -> None:
    """Write what events name, in log order; writing the same again changes nothing.

    A record that is corrected names its subject anew, and is no longer found by what it said before; a name that no
    record and no link says any more is gone.
    """
    made, remaining = tables(suffix), iter(namings)
    while page := list(islice(remaining, _AT_ONCE)):
        _write(connection, made, page)


def index_row(number: int, row: NameRow) -> Row:
    """The row of a name that is new, in the order of the columns."""
    return (number, row.handle, row.scheme, row.code, code_key(row.code), row.name, normalise(row.name))


def write_whole_subjects(connection: sa.Connection, names: Sequence[Row], namings: Sequence[Row], suffix: str) -> None:
    """Write rows of subjects that have none yet: `names` as made by `index_row`, and `namings` of them."""
    made = tables(suffix)
    if names:
        insert_rows(connection, made.names, names)
        fts5.add(connection, made.terms, {number: normal for number, *_others, normal in names})
        insert_rows(connection, made.namings, namings)


def forget(connection: sa.Connection, handles: Iterable[str], suffix: str = "") -> None:
    """Remove everything that these handles were named, also out of the file: their values were erased."""
    made, asked = tables(suffix), list(handles)
    for some in _pages(asked):
        connection.execute(made.namings.delete().where(made.namings.c.handle.in_(some)))
        numbers = connection.scalars(sa.select(made.names.c.id).where(made.names.c.handle.in_(some))).all()
        _drop_names(connection, made, numbers)
    if asked:
        fts5.compact(connection, made.terms)


def _write(connection: sa.Connection, made: SearchTables, page: Sequence[Naming]) -> None:
    last: dict[bytes, dict[str, NameRow]] = {}
    for each in page:
        if isinstance(each, NameRow):
            last.setdefault(each.stream, {})[each.handle] = each
        else:
            last[each.stream] = {}
    rows = [row for of_stream in last.values() for row in of_stream.values()]
    left = _take_back(connection, made, list(last))
    numbers = _numbers(connection, made, rows)
    if rows:
        said = [(row.handle, row.stream, numbers[row.handle, row.name], row.seq, row.link) for row in rows]
        insert_rows(connection, made.namings, said)
    _drop_unsaid(connection, made, left)


def _take_back(connection: sa.Connection, made: SearchTables, streams: Sequence[bytes]) -> set[int]:
    """Remove what these records and links said before; gives the names that they said."""
    table = made.namings
    before = sa.select(table.c.name_id).where(table.c.stream.in_(streams)).distinct()
    left = set(connection.scalars(before))
    if left:
        connection.execute(table.delete().where(table.c.stream.in_(streams)))
    return left


def _numbers(connection: sa.Connection, made: SearchTables, rows: Sequence[NameRow]) -> dict[tuple[str, str], int]:
    """The number of each name of each subject; new ones are written and indexed."""
    table = made.names
    handles = list({row.handle for row in rows})
    known = connection.execute(sa.select(table.c.handle, table.c.name, table.c.id).where(table.c.handle.in_(handles)))
    numbers: dict[tuple[str, str], int] = {(handle, name): number for handle, name, number in known}
    new = {(row.handle, row.name): row for row in rows if (row.handle, row.name) not in numbers}
    if new:
        first = (connection.scalar(sa.select(sa.func.max(table.c.id))) or 0) + 1
        written = [index_row(number, row) for number, row in enumerate(new.values(), first)]
        insert_rows(connection, table, written)
        fts5.add(connection, made.terms, {number: normal for number, *_others, normal in written})
        numbers |= dict(zip(new, range(first, first + len(new)), strict=True))
    return numbers


def _drop_unsaid(connection: sa.Connection, made: SearchTables, numbers: Iterable[int]) -> None:
    for page in _pages(numbers):
        said = set(connection.scalars(sa.select(made.namings.c.name_id).where(made.namings.c.name_id.in_(page))))
        _drop_names(connection, made, [number for number in page if number not in said])


def _drop_names(connection: sa.Connection, made: SearchTables, numbers: Sequence[int]) -> None:
    for page in _pages(numbers):
        connection.execute(made.names.delete().where(made.names.c.id.in_(page)))
        fts5.remove(connection, made.terms, page)


def _pages(everything: Iterable[_Value]) -> Iterator[list[_Value]]:
    remaining = iter(everything)
    while page := list(islice(remaining, _AT_ONCE)):
        yield page
