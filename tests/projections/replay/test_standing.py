"""How a record stood on a day, by what was known at the end of another: docs/history.md, on each side of each boundary.

`on` is before what was known, or not: the first is folded with days in mind, the second follows from the last event.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from ledger.domain.events import Erased, Recorded
from projections.replay.standing import Moment, effective_on
from projections.replay.whole import replay_events
from tests.ledger.domain.story import (
    ABNORMAL,
    ATTENTION,
    FIRST,
    HONOURED,
    ITEMS,
    LICENCE,
    PENALTY,
    UNIT,
    Story,
    T,
    day,
    uid,
)
from tests.ledger.harness import ENTERPRISE, publicity
from tests.projections.replay.told import chapters_of, law_of, standing_of
from verify.strict import JsonValue

Seen = tuple[str, bool, bool]
"""Status, whether everybody could see it, whether it was in force."""

STANDING: Seen = ("standing", True, True)
STORED: Seen = ("stored", False, True)
DISPUTED: Seen = ("disputed", True, True)
MASKED: Seen = ("masked", False, True)
REVOKED: Seen = ("revoked", False, False)
CHANGED: Seen = ("changed", False, False)
REPAIRED: Seen = ("repaired", False, False)
EXPIRED: Seen = ("expired", False, False)
NOTIFIED: Seen = ("notified", False, False)
DROPPED: Seen = ("dropped", False, False)


# ---- stories ---------------------------------------------------------------------------------------------------------


def a_penalty() -> Story:
    """Decided on 18 May 2026, filed two days later; shown for a year."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary"), decided_on="2026-05-18")
    return story


def masked() -> Story:
    """Put on and lifted, each entered two days later."""
    story = a_penalty()
    story.at("2026-07-03").mask(on="2026-07-01")
    story.at("2026-11-04").unmask(on="2026-11-02", outcome="failed")
    return story


def masked_twice() -> Story:
    """With three days between."""
    story = a_penalty()
    story.at("2026-07-01").mask("m1")
    story.at("2026-07-10").unmask("m1")
    story.at("2026-07-13").mask("m2")
    return story


def disputed() -> Story:
    """Raised, forwarded, resolved, reviewed; then taken to court."""
    story = a_penalty()
    story.at("2026-09-08").object(on="2026-09-07")
    story.forward()
    story.at("2026-09-10").resolve(on="2026-09-09")
    story.deliver()
    story.at("2026-09-17").request_review()
    story.at("2026-09-23").review()
    story.at("2026-10-13").open_remedy(on="2026-10-12")
    story.at("2026-11-03").close_remedy(on="2026-11-02", outcome="upheld")
    return story


def disputed_while_masked() -> Story:
    """Nobody sees it, and somebody objects."""
    story = a_penalty()
    story.at("2026-07-01").object()
    story.at("2026-07-02").mask()
    story.at("2026-07-06").unmask()
    return story


def repaired_and_revoked() -> Story:
    """准予, each step of one day; 撤销 two days before it was entered."""
    story = a_penalty()
    story.at("2026-08-20").grant()
    story.at("2026-11-04").abuse(on="2026-11-02")
    return story


def changed() -> Story:
    """Entered two days later."""
    story = a_penalty()
    story.at("2026-06-12").change(on="2026-06-10")
    return story


def changed_then_revoked() -> Story:
    """变更, and then it turns out that it never was valid."""
    story = changed()
    story.at("2026-07-01").revoke()
    return story


def changed_after_its_last_day() -> Story:
    """A decision that nobody sees any more can still be changed."""
    story = a_penalty()
    story.at("2027-06-01").change()
    return story


def expired() -> Story:
    """The ledger's clock says so ten days later."""
    story = a_penalty()
    story.at("2027-05-28").fall_due(T.PUBLICITY_ENDED, "2027-05-18", "publicity/order-36")
    return story


