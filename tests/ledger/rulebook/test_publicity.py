"""Publicity of a record: whether it is shown and why, from when it can be repaired, until when, and by which rule."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rulebook.calendar import BeyondCalendar, calendar_deadline
from ledger.rulebook.publicity import (
    DishonestyClass,
    EndOutOfBounds,
    Publicity,
    PublicityFacts,
    PublicityReason,
    PublicityRules,
    SectorRule,
    Withheld,
    WithheldReason,
    parse_publicity,
    publicity_of,
    shipped_publicity,
)

SHIPPED = tuple(map(parse_publicity, shipped_publicity()))
BY_NAME = {rules.name: rules for rules in SHIPPED}
OLD, NEW = BY_NAME["order-58"], BY_NAME["order-36"]
MINOR, ORDINARY, SERIOUS = DishonestyClass
DECIDED = date(2026, 4, 10)
SECTOR = SectorRule("《测试行业管理办法》第九条")


def publicity(
    given_class: DishonestyClass | None, rules: PublicityRules = NEW, on: date = DECIDED, **facts: object
) -> Publicity:
    """Say what follows for a record of a public item."""
    values: dict[str, Any] = {"item_public": True, **facts}
    return publicity_of(rules, PublicityFacts(given_class, on, **values))


# ---- periods and reasons --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "given_class", "earliest", "ends"),
    [
        (NEW, ORDINARY, "2026-07-10", "2027-04-10"),
        (NEW, SERIOUS, "2027-04-10", "2029-04-10"),
        (OLD, ORDINARY, "2026-07-10", "2029-04-10"),
        (OLD, SERIOUS, "2027-04-10", "2029-04-10"),
    ],
)
def test_ordinary_and_serious_records_are_shown_from_the_shortest_to_the_longest_period(
    rules: PublicityRules, given_class: DishonestyClass, earliest: str, ends: str
) -> None:
    """Counted from the determining document: no day of publication is among the facts."""
    outcome = publicity(given_class, rules)

    assert (outcome.shown, outcome.reason) == (True, PublicityReason.SHOWN_BY_CLASS)
    assert outcome.citation == rules.of(given_class).citation
    assert outcome.earliest_repair_on == date.fromisoformat(earliest)
    assert outcome.longest_on == outcome.ends_on == date.fromisoformat(ends)
    assert (outcome.rule, outcome.version) == (rules.name, 1)


def test_a_record_is_shown_on_the_last_day_and_not_after_it() -> None:
    """自动停止公示: it ends by itself; and nothing is shown before it was determined."""
    outcome = publicity(ORDINARY)
    days = [date(2026, 4, 9), DECIDED, date(2027, 4, 10), date(2027, 4, 11)]

    assert [outcome.shown_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("decided", "earliest"),
    [
        ("2026-11-30", "2027-02-28"),
        ("2027-11-30", "2028-02-29"),
        ("2026-05-31", "2026-08-31"),
        ("2026-08-31", "2026-11-30"),
        ("2026-07-01", "2026-10-01"),  # 国庆节: a period of months is not moved
    ],
)
def test_a_period_ends_with_the_month_that_has_no_such_day(decided: str, earliest: str) -> None:
    """民法典 第二百零二条, and no move off a day of rest."""
    assert publicity(ORDINARY, on=date.fromisoformat(decided)).earliest_repair_on == date.fromisoformat(earliest)


def test_a_minor_record_is_not_shown_and_can_be_repaired_at_once() -> None:
    """轻微失信信息原则上不予公示，法定责任义务履行完毕即可申请."""
    outcome = publicity(MINOR)

    assert (outcome.shown, outcome.reason) == (False, PublicityReason.CLASS_NOT_SHOWN)
    assert (outcome.earliest_repair_on, outcome.ends_on) == (DECIDED, None)
    assert not outcome.shown_on(DECIDED)


def test_a_minor_record_is_shown_for_a_recorded_need_and_three_months_at_most() -> None:
    """确有必要公示: the reason is kept with the record."""
    outcome = publicity(MINOR, need="测试：屡次违法")

    assert (outcome.shown, outcome.reason, outcome.note) == (True, PublicityReason.SHOWN_BY_NEED, "测试：屡次违法")
    assert outcome.ends_on == date(2026, 7, 10)


def test_order_58_never_shows_a_warning_and_never_collects_a_summary_procedure() -> None:
    """No need makes the one public, and no class the other."""
    warning = publicity(MINOR, OLD, need="测试")
    summary = publicity(ORDINARY, OLD, summary_procedure=True)

    assert (warning.shown, warning.reason, warning.longest_on) == (False, PublicityReason.CLASS_NOT_SHOWN, None)
    assert (summary.shown, summary.reason) == (False, PublicityReason.SUMMARY_PROCEDURE)
    assert summary.citation == OLD.summary_procedure.citation


def test_under_order_36_the_unit_may_give_another_class_to_a_summary_procedure() -> None:
    """The class is the unit's: the procedure only proposes."""
    assert publicity(ORDINARY, summary_procedure=True).shown


