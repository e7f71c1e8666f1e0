"""名单: notice of intent, statement and defence, decision by two, removal and expiry, each by the list's standard."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from ledger.domain.deadlines import Period
from ledger.domain.record import Disclosure
from ledger.domain.state import EndingKind
from ledger.rulebook.book import shipped_rules
from ledger.rulebook.lists import ListStandard
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.story import (
    ABNORMAL,
    ATTENTION,
    DEBTOR,
    FIRST,
    HONOURED,
    OPERATOR,
    OTHER,
    PROCUREMENT,
    SERIOUS,
    UNIT,
    Story,
    T,
    book_of,
    day,
    refusal,
    uid,
)
from tests.ledger.harness import OTHER_ENTERPRISE, publicity
from verify.statement_type import Clock
from verify.streams import Streams

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
LISTS = {rule.name: rule for rule in shipped_rules() if isinstance(rule, ListStandard)}
RULES = f"list/{SERIOUS}"


def notified(item: str = SERIOUS) -> Story:
    """A notice of intent of 2026-11-12, a Thursday: the five working days end on the 19th."""
    story = Story("2026-11-12")
    assert story.notify(item=item) is UNCHANGED
    return story


def listed(item: str = SERIOUS, *cases: str) -> Story:
    """An entry decided on 2026-11-20, after a notice where the standard asks for one."""
    story = notified(item) if LISTS[item].defence is not None else Story()
    story.at("2026-11-20").enlist(*cases, item=item)
    return story


# ---- notice and defence --------------------------------------------------------------------------------------------


def test_a_notice_begins_a_record_of_which_nothing_is_shown() -> None:
    """The entry is only considered: it has no filing, no clocks, and nothing to see."""
    story = notified()

    assert (story.record.begun, story.record.filing, story.record.issuer) == (FIRST, None, UNIT)
    assert (story.status, story.disclosed, story.dues()) == (RecordStatus.NOTIFIED, False, [])
    assert story.record.listing is not None
    assert story.record.listing.notified_on == day("2026-11-12")


def test_a_notice_begins_a_record_once() -> None:
    """Not for a record that was filed, nor for one that was notified."""
    filed = Story()
    filed.file(publicity("ordinary"))

    for story in (filed, notified()):
        with refusal("about/record", "a record begins once"):
            story.notify()


@pytest.mark.parametrize("item", [ABNORMAL, DEBTOR, HONOURED])
def test_where_the_standard_asks_for_no_notice_none_is_given(item: str) -> None:
    """经营异常名录, the court's list, an honour: the decision begins the record."""
    with refusal("about/rules", "this standard asks for no notice"):
        Story().notify(item=item)

    assert Story().enlist(item=item) is DISCLOSE


@pytest.mark.parametrize("say", [Story.notify, Story.enlist])
def test_a_notice_and_a_decision_name_cases_of_the_standard(say: Callable[..., object]) -> None:
    """Whatever else was done is no case of this list."""
    story = Story() if say is Story.notify else notified().at("2026-11-20")
    with refusal("cases", "names a case that the standard does not have"):
        say(story, "health-and-life", "something-else")

    say(story, "health-and-life", "national-defence")
    assert story.record.listing is not None
    assert story.record.listing.cases == ("health-and-life", "national-defence")


def test_the_standard_is_the_one_in_force_on_the_day_of_the_act() -> None:
    """令第36号 came into force on 2026-04-01; before, there was no standard to list by."""
    for on in ("2026-03-31", "2026-04-01"):
        story = Story("2026-04-01")
        if on == "2026-03-31":
            with refusal("about/catalogue", "no list standard list/serious-dishonesty-list is in force on 2026-03-31"):
                story.notify(on=on)
        else:
            story.notify(on=on)


def test_a_later_version_of_the_standard_holds_from_its_day_on() -> None:
    """The notice names the old one; the decision, if it comes after that day, the new one."""
    story = notified().publish(replace(LISTS[SERIOUS], version=2, effective_from=day("2026-11-21")))
    with refusal("about/rules", "on 2026-11-20 list/serious-dishonesty-list version 1 applies"):
        story.at("2026-11-20").enlist(version=2)
    with refusal("about/rules", "on 2026-11-21 list/serious-dishonesty-list version 2 applies"):
        story.at("2026-11-21").enlist()

    story.enlist(version=2)
    assert story.record.listing is not None
    assert story.record.listing.standard_version == 2


