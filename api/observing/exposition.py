"""Counters and histograms, and how Prometheus reads them: text exposition format 0.0.4.

Written here and not taken from prometheus_client: that package keeps a registry for the whole process, guards every
value with a lock of its own, and brings an HTTP server, pushing and multi-process files that nobody here uses. What is
used of the format is four lines of grammar; the tests read it with that package's parser where it is installed.
"""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Final

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPED: Final = str.maketrans({"\\": r"\\", '"': r"\"", "\n": r"\n"})


class Counter:
    """A number that grows, for each combination of label values. Thread-safe."""

    def __init__(self, name: str, about: str, *labels: str) -> None:
        """`name` ends in _total."""
        self._name, self._about, self._labels = name, about, labels
        self._lock = threading.Lock()
        self._values: dict[tuple[str, ...], int] = {} if labels else {(): 0}

    def add(self, *values: str, by: int = 1) -> None:
        """Count on; `values` are those of the labels. Whoever calls sees to it that there are not many of them."""
        with self._lock:
            self._values[values] = self._values.get(values, 0) + by

    def lines(self) -> Iterator[str]:
        """The counter as text."""
        with self._lock:
            values = dict(self._values)
        yield from _heading(self._name, self._about, "counter")
        for key, value in sorted(values.items()):
            yield _sample(self._name, dict(zip(self._labels, key, strict=True)), value)


class Histogram:
    """How often a value was at most this or that large. Thread-safe."""

    def __init__(self, name: str, about: str, bounds: Sequence[float]) -> None:
        """`bounds` ascend; above the last one everything is counted together."""
        self._name, self._about, self._bounds = name, about, tuple(bounds)
        self._lock = threading.Lock()
        self._counts = [0] * (len(bounds) + 1)
        self._sum = 0.0

    def observe(self, *values: float) -> None:
        """Count values."""
        with self._lock:
            for value in values:
                self._counts[bisect_left(self._bounds, value)] += 1
                self._sum += value

    def lines(self) -> Iterator[str]:
        """The histogram as text."""
        with self._lock:
            counts, total = list(accumulate(self._counts)), self._sum
        yield from _heading(self._name, self._about, "histogram")
        for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
            yield _sample(f"{self._name}_bucket", {"le": bound}, count)
        yield _sample(f"{self._name}_sum", {}, total)
        yield _sample(f"{self._name}_count", {}, counts[-1])


def gauge(name: str, about: str, value: float | Mapping[str, float], label: str = "") -> Iterator[str]:
    """A number that is what it is now; with `label`, one for each of its values."""
    yield from _heading(name, about, "gauge")
    if isinstance(value, Mapping):
        for key, each in sorted(value.items()):
            yield _sample(name, {label: key}, each)
    else:
        yield _sample(name, {}, value)


def exposition(lines: Iterable[str]) -> bytes:
    """All lines as they are sent."""
    return "".join(f"{line}\n" for line in lines).encode()


def _heading(name: str, about: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {about}", f"# TYPE {name} {kind}"


def _sample(name: str, labels: Mapping[str, str], value: float) -> str:
    told = ",".join(f'{label}="{text.translate(_ESCAPED)}"' for label, text in labels.items())
    return f"{name}{{{told}}} {value!r}" if told else f"{name} {value!r}"
