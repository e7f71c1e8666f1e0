"""A company promised to do what it never did: its penalty comes back, the promise becomes a record of its own."""

from __future__ import annotations

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import BREACH, repair_facts
from tests.scenarios.procedures import RepairFile, apply_for_repair


def repaired(office: Office) -> tuple[str, RepairFile]:
    """A penalty of 2026-05-20, repaired on 2026-08-20."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-08-20")
    repair = apply_for_repair(office, record, repair_facts("2026-06-01", "2026-06-01", "2026-08-19"))
    repair.grant_in_all_steps()
    return record, repair


def test_an_untrue_commitment_brings_the_penalty_back_and_is_recorded(office: Office) -> None:
    """信用承诺严重不实: restored for the rest of its period, barred for three years, 记入信用记录."""
    record, repair = repaired(office)
    office.on("2026-11-02")

    assert office.sees(record) is None

    repair.revoke("untrue-commitment")
    breach = office.file(
        BREACH,
        terms=publicity("serious"),
        WN_CNLX="信用修复承诺",
        WN_CNRQ="2026-08-19",
        WN_WNLX="承诺内容不实",
    )

    assert office.value(record, "repair.revoked", "abuse") == "untrue-commitment"
    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-05-20", "bar-end": "2029-11-02"}
    assert office.sees(breach) is not None
    assert office.clocks(breach) == {"publicity-end": "2029-11-02"}

    office.on("2027-11-02")
    with office.refuses("about/record") as answer:
        apply_for_repair(office, breach, repair_facts("2026-12-01", "2026-12-01", "2026-12-01"))
    assert answer.says("barred from repair until 2029-11-02")
    assert office.run_clock() == ["publicity.ended on 2027-05-20"]
    assert office.sees(record) is None, "the longest period has passed, repaired or not"
    assert office.clocks(record) == {"bar-end": "2029-11-02"}

    office.on("2029-11-03")

    assert sorted(office.run_clock()) == ["bar.ended on 2029-11-02", "publicity.ended on 2029-11-02"]
    assert office.clocks(record) == office.clocks(breach) == {}
    assert office.audit() == []


def test_a_penalty_whose_period_has_passed_does_not_come_back(office: Office) -> None:
    """The abuse is found after the longest period: there is a bar, and nothing to show."""
    record, repair = repaired(office)
    office.on("2027-06-01")

    assert office.run_clock() == [], "repaired, the period no longer ends anything"

    repair.revoke("broken-commitment")

    assert office.sees(record) is None
    assert office.clocks(record) == {"publicity-end": "2027-05-20", "bar-end": "2030-06-01"}

    office.on("2027-06-02")

    assert office.run_clock() == ["publicity.ended on 2027-05-20"]
    assert office.status(record) is RecordStatus.EXPIRED
    assert office.audit() == []


def test_an_abuse_is_found_once_and_by_the_unit_that_granted(office: Office) -> None:
    """What was not granted cannot be taken back, nor what was taken back before."""
    record, repair = repaired(office)
    repair.revoke("untrue-commitment")
    with office.refuses("about/repair"):
        repair.revoke("false-material")
    with office.refuses("abuse"):
        repair.revoke("late-payment")

    assert office.history(record).count("repair.revoked") == 1
    assert office.audit() == []


def test_the_bar_ends_also_where_the_penalty_was_annulled_meanwhile(office: Office) -> None:
    """限制申请期满: the promise was false, whatever became of the penalty; its bar ends, and an audit agrees."""
    record, repair = repaired(office)
    office.on("2026-11-02")
    repair.revoke("untrue-commitment")
    remedy = office.open_remedy(record)
    office.on("2027-02-01")
    office.close_remedy(record, remedy, "annulled")
    office.revoke(record, remedy=remedy)
    office.on("2029-11-03")
    office.run_clock()

    assert office.clocks(record) == {}
    assert office.run_clock() == []
    assert office.audit() == []
