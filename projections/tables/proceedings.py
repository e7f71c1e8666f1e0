"""程序 (proceedings): objections, remedies, repairs, masks and list procedures as they stand, one row each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from typing import Final, NamedTuple

import sqlalchemy as sa

from ledger.domain.state import CreditRecord, Mask, Objection, Remedy, Repair, Step
from ledger.store.rows import insert_rows
from ledger.vocabulary import Audience
from projections.law import Law
from projections.replay.known import Known
from projections.tables.table import OneTable

ProceedingRow = tuple[str, bytearray, str, str, str, str, str, str | None, str]
"""In the order of the columns."""


class Proceeding(NamedTuple):
    """One procedure on a record: its kind and id, how far it is, from when to when, and the entries that moved it."""

    kind: str
    id: str
    stage: str
    opened_on: date
    closed_on: date | None
    entries: tuple[int, ...]


@cache
def proceedings_table(suffix: str = "") -> sa.Table:
    """The table."""
    return sa.Table(
        f"proceedings{suffix}",
        sa.MetaData(),
        sa.Column("subject", sa.Text, primary_key=True, comment="handle"),
        sa.Column("record", sa.LargeBinary(16), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True, comment="objection, remedy, repair, mask, listing"),
        sa.Column("id", sa.Text, primary_key=True, comment="empty for the procedure of a listing"),
        sa.Column("issuer", sa.Text, nullable=False, comment="the providing unit"),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("opened_on", sa.Text, nullable=False, comment="YYYY-MM-DD"),
        sa.Column("closed_on", sa.Text, nullable=True, comment="YYYY-MM-DD; null: it is open"),
        sa.Column("entries", sa.Text, nullable=False, comment="JSON: the entries that moved it"),
        sa.UniqueConstraint("issuer", "kind", "stage", "subject", "record", "id"),
        sqlite_with_rowid=False,
    )


def has_proceedings(state: CreditRecord) -> bool:
    """Say whether a record can have any procedure, which most never have."""
    return bool(state.objections or state.remedies or state.repairs or state.masks or state.listing)


def proceedings_of(state: CreditRecord) -> Iterator[Proceeding]:
    """Every procedure of a record."""
    for identifier, objection in state.objections.items():
        yield _objection(identifier, objection)
    for identifier, remedy in state.remedies.items():
        yield _remedy(identifier, remedy)
    for identifier, repair in state.repairs.items():
        yield _repair(identifier, repair)
    for identifier, mask in state.masks.items():
        yield _mask(identifier, mask)
    if state.listing is not None and state.listing.notified_on is not None:
        stage = "decided" if state.filing is not None else "dropped" if state.listing.dropped else "notified"
        closed = state.listing.dropped_on if state.filing is None else state.filed_on
        yield Proceeding("listing", "", stage, state.listing.notified_on, closed, state.listing.entries)


class ProceedingsTable(OneTable):
    """The projection."""

    name: Final = "proceedings"
    version: Final = 2
    audience: Final = (Audience.SUBJECT, Audience.DEPARTMENT, Audience.JUDICIAL, Audience.AUDITOR)

    def __init__(self) -> None:
        """The table of the database that it is kept in."""
        super().__init__(proceedings_table, "*")

    def write(self, connection: sa.Connection, records: Sequence[Known], law: Law, suffix: str = "") -> None:
        """Write what is known of these records in place of what was known before."""
        del law
        column = proceedings_table(suffix).c
        gone = proceedings_table(suffix).delete()
        gone = gone.where(column.subject == sa.bindparam("b_subject"), column.record == sa.bindparam("b_record"))
        moved = [known for known in records if has_proceedings(known.state)]
        if moved:
            keys = [{"b_subject": known.state.subject, "b_record": known.record} for known in moved]
            connection.execute(gone, keys)
            rows = [row for known in moved for row in proceeding_rows(known)]
            insert_rows(connection, proceedings_table(suffix), rows)


def proceeding_rows(known: Known) -> Iterator[ProceedingRow]:
    """The rows of a record, in the order of the columns."""
    return (_row(known, each) for each in proceedings_of(known.state))


def _row(known: Known, each: Proceeding) -> ProceedingRow:
    return (
        known.state.subject,
        bytearray(known.record),
        each.kind,
        each.id,
        known.state.issuer,
        each.stage,
        each.opened_on.isoformat(),
        None if each.closed_on is None else each.closed_on.isoformat(),
        str(list(each.entries)).replace(" ", ""),
    )


def _objection(identifier: str, objection: Objection) -> Proceeding:
    times = objection.times
    answered = times.reviews[-1].decided if times.reviews else times.resolved
    delivered = times.reviews[-1].acted if times.reviews else times.acted
    if answered is None:
        stage = "reviewing" if times.reviews else "verifying" if objection.forwarded is not None else "raised"
    else:
        stage = str(objection.outcome.value if objection.outcome else "")
    return Proceeding("objection", identifier, stage, times.raised, delivered, objection.entries)


def _remedy(identifier: str, remedy: Remedy) -> Proceeding:
    stage = "open" if remedy.outcome is None else remedy.outcome.value
    entries = (remedy.opened,) if remedy.closed is None else (remedy.opened, remedy.closed.seq)
    return Proceeding("remedy", identifier, stage, remedy.opened_on, _day(remedy.closed), entries)


def _repair(identifier: str, repair: Repair) -> Proceeding:
    last: Step | None = repair.revoked or repair.decided or (None if repair.running else repair.accepted)
    return Proceeding("repair", identifier, repair.stage.value, repair.applied.on, _day(last), repair.entries)


def _mask(identifier: str, mask: Mask) -> Proceeding:
    stage = "applied" if mask.lifted is None else "lifted"
    entries = (mask.applied,) if mask.lifted is None else (mask.applied, mask.lifted.seq)
    return Proceeding("mask", identifier, stage, mask.on, _day(mask.lifted), entries)


def _day(step: Step | None) -> date | None:
    return None if step is None else step.on
