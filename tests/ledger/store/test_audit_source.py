"""Whatever is changed in the database behind the ledger's back is found, and the entry that it concerns is named."""

from __future__ import annotations

import hashlib
import random
import shutil
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from ledger.catalogue import item_definition, parse_item
from ledger.errors import SignerMismatch
from ledger.home import LedgerHome
from ledger.sequencer import Accepted
from ledger.service import Ledger, WritableLedger
from ledger.vocabulary import ObjectionOutcome
from tests.ledger.harness import (
    ENTERPRISE,
    OTHER_ENTERPRISE,
    PENALTY,
    Desk,
    execute,
    findings,
    put,
    query,
    randomness,
    report_of,
)
from verify.finding import Fault
from verify.receipt import Receipt, verify_receipt
from verify.submission import Submission

SIZE = 600
TARGET = 300
"""A filing in the second bundle, neither its first nor its last entry."""
OTHER = TARGET + 1
SAME_SUBJECT = TARGET + 2
ITEM = parse_item(
    {
        **item_definition(PENALTY),
        "item": "small-item",
        "fields": [{"code": "WSH", "zh": "文书号", "kind": "text", "required": True, "public": True}],
        "subject_name_field": None,
        "subject_code_field": None,
        "nature": None,
        "decided_on": None,
        "natural_person_labels": None,
    }
)
"""One field: the audits below look at 600 entries a hundred times."""


def submit(ledger: WritableLedger, submissions: list[Submission]) -> list[Receipt]:
    """Have statements recorded in as few batches as possible."""
    futures: list[Future[Accepted]] = [
        ledger.sequencer.submit(ledger.sequencer.admit(submission.statement, submission.openings))
        for submission in submissions
    ]
    ledger.sequencer.start()
    return [future.result(60).receipt for future in futures]


def small_filing(desk: Desk, seq: int) -> Submission:
    """A filing of the small item, about one of two enterprises in turn."""
    subject = (ENTERPRISE, OTHER_ENTERPRISE)[seq % 2]
    return desk.file(subject=subject, item=ITEM, data={"WSH": f"京测罚〔2026〕{seq}号"})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Desk, list[Receipt]]:
    """A ledger of 600 entries, written by three processes one after the other; and its receipts."""
    desk = Desk(tmp_path_factory.mktemp("built") / "ledger")
    record, objection = desk.new_id(), desk.new_id()
    receipts: list[Receipt] = []
    with desk.found(ITEM) as ledger:
        submissions = [
            desk.file(record),
            desk.object(record, objection),
            desk.correct(record, objection=objection),
            desk.resolve(record, objection, ObjectionOutcome.CORRECTED),
            desk.revoke(record),
        ]
        receipts += submit(ledger, submissions)
        first = ledger.reader.size()
    for end in (200, 400, SIZE):
        with desk.open() as ledger:
            receipts += submit(ledger, [small_filing(desk, seq) for seq in range(first, end)])
            first = end
    return desk, receipts


@pytest.fixture(scope="module")
def base(built: tuple[Desk, list[Receipt]]) -> Desk:
    """The ledger to copy; nobody changes it."""
    return built[0]


@pytest.fixture
def desk(base: Desk, tmp_path: Path) -> Desk:
    """A copy to change."""
    folder = Path(shutil.copytree(base.folder, tmp_path / "ledger"))
    return Desk(folder, base.clock, randomness(1), randomness(2), LedgerHome(folder))


def audited(desk: Desk) -> list[tuple[Fault, int | None, str]]:
    """Audit the ledger: fault, entry and place of every finding."""
    with desk.read() as reading:
        return [(finding.fault, finding.seq, finding.where) for finding in findings(reading)]


def entries_named(found: list[tuple[Fault, int | None, str]]) -> list[tuple[Fault, int | None, str]]:
    """The findings without those that only follow: roots that a changed entry no longer leads to."""
    return [item for item in found if item[0] is not Fault.CHECKPOINT_ROOT]


def test_an_untouched_ledger_is_clean(base: Desk) -> None:
    """All entries, signatures, openings and checkpoints were looked at, and nothing was found."""
    with base.read() as reading:
        report = report_of(reading)

    assert report.findings == ()
    assert (report.entries, report.signatures) == (SIZE, SIZE + 2)
    assert report.openings > SIZE * 2
    assert report.checkpoints == len(query(base.home.database, "SELECT size FROM checkpoints"))


