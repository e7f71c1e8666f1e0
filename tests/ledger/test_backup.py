"""A backup is whole or not there; what comes back of it is audited first, and never signs a second history."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger import snapshot
from ledger.backup import back_up, back_up_keys, free_bytes, require_apart
from ledger.domain.events import Erased
from ledger.errors import BackupUnsound, NotFit, SignerMismatch
from ledger.home import LedgerHome
from ledger.manifest import Kind, Manifest, read_manifest
from ledger.restoring import Restored, restore
from ledger.staging import PlaceTaken
from tests.ledger.harness import (
    ENTERPRISE,
    ENTRIES_OF_A_NEW_LEDGER,
    OTHER_ENTERPRISE,
    Clock,
    Desk,
    execute,
    findings,
    put,
    query,
    randomness,
)
from verify.checkpoint import Checkpoint
from verify.strict import encode_base64

FIRST = ENTRIES_OF_A_NEW_LEDGER
WHEN = "2026-11-20T04:00:00.000000Z"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ledger with three records of one subject and one of another; only to be copied."""
    desk = Desk(tmp_path_factory.mktemp("backup") / "ledger")
    with desk.found() as ledger:
        for _ in range(3):
            put(ledger, desk.file())
        put(ledger, desk.file(subject=OTHER_ENTERPRISE, CF_XDR_MC="测试商贸有限公司"))
    return desk


@pytest.fixture
def desk(founded: Desk, tmp_path: Path) -> Desk:
    """The same ledger, to be changed."""
    return founded.copy(tmp_path / "ledger")


def saved(desk: Desk, target: Path) -> Manifest:
    """A backup of the database."""
    return back_up(desk.home, target, made_at=WHEN, free=free_bytes)


def saved_keys(desk: Desk, target: Path) -> Manifest:
    """A backup of the keys."""
    return back_up_keys(desk.home, target, made_at=WHEN)


def back(target: Path, folder: Path, keys: Path | None = None) -> Restored:
    """Restore in this process."""
    return restore(target, folder, keys=keys, random=randomness(3))


def desk_at(folder: Path) -> Desk:
    """A desk for a restored folder."""
    return Desk(folder, Clock(), randomness(4), randomness(5), LedgerHome(folder))


def left_behind(folder: Path) -> list[str]:
    """Names in a folder, hidden ones too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_manifest_says_what_is_in_a_backup(desk: Desk, tmp_path: Path) -> None:
    """Size, root, note, when, and the digest as `sha256sum` has it."""
    made = saved(desk, tmp_path / "backup")
    with desk.read() as ledger:
        checkpoint = Checkpoint.parse(ledger.reader.checkpoint())

    assert (made.kind, made.origin, made.made_at, made.size) == (Kind.LEDGER, checkpoint.origin, WHEN, FIRST + 4)
    assert (made.root, made.checkpoint) == (encode_base64(checkpoint.root), checkpoint.raw.decode())
    assert read_manifest(tmp_path / "backup", Kind.LEDGER) == made
    assert left_behind(tmp_path / "backup") == ["ledger.db", "manifest.json", "manifest.sha256"]
    summed = subprocess.run(
        ["sha256sum", tmp_path / "backup" / "ledger.db"], capture_output=True, text=True, check=True
    )
    assert summed.stdout.split()[0] == made.files[0].sha256


def test_only_the_owner_may_read_a_backup(desk: Desk, tmp_path: Path) -> None:
    """The umask of whoever runs it has no say."""
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")

    for place in (tmp_path / "backup", tmp_path / "keys"):
        assert {path.stat().st_mode & 0o077 for path in (place, *place.rglob("*"))} == {0}


def test_keys_and_database_never_lie_in_one_place(desk: Desk, tmp_path: Path) -> None:
    """No key in the backup of the ledger, no entry in that of the keys, the journal in neither."""
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")
    files = {
        str(path.relative_to(tmp_path)) for place in ("backup", "keys") for path in (tmp_path / place).rglob("*.*")
    }

    assert {"keys/keys/subjects.db", "keys/keys/log.key", "backup/ledger.db"} <= files
    assert not [name for name in files if "journal" in name]
    assert not [name for name in files if name.startswith("backup/") and "key" in name]
    for target, keys in (("x", "x"), ("x", "x/keys"), ("keys/x", "keys"), ("ledger/x", "y"), ("x", "ledger/keys/y")):
        with pytest.raises(PlaceTaken, match="lies within"):
            require_apart(desk.home, tmp_path / target, tmp_path / keys)


def test_a_backup_during_appends_is_one_moment(desk: Desk, tmp_path: Path) -> None:
    """A writer goes on while it is made; what comes back is a clean ledger of some size between."""
    stop, size = threading.Event(), [0]
    with desk.open() as ledger:

        def write() -> None:
            while not stop.is_set():
                put(ledger, desk.file())
                size[0] += 1

        writer = threading.Thread(target=write)
        writer.start()
        try:
            made = [saved(desk, tmp_path / f"backup-{number}") for number in range(5)]
        finally:
            stop.set()
            writer.join()
    sizes = [each.size for each in made]
    restored = back(tmp_path / "backup-4", tmp_path / "restored")

    assert sizes == sorted(sizes)
    assert FIRST + 4 < sizes[-1] <= FIRST + 4 + size[0]
    assert restored.report.clean
    assert restored.report.checkpoint is not None
    assert sizes[-1] - 1 <= restored.report.checkpoint.size <= sizes[-1]


def test_what_is_written_between_two_steps_is_not_in_the_backup(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's own backup begins anew after every foreign write; ours ends, and is of the moment at which it began."""
    monkeypatch.setattr(snapshot, "_PAGES_AT_ONCE", 8)
    steps: list[int] = []
    with desk.open() as ledger:

        def step(done: int, _all: int) -> None:
            put(ledger, desk.file())
            steps.append(done)

        made = back_up(desk.home, tmp_path / "backup", made_at=WHEN, free=free_bytes, progress=step)
        assert ledger.reader.size() == FIRST + 4 + len(steps)

    assert made.size == FIRST + 4
    assert len(steps) > 5
    assert back(tmp_path / "backup", tmp_path / "restored").report.clean


