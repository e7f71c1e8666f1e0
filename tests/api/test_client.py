"""The department's client believes only what is proved, repeats only what is safe, and says plainly what went wrong."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from api.client import LedgerClient, Refused, Submitted, Unproved, Unreachable
from ledger.home import create_home
from tests.api.liar import NOT_HTTP, Forward, Liar, Lie, changed, lying, says
from tests.api.service import Service, running
from tests.ledger.harness import ENTERPRISE, OPERATOR, ORIGIN, Desk, put, query
from tests.processes import LOOPBACK, SECONDS, Answer, Relay, ask, serving
from verify.errors import Malformed
from verify.note import SigningKey
from verify.receipt import Receipt, TlogProof
from verify.submission import Submission


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service") / "ledger") as started:
        yield started


@pytest.fixture(scope="module")
def liar(service: Service) -> Iterator[Liar]:
    """Between the client and the module's real server; honest until told otherwise."""
    with lying(service.server.address) as server:
        yield server


@dataclass
class Caller:
    """A client with the log's published key, no patience unless asked for, and a sleep that only takes notes."""

    liar: Liar
    service: Service
    _stack: ExitStack
    slept: list[float] = field(default_factory=list)

    def __call__(self, *lies: Lie, patience: float = 0.0) -> LedgerClient:
        """A client whose next requests get these answers."""
        self.liar.lies[:] = lies
        self.liar.bodies.clear()
        client = LedgerClient(
            self.liar.address, log_key=self.service.log_key, patience=patience, sleep=self.slept.append
        )
        return self._stack.enter_context(client)


@pytest.fixture
def calling(liar: Liar, service: Service) -> Iterator[Caller]:
    with ExitStack() as stack:
        yield Caller(liar, service, stack)


def with_receipt(change: Callable[[Receipt], Receipt]) -> Lie:
    """Give out another receipt than the ledger did."""

    def falsify(body: bytes) -> bytes:
        members = json.loads(body)
        members["receipt"] = change(Receipt.from_json(members["receipt"])).to_json()
        return json.dumps(members).encode()

    return changed(falsify)


def with_proof(change: Callable[[TlogProof], TlogProof]) -> Lie:
    """Leave the entry as it is and change its proof."""
    return with_receipt(lambda receipt: Receipt(receipt.entry, change(TlogProof.parse(receipt.proof)).to_bytes()))


def problem(status: int, slug: str) -> bytes:
    """Problem details of a server that is in trouble."""
    return json.dumps({"type": f"/problems/{slug}", "title": slug, "status": status}).encode()


BUSY = says(503, problem(503, "busy"))


def entries(service: Service) -> int:
    """How long the log is."""
    return int(str(query(service.desk.folder / "ledger.db", "SELECT size FROM head")[0][0]))


# ---- what is proved --------------------------------------------------------------------------------------------------


def test_a_receipt_is_handed_on_with_its_entry_and_its_warnings(calling: Caller, service: Service) -> None:
    """The honest case: the very statement, under the log's key; what was long but accepted is named."""
    sent = service.desk.file(CF_SY="长" * 5001)
    done = calling().submit(sent)

    assert done.verified.statement == sent.statement
    assert service.verified(done.receipt.to_json()) == done.verified
    assert not done.repeated
    assert [warning.field for warning in done.warnings] == ["data/CF_SY"]


def test_the_same_bytes_again_give_the_first_receipt(calling: Caller, service: Service) -> None:
    """Sending twice is always safe, and the answer says that it was twice."""
    sent, client, before = service.desk.file(), calling(), entries(service)
    first, second = client.submit(sent), client.submit(sent)

    assert (second.receipt, first.repeated, second.repeated) == (first.receipt, False, True)
    assert entries(service) == before + 1


def test_receipts_swapped_between_two_statements_are_not_believed(calling: Caller, service: Service) -> None:
    """Each is genuine; neither is of what was sent on its line."""
    client = calling(changed(lambda body: b"".join(reversed(body.splitlines(keepends=True)))))

    with pytest.raises(Unproved, match="another statement"):
        client.submit_many([service.desk.file(), service.desk.file()])


def test_the_receipt_of_an_earlier_statement_is_not_believed(calling: Caller, service: Service) -> None:
    """A server that recorded nothing cannot show an old receipt instead; the evidence is kept with the error."""
    earlier = calling().submit(service.desk.file()).receipt
    client = calling(with_receipt(lambda _receipt: earlier))

    with pytest.raises(Unproved, match="another statement") as caught:
        client.submit(service.desk.file())

    assert caught.value.receipt == earlier


