"""The rulebook: every kind of rule is read, named and written by one table."""

from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from ledger.definition import DefinitionFault
from ledger.rulebook.book import Rulebook, RuleKind, parse_rule, rule_definition, rule_name, shipped_rules
from ledger.rulebook.calendar import CalendarYear
from verify.canonical import canonical_json
from verify.strict import load_json

YEAR_2026 = next(rule for rule in shipped_rules() if isinstance(rule, CalendarYear) and rule.year == 2026)


def test_every_kind_of_rule_is_shipped() -> None:
    """Under distinct names, first versions all."""
    names = [rule_name(rule) for rule in shipped_rules()]

    assert {name.partition("/")[0] for name in names} == set(RuleKind)
    assert len(set(names)) == len(names)
    assert {rule.version for rule in shipped_rules()} == {1}


def test_a_rule_survives_its_definition_as_canonical_json() -> None:
    """As it is committed to and read again."""
    for rule in shipped_rules():
        assert parse_rule(rule_name(rule), load_json(canonical_json(rule_definition(rule)))) == rule


@pytest.mark.parametrize("name", ["calendar/2025", "sharing/catalogue", "weather/2026", "calendar", ""])
def test_a_definition_is_of_the_rule_it_is_published_as(name: str) -> None:
    """Another year, another kind, no kind at all."""
    with pytest.raises(DefinitionFault):
        parse_rule(name, rule_definition(YEAR_2026))


def test_the_rulebook_keeps_every_version_and_counts_by_the_newest() -> None:
    """What was decided under an older version can be explained; what is decided now rests on the newer one."""
    day = max(YEAR_2026.days_off)
    second = replace(YEAR_2026, version=2, days_off=YEAR_2026.days_off - {day})
    before = Rulebook().with_rule(YEAR_2026)
    book = before.with_rule(second)

    assert (book.latest("calendar/2026"), book.versions["calendar/2026", 1]) == (second, YEAR_2026)
    assert (before.calendar.is_working_day(day), book.calendar.is_working_day(day)) == (False, True)
    assert book.latest("calendar/2027") is None


def test_an_entry_finds_the_rules_that_were_published_before_it() -> None:
    """Neither those of its own number nor later ones; before all of them there are none."""
    days = sorted(YEAR_2026.days_off)
    versions = [replace(YEAR_2026, version=number, days_off=frozenset(days[number:])) for number in (1, 2, 3)]
    book = Rulebook()
    for seq, version in zip((5, 9, 10), versions, strict=True):
        book = book.with_rule(version, seq)
    found = {seq: book.before(seq).latest("calendar/2026") for seq in (0, 5, 6, 9, 10, 11, 10**9)}

    assert found == {
        0: None,
        5: None,
        6: versions[0],
        9: versions[0],
        10: versions[1],
        11: versions[2],
        10**9: versions[2],
    }
    assert book.before(11) is book
    assert book.before(9).calendar.years == (versions[0],)


def test_a_rulebook_is_what_it_holds() -> None:
    """By which way it came about does not matter to those who compare two."""
    assert Rulebook().with_rule(YEAR_2026, 7) == replace(Rulebook().with_rule(YEAR_2026, 7), earlier=None)


def test_a_rulebook_of_very_many_versions_can_be_sent_to_another_process() -> None:
    """With what every entry found; each version stands on the one before it, a thousand deep."""
    book = Rulebook()
    for number in range(1, 1001):
        book = book.with_rule(replace(YEAR_2026, version=number), 3 * number)
    sent = pickle.loads(pickle.dumps(book))  # noqa: S301 - ours

    assert sent == book
    assert [sent.before(seq).since for seq in (3001, 3000, 4, 3)] == [3000, 2997, 3, 0]
