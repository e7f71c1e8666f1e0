"""The signer never says two things about one size: whatever is lost, cut off or exchanged, it refuses or continues."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.errors import SignerMismatch, StoreUnsound
from ledger.service import WritableLedger
from ledger.signer import Signed, SignerJournal
from ledger.store.sqlite import open_file
from tests.ledger.harness import ENTRIES_OF_A_NEW_LEDGER, ORIGIN, Desk, execute, findings, put, query, randomness
from verify.checkpoint import Checkpoint
from verify.merkle import EMPTY_ROOT
from verify.note import SigningKey
from verify.strict import encode_base64

FIRST = ENTRIES_OF_A_NEW_LEDGER
REPOSITORY = Path(__file__).parents[2]
KEY = SigningKey.from_seed(ORIGIN, bytes([7]) * 32)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A ledger with three records, closed again."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        for _ in range(3):
            put(ledger, desk.file())
    return desk


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[SignerJournal]:
    """An empty signer journal."""
    journal = SignerJournal(tmp_path / "journal.db")
    yield journal
    journal.close()


def signed(desk: Desk) -> list[tuple[object, ...]]:
    """Everything in the signer journal."""
    return query(desk.home.signer_journal, "SELECT size, root, note FROM signed ORDER BY size")


def published(desk: Desk) -> list[tuple[object, ...]]:
    """Everything that was published."""
    return query(desk.home.database, "SELECT size, note FROM checkpoints ORDER BY size")


class Crashed(Exception):
    """The process ends here."""


def crash_at_commit(ledger: WritableLedger, number: int, *, persisted: bool) -> None:
    """Raise at the `number`-th commit from now: 1 is the batch, 2 the published checkpoint."""
    commits = iter(range(1, 99))

    def commit(connection: sa.Connection) -> None:
        if next(commits) == number:
            if persisted:
                connection.exec_driver_sql("COMMIT")
            raise Crashed

    sa.event.listen(ledger.sequencer._recorder.engine, "commit", commit)


def leave_unsigned(desk: Desk, count: int = 1) -> None:
    """Write entries and crash before they are signed."""
    with desk.open() as ledger:
        for _ in range(count - 1):
            submission = desk.file()
            ready = ledger.sequencer.admit(submission.statement, submission.openings)
            ledger.sequencer.submit(ready)
        last = desk.file()
        future = ledger.sequencer.submit(ledger.sequencer.admit(last.statement, last.openings))
        crash_at_commit(ledger, 1, persisted=True)
        ledger.sequencer.start()
        future.exception(20)
        assert isinstance(ledger.sequencer.failure, Crashed)


def test_the_journal_remembers_what_it_signed(journal: SignerJournal) -> None:
    """Size, root and note, the largest of them being where the log stands."""
    first = journal.advance(journal.last(), KEY, 3, bytes(32))
    second = journal.advance(Signed(3, bytes(32)), KEY, 8, bytes([1]) * 32)

    assert journal.last() == Signed(8, bytes([1]) * 32)
    assert (journal.note(3), journal.note(8), journal.note(5)) == (first.raw, second.raw, None)
    assert Checkpoint.open(second.raw, KEY.verifier) == second


def test_a_new_journal_stands_at_the_empty_tree(journal: SignerJournal) -> None:
    """Nothing was signed yet."""
    assert journal.last() == Signed(0, EMPTY_ROOT)


@pytest.mark.parametrize("size", [0, 1, 7, 8])
def test_the_journal_never_goes_back(journal: SignerJournal, size: int) -> None:
    """Neither to a smaller size nor to the same one again, were it with the same root."""
    journal.advance(journal.last(), KEY, 8, bytes(32))

    for root in (bytes(32), bytes([1]) * 32):
        with pytest.raises(SignerMismatch, match=f"stands at size 8, .* will not sign size {size}"):
            journal.advance(journal.last(), KEY, size, root)
    assert journal.last() == Signed(8, bytes(32))


@pytest.mark.parametrize("expected", [Signed(0, EMPTY_ROOT), Signed(8, bytes([1]) * 32), Signed(9, bytes(32))])
def test_the_journal_moves_on_from_where_the_signer_believes_it_is_only(
    journal: SignerJournal, expected: Signed
) -> None:
    """Compare and swap: two signers on one journal cannot both go on."""
    journal.advance(journal.last(), KEY, 8, bytes(32))

    with pytest.raises(SignerMismatch):
        journal.advance(expected, KEY, 12, bytes(32))
    assert journal.last() == Signed(8, bytes(32))


def test_two_processes_cannot_both_sign(tmp_path: Path, journal: SignerJournal) -> None:
    """The comparison and the swap are one transaction in the file."""
    other = SignerJournal(tmp_path / "journal.db")
    start = other.last()
    journal.advance(start, KEY, 5, bytes(32))

    with pytest.raises(SignerMismatch):
        other.advance(start, KEY, 5, bytes([1]) * 32)
    other.close()
    assert journal.last() == Signed(5, bytes(32))


def test_a_journal_that_cannot_be_written_signs_nothing(tmp_path: Path, journal: SignerJournal) -> None:
    """The signature leaves once it is durable, or not at all; and the next one is made."""
    blocker = open_file(tmp_path / "journal.db")
    blocker.execute("CREATE TRIGGER full BEFORE INSERT ON signed BEGIN SELECT RAISE(ABORT, 'disk full'); END")

    with pytest.raises(blocker.DatabaseError, match="disk full"):
        journal.advance(journal.last(), KEY, 5, bytes(32))
    blocker.execute("DROP TRIGGER full")
    blocker.close()
    assert journal.last() == Signed(0, EMPTY_ROOT)
    assert journal.advance(journal.last(), KEY, 5, bytes(32)).size == 5


def test_the_order_of_writes(desk: Desk) -> None:
    """Batch durable, then journal, then published: each finds the one before it done."""
    seen: list[tuple[int, int, int]] = []
    with desk.open() as ledger:
        engine = ledger.sequencer._recorder.engine

        def look(_connection: object) -> None:
            journal = signed(desk)[-1][0]
            seen.append((ledger.reader.size(), int(str(journal)), ledger.reader.published_size()))

        sa.event.listen(engine, "commit", look)
        put(ledger, desk.file())
        sa.event.remove(engine, "commit", look)
        size = FIRST + 4

        assert seen == [(size - 1, size - 1, size - 1), (size, size, size - 1)]
        assert (signed(desk)[-1][0], ledger.reader.published_size()) == (size, size)


_CRASHES = [
    pytest.param(1, False, FIRST + 3, id="before the batch is durable"),
    pytest.param(1, True, FIRST + 4, id="before the journal moves"),
    pytest.param(2, False, FIRST + 4, id="before the checkpoint is published"),
    pytest.param(2, True, FIRST + 4, id="before the answer"),
]


@pytest.mark.parametrize(("number", "persisted", "size"), _CRASHES)
def test_after_a_crash_the_log_continues(desk: Desk, number: int, size: int, *, persisted: bool) -> None:
    """Between any two steps: nothing signed is lost, nothing is signed twice, and what was durable is published."""
    before = signed(desk)
    submission = desk.file()
    with desk.open() as ledger:
        ready = ledger.sequencer.admit(submission.statement, submission.openings)
        crash_at_commit(ledger, number, persisted=persisted)
        with pytest.raises(Crashed):
            ledger.sequencer.append(ready)
    left = signed(desk)
    with desk.open() as ledger:
        assert ledger.reader.published_size() == ledger.reader.size() == size
        assert findings(ledger) == []
        assert put(ledger, submission).seq == FIRST + 3
        assert put(ledger, desk.file()).seq == FIRST + 4
        assert findings(ledger) == []
    after = signed(desk)

    assert after[: len(left)] == left
    assert left[: len(before)] == before
    assert [(row[0], row[2]) for row in after] == published(desk)


_KILLED = """
import os, sys
from pathlib import Path
import sqlalchemy as sa
from ledger.home import LedgerHome
from tests.ledger.harness import Desk, put
folder, number, persisted = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "True"
desk = Desk(folder, random=os.urandom, vault_random=os.urandom)
desk._home = LedgerHome(folder)
with desk.open() as ledger:
    commits = iter(range(1, 99))
    def commit(connection):
        if next(commits) == number:
            if persisted:
                connection.exec_driver_sql("COMMIT")
            os._exit(9)
    sa.event.listen(ledger.sequencer._recorder.engine, "commit", commit)
    put(ledger, desk.file())
