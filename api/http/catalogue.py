"""The catalogue, what fields a record of each item has, and the rules that decisions rest on."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Response

from api.http.context import WithContext
from api.http.statements import problems
from api.http.tags import NOT_MODIFIED, Tagged
from api.templates.sheets import CSV_TYPE, XLSX_TYPE, template_csv, template_workbook
from api.templates.versions import in_force
from ledger.beijing import BEIJING
from ledger.catalogue import CatalogueItem, item_definition
from ledger.errors import NotFound
from ledger.rulebook.book import rule_definition

router = APIRouter(tags=["catalogue"], route_class=Tagged)

_VERSION = re.compile(r"[1-9][0-9]{0,8}", re.ASCII)
_WHICH: Final = Query(description="A published version; without it, that in force today")


def _file(media_type: str) -> dict[int | str, dict[str, Any]]:
    described = {"description": "The template, to be filled and given to `kesu import`", "content": {media_type: {}}}
    return {200: described, **problems(404), **NOT_MODIFIED}


# Before the route of a version, which would take the name of the file for one.
@router.get(
    "/v1/catalogue/{item}/template.xlsx",
    summary="The template 模板 of an item, for Excel and WPS",
    response_class=Response,
    responses=_file(XLSX_TYPE),
)
def template_xlsx(item: str, context: WithContext, version: Annotated[str | None, _WHICH] = None) -> Response:
    """A workbook with a column for each field, a sheet that says how to fill them, and lists of labels."""
    found = _version(item, context, version)
    return _download(template_workbook(found), f"{found.item}-{found.version}.xlsx", XLSX_TYPE)


@router.get(
    "/v1/catalogue/{item}/template.csv",
    summary="The template 模板 of an item, as CSV",
    response_class=Response,
    responses=_file(CSV_TYPE),
)
def template_as_csv(item: str, context: WithContext, version: Annotated[str | None, _WHICH] = None) -> Response:
    """The two header rows alone, in UTF-8 with a byte order mark."""
    found = _version(item, context, version)
    return _download(template_csv(found), f"{found.item}-{found.version}.csv", CSV_TYPE)


@router.get(
    "/v1/catalogue/{item}/{version}",
    summary="A version of a catalogue item 归集目录",
    responses={**problems(404), **NOT_MODIFIED},
)
def catalogue_item(item: str, version: str, context: WithContext) -> dict[str, Any]:
    """The item's definition as the operator published it: nature, dating field, fields, labels, limits, sources."""
    items = context.ledger.sequencer.rules.catalogue.items
    found = items.get((item, int(version))) if _VERSION.fullmatch(version) else None
    if found is None:
        raise NotFound("this version of the item is not published; GET /v1/ledger lists the items")
    return dict(item_definition(found))


@router.get("/v1/rules", summary="The rules 规则 published so far, every version", responses=NOT_MODIFIED)
def rules(context: WithContext) -> dict[str, Any]:
    """Calendars, sharing, periods and clocks by name."""
    versions = sorted(context.ledger.sequencer.rules.book.versions)
    return {"rules": [{"name": name, "version": version} for name, version in versions]}


@router.get(
    "/v1/rules/{kind}/{name}/{version}", summary="A version of a rule", responses={**problems(404), **NOT_MODIFIED}
)
def rule(kind: str, name: str, version: str, context: WithContext) -> dict[str, Any]:
    """The rule's definition as the operator published it."""
    versions = context.ledger.sequencer.rules.book.versions
    found = versions.get((f"{kind}/{name}", int(version))) if _VERSION.fullmatch(version) else None
    if found is None:
        raise NotFound("this version of the rule is not published; GET /v1/rules lists them")
    return dict(rule_definition(found))


def _version(item: str, context: WithContext, version: str | None) -> CatalogueItem:
    items = context.ledger.sequencer.rules.catalogue.items
    if version is not None:
        found = items.get((item, int(version))) if _VERSION.fullmatch(version) else None
    else:
        newest = context.ledger.sequencer.rules.registry.items.get(item)
        today = datetime.now(BEIJING).date()
        found = None if newest is None else in_force(newest, lambda number: items[item, number], today)
    if found is None:
        raise NotFound("this item, or this version of it, is not published; GET /v1/ledger lists the items")
    return found


def _download(body: bytes, name: str, media_type: str) -> Response:
    return Response(body, headers={"Content-Disposition": f'attachment; filename="{name}"'}, media_type=media_type)
