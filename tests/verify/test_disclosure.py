"""What an entry may do to the disclosure of a record, in the words of tests/verify/courses.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from tests.verify.courses import COURSES, LIST, LIST_ITEM, assert_wrong, audited, begin, identifier, played, step, world
from tests.verify.log_builder import ITEM, LogBuilder
from verify.finding import Fault
from verify.strict import JsonValue

DISCLOSE = {
    "record.filed",
    "listing.decided",
    "publicity.determined",
    "record.corrected",
    "mask.lifted",
    "repair.revoked",
}
ALWAYS = {
    "record.revoked",
    "record.changed",
    "repair.granted",
    "publicity.ended",
    "listing.expired",
    "mask.applied",
}
WITHDRAW = ALWAYS | {"listing.removed", "publicity.determined", "record.corrected"}

ALLOWED = [
    "record.filed",
    "record.filed+",
    "listing.notified listing.decided+",
    "listing.decided",
    "record.filed publicity.determined+ publicity.determined- publicity.determined+",
    "record.filed record.corrected+ record.corrected- record.corrected+",
    "record.filed mask.applied mask.lifted+",
    "record.filed+ mask.applied- mask.lifted",
    "record.filed+ mask.applied- publicity.ended mask.lifted",
    "record.filed record.revoked",
    "record.filed record.changed",
    "listing.decided+ listing.removed",
    "listing.decided+ listing.removed record.revoked-",
    "listing.decided listing.expired",
    "record.filed repair.applied repair.accepted repair.granted repair.revoked",
    "record.filed repair.applied repair.accepted repair.granted repair.revoked+",
    "record.filed+ repair.applied repair.accepted repair.granted- publicity.ended repair.revoked",
    "record.filed+ publicity.determined record.corrected publicity.ended-",
]

OUT_OF_SIGHT = {
    "record.filed+ record.changed-": ("record.corrected+",),
    "record.filed+ publicity.ended-": ("record.corrected+", "publicity.determined+"),
    "listing.decided+ listing.removed-": ("record.corrected+", "publicity.determined+"),
    "listing.decided+ listing.expired-": ("record.corrected+", "publicity.determined+"),
    "record.filed+ repair.applied repair.accepted repair.granted-": ("record.corrected+", "publicity.determined+"),
    "record.filed+ mask.applied-": ("record.corrected+", "publicity.determined+"),
    "record.filed+ mask.applied- publicity.ended": ("mask.lifted+",),
    "record.filed+ repair.applied repair.accepted repair.granted- record.changed": ("repair.revoked+",),
    "record.filed+ repair.applied repair.accepted repair.granted- mask.applied": ("repair.revoked+",),
}
"""A record that has ended, or is masked, and who would show it all the same."""

WRONG = [
    *(
        (f"{course} {word}", "disclosure of what has neither")
        for course in OUT_OF_SIGHT
        for word in OUT_OF_SIGHT[course]
    ),
    ("record.filed+ record.corrected+", "disclosure of what is not disclosed; found record.corrected discloses"),
    ("record.filed+ publicity.determined+", "disclosure of what is not disclosed"),
    ("record.filed publicity.determined+ record.corrected+", "disclosure of what is not disclosed"),
    *(
        (f"{course.replace('+', '')}{'' if course.endswith('-') else '-'}", "withdrawal of what is disclosed")
        for kind, course in COURSES.items()
        if kind in WITHDRAW and "repair" not in kind
    ),
    ("record.filed repair.applied repair.accepted repair.granted-", "withdrawal of what is disclosed"),
    ("record.filed+ record.corrected- record.corrected-", "withdrawal of what is disclosed"),
    ("record.filed+ mask.applied- record.revoked-", "withdrawal of what is disclosed"),
    *(
        (COURSES[kind].rstrip("-"), f"withdrawal of the disclosed filing; found {kind} leaves entry 13 disclosed")
        for kind in sorted(ALWAYS)
    ),
]


@pytest.mark.parametrize("course", ALLOWED)
def test_what_the_ledger_would_take_is_clean(course: str) -> None:
    """The audit is not stricter than the ledger."""
    assert played(course) == ()


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_what_the_ledger_would_refuse_is_found(case: tuple[str, ...]) -> None:
    """Each log is signed throughout by those entitled to it."""
    assert_wrong(case[0], ["disclosure-wrong", *case[1:]])


@pytest.mark.parametrize("kind", sorted(COURSES.keys() - DISCLOSE))
def test_no_other_type_discloses(kind: str) -> None:
    """A hidden record is not shown by an objection to it."""
    hidden = COURSES[kind].replace("+", "").replace("-", "")
    found = played(f"{hidden}+")

    assert [finding.fault for finding in found] == [Fault.DISCLOSURE_WRONG]
    assert f"no disclosure by a statement of this type; found {kind} discloses entry 13" in found[0].sentence()


@pytest.mark.parametrize("kind", sorted(COURSES.keys() - WITHDRAW - {"record.filed", "listing.notified"}))
def test_no_other_type_withdraws(kind: str) -> None:
    """A disclosed record is not hidden by an objection to it."""
    course = COURSES[kind].rstrip("+")
    found = played(f"{course}-")

    assert {finding.fault for finding in found} == {Fault.DISCLOSURE_WRONG}
    assert f"no withdrawal by a statement of this type; found {kind} withdraws" in found[0].sentence()


def another(built: LogBuilder, kind: str, *, shows: Sequence[int] = (), hides: Sequence[int] = ()) -> int:
    """An entry of the disclosed record 4 that names filings at will."""
    about: dict[str, JsonValue] = {}
    if kind == "record.corrected":
        about["catalogue"] = {"item": ITEM, "version": 1}
    return built.follow(kind, built.records[0], about, discloses=shows, withdraws=hides)


OWN = "of the filing of its own record"
TYPE = "by a statement of this type"
NAMING_OTHERS: dict[str, Callable[[LogBuilder], object]] = {
    f"withdrawal {OWN}; found record.revoked withdraws entry 5": lambda log: another(
        log, "record.revoked", hides=[4, 5]
    ),
    f"withdrawal {OWN}; found record.corrected withdraws entry 5": lambda log: another(
        log, "record.corrected", hides=[5]
    ),
    f"disclosure {OWN}; found record.corrected discloses entry 6": lambda log: another(
        log, "record.corrected", shows=[6]
    ),
    f"disclosure {OWN}; found record.filed discloses entry 6": lambda log: log.file("dept.one", discloses=[6]),
    f"{OWN}; found record.filed discloses entry 5": lambda log: log.file("dept.one", discloses=[5, 13]),
    f"withdrawal {TYPE}; found record.filed withdraws entry 4": lambda log: log.file("dept.one", withdraws=[4]),
    f"withdrawal {TYPE}; found catalogue.published withdraws entry 4": lambda log: log.publish(2, withdraws=[4]),
    f"disclosure {TYPE}; found catalogue.published discloses entry 6": lambda log: log.publish(2, discloses=[6]),
    f"{TYPE}; found listing.notified discloses entry 13": lambda log: begin(log, "listing.notified", shows=True),
}


@pytest.mark.parametrize("said", NAMING_OTHERS)
def test_an_entry_names_the_filing_of_its_own_record_and_nothing_else(said: str) -> None:
    built = world()
    NAMING_OTHERS[said](built)

    found = audited(built)

    assert [(finding.fault, finding.seq) for finding in found] == [(Fault.DISCLOSURE_WRONG, len(built.entries) - 1)]
    assert said in found[0].sentence()


def test_a_decision_after_a_notice_discloses_the_decision() -> None:
    """Not the notice: that is no filing."""
    built = world()
    record = begin(built, "listing.notified")
    notice = record.filing
    about: dict[str, JsonValue] = {
        "catalogue": {"item": LIST_ITEM, "version": 1},
        "rules": {"name": LIST, "version": 1},
    }
    built.follow("listing.decided", record, about, discloses=[notice])

    found = audited(built)

    assert [finding.fault for finding in found] == [Fault.DISCLOSURE_WRONG]
    assert f"found listing.decided discloses entry {notice}" in found[0].sentence()


def test_a_record_filed_again_is_not_disclosed_by_that() -> None:
    """The second filing is no filing of its own record, which has one already."""
    built = world()
    record = built.records[0]
    built.file("dept.one", record=record.id, value=record.value, version=2)

    found = audited(built)

    assert [finding.fault for finding in found] == [Fault.VERSION_WRONG, Fault.DISCLOSURE_WRONG]


def test_what_hides_a_revoked_record_is_not_undone() -> None:
    """Two rules are broken: nothing follows, and nothing is shown again."""
    built = world()
    record = built.records[0]
    step(built, "mask.applied", record, hides=True, about={"mask": identifier("mask")})
    step(built, "record.revoked", record)
    step(built, "mask.lifted", record, {"mask": identifier("mask")}, shows=True)

    assert [finding.fault for finding in audited(built)] == [Fault.RULE_BROKEN, Fault.DISCLOSURE_WRONG]
