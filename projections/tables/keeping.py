"""Keeping the tables: every one of them is written in the transaction of the events, so that none can lag."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from ledger.application import RecordedMapper
from ledger.domain.events import Recorded
from ledger.domain.gist import Gist, gist_of
from ledger.errors import LedgerError
from ledger.kept import Appended
from ledger.store import schema
from ledger.store.folded import folded_size, note_folded
from ledger.store.gists import is_of_record
from ledger.store.recorder import LedgerRecorder
from ledger.store.sqlite import as_writer
from projections.history import events_from
from projections.law import Law
from projections.publications import publications
from projections.replay.known import Known, take
from projections.replay.standing import outcome_of
from projections.tables.gists import GistsTable
from projections.tables.history import HistoryTable, history_row
from projections.tables.names import NamesTable
from projections.tables.proceedings import ProceedingsTable
from projections.tables.records import RecordsTable
from projections.tables.table import Table

GISTS: Final = GistsTable()
HISTORY: Final = HistoryTable()
NAMES: Final = NamesTable()
RECORDS: Final = RecordsTable()
PROCEEDINGS: Final = ProceedingsTable()
TABLES: Final[tuple[Table, ...]] = (HISTORY, NAMES, RECORDS, PROCEEDINGS)
"""All that are folds of gists, and of the names that openings give; what follows from single events first."""

ALL_TABLES: Final[tuple[Table, ...]] = (GISTS, *TABLES)
"""With the gists, which the ledger itself writes."""

_AT_ONCE: Final = 2000
"""Events in one transaction while catching up."""


class KeptTables:
    """The tables as the writer keeps them."""

    def __init__(self, engine: sa.Engine) -> None:
        """`engine` as made by `ledger.store.sqlite` for the writer."""
        self._engine = as_writer(engine)
        self._law: Law | None = None
        """Of the last batch: it remembers what it was asked."""

    def catch_up(self, recorder: LedgerRecorder, mapper: RecordedMapper) -> None:
        """Bring the tables to the end of the log, in steps; those of an earlier version are made anew."""
        size, since = recorder.head().size, self._begin()
        if since < size:
            law = Law.of(*publications(recorder, mapper))
            for events in events_from(recorder, mapper, since, _AT_ONCE):
                with self._engine.begin() as connection:
                    take_events(connection, events, law)
                    note_tables(connection, events[-1].facts.seq + 1)

    def write(self, connection: sa.Connection, appended: Appended) -> None:
        """Take a batch in."""
        rules, law = appended.rules, self._law
        if law is None or (law.items, law.book) != (rules.catalogue.items, rules.book):
            law = self._law = Law.of(rules.catalogue, rules.book)
        take_events(connection, appended.events, law, gists=appended.gists)
        note_tables(connection, appended.size)

    def _begin(self) -> int:
        """The size of the log that all tables reflect."""
        with self._engine.begin() as connection:
            sizes = {folded_size(connection, key_of(table)) for table in TABLES}
            since = sizes.pop()
            if sizes or not since:
                for table in TABLES:
                    table.drop(connection)
                    table.create(connection)
                since = 0
                forget_notes(connection)
                note_tables(connection, since)
        return since


class TablesBehind(LedgerError):
    """The tables do not reflect the log: an earlier version, or another program, wrote last."""


def require_current(connection: sa.Connection) -> None:
    """Raise `TablesBehind` unless every table reflects the whole log."""
    size = connection.scalar(sa.select(schema.head.c.size)) or 0
    present = sa.inspect(connection).has_table(schema.folded.name)
    behind = [table.name for table in ALL_TABLES if not present or folded_size(connection, key_of(table)) != size]
    if behind and size:
        raise TablesBehind(
            f"{', '.join(behind)}: behind the log; open the ledger with this version's kesu serve, or "
            "run kesu projections rebuild"
        )


def take_events(
    connection: sa.Connection,
    events: Sequence[Recorded],
    law: Law,
    suffix: str = "",
    gists: Mapping[int, Gist] = MappingProxyType({}),
) -> None:
    """Take events in, in log order, into every table; `gists` are those that are known already, by entry number."""
    told = [
        (event.stream, gists.get(event.facts.seq) or gist_of(event, law.items))
        for event in events
        if is_of_record(event)
    ]
    begun = {event.stream for event in events if event.originator_version == 1}
    continued = {record: gist.subject for record, gist in told if record not in begun}
    known = RECORDS.known(connection, continued, suffix)
    moved: dict[bytes, Known] = {}
    written = []
    for record, gist in told:
        now = known[record] = moved[record] = take(known.get(record), record, gist)
        written.append(history_row(gist.subject, gist.seq, record, outcome_of(now, law)))
    records = list(moved.values())
    HISTORY.write(connection, written, suffix)
    NAMES.write(connection, events, law, suffix)
    RECORDS.write(connection, records, law, suffix)
    PROCEEDINGS.write(connection, records, law, suffix)


def key_of(table: Table) -> str:
    """How the position of a table is noted: with its version, so that rows of an earlier one count for nothing."""
    return f"{table.name}/{table.version}"


def note_tables(connection: sa.Connection, size: int) -> None:
    """Note the size of the log that every table reflects."""
    for table in TABLES:
        note_folded(connection, key_of(table), size)


def forget_notes(connection: sa.Connection) -> None:
    """Forget how far the tables are, in every version: of what is made anew, another version would find its own note.

    It would take these rows for those that it wrote, where nothing was appended meanwhile.
    """
    name = schema.folded.c.name
    ours = [name.startswith(f"{table.name}/", autoescape=True) for table in TABLES]
    connection.execute(schema.folded.delete().where(sa.or_(*ours)))
