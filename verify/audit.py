"""The audit of a whole log: every byte, hash, signature and right to speak, from nothing but the log itself."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from verify.checkpoint import Checkpoint
from verify.earlier import EarlierCheckpoints
from verify.entry import Entry
from verify.errors import Malformed, SignatureInvalid, SourceMissing
from verify.finding import Fault, Finding, Tally, entry_finding
from verify.note import VerifierKey
from verify.registry import STATEMENT_CLOCK
from verify.source import LogSource
from verify.sweep import Progress, Sweep
from verify.tiles import TILE_WIDTH, bundle_path, parse_bundle

_JOBS_AHEAD_PER_WORKER = 3
"""Bundles read ahead: enough to keep workers busy, little enough to keep memory flat (a bundle is about 2 MB)."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The verdict and what it rests on."""

    checkpoint: Checkpoint | None
    log_key: VerifierKey | None
    key_was_given: bool
    entries: int
    signatures: int
    openings: int
    checkpoints: int
    simulated_clock: bool
    findings: tuple[Finding, ...]
    findings_in_all: int

    @property
    def clean(self) -> bool:
        """Whether nothing at all was found."""
        return self.findings_in_all == 0


def audit(
    source: LogSource,
    *,
    log_key: VerifierKey | None = None,
    earlier: Mapping[str, bytes] | None = None,
    now: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> AuditReport:
    """Audit the log that `source` serves, up to its latest checkpoint.

    Without `log_key` the key named by entry 0 is believed: that proves the log whole, not whose it is. `earlier` are
    checkpoint notes of this log kept elsewhere, by a name for findings. `now` is the auditor's own time, an instant;
    without it recorded times are not compared with any clock. Raises `SourceUnavailable` when the source cannot be
    read to the end; everything that is wrong becomes a finding.
    """
    tally = Tally()
    checkpoint, key = _open_checkpoint(source, log_key, tally)
    if checkpoint is None or key is None:
        return _report(None, key, log_key, None, tally)
    known = EarlierCheckpoints(checkpoint, key, tally)
    for number, raw in enumerate(source.earlier_checkpoints()):
        known.add(raw, f"stored checkpoint {number}", "stored checkpoint")
    for name, raw in (earlier or {}).items():
        known.add(raw, f"checkpoint {name}", f"checkpoint {name}")
    sweep = Sweep(source, checkpoint, key, known, tally, now=now, progress=progress)
    pool: AbstractContextManager[Executor | None] = ProcessPoolExecutor(workers) if workers > 1 else nullcontext()
    with pool as executor:
        sweep.bundles(executor, workers * _JOBS_AHEAD_PER_WORKER)
    sweep.upper_tiles()
    sweep.roots()
    tally.add(*source.closing_findings())
    return _report(checkpoint, key, log_key, sweep, tally)


def _report(
    checkpoint: Checkpoint | None,
    key: VerifierKey | None,
    given: VerifierKey | None,
    sweep: Sweep | None,
    tally: Tally,
) -> AuditReport:
    return AuditReport(
        checkpoint=checkpoint,
        log_key=key,
        key_was_given=given is not None,
        entries=sweep.read if sweep else 0,
        signatures=tally.signatures,
        openings=tally.openings,
        checkpoints=sweep.checkpoints if sweep else 0,
        simulated_clock=sweep is not None and sweep.registry.clock == STATEMENT_CLOCK,
        findings=tally.told(),
        findings_in_all=tally.kinds.total(),
    )


def _open_checkpoint(
    source: LogSource, given: VerifierKey | None, tally: Tally
) -> tuple[Checkpoint | None, VerifierKey | None]:
    """The signed checkpoint and its key; no checkpoint and a finding where nothing below it can be trusted."""
    try:
        raw = source.checkpoint()
        checkpoint = Checkpoint.parse(raw)
        key = given or _key_of_entry_0(source, checkpoint.size, tally)
        if key is not None:
            return Checkpoint.open(raw, key), key
    except SourceMissing as error:
        tally.add(Finding(Fault.CHECKPOINT_INVALID, error.where, "a resource that every log has", error.reason))
    except (Malformed, SignatureInvalid) as error:
        tally.add(Finding(Fault.CHECKPOINT_INVALID, "checkpoint", "a checkpoint signed by the log's key", str(error)))
    return None, given


def _key_of_entry_0(source: LogSource, size: int, tally: Tally) -> VerifierKey | None:
    """The log key that entry 0 names; None with a finding where there is none to be read."""
    width = min(size, TILE_WIDTH)
    if width == 0:
        raise Malformed("checkpoint", "is of an empty log; give the log's key with --vkey")
    try:
        return _named_log_key(source.bundle(0, width))
    except SourceMissing as error:
        where = bundle_path(0, width)
        tally.add(Finding(Fault.BUNDLE_MISSING, where, "a resource of a log of this size", error.reason, seq=0))
    except Malformed as error:
        tally.add(entry_finding(Fault.ENTRY_MALFORMED, 0, f"a log key to be read: {error.part} {error.rule}", "none"))
    return None


def _named_log_key(bundle: bytes) -> VerifierKey:
    entry_0 = next(iter(parse_bundle(bundle)), b"")
    vkey = Entry.parse(entry_0).statement.about.get("log")
    if not isinstance(vkey, str):
        raise Malformed("about/log", "must be a vkey")
    return VerifierKey.parse(vkey)
