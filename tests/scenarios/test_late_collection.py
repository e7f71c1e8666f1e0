"""A unit files its decisions too late: ten working days for collection, seven for disclosure, from the decision."""

from __future__ import annotations

import pytest

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import LICENCE, PENALTY

DECIDED = "2026-09-30"
"""The day before the National holidays; 2026-10-10, a Saturday, is worked."""


@pytest.mark.parametrize("name", [PENALTY, LICENCE])
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2026-10-15", []),
        ("2026-10-16", ["disclose missed, due 2026-10-15"]),
        ("2026-10-20", ["disclose missed, due 2026-10-15"]),
        ("2026-10-21", ["disclose missed, due 2026-10-15", "collect missed, due 2026-10-20"]),
    ],
)
def test_what_is_filed_late_is_shown_and_said_to_be_late(office: Office, name: str, day: str, said: list[str]) -> None:
    """归集10个工作日、公开7个工作日: late or not, the record is taken in and shown."""
    office.on(day)
    record = office.file(name, DECIDED, terms=publicity("ordinary") if name == PENALTY else None)

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.STANDING
    assert office.run_clock() == said
    assert office.run_clock() == []
    assert office.history(record) == ["record.filed"] + ["deadline.missed"] * len(said)
    assert office.audit() == []


def test_a_decision_of_tomorrow_is_not_filed_today(office: Office) -> None:
    """Nobody collects what was not decided."""
    office.on("2026-09-29")
    with office.refuses("data/CF_JDRQ"):
        office.file(PENALTY, DECIDED, terms=publicity("ordinary"))

    assert office.audit() == []


def test_a_decision_whose_period_has_passed_is_collected_and_never_shown(office: Office) -> None:
    """A penalty of years ago is kept, and was late, but its year before the public is over."""
    office.on("2027-09-30")
    record = office.file(PENALTY, "2026-04-01", terms=publicity("ordinary"))

    assert office.sees(record) is None
    assert office.run_clock() == [
        "disclose missed, due 2026-04-13",
        "collect missed, due 2026-04-16",
        "publicity.ended on 2027-04-01",
    ]
    assert office.status(record) is RecordStatus.EXPIRED
    assert office.audit() == []
