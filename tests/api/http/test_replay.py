"""GET /v1/replay and /v1/diff: history at any date, for auditors alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import IncompleteRead
from pathlib import Path
from typing import Any

import pytest

from tests.api.past import Past, tell_past
from tests.api.service import ServerHere, Service
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, execute
from tests.ledger.linking import OLD
from tests.scenarios import conftest as scenes
from tests.scenarios.papers import ABNORMAL, BUREAU, PENALTY
from verify.checkpoint import Checkpoint

founded = scenes.founded

END = "2026-09-30"
"""After everything that was told; what the server's own clock says comes later."""
LAST = "2026-09-30T15:59:59.999999Z"
AT_END = f"as_of={END}"


@dataclass
class Asked:
    """A server on the ledger of that year."""

    past: Past
    service: Service

    def get(self, path: str, query: str = AT_END) -> dict[str, Any]:
        """What an auditor is answered."""
        answer = self.service.server.get(f"/v1/replay/{path}?{query}", token=self.service.token)
        assert answer.status == 200, answer.body.decode()
        told: dict[str, Any] = answer.json()
        return told

    def lines(self, path: str, query: str) -> tuple[dict[str, Any], list[dict[str, Any]], dict[str, Any]]:
        """The question, the lines and the end of a stream."""
        answer = self.service.server.get(f"/v1/{path}?{query}", token=self.service.token)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/x-ndjson"), answer.body.decode()
        first, *lines, last = [json.loads(line) for line in answer.body.decode().splitlines()]
        return first["question"], lines, last["end"]

    def statuses(self, told: dict[str, Any]) -> dict[str, str]:
        """Status by what becomes of the record."""
        return {self.past.name(row["record"]): row["status"] for row in told["records"]}


