"""A subject's story: each entry once, in order, with who, when, by which rule, what it changed, and its proof."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from ledger.domain.events import Erased, Recorded
from ledger.rulebook.book import Rulebook
from ledger.rulebook.lists import Removal
from ledger.vocabulary import MaskOutcome, ObjectionOutcome, RecordStatus, RemedyOutcome
from projections.clock_changes import ClockChange
from projections.timeline import Account, Episode, Item, ProofLink, Visibility, proof_link, timeline
from tests.ledger.domain.story import ABNORMAL, ATTENTION, FIRST, OPERATOR, SERIOUS, UNIT, Story, T, calendar_2027, uid
from tests.ledger.harness import ENTERPRISE, publicity
from verify.statement_type import Clock, StatementType

CATALOGUE = ("catalogue/administrative-penalty", 1)
OBJECTION = ("objection/default", 1)
ORDER_36 = ("publicity/order-36", 1)
REPAIR = ("repair/order-36", 1)
DISCLOSED, WITHDRAWN = Visibility.DISCLOSED, Visibility.WITHDRAWN


def told(story: Story, as_of: str | None = None) -> list[Episode]:
    """The story of its one record."""
    return timeline(story.events, story.items, story.book, as_of)


def clocks(episode: Episode) -> list[str]:
    """What became of its clocks, in few words."""
    return [_words(change) for change in episode.clocks]


def _words(change: ClockChange) -> str:
    was = "" if change.was is None else f"{change.was} to "
    provisional = " provisional" if change.provisional else ""
    return f"{change.effect.value} {change.clock.value} {was}{change.day}{provisional}"


def statuses(story: Story) -> list[tuple[StatementType, RecordStatus | None, Visibility | None]]:
    """What each entry left the record as, and what it did to its visibility."""
    return [(episode.kind, episode.status_after, episode.visibility) for episode in told(story)]


@pytest.fixture(scope="module")
def wrong_fine() -> Story:
    """A penalty filed and disclosed, objected to, corrected, and shown until its period has passed."""
    story = Story(today="2026-11-04")
    story.file(publicity("ordinary"), decided_on="2026-11-02")
    story.at("2026-11-16").object()
    story.at("2026-11-17").forward()
    story.at("2026-11-19").correct(objection="o1", on="2026-11-18")
    story.resolve("corrected")
    story.at("2026-11-20").deliver()
    story.at("2027-11-03").fall_due(T.PUBLICITY_ENDED, "2027-11-02", "publicity/order-36")
    return story


def test_a_penalty_is_told_from_its_filing_to_the_end_of_its_publicity(wrong_fine: Story) -> None:
    """One episode an entry, each beginning where the one before it ended."""
    episodes = told(wrong_fine)

    assert statuses(wrong_fine) == [
        (T.RECORD_FILED, RecordStatus.STANDING, DISCLOSED),
        (T.OBJECTION_RAISED, RecordStatus.DISPUTED, None),
        (T.OBJECTION_FORWARDED, RecordStatus.DISPUTED, None),
        (T.RECORD_CORRECTED, RecordStatus.DISPUTED, None),
        (T.OBJECTION_RESOLVED, RecordStatus.STANDING, None),
        (T.OBJECTION_DELIVERED, RecordStatus.STANDING, None),
        (T.PUBLICITY_ENDED, RecordStatus.EXPIRED, WITHDRAWN),
    ]
    assert [episode.seq for episode in episodes] == [FIRST + number for number in range(7)]
    assert [episode.status_before for episode in episodes] == [
        None,
        *(episode.status_after for episode in episodes[:-1]),
    ]
    assert [episode.disclosed for episode in episodes] == [True] * 6 + [False]


def test_each_step_says_when_it_was_recorded_and_from_when_it_holds(wrong_fine: Story) -> None:
    """A filing holds from the day of the decision, an act from the day it names, an end from the day it fell due."""
    days = [(str(episode.recorded_on), str(episode.effective_on)) for episode in told(wrong_fine)]

    assert days == [
        ("2026-11-04", "2026-11-02"),
        ("2026-11-16", "2026-11-16"),
        ("2026-11-17", "2026-11-17"),
        ("2026-11-19", "2026-11-18"),
        ("2026-11-19", "2026-11-19"),
        ("2026-11-20", "2026-11-20"),
        ("2027-11-03", "2027-11-02"),
    ]
    assert told(wrong_fine)[0].recorded_at == "2026-11-04T04:00:00.000000Z"


def test_each_step_says_who_took_it_on_what_ground(wrong_fine: Story) -> None:
    """A filing says nothing of itself, a plea has a claim, an act all, an automatic end a reason."""
    filed, raised, forwarded, _corrected, resolved, _delivered, ended = told(wrong_fine)
    act = Account("测试经办人", "测试规定（2026年版）第一条", "经核实", None, None, ("ab" * 32,))

    assert [each.issuer for each in told(wrong_fine)] == [UNIT, OPERATOR, OPERATOR, UNIT, UNIT, UNIT, OPERATOR]
    assert filed.account == Account(None, None, None, None, None, ())
    assert raised.account == Account("测试经办人", None, None, "金额不符", None, ())
    assert forwarded.account == act
    assert resolved.account == replace(act, verified_by="测试市场监管局")
    assert ended.account == Account(None, None, "期满", None, None, ())


def test_each_step_says_by_which_rules(wrong_fine: Story) -> None:
    """Those that the statement names, and those that the objection keeps to."""
    assert [episode.rules for episode in told(wrong_fine)] == [
        (CATALOGUE, ORDER_36),
        (OBJECTION,),
        (OBJECTION,),
        (CATALOGUE, OBJECTION),
        (OBJECTION,),
        (OBJECTION,),
        (ORDER_36,),
    ]


def test_each_step_says_which_clocks_it_started_and_which_it_kept(wrong_fine: Story) -> None:
    """归集与公开在归集时即完成；异议的时限逐步起算."""
    assert [clocks(episode) for episode in told(wrong_fine)] == [
        [
            "started collect 2026-11-16",
            "kept collect 2026-11-16",
            "started disclose 2026-11-11",
            "kept disclose 2026-11-11",
            "started publicity-end 2027-11-02",
        ],
        ["started annotate 2026-11-17", "kept annotate 2026-11-17", "started forward 2026-11-17"],
        ["kept forward 2026-11-17", "started verify 2026-11-24"],
        [],
        ["kept verify 2026-11-24", "started act 2026-11-24"],
        ["kept act 2026-11-24"],
        ["ended publicity-end 2027-11-02"],
    ]


def test_each_step_says_what_it_is_about(wrong_fine: Story) -> None:
    """Record, item with its title, objection, and the outcome where there is one."""
    episodes = told(wrong_fine)

    assert {episode.stream for episode in episodes} == {UUID(uid("record"))}
    assert {episode.item for episode in episodes} == {Item("administrative-penalty", 1, "行政处罚")}
    assert {episode.subject for episode in episodes} == {ENTERPRISE.handle}
    assert [episode.references for episode in episodes] == [(), *[(("objection", uid("o1")),)] * 5, ()]
    assert [episode.outcome for episode in episodes] == [None] * 4 + [ObjectionOutcome.CORRECTED, None, None]


def test_a_story_ends_at_the_instant_asked_for(wrong_fine: Story) -> None:
    """What was recorded at that very instant was known; nothing later changes what is told of earlier steps."""
    whole = told(wrong_fine)

    assert told(wrong_fine, "2026-11-17T04:00:00.000000Z") == whole[:3]
    assert told(wrong_fine, "2026-11-17T03:59:59.999999Z") == whole[:2]
    assert told(wrong_fine, "2026-11-03T15:59:59.999999Z") == []


@pytest.mark.parametrize("gone", range(7))
def test_what_was_erased_is_said_to_be_and_all_else_stays(wrong_fine: Story, gone: int) -> None:
    """The day of recording stands in for the day that was erased."""
    event = wrong_fine.events[gone]
    bare = Recorded(event.originator_id, event.originator_version, event.facts, Erased(event.facts.seq))
    events = [bare if number == gone else each for number, each in enumerate(wrong_fine.events)]
    before = told(wrong_fine)[gone]
    after = timeline(events, wrong_fine.items, wrong_fine.book)[gone]

    assert after.account == Erased(FIRST + gone)
    assert after.effective_on == before.recorded_on
    assert (after.seq, after.kind, after.issuer, after.recorded_at) == (
        before.seq,
        before.kind,
        before.issuer,
        before.recorded_at,
    )
    assert (after.status_before, after.status_after, after.visibility, after.outcome, after.references) == (
        before.status_before,
        before.status_after,
        before.visibility,
        before.outcome,
        before.references,
    )


def test_without_the_day_of_the_decision_no_clock_can_be_told(wrong_fine: Story) -> None:
    """Nobody can count from a day that nobody knows; the clocks of the objection run on."""
    event = wrong_fine.events[0]
    bare = Recorded(event.originator_id, event.originator_version, event.facts, Erased(event.facts.seq))
    episodes = timeline([bare, *wrong_fine.events[1:]], wrong_fine.items, wrong_fine.book)

    assert clocks(episodes[0]) == []
    assert episodes[0].rules == (CATALOGUE,)
    assert clocks(episodes[2]) == ["kept forward 2026-11-17", "started verify 2026-11-24"]


def test_a_list_entry_is_told_from_notice_to_repair() -> None:
    """拟列入告知、陈述申辩、列入决定、准予修复, by the standard and the rules that each rests on."""
    story = Story(today="2026-05-06")
    story.notify()
    story.at("2026-05-08").defend()
    story.at("2026-05-20").enlist(defence="申辩理由不成立")
    story.at("2027-05-21").grant()
    standard, item = ("list/serious-dishonesty-list", 1), ("catalogue/serious-dishonesty-list", 1)
    episodes = told(story)

    assert statuses(story) == [
        (T.LISTING_NOTIFIED, RecordStatus.NOTIFIED, None),
        (T.LISTING_DEFENDED, RecordStatus.NOTIFIED, None),
        (T.LISTING_DECIDED, RecordStatus.STANDING, DISCLOSED),
        (T.REPAIR_APPLIED, RecordStatus.STANDING, None),
        (T.REPAIR_ACCEPTED, RecordStatus.STANDING, None),
        (T.REPAIR_VERIFIED, RecordStatus.STANDING, None),
        (T.REPAIR_GRANTED, RecordStatus.REPAIRED, WITHDRAWN),
    ]
    assert [episode.rules for episode in episodes] == [
        (standard, item),
        (standard,),
        (standard, item),
        *[(REPAIR,)] * 4,
    ]
    assert clocks(episodes[2])[-1] == "started listing-end 2029-05-20"
    assert clocks(episodes[6])[-1] == "ended listing-end 2029-05-20"
    assert {episode.item for episode in episodes} == {Item(SERIOUS, 1, "严重失信主体名单")}


def test_a_list_entry_is_told_from_notice_to_removal() -> None:
    """重点关注名单: not public from its item, removed because a worse list takes its place."""
    story = Story(today="2026-05-06")
    story.notify(item=ATTENTION)
    story.at("2026-05-20").enlist(item=ATTENTION)
    story.at("2026-09-01").remove("escalation", successor="next")
    removed = told(story)[-1]

    assert statuses(story) == [
        (T.LISTING_NOTIFIED, RecordStatus.NOTIFIED, None),
        (T.LISTING_DECIDED, RecordStatus.STORED, None),
        (T.LISTING_REMOVED, RecordStatus.REMOVED, None),
    ]
    assert (removed.outcome, removed.references) == (Removal.ESCALATION, (("superseded_by", uid("next")),))
    assert removed.rules == (("list/key-attention-list", 1),)


def test_an_entry_that_is_shown_as_removed_stays_disclosed() -> None:
    """经营异常名录: everybody sees that it was removed; the story says that nothing was withdrawn."""
    story = Story(today="2026-07-06")
    story.enlist(item=ABNORMAL)
    story.at("2026-09-01").remove("early-repair")
    removed = told(story)[-1]

    assert (removed.status_before, removed.status_after) == (RecordStatus.STANDING, RecordStatus.REMOVED)
    assert (removed.visibility, removed.disclosed) == (None, True)


def test_a_notice_that_is_dropped_ends_without_an_entry() -> None:
    """不予列入: nothing was ever disclosed, no clock ran."""
    story = Story(today="2026-05-06")
    story.notify()
    story.at("2026-05-20").drop()

    assert statuses(story) == [
        (T.LISTING_NOTIFIED, RecordStatus.NOTIFIED, None),
        (T.LISTING_DROPPED, RecordStatus.DROPPED, None),
    ]
    assert [clocks(episode) for episode in told(story)] == [[], []]


def test_a_clock_that_is_missed_is_told_when_the_ledger_says_so_and_when_the_step_comes_late() -> None:
    """逾期, and 逾期完成; the rule is that of the clock."""
    story = Story(today="2026-11-02")
    story.file(publicity("ordinary"))
    story.at("2026-11-16").object()
    story.at("2026-11-18").miss(story.due(Clock.FORWARD))
    story.at("2026-11-19").forward()
    missed, forwarded = told(story)[2:]

    assert (missed.kind, missed.issuer, missed.rules) == (T.DEADLINE_MISSED, OPERATOR, (OBJECTION,))
    assert (str(missed.effective_on), str(missed.recorded_on)) == ("2026-11-17", "2026-11-18")
    assert clocks(missed) == ["missed forward 2026-11-17"]
    assert missed.clocks[0].since == FIRST + 1
    assert clocks(forwarded) == ["late forward 2026-11-17", "started verify 2026-11-26"]


def test_a_record_that_comes_late_was_late_at_once() -> None:
    """归集逾期: the day is counted from the decision; what the clock says later adds that it was missed."""
    story = Story(today="2026-11-20")
    story.file(publicity("ordinary"), decided_on="2026-11-02")
    story.at("2026-11-21").miss(story.due(Clock.COLLECT))
    filed, missed = told(story)

    assert clocks(filed)[:2] == ["started collect 2026-11-16", "late collect 2026-11-16"]
    assert clocks(missed) == ["missed collect 2026-11-16"]
    assert missed.rules == (CATALOGUE,)


def test_a_missed_day_that_was_erased_is_not_made_up() -> None:
    """The clock and its rule stand in clear, the day does not."""
    story = Story(today="2026-11-20")
    story.file(publicity("ordinary"), decided_on="2026-11-02")
    story.at("2026-11-21").miss(story.due(Clock.COLLECT))
    bare = [Recorded(each.originator_id, each.originator_version, each.facts, Erased(0)) for each in story.events]
    _filed, missed = timeline(bare, story.items, story.book)

    assert clocks(missed) == ["missed collect None"]
    assert missed.clocks[0].rule == CATALOGUE


def test_a_day_is_provisional_until_the_calendar_of_its_year_is_known() -> None:
    """暂定: the tenth working day lies in a year without calendar, until that is published and the day computed."""
    story = Story(today="2027-01-04")
    story.file(publicity("minor"), decided_on="2026-12-18")
    story.publish(calendar_2027())
    story.recompute(story.due(Clock.COLLECT))
    filed, moved = told(story)

    assert clocks(filed) == ["started collect 2027-01-01 provisional"]
    assert clocks(moved) == ["moved collect 2027-01-01 to 2027-01-04", "kept collect 2027-01-04"]


def test_an_extension_moves_the_clock() -> None:
    """延长核实: twenty working days instead of five, from the same day."""
    story = Story(today="2026-09-01")
    story.file(publicity("ordinary"))
    story.object(issuer=UNIT, origin="department")
    story.at("2026-09-03").extend(20)

    assert clocks(told(story)[1]) == [
        "started annotate 2026-09-02",
        "kept annotate 2026-09-02",
        "started forward 2026-09-02",
        "kept forward 2026-09-02",
        "started verify 2026-09-08",
    ]
    assert clocks(told(story)[2]) == ["moved verify 2026-09-08 to 2026-09-29"]


def test_a_clock_that_nobody_has_to_keep_any_more_ends() -> None:
    """A review is asked for before the outcome was delivered; an application is open when its record is revoked."""
    story = Story(today="2026-09-01")
    story.file(publicity("ordinary"))
    story.object(issuer=UNIT, origin="department")
    story.resolve("upheld")
    story.at("2026-09-02").request_review()

    assert clocks(told(story)[-1]) == ["ended act 2026-09-04", "started review 2026-09-09"]

    other = Story(today="2026-01-05")
    other.file(publicity("ordinary"))
    other.at("2026-06-01").apply()
    other.at("2026-06-02").revoke()

    assert clocks(told(other)[-1]) == [
        "ended repair-push 2026-06-02",
        "ended repair-decide 2026-06-15",
        "ended publicity-end 2029-01-05",
    ]


def test_what_was_never_disclosed_was_not_disclosed_by_its_revocation() -> None:
    """公开时限终止: the unit is not said to have kept a clock, or to have come late, that the revocation stopped."""
    in_time, late = Story(today="2026-11-02"), Story(today="2026-11-02")
    in_time.file(publicity(None))
    in_time.at("2026-11-03").revoke()
    late.file(publicity(None))
    late.at("2026-11-20").revoke()

    assert clocks(told(in_time)[-1]) == ["ended disclose 2026-11-11"]
    assert clocks(told(late)[-1]) == ["ended disclose 2026-11-11"]


def test_what_is_withheld_has_no_clock_of_disclosure_until_it_is_brought_out() -> None:
    """公示认定: withheld, nothing has to be shown; determined anew, the clock runs from that day."""
    secret = publicity("ordinary", withheld={"reason": "trade-secret", "text": "含商业秘密"})
    story = Story(today="2026-11-02")
    story.file(publicity(None))
    story.at("2026-11-03").determine(secret)
    story.at("2026-11-10").determine(publicity("ordinary"))
    filed, withheld, shown = told(story)

    assert clocks(filed) == ["started collect 2026-11-16", "kept collect 2026-11-16", "started disclose 2026-11-11"]
    assert (withheld.visibility, withheld.status_after) == (None, RecordStatus.STORED)
    assert clocks(withheld) == ["ended disclose 2026-11-11"]
    assert (shown.visibility, shown.status_after, shown.rules) == (DISCLOSED, RecordStatus.STANDING, (ORDER_36,))
    assert clocks(shown) == [
        "started disclose 2026-11-19",
        "kept disclose 2026-11-19",
        "started publicity-end 2027-11-02",
    ]


def test_a_repair_that_was_abused_lets_the_period_run_again() -> None:
    """准予修复, 撤销修复: withdrawn and disclosed again, and no new application for the time of the bar."""
    story = Story(today="2026-01-05")
    story.file(publicity("ordinary"))
    story.at("2026-06-01").grant()
    story.at("2026-07-01").abuse()
    granted, revoked = told(story)[-2:]

    assert (granted.visibility, granted.status_after) == (WITHDRAWN, RecordStatus.REPAIRED)
    assert clocks(granted) == ["kept repair-decide 2026-06-15", "ended publicity-end 2029-01-05"]
    assert (revoked.visibility, revoked.status_after) == (DISCLOSED, RecordStatus.STANDING)
    assert revoked.outcome == "false-material"
    assert clocks(revoked)[0] == "started publicity-end 2029-01-05"
    assert [change.clock.value for change in revoked.clocks[1:]] == ["bar-end"]


def test_a_mask_hides_and_shows_again() -> None:
    """临时屏蔽、解除屏蔽: by the rules of publicity that the record keeps to."""
    story = Story(today="2026-11-02")
    story.file(publicity("ordinary"))
    story.at("2026-11-10").mask()
    story.at("2026-12-10").unmask()
    masked, lifted = told(story)[1:]

    assert (masked.status_after, masked.visibility, masked.rules) == (RecordStatus.MASKED, WITHDRAWN, (ORDER_36,))
    assert (lifted.status_after, lifted.visibility, lifted.rules) == (RecordStatus.STANDING, DISCLOSED, (ORDER_36,))
    assert (lifted.outcome, lifted.references) == (MaskOutcome.PERFORMED, (("mask", uid("m1")),))


def test_an_annulled_decision_is_withdrawn_by_the_clock_of_its_remedy() -> None:
    """行政处罚法 第四十八条: the court annuls, the unit takes the record back within three working days."""
    story = Story(today="2026-09-01")
    story.file(publicity("ordinary"))
    story.at("2026-09-02").open_remedy()
    story.at("2026-09-07").close_remedy()
    story.at("2026-09-09").revoke(remedy="r1")
    opened, closed, revoked = told(story)[1:]

    assert (opened.rules, opened.status_after) == ((), RecordStatus.DISPUTED), "its basis says by which law"
    assert (closed.rules, clocks(closed)) == ((OBJECTION,), ["started withdraw 2026-09-10"])
    assert (revoked.rules, revoked.visibility) == ((OBJECTION,), WITHDRAWN)
    assert clocks(revoked) == ["kept withdraw 2026-09-10", "ended publicity-end 2027-09-01"]


def test_a_remedy_that_changes_nothing_starts_no_clock() -> None:
    """维持: the mark goes, nothing has to be withdrawn, and no rule of the ledger is needed for it."""
    story = Story(today="2026-09-01")
    story.file(publicity("ordinary"))
    story.at("2026-09-02").open_remedy()
    story.at("2026-09-07").close_remedy(outcome="upheld")
    closed = told(story)[-1]

    assert (closed.outcome, closed.status_after) == (RemedyOutcome.UPHELD, RecordStatus.STANDING)
    assert (closed.rules, closed.clocks) == ((), ())


def test_rules_that_came_later_change_nothing_that_was_told(wrong_fine: Story) -> None:
    """The newest catalogue and rulebook are enough for a story of any day."""
    later = wrong_fine.book.with_rule(calendar_2027(), 1000)

    assert timeline(wrong_fine.events, wrong_fine.items, later) == told(wrong_fine)


def test_a_version_that_nobody_published_has_no_title() -> None:
    """Never in a sound ledger; the story is told all the same."""
    story = Story(today="2026-11-02")
    story.file(publicity("ordinary"))
    (episode,) = timeline(story.events, {}, Rulebook())

    assert episode.item == Item("administrative-penalty", 1, None)
    assert (episode.rules, episode.clocks) == ((CATALOGUE,), ())


@pytest.mark.parametrize(
    ("seq", "size", "bundle", "position"),
    [
        (0, 1, "/tile/entries/000.p/1", 0),
        (255, 256, "/tile/entries/000", 255),
        (255, 300, "/tile/entries/000", 255),
        (256, 300, "/tile/entries/001.p/44", 0),
        (299, 300, "/tile/entries/001.p/44", 43),
    ],
)
def test_an_entry_is_found_in_its_bundle(wrong_fine: Story, seq: int, size: int, bundle: str, position: int) -> None:
    """C2SP tlog-tiles: 256 entries a bundle, the last as wide as the tree makes it."""
    (episode, *_rest) = told(wrong_fine)
    link = proof_link(replace(episode, seq=seq), size)

    assert link == ProofLink(seq, size, f"/v1/receipts/{episode.statement_id}", bundle, position)