def test_a_restored_ledger_goes_on_with_its_keys_and_its_journal(desk: Desk, tmp_path: Path) -> None:
    """Values can be read, the audit is clean, and the next entry is signed."""
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")
    restored = back(tmp_path / "backup", tmp_path / "restored", tmp_path / "keys")
    shutil.move(desk.folder / "signer", tmp_path / "restored" / "signer")
    again = desk_at(tmp_path / "restored")
    again.clock.moment = desk.clock.moment

    assert restored.report.openings > 4
    assert restored.keys_made_at == WHEN
    with again.open() as ledger:
        put(ledger, again.file(identifier=desk.new_id()))
        assert findings(ledger) == []
        assert ledger.reader.published_size() == FIRST + 5


def test_yesterdays_backup_signs_nothing_beside_todays_journal(desk: Desk, tmp_path: Path) -> None:
    """It would say a second time what entries 9 and 10 are; with the newest backup it goes on."""
    saved(desk, tmp_path / "yesterday")
    with desk.open() as ledger:
        put(ledger, desk.file())
        put(ledger, desk.file())
    saved(desk, tmp_path / "today")
    saved_keys(desk, tmp_path / "keys")
    back(tmp_path / "yesterday", tmp_path / "old", tmp_path / "keys")
    back(tmp_path / "today", tmp_path / "new", tmp_path / "keys")
    shutil.move(desk.folder / "signer", tmp_path / "old" / "signer")
    journal = (tmp_path / "old" / "signer" / "journal.db").read_bytes()

    with pytest.raises(
        SignerMismatch, match=f"holds {FIRST + 4} entries but the signer journal has signed {FIRST + 6}"
    ):
        desk_at(tmp_path / "old").open().__enter__()
    assert (tmp_path / "old" / "signer" / "journal.db").read_bytes() == journal
    shutil.move(tmp_path / "old" / "signer", tmp_path / "new" / "signer")
    with desk_at(tmp_path / "new").open() as ledger:
        put(ledger, desk.file())
        assert ledger.reader.published_size() == FIRST + 7


def test_a_restored_ledger_without_its_journal_or_keys_is_not_opened(desk: Desk, tmp_path: Path) -> None:
    """New ones in their place would forget what was signed, and make keys that open nothing."""
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")
    back(tmp_path / "backup", tmp_path / "bare")
    back(tmp_path / "backup", tmp_path / "restored", tmp_path / "keys")

    for name, missing in (("bare", "keys/subjects.db"), ("restored", "signer/journal.db")):
        with pytest.raises(NotFit, match=f"{missing} .* is missing"):
            desk_at(tmp_path / name).open().__enter__()
    assert left_behind(tmp_path / "bare") == ["ledger.db"]
    assert not (tmp_path / "restored" / "signer").exists()