def test_a_record_without_a_class_is_not_shown_and_has_no_periods() -> None:
    """What was proposed counts for nothing."""
    outcome = publicity(None)

    assert (outcome.shown, outcome.reason) == (False, PublicityReason.CLASS_MISSING)
    assert outcome.earliest_repair_on is outcome.longest_on is outcome.ends_on is None


def test_a_record_of_a_restricted_item_is_not_shown() -> None:
    """The openness of the catalogue comes before the class, and the periods for repair stand."""
    outcome = publicity(SERIOUS, item_public=False)

    assert (outcome.shown, outcome.reason) == (False, PublicityReason.ITEM_RESTRICTED)
    assert outcome.earliest_repair_on == date(2027, 4, 10)


@pytest.mark.parametrize("rules", SHIPPED, ids=lambda rules: rules.name)
@pytest.mark.parametrize("reason", WithheldReason)
def test_the_secrecy_gate_withholds_with_a_law_and_a_recorded_reason(
    rules: PublicityRules, reason: WithheldReason
) -> None:
    """Before everything else, whatever the class."""
    outcome = publicity(
        SERIOUS, rules, withheld=Withheld(reason, "测试理由"), item_public=False, summary_procedure=True
    )

    assert (outcome.shown, outcome.reason, outcome.note) == (False, PublicityReason.WITHHELD, "测试理由")
    assert outcome.citation.startswith("《政府信息公开条例》")


def test_the_unit_chooses_an_end_between_the_periods() -> None:
    """The bounds belong to what may be chosen."""
    for end in (date(2026, 7, 10), date(2026, 12, 1), date(2027, 4, 10)):
        outcome = publicity(ORDINARY, chosen_end=end)
        assert (outcome.ends_on, outcome.longest_on) == (end, date(2027, 4, 10))


@pytest.mark.parametrize(
    ("given_class", "rules", "end"),
    [
        (ORDINARY, NEW, date(2026, 7, 9)),
        (ORDINARY, NEW, date(2027, 4, 11)),
        (MINOR, NEW, date(2026, 7, 11)),
        (MINOR, OLD, date(2026, 5, 10)),
        (None, NEW, date(2026, 8, 10)),
    ],
)
def test_an_end_out_of_bounds_is_refused(given_class: DishonestyClass | None, rules: PublicityRules, end: date) -> None:
    """A day early, a day late, and where there is no period to choose from."""
    with pytest.raises(EndOutOfBounds):
        publicity(given_class, rules, chosen_end=end)


# ---- obligations unmet at the maximum -------------------------------------------------------------------------------


def test_unmet_obligations_alone_do_not_lengthen_publicity() -> None:
    """Without a rule of the sector it stops at the maximum."""
    assert publicity(ORDINARY, unmet_at_maximum=True) == publicity(ORDINARY)


def test_a_sector_rule_alone_does_not_lengthen_publicity() -> None:
    """Where the obligations are performed there is nothing to continue for."""
    assert publicity(ORDINARY, longer_by_sector=SECTOR) == publicity(ORDINARY)


