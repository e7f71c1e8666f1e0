"""Everything is done late, or never: each clock that runs out becomes one event, whenever the ledger looks."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.ledger.harness import publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import PENALTY, repair_facts
from tests.scenarios.procedures import apply_for_repair, raise_objection


class Watch:
    """Turns the clock of the office to a day, looking each morning on the way, or not before the end."""

    def __init__(self, office: Office, *, daily: bool) -> None:
        self.office, self.daily = office, daily
        self.seen: list[str] = []

    def until(self, day: str) -> None:
        """Let the days pass until this one."""
        while self.daily and self.office.today < day:
            self.office.on((date.fromisoformat(self.office.today) + timedelta(days=1)).isoformat())
            self.seen += self.office.run_clock()
        self.office.on(day)

    def look(self) -> None:
        """Look once more."""
        self.seen += self.office.run_clock()


@pytest.mark.parametrize("daily", [True, False], ids=["every-day", "after-a-stop-of-months"])
def test_each_clock_that_runs_out_becomes_one_event(office: Office, *, daily: bool) -> None:
    """归集至撤回, ten clocks: a ledger that stood still for months says the same as one that looked every morning."""
    watch = Watch(office, daily=daily)
    office.on("2026-05-06")
    watch.until("2026-05-21")
    record = office.file(PENALTY, "2026-05-06", terms=publicity(None))  # the class is not known yet
    watch.until("2026-05-25")
    office.determine(record, "publicity/order-36", publicity("ordinary"))
    watch.until("2026-08-07")
    facts = repair_facts("2026-05-30", "2026-06-10", "2026-07-31")
    repair = apply_for_repair(office, record, facts)
    watch.until("2026-08-11")
    repair.forward()
    watch.until("2026-08-17")
    repair.accept()
    watch.until("2026-08-24")
    repair.verify()
    repair.refuse()
    watch.until("2026-08-25")
    complaint = raise_objection(office, record, on="2026-08-21")
    watch.until("2026-08-26")
    complaint.forward()
    watch.until("2026-09-03")
    complaint.resolve("upheld")
    watch.until("2026-09-09")
    complaint.deliver()
    complaint.ask_for_review()
    watch.until("2026-09-17")
    complaint.decide_review("upheld")
    remedy = office.open_remedy(record)
    watch.until("2026-09-30")
    complaint.deliver()
    office.close_remedy(record, remedy, "annulled")
    watch.until("2026-10-13")
    office.revoke(record, remedy=remedy)
    watch.until("2026-10-31")
    office.on("2026-12-31")
    watch.look()

    assert sorted(watch.seen, key=lambda said: said[-10:]) == [
        "disclose missed, due 2026-05-14",
        "collect missed, due 2026-05-19",
        "repair-push missed, due 2026-08-10",
        "repair-accept missed, due 2026-08-14",
        "repair-decide missed, due 2026-08-21",
        "annotate missed, due 2026-08-24",
        "forward missed, due 2026-08-24",
        "verify missed, due 2026-09-02",
        "act missed, due 2026-09-08",
        "review missed, due 2026-09-16",
        "act missed, due 2026-09-21",
        "withdraw missed, due 2026-10-10",
    ]

    watch.look()

    assert office.history(record).count("deadline.missed") == 12, "said once"
    assert office.clocks(record) == {}
    assert office.audit() == []


def test_verifying_is_extended_once_before_it_ends_and_for_a_reason(office: Office) -> None:
    """延长核实: five working days become twenty at most, counted from the forwarding."""
    office.on("2026-06-01")
    record = office.file_penalty()
    complaint = raise_objection(office, record)
    complaint.forward()
    assert office.clocks(record)["verify"] == "2026-06-08"

    office.on("2026-06-08")
    with office.refuses("reason"):
        complaint.extend(15, "")
    with office.refuses("to_working_days") as answer:
        complaint.extend(21)
    assert answer.says("to 20 working days at most")
    with office.refuses("to_working_days"):
        complaint.extend(5)
    complaint.extend(15)

    assert office.clocks(record)["verify"] == "2026-06-23", "the Dragon Boat festival on 2026-06-19 is no working day"
    assert office.value(record, "objection.extended", "reason") == "需调取登记档案"

    office.on("2026-06-22")
    with office.refuses("to_working_days") as answer:
        complaint.extend(20)
    assert answer.says("the rules allow 1 extensions, and they are used up")
    office.on("2026-06-24")

    assert office.run_clock() == ["verify missed, due 2026-06-23"]
    assert office.run_clock() == []
    assert office.audit() == []


def test_what_has_run_out_is_not_extended(office: Office) -> None:
    """A period is extended before it ends, not after."""
    office.on("2026-06-01")
    record = office.file_penalty()
    complaint = raise_objection(office, record)
    complaint.forward()
    office.on("2026-06-09")
    with office.refuses("to_working_days") as answer:
        complaint.extend(20)
    assert answer.says("a period is extended before it ends")
    assert office.run_clock() == ["verify missed, due 2026-06-08"]
    complaint.resolve("upheld")
    complaint.deliver()

    assert office.run_clock() == [], "what was missed is not missed again when it is done"
    assert office.audit() == []


def test_the_decision_on_a_repair_is_extended_once(office: Office) -> None:
    """案情复杂或需核查: ten working days more, from the day of the application."""
    office.on("2026-05-06")
    record = office.file_penalty()
    office.on("2026-08-07")
    repair = apply_for_repair(office, record, repair_facts("2026-05-30", "2026-06-10", "2026-07-31"))
    repair.forward()
    repair.accept()
    assert office.clocks(record)["repair-decide"] == "2026-08-21"

    office.on("2026-08-20")
    repair.extend()

    assert office.clocks(record)["repair-decide"] == "2026-09-04"
    with office.refuses("about/repair"):
        repair.extend()
    office.on("2026-09-04")
    repair.verify()
    repair.grant()
    office.on("2026-12-31")

    assert office.run_clock() == []
    assert office.audit() == []


def test_an_extension_of_a_decision_that_is_already_late_does_not_undo_that(office: Office) -> None:
    """A decision that was due is not made timely by extending it afterwards."""
    office.on("2026-05-06")
    record = office.file_penalty()
    office.on("2026-08-07")
    repair = apply_for_repair(office, record, repair_facts("2026-05-30", "2026-06-10", "2026-07-31"))
    repair.forward()
    repair.accept()
    office.on("2026-08-24")
    with office.refuses("on") as answer:
        repair.extend()
    assert answer.says("a period is extended before it ends")

    assert office.run_clock() == ["repair-decide missed, due 2026-08-21"]
    assert office.audit() == []


@pytest.mark.parametrize("daily", [True, False], ids=["every-day", "after-a-stop-of-months"])
def test_what_ends_after_a_clock_ran_out_does_not_undo_that(office: Office, *, daily: bool) -> None:
    """A penalty that had no class until it was taken back, and one that was taken back while its repair lay about."""
    watch = Watch(office, daily=daily)
    office.on("2026-05-06")
    classless = office.file_penalty(grade=None)
    record = office.file_penalty()
    watch.until("2026-08-07")
    apply_for_repair(office, record, repair_facts("2026-05-30", "2026-06-10", "2026-07-31"))
    watch.until("2026-08-12")
    office.revoke(classless)
    office.revoke(record)
    watch.until("2026-08-31")
    watch.look()

    assert sorted(watch.seen, key=lambda said: said[-10:]) == [
        "disclose missed, due 2026-05-14",
        "repair-push missed, due 2026-08-10",
    ], "the application was not due to be decided when there was nothing left to repair"
    assert office.audit() == []


def test_what_was_taken_back_is_neither_forwarded_nor_extended(office: Office) -> None:
    """Nothing but closings follows a revocation: objections get their outcome, and what waits for no answer is over."""
    office.on("2026-05-06")
    record = office.file_penalty()
    office.on("2026-08-07")
    complaint = raise_objection(office, record)
    repair = apply_for_repair(office, record, repair_facts("2026-05-30", "2026-06-10", "2026-07-31"))
    mask = office.mask(record)
    remedy = office.open_remedy(record)
    office.revoke(record)
    for step in (
        complaint.forward,
        lambda: complaint.extend(10),
        repair.forward,
        lambda: office.unmask(record, mask, "failed"),
        lambda: office.open_remedy(record),
        lambda: raise_objection(office, record),
    ):
        with office.refuses("about/record"):
            step()
    complaint.resolve("revoked")
    complaint.deliver()
    office.close_remedy(record, remedy, "annulled")

    assert office.clocks(record) == {}
    office.on("2026-12-31")
    assert office.run_clock() == []
    assert office.audit() == []


def test_an_application_is_answered_also_when_its_decision_was_changed(office: Office) -> None:
    """变更: the old penalty can no longer be repaired, and whoever applied is told so in time."""
    office.on("2026-05-06")
    record = office.file_penalty()
    office.on("2026-08-07")
    repair = apply_for_repair(office, record, repair_facts("2026-05-30", "2026-06-10", "2026-07-31"))
    repair.forward()
    office.on("2026-08-10")
    successor = office.file_penalty()
    office.change(record, superseded_by=successor)

    assert office.clocks(record) == {"repair-accept": "2026-08-12", "repair-decide": "2026-08-21"}

    repair.decline()

    assert office.clocks(record) == {}
    office.on("2026-12-31")
    assert office.run_clock() == []
    assert office.audit() == []
