"""信用修复: the conditions of the day, the steps of the determining unit, the end of publicity, abuse and its bar."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.domain.deadlines import Period
from ledger.domain.record import Disclosure
from ledger.domain.state import RepairStage
from ledger.errors import RuleBroken
from ledger.rulebook.book import shipped_rules
from ledger.rulebook.repair_rules import RepairRules
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.story import (
    ABNORMAL,
    ATTENTION,
    DEBTOR,
    FIRST,
    LICENCE,
    OPERATOR,
    OTHER,
    PROCUREMENT,
    SERIOUS,
    UNIT,
    Story,
    T,
    book_of,
    day,
    facts_of,
    refusal,
    uid,
)
from tests.ledger.harness import publicity
from verify.statement_type import Clock
from verify.strict import JsonValue

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
RULES = {rule.name: rule for rule in shipped_rules() if isinstance(rule, RepairRules)}
LATE = "2027-03-01"
"""Monday, after the shortest period of an ordinary penalty of 2026-11-20."""


def filed(terms: JsonValue = None, decided_on: str = "2026-11-20", today: str = LATE) -> Story:
    """An ordinary penalty whose shortest period has passed."""
    story = Story(decided_on)
    story.file(terms or publicity("ordinary"), decided_on=decided_on)
    return story.at(today)


def applied(*, forwarded: bool = True) -> Story:
    """The platform took the application in and, where nothing else is said, forwarded it the same day."""
    story = filed()
    assert story.apply() is UNCHANGED
    if forwarded:
        story.step(T.REPAIR_FORWARDED)
    return story


def accepted() -> Story:
    """And the unit accepted it on Tuesday."""
    story = applied().at("2027-03-02")
    story.step(T.REPAIR_ACCEPTED)
    return story


def granted() -> Story:
    """And repaired the record on Wednesday."""
    story = accepted().at("2027-03-03")
    story.step(T.REPAIR_VERIFIED)
    assert story.step(T.REPAIR_GRANTED) is WITHDRAW
    return story


def faults(story: Story, **how: object) -> dict[str, str]:
    """Fields and rules of an application that is refused."""
    with pytest.raises(RuleBroken) as caught:
        story.apply(**how)  # type: ignore[arg-type]
    return {fault.field: fault.rule for fault in caught.value.faults}


# ---- conditions ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("on", "allowed"), [("2027-02-19", False), ("2027-02-20", True), ("2027-02-21", True)])
def test_an_application_waits_for_the_shortest_period(on: str, *, allowed: bool) -> None:
    """Three months from 2026-11-20; on their last day it is reached 达到."""
    story = filed()
    if allowed:
        story.apply(on=on)
        assert story.record.repairs[uid("p1")].applied.on == day(on)
    else:
        with refusal("facts/shortest-period", "the condition is not met; it will be met on 2027-02-20"):
            story.apply(on=on)


@pytest.mark.parametrize(
    ("terms", "first"),
    [
        (publicity("minor"), "2026-11-20"),
        (publicity("ordinary", chosen_end="2027-10-01"), "2027-02-20"),
        (publicity("serious"), "2027-11-20"),
        (publicity("serious", withheld={"reason": "trade-secret", "text": "测试"}), "2027-11-20"),
    ],
)
def test_the_shortest_period_is_that_of_the_class(terms: JsonValue, first: str) -> None:
    """Also of what is not shown: it is shared and used, and can be repaired."""
    before = filed(terms, today=first)
    if first != "2026-11-20":
        with refusal("facts/shortest-period", f"it will be met on {first}"):
            before.at("2027-02-19" if first == "2027-02-20" else "2027-11-19").apply()

    filed(terms, today=first).apply()


def test_without_a_class_nobody_knows_when() -> None:
    """The determining unit gives it first; what is not adverse has none."""
    for terms, item in ((publicity(None), "administrative-penalty"), (publicity(None), LICENCE)):
        story = Story()
        story.file(terms, item=item)
        with refusal("facts/shortest-period", "nobody can know when"):
            story.at(LATE).apply()


@pytest.mark.parametrize(
    ("changed", "field", "rule"),
    [
        ({"corrected_on": None}, "facts/corrected", "nobody can know when"),
        ({"performed_on": None}, "facts/corrected", "nobody can know when"),
        ({"performed_on": "2027-03-02"}, "facts/corrected", "it will be met on 2027-03-02"),
        ({"committed_on": None}, "facts/commitment", "nobody can know when"),
        ({"committed_on": "2027-03-02"}, "facts/commitment", "it will be met on 2027-03-02"),
        ({"other": [{"text": "x", "citation": "y", "met_on": None}]}, "facts/other", "nobody can know when"),
        ({"other": [{"text": "x", "citation": "y", "met_on": "2027-03-02"}]}, "facts/other", "met on 2027-03-02"),
    ],
)
def test_every_condition_is_met_on_the_day_of_the_application(
    changed: dict[str, JsonValue], field: str, rule: str
) -> None:
    """Corrected and performed, committed, and what else the law asks for."""
    with refusal(field, rule):
        filed().apply(facts=facts_of(LATE, **changed))


def test_all_that_is_missing_is_named_at_once() -> None:
    """Nobody has to apply four times to learn of four things; volunteer work stands for none of them."""
    facts: JsonValue = {
        "corrected_on": None,
        "performed_on": None,
        "committed_on": None,
        "other": [],
        "supplementary": ["测试志愿服务"],
    }
    found = faults(filed(today="2027-02-19"), facts=facts, bars=["2027-02-19"])

    assert list(found) == ["facts/shortest-period", "facts/corrected", "facts/commitment", "about/record"]


@pytest.mark.parametrize(
    ("on", "right", "wrong"),
    [
        ("2026-03-31", "repair/order-58", "repair/order-36"),
        ("2026-04-01", "repair/order-36", "repair/order-58"),
    ],
)
def test_the_day_of_the_application_chooses_the_generation_of_the_rules(on: str, right: str, wrong: str) -> None:
    """Not the day of its recording, nor that of the decision."""
    story = filed(publicity("ordinary"), "2025-06-01", today="2026-04-01")
    with refusal("about/rules", f"to an application of {on} {right} version 1 applies"):
        story.apply(on=on, rules=wrong)

    story.apply(on=on, rules=right)
    assert story.record.repairs[uid("p1")].rules == (right, 1)


def test_a_record_of_order_58_is_repaired_by_the_periods_of_order_36() -> None:
    """The repair rules name the publicity rules that the shortest period is read from: both of one generation."""
    story = filed(publicity("minor"), "2026-03-31", today="2026-04-01")

    assert story.dues(Period.PUBLICITY) == []
    story.apply()


def test_before_all_rules_nobody_applies() -> None:
    """Order 58 came into force on 2023-05-01."""
    story = filed(publicity("ordinary"), "2022-11-01", today="2023-05-01")

    with refusal("on", "no repair rules are in force on 2023-04-30"):
        story.apply(on="2023-04-30", rules="repair/order-58")
    story.apply(on="2023-05-01", rules="repair/order-58")


def test_a_newer_version_of_the_rules_holds_for_new_applications() -> None:
    """One under way keeps to its own."""
    story = applied()
    order_36 = RULES["order-36"]
    story.publish(replace(order_36, version=2, clocks=replace(order_36.clocks, decide=5)))
    assert (story.due(Clock.REPAIR_DECIDE).days, story.due(Clock.REPAIR_DECIDE).rule[1]) == (10, 1)
    story.step(T.REPAIR_DECLINED)

    with refusal("about/rules", "repair/order-36 version 2 applies"):
        story.apply("p2")
    story.apply("p2", version=2)
    assert [due.days for due in story.dues(Clock.REPAIR_DECIDE)] == [10, 5]


def test_without_the_publicity_rules_that_they_name_repair_rules_do_not_work() -> None:
    """Nobody could say what the shortest period is."""
    rules = [
        rule for rule in shipped_rules() if getattr(rule, "name", "") != "order-36" or isinstance(rule, RepairRules)
    ]
    story = Story(book=book_of(*rules))
    story.file(publicity("ordinary"))

    with refusal("on", "the publicity rules order-36 are not published"):
        story.at(LATE).apply()


# ---- applying ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [UNIT, OPERATOR])
def test_unit_or_platform_takes_an_application_in(issuer: str) -> None:
    """信用中国, or the determining unit itself, which then has it; another department is not asked."""
    story = filed()
    with refusal("issuer", "only the providing unit"):
        story.apply(issuer=OTHER)
    story.apply(issuer=issuer)

    repair = story.record.repairs[uid("p1")]
    assert (repair.stage, repair.forwarded is not None) == (RepairStage.APPLIED, issuer == UNIT)
    assert (story.disclosed, story.status) == (True, RecordStatus.STANDING)


def test_one_application_at_a_time() -> None:
    """Each under an id of its own; after an answer the next may come."""
    story = applied()
    with refusal("about/repair", "applied for once under its id"):
        story.apply()
    with refusal("about/repair", "an application for this record is being dealt with"):
        story.apply("p2")
    story.step(T.REPAIR_ACCEPTED)
    with refusal("about/repair", "an application for this record is being dealt with"):
        story.apply("p2")
    story.step(T.REPAIR_VERIFIED)
    story.step(T.REPAIR_REFUSED)

    story.apply("p2")
    story.step(T.REPAIR_FORWARDED, "p2")
    story.step(T.REPAIR_DECLINED, "p2")
    story.apply("p3")


@pytest.mark.parametrize(
    ("item", "rule"),
    [(PROCUREMENT, "the standard procurement-dishonesty knows no early removal")],
)
def test_a_list_that_knows_no_early_removal_knows_no_repair(item: str, rule: str) -> None:
    """A ban is not shortened by repair."""
    story = Story("2026-11-10")
    story.notify(item=item)
    story.at("2026-11-20").enlist(item=item)

    with refusal("about/record", rule):
        story.at("2029-11-01").apply()


@pytest.mark.parametrize(
    ("item", "first"),
    [(SERIOUS, "2027-11-20"), (ATTENTION, "2027-02-20"), (ABNORMAL, "2026-11-20"), (DEBTOR, "2026-11-20")],
)
def test_the_shortest_period_of_an_entry_is_that_of_its_standard(item: str, first: str) -> None:
    """A year on the serious list, three months under attention, none where the duty alone counts."""
    story = Story("2026-11-10")
    if item in {SERIOUS, ATTENTION}:
        story.notify(item=item)
    story.at("2026-11-20").enlist(item=item)
    if first != "2026-11-20":
        with refusal("facts/shortest-period", f"it will be met on {first}"):
            story.at({SERIOUS: "2027-11-19", ATTENTION: "2027-02-19"}[item]).apply()

    assert story.at(first).grant() is (UNCHANGED if item == ATTENTION else WITHDRAW)
    assert story.status is RecordStatus.REPAIRED


@pytest.mark.parametrize("end", ["changed", "repaired"])
def test_what_has_ended_so_is_not_repaired(end: str) -> None:
    """A changed decision has a successor; a repair is not repaired again."""
    story = filed() if end == "changed" else granted()
    if end == "changed":
        story.change()

    with refusal("about/record", f"the record has ended: {end}"):
        story.apply("p2")


def test_what_is_no_longer_shown_can_be_repaired_all_the_same() -> None:
    """期满: it is still shared and used; 移出: it is still shown as removed."""
    expired, removed = filed(today="2027-11-21"), Story()
    expired.fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36")
    removed.enlist(item=ABNORMAL)
    removed.remove()

    assert expired.grant() is UNCHANGED
    assert removed.grant() is WITHDRAW
    assert [story.status for story in (expired, removed)] == [RecordStatus.REPAIRED] * 2


# ---- the steps -----------------------------------------------------------------------------------------------------


def test_the_platform_forwards_once() -> None:
    """What the unit took in itself it has."""
    own = filed()
    own.apply(issuer=UNIT)

    for story in (applied(), own):
        with refusal("about/repair", "the determining unit has the application already"):
            story.step(T.REPAIR_FORWARDED)


@pytest.mark.parametrize("kind", [T.REPAIR_ACCEPTED, T.REPAIR_DECLINED])
def test_the_unit_answers_what_was_forwarded_to_it(kind: T) -> None:
    """Nothing else, and not before."""
    with refusal("about/repair", "the application was not forwarded to the unit"):
        applied(forwarded=False).step(kind)
    story = applied(forwarded=False).at("2027-03-03")
    story.step(T.REPAIR_FORWARDED, on="2027-03-02")
    with refusal("on", "lies before the day of the forwarding, 2027-03-02"):
        story.step(kind, on="2027-03-01")
    story.step(kind, on="2027-03-02")


@pytest.mark.parametrize(
    "kind",
    [
        T.REPAIR_ACCEPTED,
        T.REPAIR_DECLINED,
        T.REPAIR_EXTENDED,
        T.REPAIR_VERIFIED,
        T.REPAIR_GRANTED,
        T.REPAIR_REFUSED,
        T.REPAIR_REVOKED,
    ],
)
def test_who_determined_repairs(kind: T) -> None:
    """谁认定、谁修复."""
    story = applied() if kind in {T.REPAIR_ACCEPTED, T.REPAIR_DECLINED} else accepted()
    if kind is T.REPAIR_REVOKED:
        story = granted()
    values: dict[str, JsonValue] = {"abuse": "false-material"} if kind is T.REPAIR_REVOKED else {}

    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", f"only the providing unit {UNIT}"):
            story.step(kind, issuer=issuer, values=values)


@pytest.mark.parametrize(
    ("kind", "stages"),
    [
        (T.REPAIR_FORWARDED, {"applied"}),
        (T.REPAIR_ACCEPTED, {"applied"}),
        (T.REPAIR_DECLINED, {"applied"}),
        (T.REPAIR_EXTENDED, {"accepted"}),
        (T.REPAIR_VERIFIED, {"accepted"}),
        (T.REPAIR_GRANTED, {"accepted"}),
        (T.REPAIR_REFUSED, {"accepted"}),
        (T.REPAIR_REVOKED, {"granted"}),
    ],
)
def test_the_steps_are_taken_in_order(kind: T, stages: set[str]) -> None:
    """At any other stage the refusal names both."""
    declined, refused, revoked = applied(), accepted(), granted()
    declined.step(T.REPAIR_DECLINED)
    refused.step(T.REPAIR_VERIFIED)
    refused.step(T.REPAIR_REFUSED)
    revoked.abuse()
    values: dict[str, JsonValue] = {"abuse": "false-material"} if kind is T.REPAIR_REVOKED else {}
    for story in (applied(), accepted(), declined, refused, revoked, granted()):
        stage = story.record.repairs[uid("p1")].stage.value
        if stage in stages or (stage == "granted" and kind is not T.REPAIR_FORWARDED):
            continue  # a granted repair has ended the record, which is said first
        with refusal("about/repair", f"the repair is {stage}, not {min(stages)}"):
            story.step(kind, values=values)


def test_a_step_names_a_repair_of_this_record() -> None:
    """Another one may be under way."""
    with refusal("about/repair", "no repair of the record with this id"):
        applied().step(T.REPAIR_ACCEPTED, "p2")


def test_no_step_comes_before_the_one_it_follows() -> None:
    """Application, acceptance, verification, decision."""
    story = applied()
    with refusal("on", "lies before the day of the application, 2027-03-01"):
        story.step(T.REPAIR_ACCEPTED, on="2027-02-28")
    story = accepted().at("2027-03-04")
    for kind in (T.REPAIR_EXTENDED, T.REPAIR_VERIFIED, T.REPAIR_GRANTED, T.REPAIR_REFUSED):
        with refusal("on", "lies before the day of the acceptance, 2027-03-02"):
            story.step(kind, on="2027-03-01")
    story.step(T.REPAIR_VERIFIED, on="2027-03-03")
    for kind in (T.REPAIR_GRANTED, T.REPAIR_REFUSED):
        with refusal("on", "lies before the day of the verification, 2027-03-03"):
            story.step(kind, on="2027-03-02")
    other = accepted().at("2027-03-04")
    other.step(T.REPAIR_VERIFIED, on="2027-03-02")
    other.step(T.REPAIR_EXTENDED, on="2027-03-03")
    with refusal("on", "lies before the day of the extension, 2027-03-03"):
        other.step(T.REPAIR_REFUSED, on="2027-03-02")
    story.step(T.REPAIR_GRANTED, on="2027-03-03")
    with refusal("on", "lies before the day of the decision, 2027-03-03"):
        story.abuse(on="2027-03-02")


@pytest.mark.parametrize("kind", [T.REPAIR_GRANTED, T.REPAIR_REFUSED])
def test_nothing_is_decided_unverified(kind: T) -> None:
    """核查 comes first."""
    with refusal("about/repair", "the application was not verified"):
        accepted().step(kind)


def test_the_decision_is_put_off_once() -> None:
    """By ten working days; order 58 knows no extension."""
    story = accepted()
    assert (story.due(Clock.REPAIR_DECIDE).days, story.ends(Clock.REPAIR_DECIDE)) == (10, "2027-03-15")
    story.step(T.REPAIR_EXTENDED)
    assert (story.due(Clock.REPAIR_DECIDE).days, story.ends(Clock.REPAIR_DECIDE)) == (20, "2027-03-29")
    with refusal("about/repair", "the rules allow one extension at most"):
        story.step(T.REPAIR_EXTENDED)

    old = filed(publicity("ordinary"), "2025-06-01", today="2026-03-31")
    old.apply(rules="repair/order-58", issuer=UNIT)
    old.step(T.REPAIR_ACCEPTED)
    with refusal("about/repair", "the rules allow one extension at most"):
        old.step(T.REPAIR_EXTENDED)


@pytest.mark.parametrize(("today", "allowed"), [("2027-03-15", True), ("2027-03-16", False)])
def test_the_decision_is_put_off_before_it_is_due(today: str, *, allowed: bool) -> None:
    """A period that has passed cannot be made longer, whatever day the act names."""
    story = accepted().at(today)
    if allowed:
        story.step(T.REPAIR_EXTENDED)
    else:
        with refusal("on", "the decision was due on 2027-03-15"):
            story.step(T.REPAIR_EXTENDED, on="2027-03-15")


def test_a_repair_ends_publicity_and_everything_with_it() -> None:
    """准予修复."""
    story = granted()

    assert (story.status, story.disclosed, story.shown_on("2027-03-03")) == (RecordStatus.REPAIRED, False, False)
    assert story.due(Period.PUBLICITY).settled
    for step in (Story.mask, lambda told: told.determine(publicity("serious"))):
        with refusal("about/record", "the record has ended: repaired"):
            step(story)


def test_a_refused_application_leaves_the_record_as_it_was() -> None:
    """不予修复, 不予受理."""
    refused, declined = accepted(), applied()
    refused.step(T.REPAIR_VERIFIED)

    assert refused.step(T.REPAIR_REFUSED) is UNCHANGED
    assert declined.step(T.REPAIR_DECLINED) is UNCHANGED
    assert [story.status for story in (refused, declined)] == [RecordStatus.STANDING] * 2
    assert all(due.settled for due in declined.dues() if due.clock.value.startswith("repair"))


def test_what_is_under_way_on_a_changed_record_can_be_refused_not_granted() -> None:
    """Or its clocks would run for ever."""
    for stage in ("applied", "accepted"):
        story = applied() if stage == "applied" else accepted()
        if stage == "accepted":
            story.step(T.REPAIR_VERIFIED)
        story.change()
        if stage == "accepted":
            with refusal("about/record", "the record has ended: changed"):
                story.step(T.REPAIR_GRANTED)

        story.step(T.REPAIR_DECLINED if stage == "applied" else T.REPAIR_REFUSED)
        assert all(due.settled for due in story.dues() if due.clock.value.startswith("repair"))


def test_a_masked_record_can_be_repaired_and_stays_hidden() -> None:
    """Whatever is lifted afterwards."""
    story = filed()
    story.mask()

    assert story.grant() is UNCHANGED
    assert story.unmask() is UNCHANGED
    assert story.status is RecordStatus.REPAIRED


# ---- clocks --------------------------------------------------------------------------------------------------------


def test_each_step_of_a_repair_has_its_clock() -> None:
    """Push one day, accept three from the push, decide ten from the application."""
    story = applied(forwarded=False).at("2027-03-02")
    story.step(T.REPAIR_FORWARDED)
    found = {due.clock: (due.since - FIRST, str(due.day), due.rule) for due in story.dues()}
    rule = ("repair/order-36", 1)

    assert found[Clock.REPAIR_PUSH] == (1, "2027-03-02", rule)
    assert found[Clock.REPAIR_ACCEPT] == (2, "2027-03-05", rule)
    assert found[Clock.REPAIR_DECIDE] == (1, "2027-03-15", rule)


def test_the_clocks_of_a_repair_stop_when_the_step_is_recorded() -> None:
    """Whatever day the act names; the application alone starts them from the day that it was made."""
    story = applied(forwarded=False).at("2027-03-03")
    story.step(T.REPAIR_FORWARDED, on="2027-03-01")
    story.at("2027-03-09").step(T.REPAIR_DECLINED, on="2027-03-02")
    dues = {due.clock: due for due in story.dues() if due.clock.value.startswith("repair")}

    assert [(due.start, due.done_on, due.late) for due in dues.values()] == [
        (day("2027-03-01"), day("2027-03-03"), True),
        (day("2027-03-03"), day("2027-03-09"), True),
        (day("2027-03-01"), day("2027-03-09"), False),
    ]


def test_the_clocks_of_a_repair_stop_with_the_record() -> None:
    """A revoked record is not repaired: nobody is late from that day on, and whoever was late by then stays so."""
    in_time, late = applied(), applied()
    in_time.revoke()
    late.at("2027-03-05").revoke()
    by_then = {due.clock: due.settled for due in late.dues() if due.clock.value.startswith("repair")}

    assert all(due.settled for due in in_time.dues() if due.clock.value.startswith("repair"))
    assert by_then == {Clock.REPAIR_PUSH: True, Clock.REPAIR_ACCEPT: False, Clock.REPAIR_DECIDE: True}


# ---- abuse and bar -------------------------------------------------------------------------------------------------


def test_an_abused_repair_is_revoked_and_the_record_shown_again() -> None:
    """撤销修复: with the time it still has."""
    story = granted().at("2027-04-01")

    assert story.abuse() is DISCLOSE
    assert (story.status, story.shown_on("2027-11-20")) == (RecordStatus.STANDING, True)
    assert not story.due(Period.PUBLICITY).settled
    with refusal("about/repair", "the repair is revoked, not granted"):
        story.abuse()


def test_what_has_expired_meanwhile_is_not_shown_again() -> None:
    """The period ran on while the record was repaired."""
    story = granted().at("2027-11-21")

    assert story.abuse() is UNCHANGED
    assert story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36") is UNCHANGED
    assert story.status is RecordStatus.EXPIRED


def test_what_was_removed_meanwhile_is_not_disclosed_again() -> None:
    """Only what has not ended is."""
    story = Story()
    story.enlist(item=ABNORMAL)
    story.remove()
    story.grant()

    assert story.abuse() is UNCHANGED
    assert (story.status, story.disclosed) == (RecordStatus.REMOVED, False)


@pytest.mark.parametrize("item", [SERIOUS, DEBTOR])
def test_the_standard_says_whether_an_entry_is_restored(item: str) -> None:
    """The court's list knows no restoration: a new decision puts the subject on it again."""
    story = Story("2026-11-10")
    if item == SERIOUS:
        story.notify()
    story.at("2026-11-20").enlist(item=item)
    story.at("2027-11-20").grant()
    if item == DEBTOR:
        with refusal("about/record", "knows no restoration"):
            story.abuse()
        return

    assert story.abuse() is DISCLOSE
    assert not story.due(Period.LISTING).settled


