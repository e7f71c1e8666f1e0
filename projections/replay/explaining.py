"""What the entries of a difference were, and who a subject is: for people who read an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

import sqlalchemy as sa

from ledger.application import recorded_at
from ledger.beijing import beijing_day
from ledger.store.recorder import LedgerRecorder
from projections.search.tables import tables
from verify.statement_type import StatementType

_IN_LIST = 500


@dataclass(frozen=True, slots=True)
class Happened:
    """One entry in a word."""

    seq: int
    type: StatementType
    recorded_on: date


@dataclass(frozen=True, slots=True)
class Named:
    """Who a handle is, as it was last named."""

    scheme: str
    code: str
    name: str


def happened(recorder: LedgerRecorder, entries: Iterable[int]) -> list[Happened]:
    """What some entries were, in their order."""
    return [
        Happened(seq, StatementType(stored.topic), beijing_day(recorded_at(stored)))
        for seq, stored in recorder.select_entries(entries)
    ]


def names_of(connection: sa.Connection, handles: Iterable[str]) -> dict[str, Named]:
    """Who these handles are; those that are in no index of names are left out."""
    names, namings, found = tables().names, tables().namings, dict[str, Named]()
    for page in _pages(handles):
        query = (
            sa.select(names.c.handle, names.c.scheme, names.c.code, names.c.name)
            .join(namings, namings.c.name_id == names.c.id)
            .where(names.c.handle.in_(page))
            .order_by(namings.c.seq)
        )
        found |= {row.handle: Named(row.scheme, row.code, row.name) for row in connection.execute(query)}
    return found


def _pages(handles: Iterable[str]) -> Iterator[Sequence[str]]:
    remaining = iter(set(handles))
    while page := list(islice(remaining, _IN_LIST)):
        yield page
