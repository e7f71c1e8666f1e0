"""POST /v1/statements and the receipts: accepted once, whatever is repeated, and refused with reasons but no values."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from tests.api.service import Service, body_of, receipt_bytes, running
from tests.ledger.harness import ENTERPRISE, MARKET, STRANGER, TAX
from tests.processes import SECONDS
from verify.commitment import Opening
from verify.entry import Entry
from verify.strict import JsonValue
from verify.submission import Submission

PATH = "/v1/statements"
SECRET = "机密值"


def test_a_statement_is_answered_with_a_receipt_that_proves_it(service: Service) -> None:
    """201, the place of the receipt, and an entry with the very bytes that were sent."""
    submission = service.desk.file()
    answer = service.send(submission)
    accepted = answer.json()
    verified = service.verified(accepted["receipt"])

    assert answer.status == 201
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["location"] == f"/v1/receipts/{verified.entry.statement.id}"
    assert set(accepted) == {"receipt", "repeated", "seq", "warnings"}
    assert (accepted["repeated"], accepted["warnings"]) == (False, [])
    assert (verified.statement, verified.header.seq) == (submission.statement, accepted["seq"])


def test_the_same_bytes_again_get_the_same_receipt(service: Service) -> None:
    """A client that lost the answer asks again and has what it would have had, byte for byte."""
    submission = service.desk.file()
    first, between, second = service.send(submission), service.send(service.desk.file()), service.send(submission)

    assert [first.status, between.status, second.status] == [201, 201, 200]
    assert second.json() == {**first.json(), "repeated": True}
    assert receipt_bytes(first.json()["receipt"]) in first.body
    assert receipt_bytes(first.json()["receipt"]) in second.body
    assert second.headers["location"] == first.headers["location"]


def test_statements_sent_at_the_same_moment_are_recorded_once(service: Service) -> None:
    """Eight connections send the same bytes: one is new, seven are repeated, all hold one receipt."""
    submission = service.desk.file()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(service.send, [submission] * 8))

    assert sorted(answer.status for answer in answers) == [200] * 7 + [201]
    assert len({receipt_bytes(answer.json()["receipt"]) for answer in answers}) == 1


def test_an_id_used_again_for_other_bytes_is_refused(service: Service) -> None:
    """Or a statement could be slipped in under another one's receipt."""
    identifier = service.desk.new_id()
    service.put(service.desk.file(identifier=identifier))
    answer = service.send(service.desk.file(identifier=identifier))

    problem = service.problem(answer, 409, "statement-id-reused", PATH, "POST")
    assert [fault["field"] for fault in problem["errors"]] == ["id"]


def test_what_the_state_of_a_record_does_not_allow_is_refused(service: Service) -> None:
    """A record is filed once; correcting it is for the unit that filed it."""
    record = service.desk.new_id()
    service.put(service.desk.file(record))
    again, stranger = service.send(service.desk.file(record)), service.send(service.desk.correct(record, key=TAX))

    assert service.problem(again, 409, "rule-broken", PATH, "POST")["errors"][0]["field"] == "about/record"
    assert service.problem(stranger, 409, "rule-broken", PATH, "POST")["errors"][0]["field"] == "issuer"


def test_a_signature_over_other_bytes_is_refused(service: Service) -> None:
    """The text was changed after it was signed."""
    signed = service.desk.file()
    changed = signed.statement.replace(b'"made_at":"2026', b'"made_at":"2025')
    answer = service.send(replace(signed, statement=changed))

    assert changed != signed.statement
    problem = service.problem(answer, 403, "not-entitled", PATH, "POST")
    assert problem["errors"][0]["field"] == f"signature {MARKET.verifier.name}"


def test_a_key_that_is_not_registered_is_refused(service: Service) -> None:
    """Whoever it says it is."""
    answer = service.send(service.desk.file(key=STRANGER))

    service.problem(answer, 403, "not-entitled", PATH, "POST")


def without(path: str) -> Callable[[Submission], Submission]:
    """Leave an opening out."""
    return lambda sent: replace(sent, openings={name: kept for name, kept in sent.openings.items() if name != path})


