"""信用报告 (report) on a subject, as one audience may see it on a day: eight sections, each with the records given.

What is hidden is hidden everywhere: records that are not given leave no trace in sections, counts, names or numbers, so
that a subject of which everything is hidden and one that nobody ever heard of get the same report. `report_view` does
the same steps for each record whether it is given or not; that more records take longer is left (docs/audiences.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from uuid import UUID

import msgspec

from ledger.domain.bodies import BRINGS_VALUES
from ledger.domain.events import Erased, Recorded
from ledger.domain.gist import Items
from ledger.rulebook.book import Rulebook
from ledger.vocabulary import TERMS, Audience, RecordStatus, ReportSection
from projections.audiences import Viewer
from projections.disclosure import EVERYBODY, Grant, grant, publicity_end, values_given
from projections.records import RecordView
from projections.replay.standing import effective_on
from projections.sections import section_of
from verify.strict import JsonValue


@dataclass(frozen=True, slots=True)
class ReportedSubject:
    """Whom was asked about, by the code that was asked for."""

    scheme: str
    code: str
    name: str | None
    """As the last record that is given names it; None where none is."""


class ReportedField(msgspec.Struct, frozen=True, gc=False):
    """数据项 with its value, masked where it is personal."""

    code: str
    zh: str
    value: JsonValue


class ReportedRecord(msgspec.Struct, frozen=True, gc=False):
    """One record as it is given."""

    record: UUID
    item: str
    item_version: int
    zh: str
    """The item's name."""
    unit: str
    """信息提供单位."""
    status: RecordStatus
    status_zh: str
    disputed: bool
    """异议标注, 复议、诉讼标注: also beside a status that comes before it."""
    decided_on: date | None
    ends_on: date | None
    """The last day of publicity, or on the list."""
    condition: str | None
    """有条件共享: the condition, which whoever asks is bound by."""
    erased: bool
    """The values were destroyed, so that no field can be given."""
    fields: tuple[ReportedField, ...]
    """Those with a value."""
    entries: tuple[int, ...]
    """All of the record for those who see history; else the one that filed it and the one that holds its values."""


@dataclass(frozen=True, slots=True)
class ReportedPart:
    """报告栏目 with its records, in the order of filing."""

    section: ReportSection
    zh: str
    records: tuple[ReportedRecord, ...]


@dataclass(frozen=True, slots=True)
class ReportView:
    """The report."""

    subject: ReportedSubject
    audience: Audience
    audience_zh: str
    stated: Mapping[str, str]
    """What whoever asks said of itself: unit, purpose and case, or the agreement."""
    on: date
    sections: tuple[ReportedPart, ...]
    """All eight, empty ones too."""

    @property
    def records(self) -> tuple[ReportedRecord, ...]:
        """Those of all sections."""
        return tuple(record for part in self.sections for record in part.records)


def values_entries(events: Iterable[Recorded]) -> dict[UUID, int]:
    """For each record the number of the entry whose openings hold its values: the filing, or the last correction."""
    return {event.originator_id: event.facts.seq for event in events if isinstance(event.body, BRINGS_VALUES)}


def report_view(
    views: Sequence[RecordView],
    scheme: str,
    code: str,
    viewer: Viewer,
    items: Items,
    book: Rulebook,
    day: date,
    values_from: Mapping[UUID, int],
) -> ReportView:
    """The report on the subject with this code, whose records under all its codes are `views`.

    `values_from` is that of `values_entries`. A record belongs to the report from its effective day on: that of its
    decision, or of the notice while a list entry is only being considered (docs/history.md).
    """
    name: str | None = None
    parts: dict[ReportSection, list[ReportedRecord]] = {section: [] for section in ReportSection}
    for view in views:
        given = grant(viewer, view, items, book, day)
        told = _told(view, given or EVERYBODY, items, book, day, values_from)
        begun = effective_on(view.state)
        if given is not None and begun is not None and begun <= day:
            parts[section_of(items.get((view.state.item, view.item_version)))].append(told)
            name = name if isinstance(view.subject, Erased) else view.subject.name
    return ReportView(
        subject=ReportedSubject(scheme, code, name),
        audience=viewer.audience,
        audience_zh=TERMS[viewer.audience].zh,
        stated=asdict(viewer),
        on=day,
        sections=tuple(ReportedPart(part, TERMS[part].zh, tuple(records)) for part, records in parts.items()),
    )


def _told(
    view: RecordView, given: Grant, items: Items, book: Rulebook, day: date, values_from: Mapping[UUID, int]
) -> ReportedRecord:
    state = view.state
    item = items.get((state.item, state.item_version))
    known = {} if isinstance(view.values, Erased) else view.values
    values = {} if item is None else values_given(given, item, known)
    ends_on = publicity_end(view, items, book)
    status = _status(view, ends_on, day)
    return ReportedRecord(
        record=view.record,
        item=state.item,
        item_version=state.item_version,
        zh=state.item if item is None else item.zh,
        unit=state.issuer,
        status=status,
        status_zh=TERMS[status].zh,
        disputed=state.disputed,
        decided_on=state.decided_on if item is not None and item.decided_on in values else None,
        ends_on=ends_on,
        condition=given.condition,
        erased=isinstance(view.values, Erased),
        fields=()
        if item is None
        else tuple(
            ReportedField(field.code, field.zh, values[field.code]) for field in item.fields if field.code in values
        ),
        entries=view.entries if given.history else _filing_and_values(view, values_from),
    )


def _filing_and_values(view: RecordView, values_from: Mapping[UUID, int]) -> tuple[int, ...]:
    numbers = (view.state.filing, values_from.get(view.record))
    return tuple(sorted({number for number in numbers if number is not None}))


def _status(view: RecordView, ends_on: date | None, day: date) -> RecordStatus:
    """The status on the day: a period that is over ends the record also before the ledger's clock has said so."""
    running = {RecordStatus.STANDING, RecordStatus.DISPUTED}
    return RecordStatus.EXPIRED if view.status in running and ends_on is not None and ends_on < day else view.status
