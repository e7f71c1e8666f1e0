"""Batches are admitted in a process of their own, with the same outcome, whatever becomes of that process."""

from __future__ import annotations

import multiprocessing
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from api.admission import WORTH_SENDING, BatchAdmission
from ledger.admission import Admitted
from ledger.service import WritableLedger
from tests.api.service import body_of
from tests.ledger.harness import STRANGER, Desk
from tests.processes import SECONDS, Server


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """A ledger of its own."""
    return Desk(tmp_path / "ledger")


@pytest.fixture
def ledger(desk: Desk) -> Iterator[WritableLedger]:
    """The same, open."""
    with desk.found() as opened:
        yield opened


def settle(admission: BatchAdmission, lines: list[bytes]) -> None:
    """Return when the process has taken its first batch."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if any(admission._elsewhere(lines)):
            return
        time.sleep(0.05)
    pytest.fail("the process has not begun")


def outcomes(admitted: list[Admitted | Exception]) -> list[object]:
    """Comparable, exceptions too."""
    return [(type(item), str(item)) if isinstance(item, Exception) else item for item in admitted]


def test_elsewhere_and_here_have_the_same_outcome(desk: Desk, ledger: WritableLedger) -> None:
    """Good lines and bad ones, each at its place."""
    bad = [b"{", body_of(desk.file(key=STRANGER)), body_of(desk.file(CF_WSH=None)), b"[]"]
    lines = [*(body_of(desk.file()) for _ in range(WORTH_SENDING)), *bad]
    with BatchAdmission(ledger.sequencer) as admission:
        here = [admission.admit([line])[0] for line in lines]
        assert not multiprocessing.active_children()
        settle(admission, lines)
        elsewhere = admission._elsewhere(lines)

        assert outcomes(admission.admit(lines)) == outcomes(here)
    assert [item for item in elsewhere if item] == here[:WORTH_SENDING]
    assert [isinstance(item, Exception) for item in here] == [False] * WORTH_SENDING + [True] * len(bad)
    assert not multiprocessing.active_children()


def test_a_killed_process_is_replaced_and_nobody_notices(desk: Desk, ledger: WritableLedger) -> None:
    """The batch is admitted here meanwhile."""
    lines = [body_of(desk.file()) for _ in range(WORTH_SENDING)]
    with BatchAdmission(ledger.sequencer) as admission:
        settle(admission, lines)
        (first,) = multiprocessing.active_children()
        first.kill()
        first.join()
        after = admission.admit(lines)
        settle(admission, lines)
        (second,) = multiprocessing.active_children()

    assert all(isinstance(item, Admitted) for item in after)
    assert first.pid != second.pid


def test_many_threads_may_find_the_process_dead(desk: Desk, ledger: WritableLedger) -> None:
    """One of them shuts it down, and no batch is lost over it."""
    lines = [body_of(desk.file()) for _ in range(WORTH_SENDING)]
    with BatchAdmission(ledger.sequencer) as admission, ThreadPoolExecutor(8) as threads:
        for _ in range(3):
            settle(admission, lines)
            batches = [threads.submit(admission.admit, lines) for _ in range(16)]
            for child in multiprocessing.active_children():
                child.kill()
            admitted = [item for batch in batches for item in batch.result()]

            assert all(isinstance(item, Admitted) for item in admitted)


@pytest.mark.skipif(shutil.which("ps") is None, reason="needs ps: apt install procps")
def test_the_process_ends_with_a_killed_server(tmp_path: Path) -> None:
    """SIGKILL leaves nothing behind that would hold memory for ever."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    server = Server(desk.folder)
    batch = b"\n".join(body_of(desk.file()) for _ in range(WORTH_SENDING))
    sent = server.post("/v1/statements:batch", batch)
    children = children_of(server.pid)
    server.kill()

    assert (sent.status, len(children) > 0) == (200, True)
    deadline = time.monotonic() + SECONDS
    while any(alive(child) for child in children):
        assert time.monotonic() < deadline, "the process outlived the server"
        time.sleep(0.05)


def children_of(pid: int) -> list[int]:
    """Process ids, by the one command that Linux and macOS share."""
    return [int(child) for child, parent, _state in processes() if int(parent) == pid]


def alive(pid: int) -> bool:
    """Whether there is such a process; one that nobody has buried yet is dead all the same."""
    return any(int(number) == pid and not state.startswith("Z") for number, _parent, state in processes())


def processes() -> list[list[str]]:
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,state="], capture_output=True, text=True, check=True)
    return [line.split() for line in listed.stdout.splitlines()]
