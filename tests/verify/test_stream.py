"""Which stream an entry advances, and what is said where one of them is not whole."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from tests.verify.courses import audited, begin, identifier, step, world
from tests.verify.log_builder import ITEM, OPERATOR, OPERATOR_KEY, LogBuilder, Record
from verify.entry import Entry, EntryHeader
from verify.finding import Fault, Finding
from verify.note import SignedNote
from verify.order import LogOrder
from verify.statement import Statement
from verify.statement_type import ABOUT, REFERENCES, StatementType
from verify.strict import JsonValue

LINK = "0193f000-0000-7000-8000-000000000777"


def without(built: LogBuilder, *missing: int) -> list[Finding]:
    """What the order says of a log in which entries are missing."""
    order = LogOrder()
    found = []
    for seq, raw in enumerate(built.entries):
        if seq in missing:
            order.skip(None)
            continue
        entry = Entry.parse(raw)
        found += list(order.add(entry.header, entry.statement, entry.digest, sound=True))
    return found


def link(built: LogBuilder, stream: str, version: int) -> int:
    """subject.separated or, first, subject.linked, in some stream."""
    kind = "subject.linked" if version == 1 else "subject.separated"
    about: dict[str, JsonValue] = {"link": stream}
    if version == 1:
        about["handle"] = "A" * 32
    said = built.say(kind, about, issuer="dept.one", keys=[built.keys["dept.one"]])
    return built.append(said, stream=stream, version=version, subject="B" * 32)


# ---- which stream


def test_a_record_a_link_and_the_ledger_have_streams_of_their_own() -> None:
    """An id that names the one does not name another."""
    acts: list[tuple[Callable[[LogBuilder], int], str, str]] = [
        (lambda built: link(built, built.records[0].id, 2), "a link", "a record"),
        (lambda built: link(built, built.ledger_stream, built.ledger_version + 1), "a link", "the ledger's own stream"),
        (lambda built: into(built, built.ledger_stream), "a record", "the ledger's own stream"),
        (lambda built: into(built, LINK), "a record", "a link"),
    ]
    for act, expected, actual in acts:
        built = world()
        link(built, LINK, 1)
        act(built)

        sentences = [finding.sentence() for finding in audited(built) if finding.fault is Fault.VERSION_WRONG]

        assert sentences == [
            f"entry {len(built.entries) - 1}: version-wrong: expected a stream of {expected}; found that of {actual}"
        ]


def into(built: LogBuilder, stream: str) -> int:
    """record.revoked of the record that another stream's id would be."""
    version = 2 if stream == LINK else built.ledger_version + 1
    record = Record(stream, "dept.one", "B" * 32 if stream == LINK else "", {}, 4, version=version - 1)
    return built.follow("record.revoked", record, subject="B" * 32)


def test_administration_in_the_stream_of_a_record_is_found_once() -> None:
    built = world()
    record = built.records[0]
    said = built.say(
        "catalogue.published",
        {"catalogue": {"item": "another-item", "version": 1}},
        issuer=OPERATOR,
        keys=[OPERATOR_KEY],
    )
    built.append(said, stream=record.id, version=2)

    assert [finding.fault for finding in audited(built)] == [Fault.VERSION_WRONG]


def test_what_does_not_belong_into_a_stream_does_not_change_it() -> None:
    """The link was not taken back by what was said of a record under its id."""
    built = world()
    link(built, LINK, 1)
    into(built, LINK)
    link(built, LINK, 3)

    assert [(finding.fault, finding.seq) for finding in audited(built)] == [(Fault.VERSION_WRONG, 14)]


@pytest.mark.parametrize("kind", ["record.filed", "listing.notified", "listing.decided"])
def test_a_record_has_a_subject_and_keeps_it(kind: str) -> None:
    """Only the ledger's administration is about nobody."""
    built = world()
    record = begin(built, kind)
    assert audited(built) == ()

    step(built, "listing.decided" if kind == "listing.notified" else "record.corrected", record)
    assert audited(built) == ()

    record.subject = "A" * 32
    step(built, "record.revoked", record)
    found = audited(built)
    assert [(finding.fault, finding.actual) for finding in found] == [(Fault.SUBJECT_WRONG, "A" * 32)]


def test_a_subject_that_is_left_out_is_found_once() -> None:
    built = world()
    built.records[0].subject = ""
    step(built, "record.corrected", built.records[0])

    found = audited(built)

    assert {finding.fault for finding in found} == {Fault.SUBJECT_WRONG}
    assert len({finding.expected for finding in found}) == len(found)


