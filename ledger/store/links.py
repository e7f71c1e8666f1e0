"""The links between subjects as rows: written with the events that make and undo them, read to know who is who.

Rows hold handles, entry numbers and times, all of which stand in the log. Codes, names and the last day of an old code
are values, which may be erased: they stay in the openings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa

from ledger.domain.link import LinksInForce, SubjectLink
from ledger.store import schema
from ledger.store.folded import folded_size, note_folded

NAME: Final = "subject_links"
_PAGE: Final = 1000

LinkChanges = dict[UUID, SubjectLink]
"""By id: links as they are now."""


def write_links(connection: sa.Connection, changes: Mapping[UUID, SubjectLink], size: int) -> None:
    """Rewrite the rows of links that changed; `size` is that of the log with the events that changed them."""
    table = schema.subject_links
    if changes:
        gone = table.delete().where(table.c.link == sa.bindparam("b_link"))
        connection.execute(gone, [{"b_link": link} for link in changes])
        connection.execute(table.insert(), [_row(link, state) for link, state in changes.items()])
    note_folded(connection, NAME, size)


def replace_links(connection: sa.Connection, links: Iterable[tuple[UUID, SubjectLink]], size: int) -> None:
    """Write all rows anew, as a fold of the whole log gives them."""
    connection.execute(schema.subject_links.delete())
    remaining = (_row(link, state) for link, state in links)
    while page := list(islice(remaining, _PAGE)):
        connection.execute(schema.subject_links.insert(), page)
    note_folded(connection, NAME, size)


class Links:
    """Reads the rows."""

    def __init__(self, engine: sa.Engine) -> None:
        """`engine` as made by `ledger.store.sqlite`."""
        self._engine = engine

    def folded_size(self) -> int:
        """The size of the log that the rows reflect; 0 if there never were any."""
        with self._engine.connect() as connection:
            return folded_size(connection, NAME)

    def are_current(self) -> bool:
        """Whether the rows reflect the whole log; not if an earlier version was the last to write."""
        with self._engine.connect() as connection:
            if not sa.inspect(connection).has_table(schema.folded.name):
                return False
            return folded_size(connection, NAME) == connection.scalar(sa.select(schema.head.c.size))

    def now(self) -> LinksInForce:
        """The links in force at the end of the log."""
        return _StoredLinks(self._engine, _ROW.separated_seq.is_(None))

    def at(self, size: int, as_of: str | None = None) -> LinksInForce:
        """The links in force as the first `size` entries say and was known at the instant `as_of`."""
        made, undone = _ROW.seq < size, _ROW.separated_seq < size
        if as_of is not None:
            made, undone = made & (_ROW.recorded_at <= as_of), undone & (_ROW.separated_at <= as_of)
        return _StoredLinks(self._engine, made & (_ROW.separated_seq.is_(None) | ~undone))


class _StoredLinks:
    """Links in force, looked up row by row."""

    def __init__(self, engine: sa.Engine, in_force: sa.ColumnElement[bool]) -> None:
        """Rows count for which `in_force` holds."""
        self._engine = engine
        handle: sa.BindParameter[str] = sa.bindparam("handle")
        self._subject_of = sa.select(_ROW.subject).where(_ROW.former == handle, in_force).order_by(_ROW.seq)
        self._formers_of = sa.select(_ROW.former).where(_ROW.subject == handle, in_force).order_by(_ROW.seq)

    def subject_of(self, handle: str) -> str | None:
        """The handle that this one is linked to."""
        return next(iter(self._handles(self._subject_of, handle)), None)

    def formers_of(self, handle: str) -> Iterable[str]:
        """The handles that are linked to this one, in the order of the links."""
        return self._handles(self._formers_of, handle)

    def _handles(self, query: sa.Select[*tuple[Any, ...]], handle: str) -> list[str]:
        with self._engine.connect() as connection:
            return list(connection.scalars(query, {"handle": handle}))


_ROW = schema.subject_links.c


def _row(link: UUID, state: SubjectLink) -> dict[str, object]:
    separated = state.separated
    return {
        "link": link,
        "seq": state.linked.seq,
        "recorded_at": state.linked.recorded_at,
        "former": state.former,
        "subject": state.subject,
        "kind": state.kind.value,
        "separated_seq": None if separated is None else separated.seq,
        "separated_at": None if separated is None else separated.recorded_at,
    }
