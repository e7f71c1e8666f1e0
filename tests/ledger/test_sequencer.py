"""The sequencer: what is waiting is decided in order, committed together, and answered with receipts or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from ledger import sequencer as sequencer_module
from ledger.administration import revocation_statement, rotation_statement
from ledger.chain import Head, LogBatch
from ledger.domain.bodies import CataloguePublished, KeyRevoked
from ledger.errors import (
    Busy,
    Fatal,
    NotAdmissible,
    NotEntitled,
    Refusal,
    RuleBroken,
    StatementIdReused,
    Stopped,
    StoreUnsound,
)
from ledger.sequencer import MAX_BATCH, MAX_WAITING, Accepted
from ledger.service import WritableLedger
from ledger.vocabulary import ObjectionOutcome
from tests.ledger.harness import (
    ENTRIES_OF_A_NEW_LEDGER,
    MARKET,
    NOON,
    OTHER_ENTERPRISE,
    TAX,
    Desk,
    execute,
    findings,
    put,
    report_of,
)
from verify.entry import MAX_ENTRY_BYTES, Entry
from verify.errors import Malformed
from verify.merkle import Frontier
from verify.note import SigningKey
from verify.receipt import verify_receipt
from verify.strict import format_instant
from verify.submission import Submission

FIRST = ENTRIES_OF_A_NEW_LEDGER


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """Everybody around a ledger that is not founded yet."""
    return Desk(tmp_path / "ledger")


@pytest.fixture
def ledger(desk: Desk) -> Iterator[WritableLedger]:
    """A founded ledger whose thread does not run yet; at the end the whole log must audit clean."""
    with desk.found() as ledger:
        yield ledger
        assert findings(ledger) == []


def queue(ledger: WritableLedger, *submissions: Submission) -> list[Future[Accepted]]:
    """Queue statements; before the thread runs they will be one batch."""
    return [
        ledger.sequencer.submit(ledger.sequencer.admit(submission.statement, submission.openings))
        for submission in submissions
    ]


def batch(ledger: WritableLedger, *submissions: Submission) -> list[Accepted | BaseException]:
    """Have statements decided in one batch; refusals are given, not raised."""
    futures = queue(ledger, *submissions)
    ledger.sequencer.start()
    return [future.exception(20) or future.result() for future in futures]


def kinds(answers: list[Accepted | BaseException]) -> list[type]:
    """The types of the answers."""
    return [type(answer) for answer in answers]


def test_a_batch_gets_one_checkpoint_and_each_statement_a_receipt(desk: Desk, ledger: WritableLedger) -> None:
    """Waiting statements share the fsyncs; each receipt verifies by itself, with the log's key alone."""
    before = len(ledger.reader.checkpoints())
    submissions = [desk.file() for _ in range(30)]
    answers = batch(ledger, *submissions)
    receipts = [answer.receipt for answer in answers if isinstance(answer, Accepted)]
    verified = [verify_receipt(receipt, ledger.log_key) for receipt in receipts]

    assert len(ledger.reader.checkpoints()) == before + 1
    assert [item.entry.header.seq for item in verified] == list(range(FIRST, FIRST + 30))
    assert [item.entry.statement.raw for item in verified] == [submission.statement for submission in submissions]
    assert {item.checkpoint.raw for item in verified} == {ledger.reader.checkpoint()}