def test_an_erased_value_does_not_come_back(desk: Desk, tmp_path: Path) -> None:
    """Its key is destroyed by hand; the old database has the ciphertext, and no set of keys opens it any more."""
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")
    with desk.read() as ledger:
        events = list(ledger.recorder.select_notifications(None, FIRST + 4))
        subject = ledger.mapper.to_domain_event(events[FIRST]).facts.subject
    ((wrapped,),) = query(desk.home.key_store, "SELECT wrapped FROM subject_keys WHERE subject = ?", subject)
    assert isinstance(wrapped, bytes)
    assert wrapped in (tmp_path / "keys" / "keys" / "subjects.db").read_bytes()
    execute(desk.home.key_store, "DELETE FROM subject_keys WHERE subject = ?", subject)
    saved_keys(desk, tmp_path / "keys")
    restored = back(tmp_path / "backup", tmp_path / "restored", tmp_path / "keys")

    assert not [path for path in (tmp_path / "keys").rglob("*") if path.is_file() and wrapped in path.read_bytes()]
    assert left_behind(tmp_path) == ["backup", "keys", "ledger", "restored"]
    assert restored.report.clean
    with desk_at(tmp_path / "restored").read() as ledger:
        opened = [
            ledger.mapper.to_domain_event(event) for event in ledger.recorder.select_notifications(None, FIRST + 4)
        ]
    of_records = opened[FIRST:]
    assert [event.facts.subject == subject for event in of_records] == [True, True, True, False]
    assert [isinstance(event.openings, Erased) for event in of_records] == [True, True, True, False]
    assert (ENTERPRISE.code, len(of_records)) == ("91110000MA00000077", 4)


@pytest.mark.parametrize("name", ["ledger.db", "manifest.json", "manifest.sha256"])
def test_a_flipped_byte_in_a_backup_is_refused(desk: Desk, tmp_path: Path, name: str) -> None:
    """Wherever it is; and nothing appears."""
    saved(desk, tmp_path / "backup")
    file = tmp_path / "backup" / name
    data = bytearray(file.read_bytes())
    for place in (0, len(data) // 2, len(data) - 1):
        file.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])

        with pytest.raises(BackupUnsound):
            back(tmp_path / "backup", tmp_path / "restored")
    assert left_behind(tmp_path) == ["backup", "ledger"]


def test_a_missing_file_or_manifest_is_refused(desk: Desk, tmp_path: Path) -> None:
    """A copy that was broken off has no manifest; a folder of something else has none either."""
    saved(desk, tmp_path / "backup")
    (tmp_path / "backup" / "ledger.db").rename(tmp_path / "elsewhere")
    with pytest.raises(BackupUnsound, match=r"ledger\.db: is missing"):
        back(tmp_path / "backup", tmp_path / "restored")
    (tmp_path / "backup" / "manifest.json").unlink()
    with pytest.raises(BackupUnsound, match="holds no whole backup"):
        back(tmp_path / "backup", tmp_path / "restored")
    with pytest.raises(BackupUnsound, match="holds no whole backup"):
        back(tmp_path / "nowhere", tmp_path / "restored")


def test_a_rewritten_backup_with_right_digests_fails_the_audit(desk: Desk, tmp_path: Path) -> None:
    """Whoever can write the backup can write its manifest: entries are judged by the log's signature."""
    execute(desk.home.database, "UPDATE openings SET sealed = zeroblob(60) WHERE position = ?", FIRST + 2)
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")

    with pytest.raises(BackupUnsound, match=f"the audit .* the first: entry {FIRST + 1}: opening-unreadable"):
        back(tmp_path / "backup", tmp_path / "restored", tmp_path / "keys")
    assert not (tmp_path / "restored").exists()


def test_a_damaged_ledger_makes_no_backup(desk: Desk, tmp_path: Path) -> None:
    """It would take the place of a good one."""
    execute(desk.home.database, "UPDATE head SET size = size + 1")

    with pytest.raises(BackupUnsound, match="the ledger is not sound and was not copied: table head"):
        saved(desk, tmp_path / "backup")
    assert left_behind(tmp_path) == ["ledger"]


def test_nothing_is_ever_written_over(desk: Desk, tmp_path: Path) -> None:
    """Neither a backup nor a ledger, nor keys of another log; keys of the same are replaced."""
    saved(desk, tmp_path / "backup")
    saved_keys(desk, tmp_path / "keys")
    saved_keys(desk, tmp_path / "keys")
    (tmp_path / "empty").mkdir()
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "a.txt").write_text("测试")

    for target in ("backup", "empty", "letters"):
        with pytest.raises(PlaceTaken, match="exists already"):
            saved(desk, tmp_path / target)
        with pytest.raises(PlaceTaken, match="exists already"):
            back(tmp_path / "backup", tmp_path / target)
    for target in ("backup", "letters"):
        with pytest.raises(BackupUnsound):
            saved_keys(desk, tmp_path / target)
    with pytest.raises(PlaceTaken, match="its parent is no folder"):
        saved(desk, tmp_path / "no" / "such")
    assert (tmp_path / "letters" / "a.txt").read_text() == "测试"


