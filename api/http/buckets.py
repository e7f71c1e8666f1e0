"""Token buckets: so many requests at once, and so many a second after that."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

MOST_KEYS: Final = 65_536
"""Buckets remembered, about 14 MB; see `Buckets` for what is forgotten beyond."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Requests a second, of which `burst` may come at once."""

    per_second: float
    burst: int

    @property
    def window(self) -> float:
        """Seconds in which an empty bucket is full again."""
        return self.burst / self.per_second


@dataclass(frozen=True, slots=True)
class Draw:
    """What came of asking for a token."""

    allowed: bool
    left: int
    wait: float
    """Seconds until there is a token; 0 if there was one."""
    full: float
    """Seconds until the bucket is full again."""


class Buckets:
    """A bucket for each key, of which only the moment is kept at which it will be full again.

    Not thread-safe: for one event loop. A full bucket is as one that was never drawn from, so nothing is lost with it;
    when there are too many, the one that was drawn from longest ago goes, which is the likeliest to be full.
    """

    def __init__(self, rate: Rate, most: int = MOST_KEYS) -> None:
        """At `most` so many keys are remembered."""
        self._rate = rate
        self._most = most
        self._full_at: OrderedDict[str, float] = OrderedDict()

    def __len__(self) -> int:
        return len(self._full_at)

    def draw(self, key: str, now: float) -> Draw:
        """Take a token of a key's bucket at a moment of a clock in seconds; nothing is taken where there is none."""
        spacing, window = 1 / self._rate.per_second, self._rate.window
        missing = max(self._full_at.get(key, now) - now, 0.0)
        # Half a millionth of a token: what adding up has rounded away.
        if missing + spacing > window + spacing * 5e-7:
            return Draw(allowed=False, left=0, wait=missing + spacing - window, full=missing)
        missing += spacing
        self._full_at[key] = now + missing
        self._full_at.move_to_end(key)
        if len(self._full_at) > self._most:
            self._full_at.popitem(last=False)
        return Draw(allowed=True, left=math.floor((window - missing) / spacing + 5e-7), wait=0.0, full=missing)
