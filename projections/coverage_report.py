"""Reading a ledger for 考核: records, registers and names as known at an instant, and the figures that follow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa

from ledger.application import RecordedMapper
from ledger.beijing import beijing_day
from ledger.domain.bodies import DepartmentRegistered
from ledger.domain.events import Recorded
from ledger.store.recorder import LedgerRecorder
from projections.coverage import coverage
from projections.coverage_totals import Line, Selection, lines_of, years_of
from projections.immediate import YearOfImmediate
from projections.period import Grain
from projections.publications import publications
from projections.registers import fold_registers
from projections.replay.known import Known, fold_subjects
from projections.replay.question import size_known_at
from projections.replay.source import chapters
from projections.tables.keeping import require_current
from projections.tables.records import all_known
from verify.statement_type import StatementType

_TOPICS = [StatementType.DEPARTMENT_REGISTERED.value, StatementType.REGISTER_DECLARED.value]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for."""

    today: date
    as_of: str | None = None
    """The instant up to which what was recorded counts; None: all of it."""
    grain: Grain = Grain.MONTH
    selection: Selection = field(default_factory=Selection)


@dataclass(frozen=True, slots=True)
class CoverageReport:
    """考核 (report): the figures, and the names of the departments."""

    asked: Asked
    day: date
    """The day by whose end clocks were kept or missed: that of `as_of`, or today; never one that is still to come."""
    size: int
    """Entries of the log that were read."""
    lines: tuple[Line, ...]
    years: tuple[YearOfImmediate, ...]
    names: dict[str, str]
    zh: dict[str, str]
    """Names of the catalogue items."""


def read_coverage(recorder: LedgerRecorder, mapper: RecordedMapper, asked: Asked) -> CoverageReport:
    """Read the tables as of one moment, beside a writer; raises `TablesBehind`."""
    head = recorder.head()
    size, day = head.size, asked.today
    if head.size:
        # The days of a simulated ledger may lie after today's.
        day = max(day, beijing_day(head.recorded_at))
    if asked.as_of is not None:
        day = min(day, beijing_day(asked.as_of))
    catalogue, book = publications(recorder, mapper)
    known_size = size if asked.as_of is None else min(size, size_known_at(recorder, asked.as_of))
    stored = recorder.select_notifications(None, size, topics=_TOPICS)
    administration = [event for event in map(mapper.to_domain_event, stored) if event.facts.seq < size]
    registers = fold_registers(administration, asked.as_of)
    with recorder.engine.connect() as connection:
        require_current(connection)
        # What is appended while this is read is not in the connection's view of the tables; what the fold reads of an
        # earlier time ends where that time ends.
        known = all_known(connection) if asked.as_of is None else _known_then(connection, known_size)
        rows = coverage((each.state for each in known), registers, catalogue.items, book, day)
    selected = [row for row in rows if asked.selection.has(row)]
    return CoverageReport(
        asked=asked,
        day=day,
        size=size,
        lines=lines_of(selected, asked.grain),
        years=years_of(rows, asked.selection, day.year),
        names=_names(administration),
        zh={name: item.zh for (name, _version), item in sorted(catalogue.items.items())},
    )


def _known_then(connection: sa.Connection, size: int) -> Iterator[Known]:
    """What was known of every record after the first `size` entries."""
    for _subject, records in fold_subjects(chapters(connection, size=size)):
        yield from records


def _names(events: Iterable[Recorded]) -> dict[str, str]:
    """Names of the departments, as last registered."""
    return {
        event.body.department: str(event.value("name"))
        for event in events
        if isinstance(event.body, DepartmentRegistered) and event.value("name") is not None
    }
