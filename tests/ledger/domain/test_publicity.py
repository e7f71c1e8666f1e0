"""公示: whether everybody sees a record, until when, and by which generation of the rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from ledger.domain.deadlines import Period
from ledger.domain.record import Disclosure
from ledger.rulebook.book import Rulebook, shipped_rules
from ledger.rulebook.publicity_rules import DishonestyClass, PublicityRules
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.story import (
    ATTENTION,
    HONOURED,
    LICENCE,
    OPERATOR,
    OTHER,
    SERIOUS,
    SHIPPED,
    Story,
    T,
    book_of,
    day,
    refusal,
)
from tests.ledger.harness import publicity
from verify.statement_type import Clock
from verify.strict import JsonValue

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
RULES = "publicity/order-36"
SECRET: JsonValue = {"reason": "trade-secret", "text": "测试"}
SECTOR: JsonValue = {"citation": "测试行业规定", "until": None}


def filed(terms: JsonValue = None, decided_on: str = "2026-11-20", *, today: str | None = None) -> Story:
    """A penalty filed on the day it was decided, or later."""
    story = Story(today or decided_on)
    story.file(terms, decided_on=decided_on)
    return story


def order_36(version: int, *, ordinary_months: int) -> PublicityRules:
    """Another version of the order, under which ordinary records are shown for another time."""
    shipped = next(rule for rule in shipped_rules() if isinstance(rule, PublicityRules) and rule.name == "order-36")
    classes = tuple(
        replace(each, longest_months=ordinary_months) if each.dishonesty_class is DishonestyClass.ORDINARY else each
        for each in shipped.classes
    )
    return replace(shipped, version=version, classes=classes)


# ---- class and period ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("terms", "ends", "shown"),
    [
        (publicity(None), None, False),
        (publicity("minor"), None, False),
        (publicity("minor", need="确有必要"), "2027-02-20", True),
        (publicity("ordinary"), "2027-11-20", True),
        (publicity("serious"), "2029-11-20", True),
        (publicity("serious", chosen_end="2028-01-01"), "2028-01-01", True),
        (publicity("ordinary", summary_procedure=True), "2027-11-20", True),
        (publicity("serious", withheld=SECRET), None, False),
    ],
)
def test_the_class_decides_whether_and_how_long_a_record_is_shown(
    terms: JsonValue, ends: str | None, *, shown: bool
) -> None:
    """By order 36, from the day of the determining document."""
    story = filed(terms)

    assert story.disclosed is shown
    assert [due.day.isoformat() for due in story.dues(Period.PUBLICITY)] == ([] if ends is None else [ends])
    if ends is not None:
        assert story.shown_on(ends)
        assert not story.shown_on(date_after(ends))


@pytest.mark.parametrize(
    ("terms", "ends", "shown"),
    [
        (publicity("minor", need="确有必要"), None, False),
        (publicity("ordinary"), "2029-03-31", True),
        (publicity("serious"), "2029-03-31", True),
        (publicity("ordinary", summary_procedure=True), None, False),
    ],
)
def test_a_decision_of_the_last_day_of_order_58_keeps_to_it(terms: JsonValue, ends: str | None, *, shown: bool) -> None:
    """2026-03-31, however late it is filed: minor and summary ones never shown, all others for three years."""
    story = filed(terms, "2026-03-31", today="2026-11-20")

    assert story.disclosed is shown
    assert [due.day.isoformat() for due in story.dues(Period.PUBLICITY)] == ([] if ends is None else [ends])
    assert {due.rule for due in story.dues(Period.PUBLICITY)} <= {("publicity/order-58", 1)}


def test_a_decision_of_the_first_day_of_order_36_keeps_to_it() -> None:
    """2026-04-01."""
    story = filed(publicity("ordinary"), "2026-04-01", today="2026-11-20")

    assert (story.ends(Period.PUBLICITY), story.due(Period.PUBLICITY).rule) == ("2027-04-01", (RULES, 1))


def test_a_decision_older_than_all_generations_is_shown_by_the_oldest() -> None:
    """Order 58 came into force on 2023-05-01."""
    story = filed(publicity("ordinary"), "2023-04-30", today="2026-03-01")

    assert story.ends(Period.PUBLICITY) == "2026-04-30"
    assert story.due(Period.PUBLICITY).rule == ("publicity/order-58", 1)


def test_a_period_that_has_passed_before_the_filing_shows_nothing() -> None:
    """Filed on its last day it is shown for a day; a day later never."""
    last, late = (filed(publicity("ordinary"), "2026-11-20", today=today) for today in ("2027-11-20", "2027-11-21"))

    assert (last.disclosed, late.disclosed) == (True, False)
    late.fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES)
    assert late.status is RecordStatus.EXPIRED


def test_filed_without_a_class_a_record_waits_for_one() -> None:
    """The clock of disclosure runs until the unit has given it."""
    story = filed()

    assert (story.status, story.due(Clock.DISCLOSE).settled) == (RecordStatus.STORED, False)
    assert story.at("2026-12-01").determine(publicity("ordinary")) is DISCLOSE
    assert story.record.disclosed_on == day("2026-12-01")
    assert story.due(Clock.DISCLOSE).settled


# ---- what may be determined ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chosen_end", "allowed"),
    [("2027-02-19", False), ("2027-02-20", True), ("2027-11-20", True), ("2027-11-21", False)],
)
def test_an_end_is_chosen_between_the_shortest_and_the_longest_period(chosen_end: str, *, allowed: bool) -> None:
    """Three months to a year for an ordinary record; both bounds are within."""
    terms = publicity("ordinary", chosen_end=chosen_end)
    if allowed:
        assert filed(terms).ends(Period.PUBLICITY) == chosen_end
    else:
        with refusal("publicity/chosen_end", "is not between 2027-02-20 and 2027-11-20"):
            filed(terms)
        with refusal("publicity/chosen_end", "is not between 2027-02-20 and 2027-11-20"):
            filed(publicity("ordinary")).determine(terms)


def test_a_correction_cannot_push_the_chosen_end_out_of_bounds() -> None:
    """The unit chooses another end first."""
    story = filed(publicity("ordinary", chosen_end="2027-11-20"))
    with refusal("publicity/chosen_end", "is not between 2027-02-19 and 2027-11-19"):
        story.correct(decided_on="2026-11-19")

    story.determine(publicity("ordinary"))
    story.correct(decided_on="2026-11-19")
    assert story.ends(Period.PUBLICITY) == "2027-11-19"


@pytest.mark.parametrize("terms", [publicity("ordinary"), publicity(None, need="x"), publicity(None, sector=SECTOR)])
def test_only_what_is_adverse_has_a_class(terms: JsonValue) -> None:
    """A licence has no class, no need and no sector's rule; it can be withheld."""
    story = Story()
    with refusal("publicity/class", "only adverse information has a class"):
        story.file(terms, item=LICENCE)

    assert story.file(publicity(None, withheld=SECRET), item=LICENCE) is UNCHANGED


