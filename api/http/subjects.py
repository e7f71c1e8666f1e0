"""What is recorded about a subject."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request

from api.http.context import WithContext, is_auditor
from api.http.models import RecordModel, RecordsModel, SubjectModel
from api.http.statements import problems
from api.http.tags import NOT_MODIFIED, TaggedOnTheGrid
from api.problems import TokenMissing
from ledger.domain.events import Erased
from ledger.domain.link import Identity
from ledger.service import WritableLedger
from ledger.subjects import check_identifier
from ledger.vocabulary import TERMS
from projections.as_of import parse_as_of
from projections.pages import Page, page_as_of, public_page, whole_page
from projections.records import RecordView, public_view
from verify.handle import organisation_handle

router = APIRouter(tags=["subjects"], route_class=TaggedOnTheGrid)


@router.get(
    "/v1/subjects/{scheme}/{code}/records",
    response_model=RecordsModel,
    responses={**problems(400, 401, 422), **NOT_MODIFIED},
    summary="List a subject's credit records",
)
def records(scheme: str, code: str, request: Request, context: WithContext, as_of: str | None = None) -> RecordsModel:
    """The subject's records, in the order of filing, whichever of its codes is asked for: today's, or one linked to it.

    Without a token: the records publicly disclosed now, with their public fields. With the auditor's token: all records
    with all fields, and with `as_of` (a date, meaning its end in Beijing, or an instant) as they were known then.
    History is not public: a record that was repaired or withdrawn would be found in it again. Codes count as one
    subject's as they were linked then.
    """
    check_identifier(scheme, code)
    auditor = is_auditor(request)
    if as_of is not None and not auditor:
        raise TokenMissing("history is for auditors and regulators; leave as_of out for the public view")
    instant = parse_as_of(as_of) if as_of is not None else None
    page = _page(context.ledger, scheme, code, instant, auditor=auditor)
    items, book = page.rules.catalogue.items, page.rules.book
    shown = []
    for view in page.held.views:
        if auditor:
            shown.append(record_model(view, None if isinstance(view.values, Erased) else view.values))
        elif (public := public_view(view, items, book, page.today)) is not None:
            shown.append(record_model(view, public))
    # Links are as public as their subject: where nothing is shown, the answer is that for a code without any.
    identity = page.identity if auditor or shown else Identity(organisation_handle(scheme, code), ())
    return RecordsModel(
        scheme=scheme,
        code=code,
        subject_handle=identity.subject_handle,
        linked_handles=list(identity.linked_handles),
        as_of=instant,
        view="full" if auditor else "public",
        records=shown,
        checkpoint=page.checkpoint.raw.decode(),
    )


def _page(ledger: WritableLedger, scheme: str, code: str, instant: str | None, *, auditor: bool) -> Page:
    if instant is not None:
        return page_as_of(ledger, scheme, code, instant)
    return whole_page(ledger, scheme, code) if auditor else public_page(ledger, scheme, code)


def record_model(view: RecordView, values: Mapping[str, object] | None) -> RecordModel:
    """A record as it travels, with the values that whoever asks may see."""
    subject = view.subject
    return RecordModel(
        record=str(view.record),
        item=view.state.item,
        item_version=view.item_version,
        issuer=view.state.issuer,
        status=view.status.value,
        status_zh=TERMS[view.status].zh,
        disclosed=view.state.disclosed,
        filed_at=view.filed_at,
        changed_at=view.changed_at,
        subject=None
        if isinstance(subject, Erased)
        else SubjectModel(scheme=subject.scheme, code=subject.code, name=subject.name),
        values=None if values is None else dict(values),
        entries=list(view.entries),
        superseded_by=view.superseded_by,
    )