def test_a_decision_is_on_the_list_of_the_notice() -> None:
    """For another list the subject was not heard."""
    with refusal("about/catalogue", f"the notice was for {SERIOUS}"):
        notified().at("2026-11-20").enlist(item=ATTENTION)


@pytest.mark.parametrize("rules", [f"list/{ATTENTION}", "publicity/order-36"])
def test_an_entry_rests_on_the_standard_of_its_own_list(rules: str) -> None:
    """Whatever else the ledger has published."""
    with refusal("about/rules", f"{RULES} version 1 applies"):
        Story().notify(rules=rules)


@pytest.mark.parametrize("issuer", [UNIT, OPERATOR])
def test_the_subject_is_heard_through_the_unit_or_the_platform(issuer: str) -> None:
    """As often as it has something to say; another department has no part in it."""
    story = notified()
    with refusal("issuer", "only the providing unit"):
        story.defend(issuer=OTHER)
    story.defend(issuer=issuer, on="2026-11-12")
    story.at("2026-11-16").defend(issuer=issuer, on="2026-11-13")
    story.defend(issuer=issuer, on="2026-11-12")

    assert story.record.listing is not None
    assert story.record.listing.defended_on == day("2026-11-13")


@pytest.mark.parametrize("say", [Story.defend, Story.drop])
def test_a_step_of_the_procedure_does_not_come_before_the_notice(say: Callable[..., object]) -> None:
    """On its day it may."""
    story = notified()
    with refusal("on", "lies before the day of the notice, 2026-11-12"):
        say(story, on="2026-11-11")
    say(story, on="2026-11-12")


def test_what_was_heard_comes_before_what_follows_from_it() -> None:
    """Neither drop nor decision is dated before the last thing that the subject said."""
    story = notified()
    story.at("2026-11-16").defend(on="2026-11-13")

    with refusal("on", "lies before the day of the statement and defence, 2026-11-13"):
        story.drop(on="2026-11-12")
    with refusal("on", "lies before the day of the statement and defence, 2026-11-13"):
        story.enlist(on="2026-11-12", decided_on="2026-11-12", defence="不予采纳")
    story.enlist(on="2026-11-13", defence="不予采纳")


def test_the_unit_drops_what_it_does_not_pursue() -> None:
    """不予列入: the procedure ends, nothing was ever shown, and it cannot be taken up again."""
    story = notified()
    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", "only the providing unit"):
            story.drop(issuer=issuer)
    assert story.drop() is UNCHANGED
    assert story.status is RecordStatus.DROPPED

    for say in (Story.drop, Story.defend):
        with refusal("about/record", "the procedure has ended"):
            say(story)
    with refusal("about/record", "the procedure was dropped"):
        story.at("2026-11-20").enlist()


@pytest.mark.parametrize("say", [Story.defend, Story.drop])
def test_after_the_decision_the_procedure_is_over(say: Callable[..., object]) -> None:
    """What the subject has to say now is an objection."""
    with refusal("about/record", "the procedure has ended"):
        say(listed())


@pytest.mark.parametrize("say", [Story.defend, Story.drop, Story.remove])
def test_a_record_that_is_no_list_entry_has_no_such_procedure(say: Callable[..., object]) -> None:
    """A penalty is not defended, dropped or removed."""
    story = Story()
    story.file(publicity("ordinary"))

    with refusal("about/record", "no list entry with this id was begun"):
        say(story)


@pytest.mark.parametrize(
    "say",
    [Story.correct, Story.change, Story.revoke, Story.object, Story.mask, Story.open_remedy, Story.remove, Story.apply],
)
def test_before_the_decision_there_is_nothing_to_mend_or_dispute(say: Callable[..., object]) -> None:
    """Only statement and defence, and the drop."""
    story = notified()

    with refusal("about/record", "the list entry was not decided"):
        say(story)


# ---- decision ------------------------------------------------------------------------------------------------------


def test_a_decision_puts_the_subject_on_the_list() -> None:
    """The entry is filed by it, disclosed by it, and stands for three years."""
    story = notified().at("2026-11-20")

    assert story.enlist() is DISCLOSE
    record = story.record
    assert (record.begun, record.filing, record.decided_on) == (FIRST, FIRST + 1, day("2026-11-20"))
    assert (story.status, story.ends(Period.LISTING)) == (RecordStatus.STANDING, "2029-11-20")
    assert story.dues(Period.PUBLICITY) == []
    assert (story.shown_on("2029-11-20"), story.shown_on("2029-11-21")) == (True, False)