@pytest.mark.parametrize(
    "lie",
    [
        with_proof(lambda proof: TlogProof(proof.index, (bytes(32), *proof.path[1:]), proof.checkpoint)),
        with_proof(lambda proof: TlogProof(proof.index, proof.path[:-1], proof.checkpoint)),
        with_proof(lambda proof: TlogProof(proof.index + 1, proof.path, proof.checkpoint)),
        with_proof(lambda proof: TlogProof(proof.index, proof.path, proof.checkpoint.replace(b"\n", b"\n9", 1))),
        with_receipt(lambda receipt: Receipt(receipt.entry.replace(b'"seq":', b'"seq":9'), receipt.proof)),
        with_receipt(lambda receipt: Receipt(receipt.entry + b"\n", receipt.proof)),
        with_receipt(lambda receipt: Receipt(b"", receipt.proof)),
        with_receipt(lambda receipt: Receipt(receipt.entry, b"")),
    ],
    ids=["path", "short-path", "index", "tree-size", "entry-number", "entry-longer", "no-entry", "no-proof"],
)
def test_a_receipt_that_proves_nothing_is_not_believed(calling: Caller, service: Service, lie: Lie) -> None:
    """Whatever part of it is wrong; and the same statement still goes through afterwards."""
    sent = service.desk.file()
    client = calling(lie)

    with pytest.raises(Unproved, match="does not verify"):
        client.submit(sent)
    assert client.submit(sent).repeated


@pytest.mark.parametrize("origin", ["credit.example/elsewhere", ORIGIN], ids=["other-log", "same-name-other-key"])
def test_the_receipt_of_another_log_is_not_believed(
    calling: Caller, service: Service, tmp_path: Path, origin: str
) -> None:
    """The very statement is in there, with a proof and a checkpoint in order - but that log is not this one."""
    sent = service.desk.file()
    desk = Desk(tmp_path / "elsewhere")
    desk._home = create_home(desk.folder, origin=origin, operator=OPERATOR, random=os.urandom)
    with desk.found() as elsewhere:
        receipt = put(elsewhere, sent).receipt
    client = calling(with_receipt(lambda _receipt: receipt))

    with pytest.raises(Unproved, match="does not verify"):
        client.submit(sent)


def test_a_client_with_the_wrong_log_key_believes_nothing(liar: Liar, service: Service) -> None:
    """Also an honest server's receipts; every one of them, not only the first."""
    wrong = SigningKey.from_seed(ORIGIN, bytes(32)).verifier
    with LedgerClient(liar.address, log_key=wrong) as client:
        for _ in range(2):
            with pytest.raises(Unproved, match=f"signature by {ORIGIN}"):
                client.submit(service.desk.file())


def test_without_a_log_key_the_one_that_the_server_names_is_taken(liar: Liar, service: Service) -> None:
    """Asked for once."""
    liar.bodies.clear()
    with LedgerClient(liar.address) as client:
        assert [client.log_key, client.log_key] == [service.log_key] * 2
    assert len(liar.bodies) == 1


# ---- what is no answer -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 404, 502])
def test_an_answer_that_is_not_json_is_no_answer(calling: Caller, service: Service, status: int) -> None:
    """As a proxy gives it; the error names the path and the status, and repeats nothing of the page."""
    client = calling(says(status, b"<html>gateway</html>"))

    with pytest.raises(Unreachable, match=rf"^/v1/statements: the server answered {status} ") as caught:
        client.submit(service.desk.file())
    assert "gateway" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [b"[]", b"{}", b"null", b'{"receipt":1,"repeated":false,"warnings":[]}', b'{"known":[]}'],
)
def test_json_that_is_no_receipt_is_no_answer(calling: Caller, service: Service, body: bytes) -> None:
    """Whatever else it may be."""
    client = calling(says(201, body))

    with pytest.raises(Unreachable, match="something else than a receipt"):
        client.submit(service.desk.file())


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: lines[:-1],
        lambda lines: lines[:1],
        lambda lines: [],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines[:-1], lines[-1][:-1]],
        lambda lines: [*lines, b"{}"],
    ],
    ids=["one-less", "only-one", "none", "one-more", "last-without-end", "one-more-without-end"],
)
def test_a_batch_must_be_answered_line_by_line(
    calling: Caller, service: Service, change: Callable[[list[bytes]], list[bytes]]
) -> None:
    """With another number of lines nobody knows which answer belongs to which statement."""
    client = calling(changed(lambda body: b"".join(change(body.splitlines(keepends=True)))))

    with pytest.raises(Unreachable, match="did not answer every line of a batch"):
        client.submit_many([service.desk.file() for _ in range(3)])


