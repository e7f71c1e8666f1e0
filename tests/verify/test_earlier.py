"""Checkpoints an auditor kept: what a log rewritten whole cannot fit."""

from __future__ import annotations

from functools import cache

import pytest

from tests.verify.log_builder import LOG_KEY, LogBuilder, MemorySource, make_key
from verify.audit import AuditReport, audit
from verify.checkpoint import Checkpoint
from verify.finding import Fault
from verify.merkle import EMPTY_ROOT
from verify.note import SignedNote
from verify.strict import encode_base64

VKEY = LOG_KEY.verifier


@cache
def log() -> LogBuilder:
    """300 entries; not to be changed."""
    return LogBuilder.ready(1).fill(300)


@cache
def fork() -> LogBuilder:
    """Another log of 320 entries by the same keys, the same up to entry 200."""
    forked = LogBuilder.ready(1).fill(200)
    forked.random.seed(99)
    return forked.fill(320)


def audited(built: LogBuilder, **earlier: bytes) -> AuditReport:
    """An audit that is given these notes."""
    return audit(MemorySource(built.archive()), log_key=VKEY, earlier=earlier)


def root(built: LogBuilder, size: int) -> str:
    """The root at a size, as it is written."""
    return encode_base64(Checkpoint.parse(built.checkpoint(size)).root)


def test_a_log_that_only_grew_contains_every_checkpoint_kept() -> None:
    """At any size, the first and the last included."""
    kept = {f"at-{size}": log().checkpoint(size) for size in (1, 200, 255, 256, 257, 300)}
    report = audited(log(), empty=Checkpoint.sign(LOG_KEY, 0, EMPTY_ROOT).raw, **kept)

    assert report.findings == ()
    assert report.checkpoints == 8


def test_the_copy_of_a_witness_will_do() -> None:
    """Its line is another's business; the log's own line must be there."""
    note = SignedNote.parse(log().checkpoint(200)).countersign(make_key("witness.example/w"))

    assert audited(log(), witnessed=note.to_bytes()).clean


@pytest.mark.parametrize("size", [201, 256, 300])
def test_a_fork_is_found_and_both_roots_named(size: int) -> None:
    """All hashes and signatures of the forked log fit."""
    assert audited(fork()).clean
    assert audited(fork(), kept=log().checkpoint(200)).clean

    report = audited(fork(), kept=log().checkpoint(size))

    (finding,) = report.findings
    assert (finding.fault, finding.where) == (Fault.CHECKPOINT_ROOT, f"checkpoint kept of size {size}")
    assert root(log(), size) in finding.expected
    assert root(fork(), size) in finding.actual


def test_a_fork_of_the_same_size_is_found_even_where_entries_are_missing() -> None:
    """Two signed roots of one size need no entries to contradict each other."""
    forked = LogBuilder.ready(1).fill(200)
    forked.random.seed(99)
    files = forked.fill(300).archive()
    del files["tile/entries/000"]
    del files["tile/0/000"]

    report = audit(MemorySource(files), log_key=VKEY, earlier={"kept": log().checkpoint()})

    (finding,) = [finding for finding in report.findings if finding.where.startswith("checkpoint kept")]
    assert root(log(), 300) in finding.expected
    assert root(forked, 300) in finding.actual


def test_a_log_cut_back_is_found_and_both_sizes_named() -> None:
    """The checkpoint kept is of a larger log."""
    cut = LogBuilder.ready(1).fill(200)

    (finding,) = audited(cut, kept=log().checkpoint()).findings

    assert (finding.fault, finding.where) == (Fault.CHECKPOINT_ROOT, "checkpoint kept of size 300")
    assert f"size 200 with root {root(cut, 200)}" in finding.expected
    assert f"size 300 with root {root(log(), 300)}" in finding.actual
    assert "cut back" in finding.actual


@pytest.mark.parametrize(
    "note",
    [
        b"",
        b"no note",
        Checkpoint.sign(make_key("other.example/log"), 5, bytes(32)).raw,
        Checkpoint.sign(make_key("credit.example/kesu"), 5, bytes(32)).raw.replace(b"\n5\n", b"\n6\n"),
    ],
    ids=["nothing", "something else", "another log's", "changed"],
)
def test_a_note_that_the_log_did_not_sign_is_a_finding(note: bytes) -> None:
    """Whoever kept it must know that it proves nothing."""
    (finding,) = audited(log(), kept=note).findings

    assert (finding.fault, finding.where) == (Fault.CHECKPOINT_INVALID, "checkpoint kept")


def test_what_could_not_be_compared_is_said() -> None:
    """Where entries and tiles before it are gone, nobody knows whether the log contains it."""
    files = log().archive()
    del files["tile/entries/000"]
    del files["tile/0/000"]

    report = audit(MemorySource(files), log_key=VKEY, earlier={"kept": log().checkpoint(270)})

    (finding,) = [finding for finding in report.findings if finding.where.startswith("checkpoint kept")]
    assert "missing" in finding.actual
