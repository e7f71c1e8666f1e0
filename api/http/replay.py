"""History at any date, for auditors and regulators: history is not public (decision 0003)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Annotated, Any

import sqlalchemy as sa
from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.difference_json import difference_json
from api.http.context import AuditorOnly, Context, WithContext
from api.http.models import SubjectModel
from api.http.replay_models import AskedModel, PageModel, StandingModel, SubjectReplayModel
from api.http.statements import problems
from api.replay_parts import Cursor, parts_of
from api.replay_questions import require_known, two_questions
from api.replay_rows import STATUS_ZH, json_line, json_rows, row_json
from ledger.application import recorded_at
from ledger.domain.link import Identity
from ledger.service import WritableLedger
from projections.as_of import parse_as_of
from projections.law import Law
from projections.replay.answering import Replayer, Whom
from projections.replay.difference import differences
from projections.replay.explaining import names_of
from projections.replay.question import Question
from projections.replay.running import Job, Part, replay, replay_part
from projections.replay.source import EVERYBODY, SubjectRange
from projections.replay.standing import Standing
from verify.handle import organisation_handle

MAX_PAGE = 200
"""Records in one answer: about 100 kB."""

_NDJSON = "application/x-ndjson"
_LINES = '{"question":{...}}\n{...}\n{"end":{...}}\n'
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The question, the answer a line each, and the end; without its last line it is not whole",
        "content": {_NDJSON: {"schema": {"type": "string"}, "example": _LINES}},
    }
}

AsOf = Annotated[
    str | None, Query(description="What was known: at the end of this day in Beijing, or at an instant; default: all")
]
On = Annotated[str | None, Query(description="What was in force on this day in Beijing; default: the day of as_of")]
Fold = Annotated[bool, Query(description="Fold the events again, which must give the same")]
After = Annotated[str | None, Query(description="`next_after` of a page; ask with its as_of and on")]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE)]

router = APIRouter(tags=["history"], dependencies=[AuditorOnly])


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question about a ledger that is being served, and what it takes to answer it."""

    ledger: WritableLedger
    replayer: Replayer
    question: Question
    as_of: str | None
    checkpoint: str

    def told(self, question: Question, as_of: str | None) -> dict[str, Any]:
        """The times as they were understood, and what the answer rests on."""
        instant = None if as_of is None else parse_as_of(as_of)
        if instant is None and question.size:
            (last,) = self.ledger.recorder.select_notifications(question.size, 1)
            instant = recorded_at(last)
        return {"as_of": instant, "known_on": question.known_on, "on": question.on, "size": question.size}

    def rows(
        self, connection: sa.Connection, whom: Whom, within: Sequence[SubjectRange], question: Question, *, fold: bool
    ) -> Iterator[Standing]:
        """The records of some subjects."""
        wanted = whom.wanted
        found = replay(connection, question, self.replayer.law, within, fold=fold)
        return (row for row in found if wanted.takes(row))


@router.get(
    "/v1/replay/subjects/{scheme}/{code}",
    response_model=SubjectReplayModel,
    responses=problems(400, 401, 422),
    summary="A subject as known and in force then",
)
def subject(
    scheme: str, code: str, context: WithContext, *, as_of: AsOf = None, on: On = None, fold: Fold = False
) -> SubjectReplayModel:
    """Every record of the subject, ended and revoked ones too, under all codes that were linked by then."""
    whom = Whom((scheme, code))
    asked = _ask(context, whom, as_of, on)
    identity = asked.replayer.identity(whom, as_of, asked.question) or Identity(organisation_handle(scheme, code))
    with asked.ledger.recorder.engine.connect() as connection:
        rows = list(asked.replayer.rows(connection, whom, asked.question, identity, fold=fold))
    return SubjectReplayModel(
        **_told(asked).model_dump(),
        scheme=scheme,
        code=code,
        subject_handle=identity.subject_handle,
        linked_handles=list(identity.linked_handles),
        records=_models(rows),
    )


@router.get(
    "/v1/replay/lists/{item}",
    response_model=PageModel,
    responses=problems(400, 401, 404),
    summary="A list as known and in force then",
)
def one_list(
    item: str,
    context: WithContext,
    *,
    as_of: AsOf = None,
    on: On = None,
    after: After = None,
    limit: Limit = MAX_PAGE,
    fold: Fold = False,
) -> PageModel:
    """Every record of a list, or of another catalogue item: whoever was removed stays, with the status of the day."""
    return _page(_ask(context, Whom(item=item), as_of, on), Whom(item=item), after, limit, fold=fold)


@router.get(
    "/v1/replay/departments/{issuer}",
    response_model=PageModel,
    responses=problems(400, 401, 404),
    summary="What a department provided, as known and in force then",
)
def department(
    issuer: str,
    context: WithContext,
    *,
    as_of: AsOf = None,
    on: On = None,
    after: After = None,
    limit: Limit = MAX_PAGE,
    fold: Fold = False,
) -> PageModel:
    """Every record that this unit provided 信息提供单位."""
    return _page(_ask(context, Whom(issuer=issuer), as_of, on), Whom(issuer=issuer), after, limit, fold=fold)


