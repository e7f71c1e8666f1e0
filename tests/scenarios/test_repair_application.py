"""A company wants its credit repaired: what is missing, since when it is there, and by which order it is asked."""

from __future__ import annotations

from ledger.vocabulary import RecordStatus
from tests.ledger.harness import MARKET, TAX, publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import LICENCE, PENALTY, repair_facts
from tests.scenarios.procedures import apply_for_repair
from verify.strict import JsonValue


def conditions(office: Office, record: str, facts: JsonValue, day: str) -> dict[str, tuple[bool, str | None]]:
    """What the office answers to whoever asks: each condition, whether it is met, and its day."""
    assessed = office.assess(record, facts, day).conditions
    return {
        each.rule.condition.value: (each.met, None if each.met_on is None else each.met_on.isoformat())
        for each in assessed
    }


def test_an_application_is_refused_one_day_too_early_and_taken_in_the_next(office: Office) -> None:
    """四项条件: the shortest period, correction and performance, the public commitment, what other law asks for."""
    facts = repair_facts("2026-06-01", "2026-07-15", "2026-08-19")
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-08-19")

    assert conditions(office, record, facts, "2026-08-19") == {
        "shortest-period": (False, "2026-08-20"),
        "corrected": (True, "2026-07-15"),
        "commitment": (True, "2026-08-19"),
        "other": (True, "2026-05-20"),
    }

    with office.refuses("facts/shortest-period") as answer:
        apply_for_repair(office, record, facts)
    assert answer.says("it will be met on 2026-08-20")
    assert answer.says("apply from 2026-08-20 on")
    office.on("2026-08-20")

    assert all(met for met, _day in conditions(office, record, facts, "2026-08-20").values())

    repair = apply_for_repair(office, record, facts)

    assert office.sees(record) is not None, "who has applied is not yet repaired"
    assert office.clocks(record) == {
        "repair-push": "2026-08-21",
        "repair-decide": "2026-09-03",
        "publicity-end": "2027-05-20",
    }
    with office.refuses("about/repair") as answer:
        apply_for_repair(office, record, facts)
    assert answer.says("is being dealt with")

    repair.grant_in_all_steps()

    assert office.sees(record) is None
    assert office.status(record) is RecordStatus.REPAIRED
    assert office.clocks(record) == {}, "repaired, nothing is left that could end"
    with office.refuses("about/record"):
        apply_for_repair(office, record, facts)
    assert office.audit() == []


def test_each_condition_that_is_not_met_is_named_with_the_day_from_which_it_is(office: Office) -> None:
    """不予受理 before it begins: whoever applies learns all that is missing at once. 志愿服务 is no substitute."""
    waits: dict[str, JsonValue] = {"text": "完成整改验收", "citation": "《测试管理办法》第三条", "met_on": "2026-09-01"}
    facts = repair_facts("2026-06-01", None, "2026-08-25", waits)
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-08-19")

    assert conditions(office, record, facts, "2026-08-19") == {
        "shortest-period": (False, "2026-08-20"),
        "corrected": (False, None),
        "commitment": (False, "2026-08-25"),
        "other": (False, "2026-09-01"),
    }

    with office.refuses("facts/shortest-period", "facts/corrected", "facts/commitment", "facts/other") as answer:
        apply_for_repair(office, record, facts)
    assert answer.says("facts/corrected: the condition is not met; nobody can know when")
    assert answer.says("facts/other: the condition is not met; it will be met on 2026-09-01")
    assert office.audit() == []


def test_the_serious_class_waits_a_year_the_minor_class_not_a_day(office: Office) -> None:
    """轻微: as soon as it is performed. 严重: a year after the decision, whatever was done before."""
    office.on("2026-05-20")
    minor, serious = office.file_penalty(grade="minor"), office.file_penalty(grade="serious")
    office.on("2026-05-21")
    facts = repair_facts("2026-05-21", "2026-05-21", "2026-05-21")
    apply_for_repair(office, minor, facts).grant_in_all_steps()

    assert office.status(minor) is RecordStatus.REPAIRED
    with office.refuses("facts/shortest-period") as answer:
        apply_for_repair(office, serious, facts)
    assert answer.says("apply from 2027-05-20 on")
    assert office.audit() == []