def test_without_a_notice_nobody_is_listed() -> None:
    """Where the standard asks for one."""
    with refusal("about/record", "no notice of intent was given"):
        Story().enlist()


@pytest.mark.parametrize(("on", "heard"), [("2026-11-18", False), ("2026-11-19", False), ("2026-11-20", True)])
def test_the_subject_has_the_time_to_speak(on: str, *, heard: bool) -> None:
    """Five working days after the notice of Thursday the 12th: to the end of Thursday the 19th."""
    story = notified().at(on)
    if heard:
        story.enlist()
    else:
        with refusal("on", "the subject may speak until 2026-11-19"):
            story.enlist()


def test_the_time_to_speak_counts_to_the_day_of_the_decision_not_of_its_recording() -> None:
    """Decided on the last day for the defence, sent a day later: still too early."""
    with refusal("on", "the subject may speak until 2026-11-19"):
        notified().at("2026-11-20").enlist(on="2026-11-19")


def test_who_has_spoken_is_answered_and_may_be_listed_at_once() -> None:
    """The decision says what was made of the statement and defence."""
    story = notified()
    story.defend()
    with refusal("committed/defence", "a decision says what was made of the statement and defence"):
        story.at("2026-11-13").enlist()

    assert story.enlist(defence="不予采纳") is DISCLOSE


def test_a_decision_does_not_come_before_the_notice() -> None:
    """Not even of one who has spoken."""
    story = notified()
    story.defend()

    with refusal("on", "lies before the day of the notice, 2026-11-12"):
        story.enlist(on="2026-11-11", defence="不予采纳")


@pytest.mark.parametrize("signers", [0, 1])
def test_two_sign_a_decision(signers: int) -> None:
    """Or as many as the standard says."""
    with refusal("signature", "2 keys of the unit sign a decision"):
        notified().at("2026-11-20").enlist(signers=signers)
    three = notified().publish(replace(LISTS[SERIOUS], version=2, signers=3)).at("2026-11-20")
    with refusal("signature", "3 keys of the unit sign a decision"):
        three.enlist(version=2, signers=2)


def test_the_unit_that_gave_notice_decides() -> None:
    """Another department would have to give notice itself."""
    with refusal("issuer", "only the providing unit"):
        notified().at("2026-11-20").enlist(issuer=OTHER)


def test_an_entry_is_decided_once() -> None:
    """Nor does a decision turn a filed record into an entry."""
    filed = Story()
    filed.file(publicity("ordinary"))

    for story in (listed(), filed):
        with refusal("about/record", "the entry was decided already"):
            story.enlist()


def test_the_decision_concerns_the_subject_that_was_notified() -> None:
    """Or one enterprise would be heard and another put on the list."""
    story = notified().at("2026-11-20")
    story.auditor = Streams()

    with refusal("subject", "the notice was given to another subject"):
        story.enlist(subject=OTHER_ENTERPRISE)


@pytest.mark.parametrize(("decided_on", "allowed"), [("2026-11-11", False), ("2026-11-12", True)])
def test_the_document_of_a_decision_is_not_older_than_the_notice(decided_on: str, *, allowed: bool) -> None:
    """The periods run from its day, whatever day the act names."""
    story = notified().at("2026-11-20")
    if allowed:
        story.enlist(decided_on=decided_on)
    else:
        with refusal("data/YZ_LRRQ", "lies before the notice of 2026-11-12"):
            story.enlist(decided_on=decided_on)


def test_a_decision_is_not_dated_ahead() -> None:
    """Neither its act nor the day in its document."""
    with refusal("on", "lies after the day on which it is recorded"):
        notified().at("2026-11-20").enlist(on="2026-11-21")
    with refusal("data/YZ_LRRQ", "lies after the day on which it is recorded"):
        notified().at("2026-11-20").enlist(decided_on="2026-11-21")


