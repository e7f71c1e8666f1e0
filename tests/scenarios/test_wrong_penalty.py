"""A company finds a penalty under its name that was meant for another, and objects."""

from __future__ import annotations

from ledger.vocabulary import RecordStatus
from tests.scenarios.office import Office
from tests.scenarios.procedures import raise_objection


def test_a_wrong_penalty_is_revoked_within_three_days_and_nobody_sees_it_any_more(office: Office) -> None:
    """异议属实撤销: marked at once, verified by the unit that provided it, taken back, delivered; the history stays."""
    office.on("2026-11-02")
    record = office.file_penalty()

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-11-02"}

    office.on("2026-11-16")
    complaint = raise_objection(office, record)

    assert office.sees(record) is not None, "a disputed record stays before the public"
    assert office.status(record) is RecordStatus.DISPUTED, "with a mark"
    assert office.clocks(record) == {"forward": "2026-11-17", "publicity-end": "2027-11-02"}

    office.on("2026-11-17")
    complaint.forward()

    assert office.clocks(record) == {"verify": "2026-11-24", "publicity-end": "2027-11-02"}

    office.on("2026-11-19")
    office.revoke(record, objection=complaint.objection)

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REVOKED
    assert office.clocks(record) == {"verify": "2026-11-24"}

    complaint.resolve("revoked")

    assert office.clocks(record) == {"act": "2026-11-24"}, "three working days to deliver"

    office.on("2026-11-20")
    complaint.deliver()
    office.on("2028-01-31")

    assert office.clocks(record) == {}
    assert office.run_clock() == [], "every step was in time, and no period of publicity ends what was never valid"
    assert office.history(record) == [
        "record.filed",
        "objection.raised",
        "objection.forwarded",
        "record.revoked",
        "objection.resolved",
        "objection.delivered",
    ]
    assert office.audit() == []


def test_a_penalty_with_a_wrong_fine_is_corrected_and_stays_before_the_public(office: Office) -> None:
    """异议属实更正: the same decision with the sum that it should have had; the mark goes when the outcome is there."""
    office.on("2026-11-02")
    record = office.file_penalty()
    office.on("2026-11-16")
    complaint = raise_objection(office, record)
    complaint.forward()
    with office.refuses("outcome") as answer:
        complaint.resolve("corrected")
    assert answer.says("no correction cites this objection")
    office.correct(record, "2026-11-02", about={"objection": complaint.objection}, CF_NR_FK=500_000)
    complaint.resolve("corrected")
    complaint.deliver()

    seen = office.sees(record)

    assert seen is not None
    assert seen["CF_NR_FK"] == 500_000
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-11-02"}, "counted from the decision, as before"
    assert office.audit() == []
