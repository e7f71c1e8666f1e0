"""A long answer in parts: ranges of subjects small enough to hold, and a place to go on from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import dropwhile
from typing import Final, Self

from projections.replay.digest import BUCKETS
from projections.replay.source import EVERYBODY, SubjectRange, ranges
from projections.replay.standing import Standing
from verify.errors import Malformed
from verify.handle import check_handle
from verify.strict import check_uuid7

_EVENTS_A_PART: Final = 2000
"""About a megabyte of rows, read in a few hundredths of a second; meanwhile nobody else gets that thread."""
_SUBJECTS_A_PART: Final = 200


@dataclass(frozen=True, slots=True)
class Cursor:
    """The record after which an answer goes on."""

    subject: str
    record: str

    def __str__(self) -> str:
        """As it travels."""
        return f"{self.subject}:{self.record}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one; raises `Malformed`."""
        subject, _, record = text.partition(":")
        return cls(check_handle(subject, "after"), check_uuid7(record, "after"))

    @classmethod
    def behind(cls, row: Standing) -> Self:
        """The place behind a row."""
        return cls(row.subject, row.record)

    def remaining(self, within: Iterable[SubjectRange]) -> list[SubjectRange]:
        """The subjects that are left, that of the cursor first."""
        left = (each for each in within if each.end > self.subject)
        return [SubjectRange(max(each.first, self.subject), each.end) for each in left]

    def rest(self, rows: Iterable[Standing]) -> Iterator[Standing]:
        """The rows behind it; raises `Malformed` where its record is none of them: then they answer something else."""
        left = dropwhile(lambda row: row.subject == self.subject and row.record != self.record, rows)
        first = next(left, None)
        if first is None or Cursor.behind(first) != self:
            raise Malformed("after", "is no record of this answer; ask with the same as_of and on as before")
        return left


def parts_of(within: Sequence[SubjectRange], size: int) -> Iterator[Sequence[SubjectRange]]:
    """The subjects of an answer about the first `size` entries, so many at a time."""
    if list(within) == [EVERYBODY]:
        yield from ([each] for each in ranges(max(1, min(len(BUCKETS), size // _EVENTS_A_PART))))
    else:
        yield from (within[start : start + _SUBJECTS_A_PART] for start in range(0, len(within), _SUBJECTS_A_PART))
