"""由信息提供单位核实: nobody decides for the unit that provided the record, and the platform decides nothing at all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import MARKET, STRANGER, TAX, publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import PENALTY, repair_facts
from tests.scenarios.procedures import apply_for_repair, raise_objection
from verify.note import SigningKey

Deed = Callable[[Office, str, SigningKey], object]

DEEDS: dict[str, Deed] = {
    "correct": lambda office, record, by: office.correct(record, "2026-05-20", by=by),
    "change": lambda office, record, by: office.change(record, by=by),
    "revoke": lambda office, record, by: office.revoke(record, by=by),
    "determine": lambda office, record, by: office.determine(record, "publicity/order-36", publicity("minor"), by=by),
    "mask": lambda office, record, by: office.mask(record, by=by),
    "open a remedy": lambda office, record, by: office.open_remedy(record, by=by),
}


@pytest.mark.parametrize("deed", DEEDS)
def test_another_unit_and_the_platform_may_not_touch_the_record(office: Office, deed: str) -> None:
    """The tax bureau is told whose record it is, the platform that this is no statement of its own."""
    office.on("2026-05-20")
    record = office.file_penalty()
    with office.refuses("issuer") as answer:
        DEEDS[deed](office, record, TAX)
    assert answer.says(f"only the providing unit {MARKET.verifier.name.partition('/')[0]} may say this")
    for stranger in (office.platform, STRANGER):
        with office.refuses("signature"):
            DEEDS[deed](office, record, stranger)

    assert office.status(record) is RecordStatus.STANDING
    assert office.history(record) == ["record.filed"]
    assert office.audit() == []


def test_another_unit_and_the_platform_may_not_decide_an_objection(office: Office) -> None:
    """They may raise it, hand it on, deliver the answer: the answer is the providing unit's."""
    office.on("2026-05-20")
    record = office.file_penalty()
    complaint = raise_objection(office, record)
    with office.refuses("signature"):
        complaint.resolve("upheld", by=office.platform)
    complaint.forward()
    steps: tuple[Callable[[SigningKey], object], ...] = (
        lambda by: complaint.resolve("upheld", by=by),
        lambda by: complaint.extend(10, by=by),
        lambda by: office.revoke(record, by=by, objection=complaint.objection),
    )
    for step in steps:
        with office.refuses("issuer"):
            step(TAX)
        with office.refuses("signature"):
            step(office.platform)
    complaint.resolve("upheld")
    with office.refuses("issuer"):
        complaint.deliver(by=TAX)
    complaint.deliver(by=office.platform)
    complaint.ask_for_review()
    with office.refuses("issuer"):
        complaint.decide_review("upheld", by=TAX)
    with office.refuses("signature"):
        complaint.decide_review("upheld", by=office.platform)

    assert office.status(record) is RecordStatus.DISPUTED
    assert office.audit() == []


def test_another_unit_and_the_platform_may_not_repair(office: Office) -> None:
    """谁认定、谁修复: not even with two keys."""
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-08-20")
    repair = apply_for_repair(office, record, repair_facts("2026-06-01", "2026-06-01", "2026-06-01"))
    repair.forward()
    repair.accept()
    repair.verify()
    with office.refuses("signature"):
        repair.grant(by=TAX, too=None)
    with office.refuses("signature"):
        repair.grant(by=office.platform, too=MARKET)
    with office.refuses("signature"):
        repair.grant(by=MARKET, too=TAX)
    with office.refuses("signature"):
        repair.grant(by=MARKET, too=office.platform)

    assert office.sees(record) is not None
    assert office.audit() == []


def test_the_platform_files_nothing(office: Office) -> None:
    """It keeps what departments provide."""
    office.on("2026-05-20")
    with office.refuses("signature"):
        office.file(PENALTY, by=office.platform)

    assert office.audit() == []
