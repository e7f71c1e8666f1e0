"""Rows to actions: the memory of what each record last said, and everything that is wrong with a row."""

import pytest

from api.importer.actions import Action, ActionKind, Actions, RowFault
from api.importer.mapping import parse_mapping
from api.importer.rows import SourceRow
from verify.strict import JsonValue

STREAM = """
[item]
catalogue = "x"
version = 1
[record]
key = ["no"]
[action]
column = "event"
file = ["new"]
correct = ["fix"]
revoke = ["gone"]
changes = "changes"
changes_under = "record"
correct_reason = "corrected"
revoke_reason = "no reason given"
[made_at]
column = "seen"
date = "%Y-%m-%d"
time = "08:00:00"
offset = "+08:00"
[subject]
scheme = "tw-epa-facility"
code = "id"
name = "name"
[fields.FINE]
column = "record.fine"
money = "元"
[fields.DAY]
column = "record.day"
date = "%Y/%m/%d"
[fields.KIND]
const = "A"
"""
TABLE = """
[item]
catalogue = "x"
version = 1
[record]
key = ["no"]
[subject]
scheme_column = "scheme"
schemes = { "法人" = "uscc", "外国" = "foreign" }
code = "code"
name = "name"
[fields.FINE]
column = "fine"
money = "万元"
[fields.DAY]
column = "day"
date = "%Y/%m/%d"
[fields.NOTE]
column = "note"
optional = true
"""


class Feed:
    """Hands rows to one `Actions`, numbering them."""

    def __init__(self, text: str) -> None:
        self.actions = Actions(parse_mapping(text.encode()))
        self.number = 0

    def __call__(self, **columns: JsonValue) -> Action | RowFault:
        self.number += 1
        return self.actions.take(SourceRow(self.number, self.number, columns))


def new(no: str = "1", **record: JsonValue) -> dict[str, JsonValue]:
    whole: dict[str, JsonValue] = {"fine": 5, "day": "2026/11/20", **record}
    return {"event": "new", "no": no, "id": "A1", "name": "甲", "seen": "2026-11-20", "record": whole}


def later(event: str, no: str = "1", **columns: JsonValue) -> dict[str, JsonValue]:
    return {"event": event, "no": no, "id": "A1", "seen": "2026-11-21"} | columns


def fault(outcome: Action | RowFault) -> list[tuple[str, str]]:
    assert isinstance(outcome, RowFault)
    return [(problem.field, problem.reason) for problem in outcome.problems]


def action(outcome: Action | RowFault) -> Action:
    assert isinstance(outcome, Action), outcome
    return outcome


def test_a_record_is_filed_corrected_revoked_and_filed_again() -> None:
    """The second filing of a key is another generation, so another record."""
    feed = Feed(STREAM)

    filed = action(feed(**new()))
    fixed = action(feed(**later("fix", changes={"fine": [5, 7]})))
    gone = action(feed(**later("gone")))
    again = action(feed(**new(fine=9)))

    assert (filed.kind, filed.key, filed.generation, filed.reason) == (ActionKind.FILE, ("1",), 1, None)
    assert (filed.subject_scheme, filed.subject_code, filed.subject_name) == ("tw-epa-facility", "A1", "甲")
    assert filed.values == {"FINE": 500, "DAY": "2026-11-20", "KIND": "A"}
    assert filed.made_at == "2026-11-20T00:00:00.000000Z"
    assert (
        fixed.kind,
        fixed.generation,
        fixed.reason,
        fixed.subject_name,
    ) == (ActionKind.CORRECT, 1, "corrected", "甲")
    assert fixed.values == {"FINE": 700, "DAY": "2026-11-20", "KIND": "A"}
    assert fixed.made_at == "2026-11-21T00:00:00.000000Z"
    assert (gone.kind, gone.generation, gone.reason, gone.values) == (ActionKind.REVOKE, 1, "no reason given", {})
    assert gone.subject_name == "甲"
    assert (again.kind, again.generation, again.values["FINE"]) == (ActionKind.FILE, 2, 900)


def test_corrections_add_up() -> None:
    """Each change is judged against what the change before it left."""
    feed = Feed(STREAM)
    feed(**new())
    feed(**later("fix", changes={"fine": [5, 7]}))

    assert action(feed(**later("fix", changes={"day": ["2026/11/20", "2026/11/19"]}))).values == {
        "FINE": 700,
        "DAY": "2026-11-19",
        "KIND": "A",
    }
    assert fault(feed(**later("fix", changes={"fine": [5, 8]}))) == [
        ("action.changes", "was not what the change says it was")
    ]
    assert action(feed(**later("fix", changes={"fine": [7, 8]}))).values["FINE"] == 800


