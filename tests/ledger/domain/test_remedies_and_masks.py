"""复议、诉讼 and 临时屏蔽: a remedy at law marks a record and may undo it, a mask hides it for a time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.domain.deadlines import Period
from ledger.domain.record import Disclosure
from ledger.rulebook.book import shipped_rules
from ledger.rulebook.objection import ObjectionRules
from ledger.vocabulary import RecordStatus, RemedyOutcome
from tests.ledger.domain.story import ABNORMAL, FIRST, LICENCE, OPERATOR, OTHER, Story, T, book_of, day, refusal, uid
from tests.ledger.harness import publicity
from verify.statement_type import Clock
from verify.strict import JsonValue

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
SECRET: JsonValue = {"reason": "trade-secret", "text": "测试"}


def filed() -> Story:
    """An ordinary penalty of Friday 2026-11-20."""
    story = Story()
    story.file(publicity("ordinary"))
    return story


def sued(outcome: str | None = None) -> Story:
    """A suit of that day; with an outcome, of Monday 2026-11-30."""
    story = filed()
    assert story.open_remedy() is UNCHANGED
    if outcome is not None:
        story.at("2026-11-30").close_remedy(outcome=outcome)
    return story


# ---- remedies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["reconsideration", "litigation"])
def test_a_remedy_marks_the_record_and_hides_nothing(kind: str) -> None:
    """令第36号: publication is not suspended; the mark goes when the last remedy is closed."""
    story = filed()
    story.open_remedy(kind=kind)
    story.open_remedy("r2")
    assert (story.status, story.disclosed) == (RecordStatus.DISPUTED, True)

    story.close_remedy(outcome="upheld")
    assert story.status is RecordStatus.DISPUTED
    story.close_remedy("r2", outcome="withdrawn")
    assert (story.status, story.disclosed) == (RecordStatus.STANDING, True)


@pytest.mark.parametrize("say", [Story.open_remedy, Story.close_remedy], ids=["open", "close"])
def test_the_providing_unit_says_what_the_court_does(say: Callable[..., object]) -> None:
    """It is a party to it."""
    story = filed() if say is Story.open_remedy else sued()

    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", "only the providing unit"):
            say(story, issuer=issuer)


def test_a_remedy_is_opened_once_and_closed_once() -> None:
    """Under each id."""
    story = sued()
    with refusal("about/remedy", "a remedy is opened once"):
        story.open_remedy()
    with refusal("about/remedy", "no open remedy with this id"):
        story.close_remedy("r2")
    story.close_remedy()

    with refusal("about/remedy", "a remedy is opened once"):
        story.open_remedy()
    with refusal("about/remedy", "no open remedy with this id"):
        story.close_remedy()


def test_a_remedy_is_not_closed_before_it_was_opened() -> None:
    """On its day it may."""
    with refusal("on", "lies before the day of its opening, 2026-11-20"):
        sued().close_remedy(on="2026-11-19")
    sued().close_remedy(on="2026-11-20")


@pytest.mark.parametrize("say", [Story.correct, Story.change, Story.revoke], ids=["correct", "change", "revoke"])
def test_a_deed_names_a_remedy_of_this_record_open_or_closed(say: Callable[..., object]) -> None:
    """One that was never opened on it is no ground."""
    with refusal("about/remedy", "no remedy with this id was opened"):
        say(filed(), remedy="r1")
    for story in (sued(), sued("annulled")):
        say(story, remedy="r1")

        assert story.record.remedies[uid("r1")].carried_out_on == day(story.today)


@pytest.mark.parametrize("outcome", list(RemedyOutcome))
def test_what_was_annulled_or_changed_is_withdrawn_within_three_working_days(outcome: RemedyOutcome) -> None:
    """行政处罚法 第四十八条, from the day of the judgment; what was upheld or taken back starts no clock."""
    story = sued(outcome.value)
    if outcome in {RemedyOutcome.UPHELD, RemedyOutcome.WITHDRAWN}:
        assert story.dues(Clock.WITHDRAW) == []
        return
    due = story.due(Clock.WITHDRAW)

    assert (due.since, due.start, due.day) == (FIRST + 2, day("2026-11-30"), day("2026-12-03"))
    assert (due.rule, due.settled) == (("objection/default", 1), False)


@pytest.mark.parametrize(("today", "late"), [("2026-12-03", False), ("2026-12-04", True)])
@pytest.mark.parametrize("say", [Story.correct, Story.change, Story.revoke], ids=["correct", "change", "revoke"])
def test_a_deed_that_cites_the_remedy_carries_it_out(say: Callable[..., object], today: str, *, late: bool) -> None:
    """Recorded on its last day in time, a day later late, whatever day it names."""
    story = sued("annulled").at(today)
    say(story, remedy="r1", on="2026-11-30")

    assert (story.due(Clock.WITHDRAW).settled, story.due(Clock.WITHDRAW).late) == (not late, late)


def test_the_record_is_withdrawn_whatever_the_revocation_cites() -> None:
    """Nobody is late who took it back for an objection; a mere correction has to cite the judgment."""
    story = sued("annulled")
    story.correct()
    assert not story.due(Clock.WITHDRAW).settled
    story.object(issuer=OTHER)
    story.revoke(objection="o1")

    assert story.due(Clock.WITHDRAW).settled


def test_a_later_deed_for_the_same_remedy_makes_nobody_late() -> None:
    """It was carried out with the first."""
    story = sued("changed")
    story.at("2026-12-01").correct(remedy="r1")
    story.at("2027-01-20").correct(remedy="r1")

    assert story.record.remedies[uid("r1")].carried_out_on == day("2026-12-01")
    assert story.due(Clock.WITHDRAW).settled


def test_without_rules_of_objections_no_clock_runs() -> None:
    """The three days stand there; rules published after the judgment do not hold for it."""
    rules = [rule for rule in shipped_rules() if not isinstance(rule, ObjectionRules)]
    story = Story(book=book_of(*rules))
    story.file(publicity("ordinary"))
    story.open_remedy()
    story.close_remedy()
    story.publish(*(rule for rule in shipped_rules() if isinstance(rule, ObjectionRules)))

    assert story.dues(Clock.WITHDRAW) == []


# ---- masks ---------------------------------------------------------------------------------------------------------


def test_a_mask_hides_the_record_until_it_is_lifted() -> None:
    """临时屏蔽: while a reorganisation plan is carried out."""
    story = filed()

    assert story.mask() is WITHDRAW
    assert (story.status, story.disclosed, story.shown_on("2026-11-20")) == (RecordStatus.MASKED, False, False)
    assert story.unmask(outcome="failed") is DISCLOSE
    assert (story.status, story.disclosed) == (RecordStatus.STANDING, True)


def test_a_record_that_is_not_shown_can_be_masked_too() -> None:
    """Lifting does not show what was not to be seen anyway."""
    for terms, item in ((publicity("minor"), "administrative-penalty"), (publicity(None, withheld=SECRET), LICENCE)):
        story = Story()
        story.file(terms, item=item)

        assert (story.mask(), story.unmask()) == (UNCHANGED, UNCHANGED)


def test_one_mask_at_a_time() -> None:
    """Lifted before the next, and no id twice."""
    story = filed()
    story.mask()
    for mask in ("m1", "m2"):
        with refusal("about/mask", "the record is masked, or was under this id"):
            story.mask(mask)
    story.unmask()

    with refusal("about/mask", "the record is masked, or was under this id"):
        story.mask()
    story.mask("m2")


def test_only_the_mask_in_force_is_lifted() -> None:
    """Not another one, and not again."""
    story = filed()
    with refusal("about/mask", "the record is not masked under this id"):
        story.unmask()
    story.mask()
    with refusal("about/mask", "the record is not masked under this id"):
        story.unmask("m2")
    story.unmask()

    with refusal("about/mask", "the record is not masked under this id"):
        story.unmask()


def test_a_mask_is_not_lifted_before_it_was_applied() -> None:
    """On its day it may."""
    story = filed().at("2026-11-25")
    story.mask(on="2026-11-23")

    with refusal("on", "lies before the day of the mask, 2026-11-23"):
        story.unmask(on="2026-11-22")
    story.unmask(on="2026-11-23")


@pytest.mark.parametrize("say", [Story.mask, Story.unmask], ids=["mask", "unmask"])
def test_the_providing_unit_masks(say: Callable[..., object]) -> None:
    """Neither another department nor the platform."""
    story = filed()
    if say is Story.unmask:
        story.mask()

    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", "only the providing unit"):
            say(story, issuer=issuer)


@pytest.mark.parametrize("end", ["changed", "repaired", "expired"])
def test_what_has_ended_needs_no_mask(end: str) -> None:
    """It is not shown any more."""
    story = filed().at("2027-11-21")
    match end:
        case "changed":
            story.change()
        case "repaired":
            story.grant()
        case _:
            story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36")

    with refusal("about/record", f"the record has ended: {end}"):
        story.mask()


def test_whatever_is_said_of_a_masked_record_shows_nothing() -> None:
    """Corrected, determined anew, with a period that has passed or not."""
    story = filed()
    story.mask()

    assert [story.correct(), story.determine(publicity("serious"))] == [UNCHANGED, UNCHANGED]
    assert story.status is RecordStatus.MASKED
    assert story.unmask() is DISCLOSE


def test_a_period_that_passes_under_the_mask_has_passed() -> None:
    """屏蔽 does not stop it: lifted on its last day the record is shown, a day later no more."""
    last, late, ended = filed(), filed(), filed()
    for story in (last, late, ended):
        story.mask()

    assert last.at("2027-11-20").unmask() is DISCLOSE
    assert late.at("2027-11-21").unmask() is UNCHANGED
    ended.at("2027-11-21").fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36")
    assert ended.unmask() is UNCHANGED
    assert ended.status is RecordStatus.EXPIRED


def test_a_masked_entry_that_was_removed_is_not_disclosed_again() -> None:
    """移出 is shown beside the entry only where it was seen before: what has ended is not disclosed."""
    story = Story()
    story.enlist(item=ABNORMAL)
    story.mask()

    assert story.remove() is UNCHANGED
    assert story.unmask() is UNCHANGED
    assert (story.status, story.disclosed) == (RecordStatus.REMOVED, False)


def test_a_mask_leaves_the_clocks_running() -> None:
    """Of collection, disclosure and publicity."""
    story = filed()
    before = story.dues()
    story.mask()

    assert story.dues() == before
    assert not story.due(Period.PUBLICITY).settled
