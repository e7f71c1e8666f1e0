"""How much of the server one client may have, and all of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from api.http.buckets import Rate

USUAL_RATE: Final = 50.0
"""Requests a second of one client: a city's portal behind one address is named as a proxy, a person needs a few."""

_BURST_SECONDS: Final = 5
"""A bucket holds what comes in so many seconds."""

_EVERYBODY_TIMES: Final = 40
"""All clients together may make so many times the requests of one: by default 2,000 a second, about what one processor
answers. A flood from many addresses is turned away for a few microseconds each."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client and all clients together may ask, and the proxies whose word for an address counts."""

    client: Rate
    everybody: Rate
    proxies: tuple[str, ...] = ()

    @classmethod
    def of(cls, per_second: float, proxies: tuple[str, ...] = ()) -> Limits:
        """The limits that follow from one client's rate."""
        return cls(_rate(per_second), _rate(per_second * _EVERYBODY_TIMES), proxies)


def _rate(per_second: float) -> Rate:
    return Rate(per_second, math.ceil(per_second * _BURST_SECONDS))
