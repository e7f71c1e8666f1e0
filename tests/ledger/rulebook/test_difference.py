"""What a new version changes is shown place by place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rulebook.difference import Difference, differences
from verify.strict import JsonValue

json_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["code", "x", "y"]), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": 1}, {"a": 1}, []),
        ({"a": 1}, {"a": 2}, [("$.a", 1, 2)]),
        ({"a": 1}, {"a": True}, [("$.a", 1, True)]),
        ({"a": 1}, {"b": 1}, [("$.b", None, 1), ("$.a", 1, None)]),
        ({"days": ["x", "y"]}, {"days": ["y", "z"]}, [("$.days[z]", None, "z"), ("$.days[x]", "x", None)]),
        ({"days": ["x", "x"]}, {"days": ["x"]}, [("$.days[1]", "x", None)]),
        ([{"code": "A", "n": 1}, {"code": "B"}], [{"code": "B"}, {"code": "A", "n": 2}], [("$[code=A].n", 1, 2)]),
    ],
)
def test_each_place_that_differs_is_named(
    before: JsonValue, after: JsonValue, found: list[tuple[str, JsonValue, JsonValue]]
) -> None:
    """Elements that are named are found again wherever they stand."""
    assert list(differences(before, after)) == [Difference(*each) for each in found]


@given(json_values, json_values)
def test_there_is_a_difference_exactly_where_two_definitions_differ(before: JsonValue, after: JsonValue) -> None:
    """Nothing is left unsaid but the order of a list, and a null that comes or goes."""
    assert list(differences(before, before)) == []
    if not list(differences(before, after)):
        assert _sorted(before) == _sorted(after)


def _sorted(value: JsonValue) -> object:
    if isinstance(value, dict):
        return {key: _sorted(each) for key, each in value.items()}
    if isinstance(value, list):
        return sorted(map(repr, map(_sorted, value)))
    return repr(value)
