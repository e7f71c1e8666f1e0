"""期限: missed and moved, by the calendar that the ledger knew; never while they are provisional."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ledger.domain.deadlines import Due, Period
from ledger.domain.record import Disclosure
from ledger.rulebook.book import Rule, shipped_rules
from ledger.rulebook.calendar_year import CalendarYear
from ledger.rulebook.lists import ListStandard, Term
from ledger.rulebook.objection import ObjectionRules
from ledger.rulebook.publicity_rules import PublicityRules
from ledger.rulebook.repair_rules import RepairRules
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.story import (
    FIRST,
    HONOURED,
    ITEMS,
    LICENCE,
    PENALTY,
    RESTRICTED,
    UNIT,
    Story,
    book_of,
    calendar_2027,
    day,
    refusal,
    uid,
)
from tests.ledger.harness import publicity
from verify.statement_type import Clock
from verify.strict import JsonValue

UNCHANGED = Disclosure.UNCHANGED
YEAR_2026 = next(rule for rule in shipped_rules() if isinstance(rule, CalendarYear) and rule.year == 2026)


def filed(decided_on: str, today: str, *, item: str = PENALTY) -> Story:
    """A penalty without a class, so that it waits to be disclosed."""
    story = Story(today)
    story.file(decided_on=decided_on, item=item)
    return story


def with_off(version: int, *days: str) -> CalendarYear:
    """A later version of 2026, after a notice that puts some days off."""
    return replace(YEAR_2026, version=version, days_off=YEAR_2026.days_off | set(map(day, days)))


def outlined(due: Due) -> tuple[str, bool, tuple[tuple[int, int], ...], bool]:
    """Day, whether provisional, calendars, whether settled."""
    return due.day.isoformat(), due.provisional, due.calendar, due.settled


# ---- collection and disclosure -------------------------------------------------------------------------------------


def test_a_filing_starts_the_clocks_of_its_item_from_the_day_of_the_decision() -> None:
    """Ten working days to collect, seven to disclose; the day itself does not count."""
    story = filed("2026-11-20", "2026-11-24")
    collect, disclose = story.due(Clock.COLLECT), story.due(Clock.DISCLOSE)

    assert (collect.since, collect.start, collect.day) == (FIRST, day("2026-11-20"), day("2026-12-04"))
    assert (disclose.since, disclose.start, disclose.day) == (FIRST, day("2026-11-20"), day("2026-12-01"))
    assert (collect.done_on, disclose.done_on) == (day("2026-11-24"), None)
    assert (collect.settled, disclose.settled) == (True, False)
    assert {collect.rule, disclose.rule} == {(f"catalogue/{PENALTY}", 1)}


def test_holidays_and_make_up_days_count_as_the_calendar_says() -> None:
    """Decided on 2026-09-18: Sunday the 20th is worked, the 25th and the first week of October are off."""
    assert filed("2026-09-18", "2026-09-18").ends(Clock.COLLECT) == "2026-10-09"


@pytest.mark.parametrize(("today", "late"), [("2026-12-04", False), ("2026-12-05", True)])
def test_a_filing_is_in_time_until_its_last_day(today: str, *, late: bool) -> None:
    """What is late waits for the clock to say so."""
    due = filed("2026-11-20", today).due(Clock.COLLECT)

    assert (due.late, due.settled) == (late, not late)


@pytest.mark.parametrize(
    ("terms", "item", "runs"),
    [
        (None, PENALTY, True),
        (publicity("ordinary"), PENALTY, True),
        (publicity("minor"), PENALTY, False),
        (publicity("minor", need="确有必要"), PENALTY, True),
        (publicity(None, withheld={"reason": "state-secret", "text": "测试"}), PENALTY, False),
        (None, LICENCE, True),
        (None, RESTRICTED, False),
    ],
)
def test_only_what_is_to_be_shown_has_a_time_to_be_shown_in(terms: object, item: str, *, runs: bool) -> None:
    """What waits for its class has: the unit is to give it in time."""
    story = Story()
    story.file(terms, item=item)  # type: ignore[arg-type]

    assert bool(story.dues(Clock.DISCLOSE)) is runs


@pytest.mark.parametrize(("today", "late"), [("2026-12-01", False), ("2026-12-02", True)])
def test_what_ends_before_it_was_to_be_shown_need_not_be_shown(today: str, *, late: bool) -> None:
    """Revoked until its last day, nothing more comes of the clock; on which day it is recorded counts, and no other."""
    story = filed("2026-11-20", "2026-11-20").at(today)
    story.revoke(on="2026-11-20")
    due = story.due(Clock.DISCLOSE)

    assert (due.late, due.settled) == (late, not late)
    if late:
        story.miss(due)


@pytest.mark.parametrize(
    "hidden", [publicity("minor"), publicity("ordinary", withheld={"reason": "trade-secret", "text": "测试"})]
)
def test_what_was_not_to_be_shown_has_its_time_from_the_day_on_which_it_is(hidden: dict[str, JsonValue]) -> None:
    """Nobody was late with a secret: seven working days from the determination that opens it."""
    story = Story()
    story.file(hidden)
    assert story.dues(Clock.DISCLOSE) == []
    story.at("2027-02-01").publish(calendar_2027()).determine(publicity("ordinary"))
    due = story.due(Clock.DISCLOSE)

    assert (due.since, due.start, due.done_on) == (story.seq - 1, day("2027-02-01"), day("2027-02-01"))
    assert due.settled


def test_what_waited_for_its_class_had_its_time_from_the_decision() -> None:
    """However often the unit changes its mind afterwards, and whatever was corrected in between."""
    story = filed("2026-11-20", "2026-11-20")
    story.determine(publicity("ordinary", chosen_end="2027-11-20"))
    story.determine(publicity("serious"))
    story.correct(decided_on="2026-11-19")
    due = story.due(Clock.DISCLOSE)

    assert (due.since, due.start, due.settled) == (FIRST, day("2026-11-19"), True)


def test_what_was_shown_late_stays_late_whatever_ends_it() -> None:
    """A revocation before the clock has looked excuses nobody."""
    story = filed("2026-11-20", "2026-12-02")
    story.determine(publicity("ordinary"))
    story.revoke()
    due = story.due(Clock.DISCLOSE)

    assert (due.late, due.settled) == (True, False)
    story.miss(due)


# ---- missed --------------------------------------------------------------------------------------------------------


def test_a_deadline_is_missed_when_its_day_has_passed() -> None:
    """Not on the day itself, and dated with it; once."""
    story = filed("2026-11-20", "2026-11-20")
    due = story.due(Clock.DISCLOSE)
    with refusal("on", "the last day is 2026-12-01"):
        story.at("2026-12-01").miss(due)
    story.at("2026-12-02")
    for on in ("2026-11-30", "2026-12-02"):
        with refusal("on", "the deadline is 2026-12-01"):
            story.miss(due, on=on)

    assert story.miss(due) is UNCHANGED
    assert story.record.missed == {f"disclose@{FIRST}"}
    assert story.due(Clock.DISCLOSE).settled
    with refusal("about/clock", "no such clock of the record is running"):
        story.miss(due)


def test_what_was_done_late_is_missed_too() -> None:
    """As soon as it is done, dated with the day on which it should have been."""
    story = filed("2026-11-20", "2026-12-07")
    due = story.due(Clock.COLLECT)

    story.miss(due)
    assert story.record.missed == {f"collect@{FIRST}"}
    assert story.status is RecordStatus.STORED


def test_what_was_done_in_time_is_not_missed() -> None:
    """However late somebody says so."""
    story = filed("2026-11-20", "2026-12-04")

    with refusal("about/clock", "no such clock of the record is running"):
        story.at("2026-12-31").miss(story.due(Clock.COLLECT))


@pytest.mark.parametrize("since", [FIRST + 1, FIRST - 1, 1])
def test_a_missed_deadline_names_the_entry_that_started_it(since: int) -> None:
    """No other clock of that name is running."""
    story = filed("2026-11-20", "2026-11-20").at("2026-12-02")

    with refusal("about/clock", "no such clock of the record is running"):
        story.miss(replace(story.due(Clock.DISCLOSE), since=since))


def test_a_clock_that_never_started_is_not_missed() -> None:
    """Nobody objected."""
    story = filed("2026-11-20", "2026-11-20").at("2026-12-31")

    with refusal("about/clock", "no such clock of the record is running"):
        story.miss(replace(story.due(Clock.DISCLOSE), clock=Clock.VERIFY))


@pytest.mark.parametrize("rule", [(f"catalogue/{PENALTY}", 2), (f"catalogue/{LICENCE}", 1), ("objection/default", 1)])
def test_a_missed_deadline_names_its_rule(rule: tuple[str, int]) -> None:
    """Who is accused may look it up."""
    story = filed("2026-11-20", "2026-11-20").at("2026-12-02")
    story.publish(replace(ITEMS[PENALTY, 1], version=2))

    with refusal("about/rules", f"catalogue/{PENALTY} version 1 applies"):
        story.miss(replace(story.due(Clock.DISCLOSE), rule=rule))


@pytest.mark.parametrize("calendar", [[], [[2026, 2]], [[2025, 1]], [[2025, 1], [2026, 1]]])
def test_a_missed_deadline_names_the_calendars_it_rests_on(calendar: list[list[int]]) -> None:
    """Each year that was counted, with its version."""
    story = filed("2026-11-20", "2026-11-20").at("2026-12-02")

    with refusal("calendar", "not the calendars that the deadline rests on"):
        story.miss(story.due(Clock.DISCLOSE), calendar=[[*each] for each in calendar])


def test_a_missed_clock_is_not_missed_again_when_the_step_follows() -> None:
    """It was said once."""
    story = filed("2026-11-20", "2026-11-20").at("2026-12-02")
    story.miss(story.due(Clock.DISCLOSE))
    story.determine(publicity("ordinary"))

    with refusal("about/clock", "no such clock of the record is running"):
        story.miss(story.due(Clock.DISCLOSE))


def test_a_revoked_record_still_misses_what_was_begun() -> None:
    """The objector waits for an answer all the same."""
    story = filed("2026-11-20", "2026-11-20")
    story.object(issuer=UNIT)
    story.revoke()
    story.at("2026-11-28")

    story.miss(story.due(Clock.VERIFY))


# ---- provisional ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("decided_on", "last", "provisional"),
    [("2026-12-17", "2026-12-31", False), ("2026-12-18", "2027-01-01", True)],
)
def test_a_deadline_beyond_the_calendars_is_provisional(decided_on: str, last: str, *, provisional: bool) -> None:
    """Ten working days from Friday 2026-12-18 end in a year without a calendar: Monday to Friday was counted."""
    due = filed(decided_on, decided_on).due(Clock.COLLECT)

    assert (due.day, due.provisional, due.calendar) == (day(last), provisional, ((2026, 1),))


def test_a_provisional_deadline_is_not_missed() -> None:
    """However long ago it was, and whether it was done late or not at all."""
    late = filed("2026-12-18", "2027-01-04")
    never = filed("2026-12-23", "2026-12-23").at("2027-06-01")

    for story, clock in ((late, Clock.COLLECT), (never, Clock.DISCLOSE)):
        assert story.due(clock).provisional
        with refusal("about/clock", "a provisional deadline is not missed"):
            story.miss(story.due(clock))


def test_when_the_calendar_comes_the_deadline_is_computed_again() -> None:
    """2027-01-01 is off: the tenth working day is Monday the 4th. What was late is in time."""
    story = filed("2026-12-18", "2027-01-04")
    assert outlined(story.due(Clock.COLLECT)) == ("2027-01-01", True, ((2026, 1),), False)
    story.publish(calendar_2027())
    assert outlined(story.due(Clock.COLLECT)) == ("2027-01-01", True, ((2026, 1),), False)

    assert story.recompute(story.due(Clock.COLLECT)) is UNCHANGED
    assert outlined(story.due(Clock.COLLECT)) == ("2027-01-04", False, ((2026, 1), (2027, 1)), True)
    assert story.record.recomputed == {f"collect@{FIRST}": story.seq - 1}


def test_a_deadline_that_became_certain_is_missed_on_its_new_day() -> None:
    """And on no other."""
    story = filed("2026-12-18", "2027-01-05").publish(calendar_2027())
    old = story.due(Clock.COLLECT)
    story.recompute(old)
    with refusal("on", "the deadline is 2027-01-04"):
        story.miss(story.due(Clock.COLLECT), on="2027-01-01")

    story.miss(story.due(Clock.COLLECT))
    assert story.record.missed == {f"collect@{FIRST}"}


def test_a_calendar_can_make_a_day_certain_without_moving_it() -> None:
    """A year in which 1 January is worked after all: said all the same, because now it can be missed."""
    story = filed("2026-12-23", "2026-12-23").publish(replace(calendar_2027(), days_off=frozenset([day("2027-02-08")])))
    assert outlined(story.due(Clock.DISCLOSE)) == ("2027-01-01", True, ((2026, 1),), False)

    story.recompute(story.due(Clock.DISCLOSE))
    assert outlined(story.due(Clock.DISCLOSE)) == ("2027-01-01", False, ((2026, 1), (2027, 1)), False)


def test_a_clock_runs_by_the_calendar_that_was_known_when_it_started() -> None:
    """One that starts after the publication needs no recomputation."""
    story = filed("2026-12-18", "2026-12-18").publish(calendar_2027()).at("2026-12-31")
    story.object(issuer=UNIT)

    assert (story.ends(Clock.VERIFY), story.due(Clock.VERIFY).provisional) == ("2027-01-08", False)
    with refusal("about/clock", "the calendar has not moved this deadline"):
        story.recompute(story.due(Clock.VERIFY))


def test_an_extension_prolongs_a_provisional_clock() -> None:
    """It stays provisional; the recomputation keeps the days of the extension."""
    story = filed("2026-12-18", "2026-12-18")
    story.object(issuer=UNIT)
    assert outlined(story.due(Clock.VERIFY)) == ("2026-12-25", False, ((2026, 1),), False)
    story.extend(10)
    assert outlined(story.due(Clock.VERIFY)) == ("2027-01-01", True, ((2026, 1),), False)

    story.publish(calendar_2027()).recompute(story.due(Clock.VERIFY))
    assert outlined(story.due(Clock.VERIFY)) == ("2027-01-04", False, ((2026, 1), (2027, 1)), False)


def test_an_extension_after_the_recomputation_counts_by_the_new_calendar() -> None:
    """The calendar that the ledger last computed this clock with."""
    story = filed("2026-12-18", "2026-12-28")
    story.object(issuer=UNIT)
    story.publish(calendar_2027())
    story.recompute(story.due(Clock.VERIFY))
    story.at("2026-12-30").extend(10)

    assert outlined(story.due(Clock.VERIFY)) == ("2027-01-12", False, ((2026, 1), (2027, 1)), False)


# ---- recomputed ----------------------------------------------------------------------------------------------------


def test_a_new_version_of_a_year_moves_what_is_open() -> None:
    """A notice that puts the 1st of December off moves the end of disclosure to the 2nd, and back again."""
    story = filed("2026-11-20", "2026-11-20").publish(with_off(2, "2026-12-01"))
    story.recompute(story.due(Clock.DISCLOSE))
    assert outlined(story.due(Clock.DISCLOSE)) == ("2026-12-02", False, ((2026, 2),), False)

    story.publish(with_off(3)).recompute(story.due(Clock.DISCLOSE))
    assert outlined(story.due(Clock.DISCLOSE)) == ("2026-12-01", False, ((2026, 3),), False)


def test_what_was_done_in_time_is_not_computed_again() -> None:
    """By the count of its day; a calendar that comes afterwards does not make it late."""
    story = filed("2026-11-20", "2026-12-04")
    worked = replace(YEAR_2026, version=2, days_worked=YEAR_2026.days_worked | {day("2026-11-28"), day("2026-11-29")})
    story.publish(worked)

    assert story.due(Clock.COLLECT).settled
    with refusal("about/clock", "no such clock of the record is running"):
        story.recompute(story.due(Clock.COLLECT))


def test_what_was_missed_is_not_computed_again() -> None:
    """It has been said."""
    story = filed("2026-11-20", "2026-11-20").at("2026-12-02")
    story.miss(story.due(Clock.DISCLOSE))
    story.publish(with_off(2, "2026-12-01"))

    with refusal("about/clock", "no such clock of the record is running"):
        story.recompute(story.due(Clock.DISCLOSE))


@pytest.mark.parametrize(
    ("wrong", "field", "rule"),
    [
        ({"was": "2026-12-02"}, "was", "the deadline was 2026-12-01"),
        ({"on": "2026-12-01"}, "on", "the deadline is 2026-12-02"),
        ({"on": "2026-12-03"}, "on", "the deadline is 2026-12-02"),
        ({"calendar": [[2026, 1]]}, "calendar", "not the calendars that the deadline rests on"),
    ],
)
def test_a_recomputation_says_what_was_and_what_is(wrong: dict[str, str], field: str, rule: str) -> None:
    """Nothing else."""
    story = filed("2026-11-20", "2026-12-03").publish(with_off(2, "2026-12-01"))

    with refusal(field, rule):
        story.recompute(story.due(Clock.DISCLOSE), **wrong)


def test_a_recomputation_says_a_day_that_may_lie_ahead() -> None:
    """The new end of a clock that is still running."""
    story = filed("2026-11-20", "2026-11-20").publish(with_off(2, "2026-12-01"))

    story.recompute(story.due(Clock.DISCLOSE))
    assert story.ends(Clock.DISCLOSE) == "2026-12-02"


def test_a_calendar_that_moves_nothing_is_not_said() -> None:
    """A day off in a month that was not counted."""
    story = filed("2026-11-20", "2026-11-20").publish(with_off(2, "2026-12-31"))

    with refusal("about/clock", "the calendar has not moved this deadline"):
        story.recompute(story.due(Clock.DISCLOSE))
    with refusal("calendar", "not the calendars"):
        story.at("2026-12-02").miss(story.due(Clock.DISCLOSE), calendar=[[2026, 2]])
    story.miss(story.due(Clock.DISCLOSE))


def test_periods_of_months_do_not_move() -> None:
    """They end by themselves, on days of rest too."""
    story = Story()
    story.file(publicity("ordinary"))
    before = story.due(Period.PUBLICITY)
    story.publish(with_off(2, "2026-12-01"), calendar_2027())

    assert story.due(Period.PUBLICITY) == before
    assert (before.days, before.provisional, before.calendar) == (0, False, ())


# ---- what was known ------------------------------------------------------------------------------------------------


def changed_everywhere() -> Iterator[Rule]:
    """The next version of every rule that deadlines rest on, with other numbers."""
    yield with_off(2, "2026-11-23", "2026-12-01", "2026-12-02")
    for rule in shipped_rules():
        match rule:
            case ObjectionRules():
                clocks = tuple((clock, replace(term, working_days=1)) for clock, term in rule.clocks)
                withdrawal = replace(rule.withdrawal, working_days=1)
                yield replace(rule, version=2, clocks=clocks, withdrawal=withdrawal)
            case RepairRules():
                clocks_ = replace(rule.clocks, push=2, accept=2, decide=2)
                yield replace(rule, version=2, clocks=clocks_, ban=replace(rule.ban, months=1))
            case PublicityRules():
                classes = tuple(replace(each, longest_months=4) for each in rule.classes)
                yield replace(rule, version=2, classes=classes)
            case ListStandard(longest=Term() as longest):
                yield replace(rule, version=2, longest=replace(longest, length=13), publish=None)


def test_nothing_published_later_changes_the_deadlines_of_a_record() -> None:
    """Whatever was decided keeps to the rules of its time: a penalty with all that can happen to it, and an entry."""
    penalty, entry = filed("2026-11-20", "2026-11-20"), Story()
    penalty.determine(publicity("ordinary"))
    for story in (penalty, entry.at("2026-11-20")):
        if story is entry:
            entry.enlist(item=HONOURED)
        story.object(issuer=UNIT)
        story.extend(8)
        story.object("o2")
        story.open_remedy()
        story.close_remedy()
    penalty.at("2027-03-01").grant()
    penalty.abuse()
    for story in (penalty, entry):
        before, state = story.dues(), story.record
        story.publish(*changed_everywhere())
        for item in (PENALTY, HONOURED):
            shipped = ITEMS[item, 1]
            story.publish(replace(shipped, version=2, collect_within=replace(shipped.collect_within, working_days=1)))

        assert story.dues() == before
        assert story.replayed() == state


def test_a_ledger_without_calendars_counts_monday_to_friday_and_misses_nothing() -> None:
    """Every deadline is provisional until the years are published."""
    story = Story(book=book_of(*(rule for rule in shipped_rules() if not isinstance(rule, CalendarYear))))
    story.file()
    due = story.due(Clock.DISCLOSE)

    assert outlined(due) == ("2026-12-01", True, (), False)
    with refusal("about/clock", "a provisional deadline is not missed"):
        story.at("2027-12-02").miss(due)
    story.publish(YEAR_2026)
    story.recompute(due)
    story.miss(story.due(Clock.DISCLOSE))


def test_no_two_clocks_of_a_record_are_the_same() -> None:
    """Name and starting entry tell them apart, whatever happened."""
    story = filed("2026-11-20", "2026-11-20")
    story.determine(publicity("ordinary"))
    for name in ("o1", "o2"):
        story.object(name, issuer=UNIT)
        story.resolve("upheld", name)
        story.request_review(name)
        story.review("upheld", name)
        story.open_remedy(name)
        story.close_remedy(name)
    for name in ("p1", "p2"):
        story.at("2027-03-01" if name == "p1" else "2030-06-01").grant(name)
        story.abuse(name)
    names = [(due.clock, due.since) for due in story.dues()]

    assert len(set(names)) == len(names)
    assert {clock for clock, _since in names} == {*Clock, *Period} - {Period.LISTING}
    assert uid("o1") in story.record.objections


@pytest.mark.parametrize("dropped", [False, True])
def test_what_is_only_considered_has_no_deadlines(*, dropped: bool) -> None:
    """Nor what was dropped."""
    story = Story("2026-11-12")
    story.notify()
    if dropped:
        story.drop()
    told = filed("2026-11-20", "2026-11-20").due(Clock.DISCLOSE)
    story.at("2026-12-31")

    assert story.dues() == []
    for say in (story.miss, story.recompute):
        with refusal("about/record", "the list entry was not decided"):
            say(told)
