"""After values were erased: the record is still one, its status stands, and what was hidden stays hidden."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ledger.domain.deadlines import Period, deadlines_of
from ledger.domain.publicity import is_shown
from ledger.domain.record import Disclosure
from ledger.errors import RuleBroken
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.stories import a_late_penalty, a_penalty
from tests.ledger.domain.story import (
    ABNORMAL,
    ATTENTION,
    DEBTOR,
    LICENCE,
    Story,
    T,
    day,
    refusal,
)
from tests.ledger.harness import publicity
from verify.strict import JsonValue

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
SECRET: JsonValue = {"reason": "state-secret", "text": "测试"}
DAYS = [day(text) for text in ("2026-11-20", "2027-02-20", "2027-11-20", "2027-11-21", "2029-11-20", "2040-01-01")]


def a_secret() -> Story:
    """A licence that was withheld, and masked for good measure."""
    story = Story()
    story.file(publicity(None, withheld=SECRET), item=LICENCE)
    story.mask()
    return story


def a_minor_penalty() -> Story:
    """Never shown, and masked."""
    story = Story()
    story.file(publicity("minor"))
    story.mask()
    return story


def a_secret_at_second_sight() -> Story:
    """Shown, and then withheld."""
    story = Story()
    story.file(publicity("serious"))
    story.determine(publicity("serious", withheld=SECRET))
    return story


def a_debtor() -> Story:
    """On the court's list until the duty is done."""
    story = Story()
    story.enlist("able-but-refusing", item=DEBTOR)
    story.mask()
    return story


def an_entry() -> Story:
    """Under attention, heard, decided, removed."""
    story = Story("2026-11-12")
    story.notify(item=ATTENTION)
    story.defend()
    story.at("2026-11-20").enlist(item=ATTENTION, defence="不予采纳")
    story.at("2027-03-01").remove()
    return story


def an_abnormal_entry() -> Story:
    """Decided, removed, still shown."""
    story = Story()
    story.enlist(item=ABNORMAL)
    story.remove()
    return story


def a_dropped_notice() -> Story:
    """Nothing came of it."""
    story = Story("2026-11-12")
    story.notify()
    story.defend()
    story.drop()
    return story


LIVES: dict[str, Callable[[], Story]] = {
    life.__name__: life
    for life in (
        a_penalty,
        a_late_penalty,
        a_secret,
        a_minor_penalty,
        a_secret_at_second_sight,
        a_debtor,
        an_entry,
        an_abnormal_entry,
        a_dropped_notice,
    )
}


@pytest.mark.parametrize("name", sorted(LIVES))
def test_a_life_folds_again_as_it_was_told(name: str) -> None:
    """Without the openings of nobody."""
    story = LIVES[name]()

    assert story.replayed() == story.record


@pytest.mark.parametrize("name", sorted(LIVES))
def test_whatever_was_erased_the_record_is_what_it_is_and_shows_no_more(name: str) -> None:
    """Each event alone without its values, and all of them: same status, same disclosure, and nothing new to see."""
    story = LIVES[name]()
    numbers = range(len(story.events))
    for erased in (*((number,) for number in numbers), tuple(numbers)):
        state = story.replayed(*erased)

        assert (state.status, state.disclosed) == (story.status, story.disclosed)
        assert (state.filing, state.version, state.issuer) == (
            story.record.filing,
            story.record.version,
            story.record.issuer,
        )
        for on in DAYS:
            assert is_shown(state, story.items, story.book, on) <= is_shown(story.record, story.items, story.book, on)
        named = [(due.clock, due.since) for due in deadlines_of(state, story.items, story.book)]
        assert len(set(named)) == len(named)


STEPS: dict[str, Callable[[Story], Disclosure]] = {
    "correct": Story.correct,
    "mask": lambda story: story.mask("m7"),
    "unmask": Story.unmask,
    "determine": lambda story: story.determine(publicity(None)),
    "change": Story.change,
    "revoke": Story.revoke,
    "object": lambda story: story.object("o7"),
    "resolve": lambda story: story.resolve("upheld", "o1"),
    "apply": lambda story: story.apply("p7"),
    "abuse": Story.abuse,
    "remove": Story.remove,
}


@pytest.mark.parametrize("step", sorted(STEPS))
@pytest.mark.parametrize("name", sorted(LIVES))
def test_what_follows_is_decided_and_discloses_nothing(name: str, step: str) -> None:
    """Refused or recorded, never an error; only the unit that determines publicity anew shows the record again."""
    story = LIVES[name]()
    story.state = story.replayed(*range(len(story.events)))
    try:
        effect = STEPS[step](story)
    except RuleBroken:
        return

    assert effect is not DISCLOSE or step == "determine"


@pytest.mark.parametrize("life", [a_secret, a_minor_penalty], ids=lambda life: life.__name__)
def test_lifting_a_mask_does_not_show_what_was_withheld(life: Callable[[], Story]) -> None:
    """Although nobody knows any longer that it was; nor does a correction."""
    story = life()
    story.state = story.replayed(*range(len(story.events)))

    assert story.unmask() is UNCHANGED
    assert story.correct(decided_on="2026-11-20") is UNCHANGED
    assert story.status is RecordStatus.STORED


def test_what_was_shown_is_withdrawn_when_it_is_said_again() -> None:
    """Its class was erased: the correction waits for another determination."""
    story = Story()
    story.file(publicity("ordinary"))
    story.state = story.replayed(0)

    assert story.disclosed
    assert story.correct(decided_on="2026-11-20") is WITHDRAW
    assert story.determine(publicity("ordinary")) is DISCLOSE
    assert story.ends(Period.PUBLICITY) == "2027-11-20"


def test_a_step_is_not_dated_before_one_whose_day_was_erased() -> None:
    """The day of recording stands in for it, and what follows is at least that day."""
    story = Story()
    story.file(publicity("ordinary"))
    story.at("2026-11-27").object(on="2026-11-20")
    story.forward(on="2026-11-20")
    story.resolve(on="2026-11-23")
    state = story.replayed(1)
    (objection,) = state.objections.values()

    assert objection.times.raised == objection.times.forwarded == objection.times.resolved == day("2026-11-27")


def test_an_erased_document_has_no_periods_and_nothing_to_end() -> None:
    """What followed from the values is gone with them."""
    story = Story()
    story.file(publicity("ordinary"))
    story.state = story.replayed(0)

    assert story.dues() == []
    with refusal("about/record", "no period of publicity is running"):
        story.at("2027-11-21").fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36")
    with refusal("about/record", "no day of a determining document"):
        story.apply()


def test_an_entry_whose_cases_were_erased_does_not_end_by_itself() -> None:
    """On a list with cases that have no end nobody could say whether this was one of them."""
    story = Story()
    story.enlist("evasion", item=DEBTOR)
    story.state = story.replayed(0)

    assert story.dues(Period.LISTING) == []
    with refusal("about/record", "no period ends this entry"):
        story.at("2028-11-21").fall_due(T.LISTING_EXPIRED, "2028-11-20", f"list/{DEBTOR}")
    assert story.revoke() is WITHDRAW
