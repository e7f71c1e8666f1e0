"""Submissions: made and signed on the department's side."""

from __future__ import annotations

import hashlib
import json
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.verify.log_builder import OPERATOR_KEY, make_key
from verify.commitment import wrong_openings
from verify.errors import Malformed
from verify.statement import Statement
from verify.strict import JsonValue, check_uuid7
from verify.submission import Draft, Submission, uuid7

KEY = make_key("dept.one/1")
ID = "0193f000-0000-7000-8000-000000000002"
DRAFT = Draft("record.revoked", {"record": ID}, {"reason": "撤销", "data/A": None, "data/B": [1, {"x": True}]})


def counting(length: int) -> bytes:
    """Not random, so that it can be expected."""
    return b"".join(hashlib.sha256(b"%d" % number).digest() for number in range(length // 32))


def signed() -> Submission:
    """The draft signed."""
    return DRAFT.sign([KEY], identifier=ID, issuer="dept.one", made_at="2026-11-22T08:00:00.000000Z", random=counting)


def test_every_value_is_committed_to_under_a_salt_of_its_own() -> None:
    """No salt is used twice, and none of the values stands in the statement."""
    submission = signed()
    statement = Statement.parse(submission.statement)

    assert wrong_openings(statement.committed, submission.openings) == []
    assert statement.committed.keys() == DRAFT.values.keys()
    assert len({opening.salt for opening in submission.openings.values()}) == 3
    assert all(len(opening.salt) == 32 for opening in submission.openings.values())
    assert "撤销".encode() not in submission.statement
    assert statement.note.signers([KEY.verifier]) == (KEY.verifier,)


def test_a_submission_comes_back_as_it_was() -> None:
    """Through JSON."""
    assert Submission.parse(json.dumps(signed().to_json()).encode()) == signed()


def test_countersigning_keeps_text_and_openings() -> None:
    """Registrations are signed by two."""
    both = signed().countersign(OPERATOR_KEY)
    statement = Statement.parse(both.statement)

    assert statement.note.signers([OPERATOR_KEY.verifier, KEY.verifier]) == (KEY.verifier, OPERATOR_KEY.verifier)
    assert both.openings == signed().openings


@pytest.mark.parametrize(
    "value",
    [
        None,
        {},
        {"openings": {}},
        {"statement": ""},
        {"openings": {}, "statement": 1},
        {"openings": [], "statement": ""},
        {"openings": {}, "statement": "", "more": 1},
        {"openings": {"data/A": ["AA==", 1]}, "statement": ""},
    ],
    ids=repr,
)
def test_other_bodies_are_refused(value: JsonValue) -> None:
    """Statement and openings, nothing else."""
    with pytest.raises(Malformed):
        Submission.parse(json.dumps(value).encode())


def test_a_draft_is_read_strictly() -> None:
    """Type, references and values."""
    good = {"type": DRAFT.type, "about": DRAFT.about, "values": DRAFT.values}

    assert Draft.parse(json.dumps(good).encode()) == DRAFT
    changes: list[dict[str, JsonValue]] = [{"more": 1}, {"type": 1}, {"about": []}, {"values": None}]
    for change in changes:
        with pytest.raises(Malformed):
            Draft.parse(json.dumps(good | change).encode())
    for name in good:
        with pytest.raises(Malformed):
            Draft.parse(json.dumps({key: value for key, value in good.items() if key != name}).encode())


@pytest.mark.parametrize("path", ["数据", "", "a b", "a//b"])
def test_a_field_that_cannot_be_committed_is_refused_before_signing(path: str) -> None:
    """In words of the format, not of a codec."""
    with pytest.raises(Malformed, match="committed"):
        Draft("record.filed", {}, {path: 1}).sign(
            [KEY], identifier=ID, issuer="dept.one", made_at="2026-11-22T08:00:00.000000Z", random=counting
        )


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_identifiers_are_uuid7_of_their_time(milliseconds: int, entropy: bytes) -> None:
    """In order of time, and with the bits that RFC 9562 fixes."""
    text = uuid7(milliseconds, entropy)
    parsed = uuid.UUID(text)

    assert check_uuid7(text, "id") == text
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert parsed.int >> 80 == milliseconds


def test_all_74_bits_of_entropy_count() -> None:
    """Two ids of one millisecond differ when any used bit does."""
    ids = {uuid7(1, (1 << bit).to_bytes(10, "big")) for bit in range(74)}

    assert len(ids) == 74
    with pytest.raises(Malformed):
        uuid7(1, bytes(9))