def test_every_receipt_verifies(built: tuple[Desk, list[Receipt]]) -> None:
    """Across tile borders, batches and restarts."""
    desk, receipts = built
    with desk.read() as reading:
        verified = [verify_receipt(receipt, reading.log_key) for receipt in receipts]

    assert [item.entry.header.seq for item in verified] == list(range(SIZE - len(receipts), SIZE))


def test_two_workers_find_the_same(desk: Desk) -> None:
    """A source of one process can be read for many."""
    execute(desk.home.database, "UPDATE events SET topic = 'record.revoked' WHERE position = ?", TARGET + 1)

    assert audited(desk) == [(Fault.STORE_DIFFERS, TARGET, f"entry {TARGET}")]


def swap(desk: Desk, table: str, column: str, key: str, first: int, second: int) -> None:
    """Exchange a column between two rows."""
    select = f"SELECT {column} FROM {table} WHERE {key} = ?"  # noqa: S608 - our own words
    update = f"UPDATE {table} SET {column} = ? WHERE {key} = ?"  # noqa: S608 - our own words
    ((one,),), ((other,),) = (query(desk.home.database, select, number) for number in (first, second))
    execute(desk.home.database, update, other, first)
    execute(desk.home.database, update, one, second)


ENTRY = [
    pytest.param("raw = CAST(raw || x'00' AS BLOB)", Fault.ENTRY_CHANGED, id="a byte more"),
    pytest.param("raw = CAST(substr(raw, 1, length(raw) - 1) AS BLOB)", Fault.ENTRY_CHANGED, id="a byte less"),
    pytest.param("raw = CAST(replace(raw, 'record.filed', 'record.failed') AS BLOB)", Fault.ENTRY_CHANGED, id="word"),
    pytest.param("raw = x''", Fault.ENTRY_CHANGED, id="nothing"),
    pytest.param("raw = zeroblob(65535)", Fault.ENTRY_CHANGED, id="zeros"),
    pytest.param("raw = zeroblob(70000)", Fault.ENTRY_MISSING, id="too large"),
    pytest.param("raw = CAST(raw AS TEXT)", Fault.ENTRY_MISSING, id="text"),
    pytest.param("raw = 7", Fault.ENTRY_MISSING, id="number"),
    pytest.param("raw = (SELECT raw FROM entries WHERE seq = 301)", Fault.ENTRY_CHANGED, id="that of another"),
    pytest.param("statement_id = zeroblob(16)", Fault.STORE_DIFFERS, id="index"),
]


@pytest.mark.parametrize(("change", "fault"), ENTRY)
def test_a_changed_entry_is_named(desk: Desk, change: str, fault: Fault) -> None:
    """Its own bytes, or the index by which a repeated statement is found."""
    execute(desk.home.database, f"UPDATE entries SET {change} WHERE seq = ?", TARGET)  # noqa: S608 - listed above
    found = entries_named(audited(desk))

    assert (fault, TARGET) in {item[:2] for item in found}
    assert found[0][1] == TARGET


EVENT = [
    "state = CAST(replace(state, 'small-item', 'great-item') AS BLOB)",
    "state = CAST(replace(state, '12110000000000000K', '12110000000000001N') AS BLOB)",
    "state = CAST(state || ' ' AS BLOB)",
    "state = x''",
    "state = 'text'",
    "state = 7",
    "topic = 'record.revoked'",
    "topic = x'00'",
    "originator_id = '019a0000000070008000000000000000'",
    "originator_id = upper(originator_id)",
    "originator_id = 'no id'",
    "originator_id = 7",
    "originator_version = 2",
    "originator_version = -1",
    "originator_version = 'two'",
    "subject = ''",
    "subject = 'GONE'",
]


@pytest.mark.parametrize("change", EVENT)
def test_an_event_that_differs_from_its_entry_is_named(desk: Desk, change: str) -> None:
    """Pages and decisions are made from events: each column must be what the signed log says."""
    execute(desk.home.database, f"UPDATE events SET {change} WHERE position = ?", TARGET + 1)  # noqa: S608 - listed above
    found = audited(desk)

    assert Fault.STORE_DIFFERS in {item[0] for item in found}
    assert {item[1] for item in found} == {TARGET}