"""


@pytest.mark.parametrize(("number", "persisted", "size"), _CRASHES)
def test_a_killed_process_loses_nothing_that_was_signed(desk: Desk, number: int, size: int, *, persisted: bool) -> None:
    """The same with a process that is really gone, its write-ahead logs left behind."""
    command = [sys.executable, "-c", _KILLED, str(desk.folder), str(number), str(persisted)]
    ended = subprocess.run(command, check=False, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)})

    assert ended.returncode == 9
    with desk.open() as ledger:
        assert ledger.reader.published_size() == ledger.reader.size() == size
        put(ledger, desk.file())
        assert findings(ledger) == []
    assert [(row[0], row[2]) for row in signed(desk)] == published(desk)


def copy_database(desk: Desk, folder: Path) -> Path:
    """A copy of the main database, as a backup would take it."""
    folder.mkdir()
    return Path(shutil.copy(desk.home.database, folder / "ledger.db"))


def refuse_to_open(desk: Desk) -> str:
    """Open the ledger, which must fail without signing anything; gives the message."""
    before, notes = signed(desk), published(desk)
    with pytest.raises((SignerMismatch, StoreUnsound)) as caught, desk.open():
        pass
    assert (signed(desk), published(desk)) == (before, notes)
    return str(caught.value)


def test_yesterdays_database_is_refused(desk: Desk, tmp_path: Path) -> None:
    """A restored backup beside today's journal: signing on would give two histories; the message has both sizes."""
    yesterday = copy_database(desk, tmp_path / "backup")
    with desk.open() as ledger:
        put(ledger, desk.file())
        put(ledger, desk.file())
    shutil.copy(yesterday, desk.home.database)
    message = refuse_to_open(desk)

    assert f"holds {FIRST + 3} entries" in message
    assert f"signed {FIRST + 5}" in message