def test_more_than_a_batch_waiting_is_cut_into_batches(
    desk: Desk, ledger: WritableLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction stays small enough to be answered in a fraction of a second."""
    monkeypatch.setattr(sequencer_module, "MAX_BATCH", 4)
    before = len(ledger.reader.checkpoints())
    answers = batch(ledger, *(desk.file() for _ in range(10)))

    assert kinds(answers) == [Accepted] * 10
    assert len(ledger.reader.checkpoints()) == before + 3
    assert MAX_BATCH < MAX_WAITING


def test_a_refused_statement_does_not_hurt_its_neighbours(desk: Desk, ledger: WritableLedger) -> None:
    """It takes no number, and those behind it are decided as if it had never been there."""
    record = desk.new_id()
    answers = batch(ledger, desk.file(record), desk.file(record), desk.revoke(desk.new_id()), desk.file())

    assert kinds(answers) == [Accepted, RuleBroken, RuleBroken, Accepted]
    assert [answer.seq for answer in answers if isinstance(answer, Accepted)] == [FIRST, FIRST + 1]


def test_a_batch_of_refusals_writes_nothing(desk: Desk, ledger: WritableLedger) -> None:
    """No entry, no checkpoint."""
    before = (ledger.reader.size(), len(ledger.reader.checkpoints()))
    answers = batch(ledger, desk.revoke(desk.new_id()), desk.revoke(desk.new_id()))

    assert kinds(answers) == [RuleBroken, RuleBroken]
    assert (ledger.reader.size(), len(ledger.reader.checkpoints())) == before


def test_the_same_statement_twice_in_a_batch_is_one_entry(desk: Desk, ledger: WritableLedger) -> None:
    """A sender that tries again gets the receipt of the first time."""
    submission = desk.file()
    first, second = batch(ledger, submission, submission)

    assert isinstance(first, Accepted)
    assert second == replace(first, repeated=True, warnings=())
    assert ledger.reader.size() == FIRST + 1


def test_the_same_statement_later_gets_the_first_receipt(desk: Desk, ledger: WritableLedger) -> None:
    """Not a newer one: whoever compares receipts sees the same bytes."""
    submission = desk.file()
    first = put(ledger, submission)
    put(ledger, desk.file())

    assert put(ledger, submission) == replace(first, repeated=True)


def test_the_same_statement_after_a_restart_gets_the_first_receipt(desk: Desk) -> None:
    """What was answered is remembered by the log, not by the process."""
    submission = desk.file()
    with desk.found() as ledger:
        first = put(ledger, submission)
        put(ledger, desk.file())
    with desk.open() as ledger:
        assert put(ledger, submission) == replace(first, repeated=True)
        assert findings(ledger) == []


def test_a_repeated_statement_is_not_judged_again(desk: Desk, ledger: WritableLedger) -> None:
    """The record was revoked since, and a filing of it again would be refused; the answer is still the receipt."""
    record = desk.new_id()
    submission = desk.file(record)
    first = put(ledger, submission)
    put(ledger, desk.revoke(record))

    assert put(ledger, submission) == replace(first, repeated=True)


def test_an_id_with_other_bytes_is_refused(desk: Desk, ledger: WritableLedger) -> None:
    """In the same batch and later; the entry that has the id is named."""
    identifier = desk.new_id()
    first, second = batch(ledger, desk.file(identifier=identifier), desk.file(identifier=identifier))
    (third,) = queue(ledger, desk.file(identifier=identifier))

    assert isinstance(first, Accepted)
    assert isinstance(second, StatementIdReused)
    with pytest.raises(StatementIdReused, match=f"entry {FIRST} has this id"):
        third.result(20)
    assert ledger.reader.size() == FIRST + 1


def test_the_same_statement_with_one_more_signature_has_other_bytes(desk: Desk, ledger: WritableLedger) -> None:
    """What was signed by more people is not what was recorded."""
    submission, operator = desk.file(), desk.home.operator_key()
    put(ledger, submission)

    with pytest.raises(StatementIdReused):
        put(ledger, submission.countersign(operator))


def test_a_key_revoked_after_admission_is_refused(desk: Desk, ledger: WritableLedger) -> None:
    """Competence is asked again at the position the statement would get."""
    submission = desk.file()
    ready = ledger.sequencer.admit(submission.statement, submission.openings)
    put(ledger, revocation_statement(desk.pen(MARKET), MARKET.verifier, "私钥泄露"))

    with pytest.raises(NotEntitled, match=f"was ended by entry {FIRST}"):
        ledger.sequencer.append(ready)


def test_a_key_revoked_earlier_in_the_batch_is_refused(desk: Desk, ledger: WritableLedger) -> None:
    """The same, with no time at all between the two; another department's statement is not touched."""
    revocation = revocation_statement(desk.pen(desk.home.operator_key()), MARKET.verifier, "私钥泄露")
    answers = batch(ledger, desk.file(), revocation, desk.file(), desk.file(key=TAX))

    assert kinds(answers) == [Accepted, Accepted, NotEntitled, Accepted]


def test_a_rotated_key_signs_on(desk: Desk, ledger: WritableLedger) -> None:
    """The new key signs from then on, the old one no longer, and the record stays with its department."""
    record, new = desk.new_id(), SigningKey.from_seed("12110000000000000K/2", bytes([9]) * 32)
    put(ledger, desk.file(record))
    put(ledger, rotation_statement(desk.pen(MARKET), new))

    assert put(ledger, desk.revoke(record, key=new)).seq == FIRST + 2
    with pytest.raises(NotEntitled):
        put(ledger, desk.file())


def test_a_decision_rests_on_what_happened_earlier_in_the_batch(desk: Desk, ledger: WritableLedger) -> None:
    """Filed, disputed, corrected and resolved in one batch; then revoked, and corrected no more."""
    record, objection = desk.new_id(), desk.new_id()
    answers = batch(
        ledger,
        desk.file(record),
        desk.object(record, objection, key=TAX),
        desk.correct(record, objection=objection),
        desk.resolve(record, objection, ObjectionOutcome.CORRECTED),
        desk.revoke(record),
        desk.correct(record),
    )

    assert kinds(answers) == [Accepted] * 5 + [RuleBroken]
    headers = [Entry.parse(answer.receipt.entry).header for answer in answers if isinstance(answer, Accepted)]
    assert [header.version for header in headers] == [1, 2, 3, 4, 5]
    assert {header.stream for header in headers} == {record}
    assert [(header.discloses, header.withdraws) for header in headers] == [
        ((FIRST,), ()),
        ((), ()),
        ((), ()),
        ((), ()),
        ((), (FIRST,)),
    ]


def test_a_decision_rests_on_what_was_recorded_before_the_restart(desk: Desk) -> None:
    """States are rebuilt from the stored events."""
    record, objection = desk.new_id(), desk.new_id()
    with desk.found() as ledger:
        put(ledger, desk.file(record))
        put(ledger, desk.object(record, objection))
    with desk.open() as ledger:
        with pytest.raises(RuleBroken):
            put(ledger, desk.object(record, objection))
        put(ledger, desk.correct(record, objection=objection))
        put(ledger, desk.resolve(record, objection, ObjectionOutcome.CORRECTED))

        assert findings(ledger) == []


def test_a_decision_does_not_need_the_values(desk: Desk) -> None:
    """A record whose values are gone can still be revoked."""
    record = desk.new_id()
    with desk.found() as ledger:
        filed = put(ledger, desk.file(record))
    execute(desk.home.database, "DELETE FROM openings WHERE position = ?", filed.seq + 1)
    with desk.open() as ledger:
        put(ledger, desk.revoke(record))

        assert [finding.seq for finding in findings(ledger)] == [filed.seq]


def test_a_correction_of_another_subject_is_refused(desk: Desk, ledger: WritableLedger) -> None:
    """The header of an entry names the subject of the record, whatever the statement says."""
    record = desk.new_id()
    put(ledger, desk.file(record))

    with pytest.raises(RuleBroken, match="keeps the record's subject"):
        put(ledger, desk.correct(record, subject=OTHER_ENTERPRISE))


def test_the_ledgers_own_stream_is_not_a_record(desk: Desk, ledger: WritableLedger) -> None:
    """Its id stands in every receipt of an administrative statement; whoever uses it is refused like anybody else."""
    ((_seq, raw),) = ledger.reader.entries(0, 1)
    stream = Entry.parse(raw).header.stream
    answers = batch(ledger, desk.file(stream), desk.revoke(stream), desk.file())

    assert kinds(answers) == [RuleBroken, RuleBroken, Accepted]


def test_recorded_time_never_goes_back(desk: Desk, ledger: WritableLedger) -> None:
    """A clock that is set back does not reorder what was recorded; the entries wait for it to catch up."""
    times = []
    for seconds in (60, -3600, 10, 3600):
        desk.clock.advance(seconds)
        times.append(Entry.parse(put(ledger, desk.file()).receipt.entry).header.recorded_at)
    minute, late = (format_instant(NOON.replace(minute=value)) for value in (1, 1))

    assert times[:3] == [minute, late, minute]
    assert times[3] == format_instant(desk.clock())
    assert times == sorted(times)


def test_a_ledger_of_samples_follows_the_statements_clock(desk: Desk) -> None:
    """History that is brought in keeps its dates, and the first entry says for ever that it does."""
    with desk.found(simulated_clock=True) as ledger:
        desk.clock.advance(-86_400)
        past = put(ledger, desk.file())
        desk.clock.advance(2 * 86_400)
        late = desk.file()
        desk.clock.advance(86_400)
        future = put(ledger, late)
        report = report_of(ledger)

        assert Entry.parse(past.receipt.entry).header.recorded_at == format_instant(NOON)
        assert Entry.parse(future.receipt.entry).header.recorded_at == format_instant(NOON.replace(day=21))
        assert report.findings == ()
        assert report.simulated_clock


def test_an_entry_that_would_be_too_large_is_refused_alone(desk: Desk, ledger: WritableLedger) -> None:
    """Bundles write the length of an entry in 16 bits; the neighbours are recorded."""
    neighbour, huge = desk.file(), desk.file()
    ready = ledger.sequencer.admit(huge.statement, huge.openings)
    grown = replace(ready, statement=replace(ready.statement, raw=bytes(MAX_ENTRY_BYTES)))
    futures = [*queue(ledger, neighbour), ledger.sequencer.submit(grown), *queue(ledger, desk.file())]
    ledger.sequencer.start()

    assert [future.exception(20) is None for future in futures] == [True, False, True]
    with pytest.raises(NotAdmissible, match="more than 65535; shorten the statement"):
        futures[1].result()


def test_a_batch_is_not_changed_by_an_entry_that_is_too_large() -> None:
    """Neither number nor chain nor tree have moved."""
    log = LogBatch.after(Head(), Frontier())
    stream, instant = "019a0000-0000-7000-8000-000000000000", "2026-11-20T04:00:00.000000Z"
    log.append(log.header(stream, 1, "", instant), b"x", bytes(16))
    before = (log.head, list(log.entries), list(log.tile_hashes), log.frontier.root())

    with pytest.raises(Malformed):
        log.append(log.header(stream, 2, "", instant), bytes(MAX_ENTRY_BYTES), bytes(16))
    assert (log.head, log.entries, log.tile_hashes, log.frontier.root()) == before


def test_a_full_queue_says_so(desk: Desk, ledger: WritableLedger) -> None:
    """The sender is told at once and can try again; what is waiting is answered."""
    submission = desk.file()
    ready = ledger.sequencer.admit(submission.statement, submission.openings)
    futures = [ledger.sequencer.submit(ready) for _ in range(MAX_WAITING)]

    with pytest.raises(Busy, match="4096 statements are waiting"):
        ledger.sequencer.submit(ready)
    assert ledger.sequencer.waiting == MAX_WAITING
    ledger.sequencer.stop()
    assert all(isinstance(future.exception(0), Stopped) for future in futures)


def test_stopping_finishes_what_is_waiting(desk: Desk, ledger: WritableLedger) -> None:
    """Nobody who was let in goes without an answer."""
    futures = queue(ledger, *(desk.file() for _ in range(20)))
    late = desk.file()
    ready = ledger.sequencer.admit(late.statement, late.openings)
    ledger.sequencer.start()
    ledger.sequencer.stop()

    assert [future.result(0).seq for future in futures] == list(range(FIRST, FIRST + 20))
    with pytest.raises(Stopped):
        ledger.sequencer.submit(ready)
    ledger.sequencer.stop()


def test_leaving_the_ledger_by_an_error_finishes_what_is_waiting(desk: Desk) -> None:
    """The stores are closed after the last batch, not under it."""
    futures: list[Future[Accepted]] = []

    def interrupted() -> None:
        with desk.found() as ledger:
            futures.extend(queue(ledger, *(desk.file() for _ in range(20))))
            ledger.sequencer.start()
            raise KeyError

    with pytest.raises(KeyError):
        interrupted()
    assert [future.result(0).seq for future in futures] == list(range(FIRST, FIRST + 20))


def test_a_sender_that_gave_up_stops_nobody(desk: Desk, ledger: WritableLedger) -> None:
    """A connection that breaks cancels its future; its statement is not written, its neighbours are."""
    futures = queue(ledger, desk.file(), desk.file(), desk.file())
    futures[1].cancel()
    ledger.sequencer.start()

    assert [futures[number].result(20).seq for number in (0, 2)] == [FIRST, FIRST + 1]
    assert ledger.sequencer.failure is None
    ledger.sequencer.stop()
    assert ledger.sequencer.failure is None


def test_new_rules_hold_for_the_next_statement(desk: Desk, ledger: WritableLedger) -> None:
    """Registry and catalogue are replaced whole, and replayed from the log when it is opened again."""
    before = ledger.sequencer.rules
    put(ledger, revocation_statement(desk.pen(TAX), TAX.verifier, "停用"))

    assert before.registry.keys[TAX.verifier.name, TAX.verifier.key_id].ended_by is None
    assert ledger.sequencer.rules.registry.keys[TAX.verifier.name, TAX.verifier.key_id].ended_by == FIRST
    with pytest.raises(NotEntitled):
        put(ledger, desk.file(key=TAX))


def test_the_rules_are_the_same_after_a_restart(desk: Desk) -> None:
    """Keys, departments and items come from the administrative entries alone."""
    with desk.found() as ledger:
        put(ledger, revocation_statement(desk.pen(TAX), TAX.verifier, "停用"))
        rules = ledger.sequencer.rules
    with desk.open() as ledger:
        assert ledger.sequencer.rules == rules
        topics = [event.topic for event in ledger.recorder.select_notifications(None, 99)]
        names = {CataloguePublished.__struct_config__.tag, KeyRevoked.__struct_config__.tag}
        assert names <= set(topics)


class Broken(Exception):
    """The fault that a test plants."""


@contextmanager
def fault_at_commit(ledger: WritableLedger, number: int, *, persisted: bool) -> Iterator[None]:
    """Make the `number`-th commit of the writer fail: before it happens, or after, so that nobody hears of it."""
    engine = ledger.sequencer._recorder.engine
    commits = 0

    def commit(connection: sa.Connection) -> None:
        nonlocal commits
        commits += 1
        if commits != number:
            return
        if persisted:
            connection.exec_driver_sql("COMMIT")
        raise Broken

    sa.event.listen(engine, "commit", commit)
    try:
        yield
    finally:
        sa.event.remove(engine, "commit", commit)


@pytest.mark.parametrize(
    ("number", "persisted", "kept"),
    [
        pytest.param(1, False, 0, id="batch not persisted"),
        pytest.param(1, True, 3, id="batch persisted but reported failed"),
        pytest.param(2, False, 3, id="checkpoint not persisted"),
        pytest.param(2, True, 3, id="checkpoint persisted but reported failed"),
    ],
)
def test_after_an_unknown_outcome_everything_stops(desk: Desk, number: int, *, persisted: bool, kept: int) -> None:
    """Nobody gets an answer that may be wrong; the next start finds out what is stored and goes on from there."""
    submissions = [desk.file(), desk.file(), desk.file()]
    late = desk.file()
    with desk.found() as ledger:
        checkpoint = ledger.reader.checkpoint()
        ready = ledger.sequencer.admit(late.statement, late.openings)
        refused = desk.revoke(desk.new_id())
        with fault_at_commit(ledger, number, persisted=persisted):
            answers = batch(ledger, *submissions, refused)

        assert kinds(answers) == [Stopped] * 4
        assert isinstance(ledger.sequencer.failure, Broken)
        with pytest.raises(Stopped):
            ledger.sequencer.submit(ready)
        assert (ledger.reader.checkpoint() == checkpoint) is not (number == 2 and persisted)
    with desk.open() as ledger:
        assert ledger.reader.size() == FIRST + kept
        assert findings(ledger) == []
        answers = batch(ledger, *submissions, late)
        assert [answer.repeated for answer in answers if isinstance(answer, Accepted)] == [kept > 0] * 3 + [False]
        assert ledger.reader.size() == FIRST + 4
        assert findings(ledger) == []


def test_statements_behind_a_failed_batch_are_told(
    desk: Desk, ledger: WritableLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were waiting for their turn, which will not come."""
    monkeypatch.setattr(sequencer_module, "MAX_BATCH", 2)
    with fault_at_commit(ledger, 1, persisted=False):
        answers = batch(ledger, *(desk.file() for _ in range(7)))

    assert kinds(answers) == [Stopped] * 7


def test_a_table_that_is_gone_stops_everything(desk: Desk) -> None:
    """A real failure of the database, half-way through the transaction: nothing of the batch is stored."""
    with desk.found() as ledger:
        submission = desk.file()
        ready = ledger.sequencer.admit(submission.statement, submission.openings)
        execute(desk.home.database, "ALTER TABLE tile_hashes RENAME TO elsewhere")
        future = ledger.sequencer.submit(ready)
        ledger.sequencer.start()

        assert isinstance(future.exception(20), Stopped)
        assert ledger.sequencer.failure is not None
    execute(desk.home.database, "ALTER TABLE elsewhere RENAME TO tile_hashes")
    with desk.open() as ledger:
        assert ledger.reader.size() == FIRST
        assert put(ledger, submission).seq == FIRST
        assert findings(ledger) == []


def test_a_second_writer_is_noticed(desk: Desk) -> None:
    """If the lock did not hold (a network drive), the head row still does: the log is not forked."""
    with desk.found() as ledger:
        submission = desk.file()
        ready = ledger.sequencer.admit(submission.statement, submission.openings)
        execute(desk.home.database, "UPDATE head SET size = size + 1")

        with pytest.raises(StoreUnsound, match="two writers"):
            ledger.sequencer.append(ready)
        execute(desk.home.database, "UPDATE head SET size = size - 1")
        assert findings(ledger) == []


def test_errors_are_either_refusals_or_fatal() -> None:
    """A caller can tell its own mistake from the ledger's."""
    assert not issubclass(Fatal, Refusal)
    assert issubclass(StoreUnsound, Fatal)
    for kind in (NotAdmissible, NotEntitled, RuleBroken, StatementIdReused):
        assert issubclass(kind, Refusal)


def random_statement(desk: Desk, records: list[str], objections: list[str]) -> Submission:
    """A statement of any kind, by either department, that may or may not be allowed."""
    kind, pick, other, who = desk.random(4)
    record, objection, key = (
        records[pick % len(records)],
        objections[other % len(objections)],
        TAX if who < 64 else MARKET,
    )
    cited = objection if other % 3 == 0 else None
    match kind % 6:
        case 0:
            return desk.file(record, key=key)
        case 1:
            return desk.correct(record, key=key, objection=cited)
        case 2 if other < 40:
            return desk.revoke(record, key=key, objection=cited)
        case 3:
            return desk.object(record, objection, key=key)
        case 4:
            return desk.resolve(record, objection, list(ObjectionOutcome)[other % 3], key=key)
    return desk.file(key=key)


def test_random_traffic_leaves_a_clean_log(desk: Desk, ledger: WritableLedger) -> None:
    """Hundreds of statements of all kinds, legal or not, from two departments: every accepted one is in the log."""
    records = [desk.new_id() for _ in range(12)]
    objections = [desk.new_id() for _ in range(6)]
    ledger.sequencer.start()
    futures = [future for _ in range(250) for future in queue(ledger, random_statement(desk, records, objections))]
    answers = [future.exception(20) or future.result() for future in futures]
    accepted = [answer for answer in answers if isinstance(answer, Accepted)]

    assert {type(answer) for answer in answers} == {Accepted, RuleBroken}
    assert sorted(answer.seq for answer in accepted) == list(range(FIRST, ledger.reader.size()))
    for answer in accepted:
        entry = verify_receipt(answer.receipt, ledger.log_key).entry
        assert ledger.reader.find([UUID(entry.statement.id)]) == {
            UUID(entry.statement.id): (answer.seq, answer.receipt.entry)
        }
