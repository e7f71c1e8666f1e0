"""The audit of a whole log: every byte, hash, signature and right to speak, from nothing but the log itself."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field

from verify.checkpoint import Checkpoint
from verify.entry import Entry
from verify.errors import Incompetent, Malformed, SignatureInvalid, SourceMissing
from verify.examine import BundleJob, ExaminedBundle, ExaminedEntry, examine_bundle
from verify.finding import Fault, Finding, entry_finding
from verify.merkle import EMPTY_ROOT, Frontier
from verify.note import VerifierKey
from verify.order import LogOrder
from verify.registry import STATEMENT_CLOCK, Registry
from verify.source import LogSource
from verify.strict import encode_base64
from verify.tiles import TILE_WIDTH, bundle_path, openings_path, parse_bundle, split_hashes, tile_path, tile_width

MAX_FINDINGS = 1000
"""A rewritten log has a fault in every entry; the first ones tell the story, the rest are counted."""

_JOBS_AHEAD_PER_WORKER = 3
"""Bundles read ahead: enough to keep workers busy, little enough to keep memory flat (a bundle is about 2 MB)."""

Progress = Callable[[int, int], None]
"""``progress(entries done, entries in all)``."""


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


@dataclass(slots=True)
class _Tally:
    findings: list[Finding] = field(default_factory=list)
    kinds: Counter[Fault] = field(default_factory=Counter)
    signatures: int = 0
    openings: int = 0

    def add(self, *findings: Finding) -> None:
        """Keep the first findings of each kind: those that come last, about the roots, often explain the rest."""
        for finding in findings:
            self.kinds[finding.fault] += 1
            if self.kinds[finding.fault] <= MAX_FINDINGS:
                self.findings.append(finding)


def audit(
    source: LogSource, *, log_key: VerifierKey | None = None, workers: int = 1, progress: Progress | None = None
) -> AuditReport:
    """Audit the log that `source` serves, up to its latest checkpoint.

    Without `log_key` the key named by entry 0 is believed: that proves the log whole, not whose it is. Raises
    `SourceUnavailable` when the source cannot be read to the end; everything that is wrong becomes a finding.
    """
    tally = _Tally()
    checkpoint, key, size = _open_checkpoint(source, log_key, tally)
    if checkpoint is None or key is None:
        return _report(None, key, log_key, 0, 0, Registry(), tally)
    run = _Run(source, checkpoint, size, key, tally, progress or (lambda _done, _all: None))
    pool: AbstractContextManager[Executor | None] = ProcessPoolExecutor(workers) if workers > 1 else nullcontext()
    with pool as executor:
        run.bundles(executor, workers * _JOBS_AHEAD_PER_WORKER)
    run.upper_tiles()
    run.roots()
    tally.add(*source.own_findings(size))
    return _report(checkpoint, key, log_key, size, run.checkpoints, run.registry, tally)


def _report(
    checkpoint: Checkpoint | None,
    key: VerifierKey | None,
    given: VerifierKey | None,
    entries: int,
    checkpoints: int,
    registry: Registry,
    tally: _Tally,
) -> AuditReport:
    order = list(Fault)
    findings = sorted(
        tally.findings, key=lambda item: (item.seq is None, item.seq or 0, order.index(item.fault), item.where)
    )
    return AuditReport(
        checkpoint=checkpoint,
        log_key=key,
        key_was_given=given is not None,
        entries=entries,
        signatures=tally.signatures,
        openings=tally.openings,
        checkpoints=checkpoints,
        simulated_clock=registry.clock == STATEMENT_CLOCK,
        findings=tuple(findings[:MAX_FINDINGS]),
        findings_in_all=tally.kinds.total(),
    )


def _open_checkpoint(
    source: LogSource, given: VerifierKey | None, tally: _Tally
) -> tuple[Checkpoint | None, VerifierKey | None, int]:
    """The signed checkpoint, its key and size; (None, ...) with a finding where nothing below it can be trusted."""
    try:
        raw = source.checkpoint()
        checkpoint = Checkpoint.parse(raw)
        key = given or _key_of_entry_0(source, checkpoint.size, tally)
        if key is not None:
            return Checkpoint.open(raw, key), key, checkpoint.size
    except SourceMissing as error:
        tally.add(Finding(Fault.CHECKPOINT_INVALID, error.where, "a resource that every log has", error.reason))
    except (Malformed, SignatureInvalid) as error:
        tally.add(Finding(Fault.CHECKPOINT_INVALID, "checkpoint", "a checkpoint signed by the log's key", str(error)))
    return None, given, 0


def _key_of_entry_0(source: LogSource, size: int, tally: _Tally) -> VerifierKey | None:
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


class _Run:
    """One pass over the log; holds what is folded on the way."""

    def __init__(
        self,
        source: LogSource,
        checkpoint: Checkpoint,
        size: int,
        key: VerifierKey,
        tally: _Tally,
        progress: Progress,
    ) -> None:
        self.registry = Registry()
        self.checkpoints = 1
        self._source = source
        self._checkpoint = checkpoint
        self._size = size
        self._key = key
        self._tally = tally
        self._progress = progress
        self._order = LogOrder()
        self._bundle_nodes = Frontier()
        self._tile_nodes = Frontier()
        self._tail: tuple[bytes, ...] = ()
        self._tile_tail: tuple[bytes, ...] = ()
        self._upper: list[list[tuple[bytes, bytes]]] = []
        self._mismatches: list[tuple[int, bytes, bytes]] = []
        self._mismatched: set[int] = set()
        self._whole = True
        self._earlier: dict[int, set[bytes]] = {}
        for earlier in self._earlier_checkpoints():
            self._earlier.setdefault(earlier.size, set()).add(earlier.root)

    def _earlier_checkpoints(self) -> Iterator[Checkpoint]:
        for number, raw in enumerate(self._source.earlier_checkpoints()):
            try:
                checkpoint = Checkpoint.open(raw, self._key)
            except (Malformed, SignatureInvalid) as error:
                self._tally.add(
                    Finding(
                        Fault.CHECKPOINT_INVALID, f"stored checkpoint {number}", "one signed by the log", str(error)
                    )
                )
                continue
            self.checkpoints += 1
            if checkpoint.size > self._size:
                self._tally.add(
                    Finding(
                        Fault.CHECKPOINT_ROOT,
                        f"stored checkpoint of size {checkpoint.size}",
                        f"none larger than the latest, {self._size}",
                        "a larger one: the log was cut back",
                    )
                )
            else:
                yield checkpoint

    def bundles(self, executor: Executor | None, ahead: int) -> None:
        """Examine all bundles, in parallel where there is an executor, and take them in in order."""
        waiting: deque[tuple[BundleJob, Future[ExaminedBundle] | None]] = deque()
        for number in range((self._size + TILE_WIDTH - 1) // TILE_WIDTH):
            job = self._job(number)
            # The first bundle is examined here: it registers most keys, and workers given them verify the rest.
            parallel = executor is not None and number > 0
            waiting.append((job, executor.submit(examine_bundle, job) if executor and parallel else None))
            if not parallel or len(waiting) > ahead:
                self._take(*waiting.popleft())
        while waiting:
            self._take(*waiting.popleft())

    def _job(self, number: int) -> BundleJob:
        width = tile_width(0, number, self._size)
        first = number * TILE_WIDTH
        bundle = self._read(
            lambda: self._source.bundle(number, width), Fault.BUNDLE_MISSING, bundle_path(number, width), seq=first
        )
        leaves = self._tile(0, number, width)
        openings = self._read(
            lambda: self._source.openings(number, width),
            Fault.OPENING_UNREADABLE,
            openings_path(number, width),
            seq=first,
        )
        return BundleJob(
            first=first,
            width=width,
            bundle=bundle,
            leaves=leaves or b"",
            openings=openings,
            registry=self.registry,
            checkpoint_sizes=tuple(size for size in range(first + 1, first + width + 1) if size in self._earlier),
        )

    def _tile(self, level: int, number: int, width: int) -> bytes | None:
        path = tile_path(level, number, width)
        data = self._read(lambda: self._source.tile(level, number, width), Fault.TILE_MISSING, path)
        expected = width * len(EMPTY_ROOT)
        if data is not None and len(data) != expected:
            self._tally.add(Finding(Fault.TILE_WRONG, path, f"{expected} bytes", f"{len(data)} bytes"))
        return data

    def _read(self, fetch: Callable[[], bytes | None], fault: Fault, path: str, seq: int | None = None) -> bytes | None:
        try:
            return fetch()
        except SourceMissing as error:
            self._tally.add(Finding(fault, path, "a resource of a log of this size", error.reason, seq=seq))
            return None

    def _take(self, job: BundleJob, future: Future[ExaminedBundle] | None) -> None:
        examined = future.result() if future else examine_bundle(job)
        self._tally.signatures += examined.signatures
        self._tally.openings += examined.openings
        self._tally.add(*examined.findings)
        self._mismatches.extend(examined.mismatches)
        self._mismatched.update(seq for seq, _tile, _entry in examined.mismatches)
        for entry in examined.entries:
            self._take_entry(entry)
        for size, inside in examined.frontiers.items():
            if size in self._earlier and self._whole:
                root = self._root_at(size, inside)
                self._tally.add(*_wrong_roots(size, root, self._earlier.pop(size) - {root}))
        end = job.first + job.width
        nodes = examined.frontiers.get(end)
        if nodes is None:
            self._whole = False
        elif job.width == TILE_WIDTH:
            self._bundle_nodes.append(nodes[0])
            self._tile_nodes.append(examined.tile_nodes[0])
            self._lift(0, nodes[0], examined.tile_nodes[0])
        else:
            self._tail, self._tile_tail = nodes, examined.tile_nodes
        self._progress(end, self._size)

    def _root_at(self, size: int, nodes: tuple[bytes, ...]) -> bytes:
        """Root of the first `size` entries, of which `nodes` are the frontier inside the bundle at hand."""
        if size % TILE_WIDTH:
            return _root(self._bundle_nodes, nodes, size)
        whole = self._bundle_nodes.copy()
        whole.append(nodes[0])
        return whole.root()

    def _lift(self, level: int, from_entries: bytes, from_tiles: bytes) -> None:
        """Collect the hash of a full tile for the level above, and so on upwards."""
        if level == len(self._upper):
            self._upper.append([])
        row = self._upper[level]
        row.append((from_entries, from_tiles))
        if len(row) % TILE_WIDTH == 0:
            above = [Frontier(), Frontier()]
            for pair in row[-TILE_WIDTH:]:
                for frontier, node in zip(above, pair, strict=True):
                    frontier.append(node)
            self._lift(level + 1, above[0].root(), above[1].root())

    def _take_entry(self, entry: ExaminedEntry | None) -> None:
        if entry is None or entry.header is None or entry.statement is None:
            self._order.skip(entry.digest if entry else None)
            return
        seq, statement, signers = entry.seq, entry.statement, entry.signers
        try:
            if signers is None:
                signers = self.registry.signers(statement)
                self._tally.signatures += len(signers)
            if signers:
                self.registry.authorise(statement, signers)
        except SignatureInvalid as error:
            self._tally.add(
                entry_finding(Fault.SIGNATURE_INVALID, seq, f"a signature by {error.key_name}", error.reason)
            )
        except Incompetent as error:
            self._tally.add(entry_finding(Fault.NOT_COMPETENT, seq, f"rule {error.rule}", error.detail))
        except Malformed as error:
            self._tally.add(entry_finding(Fault.ENTRY_MALFORMED, seq, f"{error.part} {error.rule}", "another form"))
        else:
            if signers:
                self._apply(entry, seq)
        self._tally.add(*self._order.add(entry.header, statement, entry.digest, sound=seq not in self._mismatched))

    def _apply(self, entry: ExaminedEntry, seq: int) -> None:
        if entry.statement is not None:
            self.registry = self.registry.apply(entry.statement, seq)
            if seq == 0 and self.registry.log != self._key:
                named = self.registry.log.name if self.registry.log else "no key"
                self._tally.add(
                    entry_finding(Fault.NOT_COMPETENT, seq, f"log key {self._key.name} named by ledger.opened", named)
                )

    def upper_tiles(self) -> None:
        """Compare every tile above the leaves with the hashes of the tiles below it, if those are all there."""
        if not self._whole:
            return
        for above, row in enumerate(self._upper):
            level = above + 1
            for number in range((len(row) + TILE_WIDTH - 1) // TILE_WIDTH):
                expected = row[number * TILE_WIDTH : (number + 1) * TILE_WIDTH]
                data = self._tile(level, number, len(expected))
                for position, node in enumerate(split_hashes(data or b"")):
                    if position < len(expected) and node not in expected[position]:
                        self._tally.add(
                            Finding(
                                Fault.TILE_WRONG,
                                f"{tile_path(level, number, len(expected))} hash {position}",
                                encode_base64(expected[position][0]),
                                encode_base64(node),
                            )
                        )

    def roots(self) -> None:
        """Compare the signed root with those that entries and tiles lead to, and say which of the two was changed."""
        from_entries = _root(self._bundle_nodes, self._tail, self._size) if self._whole else None
        from_tiles = _root(self._tile_nodes, self._tile_tail, self._size) if self._whole else None
        signed = self._checkpoint.root
        for seq, in_tile, from_entry in sorted(self._mismatches):
            number, position = divmod(seq, TILE_WIDTH)
            if from_entries == signed:
                where = f"{tile_path(0, number, tile_width(0, number, self._size))} hash {position}"
                finding = Finding(Fault.TILE_WRONG, where, encode_base64(from_entry), encode_base64(in_tile), seq)
            else:
                covered = "the signed root covers" if from_tiles == signed else "the tiles hold"
                finding = entry_finding(
                    Fault.ENTRY_CHANGED,
                    seq,
                    f"the entry {covered}, leaf hash {encode_base64(in_tile)}",
                    f"other bytes, leaf hash {encode_base64(from_entry)}",
                )
            self._tally.add(finding)
        if signed not in {from_entries, from_tiles}:
            self._tally.add(_wrong_root("checkpoint", from_entries or from_tiles, signed))
        for size, roots in sorted(self._earlier.items()):
            self._tally.add(*_wrong_roots(size, EMPTY_ROOT if size == 0 else None, roots))


def _root(full: Frontier, tail: tuple[bytes, ...], size: int) -> bytes:
    return Frontier(size, [*full.nodes, *tail]).root()


def _wrong_roots(size: int, computed: bytes | None, signed: Iterable[bytes]) -> list[Finding]:
    where = f"stored checkpoint of size {size}"
    return [_wrong_root(where, computed, root) for root in sorted(signed) if root != computed]


def _wrong_root(where: str, computed: bytes | None, signed: bytes) -> Finding:
    actual = encode_base64(computed) if computed else "entries or tiles are missing"
    return Finding(Fault.CHECKPOINT_ROOT, where, f"root {encode_base64(signed)}, as signed", f"root {actual}")
