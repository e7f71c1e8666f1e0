"""The one recorder: events, entries, tile hashes and openings of a batch in one transaction, on SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeAlias, cast
from uuid import UUID

import sqlalchemy as sa
from eventsourcing.persistence import (
    AggregateRecorder,
    ApplicationRecorder,
    InfrastructureFactory,
    IntegrityError,
    Notification,
    OperationalError,
    ProcessRecorder,
    StoredEvent,
    Subscription,
    TrackingRecorder,
)
from eventsourcing.utils import Environment

from ledger.chain import Head, LogBatch
from ledger.domain.link import SubjectLink
from ledger.errors import StoreUnsound
from ledger.store import schema
from ledger.store.append_only import guard
from ledger.store.deadlines import DeadlineChanges, StoredDue, replace_deadlines, write_deadlines
from ledger.store.gists import Chapter, forget_gists, write_gists
from ledger.store.links import LinkChanges, replace_links, write_links
from ledger.store.rows import driver_query, insert_rows
from ledger.store.sqlite import as_writer
from verify.entry import NO_PREVIOUS
from verify.statement_type import ABOUT_LINKS, ADMINISTRATIVE

STATE_SEPARATOR = b"\n"
"""Between an event's facts (JSON, no LF) and its sealed openings in `StoredEvent.state`."""

_Row: TypeAlias = sa.Row[*tuple[Any, ...]]

_IN_LIST = 500
"""Values in one IN list: well below SQLite's limit of variables."""

_ADMINISTRATIVE_TOPICS = frozenset(kind.value for kind in ADMINISTRATIVE)
_LINK_TOPICS = [kind.value for kind in ABOUT_LINKS]


SubjectRow = tuple[str, str, int, bytes, bytes | None]
"""Subject, aggregate (hexadecimal), version, facts and sealed openings (None: erased) of an event, from the driver."""

_PAGE: Final = 100


