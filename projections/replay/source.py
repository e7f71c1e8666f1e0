"""Where a replay reads its chapters: gists, or the outcomes of the history, a range of subjects at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

from ledger.store.schema import gists_table
from projections.replay.digest import BUCKETS
from projections.tables.cursor import raw_rows
from projections.tables.history import history_table


class SubjectRange(NamedTuple):
    """Subjects whose handles begin with `first` or come after it, up to and without `end`."""

    first: str
    end: str

    @classmethod
    def only(cls, handle: str) -> SubjectRange:
        """One subject."""
        return cls(handle, handle + "!")


EVERYBODY: Final = SubjectRange("", "~")


def ranges(parts: int) -> list[SubjectRange]:
    """All subjects in so many ranges of whole buckets, in order."""
    parts = min(parts, len(BUCKETS))
    bounds = [BUCKETS[len(BUCKETS) * part // parts] for part in range(parts)] + ["~"]
    return [SubjectRange(bounds[part] if part else "", bounds[part + 1]) for part in range(parts)]


def chapters(
    connection: sa.Connection, within: SubjectRange = EVERYBODY, size: int | None = None, suffix: str = ""
) -> Iterator[Sequence[Any]]:
    """Subject, number, record and gist of each event among the first `size` entries, in the order of (subject, seq)."""
    return _read(connection, f"subject, seq, record, gist FROM {gists_table(suffix).name}", within, size)


def outcomes(
    connection: sa.Connection, within: SubjectRange = EVERYBODY, size: int | None = None
) -> Iterator[Sequence[Any]]:
    """Subject, number, record and outcome of each event among the first `size` entries, in the same order."""
    return _read(connection, f"subject, seq, record, outcome FROM {history_table().name}", within, size)


def _read(connection: sa.Connection, columns: str, within: SubjectRange, size: int | None) -> Iterator[Sequence[Any]]:
    query = f"SELECT {columns} WHERE subject >= ? AND subject < ?"
    parameters: tuple[Any, ...] = tuple(within)
    if size is not None:
        query, parameters = f"{query} AND seq < ?", (*parameters, size)
    return raw_rows(connection, f"{query} ORDER BY subject, seq", parameters)
