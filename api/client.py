"""The department's client: sends signed submissions and believes only receipts it has verified. Standard library."""

from __future__ import annotations

import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

from ledger.errors import Fault, LedgerError
from verify.checkpoint import Checkpoint
from verify.errors import EvidenceError, Malformed
from verify.note import VerifierKey
from verify.receipt import Receipt, VerifiedReceipt, verify_receipt
from verify.strict import JsonValue, load_json
from verify.submission import Submission

_TIMEOUT_SECONDS = 60
_FIRST_PAUSE_SECONDS = 0.1
_LONGEST_PAUSE_SECONDS = 5.0
_BUSY = HTTPStatus.SERVICE_UNAVAILABLE
_KNOWN_CHECKPOINTS = 8
_MOST_BYTES = 12 * 1024 * 1024
"""Of one request; the server takes batches of 16 MiB."""


class Unreachable(LedgerError):
    """The server did not answer, or not in our language; what was sent may or may not be recorded."""


class Refused(LedgerError):
    """The server refused the request, with its reasons (RFC 9457)."""

    def __init__(self, status: int, slug: str, title: str, faults: tuple[Fault, ...], detail: str | None) -> None:
        reasons = "; ".join(fault.sentence() for fault in faults) or detail or title
        super().__init__(f"{slug}: {reasons}")
        self.status = status
        self.slug = slug
        self.faults = faults


class Unproved(LedgerError):
    """The server answered with a receipt that does not prove what was sent. Keep `receipt`: it is evidence."""

    def __init__(self, reason: str, receipt: Receipt) -> None:
        super().__init__(reason)
        self.receipt = receipt


@dataclass(frozen=True, slots=True)
class Submitted:
    """A statement that is proved to be in the log."""

    receipt: Receipt
    verified: VerifiedReceipt
    repeated: bool
    warnings: tuple[Fault, ...]