def test_a_case_without_end_keeps_the_entry_until_the_duty_is_done() -> None:
    """有履行能力而拒不履行 has no period, the other cases of the court's list have two years."""
    endless, ends = listed(DEBTOR, "able-but-refusing"), listed(DEBTOR, "evasion")

    assert endless.dues(Period.LISTING) == []
    assert endless.shown_on("2099-01-01")
    assert ends.ends(Period.LISTING) == "2028-11-20"


@pytest.mark.parametrize(
    ("item", "months", "allowed"), [(DEBTOR, 36, True), (DEBTOR, 37, False), (SERIOUS, 0, True), (SERIOUS, 1, False)]
)
def test_an_entry_is_prolonged_as_far_as_the_standard_allows(item: str, months: int, *, allowed: bool) -> None:
    """暴力、威胁: one to three years more on the court's list; the others know no prolongation."""
    story = notified().at("2026-11-20") if item == SERIOUS else Story()
    cases = ("obstruction",) if item == DEBTOR else ()
    if not allowed:
        with refusal("prolonged_by", f"does not allow {months} months more"):
            story.enlist(*cases, item=item, prolonged_by=months)
        return
    story.enlist(*cases, item=item, prolonged_by=months)
    assert story.ends(Period.LISTING) == ("2031-11-20" if item == DEBTOR else "2029-11-20")


@pytest.mark.parametrize(
    ("item", "publish", "last"), [(SERIOUS, 7, "2026-12-01"), (ABNORMAL, 20, "2026-12-18"), (HONOURED, 7, "2026-12-01")]
)
def test_an_entry_is_published_as_fast_as_the_standard_says(item: str, publish: int, last: str) -> None:
    """Not as fast as its catalogue item."""
    due = listed(item).due(Clock.DISCLOSE)

    assert (due.days, due.day, due.rule) == (publish, day(last), (f"list/{item}", 1))
    assert due.settled


def test_a_standard_published_later_does_not_change_an_entry() -> None:
    """It stands by the version that its decision names."""
    longest = LISTS[SERIOUS].longest
    assert longest is not None
    story = listed().publish(replace(LISTS[SERIOUS], version=2, longest=replace(longest, length=12)))

    assert (story.ends(Period.LISTING), story.due(Period.LISTING).rule) == ("2029-11-20", (RULES, 1))


# ---- removal and expiry --------------------------------------------------------------------------------------------


def test_an_entry_expires_when_its_last_day_has_passed() -> None:
    """Not on the day itself, and dated with it; once."""
    story = listed()
    with refusal("on", "the period ends on 2029-11-20"):
        story.at("2029-11-20").fall_due(T.LISTING_EXPIRED, "2029-11-20", RULES)
    for on in ("2029-11-19", "2029-11-21"):
        with refusal("on", "the period ends on 2029-11-20"):
            story.at("2029-11-21").fall_due(T.LISTING_EXPIRED, on, RULES)
    with refusal("about/rules", f"{RULES} version 1 applies"):
        story.fall_due(T.LISTING_EXPIRED, "2029-11-20", f"list/{ATTENTION}")

    assert story.fall_due(T.LISTING_EXPIRED, "2029-11-20", RULES) is WITHDRAW
    assert (story.status, story.due(Period.LISTING).settled) == (RecordStatus.EXPIRED, True)
    with refusal("about/record", "the record has ended: expired"):
        story.fall_due(T.LISTING_EXPIRED, "2029-11-20", RULES)


def test_an_entry_without_a_period_does_not_expire() -> None:
    """经营异常名录: it stands until the duty is done."""
    with refusal("about/record", "no period ends this entry"):
        listed(ABNORMAL).at("2099-01-01").fall_due(T.LISTING_EXPIRED, "2029-11-20", f"list/{ABNORMAL}")


def test_the_abnormal_are_removed_when_the_duty_is_done_and_shown_as_removed() -> None:
    """移出 is shown beside the entry; it withdraws nothing."""
    story = listed(ABNORMAL)

    assert story.remove() is UNCHANGED
    assert (story.status, story.disclosed) == (RecordStatus.REMOVED, True)
    assert story.shown_on("2099-01-01")
    with refusal("about/record", "the record has ended: removed"):
        story.remove()


def test_what_was_wrong_is_no_longer_shown_although_it_was_removed() -> None:
    """更正移出: a revocation, after a removal or without one, takes both from view."""
    for removed in (False, True):
        story = listed(ABNORMAL)
        if removed:
            story.remove()

        assert story.revoke() is WITHDRAW
        assert not story.shown_on("2026-11-21")


