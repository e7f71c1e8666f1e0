"""要点 (gist): what a fold needs of an event, in it and nothing else; and the state that such a fold leaves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from ledger.domain.bodies import ListingDecided, ListingNotified, ObjectionRaised, RecordCorrected, RecordFiled
from ledger.domain.events import Erased, Recorded
from ledger.domain.evolve import advance, evolve
from ledger.domain.gist import Gist, Items, gist_of
from ledger.domain.state import CreditRecord
from ledger.particulars import LEFT_OUT, NO_TERMS, ApplicationFacts, PublicityTerms
from ledger.rulebook.publicity import DishonestyClass, SectorRule, Withheld, WithheldReason
from ledger.rulebook.repair import OtherCondition
from ledger.vocabulary import RecordStatus
from tests.ledger.domain.stories import (
    STORIES,
    a_judgment_debtor,
    a_late_penalty,
    a_penalty,
    an_entry_of_a_list,
)
from tests.ledger.domain.story import (
    FIRST,
    ITEMS,
    LICENCE,
    PENALTY,
    UNIT,
    Story,
    uid,
)
from tests.ledger.harness import ENTERPRISE, publicity
from verify.strict import JsonValue

GISTS = msgspec.msgpack.Decoder(Gist)
GIST_BYTES = msgspec.msgpack.Encoder()
STATES = msgspec.msgpack.Decoder(CreditRecord)
STATE_BYTES = msgspec.msgpack.Encoder(order="deterministic")
CHINESE = re.compile("[一-鿿]")


every_story = pytest.mark.parametrize("tell", STORIES, ids=[tell.__name__ for tell in STORIES])


def gists(story: Story) -> list[Gist]:
    """The gist of each event."""
    return [gist_of(event, story.items) for event in story.events]


def last_gist(story: Story) -> Gist:
    """The gist of the last event."""
    return gists(story)[-1]


def erased(event: Recorded) -> Recorded:
    """The event after its values were destroyed."""
    return replace(event, openings=Erased(event.facts.seq))


# ---- what it holds -------------------------------------------------------------------------------------------------


def test_of_a_filing_it_holds_the_item_the_day_and_the_terms() -> None:
    """Filed two days after the decision; that there is a need is kept, not which."""
    story = Story("2026-11-20")
    story.file(publicity("minor", need="涉及校园食品安全，确有必要公示"), decided_on="2026-11-18")

    assert last_gist(story) == Gist(
        seq=FIRST,
        version=1,
        recorded_on=date(2026, 11, 20),
        issuer=UNIT,
        subject=ENTERPRISE.handle,
        body=RecordFiled(PENALTY, 1),
        discloses=(FIRST,),
        decided_on=date(2026, 11, 18),
        terms=PublicityTerms(DishonestyClass.MINOR, need=LEFT_OUT),
    )


def test_of_a_secret_it_holds_the_reason_and_not_the_text() -> None:
    """审查: nothing follows from the text."""
    story = Story("2026-11-20")
    secret: JsonValue = {"reason": "trade-secret", "text": "处罚决定载有未公开的配方"}
    story.file(publicity(None, withheld=secret), item=LICENCE)

    gist = last_gist(story)
    assert gist.terms == PublicityTerms(withheld=Withheld(WithheldReason.TRADE_SECRET, LEFT_OUT))
    assert (gist.discloses, gist.withdraws) == ((), ())


def test_of_a_rule_of_a_sector_it_holds_the_day_and_not_the_citation() -> None:
    """届满但未纠正."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary"))
    sector: JsonValue = {"citation": "《测试行业信用管理办法》第五条", "until": "2028-05-20"}
    story.at("2027-05-20").determine(publicity("ordinary", sector=sector))

    assert last_gist(story).terms == PublicityTerms(
        DishonestyClass.ORDINARY, sector=SectorRule(LEFT_OUT, date(2028, 5, 20))
    )


def test_of_a_list_entry_it_holds_cases_and_months() -> None:
    """In the notice and in the decision; nothing of the defence."""
    notice, defence, decision, expiry = gists(an_entry_of_a_list())
    (longer,) = gists(a_judgment_debtor())

    assert isinstance(notice.body, ListingNotified)
    assert isinstance(decision.body, ListingDecided)
    assert (notice.cases, notice.months, notice.decided_on) == (("health-and-life",), 0, None)
    assert (decision.cases, decision.months, decision.decided_on) == (("health-and-life",), 0, date(2026, 5, 20))
    assert (longer.cases, longer.months) == (("evasion", "property-report"), 12)
    assert (defence.cases, expiry.cases, expiry.months) == ((), (), 0)


