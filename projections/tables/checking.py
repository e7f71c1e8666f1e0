"""Checking the tables: how far each is, its state digest, and whether folding the whole log again gives the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import msgspec
import sqlalchemy as sa

from ledger.home import LedgerHome
from ledger.service import Ledger
from ledger.store import schema
from ledger.store.folded import folded_size
from ledger.store.reader import LogReader
from ledger.store.sqlite import as_writer
from ledger.vocabulary import Audience
from projections.tables.keeping import ALL_TABLES, key_of, require_current
from projections.tables.rebuilding import BESIDE, Progress, build, building
from projections.tables.table import Table

_ROW = msgspec.json.Encoder(enc_hook=str)


@dataclass(frozen=True, slots=True)
class TableState:
    """How far a table is."""

    name: str
    version: int
    audience: tuple[Audience, ...]
    rows: int
    size: int
    head: int
    digest: str


@dataclass(frozen=True, slots=True)
class Checked:
    """Whether a table agrees with a fold of the whole log, and where it first does not."""

    name: str
    digest: str
    folded: str
    kept_row: str | None
    folded_row: str | None

    @property
    def agrees(self) -> bool:
        """Say whether the two are the same, down to the values that no digest is of."""
        return self.digest == self.folded and self.kept_row is None and self.folded_row is None

    def sentence(self) -> str:
        """One line."""
        if self.agrees:
            return f"{self.name}  agrees  {self.digest}"
        if self.kept_row is not None and self.kept_row == self.folded_row:
            return f"{self.name}  DIFFERS  first in the row {self.kept_row}, which the log gives with other values"
        kept, folded = self.kept_row or "no row", self.folded_row or "no row"
        return f"{self.name}  DIFFERS  first where the table has {kept}, and the log gives {folded}"


def table_states(ledger: Ledger) -> list[TableState]:
    """The state of every table, as of one moment."""
    with ledger.recorder.engine.connect() as connection:
        head = connection.scalar(sa.select(schema.head.c.size)) or 0
        require_current(connection)
        states = []
        for table in ALL_TABLES:
            size = folded_size(connection, key_of(table))
            rows, digest = digest_of(table, connection, root_of(ledger.reader, size))
            states.append(TableState(table.name, table.version, table.audience, rows, size, head, digest))
    return states


def check_tables(home: LedgerHome, workers: int, progress: Progress) -> list[Checked]:
    """Open and fold the whole log into tables beside today's, compare the two, and throw the others away.

    What was appended meanwhile is folded in at the end, while a server waits. Then it goes on: what is compared takes
    long in a large ledger, and is read from a snapshot of that moment.
    """
    with building(home) as engine, engine.connect() as today, engine.connect() as beside:
        with build(home, as_writer(engine), workers, progress, opening=True) as (_connection, size):
            require_current(today)  # its snapshot is of here: of this size, as nobody can append
        root = root_of(LogReader(engine), size)
        return [_compare(table, today, beside, root) for table in ALL_TABLES]


def digest_of(table: Table, connection: sa.Connection, of: Sequence[object], suffix: str = "") -> tuple[int, str]:
    """Number of rows, and the state digest: of name and version, size and root of the log, and every row."""
    whole, number = hashlib.sha256(_ROW.encode([table.name, table.version, *of]) + b"\n"), 0
    for row in table.rows(connection, suffix):
        whole.update(_ROW.encode(list(row)) + b"\n")
        number += 1
    return number, whole.hexdigest()


def root_of(reader: LogReader, size: int) -> list[object]:
    """What every digest is of: the size of the log and its root, which bind every commitment."""
    return [size, reader.frontier(size).root().hex()]


def _compare(table: Table, today: sa.Connection, beside: sa.Connection, of: Sequence[object]) -> Checked:
    _rows, kept = digest_of(table, today, of)
    _rows, folded = digest_of(table, beside, of, BESIDE)
    rows = table.rows_with_values(today), table.rows_with_values(beside, BESIDE)
    return Checked(table.name, kept, folded, *next(_differing(*rows), (None, None)))


def _differing(
    kept: Iterable[Sequence[object]], folded: Iterable[Sequence[object]]
) -> Iterator[tuple[str | None, str | None]]:
    """Rows that differ, by their keys alone: a row may be long."""
    for one, other in zip_longest(kept, folded):
        if one is None or other is None or tuple(one) != tuple(other):
            yield _key(one), _key(other)


def _key(row: Sequence[object] | None) -> str | None:
    return None if row is None else " ".join(part.hex() if isinstance(part, bytes) else str(part) for part in row[:3])
