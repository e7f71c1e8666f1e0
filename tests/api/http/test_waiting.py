"""Sending a statement under its Idempotency-Key, and not waiting for its receipt for ever."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import pytest

from ledger.store.sqlite import open_file
from tests.api.service import Service, body_of, receipt_bytes
from tests.processes import Answer, ask
from verify.submission import Submission

PATH = "/v1/statements"


def identifier_of(submission: Submission) -> str:
    """The id that a statement is signed with."""
    return str(submission.statement.partition(b'"id":"')[2][:36], "ascii")


def send(service: Service, submission: Submission, headers: Mapping[str, str]) -> Answer:
    """Send a statement with more headers than usual."""
    return ask(service.server.address, "POST", PATH, body_of(submission), headers)


@contextmanager
def nothing_is_written(service: Service) -> Iterator[None]:
    """The sequencer cannot commit meanwhile: somebody else writes to its database."""
    other = open_file(service.desk.home.database)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.execute("ROLLBACK")
        other.close()


def receipt_when_ready(service: Service, path: str) -> Answer:
    """Ask for a receipt until it is there."""
    for _ in range(200):
        answer = service.server.get(path)
        if answer.status != 404:
            return answer
        time.sleep(0.02)
    message = "the receipt never came"
    raise AssertionError(message)


@pytest.mark.parametrize("form", ["{}", '"{}"'], ids=["bare", "quoted"])
def test_the_statements_id_is_its_idempotency_key(service: Service, form: str) -> None:
    """As the draft spells it, or as most clients do; sent twice it is recorded once."""
    submission = service.desk.file()
    headers = {"Idempotency-Key": form.format(identifier_of(submission))}
    first, second = send(service, submission, headers), send(service, submission, headers)

    assert [first.status, second.status] == [201, 200]
    assert receipt_bytes(first.json()["receipt"]) == receipt_bytes(second.json()["receipt"])


@pytest.mark.parametrize("form", ["", "8e03978e-40d5-43e8-bc93-6894a57f9324", "{},{}", "'{}'", "{}x"])
def test_any_other_key_is_refused(service: Service, form: str) -> None:
    """Nothing is recorded, and what was sent is not repeated."""
    submission = service.desk.file()
    identifier = identifier_of(submission)
    answer = send(service, submission, {"Idempotency-Key": form.format(identifier, identifier)})

    problem = service.problem(answer, 422, "idempotency-key-differs", PATH, "POST")
    assert "8e03978e" not in str(problem)
    assert service.server.get(f"/v1/receipts/{identifier}").status == 404
    assert service.send(submission).status == 201


@pytest.mark.parametrize(
    ("prefer", "applied"),
    [
        ("wait=20", "wait=20"),
        ("respond-async, WAIT = 7; x=y, wait=9", "wait=7"),
        ('wait="5"', "wait=5"),
        ("wait=999999999", "wait=60"),
        ("wait", None),
        ("wait=-1", None),
        ("wait=1.5", None),
        ("wait=9999999999", None),
        ("return=minimal", None),
        ("", None),
    ],
)
def test_a_receipt_that_comes_in_time_is_the_answer(service: Service, prefer: str, applied: str | None) -> None:
    """What was understood of the preference is said; the rest is passed over."""
    answer = send(service, service.desk.file(), {"Prefer": prefer})

    assert (answer.status, answer.headers.get("preference-applied")) == (201, applied)
    assert service.verified(answer.json()["receipt"]).header.seq == answer.json()["seq"]


@pytest.mark.parametrize("seconds", [0, 1])
def test_whoever_waits_no_longer_is_told_where_the_receipt_will_be(service: Service, seconds: int) -> None:
    """202 after as many seconds; the statement is recorded all the same, and the same bytes give its receipt."""
    submission = service.desk.file()
    path = f"/v1/receipts/{identifier_of(submission)}"
    with nothing_is_written(service):
        send(service, service.desk.file(), {"Prefer": "wait=0"})  # the sequencer has this one in hand, ours must queue
        begun = time.monotonic()
        answer = send(service, submission, {"Prefer": f"wait={seconds}"})
        taken = time.monotonic() - begun
        early = service.server.get(path)

    assert (answer.status, early.status) == (202, 404)
    assert seconds <= taken < seconds + 1
    assert answer.json() == {"id": identifier_of(submission), "receipt": path}
    assert (answer.headers["location"], answer.headers["retry-after"]) == (path, "1")
    assert (answer.headers["preference-applied"], answer.headers["cache-control"]) == (f"wait={seconds}", "no-store")
    assert service.verified(receipt_when_ready(service, path).json()).statement == submission.statement
    assert service.send(submission).status == 200


def test_a_statement_that_is_refused_later_says_why_when_sent_again(service: Service) -> None:
    """Its receipt never comes; asking by the same bytes tells the reason."""
    record = service.desk.new_id()
    service.put(service.desk.file(record))
    again = service.desk.file(record)
    with nothing_is_written(service):
        other = send(service, service.desk.file(), {"Prefer": "wait=0"})
        answer = send(service, again, {"Prefer": "wait=0"})

    assert [other.status, answer.status] == [202, 202]
    service.problem(service.send(again), 409, "rule-broken", PATH, "POST")
    assert service.server.get(answer.headers["location"]).status == 404


def test_a_refusal_in_time_is_the_answer(service: Service) -> None:
    record = service.desk.new_id()
    service.put(service.desk.file(record))
    answer = send(service, service.desk.file(record), {"Prefer": "wait=20"})

    service.problem(answer, 409, "rule-broken", PATH, "POST")
