"""GET /v1/subjects/{scheme}/{code}: the public report."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from api.http.grid import GRID_MILLISECONDS
from api.http.report_models import ReportModel
from ledger.catalogue import Openness
from ledger.subjects import Subject
from tests.api.service import Service, running
from tests.ledger.harness import ENTERPRISE, LICENCE, OTHER_ENTERPRISE, PENALTY, penalty
from tests.ledger.linking import OLD, OLDER, TWIN, company, link
from tests.processes import Answer, ask
from tests.scenarios.papers import paper
from verify.checkpoint import Checkpoint

RESTRICTED = replace(
    PENALTY, item="restricted-penalty", zh="不公开的处罚", openness=Openness.RESTRICTED, disclose_within=None
)
DECIDED = "2026-01-05"


@dataclass
class Shelf:
    """One enterprise with a licence and a disputed penalty, and one of which all is hidden."""

    service: Service
    licence: str
    disputed: str
    hidden: str

    def ask(self, subject: Subject = ENTERPRISE, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a report."""
        return ask(self.service.server.address, "GET", path_of(subject.code), None, headers)

    def told(self, subject: Subject = ENTERPRISE) -> Any:  # noqa: ANN401
        """The report."""
        answer = self.ask(subject)
        assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
        return answer.json()


def path_of(code: str, scheme: str = "uscc") -> str:
    """Where a subject's report is."""
    return f"/v1/subjects/{scheme}/{code}"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with running(tmp_path_factory.mktemp("report") / "ledger", RESTRICTED) as service:
        desk = service.desk
        shelf = Shelf(service, *(desk.new_id() for _ in range(3)))
        licence = paper("administrative-licence", OLD, DECIDED, XK_FRDB="张三")
        service.put(desk.file(shelf.licence, subject=OLD, item=LICENCE, data=licence))
        service.put(desk.file(shelf.disputed, CF_JDRQ=DECIDED, CF_SY="李四（11010519491231002X）无证经营"))
        service.put(desk.object(shelf.disputed, desk.new_id()))
        service.put(link(desk, desk.new_id(), OLD))
        service.put(link(desk, desk.new_id(), OLDER, OTHER_ENTERPRISE))
        for _ in range(2):
            revoked = desk.new_id()
            service.put(desk.file(revoked, subject=OTHER_ENTERPRISE, CF_JDRQ=DECIDED))
            service.put(desk.revoke(revoked))
        hidden = penalty(OTHER_ENTERPRISE, CF_JDRQ=DECIDED)
        service.put(desk.file(shelf.hidden, subject=OTHER_ENTERPRISE, item=RESTRICTED, data=hidden))
        yield shelf


def test_everybody_reads_the_report_in_its_eight_sections(shelf: Shelf) -> None:
    """Without a token; a disputed record is marked as disputed."""
    told = shelf.told()

    assert told["subject"] == {"scheme": "uscc", "code": ENTERPRISE.code, "name": ENTERPRISE.name}
    assert (told["audience"], told["audience_zh"]) == ("public", "社会公众")
    assert [(part["zh"], [record["record"] for record in part["records"]]) for part in told["sections"]] == [
        ("行政管理", [shelf.licence, shelf.disputed]),
        ("诚实守信", []),
        ("严重失信主体名单", []),
        ("经营异常", []),
        ("信用承诺", []),
        ("信用评价", []),
        ("司法判决", []),
        ("其他", []),
    ]
    disputed = told["sections"][0]["records"][1]
    assert (disputed["status"], disputed["status_zh"], disputed["disputed"]) == ("disputed", "异议标注", True)
    assert (disputed["zh"], disputed["decided_on"], disputed["ends_on"]) == ("行政处罚", DECIDED, None)


def test_the_report_is_what_its_description_says(shelf: Shelf) -> None:
    """Every member, and no other, in the form that the model gives it."""
    told = shelf.told()

    assert json.loads(ReportModel.model_validate(told).model_dump_json()) == told


def test_nothing_personal_is_on_the_report(shelf: Shelf) -> None:
    """法定代表人 is absent, an identity number in a text masked."""
    body = shelf.ask().body.decode()

    assert "张三" not in body
    assert "11010519491231002X" not in body
    assert "李四（1101**********002X）无证经营" in body


def test_an_old_code_leads_to_the_same_records(shelf: Shelf) -> None:
    assert shelf.told(OLD)["sections"] == shelf.told()["sections"]


def test_the_report_says_what_everybody_may_see_and_nothing_else(shelf: Shelf) -> None:
    """The same records as the list of the public; not their history: the objection is not among the entries."""
    records = shelf.service.server.get(f"{path_of(ENTERPRISE.code)}/records").json()["records"]
    told = shelf.told()["sections"][0]["records"]

    assert [record["record"] for record in told] == [record["record"] for record in records]
    assert told[1]["entries"] == records[1]["entries"][:1]
    assert len(records[1]["entries"]) == 2


