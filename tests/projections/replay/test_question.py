"""What a replay is asked: how much of the log was known at an instant, and on which day things are looked at."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.opening import open_ledger
from ledger.service import Ledger
from projections.replay.question import Question, ask, size_known_at
from tests.ledger.harness import Desk, execute, put, query
from verify.errors import Malformed

TODAY = date(2026, 12, 31)
NOON = "2026-11-20T04:00:00.000000Z"
"""The instant of the first five entries."""


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Five entries at noon; one a minute later; three at one instant, ten hours later; one on the next day."""
    desk = Desk(tmp_path_factory.mktemp("asked") / "ledger")
    with desk.found() as ledger:
        desk.clock.advance(60)
        put(ledger, desk.file())
        desk.clock.advance(10 * 3600)
        sequencer = ledger.sequencer
        filed = [desk.file() for _ in range(3)]
        sequencer.append_all([sequencer.admit(each.statement, each.openings) for each in filed])
        desk.clock.advance(2 * 3600)
        put(ledger, desk.file())
    return desk


@pytest.fixture
def desk(whole: Desk, tmp_path: Path) -> Desk:
    """A copy that may be changed."""
    return whole.copy(tmp_path / "ledger")


@pytest.fixture
def ledger(whole: Desk) -> Iterator[Ledger]:
    """The same, open."""
    with whole.read() as ledger:
        yield ledger


def asked(ledger: Ledger, as_of: str | None = None, on: str | None = None) -> Question:
    """The question that is put today."""
    return ask(ledger.recorder, ledger.reader.published_size(), TODAY, as_of, on)


@pytest.mark.parametrize(
    ("instant", "size"),
    [
        ("2020-01-01T00:00:00.000000Z", 0),
        ("2026-11-20T03:59:59.999999Z", 0),
        (NOON, 5),
        ("2026-11-20T04:00:00.000001Z", 5),
        ("2026-11-20T04:00:59.999999Z", 5),
        ("2026-11-20T04:01:00.000000Z", 6),
        ("2026-11-20T14:00:59.999999Z", 6),
        ("2026-11-20T14:01:00.000000Z", 9),
        ("2026-11-20T14:01:00.000001Z", 9),
        ("2026-11-20T16:00:59.999999Z", 9),
        ("2026-11-20T16:01:00.000000Z", 10),
        ("9999-12-31T23:59:59.999999Z", 10),
    ],
)
def test_an_entry_is_known_from_its_very_instant_on(ledger: Ledger, instant: str, size: int) -> None:
    """With all others of that instant, and none before it."""
    assert size_known_at(ledger.recorder, instant) == size


def test_of_every_size_the_instant_of_an_entry_is_found(desk: Desk) -> None:
    """However the search divides the log: of one entry, of two, of all of them."""
    with desk.read() as ledger:
        for size in range(11):
            execute(desk.home.database, "UPDATE head SET size = ?", size)
            assert size_known_at(ledger.recorder, "2020-01-01T00:00:00.000000Z") == 0
            assert size_known_at(ledger.recorder, NOON) == min(size, 5)
            assert size_known_at(ledger.recorder, "2026-11-20T14:01:00.000000Z") == min(size, 9)
            assert size_known_at(ledger.recorder, "2027-01-01T00:00:00.000000Z") == size


def test_in_an_empty_log_nothing_is_known(tmp_path: Path) -> None:
    """Founded, and no entry yet."""
    desk = Desk(tmp_path / "ledger")
    with open_ledger(desk.home, clock=desk.clock, random=desk.vault_random, new=True) as ledger:
        assert size_known_at(ledger.recorder, NOON) == 0
        assert asked(ledger) == Question(0, TODAY, TODAY)
        assert asked(ledger, "2026-11-20") == Question(0, date(2026, 11, 20), date(2026, 11, 20))


def test_a_date_is_its_last_microsecond_in_beijing(ledger: Ledger) -> None:
    """Ten entries of two days: midnight is 16:00 UTC."""
    assert asked(ledger, "2026-11-19").size == 0
    assert asked(ledger, "2026-11-20").size == 9
    assert asked(ledger, "2026-11-20T15:59:59.999999Z") == asked(ledger, "2026-11-20")
    assert asked(ledger, "2026-11-21").size == 10


@pytest.mark.parametrize(
    ("as_of", "on", "expected"),
    [
        (None, None, Question(10, TODAY, TODAY)),
        (None, "2026-11-20", Question(10, TODAY, date(2026, 11, 20))),
        ("2026-11-20", None, Question(9, date(2026, 11, 20), date(2026, 11, 20))),
        ("2026-11-20T15:59:59.999999Z", None, Question(9, date(2026, 11, 20), date(2026, 11, 20))),
        ("2026-11-20T16:00:00.000000Z", None, Question(9, date(2026, 11, 21), date(2026, 11, 21))),
        ("2026-11-20", "2027-05-20", Question(9, date(2026, 11, 20), date(2027, 5, 20))),
        ("2026-11-20", "2026-01-01", Question(9, date(2026, 11, 20), date(2026, 1, 1))),
    ],
)
def test_the_two_times(ledger: Ledger, as_of: str | None, on: str | None, expected: Question) -> None:
    """Everything recorded, where no `as_of` is given; the day of `as_of`, or today, where no `on` is."""
    assert asked(ledger, as_of, on) == expected


@pytest.mark.parametrize(
    ("on", "looks_back"), [("2026-11-19", True), ("2026-11-20", False), ("2026-11-21", False), (None, False)]
)
def test_a_day_before_what_was_known_is_looked_back_at(ledger: Ledger, on: str | None, *, looks_back: bool) -> None:
    """Of such a day the last outcome does not tell."""
    assert asked(ledger, "2026-11-20", on).looks_back is looks_back


def test_what_no_checkpoint_covers_is_not_known_yet(desk: Desk) -> None:
    """The writer has committed a batch and not yet signed: nobody could check an answer about it."""
    execute(desk.home.database, "DELETE FROM checkpoints WHERE size = 10")
    assert query(desk.home.database, "SELECT size FROM head") == [(10,)]

    with desk.read() as ledger:
        assert asked(ledger).size == 9
        assert asked(ledger, "2026-11-21").size == 9
        assert asked(ledger, "2026-11-20T04:01:00.000000Z").size == 6


@pytest.mark.parametrize(
    ("as_of", "on", "part"),
    [
        ("2026-11-31", None, "as_of"),
        ("2026-11-20T04:00:00Z", None, "as_of"),
        ("", None, "as_of"),
        (None, "2026-11-31", "on"),
        (None, NOON, "on"),
        ("2026-11-20", "20261120", "on"),
    ],
)
def test_what_is_no_date_and_no_instant_is_refused(
    ledger: Ledger, as_of: str | None, on: str | None, part: str
) -> None:
    """By its name; `on` is a day and nothing else."""
    with pytest.raises(Malformed) as caught:
        asked(ledger, as_of, on)
    assert caught.value.part == part