@pytest.mark.parametrize(("on", "barred"), [("2030-04-01", True), ("2030-04-02", False)])
def test_abuse_bars_the_subject_for_three_years(on: str, *, barred: bool) -> None:
    """From the day it was found; on the last day of the bar nobody applies yet."""
    story = granted().at("2027-04-01")
    story.abuse()
    assert story.ends(Period.BAR) == "2030-04-01"
    story.at(on)

    if barred:
        with refusal("about/record", "the subject is barred from repair until 2030-04-01"):
            story.apply("p2")
    else:
        story.apply("p2")


@pytest.mark.parametrize(
    ("bars", "barred"), [(["2027-03-01"], True), (["2027-02-28"], False), (["2027-02-28", "2030-01-01"], True)]
)
def test_the_bar_of_another_record_holds_for_this_one(bars: list[str], *, barred: bool) -> None:
    """It is the subject that is barred; of several bars the last one ends it."""
    story = filed()
    if barred:
        with refusal("about/record", f"until {max(bars)}"):
            story.apply(bars=bars)
    else:
        story.apply(bars=bars)


def test_a_bar_ends_when_its_last_day_has_passed() -> None:
    """Once, dated with it, and by the rules it came from."""
    story = granted().at("2027-04-01")
    story.abuse()
    rules = "repair/order-36"
    for today, on in (("2030-04-01", "2030-04-01"), ("2030-04-02", "2030-03-31"), ("2030-04-02", "2030-04-02")):
        with refusal("on", "the bar ends on 2030-04-01"):
            story.at(today).fall_due(T.BAR_ENDED, on, rules, repair="p1")
    with refusal("about/rules", f"{rules} version 1 applies"):
        story.fall_due(T.BAR_ENDED, "2030-04-01", "repair/order-58", repair="p1")

    assert story.fall_due(T.BAR_ENDED, "2030-04-01", rules, repair="p1") is UNCHANGED
    assert story.due(Period.BAR).settled
    with refusal("about/repair", "no bar of this repair is running"):
        story.fall_due(T.BAR_ENDED, "2030-04-01", rules, repair="p1")


