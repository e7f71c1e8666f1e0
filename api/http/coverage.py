"""Deadlines and coverage, for those who assess departments 考核."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.coverage_json import report_json
from api.http.context import AuditorOnly, WithContext
from api.http.coverage_models import CoverageModel
from api.http.statements import problems
from projections.as_of import parse_as_of
from projections.coverage_report import Asked, read_coverage
from projections.coverage_totals import Selection
from projections.period import Grain, Month

router = APIRouter(tags=["coverage"])


@router.get(
    "/v1/coverage",
    response_model=CoverageModel,
    responses=problems(400, 401),
    dependencies=[AuditorOnly],
    summary="Assess deadlines and coverage 考核",
)
def coverage(
    context: WithContext,
    department: str | None = None,
    item: str | None = None,
    first: Annotated[str | None, Query(alias="from", description="First month of the decisions, YYYY-MM")] = None,
    last: Annotated[str | None, Query(alias="until", description="Last month, YYYY-MM")] = None,
    by: Grain = Grain.MONTH,
    as_of: str | None = None,
) -> CoverageModel:
    """Deadlines kept, objections that were right, and what was collected of the declared registers 决定台账.

    Per department, catalogue item and period of the decision, and added up. Where no register was declared there is no
    share, and never one of 100 percent. The whole log is read for each answer.
    """
    ledger = context.ledger
    asked = Asked(
        today=ledger.sequencer.today,
        as_of=None if as_of is None else parse_as_of(as_of),
        grain=by,
        selection=Selection(
            department,
            item,
            None if first is None else Month.parse(first, "from"),
            None if last is None else Month.parse(last, "until"),
        ),
    )
    return CoverageModel.model_validate(report_json(read_coverage(ledger.recorder, ledger.mapper, asked)))
