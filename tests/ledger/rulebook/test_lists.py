"""Lists: what the shipped standards say, how long an entry stands, what it brings about, how strictly all is read."""

import copy
import json
from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import parse_item, shipped_definitions
from ledger.definition import DefinitionFault
from ledger.rulebook.calendar import BeyondCalendar, WorkingCalendar, parse_calendar, shipped_calendars
from ledger.rulebook.lists import (
    ListKind,
    ListStandard,
    Removal,
    SourceClass,
    defence_deadline,
    list_definition,
    listing_period,
    may_trigger,
    parse_list,
    publication_deadline,
    shipped_lists,
)
from verify.strict import JsonValue

CALENDAR = WorkingCalendar.of(map(parse_calendar, shipped_calendars()))
LISTS = {standard.name: standard for standard in map(parse_list, shipped_lists())}
ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}
SERIOUS, DEBTOR = LISTS["serious-dishonesty-list"], LISTS["dishonest-judgment-debtor"]
ATTENTION, ABNORMAL = LISTS["key-attention-list"], LISTS["abnormal-operation-list"]
DECIDED = date(2026, 4, 1)

days = st.dates(date(2000, 1, 1), date(2100, 12, 31))
every = pytest.mark.parametrize("standard", LISTS.values(), ids=LISTS)


def changed(change: Callable[[dict[str, Any]], object], name: str = "serious-dishonesty-list") -> dict[str, JsonValue]:
    """Change a shipped definition."""
    definition: dict[str, Any] = next(copy.deepcopy(each) for each in shipped_lists() if each["name"] == name)
    change(definition)
    return definition


# ---- what is shipped ------------------------------------------------------------------------------------------------


def test_the_seven_lists_are_shipped_in_the_order_of_names() -> None:
    """One standard for each list."""
    assert list(LISTS) == [
        "abnormal-operation-list",
        "dishonest-judgment-debtor",
        "false-litigation-list",
        "key-attention-list",
        "procurement-dishonesty",
        "serious-dishonesty-list",
        "trustworthy-subject",
    ]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("serious-dishonesty-list", "YZ_XWLX"),
        ("abnormal-operation-list", "YC_LRSY"),
        ("dishonest-judgment-debtor", "SB_JTQX"),
        ("procurement-dishonesty", "CG_SYQX"),
        ("false-litigation-list", "XS_CL"),
        ("trustworthy-subject", "SX_LY"),
    ],
)
def test_the_cases_are_the_labels_of_the_catalogue_item(name: str, field: str) -> None:
    """A record and the standard it was decided by speak of the same cases, in the same words and order."""
    labels = next(each.labels for each in ITEMS[name].fields if each.code == field)

    assert tuple(case.zh for case in LISTS[name].criteria) == labels


@every
def test_the_catalogue_item_and_the_standard_agree_on_publication(standard: ListStandard) -> None:
    """One number of days for one act; what is restricted is not published."""
    disclosed = ITEMS[standard.name].disclose_within

    assert (None if standard.publish is None else standard.publish.length) == (
        None if disclosed is None else disclosed.working_days
    )


@every
def test_a_number_that_is_not_confirmed_says_so(standard: ListStandard) -> None:
    """A default or a number from memory is never taken for law."""
    terms = (standard.defence, standard.publish, standard.shortest, standard.longest, standard.prolonged_by)

    for term in filter(None, terms):
        assert term.confirmed is not ("可配置" in term.source)


@every
def test_two_sign_every_decision(standard: ListStandard) -> None:
    """No list of this platform rests on one hand."""
    assert standard.signers == 2


def test_the_four_kinds_of_serious_dishonesty() -> None:
    """京政发〔2017〕15号 (四)2."""
    assert [case.code for case in SERIOUS.criteria] == [
        "health-and-life",
        "market-and-social-order",
        "credibility-of-state-organs",
        "national-defence",
    ]
    assert SERIOUS.restorable


def test_only_what_was_never_right_is_not_shown() -> None:
    """经营异常名录: 移出 is itself shown, 更正移出 is not."""
    assert {Removal.EARLY_REPAIR, Removal.CORRECTED} <= set(ABNORMAL.removals)
    assert [removal for removal in Removal if not removal.shown] == [Removal.ANNULMENT, Removal.CORRECTED]


# ---- how long an entry stands ---------------------------------------------------------------------------------------


def test_serious_dishonesty_stands_one_to_three_years_from_the_decision() -> None:
    """令第36号: 最短1年，最长3年，自认定之日起计算; the standard and its version are named."""
    period = listing_period(SERIOUS, DECIDED)

    assert (period.earliest_removal, period.ends_on) == (date(2027, 4, 1), date(2029, 4, 1))
    assert period.standard == ("serious-dishonesty-list", 1)


def test_an_enterprise_with_abnormal_operation_stays_until_it_makes_good() -> None:
    """No shortest period, no expiry."""
    period = listing_period(ABNORMAL, DECIDED)

    assert (period.earliest_removal, period.ends_on) == (None, None)


