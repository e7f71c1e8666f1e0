"""The sequencer: takes whatever is waiting, decides each statement in order, and commits all of them at once.

One thread owns everything that moves: head, frontier, registry, record states, signer. Callers wait on futures.
From the moment a batch is handed to the database until its checkpoint is published every error is fatal: what is stored
is then unknown, so the sequencer stops and lets the next start find out from the database and the signer journal.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from time import perf_counter
from uuid import UUID

import sqlalchemy as sa

from ledger.admission import Admitted, admit
from ledger.application import LedgerApplication
from ledger.batch import Batch
from ledger.beijing import beijing_day
from ledger.chain import EdgeTiles, Head, LogBatch
from ledger.definition import DefinitionFault
from ledger.domain.deadlines import Period
from ledger.domain.link import LinksAfter
from ledger.errors import (
    Busy,
    Fatal,
    Fault,
    LedgerError,
    NotAdmissible,
    NotEntitled,
    Refusal,
    StatementIdReused,
    Stopped,
    StoreUnsound,
)
from ledger.identifiers import uuid_of
from ledger.kept import Appended, Kept
from ledger.observer import Answered, BatchDone, Observer, Unobserved, kind_of
from ledger.refolding import fold_deadlines, fold_gists, fold_links
from ledger.rules_in_force import Rules
from ledger.signer import Signer
from ledger.states import States
from ledger.store.deadlines import Deadlines
from ledger.store.gists import gists_size
from ledger.store.links import Links
from ledger.store.reader import LogReader, make_receipts
from ledger.store.vault import KeyStore
from verify.checkpoint import Checkpoint
from verify.commitment import Opening
from verify.entry import split_entry
from verify.errors import Incompetent, Malformed
from verify.receipt import Receipt
from verify.statement import Statement
from verify.statement_type import ABOUT_LINKS, ADMINISTRATIVE
from verify.strict import format_instant

MAX_WAITING = 4096
"""Statements that may wait; more are told to try again (Tessera's DefaultPushbackMaxOutstanding)."""

MAX_BATCH = 512
"""Statements in one transaction: enough to make the fsyncs cheap, little enough to answer in a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """The answer to a statement: its receipt, and whether it had been accepted before."""

    receipt: Receipt
    seq: int
    repeated: bool
    warnings: tuple[Fault, ...] = ()


@dataclass(slots=True)
class _Waiting:
    admitted: Admitted
    future: Future[Accepted]
    since: float = field(default_factory=perf_counter)


@dataclass(slots=True)
class _Answers:
    """What the statements of one batch will be answered with once it is durable."""

    accepted: list[_Waiting] = field(default_factory=list)
    repeated: list[tuple[_Waiting, int, bytes]] = field(default_factory=list)
    refused: list[tuple[_Waiting, Refusal]] = field(default_factory=list)

    def told(self) -> Iterator[Answered]:
        """What becomes of each statement, for an observer."""
        now = perf_counter()
        for item in self.accepted:
            yield Answered(item.admitted.statement.type, None, repeated=False, seconds=now - item.since)
        for item, _seq, _raw in self.repeated:
            yield Answered(item.admitted.statement.type, None, repeated=True, seconds=now - item.since)
        for item, refusal in self.refused:
            yield Answered(item.admitted.statement.type, type(refusal), repeated=False, seconds=now - item.since)


class Sequencer:
    """Appends statements to the log and answers with receipts."""

    def __init__(
        self,
        application: LedgerApplication,
        vault: KeyStore,
        signer: Signer,
        clock: Callable[[], datetime],
        kept: Sequence[Kept] = (),
    ) -> None:
        """Replays the administrative entries, publishes what a crash left unpublished, and is ready to `start`."""
        self._application = application
        self._recorder = application.ledger_recorder
        self._reader = LogReader(self._recorder.engine)
        self._deadlines = Deadlines(self._recorder.engine)
        self._links = Links(self._recorder.engine)
        self._vault = vault
        self._signer = signer
        self._clock = clock
        self._kept = kept
        self._observer: Observer = Unobserved()
        self._queue: queue.Queue[_Waiting | None] = queue.Queue(MAX_WAITING)
        self._states = States(self._recorder, application.recorded_mapper)
        self._failure: BaseException | None = None
        self._stopping = False
        self._accepting = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="sequencer", daemon=True)
        self._head = self._recorder.head()
        self._ledger_stream: str | None = None
        self._ledger_version = 0
        self._require_head()
        self._rules = self._replay_rules()
        if self._deadlines.folded_size() != self._head.size:  # written by an earlier version, or not at all
            self._recorder.refold(list(fold_deadlines(self._recorder, application.recorded_mapper, self._rules)))
        if self._links.folded_size() != self._head.size:
            self._recorder.refold_links(list(fold_links(self._recorder, application.recorded_mapper)))
        self._refold_gists()
        for projection in kept:
            projection.catch_up(self._recorder, application.recorded_mapper)
        self._signer.publish(self._head.size)
        self._edge = EdgeTiles(self._reader.tile)
        self._frontier = self._reader.frontier(self._head.size)

    @property
    def rules(self) -> Rules:
        """Registry and catalogue as of the last batch; safe to read from any thread."""
        return self._rules

    @property
    def today(self) -> date:
        """The day in Beijing that the ledger's clock shows."""
        return beijing_day(format_instant(self._clock()))

    @property
    def deadlines(self) -> Deadlines:
        """The deadlines of all records; safe to read from any thread."""
        return self._deadlines

    @property
    def failure(self) -> BaseException | None:
        """Why the sequencer stopped by itself, if it did."""
        return self._failure

    @property
    def waiting(self) -> int:
        """Statements in the queue."""
        return self._queue.qsize()

    @property
    def working(self) -> bool:
        """Whether statements are taken: the thread is alive, has not failed and is not to stop."""
        return self._thread.is_alive() and self._failure is None and not self._stopping

    @property
    def size(self) -> int:
        """Entries in the log as of the last batch."""
        return self._head.size

    def start(self, observer: Observer | None = None) -> None:
        """Begin to work, and tell the observer what becomes of statements."""
        self._observer = observer or self._observer
        self._thread.start()

    def stop(self) -> None:
        """Finish what is waiting, then stop; returns when it has."""
        with self._accepting:
            self._stopping = True
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()
        self._refuse_waiting(Stopped("the ledger is shutting down"))

    def admit(self, statement: bytes, openings: Mapping[str, Opening]) -> Admitted:
        """Check a statement against the rules of now; raises a `Refusal`."""
        try:
            return admit(statement, openings, self._rules.registry, self._rules.catalogue)
        except Refusal as refusal:
            self._observer.turned_away(kind_of(statement), type(refusal))
            raise

    def submit(self, admitted: Admitted) -> Future[Accepted]:
        """Queue an admitted statement; the future gives `Accepted`, a `Refusal` or `Stopped`. Raises `Busy`."""
        waiting = _Waiting(admitted, Future())
        with self._accepting:  # or the thread could end between the two lines, and nobody would answer
            if self._failure is not None or self._stopping:
                raise Stopped("the ledger has stopped accepting statements")
            try:
                self._queue.put_nowait(waiting)
            except queue.Full:
                self._observer.turned_away(admitted.statement.type, Busy)
                raise Busy(f"{MAX_WAITING} statements are waiting") from None
        return waiting.future

    def _run(self) -> None:
        while True:
            first = self._queue.get()
            if first is None:
                return
            batch, last = [first], False
            while len(batch) < MAX_BATCH:
                try:
                    item = self._queue.get_nowait()
                except queue.Empty:
                    break
                if item is None:
                    last = True
                    break
                batch.append(item)
            # A future that its caller has given up would refuse its answer; one that is running cannot be given up.
            batch = [waiting for waiting in batch if waiting.future.set_running_or_notify_cancel()]
            try:
                self.process(batch)
            except BaseException as error:  # noqa: BLE001 - whatever it was, nothing may be appended after it
                with self._accepting:
                    self._failure = error
                for waiting in batch:
                    if not waiting.future.done():
                        waiting.future.set_exception(Stopped("the ledger stopped while the statement was written"))
                self._refuse_waiting(Stopped("the ledger has stopped accepting statements"))
                return
            if last:
                return

    def _refuse_waiting(self, reason: LedgerError) -> None:
        while True:
            try:
                waiting = self._queue.get_nowait()
            except queue.Empty:
                return
            if waiting is not None and waiting.future.set_running_or_notify_cancel():
                waiting.future.set_exception(reason)

    def append(self, admitted: Admitted) -> Accepted:
        """Append one statement now, without the thread (`kesu init` and other commands that hold the writer's lock)."""
        return self.append_all([admitted])[0]

    def append_all(self, admitted: Iterable[Admitted]) -> list[Accepted]:
        """Append several statements in one batch, without the thread; raises the first refusal after the batch."""
        waiting = [_Waiting(item, Future()) for item in admitted]
        self.process(waiting)
        return [item.future.result() for item in waiting]

    def process(self, waiting: list[_Waiting]) -> None:
        """Decide, commit, sign and answer one batch; raises only what is fatal."""
        begun = perf_counter()
        batch, answers = self._decide_all(waiting)
        if batch.events:
            checkpoint = self.commit(batch)
            numbered = list(enumerate(batch.log.entries, batch.log.start.size))
            self._edge.add(batch.log.tile_hashes)
            receipts = make_receipts(checkpoint, numbered, self._edge.tile)
            self._edge.forget_full()
            for item, receipt, (seq, _raw) in zip(answers.accepted, receipts, numbered, strict=True):
                item.future.set_result(Accepted(receipt, seq, repeated=False, warnings=item.admitted.warnings))
        for item, refusal in answers.refused:
            item.future.set_exception(refusal)
        for item, seq, raw in answers.repeated:
            item.future.set_result(Accepted(self._reader.receipt(seq, raw), seq, repeated=True))
        with suppress(Exception):  # whoever measures must not be able to stop the ledger
            done = BatchDone(self._head.size, len(batch.events), perf_counter() - begun, list(answers.told()))
            self._observer.batch_done(done)

    def begin(self) -> Batch:
        """A batch that begins where the log ends. Without the thread, whoever has the writer's lock may `extend` it."""
        return Batch(
            log=LogBatch.after(self._head, self._frontier),
            rules=self._rules,
            ledger_stream=self._ledger_stream,
            ledger_version=self._ledger_version,
            records={},
            links={},
            linked=LinksAfter(self._links.now()),
            bars=lambda handle: [row.due.day for row in self._deadlines.of_subject(handle, Period.BAR)],
        )

    def extend(self, batch: Batch, admitted: Sequence[Admitted]) -> None:
        """Append statements to a batch that nobody waits for; raises the first `Refusal`. `commit` makes it durable."""
        stored, now = self._prepare(batch, admitted)
        for item in admitted:
            self._decide(batch, item, stored, now)

    def commit(self, batch: Batch) -> Checkpoint:
        """Write a batch, sign it and go on from its end: only then does anything of it count. Raises what is fatal."""
        self._vault.ensure(event.facts.subject for event in batch.events)
        self._application.append(
            batch.events,
            batch=batch.log,
            deadlines=batch.deadlines,
            links=batch.changed_links,
            gists=batch.chapters(),
            also=lambda connection: self._write_kept(connection, batch),
        )
        checkpoint = self._signer.publish(batch.log.head.size)
        if checkpoint is None:
            raise Fatal("the signer did not see the batch that was committed")
        self._take_over(batch)
        return checkpoint

    def _refold_gists(self) -> None:
        """Make those gists that an earlier version did not write, or wrote otherwise."""
        with self._recorder.engine.connect() as connection:
            since = gists_size(connection)
        if since != self._head.size:
            mapper, items = self._application.recorded_mapper, self._rules.catalogue.items
            self._recorder.refold_gists(fold_gists(self._recorder, mapper, items, since), anew=not since)

    def _write_kept(self, connection: sa.Connection, batch: Batch) -> None:
        appended = Appended(batch.log.head.size, batch.events, batch.records, batch.rules, batch.gists)
        for projection in self._kept:
            projection.write(connection, appended)

    def _decide_all(self, waiting: list[_Waiting]) -> tuple[Batch, _Answers]:
        batch, answers = self.begin(), _Answers()
        stored, now = self._prepare(batch, [item.admitted for item in waiting])
        for item in waiting:
            try:
                earlier = self._decide(batch, item.admitted, stored, now)
            except Refusal as refusal:
                answers.refused.append((item, refusal))
                continue
            if earlier is None:
                answers.accepted.append(item)
            else:
                answers.repeated.append((item, *earlier))
        return batch, answers

    def _prepare(self, batch: Batch, admitted: Sequence[Admitted]) -> tuple[Mapping[UUID, tuple[int, bytes]], str]:
        """Load what the statements speak of; gives entries that have their ids already, and the time."""
        known = batch.records.keys() | batch.links.keys()
        streams = [stream for stream in self._streams(admitted) if stream not in known]
        records, links = self._states.load(streams, self._rules.catalogue.items)
        batch.records |= records
        batch.links |= links
        stored = self._reader.find([uuid_of(item.statement.id) for item in admitted])
        return stored, format_instant(self._clock())

    def _streams(self, admitted: Iterable[Admitted]) -> Iterator[UUID]:
        """The records and links that the statements name."""
        for item in admitted:
            statement = item.statement
            if statement.type not in ADMINISTRATIVE:
                named = statement.reference("link" if statement.type in ABOUT_LINKS else "record")
                if named != self._ledger_stream:
                    yield uuid_of(named)

    def _decide(
        self, batch: Batch, admitted: Admitted, stored: Mapping[UUID, tuple[int, bytes]], now: str
    ) -> tuple[int, bytes] | None:
        """Append a statement to the batch; gives its number and entry if it was accepted before. Raises a `Refusal`."""
        statement = admitted.statement
        earlier = batch.numbers.get(statement.id)
        if earlier is not None:
            found = (earlier, batch.log.entries[earlier - batch.log.start.size])
        else:
            found = stored.get(uuid_of(statement.id), (0, b""))
        if found[1]:
            if split_entry(found[1])[1] != statement.raw:
                fault = Fault("id", f"entry {found[0]} has this id and says something else", "draw a new UUIDv7")
                raise StatementIdReused(fault)
            return found
        try:
            batch.rules.registry.authorise(statement, admitted.signers)
            batch.append(admitted, now)
        except Incompetent as error:
            raise NotEntitled(Fault("signature", error.detail, f"rule {error.rule}, see docs/format.md")) from None
        except Malformed as error:
            raise NotAdmissible(Fault(error.part, error.rule, "see docs/format.md")) from None
        return None

    def _take_over(self, batch: Batch) -> None:
        self._head, self._frontier = batch.log.head, batch.log.frontier
        self._ledger_stream, self._ledger_version = batch.ledger_stream, batch.ledger_version
        self._rules = batch.rules
        self._states.keep(batch.records)

    def _require_head(self) -> None:
        """Require that the head row is that of the last entry: the next one is chained to it, and signed for ever."""
        size = self._head.size
        try:
            last = [Head.after(seq, raw) for seq, raw in self._reader.entries(max(0, size - 1), size + 1)]
        except Malformed:
            last = []
        if last != [self._head] and (size or last):
            raise StoreUnsound(f"table head, of size {size}, does not agree with the last entry; run kesu verify")

    def _replay_rules(self) -> Rules:
        """Fold the administrative entries."""
        rules, mapper = Rules(), self._application.recorded_mapper
        topics = [kind.value for kind in ADMINISTRATIVE]
        for notification in self._recorder.select_notifications(None, self._head.size, topics=topics):
            event = mapper.to_domain_event(notification)
            seq = event.facts.seq
            ((_seq, raw),) = self._reader.entries(seq, seq + 1)
            statement = Statement.parse(split_entry(raw)[1])
            try:
                rules = rules.after(statement, event.body, event.openings, seq)
            except DefinitionFault as error:
                raise StoreUnsound(f"entry {seq} holds a definition that this version cannot read: {error}") from None
            self._ledger_stream, self._ledger_version = str(event.originator_id), event.originator_version
        return rules
