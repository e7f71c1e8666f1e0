"""A company is reorganised by a court: its penalties are masked while the plan runs, repaired when it has been kept."""

from __future__ import annotations

from ledger.vocabulary import RecordStatus
from tests.scenarios.office import Office
from tests.scenarios.papers import repair_facts
from tests.scenarios.procedures import apply_for_repair


def test_a_plan_that_is_performed_ends_in_a_formal_repair(office: Office) -> None:
    """临时屏蔽 while the plan runs; 正式修复 on the court's ruling that it was performed. Nobody sees it in between."""
    office.on("2026-05-20")
    record = office.file_penalty(grade="serious")
    office.on("2026-07-01")
    mask = office.mask(record)

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.MASKED
    assert office.clocks(record) == {"publicity-end": "2029-05-20"}, "the period runs on behind the mask"
    with office.refuses("about/mask"):
        office.mask(record)

    office.on("2027-06-01")
    repair = apply_for_repair(office, record, repair_facts("2026-06-01", "2027-05-31", "2027-06-01"))
    repair.grant_in_all_steps()

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REPAIRED

    office.unmask(record, mask, "performed")

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REPAIRED
    assert office.clocks(record) == {}
    assert office.history(record)[-2:] == ["repair.granted", "mask.lifted"]
    assert office.audit() == []


def test_a_plan_that_fails_shows_the_penalty_again(office: Office) -> None:
    """终止执行重整计划: the mask falls, and the rest of the period is shown."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-07-01")
    mask = office.mask(record)
    office.on("2026-11-02")
    with office.refuses("about/mask"):
        office.unmask(record, office.desk.new_id(), "failed")
    office.unmask(record, mask, "failed")

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-05-20"}

    with office.refuses("about/mask"):
        office.unmask(record, mask, "failed")
    office.mask(record)

    assert office.sees(record) is None, "a second reorganisation, a second mask"
    assert office.audit() == []


def test_a_period_that_passes_behind_the_mask_has_passed(office: Office) -> None:
    """公示期满: the plan fails afterwards, and nothing is shown again."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-07-01")
    mask = office.mask(record)
    office.on("2027-05-21")

    assert office.run_clock() == ["publicity.ended on 2027-05-20"]

    office.unmask(record, mask, "failed")

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.EXPIRED
    assert office.audit() == []
