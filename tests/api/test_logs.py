"""What a server writes about itself: every event as a line, and never a code, a name or a word of whoever asks."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from api.observing.events import LogForm, dropped_lines, tell, written
from api.serving import _said_of
from ledger.codes.resident import resident_id_of
from ledger.errors import StoreUnsound
from ledger.subjects import Subject
from tests.api.observed import Observed, eventually, observed
from tests.api.service import body_of
from tests.ledger.harness import ENTERPRISE, MARKET, Desk, execute
from tests.processes import SECONDS, ask
from verify.submission import Submission

NAME = "测试标记有限公司"
PERSON = "测试甲"
RESIDENT = resident_id_of("110101900307778")
WORD = "qzmarkqz"
SUBJECT = Subject("uscc", ENTERPRISE.code, NAME)
MARKS = (NAME, PERSON, RESIDENT, WORD, SUBJECT.code, "京测罚〔2026〕777号")
FIXED = {"scheme": SUBJECT.scheme, "code": SUBJECT.code}


def spellings(mark: str) -> set[str]:
    """How a mark may look where somebody has quoted it."""
    escaped = json.dumps(mark)[1:-1]
    return {mark, quote(mark), quote(mark).lower(), escaped, escaped.upper(), repr(mark.encode())[2:-1], mark.lower()}


def drive(server: Observed, desk: Desk) -> set[str]:
    """Ask every operation, with marks wherever something can be sent, as everybody and as auditor; gives the paths."""
    paths: dict[str, dict[str, Any]] = server.get("/openapi.json").json()["paths"]
    headers = {
        "X-Request-Id": RESIDENT,
        "User-Agent": WORD,
        "Referer": f"http://{WORD}/?q={quote(NAME)}",
        "Cookie": f"who={RESIDENT}",
        "X-Forwarded-For": WORD,
        "Idempotency-Key": SUBJECT.code,
    }
    tokens: list[dict[str, str]] = [{}, {"Authorization": f"Bearer {desk.home.auditor_token()}"}]
    more = f"?q={quote(NAME)}&as_of={WORD}&limit={RESIDENT}&code={SUBJECT.code}&name={quote(PERSON)}"
    body = json.dumps({"statement": WORD, RESIDENT: NAME}).encode()
    for template, operations in paths.items():
        for known, query in ((FIXED, ""), ({}, more)):
            parts = {name: known.get(name, quote(NAME)) for name in re.findall(r"\{(\w+)\}", template)}
            path = template.format_map(parts)
            for token in tokens:
                for method in operations:
                    sent = body if method == "post" else None
                    ask(server.address, method.upper(), path + query, sent, headers | token)
    ask(server.address, "GET", f"/v1/search?q={quote(NAME)}", None, headers)
    ask(server.address, "GET", f"/{quote(NAME)}/{RESIDENT}", None, headers)
    ask(server.address, "GET", "/metrics", None, headers | {"Authorization": f"Bearer {WORD}"})
    for method in (WORD.upper(), "PROPFIND"):
        ask(server.address, method, f"/v1/subjects/uscc/{SUBJECT.code}/records", None, headers)
    return set(paths)


def break_and_fail(server: Observed, desk: Desk) -> None:
    """Take a table away, so that a query fails, and then a write: the database's errors quote all that was bound."""
    execute(desk.home.database, "ALTER TABLE subject_names RENAME TO gone")
    for token in (None, desk.home.auditor_token()):
        assert server.get(f"/v1/search?q={quote(NAME)}", token=token).status == 500
    server.post("/v1/statements", body_of(filing(desk)))
    assert server.process.wait(SECONDS) == 2


def filing(desk: Desk, *, decided: str = "2026-11-20") -> Submission:
    """A filing that is full of marks."""
    return desk.file(
        key=MARKET,
        subject=SUBJECT,
        CF_FRDB=PERSON,
        CF_FR_ZJHM=RESIDENT,
        CF_FR_ZJLX="身份证",
        CF_WSH=MARKS[-1],
        CF_JDRQ=decided,
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            sa.exc.DatabaseError("INSERT", {"name": NAME}, Exception("malformed")),
            "sqlalchemy.exc.DatabaseError: malformed",
        ),
        (KeyError(RESIDENT), "KeyError"),
        (StoreUnsound("entry 7 is not there"), "entry 7 is not there"),
    ],
)
def test_the_last_word_of_a_server_quotes_nothing(error: Exception, said: str) -> None:
    """A database's error, unlike its driver's, comes with what was to be written."""
    assert _said_of(error) == said