@pytest.fixture(scope="module")
def asked(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    past = tell_past(founded, tmp_path_factory.mktemp("replay") / "ledger")
    service = Service(past.desk, ServerHere(past.folder))
    yield Asked(past, service)
    service.server.stop()


SUBJECT = f"subjects/uscc/{ENTERPRISE.code}"
ROUTES = [
    f"/v1/replay/{SUBJECT}",
    f"/v1/replay/lists/{ABNORMAL}",
    f"/v1/replay/departments/{BUREAU}",
    "/v1/replay",
    "/v1/diff",
]


@pytest.mark.parametrize("path", ROUTES)
def test_history_is_for_auditors_and_regulators(asked: Asked, path: str) -> None:
    """Decision 0003: nobody finds again in it what was revoked, repaired or corrected."""
    query = "?from=2026-03-01&to=2026-03-02" if path == "/v1/diff" else ""
    bare = asked.service.server.get(path + query)
    wrong = asked.service.server.get(path + query, token="not-the-token")

    asked.service.problem(bare, 401, "token-missing", path)
    asked.service.problem(wrong, 401, "token-missing", path)


def test_a_subject_is_told_as_it_was_known_and_in_force(asked: Asked) -> None:
    """The repair of 10 June, seen from either side of it."""
    eve, then = (asked.get(SUBJECT, f"as_of={day}") for day in ("2026-06-09", "2026-06-10"))
    row = next(row for row in then["records"] if row["record"] == asked.past.records["repaired"])

    assert asked.statuses(eve) == {"repaired": "standing", "linked": "standing"}
    assert asked.statuses(then) == {"repaired": "repaired", "linked": "standing"}
    assert asked.statuses(asked.get(SUBJECT, f"{AT_END}&on=2026-06-09")) == asked.statuses(eve)
    assert (row["status_zh"], row["shown"], row["in_force"], row["ended_on"]) == ("已修复", False, False, "2026-06-10")
    assert (row["issuer"], row["item"], len(row["entries"])) == (BUREAU, PENALTY, 7)


def test_an_answer_carries_its_times_its_size_and_its_checkpoint(asked: Asked) -> None:
    """As they were understood; without any, everything and today."""
    told = asked.get(SUBJECT, f"{AT_END}&on=2026-06-01")
    now = asked.get(SUBJECT, "")
    checkpoint = Checkpoint.open(told["checkpoint"].encode(), asked.service.log_key)

    assert (told["as_of"], told["known_on"], told["on"], told["size"]) == (LAST, END, "2026-06-01", 34)
    assert checkpoint.size >= told["size"]
    assert now["known_on"] == now["on"] >= "2026-11-23"
    assert now["size"] == Checkpoint.open(now["checkpoint"].encode(), asked.service.log_key).size
    assert asked.get(SUBJECT, f"as_of={now['as_of']}&on={now['on']}")["records"] == now["records"]


def test_codes_belong_together_as_they_were_linked_then(asked: Asked) -> None:
    """Either leads to both from 1 April on."""
    old = f"subjects/uscc/{OLD.code}"
    then = asked.get(old)

    assert asked.statuses(asked.get(old, "as_of=2026-03-31")) == {"linked": "standing"}
    assert set(asked.statuses(then)) == {"linked", "repaired"}
    assert (then["code"], then["subject_handle"], then["linked_handles"]) == (
        OLD.code,
        ENTERPRISE.handle,
        [OLD.handle],
    )


def test_who_was_removed_from_a_list_stays_in_its_history(asked: Asked) -> None:
    path = f"lists/{ABNORMAL}"
    told = asked.get(path)

    assert asked.statuses(asked.get(path, "as_of=2026-05-19")) == {}
    assert asked.statuses(asked.get(path, "as_of=2026-05-20")) == {"listed": "standing"}
    assert asked.statuses(told) == {"listed": "removed"}
    assert told["names"] == {
        OTHER_ENTERPRISE.handle: {"scheme": "uscc", "code": OTHER_ENTERPRISE.code, "name": OTHER_ENTERPRISE.name}
    }


@pytest.mark.parametrize(("limit", "pages"), [(1, 4), (3, 2), (4, 1), (200, 1)])
def test_a_long_answer_comes_in_pages(asked: Asked, limit: int, pages: int) -> None:
    """Each goes on after the last record of the one before; together they are the whole."""
    path = f"departments/{BUREAU}"
    whole, found, after = asked.get(path)["records"], [], ""
    for page in range(1, pages + 1):
        told = asked.get(path, f"{AT_END}&limit={limit}{after}")
        found += told["records"]
        assert (told["next_after"] is None) is (page == pages)
        after = f"&after={told['next_after']}"

    assert len(whole) == 4
    assert found == whole


@pytest.mark.parametrize("path", [SUBJECT, f"lists/{PENALTY}", f"departments/{BUREAU}"])
def test_folding_the_events_gives_the_same(asked: Asked, path: str) -> None:
    assert asked.get(path, f"{AT_END}&fold=true") == asked.get(path)


@pytest.mark.parametrize("on", [END, "2026-06-01"])
def test_the_whole_ledger_comes_line_by_line_with_its_digest(asked: Asked, on: str) -> None:
    """The same lines and digest as the command gives."""
    question, rows, end = asked.lines("replay", f"{AT_END}&on={on}")
    options = ("replay", asked.past.folder, "--all", "--as-of", END, "--on", on)
    told = kesu_here(*options, "--format", "json")
    summary = kesu_here(*options).out.splitlines()

    assert (question["as_of"], question["on"], question["size"]) == (LAST, on, 34)
    assert rows == [json.loads(line) for line in told.out.splitlines()]
    assert summary[-1] == f"digest {end['digest']}"
    assert (end["records"], end["events"]) == (4, 11)
    assert sum(each["records"] for each in end["counts"]) == 4
    assert asked.lines("replay", f"{AT_END}&on={on}&fold=true")[2] == end


def test_a_ledger_in_which_nothing_was_known_has_no_lines(asked: Asked) -> None:
    """Before it was opened."""
    question, rows, end = asked.lines("replay", "as_of=2025-12-31")

    assert (question["size"], rows, end["records"], end["counts"]) == (0, [], 0, [])


def test_each_difference_names_the_entries_that_made_it(asked: Asked) -> None:
    """With their Chinese terms."""
    question, rows, end = asked.lines("diff", "from=2026-05-19&to=2026-08-31")
    found = {asked.past.name(row["record"]): row for row in rows}

    assert (question["from"]["size"], question["to"]["size"]) == (27, 33)
    assert (question["from"]["known_on"], question["to"]["on"]) == ("2026-05-19", "2026-08-31")
    assert Checkpoint.open(question["checkpoint"].encode(), asked.service.log_key).size >= 33
    assert end == {"differences": 2}
    assert found["repaired"]["entries"][-1] == {
        "entry": 32,
        "type": "repair.granted",
        "type_zh": "准予修复",
        "recorded_on": "2026-06-10",
    }
    assert (found["repaired"]["before"]["status_zh"], found["repaired"]["after"]["status_zh"]) == ("公示中", "已修复")
    assert (found["listed"]["before"], len(found["listed"]["entries"])) == (None, 1)


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        ("", {"repaired", "linked", "expired", "listed"}),
        (f"&subject=uscc:{OLD.code}", {"repaired", "linked"}),
        (f"&list={ABNORMAL}", {"listed"}),
        (f"&department={BUREAU}", {"repaired", "linked", "expired", "listed"}),
        (f"&list={PENALTY}&subject=uscc:{OTHER_ENTERPRISE.code}", {"expired"}),
        ("&department=12110000000000001N", set()),
    ],
)
def test_differences_of_a_part_of_the_ledger(asked: Asked, scope: str, names: set[str]) -> None:
    """Whoever asks for several gets what all of them have."""
    _question, rows, end = asked.lines("diff", f"from=2026-03-01&to={END}{scope}")

    assert {asked.past.name(row["record"]) for row in rows} == names
    assert end == {"differences": len(names)}


