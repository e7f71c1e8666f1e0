"""Ids that the same rows get again wherever the department's secret is, and that tell nothing without it."""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from api.importer.actions import Action
from api.importer.declaration import NO_PUBLICITY, ActRule
from api.importer.numbering import Numbering, open_numbering
from api.importer.outcome import Act, RecordRef
from api.importer.rows import SourceRow
from ledger.home import write_secret
from ledger.subjects import Subject
from verify.errors import Malformed
from verify.statement_type import StatementType
from verify.strict import JsonValue, check_uuid7, encode_base64

MADE = 1_796_112_000_000
SECRET = bytes(range(32))
NUMBERING = Numbering(MADE, SECRET)
VALUES: Mapping[str, JsonValue] = {"CF_WSH": "京测罚〔2026〕1号", "CF_NR_FK": 1_000_000, "CF_CFLB": ["警告", "罚款"]}
RECORD = RecordRef("administrative-penalty", ("京测罚〔2026〕1号", "91110000MA00000077"), 1)
SUBJECT = Subject("uscc", "91110000MA00000077", "测试企业有限公司")
FILING = Action(
    row=SourceRow(1, 2, {}),
    record=RECORD,
    subject=SUBJECT,
    values=dict(VALUES),
    act=None,
    occurrence=1,
    made_at=None,
)


TEXTS = {"operator": "测试经办人", "basis": "测试规定", "reason": "更正"}
CORRECTING = Act(ActRule(StatementType.RECORD_CORRECTED, ()), TEXTS, "2026-11-20", None)
REVOKING = replace(CORRECTING, rule=ActRule(StatementType.RECORD_REVOKED, ()))
CORRECTION = replace(FILING, act=CORRECTING)
REVOCATION = replace(FILING, act=REVOKING, values={})


def citing(*names: str, case: str = "") -> Action:
    """The revocation, for a remedy or an objection."""
    return replace(REVOCATION, act=replace(REVOKING, rule=replace(REVOKING.rule, names=names, case=case)))


def followed_by(generation: int) -> Action:
    """The revocation, with a new decision in its place."""
    return replace(REVOCATION, act=replace(REVOKING, successor=RecordRef("administrative-penalty", ("2",), generation)))


OTHERS = {
    "another key": replace(FILING, record=replace(RECORD, key=("京测罚〔2026〕2号", "91110000MA00000077"))),
    "the key cut elsewhere": replace(FILING, record=replace(RECORD, key=("京测罚〔2026〕1号9", "1110000MA00000077"))),
    "filed again": replace(FILING, record=replace(RECORD, generation=2)),
    "a correction": CORRECTION,
    "a correction made again": replace(CORRECTION, occurrence=2),
    "another reason": replace(FILING, act=replace(CORRECTING, texts=TEXTS | {"reason": "更名"})),
    "another day": replace(FILING, act=replace(CORRECTING, on="2026-11-21")),
    "a day that is not said": replace(FILING, act=replace(CORRECTING, on=None)),
    "a revocation": REVOCATION,
    "a change": replace(REVOCATION, act=replace(REVOKING, rule=ActRule(StatementType.RECORD_CHANGED, ()))),
    "a revocation for a remedy": citing("remedy"),
    "a revocation for another remedy": citing("remedy", case="诉讼"),
    "a revocation for an objection": citing("objection"),
    "a successor": followed_by(1),
    "another successor": followed_by(2),
    "another value": replace(FILING, values={**VALUES, "CF_NR_FK": 1_000_001}),
    "no value": replace(FILING, values={**VALUES, "CF_NR_FK": None}),
    "a text for a number": replace(FILING, values={**VALUES, "CF_NR_FK": "1000000"}),
    "another name": replace(FILING, subject=replace(SUBJECT, name="测试企业公司")),
    "another scheme": replace(FILING, subject=replace(SUBJECT, scheme="other")),
    "another subject": replace(FILING, subject=replace(SUBJECT, code="91110105MA0000015F")),
    "a class": replace(FILING, publicity={**NO_PUBLICITY, "class": "ordinary"}),
    "another class": replace(FILING, publicity={**NO_PUBLICITY, "class": "serious"}),
    "the summary procedure": replace(FILING, publicity={**NO_PUBLICITY, "summary_procedure": True}),
    "another instant": replace(FILING, made_at="2026-11-20T00:00:00.000000Z"),
}


def ids(numbering: Numbering, action: Action = FILING) -> tuple[str, str]:
    return numbering.record_id(action.record), numbering.statement_id(action, "administrative-penalty", 1)


