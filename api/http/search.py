"""Searching subjects by code, old code, name or part of a name."""

from __future__ import annotations

from typing import Annotated

import sqlalchemy as sa
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.http.context import WithContext, is_auditor
from api.http.statements import problems
from api.http.tags import NOT_MODIFIED, TaggedOnTheGrid
from projections.identities import LinksSeen
from projections.search.finding import Match, find
from projections.search.public import publicly_shown
from projections.search.query import FEWEST_CHARACTERS, MOST_HITS

_USUAL = 20
"""As many as stand on a page."""

router = APIRouter(tags=["subjects"], route_class=TaggedOnTheGrid)


class FoundModel(BaseModel):
    """A subject that was found. Where `same_name` is true, only its code tells it from another one."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "scheme": "uscc",
                "code": "91110000MA00000077",
                "name": "测试企业有限公司",
                "subject_handle": "KNTILXCMRND45RTB5WH3WQQAUMDID5ML",
                "match": "part",
                "found_by": "测试企业有限公司",
                "same_name": False,
            }
        }
    )

    scheme: str
    code: str
    name: str
    subject_handle: Annotated[str, Field(description="Handle of today's identifier")]
    match: Annotated[Match, Field(description="code, old-code (旧码: of a linked subject), name, or part of a name")]
    found_by: Annotated[str, Field(description="The code or name that was found, which may be an old one")]
    same_name: Annotated[bool, Field(description="重名: another subject has, or had, this name: confirm by the code")]


class SearchModel(BaseModel):
    """What was found, the best first. How many more there are is not said, and there is no next page."""

    view: Annotated[str, Field(description="public: what everybody may see; full: for auditors and regulators")]
    subjects: list[FoundModel]


@router.get(
    "/v1/search",
    response_model=SearchModel,
    responses={**problems(400, 401, 422), **NOT_MODIFIED},
    summary="Search subjects by code or name",
)
def search(
    request: Request,
    context: WithContext,
    q: Annotated[
        str, Query(description=f"A code, an old code, a name, or {FEWEST_CHARACTERS} characters or more of a name")
    ],
    limit: Annotated[int, Query(description=f"From 1 to {MOST_HITS}")] = _USUAL,
) -> SearchModel:
    """Subjects by exact code, by a code they had before, by name, then by part of a name.

    Without a token: those of which a record is publicly shown now, by the names that such records say. With the
    auditor's token: all. Natural persons are not searched for, and a query with a resident identity number is refused.
    """
    auditor = is_auditor(request)
    ledger = context.ledger
    visible = sa.true() if auditor else publicly_shown(ledger.sequencer.today)
    with ledger.recorder.engine.connect() as connection:
        hits = find(connection, q, limit, visible, LinksSeen(connection))
    found = [
        FoundModel(
            scheme=hit.scheme,
            code=hit.code,
            name=hit.name,
            subject_handle=hit.handle,
            match=hit.match,
            found_by=hit.found_by,
            same_name=hit.same_name,
        )
        for hit in hits
    ]
    return SearchModel(view="full" if auditor else "public", subjects=found)
