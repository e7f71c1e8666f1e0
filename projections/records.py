"""The credit records of subjects, now or as known at an instant: one fold for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from ledger.admission import DATA_PREFIX
from ledger.catalogue import CatalogueItem, Openness, public_values
from ledger.domain.events import Erased, RecordCorrected, Recorded, RecordFiled, RecordRevoked
from ledger.domain.record import CreditRecord, evolve
from ledger.vocabulary import RecordStatus
from verify.strict import JsonValue


@dataclass(frozen=True, slots=True)
class SubjectView:
    """Whom the record is about, as the filing named it."""

    scheme: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class RecordView:
    """One credit record as it stood; `entries` are the numbers of the log entries it is made of."""

    record: UUID
    state: CreditRecord
    item_version: int
    subject: SubjectView | Erased
    values: Mapping[str, JsonValue] | Erased
    filed_at: str
    changed_at: str
    superseded_by: str | None
    entries: tuple[int, ...]

    @property
    def status(self) -> RecordStatus:
        """The status shown."""
        return self.state.status


def fold_records(events: Iterable[Recorded], as_of: str | None = None) -> dict[UUID, RecordView]:
    """Fold events, in log order, into the records known at the instant `as_of` (default: all that is recorded).

    Records come in the order of filing, revoked ones included; events of other aggregates are passed over.
    """
    views: dict[UUID, RecordView] = {}
    for event in events:
        if as_of is not None and event.facts.recorded_at > as_of:
            break  # recorded_at never goes back
        if event.facts.subject:
            views[event.originator_id] = _take(views.get(event.originator_id), event)
    return views


def standing(views: Iterable[RecordView]) -> list[RecordView]:
    """The records that were in force: all but the revoked ones."""
    return [view for view in views if not view.state.revoked]


def public_view(view: RecordView, items: Mapping[tuple[str, int], CatalogueItem]) -> Mapping[str, object] | None:
    """The fields of a record that everybody may see; None if the record is not publicly disclosed."""
    item = items.get((view.state.item, view.item_version))
    if item is None or item.openness is Openness.RESTRICTED:
        return None  # restricted: corrected under a later version of its item, after it had been disclosed
    if not view.state.disclosed or isinstance(view.values, Erased):
        return None
    return public_values(item, view.values)


def _take(view: RecordView | None, event: Recorded) -> RecordView:
    facts, body = event.facts, event.body
    state = evolve(view.state if view else None, event)
    if view is None:
        return RecordView(
            record=event.originator_id,
            state=state,
            item_version=body.item_version if isinstance(body, RecordFiled) else 0,
            subject=_subject(event),
            values=_data(event),
            filed_at=facts.recorded_at,
            changed_at=facts.recorded_at,
            superseded_by=None,
            entries=(facts.seq,),
        )
    view = replace(view, state=state, changed_at=facts.recorded_at, entries=(*view.entries, facts.seq))
    match body:
        case RecordCorrected(item_version=version):
            return replace(view, item_version=version, values=_data(event), subject=_subject(event))
        case RecordRevoked(superseded_by=successor):
            return replace(view, superseded_by=successor)
    return view


def _data(event: Recorded) -> dict[str, JsonValue] | Erased:
    values = event.values()
    if isinstance(values, Erased):
        return values
    return {path.removeprefix(DATA_PREFIX): value for path, value in values.items() if path.startswith(DATA_PREFIX)}


def _subject(event: Recorded) -> SubjectView | Erased:
    values = event.values()
    if isinstance(values, Erased):
        return values
    match values.get("subject"):
        case {"scheme": str(scheme), "code": str(code), "name": str(name)}:
            return SubjectView(scheme, code, name)
    return Erased(event.facts.seq)
