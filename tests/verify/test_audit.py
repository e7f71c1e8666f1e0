"""The audit: a true log is clean, and every way of changing it is found first where it was done."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.verify.log_builder import (
    ITEM,
    LOG_KEY,
    OPERATOR,
    OPERATOR_KEY,
    ORIGIN,
    Files,
    LogBuilder,
    MemorySource,
    bundle_of,
    make_key,
    openings_lines,
    tile_files,
    write_files,
)
from verify.audit import AuditReport, audit
from verify.checkpoint import Checkpoint
from verify.commitment import Opening
from verify.entry import EntryHeader, entry_bytes, split_entry
from verify.examine import ExaminedEntry
from verify.finding import MAX_FINDINGS, Fault, Finding
from verify.merkle import EMPTY_ROOT, leaf_hash, tree_root
from verify.note import SigningKey
from verify.source import FolderSource
from verify.strict import JsonValue
from verify.tiles import TILE_WIDTH, format_bundle, parse_bundle

SIZE = 600
VKEY = LOG_KEY.verifier
CHECKPOINTS = (1, 4, 200, 256, 257, 512, 599, 600)


@cache
def big_log() -> LogBuilder:
    """600 entries in three bundles; not to be changed."""
    return LogBuilder.ready(1).fill(SIZE)


@cache
def big_files() -> Files:
    """Its archive; copy before changing."""
    return big_log().archive()


def first_of(report: AuditReport) -> tuple[Fault, str]:
    """What a reader of the report is told first."""
    assert report.findings
    return report.findings[0].fault, report.findings[0].where


def audited(files: Files, earlier: Iterable[bytes] = ()) -> AuditReport:
    """An audit with the log's published key."""
    return audit(MemorySource(files, earlier), log_key=VKEY)


# ---- a true log


@pytest.mark.parametrize("workers", [1, 2])
def test_a_true_log_is_clean(workers: int, tmp_path: Path) -> None:
    """Everything is checked and nothing found, in one process or two."""
    report = audit(FolderSource(write_files(big_files(), tmp_path)), log_key=VKEY, workers=workers)

    assert report.findings == ()
    assert report.clean
    assert report.entries == SIZE
    assert report.openings == sum(len(opened) for opened in big_log().openings.values())
    assert report.signatures > SIZE
    assert report.key_was_given
    assert not report.simulated_clock


def test_without_a_given_key_the_key_of_entry_0_is_believed() -> None:
    """The report says whose word it is, for a reader to compare."""
    report = audit(MemorySource(big_files()))

    assert report.clean
    assert report.log_key == VKEY
    assert not report.key_was_given


def test_every_earlier_checkpoint_is_checked_against_the_entries() -> None:
    """The log only ever grew: each root it signed is a root of its present entries."""
    earlier = [big_log().checkpoint(size) for size in CHECKPOINTS]
    report = audited(big_files(), [Checkpoint.sign(LOG_KEY, 0, EMPTY_ROOT).raw, *earlier])

    assert report.findings == ()
    assert report.checkpoints == len(CHECKPOINTS) + 2


@pytest.mark.parametrize("seed", range(30))
def test_no_true_log_raises_an_alarm(seed: int) -> None:
    """Thirty small random logs of every size up to 600 are clean."""
    size = (
        1 if seed == 0 else random.Random(seed).choice([4, 5, 30, 255, 256, 257, random.Random(seed).randint(4, 600)])
    )
    log = LogBuilder(seed)
    if size == 1:
        log.open()
    else:
        log = LogBuilder.ready(seed).fill(size)
    earlier = [log.checkpoint(at) for at in random.Random(seed).sample(range(1, size + 1), min(size, 5))]

    report = audited(log.archive(), earlier)

    assert report.findings == ()
    assert report.entries == size


def test_the_empty_log_can_be_audited() -> None:
    """Size 0 has a root and may be signed; whose it is only a given key tells."""
    files = {"checkpoint": Checkpoint.sign(LOG_KEY, 0, EMPTY_ROOT).raw}

    assert audited(files).clean
    assert first_of(audit(MemorySource(files))) == (Fault.CHECKPOINT_INVALID, "checkpoint")
    forged = {"checkpoint": Checkpoint.sign(LOG_KEY, 0, bytes(32)).raw}
    assert first_of(audited(forged)) == (Fault.CHECKPOINT_ROOT, "checkpoint")


def test_a_partial_bundle_and_tile_may_be_cut_from_the_full_ones(tmp_path: Path) -> None:
    """tlog-tiles: a partial may be deleted once the full one exists, and an older checkpoint still verifies."""
    files = big_files() | {"checkpoint": big_log().checkpoint(300)}

    assert audit(FolderSource(write_files(files, tmp_path)), log_key=VKEY).findings[0].fault is Fault.TILE_MISSING

    files["tile/1/000"] = bytes(32 * 256)  # a full upper tile that has nothing to do with this log
    del files["tile/1/000.p/2"]
    report = audit(FolderSource(write_files(files, tmp_path / "again")), log_key=VKEY)
    assert first_of(report) == (Fault.TILE_WRONG, "tile/1/000.p/1 hash 0")

    files["tile/1/000"] = big_files()["tile/1/000.p/2"] + bytes(32 * 254)
    assert audit(FolderSource(write_files(files, tmp_path / "third")), log_key=VKEY).clean


def test_a_simulated_clock_is_said() -> None:
    """A sample ledger, whose time follows the statements, can never pass for evidence."""
    log = LogBuilder()
    log.open(clock="statement")

    assert audited(log.archive()).simulated_clock


def test_entries_without_openings_are_clean() -> None:
    """Erasure leaves a log that verifies: openings may be gone, one by one or all."""
    files = {path: data for path, data in big_files().items() if not path.startswith("openings/")}
    files["openings/000"] = big_files()["openings/000"].split(b"\n")[3]

    report = audited(files)

    assert report.clean
    assert 0 < report.openings < 4


# ---- changed files