def test_what_is_withheld_is_not_shown_whatever_it_is() -> None:
    """The secrecy gate comes before everything else; when it opens, the record is shown."""
    for item, terms in ((LICENCE, publicity(None)), ("administrative-penalty", publicity("ordinary"))):
        story = Story()
        story.file(terms, item=item)
        closed: dict[str, JsonValue] = {**terms, "withheld": SECRET}

        assert story.determine(closed) is WITHDRAW
        assert (story.status, story.dues(Clock.DISCLOSE), story.dues(Period.PUBLICITY)) == (RecordStatus.STORED, [], [])
        assert story.determine(terms) is DISCLOSE


def test_publicity_is_determined_by_the_providing_unit() -> None:
    """谁认定: neither another department nor the platform."""
    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", "only the providing unit"):
            filed().determine(publicity("serious"), issuer=issuer)


@pytest.mark.parametrize(
    ("decided_on", "right", "wrong"),
    [
        ("2026-03-31", "publicity/order-58", "publicity/order-36"),
        ("2026-04-01", "publicity/order-36", "publicity/order-58"),
    ],
)
def test_a_determination_names_the_generation_of_the_document(decided_on: str, right: str, wrong: str) -> None:
    """Not that of the day on which it is determined."""
    story = filed(decided_on=decided_on, today="2026-11-20")
    with refusal("about/rules", f"to a decision of {decided_on} {right} version 1 applies"):
        story.determine(publicity("ordinary"), rules=wrong)

    assert story.determine(publicity("ordinary"), rules=right) is DISCLOSE


