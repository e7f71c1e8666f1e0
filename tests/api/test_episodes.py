"""Episodes as JSON: no word of a story is without its Chinese term."""

from __future__ import annotations

import pytest

from api.episodes import EFFECTS, PERIODS, VISIBILITIES, clock_zh, episode_json
from api.http.timeline_models import EpisodeModel
from ledger.domain.deadlines import Period
from ledger.vocabulary import TERMS
from projections.clock_changes import ClockEffect
from projections.timeline import Visibility, timeline
from tests.ledger.domain.story import FIRST, Story
from tests.ledger.harness import publicity
from verify.statement_type import ADMINISTRATIVE, Clock, StatementType


def test_every_word_has_its_term() -> None:
    """And no two clocks, effects or changes of visibility share one."""
    clocks = [clock_zh(clock) for clock in (*Clock, *Period)]

    assert (set(EFFECTS), set(PERIODS), set(VISIBILITIES)) == (set(ClockEffect), set(Period), set(Visibility))
    for words in (clocks, list(EFFECTS.values()), list(VISIBILITIES.values())):
        assert all(words)
        assert len(set(words)) == len(words)


@pytest.mark.parametrize("kind", sorted(set(StatementType) - ADMINISTRATIVE))
def test_every_type_that_a_story_can_hold_has_its_term(kind: StatementType) -> None:
    assert TERMS[kind].zh


def test_json_and_model_have_the_same_members() -> None:
    """What the command prints is what the server answers with."""
    story = Story(today="2026-11-02")
    story.file(publicity("ordinary"))
    (episode,) = timeline(story.events, story.items, story.book)
    told = episode_json(episode, FIRST + 1, {"12110000000000000K": "测试市场监管局"})
    model = EpisodeModel.model_validate(told)

    assert model.model_dump(mode="json") == told
    assert model.issuer_name == "测试市场监管局"