Tamper = Callable[[Files], None]
CHANGED: dict[str, tuple[Tamper, Fault, str]] = {}


def changed(fault: Fault, where: str) -> Callable[[Tamper], Tamper]:
    """Register a way of changing the archive with what must be said first."""

    def register(tamper: Tamper) -> Tamper:
        CHANGED[tamper.__name__] = tamper, fault, where
        return tamper

    return register


def replace_bytes(files: Files, path: str, old: bytes, new: bytes) -> None:
    """Replace the first occurrence, which must exist."""
    assert old in files[path]
    files[path] = files[path].replace(old, new, 1)


def flip(files: Files, path: str, position: int) -> None:
    """Flip the lowest bit of one byte."""
    data = bytearray(files[path])
    data[position] ^= 1
    files[path] = bytes(data)


def edit_bundle(files: Files, number: int, edit: Callable[[list[bytes]], object]) -> None:
    """Change the list of entries of a bundle."""
    path = bundle_of(number * TILE_WIDTH, SIZE)
    entries = parse_bundle(files[path])
    edit(entries)
    files[path] = format_bundle(entries)


def edit_entry(files: Files, seq: int, old: bytes, new: bytes) -> None:
    """Replace bytes inside one entry."""

    def edit(entries: list[bytes]) -> None:
        entry = entries[seq % TILE_WIDTH]
        assert old in entry
        entries[seq % TILE_WIDTH] = entry.replace(old, new, 1)

    edit_bundle(files, seq // TILE_WIDTH, edit)


def filing_after(seq: int) -> int:
    """The first filing entry from `seq` on."""
    return next(record.filing for record in big_log().records if record.filing >= seq)


N = filing_after(300)
POSITION = N - TILE_WIDTH


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def the_time_in_an_entry(files: Files) -> None:
    edit_entry(files, N, b'"recorded_at":"2026', b'"recorded_at":"2025')


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def the_subject_of_an_entry(files: Files) -> None:
    header = EntryHeader.parse(split_entry(big_log().entries[N])[0])
    edit_entry(files, N, header.subject.encode(), b"A" * 32)


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def what_an_entry_discloses(files: Files) -> None:
    edit_entry(files, N, b'"discloses":[%d],' % N, b"")


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def a_commitment(files: Files) -> None:
    entry = big_log().entries[N]
    start = entry.index(b'"subject":"', entry.index(b'"committed"')) + 11
    edit_entry(files, N, entry[start : start + 43], b"A" * 43)


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def the_issuer(files: Files) -> None:
    entry = big_log().entries[N]
    old, new = (b"dept.one", b"dept.two") if b'"issuer":"dept.one"' in entry else (b"dept.two", b"dept.one")
    edit_entry(files, N, b'"issuer":"' + old, b'"issuer":"' + new)


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def a_department_signature(files: Files) -> None:
    entry = big_log().entries[N]
    at = len(entry) - 30
    old = entry[at : at + 4]
    edit_entry(files, N, entry[at:], (b"AAAA" if old != b"AAAA" else b"BBBB") + entry[at + 4 :])


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def the_form_of_an_entry(files: Files) -> None:
    edit_entry(files, N, b'"v":1}', b'"v": 1}')


@changed(Fault.ENTRY_CHANGED, f"entry {N}")
def a_signature_line_added(files: Files) -> None:
    text = split_entry(big_log().entries[N])[1].partition(b"\n\n")[0] + b"\n"
    extra = make_key("dept.one/9").sign(text).line().encode()
    edit_bundle(files, 1, lambda entries: entries.__setitem__(POSITION, entries[POSITION] + extra))


@changed(Fault.ENTRY_CHANGED, "entry 0")
def the_log_key_of_entry_0(files: Files) -> None:
    other = str(make_key("other.example/log").verifier)
    edit_entry(files, 0, str(VKEY).encode(), other.encode())


@changed(Fault.ENTRY_CHANGED, f"entry {SIZE - 1}")
def the_last_entry(files: Files) -> None:
    edit_entry(files, SIZE - 1, b'"seq":599', b'"seq":598')


@changed(Fault.ENTRY_CHANGED, "entry 300")
def two_entries_swapped(files: Files) -> None:
    def swap(entries: list[bytes]) -> None:
        entries[44], entries[45] = entries[45], entries[44]

    edit_bundle(files, 1, swap)


@changed(Fault.ENTRY_CHANGED, "entry 300")
def an_entry_put_over_another(files: Files) -> None:
    edit_bundle(files, 1, lambda entries: entries.__setitem__(44, entries[50]))


@changed(Fault.ENTRY_CHANGED, "entry 0")
def two_bundles_swapped(files: Files) -> None:
    files["tile/entries/000"], files["tile/entries/001"] = files["tile/entries/001"], files["tile/entries/000"]


@changed(Fault.ENTRY_MISSING, "entry 300")
def an_entry_dropped(files: Files) -> None:
    edit_bundle(files, 1, lambda entries: entries.pop(44))


@changed(Fault.ENTRY_MISSING, "entry 599")
def the_last_entry_dropped(files: Files) -> None:
    edit_bundle(files, 2, lambda entries: entries.pop())


@changed(Fault.ENTRY_EXTRA, "entry 300")
def an_entry_duplicated(files: Files) -> None:
    edit_bundle(files, 1, lambda entries: entries.insert(44, entries[44]))


@changed(Fault.ENTRY_EXTRA, "entry 10")
def an_entry_of_another_bundle_inserted(files: Files) -> None:
    foreign = parse_bundle(files["tile/entries/000"])[10]
    edit_bundle(files, 1, lambda entries: entries.insert(44, foreign))


@changed(Fault.BUNDLE_MALFORMED, "tile/entries/002.p/88")
def an_empty_entry_appended(files: Files) -> None:
    files["tile/entries/002.p/88"] += b"\x00\x00"


@changed(Fault.BUNDLE_MALFORMED, "tile/entries/001")
def an_unreadable_entry_inserted(files: Files) -> None:
    edit_bundle(files, 1, lambda entries: entries.insert(44, b"kesu/entry/v1\n{}\n"))


@changed(Fault.BUNDLE_MALFORMED, "tile/entries/001")
def one_byte_appended_to_a_bundle(files: Files) -> None:
    files["tile/entries/001"] += b"\n"


@changed(Fault.BUNDLE_MALFORMED, "tile/entries/001")
def a_bundle_cut_in_the_middle(files: Files) -> None:
    files["tile/entries/001"] = files["tile/entries/001"][:10_000]


@changed(Fault.BUNDLE_MALFORMED, "tile/entries/001")
def the_length_of_an_entry(files: Files) -> None:
    files["tile/entries/001"] = b"\xff" + files["tile/entries/001"][1:]


@changed(Fault.ENTRY_MISSING, "entry 256")
def a_bundle_emptied(files: Files) -> None:
    files["tile/entries/001"] = b""


@changed(Fault.BUNDLE_MISSING, "tile/entries/001")
def a_bundle_deleted(files: Files) -> None:
    del files["tile/entries/001"]


@changed(Fault.BUNDLE_MISSING, "tile/entries/000")
def a_bundle_and_its_tile_deleted(files: Files) -> None:
    del files["tile/entries/000"]
    del files["tile/0/000"]


@changed(Fault.TILE_WRONG, f"tile/0/001 hash {POSITION}")
def a_leaf_hash(files: Files) -> None:
    flip(files, "tile/0/001", POSITION * 32 + 7)


@changed(Fault.TILE_WRONG, "tile/0/002.p/88 hash 87")
def the_last_leaf_hash(files: Files) -> None:
    flip(files, "tile/0/002.p/88", 88 * 32 - 1)


@changed(Fault.TILE_WRONG, "tile/0/001 hash 3")
def two_leaf_hashes_swapped(files: Files) -> None:
    tile = files["tile/0/001"]
    files["tile/0/001"] = tile[:96] + tile[128:160] + tile[96:128] + tile[160:]


@changed(Fault.TILE_WRONG, "tile/1/000.p/2 hash 1")
def an_upper_hash(files: Files) -> None:
    flip(files, "tile/1/000.p/2", 32)


@changed(Fault.TILE_WRONG, "tile/0/001")
def a_tile_cut_short(files: Files) -> None:
    files["tile/0/001"] = files["tile/0/001"][:-32]


@changed(Fault.TILE_WRONG, "tile/0/001")
def a_tile_made_longer(files: Files) -> None:
    files["tile/0/001"] += bytes(32)


@changed(Fault.TILE_WRONG, "tile/1/000.p/2")
def an_upper_tile_cut_short(files: Files) -> None:
    files["tile/1/000.p/2"] = files["tile/1/000.p/2"][:32]


@changed(Fault.TILE_MISSING, "tile/0/001")
def a_tile_deleted(files: Files) -> None:
    del files["tile/0/001"]


@changed(Fault.TILE_MISSING, "tile/1/000.p/2")
def an_upper_tile_deleted(files: Files) -> None:
    del files["tile/1/000.p/2"]


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_size_in_the_checkpoint(files: Files) -> None:
    replace_bytes(files, "checkpoint", b"\n600\n", b"\n599\n")


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_size_in_the_checkpoint_spelt_otherwise(files: Files) -> None:
    replace_bytes(files, "checkpoint", b"\n600\n", b"\n0600\n")


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_root_in_the_checkpoint(files: Files) -> None:
    root = files["checkpoint"].split(b"\n")[2]
    other = Checkpoint.sign(LOG_KEY, 1, bytes(32)).raw.split(b"\n")[2]
    replace_bytes(files, "checkpoint", root, other)


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_origin_in_the_checkpoint(files: Files) -> None:
    replace_bytes(files, "checkpoint", ORIGIN.encode(), b"credit.example/kesv")


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_signature_of_the_checkpoint(files: Files) -> None:
    flip(files, "checkpoint", len(files["checkpoint"]) - 20)


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_line_ends_of_the_checkpoint(files: Files) -> None:
    files["checkpoint"] = files["checkpoint"].replace(b"\n", b"\r\n")


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def an_extension_line_in_the_checkpoint(files: Files) -> None:
    text = files["checkpoint"].partition(b"\n\n")[0] + b"\nextension\n"
    files["checkpoint"] = text + b"\n" + LOG_KEY.sign(text).line().encode()


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def a_checkpoint_signed_by_another_key(files: Files) -> None:
    files["checkpoint"] = Checkpoint.sign(
        SigningKey.from_seed(ORIGIN, bytes(32)), SIZE, tree_root(big_log().leaves)
    ).raw


@changed(Fault.CHECKPOINT_INVALID, "checkpoint")
def the_checkpoint_deleted(files: Files) -> None:
    del files["checkpoint"]


@changed(Fault.CHECKPOINT_ROOT, "checkpoint")
def a_wrong_root_signed_by_the_log(files: Files) -> None:
    files["checkpoint"] = Checkpoint.sign(LOG_KEY, SIZE, bytes(32)).raw


@changed(Fault.BUNDLE_MISSING, "tile/entries/002.p/89")
def a_larger_size_signed_by_the_log(files: Files) -> None:
    files["checkpoint"] = Checkpoint.sign(LOG_KEY, SIZE + 1, tree_root(big_log().leaves)).raw


def edit_openings(files: Files, edit: Callable[[dict[int, dict[str, Opening]]], object]) -> None:
    """Change the openings of the second bundle."""
    opened = {seq: dict(big_log().openings[seq]) for seq in range(256, 512) if seq in big_log().openings}
    edit(opened)
    files["openings/001"] = openings_lines(opened)


@changed(Fault.OPENING_WRONG, f"entry {N}")
def an_opened_value(files: Files) -> None:
    salt = big_log().openings[N]["data/CF_NR_FK"].salt
    edit_openings(files, lambda opened: opened[N].__setitem__("data/CF_NR_FK", Opening(salt, 1)))


@changed(Fault.OPENING_WRONG, f"entry {N}")
def a_salt(files: Files) -> None:
    value = big_log().openings[N]["data/CF_NR_FK"].value
    edit_openings(files, lambda opened: opened[N].__setitem__("data/CF_NR_FK", Opening(bytes(32), value)))


@changed(Fault.OPENING_WRONG, f"entry {N}")
def an_opening_under_another_path(files: Files) -> None:
    edit_openings(files, lambda opened: opened[N].__setitem__("data/CF_WSH", opened[N]["data/CF_NR_FK"]))


@changed(Fault.OPENING_WRONG, f"entry {N}")
def an_opening_that_was_never_committed(files: Files) -> None:
    edit_openings(files, lambda opened: opened[N].__setitem__("data/EXTRA", Opening(bytes(32), None)))


@changed(Fault.OPENING_WRONG, f"entry {N}")
def an_opened_subject(files: Files) -> None:
    salt = big_log().openings[N]["subject"].salt
    edit_openings(files, lambda opened: opened[N].__setitem__("subject", Opening(salt, None)))


@changed(Fault.OPENING_WRONG, "entry 1000000")
def openings_of_an_entry_that_is_not_there(files: Files) -> None:
    edit_openings(files, lambda opened: opened.__setitem__(1_000_000, opened[N]))


@changed(Fault.OPENING_UNREADABLE, f"entry {N}")
def openings_given_twice(files: Files) -> None:
    line = openings_lines({N: big_log().openings[N]})
    files["openings/001"] += b"\n" + line


@changed(Fault.OPENING_UNREADABLE, "entry 256")
def openings_that_are_no_json(files: Files) -> None:
    files["openings/001"] = b"\xff" + files["openings/001"]


@changed(Fault.OPENING_UNREADABLE, "entry 256")
def an_opened_number_written_as_a_float(files: Files) -> None:
    files["openings/001"] = b'{"openings":{"data/CF_NR_FK":["%b",1.0]},"seq":256}' % (b"A" * 43 + b"=")


@changed(Fault.OPENING_UNREADABLE, "entry 300")
def openings_the_store_could_not_read(files: Files) -> None:
    files["openings/001"] = b'{"seq":300,"unreadable":"key lost"}'


@pytest.mark.parametrize("name", CHANGED)
def test_a_changed_archive_is_found_and_the_place_named_first(name: str) -> None:
    """Whoever changes a copy of the log without the log's key is found, and where."""
    tamper, fault, where = CHANGED[name]
    files = dict(big_files())
    tamper(files)

    report = audited(files)

    assert first_of(report) == (fault, where)
    assert report.findings_in_all >= len(report.findings)


def test_a_change_followed_up_through_all_hashes_contradicts_the_signed_root() -> None:
    """Entry, leaf tile, upper tile and the chain after it rewritten: signature, tile hashes and root do not lie."""
    entries = list(big_log().entries)
    header = EntryHeader.parse(split_entry(entries[N])[0])
    forged = entry_bytes(header, split_entry(entries[N])[1].replace(b'"data/CF_NR_FK"', b'"data/CF_NR_XX"'))
    entries[N] = forged
    files = dict(big_files()) | tile_files([leaf_hash(entry) for entry in entries])
    files["tile/entries/001"] = format_bundle(entries[256:512])

    report = audited(files)

    found = {(finding.fault, finding.where) for finding in report.findings}
    assert first_of(report) == (Fault.ENTRY_MALFORMED, f"entry {N}") or first_of(report)[1] == f"entry {N}"
    assert (Fault.CHAIN_BROKEN, f"entry {N + 1}") in found
    assert (Fault.CHECKPOINT_ROOT, "checkpoint") in found


def test_a_log_made_up_whole_is_believed_only_without_the_published_key() -> None:
    """What a given key is for: another's whole log verifies under its own key, never under the published one."""
    other = make_key("other.example/log")
    log = LogBuilder(3, log_key=other)
    log.open()
    files = log.archive()

    assert audit(MemorySource(files)).clean
    assert first_of(audited(files)) == (Fault.CHECKPOINT_INVALID, "checkpoint")


def test_without_a_given_key_a_damaged_entry_0_is_named() -> None:
    """Where the key should come from entry 0 and cannot, the report says so."""
    for files, fault, where in (
        (big_files() | {"tile/entries/000": b""}, Fault.ENTRY_MALFORMED, "entry 0"),
        (big_files() | {"tile/entries/000": b"\x00\x00"}, Fault.ENTRY_MALFORMED, "entry 0"),
        (big_files() | {"tile/entries/000": format_bundle(big_log().entries[1:2])}, Fault.ENTRY_MALFORMED, "entry 0"),
        (
            {path: data for path, data in big_files().items() if path != "tile/entries/000"},
            Fault.BUNDLE_MISSING,
            "tile/entries/000",
        ),
    ):
        report = audit(MemorySource(files))

        assert first_of(report) == (fault, where)
        assert report.checkpoint is None


def test_a_malformed_full_bundle_in_place_of_the_partial_is_a_finding(tmp_path: Path) -> None:
    """A hostile archive cannot stop the audit with an error of its own."""
    files = dict(big_files())
    files["tile/entries/002"] = files.pop("tile/entries/002.p/88")[:-1]
    folder = write_files(files, tmp_path)

    report = audit(FolderSource(folder), log_key=VKEY)

    assert first_of(report) == (Fault.BUNDLE_MALFORMED, "tile/entries/002.p/88")


def test_a_folder_in_place_of_an_openings_file_is_a_finding(tmp_path: Path) -> None:
    """The same for openings."""
    files = dict(big_files())
    del files["openings/001"]
    folder = write_files(files, tmp_path)
    (folder / "openings" / "001").mkdir()

    report = audit(FolderSource(folder), log_key=VKEY)

    assert first_of(report) == (Fault.OPENING_UNREADABLE, "openings/001")


def test_findings_are_counted_beyond_those_kept() -> None:
    """A log in ruins does not fill the memory; the count stays true."""
    entries = [b"%d" % number for number in range(1500)]
    leaves = [leaf_hash(entry) for entry in entries]
    files = tile_files(leaves) | {"checkpoint": Checkpoint.sign(LOG_KEY, 1500, tree_root(leaves)).raw}
    for first in range(0, 1500, TILE_WIDTH):
        files[bundle_of(first, 1500)] = format_bundle(entries[first : first + TILE_WIDTH])

    report = audited(files)

    assert first_of(report) == (Fault.ENTRY_MALFORMED, "entry 0")
    assert len(report.findings) == MAX_FINDINGS
    assert report.findings_in_all == 1500


def test_no_kind_of_finding_drowns_in_another() -> None:
    """Where a thousand entries are unreadable, the root that does not fit is told all the same."""
    entries = [b"%d" % number for number in range(1500)]
    leaves = [leaf_hash(entry) for entry in entries]
    files = tile_files(leaves) | {"checkpoint": Checkpoint.sign(LOG_KEY, 1500, bytes(32)).raw}
    for first in range(0, 1500, TILE_WIDTH):
        files[bundle_of(first, 1500)] = format_bundle(entries[first : first + TILE_WIDTH])

    report = audited(files)

    assert len(report.findings) == MAX_FINDINGS
    assert first_of(report) == (Fault.ENTRY_MALFORMED, "entry 0")
    assert report.findings[-1].fault is Fault.CHECKPOINT_ROOT


# ---- logs whose own operator did wrong: all hashes and checkpoints fit

Wrong = Callable[[LogBuilder], object]
WRONG: dict[str, tuple[Wrong, Fault, str, int]] = {}


def wrong(fault: Fault, said: str, seq: int = -1) -> Callable[[Wrong], Wrong]:
    """Register a wrong entry: the finding's fault, a part of its sentence and its entry (the last one)."""

    def register(act: Wrong) -> Wrong:
        WRONG[act.__name__] = act, fault, said, seq
        return act

    return register


@wrong(Fault.SIGNATURE_INVALID, "does not verify")
def a_statement_changed_after_signing(log: LogBuilder) -> None:
    said = log.say("record.revoked", {"record": log.records[0].id}, issuer="dept.one", keys=[log.keys["dept.one"]])
    forged = type(said)(said.statement.replace(b'"made_at":"2026', b'"made_at":"2027'), {})
    log.append(forged, stream=log.records[0].id, version=2, subject=log.records[0].subject)


@wrong(Fault.SIGNATURE_INVALID, "does not verify")
def a_wrong_key_of_the_right_name(log: LogBuilder) -> None:
    real, thief = log.keys["dept.one"], SigningKey.from_seed("dept.one/1", bytes(32))
    said = log.say("record.revoked", {"record": log.records[0].id}, issuer="dept.one", keys=[thief])
    line = thief.sign(said.statement.partition(b"\n\n")[0] + b"\n")
    posing = type(line)(line.name, real.verifier.key_id, line.signature).line().encode()
    statement = said.statement.partition(b"\n\n")[0] + b"\n\n" + posing
    log.append(type(said)(statement, {}), stream=log.records[0].id, version=2, subject=log.records[0].subject)


@wrong(Fault.SIGNATURE_INVALID, "does not verify")
def a_catalogue_changed_after_signing(log: LogBuilder) -> None:
    about: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": 3}}
    said = log.say("catalogue.published", about, issuer=OPERATOR, keys=[OPERATOR_KEY])
    forged = type(said)(said.statement.replace(b'"version":3', b'"version":2'), {})
    log.append(forged, stream=log.ledger_stream, version=log.ledger_version + 1)


@wrong(Fault.ENTRY_MALFORMED, "about/key")
def a_rotation_to_what_is_no_key(log: LogBuilder) -> None:
    about: dict[str, JsonValue] = {"department": "dept.one", "key": 7, "replaces": str(log.keys["dept.one"].verifier)}
    log.administer("key.rotated", about, issuer="dept.one", keys=[log.keys["dept.one"]])


@wrong(Fault.NOT_COMPETENT, "key-of-another")
def the_key_of_another_department(log: LogBuilder) -> None:
    log.file("dept.one", keys=[log.keys["dept.two"]])


@wrong(Fault.NOT_COMPETENT, "key-of-another")
def one_right_key_and_one_of_another_department(log: LogBuilder) -> None:
    log.file("dept.one", keys=[log.keys["dept.one"], log.keys["dept.two"]])


@wrong(Fault.NOT_COMPETENT, "key-unknown")
def an_unregistered_key(log: LogBuilder) -> None:
    log.file("dept.one", keys=[make_key("dept.one/unknown")])


@wrong(Fault.NOT_COMPETENT, "key-unknown")
def an_unregistered_department(log: LogBuilder) -> None:
    log.file("dept.nine", keys=[make_key("dept.nine/1")])


@wrong(Fault.NOT_COMPETENT, "key-unknown")
def the_checkpoint_key_in_place_of_the_operators(log: LogBuilder) -> None:
    log.publish(2, keys=[log.log_key])


@wrong(Fault.NOT_COMPETENT, "department-signs")
def the_operator_in_place_of_the_department(log: LogBuilder) -> None:
    log.file("dept.one", keys=[OPERATOR_KEY])


@wrong(Fault.NOT_COMPETENT, "department-signs")
def the_operator_as_an_issuer_of_records(log: LogBuilder) -> None:
    log.file(OPERATOR, keys=[OPERATOR_KEY])


@wrong(Fault.NOT_COMPETENT, "key-ended")
def a_key_after_its_revocation(log: LogBuilder) -> None:
    log.revoke_key("dept.one")
    log.file("dept.one")


@wrong(Fault.NOT_COMPETENT, "key-ended")
def a_key_after_its_rotation(log: LogBuilder) -> None:
    old = log.keys["dept.one"]
    log.rotate("dept.one", "2")
    log.file("dept.one", keys=[old])


@wrong(Fault.NOT_COMPETENT, "key-unknown")
def a_key_before_its_registration(log: LogBuilder) -> None:
    log.file("dept.one", keys=[make_key("dept.one/2")])


@wrong(Fault.NOT_COMPETENT, "both-keys-sign")
def a_rotation_without_the_old_key(log: LogBuilder) -> None:
    log.rotate("dept.one", "2", keys=[make_key("dept.one/2")])


@wrong(Fault.NOT_COMPETENT, "both-keys-sign")
def a_rotation_by_the_operator_alone(log: LogBuilder) -> None:
    log.rotate("dept.one", "2", keys=[OPERATOR_KEY, make_key("dept.one/2")])


@wrong(Fault.NOT_COMPETENT, "key-reused")
def a_rotation_to_the_same_key(log: LogBuilder) -> None:
    seed = bytes(range(32))
    same = SigningKey.from_seed("dept.one/2", seed)
    old = log.keys["dept.one"]
    about = {"department": "dept.one", "key": str(same.verifier), "replaces": str(old.verifier)}
    log.administer("key.rotated", about, issuer="dept.one", keys=[old, same])
    again = SigningKey.from_seed("dept.one/3", seed)
    about = {"department": "dept.one", "key": str(again.verifier), "replaces": str(same.verifier)}
    log.administer("key.rotated", about, issuer="dept.one", keys=[same, again])


@wrong(Fault.NOT_COMPETENT, "key-name")
def a_registration_of_a_key_named_for_another(log: LogBuilder) -> None:
    key = make_key("dept.two/5")
    about = {"department": "dept.six", "key": str(key.verifier)}
    log.administer("department.registered", about, issuer="dept.six", keys=[OPERATOR_KEY, key])


@wrong(Fault.NOT_COMPETENT, "operator-signs")
def a_registration_without_the_operator(log: LogBuilder) -> None:
    log.register("dept.six", keys=[make_key("dept.six/1")])


@wrong(Fault.NOT_COMPETENT, "proof-of-possession")
def a_registration_without_the_new_key(log: LogBuilder) -> None:
    log.register("dept.six", keys=[OPERATOR_KEY])


@wrong(Fault.NOT_COMPETENT, "department-registered-once")
def a_registration_of_a_known_department(log: LogBuilder) -> None:
    key = make_key("dept.one/8")
    about = {"department": "dept.one", "key": str(key.verifier)}
    log.administer("department.registered", about, issuer="dept.one", keys=[OPERATOR_KEY, key])


@wrong(Fault.NOT_COMPETENT, "own-key")
def a_key_revoked_by_another_department(log: LogBuilder) -> None:
    about = {"department": "dept.one", "key": str(log.keys["dept.one"].verifier)}
    log.administer("key.revoked", about, issuer="dept.two", keys=[log.keys["dept.two"]])


@wrong(Fault.NOT_COMPETENT, "item-version")
def a_catalogue_version_skipped(log: LogBuilder) -> None:
    log.publish(3)


@wrong(Fault.NOT_COMPETENT, "item-version")
def a_catalogue_version_published_again(log: LogBuilder) -> None:
    log.publish(1)


@wrong(Fault.NOT_COMPETENT, "key-of-another")
def a_catalogue_signed_by_a_department(log: LogBuilder) -> None:
    log.publish(2, keys=[log.keys["dept.one"]])


@wrong(Fault.NOT_COMPETENT, "item-version")
def a_record_of_a_catalogue_version_to_come(log: LogBuilder) -> None:
    log.file("dept.one", item_version=2)


@wrong(Fault.NOT_COMPETENT, "item-unknown")
def a_record_of_an_unknown_item(log: LogBuilder) -> None:
    record = log.records[0]
    log.follow("record.corrected", record, {"catalogue": {"item": "another-item", "version": 1}})


@wrong(Fault.ENTRY_MALFORMED, "about/catalogue")
def a_catalogue_reference_with_another_member(log: LogBuilder) -> None:
    log.follow("record.corrected", log.records[0], {"catalogue": {"item": ITEM, "version": 1, "more": 1}})


@wrong(Fault.ENTRY_MALFORMED, "about")
def a_name_among_the_references(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], {"name": "测试一号有限公司"})


