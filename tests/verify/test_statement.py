"""Statements: one line of canonical JSON, signed, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.vectors import VECTORS, vector_key
from verify.canonical import canonical_json
from verify.commitment import Opening, parse_openings, wrong_openings
from verify.errors import Malformed, SignatureInvalid
from verify.note import SignedNote
from verify.statement import MAX_STATEMENT_BYTES, Statement, check_issuer, statement_text
from verify.strict import JsonValue, load_json

OPERATOR, DEPARTMENT = vector_key("operator"), vector_key("department")
RAW = [statement.encode() for statement in VECTORS["statements"]]
FILED = RAW[1]


def member(raw: bytes) -> dict[str, Any]:
    """The members of a statement's JSON."""
    value = load_json(raw.partition(b"\n")[0])
    assert isinstance(value, dict)
    return value


def signed(value: dict[str, Any]) -> bytes:
    """A statement with these members, canonical and signed."""
    return SignedNote.sign(canonical_json(value) + b"\n", [DEPARTMENT]).to_bytes()


def test_the_published_statements_come_out_byte_for_byte() -> None:
    """Built from openings, serialised and signed."""
    opened = parse_openings(VECTORS["openings"])
    first = statement_text(
        id="0193f000-0000-7000-8000-000000000001",
        issuer="operator.example",
        made_at="2026-11-22T08:00:00.000000Z",
        type="ledger.opened",
        about={"operator": VECTORS["keys"]["operator"]["vkey"], "log": VECTORS["keys"]["log"]["vkey"]},
        openings={},
    )
    second = statement_text(
        id="0193f000-0000-7000-8000-000000000002",
        issuer="11110000MB0000001A",
        made_at="2026-11-22T08:00:01.000000Z",
        type="record.filed",
        about={
            "record": "0193f000-0000-7000-8000-000000000020",
            "catalogue": {"item": "administrative-penalty", "version": 1},
        },
        openings=opened,
    )

    assert SignedNote.sign(first, [OPERATOR]).to_bytes() == RAW[0]
    assert SignedNote.sign(second, [DEPARTMENT]).to_bytes() == RAW[1]


def test_the_published_statements_are_read() -> None:
    """With signature and openings."""
    opened, filed = (Statement.parse(raw) for raw in RAW)

    assert opened.note.signers([OPERATOR.verifier]) == (OPERATOR.verifier,)
    assert filed.note.signers([DEPARTMENT.verifier]) == (DEPARTMENT.verifier,)
    assert wrong_openings(filed.committed, parse_openings(VECTORS["openings"])) == []
    assert filed.committed.keys() == VECTORS["openings"].keys()
    assert filed.reference("record") == "0193f000-0000-7000-8000-000000000020"
    assert (filed.type, filed.issuer, filed.raw) == ("record.filed", "11110000MB0000001A", FILED)


@pytest.mark.parametrize("raw", RAW, ids=["opened", "filed"])
def test_no_byte_of_a_published_statement_can_be_changed(raw: bytes) -> None:
    """It is refused, its signature fails, or its key is no longer the signer's."""
    for position in range(len(raw)):
        changed = raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1 :]
        try:
            assert Statement.parse(changed).note.signers([OPERATOR.verifier, DEPARTMENT.verifier]) == ()
        except (Malformed, SignatureInvalid):
            continue


@given(
    st.dictionaries(
        st.sampled_from(["subject", "data/A", "data/B"]),
        st.builds(Opening, st.binary(min_size=32, max_size=32), st.text(st.characters(codec="utf-8"))),
    )
)
def test_what_is_built_is_read(openings: dict[str, Opening]) -> None:
    """Whatever the values, only commitments stand in the statement."""
    text = statement_text(
        id="0193f000-0000-7000-8000-000000000002",
        issuer="dept.one",
        made_at="2026-11-22T08:00:01.000000Z",
        type="record.filed",
        about={},
        openings=openings,
    )
    statement = Statement.parse(SignedNote.sign(text, [DEPARTMENT]).to_bytes())

    assert wrong_openings(statement.committed, openings) == []
    assert statement.committed.keys() == openings.keys()


