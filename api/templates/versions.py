"""Versions of an item: which one is in force on a day, and what a template of an older one no longer fits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date

from ledger.catalogue_item import CatalogueItem, Field


def in_force(newest: int, version: Callable[[int], CatalogueItem], day: date) -> CatalogueItem:
    """The newest version under which a record may be filed on `day`; before the first takes effect, the first.

    `version` gives a published version by its number, from 1 to `newest`; it is asked for no more than it takes.
    """
    for number in range(newest, 1, -1):
        item = version(number)
        if item.effective_from <= day.isoformat():
            return item
    return version(1)


def changes(old: CatalogueItem, new: CatalogueItem) -> Iterator[str]:
    """What is different for who fills the template, one short sentence each."""
    before = {field.code: field for field in old.fields}
    after = {field.code: field for field in new.fields}
    for code, field in after.items():
        if code not in before:
            yield f"new column {field.zh} ({code}){', required' if field.required else ''}"
    for code, field in before.items():
        if code not in after:
            yield f"no column {field.zh} ({code}) any more"
    for code, field in after.items():
        earlier = before.get(code)
        if earlier is not None and (said := "; ".join(_differences(earlier, field))):
            yield f"{field.zh} ({code}): {said}"
    if old.schemes != new.schemes:
        yield f"subjects are identified by {', '.join(new.schemes)}"


def _differences(old: Field, new: Field) -> Iterator[str]:
    if old.zh != new.zh:
        yield f"was titled {old.zh}"
    if old.kind is not new.kind:
        yield f"is {new.kind} now, was {old.kind}"
    if _demands(old) != _demands(new):
        yield "is required now" if new.required else "is required under other conditions"
    if added := [label for label in new.labels if label not in old.labels]:
        yield f"new choices {'、'.join(added)}"
    if gone := [label for label in old.labels if label not in new.labels]:
        yield f"no choices {'、'.join(gone)} any more"
    if old.max_length != new.max_length:
        yield f"at most {new.max_length} characters" if new.max_length else "no length is given any more"


def _demands(field: Field) -> tuple[object, ...]:
    return field.required, field.required_when, field.required_unless, field.required_with