@wrong(Fault.ENTRY_MALFORMED, "type")
def a_statement_of_an_unknown_type(log: LogBuilder) -> None:
    log.follow("record.renamed", log.records[0])


@wrong(Fault.NOT_COMPETENT, "ledger-opened-once")
def the_ledger_opened_again(log: LogBuilder) -> None:
    log.open()


@wrong(Fault.NOT_COMPETENT, "providing unit")
def a_correction_by_another_department(log: LogBuilder) -> None:
    log.correct(log.records[0], issuer="dept.two")


@wrong(Fault.NOT_COMPETENT, "providing unit")
def a_revocation_by_another_department(log: LogBuilder) -> None:
    log.revoke(log.records[0], issuer="dept.two")


@wrong(Fault.NOT_COMPETENT, "providing unit")
def an_objection_resolved_by_another_department(log: LogBuilder) -> None:
    log.follow("objection.resolved", log.records[0], {"objection": log.identifier()}, issuer="dept.two")


@wrong(Fault.VERSION_WRONG, "version 2")
def a_version_skipped(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], version=3)


@wrong(Fault.VERSION_WRONG, "version 2")
def a_version_repeated(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], version=1)


@wrong(Fault.VERSION_WRONG, "a new record")
def a_record_filed_twice(log: LogBuilder) -> None:
    log.file("dept.one", record=log.records[0].id, subject=log.records[0].subject, version=2, disclose=False)