def test_a_judgment_debtor_stays_two_years_and_up_to_three_more() -> None:
    """法释〔2017〕7号 第二条."""
    assert listing_period(DEBTOR, DECIDED, ["evasion"]).ends_on == date(2028, 4, 1)
    assert listing_period(DEBTOR, DECIDED, ["obstruction", "evasion"], 36).ends_on == date(2031, 4, 1)


def test_who_can_pay_and_refuses_has_no_end() -> None:
    """法释〔2017〕7号 第一条第一项: the two years are not for this case, even together with others."""
    assert listing_period(DEBTOR, DECIDED, ["able-but-refusing", "evasion"]).ends_on is None


@pytest.mark.parametrize(
    ("standard", "cases", "more", "why"),
    [
        (DEBTOR, [], 0, "name the cases"),
        (DEBTOR, ["poverty"], 0, "no case poverty"),
        (DEBTOR, ["evasion"], 37, "37 months"),
        (DEBTOR, ["evasion"], -1, "-1 months"),
        (SERIOUS, [], 1, "1 months"),
    ],
)
def test_a_period_the_standard_does_not_know_is_refused(
    standard: ListStandard, cases: list[str], more: int, why: str
) -> None:
    """An entry must not expire because somebody forgot to name its case."""
    with pytest.raises(ValueError, match=why):
        listing_period(standard, DECIDED, cases, more)


def test_a_period_ends_on_the_last_day_of_a_short_month() -> None:
    """Decided on the leap day."""
    assert listing_period(SERIOUS, date(2028, 2, 29)).earliest_removal == date(2029, 2, 28)


def test_a_period_past_the_last_day_of_dates_is_refused() -> None:
    """No date, no end."""
    with pytest.raises(BeyondCalendar):
        listing_period(SERIOUS, date.max)


@every
@given(days)
def test_an_entry_can_leave_early_before_it_expires(standard: ListStandard, decided: date) -> None:
    """The decision, then the earliest removal, then the end."""
    period = listing_period(standard, decided, [standard.criteria[-1].code])

    known = [day for day in (decided, period.earliest_removal, period.ends_on) if day is not None]
    assert known == sorted(set(known))
    assert (period.ends_on is not None) is (Removal.EXPIRY in standard.removals)


# ---- notice, defence, publication -----------------------------------------------------------------------------------


def test_the_subject_is_heard_before_the_decision() -> None:
    """陈述申辩: five working days after the notice, National Day left out."""
    deadline = defence_deadline(SERIOUS, CALENDAR, date(2026, 9, 30))

    assert deadline is not None
    assert (deadline.day, deadline.days, deadline.provisional) == (date(2026, 10, 13), 5, False)


@every
def test_only_courts_and_notices_and_honours_go_without_a_hearing(standard: ListStandard) -> None:
    """No department lists for sanctions or attention without a notice of intent."""
    heard = standard.kind in {ListKind.SANCTION, ListKind.ATTENTION} and standard.source is SourceClass.GOVERNMENT

    assert (defence_deadline(standard, CALENDAR, DECIDED) is not None) is heard


def test_the_attention_list_is_not_published() -> None:
    """Below the standard of a sanction, publishing would be one."""
    assert publication_deadline(ATTENTION, CALENDAR, DECIDED) is None


def test_abnormal_operation_is_published_within_twenty_working_days() -> None:
    """企业信息公示暂行条例 第六条."""
    deadline = publication_deadline(ABNORMAL, CALENDAR, date(2026, 9, 30))

    assert deadline is not None
    assert deadline.day == date(2026, 11, 3)


def test_a_publication_that_runs_into_a_year_without_a_calendar_is_provisional() -> None:
    """暂定: no calendar of 2027."""
    deadline = publication_deadline(SERIOUS, CALENDAR, date(2026, 12, 28))

    assert deadline is not None
    assert deadline.provisional
    assert deadline.calendar == ((2026, 1),)


# ---- what a list can bring about ------------------------------------------------------------------------------------


@every
def test_an_entry_from_society_is_reference_only(standard: ListStandard) -> None:
    """京政发〔2017〕15号: 提供给政府部门参考使用; recommended measures stay possible."""
    assert not may_trigger(standard, mandatory=True, source=SourceClass.SOCIAL)
    assert may_trigger(standard, mandatory=False, source=SourceClass.SOCIAL)


def test_only_lists_of_sanctions_bring_mandatory_measures() -> None:
    """Attention, abnormal operation and honour do not, nor does a list that is only to be published."""
    assert {name for name, standard in LISTS.items() if may_trigger(standard, mandatory=True)} == {
        "serious-dishonesty-list",
        "dishonest-judgment-debtor",
        "procurement-dishonesty",
    }