def test_yesterdays_journal_is_refused(desk: Desk, tmp_path: Path) -> None:
    """It has forgotten what it signed; the database remembers what was published."""
    yesterday = shutil.copy(desk.home.signer_journal, tmp_path / "journal.db")
    with desk.open() as ledger:
        put(ledger, desk.file())
    shutil.copy(yesterday, desk.home.signer_journal)
    message = refuse_to_open(desk)

    assert f"published checkpoint of size {FIRST + 4}" in message
    assert f"size {FIRST + 3}" in message


def test_a_missing_journal_is_refused(desk: Desk) -> None:
    """An empty one in its place would sign any history."""
    desk.home.signer_journal.unlink()

    with pytest.raises(SignerMismatch, match=f"published checkpoint of size {FIRST + 3} .* size 0"), desk.open():
        pass


def test_the_database_of_another_log_is_refused(desk: Desk, tmp_path: Path) -> None:
    """The same size, another root: one of the two is not of this log, and both roots are named."""
    other = Desk(tmp_path / "other", random=randomness(1))
    with other.found() as ledger:
        for _ in range(3):
            put(ledger, other.file())
        foreign = Checkpoint.parse(ledger.reader.checkpoint())
    shutil.copy(other.home.database, desk.home.database)
    mine = signed(desk)[-1][1]
    message = refuse_to_open(desk)

    assert f"at size {FIRST + 3} the database has root {encode_base64(foreign.root)}" in message
    assert isinstance(mine, bytes)
    assert encode_base64(mine) in message