@router.get(
    "/v1/replay",
    response_class=StreamingResponse,
    responses={**_STREAM, **problems(400, 401)},
    summary="The whole ledger as known and in force then",
)
def whole(context: WithContext, *, as_of: AsOf = None, on: On = None, fold: Fold = False) -> StreamingResponse:
    """The question, every record a line, and in the end the numbers with the state digest of the answer.

    The same lines and digest as `kesu replay --all --format json`. An answer that was cut has no end.
    """
    asked = _ask(context, Whom(), as_of, on)
    return StreamingResponse(_whole(asked, fold=fold), media_type=_NDJSON)


@router.get(
    "/v1/diff",
    response_class=StreamingResponse,
    responses={**_STREAM, **problems(400, 401, 404, 422)},
    summary="What stands otherwise than before, and why",
)
def diff(
    context: WithContext,
    first: Annotated[str, Query(alias="from", description="Known then: a day in Beijing, or an instant")],
    last: Annotated[str, Query(alias="to", description="Known later: a day in Beijing, or an instant")],
    on: Annotated[str | None, Query(description="Look at this one day in both: only what was learnt counts")] = None,
    subject: Annotated[str | None, Query(description="SCHEME:CODE, under all codes linked by the later time")] = None,
    item: Annotated[str | None, Query(alias="list", description="One list or other catalogue item")] = None,
    department: Annotated[str | None, Query(description="What one department provided, by its code")] = None,
) -> StreamingResponse:
    """Each record that stands otherwise at `to` than at `from`, with the entries that made the difference.

    A record whose period ended in between differs without an entry: then only days have passed.
    """
    scheme, _, code = (subject or "").partition(":")
    whom = Whom(None if subject is None else (scheme, code), item, department)
    asked = _ask(context, whom, None, None)
    before, after = two_questions(asked.replayer, first, last, on)
    identity = asked.replayer.identity(whom, last, after)
    with asked.ledger.recorder.engine.connect() as connection:
        within = asked.replayer.within(connection, whom, identity)
    question = {
        "from": asked.told(before, first),
        "to": asked.told(after, last),
        "checkpoint": asked.checkpoint,
    }
    return StreamingResponse(_differences(asked, whom, within, (before, after), question), media_type=_NDJSON)


def _ask(context: Context, whom: Whom, as_of: str | None, on: str | None) -> _Asked:
    ledger = context.ledger
    sequencer = ledger.sequencer
    replayer = Replayer(ledger, sequencer.today, lambda: Law(sequencer.rules.catalogue.items, sequencer.rules.book))
    require_known(whom, replayer.law.items, sequencer.rules.registry.departments)
    # Read last, so that it covers all that is known.
    checkpoint = ledger.reader.checkpoint().decode()
    return _Asked(ledger, replayer, replayer.question(as_of, on), as_of, checkpoint)


def _told(asked: _Asked) -> AskedModel:
    return AskedModel(**asked.told(asked.question, asked.as_of), checkpoint=asked.checkpoint)


def _models(rows: Iterable[Standing]) -> list[StandingModel]:
    return [StandingModel.model_validate(row_json(row)) for row in rows]


def _page(asked: _Asked, whom: Whom, after: str | None, limit: int, *, fold: bool) -> PageModel:
    cursor = None if after is None else Cursor.parse(after)
    with asked.ledger.recorder.engine.connect() as connection:
        within = asked.replayer.within(connection, whom, None)
        left = within if cursor is None else cursor.remaining(within)
        rows = asked.rows(connection, whom, left, asked.question, fold=fold)
        found = list(islice(rows if cursor is None else cursor.rest(rows), limit + 1))
        page = found[:limit]
        named = names_of(connection, (row.subject for row in page))
    return PageModel(
        **_told(asked).model_dump(),
        records=_models(page),
        names={each: SubjectModel(scheme=of.scheme, code=of.code, name=of.name) for each, of in named.items()},
        next_after=str(Cursor.behind(page[-1])) if len(found) > limit else None,
    )


def _whole(asked: _Asked, *, fold: bool) -> Iterator[bytes]:
    """A part at a time, each in a transaction of its own: a slow reader keeps none open."""
    ledger, question, law = asked.ledger, asked.question, asked.replayer.law
    yield json_line({"question": _told(asked).model_dump(mode="json")})
    job, total = Job(ledger.home.database, question, law, fold, Whom().wanted, json_rows), Part()
    for (each,) in parts_of([EVERYBODY], question.size):
        with ledger.recorder.engine.connect() as connection:
            part = replay_part(connection, job, each)
        if part.rows:
            yield part.rows
        total.add(part)
    yield json_line({"end": _end(total) | {"digest": asked.replayer.digest(question, total.buckets)}})


def _end(total: Part) -> dict[str, Any]:
    return {
        "records": sum(total.counts.values()),
        "events": total.events,
        "in_force": total.in_force,
        "shown": total.shown,
        "counts": [
            {"item": item, "status": status.value, "status_zh": STATUS_ZH[status], "records": number}
            for (item, status), number in sorted(total.counts.items())
        ],
    }


def _differences(
    asked: _Asked, whom: Whom, within: Sequence[SubjectRange], times: tuple[Question, Question], question: object
) -> Iterator[bytes]:
    recorder, number = asked.ledger.recorder, 0
    yield json_line({"question": question})
    for part in parts_of(within, times[1].size):
        with recorder.engine.connect() as connection:
            before, after = (asked.rows(connection, whom, part, each, fold=False) for each in times)
            found = list(differences(before, after, times[0].size))
        number += len(found)
        if found:
            yield b"".join(json_line(difference_json(recorder, each)) for each in found)
    yield json_line({"end": {"differences": number}})