def test_on_one_day_only_what_was_learnt_counts(asked: Asked) -> None:
    assert asked.lines("diff", f"from=2026-06-01&to={END}&on=2026-06-01")[1] == []


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        (f"replay/{SUBJECT}", "as_of=2026-02-30", "as_of"),
        (f"replay/{SUBJECT}", "on=today", "on"),
        (f"replay/lists/{ABNORMAL}", "limit=0", "query/limit"),
        (f"replay/lists/{ABNORMAL}", "limit=201", "query/limit"),
        (f"replay/lists/{ABNORMAL}", "after=x", "after"),
        (f"replay/lists/{ABNORMAL}", f"after={ENTERPRISE.handle}:x", "after"),
        (f"replay/lists/{ABNORMAL}", f"after={ENTERPRISE.handle}:0193f000-0000-7000-8000-000000000020", "after"),
        ("replay", "as_of=now", "as_of"),
        ("replay", "fold=perhaps", "query/fold"),
        ("diff", "to=2026-05-01", "query/from"),
        ("diff", "from=2026-05-01&to=x", "to"),
        ("diff", "from=x&to=2026-05-01", "from"),
        ("diff", "from=2026-05-02&to=2026-05-01", "from"),
        ("diff", "from=2026-05-01&to=2026-05-02&on=x", "on"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_name(asked: Asked, path: str, query: str, field: str) -> None:
    answer = asked.service.server.get(f"/v1/{path}?{query}", token=asked.service.token)

    problem = asked.service.problem(answer, 400, "malformed", f"/v1/{path}")
    assert [fault["field"] for fault in problem["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "query", "detail"),
    [
        ("replay/lists/no-such-list", "", "item: the catalogue has no item of this name"),
        ("replay/departments/1", "", "department: none was registered under this code"),
        ("diff", "?from=2026-05-01&to=2026-05-02&list=no-such-list", "item: the catalogue has no item of this name"),
    ],
)
def test_a_name_that_nothing_has_is_not_found(asked: Asked, path: str, query: str, detail: str) -> None:
    """A mistyped one would look like an empty list."""
    answer = asked.service.server.get(f"/v1/{path}{query}", token=asked.service.token)

    assert asked.service.problem(answer, 404, "not-found", f"/v1/{path}")["detail"] == detail


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("replay/subjects/uscc/91110000MA00000078", ""),
        ("diff", "?from=2026-05-01&to=2026-05-02&subject=uscc:91110000MA00000078"),
        ("diff", "?from=2026-05-01&to=2026-05-02&subject=91110000MA00000077"),
    ],
)
def test_a_code_that_cannot_be_one_is_refused(asked: Asked, path: str, query: str) -> None:
    """A mistyped code would look like a company without records."""
    answer = asked.service.server.get(f"/v1/{path}{query}", token=asked.service.token)

    asked.service.problem(answer, 422, "not-admissible", f"/v1/{path}")


def test_an_answer_that_breaks_off_has_no_end(founded: Path, tmp_path: Path) -> None:
    """Whoever reads it can tell: the connection ends before the answer does."""
    past = tell_past(founded, tmp_path / "ledger")
    service = Service(past.desk, ServerHere(past.folder))
    try:
        execute(past.desk.home.database, "UPDATE history SET outcome = x'00'")
        with pytest.raises(IncompleteRead):
            service.server.get(f"/v1/replay?{AT_END}", token=service.token)
    finally:
        service.server.stop()
