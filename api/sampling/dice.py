"""Chance that is the same on every machine and in every version of Python: SHAKE-256 of a seed and a counter.

``random.Random`` would keep 2.5 kB for every case that is open; this keeps the seed and one block.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import shake_256
from typing import TypeVar

_BLOCK = 128
_DRAW = 4
_RANGE = 1 << 8 * _DRAW

_Thing = TypeVar("_Thing")


class Dice:
    """A stream of chance named by its seed."""

    __slots__ = ("_drawn", "_left", "_seed")

    def __init__(self, *seed: str | int) -> None:
        """Equal seeds give equal streams."""
        self._seed = "/".join(map(str, seed)).encode()
        self._drawn = 0
        self._left = b""

    def bytes(self, count: int) -> bytes:
        """The next so many bytes; a `verify.submission.Random`."""
        self._drawn += 1
        return shake_256(b"%b/%d" % (self._seed, self._drawn)).digest(count)

    def below(self, end: int) -> int:
        """A whole number from 0 to `end` - 1; `end` is far below 2^32."""
        if not self._left:
            self._left = self.bytes(_BLOCK)
        drawn, self._left = self._left[:_DRAW], self._left[_DRAW:]
        return int.from_bytes(drawn, "big") * end >> 8 * _DRAW

    def between(self, first: int, last: int) -> int:
        """A whole number from `first` to `last`, both included."""
        return first + self.below(last - first + 1)

    def percent(self, share: float) -> bool:
        """Say yes in so many of a hundred cases."""
        return self.below(_RANGE) < share * (_RANGE / 100)

    def pick(self, things: Sequence[_Thing]) -> _Thing:
        """One of them, all alike."""
        return things[self.below(len(things))]

    def weighed(self, things: Sequence[tuple[int, _Thing]]) -> _Thing:
        """One of them by weight."""
        drawn = self.below(sum(weight for weight, _thing in things))
        for weight, thing in things:
            drawn -= weight
            if drawn < 0:
                return thing
        raise ValueError("nothing has a weight")