@pytest.mark.parametrize("line", [b"<html>", b"{}", b'{"status":201}', b'{"receipt":{},"repeated":true,"warnings":[]}'])
def test_a_line_of_a_batch_that_is_no_answer_is_none(calling: Caller, service: Service, line: bytes) -> None:
    """Among lines that are."""
    client = calling(changed(lambda body: body.splitlines(keepends=True)[0] + line + b"\n"))

    with pytest.raises(Unreachable):
        client.submit_many([service.desk.file() for _ in range(2)])


@pytest.mark.parametrize("body", [b"{}", b'{"vkey":1}', b'{"vkey":"nonsense"}', b"[]", b"no JSON"])
def test_a_server_that_does_not_say_which_log_it_is_is_no_ledger(liar: Liar, body: bytes) -> None:
    """Nothing is sent to it."""
    liar.lies[:] = [says(200, body)]
    with LedgerClient(liar.address) as client, pytest.raises(Unreachable):
        assert client.log_key is None


def test_a_server_must_say_which_statements_it_knows(calling: Caller, service: Service) -> None:
    """And does, of those asked for."""
    sent, new = service.desk.file(), service.desk.file()
    service.put(sent)
    asked = [json.loads(submission.statement.partition(b"\n")[0])["id"] for submission in (sent, new)]

    assert calling().known(asked) == {asked[0]}
    with pytest.raises(Unreachable, match="which statements"):
        calling(says(200, b'{"known":{}}')).known(asked)


# ---- what is refused -------------------------------------------------------------------------------------------------


def test_a_refusal_carries_every_fault(calling: Caller, service: Service) -> None:
    """The fields, the rules and the fixes, as the server named them."""
    wrong = service.desk.file(CF_WSH=None, CF_JDRQ="2026-13-01", CF_NR_FK=-1)
    told = service.send(wrong).json()["errors"]

    with pytest.raises(Refused) as caught:
        calling().submit(wrong)

    faults = caught.value.faults
    assert {fault.field for fault in faults} == {"data/CF_WSH", "data/CF_JDRQ", "data/CF_NR_FK"}
    assert [{"field": fault.field, "rule": fault.rule, "fix": fault.fix} for fault in faults] == told
    assert (caught.value.status, caught.value.slug) == (422, "not-admissible")
    assert all(fault.sentence() in str(caught.value) for fault in faults)


def test_a_refused_line_of_a_batch_leaves_its_neighbours_accepted(calling: Caller, service: Service) -> None:
    """Each answer at its place, the refused one with all its faults."""
    batch = [service.desk.file(), service.desk.file(CF_WSH=None, CF_JDRQ=None), service.desk.file()]
    first, second, third = calling().submit_many(batch)

    assert isinstance(first, Submitted)
    assert isinstance(third, Submitted)
    assert isinstance(second, Refused)
    assert {fault.field for fault in second.faults} == {"data/CF_WSH", "data/CF_JDRQ"}
    assert [first.verified.statement, third.verified.statement] == [batch[0].statement, batch[2].statement]


@pytest.mark.parametrize("body", [b"[]", b"{}", b'{"errors":[1],"type":[],"detail":null}'])
def test_a_refusal_without_reasons_is_still_a_refusal(calling: Caller, service: Service, body: bytes) -> None:
    """With the status, which is all there is."""
    with pytest.raises(Refused) as caught:
        calling(says(500, body)).submit(service.desk.file())

    assert caught.value.status == 500


# ---- what is sent again ----------------------------------------------------------------------------------------------


def test_a_busy_server_is_asked_again_after_growing_pauses(calling: Caller, service: Service) -> None:
    """The same bytes each time, recorded once."""
    before, client = entries(service), calling(*[BUSY] * 8, patience=30.0)
    done = client.submit(service.desk.file())

    assert calling.slept == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]
    assert len(set(calling.liar.bodies)) == 1
    assert (done.repeated, entries(service)) == (False, before + 1)


