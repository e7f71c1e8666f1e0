"""Repair of a record: which conditions are met and when, the ban, the deadlines."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rulebook.calendar import WorkingCalendar, parse_calendar, shipped_calendars
from ledger.rulebook.publicity import (
    DishonestyClass,
    Publicity,
    PublicityFacts,
    parse_publicity,
    publicity_of,
    shipped_publicity,
)
from ledger.rulebook.repair import (
    Abuse,
    AbuseKind,
    Assessment,
    Bar,
    NotInForce,
    OtherCondition,
    RepairCondition,
    RepairFacts,
    application_deadlines,
    assess,
    bar_after,
    parse_repair,
    shipped_repair,
)

SHIPPED = tuple(map(parse_repair, shipped_repair()))
BY_NAME = {rules.name: rules for rules in SHIPPED}
OLD, NEW = BY_NAME["order-58"], BY_NAME["order-36"]
PUBLICITY = {rules.name: rules for rules in map(parse_publicity, shipped_publicity())}
CALENDAR = WorkingCalendar.of(map(parse_calendar, shipped_calendars()))
MINOR, ORDINARY, SERIOUS = DishonestyClass
DECIDED = date(2026, 4, 10)
REACHED = date(2026, 7, 10)
DONE = RepairFacts(date(2026, 4, 20), date(2026, 5, 8), date(2026, 5, 11))
ALL = list(RepairCondition)


def published(
    given_class: DishonestyClass | None = ORDINARY, rules: str = "order-36", determined_on: date = DECIDED
) -> Publicity:
    """Say what the publicity of a record of a public item is."""
    return publicity_of(PUBLICITY[rules], PublicityFacts(given_class, determined_on, item_public=True))


def states(assessment: Assessment) -> dict[RepairCondition, tuple[bool, date | None]]:
    """Give each condition as met or unmet with its date."""
    return {each.rule.condition: (each.met, each.met_on) for each in assessment.conditions}


def test_an_assessment_mixes_no_generations() -> None:
    """Neither rules of another day nor publicity by other rules."""
    with pytest.raises(NotInForce):
        assess(OLD, published(rules="order-58"), DONE, date(2026, 4, 1))
    with pytest.raises(NotInForce):
        assess(NEW, published(rules="order-58"), DONE, date(2026, 4, 1))
    with pytest.raises(NotInForce):
        application_deadlines(NEW, CALENDAR, date(2026, 3, 31))
    with pytest.raises(NotInForce):
        bar_after(OLD, Abuse(AbuseKind.FALSE_MATERIAL, date(2026, 4, 1)))


def test_the_same_record_may_be_ripe_under_both_generations_on_either_side_of_the_change() -> None:
    """A decision of 2025-12-31: three months are over on 2026-03-31."""
    day = date(2025, 12, 31)
    facts = RepairFacts(day, day, day)

    assert assess(OLD, published(rules="order-58", determined_on=day), facts, date(2026, 3, 31)).may_apply
    assert not assess(OLD, published(rules="order-58", determined_on=day), facts, date(2026, 3, 30)).may_apply
    assert assess(NEW, published(determined_on=day), facts, date(2026, 4, 1)).may_apply


# ---- the four conditions --------------------------------------------------------------------------------------------


def test_an_application_one_day_too_early_misses_the_shortest_period_alone() -> None:
    """And it says on which day that is reached."""
    early = assess(NEW, published(), DONE, date(2026, 7, 9))

    assert not early.may_apply
    assert early.earliest_on == REACHED
    assert states(early) == {
        RepairCondition.SHORTEST_PERIOD: (False, REACHED),
        RepairCondition.CORRECTED: (True, date(2026, 5, 8)),
        RepairCondition.COMMITMENT: (True, date(2026, 5, 11)),
        RepairCondition.OTHER: (True, DECIDED),
    }


def test_an_application_on_the_day_of_the_shortest_period_meets_all_four() -> None:
    """In the order of the rule, with the rule and version."""
    ripe = assess(NEW, published(), DONE, REACHED)

    assert ripe.may_apply
    assert [each.rule.condition for each in ripe.conditions] == ALL
    assert (ripe.on, ripe.rule, ripe.version) == (REACHED, "order-36", 1)


def test_a_serious_record_is_ripe_after_one_year() -> None:
    """Not a day before it."""
    record = published(SERIOUS)

    assert not assess(NEW, record, DONE, date(2027, 4, 9)).may_apply
    assert assess(NEW, record, DONE, date(2027, 4, 10)).may_apply


def test_a_minor_record_is_ripe_when_the_obligations_are_performed_and_the_commitment_made() -> None:
    """No shortest period: 义务履行完毕即可申请."""
    assert assess(NEW, published(MINOR), DONE, date(2026, 5, 11)).may_apply


def test_a_record_without_a_class_is_never_ripe() -> None:
    """The determining unit has to give the class first, and nobody can know when it will."""
    assessment = assess(NEW, published(None), DONE, date(2030, 1, 1))

    assert states(assessment)[RepairCondition.SHORTEST_PERIOD] == (False, None)
    assert (assessment.may_apply, assessment.earliest_on) == (False, None)


@pytest.mark.parametrize(
    ("facts", "condition"),
    [
        (RepairFacts(None, DECIDED, DECIDED), RepairCondition.CORRECTED),
        (RepairFacts(DECIDED, None, DECIDED), RepairCondition.CORRECTED),
        (RepairFacts(DECIDED, DECIDED, None), RepairCondition.COMMITMENT),
        (RepairFacts(DECIDED, DECIDED, DECIDED, (OtherCondition("测试", "测试", None),)), RepairCondition.OTHER),
    ],
)
def test_each_condition_alone_keeps_an_application_out(facts: RepairFacts, condition: RepairCondition) -> None:
    """Met by nothing else, with no date that anybody could know."""
    assessment = assess(NEW, published(), facts, date(2030, 1, 1))

    assert [each for each, (met, _) in states(assessment).items() if not met] == [condition]
    assert states(assessment)[condition] == (False, None)
    assert (assessment.may_apply, assessment.earliest_on) == (False, None)


def test_another_condition_of_law_may_have_a_day_ahead() -> None:
    """The last of several counts."""
    other = (OtherCondition("测试一", "测试", date(2026, 4, 1)), OtherCondition("测试二", "测试", date(2026, 9, 1)))
    facts = RepairFacts(DECIDED, DECIDED, DECIDED, other)

    assert states(assess(NEW, published(), facts, REACHED))[RepairCondition.OTHER] == (False, date(2026, 9, 1))
    assert assess(NEW, published(), facts, date(2026, 9, 1)).may_apply


def test_order_58_asks_for_three_conditions() -> None:
    """They are a default from memory, and the assessment says so."""
    assessment = assess(OLD, published(rules="order-58", determined_on=date(2025, 1, 2)), DONE, date(2026, 3, 31))

    assert set(states(assessment)) == set(ALL) - {RepairCondition.OTHER}
    assert assessment.unconfirmed[0] == "repair.conditions"


def test_volunteer_work_is_kept_and_counts_for_nothing() -> None:
    """志愿服务、慈善捐助 neither replace the obligations nor are asked for."""
    without = RepairFacts(None, None, DECIDED)
    helpful = RepairFacts(None, None, DECIDED, supplementary=("志愿服务一百小时", "慈善捐助"))

    assert assess(NEW, published(), helpful, REACHED) == assess(NEW, published(), without, REACHED)


def test_what_law_rules_out_is_never_repaired() -> None:
    """不可修复: with the law that says so, even where all four conditions are met."""
    facts = RepairFacts(DECIDED, DECIDED, DECIDED, irreparable="《测试法》第一条")
    assessment = assess(NEW, published(), facts, date(2030, 1, 1))

    assert all(met for met, _ in states(assessment).values())
    assert (assessment.may_apply, assessment.earliest_on) == (False, None)
    assert assessment.irreparable == "《测试法》第一条"


# ---- the ban after abuse --------------------------------------------------------------------------------------------

ABUSE = Abuse(AbuseKind.BROKEN_COMMITMENT, date(2026, 9, 30))
BAR = bar_after(NEW, ABUSE)
BARRED = RepairFacts(DECIDED, DECIDED, DECIDED, bar=BAR)


def test_abuse_bars_for_the_time_of_the_rule() -> None:
    """Counted from the day it was found; the number is a default from memory."""
    assert Bar(ABUSE, date(2029, 9, 30), NEW.ban.citation, "order-36", 1, ("months",)) == BAR


def test_a_bar_keeps_an_application_out_until_its_last_day() -> None:
    """The conditions stay as they are, and the first free day is known before."""
    barred = assess(NEW, published(), BARRED, BAR.until)

    assert all(met for met, _ in states(barred).values())
    assert (barred.may_apply, barred.bar, barred.earliest_on) == (False, BAR, date(2029, 10, 1))


def test_a_bar_that_has_ended_is_none() -> None:
    """On the day after its last."""
    free = assess(NEW, published(), BARRED, date(2029, 10, 1))

    assert (free.may_apply, free.bar) == (True, None)


def test_a_bar_to_the_last_day_of_dates_never_ends() -> None:
    """There is no day after it."""
    bar = Bar(ABUSE, date.max, "测试", "order-36", 1, ())
    assessment = assess(NEW, published(), RepairFacts(DECIDED, DECIDED, DECIDED, bar=bar), date.max)

    assert (assessment.may_apply, assessment.earliest_on) == (False, None)


# ---- deadlines ------------------------------------------------------------------------------------------------------


def test_an_application_has_its_deadlines_in_working_days() -> None:
    """2026-09-30: 国庆节 is off, 10-10 is worked (domain.md, section 5)."""
    deadlines = application_deadlines(NEW, CALENDAR, date(2026, 9, 30))

    assert deadlines.push.day == date(2026, 10, 8)
    assert deadlines.accept.day == date(2026, 10, 12)
    assert deadlines.decide.day == date(2026, 10, 20)
    assert deadlines.extended is not None
    assert deadlines.extended.day == date(2026, 11, 3)
    assert not deadlines.accept.provisional
    assert (deadlines.rule, deadlines.unconfirmed) == ("order-36", ("push", "accept", "decide", "extension"))


def test_acceptance_is_counted_from_the_push_once_that_is_known() -> None:
    """自收到推送之日起: the decision stays with the day of the application."""
    deadlines = application_deadlines(NEW, CALENDAR, date(2026, 9, 30), date(2026, 9, 30))

    assert deadlines.accept.day == date(2026, 10, 10)
    assert deadlines.decide == application_deadlines(NEW, CALENDAR, date(2026, 9, 30)).decide


def test_deadlines_into_a_year_without_a_calendar_are_provisional() -> None:
    """暂定: each by itself, to be computed again."""
    deadlines = application_deadlines(NEW, CALENDAR, date(2026, 12, 22))

    provisional = [each.provisional for each in (deadlines.push, deadlines.accept, deadlines.decide)]
    assert provisional == [False, False, True]
    assert CALENDAR.recomputed(deadlines.decide) == deadlines.decide


def test_without_a_known_extension_there_is_none() -> None:
    """Order 58."""
    assert application_deadlines(OLD, CALENDAR, date(2026, 3, 2)).extended is None


# ---- properties -----------------------------------------------------------------------------------------------------

near = st.dates(date(2026, 4, 1), date(2031, 12, 31))
maybe = st.none() | near
repair_facts = st.builds(
    RepairFacts,
    corrected_on=maybe,
    performed_on=maybe,
    committed_on=maybe,
    other=st.lists(st.builds(OtherCondition, st.just("测试"), st.just("测试"), maybe), max_size=2).map(tuple),
    bar=st.none() | near.map(lambda day: bar_after(NEW, Abuse(AbuseKind.FALSE_MATERIAL, day))),
    irreparable=st.none() | st.just("测试"),
)
records = st.builds(published, st.sampled_from([None, *DishonestyClass]), determined_on=near)


@given(records, repair_facts, st.dates(date(2026, 4, 1), date(2040, 1, 1)))
def test_an_application_may_be_made_exactly_from_the_earliest_day_on(
    record: Publicity, facts: RepairFacts, day: date
) -> None:
    """And exactly where all conditions are met, no bar holds and no law rules it out."""
    assessment = assess(NEW, record, facts, day)

    all_met = all(each.met for each in assessment.conditions)
    assert assessment.may_apply is (all_met and assessment.bar is None and facts.irreparable is None)
    assert assessment.may_apply is (assessment.earliest_on is not None and assessment.earliest_on <= day)
    assert all(each.met is (each.met_on is not None and each.met_on <= day) for each in assessment.conditions)


@given(records, repair_facts, near, st.integers(0, 1000))
def test_what_is_met_stays_met(record: Publicity, facts: RepairFacts, day: date, further: int) -> None:
    """With the same facts time never takes an application away."""
    later = assess(NEW, record, facts, day + timedelta(further))

    assert not assess(NEW, record, facts, day).may_apply or later.may_apply


@given(near)
def test_deadlines_come_in_order(day: date) -> None:
    """Push, acceptance, decision, extended decision; before the push acceptance is counted over both clocks."""
    deadlines = application_deadlines(NEW, CALENDAR, day)

    assert deadlines.extended is not None
    assert day < deadlines.push.day < deadlines.accept.day < deadlines.decide.day < deadlines.extended.day
    assert application_deadlines(NEW, CALENDAR, day, deadlines.push.day).accept.day == deadlines.accept.day
