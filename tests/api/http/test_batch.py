"""POST /v1/statements:batch: many statements in one request, each with an answer of its own at its own place."""

from __future__ import annotations

import json
from typing import Any

from tests.api.service import Service, body_of, receipt_bytes
from tests.ledger.harness import STRANGER, TAX
from tests.processes import Answer
from verify.submission import Submission

PATH = "/v1/statements:batch"


def send(service: Service, *lines: Submission | bytes) -> Answer:
    """Send one line each."""
    bodies = [body_of(line) if isinstance(line, Submission) else line for line in lines]
    return service.server.post(PATH, b"".join(body + b"\n" for body in bodies))


def answers(answer: Answer) -> list[dict[str, Any]]:
    """One JSON object a line."""
    assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson")
    assert answer.body.endswith(b"\n") or not answer.body
    return [json.loads(line) for line in answer.body.split(b"\n")[:-1]]


def test_answers_come_in_the_order_of_the_lines(service: Service) -> None:
    """Line by line a receipt for the very statement of that line, under rising numbers."""
    sent = [service.desk.file() for _ in range(300)]
    told = answers(send(service, *sent))
    verified = [service.verified(line["receipt"]) for line in told]

    assert [line["status"] for line in told] == [201] * 300
    assert [entry.statement for entry in verified] == [submission.statement for submission in sent]
    assert [line["seq"] for line in told] == [entry.header.seq for entry in verified]
    assert [line["seq"] for line in told] == sorted({line["seq"] for line in told})


def test_a_bad_line_hurts_only_itself(service: Service) -> None:
    """Each kind of refusal stands at its place, in the one shape of problems, and its neighbours are accepted."""
    record = service.desk.new_id()
    identifier = service.desk.new_id()
    told = answers(
        send(
            service,
            service.desk.file(record, identifier=identifier),
            b"{",
            service.desk.file(record),
            service.desk.file(key=STRANGER),
            service.desk.file(CF_WSH=None),
            service.desk.file(identifier=identifier),
            b'{"statement":"x","statement":"x","openings":{}}',
            service.desk.file(key=TAX),
        )
    )

    assert [line["status"] for line in told] == [201, 400, 409, 403, 422, 409, 400, 201]
    for line, slug in zip(
        told[1:-1],
        ["malformed", "rule-broken", "not-entitled", "not-admissible", "statement-id-reused", "malformed"],
        strict=True,
    ):
        assert set(line) == {"problem", "status"}
        service.canonical(line["problem"], line["status"], slug, PATH)
    assert told[-1]["seq"] == told[0]["seq"] + 1


def test_a_record_can_be_filed_corrected_and_revoked_in_one_batch(service: Service) -> None:
    """Lines are decided in their order, each upon what the ones before it did."""
    record = service.desk.new_id()
    lines = [service.desk.file(record), service.desk.correct(record), service.desk.revoke(record)]
    told = answers(send(service, *lines, service.desk.correct(record)))

    assert [line["status"] for line in told] == [201, 201, 201, 409]


def test_a_line_repeated_within_a_batch_is_recorded_once(service: Service) -> None:
    """Both lines get the one receipt; so does the line that was accepted before."""
    before, new = service.desk.file(), service.desk.file()
    accepted = service.put(before)
    told = answers(send(service, new, before, new))

    assert [(line["status"], line["repeated"]) for line in told] == [(201, False), (200, True), (200, True)]
    assert receipt_bytes(told[0]["receipt"]) == receipt_bytes(told[2]["receipt"])
    assert receipt_bytes(told[1]["receipt"]) == receipt_bytes(accepted["receipt"])


def test_a_thousand_lines_are_a_batch_and_one_more_are_none(service: Service) -> None:
    """Refused as a whole, before any line is looked at."""
    record = service.desk.new_id()
    first = service.desk.file(record)
    full, over = send(service, *[b"{}"] * 1000), send(service, first, *[b"{}"] * 1000)

    assert [line["status"] for line in answers(full)] == [400] * 1000
    service.problem(over, 413, "too-large", PATH, "POST")
    assert service.send(first).status == 201


def test_a_batch_of_nothing_is_answered_with_nothing(service: Service) -> None:
    """Empty lines are no statements."""
    assert answers(service.server.post(PATH, b"")) == []
    assert answers(service.server.post(PATH, b"\n\n")) == []


def test_the_last_line_needs_no_line_end(service: Service) -> None:
    """As many programs write it."""
    told = answers(service.server.post(PATH, b"\n".join(body_of(service.desk.file()) for _ in range(2))))

    assert [line["status"] for line in told] == [201, 201]


def test_a_batch_that_is_too_large_is_refused(service: Service) -> None:
    """16 MiB are the limit of a request of many lines."""
    answer = service.server.post(PATH, b"x" * (16 * 1024 * 1024 + 1))

    service.problem(answer, 413, "too-large", PATH, "POST")