OPENINGS = [
    "sealed = CAST(sealed || x'00' AS BLOB)",
    "sealed = x''",
    "sealed = CAST(sealed AS TEXT)",
    "sealed = 7",
    "sealed = (SELECT sealed FROM openings WHERE position = 303)",
]


@pytest.mark.parametrize("change", OPENINGS)
def test_openings_that_cannot_be_read_are_named(desk: Desk, change: str) -> None:
    """Those of another entry of the same subject included."""
    execute(desk.home.database, f"UPDATE openings SET {change} WHERE position = ?", TARGET + 1)  # noqa: S608 - listed above

    assert audited(desk) == [(Fault.OPENING_UNREADABLE, TARGET, f"entry {TARGET}")]


def test_an_erasure_without_a_trace_is_named(desk: Desk) -> None:
    """No statement of this version erases values, so a row that is gone was taken."""
    execute(desk.home.database, "DELETE FROM openings WHERE position IN (?, ?)", TARGET + 1, OTHER + 1)

    assert audited(desk) == [
        (Fault.STORE_DIFFERS, TARGET, f"entry {TARGET}"),
        (Fault.STORE_DIFFERS, OTHER, f"entry {OTHER}"),
    ]


@pytest.mark.parametrize(
    ("table", "key", "first", "fault"),
    [
        ("entries", "seq", TARGET, Fault.ENTRY_MISSING),
        ("events", "position", TARGET + 1, Fault.STORE_DIFFERS),
    ],
)
@pytest.mark.parametrize("count", [1, 2, 212])
def test_deleted_rows_are_named(desk: Desk, table: str, key: str, first: int, fault: Fault, count: int) -> None:
    """One, two, or all to the end of a bundle."""
    deleted = execute(
        desk.home.database,
        f"DELETE FROM {table} WHERE {key} >= ? AND {key} < ?",  # noqa: S608 - listed above
        first,
        first + count,
    )
    found = audited(desk)

    assert deleted == count
    assert {item[1] for item in found if item[0] is fault} == set(range(TARGET, TARGET + count))
    assert {item[1] for item in found} <= set(range(TARGET, TARGET + count))


@pytest.mark.parametrize(
    ("table", "column", "key", "fault"),
    [
        ("entries", "raw", "seq", Fault.ENTRY_CHANGED),
        ("openings", "sealed", "position", Fault.OPENING_UNREADABLE),
        ("events", "state", "position", Fault.STORE_DIFFERS),
    ],
)
def test_exchanged_rows_are_named(desk: Desk, table: str, column: str, key: str, fault: Fault) -> None:
    """Each by itself is genuine, but not there."""
    shift = 1 if key == "position" else 0
    swap(desk, table, column, key, TARGET + shift, SAME_SUBJECT + shift)
    found = entries_named(audited(desk))

    assert {item[1] for item in found if item[0] is fault} == {TARGET, SAME_SUBJECT}
    assert {item[1] for item in found} == {TARGET, SAME_SUBJECT}


def test_exchanged_events_are_named(desk: Desk) -> None:
    """Whole rows, under each other's positions."""
    for old, new in ((TARGET + 1, 9999), (OTHER + 1, TARGET + 1), (9999, OTHER + 1)):
        execute(desk.home.database, "UPDATE events SET position = ? WHERE position = ?", new, old)

    assert {item[1] for item in audited(desk)} == {TARGET, OTHER}


@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("INSERT INTO entries SELECT 600, zeroblob(16), raw FROM entries WHERE seq = 300", "table head"),
        (
            "INSERT INTO events SELECT 601, originator_id, 9, topic, state, subject FROM events WHERE position = 301",
            "table events",
        ),
        ("INSERT INTO openings SELECT 601, sealed FROM openings WHERE position = 301", "table events"),
        ("INSERT INTO tile_hashes SELECT 0, 600, hash FROM tile_hashes WHERE position = 300", "table tile_hashes"),
        ("INSERT INTO tile_hashes SELECT 2, 0, hash FROM tile_hashes WHERE position = 300", "table tile_hashes"),
    ],
)
def test_a_row_too_many_is_found(desk: Desk, statement: str, where: str) -> None:
    """A copy at the end would be taken for what comes next."""
    execute(desk.home.database, statement)

    assert where in {item[2] for item in audited(desk)}