def test_a_list_of_an_association_brings_no_mandatory_measure() -> None:
    """Not even when an entry claims another source."""

    def by_association(definition: dict[str, Any]) -> None:
        definition.update(source="social", mandatory_measures=False)

    standard = parse_list(changed(by_association))

    assert not may_trigger(standard, mandatory=True, source=SourceClass.GOVERNMENT)
    assert may_trigger(standard, mandatory=False)


# ---- reading --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("definition", shipped_lists(), ids=LISTS)
def test_a_shipped_definition_survives_json_and_a_round_trip(definition: dict[str, JsonValue]) -> None:
    """What a ledger takes over is what comes back."""
    assert list_definition(parse_list(json.loads(json.dumps(definition)))) == definition


@given(
    st.integers(1, 60),
    st.integers(0, 60),
    st.lists(st.sampled_from(["食品药品", "安全生产", "旅游文化"]), unique=True),
    st.booleans(),
)
def test_any_standard_survives_a_round_trip(shortest: int, more: int, industries: list[str], confirmed: bool) -> None:
    """Absent parts stay absent."""

    def change(definition: dict[str, Any]) -> None:
        definition["shortest"] |= {"months": shortest, "confirmed": confirmed}
        definition["longest"]["months"] = shortest + more
        definition["criteria"]["cases"][0]["ends"] = False
        if industries:
            definition["industries"] = industries

    definition = changed(change)

    assert list_definition(parse_list(definition)) == definition


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("$", lambda d: d.update(scope="全国")),
        ("$", lambda d: d.pop("mandatory_measures")),
        ("$.name", lambda d: d.update(name="严重失信")),
        ("$.effective_from", lambda d: d.update(effective_from="2026-4-1")),
        ("$.kind", lambda d: d.update(kind="blacklist")),
        ("$.source", lambda d: d.update(source="bank")),
        ("$.signers", lambda d: d.update(signers=0)),
        ("$.effects", lambda d: d.update(effects=[])),
        ("$.regions", lambda d: d.update(regions=[])),
        ("$.industries", lambda d: d.update(industries=["税收缴纳", "税收缴纳"])),
        ("$.removals[1]", lambda d: d.update(removals=["expiry", "deletion"])),
        ("$.restorable", lambda d: d.update(restorable=1)),
        ("$.criteria", lambda d: d["criteria"].pop("source")),
        ("$.criteria.cases", lambda d: d["criteria"].update(cases=[])),
        ("$.criteria.cases[0].code", lambda d: d["criteria"]["cases"][0].update(code="1")),
        ("$.criteria.cases[0].ends", lambda d: d["criteria"]["cases"][0].update(ends="no")),
        ("$.criteria.cases[0]", lambda d: d["criteria"]["cases"][0].update(until="2027-01-01")),
        ("$.longest.months", lambda d: d["longest"].update(months=1_201)),
        ("$.longest", lambda d: d.update(longest={"years": 3, "confirmed": True, "source": "令第36号"})),
        ("$.publish.confirmed", lambda d: d["publish"].update(confirmed=None)),
    ],
    ids=count(),
)
def test_a_mistake_is_refused_where_it_stands(path: str, change: Callable[[dict[str, Any]], object]) -> None:
    """What is not understood is refused, with its place."""
    with pytest.raises(DefinitionFault) as refused:
        parse_list(changed(change))

    assert refused.value.path == path or refused.value.path.startswith(f"{path}[")


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("$.mandatory_measures", lambda d: d.update(source="social")),
        ("$.mandatory_measures", lambda d: d.update(kind="attention")),
        ("$.mandatory_measures", lambda d: d.update(kind="honour")),
        ("$.signers", lambda d: d.update(signers=1)),
        ("$.defence", lambda d: d.pop("defence")),
        ("$.longest", lambda d: d.pop("longest")),
        ("$.longest", lambda d: d.update(removals=["early-repair", "annulment"])),
        ("$.shortest", lambda d: d.update(removals=["expiry", "annulment"])),
        ("$.shortest", lambda d: d["shortest"].update(months=37)),
        ("$.removals", lambda d: d.update(removals=["expiry", "early-repair"])),
        ("$.criteria.cases", lambda d: d["criteria"]["cases"][1].update(code="health-and-life")),
    ],
    ids=count(),
)
def test_a_standard_that_contradicts_itself_is_refused(path: str, change: Callable[[dict[str, Any]], object]) -> None:
    """A list of society with mandatory measures, a sanction without a hearing, an entry nobody can take back."""
    with pytest.raises(DefinitionFault) as refused:
        parse_list(changed(change))

    assert refused.value.path == path


def test_what_does_not_end_is_not_prolonged_and_what_is_not_repaired_not_restored() -> None:
    """Two keys that say nothing without another one."""
    more = {"months": 12, "confirmed": False, "source": "测试"}

    with pytest.raises(DefinitionFault, match="no period to prolong"):
        parse_list(changed(lambda d: d.update(prolonged_by=more), "abnormal-operation-list"))
    with pytest.raises(DefinitionFault, match="Only an early removal"):
        parse_list(changed(lambda d: d.update(restorable=True), "false-litigation-list"))
