"""A real server on a real ledger, and the one shape that every problem it answers with must have."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ledger.catalogue import CatalogueItem
from tests.ledger.harness import Desk
from tests.processes import Answer, Server
from verify.canonical import canonical_json
from verify.note import VerifierKey
from verify.receipt import Receipt, VerifiedReceipt, verify_receipt
from verify.submission import Submission

PROBLEM = "application/problem+json"
_ALWAYS = {"type", "title", "status", "instance", "remedy"}


@dataclass
class Service:
    """Everybody around a ledger (`desk`) and the process that serves it."""

    desk: Desk
    server: Server
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
        """Stop the process and start another."""
        self.server.stop()
        self.server = Server(self.desk.folder)

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
        assert (status == 503) is ("retry-after" in answer.headers)
        problem = self.canonical(answer.json(), status, slug, instance)
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
    service = Service(desk, Server(folder))
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
