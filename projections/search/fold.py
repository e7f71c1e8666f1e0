"""What events name: the subject of a record or of a link, by its code and its name. A pure fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from ledger.catalogue import CatalogueItem, concerns_natural_person
from ledger.domain.bodies import ListingDecided, RecordCorrected, RecordFiled, SubjectLinked, SubjectSeparated
from ledger.domain.events import Erased, Recorded
from ledger.particulars import DATA_PREFIX
from verify.handle import organisation_handle
from verify.strict import JsonValue


@dataclass(frozen=True, slots=True)
class NameRow:
    """A record, or a link, names a subject; in place of how it named it before."""

    stream: UUID
    """The record's id, or the link's."""
    handle: str
    scheme: str
    code: str
    name: str
    seq: int
    """The entry that says so."""
    link: bool = False


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A record, or a link, names nobody any more who could be searched for."""

    stream: UUID


Naming = NameRow | Unnamed
_Items = Mapping[tuple[str, int], CatalogueItem]


def fold_names(events: Iterable[Recorded], items: _Items) -> Iterator[Naming]:
    """What events name, in log order; the last word on a stream holds."""
    for event in events:
        yield from names_of(event, items)


def names_of(event: Recorded, items: _Items) -> tuple[Naming, ...]:
    """What one event names: one subject of a record, two of a link, none for most events.

    A listing that was only notified names nobody: it has no values yet that would tell an organisation from a person.
    """
    body = event.body
    if isinstance(body, RecordFiled | RecordCorrected | ListingDecided):
        item = items.get((body.item, body.item_version))
        named = searchable(item, _telling(event, item))
        row = _row(event, event.facts.subject, event.value("subject")) if named else None
        return (Unnamed(event.originator_id),) if row is None else (row,)
    if isinstance(body, SubjectLinked):
        today = _row(event, event.facts.subject, event.value("subject"), link=True)
        former = _row(event, body.handle, event.value("former"), link=True)
        return tuple(row for row in (today, former) if row is not None)
    if isinstance(body, SubjectSeparated):
        return (Unnamed(event.originator_id),)
    return ()


def searchable(item: CatalogueItem | None, values: Mapping[str, JsonValue] | Erased) -> bool:
    """Whether the subject of a record may be found by its name: it is an organisation, or a 个体工商户.

    No, where it is a natural person 自然人, and where nobody can tell: values erased, the item unknown, or a field that
    tells persons from organisations without a value.
    """
    if item is None or isinstance(values, Erased):
        return False
    tells = all(values.get(code) for code, _labels in item.natural_person_labels)
    return tells and not concerns_natural_person(item, values)


def _telling(event: Recorded, item: CatalogueItem | None) -> dict[str, JsonValue] | Erased:
    """The values of the fields that tell persons from organisations."""
    if isinstance(event.openings, Erased):
        return event.openings
    labels = () if item is None else item.natural_person_labels
    return {code: event.value(f"{DATA_PREFIX}{code}") for code, _labels in labels}


def _row(event: Recorded, handle: str, named: JsonValue, *, link: bool = False) -> NameRow | None:
    """None where the name was erased, or the handle is none of an organisation: those anybody can recompute."""
    match named:
        case {"scheme": str(scheme), "code": str(code), "name": str(name)}:
            if organisation_handle(scheme, code) == handle:
                return NameRow(event.originator_id, handle, scheme, code, name, event.facts.seq, link)
    return None