@wrong(Fault.VERSION_WRONG, "never filed")
def a_correction_of_nothing(log: LogBuilder) -> None:
    record = log.records[0]
    log.correct(type(record)(log.identifier(), "dept.one", record.subject, record.value, 0, version=0))


@wrong(Fault.VERSION_WRONG, "stream")
def a_record_in_the_stream_of_another(log: LogBuilder) -> None:
    one, other = log.records[0], log.records[1]
    said = log.say("record.revoked", {"record": one.id}, issuer="dept.one", keys=[log.keys["dept.one"]])
    log.append(said, stream=other.id, version=2, subject=other.subject)


@wrong(Fault.VERSION_WRONG, "stream")
def administration_in_a_stream_of_its_own(log: LogBuilder) -> None:
    said = log.say(
        "catalogue.published", {"catalogue": {"item": ITEM, "version": 2}}, issuer=OPERATOR, keys=[OPERATOR_KEY]
    )
    log.append(said, stream=log.identifier(), version=1)


@wrong(Fault.TIME_BACKWARDS, "2026-11-22T07")
def time_going_back(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], recorded_at="2026-11-22T07:59:59.000000Z")


@wrong(Fault.ENTRY_OUT_OF_ORDER, "says it is 77")
def a_wrong_number(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], seq=77)