@pytest.mark.parametrize("form", [LogForm.JSON, pytest.param(LogForm.TEXT, marks=pytest.mark.slow)])
def test_nothing_that_was_sent_or_is_stored_comes_into_what_is_written(tmp_path: Path, form: LogForm) -> None:
    """In path, query, body or headers, well or ill formed, and also where the server fails and stops."""
    desk = Desk(tmp_path / "ledger")
    with desk.found():
        pass
    with observed(desk.folder, form=form.value) as server:
        accepted = server.post("/v1/statements", body_of(filing(desk)))
        assert accepted.status == 201, accepted.body.decode()
        refused = server.post("/v1/statements", body_of(filing(desk, decided=WORD)))
        assert refused.status == 422
        paths = drive(server, desk)
        measured = server.scrape().body.decode()
        break_and_fail(server, desk)
        said = server.said + measured

    assert {mark for mark in MARKS if any(each in said for each in spellings(mark))} == set()
    if form is LogForm.TEXT:
        lines = server.err.read_text().splitlines()
        assert "kesu: a request failed: sqlalchemy.exc.OperationalError" in lines
        assert lines[-1].startswith("kesu: stopped: ")
        assert all(line.startswith(("kesu: ", "  ")) for line in lines)
        return
    events = server.events()
    requests = [event for event in events if event["event"] == "request"]
    routes = {re.sub(r":path\}", "}", event["route"]) for event in requests}
    assert routes == paths | {"(none)"}
    assert {event["method"] for event in requests} == {"GET", "POST", "other"}
    assert all(re.fullmatch("[0-9a-f]{32}", event["request_id"]) for event in requests)
    errors = [event for event in events if event["event"] == "error"]
    assert {event["error"] for event in errors} == {"sqlalchemy.exc.OperationalError"}
    assert any("api/http/search.py:" in frame for frame in errors[0]["frames"])
    assert (events[-1]["event"], events[-1]["level"], "error" in events[-1]) == ("stop", "error", True)


def test_every_event_is_one_line_of_json(tmp_path: Path) -> None:
    """With what an operator asks: which version, what was appended, how long it took, under which id."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        size = ledger.sequencer.size
    with observed(desk.folder) as server:
        answer = server.post("/v1/statements", body_of(desk.file()))
        eventually(lambda: server.events("clock"))
        assert server.stop() == 0
    (start,), (batch,), (checkpoint,), (request,), (clock,), (stop,) = (
        server.events(name) for name in ("start", "batch", "checkpoint", "request", "clock", "stop")
    )

    assert (start["version"], start["address"], start["size"]) == ("0.1.0", server.address, size)
    assert (batch["statements"], batch["entries"], batch["size"], batch["ms"] > 0) == (1, 1, size + 1, True)
    assert checkpoint["size"] == size + 1
    assert (request["method"], request["route"], request["status"]) == ("POST", "/v1/statements", 201)
    assert request["request_id"] == answer.headers["x-request-id"]
    assert (clock["appended"], clock["passed_over"]) == ({}, 0)
    assert (stop["version"], stop["level"]) == ("0.1.0", "info")
    assert len(server.events()) == 6
    assert all(re.fullmatch(r"2\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", event["at"]) for event in server.events())


class Stalled(io.StringIO):
    """A stream that nobody reads."""

    def __init__(self) -> None:
        super().__init__()
        self.read_again = threading.Event()

    def write(self, text: str) -> int:
        self.read_again.wait(SECONDS)
        return super().write(text)


def test_a_reader_that_stalls_costs_lines_and_not_the_ledger() -> None:
    """They are counted."""
    stream = Stalled()
    with written(stream, LogForm.JSON):
        for _ in range(10_100):
            tell(logging.INFO, "batch", size=1)
        dropped = dropped_lines()
        stream.read_again.set()

    assert 90 <= dropped <= 100
    assert len(stream.getvalue().splitlines()) == 10_100 - dropped


def test_what_libraries_and_dying_threads_say_is_reduced_to_types() -> None:
    """A message, and what it was made with, may quote."""
    stream = io.StringIO()

    def fail() -> None:
        raise KeyError(RESIDENT) from ValueError(NAME)

    def die() -> None:
        raise ValueError(NAME)

    with written(stream, LogForm.JSON):
        try:
            fail()
        except KeyError:
            logging.getLogger("asyncio").exception("exception=%s", WORD)
            logging.getLogger("uvicorn.error").warning("Refused %s.", WORD)
        thread = threading.Thread(target=die, name="clock")
        thread.start()
        thread.join()
    ours, theirs, died = (json.loads(line) for line in stream.getvalue().splitlines())

    assert (ours["logger"], ours["error"], ours["causes"]) == ("asyncio", "KeyError", ["ValueError"])
    assert theirs["template"] == "Refused %s."
    assert (died["event"], died["thread"], died["error"]) == ("thread-died", "clock", "ValueError")
    assert not [mark for mark in MARKS if mark in stream.getvalue()]
