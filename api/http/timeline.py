"""A subject's full story, for auditors and regulators: history is not public."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.episodes import episode_json
from api.http.context import AuditorOnly, WithContext
from api.http.statements import problems
from api.http.timeline_models import EpisodeModel, TimelineModel
from ledger.domain.link import identity_of
from ledger.store.links import Links
from ledger.subjects import check_identifier
from projections.as_of import parse_as_of
from projections.timeline import timeline
from projections.timeline_history import timeline_events, unit_names
from verify.checkpoint import Checkpoint
from verify.handle import organisation_handle

MAX_PAGE = 200
"""Episodes in one answer: about 400 kB, unless their reasons are long."""

router = APIRouter(tags=["subjects"])


@router.get(
    "/v1/subjects/{scheme}/{code}/timeline",
    response_model=TimelineModel,
    responses=problems(400, 401, 422),
    dependencies=[AuditorOnly],
    summary="Tell a subject's full story in order",
)
def tell(
    scheme: str,
    code: str,
    context: WithContext,
    as_of: str | None = None,
    after: Annotated[int, Query(ge=0, description="Entries with greater numbers alone: `next_after` of a page")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = MAX_PAGE,
) -> TimelineModel:
    """One episode for each entry on the subject's records and links, in log order, whichever of its codes is asked for.

    With `as_of` (a date, meaning its end in Beijing, or an instant) up to then, with the codes linked then. A page is
    told as the whole: a link that is recorded between two pages may bring older entries in, which a fixed `as_of` does
    not.
    """
    check_identifier(scheme, code)
    instant = parse_as_of(as_of) if as_of is not None else None
    ledger = context.ledger
    recorder, mapper = ledger.recorder, ledger.mapper
    checkpoint = Checkpoint.parse(ledger.reader.checkpoint())
    rules = ledger.sequencer.rules  # after it, so that they know all that it covers
    links = Links(recorder.engine).at(checkpoint.size, instant)
    identity = identity_of(organisation_handle(scheme, code), links)
    events = timeline_events(recorder, mapper, identity, checkpoint.size)
    story = timeline(events, rules.catalogue.items, rules.book, instant)
    left = [episode for episode in story if episode.seq > after]
    page, units = left[:limit], unit_names(recorder, mapper)
    return TimelineModel(
        scheme=scheme,
        code=code,
        subject_handle=identity.subject_handle,
        linked_handles=list(identity.linked_handles),
        as_of=instant,
        episodes=[EpisodeModel.model_validate(episode_json(episode, checkpoint.size, units)) for episode in page],
        next_after=page[-1].seq if len(left) > limit else None,
        checkpoint=checkpoint.raw.decode(),
    )
