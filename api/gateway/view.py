"""Rows of a database view that are new or changed become a table in the tray; what follows is as for any table.

A view is read from the highest version that was read before, that version included, and from time to time as a whole:
whoever commits late, with a version that had been passed, is found then. What was seen is known by keyed digests of key
and row, the version left out: a row that was only touched has nothing new to say.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from api.gateway.cell_values import READABLE, json_value, pack_version, unpack_version
from api.gateway.config import ViewRules
from api.gateway.errors import ConfigFault, ViewFault
from api.gateway.journal import Journal, SeenRow
from api.gateway.result import recorded_rows
from api.gateway.tray import Ticket, Tray, write_durably
from api.importer.numbering import Numbering
from verify.strict import JsonValue

ACTION: Final = "kesu_action"
"""A column that every row gets: for the mapping's [action], where a changed row corrects its record."""

NEW, CHANGED = "new", "changed"

BATCH: Final = 1000
"""Rows in one table; a view of many is read in many."""

_FETCH: Final = 500


@dataclass(frozen=True, slots=True)
class _Row:
    columns: dict[str, JsonValue]
    version: object
    key: bytes
    digest: bytes


class View:
    """One view; `clock` gives seconds that never go back, `address` is its SQLAlchemy URL."""

    def __init__(
        self, source: str, rules: ViewRules, address: str, numbering: Numbering, clock: Callable[[], float]
    ) -> None:
        self._source = source
        self._rules = rules
        self._numbering = numbering
        self._clock = clock
        self._swept: float | None = None
        try:
            self._engine = sa.create_engine(address, poolclass=NullPool, hide_parameters=True)
        except (sa.exc.ArgumentError, ImportError):
            fix = "write it as dialect+driver://..., and install the driver"
            raise ConfigFault(f"view {source}: the address", "is not one that SQLAlchemy can open", fix) from None

    def spool(self, tray: Tray, journal: Journal, number: Callable[[], int]) -> Ticket | None:
        """Write down what is new or changed; None where nothing is. Raises `ViewFault` or `ConfigFault`."""
        mark = journal.mark(self._source)
        now = self._clock()
        whole = mark is None or self._swept is None or now - self._swept >= self._rules.sweep_seconds
        found, version = self._read(journal, None if whole else unpack_version(mark or ""), whole=whole)
        if whole:
            self._swept = now
        packed = mark if version is None else pack_version(version)
        if not found:
            if packed is not None and packed != mark:
                journal.see(self._source, (), packed)
            return None
        table = f"{self._source}.jsonl"
        about: dict[str, JsonValue] = {
            "table": table,
            "mark": packed,
            "rows": [[row.key.hex(), row.digest.hex()] for row in found],
        }
        ticket = tray.write_ticket(number(), about)
        lines = (json.dumps(row.columns, ensure_ascii=False) + "\n" for row in found)
        write_durably(ticket.table, "".join(lines).encode())
        return ticket

    def _read(self, journal: Journal, mark: object, *, whole: bool) -> tuple[list[_Row], object]:
        """At most `BATCH` rows with something to say, and the version up to which all are among them or known."""
        found: list[_Row] = []
        keys: set[bytes] = set()
        version: object = None
        for rows in self._parts(mark):
            seen = journal.seen(self._source, [row.key for row in rows])
            for row in rows:
                if row.key in keys:
                    rule, fix = "is that of two rows", "name columns that tell rows apart"
                    raise ConfigFault(f"view {self._source}: key", rule, fix)
                keys.add(row.key)
                if len(found) == BATCH:
                    continue  # read on only to see that the key tells rows apart
                version = row.version if row.version is not None else version
                before = seen.get(row.key)
                if before is None or before.digest != row.digest:
                    changed = before is not None and before.filed
                    row.columns[ACTION] = CHANGED if changed else NEW
                    found.append(row)
            if len(found) == BATCH and not whole:
                break
        return found, version

    def _parts(self, mark: object) -> Iterator[list[_Row]]:
        rules = self._rules
        schema, _, name = rules.table.rpartition(".")
        version: sa.ColumnClause[Any] = sa.column(rules.version)
        keys: list[sa.ColumnClause[Any]] = [sa.column(key) for key in rules.key]
        query = sa.select(sa.text("*")).select_from(sa.table(name, schema=schema or None)).order_by(version, *keys)
        if mark is not None:
            query = query.where(version >= sa.bindparam("mark", mark))
        try:
            with self._engine.connect().execution_options(stream_results=True) as connection:
                for part in connection.execute(query).mappings().partitions(_FETCH):
                    yield [self._row(dict(row)) for row in part]
        except sa.exc.SQLAlchemyError as error:
            # What the driver says may hold an address or values, so only its kind is told.
            kind = type(getattr(error, "orig", None) or error).__name__
            raise ViewFault(f"view {self._source} cannot be read ({kind}): look at the database") from None

    def _row(self, cells: Mapping[str, object]) -> _Row:
        for field, column in (("version", self._rules.version), *(("key", each) for each in self._rules.key)):
            if column not in cells:
                fix = f"write one of: {', '.join(cells)}"
                raise ConfigFault(f"view {self._source}: {field}", f"names no column of the view: {column}", fix)
        columns = {name: json_value(cell) for name, cell in cells.items() if isinstance(cell, READABLE)}
        said: list[JsonValue] = [
            [name, value] for name, value in sorted(columns.items()) if name != self._rules.version
        ]
        key: list[JsonValue] = [str(columns.get(name)) for name in self._rules.key]
        purpose = f"view {self._source}"
        return _Row(
            columns,
            cells[self._rules.version],
            self._numbering.row_digest(f"{purpose} key", key),
            self._numbering.row_digest(purpose, said),
        )


def recover_journal(journal: Journal, source: str, filed: Sequence[Ticket]) -> None:
    """Where a journal knows nothing of a view, tell it what the tickets of the view know."""
    if journal.mark(source) is not None or not filed:
        return
    for ticket in filed:
        journal.see(source, seen_rows(ticket, set(recorded_rows(ticket.result))))
    mark = filed[-1].about.get("mark")
    journal.see(source, (), mark if isinstance(mark, str) else None)


def seen_rows(ticket: Ticket, filed: set[int]) -> Iterator[SeenRow]:
    """What the journal is to know of the rows of a ticket; those with these numbers are in the log."""
    rows = ticket.about.get("rows")
    for number, row in enumerate(rows if isinstance(rows, list) else [], 1):
        match row:
            case [str(key), str(digest)]:
                yield SeenRow(bytes.fromhex(key), bytes.fromhex(digest), number in filed)
