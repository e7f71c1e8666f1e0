"""GET /v1/search: subjects by code, old code and name; the public finds only what is shown, regulators everything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest

from ledger.subjects import Subject
from tests.api.service import Service, running
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE
from tests.ledger.linking import OLD, company, link
from tests.processes import Answer

HIDDEN = company(71, "测试隐藏有限公司")
NAMESAKE = company(72, OTHER_ENTERPRISE.name)
RENAMED = Subject(ENTERPRISE.scheme, ENTERPRISE.code, "测试改名有限公司")


@dataclass
class Shelf:
    """An enterprise with an old code, one of which all is revoked, and two of one name, one of them hidden."""

    service: Service

    def ask(self, token: str | None = None, **query: str | int) -> Answer:
        """Search."""
        return self.service.server.get(f"/v1/search?{urlencode(query)}", token=token)

    def told(self, q: str, *, auditor: bool = False, **query: int) -> Any:  # noqa: ANN401
        """What is found."""
        answer = self.ask(self.service.token if auditor else None, q=q, **query)
        assert answer.status == 200, answer.body.decode()
        body = answer.json()
        assert body["view"] == ("full" if auditor else "public")
        return body["subjects"]

    def codes(self, q: str, *, auditor: bool = False) -> list[str]:
        """The codes found."""
        return [each["code"] for each in self.told(q, auditor=auditor)]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with running(tmp_path_factory.mktemp("search") / "ledger") as service:
        desk = service.desk
        service.put(desk.file())
        service.put(desk.file(subject=OTHER_ENTERPRISE))
        service.put(link(desk, desk.new_id(), OLD))
        for subject in (HIDDEN, NAMESAKE, RENAMED):
            revoked = desk.new_id()
            service.put(desk.file(revoked, subject=subject))
            service.put(desk.revoke(revoked))
        yield Shelf(service)


def test_everybody_finds_a_subject_by_its_code(shelf: Shelf) -> None:
    assert shelf.told("91110000ma00000077") == [
        {
            "scheme": "uscc",
            "code": "91110000MA00000077",
            "name": "测试企业有限公司",
            "subject_handle": ENTERPRISE.handle,
            "match": "code",
            "found_by": "91110000MA00000077",
            "same_name": False,
        }
    ]


def test_an_old_code_leads_to_todays_subject(shelf: Shelf) -> None:
    (found,) = shelf.told(OLD.code)

    assert (found["code"], found["match"], found["found_by"]) == (ENTERPRISE.code, "old-code", OLD.code)


def test_a_part_of_a_name_finds_what_is_shown(shelf: Shelf) -> None:
    assert shelf.codes("测试") == [ENTERPRISE.code, OTHER_ENTERPRISE.code]
    assert len(shelf.told("测试", limit=1)) == 1
    assert [(each["match"], each["same_name"]) for each in shelf.told("商贸")] == [("part", False)]


@pytest.mark.parametrize("query", [HIDDEN.code, HIDDEN.name, "隐藏", NAMESAKE.code, RENAMED.name])
def test_what_is_hidden_is_answered_like_what_never_was(shelf: Shelf, query: str) -> None:
    """Also a name that only a hidden record gives a subject that is shown."""
    hidden, nothing = shelf.ask(q=query), shelf.ask(q="从未有过的名称")

    assert (hidden.status, hidden.body) == (nothing.status, nothing.body) == (200, b'{"view":"public","subjects":[]}')


def test_regulators_find_what_is_hidden(shelf: Shelf) -> None:
    assert shelf.codes(HIDDEN.code, auditor=True) == [HIDDEN.code]
    assert shelf.codes("隐藏", auditor=True) == [HIDDEN.code]
    assert shelf.codes(RENAMED.name, auditor=True) == [ENTERPRISE.code]
    assert [(each["code"], each["same_name"]) for each in shelf.told("商贸", auditor=True)] == [
        (NAMESAKE.code, True),
        (OTHER_ENTERPRISE.code, True),
    ]


@pytest.mark.parametrize("query", ["", "测", "*", "11010519491231002X", "测试人 110105 19491231 002x", "测" * 201])
def test_what_is_not_searched_for_is_refused_without_being_repeated(shelf: Shelf, query: str) -> None:
    answer = shelf.ask(q=query)

    problem = shelf.service.problem(answer, 422, "not-admissible", "/v1/search")
    assert [fault["field"] for fault in problem["errors"]] == ["q"]
    assert "19491231" not in answer.body.decode()


def test_no_more_than_fifty_are_listed(shelf: Shelf) -> None:
    for limit in (0, 51):
        shelf.service.problem(shelf.ask(q="测试", limit=limit), 422, "not-admissible", "/v1/search")
    shelf.service.problem(shelf.ask(q="测试", limit="many"), 400, "malformed", "/v1/search")
    shelf.service.problem(shelf.ask(), 400, "malformed", "/v1/search")


def test_a_wrong_token_is_no_public_query(shelf: Shelf) -> None:
    shelf.service.problem(shelf.ask("wrong", q="测试"), 401, "token-missing", "/v1/search")