def test_a_determination_names_the_newest_version_of_the_rules() -> None:
    """Those that the ledger knows on the day it is determined."""
    story = filed()
    story.publish(order_36(2, ordinary_months=6))
    with refusal("about/rules", "publicity/order-36 version 2 applies"):
        story.determine(publicity("ordinary"))

    story.determine(publicity("ordinary"), version=2)
    assert story.ends(Period.PUBLICITY) == "2027-05-20"


def test_without_rules_nothing_is_determined() -> None:
    """The operator publishes them first."""
    story = Story(book=Rulebook())
    story.file()

    with refusal("about/rules", "no publicity rules are published"):
        story.determine(publicity("ordinary"))


def test_a_determination_of_a_list_entry_names_its_standard() -> None:
    """Which rules how long it is shown; all that can be determined is the secrecy gate."""
    story = Story()
    story.enlist(item=HONOURED)
    withheld = publicity(None, withheld=SECRET)
    with refusal("about/rules", f"list/{HONOURED} version 1 applies"):
        story.determine(withheld)

    assert story.determine(withheld, rules=f"list/{HONOURED}") is WITHDRAW
    assert story.determine(publicity(None), rules=f"list/{HONOURED}") is DISCLOSE


@pytest.mark.parametrize(
    "terms",
    [
        publicity("serious", chosen_end="2028-11-20"),
        publicity("serious", need="x"),
        publicity("serious", sector=SECTOR),
    ],
)
def test_the_standard_alone_rules_the_period_of_a_list_entry(terms: JsonValue) -> None:
    """An end of its own, a need or a sector's rule have no place beside it."""
    story = Story("2026-11-10")
    story.notify()
    with refusal("publicity", "the standard of its list rules"):
        story.at("2026-11-20").enlist(publicity=terms)

    assert story.enlist(publicity=publicity("serious")) is DISCLOSE


@pytest.mark.parametrize("version", [2, 3])
def test_rules_published_later_do_not_change_what_was_determined(version: int) -> None:
    """A record keeps to the rules that the ledger knew; only who determines anew takes the new ones over."""
    story = filed(publicity("ordinary"))
    story.publish(*(order_36(number, ordinary_months=3 * number) for number in range(2, version + 1)))

    assert (story.ends(Period.PUBLICITY), story.due(Period.PUBLICITY).rule) == ("2027-11-20", (RULES, 1))
    story.correct()
    assert story.ends(Period.PUBLICITY) == "2027-11-20"
    story.determine(publicity("ordinary"), version=version)
    assert story.due(Period.PUBLICITY).rule == (RULES, version)
    assert story.due(Period.PUBLICITY).since == story.seq - 1


def test_rules_published_at_last_hold_from_the_next_determination_on() -> None:
    """What was filed before there were any stays as it was shown."""
    story = Story(book=Rulebook())
    story.file(publicity("ordinary"))
    story.publish(*shipped_rules())

    assert story.dues(Period.PUBLICITY) == []
    story.determine(publicity("ordinary"))
    assert story.ends(Period.PUBLICITY) == "2027-11-20"


# ---- the end -------------------------------------------------------------------------------------------------------


def test_publicity_ends_when_its_last_day_has_passed() -> None:
    """Not on the day itself, and dated with it; then it has ended for good."""
    story = filed(publicity("ordinary"))
    with refusal("on", "the last day is 2027-11-20"):
        story.at("2027-11-20").fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES)
    for on in ("2027-11-19", "2027-11-21"):
        with refusal("on", "the last day is 2027-11-20"):
            story.at("2027-11-21").fall_due(T.PUBLICITY_ENDED, on, RULES)

    assert story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES) is WITHDRAW
    assert story.status is RecordStatus.EXPIRED
    assert story.due(Period.PUBLICITY).settled
    with refusal("about/record", "the record has ended: expired on 2027-11-20"):
        story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES)
    with refusal("about/record", "the record has ended"):
        story.determine(publicity("serious"))


