"""A company is put on the list of seriously dishonest subjects, repairs its credit a year later, and had lied."""

from __future__ import annotations

import pytest

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import OTHER_ENTERPRISE
from tests.scenarios.office import Office
from tests.scenarios.papers import SERIOUS, repair_facts
from tests.scenarios.procedures import Listing, apply_for_repair, begin_listing

CASE = "market-and-social-order"


def listed(office: Office, day: str = "2026-05-20") -> Listing:
    """The entry, decided on that day after a notice of two weeks before and a defence."""
    listing = begin_listing(office, SERIOUS, CASE)
    office.on("2026-05-06")
    listing.notify()
    office.on("2026-05-08")
    listing.defend()
    office.on(day)
    listing.decide(defence="申辩理由不成立：危害后果并未消除")
    return listing


def test_the_entry_is_decided_after_notice_and_defence_by_two(office: Office) -> None:
    """拟列入告知、陈述申辩、列入决定、公布: nobody sees anything before the decision, and no one decides alone."""
    listing = begin_listing(office, SERIOUS, CASE)
    record = listing.record
    office.on("2026-05-06")
    with office.refuses("about/record") as answer:
        listing.decide()
    assert answer.says("no notice of intent was given")
    listing.notify()

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.NOTIFIED
    assert office.clocks(record) == {}

    office.on("2026-05-12")
    with office.refuses("on") as answer:
        listing.decide()
    assert answer.says("the subject may speak until 2026-05-12")
    listing.defend()
    office.on("2026-05-20")
    with office.refuses("committed/defence"):
        listing.decide()
    with office.refuses("signature") as answer:
        listing.decide(too=None, defence="申辩理由不成立")
    assert answer.says("two keys")

    assert office.sees(record) is None

    listing.decide(defence="申辩理由不成立")
    seen = office.sees(record)

    assert seen is not None
    assert seen["YZ_LRRQ"] == "2026-05-20"
    assert "YZ_FRDB" not in seen, "the legal representative is not public"
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"listing-end": "2029-05-20"}
    with office.refuses("about/record") as answer:
        listing.defend()
    assert answer.says("raise an objection against the entry instead")
    assert office.audit() == []


def test_who_says_nothing_is_listed_when_the_time_to_speak_is_over(office: Office) -> None:
    """Five working days after the notice; the day itself does not count."""
    listing = begin_listing(office, SERIOUS, CASE)
    office.on("2026-05-06")
    listing.notify()
    office.on("2026-05-13")
    listing.decide()

    assert office.sees(listing.record) is not None
    assert office.audit() == []


def test_a_defence_that_convinces_ends_the_procedure(office: Office) -> None:
    """不予列入: nothing was ever published, and nothing can follow."""
    listing = begin_listing(office, SERIOUS, CASE)
    office.on("2026-05-06")
    listing.notify()
    office.on("2026-05-08")
    listing.defend()
    listing.drop()
    office.on("2026-05-20")
    with office.refuses("about/record"):
        listing.decide(defence="申辩理由不成立")

    assert office.status(listing.record) is RecordStatus.DROPPED
    assert office.sees(listing.record) is None
    assert office.history(listing.record) == ["listing.notified", "listing.defended", "listing.dropped"]
    assert office.audit() == []


def test_the_day_on_the_decision_is_the_day_it_was_taken(office: Office) -> None:
    """列入日期: an earlier day would shorten the year before repair, and the three years on the list."""
    listing = begin_listing(office, SERIOUS, CASE)
    office.on("2026-05-06")
    listing.notify()
    office.on("2026-05-20")
    with office.refuses("data/YZ_LRRQ"):
        listing.decide(YZ_LRRQ="2025-05-20")

    assert office.audit() == []


FACTS = repair_facts("2026-06-30", "2026-12-01", "2027-05-10")


