"""An index of names in memory, written and asked without a ledger around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from uuid import UUID

import sqlalchemy as sa

from ledger.domain.link import LinksAfter, Moment, SubjectLink
from ledger.store.sqlite import writing_engine
from ledger.subjects import Subject
from ledger.vocabulary import LinkKind
from projections.search.finding import Hit, find
from projections.search.fold import NameRow, Unnamed
from projections.search.index import write_names
from projections.search.tables import create_tables, tables

_DAY = date(2026, 11, 20)


def stream(number: int) -> bytes:
    """The id of a record or of a link."""
    return UUID(int=number).bytes


def row(record: int, subject: Subject, seq: int | None = None, *, link: bool = False) -> NameRow:
    """A record, or a link, names a subject."""
    at = record if seq is None else seq
    return NameRow(stream(record), subject.handle, subject.scheme, subject.code, subject.name, at, link)


@dataclass
class Shelf:
    """The index, who is linked to whom, and which records may be seen: all but those that are hidden."""

    connection: sa.Connection
    links: LinksAfter = field(default_factory=LinksAfter)
    hidden: set[int] = field(default_factory=set)

    def write(self, *namings: NameRow | Unnamed) -> Shelf:
        """Take in what events name."""
        write_names(self.connection, namings)
        return self

    def link(self, number: int, former: Subject, subject: Subject) -> Shelf:
        """Link a former subject to today's, as `subject.linked` does."""
        moment = Moment(number, "")
        kind = LinkKind.CODE_CHANGED
        self.links.take(SubjectLink(1, "", subject.handle, former.handle, kind, _DAY, moment))
        return self.write(row(number, subject, link=True), row(number, former, link=True))

    def separate(self, number: int, former: Subject, subject: Subject) -> Shelf:
        """Take the link back."""
        moment = Moment(number, "")
        kind = LinkKind.CODE_CHANGED
        self.links.take(SubjectLink(2, "", subject.handle, former.handle, kind, _DAY, moment, moment))
        return self.write(Unnamed(stream(number)))

    def find(self, text: str, limit: int = 50) -> list[Hit]:
        """Ask as somebody who may see what is not hidden."""
        visible = tables().namings.c.stream.not_in([stream(number) for number in self.hidden])
        return find(self.connection, text, limit, visible, self.links)

    def names(self, text: str, limit: int = 50) -> list[str]:
        """The names found."""
        return [hit.name for hit in self.find(text, limit)]


@contextmanager
def shelf() -> Iterator[Shelf]:
    """An empty index."""
    engine = writing_engine(Path(":memory:"))
    with engine.begin() as connection:
        create_tables(connection)
        yield Shelf(connection)
    engine.dispose()
