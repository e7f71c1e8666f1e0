"""Rows to actions: the memory of what each record last said, and everything that is wrong with a row."""

import pytest

from api.importer.actions import Action, Actions, RowFault, Taken
from api.importer.mapping import parse_mapping
from api.importer.outcome import Act, RecordRef
from api.importer.rows import SourceRow
from ledger.subjects import Subject
from verify.statement_type import StatementType
from verify.strict import JsonValue

STREAM = """
[item]
catalogue = "x"
version = 1
[record]
key = ["no"]
[act]
operator = "clerk"
basis = "a law"
reason = "no reason given"
[action]
column = "event"
file = ["new"]
changes = "changes"
changes_under = "record"
[action.correct]
words = ["fix"]
reason = "corrected"
[action.change]
words = ["over"]
superseded_by = ["next"]
[action.revoke]
words = ["gone"]
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
OUTCOMES = """
[item]
catalogue = "x"
version = 1
[record]
key = ["office", "no"]
[subject]
scheme = "other"
code = "code"
name = "name"
[act]
operator_column = "clerk"
basis = "a law"
reason_column = "why"
on_column = "day"
date = "%Y/%m/%d"
[[outcomes]]
when = { appeal = "rejected" }
steps = [
  { event = "remedy.opened", kind = "reconsideration" },
  { event = "remedy.closed", outcome = "upheld" },
]
[[outcomes]]
when = { own = "withdrawn" }
unless = { appeal = ["annulled", "settled"] }
steps = [{ event = "record.revoked", superseded_by = ["office", "next"] }]
[[outcomes]]
when = { own = ["withdrawn", "nothing"], appeal = "settled" }
steps = [{ event = "record.corrected" }]
[[outcomes]]
when = { own = "abolished" }
steps = [{ event = "record.changed" }]
[[outcomes]]
when = { own = "nothing" }
steps = []
[fields.FINE]
column = "fine"
money = "元"
"""


class Feed:
    """Hands rows to one `Actions`, numbering them."""

    def __init__(self, text: str) -> None:
        self.actions = Actions(parse_mapping(text.encode()))
        self.number = 0

    def __call__(self, **columns: JsonValue) -> Taken:
        self.number += 1
        return self.actions.take(SourceRow(self.number, self.number, columns))


def new(no: str = "1", **record: JsonValue) -> dict[str, JsonValue]:
    whole: dict[str, JsonValue] = {"fine": 5, "day": "2026/11/20", **record}
    return {"event": "new", "no": no, "id": "A1", "name": "甲", "seen": "2026-11-20", "record": whole}


def later(event: str, no: str = "1", **columns: JsonValue) -> dict[str, JsonValue]:
    return {"event": event, "no": no, "id": "A1", "seen": "2026-11-21"} | columns


def fault(outcome: Taken) -> list[tuple[str, str]]:
    assert isinstance(outcome, RowFault)
    return [(problem.field, problem.reason) for problem in outcome.problems]


def action(outcome: Taken) -> Action:
    assert not isinstance(outcome, RowFault), outcome
    (only,) = outcome
    return only


def act(outcome: Taken) -> Act:
    found = action(outcome).act
    assert found is not None
    return found


def test_a_record_is_filed_corrected_revoked_and_filed_again() -> None:
    """The second filing of a key is another generation, so another record."""
    feed = Feed(STREAM)

    filed = action(feed(**new()))
    fixed = action(feed(**later("fix", changes={"fine": [5, 7]})))
    gone = action(feed(**later("gone")))
    again = action(feed(**new(fine=9)))

    assert (filed.event, filed.record, filed.act) == (StatementType.RECORD_FILED, RecordRef("x", ("1",), 1), None)
    assert filed.subject == Subject("tw-epa-facility", "A1", "甲")
    assert filed.values == {"FINE": 500, "DAY": "2026-11-20", "KIND": "A"}
    assert filed.made_at == "2026-11-20T00:00:00.000000Z"
    assert (fixed.event, fixed.record.generation) == (StatementType.RECORD_CORRECTED, 1)
    assert fixed.act is not None
    assert fixed.act.texts == {"operator": "clerk", "basis": "a law", "reason": "corrected"}
    assert fixed.subject.name == "甲"
    assert fixed.values == {"FINE": 700, "DAY": "2026-11-20", "KIND": "A"}
    assert fixed.made_at == "2026-11-21T00:00:00.000000Z"
    assert (gone.event, gone.record.generation, gone.values) == (StatementType.RECORD_REVOKED, 1, {})
    assert gone.act is not None
    assert (gone.act.on, gone.act.texts["reason"]) == ("2026-11-21", "no reason given")
    assert gone.subject.name == "甲"
    assert (again.event, again.record.generation) == (StatementType.RECORD_FILED, 2)
    assert again.values["FINE"] == 900


def test_a_record_is_changed_and_what_took_its_place_is_named() -> None:
    """Where the column is empty nothing took its place. What was changed can still be corrected or revoked."""
    feed = Feed(STREAM)
    for number in ("1", "2", "3"):
        feed(**new(number))

    assert act(feed(**later("over", next="2"))).successor == RecordRef("x", ("2",), 1)
    assert act(feed(**later("over", no="2", next=" "))).successor is None
    assert fault(feed(**later("over", next="3"))) == [("record", "names a record that was changed before this row")]
    assert fault(feed(**later("over", no="3", next="3"))) == [("superseded_by", "names the record itself")]
    assert action(feed(**later("fix", changes={"fine": [5, 7]}))).values["FINE"] == 700
    assert action(feed(**later("gone"))).event is StatementType.RECORD_REVOKED


def test_a_key_that_was_changed_may_be_filed_again() -> None:
    """It is another record then, and the one that is meant from there on, also as a successor."""
    feed = Feed(STREAM)
    feed(**new())
    feed(**new("2"))
    feed(**later("over"))

    assert action(feed(**new())).record.generation == 2
    assert act(feed(**later("over", no="2", next="1"))).successor == RecordRef("x", ("1",), 2)
    assert action(feed(**later("gone"))).record.generation == 2


def outcome_row(no: str = "1", **columns: JsonValue) -> dict[str, JsonValue]:
    row: dict[str, JsonValue] = {"office": "O", "no": no, "code": "c", "name": "甲", "fine": "5"}
    return row | {"clerk": "乙", "why": "because", "day": "2026/1/2"} | columns


def events(outcome: Taken) -> list[str]:
    assert not isinstance(outcome, RowFault), outcome.problems
    return [each.event.value for each in outcome]


def test_the_outcomes_of_a_row_follow_its_filing_in_the_order_of_the_mapping() -> None:
    """Every column of `when` must fit, one of `unless` is enough to pass an outcome over."""
    feed = Feed(OUTCOMES)
    appealed = ["record.filed", "remedy.opened", "remedy.closed"]

    assert events(feed(**outcome_row("1"))) == ["record.filed"]
    assert events(feed(**outcome_row("2", appeal="rejected", own=" "))) == appealed
    assert events(feed(**outcome_row("3", appeal="rejected", own="withdrawn"))) == [*appealed, "record.revoked"]
    assert events(feed(**outcome_row("4", appeal="annulled", own="withdrawn"))) == ["record.filed"]
    assert events(feed(**outcome_row("5", appeal="settled", own="nothing"))) == ["record.filed", "record.corrected"]


def test_a_step_says_what_its_row_says() -> None:
    """Who, when, by which law and why; a correction also every field; all of one row about one record."""
    feed = Feed(OUTCOMES)
    outcome = feed(**outcome_row(own="withdrawn", next="2"))
    assert not isinstance(outcome, RowFault)
    filed, revoked = outcome

    assert (filed.values, revoked.values, filed.record) == ({"FINE": 500}, {}, revoked.record)
    assert revoked.act is not None
    assert revoked.act.texts == {"operator": "乙", "basis": "a law", "reason": "because"}
    assert (revoked.act.on, revoked.act.successor) == ("2026-01-02", RecordRef("x", ("O", "2"), 1))
    corrected = feed(**outcome_row("2", appeal="settled", own="withdrawn"))
    assert not isinstance(corrected, RowFault)
    assert corrected[1].values == {"FINE": 500}


def test_a_day_that_no_column_gives_is_that_of_the_claimed_instant_in_beijing() -> None:
    """Without either it is the day of signing, which only the caller knows."""
    early = STREAM.replace('time = "08:00:00"', 'time = "00:30:00"')
    undated = "\n".join(line for line in OUTCOMES.splitlines() if not line.startswith(("on_column", "date")))
    feed = Feed(early)
    feed(**new())

    assert act(feed(**later("gone"))).on == "2026-11-21"
    outcome = Feed(undated)(**outcome_row(own="abolished"))
    assert not isinstance(outcome, RowFault)
    assert [each.act and each.act.on for each in outcome] == [None, None]


@pytest.mark.parametrize(
    ("columns", "field", "reason"),
    [
        ({"own": "revoked"}, "outcomes", "is none of: withdrawn, nothing, abolished"),
        ({"own": 5}, "outcomes", "must be text"),
        ({"own": "abolished", "why": ""}, "reason", "must not be empty"),
        ({"own": "abolished", "clerk": None}, "operator", "must not be empty"),
        ({"own": "abolished", "day": ""}, "on", "must not be empty"),
        ({"own": "abolished", "day": "2026-01-02"}, "on", "must be a date written %Y/%m/%d"),
        ({"own": "withdrawn", "next": "1"}, "superseded_by", "names the record itself"),
    ],
)
def test_an_outcome_that_is_not_understood_keeps_the_whole_row_back(
    columns: dict[str, JsonValue], field: str, reason: str
) -> None:
    """The decision alone, without the word that it no longer holds, would be a lie."""
    feed = Feed(OUTCOMES)

    assert fault(feed(**outcome_row() | columns)) == [(field, reason)]
    assert events(feed(**outcome_row())) == ["record.filed"]


def test_a_record_that_its_own_row_revoked_or_abolished_may_be_filed_again() -> None:
    """The table goes on with what stands; what stands is not filed twice."""
    feed = Feed(OUTCOMES)
    for own in ("withdrawn", "abolished", ""):
        feed(**outcome_row(own=own))

    assert fault(feed(**outcome_row())) == [("record", "names a record that is filed already")]


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
    assert action(feed(**new())).record.generation == 1
    assert fault(feed(**later("fix", changes={"fine": [5, "x"]})))[0][0] == "FINE"
    assert action(feed(**later("fix", changes={"fine": [5, 6]}))).values["FINE"] == 600
    assert fault(feed(**later("gone", seen="")))[0][0] == "made_at"
    assert action(feed(**later("gone"))).event is StatementType.RECORD_REVOKED


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

    assert (filed.subject.scheme, filed.subject.code) == ("uscc", "91110106102167290A")
    assert filed.record.key == ("1",)
    assert filed.values == {"FINE": 500_000, "DAY": "2026-01-02", "NOTE": None}
    assert filed.made_at is None
    assert fault(feed(no="1", code="91110106102167290A", **row))[0][0] == "record"
    assert fault(feed(no="2", code="x", **(row | {"scheme": "自然人"})))[0][0] == "subject.scheme"
    assert fault(feed(no="2", code="00000000000000000X", **row)) == [("subject.code", "must name the subject")]


def test_a_row_that_is_no_row_is_a_fault_with_its_reason() -> None:
    """What the file reader could not split comes out in order with the others."""
    broken = SourceRow(3, 4, {}, "has 2 cells where the header has 3", ("a", "b"))

    assert fault(next(Feed(TABLE).actions.read([broken]))) == [("row", "has 2 cells where the header has 3")]