def test_only_three_types_begin_a_record() -> None:
    for kind in ("record.corrected", "objection.raised", "listing.dropped", "publicity.ended", "repair.applied"):
        built = world()
        name = kind.partition(".")[0]
        about = {name: identifier(name)} if name in REFERENCES else {}
        record = Record(built.identifier(), "dept.one", "A" * 32, {}, 13, version=0)
        step(built, kind, record, about)

        assert [finding.sentence() for finding in audited(built)] == [
            "entry 13: version-wrong: expected a record that was filed; found a record never filed"
        ]


# ---- what is missing


def test_a_record_whose_filing_is_missing_is_nobodys_in_particular() -> None:
    """Whose record it is and of which item stood in the missing entry: no accusation is made up in its place."""
    built = world()
    record = built.file("dept.one")
    step(built, "objection.raised", record, by="dept.two", about={"objection": identifier("objection")})
    step(built, "record.corrected", record)
    step(built, "repair.applied", record, about={"repair": identifier("repair")})
    step(built, "repair.revoked", record, {"repair": identifier("repair")}, shows=True)
    step(built, "record.revoked", record, hides=True)

    found = without(built, record.filing)

    assert [(finding.fault, finding.seq) for finding in found] == [(Fault.VERSION_WRONG, 14)] * 2


def test_the_operator_is_who_opened_the_ledger() -> None:
    """Not who last changed a key, nor a department that would be."""
    built = world()
    built.rotate("dept.two", "2")
    step(built, "repair.applied", built.records[0], {"repair": identifier("repair")}, by=OPERATOR)

    assert audited(built) == ()


def test_who_the_operator_is_remains_open_where_the_opening_is_missing() -> None:
    """The registry says that nobody may speak then; here nobody is accused of not being the operator."""
    built = world()
    step(built, "repair.applied", built.records[0], by=OPERATOR, about={"repair": identifier("repair")})
    assert audited(built) == ()

    assert [finding.fault for finding in without(built, 0)] == [Fault.VERSION_WRONG]


def test_the_ledgers_stream_is_known_by_its_administration() -> None:
    """Also where the first entry that can be read is about a record."""
    found = without(world(), 0, 1, 2, 3)

    assert [finding.sentence() for finding in found] == ["entry 7: version-wrong: expected version 1; found version 5"]


def test_a_link_whose_beginning_is_missing_is_nobodys_in_particular() -> None:
    built = world()
    made = link(built, LINK, 1)
    link(built, LINK, 2)

    found = without(built, made)

    assert {finding.fault for finding in found} == {Fault.VERSION_WRONG}


# ---- anything at all

ANYTHING: list[JsonValue] = [
    None,
    7,
    True,
    "张三",
    "",
    [],
    {},
    {"item": 7},
    {"item": "x", "version": []},
    LINK,
    "A" * 32,
]
MEMBERS = sorted({name for required, optional in ABOUT.values() for name in required | optional})
KINDS = [*sorted(StatementType), "record.renamed"]


def anything(chance: random.Random, stream: str) -> Statement:
    """A statement of whatever type with whatever members; mostly what it names is written well."""
    about = {name: chance.choice(ANYTHING) for name in MEMBERS if chance.random() < 0.7}
    about |= {name: identifier(name, chance.randrange(3)) for name in REFERENCES if chance.random() < 0.8}
    if chance.random() < 0.8:
        about |= {"record": stream, "link": stream}
    if chance.random() < 0.8:
        about |= {"catalogue": {"item": ITEM, "version": 1}, "clock": "act", "since": chance.randrange(300)}
    issuer = chance.choice(["dept.one", "dept.two", OPERATOR])
    number, kind = chance.randrange(10**9), str(chance.choice(KINDS))
    return Statement(b"", SignedNote(b"", ()), about, {}, f"{number}", issuer, "2026-11-22T08:00:00.000000Z", kind)


@pytest.mark.parametrize("seed", range(20))
def test_no_statement_stops_the_audit(seed: int) -> None:
    """Whatever is said of whatever, in whichever order: findings, never an error."""
    chance, order, found = random.Random(seed), LogOrder(), 0
    versions = {f"0193f000-0000-7000-8000-{number:012d}": 0 for number in range(3)}
    for seq in range(300):
        stream = chance.choice(sorted(versions))
        versions[stream] += 1 if chance.random() < 0.99 else 2
        statement = anything(chance, stream)
        numbers = tuple(sorted(chance.sample(range(seq + 2), min(chance.randrange(3), seq + 2))))
        header = EntryHeader(
            seq, bytes(32), statement.made_at, stream, versions[stream], "A" * 32, numbers, numbers[:1]
        )
        found += len(list(order.add(header, statement, bytes(32), sound=False)))

    assert found > 300