@pytest.mark.parametrize(
    "change", ["size = 599", "size = 601", "size = 'x'", "digest = zeroblob(32)", "recorded_at = ''"]
)
def test_a_changed_head_is_found(desk: Desk, change: str) -> None:
    """The next entry would be numbered or chained wrongly."""
    execute(desk.home.database, f"UPDATE head SET {change}")  # noqa: S608 - listed above

    assert audited(desk) == [(Fault.STORE_DIFFERS, None, "table head")]


def test_a_missing_head_is_found(desk: Desk) -> None:
    """Without it the log would begin again at 0."""
    execute(desk.home.database, "DELETE FROM head")

    assert audited(desk) == [(Fault.STORE_DIFFERS, None, "table head")]


@pytest.mark.parametrize(
    ("level", "position", "seq", "where", "change"),
    [
        (0, 0, 0, "tile/0/000 hash 0", "zeroblob(32)"),
        (0, TARGET, TARGET, "tile/0/001 hash 44", "zeroblob(32)"),
        (0, TARGET, TARGET, "tile/0/001 hash 44", "x'00'"),
        (0, TARGET, TARGET, "tile/0/001 hash 44", "'text'"),
        (0, TARGET, TARGET, "tile/0/001 hash 44", "7"),
        (0, SIZE - 1, SIZE - 1, "tile/0/002.p/88 hash 87", "zeroblob(32)"),
        (1, 0, None, "tile/1/000.p/2 hash 0", "zeroblob(32)"),
        (1, 1, None, "tile/1/000.p/2 hash 1", "x'00'"),
    ],
)
def test_a_changed_tile_hash_is_named(
    desk: Desk, level: int, position: int, seq: int | None, where: str, change: str
) -> None:
    """The entries and the signed root agree, so it is the tile that was changed."""
    execute(
        desk.home.database,
        f"UPDATE tile_hashes SET hash = {change} WHERE level = ? AND position = ?",  # noqa: S608 - listed above
        level,
        position,
    )

    assert audited(desk) == [(Fault.TILE_WRONG, seq, where)]


def test_a_deleted_tile_hash_is_found(desk: Desk) -> None:
    """The tile cannot be served, and the table has too few rows."""
    execute(desk.home.database, "DELETE FROM tile_hashes WHERE level = 0 AND position = ?", TARGET)

    assert audited(desk) == [
        (Fault.TILE_MISSING, None, "tile/0/001"),
        (Fault.STORE_DIFFERS, None, "table tile_hashes"),
    ]


CHECKPOINT = [
    "CAST(replace(note, 'credit.example/test', 'credit.example/text') AS BLOB)",
    "CAST(replace(note, char(10) || '1', char(10) || '2') AS BLOB)",
    "CAST(note || x'0a' AS BLOB)",
    "CAST(note AS TEXT)",
    "x''",
    "7",
]


@pytest.mark.parametrize("which", ["MAX", "MIN"])
@pytest.mark.parametrize("change", CHECKPOINT)
def test_a_changed_checkpoint_is_found(desk: Desk, which: str, change: str) -> None:
    """The latest, and any that was ever published."""
    if which == "MAX":
        change = change.replace("|| '1'", "|| '6'")
    changed = execute(
        desk.home.database,
        f"UPDATE checkpoints SET note = {change} WHERE size = (SELECT {which}(size) FROM checkpoints)",  # noqa: S608
    )
    found = audited(desk)

    assert changed == 1
    assert found[0][0] is Fault.CHECKPOINT_INVALID
    assert found[0][2] == ("checkpoint" if which == "MAX" else "stored checkpoint 0")


def test_a_checkpoint_under_another_size_is_found(desk: Desk) -> None:
    """Receipts are looked up by it."""
    execute(desk.home.database, "UPDATE checkpoints SET size = 250 WHERE size = 200")

    assert audited(desk) == [(Fault.STORE_DIFFERS, None, "stored checkpoint of size 200")]


def test_a_foreign_checkpoint_is_found(desk: Desk) -> None:
    """One that is signed by the log's key but for another tree would be a fork."""
    ((note,),) = query(desk.home.database, "SELECT note FROM checkpoints WHERE size = 200")
    assert isinstance(note, bytes)
    key = desk.home.log_key()
    text = note.partition(b"\n\n")[0].replace(b"\n200\n", b"\n201\n") + b"\n"
    forged = text + b"\n" + key.sign(text).line().encode()
    execute(desk.home.database, "INSERT INTO checkpoints VALUES (201, ?)", forged)

    assert audited(desk) == [(Fault.CHECKPOINT_ROOT, None, "stored checkpoint of size 201")]