def test_keys_of_another_log_are_refused(desk: Desk, tmp_path: Path) -> None:
    """They would open nothing and sign what is not theirs."""
    saved(desk, tmp_path / "backup")
    made = saved_keys(desk, tmp_path / "keys")
    foreign = Manifest(Kind.KEYS, "credit.example/other", WHEN, 0, "", "", made.files)
    for name in ("manifest.json", "manifest.sha256"):
        (tmp_path / "keys" / name).unlink()
    foreign.write(tmp_path / "keys")

    with pytest.raises(BackupUnsound, match=r"--keys: are of the log credit\.example/other"):
        back(tmp_path / "backup", tmp_path / "restored", tmp_path / "keys")
    with pytest.raises(PlaceTaken, match="holds the keys of another log"):
        saved_keys(desk, tmp_path / "keys")
    with pytest.raises(BackupUnsound, match="is a backup of kind ledger, wanted is keys"):
        back(tmp_path / "backup", tmp_path / "restored", tmp_path / "backup")


def test_a_manifest_names_no_file_outside_its_folder(desk: Desk, tmp_path: Path) -> None:
    """Whoever wrote it."""
    made = saved(desk, tmp_path / "backup")
    for name in ("manifest.json", "manifest.sha256"):
        (tmp_path / "backup" / name).unlink()
    file = made.files[0]
    for path in ("../ledger.db", str(tmp_path / "ledger.db")):
        Manifest(made.kind, made.origin, WHEN, 9, "", "", (type(file)(path, file.size, file.sha256),)).write(
            tmp_path / "backup"
        )
        with pytest.raises(BackupUnsound, match="not of a version"):
            back(tmp_path / "backup", tmp_path / "restored")
        for name in ("manifest.json", "manifest.sha256"):
            (tmp_path / "backup" / name).unlink()


def test_a_full_disk_is_said_before_anything_is_copied(desk: Desk, tmp_path: Path) -> None:
    """In numbers."""
    with pytest.raises(NotFit, match="5 MiB are free and the copy needs 6"):
        back_up(desk.home, tmp_path / "backup", made_at=WHEN, free=lambda _place: 5 << 20)
    assert left_behind(tmp_path) == ["ledger"]


_KILLED = """
import os, signal, sys
from pathlib import Path
from ledger import backup
from ledger.home import LedgerHome
from ledger.manifest import Manifest
moment = sys.argv[4]
write = Manifest.write
def killed(self, folder):
    if moment == "after":
        write(self, folder)
    os.kill(os.getpid(), signal.SIGKILL)
Manifest.write = killed
home, target = LedgerHome(Path(sys.argv[1])), Path(sys.argv[2])
if sys.argv[3] == "keys":
    backup.back_up_keys(home, target, made_at="-")
else:
    backup.back_up(home, target, made_at="-", free=backup.free_bytes)
"""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_killed_backup_leaves_nothing_at_its_place(desk: Desk, tmp_path: Path, moment: str) -> None:
    """What it had written lies out of sight, no restore takes it, and the next backup removes it."""
    ended = _killed(desk, tmp_path / "backup", "ledger", moment)

    assert ended == -signal.SIGKILL
    assert left_behind(tmp_path) == [".backup.unfinished", "ledger"]
    saved(desk, tmp_path / "backup")
    assert left_behind(tmp_path) == ["backup", "ledger"]
    assert back(tmp_path / "backup", tmp_path / "restored").report.clean


def test_a_killed_backup_of_the_keys_leaves_the_earlier_one(desk: Desk, tmp_path: Path) -> None:
    """Keys that were lost cannot be made again."""
    made = saved_keys(desk, tmp_path / "keys")
    ended = _killed(desk, tmp_path / "keys", "keys", "after")

    assert ended == -signal.SIGKILL
    assert read_manifest(tmp_path / "keys", Kind.KEYS) == made
    (tmp_path / "keys").rename(tmp_path / ".keys.before")  # as a crash between the two renames leaves it
    saved_keys(desk, tmp_path / "keys")
    assert left_behind(tmp_path) == ["keys", "ledger"]


def _killed(desk: Desk, target: Path, what: str, moment: str) -> int:
    command = [sys.executable, "-c", _KILLED, str(desk.folder), str(target), what, moment]
    return subprocess.run(
        command, check=False, cwd=REPOSITORY, env={**os.environ, "PYTHONPATH": str(REPOSITORY)}
    ).returncode


@pytest.fixture
def unfinished(tmp_path: Path) -> Iterator[Path]:
    """A backup that another process is writing."""
    code = (
        "import sys, time; from pathlib import Path; from ledger.staging import appearing\n"
        "with appearing(Path(sys.argv[1])):\n    print('', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "backup")],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        process.stdout.readline()
        yield tmp_path / "backup"
        process.kill()


def test_two_backups_do_not_write_one_place(desk: Desk, unfinished: Path) -> None:
    """The second must not take the first for something that a crash left."""
    with pytest.raises(PlaceTaken, match="another process is writing it"):
        saved(desk, unfinished)
