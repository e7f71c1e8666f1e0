"""`kesu view`: one subject's report as each audience may see it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ledger.subjects import Subject
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, Clock, Desk, put
from tests.ledger.linking import OLD, TWIN, link
from tests.processes import Finished, kesu
from tests.scenarios.office import Office
from tests.scenarios.papers import LICENCE, repair_facts
from tests.scenarios.procedures import apply_for_repair, raise_objection

EVALUATION = "public-credit-evaluation"
STATED: dict[str, tuple[str, ...]] = {
    "public": (),
    "subject": (),
    "department": ("--unit", "12110000000000001N", "--purpose", "许可审查", "--case", "京测许受〔2026〕1号"),
    "judicial": (),
    "credit-service": ("--agreement", "测试协议1号"),
    "auditor": (),
}
ON = "2026-09-02"


@dataclass
class Book:
    """A ledger with a licence, a disputed and a repaired penalty and an evaluation, one of them under an old code."""

    desk: Desk
    records: dict[str, str] = field(default_factory=dict)

    def run(self, subject: Subject | str, audience: str, *options: str) -> Finished:
        """The command, on one day."""
        name = subject if isinstance(subject, str) else f"{subject.scheme}:{subject.code}"
        return kesu_here("view", self.desk.folder, name, "--for", audience, *STATED[audience], "--on", ON, *options)

    def json(self, subject: Subject | str, audience: str) -> Any:  # noqa: ANN401
        """The report as JSON."""
        done = self.run(subject, audience, "--format", "json")
        assert (done.code, done.err) == (0, "")
        return json.loads(done.out)

    def told(self, subject: Subject | str, audience: str) -> dict[str, tuple[str, str]]:
        """Section and status of each record by its name here."""
        names = {identifier: name for name, identifier in self.records.items()}
        return {
            names[record["record"]]: (part["zh"], record["status_zh"])
            for part in self.json(subject, audience)["sections"]
            for record in part["records"]
        }


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    desk = Desk(Path(tmp_path_factory.mktemp("view")) / "ledger", Clock(datetime(2026, 5, 20, 2, 0, tzinfo=UTC)))
    book = Book(desk)
    with desk.found(rules=True) as ledger:
        office = Office(desk, ledger, ledger.recorder.max_notification_id() or 0)
        book.records["licence"] = office.file(LICENCE, subject=OLD, XK_FRDB="张三")
        book.records["disputed"] = office.file_penalty()
        book.records["repaired"] = office.file_penalty()
        book.records["evaluation"] = office.file(EVALUATION)
        book.records["alone"] = office.file_penalty(subject=OTHER_ENTERPRISE)
        put(ledger, link(desk, desk.new_id(), OLD))
        office.on("2026-09-01")
        facts = repair_facts("2026-08-01", "2026-08-01", "2026-08-01")
        for name in ("repaired", "alone"):
            apply_for_repair(office, book.records[name], facts).grant_in_all_steps()
        raise_objection(office, book.records["disputed"])
        assert office.audit() == []
    yield book
    assert kesu_here("verify", desk.folder).code == 0


SHOWN = {"licence": ("行政管理", "公示中"), "disputed": ("行政管理", "异议标注")}
SHARED = {**SHOWN, "evaluation": ("信用评价", "已入库")}
EVERYTHING = {**SHARED, "repaired": ("行政管理", "已修复")}


@pytest.mark.parametrize(
    ("audience", "told"),
    [
        ("public", SHOWN),
        ("subject", EVERYTHING),
        ("department", SHARED),
        ("judicial", EVERYTHING),
        ("credit-service", SHOWN),
        ("auditor", EVERYTHING),
    ],
)
def test_each_audience_is_told_what_it_may_know(book: Book, audience: str, told: dict[str, tuple[str, str]]) -> None:
    """By today's code; a record under an old one is there too."""
    assert book.told(ENTERPRISE, audience) == told


def test_an_old_code_leads_to_the_same_records(book: Book) -> None:
    """And is the one the report names, because it is what was asked."""
    assert book.told(OLD, "public") == SHOWN
    assert book.json(OLD, "public")["subject"] == {"scheme": "uscc", "code": OLD.code, "name": ENTERPRISE.name}


