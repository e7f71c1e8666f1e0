"""The public report on a subject. Other audiences get theirs here once there are accounts; until then: `kesu view`."""

from __future__ import annotations

import asyncio
import hashlib
from http import HTTPStatus
from itertools import takewhile
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Header, Response
from fastapi.concurrency import run_in_threadpool

from api.http.context import Context, WithContext
from api.http.report_models import ReportModel
from api.http.statements import problems
from ledger.domain.link import identity_of
from ledger.store.links import Links
from ledger.subjects import check_identifier
from projections.audiences import Public
from projections.history import subject_history
from projections.records import fold_records
from projections.report import report_view, values_entries
from verify.checkpoint import Checkpoint
from verify.handle import organisation_handle

GRID_SECONDS: Final = 0.02
"""Answers leave at multiples of this after the request came. Each hidden entry costs about 0.15 ms, so without it
somebody who asks often enough could tell a subject with hidden records from one without; with it, only one with some
hundred of them."""

router = APIRouter(tags=["subjects"])


@router.get(
    "/v1/subjects/{scheme}/{code}",
    response_model=ReportModel,
    responses={**problems(400, 422), 304: {"description": "The report is still the one with the tag sent"}},
    summary="Read the public report on a subject",
)
async def report(
    scheme: str, code: str, context: WithContext, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    """What everybody may see of a subject today, in the eight sections of a credit report, by any of its codes.

    A subject that nobody ever heard of is no error: its report is empty, as is that of a subject of which nothing is
    public. A 404 for one of the two would tell everybody that there is a record which was repaired, or is not public.
    Always the public view, whatever token is sent. The tag changes with every checkpoint.
    """
    check_identifier(scheme, code)
    clock = asyncio.get_running_loop().time
    begun = clock()
    body = await run_in_threadpool(_body, context, scheme, code)
    headers = {"ETag": f'"{hashlib.sha256(body).hexdigest()}"', "Cache-Control": "no-cache"}
    is_known = _is_current(headers["ETag"], if_none_match)
    await asyncio.sleep((begun - clock()) % GRID_SECONDS)
    if is_known:
        return Response(None, HTTPStatus.NOT_MODIFIED, headers)
    return Response(body, HTTPStatus.OK, headers, "application/json")


def _body(context: Context, scheme: str, code: str) -> bytes:
    ledger = context.ledger
    checkpoint = Checkpoint.parse(ledger.reader.checkpoint())
    rules, today = ledger.sequencer.rules, ledger.sequencer.today  # after it, so that they know all that it covers
    items, book = rules.catalogue.items, rules.book
    links = Links(ledger.recorder.engine).at(checkpoint.size)
    identity = identity_of(organisation_handle(scheme, code), links)
    history = subject_history(ledger.recorder, ledger.mapper, *identity.handles)
    events = list(takewhile(lambda event: event.facts.seq < checkpoint.size, history))
    views = list(fold_records(events, items).values())
    told = report_view(views, scheme, code, Public(), items, book, today, values_entries(events))
    report = {**msgspec.to_builtins(told), "checkpoint": checkpoint.raw.decode()}
    return ReportModel.model_validate(report).model_dump_json().encode()


def _is_current(tag: str, sent: str | None) -> bool:
    """Whether one of the tags that came with the request is that of the answer (RFC 9110, 13.1.2)."""
    return sent is not None and any(each.strip().removeprefix("W/") in {tag, "*"} for each in sent.split(","))