def test_the_same_row_gets_the_same_ids_wherever_it_stands_in_a_file() -> None:
    """Its number, its line, its bytes and the order of its columns are no part of what it says."""
    row = SourceRow(7, 9, {"more": "x"}, written=b"x,y")
    moved = replace(FILING, row=row, values={code: VALUES[code] for code in sorted(VALUES)})

    assert ids(NUMBERING, moved) == ids(NUMBERING)
    assert ids(NUMBERING, replace(CORRECTION, row=row)) == ids(NUMBERING, CORRECTION)


def test_publicity_of_which_a_row_says_nothing_is_no_part_of_it() -> None:
    """A mapping may be given the table for it when its records are in the log already."""
    assert ids(NUMBERING, replace(FILING, publicity=NO_PUBLICITY)) == ids(NUMBERING)


def test_a_secret_read_again_gives_the_same_ids(tmp_path: Path) -> None:
    """The time and the randomness that are offered the second time are not asked for."""
    path = tmp_path / "key.numbering"
    first = open_numbering(path, milliseconds=MADE, random=os.urandom)
    written = path.read_bytes()
    second = open_numbering(path, milliseconds=MADE + 1, random=os.urandom)

    assert first == second
    assert ids(first) == ids(second)
    assert path.read_bytes() == written


def test_ids_do_not_change_between_versions_of_the_program() -> None:
    """What was imported years ago must still be recognised: these are in somebody's log."""
    assert ids(NUMBERING) == ("01a2309e-2400-7bc3-b79c-cce722b978da", "01a2309e-2400-7219-9bcf-38936e73a854")


def test_an_id_is_a_keyed_hash_in_a_version_7_uuid() -> None:
    """Computed here by hand, as a department could without us: HMAC-SHA256 under the secret, 74 bits of it."""
    said = 'record\x00["administrative-penalty","京测罚〔2026〕1号","91110000MA00000077",1]'
    bits = int.from_bytes(hmac.digest(SECRET, said.encode(), hashlib.sha256)[:10], "big")
    identifier = UUID(NUMBERING.record_id(RECORD))

    assert (identifier.int >> 64 & 0xFFF, identifier.int & (1 << 62) - 1) == (bits >> 62 & 0xFFF, bits & (1 << 62) - 1)


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_row_that_says_anything_else_is_another_statement(other: Action) -> None:
    """Whatever differs."""
    assert ids(NUMBERING, other)[1] != ids(NUMBERING)[1]


def test_no_two_of_these_rows_are_the_same_statement() -> None:
    """Not only different from the first: different from each other."""
    assert len({ids(NUMBERING, action)[1] for action in (FILING, *OTHERS.values())}) == 1 + len(OTHERS)


def test_tables_of_two_items_may_use_the_same_keys() -> None:
    """Rows are often just counted: licence 1 and penalty 1 are two records."""
    assert NUMBERING.record_id(replace(RECORD, item="administrative-licence")) != NUMBERING.record_id(RECORD)


def test_a_row_read_for_another_item_or_version_is_another_statement() -> None:
    """Two mappings of one file are two imports."""
    items = [("administrative-penalty", 1), ("administrative-penalty", 2), ("administrative-licence", 1)]

    assert len({NUMBERING.statement_id(FILING, item, version) for item, version in items}) == 3


def test_a_record_keeps_its_id_while_what_is_said_of_it_changes() -> None:
    """Corrections and the revocation name the record that was filed under the key; a key cut elsewhere is another."""
    record = NUMBERING.record_id(RECORD)
    about = {what: NUMBERING.record_id(action.record) == record for what, action in OTHERS.items()}

    assert {what for what, same in about.items() if not same} == {"another key", "the key cut elsewhere", "filed again"}


def test_a_second_filing_is_a_new_record_with_an_id_of_its_own_each_time() -> None:
    """After a revocation the key begins anew; and the new record is filed, corrected and revoked under one id."""
    generations = [replace(FILING, record=replace(RECORD, generation=number)) for number in range(1, 6)]
    revocation = replace(generations[1], act=REVOKING, values={})

    assert len({NUMBERING.record_id(action.record) for action in generations}) == 5
    assert len({ids(NUMBERING, action)[1] for action in generations}) == 5
    assert NUMBERING.record_id(revocation.record) == NUMBERING.record_id(generations[1].record)


def test_the_remedies_and_objections_of_records_have_ids_of_their_own() -> None:
    """One of each on a record, or several by the names that the mapping gives them; the same ones every time."""
    records = [RECORD, replace(RECORD, generation=2)]
    cases = [(record, what, case) for record in records for what in ("remedy", "objection") for case in ("", "诉讼")]
    found = [NUMBERING.case_id(*case) for case in cases]

    assert found == [NUMBERING.case_id(*case) for case in cases]
    assert len({*found, *ids(NUMBERING)}) == 8 + 2


