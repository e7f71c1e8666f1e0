"""异议: raised, forwarded, extended, resolved, delivered, reviewed; who takes which step, and which clocks run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from ledger.domain.record import Disclosure
from ledger.rulebook.book import shipped_rules
from ledger.rulebook.objection import ClockTerm, ObjectionClock, ObjectionRules
from ledger.vocabulary import ObjectionOutcome, RecordStatus
from tests.ledger.domain.story import FIRST, OPERATOR, OTHER, UNIT, Story, book_of, day, refusal, uid
from tests.ledger.harness import publicity
from verify.statement_type import Clock

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
RULES = next(rule for rule in shipped_rules() if isinstance(rule, ObjectionRules))


def filed() -> Story:
    """An ordinary penalty of Friday 2026-11-20."""
    story = Story()
    story.file(publicity("ordinary"))
    return story


def disputed(*, forwarded: bool = True) -> Story:
    """An objection that the platform took in and, where nothing else is said, forwarded the same day."""
    story = filed()
    assert story.object() is UNCHANGED
    if forwarded:
        story.forward()
    return story


def resolved(outcome: str = "upheld") -> Story:
    """The unit verified on Monday 2026-11-23 and did what it says."""
    story = disputed().at("2026-11-23")
    if outcome == "corrected":
        story.correct(objection="o1")
    elif outcome == "revoked":
        story.revoke(objection="o1")
    story.resolve(outcome)
    return story


def other_rules(version: int, **days: int) -> ObjectionRules:
    """Another version of the rules, with other working days for some clocks."""
    clocks = tuple(
        (clock, replace(term, working_days=days.get(clock.value, term.working_days))) for clock, term in RULES.clocks
    )
    return replace(RULES, version=version, clocks=clocks)


# ---- raising -------------------------------------------------------------------------------------------------------


def test_an_objection_marks_the_record_but_does_not_hide_it() -> None:
    """异议标注: it stays visible with its mark until the providing unit has verified."""
    story = disputed()
    assert (story.status, story.disclosed) == (RecordStatus.DISPUTED, True)

    story.resolve()
    assert (story.status, story.disclosed) == (RecordStatus.STANDING, True)


def test_a_second_objection_keeps_the_mark() -> None:
    """The mark goes when the last open objection is resolved."""
    story, shown = filed(), []
    for say, name in ((Story.object, "o1"), (Story.object, "o2"), (Story.resolve, "o1"), (Story.resolve, "o2")):
        say(story, objection=name)
        shown.append(story.status.value)

    assert shown == ["disputed", "disputed", "disputed", "standing"]


@pytest.mark.parametrize(
    ("origin", "issuer"),
    [("subject", OPERATOR), ("subject", UNIT), ("subject", OTHER), ("department", UNIT), ("department", OTHER)],
)
def test_any_department_raises_objections_and_the_platform_those_of_subjects(origin: str, issuer: str) -> None:
    """S004 L30: the subject, or a department that found the fault."""
    filed().object(origin=origin, issuer=issuer)


def test_the_platform_finds_no_faults_itself() -> None:
    """The department that found it says so."""
    with refusal("origin", "the operator raises objections of subjects alone"):
        filed().object(origin="department", issuer=OPERATOR)


@pytest.mark.parametrize("ended", [Story.resolve, None])
def test_an_objection_is_raised_once(ended: Callable[[Story], object] | None) -> None:
    """Under each id, open or resolved."""
    story = disputed()
    if ended is not None:
        ended(story)

    with refusal("about/objection", "raised once"):
        story.object()


@pytest.mark.parametrize(
    "say",
    [
        Story.forward,
        Story.extend,
        Story.resolve,
        Story.deliver,
        Story.request_review,
        Story.review,
        lambda story: story.correct(objection="o1"),
        lambda story: story.change(objection="o1"),
        lambda story: story.revoke(objection="o1"),
    ],
    ids=["forward", "extend", "resolve", "deliver", "request", "review", "correct", "change", "revoke"],
)
def test_what_names_an_objection_names_one_of_this_record(say: Callable[[Story], object]) -> None:
    """Others may be open; this one was never raised."""
    story = filed()
    story.object("other")

    with refusal("about/objection", "no objection with this id was raised"):
        say(story)


def test_the_providing_unit_has_what_it_raised_itself() -> None:
    """No forwarding is needed, or possible; verifying begins at once."""
    story = filed()
    story.object(origin="department", issuer=UNIT)

    assert story.record.objections[uid("o1")].forwarded == FIRST + 1
    assert story.due(Clock.FORWARD).settled
    assert story.due(Clock.VERIFY).since == FIRST + 1
    with refusal("about/objection", "the providing unit has the objection already"):
        story.forward()


# ---- forwarding ----------------------------------------------------------------------------------------------------


def test_an_objection_is_forwarded_once() -> None:
    """The unit has it."""
    with refusal("about/objection", "the providing unit has the objection already"):
        disputed().forward()


@pytest.mark.parametrize("reviewed", [False, True])
def test_what_was_resolved_is_not_forwarded(*, reviewed: bool) -> None:
    """The unit found it by itself and has verified: it has the objection, under review too."""
    story = disputed(forwarded=False)
    story.resolve()
    if reviewed:
        story.request_review()

    with refusal("about/objection", "the providing unit has the objection already"):
        story.at("2026-11-23").forward()


def test_a_unit_may_verify_before_it_is_asked() -> None:
    """What the platform should have forwarded counts as with the unit from the day it was raised."""
    story = disputed(forwarded=False)
    story.resolve()

    assert story.due(Clock.FORWARD).settled
    assert (story.due(Clock.VERIFY).since, story.due(Clock.VERIFY).settled) == (FIRST + 1, True)


@pytest.mark.parametrize("say", [Story.forward, Story.extend, Story.resolve], ids=["forward", "extend", "resolve"])
def test_no_step_comes_before_the_objection(say: Callable[..., object]) -> None:
    """On its day it may."""
    story = disputed(forwarded=say is not Story.forward)

    with refusal("on", "lies before the day of the step before it, 2026-11-20"):
        say(story, on="2026-11-19")
    say(story, on="2026-11-20")


@pytest.mark.parametrize("say", [Story.extend, Story.resolve], ids=["extend", "resolve"])
def test_no_verifying_comes_before_the_forwarding(say: Callable[..., object]) -> None:
    """The unit had nothing to verify."""
    story = disputed(forwarded=False).at("2026-11-23")
    story.forward()

    with refusal("on", "lies before the day of the step before it, 2026-11-23"):
        say(story, on="2026-11-20")
    say(story, on="2026-11-23")


# ---- extension -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "allowed"), [(5, False), (6, True), (20, True), (21, False)])
def test_verifying_is_extended_to_twenty_days_at_most(days: int, *, allowed: bool) -> None:
    """From the day of forwarding, and to more than the five days that there are anyway."""
    story = disputed()
    if not allowed:
        with refusal("to_working_days", "to 20 working days at most"):
            story.extend(days)
        return
    story.extend(days)
    assert story.due(Clock.VERIFY).days == days
    assert story.due(Clock.VERIFY).since == FIRST + 2


@pytest.mark.parametrize(("today", "allowed"), [("2026-11-27", True), ("2026-11-28", False)])
def test_verifying_is_extended_before_it_ends(today: str, *, allowed: bool) -> None:
    """Forwarded on Friday the 20th it ends on Friday the 27th; no date in the act changes that."""
    story = disputed().at(today)
    assert story.ends(Clock.VERIFY) == "2026-11-27"
    if allowed:
        story.extend()
        assert story.ends(Clock.VERIFY) == "2026-12-18"
    else:
        with refusal("to_working_days", "a period is extended before it ends"):
            story.extend(on="2026-11-27")


def test_verifying_is_extended_once() -> None:
    """As often as the rules allow."""
    story = disputed()
    story.extend(10)

    with refusal("to_working_days", "the rules allow 1 extensions, and they are used up"):
        story.extend(20)


def test_only_what_is_being_verified_is_extended() -> None:
    """Not before the unit has it, and not once it has answered, under review neither."""
    with refusal("to_working_days", "verifying has not begun"):
        disputed(forwarded=False).extend()
    story = resolved()
    with refusal("about/objection", "there is nothing to extend"):
        story.extend()
    story.request_review()
    with refusal("about/objection", "there is nothing to extend"):
        story.extend()


def test_the_outcome_does_not_come_before_the_extension() -> None:
    """Nobody extends what is done."""
    story = disputed().at("2026-11-25")
    story.extend(on="2026-11-24")

    with refusal("on", "lies before the day of the step before it, 2026-11-24"):
        story.resolve(on="2026-11-23")
    story.resolve(on="2026-11-24")


# ---- outcome -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("say", [Story.extend, Story.resolve, Story.review], ids=["extend", "resolve", "review"])
def test_the_providing_unit_verifies(say: Callable[..., object]) -> None:
    """S001 L40: never the platform, and no other department."""
    story = resolved() if say is Story.review else disputed()
    if say is Story.review:
        story.request_review()

    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", f"only the providing unit {UNIT}"):
            say(story, issuer=issuer)


@pytest.mark.parametrize("outcome", ["corrected", "revoked", "upheld"])
def test_an_outcome_says_what_was_done(outcome: str) -> None:
    """Corrected or revoked for this objection, or neither."""
    story = resolved(outcome)

    assert story.record.objections[uid("o1")].outcome is ObjectionOutcome(outcome)
    assert not story.record.objections[uid("o1")].open


def test_a_change_is_a_correction_of_what_was_disputed() -> None:
    """变更: the decision itself was replaced for it."""
    story = disputed()
    story.change(objection="o1")

    story.resolve("corrected")
    assert story.status is RecordStatus.CHANGED


def test_a_correction_for_another_reason_is_none_for_this_objection() -> None:
    """It has to cite it."""
    story = disputed()
    story.object("o2")
    story.correct()
    story.correct(objection="o2")

    with refusal("outcome", "no correction cites this objection"):
        story.resolve("corrected")


@pytest.mark.parametrize("outcome", ["revoked", "upheld"])
def test_a_record_is_revoked_once_for_all_objections(outcome: str) -> None:
    """The revocation cites one of them; the others may have been right as well, or not."""
    story = disputed()
    story.object("o2")
    with refusal("outcome", "the record was not revoked"):
        story.resolve("revoked", "o1")
    story.revoke(objection="o2")

    story.resolve("revoked", "o2")
    story.resolve(outcome, "o1")


@pytest.mark.parametrize(("deed", "false"), [("corrected", "upheld"), ("corrected", "revoked"), ("revoked", "upheld")])
def test_an_outcome_does_not_deny_what_was_done(deed: str, false: str) -> None:
    """Nor say more than was done."""
    story = disputed()
    if deed == "corrected":
        story.correct(objection="o1")
    else:
        story.revoke(objection="o1")
    rules = {"upheld": "was corrected or revoked for this objection", "revoked": "the record was not revoked"}

    with refusal("outcome", rules[false]):
        story.resolve(false)


def test_an_objection_is_resolved_once() -> None:
    """What follows is a review, once."""
    with refusal("about/objection", "the objection was resolved"):
        resolved().resolve()


@pytest.mark.parametrize("say", [Story.correct, Story.change, Story.revoke], ids=["correct", "change", "revoke"])
def test_an_objection_that_was_resolved_is_no_ground_any_more(say: Callable[..., object]) -> None:
    """Unless a review has opened it again."""
    story = resolved()
    with refusal("about/objection", "the objection is not open"):
        say(story, objection="o1")

    story.request_review()
    say(story, objection="o1")


# ---- delivery ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [UNIT, OPERATOR])
def test_unit_or_platform_delivers_the_outcome(issuer: str) -> None:
    """送达, once; another department has nothing to deliver."""
    story = resolved()
    with refusal("issuer", "only the providing unit"):
        story.deliver(issuer=OTHER)
    story.deliver(issuer=issuer)

    assert story.due(Clock.ACT).settled
    with refusal("about/objection", "no outcome that waits for delivery"):
        story.deliver(issuer=issuer)


def test_without_an_outcome_nothing_is_delivered() -> None:
    """Neither at first nor under review."""
    story = disputed()
    with refusal("about/objection", "no outcome that waits for delivery"):
        story.deliver()
    story.resolve()
    story.request_review()
    with refusal("about/objection", "no outcome that waits for delivery"):
        story.deliver()


@pytest.mark.parametrize("say", [Story.deliver, Story.request_review], ids=["deliver", "review"])
def test_nothing_follows_the_outcome_before_its_day(say: Callable[..., object]) -> None:
    """On its day it may."""
    story = resolved()

    with refusal("on", "lies before the day of the step before it, 2026-11-23"):
        say(story, on="2026-11-22")
    say(story, on="2026-11-23")


# ---- review --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("issuer", [UNIT, OTHER, OPERATOR])
def test_a_review_opens_the_objection_again(issuer: str) -> None:
    """复核: the mark is back until it is decided."""
    story = resolved()
    story.request_review(issuer=issuer)
    assert (story.status, story.record.objections[uid("o1")].open) == (RecordStatus.DISPUTED, True)

    story.review()
    assert (story.status, story.record.objections[uid("o1")].open) == (RecordStatus.STANDING, False)


def test_an_objection_is_reviewed_once() -> None:
    """After that there are reconsideration and litigation."""
    story = resolved()
    story.request_review()
    with refusal("about/objection", "has no outcome yet"):
        story.request_review()
    story.review()

    with refusal("about/objection", "the rules allow 1 reviews, and they are used up"):
        story.request_review()


def test_only_what_was_resolved_is_reviewed() -> None:
    """And only what somebody asked to be reviewed is decided again."""
    story = disputed()
    with refusal("about/objection", "has no outcome yet"):
        story.request_review()
    for say in (Story.review,):
        with refusal("about/objection", "no review of this objection was requested"):
            say(story)
    story.resolve()
    with refusal("about/objection", "no review of this objection was requested"):
        story.review()


def test_a_review_is_decided_after_it_was_requested() -> None:
    """On that day it may."""
    story = resolved().at("2026-11-25")
    story.request_review(on="2026-11-24")

    with refusal("on", "lies before the day of the step before it, 2026-11-24"):
        story.review(on="2026-11-23")
    story.review(on="2026-11-24")


def test_a_review_corrects_what_the_first_answer_upheld() -> None:
    """And its outcome is delivered like the first."""
    story = resolved()
    story.deliver()
    story.request_review()
    with refusal("outcome", "no correction cites this objection"):
        story.review("corrected")
    story.correct(objection="o1")
    story.review("corrected")

    assert not story.record.objections[uid("o1")].delivered
    story.deliver()
    assert story.record.objections[uid("o1")].delivered


def test_what_was_corrected_before_the_review_is_no_answer_to_it() -> None:
    """A review asks anew: its outcome says what was done since, and a first correction that stands is upheld."""
    story = resolved("corrected")
    story.request_review()

    with refusal("outcome", "no correction cites this objection"):
        story.review("corrected")
    story.review("upheld")


def test_who_asks_for_a_review_knows_the_outcome() -> None:
    """Nothing is left to deliver of the first one, and nobody is late with it."""
    story = resolved()
    story.request_review()
    first, *_others = story.dues(Clock.ACT)

    assert (first.done_on, first.settled) == (day("2026-11-23"), True)
    late = resolved()
    late.at("2026-11-27").request_review()
    assert late.dues(Clock.ACT)[0].late


# ---- clocks --------------------------------------------------------------------------------------------------------


def test_each_step_has_its_clock() -> None:
    """From Friday 2026-11-20 on, with the entries that start them; every number is a default of the platform."""
    story = disputed()
    story.at("2026-11-23").resolve()
    story.at("2026-11-25").deliver()
    story.request_review()
    story.at("2026-11-30").review()
    found = [(due.clock, due.since - FIRST, str(due.start), str(due.day), str(due.done_on)) for due in story.dues()]

    assert found[2:-1] == [
        (Clock.ANNOTATE, 1, "2026-11-20", "2026-11-23", "2026-11-20"),
        (Clock.FORWARD, 1, "2026-11-20", "2026-11-23", "2026-11-20"),
        (Clock.VERIFY, 2, "2026-11-20", "2026-11-27", "2026-11-23"),
        (Clock.ACT, 3, "2026-11-23", "2026-11-26", "2026-11-25"),
        (Clock.REVIEW, 5, "2026-11-25", "2026-12-02", "2026-11-30"),
        (Clock.ACT, 6, "2026-11-30", "2026-12-03", "None"),
    ]
    assert {due.rule for due in story.dues()[2:-1]} == {("objection/default", 1)}
    assert [due.settled for due in story.dues()[2:-1]] == [True] * 5 + [False]


def test_a_clock_stops_when_the_step_is_recorded() -> None:
    """Whatever day the act names: nobody is in time by a date he writes himself."""
    story = disputed().at("2026-11-30")
    story.resolve(on="2026-11-23")
    due = story.due(Clock.VERIFY)

    assert (due.done_on, due.late, due.settled) == (day("2026-11-30"), True, False)
    assert story.due(Clock.ACT).start == day("2026-11-30")


def test_a_clock_starts_when_a_units_own_step_is_recorded() -> None:
    """Forwarded in time and recorded late: the unit has its days from the recording on."""
    story = disputed(forwarded=False).at("2026-11-25")
    story.forward(on="2026-11-20")

    assert story.due(Clock.FORWARD).late
    assert (story.due(Clock.VERIFY).start, story.ends(Clock.VERIFY)) == (day("2026-11-25"), "2026-12-02")


@pytest.mark.parametrize(("requested", "start"), [("2026-11-26", "2026-11-26"), ("2026-11-24", "2026-11-25")])
def test_a_review_has_its_time_from_the_day_it_was_asked_for(requested: str, start: str) -> None:
    """When the request was received; though not from before the outcome was recorded."""
    story = disputed().at("2026-11-25")
    story.resolve(on="2026-11-23")
    story.at("2026-11-27").request_review(on=requested)

    assert story.due(Clock.REVIEW).start == day(start)


def test_the_mark_is_set_when_the_objection_is_recorded() -> None:
    """An objection that lay about for a week was annotated late."""
    story = filed().at("2026-11-27")
    story.object(on="2026-11-20")

    assert (story.ends(Clock.ANNOTATE), story.due(Clock.ANNOTATE).late) == ("2026-11-23", True)


def test_an_objection_keeps_to_the_rules_of_its_day() -> None:
    """A version published later holds for the objections raised after it."""
    story = disputed()
    story.publish(other_rules(2, verify=2, act=1))
    story.object("o2", issuer=UNIT)
    old, new = story.dues(Clock.VERIFY)

    assert (old.days, old.rule) == (5, ("objection/default", 1))
    assert (new.days, new.rule) == (2, ("objection/default", 2))
    with refusal("to_working_days", "to 20 working days at most"):
        story.extend(5)


def test_rules_that_come_into_force_later_wait_for_their_day() -> None:
    """An objection of the last day before keeps to the old ones although the new ones are known."""
    story = filed().publish(replace(other_rules(2, verify=2), effective_from=day("2026-11-24"))).at("2026-11-24")
    story.object("o1", on="2026-11-23", issuer=UNIT)
    story.object("o2", on="2026-11-24", issuer=UNIT)

    assert [due.days for due in story.dues(Clock.VERIFY)] == [5, 2]


@pytest.mark.parametrize("say", [Story.extend, Story.request_review], ids=["extend", "review"])
def test_without_rules_there_is_nothing_to_extend_or_review(say: Callable[[Story], object]) -> None:
    """And no clock runs; rules published afterwards do not hold for what was raised before."""
    story = Story(book=book_of(*(rule for rule in shipped_rules() if not isinstance(rule, ObjectionRules))))
    story.file(publicity("ordinary"))
    story.object(issuer=UNIT)
    story.publish(RULES)
    if say is Story.request_review:
        story.resolve()

    assert story.dues(Clock.VERIFY) == []
    with refusal("about/objection", "no rules of objections were in force when it was raised"):
        say(story)


def test_more_reviews_where_the_rules_allow_them() -> None:
    """Each with its clock, and an outcome to deliver."""
    two = replace(RULES, version=2, reviews_allowed=2)
    story = filed().publish(two)
    story.object(issuer=UNIT)
    story.resolve()
    for _review in range(2):
        story.request_review()
        story.review()

    assert len(story.dues(Clock.REVIEW)) == 2
    assert len(story.dues(Clock.ACT)) == 3
    assert len({(due.clock, due.since) for due in story.dues()}) == len(story.dues())


def test_terms_of_the_shipped_rules_are_those_used_here() -> None:
    """If they change, the days above change with them."""
    terms: dict[ObjectionClock, ClockTerm] = dict(RULES.clocks)

    assert [terms[clock].working_days for clock in ObjectionClock] == [1, 1, 5, 3, 5]
    assert (RULES.extensions_allowed, RULES.reviews_allowed, RULES.withdrawal.working_days) == (1, 1, 3)