class LedgerClient:
    """Talks to one ledger; may be used by many threads, each of which gets a connection of its own.

    Requests are repeated for `patience` seconds while the server cannot be reached or is busy: a statement is known by
    its id, so sending the same bytes again is always safe.
    """

    def __init__(
        self,
        url: str,
        *,
        log_key: VerifierKey | None = None,
        token: str | None = None,
        patience: float = 30.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Without `log_key` the key that the server names is believed."""
        parts = _split(url)
        self._connect = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        self._address = parts.netloc
        self._prefix = parts.path.rstrip("/")
        self._headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            self._headers["Authorization"] = f"Bearer {token}"
        self._patience = patience
        self._sleep = sleep
        self._local = threading.local()
        self._connections: list[http.client.HTTPConnection] = []
        self._checkpoints: tuple[Checkpoint, ...] = ()
        self._log_key = log_key

    @property
    def log_key(self) -> VerifierKey:
        """The key that receipts are checked against."""
        if self._log_key is None:
            match self.get_json("/v1/ledger"):
                case {"vkey": str(vkey)}:
                    with suppress(Malformed):
                        self._log_key = VerifierKey.parse(vkey)
        if self._log_key is None:
            raise Unreachable("the server does not say which log it is")
        return self._log_key

    def submit(self, submission: Submission) -> Submitted:
        """Append a statement and verify its receipt; raises `Refused`, `Unreachable` or `Unproved`."""
        return self._submitted(submission, self._json("POST", "/v1/statements", _body(submission)))

    def submit_many(self, submissions: Sequence[Submission]) -> list[Submitted | Refused]:
        """Append up to 1,000 statements in one request; the answers are in their order.

        A refused one does not hurt the others. Raises `Unreachable` or `Unproved`, and `Refused` for all of them.
        """
        outcomes: dict[int, Submitted | Refused] = {}
        waited, pause = 0.0, _FIRST_PAUSE_SECONDS
        while len(outcomes) < len(submissions):
            open_ones = {number: _body(item) for number, item in enumerate(submissions) if number not in outcomes}
            busy = False
            for part in _parts(open_ones):
                answers = self._batch([open_ones[number] for number in part])
                for number, answer in zip(part, answers, strict=True):
                    outcome = self._outcome(submissions[number], answer)
                    if isinstance(outcome, Refused) and outcome.status == _BUSY and waited < self._patience:
                        busy = True
                    else:
                        outcomes[number] = outcome
            if busy:
                self._sleep(pause)
                waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE_SECONDS)
        return [outcomes[number] for number in range(len(submissions))]

    def _batch(self, bodies: Sequence[bytes]) -> list[bytes]:
        status, data = self._patiently("POST", "/v1/statements:batch", b"\n".join(bodies))
        if status != HTTPStatus.OK:
            self._answer(status, data, "/v1/statements:batch")
        lines = data.split(b"\n")
        if len(lines) != len(bodies) + 1 or lines.pop():
            raise Unreachable("the server did not answer every line of a batch")
        return lines

    def _outcome(self, submission: Submission, line: bytes) -> Submitted | Refused:
        answer = self._answer(HTTPStatus.OK, line, "/v1/statements:batch")
        match answer:
            case {"status": int(status), "problem": dict(problem)}:
                return _refused(status, problem)
        return self._submitted(submission, answer)

    def _submitted(self, submission: Submission, answer: JsonValue) -> Submitted:
        match answer:
            case {"receipt": receipt, "repeated": bool(repeated), "warnings": list(warnings)}:
                with suppress(Malformed):
                    return self._verified(submission, Receipt.from_json(receipt), warnings, repeated=repeated)
        raise Unreachable("the server answered a statement with something else than a receipt")

    def known(self, identifiers: Iterable[str]) -> set[str]:
        """Which of these statements are in the log already."""
        body = json.dumps({"ids": list(identifiers)}).encode()
        match self._json("POST", "/v1/receipts:known", body):
            case {"known": list(known)}:
                return {item for item in known if isinstance(item, str)}
        raise Unreachable("the server does not say which statements it knows")

    def recorded(self, identifier: str) -> VerifiedReceipt:
        """The verified receipt of a statement in the log; raises `Refused`, `Unproved` or `Unreachable`."""
        answer = self.get_json(f"/v1/receipts/{identifier}")
        try:
            receipt = Receipt.from_json(answer)
        except Malformed:
            raise Unreachable("the server answered with something else than a receipt") from None
        try:
            verified = verify_receipt(receipt, self.log_key, self._checkpoints)
            found = verified.entry.statement.id
        except EvidenceError as error:
            message = f"the receipt of statement {identifier} does not verify: {error}"
            raise Unproved(message, receipt) from None
        if found != identifier:
            message = f"what the server gave for statement {identifier} is the receipt of another one"
            raise Unproved(message, receipt)
        return verified

    def get_json(self, path: str) -> JsonValue:
        """``GET`` a JSON resource."""
        return self._json("GET", path, None)

    def _verified(
        self, submission: Submission, receipt: Receipt, warnings: list[JsonValue], *, repeated: bool
    ) -> Submitted:
        try:
            verified = verify_receipt(receipt, self.log_key, self._checkpoints)
        except EvidenceError as error:
            raise Unproved(f"the receipt does not verify: {error}", receipt) from None
        if verified.statement != submission.statement:
            raise Unproved("the receipt is of another statement than the one that was sent", receipt)
        if verified.checkpoint not in self._checkpoints:
            self._checkpoints = (verified.checkpoint, *self._checkpoints[: _KNOWN_CHECKPOINTS - 1])
        return Submitted(receipt, verified, repeated, tuple(_fault(item) for item in warnings))

    def _json(self, method: str, path: str, body: bytes | None) -> JsonValue:
        return self._answer(*self._patiently(method, path, body), path)

    def _answer(self, status: int, data: bytes, path: str) -> JsonValue:
        try:
            value = load_json(data)
        except Malformed:
            raise Unreachable(f"{path}: the server answered {status} with something that is not JSON") from None
        if status < HTTPStatus.BAD_REQUEST:
            return value
        raise _refused(status, value if isinstance(value, dict) else {})

    def _patiently(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        waited, pause = 0.0, _FIRST_PAUSE_SECONDS
        while True:
            try:
                status, data = self._once(method, path, body)
                if status != _BUSY or waited >= self._patience:
                    return status, data
            except (OSError, http.client.HTTPException) as error:
                self._hang_up()
                if waited >= self._patience:
                    # What does not speak HTTP may have sent anything, which only an OSError's text does not repeat.
                    reason = (str(error) if isinstance(error, OSError) else "") or type(error).__name__
                    raise Unreachable(f"the ledger at {self._address} cannot be reached: {reason}") from None
            self._sleep(pause)
            waited, pause = waited + pause, min(2 * pause, _LONGEST_PAUSE_SECONDS)

    def close(self) -> None:
        """Close every thread's connection; who asks again gets a new one."""
        self._local = threading.local()
        while self._connections:
            self._connections.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _hang_up(self) -> None:
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            self._local.connection = None
            self._connections.remove(connection)
            connection.close()

    def _once(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect(self._address, timeout=_TIMEOUT_SECONDS)
            self._connections.append(connection)
        connection.request(method, self._prefix + path, body, self._headers)
        response = connection.getresponse()
        if response.length is None and not response.chunked:
            raise http.client.IncompleteRead(b"")  # a head that is cut off passes for one without a length
        return response.status, response.read()


def _split(url: str) -> urllib.parse.SplitResult:
    try:
        parts = urllib.parse.urlsplit(url)
        host = (parts.hostname or "").encode("idna")
        plain = parts.path.isascii() and parts.path.isprintable() and " " not in parts.path
        if parts.scheme in {"http", "https"} and host and parts.port != 0 and "@" not in parts.netloc and plain:
            return parts
    except ValueError:  # brackets, a port or a host name that are none
        pass
    raise Malformed("url", "must be an http or https address such as http://127.0.0.1:8321")


def _parts(bodies: Mapping[int, bytes]) -> Iterator[list[int]]:
    """The keys in their order, in as many parts as keep each below `_MOST_BYTES`; a larger one goes alone."""
    part, size = list[int](), 0
    for number, body in bodies.items():
        if part and size + len(body) > _MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(number)
        size += len(body)
    yield part


def _body(submission: Submission) -> bytes:
    return json.dumps(submission.to_json(), ensure_ascii=False, separators=(",", ":")).encode()


def _refused(status: int, members: Mapping[str, JsonValue]) -> Refused:
    errors = members.get("errors")
    return Refused(
        status,
        str(members.get("type", "")).rpartition("/")[2] or str(status),
        str(members.get("title", f"the server answered {status}")),
        tuple(_fault(item) for item in errors) if isinstance(errors, list) else (),
        str(members["detail"]) if members.get("detail") else None,
    )


def _fault(value: JsonValue) -> Fault:
    members = value if isinstance(value, dict) else {}
    return Fault(*(str(members.get(name, "")) for name in ("field", "rule", "fix")))
