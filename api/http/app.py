"""The application: routes put together around an open ledger."""

from __future__ import annotations

import os
import time

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import PlainTextResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http import catalogue, coverage, health, log, records, replay, report, search, statements, subjects, timeline
from api.http.compression import Compression
from api.http.context import Context
from api.http.docs import describe, serve_docs
from api.http.keeping import Keeping
from api.http.limits import Limits
from api.http.rates import RateLimits
from api.http.request_ids import HEADER, RequestIds, request_id_of
from api.observing.readiness import Readiness
from api.observing.watch import Watch
from api.problems import HANDLED, INTERNAL, PROBLEMS, MethodRefused, handle, render
from ledger.errors import NotFound
from verify.errors import Malformed

_DESCRIPTION = """
可查、可核、可溯: a public-credit ledger. Departments append signed statements; each becomes one hash-chained,
Merkle-logged entry; anybody can check the log.

* **Write**: `POST /v1/statements` answers with a *receipt* once the entry is under a signed, published checkpoint.
* **Query**: `GET /v1/subjects/{scheme}/{code}/records`; with the auditor's token and `as_of`, as known at any instant.
* **Repair**: `GET /v1/records/{record}/repair` tells which of the four conditions are met, and from when.
* **Verify**: `GET /checkpoint` and `GET /tile/...` are a C2SP tlog-tiles log; `kesu verify URL` audits it.

Errors are RFC 9457 problem details. Money is in fen 分 (0.01 yuan), instants are UTC.
"""


def create_app(context: Context, watch: Watch | None = None, limits: Limits | None = None) -> FastAPI:
    """The HTTP application of one ledger, and the watch that answers for its measurements; no `limits`: no limit."""
    app = FastAPI(
        title="Kesu 可溯",
        version="1",
        summary="Public-credit ledger 公共信用账本",
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        # Its log records repeat what failed validation and what an exception says: both may be personal data.
        telemetry={"logs": False},
    )
    app.state.context = context
    app.state.watch = watch or Watch()
    app.state.readiness = Readiness(context.ledger)
    for router in (
        statements.router,
        search.router,
        subjects.router,
        timeline.router,
        report.router,
        records.router,
        replay.router,
        coverage.router,
        catalogue.router,
        log.router,
        health.router,
    ):
        app.include_router(router)
    _add_middleware(app, context, limits)
    for kind in HANDLED:
        app.add_exception_handler(kind, handle)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> Response:
        # pydantic's message may repeat the input, which may be personal: say where and which rule, never what.
        first = error.errors()[0]
        part = "/".join(str(step) for step in first["loc"])
        return render(Malformed(part, str(first["type"]).replace("_", " ")), request)

    @app.exception_handler(HTTPException)
    async def unroutable(request: Request, error: HTTPException) -> Response:
        refusals = {404: NotFound("no route leads here"), 405: MethodRefused(f"{request.method} is not for this path")}
        response = render(refusals.get(error.status_code, error), request)
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(ClientDisconnect)
    async def gone(_request: Request, _error: ClientDisconnect) -> Response:
        return Response(status_code=400)  # nobody reads it; without it the log would take it for a fault of ours

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        response = render(error, request)
        response.headers[HEADER] = request_id_of(request.scope)  # this one leaves outside of all middleware
        return response

    @app.get("/problems/{slug}", response_class=PlainTextResponse, include_in_schema=False)
    async def problem(slug: str) -> str:
        rows = [row for row in (*PROBLEMS.values(), INTERNAL) if row.slug == slug]
        if not rows:
            raise NotFound("no problem has this name")
        return "\n".join(f"{row.status} {row.slug}\n{row.title}.\n{row.remedy}\n" for row in dict.fromkeys(rows))

    @app.get("/", include_in_schema=False)
    async def start() -> RedirectResponse:
        return RedirectResponse("/docs")

    describe(app)
    serve_docs(app)
    return app


def _add_middleware(app: FastAPI, context: Context, limits: Limits | None) -> None:
    """The last one added comes first."""
    app.add_middleware(Compression)
    if limits is not None:
        app.add_middleware(RateLimits, limits=limits, token=context.auditor_token, clock=time.monotonic)
    app.add_middleware(Keeping)
    app.add_middleware(RequestIds, random=os.urandom)