def test_without_a_class_nobody_knows_when_a_penalty_can_be_repaired(office: Office) -> None:
    """The unit must say the class first, and a licence has none."""
    office.on("2026-05-20")
    record, licence = office.file_penalty(grade=None), office.file(LICENCE)
    office.on("2026-09-01")
    facts = repair_facts("2026-06-01", "2026-06-01", "2026-06-01")
    for each in (record, licence):
        with office.refuses("facts/shortest-period") as answer:
            apply_for_repair(office, each, facts)
        assert answer.says("nobody can know when")
    assert office.audit() == []


def test_the_order_of_the_day_of_application_decides(office: Office) -> None:
    """令第58号 until 2026-03-31, with three conditions and no extension; 令第36号 from 2026-04-01, with four."""
    office.on("2026-01-06")
    old = office.file(PENALTY, "2025-12-30", terms=publicity("ordinary"))
    new = office.file(PENALTY, "2025-12-30", terms=publicity("ordinary"))
    waits: dict[str, JsonValue] = {"text": "完成整改验收", "citation": "《测试管理办法》第三条", "met_on": None}
    facts = repair_facts("2026-02-02", "2026-02-02", "2026-02-02", waits)
    office.on("2026-03-29")
    with office.refuses("facts/shortest-period") as answer:
        apply_for_repair(office, old, facts, rules="repair/order-58")
    assert answer.says("apply from 2026-03-30 on")
    office.on("2026-03-31")

    assert conditions(office, old, facts, "2026-03-31") == {
        "shortest-period": (True, "2026-03-30"),
        "corrected": (True, "2026-02-02"),
        "commitment": (True, "2026-02-02"),
    }
    with office.refuses("about/rules") as answer:
        apply_for_repair(office, old, facts, rules="repair/order-36")
    assert answer.says("to an application of 2026-03-31 repair/order-58 version 1 applies")
    repair = apply_for_repair(office, old, facts, rules="repair/order-58")

    office.on("2026-04-01")
    repair.forward()
    repair.accept()
    with office.refuses("about/repair") as answer:
        repair.extend()
    assert answer.says("see rules repair/order-58")
    repair.verify()
    repair.grant()

    assert conditions(office, new, facts, "2026-04-01")["other"] == (False, None)
    with office.refuses("about/rules"):
        apply_for_repair(office, new, facts, rules="repair/order-58")
    with office.refuses("facts/other"):
        apply_for_repair(office, new, facts)
    apply_for_repair(office, new, repair_facts("2026-02-02", "2026-02-02", "2026-02-02")).grant_in_all_steps()

    assert office.sees(old) is office.sees(new) is None
    assert office.audit() == []


def test_the_order_of_the_day_of_decision_says_how_long_a_penalty_is_shown(office: Office) -> None:
    """A decision of 2026-03-31 is shown three years, one of the next day one year, however the classes are called."""
    office.on("2026-03-31")
    before = office.file_penalty()
    office.on("2026-04-01")
    after, under_the_old = office.file_penalty(), office.file_penalty("2026-03-31")

    assert office.clocks(before) == office.clocks(under_the_old) == {"publicity-end": "2029-03-31"}
    assert office.clocks(after) == {"publicity-end": "2027-04-01"}
    with office.refuses("about/rules") as answer:
        office.determine(before, "publicity/order-36", publicity("serious"))
    assert answer.says("to a decision of 2026-03-31 publicity/order-58 version 1 applies")
    office.determine(before, "publicity/order-58", publicity("serious"))
    assert office.audit() == []


def test_only_the_subject_or_the_determining_unit_applies_and_only_that_unit_decides(office: Office) -> None:
    """谁认定、谁修复: another unit does not apply, the platform does not decide."""
    facts = repair_facts("2026-06-01", "2026-06-01", "2026-06-01")
    office.on("2026-05-20")
    record = office.file_penalty()
    office.on("2026-08-20")
    with office.refuses("issuer"):
        apply_for_repair(office, record, facts, by=TAX)
    repair = apply_for_repair(office, record, facts, by=MARKET)

    assert "repair-push" not in office.clocks(record), "the unit has it already"
    assert office.clocks(record)["repair-accept"] == "2026-08-25"
    with office.refuses("issuer"):
        repair.accept(by=TAX)
    with office.refuses("signature"):
        repair.accept(by=office.platform)
    repair.decline()

    assert office.sees(record) is not None
    assert office.clocks(record) == {"publicity-end": "2027-05-20"}

    again = apply_for_repair(office, record, facts)
    again.forward()
    again.accept()
    again.verify()
    again.refuse()

    assert office.sees(record) is not None
    assert office.status(record) is RecordStatus.STANDING
    assert office.audit() == []