def test_a_log_cut_back_everywhere_is_refused_by_the_signer(desk: Desk) -> None:
    """Rows deleted from all tables alike leave a smaller log without a fault; the signer journal knows better."""
    with desk.read() as reading:
        kept = reading.reader.entries(399, 400)[0][1]
    for statement in (
        "DELETE FROM entries WHERE seq >= 400",
        "DELETE FROM events WHERE position > 400",
        "DELETE FROM openings WHERE position > 400",
        "DELETE FROM tile_hashes WHERE level = 0 AND position >= 400 OR level = 1 AND position = 1",
        "DELETE FROM checkpoints WHERE size > 400",
    ):
        execute(desk.home.database, statement)
    head_after(desk, kept)

    assert audited(desk) == []
    with pytest.raises(SignerMismatch, match="holds 400 entries but the signer journal has signed 600"), desk.open():
        pass


def head_after(desk: Desk, raw: bytes) -> None:
    """Make the head row that of a log that ends with entry 399."""
    digest = hashlib.sha256(raw).digest()
    execute(desk.home.database, "UPDATE head SET size = 400, digest = ?", digest)


def test_a_ledger_that_grows_meanwhile_is_clean(desk: Desk) -> None:
    """An audit beside the writer looks at the log up to the checkpoint that it has read."""
    with desk.open() as ledger, desk.read() as reading:
        for seq in range(3):
            put(ledger, small_filing(desk, seq))
            assert findings(reading) == []


FLIPPED = {
    "entries": "SELECT raw, seq, seq FROM entries",
    "openings": "SELECT sealed, position, position - 1 FROM openings",
    "checkpoints": "SELECT note, size, NULL FROM checkpoints",
    "tile_hashes": "SELECT hash, position, position FROM tile_hashes WHERE level = 0",
    "tile_hashes of tiles": "SELECT hash, position, NULL FROM tile_hashes WHERE level = 1",
}
"""Bytes, key and entry number of every row in which bits are flipped."""
_UPDATES = {
    "entries": "UPDATE entries SET raw = ? WHERE seq = ?",
    "openings": "UPDATE openings SET sealed = ? WHERE position = ?",
    "checkpoints": "UPDATE checkpoints SET note = ? WHERE size = ?",
    "tile_hashes": "UPDATE tile_hashes SET hash = ? WHERE level = 0 AND position = ?",
    "tile_hashes of tiles": "UPDATE tile_hashes SET hash = ? WHERE level = 1 AND position = ?",
}


@pytest.fixture(scope="module")
def flipping(base: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, Ledger]]:
    """One copy, open for reading, in which bits are flipped and put back."""
    folder = Path(shutil.copytree(base.folder, tmp_path_factory.mktemp("flips") / "ledger"))
    desk = Desk(folder, base.clock, _home=LedgerHome(folder))
    with desk.read() as reading:
        yield desk, reading


@pytest.mark.parametrize("table", list(FLIPPED))
@pytest.mark.parametrize("flips", [8, pytest.param(200, marks=pytest.mark.slow)])
def test_any_flipped_bit_is_found(flipping: tuple[Desk, Ledger], table: str, flips: int) -> None:
    """Random rows, bytes and bits: not one goes unnoticed, and where it concerns an entry, that one is named."""
    desk, reading = flipping
    seeded = random.Random(f"{flips} in {table}")
    rows = query(desk.home.database, FLIPPED[table])
    for _ in range(flips):
        value, key, seq = seeded.choice(rows)
        assert isinstance(value, bytes)
        changed = bytearray(value)
        changed[seeded.randrange(len(value))] ^= 1 << seeded.randrange(8)
        execute(desk.home.database, _UPDATES[table], bytes(changed), key)
        found = findings(reading)
        execute(desk.home.database, _UPDATES[table], value, key)

        assert found, (table, key, changed.hex())
        # What follows from it, such as a later time that now seems to go back, may be reported after it.
        assert next((finding.seq for finding in found if finding.seq is not None), None) == seq
    assert findings(reading) == []
