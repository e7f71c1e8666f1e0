"""状态摘要: one number for an answer, literally as the module says; the same however it is spread."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from itertools import pairwise

import pytest

from projections.replay.digest import BUCKETS, BucketDigests, state_digest
from projections.replay.source import EVERYBODY, SubjectRange, ranges
from verify.handle import organisation_handle

ROWS = [("2A" + "A" * 30, [1, "standing"]), ("2A" + "B" * 30, [2, None]), ("ZZ" + "7" * 30, [3, "测试"])]
OF = ["replay", 1, 51, "ab" * 32, "2026-11-20", "2026-11-20"]


def sha(data: bytes) -> bytes:
    """SHA-256."""
    return hashlib.sha256(data).digest()


def buckets_of(rows: Iterable[tuple[str, object]]) -> dict[str, bytes]:
    """Digests of buckets, the rows fed in their order."""
    digests = BucketDigests()
    for subject, row in rows:
        digests.add(subject, row)
    return digests.digests()


def test_a_digest_is_of_what_it_is_of_and_then_of_each_bucket() -> None:
    """Bytes that anybody can hash: a line of JSON, then 32 bytes of each bucket that has rows."""
    first = sha(b'[1,"standing"]\n[2,null]\n')
    last = sha('[3,"测试"]\n'.encode())
    head = f'["replay",1,51,"{"ab" * 32}","2026-11-20","2026-11-20"]\n'.encode()

    assert buckets_of(ROWS) == {"2A": first, "ZZ": last}
    assert state_digest(OF, buckets_of(ROWS)) == sha(head + first + last).hex()
    assert state_digest(OF, {}) == sha(head).hex()


def test_several_rows_at_once_are_rows_one_by_one() -> None:
    """How they are fed makes no difference."""
    digests = BucketDigests()
    digests.add("2A" + "A" * 30, [1, "standing"], [2, None])
    digests.add("ZZ" + "7" * 30, [3, "测试"])

    assert digests.digests() == buckets_of(ROWS)


def test_buckets_are_put_together_in_their_own_order() -> None:
    """Whichever part was ready first."""
    apart = buckets_of(ROWS[2:]) | buckets_of(ROWS[:2])

    assert list(apart) == ["ZZ", "2A"]
    assert state_digest(OF, apart) == state_digest(OF, buckets_of(ROWS))


@pytest.mark.parametrize(
    "rows",
    [
        ROWS[:2],
        [*ROWS, ("ZZ" + "7" * 30, [4, None])],
        [ROWS[1], ROWS[0], ROWS[2]],
        [(ROWS[0][0], [1, "stored"]), *ROWS[1:]],
        [("2B" + "A" * 30, ROWS[0][1]), *ROWS[1:]],
    ],
    ids=["missing", "too many", "another order", "a value", "another bucket"],
)
def test_any_other_rows_have_another_digest(rows: list[tuple[str, object]]) -> None:
    """One row, one member, or where one row stands."""
    assert state_digest(OF, buckets_of(rows)) != state_digest(OF, buckets_of(ROWS))


@pytest.mark.parametrize("place", range(len(OF)))
def test_it_is_of_the_size_and_the_root_of_the_log_and_of_both_days(place: int) -> None:
    """The same rows of another log, or for another day, have another digest."""
    other = [*OF[:place], "other", *OF[place + 1 :]]

    assert state_digest(other, buckets_of(ROWS)) != state_digest(OF, buckets_of(ROWS))


# ---- how subjects are spread -----------------------------------------------------------------------------------------


def test_every_handle_is_in_one_bucket() -> None:
    """1,024 of them, by two characters of base32; in the order in which the database compares text."""
    handles = [organisation_handle("uscc", str(number)) for number in range(5000)]

    assert (len(BUCKETS), BUCKETS[0], BUCKETS[1], BUCKETS[-1]) == (1024, "22", "23", "ZZ")
    assert list(BUCKETS) == sorted(BUCKETS, key=str.encode)
    assert {handle[:2] for handle in handles} <= set(BUCKETS)


def test_parts_cover_everybody_once() -> None:
    """However many: they begin where the one before ends, on a whole bucket."""
    for parts in range(1, 1025):
        found = ranges(parts)
        assert len(found) == parts
        assert (found[0].first, found[-1].end) == ("", "~")
        assert all(one.end == other.first for one, other in pairwise(found))
        assert {each.first for each in found[1:]} <= set(BUCKETS)
        assert all(each.first < each.end for each in found)


def test_there_are_no_more_parts_than_buckets() -> None:
    """One part is everybody."""
    assert ranges(1) == [EVERYBODY]
    assert ranges(5000) == ranges(1024)
    assert ranges(4) == [
        SubjectRange("", "C2"),
        SubjectRange("C2", "K2"),
        SubjectRange("K2", "S2"),
        SubjectRange("S2", "~"),
    ]


def test_one_subject_is_a_range_that_nobody_else_is_in() -> None:
    """Not who comes right before or after."""
    handle = "B" * 31 + "C"
    within = SubjectRange.only(handle)

    def has(subject: str) -> bool:
        return within.first <= subject < within.end

    assert [has(subject) for subject in ("B" * 32, handle, "B" * 31 + "D", handle + "2")] == [False, True, False, False]
