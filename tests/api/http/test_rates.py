"""Rate limits of `kesu serve`, as clients behind a proxy meet them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.cli.ledger import _limits
from api.http.buckets import Rate
from api.http.limits import Limits
from tests.api.service import PROBLEM, body_of
from tests.commands import kesu_here
from tests.ledger.harness import Desk
from tests.processes import SECONDS, Answer, ask

PATH = "/problems/not-found"
PER_CLIENT = '"client";q=3;w=6'
FOR_ALL = '"everybody";q=100;w=5'
"""`--rate 0.5`: three at once; all together twenty a second."""


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[str]:
    """The address of a server with options."""
    command = [sys.executable, "-m", "api.cli", "serve", str(folder), "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().rpartition(" ")[2].strip()
        finally:
            process.terminate()
            process.wait(SECONDS)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """Whoever signs, and the ledger's folder."""
    desk = Desk(tmp_path_factory.mktemp("rates") / "ledger")
    with desk.found():
        pass
    return desk


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    """A server behind a proxy, which is this machine, and few requests for each client."""
    with serving(desk.folder, "--rate", "0.5", "--trusted-proxy", "127.0.0.1") as address:
        yield address


def get(address: str, client: str | None, path: str = PATH, token: str | None = None) -> Answer:
    """``GET`` a resource for a client behind the proxy; None: for this machine."""
    headers = {} if client is None else {"X-Forwarded-For": client}
    return ask(address, "GET", path, headers=headers | ({"Authorization": f"Bearer {token}"} if token else {}))


def test_a_client_that_asks_too_much_is_told_when_to_come_back(address: str) -> None:
    """A problem with Retry-After and what the draft of the IETF has for it; others go on."""
    answers = [get(address, "203.0.113.1") for _ in range(5)]
    refused = answers[3]

    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {PER_CLIENT}
    assert [answer.headers["ratelimit"].partition(";t=")[0] for answer in answers] == [
        f'"client";r={left}' for left in (2, 1, 0, 0, 0)
    ]
    assert (refused.headers["content-type"], refused.headers["cache-control"]) == (PROBLEM, "no-store")
    assert refused.headers["retry-after"] in {"1", "2"}
    assert refused.headers["ratelimit"] in {'"client";r=0;t=5', '"client";r=0;t=6'}
    problem = refused.json()
    assert (problem["type"], problem["instance"]) == ("/problems/too-many-requests", PATH)
    assert problem["request_id"] == refused.headers["x-request-id"]
    assert "203.0.113.1" not in str(problem)
    assert get(address, "203.0.113.2").status == 200


def test_a_client_cannot_take_another_address(address: str) -> None:
    """Only what the proxy itself added counts."""
    answers = [get(address, f"198.51.100.{number}, 203.0.113.3") for number in range(4)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]


def test_a_network_of_ipv6_is_one_client(address: str) -> None:
    answers = [get(address, f"2001:db8::{number}") for number in range(1, 5)]

    assert [answer.status for answer in answers] == [200, 200, 200, 429]
    assert get(address, "2001:db8:0:1::1").status == 200


def test_auditors_probes_and_statements_are_not_counted(address: str, desk: Desk) -> None:
    """A wrong token is, or it could be guessed at."""
    client, token = "203.0.113.4", desk.home.auditor_token()
    wrong = [get(address, client, "/checkpoint", "wrong").status for _ in range(4)]

    assert wrong == [200, 200, 200, 429]
    assert {get(address, client, "/tile/entries/000.p/1", token).status for _ in range(4)} == {200}
    assert {get(address, client, "/healthz").status for _ in range(4)} == {200}
    for _ in range(4):
        sent = ask(address, "POST", "/v1/statements", body_of(desk.file()), {"X-Forwarded-For": client})
        assert (sent.status, "ratelimit" in sent.headers) == (201, False)


def test_all_clients_together_have_a_limit_too(address: str) -> None:
    """Many addresses are no way around; who is known by the token is answered all the same."""
    statuses, refused = set(), None
    for number in range(250):
        answer = get(address, f"198.51.100.{number}")
        statuses.add(answer.status)
        if answer.status == 429:
            refused = answer
            break

    assert statuses == {200, 429}
    assert refused is not None
    assert (refused.headers["ratelimit-policy"], refused.headers["retry-after"]) == (FOR_ALL, "1")


def test_without_a_trusted_proxy_nobodys_word_is_taken(desk: Desk, tmp_path: Path) -> None:
    """This machine is not counted, whatever address it gives."""
    copy = Desk(tmp_path / "ledger")
    with copy.found():
        pass
    with serving(copy.folder, "--rate", "0.5") as address:
        answers = [get(address, "203.0.113.5") for _ in range(6)]

    assert {answer.status for answer in answers} == {200}
    assert not any("ratelimit" in answer.headers for answer in answers)


def test_rates_can_be_turned_off() -> None:
    """For benches; otherwise one client's rate sets that of all."""
    assert _limits("off", []) is None
    assert _limits("2", ["10.0.0.1", "2001:db8::/64"]) == Limits(
        Rate(2.0, 10), Rate(80.0, 400), ("10.0.0.1/32", "2001:db8::/64")
    )


@pytest.mark.parametrize(
    "options", [("--rate", "0"), ("--rate", "-1"), ("--rate", "nan"), ("--rate", "x"), ("--trusted-proxy", "nginx")]
)
def test_options_that_make_no_sense_are_refused(tmp_path: Path, options: tuple[str, str]) -> None:
    """Before anything is opened."""
    done = kesu_here("serve", tmp_path, *options)

    assert (done.code, done.out) == (2, "")
    assert options[0] in done.err