def test_of_an_extension_it_holds_the_working_days_and_of_an_application_its_days() -> None:
    """Other conditions and what is more to say are counted, not quoted."""
    told = {type(gist.body).__name__: gist for gist in gists(a_penalty())}

    assert told["ObjectionExtended"].working_days == 10
    assert told["RepairApplied"].facts == ApplicationFacts(
        corrected_on=date(2027, 12, 1),
        performed_on=date(2027, 12, 1),
        committed_on=date(2027, 12, 1),
        other=(OtherCondition(LEFT_OUT, LEFT_OUT, date(2027, 11, 29)),),
        supplementary=(LEFT_OUT,),
    )
    assert [kind for kind, gist in told.items() if gist.working_days] == ["ObjectionExtended"]
    assert [kind for kind, gist in told.items() if gist.facts is not None] == ["RepairApplied"]


@every_story
def test_it_quotes_nobody_and_names_nobody(tell: Callable[[], Story]) -> None:
    """Reasons, claims, names, evidence, codes: all are in the openings and none in the gist, whoever reads the file."""
    story = tell()
    opened = " ".join(str(event.values()) for event in story.events)
    written = b" ".join(GIST_BYTES.encode(gist) for gist in gists(story)).decode("utf-8", "replace")

    for value in (ENTERPRISE.name, ENTERPRISE.code, "测试经办人"):
        assert value in opened
    assert CHINESE.search(opened)
    assert CHINESE.search(written) is None
    assert (ENTERPRISE.code in written, "ab" * 32 in written) == (False, False)


# ---- days ----------------------------------------------------------------------------------------------------------


def test_the_day_of_an_act_is_held_where_it_is_not_that_of_recording() -> None:
    """Entered a day later; on the day itself there is nothing to hold."""
    story = Story("2026-11-20")
    story.file(publicity("ordinary"))
    story.at("2026-11-23").mask(on="2026-11-21")
    story.unmask()
    filed, late, same = gists(story)

    assert (late.recorded_on, late.done_on, late.on) == (date(2026, 11, 23), date(2026, 11, 21), date(2026, 11, 21))
    assert (same.done_on, same.on) == (None, date(2026, 11, 23))
    assert (filed.done_on, filed.on) == (None, date(2026, 11, 20))


def test_the_day_of_recording_is_that_in_beijing() -> None:
    """16:00 UTC is midnight there."""
    story = Story("2026-11-20")
    story.file(publicity("ordinary"))
    (event,) = story.events
    facts = [
        msgspec.structs.replace(event.facts, recorded_at=f"2026-11-20T{time}Z")
        for time in ("15:59:59.999999", "16:00:00.000000")
    ]

    days = [gist_of(replace(event, facts=each), ITEMS).recorded_on for each in facts]
    assert days == [date(2026, 11, 20), date(2026, 11, 21)]


def test_a_correction_has_its_day_from_the_field_that_its_own_version_names() -> None:
    """A made-up second version counts from 公示截止期 instead; the filing keeps to the first."""
    second = replace(ITEMS[PENALTY, 1], version=2, decided_on="CF_GSJZQ")
    story = Story("2026-11-20").publish(second)
    story.file(publicity("ordinary"), decided_on="2026-11-18")
    story.at("2026-11-23").correct(version=2, decided_on="2026-11-19")
    filed, corrected = gists(story)

    assert (filed.decided_on, corrected.decided_on) == (date(2026, 11, 18), date(2026, 11, 19))
    assert corrected.body == RecordCorrected(PENALTY, 2, None)
    assert story.record.decided_on == date(2026, 11, 19)
    assert gist_of(story.events[1], ITEMS).decided_on is None, "of an unknown version nothing is known"


# ---- after an erasure ----------------------------------------------------------------------------------------------


def test_of_erased_values_nothing_is_held_and_it_says_so() -> None:
    """What stands in clear remains: the item, whom it is about, what was disclosed, and the day of recording."""
    story = Story("2026-11-20")
    story.file(publicity("ordinary"), decided_on="2026-11-18")
    gist = gist_of(erased(story.events[0]), story.items)

    assert gist == Gist(
        seq=FIRST,
        version=1,
        recorded_on=date(2026, 11, 20),
        issuer=UNIT,
        subject=ENTERPRISE.handle,
        body=RecordFiled(PENALTY, 1),
        discloses=(FIRST,),
        erased=True,
    )
    assert (gist.decided_on, gist.terms, gist.on) == (None, NO_TERMS, date(2026, 11, 20))