def test_after_a_year_the_entry_is_repaired_by_two(office: Office) -> None:
    """申请、推送、受理、核查、准予: the entry disappears before the public, and its history stays."""
    listing = listed(office)
    record = listing.record
    with office.refuses("removal") as answer:
        listing.remove("early-repair")
    assert answer.says("removed early by repair alone")
    office.on("2027-05-19")
    with office.refuses("facts/shortest-period") as answer:
        apply_for_repair(office, record, FACTS)
    assert answer.says("apply from 2027-05-20 on")
    office.on("2027-05-20")
    repair = apply_for_repair(office, record, FACTS)
    assert office.clocks(record) == {
        "repair-push": "2027-05-21",
        "repair-decide": "2027-06-03",
        "listing-end": "2029-05-20",
    }
    with office.refuses("about/repair"):
        repair.accept()
    repair.forward()
    assert office.clocks(record)["repair-accept"] == "2027-05-25"
    repair.accept()
    with office.refuses("about/repair") as answer:
        repair.grant()
    assert answer.says("not verified")
    office.on("2027-05-31")
    repair.verify()
    with office.refuses("signature") as answer:
        repair.grant(too=None)
    assert answer.says("two keys")

    assert office.sees(record) is not None

    repair.grant()

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REPAIRED
    assert office.clocks(record) == {}
    assert "listing.decided" in office.history(record)
    assert office.audit() == []


def test_abuse_brings_the_entry_back_and_bars_the_company(office: Office) -> None:
    """撤销修复: 提供虚假材料 restores the entry, and for three years nothing of this company is repaired."""
    record = listed(office).record
    office.on("2027-05-20")
    penalty = office.file_penalty()
    repair = apply_for_repair(office, record, FACTS)
    repair.grant_in_all_steps()
    office.on("2027-09-01")
    with office.refuses("signature"):
        repair.revoke("false-material", too=None)
    repair.revoke("false-material")

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"listing-end": "2029-05-20", "bar-end": "2030-09-01"}

    office.on("2028-05-19")
    for barred in (record, penalty):
        with office.refuses("about/record") as answer:
            apply_for_repair(office, barred, repair_facts("2027-09-10", "2027-09-10", "2027-09-10"))
        assert answer.says("barred from repair until 2030-09-01")

    stranger = office.file_penalty("2028-01-04", subject=OTHER_ENTERPRISE)
    apply_for_repair(office, stranger, repair_facts("2028-01-10", "2028-01-10", "2028-01-10"))

    office.on("2029-05-21")

    assert office.sees(record) is None, "also before the clock has said so"
    assert office.run_clock() == [
        "publicity.ended on 2028-05-20",
        "publicity.ended on 2029-01-04",
        "listing.expired on 2029-05-20",
    ]
    assert office.status(record) is RecordStatus.EXPIRED
    assert office.clocks(record) == {"bar-end": "2030-09-01"}

    office.on("2030-01-04")
    later = office.file_penalty()
    facts = repair_facts("2030-02-01", "2030-02-01", "2030-02-01")
    office.on("2030-09-01")
    with office.refuses("about/record"):
        apply_for_repair(office, later, facts)
    office.on("2030-09-02")

    assert office.run_clock() == ["bar.ended on 2030-09-01"]
    assert office.run_clock() == []

    apply_for_repair(office, later, facts).grant_in_all_steps()

    assert office.sees(later) is None
    assert office.clocks(record) == {}
    assert office.audit() == []


@pytest.mark.parametrize("looked", [True, False], ids=["the-clock-has-run", "the-clock-stood-still"])
def test_the_bar_is_over_the_day_after_it_ends_whether_the_clock_has_run_or_not(
    office: Office, *, looked: bool
) -> None:
    """限制申请期满: the day decides, the event only says so."""
    record = listed(office).record
    office.on("2027-05-20")
    repair = apply_for_repair(office, record, FACTS)
    repair.grant_in_all_steps()
    repair.revoke("broken-commitment")
    office.on("2030-03-04")
    later = office.file_penalty("2030-01-04")
    office.on("2030-05-21")
    if looked:
        assert office.run_clock() == ["listing.expired on 2029-05-20", "bar.ended on 2030-05-20"]
    apply_for_repair(office, later, repair_facts("2030-02-01", "2030-02-01", "2030-02-01"))
    office.run_clock()

    assert office.history(record).count("bar.ended") == 1
    assert office.audit() == []


def test_an_entry_expires_by_itself_after_three_years(office: Office) -> None:
    """期满移出: on the day after the last one, by the clock, once."""
    record = listed(office).record
    office.on("2029-05-20")

    assert office.sees(record) is not None
    assert office.run_clock() == []

    office.on("2029-05-21")

    assert office.run_clock() == ["listing.expired on 2029-05-20"]
    assert office.run_clock() == []
    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.EXPIRED
    assert office.audit() == []
