"""The catalogue, what fields a record of each item has, and the rules that decisions rest on."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter

from api.http.context import WithContext
from api.http.statements import problems
from ledger.catalogue import item_definition
from ledger.errors import NotFound
from ledger.rulebook.book import rule_definition

router = APIRouter(tags=["catalogue"])

_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)


@router.get("/v1/catalogue/{item}/{version}", summary="A version of a catalogue item 归集目录", responses=problems(404))
def catalogue_item(item: str, version: str, context: WithContext) -> dict[str, Any]:
    """The item's definition as the operator published it: nature, dating field, fields, labels, limits, sources."""
    items = context.ledger.sequencer.rules.catalogue.items
    found = items.get((item, int(version))) if _VERSION.fullmatch(version) else None
    if found is None:
        raise NotFound("this version of the item is not published; GET /v1/ledger lists the items")
    return dict(item_definition(found))


@router.get("/v1/rules", summary="The rules 规则 published so far, every version")
def rules(context: WithContext) -> dict[str, Any]:
    """Calendars, sharing, periods and clocks by name."""
    versions = sorted(context.ledger.sequencer.rules.book.versions)
    return {"rules": [{"name": name, "version": version} for name, version in versions]}


@router.get("/v1/rules/{kind}/{name}/{version}", summary="A version of a rule", responses=problems(404))
def rule(kind: str, name: str, version: str, context: WithContext) -> dict[str, Any]:
    """The rule's definition as the operator published it."""
    versions = context.ledger.sequencer.rules.book.versions
    found = versions.get((f"{kind}/{name}", int(version))) if _VERSION.fullmatch(version) else None
    if found is None:
        raise NotFound("this version of the rule is not published; GET /v1/rules lists them")
    return dict(rule_definition(found))
