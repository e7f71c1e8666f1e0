"""A company objects to a penalty that was right; the unit says so with evidence and its name, and reviews it once."""

from __future__ import annotations

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import EVIDENCE, MARKET, TAX
from tests.scenarios.office import Office
from tests.scenarios.procedures import raise_objection


def test_an_objection_is_upheld_with_evidence_and_a_named_unit_and_reviewed_once(office: Office) -> None:
    """不属实维持: the record stays, the mark goes; 复核以一次为限, after it there are 复议 and 诉讼."""
    office.on("2026-09-01")
    record = office.file_penalty()
    office.on("2026-09-07")
    complaint = raise_objection(office, record)
    complaint.forward()
    office.on("2026-09-10")
    with office.refuses("evidence"):
        complaint.resolve("upheld", evidence=[])
    with office.refuses("unit"):
        complaint.resolve("upheld", unit="")
    complaint.resolve("upheld")

    assert office.value(record, "objection.resolved", "unit") == "测试市场监管局执法总队"
    assert office.value(record, "objection.resolved", "evidence") == EVIDENCE
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"act": "2026-09-15", "publicity-end": "2027-09-01"}

    office.on("2026-09-11")
    complaint.deliver()
    office.on("2026-09-17")
    complaint.ask_for_review()

    assert office.status(record) is RecordStatus.DISPUTED, "under review the record is disputed again"
    assert office.sees(record) is not None
    assert office.clocks(record) == {"review": "2026-09-23", "publicity-end": "2027-09-01"}, "2026-09-20 is worked"

    office.on("2026-09-23")
    complaint.decide_review("upheld")
    office.on("2026-09-24")
    complaint.deliver()

    assert office.value(record, "review.decided", "unit") == "测试市场监管局法制处"
    assert office.status(record) is RecordStatus.STANDING
    assert office.clocks(record) == {"publicity-end": "2027-09-01"}

    with office.refuses("about/objection") as answer:
        complaint.ask_for_review()
    assert answer.says("the rules allow 1 reviews, and they are used up")
    assert answer.says("reconsideration and litigation are open")

    office.on("2026-12-31")

    assert office.run_clock() == [], "every step was in time"
    assert office.audit() == []


def test_who_asks_for_a_review_before_the_outcome_was_delivered_lets_no_clock_run_out(office: Office) -> None:
    """The outcome can no longer be delivered once it is under review: what is delivered is that of the review."""
    office.on("2026-09-01")
    record = office.file_penalty()
    office.on("2026-09-07")
    complaint = raise_objection(office, record)
    complaint.forward()
    complaint.resolve("upheld")
    complaint.ask_for_review()
    with office.refuses("about/objection"):
        complaint.deliver()
    office.on("2026-09-14")
    complaint.decide_review("upheld")
    complaint.deliver()
    office.on("2026-12-31")

    assert office.run_clock() == []
    assert office.audit() == []


def test_a_review_that_finds_the_penalty_wrong_takes_it_back(office: Office) -> None:
    """复核属实撤销: the review does what the first outcome did not."""
    office.on("2026-09-01")
    record = office.file_penalty()
    office.on("2026-09-07")
    complaint = raise_objection(office, record)
    complaint.forward()
    complaint.resolve("upheld")
    complaint.deliver()
    office.on("2026-09-09")
    complaint.ask_for_review()
    with office.refuses("outcome") as answer:
        complaint.decide_review("revoked")
    assert answer.says("first send record.revoked")
    office.revoke(record, objection=complaint.objection)
    complaint.decide_review("revoked")

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REVOKED
    assert office.clocks(record) == {"act": "2026-09-14"}

    complaint.deliver()

    assert office.clocks(record) == {}
    assert office.audit() == []


def test_a_second_objection_to_what_was_taken_back_for_the_first_is_found_right_too(office: Office) -> None:
    """Two objections, one error: the record is taken back once, and nobody is told that he was wrong."""
    office.on("2026-09-01")
    record = office.file_penalty()
    office.on("2026-09-07")
    first, second = raise_objection(office, record), raise_objection(office, record)
    first.forward()
    second.forward()
    office.revoke(record, objection=first.objection)
    first.resolve("revoked")
    second.resolve("revoked")
    first.deliver()
    second.deliver()

    assert office.sees(record) is None
    assert office.clocks(record) == {}
    assert office.audit() == []


def test_a_department_that_finds_the_fault_says_so_itself(office: Office) -> None:
    """主动发现: the providing unit needs nobody to forward it, another department does."""
    office.on("2026-09-01")
    record = office.file_penalty()
    office.on("2026-09-07")
    with office.refuses("origin"):
        raise_objection(office, record, origin="department")
    own = raise_objection(office, record, origin="department", by=MARKET)

    assert office.clocks(record) == {"verify": "2026-09-14", "publicity-end": "2027-09-01"}

    own.resolve("upheld")
    own.deliver()
    others = raise_objection(office, record, origin="department", by=TAX)

    assert office.clocks(record) == {"forward": "2026-09-08", "publicity-end": "2027-09-01"}

    others.forward()
    others.resolve("upheld")
    others.deliver(office.platform)

    assert office.clocks(record) == {"publicity-end": "2027-09-01"}
    assert office.audit() == []