CHANGES: list[tuple[str, Any]] = [
    ("v", 2),
    ("v", True),
    ("v", "1"),
    ("about", []),
    ("about", None),
    ("committed", []),
    ("committed", {"data/A": 1}),
    ("committed", {"data/A": "AA=="}),
    ("committed", {"data/A": None}),
    ("committed", {"数据": "nRKWM1UA4uevx35HXvYL6yegOINrBN+sBZ8PSK67T4g="}),
    ("id", "0193f000-0000-4000-8000-000000000002"),
    ("id", 7),
    ("issuer", ""),
    ("issuer", "a b"),
    ("issuer", "-a"),
    ("issuer", "a/b"),
    ("issuer", "机关"),
    ("issuer", "a" * 65),
    ("made_at", "2026-11-22"),
    ("made_at", 0),
    ("type", "record"),
    ("type", "Record.filed"),
    ("type", "record.filed "),
    ("type", None),
    ("more", 1),
]


@pytest.mark.parametrize(("name", "value"), CHANGES)
def test_other_members_are_refused(name: str, value: JsonValue) -> None:
    """Though canonical and well signed."""
    with pytest.raises(Malformed):
        Statement.parse(signed(member(FILED) | {name: value}))


@pytest.mark.parametrize("name", ["about", "committed", "id", "issuer", "made_at", "type", "v"])
def test_every_member_must_be_there(name: str) -> None:
    """An absent member is no default."""
    with pytest.raises(Malformed, match="exactly the members"):
        Statement.parse(signed({key: value for key, value in member(FILED).items() if key != name}))


@pytest.mark.parametrize(
    "text",
    [
        b"[]",
        b"1",
        b"",
        FILED.partition(b"\n")[0].replace(b'"v":1', b'"v": 1'),
        FILED.partition(b"\n")[0].replace(b'"v":1', b'"v":1.0'),
        FILED.partition(b"\n")[0].replace(b"}", b" }", 1),
        FILED.partition(b"\n")[0].replace(b'"v":1}', b'"v":1,"v":1}'),
        FILED.partition(b"\n")[0].replace(b"record.filed", b"record\\u002efiled"),
        b'{"v":1,' + FILED.partition(b"\n")[0][1:].replace(b',"v":1}', b"}"),
        FILED.partition(b"\n")[0] + b"\n",
        b"\n" + FILED.partition(b"\n")[0],
        FILED.partition(b"\n")[0] + b"\n" + FILED.partition(b"\n")[0],
    ],
)
def test_other_texts_are_refused(text: bytes) -> None:
    """One line, one spelling: a second spelling of a statement would be a second statement of the same id."""
    with pytest.raises(Malformed):
        Statement.parse(SignedNote.sign(text + b"\n", [DEPARTMENT]).to_bytes())


def test_statements_are_capped() -> None:
    """An entry must fit into a bundle with its header."""
    with pytest.raises(Malformed, match="more than"):
        Statement.parse(signed(member(FILED) | {"about": {"record": "x" * MAX_STATEMENT_BYTES}}))


def test_a_reference_is_a_uuid() -> None:
    """Nothing that identifies a person may stand where an id does."""
    statement = Statement.parse(signed(member(FILED) | {"about": {"record": "张三", "objection": 7}}))

    for name in ("record", "objection", "absent"):
        with pytest.raises(Malformed, match=f"about/{name}"):
            statement.reference(name)


def test_a_path_that_no_reader_would_take_is_not_committed_to() -> None:
    """The writer refuses what every reader would."""
    for path in ("数据", "", "a//b"):
        with pytest.raises(Malformed):
            statement_text(id="", issuer="", made_at="", type="", about={}, openings={path: Opening(bytes(32), 1)})


@pytest.mark.parametrize("issuer", ["11110000MB0000001A", "operator.example", "a", "0", "a-b.c", "a" * 64])
def test_issuers_are_codes(issuer: str) -> None:
    """The unified social credit code of a department, or a domain name."""
    assert check_issuer(issuer) == issuer
