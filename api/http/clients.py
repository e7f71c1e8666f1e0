"""Who counts as one client: an address, or for IPv6 the network that one household or company is given."""

from __future__ import annotations

import ipaddress
from functools import lru_cache
from typing import Final

_SITE_BITS: Final = 64
"""Whoever has one address of IPv6 has 2^64 of them."""

_LONGEST: Final = 45
"""Characters of an address; what is longer must not become the key of a cache."""

_NOBODY: Final = "unknown"


def client_key(host: str) -> str | None:
    """What a client's requests are counted under; None for this very machine, which is not counted.

    Requests from here are the operator's, or those of a proxy whose word is not taken: then nobody can be told from
    anybody, and one client would use up what all have.
    """
    return _NOBODY if len(host) > _LONGEST else _key(host)


@lru_cache(maxsize=8192)
def _key(host: str) -> str | None:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:  # a proxy's word can be anything
        return _NOBODY
    if isinstance(address, ipaddress.IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((int(address) >> _SITE_BITS << _SITE_BITS, _SITE_BITS)))
    return str(address)
