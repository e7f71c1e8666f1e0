"""主体状态 (status of a subject): its records, procedures and open deadlines as they stand, each with its entries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import sqlalchemy as sa

from ledger.domain.link import Identity
from ledger.store.deadlines import Deadlines, StoredDue
from ledger.vocabulary import RecordStatus
from projections.law import Law
from projections.replay.explaining import Named, names_of
from projections.replay.standing import Moment, Standing, standing
from projections.tables.proceedings import Proceeding, proceedings_of
from projections.tables.records import known_of_subjects


@dataclass(frozen=True, slots=True)
class SubjectStatus:
    """What stands of a subject on a day."""

    identity: Identity
    named: Named | None
    records: tuple[Standing, ...]
    """In the order in which they began; list entries and commitments are records of their items."""
    proceedings: tuple[tuple[UUID, Proceeding], ...]
    deadlines: tuple[StoredDue, ...]
    """Those that are open, by day."""

    @property
    def counts(self) -> Counter[RecordStatus]:
        """How many records have which status."""
        return Counter(record.status for record in self.records)


def subject_status(connection: sa.Connection, identity: Identity, law: Law, day: date) -> SubjectStatus:
    """The status of a subject under all its handles, out of the tables."""
    handles = list(identity.handles)
    known = known_of_subjects(connection, handles)
    moment = Moment(day, day, law)
    stood = [found for each in known if (found := standing(each, moment)) is not None]
    running = Deadlines(connection.engine)
    open_dues = [due for each in known for due in running.of_record(UUID(bytes=each.record)) if not due.due.settled]
    return SubjectStatus(
        identity=identity,
        named=names_of(connection, handles).get(identity.subject_handle),
        records=tuple(stood),
        proceedings=tuple((UUID(bytes=each.record), part) for each in known for part in proceedings_of(each.state)),
        deadlines=tuple(sorted(open_dues, key=lambda each: (each.due.day, each.due.clock.value, each.due.since))),
    )
