"""What may be said of a record next: an audit finds what the ledger would have refused, and nothing else."""

from __future__ import annotations

import pytest

from tests.verify.courses import (
    BEGINNINGS,
    COURSES,
    ISSUERS,
    OPERATORS,
    assert_wrong,
    audited,
    begin,
    identifier,
    play,
    played,
    step,
    world,
)
from tests.verify.log_builder import ITEM, OPERATOR
from verify.finding import Fault
from verify.statement_type import ABOUT, ABOUT_LINKS, ADMINISTRATIVE, REFERENCES, Clock, StatementType
from verify.strict import JsonValue

BY_ANY_DEPARTMENT = {"record.filed", "listing.notified", "objection.raised", "review.requested"}
ALSO_BY_THE_OPERATOR = {
    "listing.defended",
    "objection.raised",
    "objection.delivered",
    "review.requested",
    "repair.applied",
}
BY_THE_OPERATOR = {str(kind) for kind in OPERATORS}
BY_THE_PROVIDING_UNIT = COURSES.keys() - BY_ANY_DEPARTMENT - BY_THE_OPERATOR


def said_by(kind: str, who: str) -> str:
    """The course to a type, which is then said by somebody else."""
    before, _, last = COURSES[kind].rpartition(" ")
    effect = last[-1] if last[-1] in "+-" else ""
    return f"{before} {last.rstrip('+-')}@{who}{effect}"


def test_there_is_a_course_to_every_type() -> None:
    """None is forgotten below."""
    assert {str(kind) for kind in StatementType} - ADMINISTRATIVE - ABOUT_LINKS == COURSES.keys()


# ---- who speaks


@pytest.mark.parametrize("kind", COURSES)
def test_each_type_may_be_said_by_who_says_it_mostly(kind: str) -> None:
    assert played(COURSES[kind]) == ()


@pytest.mark.parametrize("kind", sorted(BY_THE_PROVIDING_UNIT))
def test_no_other_department_speaks_for_the_providing_unit(kind: str) -> None:
    """S001 L40, S004 L30."""
    assert_wrong(said_by(kind, "two"), ["not-competent", "the providing unit dept.one", "issuer dept.two"])


@pytest.mark.parametrize("kind", sorted(BY_ANY_DEPARTMENT - set(BEGINNINGS)))
def test_any_department_may_object(kind: str) -> None:
    assert played(said_by(kind, "two")) == ()


@pytest.mark.parametrize("kind", sorted(BY_THE_OPERATOR))
def test_the_providing_unit_does_not_speak_for_the_operator(kind: str) -> None:
    assert_wrong(said_by(kind, "one"), ["not-competent", "rule operator-signs"])


@pytest.mark.parametrize("kind", sorted(ALSO_BY_THE_OPERATOR))
def test_the_operator_speaks_for_the_subject(kind: str) -> None:
    assert played(said_by(kind, "operator")) == ()


@pytest.mark.parametrize("kind", sorted(BY_THE_PROVIDING_UNIT - ALSO_BY_THE_OPERATOR))
def test_the_operator_does_not_speak_for_the_providing_unit(kind: str) -> None:
    """No key of a department signed, and it is another unit."""
    found = played(said_by(kind, "operator"))

    assert [finding.fault for finding in found] == [Fault.NOT_COMPETENT] * 2


def test_a_listing_decided_without_a_notice_is_of_who_decided() -> None:
    """Where the standard asks for no notice, any department may decide."""
    built = world()
    step(built, "listing.removed", begin(built, "listing.decided", issuer="dept.two", shows=True), hides=True)

    assert audited(built) == ()


def test_a_department_that_came_back_with_a_new_key_is_clean() -> None:
    """Revoked, registered again, and its own records are its own still."""
    built = world()
    for key in (built.keys["dept.one"], built.second_keys["dept.one"]):
        built.keys["dept.one"] = key
        built.revoke_key("dept.one")
    built.register("dept.one", label="2")
    built.correct(built.records[0])
    built.file("dept.one")

    assert audited(built) == ()


# ---- how a record begins, and how it ends

