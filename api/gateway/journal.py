"""The journal: what was decided, sent and recorded. Each note is on the disk before the step that relies on it.

It holds ids, numbers, days and keyed digests; nothing that a row says, and no file's name.
"""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from api.gateway.errors import GatewayRunning
from api.gateway.tray import Verdict
from ledger.store.sqlite import open_file

_SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS ticket (
        number INTEGER PRIMARY KEY, source TEXT NOT NULL, taken_at TEXT NOT NULL,
        verdict TEXT, accepted INTEGER, repeated INTEGER, refused INTEGER, finished_at TEXT) STRICT""",
    """CREATE TABLE IF NOT EXISTS statement (
        id TEXT PRIMARY KEY, ticket INTEGER NOT NULL, line INTEGER NOT NULL, entry INTEGER) STRICT, WITHOUT ROWID""",
    """CREATE TABLE IF NOT EXISTS seen (
        source TEXT NOT NULL, key BLOB NOT NULL, digest BLOB NOT NULL, filed INTEGER NOT NULL,
        PRIMARY KEY (source, key)) STRICT, WITHOUT ROWID""",
    "CREATE TABLE IF NOT EXISTS mark (source TEXT PRIMARY KEY, version TEXT NOT NULL) STRICT, WITHOUT ROWID",
)
_TAKE: Final = "INSERT INTO ticket (number, source, taken_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
_FINISH: Final = (
    "UPDATE ticket SET verdict = ?, accepted = ?, repeated = ?, refused = ?, finished_at = ? WHERE number = ?"
)
_SEE: Final = (
    "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE "
    "SET digest = excluded.digest, filed = max(filed, excluded.filed)"
)
_DECIDE: Final = (
    "INSERT INTO statement (id, ticket, line) VALUES (?, ?, ?) "
    "ON CONFLICT DO UPDATE SET ticket = excluded.ticket, line = excluded.line WHERE entry IS NULL"
)
_RECORD: Final = (
    "INSERT INTO statement (id, ticket, line, entry) VALUES (?, 0, 0, ?) "
    "ON CONFLICT DO UPDATE SET entry = excluded.entry"
)
_MARK: Final = "INSERT INTO mark VALUES (?, ?) ON CONFLICT DO UPDATE SET version = excluded.version"
_VARIABLES: Final = 500
"""Placeholders in one query; SQLite takes many more."""


@dataclass(frozen=True, slots=True)
class Noted:
    """A statement that was decided: for which row of which table, and its entry once it is proved to have one."""

    ticket: int
    row: int
    entry: int | None


@dataclass(frozen=True, slots=True)
class SeenRow:
    """A row of a view as it was read last."""

    key: bytes
    digest: bytes
    filed: bool
    """Whether anything of this key ever came into the log."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the rows of a table, or of all tables of a source."""

    accepted: int = 0
    repeated: int = 0
    refused: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.accepted + other.accepted, self.repeated + other.repeated, self.refused + other.refused)

    def words(self) -> str:
        """The three numbers, for people."""
        return f"{self.accepted} accepted, {self.repeated} repeated, {self.refused} refused"


@dataclass(frozen=True, slots=True)
class SourceStanding:
    """All that the journal tells of a source."""

    done: int
    refused: int
    rows: Counts
    last: str | None
    """When its last table was finished."""