def opened_as(path: str, value: str) -> Callable[[Submission], Submission]:
    """Open a commitment with another value than was committed to."""
    return lambda sent: replace(sent, openings={**sent.openings, path: Opening(sent.openings[path].salt, value)})


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (without("data/CF_WSH"), "openings/data/CF_WSH"),
        (opened_as("data/CF_WSH", SECRET), "openings/data/CF_WSH"),
        (opened_as("data/CF_FRDB", SECRET), "openings/data/CF_FRDB"),
        (lambda sent: replace(sent, openings={**sent.openings, SECRET: Opening(bytes(32), SECRET)}), "openings"),
    ],
    ids=["missing", "wrong", "wrong-personal", "too-many"],
)
def test_openings_that_do_not_fit_are_named_without_their_values(
    service: Service, change: Callable[[Submission], Submission], field: str
) -> None:
    """The rule and the way out are said; what was sent may be personal and is not repeated."""
    answer = service.send(change(service.desk.file()))

    problem = service.problem(answer, 422, "not-admissible", PATH, "POST")
    assert [fault["field"] for fault in problem["errors"]] == [field]
    assert SECRET not in answer.body.decode()


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("CF_WSH", None),
        ("CF_JDRQ", f"2026-11-20{SECRET}"),
        ("CF_NR_FK", SECRET),
        ("CF_CFLB", [SECRET]),
        ("CF_XDR_LB", SECRET),
        ("CF_CFJGDM", f"1211000000000000{SECRET}"),
        ("CF_SY", f"{SECRET}\u202e"),
        ("UNKNOWN", SECRET),
    ],
)
def test_values_that_break_the_catalogue_are_named_without_being_repeated(
    service: Service, code: str, value: JsonValue
) -> None:
    """Each fault has the field, the rule and the fix."""
    changed: dict[str, Any] = {code: value}
    answer = service.send(service.desk.file(**changed))

    problem = service.problem(answer, 422, "not-admissible", PATH, "POST")
    assert f"data/{code}" in {fault["field"] for fault in problem["errors"]}
    assert SECRET not in answer.body.decode()


def test_every_fault_of_a_statement_is_named_at_once(service: Service) -> None:
    """Nobody has to send a statement five times to learn five rules."""
    answer = service.send(service.desk.file(CF_WSH=None, CF_JDRQ="2026-02-30", CF_NR_FK=-1))

    problem = service.problem(answer, 422, "not-admissible", PATH, "POST")
    assert {fault["field"] for fault in problem["errors"]} == {"data/CF_WSH", "data/CF_JDRQ", "data/CF_NR_FK"}


def test_an_over_long_text_is_accepted_with_a_warning(service: Service) -> None:
    """Many lengths of the standards are unconfirmed: the record counts, the warning is heard."""
    accepted = service.put(service.desk.file(CF_WSH="测" * 1000))

    assert [warning["field"] for warning in accepted["warnings"]] == ["data/CF_WSH"]
    assert "测测" not in json.dumps(accepted["warnings"], ensure_ascii=False)


def test_a_natural_person_s_record_is_refused(service: Service) -> None:
    """自然人 records are not for this version; the number must reach no log."""
    answer = service.send(service.desk.file(CF_XDR_LB="自然人"))

    assert service.problem(answer, 422, "not-admissible", PATH, "POST")["errors"][0]["field"] == "subject"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xef\xbb\xbf{}",
        b"\xff",
        b"[]",
        b"null",
        b'{"statement":"x"}',
        b'{"statement":1,"openings":{}}',
        b'{"statement":"x","openings":{},"more":1}',
        b'{"statement":"x","statement":"y","openings":{}}',
        b'{"statement":"x","openings":{"a":["AA==",1.5]}}',
        b'{"statement":"x","openings":{"a":["AA==",1e3]}}',
        b'{"statement":"x","openings":{"a":["AA==",NaN]}}',
        b'{"statement":"x","openings":{"a":["AA==",9007199254740992]}}',
        b'{"statement":"x","openings":{"a":["!",1]}}',
        b'{"statement":"x","openings":{"a":["AA==","\\ud800"]}}',
        b'{"statement":"\\ud800","openings":{}}',
        b'{"statement":"x","openings":' + b"[" * 5000 + b"]" * 5000 + b"}",
        f'{{"statement":"{SECRET}","openings":"{SECRET}"}}'.encode(),
        f'{{"{SECRET}":}}'.encode(),
    ],
)
def test_bytes_in_another_form_are_refused_strictly(service: Service, body: bytes) -> None:
    """A parser that forgives would let two readers see two things in the same bytes."""
    answer = service.server.post(PATH, body)

    service.problem(answer, 400, "malformed", PATH, "POST")
    assert SECRET not in answer.body.decode()


@pytest.mark.parametrize("text", ["", "x", "{}\n\n", "kesu\n\n— a/1 AA==\n"])
def test_a_statement_that_is_none_is_not_admissible(service: Service, text: str) -> None:
    """The request is in order, what it carries is not."""
    answer = service.server.post(PATH, json.dumps({"statement": text, "openings": {}}).encode())

    service.problem(answer, 422, "not-admissible", PATH, "POST")


def test_a_body_larger_than_any_statement_is_refused_before_it_is_read(service: Service) -> None:
    """The declared length is enough."""
    connection = http.client.HTTPConnection(service.server.address.removeprefix("http://"), timeout=SECONDS)
    connection.putrequest("POST", PATH)
    connection.putheader("Content-Length", str(2 * 1024 * 1024 + 1))
    connection.endheaders()
    response = connection.getresponse()
    problem = json.loads(response.read())
    connection.close()

    assert response.status == 413
    service.canonical(problem, 413, "too-large", PATH)


