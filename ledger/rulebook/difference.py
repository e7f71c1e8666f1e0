"""What a new version of a definition changes, place by place, so that a person can read it before it is published."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from verify.strict import JsonValue

_NAMES = ("code", "item", "name", "year")
"""Members by which an element of a list is recognised when its place has changed."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One place that differs; `before` is None where something was added, `after` where it was taken away."""

    path: str
    before: JsonValue
    after: JsonValue


def differences(before: JsonValue, after: JsonValue, path: str = "$") -> Iterator[Difference]:
    """All places in which two definitions differ, in the order of the newer one, what was taken away last."""
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _between(before, after, {key: f"{path}.{key}" for key in (*after, *before)})
    elif isinstance(before, list) and isinstance(after, list):
        names = [_name(element) for element in before], [_name(element) for element in after]
        if any(len(set(each)) != len(each) for each in names):  # nothing tells them apart but their place
            names = [str(place) for place in range(len(before))], [str(place) for place in range(len(after))]
        old, new = dict(zip(names[0], before, strict=True)), dict(zip(names[1], after, strict=True))
        yield from _between(old, new, {key: f"{path}[{key}]" for key in (*new, *old)})
    elif before != after or type(before) is not type(after):
        yield Difference(path, before, after)


def _between(
    old: Mapping[str, JsonValue], new: Mapping[str, JsonValue], paths: Mapping[str, str]
) -> Iterator[Difference]:
    for key, value in new.items():
        if key in old:
            yield from differences(old[key], value, paths[key])
        else:
            yield Difference(paths[key], None, value)
    for key, value in old.items():
        if key not in new:
            yield Difference(paths[key], value, None)


def _name(element: JsonValue) -> str:
    if isinstance(element, dict):
        return next((f"{member}={element[member]}" for member in _NAMES if member in element), "")
    return str(element)