@wrong(Fault.CHAIN_BROKEN, "previous")
def a_chain_that_names_another_entry(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], previous=bytes(32))


@wrong(Fault.STATEMENT_REPEATED, "the id of entry")
def a_statement_id_used_twice(log: LogBuilder) -> None:
    identifier = log.identifier()
    log.file("dept.one", identifier=identifier)
    log.file("dept.one", identifier=identifier)


@wrong(Fault.DISCLOSURE_WRONG, "discloses entry 4")
def the_filing_of_another_record_disclosed(log: LogBuilder) -> None:
    log.follow("record.corrected", log.records[1], {"catalogue": {"item": ITEM, "version": 1}}, discloses=[4])


@wrong(Fault.DISCLOSURE_WRONG, "disclosure of what is not disclosed")
def a_filing_disclosed_twice(log: LogBuilder) -> None:
    log.follow("record.corrected", log.records[1], {"catalogue": {"item": ITEM, "version": 1}}, discloses=[5])


@wrong(Fault.DISCLOSURE_WRONG, "withdraws entry 4")
def a_filing_withdrawn_that_was_never_disclosed(log: LogBuilder) -> None:
    log.revoke(log.records[0])


@wrong(Fault.DISCLOSURE_WRONG, "withdraws entry 5")
def a_filing_withdrawn_by_another_subject(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], withdraws=[5])