@pytest.mark.parametrize(
    ("item", "removal", "rule"),
    [
        (SERIOUS, "early-repair", "removed early by repair alone"),
        (DEBTOR, "early-repair", "removed early by repair alone"),
        (SERIOUS, "expiry", "expires by itself"),
        (ABNORMAL, "expiry", "the standard does not know this removal"),
        (SERIOUS, "disqualification", "the standard does not know this removal"),
        (SERIOUS, "escalation", "the standard does not know this removal"),
        (PROCUREMENT, "early-repair", "the standard does not know this removal"),
        (ABNORMAL, "corrected-removal", "the standard does not know this removal"),
        (SERIOUS, "annulment", "the standard does not know this removal"),
    ],
)
def test_the_standard_says_how_an_entry_is_removed(item: str, removal: str, rule: str) -> None:
    """Adverse entries go by repair, wrong ones by revocation, and nobody expires by decision."""
    with refusal("removal", rule):
        listed(item).at("2029-11-01").remove(removal)


def test_an_honour_is_lost_by_disqualification() -> None:
    """取消资格: the honour is withdrawn from view."""
    story = listed(HONOURED)

    assert story.remove("disqualification") is WITHDRAW
    assert story.status is RecordStatus.REMOVED


@pytest.mark.parametrize(("on", "allowed"), [("2027-02-19", False), ("2027-02-20", True)])
def test_an_early_removal_waits_for_the_shortest_period(on: str, *, allowed: bool) -> None:
    """重点关注: three months."""
    story = listed(ATTENTION).at("2027-03-01")
    if allowed:
        story.remove(on=on)
        assert story.status is RecordStatus.REMOVED
    else:
        with refusal("on", "the shortest period ends on 2027-02-20"):
            story.remove(on=on)


def test_an_escalation_waits_for_nothing_and_names_the_entry_that_follows() -> None:
    """转为严重失信主体, the day after."""
    story = listed(ATTENTION).at("2026-11-21")
    story.remove("escalation", successor="serious")

    assert story.record.endings[EndingKind.REMOVED].superseded_by == uid("serious")


def test_a_removal_does_not_come_before_the_decision() -> None:
    """On its day it may."""
    story = listed(ABNORMAL)

    with refusal("on", "lies before the day of the decision, 2026-11-20"):
        story.remove(on="2026-11-19")
    story.remove(on="2026-11-20")


def test_the_deciding_unit_removes() -> None:
    """谁列入、谁移出."""
    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", "only the providing unit"):
            listed(ABNORMAL).remove(issuer=issuer)


def test_a_removed_entry_does_not_expire_as_well() -> None:
    """It has ended."""
    story = listed(ATTENTION).at("2027-03-01")
    story.remove()

    assert story.due(Period.LISTING).settled
    with refusal("about/record", "the record has ended: removed"):
        story.at("2027-11-21").fall_due(T.LISTING_EXPIRED, "2027-11-20", f"list/{ATTENTION}")


def test_a_correction_moves_the_period_of_an_entry() -> None:
    """The day of the decision was wrong."""
    story = listed()
    story.correct(decided_on="2026-11-19")

    assert story.ends(Period.LISTING) == "2029-11-19"


def test_nobody_is_listed_by_rules_that_are_not_published() -> None:
    """Without a standard the item is an ordinary one: filed, not decided."""
    story = Story(book=book_of(*(rule for rule in shipped_rules() if not isinstance(rule, ListStandard))))

    with refusal("about/catalogue", "is in force on 2026-11-20"):
        story.enlist(item=ABNORMAL)
    assert story.file(publicity("ordinary"), item=ABNORMAL) is DISCLOSE


def test_every_list_has_an_entry_here() -> None:
    """The shortest story of each: it can be entered at all."""
    ends: dict[str, date | None] = {}
    for item in sorted(LISTS):
        story = listed(item)
        ends[item] = next((due.day for due in story.dues(Period.LISTING)), None)

    assert {item: end and end.isoformat() for item, end in ends.items()} == {
        ABNORMAL: None,
        DEBTOR: None,
        "false-litigation-list": "2028-11-20",
        ATTENTION: "2027-11-20",
        PROCUREMENT: "2029-11-20",
        SERIOUS: "2029-11-20",
        HONOURED: "2027-11-20",
    }
