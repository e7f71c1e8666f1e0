"""The plan of a sample without a ledger: in order, repeatable, made up step by step, and about nobody."""

from collections import Counter
from datetime import date, timedelta
from itertools import islice, pairwise

import pytest

from api.sampling.case import Law, Say, World
from api.sampling.cast import Cast
from api.sampling.days import beijing_date, working_calendar
from api.sampling.plan import Plan, Scope
from ledger.catalogue_item import FieldKind
from ledger.codes import uscc_warning
from ledger.rulebook.publicity import DishonestyClass
from verify.note import SigningKey
from verify.statement_type import ADMINISTRATIVE, AUTOMATIC, StatementType

PLATFORM = SigningKey.from_seed("operator.example/1", bytes(32))
YEARS = date(2022, 1, 4), date(2026, 11, 20)
WORDS = ("机关", "单位", "法院", "代表人", "负责人", "协会商会", "相对人名称", "主体名称", "机关名称")
NAMES = {
    f"data/{field.code}"
    for item in Law().items.values()
    for field in item.fields
    if field.kind is FieldKind.TEXT and field.zh.endswith(WORDS)
}
"""Committed paths that name somebody."""


def plan(seed: int = 1, statements: int = 2000, days: tuple[date, date] = YEARS, companies: int = 300) -> Plan:
    return Plan(World(seed, Cast(seed, PLATFORM), Law(), companies), Scope(statements, *days))


@pytest.fixture(scope="module")
def steps() -> list[Say]:
    """All steps of a sample of some size."""
    return list(plan().steps())


def test_steps_come_in_the_order_of_their_instants(steps: list[Say]) -> None:
    """A log cannot go back in time."""
    assert all(one.at <= other.at for one, other in pairwise(steps))
    assert beijing_date(steps[0].at) >= YEARS[0]
    assert beijing_date(steps[-1].at) <= YEARS[1]


def test_there_are_as_many_steps_as_wanted(steps: list[Say]) -> None:
    """New cases leave room for the steps of those that are open, over all the years alike."""
    years = Counter(beijing_date(step.at).year for step in steps)

    assert abs(len(steps) - 2000) < 40
    assert len(years) == 5
    assert all(250 < number < 550 for number in years.values())


@pytest.mark.parametrize("days", [(date(2024, 1, 2), date(2024, 1, 31)), (date(2026, 1, 5), date(2030, 1, 4))])
def test_other_years_can_be_asked_for(days: tuple[date, date]) -> None:
    """Also those without a calendar, and a single month."""
    found = list(plan(statements=400, days=days).steps())

    assert abs(len(found) - 400) < 60
    assert {beijing_date(step.at) for step in found} <= {
        days[0] + timedelta(days=passed) for passed in range((days[1] - days[0]).days + 1)
    }


def test_the_same_seed_gives_the_same_steps_and_another_one_others(steps: list[Say]) -> None:
    """Byte for byte what is said; who signs is tested with the keys."""
    again, other = (islice(plan(seed=seed).steps(), 300) for seed in (1, 2))
    said = [(step.at, step.kind, step.about, step.values, step.by.issuer) for step in steps[:300]]

    assert said == [(step.at, step.kind, step.about, step.values, step.by.issuer) for step in again]
    assert said != [(step.at, step.kind, step.about, step.values, step.by.issuer) for step in other]


def test_people_say_everything_that_people_can_say_of_records(steps: list[Say]) -> None:
    """What falls due by itself is the ledger's clock's."""
    said = {step.kind for step in steps}

    assert said == set(StatementType) - ADMINISTRATIVE - AUTOMATIC | {StatementType.RULES_PUBLISHED}


def test_acts_are_done_on_working_days(steps: list[Say]) -> None:
    """Nobody decides on a Sunday, or on the days of 国庆节."""
    days = {str(step.values["on"]) for step in steps if "on" in step.values}

    assert len(days) > 300
    assert all(working_calendar().is_working_day(date.fromisoformat(day)) for day in days)
    assert all(working_calendar().is_working_day(beijing_date(step.at)) for step in steps)


def test_both_generations_of_the_repair_rules_are_applied(steps: list[Say]) -> None:
    rules = Counter(str(step.about["rules"]) for step in steps if step.kind is StatementType.REPAIR_APPLIED)

    assert len(rules) == 2
    assert min(rules.values()) >= 3


def test_classes_are_given_at_once_or_late_and_all_of_them(steps: list[Say]) -> None:
    """公示认定 with the filing, and later by a statement of its own; some records are withheld."""
    terms = [step.values["publicity"] for step in steps if step.values.get("publicity") is not None]
    given = {each["class"] for each in terms if isinstance(each, dict)}
    later = [step for step in steps if step.kind is StatementType.PUBLICITY_DETERMINED]

    assert set(DishonestyClass) <= given
    assert len(later) > 20
    assert any(isinstance(each, dict) and each["withheld"] for each in terms)


def test_everybody_is_plainly_a_test(steps: list[Say]) -> None:
    """Subjects, offices, clerks, representatives: no name in the sample could be a real one's."""
    assert {step.by.name[:2] for step in steps} == {"测试"}
    names = set()
    for step in steps:
        for path in ("subject", "former"):
            party = step.values.get(path)
            if isinstance(party, dict):
                names.add(str(party["name"]))
                assert party["scheme"] != "uscc" or uscc_warning(str(party["code"])) is None
        names |= {value for path, value in step.values.items() if path in NAMES and isinstance(value, str)}
        if "operator" in step.values:
            names.add(str(step.values["operator"]))

    assert len(NAMES) > 80
    assert len(names) > 300
    assert not [name for name in names if not name.startswith("测试")]


def test_nothing_is_made_up_before_its_day() -> None:
    """A sample of a billion begins at once, and an open case is all that is kept of it."""
    huge = plan(statements=1_000_000_000, companies=1_000_000)
    found = list(islice(huge.steps(), 500))

    assert len(found) == 500
    assert huge.open_cases < 700


def test_what_is_kept_is_open_cases_alone() -> None:
    """Most cases are over when they have begun."""
    one = plan(statements=4000)
    most = max(one.open_cases for _step in one.steps())

    assert 20 < most < 500
