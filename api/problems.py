"""The one table from exceptions to HTTP (RFC 9457 problem details)."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from api.http.request_ids import request_id_of
from ledger.errors import (
    Busy,
    Fault,
    LedgerError,
    NotAdmissible,
    NotEntitled,
    NotFound,
    Refusal,
    RuleBroken,
    StatementIdReused,
    Stopped,
)
from verify.errors import EvidenceError, Malformed, SourceMissing
from verify.strict import JsonValue

MEDIA_TYPE = "application/problem+json"


class TokenMissing(LedgerError):
    """The resource is for auditors and regulators, and no valid token came with the request."""


class MethodRefused(LedgerError):
    """The resource is there, but not for this method."""


class TooLarge(LedgerError):
    """The request body is larger than any statement can be."""


class NotReady(LedgerError):
    """A statement sent now would not be recorded."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.sentence())
        self.fault = fault


class TooManyRequests(LedgerError):
    """The client, or all clients together, asked more than the server answers."""

    def __init__(self, seconds: int) -> None:
        """After so many `seconds` the next one is answered."""
        super().__init__(f"ask again in {seconds} s")
        self.seconds = seconds


class IdempotencyKeyDiffers(LedgerError):
    """The request's `Idempotency-Key` is not the id of the statement in it."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A kind of problem: its status, stable name, title, and what to do about it."""

    status: int
    slug: str
    title: str
    remedy: str


PROBLEMS: dict[type[Exception], Problem] = {
    StatementIdReused: Problem(
        409,
        "statement-id-reused",
        "The statement's id was used before with other bytes",
        "Draw a new UUIDv7 for a new statement; send the identical bytes again to get the original receipt.",
    ),
    RuleBroken: Problem(
        409,
        "rule-broken",
        "The state of the record does not allow this",
        "Look at the record's history; each fault names the rule and what would be allowed.",
    ),
    NotEntitled: Problem(
        403,
        "not-entitled",
        "The signature or the signer's competence does not hold",
        "Check the key's registration and that the exact bytes sent were signed.",
    ),
    NotAdmissible: Problem(
        422,
        "not-admissible",
        "The statement, its openings or its values break a rule",
        "Each fault names the field, the rule and the fix. Nothing was recorded.",
    ),
    Malformed: Problem(
        400, "malformed", "The request is not in the required form", "See the operation's example in /docs."
    ),
    TokenMissing: Problem(
        401,
        "token-missing",
        "This is for auditors and regulators",
        "Send the token as: Authorization: Bearer <token>. Without it, ask for the public view.",
    ),
    MethodRefused: Problem(
        405, "method-not-allowed", "The resource does not take this method", "See the resource's operations in /docs."
    ),
    TooLarge: Problem(
        413, "too-large", "The request body is too large", "A statement with its openings is at most 2 MiB."
    ),
    SourceMissing: Problem(
        404, "not-found", "There is no such resource", "Check the path against the checkpoint's size."
    ),
    TooManyRequests: Problem(
        429,
        "too-many-requests",
        "More requests than one client may send, or all clients together",
        "Wait for Retry-After seconds; RateLimit tells what is left. Tiles and tagged answers may be kept.",
    ),
    IdempotencyKeyDiffers: Problem(
        422,
        "idempotency-key-differs",
        "The Idempotency-Key is not the statement's id",
        "Leave the header out, or send the statement's id in it: a statement is known by the id that is signed in it.",
    ),
    NotFound: Problem(404, "not-found", "There is no such resource", "Check the identifier."),
    Busy: Problem(
        503, "busy", "Too many statements are waiting", "Send the same bytes again after Retry-After seconds."
    ),
    NotReady: Problem(
        503,
        "not-ready",
        "A statement sent now would not be recorded",
        "Ask another server, or again after Retry-After seconds; each fault tells the operator what to do.",
    ),
    Stopped: Problem(
        503,
        "stopped",
        "The ledger has stopped accepting statements",
        "Send the same bytes again later: if it was recorded, you get its receipt.",
    ),
}

INTERNAL = Problem(500, "internal", "The server failed", "Try again; if it stays so, tell the operator.")

_RETRY_AFTER_SECONDS = 1


def problem_of(error: Exception) -> Problem:
    """The table's row for an exception, by its class or the nearest one above it."""
    for kind in type(error).__mro__:
        if kind in PROBLEMS:
            return PROBLEMS[kind]
    return INTERNAL


def problem_json(error: Exception, instance: str, request_id: str) -> tuple[Problem, dict[str, JsonValue]]:
    """The problem details of an exception; `instance` is the request's path without its query."""
    problem = problem_of(error)
    body: dict[str, JsonValue] = {
        "type": f"/problems/{problem.slug}",
        "title": problem.title,
        "status": problem.status,
        "instance": instance,
        "remedy": problem.remedy,
        "request_id": request_id,
    }
    if isinstance(error, Refusal):
        body["errors"] = [fault_json(fault) for fault in error.faults]
    elif isinstance(error, NotReady):
        body["errors"] = [fault_json(error.fault)]
    elif isinstance(error, Malformed):
        body["errors"] = [fault_json(Fault(error.part, error.rule, "see the operation's example in /docs"))]
    elif problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:  # a failure of ours explains nothing to a stranger
        body["detail"] = str(error)
    return problem, body


def render(error: Exception, request: Request) -> Response:
    """The response for an exception."""
    problem, body = problem_json(error, request.url.path, request_id_of(request.scope))
    headers = {"Cache-Control": "no-store"}  # what is refused or not there now may be answered in a second
    if problem.status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(_RETRY_AFTER_SECONDS)
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.seconds)
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body, problem.status, headers, MEDIA_TYPE)


def fault_json(fault: Fault) -> dict[str, JsonValue]:
    """A fault as JSON."""
    return {"field": fault.field, "rule": fault.rule, "fix": fault.fix}


async def handle(request: Request, error: Exception) -> Response:
    """FastAPI's exception handler for everything in the table."""
    return render(error, request)


HANDLED: tuple[type[Exception], ...] = (LedgerError, EvidenceError)
