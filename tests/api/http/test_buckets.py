"""Token buckets and what counts as one client, on a clock of our own."""

from __future__ import annotations

import pytest

from api.http.buckets import Buckets, Rate
from api.http.clients import client_key

RATE = Rate(2.0, 6)


def test_a_bucket_gives_its_burst_and_then_its_rate() -> None:
    """Six at once, then one every half second; what is refused costs nothing."""
    buckets = Buckets(RATE)
    burst = [buckets.draw("a", 100.0) for _ in range(6)]
    refused = [buckets.draw("a", 100.0) for _ in range(3)]
    later = [buckets.draw("a", moment).allowed for moment in (100.49, 100.5, 100.5, 101.0, 101.4, 101.5)]

    assert [draw.allowed for draw in burst] == [True] * 6
    assert [draw.left for draw in burst] == [5, 4, 3, 2, 1, 0]
    assert [(draw.allowed, draw.left, draw.wait, draw.full) for draw in refused] == [(False, 0, 0.5, 3.0)] * 3
    assert later == [False, True, False, True, False, True]


def test_a_bucket_is_full_again_after_its_window() -> None:
    """And never more than full."""
    buckets = Buckets(RATE)
    for _ in range(6):
        buckets.draw("a", 0.0)

    assert buckets.draw("a", 2.0).left == 3
    assert buckets.draw("a", 1000.0).left == 5


def test_what_adding_up_rounds_away_costs_nobody_a_token() -> None:
    """A third of a second has no exact number."""
    buckets = Buckets(Rate(3.0, 3))
    burst = [buckets.draw("a", 1e6).allowed for _ in range(4)]
    later = [buckets.draw("a", 1e6 + third / 3).allowed for third in range(1, 1000)]

    assert burst == [True, True, True, False]
    assert all(later)


def test_clients_do_not_draw_on_each_other() -> None:
    buckets = Buckets(RATE)
    for _ in range(7):
        buckets.draw("a", 0.0)

    assert (buckets.draw("a", 0.0).allowed, buckets.draw("b", 0.0).allowed) == (False, True)


def test_many_clients_do_not_fill_the_memory() -> None:
    """The one that asked longest ago is forgotten, one that keeps asking is not."""
    buckets = Buckets(RATE, most=100)
    for number in range(10_000):
        buckets.draw(f"client {number}", 0.0)
        buckets.draw("stubborn", 0.0)

    assert len(buckets) == 100
    assert not buckets.draw("stubborn", 0.0).allowed


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "2001:db8:1:3::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("", "unknown"),
        ("203.0.113.007", "unknown"),
        ("测试", "unknown"),
        ("x" * 8000, "unknown"),
    ],
)
def test_a_client_is_an_address_or_a_network_of_ipv6(host: str, key: str | None) -> None:
    """Whoever has one address of IPv6 has very many; what is no address has one bucket for all."""
    assert client_key(host) == key