class LedgerRecorder(ApplicationRecorder):
    """Stores events under their position in the log, gap-free; commit order is position order.

    `StoredEvent.state` is split at its first LF: what is before stays for ever in ``events``, what is after (the sealed
    openings) goes to ``openings``, whose rows alone may be erased. `select_*` put the two together again.
    """

    def __init__(self, engine: sa.Engine) -> None:
        """`engine` as made by `ledger.store.sqlite`."""
        super().__init__()
        self.engine = engine
        self._writer = as_writer(engine)

    def create_tables(self) -> None:
        """Create what is missing, and the head row."""
        with self._writer.begin() as connection:
            schema.metadata.create_all(connection)
            guard(connection)
            if connection.execute(sa.select(schema.head.c.size)).first() is None:
                row = {"id": 1, "size": 0, "digest": NO_PREVIOUS, "recorded_at": ""}
                connection.execute(schema.head.insert(), row)

    def head(self) -> Head:
        """The end of the log as stored."""
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(schema.head.c.size, schema.head.c.digest, schema.head.c.recorded_at)
            ).one()
        return Head(row.size, row.digest, row.recorded_at)

    def insert_events(
        self,
        stored_events: Sequence[StoredEvent],
        *,
        batch: LogBatch | None = None,
        deadlines: DeadlineChanges | None = None,
        links: LinkChanges | None = None,
        gists: Iterable[Chapter] = (),
        also: Callable[[sa.Connection], None] = lambda _connection: None,
        **_kwargs: Any,  # noqa: ANN401 - the library's signature; it passes tracking=None
    ) -> Sequence[int]:
        """Write events, with the log batch they come from and what `also` writes, in one transaction.

        Raises the library's `IntegrityError` if a version of an aggregate exists already and `StoreUnsound` if the log
        is no longer where the batch begins: then another writer was at work.
        """
        try:
            with self._writer.begin() as connection:
                positions = self._insert(connection, stored_events, batch)
                if batch is not None:
                    write_deadlines(connection, deadlines or {}, batch.head.size)
                    write_links(connection, links or {}, batch.head.size)
                    write_gists(connection, gists, batch.head.size)
                    also(connection)
                return positions
        except sa.exc.IntegrityError as error:
            raise IntegrityError(error.orig) from error
        except sa.exc.DBAPIError as error:  # drivers differ in what a missing table is to them
            raise OperationalError(error.orig) from error

    def _insert(
        self, connection: sa.Connection, stored_events: Sequence[StoredEvent], batch: LogBatch | None
    ) -> Sequence[int]:
        stored = connection.execute(sa.select(schema.head.c.size, schema.head.c.digest).with_for_update()).one()
        if batch is not None and (stored.size, stored.digest) != (batch.start.size, batch.start.digest):
            message = f"the log ends at size {stored.size}, the writer expected {batch.start.size}: two writers?"
            raise StoreUnsound(message)
        first = stored.size + 1
        positions = list(range(first, first + len(stored_events)))
        if not stored_events:
            return positions
        subjects = batch.subjects if batch else [""] * len(stored_events)
        states = [event.state.partition(STATE_SEPARATOR) for event in stored_events]
        rows = [
            (position, cast("UUID", event.originator_id).hex, event.originator_version, event.topic, state[0], subject)
            for position, event, state, subject in zip(positions, stored_events, states, subjects, strict=True)
        ]
        insert_rows(connection, schema.events, rows)
        sealed = [(position, state[2]) for position, state in zip(positions, states, strict=True) if state[1]]
        insert_rows(connection, schema.openings, sealed)
        new_head = {"size": positions[-1], "digest": stored.digest}
        if batch is not None:
            _insert_log(connection, batch)
            new_head = {"size": batch.head.size, "digest": batch.head.digest, "recorded_at": batch.head.recorded_at}
        connection.execute(schema.head.update().values(new_head))
        return positions

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Events of one aggregate in version order."""
        version = schema.events.c.originator_version
        query = _EVENTS.where(schema.events.c.originator_id == originator_id)
        if gt is not None:
            query = query.where(version > gt)
        if lte is not None:
            query = query.where(version <= lte)
        query = query.order_by(version.desc() if desc else version).limit(limit)
        with self.engine.connect() as connection:
            return [_stored_event(row) for row in connection.execute(query)]

    def select_streams(self, originator_ids: Iterable[UUID]) -> dict[UUID, list[StoredEvent]]:
        """Events of many aggregates, each in version order."""
        streams: dict[UUID, list[StoredEvent]] = {}
        wanted = list(originator_ids)
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), _IN_LIST):
                query = _EVENTS.where(schema.events.c.originator_id.in_(wanted[start : start + _IN_LIST]))
                for row in connection.execute(query.order_by(schema.events.c.position)):
                    streams.setdefault(row.originator_id, []).append(_stored_event(row))
        return streams

    def streams_of_records(self, at_once: int) -> Iterator[list[UUID]]:
        """The ids of all records, in the order of their first entries, some at a time."""
        return self._streams(schema.events.c.topic.not_in([*_LINK_TOPICS, *_ADMINISTRATIVE_TOPICS]), at_once)

    def streams_of_links(self, at_once: int) -> Iterator[list[UUID]]:
        """The ids of all links, in the order in which they were made, some at a time."""
        return self._streams(schema.events.c.topic.in_(_LINK_TOPICS), at_once)

    def _streams(self, wanted: sa.ColumnElement[bool], at_once: int) -> Iterator[list[UUID]]:
        column, last = schema.events.c, 0
        query = sa.select(column.position, column.originator_id).where(column.originator_version == 1, wanted)
        while True:
            page = query.where(column.position > last).order_by(column.position).limit(at_once)
            with self.engine.connect() as connection:
                rows = connection.execute(page).all()
            if not rows:
                return
            last = rows[-1].position
            yield [row.originator_id for row in rows]

    def refold(self, rows: Iterable[StoredDue]) -> None:
        """Replace the deadlines by those that a fold of the whole log gives; only while nobody appends."""
        with self._writer.begin() as connection:
            size = connection.scalar(sa.select(schema.head.c.size)) or 0
            replace_deadlines(connection, rows, size)

    def refold_links(self, links: Iterable[tuple[UUID, SubjectLink]]) -> None:
        """Replace the links by those that a fold of the whole log gives; only while nobody appends."""
        with self._writer.begin() as connection:
            replace_links(connection, links, connection.scalar(sa.select(schema.head.c.size)) or 0)

    def refold_gists(self, pages: Iterable[tuple[list[Chapter], int]], *, anew: bool) -> None:
        """Write gists up to the end of the log, page by page with the size that each reaches; `anew` all of them."""
        if anew:
            with self._writer.begin() as connection:
                forget_gists(connection)
        for chapters, size in pages:
            with self._writer.begin() as connection:
                write_gists(connection, chapters, size)

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Events in log order; a notification's id is its entry number + 1."""
        query = _where_positions(_EVENTS, start, stop, topics, inclusive_of_start=inclusive_of_start)
        with self.engine.connect() as connection:
            return [_notification(row) for row in connection.execute(query.limit(limit))]

    def select_subject(self, *handles: str) -> Sequence[Notification]:
        """All events of one subject, which may have several handles, in log order."""
        found: list[Notification] = []
        with self.engine.connect() as connection:
            for start in range(0, len(handles), _IN_LIST):
                query = _EVENTS.where(schema.events.c.subject.in_(handles[start : start + _IN_LIST]))
                found += map(_notification, connection.execute(query))
        return sorted(found, key=lambda notification: notification.id)

    def select_subjects(self, first: str, end: str, size: int) -> Iterator[list[SubjectRow]]:
        """Events among the first `size` of the subjects from handle `first` up to and without `end`, in pages."""
        with self.engine.connect() as connection:
            cursor = cast(
                "Any", connection.exec_driver_sql(driver_query(connection, _BY_SUBJECT), (first, end, size)).cursor
            )
            while page := cursor.fetchmany(_PAGE):
                # PostgreSQL knows UUIDs; SQLite has their digits.
                yield page if isinstance(page[0][1], str) else [(row[0], row[1].hex, *row[2:]) for row in page]

    def select_openings(self, seqs: Iterable[int]) -> dict[int, bytes]:
        """The sealed openings of some entries by number; those that were erased are not there."""
        found, wanted = dict[int, bytes](), sorted(seqs)
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), _IN_LIST):
                asked = tuple([seq + 1 for seq in wanted[start : start + _IN_LIST]])
                query = driver_query(connection, f"{_OPENINGS} ({', '.join('?' * len(asked))})")
                cursor = cast("Any", connection.exec_driver_sql(query, asked).cursor)
                found |= {position - 1: sealed for position, sealed in cursor.fetchall()}
        return found

    def select_entries(self, seqs: Iterable[int]) -> list[tuple[int, StoredEvent]]:
        """The events of some entries by number, without their values, in log order."""
        column, found, wanted = schema.events.c, list[tuple[int, StoredEvent]](), sorted({seq + 1 for seq in seqs})
        bare = sa.select(column.originator_id, column.originator_version, column.topic, column.state, column.position)
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), _IN_LIST):
                query = bare.where(column.position.in_(wanted[start : start + _IN_LIST])).order_by(column.position)
                found += [
                    (row.position - 1, StoredEvent(row.originator_id, row.originator_version, row.topic, row.state))
                    for row in connection.execute(query)
                ]
        return found

    def max_notification_id(self) -> int | None:
        """Position of the last event."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(schema.head.c.size)) or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> Subscription[ApplicationRecorder]:  # pragma: no cover
        """Followers read the log by position (`select_notifications`); nothing is pushed."""
        raise NotImplementedError


class LedgerFactory(InfrastructureFactory[TrackingRecorder]):
    """Gives the library its recorder; everything it needs is passed in, nothing comes from the environment."""

    def __init__(self, env: Environment, engine: sa.Engine) -> None:
        """`engine` as made by `ledger.store.sqlite`."""
        super().__init__(env)
        self._engine = engine

    def application_recorder(self) -> LedgerRecorder:
        """The recorder, with its tables."""
        recorder = LedgerRecorder(self._engine)
        recorder.create_tables()
        return recorder

    def aggregate_recorder(self, purpose: str = "events") -> AggregateRecorder:
        """Snapshots are not kept."""
        raise NotImplementedError(purpose)

    def tracking_recorder(self, tracking_recorder_class: type[TrackingRecorder] | None = None) -> TrackingRecorder:
        """Followers keep their position with their rows, not with the library."""
        raise NotImplementedError

    def process_recorder(self) -> ProcessRecorder:
        """See `tracking_recorder`."""
        raise NotImplementedError


_EVENTS = sa.select(
    schema.events.c.originator_id,
    schema.events.c.originator_version,
    schema.events.c.topic,
    schema.events.c.state,
    schema.events.c.position,
    schema.openings.c.sealed,
).select_from(schema.events.outerjoin(schema.openings, schema.events.c.position == schema.openings.c.position))


_OPENINGS: Final = "SELECT position, sealed FROM openings WHERE position IN"
_BY_SUBJECT: Final = (
    "SELECT subject, originator_id, originator_version, state, sealed FROM events LEFT JOIN openings USING (position) "
    "WHERE subject >= ? AND subject < ? AND position <= ? ORDER BY subject, position"
)


def _where_positions(
    query: sa.Select[*tuple[Any, ...]],
    start: int | None,
    stop: int | None,
    topics: Sequence[str],
    *,
    inclusive_of_start: bool,
) -> sa.Select[*tuple[Any, ...]]:
    position = schema.events.c.position
    if start is not None:
        query = query.where(position >= start if inclusive_of_start else position > start)
    if stop is not None:
        query = query.where(position <= stop)
    if topics:
        query = query.where(schema.events.c.topic.in_(topics))
        if _ADMINISTRATIVE_TOPICS.issuperset(topics):
            # They are on the stream of the first entry: found by its id, where a look at every event takes minutes.
            first = sa.select(schema.events.c.originator_id).where(position == 1).scalar_subquery()
            query = query.where(schema.events.c.originator_id == first)
    return query.order_by(position)


def _state(row: _Row) -> bytes:
    state: bytes = row.state
    return state if row.sealed is None else state + STATE_SEPARATOR + row.sealed


def _stored_event(row: _Row) -> StoredEvent:
    return StoredEvent(row.originator_id, row.originator_version, row.topic, _state(row))


def _notification(row: _Row) -> Notification:
    return Notification(row.originator_id, row.originator_version, row.topic, _state(row), row.position)


def _insert_log(connection: sa.Connection, batch: LogBatch) -> None:
    start = batch.start.size
    numbered = zip(range(start, batch.head.size), batch.statement_ids, batch.entries, strict=True)
    insert_rows(connection, schema.entries, list(numbered))
    hashes = [(item.level, item.position, item.hash) for item in batch.tile_hashes]
    insert_rows(connection, schema.tile_hashes, hashes)
