"""The life of a credit record: filed, corrected, changed, revoked; who may say so and what everybody sees of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from msgspec import structs

from ledger.catalogue import Openness
from ledger.domain.bodies import KeyRevoked
from ledger.domain.deadlines import Period
from ledger.domain.deciding import Position
from ledger.domain.evolve import evolve
from ledger.domain.record import Disclosure, decide
from ledger.domain.state import EndingKind
from ledger.rulebook.book import Rulebook
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.story import (
    FIRST,
    ITEMS,
    LICENCE,
    OPERATOR,
    OTHER,
    PENALTY,
    RESTRICTED,
    SERIOUS,
    UNIT,
    Story,
    T,
    day,
    refusal,
    uid,
)
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, act, publicity
from verify.statement_type import Clock
from verify.streams import Streams

DISCLOSE, WITHDRAW, UNCHANGED = Disclosure.DISCLOSE, Disclosure.WITHDRAW, Disclosure.UNCHANGED
Told = Callable[[Story], object]


SAYS: dict[str, Told] = {
    T.RECORD_CORRECTED: lambda story: story.correct(item=PENALTY),
    T.RECORD_CHANGED: Story.change,
    T.RECORD_REVOKED: Story.revoke,
    T.PUBLICITY_DETERMINED: lambda story: story.determine(publicity("serious")),
    T.PUBLICITY_ENDED: lambda story: story.fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36"),
    T.MASK_APPLIED: Story.mask,
    T.MASK_LIFTED: Story.unmask,
    T.REMEDY_OPENED: Story.open_remedy,
    T.REMEDY_CLOSED: Story.close_remedy,
    T.LISTING_DEFENDED: Story.defend,
    T.LISTING_DROPPED: Story.drop,
    T.LISTING_REMOVED: Story.remove,
    T.LISTING_EXPIRED: lambda story: story.fall_due(T.LISTING_EXPIRED, "2027-11-20", f"list/{SERIOUS}"),
    T.OBJECTION_RAISED: Story.object,
    T.OBJECTION_FORWARDED: Story.forward,
    T.OBJECTION_EXTENDED: Story.extend,
    T.OBJECTION_RESOLVED: Story.resolve,
    T.OBJECTION_DELIVERED: Story.deliver,
    T.REVIEW_REQUESTED: Story.request_review,
    T.REVIEW_DECIDED: Story.review,
    T.REPAIR_APPLIED: Story.apply,
    T.REPAIR_FORWARDED: lambda story: story.step(T.REPAIR_FORWARDED),
    T.REPAIR_ACCEPTED: lambda story: story.step(T.REPAIR_ACCEPTED),
    T.REPAIR_DECLINED: lambda story: story.step(T.REPAIR_DECLINED),
    T.REPAIR_EXTENDED: lambda story: story.step(T.REPAIR_EXTENDED),
    T.REPAIR_VERIFIED: lambda story: story.step(T.REPAIR_VERIFIED),
    T.REPAIR_GRANTED: lambda story: story.step(T.REPAIR_GRANTED),
    T.REPAIR_REFUSED: lambda story: story.step(T.REPAIR_REFUSED),
    T.REPAIR_REVOKED: Story.abuse,
    T.BAR_ENDED: lambda story: story.fall_due(T.BAR_ENDED, "2027-11-20", "repair/order-36", repair="p1"),
    T.DEADLINE_MISSED: lambda story: story.miss(filed().due(Clock.COLLECT)),
    T.DEADLINE_RECOMPUTED: lambda story: story.recompute(filed().due(Clock.COLLECT)),
}
"""One statement of each type about a record, but those that begin one."""


def filed(today: str = "2026-11-20") -> Story:
    """An ordinary penalty that was filed on the day it was decided, and is shown."""
    story = Story(today)
    assert story.file(publicity("ordinary")) is DISCLOSE
    return story


# ---- filing --------------------------------------------------------------------------------------------------------


def test_a_filed_record_stands_and_is_disclosed() -> None:
    """What is public by its item and its class is shown from the filing on."""
    record = filed().record

    assert (record.issuer, record.subject, record.item, record.item_version) == (UNIT, ENTERPRISE.handle, PENALTY, 1)
    assert (record.begun, record.filing, record.version) == (FIRST, FIRST, 1)
    assert record.filed_on == record.decided_on == record.disclosed_on == day("2026-11-20")
    assert (record.disclosed, record.status) == (True, RecordStatus.STANDING)


def test_a_record_that_is_not_adverse_needs_no_class() -> None:
    """A licence is shown from its filing on, and for good."""
    story = Story()

    assert story.file(item=LICENCE) is DISCLOSE
    assert story.shown_on("2099-01-01")


def test_a_record_of_a_restricted_item_is_stored_and_never_shown() -> None:
    """Nothing becomes visible, and so nothing is withdrawn."""
    story = Story()

    assert story.file(item=RESTRICTED) is UNCHANGED
    assert (story.status, story.shown_on("2026-11-20")) == (RecordStatus.STORED, False)
    assert story.revoke() is UNCHANGED


def test_a_ledger_without_publicity_rules_shows_what_its_items_say_is_public() -> None:
    """Classes and periods come with the rules."""
    story = Story(book=Rulebook())

    assert story.file() is DISCLOSE
    assert story.shown_on("2099-01-01")


def test_a_record_is_filed_once() -> None:
    """Not again by its unit, and not by another."""
    story = filed()

    for issuer in (UNIT, OTHER):
        with refusal("about/record", "filed once"):
            story.file(issuer=issuer)


@pytest.mark.parametrize("decided_on", ["2026-11-21", "2027-11-20"])
def test_a_decision_lies_not_after_its_filing(decided_on: str) -> None:
    """Nobody files what will be decided tomorrow; the very day is early enough."""
    with refusal("data/CF_JDRQ", "lies after the day on which it is recorded"):
        Story().file(decided_on=decided_on)

    assert Story().file(publicity("serious"), decided_on="2026-11-20") is DISCLOSE


def test_an_entry_of_a_list_is_not_filed() -> None:
    """It would have come on the list without notice, and signed by one."""
    with refusal("type", "decided, not filed"):
        Story().file(item=SERIOUS)


@pytest.mark.parametrize("kind", sorted(SAYS))
def test_nothing_is_said_of_a_record_that_was_never_filed(kind: str) -> None:
    """Whatever it is; the id may be mistyped."""
    with refusal("about/record", "no record with this id was filed"):
        SAYS[kind](Story("2027-11-22"))


def test_what_is_no_statement_on_records_is_refused() -> None:
    """Nobody should ask; who does is told no."""
    story = filed()
    _header, _statement, event = story.candidate(T.RECORD_REVOKED, {"record": uid("record")}, act(story.today), UNIT)
    other = replace(event, facts=structs.replace(event.facts, body=KeyRevoked(UNIT, "")))

    with refusal("type", "not about a record"):
        decide(story.record, other, Position(story.items, story.book))


def test_an_event_of_a_record_never_filed_cannot_be_taken_in() -> None:
    """A stored log that begins in the middle is not guessed at."""
    story = filed()
    story.correct()

    with pytest.raises(ValueError, match="entry 101 continues a record that was never filed"):
        evolve(None, story.events[1], story.items)


# ---- the day of an act ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "say", [Story.correct, Story.change, Story.revoke, Story.mask, Story.open_remedy, Story.object]
)
def test_an_act_is_not_done_after_its_recording(say: Callable[..., object]) -> None:
    """Tomorrow's deed cannot be said today; yesterday's can."""
    with refusal("on", "lies after the day on which it is recorded"):
        say(filed(), on="2026-11-21")
    for on in ("2026-11-20", "2026-11-19"):
        say(filed(), on=on)


def test_the_day_is_that_of_beijing() -> None:
    """At 16:00 UTC the next day begins there; an act of that day is not ahead of its recording."""
    story = filed()
    _header, _statement, event = story.candidate(T.RECORD_REVOKED, {"record": uid("record")}, act("2026-11-21"), UNIT)
    position = Position(story.items, story.book)

    def said_at(instant: str) -> Disclosure:
        facts = structs.replace(event.facts, recorded_at=instant)
        return decide(story.record, replace(event, facts=facts), position)

    with refusal("on", "lies after the day on which it is recorded"):
        said_at("2026-11-20T15:59:59.999999Z")
    assert said_at("2026-11-20T16:00:00.000000Z") is WITHDRAW


# ---- correction ----------------------------------------------------------------------------------------------------


def test_a_correction_keeps_the_record_visible() -> None:
    """The record is the same one, with its fields said again."""
    story = filed()

    assert story.correct() is UNCHANGED
    assert (story.record.version, story.disclosed, story.status) == (2, True, RecordStatus.STANDING)


def test_a_correction_is_the_providing_units() -> None:
    """Neither another department nor the platform decides for it."""
    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", f"only the providing unit {UNIT}"):
            filed().correct(issuer=issuer)


def test_a_correction_cannot_move_the_record_to_another_subject() -> None:
    """That would take a penalty from one enterprise and give it to another."""
    story = filed()
    story.auditor = Streams()  # whose own finding would come first

    with refusal("subject", "keeps the record's subject"):
        story.correct(subject=OTHER_ENTERPRISE)


def test_a_correction_keeps_the_item() -> None:
    """A penalty does not turn into a licence."""
    with refusal("about/catalogue", f"the record belongs to item {PENALTY}"):
        filed().correct(item=LICENCE)


def test_a_correction_can_move_the_day_of_the_decision() -> None:
    """And with it every period; here into one that has passed, so that the record is no longer shown."""
    story = filed()

    assert story.correct(decided_on="2026-10-20") is UNCHANGED
    assert story.record.decided_on == day("2026-10-20")
    assert story.ends(Period.PUBLICITY) == "2027-10-20"
    with refusal("data/CF_JDRQ", "lies after the day on which it is recorded"):
        story.correct(decided_on="2026-11-21")
    assert story.correct(decided_on="2025-11-19") is UNCHANGED  # under order 58: three years
    story.determine(publicity("minor"), rules="publicity/order-58")
    assert not story.disclosed


def test_a_correction_under_a_later_version_of_the_item_counts() -> None:
    """Under a version that is restricted the record is withdrawn; a version that is public shows it again."""
    story = filed()
    penalty = ITEMS[PENALTY, 1]
    story.publish(replace(penalty, version=2, openness=Openness.RESTRICTED, disclose_within=None))
    story.publish(replace(penalty, version=3))

    assert story.correct(version=2) is WITHDRAW
    assert (story.record.item_version, story.status) == (2, RecordStatus.STORED)
    assert story.correct(version=3) is DISCLOSE
    assert story.record.filed_version == 1


def test_the_clocks_of_a_record_are_those_of_the_version_it_was_filed_under() -> None:
    """A correction under a version with shorter clocks accuses nobody of a filing that was in time."""
    story = Story()
    story.file(publicity("ordinary"), decided_on="2026-11-06")
    penalty = ITEMS[PENALTY, 1]
    story.publish(replace(penalty, version=2, collect_within=replace(penalty.collect_within, working_days=1)))
    before = story.due(Clock.COLLECT)
    story.correct(version=2)

    assert (before.day, before.rule, before.settled) == (day("2026-11-20"), (f"catalogue/{PENALTY}", 1), True)
    assert story.due(Clock.COLLECT) == before


# ---- change and revocation -----------------------------------------------------------------------------------------


def test_a_change_withdraws_what_was_disclosed_and_names_what_takes_its_place() -> None:
    """变更: it was valid and holds no longer."""
    story = filed()

    assert story.change(superseded_by="next", on="2026-11-18") is WITHDRAW
    assert story.status is RecordStatus.CHANGED
    ending = story.record.endings[EndingKind.CHANGED]
    assert (ending.on, ending.seq, ending.superseded_by) == (day("2026-11-18"), FIRST + 1, uid("next"))


def test_a_record_is_changed_once() -> None:
    """What changes afterwards is its successor."""
    story = filed()
    story.change()

    with refusal("about/record", "changed before"):
        story.change()


def test_a_revocation_withdraws_what_was_disclosed() -> None:
    """撤销: it was never valid."""
    story = filed()

    assert story.revoke(superseded_by="next") is WITHDRAW
    assert (story.status, story.disclosed) == (RecordStatus.REVOKED, False)
    assert story.record.endings[EndingKind.REVOKED].superseded_by == uid("next")


@pytest.mark.parametrize("say", [Story.change, Story.revoke])
def test_change_and_revocation_are_the_providing_units(say: Callable[..., object]) -> None:
    """A department cannot take back what another one decided."""
    for issuer in (OTHER, OPERATOR):
        with refusal("issuer", f"only the providing unit {UNIT}"):
            say(filed(), issuer=issuer)


CLOSINGS = {
    T.OBJECTION_RESOLVED,
    T.OBJECTION_DELIVERED,
    T.REVIEW_DECIDED,
    T.REMEDY_CLOSED,
    T.DEADLINE_MISSED,
    T.DEADLINE_RECOMPUTED,
    T.BAR_ENDED,
}


@pytest.mark.parametrize("kind", sorted(SAYS.keys() - CLOSINGS))
def test_nothing_but_closings_follows_a_revocation(kind: str) -> None:
    """What was never valid cannot be mended, disputed or repaired, whatever could have been said before."""
    story = filed("2026-11-20").at("2027-11-21")
    story.mask()
    if kind == T.OBJECTION_EXTENDED:
        story.object(issuer=UNIT)
    elif kind != T.OBJECTION_RAISED:
        story.object()
    if kind == T.REVIEW_REQUESTED:
        story.resolve()
    if kind != T.REPAIR_APPLIED:
        story.apply()
    story.revoke()

    with refusal("about/record", "the record was revoked"):
        SAYS[kind](story)


def test_closings_follow_a_revocation() -> None:
    """What was begun before it comes to its end."""
    story = filed()
    for objection in ("open", "resolved", "reviewed"):
        story.object(objection)
    for objection in ("resolved", "reviewed"):
        story.resolve("upheld", objection)
    story.request_review("reviewed")
    story.open_remedy()
    story.revoke()

    story.resolve("upheld", "open")
    story.deliver("resolved")
    story.review("upheld", "reviewed")
    story.close_remedy()
    assert story.status is RecordStatus.REVOKED


def test_a_revocation_may_follow_every_other_ending() -> None:
    """It is then what is shown of the record's end; nothing has to be withdrawn twice."""
    changed, repaired, expired = filed(), filed(), filed()
    changed.change()
    repaired.at("2027-03-01").grant()
    expired.at("2027-11-21").fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36")

    assert [story.status for story in (changed, repaired, expired)] == [
        RecordStatus.CHANGED,
        RecordStatus.REPAIRED,
        RecordStatus.EXPIRED,
    ]
    for story in (changed, repaired, expired):
        assert story.revoke() is UNCHANGED
        assert story.status is RecordStatus.REVOKED


