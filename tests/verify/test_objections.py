"""What may follow on an objection and on a remedy, in the words of tests/verify/courses.py."""

from __future__ import annotations

import pytest

from tests.verify.courses import assert_wrong, audited, identifier, play, played, step, world

RESOLVED = "record.filed objection.raised objection.resolved"
REVIEWED = f"{RESOLVED} review.requested@operator"

ALLOWED = [
    "record.filed+ objection.raised objection.raised#2 objection.resolved#2 objection.resolved",
    "record.filed+ objection.raised@operator objection.forwarded objection.extended objection.extended",
    "record.filed objection.raised record.corrected:objection objection.resolved objection.delivered",
    f"{REVIEWED} objection.forwarded objection.extended record.corrected:objection",
    f"{REVIEWED} review.decided objection.delivered objection.delivered@operator",
    "record.filed+ objection.raised objection.resolved review.requested review.decided review.requested review.decided",
    "record.filed+ objection.raised record.changed:objection- objection.resolved",
    "record.filed+ objection.raised record.revoked:objection- objection.resolved",
    "record.filed+ objection.raised objection.resolved review.requested record.revoked:objection- review.decided",
    "record.filed+ objection.raised objection.resolved review.requested record.changed:objection- review.decided",
    "record.filed+ objection.raised record.corrected objection.resolved",
    "record.filed+ remedy.opened remedy.opened#2 remedy.closed#2 remedy.closed",
    "record.filed+ remedy.opened record.corrected:remedy remedy.closed record.corrected:remedy",
    "record.filed+ remedy.opened record.changed:remedy- remedy.closed record.revoked:remedy",
    "record.filed+ remedy.opened remedy.closed record.changed:remedy-",
    "listing.decided+ remedy.opened objection.raised remedy.closed record.revoked:remedy- objection.resolved",
]

NAMING = [
    "objection.forwarded",
    "objection.extended",
    "objection.resolved",
    "objection.delivered",
    "review.requested",
    "review.decided",
    "record.corrected:objection",
    "record.changed:objection",
    "record.revoked:objection",
]

WRONG = [
    ("record.filed objection.raised objection.raised", "rule objection-raised-once"),
    (f"{RESOLVED} objection.raised", "rule objection-raised-once"),
    *(
        (f"record.filed objection.raised {word}#2", f"found {word.split(':')[0]} for an objection never raised")
        for word in NAMING
    ),
    *(
        (f"{RESOLVED} {word}", "rule objection-open", "that was resolved before")
        for word in NAMING
        if not word.startswith(("objection.delivered", "review"))
    ),
    (f"{RESOLVED} review.decided", "rule objection-under-review", "that was resolved before"),
    ("record.filed objection.raised objection.delivered", "rule objection-resolved", "that is open"),
    ("record.filed objection.raised review.requested", "rule objection-resolved", "that is open"),
    ("record.filed objection.raised review.decided", "rule objection-under-review", "that is open"),
    (f"{REVIEWED} objection.resolved", "rule objection-open", "that is under review"),
    (f"{REVIEWED} objection.delivered", "rule objection-resolved", "that is under review"),
    (f"{REVIEWED} review.requested", "rule objection-resolved", "that is under review"),
    (f"{REVIEWED} review.decided review.decided", "rule objection-under-review", "that was resolved before"),
    (f"{REVIEWED} review.decided record.corrected:objection", "rule objection-open", "that was resolved before"),
    ("record.filed remedy.opened remedy.opened", "rule remedy-opened-once"),
    ("record.filed remedy.opened remedy.closed remedy.opened", "rule remedy-opened-once"),
    ("record.filed remedy.closed", "rule remedy-opened", "never opened"),
    ("record.filed remedy.opened remedy.closed#2", "rule remedy-opened", "never opened"),
    ("record.filed remedy.opened remedy.closed remedy.closed", "rule remedy-closed-once"),
    ("record.filed record.corrected:remedy", "rule remedy-opened"),
    ("record.filed record.changed:remedy", "rule remedy-opened"),
    ("record.filed remedy.opened record.revoked:remedy#2", "rule remedy-opened"),
]


@pytest.mark.parametrize("course", ALLOWED)
def test_what_the_ledger_would_take_is_clean(course: str) -> None:
    """The audit is not stricter than the ledger."""
    assert played(course) == ()


@pytest.mark.parametrize("case", WRONG, ids=lambda case: case[0])
def test_what_the_ledger_would_refuse_is_found_and_the_rule_named(case: tuple[str, ...]) -> None:
    assert_wrong(case[0], case[1:])


def test_ids_are_counted_by_record() -> None:
    """The same id may stand on two records, and what is raised on the one is not open on the other."""
    built = world()
    for _number in range(2):
        play(built, "record.filed+ objection.raised remedy.opened objection.resolved remedy.closed")
    assert audited(built) == ()

    step(built, "objection.delivered", built.records[0], {"objection": identifier("objection")})

    assert [finding.seq for finding in audited(built)] == [len(built.entries) - 1]
