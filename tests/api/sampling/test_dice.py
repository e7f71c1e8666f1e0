"""Chance that can be repeated: the same stream for ever, and shares that come out."""

from collections import Counter

import pytest

from api.sampling.dice import Dice


def test_the_stream_of_a_seed_never_changes() -> None:
    """Samples of different machines and versions of Python must agree, so the first draws are written down here."""
    dice = Dice(1, "case", 7)

    assert [dice.below(1000) for _ in range(8)] == [581, 690, 431, 142, 299, 749, 41, 291]
    assert dice.bytes(4).hex() == "35d4645e"


def test_seeds_differ_in_any_part() -> None:
    """A case and what is signed for it must not draw from one stream."""
    seeds = [(1, "case", 1), (2, "case", 1), (1, "signed", 1), (1, "case", 11), (11, "case", 1)]

    assert len({Dice(*seed).bytes(16) for seed in seeds}) == len(seeds)


def test_draws_stay_within_their_bounds_and_reach_them() -> None:
    dice = Dice("bounds")

    assert {dice.between(3, 6) for _ in range(200)} == {3, 4, 5, 6}
    assert {dice.below(1) for _ in range(20)} == {0}
    assert {dice.pick("ab") for _ in range(50)} == {"a", "b"}


def test_shares_come_out() -> None:
    """What is drawn is drawn as often as its weight says."""
    dice = Dice("shares")
    drawn = Counter(dice.weighed(((70, "most"), (29, "some"), (1, "few"), (0, "none"))) for _ in range(5000))

    assert 3300 < drawn["most"] < 3700
    assert 10 < drawn["few"] < 110
    assert drawn["none"] == 0
    assert 400 < sum(dice.percent(10) for _ in range(5000)) < 600
    assert not any(dice.percent(0) for _ in range(100))
    assert all(dice.percent(100) for _ in range(100))


def test_nothing_can_be_drawn_where_nothing_has_a_weight() -> None:
    with pytest.raises(ValueError, match="weight"):
        Dice("none").weighed(((0, "x"),))