def test_a_body_of_unknown_length_is_refused_when_it_has_grown_too_large(service: Service) -> None:
    """Chunks are counted as they come."""

    def chunks() -> Iterator[bytes]:
        for _ in range(33):
            yield b"x" * 65_536

    connection = http.client.HTTPConnection(service.server.address.removeprefix("http://"), timeout=SECONDS)
    connection.request("POST", PATH, chunks(), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})
    response = connection.getresponse()
    problem = json.loads(response.read())
    connection.close()

    assert response.status == 413
    service.canonical(problem, 413, "too-large", PATH)


def test_a_receipt_can_be_had_again_at_any_time(service: Service) -> None:
    """Also after more entries it is the one first handed out, not a new one of a larger tree."""
    submission = service.desk.file()
    accepted = service.put(submission)
    for _ in range(3):
        service.put(service.desk.file())
    identifier = service.verified(accepted["receipt"]).entry.statement.id
    again = service.server.get(f"/v1/receipts/{identifier}")

    assert (again.status, again.headers["content-type"]) == (200, "application/json")
    assert again.body == receipt_bytes(accepted["receipt"])


def test_a_receipt_is_the_same_after_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It is made from what is stored, not from what the process remembers; repeating works too."""
    with running(tmp_path_factory.mktemp("restart") / "ledger") as service:
        sent = [service.desk.file() for _ in range(4)]
        first = [service.put(submission) for submission in sent]
        service.restart()
        again = [service.send(submission) for submission in sent]

        assert [answer.status for answer in again] == [200] * 4
        assert [answer.json() for answer in again] == [{**accepted, "repeated": True} for accepted in first]
        for accepted in first:
            identifier = Entry.parse(accepted["receipt"]["entry"].encode()).statement.id
            assert service.server.get(f"/v1/receipts/{identifier}").body == receipt_bytes(accepted["receipt"])


def test_there_is_no_receipt_of_a_statement_that_was_never_accepted(service: Service) -> None:
    """Refused ones included."""
    refused = service.desk.file(CF_WSH=None, identifier=service.desk.new_id())
    service.send(refused)
    identifier = json.loads(refused.statement.split(b"\n")[0])["id"]
    for unknown in (identifier, service.desk.new_id()):
        path = f"/v1/receipts/{unknown}"

        service.problem(service.server.get(path), 404, "not-found", path)


@pytest.mark.parametrize(
    "identifier",
    ["1", "0193F000-0000-7000-8000-000000000002", "0193f000-0000-4000-8000-000000000002", "%00", "x" * 2000],
)
def test_a_receipt_is_asked_for_by_a_statement_s_id(service: Service, identifier: str) -> None:
    """One spelling of a UUIDv7."""
    answer = service.server.get(f"/v1/receipts/{identifier}")

    service.problem(answer, 400, "malformed", f"/v1/receipts/{identifier.replace('%00', chr(0))}")


def test_known_statements_are_told_from_unknown_ones(service: Service) -> None:
    """What an importer may skip; each once, in whatever order they were asked about."""
    known = [service.desk.new_id() for _ in range(3)]
    for identifier in known:
        service.put(service.desk.file(identifier=identifier))
    asked = [service.desk.new_id(), *known, service.desk.new_id(), known[0]]
    answer = service.server.post("/v1/receipts:known", json.dumps({"ids": asked}).encode())

    assert (answer.status, answer.json()) == (200, {"known": sorted(known)})


def test_nothing_is_known_of_no_statements(service: Service) -> None:
    """An empty question has an empty answer, a question of 2,000 an answer too."""
    for count in (0, 2000):
        ids = [service.desk.new_id() for _ in range(count)]

        assert service.server.post("/v1/receipts:known", json.dumps({"ids": ids}).encode()).json() == {"known": []}


@pytest.mark.parametrize(
    "body", [b"{}", b'{"ids":1}', b'{"ids":[1]}', b'{"ids":["x"]}', b'{"ids":[],"more":1}', b'["x"]', b"", b"{"]
)
def test_a_question_about_statements_has_one_form(service: Service, body: bytes) -> None:
    """A list of ids and nothing else."""
    answer = service.server.post("/v1/receipts:known", body)

    service.problem(answer, 400, "malformed", "/v1/receipts:known", "POST")


def test_more_ids_than_allowed_are_refused(service: Service) -> None:
    """2,001 are one too many."""
    ids = [service.desk.new_id()] * 2001
    answer = service.server.post("/v1/receipts:known", json.dumps({"ids": ids}).encode())

    service.problem(answer, 400, "malformed", "/v1/receipts:known", "POST")


def test_the_subject_s_name_stays_out_of_the_log(service: Service) -> None:
    """An entry holds commitments: neither name nor code of the subject is in the receipt."""
    submission = service.desk.file()
    receipt = json.dumps(service.put(submission)["receipt"], ensure_ascii=False)

    assert ENTERPRISE.name in body_of(submission).decode()
    assert ENTERPRISE.name not in receipt
    assert ENTERPRISE.code not in receipt
