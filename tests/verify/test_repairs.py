"""What may follow on an application for repair, in the words of tests/verify/courses.py."""

from __future__ import annotations

import pytest

from tests.verify.courses import assert_wrong, audited, identifier, play, played, step, world

APPLIED = "record.filed+ repair.applied"
FORWARDED = "record.filed+ repair.applied@operator repair.forwarded"
ACCEPTED = f"{APPLIED} repair.accepted"
EXTENDED = f"{ACCEPTED} repair.extended"
DECLINED = f"{APPLIED} repair.declined"
REFUSED = f"{ACCEPTED} repair.refused"
GRANTED = f"{ACCEPTED} repair.granted-"
REVOKED = f"{GRANTED} repair.revoked+"
BAR_ENDED = f"{REVOKED} bar.ended"

STEPS = {
    "repair.forwarded": {APPLIED},
    "repair.accepted": {APPLIED, FORWARDED},
    "repair.declined": {APPLIED, FORWARDED},
    "repair.extended": {ACCEPTED},
    "repair.verified": {ACCEPTED, EXTENDED},
    "repair.granted-": {ACCEPTED, EXTENDED},
    "repair.refused": {ACCEPTED, EXTENDED},
    "repair.revoked+": {GRANTED},
    "bar.ended": {REVOKED},
}
"""After which courses each step may come."""

COURSES = [APPLIED, FORWARDED, ACCEPTED, EXTENDED, DECLINED, REFUSED, GRANTED, REVOKED, BAR_ENDED]

ALLOWED = [
    f"{EXTENDED} repair.verified repair.verified repair.granted-",
    f"{ACCEPTED} repair.verified repair.extended repair.granted-",
    f"{DECLINED} repair.applied#2 repair.declined#2 repair.applied#3",
    f"{REFUSED} repair.applied#2 repair.accepted#2 repair.granted#2-",
    f"{REVOKED} repair.applied#2 repair.accepted#2 repair.granted#2- repair.revoked#2+",
    f"{BAR_ENDED} repair.applied#2",
    f"{GRANTED} repair.applied#2 repair.declined#2 repair.revoked+",
    f"{GRANTED} record.changed repair.revoked",
    "listing.decided+ repair.applied repair.accepted repair.granted- listing.removed",
]

WRONG = [
    (f"{APPLIED} repair.applied#2", "rule one-application"),
    (f"{FORWARDED} repair.applied#2", "rule one-application"),
    (f"{ACCEPTED} repair.applied#2", "rule one-application"),
    (f"{EXTENDED} repair.applied#2", "rule one-application"),
    *((f"{course} repair.applied", "rule repair-applied-once") for course in COURSES),
    *((f"record.filed {step.rstrip('+-')}", "rule repair-order", "never applied for") for step in STEPS),
    *(
        (f"{APPLIED} {step.rstrip('+-')}#2", "rule repair-order", "never applied for")
        for step in STEPS
        if "-" not in step
    ),
]


@pytest.mark.parametrize("course", ALLOWED)
def test_what_the_ledger_would_take_is_clean(course: str) -> None:
    """The audit is not stricter than the ledger."""
    assert played(course) == ()


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_what_the_ledger_would_refuse_is_found_and_the_rule_named(case: tuple[str, ...]) -> None:
    assert_wrong(case[0], case[1:])


@pytest.mark.parametrize("course", COURSES)
@pytest.mark.parametrize("word", STEPS)
def test_steps_come_in_their_order(word: str, course: str) -> None:
    """Every step after every other."""
    found = played(f"{course} {word}")

    if course in STEPS[word]:
        assert found == ()
    else:
        assert "rule repair-order" in [finding.expected for finding in found]


def test_an_application_that_should_not_be_is_waited_for_like_any_other() -> None:
    """The end of the first does not make room for a third."""
    found = played(f"{APPLIED} repair.applied#2 repair.declined repair.applied#3")

    assert [finding.expected for finding in found] == ["rule one-application"] * 2


def test_a_repair_is_of_one_record() -> None:
    """What is applied for on the one is not granted on the other."""
    built = world()
    play(built, ACCEPTED)
    play(built, ACCEPTED)
    assert audited(built) == ()

    step(built, "repair.granted", built.records[2], {"repair": identifier("repair")})

    found = audited(built)
    assert [finding.seq for finding in found] == [len(built.entries) - 1]
    assert "rule repair-order" in found[0].sentence()


def test_a_decision_on_a_repair_needs_two_keys() -> None:
    """Granted, refused or revoked: nobody does it alone."""
    for course, kind, shows in (
        (ACCEPTED, "repair.refused", False),
        (f"{ACCEPTED} repair.granted-", "repair.revoked", True),
        ("record.filed repair.applied repair.accepted", "repair.granted", False),
    ):
        built = world()
        record = play(built, course)
        shown = [record.filing] if shows else []
        key = built.keys["dept.one"]
        built.follow(kind, record, {"repair": identifier("repair")}, keys=[key], discloses=shown)

        found = audited(built)

        assert [finding.seq for finding in found] == [len(built.entries) - 1]
        assert "rule two-sign" in found[0].sentence()