def test_an_old_value_of_another_type_is_another_value() -> None:
    """Python takes true for 1; a source that writes one for the other has lost track of its record."""
    feed = Feed(STREAM)
    feed(**new(fine=1))

    assert fault(feed(**later("fix", changes={"fine": [True, 7]})))[0][0] == "action.changes"


def test_actions_out_of_order_are_faults() -> None:
    """What the record was before decides what may be said of it."""
    feed = Feed(STREAM)

    assert fault(feed(**later("fix", changes={}))) == [("record", "names a record that was not filed before this row")]
    assert fault(feed(**later("gone"))) == [("record", "names a record that was not filed before this row")]
    feed(**new())
    assert fault(feed(**new())) == [("record", "names a record that is filed already")]
    feed(**later("gone"))
    assert fault(feed(**later("gone"))) == [("record", "names a record that was revoked before this row")]


def test_a_row_that_faults_leaves_the_record_as_it_was() -> None:
    """Put right, the same row is taken."""
    feed = Feed(STREAM)

    assert fault(feed(**new(fine="1e3")))[0][0] == "FINE"
    assert action(feed(**new())).generation == 1
    assert fault(feed(**later("fix", changes={"fine": [5, "x"]})))[0][0] == "FINE"
    assert action(feed(**later("fix", changes={"fine": [5, 6]}))).values["FINE"] == 600
    assert fault(feed(**later("gone", seen="")))[0][0] == "made_at"
    assert action(feed(**later("gone"))).kind is ActionKind.REVOKE


@pytest.mark.parametrize(
    ("columns", "field"),
    [
        (later("fix", changes=[1]), "action.changes"),
        (later("fix", changes={"fine": 7}), "action.changes"),
        (later("fix", changes={"unread": ["a", "b"]}), "action.changes"),
        (later("fix", id="B2", changes={"fine": [5, 7]}), "subject.code"),
        (later("fix"), "FINE"),
        (later("fixed"), "action"),
        (later("gone", no=""), "record"),
        (later("gone", seen="yesterday"), "made_at"),
    ],
)
def test_a_row_that_cannot_be_meant_is_a_fault(columns: dict[str, JsonValue], field: str) -> None:
    """Nothing is guessed and nothing is dropped silently."""
    feed = Feed(STREAM)
    feed(**new())

    assert fault(feed(**columns))[0][0] == field


def test_every_bad_field_of_a_row_is_reported_without_its_value() -> None:
    """A department puts a row right once; a log that shows the reasons shows no personal values."""
    feed = Feed(TABLE)
    outcome = feed(no="1", scheme="法人", code="91510100201920161Y", name="", fine="1e9", day="2026/13/01")

    assert [field for field, _ in fault(outcome)] == ["subject.code", "subject.name", "FINE", "DAY"]
    assert isinstance(outcome, RowFault)
    assert outcome.field == "code; name; fine; day"
    assert "91510100201920161Y" not in outcome.reason
    assert "1e9" not in outcome.reason


def test_without_an_action_column_each_row_files_a_record() -> None:
    """The scheme may stand in a column; an optional column that is absent gives null."""
    feed = Feed(TABLE)
    row: dict[str, JsonValue] = {"scheme": "法人", "name": "甲", "fine": "0.5", "day": "2026/1/2"}

    filed = action(feed(no=" 1", code="９１１１０１０６１０２１６７２９０a", **row))

    assert (filed.subject_scheme, filed.subject_code, filed.key) == ("uscc", "91110106102167290A", ("1",))
    assert filed.values == {"FINE": 500_000, "DAY": "2026-01-02", "NOTE": None}
    assert filed.made_at is None
    assert fault(feed(no="1", code="91110106102167290A", **row))[0][0] == "record"
    assert fault(feed(no="2", code="x", **(row | {"scheme": "自然人"})))[0][0] == "subject.scheme"
    assert fault(feed(no="2", code="00000000000000000X", **row)) == [("subject.code", "must name the subject")]


def test_a_row_that_is_no_row_is_a_fault_with_its_reason() -> None:
    """What the file reader could not split comes out in order with the others."""
    broken = SourceRow(3, 4, {}, "has 2 cells where the header has 3", ("a", "b"))

    assert fault(next(Feed(TABLE).actions.read([broken]))) == [("row", "has 2 cells where the header has 3")]
