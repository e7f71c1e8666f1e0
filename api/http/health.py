"""What load balancers and monitors ask: is the process up, would it record a statement, and what does it measure."""

from __future__ import annotations

import hmac

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response

from api.http.context import Context, WithContext
from api.http.models import HealthModel
from api.http.statements import problems
from api.observing.exposition import MEDIA_TYPE
from api.observing.readiness import Readiness
from api.observing.scrape import scrape
from api.observing.watch import Watch
from api.problems import NotReady, TokenMissing

router = APIRouter(tags=["operation"])

_NO_STORE = {"Cache-Control": "no-store"}


async def require_monitor(request: Request) -> None:
    """Raise `TokenMissing` unless the request carries the monitor's token or the auditor's."""
    context: Context = request.app.state.context
    watch: Watch = request.app.state.watch
    sent = request.headers.get("authorization")
    if sent is None:
        raise TokenMissing("no token was sent")
    tokens = (context.auditor_token, watch.scrape_token or context.auditor_token)
    if not any(hmac.compare_digest(sent.encode(), f"Bearer {token}".encode()) for token in tokens):
        raise TokenMissing("the token is neither the monitor's nor the auditor's")


@router.get(
    "/healthz", response_model=HealthModel, summary="Whether the process works", responses={503: {"model": HealthModel}}
)
async def health(context: WithContext) -> Response:
    """200 while statements are accepted, 503 once the sequencer has stopped: then restart. Asks no disk."""
    sequencer = context.ledger.sequencer
    works = sequencer.failure is None
    body = {"status": "ok" if works else "stopped", "size": sequencer.size, "waiting": sequencer.waiting}
    return JSONResponse(body, 200 if works else 503, _NO_STORE)


@router.get(
    "/readyz",
    summary="Whether a statement sent now would be recorded",
    responses={200: {"content": {"application/json": {"example": {"status": "ready"}}}}, **problems(503)},
    response_class=Response,
)
async def ready(request: Request) -> Response:
    """200 if the sequencer works, the disk has room, the store took a write, and the checkpoint covers every entry.

    Otherwise a problem whose `errors` name what does not hold. An answer may be a second old.
    """
    readiness: Readiness = request.app.state.readiness
    fault = await readiness.fault()
    if fault is not None:
        raise NotReady(fault)
    return JSONResponse({"status": "ready"}, headers=_NO_STORE)


@router.get(
    "/metrics",
    summary="Measurements for Prometheus (monitor's or auditor's token)",
    dependencies=[Depends(require_monitor)],
    response_class=Response,
    responses={200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}}, **problems(401)},
)
def metrics(request: Request, context: WithContext) -> Response:
    """Counters, histograms and gauges in the text exposition format 0.0.4. They tell nothing about any subject."""
    watch: Watch = request.app.state.watch
    return Response(scrape(context.ledger, watch), media_type=MEDIA_TYPE, headers=_NO_STORE)
