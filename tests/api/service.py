"""A real ledger served over HTTP, and the one shape that every problem it is answered with must have."""

from __future__ import annotations

import json
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import uvicorn

from api.admission import BatchAdmission
from api.cli.place import now, pen
from api.clockwork import ticking
from api.http.app import create_app
from api.http.context import Context
from api.opening import open_ledger
from ledger.catalogue import CatalogueItem
from ledger.home import LedgerHome
from tests.ledger.harness import Desk
from tests.processes import LOOPBACK, SECONDS, Answer, Site
from verify.canonical import canonical_json
from verify.note import VerifierKey
from verify.receipt import Receipt, VerifiedReceipt, verify_receipt
from verify.submission import Submission

PROBLEM = "application/problem+json"
_ALWAYS = {"type", "title", "status", "instance", "remedy", "request_id"}


class ServerHere(Site):
    """What `kesu serve` serves, by a thread of this process: one of its own takes two seconds to start.

    Killing, signals and what is written to standard error are for `tests.processes.Server`.
    """

    def __init__(self, folder: Path) -> None:
        with ExitStack() as opened:
            ledger = opened.enter_context(open_ledger(LedgerHome(folder), clock=now, random=os.urandom))
            admission = opened.enter_context(BatchAdmission(ledger.sequencer))
            listener = opened.enter_context(socket.create_server((LOOPBACK, 0)))
            ledger.sequencer.start()
            app = create_app(Context(ledger, ledger.home.auditor_token(), admission))
            config = uvicorn.Config(app, loop="uvloop", http="httptools", access_log=False, log_config=None)
            operator = ledger.home.operator_key()
            opened.enter_context(ticking(ledger, lambda: pen(operator)))
            opened.enter_context(_on_a_thread(uvicorn.Server(config), listener))
            self.address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
            self._opened = opened.pop_all()

    def stop(self) -> None:
        """Stop, and close the ledger."""
        self._opened.close()


@contextmanager
def _on_a_thread(server: uvicorn.Server, listener: socket.socket) -> Iterator[None]:
    thread = threading.Thread(target=server.run, args=([listener],), name="server", daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.001)
        yield
    finally:
        server.should_exit = True
        thread.join(SECONDS)


@contextmanager
def serving_here(folder: Path) -> Iterator[ServerHere]:
    """A ledger served by this process, closed in the end."""
    server = ServerHere(folder)
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Service:
    """Everybody around a ledger (`desk`) and what serves it."""

    desk: Desk
    server: ServerHere
    _known_problems: set[str] = field(default_factory=set)

    @property
    def token(self) -> str:
        """The auditor's token."""
        return self.desk.home.auditor_token()

    @property
    def token_file(self) -> Path:
        """Where the auditor's token is."""
        return self.desk.folder / "auditor.token"

    @cached_property
    def log_key(self) -> VerifierKey:
        """The key that checkpoints are checked against."""
        return self.desk.home.log_key().verifier

    def restart(self) -> None:
        """Close the ledger and serve what is stored of it."""
        self.server.stop()
        self.server = ServerHere(self.desk.folder)

    def send(self, submission: Submission) -> Answer:
        """Send one statement."""
        return self.server.post("/v1/statements", body_of(submission))

    def put(self, submission: Submission) -> dict[str, Any]:
        """Send one statement that must be new; gives the answer."""
        answer = self.send(submission)
        assert answer.status == 201, answer.body.decode()
        accepted: dict[str, Any] = answer.json()
        return accepted

    def verified(self, receipt: dict[str, Any]) -> VerifiedReceipt:
        """A receipt as the server gave it, checked against the log's key."""
        return verify_receipt(Receipt.parse(json.dumps(receipt).encode()), self.log_key)

    def problem(self, answer: Answer, status: int, slug: str, instance: str, method: str = "GET") -> dict[str, Any]:
        """Require that an answer is this problem, in the one shape, documented, and with a page of its own."""
        assert (answer.status, answer.headers["content-type"]) == (status, PROBLEM)
        assert (status == 401) is ("www-authenticate" in answer.headers)
        assert (status in {429, 503}) is ("retry-after" in answer.headers)
        problem = self.canonical(answer.json(), status, slug, instance)
        assert problem["request_id"] == answer.headers["x-request-id"]
        for documented in self.operations(method, instance):
            assert str(status) in documented["responses"], f"{method} {instance} does not document {status}"
        return problem

    def canonical(self, problem: dict[str, Any], status: int, slug: str, instance: str) -> dict[str, Any]:
        """Require the one shape of problem details, wherever they stand."""
        assert (problem["status"], problem["type"], problem["instance"]) == (status, f"/problems/{slug}", instance)
        extra = set(problem) - _ALWAYS
        assert extra in ({"errors"}, {"detail"}, set() if status >= 500 else {"detail"})
        assert all(
            isinstance(problem[name], str) and problem[name] for name in _ALWAYS - {"status"} | extra - {"errors"}
        )
        for fault in problem.get("errors", [{"field": "-", "rule": "-", "fix": "-"}]):
            assert set(fault) == {"field", "rule", "fix"}
            assert all(isinstance(part, str) and part for part in fault.values())
        if slug not in self._known_problems:
            page = self.server.get(problem["type"])
            assert page.status == 200
            assert f"{status} {slug}\n{problem['title']}." in page.body.decode()
            self._known_problems.add(slug)
        return problem

    @cached_property
    def openapi(self) -> dict[str, Any]:
        """The API's own description."""
        document: dict[str, Any] = self.server.get("/openapi.json").json()
        return document

    def operations(self, method: str, path: str) -> Iterator[dict[str, Any]]:
        """Descriptions of the operation that a request comes to; none where no route leads."""
        for template, operations in self.openapi["paths"].items():
            pattern = re.sub(r"\\\{[a-z_]+\\\}", "[^/]+", re.escape(template))
            if re.fullmatch(pattern, path) and method.lower() in operations:
                yield operations[method.lower()]
                return  # the first route that fits answers


@contextmanager
def running(folder: Path, *items: CatalogueItem, desk: Desk | None = None, rules: bool = False) -> Iterator[Service]:
    """Found a ledger in a new folder and serve it; with `rules`, all that come with Kesu."""
    desk = desk or Desk(folder)
    with desk.found(*items, rules=rules):
        pass
    service = Service(desk, ServerHere(folder))
    try:
        yield service
    finally:
        service.server.stop()


def body_of(submission: Submission) -> bytes:
    """The bytes that are sent."""
    return json.dumps(submission.to_json(), ensure_ascii=False).encode()


def receipt_bytes(receipt: Mapping[str, Any]) -> bytes:
    """A receipt's one spelling."""
    return canonical_json(dict(receipt))
