"""Statements in, receipts out."""

from __future__ import annotations

from concurrent.futures import Future
from http import HTTPStatus
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse, Response

from api.http.context import Context, WithContext
from api.http.models import (
    AcceptedModel,
    AwaitedModel,
    IdentifiersModel,
    KnownModel,
    ProblemModel,
    ReceiptModel,
    SubmissionModel,
)
from api.http.request_ids import request_id_of
from api.http.waiting import LONGEST_SECONDS, RETRY_SECONDS, preferred_wait, wait_for
from api.problems import HANDLED, MEDIA_TYPE, IdempotencyKeyDiffers, TooLarge, fault_json, problem_json
from ledger.admission import Admitted
from ledger.errors import NotFound
from ledger.sequencer import Accepted, Sequencer
from verify.canonical import canonical_json
from verify.errors import Malformed, SourceMissing
from verify.receipt import Receipt
from verify.statement import Statement
from verify.strict import JsonValue, check_uuid7, load_json
from verify.submission import Submission

MAX_BODY_BYTES = 2 * 1024 * 1024
"""A statement is at most 65,000 bytes; its openings hold the texts, 20,000 characters a field at the most."""

BATCH_LINES = 1000
"""Statements in one batch: a few transactions of the sequencer, answered within about a second."""

MAX_BATCH_BYTES = 16 * 1024 * 1024

_BATCH = '{"openings":{...},"statement":"..."}\n{"openings":{...},"statement":"..."}\n'
_BATCH_ANSWER = (
    '{"receipt":{...},"repeated":false,"seq":7,"status":201,"warnings":[]}\n'
    '{"problem":{"type":"/problems/not-admissible",...},"status":422}\n'
)

_KEY = "The statement's id, or nothing: that is what makes sending it again safe"
_PREFER = f"`wait=N`: seconds to wait for the receipt, at most {LONGEST_SECONDS}; without it until it is there"

router = APIRouter(tags=["statements"])


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI responses of the problems a route may answer with."""
    schema = {"$ref": f"#/components/schemas/{ProblemModel.__name__}"}
    return {status: {"content": {MEDIA_TYPE: {"schema": schema}}} for status in statuses}


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
        202: {"model": AwaitedModel, "description": "The receipt was not there within the time of `Prefer: wait`"},
        **problems(400, 403, 409, 413, 422, 503),
    },
    openapi_extra=_body(SubmissionModel),
    summary="Append a signed statement",
)
async def append(
    request: Request,
    context: WithContext,
    _idempotency_key: Annotated[str | None, Header(alias="Idempotency-Key", description=_KEY)] = None,
    _prefer: Annotated[str | None, Header(alias="Prefer", description=_PREFER)] = None,
) -> Response:
    """Append a signed statement; the answer is its receipt, under a signed and published checkpoint.

    Idempotent by the statement's id: the same bytes again give the original receipt. After a 202 they give the receipt
    too, or the reason why the statement was refused.
    """
    submission = Submission.parse(await read_body(request))
    sequencer = context.ledger.sequencer
    admitted = sequencer.admit(submission.statement, submission.openings)
    _require_key_of(admitted.statement, request.headers.getlist("idempotency-key"))
    seconds = preferred_wait(request.headers)
    accepted = await wait_for(sequencer.submit(admitted), seconds)
    path = f"/v1/receipts/{admitted.statement.id}"
    headers = {"Location": path} if seconds is None else {"Location": path, "Preference-Applied": f"wait={seconds}"}
    if accepted is None:
        headers["Retry-After"] = str(RETRY_SECONDS)
        return JSONResponse({"id": admitted.statement.id, "receipt": path}, HTTPStatus.ACCEPTED, headers)
    body = canonical_json(_accepted_json(accepted))
    return Response(body, _status(accepted), headers, "application/json")


def _require_key_of(statement: Statement, sent: list[str]) -> None:
    """Require that the header, if there is one, is the statement's id, in quotes as the draft asks or without."""
    if sent and sent not in ([statement.id], [f'"{statement.id}"']):
        raise IdempotencyKeyDiffers("the header, if sent, must be once and the `id` in the signed statement")


@router.post(
    "/v1/statements:batch",
    responses={
        200: {
            "description": "One line for each line sent, in its order: an accepted statement, or its problem",
            "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": _BATCH_ANSWER}},
        },
        **problems(400, 413, 503),
    },
    response_class=Response,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/x-ndjson": {"schema": {"type": "string"}, "example": _BATCH}},
        }
    },
    summary="Append many signed statements",
)
async def append_batch(request: Request, context: WithContext) -> Response:
    """Append up to 1,000 statements, one JSON object a line as for a single one; a bad line hurts only itself.

    Each line of the answer has a `status` and either the receipt or a `problem`. A line with status 503 was not taken:
    send it again.
    """
    lines = [line for line in (await read_body(request, MAX_BATCH_BYTES)).split(b"\n") if line]
    if len(lines) > BATCH_LINES:
        raise TooLarge(f"the batch has {len(lines)} lines, more than {BATCH_LINES}")
    answers = await run_in_threadpool(_append_lines, context, lines, request_id_of(request.scope))
    return Response(b"".join(canonical_json(answer) + b"\n" for answer in answers), media_type="application/x-ndjson")


def _append_lines(context: Context, lines: list[bytes], request_id: str) -> list[dict[str, JsonValue]]:
    sequencer = context.ledger.sequencer
    sent = [_submit(sequencer, admitted) for admitted in context.admission.admit(lines)]
    return [_answer(item, request_id) for item in sent]


def _submit(sequencer: Sequencer, admitted: Admitted | Exception) -> Future[Accepted] | Exception:
    if isinstance(admitted, Exception):
        return admitted
    try:
        return sequencer.submit(admitted)
    except HANDLED as error:
        return error


def _answer(item: Future[Accepted] | Exception, request_id: str) -> dict[str, JsonValue]:
    try:
        if isinstance(item, Exception):
            raise item
        accepted = item.result()
    except HANDLED as error:
        problem, body = problem_json(error, "/v1/statements:batch", request_id)
        return {"problem": body, "status": problem.status}
    return {"status": _status(accepted), **_accepted_json(accepted)}


def _accepted_json(accepted: Accepted) -> dict[str, JsonValue]:
    return {
        "receipt": accepted.receipt.to_json(),
        "repeated": accepted.repeated,
        "seq": accepted.seq,
        "warnings": [fault_json(fault) for fault in accepted.warnings],
    }


def _status(accepted: Accepted) -> int:
    return HTTPStatus.OK if accepted.repeated else HTTPStatus.CREATED


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


async def read_body(request: Request, most: int = MAX_BODY_BYTES) -> bytes:
    """The request body, refused as soon as it is larger than `most` bytes."""
    declared = request.headers.get("content-length", "0")
    if declared.isascii() and declared.isdigit() and int(declared) > most:
        raise TooLarge(f"the body has {declared} bytes")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise TooLarge(f"the body has more than {most} bytes")
    return bytes(body)


def find_receipt(context: WithContext, identifier: str) -> Receipt:
    """The receipt of a statement; raises `NotFound` while none can be given."""
    wanted = UUID(check_uuid7(identifier, "id"))
    found = context.ledger.reader.find([wanted])
    try:
        return context.ledger.reader.receipt(*found[wanted])
    except (KeyError, SourceMissing):
        raise NotFound("no statement with this id is under a published checkpoint") from None