def test_what_has_ended_can_still_be_corrected_and_is_not_shown_by_it() -> None:
    """Credit reports and courts still read it."""
    story = filed()
    story.at("2027-11-21").fall_due(T.PUBLICITY_ENDED, "2027-11-20", "publicity/order-36")

    assert story.correct() is UNCHANGED
    assert (story.status, story.disclosed) == (RecordStatus.EXPIRED, False)


# ---- status --------------------------------------------------------------------------------------------------------


def test_the_status_shown_is_the_one_that_matters_most() -> None:
    """An ending before a mask, a mask before a dispute, a dispute before that it is shown."""
    story, shown = filed(), []
    for say in (Story.object, Story.mask, Story.change, Story.revoke):
        shown.append(story.status)
        say(story)
    shown.append(story.status)

    expected = ["standing", "disputed", "masked", "changed", "revoked"]
    assert [status.value for status in shown] == expected


def test_a_record_that_is_not_shown_is_stored() -> None:
    """Filed without a class, it waits for one."""
    story = Story()

    assert (story.file(), story.status) == (UNCHANGED, RecordStatus.STORED)
    assert (story.determine(publicity("ordinary")), story.status) == (DISCLOSE, RecordStatus.STANDING)


# ---- replay --------------------------------------------------------------------------------------------------------


def test_replaying_the_events_gives_the_same_state() -> None:
    """The state is what the events say and nothing besides."""
    story = filed()
    story.object()
    story.forward()
    story.correct(objection="o1")
    story.resolve("corrected")
    story.mask()
    story.unmask()
    story.at("2027-03-01").grant()

    assert story.replayed() == story.record
