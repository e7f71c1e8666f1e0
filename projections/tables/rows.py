"""Every row of whole subjects at once: what a rebuild writes, made in one go from all gists of each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import msgspec

from ledger.domain.bodies import BRINGS_VALUES
from ledger.domain.gist import Gist
from ledger.store.gists import GISTS
from projections.law import Law
from projections.replay.known import Known, take
from projections.replay.standing import Outcome, outcome_of
from projections.search.fold import NameRow
from projections.search.index import index_row
from projections.tables.history import HistoryRow, history_row
from projections.tables.proceedings import ProceedingRow, has_proceedings, proceeding_rows
from projections.tables.records import RecordRow, record_row

_NAMES_IN_PART: Final = 1 << 24
"""Numbers that each part has for its names; none has as many events."""

IndexRow = tuple[int, str, str, str, str, str, str]
NamingRow = tuple[str, bytearray, int, int, bool]
Naming = tuple[bytes, Gist]
"""A record, and the event whose openings name its subject."""


class SubjectRows(msgspec.Struct, array_like=True, gc=False):
    """Rows of some subjects, in the order of their table's key; byte arrays, as they are bound (`insert_rows`)."""

    history: list[HistoryRow] = msgspec.field(default_factory=list)
    records: list[RecordRow] = msgspec.field(default_factory=list)
    proceedings: list[ProceedingRow] = msgspec.field(default_factory=list)
    names: list[IndexRow] = msgspec.field(default_factory=list)
    namings: list[NamingRow] = msgspec.field(default_factory=list)


def rows_of(chapters: Iterable[Sequence[Any]], law: Law) -> tuple[SubjectRows, list[Naming]]:
    """The rows of subjects of whom all chapters are given, one after the other, but for names; and who names them."""
    rows, naming = SubjectRows(), list[Naming]()
    for _subject, of_subject in groupby(chapters, itemgetter(0)):
        _take_subject(of_subject, law, rows, naming)
    return rows, naming


def _take_subject(chapters: Iterable[Sequence[Any]], law: Law, rows: SubjectRows, naming: list[Naming]) -> None:
    known: dict[bytes, Known] = {}
    outcomes: dict[bytes, Outcome] = {}
    values: dict[bytes, Gist] = {}
    decode, history = GISTS.decode, rows.history
    for subject, seq, record, blob in chapters:
        gist = decode(blob)
        if isinstance(gist.body, BRINGS_VALUES):
            values[record] = gist
        found = known[record] = take(known.get(record), record, gist)
        outcome = outcomes[record] = outcome_of(found, law)
        history.append(history_row(subject, seq, record, outcome))
    for record, found in sorted(known.items()):
        rows.records.append(record_row(found, outcomes[record]))
        if has_proceedings(found.state):
            rows.proceedings.extend(sorted(proceeding_rows(found)))
    naming.extend(values.items())


def add_names(rows: SubjectRows, named: Iterable[NameRow], part: int) -> None:
    """Add how records name these subjects in the end; `part` numbers the rows, no two of which may be of one number."""
    numbers = part * _NAMES_IN_PART
    written: dict[tuple[str, str], int] = {}
    for row in sorted(named, key=lambda row: (row.handle, row.stream)):
        number = written.get((row.handle, row.name))
        if number is None:
            number = written[row.handle, row.name] = numbers = numbers + 1
            rows.names.append(index_row(number, row))
        rows.namings.append((row.handle, bytearray(row.stream), number, row.seq, False))
