"""Answering a query: the subjects that have the code, or the name, or a part of it, as far as they may be seen.

Nothing is said of what the caller's condition hides: neither that it is there, nor how much, nor by which name. A
subject is found by the names that visible records and the links of the subject say, and shown under the latest of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from functools import lru_cache
from itertools import chain, islice
from typing import Final

import sqlalchemy as sa

from ledger.domain.link import Identity, LinksInForce, identity_of
from projections.search import fts5
from projections.search.query import Query, check_limit, read_query
from projections.search.tables import tables
from projections.search.terms import normalise

_NAME: Final = tables().names.c
_SAID: Final = tables().namings.c
_NAMED: Final = tables().names.join(tables().namings, _SAID.name_id == _NAME.id)
_LAST: Final = "\U0010ffff"
"""Behind every character that a normalised name can have."""
_MOST_CANDIDATES: Final = 20_000
"""Names to look at that begin with the query, and that have its pairs. A name that is like more than so many others is
found by its code, or by more of it; without an end, 公司 would read a whole register for fifty lines."""
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

    `visible` is a condition on rows of ``tables().namings``, where ``stream`` is the id of the record that names the
    subject ``handle``: which records may be seen. Raises `NotAdmissible` for a query or a limit that is not answered.
    """
    query, limit = read_query(text), check_limit(limit)
    return list(islice(_Search(connection, visible, links).hits(query), limit))


@dataclass(frozen=True, slots=True)
class _Found:
    """A subject before it is described."""

    identity: Identity
    match: Match
    found_by: str


class _Statements:
    """What is asked of the tables, for one condition on what may be seen."""

    def __init__(self, visible: sa.ColumnElement[bool]) -> None:
        shown = visible & ~_SAID.link  # a record that may be seen says so
        readable = visible | _SAID.link  # links are as public as their subject, whichever of its codes is asked for
        handles: sa.BindParameter[list[str]] = sa.bindparam("handles", expanding=True)
        self.is_shown = sa.select(sa.exists().where(_SAID.handle.in_(handles), shown))
        self.latest = (
            sa.select(_NAME.scheme, _NAME.code, _NAME.name, _NAME.normal)
            .select_from(_NAMED)
            .where(_SAID.handle.in_(handles), readable)
            .order_by(_SAID.handle != sa.bindparam("today"), _SAID.seq.desc())
            .limit(1)
        )
        others = (
            sa.select(_NAME.handle)
            .select_from(_NAMED)
            .where(_NAME.normal.in_(sa.bindparam("names", expanding=True)), _NAME.handle.not_in(handles))
        )
        self.others = others.where(shown).limit(1)
        self.others_in_links = others.where(_SAID.link).distinct()
        # A subject of which all is hidden, and which no link names, ends here: nothing more is asked about it.
        told = sa.exists().where(_SAID.handle == _NAME.handle, readable)
        self.by_code = (
            sa.select(_NAME.handle, _NAME.code, _NAME.scheme)
            .where(_NAME.code_key == sa.bindparam("code"), told)
            .distinct()
            .order_by(_NAME.scheme, _NAME.code)
        )
        most: sa.BindParameter[int] = sa.bindparam("most", type_=sa.Integer)
        pairs: sa.BindParameter[str] = sa.bindparam("pairs", type_=sa.Text)
        begins = _NAME.normal.between(sa.bindparam("normal"), sa.bindparam("last"))
        beginning = sa.select(_NAME.id).where(begins).order_by(_NAME.normal).limit(most)
        having = fts5.numbers_with(tables().terms, pairs).limit(most)
        # The pairs may stand there in another order, so look for the query itself.
        within = sa.func.instr(_NAME.normal, sa.bindparam("normal")) > 0
        said = sa.exists().where(_SAID.name_id == _NAME.id, readable)
        self.beginning = _named(beginning, begins & said)
        self.having = _named(having, ~begins & within & said)


@lru_cache(maxsize=8)
def _statements(visible: sa.ColumnElement[bool]) -> _Statements:
    """Made once for each condition, which are equal only if they are the same: it takes longer than running them."""
    return _Statements(visible)


def _named(numbers: sa.Select[tuple[int]], fits: sa.ColumnElement[bool]) -> sa.Select[str, str, str]:
    return (
        sa.select(_NAME.handle, _NAME.name, _NAME.normal)
        .where(_NAME.id.in_(numbers.subquery().select()), fits)
        .order_by(sa.func.length(_NAME.normal), _NAME.code, _NAME.id)
    )


class _Search:
    """One query."""

    def __init__(self, connection: sa.Connection, visible: sa.ColumnElement[bool], links: LinksInForce) -> None:
        self._connection = connection
        self._links = links
        self._statements = _statements(visible)

    def hits(self, query: Query) -> Iterator[Hit]:
        """Every subject once, by what fits best."""
        met: set[str] = set()
        for found in chain(self._by_code(query), self._by_name(query)):
            if found.identity.subject_handle not in met:
                met.add(found.identity.subject_handle)
                yield self._describe(found)

    def _by_code(self, query: Query) -> list[_Found]:
        if not query.code:
            return []
        found = []
        for handle, code, _scheme in self._connection.execute(self._statements.by_code, {"code": query.code}).all():
            identity = identity_of(handle, self._links)
            if self._is_shown(identity):
                match = Match.CODE if handle == identity.subject_handle else Match.OLD_CODE
                found.append(_Found(identity, match, code))
        return sorted(found, key=lambda each: each.match is Match.OLD_CODE)

    def _by_name(self, query: Query) -> Iterator[_Found]:
        asked = {"normal": query.normal, "last": query.normal + _LAST, "most": _MOST_CANDIDATES}
        yield from self._named(query, self._statements.beginning, asked)
        yield from self._named(query, self._statements.having, asked | {"pairs": fts5.pairs_of(query.normal)})

    def _named(
        self, query: Query, statement: sa.Select[str, str, str], asked: Mapping[str, object]
    ) -> Iterator[_Found]:
        for handle, name, normal in self._connection.execute(statement, asked).yield_per(_AT_ONCE):
            identity = identity_of(handle, self._links)
            if self._is_shown(identity):
                yield _Found(identity, Match.NAME if normal == query.normal else Match.PART, name)

    def _is_shown(self, identity: Identity) -> bool:
        """Whether at least one record of the subject, under whichever handle, may be seen."""
        return bool(self._connection.scalar(self._statements.is_shown, {"handles": identity.handles}))

    def _describe(self, found: _Found) -> Hit:
        identity = found.identity
        asked = {"handles": identity.handles, "today": identity.subject_handle}
        latest = self._connection.execute(self._statements.latest, asked).one()
        names = {latest.normal}
        if found.match in (Match.NAME, Match.PART):
            names.add(normalise(found.found_by))
        return Hit(
            handle=identity.subject_handle,
            scheme=latest.scheme,
            code=latest.code,
            name=latest.name,
            match=found.match,
            found_by=found.found_by,
            same_name=self._is_shared(names, identity),
        )

    def _is_shared(self, names: set[str], identity: Identity) -> bool:
        """Whether another subject that may be seen is, or was, called by one of these normalised names."""
        asked = {"names": sorted(names), "handles": identity.handles}
        if self._connection.scalar(self._statements.others, asked) is not None:
            return True
        in_links = self._connection.scalars(self._statements.others_in_links, asked).all()
        return any(self._is_shown(identity_of(handle, self._links)) for handle in in_links)