def test_patience_ends(calling: Caller, service: Service) -> None:
    """Then busy is what the caller hears."""
    client = calling(*[BUSY] * 100, patience=1.0)

    with pytest.raises(Refused) as caught:
        client.submit(service.desk.file())
    assert (caught.value.status, caught.value.slug) == (503, "busy")
    assert calling.slept == [0.1, 0.2, 0.4, 0.8]


def test_only_the_busy_lines_of_a_batch_are_sent_again(calling: Caller, service: Service) -> None:
    """The answers are put together in the order of the batch."""

    def busy_in_the_middle(forward: Forward) -> Answer:
        lines = calling.liar.bodies[-1].split(b"\n")
        told = ask(service.server.address, "POST", "/v1/statements:batch", b"\n".join([lines[0], lines[2]]))
        first, third = told.body.splitlines(keepends=True)
        busy = json.dumps({"problem": json.loads(problem(503, "busy")), "status": 503}).encode()
        return Answer(200, {}, first + busy + b"\n" + third)

    batch = [service.desk.file() for _ in range(3)]
    answers = calling(busy_in_the_middle, patience=1.0).submit_many(batch)
    again = calling.liar.bodies[-1].split(b"\n")

    assert [json.loads(line)["statement"] for line in again] == [batch[1].statement.decode()]
    assert [answer.verified.statement for answer in answers if isinstance(answer, Submitted)] == [
        submission.statement for submission in batch
    ]
    assert calling.slept == [0.1]


def test_a_line_that_stays_busy_is_refused_in_the_end(calling: Caller, service: Service) -> None:
    """When patience ends; and its neighbour, which was accepted, is not lost with it."""

    def busy(forward: Forward) -> Answer:
        line = {"problem": json.loads(problem(503, "busy")), "status": 503}
        return Answer(200, {}, json.dumps(line).encode() + b"\n")

    def busy_after_one(forward: Forward) -> Answer:
        lines = calling.liar.bodies[-1].split(b"\n")
        told = ask(service.server.address, "POST", "/v1/statements:batch", lines[0])
        return Answer(200, {}, told.body + busy(forward).body)

    first, second = calling(busy_after_one, *[busy] * 100, patience=1.0).submit_many(
        [service.desk.file(), service.desk.file()]
    )

    assert isinstance(first, Submitted)
    assert isinstance(second, Refused)
    assert (second.status, second.slug) == (503, "busy")
    assert calling.slept == [0.1, 0.2, 0.4, 0.8]


def test_a_batch_larger_than_the_server_takes_goes_in_parts(calling: Caller, service: Service) -> None:
    """A thousand statements may be sent at once, whatever their texts."""
    text = "长" * 20_000
    batch = [service.desk.file(CF_SY=text, CF_YJ=text, CF_NR=text, CF_WFXW=text, BZ=text) for _ in range(60)]
    answers = calling().submit_many(batch)

    assert [answer.verified.statement for answer in answers if isinstance(answer, Submitted)] == [
        submission.statement for submission in batch
    ]
    assert len(calling.liar.bodies) == 2
    assert calling.slept == []


@pytest.mark.parametrize("cut", [1, 10, 40, 400])
def test_an_answer_that_is_cut_off_is_asked_for_again(service: Service, cut: int) -> None:
    """Before its first byte, in its head or in its body: the statement is recorded once, and its receipt verifies."""
    before = entries(service)
    with (
        Relay(service.server.address, cuts=[cut]) as relay,
        LedgerClient(relay.address, log_key=service.log_key, sleep=lambda _seconds: None) as client,
    ):
        sent = service.desk.file()
        done = client.submit(sent)

    assert (done.verified.statement, done.repeated) == (sent.statement, True)
    assert entries(service) == before + 1
    assert relay.connections == 2


