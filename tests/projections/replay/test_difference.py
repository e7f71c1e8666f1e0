"""比较 (difference): what stands otherwise in a second answer, and the entries that made it so."""

from __future__ import annotations

from datetime import date

import pytest
from msgspec.structs import replace

from ledger.vocabulary import RecordStatus
from projections.replay.difference import Difference, differences
from projections.replay.standing import Standing
from tests.ledger.domain.story import FIRST, Story
from tests.ledger.harness import publicity
from tests.projections.replay.told import standing_of

A, B = "A" * 32, "B" * 32


def row(subject: str, *entries: int, status: RecordStatus = RecordStatus.STANDING) -> Standing:
    """A made-up record of the subject."""
    ended = status not in {RecordStatus.STANDING, RecordStatus.DISPUTED}
    return Standing(
        subject=subject,
        record=f"record of entry {entries[0]}",
        issuer="12110000000000000K",
        item="administrative-penalty",
        item_version=1,
        status=status,
        shown=not ended,
        in_force=not ended,
        effective_on=date(2026, 5, 18),
        ended_on=date(2026, 6, 10) if ended else None,
        values_from=entries[0],
        entries=[*entries],
    )


def told(found: list[Difference]) -> list[tuple[str, str | None, str | None, tuple[int, ...]]]:
    """Record, status before and after, entries."""
    return [
        (
            each.row.record,
            None if each.before is None else each.before.status.value,
            None if each.after is None else each.after.status.value,
            each.entries,
        )
        for each in found
    ]


def test_between_two_answers_that_are_alike_there_is_none() -> None:
    """Nor between two that are empty."""
    rows = [row(A, 1), row(B, 2)]

    assert list(differences(rows, rows, 10)) == []
    assert list(differences([], [], 10)) == []


def test_each_record_is_compared_with_itself() -> None:
    """New ones, gone ones and changed ones, wherever they stand among those that stayed."""
    before = [row(A, 1), row(A, 3), row(B, 2), row(B, 7)]
    after = [
        row(A, 1, 12, status=RecordStatus.REVOKED),
        row(A, 11),
        row(B, 2),
        row(B, 4, 13),
        row(B, 7, 10, status=RecordStatus.DISPUTED),
    ]

    assert told(list(differences(before, after, 10))) == [
        ("record of entry 1", "standing", "revoked", (12,)),
        ("record of entry 3", "standing", None, ()),
        ("record of entry 11", None, "standing", (11,)),
        ("record of entry 4", None, "standing", (13,)),
        ("record of entry 7", "standing", "disputed", (10,)),
    ]


@pytest.mark.parametrize(("before", "after"), [(2, 0), (0, 2), (1, 2), (2, 1)])
def test_one_answer_may_end_before_the_other(before: int, after: int) -> None:
    """Whatever is left of the other is new, or gone."""
    rows = [row(A, 1), row(B, 2)]
    found = list(differences(rows[:before], rows[:after], 0))

    assert len(found) == abs(before - after)
    assert {each.after is None for each in found} == {before > after}


def test_subjects_are_merged_in_their_order_and_not_by_entries() -> None:
    """The first entry of a later subject may be the earlier one."""
    found = list(differences([row(A, 9), row(B, 1)], [row(B, 1)], 10))

    assert told(found) == [("record of entry 9", "standing", None, ())]


@pytest.mark.parametrize(
    "changed",
    [
        {"status": RecordStatus.DISPUTED},
        {"shown": False},
        {"in_force": False},
        {"item_version": 2},
        {"effective_on": date(2026, 5, 6)},
        {"ended_on": date(2026, 5, 6)},
        {"values_from": 12},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_any_column_counts(changed: dict[str, object]) -> None:
    """Whatever anybody would see."""
    (found,) = differences([row(A, 1)], [replace(row(A, 1, 12), **changed)], 10)

    assert found.entries == (12,)


def test_a_step_that_changes_nothing_is_no_difference() -> None:
    """Its entry alone is new."""
    assert list(differences([row(A, 1)], [row(A, 1, 12)], 10)) == []


def test_where_only_days_have_passed_there_are_no_entries() -> None:
    """The period ended by itself."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary"), decided_on="2026-05-18")
    days = standing_of(story, "2027-05-18"), standing_of(story, "2027-05-19")
    before, after = ([each] for each in days if each is not None)

    assert [(each[1:]) for each in told(list(differences(before, after, FIRST + 1)))] == [("standing", "expired", ())]


def test_a_repair_and_all_its_steps_made_the_difference() -> None:
    """Every entry that came between, those before it not."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary"), decided_on="2026-05-18")
    story.at("2026-06-01").object()
    story.at("2026-08-20").grant()
    before, after = standing_of(story, "2026-06-01", "2026-06-01"), standing_of(story, "2026-08-20")
    assert before is not None
    assert after is not None

    (found,) = differences([before], [after], FIRST + 2)
    assert (found.row.status.value, found.entries) == ("repaired", (FIRST + 2, FIRST + 3, FIRST + 4, FIRST + 5))


def test_a_record_that_left_the_answer_names_no_entries_of_its_own() -> None:
    """The day of the decision moved past the day that is looked at; whoever has the log at hand adds the entry."""
    story = Story("2026-05-20")
    story.file(publicity("ordinary"), decided_on="2026-05-18")
    story.at("2026-06-10").correct(decided_on="2026-05-20")
    before, after = standing_of(story, "2026-05-18", "2026-06-09"), standing_of(story, "2026-05-18", "2026-06-10")
    assert before is not None
    assert after is None

    (found,) = differences([before], [], FIRST + 1)
    assert (found.before, found.after, found.entries) == (before, None, ())


def test_a_difference_is_of_a_record() -> None:
    """Of one of the two answers at least."""
    with pytest.raises(ValueError, match="of a record"):
        _ = Difference(None, None, ()).row