def test_only_abuse_brings_a_bar() -> None:
    """A repair that stands, was refused or is under way bars nobody."""
    for story in (granted(), accepted()):
        with refusal("about/repair", "no bar of this repair is running"):
            story.at("2030-04-02").fall_due(T.BAR_ENDED, "2030-04-01", "repair/order-36", repair="p1")


def test_a_bar_keeps_to_the_rules_of_its_day() -> None:
    """A version published later neither shortens nor lengthens it."""
    story = granted().at("2027-04-01")
    story.abuse()
    before = story.due(Period.BAR)
    order_36 = RULES["order-36"]
    story.publish(replace(order_36, version=2, ban=replace(order_36.ban, months=12)))

    assert story.due(Period.BAR) == before
    story.at("2030-04-02").fall_due(T.BAR_ENDED, "2030-04-01", "repair/order-36", repair="p1")


def test_abuse_found_under_other_rules_is_barred_by_them() -> None:
    """The day on which it was found decides, not that of the application."""
    story = filed(publicity("ordinary"), "2025-06-01", today="2026-03-31")
    story.apply(rules="repair/order-58", issuer=UNIT)
    for kind in (T.REPAIR_ACCEPTED, T.REPAIR_VERIFIED, T.REPAIR_GRANTED):
        story.step(kind)
    story.at("2026-04-01").abuse()

    assert (story.due(Period.BAR).rule, story.ends(Period.BAR)) == (("repair/order-36", 1), "2029-04-01")


