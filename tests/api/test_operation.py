"""The operator's commands beside a running server: what backup, restore and doctor say, and with which exit code."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.cli.place import pen
from api.examining import examine_ledger
from api.serving import serve_until_stopped
from ledger.errors import NotFit
from ledger.examination import Check, Level, examine
from ledger.examine_machine import MACHINE
from ledger.guards import CLOCK_TOLERANCE, MINIMUM_FREE_BYTES, require_clock
from ledger.home import LedgerHome
from ledger.store.sqlite import open_file
from tests.api.service import Service, body_of, running
from tests.commands import kesu_here
from tests.ledger.harness import ENTRIES_OF_A_NEW_LEDGER, Desk, execute, put
from tests.processes import Finished, Server, serving
from verify.note import SigningKey

FIRST = ENTRIES_OF_A_NEW_LEDGER
PLENTY = 1 << 40


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ledger with two records; only to be copied."""
    desk = Desk(tmp_path_factory.mktemp("operation") / "ledger")
    with desk.found() as ledger:
        for _ in range(2):
            put(ledger, desk.file())
    return desk


@pytest.fixture
def desk(founded: Desk, tmp_path: Path) -> Desk:
    """The same ledger, to be changed."""
    return founded.copy(tmp_path / "ledger")


def state(folder: Path) -> dict[str, tuple[str, int]]:
    """Digest and time of every file."""
    return {
        str(path.relative_to(folder)): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def examined(desk: Desk, *, free: int = PLENTY, now: datetime | None = None) -> list[Check]:
    """What the doctor says, which must change nothing."""
    before = state(desk.folder)
    checks = examine_ledger(desk.home, now or datetime.now(UTC), free)
    assert state(desk.folder) == before
    return checks


def unwell(checks: list[Check]) -> list[tuple[str, str]]:
    """All that is not ok, by level and name."""
    return [(check.level.value, check.name) for check in checks if check.level is not Level.OK]


def test_a_healthy_ledger_has_nothing_but_ok(desk: Desk) -> None:
    """Everything there is to look at is named, once or more."""
    checks = examined(desk)
    told = kesu_here("doctor", desk.folder)

    assert unwell(checks) == []
    assert told.code == 0
    assert {check.name for check in checks} == {
        "clock", "disk", "guards", "integrity", "keys", "leftovers", "log", "modes", "signer", "sqlite", "subject keys",
        "tables",
    }  # fmt: skip
    assert {line.split()[0] for line in told.out.splitlines()} == {"ok"}


def _swapped_log_key(home: LedgerHome) -> None:
    key = home.folder / "keys" / "log.key"
    key.write_text(SigningKey.from_seed(home.log_key().verifier.name, bytes([9]) * 32).secret())


def _byte_flipped(home: LedgerHome) -> None:
    data = bytearray(home.database.read_bytes())
    page = len(data) // 4096 // 2 * 4096
    data[page : page + 8] = bytes(8)
    home.database.write_bytes(data)


def _yesterdays_journal(home: LedgerHome) -> None:
    execute(home.signer_journal, "DELETE FROM signed WHERE size > ?", FIRST)


def _ahead_journal(home: LedgerHome) -> None:
    execute(home.signer_journal, "INSERT INTO signed VALUES (?, zeroblob(32), x'00')", FIRST + 9)


def _left_by_a_rebuild(home: LedgerHome) -> None:
    execute(home.database, "CREATE TABLE history__new (x)")
    (home.folder / "rebuild.lock").touch()


def _unsigned(home: LedgerHome) -> None:
    execute(home.signer_journal, "DELETE FROM signed WHERE size > ?", FIRST)
    execute(home.database, "DELETE FROM checkpoints WHERE size > ?", FIRST)


def _unguarded(home: LedgerHome) -> None:
    connection = open_file(home.database)
    connection.execute("DROP TRIGGER entries_no_update")
    connection.close()


FAULTS: list[tuple[Callable[[LedgerHome], object], str, str, str]] = [
    (lambda home: home.key_store.chmod(0o644), "FAULT", "modes", "keys/subjects.db has mode 0644"),
    (lambda home: (home.folder / "auditor.token").chmod(0o640), "FAULT", "modes", "auditor.token has mode 0640"),
    (lambda home: (home.folder / "keys").chmod(0o755), "warning", "modes", "keys has mode 0755"),
    (_byte_flipped, "FAULT", "integrity", "ledger.db: "),
    (lambda home: home.signer_journal.write_bytes(b"x" * 9000), "FAULT", "integrity", "signer/journal.db: file is not"),
    (lambda home: home.signer_journal.unlink(), "FAULT", "integrity", "signer/journal.db: is missing"),
    (lambda home: home.key_store.unlink(), "FAULT", "integrity", "keys/subjects.db: is missing"),
    (
        lambda home: execute(home.database, "UPDATE head SET digest = zeroblob(32)"),
        "FAULT",
        "log",
        f"table head, of size {FIRST + 2}, is not that of entry {FIRST + 1}",
    ),
    (
        lambda home: execute(home.database, "DELETE FROM entries WHERE seq = ?", FIRST + 1),
        "FAULT",
        "log",
        "the last two",
    ),
    (
        lambda home: execute(home.database, "UPDATE tile_hashes SET hash = zeroblob(32) WHERE position = 2"),
        "FAULT",
        "log",
        f"at size {FIRST + 2} the tiles have root",
    ),
    (
        lambda home: execute(home.database, "DELETE FROM checkpoints"),
        "FAULT",
        "log",
        "no checkpoint was ever published",
    ),
    (
        lambda home: execute(home.database, "DELETE FROM events WHERE position = ?", FIRST + 2),
        "FAULT",
        "log",
        f"table events has no row of entry {FIRST + 1}",
    ),
    (_yesterdays_journal, "FAULT", "signer", f"size {FIRST + 2} is published, the journal stands at {FIRST}"),
    (_ahead_journal, "FAULT", "signer", f"signed {FIRST + 9} entries, the database holds {FIRST + 2}"),
    (
        lambda home: execute(home.signer_journal, "UPDATE signed SET root = zeroblob(32)"),
        "FAULT",
        "signer",
        "another root",
    ),
    (_unsigned, "warning", "signer", "2 entries are not signed yet"),
    (_swapped_log_key, "FAULT", "keys", "keys/log.key is "),
    (lambda home: (home.folder / "keys" / "operator.key").unlink(), "FAULT", "keys", "keys/operator.key of the ledger"),
    (
        lambda home: (home.folder / "keys" / "kek").write_text("ab" * 32),
        "FAULT",
        "subject keys",
        "keys/kek does not open 2",
    ),
    (
        lambda home: execute(home.key_store, "DELETE FROM subject_keys WHERE subject <> ''"),
        "warning",
        "subject keys",
        "1 subjects have values and no key",
    ),
    (
        lambda home: execute(home.database, "UPDATE folded SET size = 3 WHERE name = 'deadlines'"),
        "warning",
        "tables",
        f"deadlines reflects 3 of {FIRST + 2} entries",
    ),
    (
        lambda home: execute(home.database, "UPDATE folded SET size = 3 WHERE name LIKE 'records/%'"),
        "warning",
        "tables",
        "records: behind the log",
    ),
    (
        _unguarded,
        "warning",
        "guards",
        "entries: changes are not refused",
    ),
    (_left_by_a_rebuild, "warning", "leftovers", "history__new: left by a rebuild"),
]


@pytest.mark.parametrize(("plant", "level", "name", "found"), FAULTS)
def test_every_fault_is_named(
    desk: Desk, plant: Callable[[LedgerHome], object], level: str, name: str, found: str
) -> None:
    """With what to do, and an exit code that a monitor understands."""
    plant(desk.home)
    checks = examined(desk)
    (told,) = [check for check in checks if (check.level.value, check.name) == (level, name)][:1]
    code = kesu_here("doctor", desk.folder).code

    assert found in told.found
    assert "; " in told.found
    assert "\n" not in told.line()
    assert code == (1 if Level.FAULT in {check.level for check in checks} else 0)


def test_the_disk_and_the_clock_are_looked_at(desk: Desk) -> None:
    """Too little to go on is a fault, too little to build anew a warning; so with a clock that went back."""
    now, hours = datetime.now(UTC), timedelta(hours=1)
    with desk.home.database.open("r+b") as file:  # a large one, of which most is a hole
        file.truncate(desk.home.database.stat().st_size + (1 << 30))

    assert unwell(examine(desk.home, now, MINIMUM_FREE_BYTES - 1, MACHINE)) == [("FAULT", "disk")]
    assert unwell(examine(desk.home, now, MINIMUM_FREE_BYTES, MACHINE)) == [("warning", "disk")]
    assert unwell(examine(desk.home, desk.clock.moment - hours, PLENTY, MACHINE)) == [("FAULT", "clock")]
    assert unwell(examine(desk.home, now - hours, PLENTY, MACHINE)) == [("warning", "clock")]


def test_a_simulated_clock_may_be_ahead(tmp_path: Path) -> None:
    """Its recorded times follow the statements."""
    desk = Desk(tmp_path / "ledger")
    desk.clock.advance(10_000 * 86_400)
    with desk.found(simulated_clock=True):
        pass

    assert unwell(examined(desk)) == []


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """A ledger that is served by this process."""
    with running(tmp_path / "ledger") as service:
        yield service


def test_backups_and_doctor_work_beside_a_server_that_writes(service: Service, tmp_path: Path) -> None:
    """No request fails, nothing is found, and what comes back is audited."""
    folder, stop = service.desk.folder, threading.Event()
    statuses: list[int] = []

    def write() -> None:
        while not stop.is_set():
            statuses.append(service.server.post("/v1/statements", body_of(service.desk.file())).status)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        done: list[Finished] = []
        for number in range(3):
            done.append(kesu_here("backup", folder, tmp_path / f"b{number}", "--keys", tmp_path / "keys"))
            done.append(kesu_here("doctor", folder))
    finally:
        stop.set()
        writer.join()
    restored = kesu_here("restore", tmp_path / "b2", tmp_path / "restored", "--keys", tmp_path / "keys", "--workers", 1)

    assert set(statuses) == {201}
    assert [(each.code, each.err) for each in done] == [(0, "")] * 6
    assert "FAULT" not in "".join(each.out for each in done)
    assert restored.code == 0, restored.err
    assert "audit    clean" in restored.out
    assert kesu_here("verify", tmp_path / "restored", "--workers", 1).code == 0


def test_an_old_backup_beside_todays_journal_serves_nothing(desk: Desk, tmp_path: Path) -> None:
    """The whole story by commands: the refusal names both sizes, and so does the doctor."""
    assert kesu_here("backup", desk.folder, tmp_path / "b", "--keys", tmp_path / "keys").code == 0
    with desk.open() as ledger:
        put(ledger, desk.file())
    restored = kesu_here("restore", tmp_path / "b", tmp_path / "old", "--keys", tmp_path / "keys", "--workers", 1)
    without = kesu_here("serve", tmp_path / "old", "--port", 0)
    shutil.move(desk.folder / "signer", tmp_path / "old" / "signer")
    refused = kesu_here("serve", tmp_path / "old", "--port", 0)
    told = kesu_here("doctor", tmp_path / "old")

    assert "move signer/" in restored.out
    assert (without.code, "signer/journal.db" in without.err) == (3, True)
    assert refused.code != 0
    assert f"holds {FIRST + 2} entries but the signer journal has signed {FIRST + 3}" in refused.err
    assert told.code == 1
    assert f"entries {FIRST + 2} to {FIRST + 2}" in told.out


@pytest.mark.parametrize(
    ("arguments", "field", "code"),
    [
        (("backup", "{ledger}"), "TARGET", 2),
        (("backup", "{here}", "{here}/b"), "holds no ledger", 2),
        (("backup", "{ledger}", "{ledger}/b"), "TARGET", 2),
        (("backup", "{ledger}", "{here}/b", "--keys", "{here}/b/k"), "--keys", 2),
        (("backup", "{ledger}", "{here}/none/b"), "parent", 2),
        (("restore", "{here}/none", "{here}/r"), "holds no whole backup", 1),
        (("restore", "{ledger}", "{here}/r"), "holds no whole backup", 1),
        (("doctor", "{here}"), "holds no ledger", 2),
    ],
)
def test_wrong_use_is_one_line(desk: Desk, tmp_path: Path, arguments: tuple[str, ...], field: str, code: int) -> None:
    """What is wrong, and what to do."""
    ended = kesu_here(*(each.format(ledger=desk.folder, here=tmp_path) for each in arguments))

    assert (ended.code, ended.out) == (code, "")
    assert ended.err.count("\n") == 1
    assert field in ended.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["ledger"]


def test_a_damaged_backup_is_a_finding(desk: Desk, tmp_path: Path) -> None:
    """Exit code 1, as for an audit that finds something."""
    kesu_here("backup", desk.folder, tmp_path / "b")
    with (tmp_path / "b" / "ledger.db").open("r+b") as file:
        file.seek(100)
        file.write(b"\xff")
    ended = kesu_here("restore", tmp_path / "b", tmp_path / "r")

    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert "ledger.db" in ended.err
    assert not (tmp_path / "r").exists()


def test_a_server_does_not_start_with_the_key_of_another_log(desk: Desk) -> None:
    """Nothing is signed with it, not even what a crash left unsigned."""
    _unsigned(desk.home)
    _swapped_log_key(desk.home)
    before = {name: digest for name, (digest, _time) in state(desk.folder).items()}
    ended = kesu_here("serve", desk.folder, "--port", 0)
    after = {name: digest for name, (digest, _time) in state(desk.folder).items() if name in before}
    connection = open_file(desk.home.signer_journal)
    signed = connection.execute("SELECT max(size) FROM signed").fetchone()
    connection.close()

    assert (ended.code, ended.err.count("\n"), signed) == (3, 1, (FIRST,))
    assert ended.err.startswith("kesu: keys/log.key: is ")
    assert after == before


def test_a_server_does_not_start_before_its_last_entry(tmp_path: Path) -> None:
    """A clock that went back by a year would let every deadline end a year late."""
    desk = Desk(tmp_path / "ledger")
    desk.clock.moment = datetime.now(UTC) + timedelta(days=365)
    with desk.found():
        pass
    ended = kesu_here("serve", desk.folder, "--port", 0)

    assert (ended.code, ended.err.count("\n")) == (3, 1)
    assert ended.err.startswith("kesu: clock: shows ")


def test_a_clock_may_go_back_by_seconds(desk: Desk) -> None:
    """A time server sets it; recorded time never goes back."""
    with desk.read() as ledger:
        recorded_at = ledger.recorder.head().recorded_at
    require_clock(desk.clock.moment - CLOCK_TOLERANCE, recorded_at)
    with pytest.raises(NotFit, match="clock: shows 2026-11-20T03:5"):
        require_clock(desk.clock.moment - CLOCK_TOLERANCE - timedelta(seconds=1), recorded_at)


def test_a_server_with_a_simulated_clock_starts_at_any_time(tmp_path: Path) -> None:
    """A sample's time is not ours."""
    desk = Desk(tmp_path / "sample")
    desk.clock.moment = datetime.now(UTC) + timedelta(days=365)
    with desk.found(simulated_clock=True):
        pass
    with serving(desk.folder) as server:
        assert server.get("/checkpoint").status == 200


def test_a_server_does_not_start_on_a_full_disk(desk: Desk) -> None:
    """It says how much there is and how much there must be."""
    key = desk.home.operator_key()
    with desk.open() as ledger, pytest.raises(NotFit, match=r"disk: 255 MiB are free .* 256 are needed"):
        serve_until_stopped(
            ledger, "127.0.0.1", 0, lambda: pen(key), print, free=lambda _folder: MINIMUM_FREE_BYTES - 1
        )


@pytest.mark.slow
def test_backups_of_a_killed_and_restarted_server_are_all_clean(tmp_path: Path) -> None:
    """Each is taken from a process that is writing, which is then killed; every one comes back clean."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    for number in range(8):
        server = Server(desk.folder)
        ready, stop = threading.Event(), threading.Event()

        def write(server: Server = server, ready: threading.Event = ready, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                bodies = b"\n".join(body_of(desk.file()) for _ in range(20))
                server.post("/v1/statements:batch", bodies)
                ready.set()

        writer = threading.Thread(target=write)
        writer.start()
        ready.wait(30)
        ended = kesu_here("backup", desk.folder, tmp_path / f"b{number}")
        time.sleep(0.05)
        stop.set()
        writer.join()
        server.kill()

        assert ended.code == 0, ended.err
        assert kesu_here("doctor", desk.folder).code == 0
        restored = kesu_here(
            "restore", tmp_path / f"b{number}", tmp_path / f"r{number}", "--workers", os.cpu_count() or 1
        )
        assert restored.code == 0, restored.err
