"""`kesu timeline`: a subject's full story in Chinese, as JSON and as a table, beside a server or without one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree
from typing import Any

import pytest

from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, Clock, Desk, act, execute, put
from tests.ledger.linking import OLD, link
from tests.processes import kesu, serving
from tests.scenarios.office import Office
from tests.scenarios.procedures import raise_objection
from verify.statement_type import StatementType

WHOM = f"uscc:{ENTERPRISE.code}"


@dataclass
class Case:
    """A ledger with one company under two codes: a penalty under each, of which one is disputed."""

    folder: Path
    fine: str
    old: str
    objection: str
    first: int
    """Number of the first entry of the story."""

    def printed(self, *arguments: str) -> str:
        """What the command prints."""
        done = kesu_here("timeline", self.folder, *arguments)
        assert (done.code, done.err) == (0, "")
        return done.out

    def json(self, *arguments: str) -> list[dict[str, Any]]:
        """What the command prints as JSON."""
        told: list[dict[str, Any]] = json.loads(self.printed(*arguments, "--format", "json"))
        return told


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    """Filed on 4 November, disputed on the 16th, forwarded a day late on the 18th, linked on the 19th."""
    desk = Desk(tmp_path_factory.mktemp("case") / "ledger", Clock(datetime(2026, 11, 2, 2, tzinfo=UTC)))
    with desk.found(rules=True) as ledger:
        first = ledger.recorder.max_notification_id() or 0
        office = Office(desk, ledger, first)
        office.on("2026-11-04")
        fine = office.file_penalty("2026-11-02")
        old = office.file_penalty("2026-11-03", subject=OLD)
        office.file_penalty(subject=OTHER_ENTERPRISE)
        office.on("2026-11-16")
        complaint = raise_objection(office, fine)
        office.on("2026-11-18")
        assert office.run_clock() == ["forward missed, due 2026-11-17"]
        complaint.forward()
        office.on("2026-11-19")
        put(ledger, link(desk, desk.new_id(), OLD))
    yield Case(desk.folder, fine, old, complaint.objection, first)
    assert kesu_here("verify", desk.folder).code == 0


def test_the_story_is_told_in_chinese_a_block_a_step(case: Case) -> None:
    """谁、何时记入、何时生效、依何规则、有何变动、凭证何在, one under the other."""
    blocks = case.printed(WHOM).split("\n\n")
    forwarded = case.json(WHOM)[4]

    assert blocks[0] == f"主体 {ENTERPRISE.handle}\n关联 {OLD.handle}"
    assert [block.splitlines()[0] for block in blocks[1:-1]] == [
        f"#{case.first}  信息归集  record.filed",
        f"#{case.first + 1}  信息归集  record.filed",
        f"#{case.first + 3}  异议申请  objection.raised",
        f"#{case.first + 4}  逾期  deadline.missed",
        f"#{case.first + 5}  异议转办  objection.forwarded",
        f"#{case.first + 6}  新旧代码映射、主体合并（代码变更）  subject.linked",
    ]
    assert blocks[5].splitlines() == [
        f"#{case.first + 5}  异议转办  objection.forwarded",
        f"  信息      {case.fine}  行政处罚 administrative-penalty v1",
        f"  异议      {case.objection}",
        "  记入      2026-11-18 10:00:00 北京时间（2026-11-18T02:00:00.000000Z）",
        "  生效      2026-11-18",
        "  单位      operator.example",
        "  经办人    测试经办人",
        "  规则      objection/default v1",
        "  依据      测试规定（2026年版）第一条",
        "  理由      转信息提供单位",
        f"  证据      sha256 {'ab' * 32}",
        "  状态      异议标注",
        "  起算      核实 2026-11-25",
        "  逾期完成  转办 2026-11-17",
        f"  凭证      第 {case.first + 5} 叶 / 树 {case.first + 7}  /v1/receipts/{forwarded['statement']}",
        f"            /tile/entries/000.p/{case.first + 7} 第 {case.first + 5} 条",
    ]
    assert f"  主体      {OLD.handle}" in blocks[2]
    assert blocks[-1] == "共 6 步\n"


def test_the_story_is_told_as_json(case: Case) -> None:
    """Codes and terms side by side, the unit by its code and by its name."""
    filed = case.json(WHOM)[0]

    assert (filed["entry"], filed["record"], filed["link"]) == (case.first, case.fine, None)
    assert (filed["type"], filed["type_zh"], filed["item_zh"]) == ("record.filed", "信息归集", "行政处罚")
    assert (filed["issuer"], filed["issuer_name"]) == ("12110000000000000K", "测试市场监管局")
    assert (filed["recorded_on"], filed["effective_on"]) == ("2026-11-04", "2026-11-02")
    assert (filed["status_before"], filed["status_after"], filed["status_after_zh"]) == (None, "standing", "公示中")
    assert (filed["visibility"], filed["disclosed"], filed["erased"]) == ("disclosed", True, False)
    assert filed["clocks"][-1] == {
        "effect": "started",
        "effect_zh": "起算",
        "clock": "publicity-end",
        "clock_zh": "公示期",
        "since": case.first,
        "day": "2027-11-02",
        "provisional": False,
        "was": None,
        "rule": "publicity/order-36",
        "rule_version": 1,
    }
    assert filed["proof"] == {
        "leaf_index": case.first,
        "tree_size": case.first + 7,
        "receipt": f"/v1/receipts/{filed['statement']}",
        "bundle": f"/tile/entries/000.p/{case.first + 7}",
        "position": case.first,
    }


def test_the_story_is_told_as_a_table(case: Case) -> None:
    """One row a step; what a step has several of stands in one cell."""
    rows = list(csv.DictReader(io.StringIO(case.printed(WHOM, "--format", "csv"))))

    assert [row["type"] for row in rows] == [each["type"] for each in case.json(WHOM)]
    assert rows[0]["rules"] == "catalogue/administrative-penalty v1; publicity/order-36 v1"
    assert rows[3]["clocks"] == "missed forward 2026-11-17"
    assert rows[4]["clocks"] == "late forward 2026-11-17; started verify 2026-11-25"
    assert rows[4]["references"] == f"objection {case.objection}"
    assert rows[5]["record"] == ""


def test_one_record_s_story_can_be_told_alone(case: Case) -> None:
    """A record that is not the subject's is not found, rather than told of as nothing."""
    strange = kesu_here("timeline", case.folder, f"uscc:{OTHER_ENTERPRISE.code}", "--record", case.fine)

    assert [each["entry"] for each in case.json(WHOM, "--record", case.fine)] == [
        case.first + number for number in (0, 3, 4, 5)
    ]
    assert (strange.code, strange.out) == (2, "")
    assert "no record or link of this subject has this id" in strange.err


