"""A server that is asked to stop closes its ledger and ends well."""

from __future__ import annotations

import signal
import socket
from pathlib import Path

import pytest

from api.admission import WORTH_SENDING
from tests.api.service import body_of
from tests.ledger.harness import Desk
from tests.processes import Server


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_the_server_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 0 and not a word on standard error, also when it has worked in several processes."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    server = Server(desk.folder)
    sent = server.post("/v1/statements:batch", b"\n".join(body_of(desk.file()) for _ in range(WORTH_SENDING)))

    assert sent.status == 200
    assert server.stop(number) == 0
    assert server.errors.read_text() == ""
    assert not [*desk.folder.glob("*-wal")], "the database was not closed"


@pytest.mark.slow
def test_a_stalled_request_does_not_keep_the_server_alive(tmp_path: Path) -> None:
    """It is given ten seconds."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    server = Server(desk.folder)
    host, _, port = server.address.removeprefix("http://").partition(":")
    with socket.create_connection((host, int(port))) as stalled:
        stalled.sendall(b"POST /v1/statements HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")

        assert server.stop() == 0