def ended_early() -> Story:
    """提前: an end that was chosen."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary", chosen_end="2026-11-20"), decided_on="2026-05-18")
    return story


def classless() -> Story:
    """Its class is given a month later, and taken back into secrecy after another."""
    story = Story("2026-05-20")
    story.file(publicity(None), decided_on="2026-05-18")
    story.at("2026-06-22").determine(publicity("ordinary"))
    secret: JsonValue = {"reason": "trade-secret", "text": "测试"}
    story.at("2026-07-22").determine(publicity("ordinary", withheld=secret))
    return story


def corrected_back() -> Story:
    """The day of the decision was another one, earlier."""
    story = a_penalty()
    story.at("2026-06-10").correct(decided_on="2026-05-06")
    return story


def corrected_forth() -> Story:
    """The day of the decision was another one, later."""
    story = a_penalty()
    story.at("2026-06-10").correct(decided_on="2026-05-20")
    return story


def a_licence() -> Story:
    """Neither adverse nor ending."""
    story = Story("2026-05-20")
    story.file(item=LICENCE, decided_on="2026-05-18")
    return story


def dropped() -> Story:
    """Notified, and dropped two days before it was entered."""
    story = Story("2026-05-06")
    story.notify(on="2026-05-05")
    story.at("2026-05-22").drop(on="2026-05-20")
    return story


def listed() -> Story:
    """Notified on 6 May, decided on 20 May 2026, for three years."""
    story = Story("2026-05-06")
    story.notify()
    story.at("2026-05-20").enlist()
    return story


def removed(item: str) -> Story:
    """Taken off two days before it was entered."""
    story = Story("2026-05-20")
    story.enlist(item=item)
    story.at("2026-11-04").remove("early-repair" if item == ABNORMAL else "disqualification", on="2026-11-02")
    return story


def for_attention() -> Story:
    """重点关注: a list that nobody sees, for a year."""
    story = Story("2026-05-06")
    story.notify(item=ATTENTION)
    story.at("2026-05-20").enlist(item=ATTENTION)
    return story


REMOVED_SHOWN: Seen = ("removed", True, False)
REMOVED: Seen = ("removed", False, False)

CASES: dict[str, tuple[Callable[[], Story], str | None, dict[str, Seen | None]]] = {
    "a penalty, looked at while it is new": (
        a_penalty,
        None,
        {"2026-05-20": STANDING, "2027-05-18": STANDING, "2027-05-19": EXPIRED, "2040-01-01": EXPIRED},
    ),
    "a penalty, looked back at": (
        a_penalty,
        "2026-12-31",
        # Shown by the law from the 18th, by the log from the 20th.
        {"2026-05-17": None, "2026-05-18": STORED, "2026-05-19": STORED, "2026-05-20": STANDING},
    ),
    "a penalty that was not yet known": (a_penalty, "2026-05-19", {"2026-05-19": None, "2026-06-01": None}),
    "a mask, all of it known": (
        masked,
        None,
        {"2026-06-30": STANDING, "2026-07-01": MASKED, "2026-11-01": MASKED, "2026-11-02": STANDING},
    ),
    "a mask that is not yet entered": (masked, "2026-07-02", {"2026-06-30": STANDING, "2026-07-02": STANDING}),
    "a mask that is not yet lifted": (
        masked,
        "2026-11-03",
        {"2026-06-30": STANDING, "2026-07-01": MASKED, "2026-11-02": MASKED, "2026-12-31": MASKED},
    ),
    "a mask over the last day": (masked, "2026-11-03", {"2027-05-18": MASKED, "2027-05-19": EXPIRED}),
    "two masks": (
        masked_twice,
        None,
        {"2026-07-09": MASKED, "2026-07-10": STANDING, "2026-07-12": STANDING, "2026-07-13": MASKED},
    ),
    "an objection, a review and a suit, all of it known": (
        disputed,
        "2026-12-31",
        {
            "2026-09-06": STANDING,
            "2026-09-07": DISPUTED,  # raised on that day, entered on the next
            "2026-09-09": DISPUTED,
            "2026-09-10": STANDING,  # the outcome was recorded, whatever day it names
            "2026-09-16": STANDING,
            "2026-09-17": DISPUTED,
            "2026-09-22": DISPUTED,
            "2026-09-23": STANDING,
            "2026-10-11": STANDING,
            "2026-10-12": DISPUTED,
            "2026-11-02": DISPUTED,
            "2026-11-03": STANDING,
        },
    ),
    "an objection without an outcome": (
        disputed,
        "2026-09-09",
        {"2026-09-06": STANDING, "2026-09-08": DISPUTED, "2026-09-10": DISPUTED, "2027-05-18": DISPUTED},
    ),
    "a disputed record that expires": (disputed, "2026-09-09", {"2027-05-19": EXPIRED}),
    "a mask hides that somebody objects": (
        disputed_while_masked,
        None,
        {"2026-07-01": DISPUTED, "2026-07-02": MASKED, "2026-07-05": MASKED, "2026-07-06": DISPUTED},
    ),
    "a repair that was revoked": (
        repaired_and_revoked,
        None,
        {
            "2026-08-19": STANDING,
            "2026-08-20": REPAIRED,
            "2026-11-01": REPAIRED,
            "2026-11-02": STANDING,
            "2026-11-04": STANDING,
            "2027-05-19": EXPIRED,
        },
    ),
    "a repair that was not yet revoked": (
        repaired_and_revoked,
        "2026-11-03",
        {"2026-08-19": STANDING, "2026-08-20": REPAIRED, "2026-11-02": REPAIRED, "2027-05-19": REPAIRED},
    ),
    "a decision that was changed": (
        changed,
        None,
        {"2026-06-09": STANDING, "2026-06-10": CHANGED, "2026-06-12": CHANGED, "2027-05-19": CHANGED},
    ),
    "a change that was not yet entered": (changed, "2026-06-11", {"2026-06-10": STANDING, "2026-06-11": STANDING}),
    "a decision that never was valid": (
        changed_then_revoked,
        None,
        {"2026-05-17": None, "2026-05-20": REVOKED, "2026-06-10": REVOKED, "2026-07-01": REVOKED},
    ),
    "a decision that was changed after its last day": (
        changed_after_its_last_day,
        "2027-06-10",
        {"2027-05-18": STANDING, "2027-05-19": EXPIRED, "2027-05-31": EXPIRED, "2027-06-01": CHANGED},
    ),
    "a period that has passed, and the clock has said so": (
        expired,
        None,
        {"2027-05-18": STANDING, "2027-05-19": EXPIRED, "2027-05-28": EXPIRED},
    ),
    "a period that has passed, and the clock has not said so": (
        expired,
        "2027-05-27",
        {"2027-05-18": STANDING, "2027-05-19": EXPIRED, "2027-05-27": EXPIRED},
    ),
    "an end that was chosen": (ended_early, None, {"2026-11-20": STANDING, "2026-11-21": EXPIRED}),
    "a class that was given late, and a secret that was found later": (
        classless,
        "2026-12-31",
        # What is known of its publicity is what was last determined, for every day: nobody may see it.
        {"2026-06-21": STORED, "2026-06-22": ("standing", False, True), "2026-12-31": STORED},
    ),
    "a class that was given late": (
        classless,
        "2026-07-21",
        {"2026-06-21": STORED, "2026-06-22": STANDING, "2026-07-21": STANDING, "2027-05-19": EXPIRED},
    ),
    "a class that was not yet given": (classless, "2026-06-21", {"2026-06-21": STORED, "2027-05-19": STORED}),
    "a day of decision that was corrected back": (
        corrected_back,
        None,
        {
            "2026-05-05": None,
            "2026-05-06": STORED,
            "2026-05-20": STANDING,
            "2027-05-06": STANDING,
            "2027-05-07": EXPIRED,
        },
    ),
    "a day of decision that was corrected forth": (
        corrected_forth,
        None,
        {"2026-05-19": None, "2026-05-20": STANDING, "2027-05-20": STANDING, "2027-05-21": EXPIRED},
    ),
    "a correction that was not yet known": (
        corrected_forth,
        "2026-06-09",
        {"2026-05-17": None, "2026-05-18": STORED, "2027-05-18": STANDING, "2027-05-19": EXPIRED},
    ),
    "a licence": (a_licence, None, {"2026-05-17": None, "2026-05-20": STANDING, "2099-01-01": STANDING}),
    "an entry of a list that was dropped": (
        dropped,
        None,
        {
            "2026-05-04": None,
            "2026-05-05": NOTIFIED,
            "2026-05-19": NOTIFIED,
            "2026-05-20": DROPPED,
            "2026-05-22": DROPPED,
        },
    ),
    "an entry of a list that was not yet dropped": (
        dropped,
        "2026-05-21",
        {"2026-05-05": NOTIFIED, "2026-05-21": NOTIFIED, "2030-01-01": NOTIFIED},
    ),
    "an entry of a list that was decided": (
        listed,
        None,
        {"2026-05-06": None, "2026-05-19": None, "2026-05-20": STANDING, "2029-05-20": STANDING, "2029-05-21": EXPIRED},
    ),
    "an entry of a list that was only considered": (
        listed,
        "2026-05-19",
        {"2026-05-05": None, "2026-05-06": NOTIFIED, "2026-05-19": NOTIFIED, "2026-05-20": NOTIFIED},
    ),
    "an entry that is shown after its removal": (
        lambda: removed(ABNORMAL),
        None,
        {"2026-11-01": STANDING, "2026-11-02": REMOVED_SHOWN, "2026-11-04": REMOVED_SHOWN},
    ),
    "an entry that is not shown after its removal": (
        lambda: removed(HONOURED),
        None,
        {"2026-11-01": STANDING, "2026-11-02": REMOVED, "2026-11-04": REMOVED},
    ),
    "an entry of a list that nobody sees": (
        for_attention,
        None,
        {"2026-05-20": STORED, "2027-05-20": STORED, "2027-05-21": EXPIRED},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_how_a_record_stands(case: str) -> None:
    """Status, whether everybody could see it, whether it was in force; None: it is not of that day."""
    tell, as_of, days = CASES[case]
    story = tell()
    found = {on: standing_of(story, on, as_of) for on in days}

    assert {
        on: None if row is None else (row.status.value, row.shown, row.in_force) for on, row in found.items()
    } == days


# ---- the other columns -----------------------------------------------------------------------------------------------


def test_a_row_says_whose_record_it_is_and_what_it_is_made_of() -> None:
    """Every column, of a penalty that was corrected and then repaired."""
    story = corrected_back()
    story.at("2026-08-20").grant()

    row = standing_of(story, "2026-08-20")
    assert row is not None
    assert (row.subject, row.record, row.issuer) == (ENTERPRISE.handle, uid("record"), UNIT)
    assert (row.item, row.item_version, row.status.value) == (PENALTY, 1, "repaired")
    assert (row.effective_on, row.ended_on) == (date(2026, 5, 6), date(2026, 8, 20))
    assert (row.values_from, row.entries) == (FIRST + 1, [FIRST + step for step in range(6)])


def test_values_are_those_that_were_known() -> None:
    """Of the filing until the correction was entered, for every day; nothing of what came later is in its entries."""
    story = corrected_forth()
    before, after = standing_of(story, "2026-06-09", "2026-06-09"), standing_of(story, "2026-06-09")

    assert before is not None
    assert after is not None
    assert (before.values_from, before.entries, before.effective_on) == (FIRST, [FIRST], date(2026, 5, 18))
    assert (after.values_from, after.entries) == (FIRST + 1, [FIRST, FIRST + 1])
    assert after.effective_on == date(2026, 5, 20)


def test_what_is_only_considered_has_no_values() -> None:
    """A notice commits to cases, not to the fields of an entry."""
    story = listed()
    notice, decision = standing_of(story, "2026-05-19", "2026-05-19"), standing_of(story, "2026-05-20")

    assert notice is not None
    assert decision is not None
    assert (notice.values_from, notice.effective_on, notice.entries) == (None, date(2026, 5, 6), [FIRST])
    assert (decision.values_from, decision.effective_on) == (FIRST + 1, date(2026, 5, 20))


@pytest.mark.parametrize(
    ("tell", "as_of", "on", "ended_on"),
    [
        (a_penalty, None, "2026-05-20", None),
        (a_penalty, None, "2027-05-19", date(2027, 5, 18)),
        (expired, None, "2027-05-28", date(2027, 5, 18)),
        (expired, None, "2027-05-18", None),
        (repaired_and_revoked, None, "2026-11-01", date(2026, 8, 20)),
        (repaired_and_revoked, None, "2026-11-02", None),
        (changed_then_revoked, None, "2026-06-01", date(2026, 7, 1)),
        (dropped, None, "2026-05-22", None),
        (lambda: removed(HONOURED), None, "2026-11-03", date(2026, 11, 2)),
    ],
)
def test_a_row_says_on_which_day_it_ended(
    tell: Callable[[], Story], as_of: str | None, on: str, ended_on: date | None
) -> None:
    """The last day of a period; the day of what ended it otherwise. What was only considered never began."""
    row = standing_of(tell(), on, as_of)

    assert row is not None
    assert row.ended_on == ended_on


def test_what_has_no_day_of_its_own_is_of_the_day_on_which_it_was_filed() -> None:
    """A made-up version of 行政许可 that names no such field."""
    story = Story("2026-05-20").publish(replace(ITEMS[LICENCE, 1], version=2, decided_on=None))
    story.file(item=LICENCE, version=2)

    assert (story.record.decided_on, effective_on(story.record)) == (None, date(2026, 5, 20))
    assert standing_of(story, "2026-05-19", "2026-12-31") is None
    assert standing_of(story, "2026-05-20", "2026-12-31") is not None


def test_what_was_erased_is_of_the_day_on_which_it_was_filed() -> None:
    """Nobody knows its day any longer, nor a period; what stands in clear remains, and nobody sees it."""
    story = a_penalty()
    events = [replace(event, openings=Erased(event.facts.seq)) for event in story.events]

    assert standing_of(story, "2026-05-19", "2026-12-31") is not None
    assert erased_standing(story, events, "2026-05-19") is None
    assert erased_standing(story, events, "2040-01-01") == ("standing", False, True)


def erased_standing(story: Story, events: list[Recorded], on: str) -> Seen | None:
    """How a record stood on a day, whose values nobody knows any longer."""
    moment = Moment(day("2026-12-31"), day(on), law_of(story))
    found = list(replay_events(chapters_of(story, events), moment))
    return (found[0].status.value, found[0].shown, found[0].in_force) if found else None
