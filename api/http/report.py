"""The public report on a subject. Other audiences get theirs here once there are accounts; until then: `kesu view`."""

from __future__ import annotations

from typing import Final

import msgspec
from fastapi import APIRouter, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.pool import QueuePool

from api.http.context import WithContext
from api.http.report_models import ReportedRecordModel, ReportModel
from api.http.statements import problems
from api.http.tags import NOT_MODIFIED, TaggedOnTheGrid
from ledger.service import WritableLedger
from ledger.subjects import check_identifier
from projections.audiences import Public
from projections.pages import Page, public_page, public_page_at_once
from projections.report import ReportView, report_view
from verify.checkpoint import Checkpoint

router = APIRouter(tags=["subjects"], route_class=TaggedOnTheGrid)

_SHORT: Final = 20
"""Records that a page may have to be made in the event loop: a few milliseconds."""


@router.get(
    "/v1/subjects/{scheme}/{code}",
    response_model=ReportModel,
    responses={**problems(400, 422), **NOT_MODIFIED},
    summary="Read the public report on a subject",
)
async def report(scheme: str, code: str, context: WithContext) -> Response:
    """What everybody may see of a subject today, in the eight sections of a credit report, by any of its codes.

    A subject that nobody ever heard of is no error: its report is empty, as is that of a subject of which nothing is
    public. A 404 for one of the two would tell everybody that there is a record which was repaired, or is not public.
    Always the public view, whatever token is sent. The tag changes with every checkpoint.
    """
    check_identifier(scheme, code)
    ledger = context.ledger
    # A short page takes about as long as handing it to a thread and back; a long one must not hold the others up.
    page = public_page_at_once(ledger, scheme, code, _SHORT) if _has_free_connection(ledger) else None
    body = await run_in_threadpool(_body, ledger, scheme, code) if page is None else _told(page, scheme, code)
    return Response(body, media_type="application/json")


def _body(ledger: WritableLedger, scheme: str, code: str) -> bytes:
    return _told(public_page(ledger, scheme, code), scheme, code)


def _told(page: Page, scheme: str, code: str) -> bytes:
    items, book, held = page.rules.catalogue.items, page.rules.book, page.held
    told = report_view(held.views, scheme, code, Public(), items, book, page.today, held.values_from)
    return msgspec.json.encode(_public(told, page.checkpoint))


def _public(told: ReportView, checkpoint: Checkpoint) -> dict[str, object]:
    """`ReportModel`, which as a model would be made and told in the time of all the rest."""
    return {
        "subject": told.subject,
        "audience": told.audience,
        "audience_zh": told.audience_zh,
        "on": told.on,
        "sections": [
            {
                "section": part.section,
                "zh": part.zh,
                "records": [{name: getattr(record, name) for name in _TOLD} for record in part.records],
            }
            for part in told.sections
        ],
        "checkpoint": checkpoint.raw.decode(),
    }


_TOLD: Final = tuple(ReportedRecordModel.model_fields)


def _has_free_connection(ledger: WritableLedger) -> bool:
    """Whether one is to be had at once: whoever waits for one in the event loop makes everybody wait."""
    pool = ledger.recorder.engine.pool
    return isinstance(pool, QueuePool) and pool.checkedout() < pool.size()
