"""Every request has an id that its sender may choose, and that leads from a complaint to what the server wrote down."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.api.service import Service, running
from tests.ledger.harness import execute
from tests.processes import Answer, ask

DRAWN = re.compile(r"[0-9a-f]{32}")
UNKNOWN = "/v1/receipts/0193f000-0000-7000-8000-00000000ffff"


def get(service: Service, path: str, sent: str | None = None) -> Answer:
    """``GET`` a resource under an id."""
    return ask(service.server.address, "GET", path, headers={} if sent is None else {"X-Request-Id": sent})


@pytest.mark.parametrize(
    "sent",
    [
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "0193f000-0000-7000-8000-000000000002",
        "0193F000-0000-7000-8000-00000000000A",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
    ],
    ids=["trace", "uuid", "upper-case", "ulid"],
)
def test_a_well_formed_id_is_kept(service: Service, sent: str) -> None:
    """In the answer, and in a problem's document."""
    found, absent = get(service, "/v1/ledger", sent), get(service, UNKNOWN, sent)

    assert found.headers["x-request-id"] == absent.headers["x-request-id"] == sent
    assert service.problem(absent, 404, "not-found", UNKNOWN)["request_id"] == sent


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "11010519491231002X",
        "91110000MA00000077",
        "13800000000",
        "zhang-san-" + "1" * 22,
        "4bf92f3577b34da6a3ce929d0e0e47361",
        "4bf92f3577b34da6a3ce929d0e0e473",
        "4bf92f35 77b34da6a3ce929d0e0e4736",
        "8BF92F3577B34DA6A3CE929D0E",
        "x" * 4000,
    ],
)
def test_any_other_id_is_replaced(service: Service, sent: str) -> None:
    """It might be somebody's number or name, and would stand in every log."""
    answer = get(service, UNKNOWN, sent)

    assert DRAWN.fullmatch(answer.headers["x-request-id"])
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


def test_each_request_without_an_id_gets_one_of_its_own(service: Service) -> None:
    """Whatever the answer is made by: a route, a refusal, a file, a redirect."""
    paths = ["/v1/ledger", "/checkpoint", "/tile/0/000.p/1", "/nothing", "/docs", "/static/docs/favicon.png", "/"]
    drawn = [get(service, path).headers["x-request-id"] for path in paths]

    assert all(DRAWN.fullmatch(identifier) for identifier in drawn)
    assert len(set(drawn)) == len(paths)


def test_each_problem_of_a_batch_has_the_id_of_the_batch(service: Service) -> None:
    sent = "4bf92f3577b34da6a3ce929d0e0e4736"
    answer = ask(service.server.address, "POST", "/v1/statements:batch", b"{}\n[]\n", {"X-Request-Id": sent})

    assert [json.loads(line)["problem"]["request_id"] for line in answer.body.splitlines()] == [sent, sent]


def test_a_failure_of_the_server_has_its_id_too(tmp_path: Path) -> None:
    """The id is all that leads from it to the cause, of which strangers are told nothing."""
    with running(tmp_path / "ledger") as broken:
        execute(broken.desk.home.database, "DROP TABLE checkpoints")
        answer = get(broken, "/checkpoint")

    assert answer.status == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert answer.headers["cache-control"] == "no-store"
