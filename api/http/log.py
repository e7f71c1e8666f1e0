"""The log itself, as C2SP tlog-tiles serves it."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.http.context import AuditorOnly, Context, WithContext
from api.http.models import LedgerModel
from api.http.statements import problems
from api.http.tags import NOT_MODIFIED, Tagged
from verify.checkpoint import Checkpoint
from verify.errors import SourceMissing
from verify.registry import STATEMENT_CLOCK
from verify.tiles import TILE_WIDTH, tile_width

router = APIRouter(tags=["log"], route_class=Tagged)

_IMMUTABLE = {"Cache-Control": "public, max-age=31536000, immutable"}
_PRIVATE = {"Cache-Control": "private, max-age=31536000, immutable"}
_LEVEL = re.compile(r"0|[1-9][0-9]?", re.ASCII)
_NUMBER = re.compile(r"((?:x[0-9]{3}/){0,6}[0-9]{3})(?:\.p/([1-9][0-9]{0,2}))?", re.ASCII)
"""At most 21 digits: a tree has fewer than 2^63 leaves, and Python reads no endless numbers."""

_OCTETS = "application/octet-stream"
_MAX_LEVEL = 63


def _content(media_type: str) -> dict[str, Any]:
    """The OpenAPI response of a route that answers with bytes."""
    return {"content": {media_type: {"schema": {"type": "string"}}}}


@router.get(
    "/checkpoint",
    summary="The latest signed checkpoint",
    response_class=Response,
    responses={200: _content("text/plain; charset=utf-8"), **problems(404), **NOT_MODIFIED},
)
def checkpoint(context: WithContext) -> Response:
    """Origin, tree size and root, signed: C2SP tlog-checkpoint."""
    note = context.ledger.reader.checkpoint()
    return Response(note, media_type="text/plain; charset=utf-8", headers={"Cache-Control": "public, max-age=2"})


@router.get(
    "/tile/entries/{number:path}",
    summary="An entry bundle (auditors, regulators and mirrors)",
    dependencies=[AuditorOnly],
    response_class=Response,
    responses={200: _content(_OCTETS), **problems(401, 404)},
)
def bundle(number: str, request: Request, context: WithContext) -> Response:
    """256 entries, or the width named, each behind its length in two big-endian bytes: C2SP tlog-tiles."""
    index, width = _parse_number(request, f"tile/entries/{number}", number)
    _require_published(context, f"tile/entries/{number}", 0, index, width)
    return Response(context.ledger.reader.bundle(index, width), media_type=_OCTETS, headers=_PRIVATE)


@router.get(
    "/tile/{level}/{number:path}",
    summary="A tile of tree hashes",
    response_class=Response,
    responses={200: _content(_OCTETS), **problems(404), **NOT_MODIFIED},
)
def tile(level: str, number: str, request: Request, context: WithContext) -> Response:
    """256 hashes of 32 bytes, or the width named: C2SP tlog-tiles."""
    path = f"tile/{level}/{number}"
    if not _LEVEL.fullmatch(level) or int(level) > _MAX_LEVEL:
        raise SourceMissing(path, "a level is a number from 0 to 63")
    index, width = _parse_number(request, path, number)
    _require_published(context, path, int(level), index, width)
    return Response(context.ledger.reader.tile(int(level), index, width), media_type=_OCTETS, headers=_IMMUTABLE)


@router.get("/v1/ledger", response_model=LedgerModel, responses=NOT_MODIFIED, summary="What this log is")
def ledger(context: WithContext) -> LedgerModel:
    """Origin, key and size of the log, and the catalogue items it takes records under."""
    opened = context.ledger
    registry = opened.sequencer.rules.registry
    return LedgerModel(
        origin=opened.log_key.name,
        vkey=str(opened.log_key),
        size=Checkpoint.parse(opened.reader.checkpoint()).size,
        simulated_clock=registry.clock == STATEMENT_CLOCK,
        items=dict(registry.items),
    )


def _parse_number(request: Request, path: str, number: str) -> tuple[int, int]:
    match = _NUMBER.fullmatch(number)
    if match is None or not request.scope["path"].endswith(path):  # the router drops an LF at the end of a path
        raise SourceMissing(path, "a tile number is groups of three digits, all but the last with an x before them")
    digits = match[1].replace("x", "").replace("/", "")
    width = int(match[2]) if match[2] else TILE_WIDTH
    if (match[2] and width >= TILE_WIDTH) or match[1].startswith("x000"):
        raise SourceMissing(path, "not the one spelling of this tile")
    return int(digits), width


def _require_published(context: Context, path: str, level: int, index: int, width: int) -> None:
    """Serve only what a published checkpoint covers."""
    size = Checkpoint.parse(context.ledger.reader.checkpoint()).size
    if tile_width(level, index, size) < width:
        raise SourceMissing(path, f"not covered by the checkpoint of size {size}")
