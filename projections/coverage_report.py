"""Reading a ledger for 考核: records, registers and names as known at an instant, and the figures that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import takewhile

from ledger.application import RecordedMapper
from ledger.beijing import beijing_day
from ledger.domain.bodies import DepartmentRegistered
from ledger.domain.events import Recorded
from ledger.store.recorder import LedgerRecorder
from projections.coverage import coverage
from projections.coverage_totals import Line, Selection, lines_of, years_of
from projections.history import whole_history
from projections.immediate import YearOfImmediate
from projections.period import Grain
from projections.publications import publications
from projections.records import fold_records
from projections.registers import fold_registers
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
    """Fold the whole log once; beside a writer, up to the entry that was the last when the fold began."""
    head = recorder.head()
    size, day = head.size, asked.today
    if head.size:
        # The days of a simulated ledger may lie after today's.
        day = max(day, beijing_day(head.recorded_at))
    if asked.as_of is not None:
        day = min(day, beijing_day(asked.as_of))
    catalogue, book = publications(recorder, mapper)
    history = takewhile(lambda event: event.facts.seq < size, whole_history(recorder, mapper))
    views = fold_records(history, catalogue.items, asked.as_of).values()
    stored = recorder.select_notifications(None, size, topics=_TOPICS)
    administration = [event for event in map(mapper.to_domain_event, stored) if event.facts.seq < size]
    registers = fold_registers(administration, asked.as_of)
    rows = coverage((view.state for view in views), registers, catalogue.items, book, day)
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


def _names(events: Iterable[Recorded]) -> dict[str, str]:
    """Names of the departments, as last registered."""
    return {
        event.body.department: str(event.value("name"))
        for event in events
        if isinstance(event.body, DepartmentRegistered) and event.value("name") is not None
    }
