"""The credit records of subjects, now or as known at an instant: one fold for both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ledger.catalogue import Openness, public_values
from ledger.domain.bodies import (
    ListingDecided,
    RecordCorrected,
    SubjectLinked,
    SubjectSeparated,
)
from ledger.domain.events import Erased, Recorded
from ledger.domain.evolve import evolve
from ledger.domain.gist import Items
from ledger.domain.publicity import is_shown
from ledger.domain.state import CreditRecord, EndingKind
from ledger.particulars import DATA_PREFIX
from ledger.rulebook.book import Rulebook
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
    subject: SubjectView | Erased
    values: Mapping[str, JsonValue] | Erased
    filed_at: str
    changed_at: str
    entries: tuple[int, ...]

    @property
    def superseded_by(self) -> str | None:
        """The record that took this one's place, by whichever of its endings names one."""
        named = (self.state.endings[kind].superseded_by for kind in EndingKind if kind in self.state.endings)
        return next((successor for successor in named if successor is not None), None)

    @property
    def item_version(self) -> int:
        """The version of the item that the values follow."""
        return self.state.item_version

    @property
    def status(self) -> RecordStatus:
        """The status shown."""
        return self.state.status


def fold_records(events: Iterable[Recorded], items: Items, as_of: str | None = None) -> dict[UUID, RecordView]:
    """Fold events, in log order, into the records known at the instant `as_of` (default: all that is recorded).

    Records come in the order of filing, revoked ones included; events of other aggregates are passed over.
    """
    views: dict[UUID, RecordView] = {}
    for event in events:
        if as_of is not None and event.facts.recorded_at > as_of:
            break  # recorded_at never goes back
        if event.facts.subject and not isinstance(event.body, SubjectLinked | SubjectSeparated):
            views[event.originator_id] = _take(views.get(event.originator_id), event, items)
    return views


def standing(views: Iterable[RecordView]) -> list[RecordView]:
    """The records that hold: filed, and neither revoked nor changed into another."""
    over = {EndingKind.REVOKED, EndingKind.CHANGED}
    return [view for view in views if view.state.filing is not None and over.isdisjoint(view.state.endings)]


def public_view(view: RecordView, items: Items, book: Rulebook, day: date) -> Mapping[str, object] | None:
    """The fields of a record that everybody may see on a day; None if it is not publicly disclosed.

    A period that has passed hides the record at once, also before the ledger's clock has said so.
    """
    if not is_public(view, items, book, day) or isinstance(view.values, Erased):
        return None
    return public_values(items[view.state.item, view.item_version], view.values)


def is_public(view: RecordView, items: Items, book: Rulebook, day: date) -> bool:
    """Say whether everybody may see the record on a day."""
    item = items.get((view.state.item, view.item_version))
    if item is None or item.openness is Openness.RESTRICTED:
        return False  # restricted: corrected under a later version of its item, after it had been disclosed
    if not view.state.disclosed or isinstance(view.values, Erased):
        return False
    return is_shown(view.state, items, book, day)


def _take(view: RecordView | None, event: Recorded, items: Items) -> RecordView:
    facts, body = event.facts, event.body
    state = evolve(view.state if view else None, event, items)
    values = event.values()
    if view is None:
        return RecordView(
            record=event.originator_id,
            state=state,
            subject=subject_of(values, facts.seq),
            values=values_of(values),
            filed_at=facts.recorded_at,
            changed_at=facts.recorded_at,
            entries=(facts.seq,),
        )
    view = replace(view, state=state, changed_at=facts.recorded_at, entries=(*view.entries, facts.seq))
    if isinstance(body, RecordCorrected | ListingDecided):
        return replace(view, values=values_of(values), subject=subject_of(values, facts.seq))
    return view


def values_of(values: Mapping[str, JsonValue] | Erased) -> dict[str, JsonValue] | Erased:
    """The values of a record by field, among those of an event that brings them."""
    if isinstance(values, Erased):
        return values
    return {path.removeprefix(DATA_PREFIX): value for path, value in values.items() if path.startswith(DATA_PREFIX)}


def subject_of(values: Mapping[str, JsonValue] | Erased, seq: int) -> SubjectView | Erased:
    """Whom the values of entry `seq` say that their record is about."""
    if isinstance(values, Erased):
        return values
    match values.get("subject"):
        case {"scheme": str(scheme), "code": str(code), "name": str(name)}:
            return SubjectView(scheme, code, name)
    return Erased(seq)
