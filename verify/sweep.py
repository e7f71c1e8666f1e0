"""One pass over a log, bundle after bundle: what needs more than one entry is folded and compared on the way."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from verify.checkpoint import Checkpoint
from verify.earlier import EarlierCheckpoints, wrong_root
from verify.errors import Incompetent, Malformed, SignatureInvalid, SourceMissing
from verify.examine import BundleJob, ExaminedBundle, ExaminedEntry, examine_bundle
from verify.finding import Fault, Finding, Tally, entry_finding
from verify.merkle import HASH_BYTES, Frontier
from verify.note import VerifierKey
from verify.order import LogOrder
from verify.registry import STATEMENT_CLOCK, Registry
from verify.source import LogSource
from verify.strict import encode_base64, format_instant
from verify.tiles import TILE_WIDTH, bundle_path, openings_path, split_hashes, tile_path, tile_width

MAX_EMPTY_BUNDLES = 16
"""Bundles in a row without an entry after which nobody reads on: a size is easily claimed, its entries are not."""

CLOCKS_APART = timedelta(days=1)
"""How far an entry's time may lie after the auditor's before it is a finding; clocks differ, and are set wrongly."""

Progress = Callable[[int, int], None]
"""``progress(entries done, entries in all)``."""


@dataclass(frozen=True, slots=True)
class _Given:
    """A job given out, with what was found in reading its files; `future` is None where it is done right here."""

    job: BundleJob
    findings: tuple[Finding, ...]
    future: Future[ExaminedBundle] | None


class Sweep:
    """One pass over the log; holds what is folded on the way."""

    def __init__(
        self,
        source: LogSource,
        checkpoint: Checkpoint,
        key: VerifierKey,
        earlier: EarlierCheckpoints,
        tally: Tally,
        *,
        now: str | None = None,
        progress: Progress | None = None,
    ) -> None:
        """Nothing is read yet."""
        self.registry = Registry()
        self.read = 0
        self._source = source
        self._checkpoint = checkpoint
        self._size = checkpoint.size
        self._key = key
        self._earlier = earlier
        self._tally = tally
        self._latest_time = None if now is None else _later(now, CLOCKS_APART)
        self._progress = progress or (lambda _done, _all: None)
        self._order = LogOrder()
        self._bundle_nodes = Frontier()
        self._tile_nodes = Frontier()
        self._tail: tuple[bytes, ...] = ()
        self._tile_tail: tuple[bytes, ...] = ()
        self._upper: list[list[tuple[bytes, bytes]]] = []
        self._mismatches: list[tuple[int, bytes, bytes]] = []
        self._mismatched: set[int] = set()
        self._whole = True
        self._empty_in_a_row = 0

    @property
    def checkpoints(self) -> int:
        """How many signed checkpoints the log was compared with."""
        return 1 + self._earlier.count

    @property
    def _gave_up(self) -> bool:
        return self._empty_in_a_row >= MAX_EMPTY_BUNDLES

    def bundles(self, executor: Executor | None, ahead: int) -> None:
        """Examine all bundles, in parallel where there is an executor, and take them in in order."""
        waiting: deque[_Given] = deque()
        for number in range((self._size + TILE_WIDTH - 1) // TILE_WIDTH):
            job, findings = self._job(number)
            # The first bundle is examined here: it registers most keys, and workers given them verify the rest.
            parallel = executor is not None and number > 0
            future = executor.submit(examine_bundle, job) if executor and parallel else None
            waiting.append(_Given(job, findings, future))
            if not parallel or len(waiting) > ahead:
                self._take(waiting.popleft())
            if self._gave_up:
                break
        while waiting and not self._gave_up:
            self._take(waiting.popleft())
        for given in waiting:  # read ahead of the place where we give up: dropped, so that workers change no finding
            if given.future is not None:
                given.future.cancel()
        if self.read < self._size:
            self._leave_the_rest()

    def _leave_the_rest(self) -> None:
        self._whole = False
        self._tally.add(
            Finding(
                Fault.REST_UNREAD,
                f"entries {self.read} to {self._size - 1}",
                f"the entries of a log of size {self._size}",
                f"none in {MAX_EMPTY_BUNDLES} bundles before them: the rest was not read",
                seq=self.read,
            )
        )
        self._progress(self.read, self.read)

    def _job(self, number: int) -> tuple[BundleJob, tuple[Finding, ...]]:
        width = tile_width(0, number, self._size)
        first = number * TILE_WIDTH
        found = Tally()
        bundle = _read(
            lambda: self._source.bundle(number, width), Fault.BUNDLE_MISSING, bundle_path(number, width), found, first
        )
        leaves = self._tile(0, number, width, found)
        openings = _read(
            lambda: self._source.openings(number, width),
            Fault.OPENING_UNREADABLE,
            openings_path(number, width),
            found,
            first,
        )
        job = BundleJob(
            first=first,
            width=width,
            bundle=bundle,
            leaves=leaves or b"",
            openings=openings,
            registry=self.registry,
            checkpoint_sizes=self._earlier.sizes(range(first + 1, first + width + 1)),
        )
        return job, tuple(found.findings)

    def _tile(self, level: int, number: int, width: int, found: Tally) -> bytes | None:
        path = tile_path(level, number, width)
        data = _read(lambda: self._source.tile(level, number, width), Fault.TILE_MISSING, path, found)
        expected = width * HASH_BYTES
        if data is not None and len(data) != expected:
            found.add(Finding(Fault.TILE_WRONG, path, f"{expected} bytes", f"{len(data)} bytes"))
        return data

    def _take(self, given: _Given) -> None:
        job = given.job
        examined = given.future.result() if given.future else examine_bundle(job)
        self._tally.signatures += examined.signatures
        self._tally.openings += examined.openings
        # A store is asked here, while the workers are at the next bundles.
        own = self._source.own_findings(job.first, examined.entries)
        self._tally.add(*given.findings, *examined.findings, *own)
        self._mismatches.extend(examined.mismatches)
        self._mismatched.update(seq for seq, _tile, _entry in examined.mismatches)
        for entry in examined.entries:
            self._take_entry(entry)
        at_its_place = any(entry and entry.header and entry.header.seq == entry.seq for entry in examined.entries)
        self._empty_in_a_row = 0 if at_its_place else self._empty_in_a_row + 1
        if self._whole:
            for size in self._earlier.sizes(range(job.first + 1, job.first + job.width + 1)):
                if size in examined.frontiers:
                    self._earlier.compare(size, self._root_at(size, examined.frontiers[size]))
        self.read = job.first + job.width
        nodes = examined.frontiers.get(self.read)
        if nodes is None:
            self._whole = False
        elif job.width == TILE_WIDTH:
            self._bundle_nodes.append(nodes[0])
            self._tile_nodes.append(examined.tile_nodes[0])
            self._lift(0, nodes[0], examined.tile_nodes[0])
        else:
            self._tail, self._tile_tail = nodes, examined.tile_nodes
        self._progress(self.read, self._size)

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
        self._check_clock(entry.header.recorded_at, seq)

    def _check_clock(self, recorded_at: str, seq: int) -> None:
        """No entry is recorded in the future; a simulated clock, which entry 0 announces, shows what it likes."""
        latest = self._latest_time
        if latest is not None and recorded_at > latest and self.registry.clock != STATEMENT_CLOCK:
            expected = f"a time up to {latest}, a day after the clock of this audit"
            self._tally.add(entry_finding(Fault.TIME_AHEAD, seq, expected, recorded_at))

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
                data = self._tile(level, number, len(expected), self._tally)
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
            self._tally.add(wrong_root("checkpoint", from_entries or from_tiles, signed))
        self._earlier.finish()


def _read(
    fetch: Callable[[], bytes | None], fault: Fault, path: str, found: Tally, seq: int | None = None
) -> bytes | None:
    try:
        return fetch()
    except SourceMissing as error:
        found.add(Finding(fault, path, "a resource of a log of this size", error.reason, seq=seq))
        return None


def _later(instant: str, span: timedelta) -> str:
    moment = datetime.fromisoformat(instant.removesuffix("Z")).replace(tzinfo=UTC)
    return format_instant(moment + span)


def _root(full: Frontier, tail: tuple[bytes, ...], size: int) -> bytes:
    return Frontier(size, [*full.nodes, *tail]).root()
