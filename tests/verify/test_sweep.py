"""One pass over a log: where it ends early, and the auditor's own clock."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.verify.log_builder import LOG_KEY, Files, LogBuilder, MemorySource, write_files
from verify.audit import AuditReport, audit
from verify.checkpoint import Checkpoint
from verify.examine import ExaminedEntry
from verify.finding import Fault, Finding
from verify.report import report_text
from verify.source import FolderSource
from verify.sweep import MAX_EMPTY_BUNDLES
from verify.tiles import TILE_WIDTH, bundle_path, format_bundle, tile_path

VKEY = LOG_KEY.verifier
HUGE = 10**18


@cache
def files() -> Files:
    """The archive of 600 entries, in which the third bundle is a partial one; copy before changing."""
    return LogBuilder.ready(1).fill(600).archive()


def claiming(size: int) -> Files:
    """The same, under a signed checkpoint that claims another size."""
    return files() | {"checkpoint": Checkpoint.sign(LOG_KEY, size, bytes(32)).raw}


def unread(report: AuditReport) -> list[Finding]:
    """The findings that a rest was not read."""
    return [finding for finding in report.findings if finding.fault is Fault.REST_UNREAD]


# ---- a size that is claimed and not served


@pytest.mark.parametrize("workers", [1, 2])
def test_a_size_that_nobody_can_serve_ends_the_audit_early(workers: int, tmp_path: Path) -> None:
    """The entries there are, are checked; the rest is named as a range, however many processes read ahead."""
    source = FolderSource(write_files(claiming(HUGE), tmp_path))

    report = audit(source, log_key=VKEY, workers=workers)

    end = (2 + MAX_EMPTY_BUNDLES) * TILE_WIDTH
    assert [finding.where for finding in unread(report)] == [f"entries {end} to {HUGE - 1}"]
    assert "was not read" in unread(report)[0].sentence()
    assert report.entries == end
    missing = [finding for finding in report.findings if finding.fault is Fault.BUNDLE_MISSING]
    assert [finding.where for finding in missing] == [bundle_path(2 + number) for number in range(MAX_EMPTY_BUNDLES)]
    assert Fault.CHECKPOINT_ROOT in {finding.fault for finding in report.findings}
    assert f"NOT READ    entries {end} to {HUGE - 1}" in report_text(report)


def test_a_claimed_size_costs_neither_time_nor_memory() -> None:
    """As little for 10**18 entries as for ten thousand."""

    def peak(size: int) -> int:
        tracemalloc.start()
        audit(MemorySource(claiming(size)), log_key=VKEY)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10_000)  # whatever is loaded once is loaded now
    small, started = peak(10_000), time.monotonic()

    assert peak(HUGE) < 2 * small
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("bundle", [b"", b"\x00\x00" * 256, b"\xff\xff", format_bundle([b"{}"] * 256)], ids=range(4))
def test_bundles_without_a_readable_entry_are_as_good_as_none(bundle: bytes) -> None:
    """A hostile server answers 200 to everything, with nothing."""

    class Generous(MemorySource):
        def bundle(self, number: int, width: int) -> bytes:
            return bundle

        def tile(self, level: int, number: int, width: int) -> bytes:
            return bytes(32 * width)

    report = audit(Generous(claiming(HUGE)), log_key=VKEY)

    assert [finding.seq for finding in unread(report)] == [MAX_EMPTY_BUNDLES * TILE_WIDTH]


def test_the_same_bundle_over_and_over_is_no_log() -> None:
    """Entries that stand where they do not belong carry nobody further."""

    class Repeating(MemorySource):
        def bundle(self, number: int, width: int) -> bytes:
            return files()[bundle_path(0)]

        def tile(self, level: int, number: int, width: int) -> bytes:
            return files()[tile_path(0, 0)]

    report = audit(Repeating(claiming(HUGE)), log_key=VKEY)

    assert [finding.seq for finding in unread(report)] == [(1 + MAX_EMPTY_BUNDLES) * TILE_WIDTH]


def test_a_store_is_asked_about_no_more_than_was_read() -> None:
    """Its own comparison would otherwise count to a claimed size."""
    asked: list[int] = []

    class Store(MemorySource):
        def own_findings(self, first: int, entries: Sequence[ExaminedEntry | None]) -> list[Finding]:
            asked.append(first + len(entries))
            return []

    audit(Store(claiming(HUGE)), log_key=VKEY)
    furthest = max(asked)
    asked.clear()
    audit(Store(files()), log_key=VKEY)

    assert (furthest, max(asked)) == ((2 + MAX_EMPTY_BUNDLES) * TILE_WIDTH, 600)


def test_fewer_missing_bundles_do_not_end_the_audit() -> None:
    """A gap in an archive is named, and what comes after it is checked."""
    built = LogBuilder.ready(1).fill(MAX_EMPTY_BUNDLES * TILE_WIDTH)
    record = built.file("dept.one")
    built.correct(record, issuer="dept.two")
    made = built.archive()
    for number in range(1, MAX_EMPTY_BUNDLES):
        del made[bundle_path(number)]

    report = audit(MemorySource(made), log_key=VKEY)

    assert unread(report) == []
    assert report.entries == len(built.entries)
    assert "the providing unit dept.one" in report.findings[-1].sentence()


# ---- the auditor's clock


def dated(recorded_at: str, **about: str) -> LogBuilder:
    """A log whose last entry is recorded then."""
    built = LogBuilder(1)
    built.open(**about)
    built.register("dept.one")
    built.publish()
    built.file("dept.one", recorded_at=recorded_at)
    return built


def findings_of(built: LogBuilder, now: str | None) -> list[tuple[Fault, str]]:
    """What an audit at that moment finds."""
    report = audit(MemorySource(built.archive()), log_key=VKEY, now=now)
    return [(finding.fault, finding.where) for finding in report.findings]


def test_an_entry_recorded_in_the_future_is_found() -> None:
    """A day is allowed for clocks that are set wrongly."""
    built = dated("2026-11-23T09:00:00.000001Z")

    assert findings_of(built, "2026-11-22T09:00:00.000000Z") == [(Fault.TIME_AHEAD, "entry 3")]
    assert findings_of(built, "2026-11-22T09:00:00.000001Z") == []
    assert findings_of(built, None) == []


def test_the_finding_names_both_times() -> None:
    """The auditor's own clock may be the wrong one."""
    built = dated("2099-01-01T00:00:00.000000Z")
    report = audit(MemorySource(built.archive()), log_key=VKEY, now="2026-12-31T09:00:00.000000Z")

    sentence = report.findings[0].sentence()
    assert "2027-01-01T09:00:00.000000Z, a day after the clock of this audit" in sentence
    assert "found 2099-01-01T00:00:00.000000Z" in sentence


def test_a_simulated_clock_shows_what_it_likes() -> None:
    """Entry 0 has said that it is no clock."""
    assert findings_of(dated("2099-01-01T00:00:00.000000Z", clock="statement"), "2026-11-22T09:00:00.000000Z") == []