def test_a_sector_rule_continues_a_record_with_unmet_obligations() -> None:
    """届满但未纠正: until they are performed, with the rule cited; the periods stand."""
    outcome = publicity(ORDINARY, unmet_at_maximum=True, longer_by_sector=SECTOR)

    assert (outcome.shown, outcome.reason) == (True, PublicityReason.CONTINUED_BY_SECTOR)
    assert (outcome.citation, outcome.ends_on) == (SECTOR.citation, None)
    assert outcome.longest_on == date(2027, 4, 10)
    assert outcome.shown_on(date(2099, 1, 1))


@pytest.mark.parametrize(("until", "ends"), [("2028-01-01", "2028-01-01"), ("2026-12-31", "2027-04-10")])
def test_a_sector_rule_with_an_end_continues_until_then(until: str, ends: str) -> None:
    """It lengthens, and never shortens what the class says."""
    rule = SectorRule("测试", date.fromisoformat(until))

    assert publicity(ORDINARY, unmet_at_maximum=True, longer_by_sector=rule).ends_on == date.fromisoformat(ends)


@pytest.mark.parametrize("facts", [{"chosen_end": date(2026, 12, 1)}, {"item_public": False}])
def test_a_sector_rule_revives_nothing(facts: dict[str, Any]) -> None:
    """What ended earlier by the unit's choice, or was never shown, is not shown by it."""
    assert publicity(ORDINARY, unmet_at_maximum=True, longer_by_sector=SECTOR, **facts) == publicity(ORDINARY, **facts)


def test_what_rests_on_memory_is_named_in_the_data() -> None:
    """A default is no rule: the outcome says so."""
    assert publicity(SERIOUS, OLD).unconfirmed == (
        "summary_procedure",
        "withholding",
        "serious.shortest_months",
        "serious.sectors",
    )
    assert publicity(SERIOUS).unconfirmed == publicity(None).unconfirmed == ("withholding",)


# ---- properties -----------------------------------------------------------------------------------------------------

days = st.dates(date(2023, 5, 1), date(2100, 12, 31))
classes = st.sampled_from([None, *DishonestyClass])
all_facts = st.builds(
    PublicityFacts,
    given_class=classes,
    determined_on=days,
    item_public=st.booleans(),
    withheld=st.none() | st.builds(Withheld, st.sampled_from(WithheldReason), st.text()),
    summary_procedure=st.booleans(),
    need=st.none() | st.just("测试"),
    unmet_at_maximum=st.booleans(),
    longer_by_sector=st.none() | st.builds(SectorRule, st.just("测试"), st.none() | days),
)


@given(st.sampled_from(SHIPPED), all_facts)
def test_a_record_is_shown_only_with_a_class_an_open_item_and_an_open_gate(
    rules: PublicityRules, facts: PublicityFacts
) -> None:
    """And the periods never depend on whether it is shown."""
    outcome = publicity_of(rules, facts)

    may = facts.given_class is not None and facts.item_public and facts.withheld is None
    assert may or not outcome.shown
    assert outcome.shown or outcome.ends_on is None
    assert outcome.shown is (outcome.reason in list(PublicityReason)[:3])
    plain = publicity_of(rules, PublicityFacts(facts.given_class, facts.determined_on, item_public=False))
    assert (outcome.earliest_repair_on, outcome.longest_on) == (plain.earliest_repair_on, plain.longest_on)


@given(st.sampled_from(SHIPPED), st.sampled_from([ORDINARY, SERIOUS]), days)
def test_periods_are_those_of_the_class(rules: PublicityRules, given_class: DishonestyClass, day: date) -> None:
    """In order, and for later documents never earlier."""
    outcome, rule = publicity(given_class, rules, day), rules.of(given_class)
    later = publicity(given_class, rules, day + timedelta(1))

    assert outcome.earliest_repair_on == calendar_deadline(day, months=rule.shortest_months or 0)
    assert outcome.ends_on == calendar_deadline(day, months=rule.longest_months or 0)
    assert day < outcome.earliest_repair_on < outcome.ends_on
    assert later.earliest_repair_on is not None
    assert outcome.earliest_repair_on <= later.earliest_repair_on


def test_a_period_past_the_last_day_of_dates_is_refused() -> None:
    """9999-12-31 is the last day that a date can be."""
    with pytest.raises(BeyondCalendar):
        publicity(ORDINARY, on=date(9999, 12, 1))
