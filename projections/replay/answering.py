"""Putting a question to a ledger: whom it is about, what the law is, and the rows that answer it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from ledger.domain.link import Identity, identity_of
from ledger.service import Ledger
from ledger.subjects import check_identifier
from projections.as_of import parse_as_of
from projections.law import Law
from projections.links import links_at
from projections.publications import publications
from projections.replay.difference import Difference, differences
from projections.replay.digest import state_digest
from projections.replay.question import Question, ask
from projections.replay.running import VERSION, Filter, replay
from projections.replay.scope import only, subjects_of_issuer, subjects_with_item
from projections.replay.source import EVERYBODY, SubjectRange
from projections.replay.standing import Standing
from projections.tables.keeping import require_current
from verify.handle import organisation_handle


@dataclass(frozen=True, slots=True)
class Whom:
    """Whom a replay is about; nothing given: everybody."""

    subject: tuple[str, str] | None = None
    """Scheme and code."""
    item: str | None = None
    issuer: str | None = None

    @property
    def everybody(self) -> bool:
        """Say whether it is about the whole ledger."""
        return self.subject is None and self.item is None and self.issuer is None

    @property
    def wanted(self) -> Filter:
        """The rows that are wanted of the subjects that are looked at."""
        return Filter(self.item, self.issuer)


class Replayer:
    """Answers questions about one ledger; raises `TablesBehind` where its tables do not reflect its log."""

    def __init__(self, ledger: Ledger, today: date, law: Callable[[], Law] | None = None) -> None:
        """`today` stands in for both times where they are not given; a server knows the law without reading the log."""
        self._ledger = ledger
        self._today = today
        with ledger.recorder.engine.connect() as connection:
            require_current(connection)
        self.published = ledger.reader.published_size()
        # After it, so that it knows all that it covers.
        self.law = Law.of(*publications(ledger.recorder, ledger.mapper)) if law is None else law()

    def question(self, as_of: str | None, on: str | None) -> Question:
        """The two times as given; raises `Malformed`."""
        return ask(self._ledger.recorder, self.published, self._today, as_of, on)

    def identity(self, whom: Whom, as_of: str | None, question: Question) -> Identity | None:
        """All handles of the subject, as linked at that time; None where no subject is named."""
        if whom.subject is None:
            return None
        check_identifier(*whom.subject)
        instant = None if as_of is None else parse_as_of(as_of)
        links = links_at(self._ledger.recorder, self._ledger.mapper, question.size, instant)
        return identity_of(organisation_handle(*whom.subject), links)

    def rows(
        self,
        connection: sa.Connection,
        whom: Whom,
        question: Question,
        identity: Identity | None,
        *,
        fold: bool = False,
    ) -> Iterator[Standing]:
        """The records, subject by subject."""
        within = self.within(connection, whom, identity)
        wanted = whom.wanted
        return (row for row in replay(connection, question, self.law, within, fold=fold) if wanted.takes(row))

    def differences(
        self, whom: Whom, before: Question, after: Question, identity: Identity | None
    ) -> Iterator[Difference]:
        """What stands otherwise after than before, record by record."""
        engine = self._ledger.recorder.engine
        with engine.connect() as one, engine.connect() as other:
            earlier = self.rows(one, whom, before, identity)
            for each in differences(earlier, self.rows(other, whom, after, identity), before.size):
                # A record that left the answer has no row in it that would name its later entries.
                left = each.after is None
                yield replace(each, entries=self._between(each.row.record, before, after)) if left else each

    def _between(self, record: str, before: Question, after: Question) -> tuple[int, ...]:
        """The entries of a record that were recorded between two questions."""
        stream = UUID(record)
        stored = self._ledger.recorder.select_streams([stream])[stream]
        seqs = (self._ledger.mapper.to_domain_event(each).facts.seq for each in stored)
        return tuple(seq for seq in seqs if before.size <= seq < after.size)

    def digest(self, question: Question, buckets: dict[str, bytes]) -> str:
        """The state digest of an answer about everybody."""
        root = self._ledger.reader.frontier(question.size).root().hex()
        times = [question.known_on.isoformat(), question.on.isoformat()]
        return state_digest(["replay", VERSION, question.size, root, *times], buckets)

    def within(self, connection: sa.Connection, whom: Whom, identity: Identity | None) -> list[SubjectRange]:
        """The subjects to look at, in their order."""
        if identity is not None:
            return only(identity.handles)
        if whom.item is not None:
            return subjects_with_item(connection, whom.item)
        return [EVERYBODY] if whom.issuer is None else subjects_of_issuer(connection, whom.issuer)
