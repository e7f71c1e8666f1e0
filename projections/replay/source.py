"""Where a replay reads its chapters: the history table, a range of subjects at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import sqlalchemy as sa

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
    connection: sa.Connection, within: SubjectRange = EVERYBODY, size: int | None = None
) -> Iterator[Sequence[Any]]:
    """Subject, number, record and gist of each event among the first `size` entries, in the order of (subject, seq)."""
    return _read(connection, "subject, seq, record, gist", within, size)


def outcomes(
    connection: sa.Connection, within: SubjectRange = EVERYBODY, size: int | None = None
) -> Iterator[Sequence[Any]]:
    """Subject, number, record and outcome of each event among the first `size` entries, in the same order."""
    return _read(connection, "subject, seq, record, outcome", within, size)


def _read(connection: sa.Connection, columns: str, within: SubjectRange, size: int | None) -> Iterator[Sequence[Any]]:
    query = f"SELECT {columns} FROM {history_table().name} WHERE subject >= ? AND subject < ?"  # noqa: S608
    parameters: tuple[Any, ...] = tuple(within)
    if size is not None:
        query, parameters = f"{query} AND seq < ?", (*parameters, size)
    return raw_rows(connection, f"{query} ORDER BY subject, seq", parameters)