ALLOWED = [
    "listing.notified listing.decided",
    "listing.notified listing.dropped",
    "listing.notified listing.defended listing.defended@operator listing.decided+",
    "listing.decided+ record.corrected record.corrected- record.revoked",
    "listing.decided publicity.determined+ publicity.ended-",
    "record.filed+ record.corrected record.corrected record.revoked-",
    "record.filed+ record.changed:superseded_by-",
    "record.filed+ record.revoked:superseded_by-",
    "record.filed+ record.changed- record.corrected record.revoked",
    "record.filed+ publicity.ended- record.changed record.revoked",
    "record.filed+ publicity.ended- repair.applied repair.accepted repair.granted",
    "listing.decided+ listing.removed- listing.expired publicity.ended record.changed",
    "record.filed+ repair.applied repair.accepted record.changed- repair.refused",
    "record.filed+ repair.applied record.changed- repair.declined",
    "record.filed+ mask.applied- record.changed mask.lifted",
    "record.filed+ mask.applied- mask.lifted+ mask.applied#2- mask.lifted#2+ mask.applied-",
    "record.filed+ mask.applied- record.corrected objection.raised publicity.ended",
    "record.filed+ objection.raised record.revoked- objection.resolved objection.delivered",
    "record.filed+ remedy.opened objection.raised record.revoked:remedy- remedy.closed objection.resolved",
    "record.filed+ objection.raised objection.resolved review.requested record.revoked- review.decided",
    "record.filed+ record.revoked- deadline.missed deadline.recomputed",
    "record.filed+ repair.applied repair.accepted repair.granted- repair.revoked+ record.revoked- bar.ended",
]

GRANTED = "record.filed+ repair.applied repair.accepted repair.granted-"

WRONG = [
    # once, and nothing before the decision or after the drop
    ("record.filed+ record.filed", "version-wrong", "a new record"),
    ("listing.decided+ listing.decided", "version-wrong", "a new record"),
    ("listing.decided+ record.filed", "version-wrong", "a new record"),
    ("listing.notified listing.notified", "version-wrong", "a new record"),
    ("listing.notified record.filed", "version-wrong", "a new record"),
    ("listing.notified listing.decided+ listing.decided", "version-wrong", "a new record"),
    ("listing.notified listing.decided+ listing.notified", "version-wrong", "a new record"),
    *(
        (f"listing.notified {kind}", "rule listing-decided", f"{kind} of a listing notified and not decided")
        for kind in (
            "record.corrected",
            "record.changed",
            "record.revoked",
            "publicity.determined",
            "publicity.ended",
            "mask.applied",
            "remedy.opened",
            "listing.removed",
            "listing.expired",
            "objection.raised",
            "repair.applied",
            "deadline.missed",
        )
    ),
    ("listing.notified listing.dropped listing.decided", "rule listing-dropped"),
    ("listing.notified listing.dropped listing.defended", "rule listing-dropped"),
    ("listing.notified listing.dropped listing.dropped", "rule listing-dropped"),
    ("listing.notified listing.dropped objection.raised", "rule listing-dropped"),
    ("listing.notified listing.dropped record.revoked", "rule listing-dropped"),
    ("listing.notified listing.decided listing.defended", "rule before-decision"),
    ("listing.notified listing.decided listing.dropped", "rule before-decision"),
    ("listing.decided listing.dropped", "rule before-decision"),
    ("record.filed listing.defended", "rule before-decision"),
    ("record.filed listing.removed", "rule listing-decided", "no list entry"),
    ("record.filed listing.expired", "rule listing-decided", "no list entry"),
    # after a revocation nothing but closings
    *(
        (f"record.filed+ record.revoked- {kind}", "rule record-stands", f"{kind} of a record that entry 14 revoked")
        for kind in (
            "record.corrected",
            "record.changed",
            "record.revoked",
            "publicity.determined",
            "publicity.ended",
            "mask.applied",
            "remedy.opened",
            "objection.raised",
            "repair.applied",
        )
    ),
    ("listing.decided+ record.revoked- listing.removed", "rule record-stands"),
    ("listing.decided+ record.revoked- listing.expired", "rule record-stands"),
    ("record.filed+ objection.raised record.revoked- objection.forwarded", "rule record-stands"),
    ("record.filed+ objection.raised record.revoked- objection.extended", "rule record-stands"),
    ("record.filed+ objection.raised objection.resolved record.revoked- review.requested", "rule record-stands"),
    ("record.filed+ mask.applied- record.revoked mask.lifted", "rule record-stands"),
    ("record.filed+ repair.applied record.revoked- repair.declined", "rule record-stands"),
    # each end once, and what a changed record no longer sees
    ("record.filed+ record.changed- record.changed", "rule ends-once"),
    ("record.filed+ publicity.ended- publicity.ended", "rule ends-once"),
    ("listing.decided+ listing.removed- listing.removed", "rule ends-once"),
    ("listing.decided+ listing.expired- listing.expired", "rule ends-once"),
    (
        f"{GRANTED} repair.applied#2 repair.accepted#2 repair.granted#2",
        "rule ends-once",
    ),
    ("record.filed+ record.changed- repair.applied", "rule record-unchanged"),
    ("record.filed+ repair.applied repair.accepted record.changed- repair.granted", "rule record-unchanged"),
    ("record.filed+ record.changed- mask.applied", "rule record-unchanged"),
    ("record.filed+ record.changed- publicity.determined", "rule record-unchanged"),
    # one mask at a time
    ("record.filed+ mask.applied- mask.applied#2", "rule one-mask"),
    ("record.filed+ mask.lifted", "rule mask-applied"),
    ("record.filed+ mask.applied- mask.lifted#2", "rule mask-applied"),
    ("record.filed+ mask.applied- mask.lifted+ mask.lifted", "rule mask-applied"),
]


