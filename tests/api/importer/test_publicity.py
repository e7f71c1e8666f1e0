"""What a row says of publicity: with the filing or not at all, in known words or as a fault."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from api.importer.actions import Action, Actions, RowFault, Taken
from api.importer.declaration import NO_PUBLICITY
from api.importer.mapping import parse_mapping
from api.importer.rows import SourceRow
from ledger.particulars import NO_TERMS, PublicityTerms, read_publicity
from verify.statement_type import StatementType
from verify.strict import JsonValue

PLAIN = """
[item]
catalogue = "x"
version = 1
[record]
key = ["no"]
[subject]
scheme = "other"
code = "code"
name = "name"
[act]
operator = "clerk"
basis = "a law"
reason = "a reason"
[action]
column = "event"
file = ["new"]
[action.correct]
words = ["fix"]
[action.revoke]
words = ["gone"]
[fields.FINE]
column = "fine"
money = "元"
"""
PUBLICITY = """
[publicity]
class_column = "class"
class_labels = { "轻微" = "minor", "一般" = "ordinary" }
class_empty = ["未认定"]
summary_column = "how"
summary_words = ["简易程序"]
summary_empty = ["普通程序"]
withheld_column = "secret"
withheld_labels = { "商业秘密" = "trade-secret" }
withheld_text_column = "why"
"""
NOTHING: Mapping[str, JsonValue] = {"class": "", "how": " ", "secret": None, "why": ""}


def take(mapping: str, *rows: Mapping[str, JsonValue]) -> list[Taken]:
    """The rows, one after the other."""
    actions = Actions(parse_mapping((PLAIN + mapping).encode()))
    whole: dict[str, JsonValue] = {"event": "new", "no": "1", "code": "c", "name": "甲", "fine": "5"}
    return [actions.take(SourceRow(number, number, {**whole, **row})) for number, row in enumerate(rows, 1)]


def said(taken: Taken) -> Mapping[str, JsonValue] | None:
    """What the one action of a row commits to under `publicity`."""
    assert not isinstance(taken, RowFault), taken.problems
    (action,) = taken
    assert isinstance(action, Action)
    return action.publicity


def test_a_row_says_all_six_keys_or_nothing_at_all() -> None:
    """Nothing where the mapping has no such table; with it also a row of empty cells."""
    (without,) = take("", NOTHING)
    (empty,) = take(PUBLICITY, NOTHING)

    assert said(without) is None
    assert said(empty) == NO_PUBLICITY
    assert read_publicity(dict(NO_PUBLICITY)) == NO_TERMS


@pytest.mark.parametrize(
    ("row", "value"),
    [
        ({"class": " 一般 "}, {"class": "ordinary"}),
        ({"class": "轻微", "how": "简易程序"}, {"class": "minor", "summary_procedure": True}),
        ({"class": "未认定", "how": "普通程序"}, {}),
        ({"secret": "商业秘密", "why": "a recipe"}, {"withheld": {"reason": "trade-secret", "text": "a recipe"}}),
        ({"why": "nothing was found"}, {}),
    ],
)
def test_the_words_of_a_row_become_what_was_determined(
    row: Mapping[str, JsonValue], value: Mapping[str, JsonValue]
) -> None:
    """What they do not say is null, and the ledger reads it."""
    (taken,) = take(PUBLICITY, {**NOTHING, **row})
    found = said(taken)

    assert found == {**NO_PUBLICITY, **value}
    assert isinstance(read_publicity(dict(found)), PublicityTerms)


def test_a_constant_needs_no_column() -> None:
    """The class of a whole table; the text that goes with every reason."""
    constant = """
[publicity]
class = "serious"
withheld_column = "secret"
withheld_labels = { "商业秘密" = "trade-secret" }
withheld_text = "a recipe"
"""
    shown, withheld = take(constant, {"secret": ""}, {"no": "2", "secret": "商业秘密"})

    assert said(shown) == {**NO_PUBLICITY, "class": "serious"}
    reason = {"reason": "trade-secret", "text": "a recipe"}
    assert said(withheld) == {**NO_PUBLICITY, "class": "serious", "withheld": reason}


def test_only_a_filing_speaks_of_publicity() -> None:
    """What comes after it need not even have the columns."""
    taken = take(
        PUBLICITY, {**NOTHING, "class": "一般"}, {"event": "fix", "fine": "6", "class": "?"}, {"event": "gone"}
    )
    events = [action.event for each in taken if not isinstance(each, RowFault) for action in each]

    assert events == [StatementType.RECORD_FILED, StatementType.RECORD_CORRECTED, StatementType.RECORD_REVOKED]
    assert [said(each) is None for each in taken] == [False, True, True]


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        ({"class": "中等"}, "class", "is none of: 轻微, 一般, 未认定"),
        ({"class": 1}, "class", "must be text"),
        ({"how": "简易"}, "how", "is none of: 简易程序, 普通程序"),
        ({"secret": "是", "why": "a recipe"}, "secret", "is none of: 商业秘密"),
        ({"secret": "商业秘密"}, "why", "must not be empty"),
        ({"secret": "商业秘密", "why": 5}, "why", "must be text"),
    ],
)
def test_what_is_not_understood_is_a_fault_of_its_column(
    row: Mapping[str, JsonValue], column: str, reason: str
) -> None:
    """A word that is not known may mean that the record must not be shown. The reason does not repeat it."""
    (taken,) = take(PUBLICITY, {**NOTHING, **row})

    assert isinstance(taken, RowFault)
    assert [(problem.column, problem.reason) for problem in taken.problems] == [(column, reason)]


@pytest.mark.parametrize("column", ["class", "how", "secret"])
def test_a_filing_without_the_column_is_a_fault(column: str) -> None:
    """In JSON lines nothing else would tell that the mapping misspells it."""
    (taken,) = take(PUBLICITY, {name: cell for name, cell in NOTHING.items() if name != column})

    assert isinstance(taken, RowFault)
    assert [(problem.column, problem.reason) for problem in taken.problems] == [(column, "the row has no such column")]
