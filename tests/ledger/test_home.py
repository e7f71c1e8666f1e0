"""A ledger's folder: who may read it, who may write to it, and what is said when something is missing."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.home import LedgerExists, LedgerHome, LedgerLocked, NoLedger, create_home, write_secret
from tests.ledger.harness import OPERATOR, ORIGIN, Desk, put, randomness

REPOSITORY = Path(__file__).parents[2]
SECRETS = ["keys/log.key", "keys/operator.key", "keys/kek", "auditor.token"]


def mode(path: Path) -> int:
    """Permission bits."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A founded ledger, closed again."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    return desk


def test_only_the_owner_can_look_in(tmp_path: Path) -> None:
    """Folders 0700, and every file with a secret or a value 0600, while the ledger is open and afterwards."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        put(ledger, desk.file())
        modes = {path.relative_to(desk.folder).as_posix(): mode(path) for path in desk.folder.rglob("*")}
    modes |= {path.relative_to(desk.folder).as_posix(): mode(path) for path in desk.folder.rglob("*")}

    assert mode(desk.folder) == 0o700
    assert {modes.pop(name) for name in ("keys", "signer")} == {0o700}
    assert {modes[name] for name in [*SECRETS, "ledger.db", "keys/subjects.db", "signer/journal.db"]} == {0o600}
    modes.pop("ledger.lock")
    assert set(modes.values()) == {0o600}


def test_secrets_come_from_the_randomness_given(tmp_path: Path) -> None:
    """Two homes of one seed are alike, of two seeds different in every secret."""
    folders = [tmp_path / name for name in ("a", "b", "c")]
    for folder, seed in zip(folders, (1, 1, 2), strict=True):
        create_home(folder, origin=ORIGIN, operator=OPERATOR, random=randomness(seed))
    first, second, third = ([(folder / name).read_text() for name in SECRETS] for folder in folders)

    assert first == second
    assert len(set(first)) == len(SECRETS)
    assert not set(first) & set(third)


def test_keys_are_named_for_what_they_are(tmp_path: Path) -> None:
    """The log's key for the log, the operator's for the operator."""
    home = create_home(tmp_path / "ledger", origin=ORIGIN, operator=OPERATOR, random=randomness(1))

    assert home.log_key().verifier.name == ORIGIN
    assert home.operator_key().verifier.name == f"{OPERATOR}/1"
    assert len(home.key_encryption_key()) == 32
    assert len(home.auditor_token()) == 43


def test_a_ledger_is_not_created_over_anything(tmp_path: Path) -> None:
    """Not even over a hidden file; what is there stays as it is."""
    (tmp_path / ".hidden").write_text("x")

    with pytest.raises(LedgerExists, match="is not empty"):
        create_home(tmp_path, origin=ORIGIN, operator=OPERATOR, random=randomness(1))
    assert [path.name for path in tmp_path.iterdir()] == [".hidden"]


def test_a_ledger_may_be_created_in_an_empty_folder(tmp_path: Path) -> None:
    """A folder that somebody prepared."""
    home = create_home(tmp_path, origin=ORIGIN, operator=OPERATOR, random=randomness(1))

    assert home.log_key().verifier.name == ORIGIN


def test_a_second_ledger_cannot_be_founded_in_the_same_home(desk: Desk) -> None:
    """Its first entry exists already."""
    with pytest.raises(FileExistsError), desk.found():
        pass


def test_a_secret_is_never_replaced(tmp_path: Path) -> None:
    """A key that is overwritten is a log that cannot go on."""
    write_secret(tmp_path / "key", "first")

    with pytest.raises(FileExistsError):
        write_secret(tmp_path / "key", "second")
    assert (tmp_path / "key").read_text() == "first"


def test_a_folder_without_a_ledger_says_how_to_get_one(tmp_path: Path) -> None:
    """Reading does not create anything."""
    desk = Desk(tmp_path / "nothing", _home=LedgerHome(tmp_path / "nothing"))

    for opener in (desk.open, desk.read):
        with pytest.raises(NoLedger, match="create one with: kesu init"), opener():
            pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["keys/log.key", "keys/kek"])
def test_a_missing_key_is_named(desk: Desk, name: str) -> None:
    """The message says which file of which ledger."""
    (desk.folder / name).unlink()

    with pytest.raises(NoLedger, match=f"{name} of the ledger in .*/ledger cannot be read"), desk.open():
        pass


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("keys/log.key", "PRIVATE+KEY+x", "keys/log.key: must be PRIVATE"),
        ("keys/log.key", "密", "keys/log.key of the ledger"),
        ("keys/kek", "abc\n", "keys/kek must be 64 hexadecimal digits"),
        ("keys/kek", "ab" * 31, "keys/kek must be 64 hexadecimal digits"),
    ],
)
def test_a_damaged_key_is_named_and_not_shown(desk: Desk, name: str, content: str, message: str) -> None:
    """What is left of a secret stays out of the message."""
    (desk.folder / name).write_text(content)

    with pytest.raises(NoLedger, match=message) as caught, desk.open():
        pass
    assert content not in str(caught.value)


def test_one_process_writes(desk: Desk) -> None:
    """A second one is told at once whom to ask instead; readers are welcome."""
    with desk.open() as ledger:
        with pytest.raises(LedgerLocked, match="another process"), desk.open():
            pass
        with desk.read() as reading:
            assert reading.reader.size() == ledger.reader.size()


_HOLD = """
import sys
from pathlib import Path
from ledger.home import LedgerHome
with LedgerHome(Path(sys.argv[1])).writing():
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_the_lock_is_held_across_processes_and_dies_with_its_holder(desk: Desk) -> None:
    """No stale lock is left by a process that was killed."""
    command = [sys.executable, "-c", _HOLD, str(desk.folder)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LedgerLocked), desk.open():
            pass
        holder.kill()
    with desk.open() as ledger:
        assert ledger.reader.size() > 0