@wrong(Fault.DISCLOSURE_WRONG, "withdraws entry 999")
def a_filing_withdrawn_that_does_not_exist(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], withdraws=[999])


@wrong(Fault.SUBJECT_WRONG, "found none")
def a_record_of_nobody(log: LogBuilder) -> None:
    log.file("dept.one", subject="")


@wrong(Fault.SUBJECT_WRONG, "A" * 32)
def a_record_that_changes_its_subject(log: LogBuilder) -> None:
    log.follow("record.revoked", log.records[0], subject="A" * 32)


@wrong(Fault.SUBJECT_WRONG, f"no subject; found {'A' * 32}")
def administration_of_a_subject(log: LogBuilder) -> None:
    said = log.say(
        "catalogue.published", {"catalogue": {"item": ITEM, "version": 2}}, issuer=OPERATOR, keys=[OPERATOR_KEY]
    )
    log.append(said, stream=log.ledger_stream, version=log.ledger_version + 1, subject="A" * 32)


@wrong(Fault.SUBJECT_WRONG, "the handle of the committed subject")
def a_handle_that_is_not_the_opened_subjects(log: LogBuilder) -> None:
    log.file("dept.one", subject="A" * 32)


def small_log() -> LogBuilder:
    """Two departments, one item; entry 4 is a filing that is not disclosed, entry 5 one of another that is."""
    log = LogBuilder.ready(7)
    log.file("dept.one", disclose=False)
    log.file("dept.one", subject=None)
    while log.records[1].subject == log.records[0].subject:
        log = LogBuilder.ready(log.seed + 1)
        log.file("dept.one", disclose=False)
        log.file("dept.one")
    return log