def test_another_secret_gives_other_ids() -> None:
    """So nobody who has the row, but not the secret, can tell whether it is in the log."""
    for secret in (bytes(32), bytes([*SECRET[:-1], SECRET[-1] ^ 1])):
        other = ids(Numbering(MADE, secret))

        assert not set(other) & set(ids(NUMBERING))


def test_ids_are_uuids_that_tell_the_age_of_the_secret_and_nothing_of_the_row() -> None:
    """Version 7, all with one time; rows that are alike have nothing else in common."""
    keys = [(f"京测罚〔2026〕{number}号", "91110000MA00000077") for number in range(500)]
    alike = [replace(FILING, record=replace(RECORD, key=key)) for key in keys]
    found = [identifier for action in alike for identifier in ids(NUMBERING, action)]
    tails = [UUID(identifier).int for identifier in found]

    assert [check_uuid7(identifier, "id") for identifier in found] == found
    assert {UUID(identifier).int >> 80 for identifier in found} == {MADE}
    assert len(set(found)) == 1000
    for bit in [*range(62), *range(64, 76)]:  # each random bit is set in about half of them
        assert 400 < sum(tail >> bit & 1 for tail in tails) < 600, bit


def test_record_and_statement_have_different_ids() -> None:
    """One is never mistaken for the other, not even for a row without values."""
    assert len({identifier for action in (FILING, *OTHERS.values()) for identifier in ids(NUMBERING, action)}) == 30


def test_the_file_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    """Mode 0600, whatever the umask leaves open, and only when there is none."""
    path = tmp_path / "key.numbering"
    before = os.umask(0)
    try:
        made = open_numbering(path, milliseconds=MADE, random=lambda size: bytes(range(size)))
    finally:
        os.umask(before)
    stamp = path.stat()
    open_numbering(path, milliseconds=MADE, random=os.urandom)

    assert made == NUMBERING
    assert stamp.st_mode & 0o777 == 0o600
    assert path.read_text("ascii") == f"kesu-numbering-v1 {MADE} {encode_base64(SECRET)}\n"
    assert path.stat() == stamp


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\n",
        "可溯".encode(),
        b"\xff\xfe\x00",
        b"kesu-numbering-v1",
        f"kesu-numbering-v2 {MADE} {encode_base64(SECRET)}\n".encode(),
        f"kesu-numbering-v1 {MADE} {encode_base64(SECRET)} \n".encode(),
        f"kesu-numbering-v1 {MADE} {encode_base64(SECRET)}\n\n".encode(),
        f"kesu-numbering-v1 {MADE} {encode_base64(SECRET[:-1])}\n".encode(),
        f"kesu-numbering-v1 {MADE} {encode_base64(SECRET)[:-4]}\n".encode(),
        f"kesu-numbering-v1 -1 {encode_base64(SECRET)}\n".encode(),
        f"kesu-numbering-v1 {1 << 48} {encode_base64(SECRET)}\n".encode(),
        f"kesu-numbering-v1 soon {encode_base64(SECRET)}\n".encode(),
        b"PRIVATE+KEY+12110000000000000K/1+00000000+AAAA\n",
    ],
)
def test_a_damaged_secret_is_named_and_left_as_it_is(tmp_path: Path, damaged: bytes) -> None:
    """Nothing is made in its place: under another secret every row would be sent once more."""
    path = tmp_path / "key.numbering"
    path.write_bytes(damaged)

    with pytest.raises(Malformed, match=r"^key\.numbering") as caught:
        open_numbering(path, milliseconds=MADE, random=os.urandom)
    assert path.read_bytes() == damaged
    assert encode_base64(SECRET)[:20] not in str(caught.value)


def test_a_secret_without_a_line_end_is_as_good(tmp_path: Path) -> None:
    """As an editor may leave it."""
    write_secret(tmp_path / "key.numbering", f"kesu-numbering-v1 {MADE} {encode_base64(SECRET)}")

    assert open_numbering(tmp_path / "key.numbering", milliseconds=0, random=os.urandom) == NUMBERING


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """Where the secret can be neither read nor made."""
    with pytest.raises(FileNotFoundError) as caught:
        open_numbering(tmp_path / "nowhere" / "key.numbering", milliseconds=MADE, random=os.urandom)

    assert str(caught.value.filename).endswith("nowhere/key.numbering")
