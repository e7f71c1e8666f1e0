"""How shares are written: never rounded up to all, never a percentage of numbers that contradict each other."""

from __future__ import annotations

import pytest

from api.coverage_words import GOALS, LEVELS, NO_SHARE, growth_in_words, in_words, percent
from projections.coverage_totals import Level
from projections.immediate import GoalState
from projections.share import NoShare, Share


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (Share(0, 7), "0.00%"),
        (Share(2, 3), "66.66%"),
        (Share(99_999, 100_000), "99.99%"),
        (Share(7, 7), "100.00%"),
        (Share(2, 1, 1), "超出台账1"),
        (Share(20, 20, 2), "超出台账2"),
        (Share(3, 0, 3), "超出台账3"),
        (NoShare.REGISTER_NOT_DECLARED, "未申报台账"),
        (NoShare.NOTHING_TO_COLLECT, "零报告"),
        (NoShare.MONTH_RUNNING, "月份未结束"),
    ],
)
def test_a_share_is_cut_off_and_not_rounded(share: Share | NoShare, written: str) -> None:
    """100.00% is all of it, and nothing else is."""
    assert in_words(share) == written


def test_where_numbers_contradict_there_is_no_percentage() -> None:
    """A surplus here would hide what is missing there."""
    assert percent(Share(20, 20, 2)) is None
    assert percent(Share(20, 20)) == "100.00"


@pytest.mark.parametrize(
    ("growth", "written"),
    [
        (Share(3, 10), "增长30.00%"),
        (Share(20, 10), "增长200.00%"),
        (Share(0, 4), "增长0.00%"),
        (Share(-1, 3), "下降33.33%"),
        (None, "上年无"),
    ],
)
def test_growth_begins_with_a_word_and_not_with_a_sign(growth: Share | None, written: str) -> None:
    """A spreadsheet takes a cell that begins with a sign for a formula."""
    assert growth_in_words(growth) == written


def test_everything_that_is_shown_has_a_word_of_its_own() -> None:
    """None is forgotten, and no two are alike."""
    for kind, words in ((NoShare, NO_SHARE), (GoalState, GOALS), (Level, LEVELS)):
        assert set(words) == set(kind)
        assert len(set(words.values())) == len(words)