@pytest.mark.parametrize("name", WRONG)
def test_an_entry_that_was_not_allowed_is_found_though_all_hashes_fit(name: str) -> None:
    """The operator of the log cannot write what nobody said or nobody may say."""
    act, fault, said, seq = WRONG[name]
    log = small_log()
    act(log)

    report = audited(log.archive())

    place = len(log.entries) - 1 if seq < 0 else seq
    assert first_of(report) == (fault, f"entry {place}")
    assert said in report.findings[0].sentence()
    assert all(finding.seq == place for finding in report.findings)


def test_a_log_that_does_not_begin_with_its_opening_is_found() -> None:
    """Nothing can be said before ledger.opened."""
    log = LogBuilder(1)
    log.publish()

    report = audited(log.archive())

    assert first_of(report) == (Fault.NOT_COMPETENT, "entry 0")


def test_the_opening_must_name_the_key_that_signs_checkpoints() -> None:
    """A log cannot run under another key than the one its first entry names."""
    log = LogBuilder(1)
    log.open(log=str(make_key("other.example/log").verifier))

    report = audited(log.archive())

    assert first_of(report) == (Fault.NOT_COMPETENT, "entry 0")
    assert "named by ledger.opened" in report.findings[0].sentence()


def test_the_operator_key_must_not_sign_checkpoints() -> None:
    """Keys apart: a stolen checkpoint key writes no entries."""
    log = LogBuilder(1, log_key=SigningKey.from_seed(ORIGIN, bytes(range(32))))
    operator = SigningKey.from_seed(f"{OPERATOR}/1", bytes(range(32)))
    about = {"log": str(log.log_key.verifier), "operator": str(operator.verifier)}
    log.administer("ledger.opened", about, keys=[operator])

    report = audit(MemorySource(log.archive()), log_key=log.log_key.verifier)

    assert "keys-apart" in report.findings[0].sentence()


