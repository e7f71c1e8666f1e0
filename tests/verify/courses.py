"""Courses of one record, written in words: each word becomes an entry of a real log, signed by who says it.

A word is a type of statement, and then, each only where it is wanted:

* ``:objection`` a reference that the type may have besides those that it must have;
* ``#2`` another objection, remedy, mask or repair than the first;
* ``@two`` said by dept.two, ``@operator`` by the operator; otherwise by who mostly says it;
* ``+`` discloses the filing of the record, ``-`` withdraws it.

``record.filed+ objection.raised record.revoked:objection-`` is a record, objected to and revoked for that.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from tests.verify.log_builder import ITEM, LOG_KEY, OPERATOR, LogBuilder, MemorySource, Record
from verify.audit import audit
from verify.finding import Finding
from verify.handle import organisation_handle
from verify.statement_type import ABOUT, AUTOMATIC, REFERENCES, StatementType
from verify.strict import JsonValue

LIST_ITEM = "dishonesty-list"
LIST = f"list/{LIST_ITEM}"
RULES = {"listing": LIST, "repair": "repair/order-36", "bar": "repair/order-36"}
OTHER_RULES = "publicity/order-36"
ISSUERS = {"one": "dept.one", "two": "dept.two", "operator": OPERATOR}
OPERATORS = AUTOMATIC | {StatementType.OBJECTION_FORWARDED, StatementType.REPAIR_FORWARDED}
About = Mapping[str, JsonValue]
BEGINNINGS = ("record.filed", "listing.notified", "listing.decided")

COURSES = {
    "record.filed": "record.filed",
    "record.corrected": "record.filed+ record.corrected",
    "record.changed": "record.filed+ record.changed-",
    "record.revoked": "record.filed+ record.revoked-",
    "publicity.determined": "record.filed publicity.determined+",
    "publicity.ended": "record.filed+ publicity.ended-",
    "mask.applied": "record.filed+ mask.applied-",
    "mask.lifted": "record.filed+ mask.applied- mask.lifted+",
    "remedy.opened": "record.filed+ remedy.opened",
    "remedy.closed": "record.filed+ remedy.opened remedy.closed",
    "listing.notified": "listing.notified",
    "listing.defended": "listing.notified listing.defended",
    "listing.dropped": "listing.notified listing.defended listing.dropped",
    "listing.decided": "listing.notified listing.defended listing.decided+",
    "listing.removed": "listing.decided+ listing.removed-",
    "listing.expired": "listing.decided+ listing.expired-",
    "objection.raised": "record.filed+ objection.raised",
    "objection.forwarded": "record.filed+ objection.raised objection.forwarded",
    "objection.extended": "record.filed+ objection.raised objection.forwarded objection.extended",
    "objection.resolved": "record.filed+ objection.raised objection.resolved",
    "objection.delivered": "record.filed+ objection.raised objection.resolved objection.delivered",
    "review.requested": "record.filed+ objection.raised objection.resolved review.requested",
    "review.decided": "record.filed+ objection.raised objection.resolved review.requested review.decided",
    "repair.applied": "record.filed+ repair.applied",
    "repair.forwarded": "record.filed+ repair.applied@operator repair.forwarded",
    "repair.accepted": "record.filed+ repair.applied repair.accepted",
    "repair.declined": "record.filed+ repair.applied repair.declined",
    "repair.extended": "record.filed+ repair.applied repair.accepted repair.extended",
    "repair.verified": "record.filed+ repair.applied repair.accepted repair.verified",
    "repair.granted": "record.filed+ repair.applied repair.accepted repair.granted-",
    "repair.refused": "record.filed+ repair.applied repair.accepted repair.refused",
    "repair.revoked": "record.filed+ repair.applied repair.accepted repair.granted- repair.revoked+",
    "bar.ended": "record.filed+ repair.applied repair.accepted repair.granted- repair.revoked+ bar.ended",
    "deadline.missed": "record.filed+ deadline.missed",
    "deadline.recomputed": "record.filed+ deadline.recomputed",
}
"""For each type a course of which it is the last word, by who says it mostly."""

_WORD = re.compile(r"([a-z]+\.[a-z]+)(?::([a-z_]+))?(?:#([0-9]))?(?:@([a-z]+))?([+-]?)")


def world() -> LogBuilder:
    """Two departments of two keys each, two items, one of them with a list standard, and rules.

    Entries 4 and 5 file two disclosed records of one subject, 6 a hidden one.
    """
    built = LogBuilder.ready(7)
    one = built.file("dept.one")
    built.file("dept.one", value=one.value)
    built.file("dept.one", disclose=False)
    built.add_key("dept.one")
    built.add_key("dept.two")
    built.publish(item=LIST_ITEM)
    for name in (LIST, RULES["repair"], OTHER_RULES):
        built.publish_rules(name)
    return built


def audited(built: LogBuilder) -> tuple[Finding, ...]:
    """The findings of an audit of the whole log."""
    return audit(MemorySource(built.archive()), log_key=LOG_KEY.verifier).findings


def identifier(name: str, number: int = 1) -> str:
    """An objection, remedy, mask, repair or successor, always the same."""
    return f"0193f000-0000-7000-8000-0000000{REFERENCES.index(name):02d}{number:03d}"


def begin(
    built: LogBuilder, kind: str, about: About | None = None, *, issuer: str = "dept.one", shows: bool = False
) -> Record:
    """A new record, filed or as a list entry notified or decided."""
    value = built.subject_value()
    handle = organisation_handle(str(value["scheme"]), str(value["code"]))
    item = LIST_ITEM if kind.startswith("listing") else ITEM
    record = Record(built.identifier(), issuer, handle, value, len(built.entries), version=0, item=item)
    step(built, kind, record, about, shows=shows)
    return record


def step(
    built: LogBuilder,
    kind: str,
    record: Record,
    about: About | None = None,
    *,
    by: str | None = None,
    shows: bool = False,
    hides: bool = False,
    version: int | None = None,
) -> int:
    """One more entry of a record; what its type must name and `about` does not is made up."""
    if kind in BEGINNINGS:
        record.filing = len(built.entries)
    if by is None:
        by = OPERATOR if kind in OPERATORS else record.issuer
    return built.follow(
        kind,
        record,
        {**_required(kind, record), **(about or {})},
        issuer=by,
        discloses=[record.filing] if shows else [],
        withdraws=[record.filing] if hides else [],
        version=version,
    )


def play(built: LogBuilder, course: str) -> Record:
    """Every word of the course in turn, of a new record."""
    record = None
    for word in course.split():
        found = _WORD.fullmatch(word)
        assert found, word
        kind, also, number, by, effect = found.groups()
        names = [name for name in REFERENCES if name in ABOUT[StatementType(kind)][0]] + [also] * (also is not None)
        about: dict[str, JsonValue] = {name: identifier(name, int(number or 1)) for name in names}
        if record is None:
            assert kind in BEGINNINGS, word
            record = begin(built, kind, about, shows=effect == "+")
        else:
            step(built, kind, record, about, by=by and ISSUERS[by], shows=effect == "+", hides=effect == "-")
    assert record
    return record


def played(course: str) -> tuple[Finding, ...]:
    """The findings of an audit of a log that holds this course."""
    built = world()
    play(built, course)
    return audited(built)


def assert_wrong(course: str, expected: Sequence[str]) -> None:
    """Only the last word of the course is wrong: one finding, of which these are parts of the sentence."""
    built = world()
    play(built, course)

    found = audited(built)

    assert [finding.where for finding in found] == [f"entry {len(built.entries) - 1}"]
    assert [part for part in expected if part not in found[0].sentence()] == []


def _required(kind: str, record: Record) -> About:
    required = ABOUT[StatementType(kind)][0]
    about: dict[str, JsonValue] = {}
    if "catalogue" in required:
        # Where there is a list standard nothing can be filed: what is wrong besides that is filed under the other item.
        about["catalogue"] = {"item": ITEM if kind == "record.filed" else record.item, "version": 1}
    if "rules" in required:
        about["rules"] = {"name": RULES.get(kind.partition(".")[0], OTHER_RULES), "version": 1}
    if "clock" in required:
        about |= {"clock": "verify", "since": record.filing}
    return about