@pytest.mark.parametrize("course", ALLOWED)
def test_what_the_ledger_would_take_is_clean(course: str) -> None:
    """The audit is not stricter than the ledger."""
    assert played(course) == ()


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_what_the_ledger_would_refuse_is_found_and_the_rule_named(case: tuple[str, ...]) -> None:
    """Each log is signed throughout by those entitled to it: only the rules about records speak against it."""
    assert_wrong(case[0], case[1:])


@pytest.mark.parametrize("kind", ["listing.notified", "listing.decided"])
def test_what_was_filed_before_its_item_was_a_list_does_not_become_an_entry_of_it(kind: str) -> None:
    """A record begins once; it is revoked, and the entry is a new one."""
    built = world()
    built.publish(item="later-list")
    item: dict[str, JsonValue] = {"item": "later-list", "version": 1}
    record = begin(built, "record.filed", {"catalogue": item})
    built.publish_rules("list/later-list")
    step(built, kind, record, {"catalogue": item, "rules": {"name": "list/later-list", "version": 1}})

    found = audited(built)

    assert [finding.seq for finding in found] == [len(built.entries) - 1]
    assert "version-wrong: expected a new record" in found[0].sentence()


def test_a_correction_and_a_decision_keep_the_item() -> None:
    """What is filed under one item does not become a record of another."""
    built = world()
    built.publish(item="another-item")
    built.publish_rules("list/another-item")
    another: dict[str, JsonValue] = {"item": "another-item", "version": 1}
    step(built, "record.corrected", built.records[0], {"catalogue": another})
    notified = begin(built, "listing.notified")
    step(
        built, "listing.decided", notified, {"catalogue": another, "rules": {"name": "list/another-item", "version": 1}}
    )

    found = audited(built)

    assert [(finding.seq, finding.expected) for finding in found] == [(15, "rule item-kept"), (17, "rule item-kept")]
    assert "record.corrected under another catalogue item than that of entry 4" in found[0].sentence()


def test_an_item_may_have_a_new_version_in_between() -> None:
    built = world()
    built.publish(2)
    step(built, "record.corrected", built.records[0], {"catalogue": {"item": ITEM, "version": 2}})

    assert audited(built) == ()


# ---- references


@pytest.mark.parametrize("name", REFERENCES)
@pytest.mark.parametrize("value", ["张三 owes 5", "0193F000-0000-7000-8000-000000000020", {"name": "张三"}, 7, ""])
def test_what_stands_in_place_of_an_id_is_found_and_not_repeated(name: str, value: JsonValue) -> None:
    """Free text would stand in the log for ever."""
    kind = next(kind for kind, members in ABOUT.items() if name in members[0] | members[1])
    built = world()
    step(built, kind, built.records[2], {name: value})

    found = audited(built)

    assert [finding.fault for finding in found] == [Fault.ENTRY_MALFORMED]
    assert f"about/{name} must be" in found[0].sentence()
    assert "张三" not in found[0].sentence()


def test_free_text_as_the_name_of_an_item_is_found() -> None:
    built = world()
    built.publish(item="张三 owes 5")

    found = audited(built)

    assert [finding.fault for finding in found] == [Fault.ENTRY_MALFORMED]
    assert "张三" not in found[0].sentence()


# ---- deadlines


def test_each_deadline_may_be_missed_once() -> None:
    """Each clock of each entry that started one; and recomputed as often as a calendar changes."""
    built = world()
    record, other = built.records[:2]
    objection = step(built, "objection.raised", record, {"objection": identifier("objection")})
    for since in (record.filing, objection):
        for clock in Clock:
            step(built, "deadline.recomputed", record, {"clock": clock, "since": since})
            step(built, "deadline.missed", record, {"clock": clock, "since": since})
            step(built, "deadline.recomputed", record, {"clock": clock, "since": since})
    step(built, "deadline.missed", other, {"clock": Clock.VERIFY})
    assert audited(built) == ()

    step(built, "deadline.missed", record, {"clock": Clock.VERIFY, "since": objection})

    found = audited(built)
    assert [finding.seq for finding in found] == [len(built.entries) - 1]
    assert "rule deadline-missed-once; found the deadline verify missed before" in found[0].sentence()