def test_a_subject_of_which_all_is_hidden_is_as_one_never_heard_of(shelf: Shelf) -> None:
    """Both are found and empty; the answers differ in the code that was asked for alone, headers too."""
    hidden, unknown = shelf.ask(OTHER_ENTERPRISE), shelf.ask(TWIN)

    assert hidden.status == unknown.status == 200
    assert hidden.body.replace(OTHER_ENTERPRISE.code.encode(), TWIN.code.encode()) == unknown.body
    assert hidden.headers.keys() == unknown.headers.keys()
    told = json.loads(hidden.body)
    assert told["subject"]["name"] is None
    assert [part["records"] for part in told["sections"]] == [[]] * 8


@pytest.mark.parametrize("code", [OTHER_ENTERPRISE, OLDER], ids=["today's", "old"])
def test_nor_does_its_list_of_records_say_that_it_is_linked(shelf: Shelf, code: Subject) -> None:
    """By neither of its codes; who may see its records is told."""
    path, other = f"{path_of(code.code)}/records", f"{path_of(TWIN.code)}/records"
    hidden, unknown = (shelf.service.server.get(each) for each in (path, other))
    told = shelf.service.server.get(path, token=shelf.service.token).json()

    as_unknown = hidden.body.replace(code.code.encode(), TWIN.code.encode())
    assert as_unknown.replace(code.handle.encode(), TWIN.handle.encode()) == unknown.body
    assert (told["subject_handle"], told["linked_handles"]) == (OTHER_ENTERPRISE.handle, [OLDER.handle])


def test_answers_and_refusals_leave_on_a_grid_of_time(shelf: Shelf) -> None:
    """The report, the list, the search and the conditions of repair: what is hidden costs as much as what is not."""
    hidden, absent = shelf.hidden, shelf.service.desk.new_id()
    paths = [path_of(subject.code) for subject in (ENTERPRISE, OTHER_ENTERPRISE, TWIN)]
    paths += [f"{path_of(OTHER_ENTERPRISE.code)}/records", f"/v1/search?q={OTHER_ENTERPRISE.code}"]
    paths += [f"/v1/records/{record}/repair" for record in (shelf.disputed, hidden, absent)]
    for path in paths:
        begun = time.perf_counter()
        shelf.service.server.get(path)

        # The clock of the server's loop counts whole milliseconds, and the first may have been nearly over.
        assert time.perf_counter() - begun > (GRID_MILLISECONDS - 1) / 1000


def test_a_hidden_record_is_refused_as_one_that_is_not_there(shelf: Shelf) -> None:
    """Repair is nobody else's business; the refusals differ in the id that was asked for alone."""
    hidden, absent = shelf.hidden, shelf.service.desk.new_id()
    headers = {"X-Request-Id": "0123456789abcdef" * 2}
    paths = [f"/v1/records/{record}/repair" for record in (hidden, absent)]
    answers = [ask(shelf.service.server.address, "GET", path, headers=headers) for path in paths]

    assert [answer.status for answer in answers] == [404, 404]
    assert answers[0].body.replace(hidden.encode(), absent.encode()) == answers[1].body
    assert answers[0].headers.keys() == answers[1].headers.keys()


def test_a_long_page_is_told_as_a_short_one(shelf: Shelf) -> None:
    """More records than are made into a page between two other requests."""
    desk, subject = shelf.service.desk, company(73, "测试长页有限公司")
    for _ in range(21):
        licence = paper("administrative-licence", subject, DECIDED)
        shelf.service.put(desk.file(subject=subject, item=LICENCE, data=licence))
    told = shelf.told(subject)["sections"][0]["records"]

    assert len(told) == 21
    assert [record["entries"][0] for record in told] == sorted(record["entries"][0] for record in told)


def test_a_token_changes_nothing(shelf: Shelf) -> None:
    """The auditor's view is at /records until there are accounts; this one is always everybody's."""
    assert shelf.ask(headers={"Authorization": f"Bearer {shelf.service.token}"}).body == shelf.ask().body


def test_the_checkpoint_covers_every_entry_of_the_report(shelf: Shelf) -> None:
    told = shelf.told()
    checkpoint = Checkpoint.open(told["checkpoint"].encode(), shelf.service.log_key)
    entries = [seq for part in told["sections"] for record in part["records"] for seq in record["entries"]]

    assert max(entries) < checkpoint.size


def test_whoever_has_the_report_is_not_sent_it_again(shelf: Shelf) -> None:
    """As long as nothing was recorded."""
    first = shelf.ask()
    tag = first.headers["etag"]
    again = [shelf.ask(headers={"If-None-Match": sent}) for sent in (tag, f'"other", W/{tag}', "*", '"other"')]

    assert [answer.status for answer in again] == [304, 304, 304, 200]
    assert again[0].body == b""
    assert [answer.headers["etag"] for answer in again] == [tag, f"W/{tag}", tag, tag]
    assert shelf.ask(OLD).headers["etag"] != tag


@pytest.mark.parametrize(
    ("scheme", "code"),
    [("uscc", "91110000MA00000078"), ("USCC", ENTERPRISE.code), ("tw-epa-facility", "110101199003070011")],
    ids=["check-character", "scheme", "resident-id"],
)
def test_a_code_that_cannot_be_one_is_refused(shelf: Shelf, scheme: str, code: str) -> None:
    """Whatever is known: a mistyped code would otherwise look like a clean company."""
    answer = shelf.service.server.get(path_of(code, scheme))

    problem = shelf.service.problem(answer, 422, "not-admissible", path_of(code, scheme))
    assert code not in str(problem["errors"])