def test_abuse_is_not_found_on_a_day_without_rules() -> None:
    """Nobody could say how long the bar is."""
    rules = [rule for rule in shipped_rules() if not (isinstance(rule, RepairRules) and rule.name == "order-36")]
    story = Story("2025-06-01", book=book_of(*rules))
    story.file(publicity("ordinary"))
    story.at("2026-03-31").apply(rules="repair/order-58", issuer=UNIT)
    for kind in (T.REPAIR_ACCEPTED, T.REPAIR_VERIFIED, T.REPAIR_GRANTED):
        story.step(kind)

    with refusal("on", "no repair rules are in force on 2026-04-01"):
        story.at("2026-04-01").abuse()
    story.publish(RULES["order-36"]).abuse()


def test_a_bar_outlives_the_record() -> None:
    """The penalty was annulled, the false papers were not."""
    story = granted().at("2027-04-01")
    story.abuse()
    story.revoke()

    assert not story.due(Period.BAR).settled
    story.at("2030-04-02").fall_due(T.BAR_ENDED, "2030-04-01", "repair/order-36", repair="p1")
    assert story.due(Period.BAR).settled


def test_after_a_revoked_repair_the_record_can_be_repaired_again() -> None:
    """When the bar is over."""
    story = granted().at("2027-03-04")
    story.abuse()
    story.at("2030-03-05")

    assert story.grant("p2") is WITHDRAW
    assert story.status is RecordStatus.REPAIRED
    assert [repair.stage for repair in story.record.repairs.values()] == [RepairStage.REVOKED, RepairStage.GRANTED]