def test_the_end_names_the_rules_it_follows_from() -> None:
    """Of the document's generation, in the version that holds for the record."""
    story = filed(publicity("ordinary"))
    story.publish(order_36(2, ordinary_months=6)).at("2027-11-21")

    for rules, version in (("publicity/order-58", 1), (RULES, 2), (f"list/{SERIOUS}", 1)):
        with refusal("about/rules", f"{RULES} version 1 applies"):
            story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", rules, version)


@pytest.mark.parametrize("terms", [publicity(None), publicity("minor"), publicity("ordinary", withheld=SECRET)])
def test_what_is_not_shown_does_not_end(terms: JsonValue) -> None:
    """There is nothing that could end by itself."""
    story = filed(terms).at("2039-11-20")

    with refusal("about/record", "no period of publicity is running"):
        story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES)


def test_what_a_sector_shows_without_end_does_not_end() -> None:
    """Until the obligations are performed."""
    story = filed(publicity("ordinary")).at("2027-11-20")
    story.determine(publicity("ordinary", sector=SECTOR))

    with refusal("about/record", "no period of publicity is running"):
        story.at("2039-11-20").fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES)


def test_nobody_knows_at_the_filing_that_obligations_will_be_unmet() -> None:
    """A sector's rule is determined when the longest period is about to end."""
    with refusal("publicity/sector", "nobody knows at the filing"):
        filed(publicity("ordinary", sector=SECTOR))


def test_a_licence_does_not_end_by_itself() -> None:
    """It has no period of publicity, and neither has an entry of a list."""
    licence, entry = Story(), Story()
    licence.file(item=LICENCE)
    entry.enlist(item=HONOURED)

    for story in (licence, entry):
        with refusal("about/record", "no period of publicity is running"):
            story.at("2039-11-20").fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES)


def test_a_sectors_rule_shows_an_unmet_obligation_on() -> None:
    """届满但未纠正: beyond the longest period, to the day that the rule names."""
    until: JsonValue = {"citation": "测试行业规定", "until": "2028-06-30"}
    story = filed(publicity("ordinary"))
    story.at("2027-11-20").determine(publicity("ordinary", sector=until))

    assert story.ends(Period.PUBLICITY) == "2028-06-30"
    assert story.shown_on("2028-06-30")
    assert not story.shown_on("2028-07-01")


def test_a_passed_period_hides_the_record_before_the_clock_has_said_so() -> None:
    """And whatever is said in between does not show it again."""
    story = filed(publicity("ordinary")).at("2027-11-21")

    assert (story.disclosed, story.shown_on("2027-11-21")) == (True, False)
    assert story.correct() is WITHDRAW
    assert story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", RULES) is UNCHANGED


def test_a_redetermination_can_shorten_the_time_but_not_turn_it_back() -> None:
    """From serious to ordinary: a period that has passed by then hides the record at once."""
    story = filed(publicity("serious"), "2026-04-01", today="2026-04-02")

    assert story.at("2027-04-01").determine(publicity("ordinary")) is UNCHANGED
    assert story.determine(publicity("serious")) is UNCHANGED
    assert story.at("2027-04-02").determine(publicity("ordinary")) is WITHDRAW
    assert len(story.dues(Period.PUBLICITY)) == 1


def test_a_restricted_list_is_not_shown() -> None:
    """重点关注名单: no document says that it is published."""
    story = Story("2026-11-10")
    story.notify(item=ATTENTION)

    assert story.at("2026-11-20").enlist(item=ATTENTION) is UNCHANGED
    assert story.status is RecordStatus.STORED


def test_the_oldest_generation_is_the_first_that_came_into_force() -> None:
    """Of several versions of it the newest."""
    newer = order_36(2, ordinary_months=6)
    book = book_of(*(rule for rule in SHIPPED.versions.values() if not isinstance(rule, PublicityRules)), newer)
    story = Story(book=book)
    story.file(publicity("ordinary"), decided_on="2026-03-31")

    assert (story.ends(Period.PUBLICITY), story.due(Period.PUBLICITY).rule) == ("2026-09-30", (RULES, 2))


def date_after(text: str) -> str:
    """The day after."""
    return date.fromordinal(day(text).toordinal() + 1).isoformat()
