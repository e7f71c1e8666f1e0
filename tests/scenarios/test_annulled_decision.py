"""A company sues over its penalty; what the court annuls is taken from the public within three working days."""

from __future__ import annotations

import pytest

from ledger.vocabulary import RecordStatus
from tests.scenarios.office import Office


def sued_over(office: Office, kind: str = "litigation") -> tuple[str, str]:
    """A penalty of 2026-05-20 that is before a court since 2026-06-10."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-06-10")
    return record, office.open_remedy(record, kind)


@pytest.mark.parametrize("kind", ["litigation", "reconsideration"])
def test_a_penalty_is_shown_while_it_is_sued_over_and_withdrawn_when_it_is_annulled(office: Office, kind: str) -> None:
    """复议、诉讼期间不暂停公示, 标注; 行政处罚法 第四十八条: 三日内撤回, and these are working days."""
    record, remedy = sued_over(office, kind)

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.DISPUTED
    assert office.clocks(record) == {"publicity-end": "2027-05-20"}, "a court has its own clocks"

    office.on("2026-09-23")
    office.close_remedy(record, remedy, "annulled")

    assert office.sees(record) is not None, "until it is withdrawn"
    assert office.clocks(record) == {"withdraw": "2026-09-29", "publicity-end": "2027-05-20"}, "2026-09-25 is off"

    office.on("2026-09-29")
    office.revoke(record, remedy=remedy)

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REVOKED
    assert office.value(record, "record.revoked", "reason") == "决定被撤销", "and the reason is published"
    assert office.clocks(record) == {}

    office.on("2026-12-31")

    assert office.run_clock() == []
    assert office.audit() == []


def test_who_withdraws_after_three_days_is_late(office: Office) -> None:
    """逾期: the unit is named late, and still has to withdraw."""
    record, remedy = sued_over(office)
    office.on("2026-09-23")
    office.close_remedy(record, remedy, "annulled")
    office.on("2026-09-30")

    assert office.run_clock() == ["withdraw missed, due 2026-09-29"]
    assert office.sees(record) is not None

    office.on("2026-10-12")
    office.revoke(record, remedy=remedy)

    assert office.sees(record) is None
    assert office.run_clock() == []
    assert office.audit() == []


def test_a_withdrawal_is_timely_by_the_day_it_takes_the_record_from_the_public(office: Office) -> None:
    """An act can be dated back to the day it was decided; the public saw the penalty all the same."""
    record, remedy = sued_over(office)
    office.on("2026-09-23")
    office.close_remedy(record, remedy, "annulled")
    office.on("2026-10-12")

    assert office.sees(record) is not None

    office.revoke(record, on="2026-09-24", remedy=remedy)

    assert office.run_clock() == ["withdraw missed, due 2026-09-29"]
    assert office.audit() == []


def test_a_penalty_that_the_court_changes_is_corrected_or_changed_in_time(office: Office) -> None:
    """判决变更: the new sum is shown in place of the old one; nothing else takes the clock away."""
    record, remedy = sued_over(office)
    office.on("2026-09-23")
    office.close_remedy(record, remedy, "changed")
    office.on("2026-09-24")
    office.correct(record, "2026-05-20", CF_NR_FK=600_000)

    assert office.clocks(record)["withdraw"] == "2026-09-29", "a correction for another reason"

    office.correct(record, "2026-05-20", about={"remedy": remedy}, CF_NR_FK=500_000)
    seen = office.sees(record)

    assert seen is not None
    assert seen["CF_NR_FK"] == 500_000
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-05-20"}
    assert office.audit() == []


@pytest.mark.parametrize("outcome", ["upheld", "withdrawn"])
def test_a_penalty_that_stands_before_the_court_stands_before_the_public(office: Office, outcome: str) -> None:
    """维持、撤回起诉: the mark goes, no clock begins; a second suit is another remedy."""
    record, remedy = sued_over(office)
    office.on("2026-09-23")
    office.close_remedy(record, remedy, outcome)

    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-05-20"}
    with office.refuses("about/remedy"):
        office.close_remedy(record, remedy, "annulled")

    office.open_remedy(record)

    assert office.status(record) is RecordStatus.DISPUTED
    assert office.audit() == []