def test_an_erased_plea_is_of_the_day_on_which_it_was_recorded() -> None:
    """Which day it named, nobody knows any longer."""
    story = Story("2026-11-20")
    story.file(publicity("ordinary"))
    story.at("2026-11-23").object(on="2026-11-21")
    event = story.events[1]

    known, gone = gist_of(event, story.items), gist_of(erased(event), story.items)
    assert known.body == gone.body == ObjectionRaised(uid("o1"))
    assert (known.on, gone.on, gone.erased) == (date(2026, 11, 21), date(2026, 11, 23), True)


# ---- folding over gists --------------------------------------------------------------------------------------------


def folded(events: list[Recorded], items: Items) -> Iterator[tuple[CreditRecord, CreditRecord]]:
    """After each event the state by the event, and by its gist as it is read back."""
    by_event: CreditRecord | None = None
    by_gist: CreditRecord | None = None
    for event in events:
        by_event = evolve(by_event, event, items)
        by_gist = advance(by_gist, GISTS.decode(GIST_BYTES.encode(gist_of(event, items))))
        yield by_event, by_gist


@every_story
def test_a_gist_is_read_back_as_it_was_written(tell: Callable[[], Story]) -> None:
    """Of every type of statement; a member more or less at either end would be another gist."""
    for gist in gists(tell()):
        assert GISTS.decode(GIST_BYTES.encode(gist)) == gist


@every_story
def test_a_fold_over_stored_gists_comes_to_the_state_by_which_was_decided(tell: Callable[[], Story]) -> None:
    """After every event of the story."""
    story = tell()
    states = list(folded(story.events, story.items))

    assert [by_gist for _, by_gist in states] == [by_event for by_event, _ in states]
    assert states[-1][1] == story.record


@every_story
def test_so_does_a_fold_after_all_values_were_erased(tell: Callable[[], Story]) -> None:
    """Neither needs an opening."""
    story = tell()
    for by_event, by_gist in folded([erased(event) for event in story.events], story.items):
        assert by_gist == by_event


def test_events_of_a_record_that_never_began_are_refused() -> None:
    """The log would be out of order."""
    story = a_penalty()

    with pytest.raises(ValueError, match=f"entry {FIRST + 1} continues a record that was never filed"):
        advance(None, gists(story)[1])


# ---- the state as a snapshot ---------------------------------------------------------------------------------------


@every_story
def test_a_state_is_read_back_as_it_was_written(tell: Callable[[], Story]) -> None:
    """After every event, with every kind of procedure."""
    story = tell()
    for state, _ in folded(story.events, story.items):
        assert STATES.decode(STATE_BYTES.encode(state)) == state


def test_the_stories_leave_every_part_of_a_state_in_use() -> None:
    """Otherwise the tests above would say nothing of a part."""
    states = [story().record for story in STORIES]
    used = {
        name
        for state in states
        for name, given in msgspec.structs.asdict(state).items()
        if given not in (None, False, 0, frozenset(), {}, (), NO_TERMS)
    }
    unused = set(CreditRecord.__struct_fields__) - used

    assert unused == {"mask", "masked_on", "terms_erased", "revoked_for"}
    assert {state.status for state in states} == {
        RecordStatus.REVOKED,
        RecordStatus.REPAIRED,
        RecordStatus.REMOVED,
        RecordStatus.EXPIRED,
        RecordStatus.STANDING,
        RecordStatus.STORED,
        RecordStatus.DROPPED,
    }


def test_the_same_state_is_written_as_the_same_bytes_by_every_process() -> None:
    """Sets and dicts have an order of their own in each process: digests would differ."""
    state = a_penalty().record
    late = a_late_penalty().record
    assert (len(state.corrected_for), len(late.missed), len(state.masks)) == (1, 2, 2)
    written = [STATE_BYTES.encode(each) for each in (state, late, msgspec.structs.replace(state, missed=MISSED))]

    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", REWRITE, *(each.hex() for each in written)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=60)
        assert done.stdout.split() == [each.hex() for each in written]


def test_the_order_in_which_a_state_came_to_be_is_not_in_its_bytes() -> None:
    """The same masks and endings, the other way round."""
    state = a_penalty().record
    turned = msgspec.structs.replace(
        state,
        masks=dict(reversed(state.masks.items())),
        endings=dict(reversed(state.endings.items())),
    )

    assert [*turned.endings] != [*state.endings]
    assert STATE_BYTES.encode(turned) == STATE_BYTES.encode(state)


MISSED = frozenset(f"{clock}@{since}" for clock in ("collect", "disclose", "verify", "act") for since in range(8))
REWRITE = """
import sys, msgspec
from ledger.domain.state import CreditRecord
read, write = msgspec.msgpack.Decoder(CreditRecord), msgspec.msgpack.Encoder(order="deterministic")
for text in sys.argv[1:]:
    print(write.encode(read.decode(bytes.fromhex(text))).hex())
"""