def test_a_server_that_is_killed_while_it_answers_and_comes_back_gives_the_receipt(tmp_path: Path) -> None:
    """The client waits until the server is there again; nothing is recorded twice."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        log_key = ledger.log_key
    pauses: list[float] = []
    with ExitStack() as stack:
        first = stack.enter_context(serving(desk.folder))
        relay = stack.enter_context(Relay(first.address, cuts=[300]))

        def pause(seconds: float) -> None:
            pauses.append(seconds)
            if len(pauses) == 1:
                first.kill()
            elif len(pauses) == 3:
                relay.target = stack.enter_context(serving(desk.folder)).address

        batch = [desk.file() for _ in range(20)]
        with LedgerClient(relay.address, log_key=log_key, sleep=pause) as client:
            answers = client.submit_many(batch)

    done = [answer for answer in answers if isinstance(answer, Submitted)]
    assert [answer.verified.statement for answer in done] == [submission.statement for submission in batch]
    assert {answer.repeated for answer in done} == {True}
    assert len({answer.verified.header.seq for answer in done}) == 20
    assert query(desk.folder / "ledger.db", "SELECT size FROM head") == [(25,)]
    assert pauses == [0.1, 0.2, 0.4]


# ---- who is not there ------------------------------------------------------------------------------------------------


def test_an_unreachable_server_is_named_and_nobody_else(service: Service) -> None:
    """The address and the reason; nothing of the statement."""
    with socket.create_server((LOOPBACK, 0)) as closed:
        address = f"{LOOPBACK}:{closed.getsockname()[1]}"
    with LedgerClient(f"http://{address}", patience=0.0) as client, pytest.raises(Unreachable) as caught:
        client.submit(service.desk.file())

    assert address in str(caught.value)
    assert "refused" in str(caught.value)
    assert_nothing_personal(str(caught.value))


def test_a_server_that_throws_the_statement_back_does_not_put_it_into_the_error(
    calling: Caller, service: Service
) -> None:
    """What does not speak HTTP may answer with anything, and errors end up in logs."""
    sent = service.desk.file()
    client = calling(lambda _forward: Answer(NOT_HTTP, {}, text_of(sent).encode() + b"\n"))

    with pytest.raises(Unreachable) as caught:
        client.submit(sent)
    assert calling.liar.address.removeprefix("http://") in str(caught.value)
    assert_nothing_personal(str(caught.value))


@pytest.mark.parametrize(
    "url",
    [
        "127.0.0.1:8321",
        "ftp://127.0.0.1",
        "http://",
        "http://[::1",
        "http://127.0.0.1:port",
        "http://127.0.0.1:99999",
        "http://ledger..example",
        "http://ledger:hidden@127.0.0.1:8321",
    ],
)
def test_what_is_no_address_is_said_before_anything_is_sent(url: str) -> None:
    """At once, without waiting for anybody, and without repeating a password."""
    with pytest.raises(Malformed, match="must be an http or https address") as caught:
        LedgerClient(url)
    assert "hidden" not in str(caught.value)


# ---- connections -----------------------------------------------------------------------------------------------------


@contextmanager
def threads(number: int) -> Iterator[Callable[[Callable[[], object]], None]]:
    """Runs something in that many threads at the same time."""
    with ThreadPoolExecutor(number) as pool:
        together = threading.Barrier(number)

        def run(what: Callable[[], object]) -> None:
            def once() -> None:
                together.wait(SECONDS)
                what()
                together.wait(SECONDS)

            for done in [pool.submit(once) for _ in range(number)]:
                done.result(SECONDS)

        yield run


def test_a_thread_keeps_its_connection_and_close_ends_those_of_all(liar: Liar) -> None:
    """Four threads, eight requests, four connections, none left."""
    assert liar.is_left_alone()
    before = liar.opened
    with threads(4) as run, LedgerClient(liar.address) as client:
        run(lambda: client.get_json("/v1/ledger"))
        run(lambda: client.get_json("/v1/ledger"))
        opened = liar.opened - before
        client.close()

        assert opened == 4
        assert liar.is_left_alone()


def test_a_closed_client_can_be_used_and_closed_again(liar: Liar) -> None:
    """It connects anew, also after a failure, and that connection is closed as well."""
    client = LedgerClient(liar.address, patience=1.0, sleep=lambda _seconds: None)
    for _ in range(2):
        client.get_json("/v1/ledger")
        client.close()
        client.close()
        liar.lies[:] = [lambda _forward: Answer(NOT_HTTP, {}, b"?")]
        client.get_json("/v1/ledger")
        client.close()
        assert liar.is_left_alone()


def text_of(submission: Submission) -> str:
    return json.dumps(submission.to_json(), ensure_ascii=False)


def assert_nothing_personal(message: str) -> None:
    for part in (ENTERPRISE.name, ENTERPRISE.code, "91110000", "openings", "record.filed"):
        assert part not in message