class Journal:
    """Durable notes; may be used by many threads, each call is one transaction."""

    def __init__(self, path: Path) -> None:
        self._connection: Any = open_file(path)
        self._lock = threading.Lock()
        with self._transaction():
            for statement in _SCHEMA:
                self._connection.execute(statement)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    # ---- tables ------------------------------------------------------------------------------------------------------

    def new_ticket(self, source: str, at_least: int, instant: str) -> int:
        """Give out a number that no ticket has; one that is not used does no harm."""
        ((largest,),) = self._rows("SELECT ifnull(max(number), 0) FROM ticket")
        number = max(int(largest) + 1, at_least)
        self.take(number, source, instant)
        return number

    def take(self, number: int, source: str, instant: str) -> None:
        """Note a ticket; does nothing where it is noted already, as it is unless the journal was lost."""
        self._write((_TAKE, [(number, source, instant)]))

    def verdict(self, number: int) -> Verdict | None:
        """What was found of a table, once nothing but filing it away is left to do."""
        for (verdict,) in self._rows("SELECT verdict FROM ticket WHERE number = ? AND verdict IS NOT NULL", number):
            return Verdict(verdict)
        return None

    def finish(
        self,
        number: int,
        verdict: Verdict,
        counts: Counts,
        instant: str,
        *,
        seen: Iterable[SeenRow] = (),
        mark: str | None = None,
    ) -> None:
        """Note the verdict, and for a view in the same transaction what is read and up to where."""
        source = self._source(number)
        self._write(
            (_FINISH, [(verdict.value, counts.accepted, counts.repeated, counts.refused, instant, number)]),
            (_SEE, [(source, row.key, row.digest, int(row.filed)) for row in seen]),
            (_MARK, [] if mark is None else [(source, mark)]),
        )

    def standing(self, source: str) -> SourceStanding:
        """The sums over all finished tables of a source."""
        ((done, refused, last, *rows),) = self._rows(
            "SELECT ifnull(sum(verdict = 'done'), 0), ifnull(sum(verdict = 'refused'), 0), max(finished_at), "
            "ifnull(sum(accepted), 0), ifnull(sum(repeated), 0), ifnull(sum(refused), 0) FROM ticket WHERE source = ?",
            source,
        )
        return SourceStanding(done, refused, Counts(*rows), last)

    # ---- statements --------------------------------------------------------------------------------------------------

    def noted(self, identifiers: Sequence[str]) -> dict[str, Noted]:
        """Those of the statements that were decided before."""
        found = dict[str, Noted]()
        for at in range(0, len(identifiers), _VARIABLES):
            part = identifiers[at : at + _VARIABLES]
            query = f"SELECT id, ticket, line, entry FROM statement WHERE id IN ({','.join('?' * len(part))})"  # noqa: S608
            found |= {identifier: Noted(*rest) for identifier, *rest in self._rows(query, *part)}
        return found

    def decide(self, ticket: int, rows: Mapping[str, int]) -> None:
        """Note statements (id -> row) before they are sent; what is recorded already stays as it is."""
        self._write((_DECIDE, [(identifier, ticket, row) for identifier, row in rows.items()]))

    def record(self, entries: Mapping[str, int]) -> None:
        """Note the entries of statements that are proved to be in the log, also of those that others brought there."""
        self._write((_RECORD, [(identifier, entry) for identifier, entry in entries.items()]))

    def unanswered(self) -> int:
        """How many statements may have been sent and are not known to be recorded or refused."""
        ((count,),) = self._rows(
            "SELECT count(*) FROM statement JOIN ticket ON ticket = number WHERE entry IS NULL AND verdict IS NULL"
        )
        return int(count)

    # ---- views -------------------------------------------------------------------------------------------------------

    def mark(self, source: str) -> str | None:
        """Up to which version a view has been read, as it was noted."""
        for (version,) in self._rows("SELECT version FROM mark WHERE source = ?", source):
            return str(version)
        return None

    def see(self, source: str, rows: Iterable[SeenRow], mark: str | None = None) -> None:
        """Note what was read of a view and up to where, apart from a table that was made of it."""
        self._write(
            (_SEE, [(source, row.key, row.digest, int(row.filed)) for row in rows]),
            (_MARK, [] if mark is None else [(source, mark)]),
        )

    def seen(self, source: str, keys: Sequence[bytes]) -> dict[bytes, SeenRow]:
        """The rows of a view that were read before, by the digest of their key."""
        found = dict[bytes, SeenRow]()
        for at in range(0, len(keys), _VARIABLES):
            part = keys[at : at + _VARIABLES]
            query = f"SELECT key, digest, filed FROM seen WHERE source = ? AND key IN ({','.join('?' * len(part))})"  # noqa: S608
            for key, digest, filed in self._rows(query, source, *part):
                found[key] = SeenRow(key, digest, bool(filed))
        return found

    # ---- the file ----------------------------------------------------------------------------------------------------

    def _source(self, number: int) -> str:
        ((source,),) = self._rows("SELECT source FROM ticket WHERE number = ?", number)
        return str(source)

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            return list(self._connection.execute(query, values).fetchall())

    def _write(self, *statements: tuple[str, Sequence[Sequence[object]]]) -> None:
        with self._transaction():
            for statement, rows in statements:
                if rows:
                    self._connection.executemany(statement, rows)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


@contextmanager
def alone(journal: Path) -> Iterator[None]:
    """Be the one gateway that works with this journal; raises `GatewayRunning` at once if another is."""
    with journal.with_name(f"{journal.name}.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise GatewayRunning(f"another process works with {journal.name}: stop it first") from None
        yield