def test_a_database_that_forked_behind_the_signed_size_is_refused(desk: Desk, tmp_path: Path) -> None:
    """Yesterday's database that went on by itself is longer than the journal, and still not its continuation."""
    yesterday = copy_database(desk, tmp_path / "backup")
    journal = shutil.copy(desk.home.signer_journal, tmp_path / "journal.db")
    with desk.open() as ledger:
        put(ledger, desk.file())
    ours = shutil.copy(desk.home.signer_journal, tmp_path / "ours.db")
    shutil.copy(yesterday, desk.home.database)
    shutil.copy(journal, desk.home.signer_journal)
    with desk.open() as ledger:
        put(ledger, desk.file())
        put(ledger, desk.file())
    execute(desk.home.database, "DELETE FROM checkpoints WHERE size > ?", FIRST + 3)
    shutil.copy(ours, desk.home.signer_journal)

    assert f"at size {FIRST + 4} the database has root" in refuse_to_open(desk)


def test_tiles_that_are_gone_are_refused(desk: Desk) -> None:
    """What was signed cannot be recomputed."""
    execute(desk.home.database, "DELETE FROM tile_hashes WHERE position = 2")

    assert f"the tiles of the {FIRST + 3} entries that were signed cannot be read" in refuse_to_open(desk)


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE entries SET raw = ? WHERE seq = 8", "entry 8 as read back"),
        ("UPDATE tile_hashes SET hash = ? WHERE level = 0 AND position = 8", "entry 8 as read back"),
        ("DELETE FROM entries WHERE seq = 8 AND ? IS NOT NULL", "entries 8 to 9 are not all stored"),
        ("DELETE FROM tile_hashes WHERE position = 8 AND ? IS NOT NULL", "entries 8 to 9 are not all stored"),
    ],
)
def test_what_is_not_signed_yet_is_read_back_first(desk: Desk, statement: str, message: str) -> None:
    """A bit that flipped on its way to the disk must be found before it is signed for ever."""
    leave_unsigned(desk, 2)
    column = "raw FROM entries WHERE seq = 8" if "entries" in statement else "hash FROM tile_hashes WHERE position = 8"
    ((value,),) = query(desk.home.database, f"SELECT {column} LIMIT 1")
    assert isinstance(value, bytes)
    execute(desk.home.database, statement, bytes([value[0] ^ 1]) + value[1:])

    assert message in refuse_to_open(desk)


@pytest.mark.parametrize(
    "change", ["digest = zeroblob(32)", "recorded_at = '2020-01-01T00:00:00.000000Z'", "size = size + 1"]
)
def test_a_head_row_that_is_not_of_the_last_entry_is_refused(desk: Desk, change: str) -> None:
    """The next entry would be chained to nothing, and that signed for ever."""
    execute(desk.home.database, f"UPDATE head SET {change}")  # noqa: S608 - from the list above

    assert "table head" in refuse_to_open(desk)


def test_hashes_of_full_tiles_are_read_back_too(desk: Desk) -> None:
    """A wrong one would make receipts that do not verify, and the next start impossible."""
    leave_unsigned(desk, 256)
    execute(desk.home.database, "UPDATE tile_hashes SET hash = ? WHERE level = 1", bytes(32))

    assert "hash 0 of tile level 1" in refuse_to_open(desk)


def test_a_published_checkpoint_that_was_lost_is_published_again(desk: Desk) -> None:
    """The journal has the very note; the ledger goes on with it."""
    before = published(desk)
    execute(desk.home.database, "DELETE FROM checkpoints WHERE size = ?", FIRST + 3)
    with desk.open() as ledger:
        assert findings(ledger) == []
    assert published(desk) == before


def test_opening_and_closing_signs_nothing(desk: Desk) -> None:
    """There is nothing new to say."""
    before = signed(desk)
    for _ in range(3):
        with desk.open() as ledger:
            assert ledger.reader.published_size() == FIRST + 3

    assert signed(desk) == before
