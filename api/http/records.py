"""One record: its life in full for auditors and regulators, and what its repair still needs."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from fastapi import APIRouter, Request

from api.http.context import AuditorOnly, WithContext, is_auditor
from api.http.models import ConditionModel, DeadlineModel, EndingModel, RecordDetailModel, RepairConditionsModel
from api.http.statements import problems
from api.http.subjects import record_model
from api.http.tags import NOT_MODIFIED, TaggedOnTheGrid
from ledger.domain.deadlines import Due, Period
from ledger.domain.events import Erased
from ledger.domain.link import identity_of
from ledger.errors import NotFound
from ledger.rulebook.repair import RepairFacts
from ledger.service import Ledger
from ledger.store.deadlines import Deadlines
from ledger.store.links import Links
from projections.one_record import deadlines, find_record, repair_outlook
from projections.records import public_view
from projections.tables.views import may_be_shown
from verify.strict import check_date, check_uuid7

router = APIRouter(tags=["records"], route_class=TaggedOnTheGrid)


@router.get(
    "/v1/records/{record}",
    response_model=RecordDetailModel,
    responses=problems(400, 401, 404),
    dependencies=[AuditorOnly],
    summary="Show one record with its endings and deadlines",
)
def show(record: str, context: WithContext) -> RecordDetailModel:
    """Everything known of a record now: how it ended, what is open, and every clock with its rule and calendars."""
    ledger = context.ledger
    rules = ledger.sequencer.rules
    view = find_record(ledger.recorder, ledger.mapper, UUID(check_uuid7(record, "record")), rules)
    state = view.state
    return RecordDetailModel(
        record=record_model(view, None if isinstance(view.values, Erased) else view.values),
        decided_on=state.decided_on,
        masked=state.mask is not None,
        endings=[
            EndingModel(kind=kind.value, on=ending.on, entry=ending.seq, superseded_by=ending.superseded_by)
            for kind, ending in state.endings.items()
        ],
        open_objections=[key for key, objection in state.objections.items() if objection.open],
        open_remedies=[key for key, remedy in state.remedies.items() if remedy.closed is None],
        repairs={key: repair.stage.value for key, repair in state.repairs.items()},
        deadlines=[_deadline(due) for due in deadlines(view, rules)],
    )


@router.get(
    "/v1/records/{record}/repair",
    response_model=RepairConditionsModel,
    responses={**problems(400, 401, 404, 409), **NOT_MODIFIED},
    summary="Ask whether a record can be repaired, and from when",
)
def repair(
    record: str,
    request: Request,
    context: WithContext,
    on: str | None = None,
    corrected_on: str | None = None,
    performed_on: str | None = None,
    committed_on: str | None = None,
) -> RepairConditionsModel:
    """The four conditions by the rules of the day `on` (today): each met or unmet, and the day on which it will be met.

    Asking changes nothing and is free. Without a token, for records that are publicly shown.
    """
    ledger = context.ledger
    rules, today = ledger.sequencer.rules, ledger.sequencer.today
    asked, auditor = UUID(check_uuid7(record, "record")), is_auditor(request)
    if not auditor and not _may_be_shown(ledger, asked, today):
        raise NotFound("no record has this id")
    view = find_record(ledger.recorder, ledger.mapper, asked, rules)
    if not auditor and public_view(view, rules.catalogue.items, rules.book, today) is None:
        raise NotFound("no record has this id")
    facts = RepairFacts(
        _day(corrected_on, "corrected_on"), _day(performed_on, "performed_on"), _day(committed_on, "committed_on")
    )
    identity = identity_of(view.state.subject, Links(ledger.recorder.engine).now())
    known = Deadlines(ledger.recorder.engine)
    bars = [stored.due.day for handle in identity.handles for stored in known.of_subject(handle, Period.BAR)]
    outlook = repair_outlook(view, rules, facts, _day(on, "on") or today, bars)
    assessment = outlook.assessment
    return RepairConditionsModel(
        on=assessment.on,
        may_apply=outlook.may_apply,
        earliest_on=outlook.earliest_on,
        barred_until=outlook.barred_until,
        conditions=[
            ConditionModel(
                condition=each.rule.condition.value,
                zh=each.rule.zh,
                citation=each.rule.citation,
                met=each.met,
                met_on=each.met_on,
            )
            for each in assessment.conditions
        ],
        rule=f"repair/{assessment.rule}",
        rule_version=assessment.version,
        unconfirmed=list(assessment.unconfirmed),
    )


def _may_be_shown(ledger: Ledger, record: UUID, today: date) -> bool:
    with ledger.recorder.engine.connect() as connection:
        return may_be_shown(connection, record, today)


def _day(text: str | None, name: str) -> date | None:
    return None if text is None else date.fromisoformat(check_date(text, name))


def _deadline(due: Due) -> DeadlineModel:
    return DeadlineModel(
        clock=due.clock.value,
        since=due.since,
        start=due.start,
        working_days=due.days or None,
        day=due.day,
        provisional=due.provisional,
        done_on=due.done_on,
        settled=due.settled,
        rule=due.rule[0],
        rule_version=due.rule[1],
        calendar=list(due.calendar),
    )
