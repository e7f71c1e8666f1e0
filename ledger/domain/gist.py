"""要点 (gist): the part of an event that a fold of its record needs, with nothing in it that names or quotes anybody.

Days, classes and numbers are read out of the openings once. A fold over gists needs neither keys nor openings; after an
erasure the gist is made again, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import msgspec

from ledger.beijing import beijing_day
from ledger.catalogue_item import CatalogueItem
from ledger.domain.bodies import (
    BRINGS_VALUES,
    AnyBody,
    DeadlineMissed,
    ListingDecided,
    ListingNotified,
    ObjectionExtended,
    RepairApplied,
)
from ledger.domain.events import Told
from ledger.particulars import DATA_PREFIX, NO_TERMS, ApplicationFacts, PublicityTerms, read_facts, read_publicity
from verify.strict import JsonValue

Items = Mapping[tuple[str, int], CatalogueItem]
"""Catalogue items by name and version."""


class Gist(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """One event of a record, as the fold takes it in."""

    seq: int
    version: int
    recorded_on: date
    """The day in Beijing on which it was recorded."""
    issuer: str
    subject: str
    body: AnyBody
    discloses: tuple[int, ...] = ()
    withdraws: tuple[int, ...] = ()
    erased: bool = False
    done_on: date | None = None
    """Path ``on``, where it is another day than that of recording."""
    decided_on: date | None = None
    """认定之日, the value of the item's field."""
    terms: PublicityTerms = NO_TERMS
    """公示认定, without the texts: what a reason says does not change what follows from it."""
    cases: tuple[str, ...] = ()
    months: int = 0
    """Path ``prolonged_by``."""
    working_days: int = 0
    """Path ``to_working_days``."""
    facts: ApplicationFacts | None = None
    """修复事实, without the texts."""
    withdrawn_on: date | None = None
    """撤回之日, the value of the item's field."""

    @property
    def on(self) -> date:
        """The day on which it was done; the day it was recorded where that is not said or erased."""
        return self.done_on or self.recorded_on


def gist_of(event: Told, items: Items) -> Gist:
    """The gist of an event; `items` say in which field a record has its day."""
    facts = event.facts
    body, recorded_on = facts.body, beijing_day(facts.recorded_at)
    known: dict[str, Any] = {"erased": True} if event.erased else _read(event, recorded_on, body, items)
    return Gist(
        facts.seq,
        event.originator_version,
        recorded_on,
        facts.issuer,
        facts.subject,
        body,
        facts.discloses,
        facts.withdraws,
        **known,
    )


def gist_paths(body: AnyBody, items: Items) -> tuple[str, ...]:
    """The values that `gist_of` reads of an event with such a body; it depends on the type and the item alone."""
    paths, kind = ["on", "publicity"], type(body)
    if isinstance(body, BRINGS_VALUES):
        item = items.get((body.item, body.item_version))
        days = () if item is None else (item.decided_on, item.withdrawn_on)
        paths += [f"{DATA_PREFIX}{code}" for code in days if code is not None]
    if kind in _CONSIDERS:
        paths += ["cases", "prolonged_by"]
    return (*paths, *_ONE_VALUE.get(kind, ()))


_CONSIDERS: Final = frozenset({ListingNotified, ListingDecided})
_ONE_VALUE: Final = {ObjectionExtended: ("to_working_days",), RepairApplied: ("facts",)}


def _read(event: Told, recorded_on: date, body: AnyBody, items: Items) -> dict[str, Any]:
    found: dict[str, Any] = {}
    on = event.value("on")
    if on is not None:
        day = date.fromisoformat(str(on))
        if day != recorded_on:
            found["done_on"] = day
    kind = type(body)
    if kind is DeadlineMissed:
        return found
    if isinstance(body, BRINGS_VALUES):
        item = items.get((body.item, body.item_version))
        if item is not None:
            found["decided_on"], found["withdrawn_on"] = _day(event, item.decided_on), _day(event, item.withdrawn_on)
    publicity = event.value("publicity")
    if publicity is not None:
        found["terms"] = read_publicity(publicity).without_texts()
    if kind in _CONSIDERS:
        cases, months = event.value("cases"), event.value("prolonged_by")
        found["cases"] = tuple(str(case) for case in cases) if isinstance(cases, list) else ()
        found["months"] = _whole(months)
    elif kind is ObjectionExtended:
        found["working_days"] = _whole(event.value("to_working_days"))
    elif kind is RepairApplied:
        facts = event.value("facts")
        found["facts"] = None if facts is None else read_facts(facts).without_texts()
    return found


def _day(event: Told, code: str | None) -> date | None:
    """The day that a field of the record names."""
    value = None if code is None else event.value(f"{DATA_PREFIX}{code}")
    return date.fromisoformat(value) if isinstance(value, str) else None


def _whole(value: JsonValue) -> int:
    return value if isinstance(value, int) else 0