@pytest.mark.parametrize("at", [3, 256, 511, 590])
def test_a_wrong_entry_is_found_at_every_place_of_a_long_log(at: int) -> None:
    """Two processes or one: the same finding wherever the bundles' borders lie."""
    log = LogBuilder.ready(5).fill(max(at, 5))
    wrong_at = len(log.entries)
    log.file("dept.one", keys=[log.keys["dept.two"]])
    log.fill(wrong_at + 300)
    source = MemorySource(log.archive())

    one, two = (audit(source, log_key=VKEY, workers=workers) for workers in (1, 2))

    assert first_of(one) == (Fault.NOT_COMPETENT, f"entry {wrong_at}")
    assert one.findings == two.findings


# ---- forks


def fork(at: int, size: int) -> LogBuilder:
    """Another log of `size` entries by the same keys, the same up to `at`."""
    log = LogBuilder.ready(1).fill(at)
    log.random.seed(99)
    return log.fill(size)


@pytest.mark.parametrize("at", [5, 300, 512])
def test_a_fork_signed_by_the_log_is_found_by_an_earlier_checkpoint(at: int) -> None:
    """What the log's own key can do without a trace to one reader, another reader's checkpoint betrays."""
    forked = fork(at, 640)
    earlier = [big_log().checkpoint(size) for size in (at - 1, at, 580)]

    assert audited(forked.archive()).clean
    assert first_of(audited(forked.archive(), earlier)) == (Fault.CHECKPOINT_ROOT, "stored checkpoint of size 580")


def test_a_log_cut_back_is_found_by_an_earlier_checkpoint() -> None:
    """A smaller log than one that was signed has lost entries."""
    cut = LogBuilder.ready(1).fill(500)

    report = audited(cut.archive(), [big_log().checkpoint()])

    assert [finding.where for finding in report.findings] == ["stored checkpoint of size 600"]
    assert "cut back" in report.findings[0].actual


def test_two_roots_for_one_size_are_found_whichever_comes_last() -> None:
    """Both notes of a fork stay evidence: the true one must not hide the other."""
    true, forged = big_log().checkpoint(580), fork(300, 580).checkpoint()
    for earlier in ([true, forged], [forged, true]):
        report = audited(big_files(), earlier)

        assert first_of(report) == (Fault.CHECKPOINT_ROOT, "stored checkpoint of size 580")
        assert report.findings_in_all == 1


def test_a_stored_checkpoint_that_the_log_did_not_sign_is_found() -> None:
    """A store with foreign checkpoints is not in order."""
    foreign = big_log().checkpoint(300, SigningKey.from_seed(ORIGIN, bytes(32)))

    report = audited(big_files(), [big_log().checkpoint(200), foreign])

    assert first_of(report) == (Fault.CHECKPOINT_INVALID, "stored checkpoint 1")


def test_a_stored_checkpoint_of_an_empty_log_has_the_empty_root() -> None:
    """Size 0 has one root only."""
    report = audited(big_files(), [Checkpoint.sign(LOG_KEY, 0, bytes(32)).raw])

    assert first_of(report) == (Fault.CHECKPOINT_ROOT, "stored checkpoint of size 0")


def test_a_store_may_add_findings_of_its_own() -> None:
    """What only a database can be asked comes with the rest."""
    own = Finding(Fault.STORE_DIFFERS, "entry 300", "a row", "none", seq=300)
    last = Finding(Fault.STORE_DIFFERS, "table events", "600 rows", "599 rows")

    class Store(MemorySource):
        def own_findings(self, first: int, entries: Sequence[ExaminedEntry | None]) -> Iterable[Finding]:
            return [own] if 300 in range(first, first + len(entries)) else []

        def closing_findings(self) -> Iterable[Finding]:
            return [last]

    assert audit(Store(big_files()), log_key=VKEY).findings == (own, last)


# ---- random damage


@cache
def log_of(size: int) -> LogBuilder:
    """A log of `size` entries."""
    return LogBuilder.ready(2).fill(size)


@cache
def files_of(size: int) -> Files:
    """Its archive."""
    return log_of(size).archive()


def damage(files: Files, chance: random.Random) -> tuple[str, int, Files]:
    """Put another byte anywhere in any file; files are chosen alike so that small ones are hit too."""
    path = chance.choice(sorted(files))
    data = bytearray(files[path])
    position = chance.randrange(len(data))
    data[position] ^= chance.randrange(1, 256)
    return path, position, files | {path: bytes(data)}


def assert_damage_is_named(size: int, seed: int) -> None:
    """The first finding names the damaged file, or an entry that stands in it."""
    path, position, files = damage(files_of(size), random.Random(seed))

    report = audited(files)

    assert not report.clean, f"byte {position} of {path}"
    first = report.findings[0]
    if first.seq is not None and not first.where.startswith("tile"):
        number = first.seq // TILE_WIDTH
        homes = {bundle_of(first.seq, size)} | {name for name in files if name.startswith(f"openings/{number:03d}")}
        assert path in homes
    else:
        assert first.where.split(" ")[0] == path


# Every byte of every file of such an archive is covered by the format: the checkpoint has no witness lines (whose bytes
# an auditor without the witness's key cannot judge), and openings are JSON lines without a spare byte.


@pytest.mark.parametrize("seed", [*range(60), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(60, 185))])
def test_any_single_damaged_byte_is_found_and_its_file_named(seed: int) -> None:
    """Random damage to a log of two bundles."""
    assert_damage_is_named(258, seed)


@pytest.mark.parametrize("seed", range(1000, 1015))
def test_any_single_damaged_byte_of_three_bundles_is_found_and_its_file_named(seed: int) -> None:
    """Random damage to a log of three bundles."""
    assert_damage_is_named(520, seed)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(10_000, 10_500))
def test_any_of_many_damaged_bytes_is_found(seed: int) -> None:
    """The same, five hundred times more."""
    assert_damage_is_named(258, seed)
