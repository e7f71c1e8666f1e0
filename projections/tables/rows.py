"""Every row of whole subjects at once: what a rebuild writes, made in one go from all events of each of them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any, Final

import msgspec

from ledger.domain.bodies import AnyBody, SubjectLinked, SubjectSeparated
from ledger.domain.gist import gist_of, gist_paths
from ledger.excerpt import Excerpt
from projections.law import Law
from projections.replay.known import Known, take
from projections.replay.standing import Outcome, outcome_of
from projections.search.fold import NAME, NameRow, names_of, naming_paths
from projections.search.index import index_row
from projections.tables.proceedings import proceeding_rows
from projections.tables.records import record_row

_NAMES_IN_PART: Final = 1 << 24
"""Numbers that each part has for its names; none has as many events."""

Row = tuple[Any, ...]


class SubjectRows(msgspec.Struct, array_like=True, gc=False):
    """Rows of some subjects, each in the order of its table's key, and what links say, who have two subjects each."""

    history: list[Row] = msgspec.field(default_factory=list)
    records: list[Row] = msgspec.field(default_factory=list)
    proceedings: list[Row] = msgspec.field(default_factory=list)
    names: list[Row] = msgspec.field(default_factory=list)
    namings: list[Row] = msgspec.field(default_factory=list)
    links: list[NameRow] = msgspec.field(default_factory=list)


def paths_of(body: AnyBody, law: Law) -> tuple[str, ...]:
    """The values of an event that its rows follow from."""
    return (*gist_paths(body, law.items), *naming_paths(body, law.items))


def rows_of(events: Iterable[Excerpt], law: Law, part: int) -> SubjectRows:
    """The rows of subjects of whom all events are given, one after the other; `part` numbers the call."""
    rows, numbers = SubjectRows(), part * _NAMES_IN_PART
    for subject, of_subject in groupby(events, _subject):
        said = _take_subject(subject, of_subject, law, rows)
        written: dict[str, int] = {}
        for stream, row in sorted(said.items()):
            number = written.get(row.name)
            if number is None:
                number = written[row.name] = numbers = numbers + 1
                rows.names.append(index_row(number, row))
            rows.namings.append((subject, stream, number, row.seq, False))
    return rows


def _take_subject(subject: str, events: Iterable[Excerpt], law: Law, rows: SubjectRows) -> dict[bytes, NameRow]:
    """Add the rows of one subject; gives how its records name it in the end."""
    known: dict[bytes, Known] = {}
    outcomes: dict[bytes, Outcome] = {}
    said: dict[bytes, NameRow] = {}
    linked: dict[bytes, list[NameRow]] = {}
    items, history = law.items, rows.history
    for event in events:
        stream, body = event.stream, event.facts.body
        if type(body) in NAME:
            named = [naming for naming in names_of(event, items) if isinstance(naming, NameRow)]
            if isinstance(body, _OF_LINKS):
                linked[stream] = named
                continue
            said.pop(stream, None)
            said.update([(stream, naming) for naming in named])
        gist = gist_of(event, items)
        found = known[stream] = take(known.get(stream), stream, gist)
        outcome = outcomes[stream] = outcome_of(found, law)
        history.append((subject, gist.seq, stream, _ENCODE(gist), _ENCODE(outcome)))
    for stream, found in sorted(known.items()):
        rows.records.append(record_row(found, outcomes[stream]))
        rows.proceedings.extend(sorted(proceeding_rows(found)))
    for of_link in linked.values():
        rows.links.extend(of_link)
    return said


def _subject(event: Excerpt) -> str:
    return event.facts.subject


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_OF_LINKS: Final = (SubjectLinked, SubjectSeparated)