def test_a_department_sees_personal_values_masked_and_its_case_is_on_the_report(book: Book) -> None:
    told = book.json(ENTERPRISE, "department")
    licence = next(record for record in told["sections"][0]["records"] if record["record"] == book.records["licence"])

    assert [part["value"] for part in licence["fields"] if part["code"] == "XK_FRDB"] == ["张*"]
    assert told["stated"] == {"unit": "12110000000000001N", "purpose": "许可审查", "case": "京测许受〔2026〕1号"}


def test_a_subject_of_which_all_is_hidden_is_as_one_never_heard_of(book: Book) -> None:
    """What is printed differs in the code alone; the subject itself finds its record."""
    code = f"{OTHER_ENTERPRISE.scheme}:{OTHER_ENTERPRISE.code}"
    for audience in ("public", "department", "credit-service"):
        for layout in ("text", "json"):
            hidden, unknown = (book.run(each, audience, "--format", layout) for each in (code, f"uscc:{TWIN.code}"))
            assert (hidden.code, unknown.code) == (0, 0)
            assert hidden.out.replace(OTHER_ENTERPRISE.code, TWIN.code) == unknown.out
    assert book.told(OTHER_ENTERPRISE, "subject") == {"alone": ("行政管理", "已修复")}


def test_a_person_reads_sections_records_and_fields(book: Book) -> None:
    lines = book.run(ENTERPRISE, "public").out.splitlines()

    assert lines[:5] == [
        f"{ENTERPRISE.name}  uscc:{ENTERPRISE.code}",
        "社会公众 public   2026-09-02",
        "",
        "1 行政管理",
        "  行政许可 administrative-licence v1   standing 公示中",
    ]
    assert "  行政处罚 administrative-penalty v1   disputed 异议标注   disputed" in lines
    assert "    decided on 2026-05-20" in lines
    assert "    shown or listed until 2027-05-20" in lines
    assert "    罚款金额 CF_NR_FK: 10000.00 元" in lines
    assert "    处罚类别 CF_CFLB: 罚款" in lines
    assert [line for line in lines if line[:1].isdecimal()] == [
        "1 行政管理",
        "2 诚实守信",
        "3 严重失信主体名单",
        "4 经营异常",
        "5 信用承诺",
        "6 信用评价",
        "7 司法判决",
        "8 其他",
        "2 records",
    ]


def test_it_answers_in_a_process_of_its_own(book: Book) -> None:
    """As it is called in an office."""
    done = kesu("view", book.desk.folder, f"uscc:{ENTERPRISE.code}", "--for", "public", "--on", ON)

    assert (done.code, done.err) == (0, "")
    assert done.out == book.run(ENTERPRISE, "public").out


def test_a_department_reads_the_condition_that_binds_it(book: Book) -> None:
    text = book.run(ENTERPRISE, "department").out

    assert "  unit: 12110000000000001N\n  purpose: 许可审查\n  case: 京测许受〔2026〕1号\n" in text
    assert "    on condition: 依法开展信用分级分类监管需要" in text


def test_the_next_day_after_the_last_the_penalty_is_gone(book: Book) -> None:
    """`--on` asks what will be shown."""
    subject = f"uscc:{ENTERPRISE.code}"
    last, after = (
        kesu_here("view", book.desk.folder, subject, "--for", "public", "--on", on).out
        for on in ("2027-05-20", "2027-05-21")
    )

    assert "行政处罚" in last
    assert "行政处罚" not in after


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--for", "department"], "kesu: unit: a view for department needs it; name it; purpose:"),
        (["--for", "credit-service"], "kesu: agreement: a view for credit-service needs it; name it"),
        (["--for", "public", "--case", "1"], "kesu: case: a view for public has no use for it; leave it out"),
        (["--for", "public", "--on", "2026-02-30"], "kesu: on: "),
    ],
    ids=["department", "credit-service", "public", "day"],
)
def test_wrong_use_is_told_in_one_line(book: Book, arguments: list[str], line: str) -> None:
    done = kesu_here("view", book.desk.folder, f"uscc:{ENTERPRISE.code}", *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(line)


@pytest.mark.parametrize("subject", ["91110000MA00000077", "uscc:91110000MA00000078", "uscc:"])
def test_a_code_that_cannot_be_one_is_refused_without_repeating_it(book: Book, subject: str) -> None:
    done = kesu_here("view", book.desk.folder, subject, "--for", "public")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "91110000" not in done.err