def test_a_day_is_answered_as_it_was_known_then(case: Case) -> None:
    """On the 16th the codes were not linked yet; on the 3rd nothing was known."""
    assert [each["entry"] for each in case.json(WHOM, "--as-of", "2026-11-16")] == [case.first, case.first + 3]
    assert [each["record"] for each in case.json(f"uscc:{OLD.code}", "--as-of", "2026-11-18")] == [case.old]
    assert case.json(f"uscc:{OLD.code}") == case.json(WHOM)
    assert case.printed(WHOM, "--as-of", "2026-11-03") == f"主体 {ENTERPRISE.handle}\n\n共 0 步\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["uscc:911"], "code"), ([WHOM, "--as-of", "today"], "as_of"), ([WHOM, "--record", "x"], "--record")],
)
def test_what_cannot_be_asked_for_is_refused(case: Case, arguments: list[str], said: str) -> None:
    done = kesu_here("timeline", case.folder, *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert said in done.err


def test_it_answers_beside_a_server(case: Case, tmp_path: Path) -> None:
    """In a process of its own, as somebody types it; the server's clock may have added to the story."""
    folder = copytree(case.folder, tmp_path / "ledger")
    with serving(folder):
        done = kesu("timeline", folder, WHOM, "--format", "json")
    told, expected = json.loads(done.out)[:6], case.json(WHOM)

    assert (done.code, done.err) == (0, "")
    assert [each | {"proof": None} for each in told] == [each | {"proof": None} for each in expected]


def test_what_was_erased_is_said_and_all_else_told(tmp_path: Path) -> None:
    """Unit, times, proof and status stay."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        record = desk.new_id()
        filed = put(ledger, desk.file(record)).seq
        revoked = put(ledger, desk.revoke(record)).seq
    execute(desk.home.database, "DELETE FROM openings WHERE position = ?", revoked + 1)
    case = Case(desk.folder, record, "", "", filed)
    told = case.json(WHOM)[1]
    block = case.printed(WHOM).split("\n\n")[2].splitlines()

    assert (told["erased"], told["operator"], told["evidence"], told["status_after"]) == (True, None, None, "revoked")
    assert block[:6] == [
        f"#{revoked}  撤销  record.revoked",
        f"  信息      {record}  行政处罚 administrative-penalty v1",
        "  记入      2026-11-20 12:00:00 北京时间（2026-11-20T04:00:00.000000Z）",
        "  生效      2026-11-20（所载日期已删除，以记入日代）",
        "  单位      测试市场监管局 12110000000000000K",
        "  内容      已删除，其余不变",
    ]
    assert "  状态      公示中 → 已撤销" in block
    assert "  公开      停止公开" in block


def test_a_spreadsheet_is_never_given_a_formula(tmp_path: Path) -> None:
    """A reason is anybody's text."""
    desk = Desk(tmp_path / "ledger")
    with desk.found() as ledger:
        office, record = Office(desk, ledger, 0), desk.new_id()
        put(ledger, desk.file(record))
        values = act(desk.today, "=HYPERLINK(1)")
        office.say(StatementType.RECORD_REVOKED, {"record": record}, values)
    rows = list(csv.DictReader(io.StringIO(Case(desk.folder, "", "", "", 0).printed(WHOM, "--format", "csv"))))

    assert rows[1]["reason"] == "'=HYPERLINK(1)"
