"""比较 (difference): what changed between two answers, record by record, and the events that made it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from projections.replay.standing import Standing


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that stands otherwise; None: it is not of that answer."""

    before: Standing | None
    after: Standing | None
    entries: tuple[int, ...]
    """The entries that came between; none: only days have passed."""

    @property
    def row(self) -> Standing:
        """One of the two, for what they have in common."""
        found = self.after or self.before
        if found is None:
            raise ValueError("a difference is of a record")
        return found


def differences(before: Iterable[Standing], after: Iterable[Standing], size: int) -> Iterator[Difference]:
    """Merge two answers, each in the order of (subject, first entry); `size` is what was known for the first."""
    earlier, later = iter(before), iter(after)
    old, new = next(earlier, None), next(later, None)
    while old is not None or new is not None:
        order = _compare(old, new)
        if order < 0:
            yield _difference(old, None, size)
        elif order > 0:
            yield _difference(None, new, size)
        elif old is not None and new is not None and _unlike(old, new):
            yield _difference(old, new, size)
        old, new = next(earlier, None) if order <= 0 else old, next(later, None) if order >= 0 else new


def _difference(old: Standing | None, new: Standing | None, size: int) -> Difference:
    known = [] if new is None else new.entries
    return Difference(old, new, tuple(seq for seq in known if seq >= size))


def _compare(old: Standing | None, new: Standing | None) -> int:
    if old is None or new is None:
        return 1 if old is None else -1
    left, right = (old.subject, old.entries[0]), (new.subject, new.entries[0])
    return (left > right) - (left < right)


def _unlike(old: Standing, new: Standing) -> bool:
    """Say whether they differ in more than the entries: a step that changes nothing is none of the differences."""
    return replace(old, entries=[]) != replace(new, entries=[])
