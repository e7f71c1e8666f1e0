"""What events name: the subject of a record or of a link, by its code and its name. A pure fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Protocol

import msgspec

from ledger.catalogue import CatalogueItem, concerns_natural_person
from ledger.domain.bodies import (
    BRINGS_VALUES,
    AnyBody,
    SubjectLinked,
    SubjectSeparated,
)
from ledger.domain.events import Erased
from ledger.particulars import DATA_PREFIX
from verify.handle import organisation_handle
from verify.strict import JsonValue


class _Facts(Protocol):
    """Of an event or of its gist."""

    @property
    def seq(self) -> int: ...

    @property
    def subject(self) -> str: ...

    @property
    def body(self) -> AnyBody: ...


class Named(Protocol):
    """What a name is read out of: an event, or an excerpt of one."""

    @property
    def stream(self) -> bytes:
        """The aggregate's id, 16 bytes."""

    @property
    def facts(self) -> _Facts:
        """Which entry it is, whose, and what happened."""

    @property
    def erased(self) -> bool:
        """Say whether the values were destroyed."""

    def value(self, path: str) -> JsonValue:
        """One opened value; None where it is not there or erased."""


class NameRow(msgspec.Struct, frozen=True, gc=False):
    """A record, or a link, names a subject; in place of how it named it before."""

    stream: bytes
    """The record's id, or the link's; 16 bytes."""
    handle: str
    scheme: str
    code: str
    name: str
    seq: int
    """The entry that says so."""
    link: bool = False


class Unnamed(msgspec.Struct, frozen=True, gc=False):
    """A record, or a link, names nobody any more who could be searched for."""

    stream: bytes


Naming = NameRow | Unnamed
_Items = Mapping[tuple[str, int], CatalogueItem]


def fold_names(events: Iterable[Named], items: _Items) -> Iterator[Naming]:
    """What events name, in log order; the last word on a stream holds."""
    for event in events:
        yield from names_of(event, items)


def names_of(event: Named, items: _Items) -> tuple[Naming, ...]:
    """What one event names: one subject of a record, two of a link, none for most events.

    A listing that was only notified names nobody: it has no values yet that would tell an organisation from a person.
    """
    body = event.facts.body
    if type(body) not in NAME:
        return ()
    if isinstance(body, BRINGS_VALUES):
        item = items.get((body.item, body.item_version))
        named = item is not None and not event.erased
        if item is not None and item.natural_person_labels:
            telling = {code: event.value(f"{DATA_PREFIX}{code}") for code in _telling(item)}
            named = named and searchable(item, telling)
        row = _row(event, event.facts.subject, event.value("subject")) if named else None
        return (Unnamed(event.stream),) if row is None else (row,)
    if isinstance(body, SubjectLinked):
        today = _row(event, event.facts.subject, event.value("subject"), link=True)
        former = _row(event, body.handle, event.value("former"), link=True)
        return tuple(row for row in (today, former) if row is not None)
    return (Unnamed(event.stream),)


def naming_paths(body: AnyBody, items: _Items) -> tuple[str, ...]:
    """The values that `names_of` reads of an event with such a body; it depends on the type and the item alone."""
    if isinstance(body, SubjectLinked):
        return ("subject", "former")
    if not isinstance(body, BRINGS_VALUES):
        return ()
    return ("subject", *(f"{DATA_PREFIX}{code}" for code in _telling(items.get((body.item, body.item_version)))))


NAME: Final = frozenset({*BRINGS_VALUES, SubjectLinked, SubjectSeparated})
"""Events of other types name nobody."""


def searchable(item: CatalogueItem | None, values: Mapping[str, JsonValue] | Erased) -> bool:
    """Whether the subject of a record may be found by its name: it is an organisation, or a 个体工商户.

    No, where it is a natural person 自然人, and where nobody can tell: values erased, the item unknown, or a field that
    tells persons from organisations without a value.
    """
    if item is None or isinstance(values, Erased):
        return False
    tells = all(values.get(code) for code, _labels in item.natural_person_labels)
    return tells and not concerns_natural_person(item, values)


def _telling(item: CatalogueItem | None) -> tuple[str, ...]:
    """The fields that tell persons from organisations."""
    return () if item is None else tuple([code for code, _labels in item.natural_person_labels])


def _row(event: Named, handle: str, named: JsonValue, *, link: bool = False) -> NameRow | None:
    """None where the name was erased, or the handle is none of an organisation: those anybody can recompute."""
    if not isinstance(named, dict):
        return None
    scheme, code, name = named.get("scheme"), named.get("code"), named.get("name")
    if not (isinstance(scheme, str) and isinstance(code, str) and isinstance(name, str)):
        return None
    if organisation_handle(scheme, code) != handle:
        return None
    return NameRow(event.stream, handle, scheme, code, name, event.facts.seq, link)
