"""Answering a query: the subjects that have the code, or the name, or a part of it, as far as they may be seen.

Nothing is said of what the caller's condition hides: neither that it is there, nor how much, nor by which name. A
subject is found by the names that visible records and the links of the subject say, and shown under the latest of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum, unique
from itertools import chain, islice
from typing import Final

import sqlalchemy as sa

from ledger.domain.link import Identity, LinksInForce, identity_of
from projections.search import fts5
from projections.search.query import Query, check_limit, read_query
from projections.search.tables import tables
from projections.search.terms import normalise

_ROW: Final = tables().names.c
_SAID: Final = tables().namings.c
_AT_ONCE: Final = 100
"""Rows to fetch: a list is full with 50 subjects, some of which have several names."""


@unique
class Match(StrEnum):
    """命中方式 (how a subject was found), the surest first."""

    CODE = "code"
    OLD_CODE = "old-code"
    """By the code of a subject that is linked to today's: 旧码, or that of a merged one."""
    NAME = "name"
    PART = "part"


@dataclass(frozen=True, slots=True)
class Hit:
    """A subject that was found, as it is known today."""

    handle: str
    scheme: str
    code: str
    name: str
    match: Match
    found_by: str
    """The code or the name that was found: an old one, where it differs from today's."""
    same_name: bool
    """重名: another visible subject has, or had, this name, so that only the code tells which one is meant."""


def find(
    connection: sa.Connection, text: str, limit: int, visible: sa.ColumnElement[bool], links: LinksInForce
) -> list[Hit]:
    """At most `limit` subjects, the best first: by code, by whole name, by its beginning, by a part of it.

    `visible` is a condition on rows of ``tables().namings`` (``stream`` is the record, ``handle`` its subject): the
    records that may be seen. Raises `NotAdmissible` for a query or a limit that is not answered.
    """
    query, limit = read_query(text), check_limit(limit)
    search = _Search(connection, visible, links)
    return list(islice(search.hits(query), limit))


@dataclass(frozen=True, slots=True)
class _Found:
    """A subject before it is described."""

    identity: Identity
    match: Match
    found_by: str


class _Search:
    def __init__(self, connection: sa.Connection, visible: sa.ColumnElement[bool], links: LinksInForce) -> None:
        self._connection = connection
        self._links = links
        self._shown = visible & ~_SAID.link
        """A record that may be seen says so."""
        self._readable = visible | _SAID.link
        """Links are as public as their subject, whichever of its codes is asked for."""

    def hits(self, query: Query) -> Iterator[Hit]:
        """Every subject once, by what fits best."""
        met: set[str] = set()
        for found in chain(self._by_code(query), self._by_name(query)):
            if found.identity.subject_handle not in met:
                met.add(found.identity.subject_handle)
                yield self._describe(found)

    def _by_code(self, query: Query) -> Iterable[_Found]:
        if not query.code:
            return []
        rows = sa.select(_ROW.handle, _ROW.code, _ROW.scheme).where(_ROW.code_key == query.code).distinct()
        found = []
        for handle, code, _scheme in self._connection.execute(rows.order_by(_ROW.scheme, _ROW.code)).all():
            identity = identity_of(handle, self._links)
            if self._is_shown(identity):
                match = Match.CODE if handle == identity.subject_handle else Match.OLD_CODE
                found.append(_Found(identity, match, code))
        return sorted(found, key=lambda each: each.match is Match.OLD_CODE)

    def _by_name(self, query: Query) -> Iterator[_Found]:
        whole = _ROW.normal == query.normal
        begins = _ROW.normal.startswith(query.normal, autoescape=True)
        said = sa.exists().where(_SAID.name_id == _ROW.id, self._readable)
        rows = (
            sa.select(_ROW.handle, _ROW.name, whole)
            .where(
                _ROW.id.in_(fts5.numbers_with(tables().terms, query.normal)),
                _ROW.normal.contains(query.normal, autoescape=True),  # the pairs may stand in another order
                said,
            )
            .order_by(sa.case((whole, 0), (begins, 1), else_=2), sa.func.length(_ROW.normal), _ROW.code, _ROW.id)
        )
        for handle, name, is_whole in self._connection.execute(rows).yield_per(_AT_ONCE):
            identity = identity_of(handle, self._links)
            if self._is_shown(identity):
                yield _Found(identity, Match.NAME if is_whole else Match.PART, name)

    def _is_shown(self, identity: Identity) -> bool:
        """Whether at least one record of the subject, under whichever handle, may be seen."""
        query = sa.select(sa.exists().where(_SAID.handle.in_(identity.handles), self._shown))
        return bool(self._connection.scalar(query))

    def _describe(self, found: _Found) -> Hit:
        identity = found.identity
        today = sa.case((_ROW.handle == identity.subject_handle, 0), else_=1)
        named = self._connection.execute(
            sa.select(_ROW.scheme, _ROW.code, _ROW.name, _ROW.normal)
            .join_from(tables().namings, tables().names, _SAID.name_id == _ROW.id)
            .where(_SAID.handle.in_(identity.handles), self._readable)
            .order_by(today, _SAID.seq.desc())
            .limit(1)
        ).one()
        names = {named.normal}
        if found.match in (Match.NAME, Match.PART):
            names.add(normalise(found.found_by))
        return Hit(
            handle=identity.subject_handle,
            scheme=named.scheme,
            code=named.code,
            name=named.name,
            match=found.match,
            found_by=found.found_by,
            same_name=self._is_shared(names, identity),
        )

    def _is_shared(self, names: set[str], identity: Identity) -> bool:
        """Whether another subject that may be seen is, or was, called by one of these normalised names."""
        others = (
            sa.select(_ROW.handle)
            .join_from(tables().names, tables().namings, _SAID.name_id == _ROW.id)
            .where(_ROW.normal.in_(names), _ROW.handle.not_in(identity.handles))
        )
        if self._connection.execute(others.where(self._shown).limit(1)).first() is not None:
            return True
        in_links = self._connection.scalars(others.where(_SAID.link).distinct()).all()
        return any(self._is_shown(identity_of(handle, self._links)) for handle in in_links)
