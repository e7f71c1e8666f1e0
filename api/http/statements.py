"""Statements in, receipts out."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from api.http.context import WithContext
from api.http.models import AcceptedModel, IdentifiersModel, KnownModel, ProblemModel, ReceiptModel, SubmissionModel
from api.problems import MEDIA_TYPE, TooLarge, fault_json
from ledger.errors import NotFound
from verify.canonical import canonical_json
from verify.errors import Malformed, SourceMissing
from verify.receipt import Receipt
from verify.strict import JsonValue, check_uuid7, load_json
from verify.submission import Submission

MAX_BODY_BYTES = 2 * 1024 * 1024
"""A statement is at most 65,000 bytes; its openings hold the texts themselves, 20,000 characters a field at the most."""

router = APIRouter(tags=["statements"])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses of the problems a route may answer with."""
    return {status: {"model": ProblemModel, "content": {MEDIA_TYPE: {}}} for status in statuses}


def _body(model: type) -> dict[str, Any]:
    """The OpenAPI request body of a route that reads its bytes itself, strictly."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


@router.post(
    "/v1/statements",
    status_code=201,
    response_model=AcceptedModel,
    responses={
        200: {"model": AcceptedModel, "description": "The identical statement had been accepted before"},
        **problems(400, 403, 409, 413, 422, 503),
    },
    openapi_extra=_body(SubmissionModel),
    summary="Append a signed statement",
)
async def append(request: Request, context: WithContext) -> Response:
    """Append a signed statement; the answer is its receipt, under a signed and published checkpoint.

    Idempotent by the statement's id: the same bytes again give the original receipt.
    """
    submission = Submission.parse(await read_body(request))
    sequencer = context.ledger.sequencer
    admitted = sequencer.admit(submission.statement, submission.openings)
    accepted = await asyncio.wrap_future(sequencer.submit(admitted))
    body: dict[str, JsonValue] = {
        "receipt": accepted.receipt.to_json(),
        "repeated": accepted.repeated,
        "seq": accepted.seq,
        "warnings": [dict(fault_json(fault)) for fault in accepted.warnings],
    }
    location = {"Location": f"/v1/receipts/{admitted.statement.id}"}
    return Response(canonical_json(body), 200 if accepted.repeated else 201, location, "application/json")


@router.get(
    "/v1/receipts/{identifier}",
    response_model=ReceiptModel,
    responses=problems(400, 404),
    summary="Get the receipt of a statement again",
)
def receipt(identifier: str, context: WithContext) -> Response:
    """The receipt first handed out for the statement with this id."""
    found = find_receipt(context, identifier)
    return Response(canonical_json(found.to_json()), media_type="application/json")


@router.post(
    "/v1/receipts:known",
    response_model=KnownModel,
    responses=problems(400, 413),
    openapi_extra=_body(IdentifiersModel),
    summary="Ask which statements are in the log",
)
async def known(request: Request, context: WithContext) -> Response:
    """Of up to 2,000 statement ids, those already in the log: what an importer may skip."""
    match load_json(await read_body(request)):
        case {"ids": list(ids), **rest} if not rest and len(ids) <= IDS_AT_ONCE:
            wanted = [UUID(check_uuid7(item if isinstance(item, str) else "", "ids")) for item in ids]
        case _:
            raise Malformed("body", f'must be {{"ids": [...]}} with at most {IDS_AT_ONCE} statement ids')
    found = context.ledger.reader.known(wanted)
    return JSONResponse({"known": sorted(str(item) for item in found)})


IDS_AT_ONCE = 2000
"""Ids in one question: a request of about 80 kB."""


async def read_body(request: Request) -> bytes:
    """The request body, refused as soon as it is larger than `MAX_BODY_BYTES`."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > MAX_BODY_BYTES:
        raise TooLarge(f"the body has {declared} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge(f"the body has more than {MAX_BODY_BYTES} bytes")
    return bytes(body)


def find_receipt(context: WithContext, identifier: str) -> Receipt:
    """The receipt of a statement; raises `NotFound` while none can be given."""
    wanted = UUID(check_uuid7(identifier, "id"))
    found = context.ledger.reader.find([wanted])
    try:
        return context.ledger.reader.receipt(*found[wanted])
    except (KeyError, SourceMissing):
        raise NotFound("no statement with this id is under a published checkpoint") from None