@pytest.mark.parametrize("kind", ["deadline.missed", "deadline.recomputed"])
def test_a_clock_starts_with_an_entry_of_the_record(kind: str) -> None:
    """Not with that of another record, with the ledger's, with itself or with one to come."""
    for since in (5, 3, 14, 15):
        built = world()
        assert len(built.entries) == 13
        step(built, "record.corrected", built.records[0])
        step(built, kind, built.records[0], {"since": since})

        found = audited(built)

        assert [finding.seq for finding in found] == [14]
        assert f"rule deadline-since; found a deadline since entry {since}" in found[0].sentence()


@pytest.mark.parametrize("about", [{"clock": "张三"}, {"clock": 7}, {"since": 0}, {"since": True}, {"since": "4"}])
def test_a_clock_has_one_form(about: dict[str, JsonValue]) -> None:
    built = world()
    step(built, "deadline.missed", built.records[0], about)

    found = audited(built)

    assert [finding.fault for finding in found] == [Fault.ENTRY_MALFORMED]
    assert "张三" not in found[0].sentence()


# ---- what is missing


def test_a_notice_that_is_missing_accuses_nobody() -> None:
    """From the decision on everything is known again."""
    built = world()
    record = begin(built, "listing.decided", shows=True)
    again = world()
    lost = begin(again, "listing.notified")
    again.entries.pop()
    lost.filing, lost.version = len(again.entries), 1
    step(again, "listing.decided", lost, shows=True)
    step(again, "listing.removed", lost, hides=True)

    assert record.filing == lost.filing
    assert [finding.sentence() for finding in audited(again)] == [
        f"entry {lost.filing}: version-wrong: expected version 1; found version 2"
    ]


def test_a_decision_tells_all_that_matters_of_a_procedure_whose_notice_is_missing() -> None:
    """Whose entry it is, of which item, and from there on what may follow."""
    built = world()
    record = begin(built, "listing.notified")
    built.entries.pop()
    step(built, "listing.defended", record)
    step(built, "listing.decided", record, shows=True)
    step(built, "record.corrected", record, {"catalogue": {"item": ITEM, "version": 1}}, by="dept.two")
    step(built, "listing.removed", record, hides=True)
    step(built, "listing.removed", record)

    assert [(finding.seq, finding.expected) for finding in audited(built)] == [
        (13, "version 1"),
        (13, "a record that was filed"),
        (15, "the providing unit dept.one"),
        (15, "rule item-kept"),
        (17, "rule ends-once"),
    ]


def test_another_department_may_not_decide_though_an_entry_is_missing() -> None:
    """A gap does not make it the providing unit."""
    built = world()
    record = begin(built, "listing.notified")
    step(built, "listing.decided", record, by="dept.two", version=3)

    assert [finding.fault for finding in audited(built)] == [Fault.VERSION_WRONG, Fault.NOT_COMPETENT]


def test_after_a_gap_nothing_is_said_of_what_may_follow() -> None:
    """The missing entry may have raised the objection, or shown or hidden the record: no accusation is made up."""
    built = world()
    record = built.records[2]
    step(built, "objection.resolved", record, {"objection": identifier("objection")}, version=3)
    step(built, "publicity.ended", record, version=4, hides=True)
    step(built, "mask.lifted", record, {"mask": "张三"}, version=5, shows=True)

    assert [finding.sentence() for finding in audited(built)] == [
        "entry 13: version-wrong: expected version 2; found version 3",
        "entry 15: entry-malformed: expected about/mask must be a lower-case UUIDv7; found another value",
    ]


def test_who_may_speak_is_said_after_a_gap_all_the_same() -> None:
    built = world()
    step(built, "record.corrected", built.records[0], version=3)
    step(built, "record.revoked", built.records[0], by="dept.two", version=4)

    assert [finding.fault for finding in audited(built)] == [Fault.VERSION_WRONG, Fault.NOT_COMPETENT]


def test_the_world_of_these_tests_is_clean() -> None:
    built = world()
    play(built, "listing.notified listing.decided+")

    assert audited(built) == ()
    assert ISSUERS["operator"] == OPERATOR
