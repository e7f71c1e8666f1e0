"""A long answer in parts: ranges of subjects, and going on behind a record."""

from __future__ import annotations

from datetime import date

import pytest

from api.replay_parts import Cursor, parts_of
from ledger.vocabulary import RecordStatus
from projections.replay.source import EVERYBODY, SubjectRange
from projections.replay.standing import Standing
from verify.errors import Malformed

FIRST, SECOND, THIRD = ("0193f000-0000-7000-8000-00000000000" + digit for digit in "123")
A, B, C = ("A" * 32, "B" * 32, "C" * 32)


def row(subject: str, record: str) -> Standing:
    """A record of somebody."""
    day = date(2026, 11, 20)
    status = RecordStatus.STANDING
    return Standing(subject, record, "12110000000000000K", "item", 1, status, True, True, day, None, 1, [1])


ROWS = [row(A, SECOND), row(A, FIRST), row(B, THIRD)]
"""Records of a subject come in the order in which they began, whatever their ids."""


@pytest.mark.parametrize(
    ("size", "parts"), [(0, 1), (3999, 1), (4000, 2), (10_000, 5), (2_048_000, 1024), (10_000_000, 1024)]
)
def test_the_whole_ledger_comes_in_parts_that_leave_nobody_out(size: int, parts: int) -> None:
    """Each begins where the one before it ends."""
    found = [each for (each,) in parts_of([EVERYBODY], size)]

    assert len(found) == parts
    assert (found[0].first, found[-1].end) == (EVERYBODY.first, EVERYBODY.end)
    assert [each.end for each in found[:-1]] == [each.first for each in found[1:]]


def test_named_subjects_come_two_hundred_at_a_time() -> None:
    within = [SubjectRange.only(f"{number:032}") for number in range(401)]
    parts = list(parts_of(within, 10_000_000))

    assert [len(part) for part in parts] == [200, 200, 1]
    assert [each for part in parts for each in part] == within
    assert list(parts_of([], 10)) == []


def test_an_answer_goes_on_behind_a_record() -> None:
    """Also within a subject, whose records are not in the order of their ids."""
    assert list(Cursor.behind(ROWS[0]).rest(ROWS)) == ROWS[1:]
    assert list(Cursor.behind(ROWS[1]).rest(ROWS)) == ROWS[2:]
    assert list(Cursor.behind(ROWS[2]).rest(ROWS[2:])) == []


@pytest.mark.parametrize("other", [row(A, THIRD), row(B, FIRST), row(C, FIRST)])
def test_a_place_that_is_none_of_the_answer_is_refused(other: Standing) -> None:
    """Going on somewhere near it would leave records out, or tell them twice."""
    with pytest.raises(Malformed, match=r"^after: is no record of this answer"):
        Cursor.behind(other).rest(iter(ROWS if other.subject == A else ROWS[2:]))


def test_subjects_before_the_place_are_not_read_again() -> None:
    within = [SubjectRange.only(each) for each in (A, B, C)]

    assert Cursor(B, FIRST).remaining(within) == within[1:]
    assert Cursor(B, FIRST).remaining([EVERYBODY]) == [SubjectRange(B, EVERYBODY.end)]


def test_a_place_is_written_as_it_is_read() -> None:
    cursor = Cursor(A, FIRST)

    assert str(cursor) == f"{A}:{FIRST}"
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", A, f"{A}:", f":{FIRST}", f"{A}:{FIRST} ", f"{A.lower()}:{FIRST}"])
def test_what_is_no_place_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match=r"^after: "):
        Cursor.parse(text)
