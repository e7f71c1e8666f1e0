"""A decision of 2026-12-18, whose ten working days run into a year that has no calendar yet."""

from __future__ import annotations

from ledger.domain.deadlines import Due
from tests.ledger.harness import publicity
from tests.scenarios.office import Office
from tests.scenarios.papers import PENALTY
from tests.scenarios.procedures import raise_objection
from verify.statement_type import Clock

DECIDED = "2026-12-18"
MINOR = publicity("minor")
"""Not to be shown, so that collection is the only clock."""


def deadline(office: Office, record: str, clock: Clock) -> Due:
    """One clock of the record."""
    (found,) = [due for due in office.deadlines(record) if due.clock is clock]
    return found


def test_a_deadline_beyond_the_calendars_is_provisional_and_not_missed(office: Office) -> None:
    """暂定: Monday to Friday is counted meanwhile, and nobody is late by a calendar that does not exist."""
    office.on("2027-01-06")
    record = office.file(PENALTY, DECIDED, terms=MINOR)
    due = deadline(office, record, Clock.COLLECT)

    assert (due.day.isoformat(), due.provisional) == ("2027-01-01", True)
    assert due.calendar == ((2026, 1),)
    assert due.late, "by the days known so far"

    office.on("2027-03-01")

    assert office.run_clock() == []
    assert office.audit() == []


def test_the_calendar_moves_the_deadline_and_then_it_was_missed(office: Office) -> None:
    """期限重算: New Year's Day is off, so the tenth day is 2027-01-04; filed on the sixth, the unit was late."""
    office.on("2027-01-06")
    record = office.file(PENALTY, DECIDED, terms=MINOR)
    office.publish_calendar(2027, "2027-01-01")

    assert office.run_clock() == ["collect moved from 2027-01-01 to 2027-01-04", "collect missed, due 2027-01-04"]
    assert office.run_clock() == []
    assert office.value(record, "deadline.missed", "calendar") == [[2026, 1], [2027, 1]]
    assert office.audit() == []


def test_the_calendar_moves_the_deadline_and_then_it_was_kept(office: Office) -> None:
    """What looked late by Monday to Friday was in time by the calendar."""
    office.on("2027-01-04")
    record = office.file(PENALTY, DECIDED, terms=MINOR)

    assert deadline(office, record, Clock.COLLECT).late

    office.on("2027-01-05")
    office.publish_calendar(2027, "2027-01-01")

    assert office.run_clock() == ["collect moved from 2027-01-01 to 2027-01-04"]
    assert deadline(office, record, Clock.COLLECT).settled
    assert office.clocks(record) == {}
    assert office.audit() == []


def test_what_is_decided_when_the_calendar_is_known_is_certain(office: Office) -> None:
    """The usual year: the notice comes before anybody counts across it."""
    office.on("2026-11-30")
    office.publish_calendar(2027, "2027-01-01")
    office.on("2027-01-05")
    record = office.file(PENALTY, DECIDED, terms=MINOR)

    assert office.run_clock() == ["collect missed, due 2027-01-04"]
    assert not deadline(office, record, Clock.COLLECT).provisional
    assert office.audit() == []


def test_an_open_clock_waits_for_the_calendar_and_is_then_missed_or_kept(office: Office) -> None:
    """核实: the fifth working day after 2026-12-28 is 2027-01-05, once it is known that the first is off."""
    office.on("2026-12-28")
    late, kept = office.file_penalty("2026-12-21"), office.file_penalty("2026-12-21")
    complaints = [raise_objection(office, record) for record in (late, kept)]
    for complaint in complaints:
        complaint.forward()

    assert office.clocks(late)["verify"] == office.clocks(kept)["verify"] == "2027-01-04"

    office.on("2027-01-05")
    assert office.run_clock() == [], "the provisional day has passed, and nobody is late"
    office.publish_calendar(2027, "2027-01-01")

    assert office.run_clock() == ["verify moved from 2027-01-04 to 2027-01-05"] * 2

    complaints[1].resolve("upheld")
    office.on("2027-01-06")

    assert office.run_clock() == ["verify missed, due 2027-01-05"]
    assert "deadline.missed" in office.history(late)
    assert "deadline.missed" not in office.history(kept)
    assert office.audit() == []


def test_a_calendar_that_moves_nothing_makes_the_deadline_certain(office: Office) -> None:
    """New Year's Day is off and a Sunday is worked in its place: the same day, no longer provisional."""
    office.on("2026-12-28")
    record = office.file_penalty("2026-12-21")
    raise_objection(office, record).forward()
    office.on("2026-12-31")
    office.publish_calendar(2027, "2027-01-01", worked=("2027-01-03",))

    assert office.run_clock() == ["verify moved from 2027-01-04 to 2027-01-04"]
    assert not deadline(office, record, Clock.VERIFY).provisional

    office.on("2027-01-05")

    assert office.run_clock() == ["verify missed, due 2027-01-04"]
    assert office.audit() == []


def test_what_was_done_in_time_by_the_old_count_stays_in_time(office: Office) -> None:
    """A make-up day before the provisional day makes nobody late after the deed."""
    office.on("2027-01-04")
    record = office.file(PENALTY, "2026-12-21", terms=MINOR)

    assert deadline(office, record, Clock.COLLECT).day.isoformat() == "2027-01-04"

    office.publish_calendar(2027, "2027-05-03", worked=("2027-01-02",))

    assert office.run_clock() == []
    assert office.audit() == []
