"""`kesu register declare` and `kesu coverage`: a department reports its month, and whoever assesses it exports all."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from ledger.administration import Counted, application_statement, register_statement
from ledger.beijing import BEIJING
from ledger.service import WritableLedger
from tests.api.service import serving_here
from tests.commands import kesu_here
from tests.ledger.harness import (
    ENTERPRISE,
    MARKET,
    PENALTY,
    STRANGER,
    Clock,
    Desk,
    item_reference,
    penalty,
    publicity,
    put,
    record_values,
)
from tests.processes import Finished
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.strict import JsonValue

FORMULA = '=HYPERLINK("http://example.invalid")'
UNIT = "12110000000000000K"


def file_penalty(desk: Desk, ledger: WritableLedger, decided_on: str, key: SigningKey = MARKET) -> None:
    """An ordinary penalty, disclosed at once."""
    about: dict[str, JsonValue] = {"catalogue": item_reference(PENALTY), "record": desk.new_id()}
    values = {**record_values(ENTERPRISE, penalty(CF_JDRQ=decided_on)), "publicity": publicity()}
    put(ledger, desk.sign(StatementType.RECORD_FILED, about, values, key))


@pytest.fixture(scope="module")
def assessed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """On 20 November 2026: one penalty in time, one late; a register of October; another department with a bad name."""
    desk = Desk(tmp_path_factory.mktemp("coverage") / "ledger")
    with desk.found(rules=True) as ledger:
        joined = application_statement(desk.pen(STRANGER), FORMULA).countersign(desk.home.operator_key())
        put(ledger, joined)
        file_penalty(desk, ledger, "2026-11-19")
        file_penalty(desk, ledger, "2026-10-20")
        file_penalty(desk, ledger, "2026-11-20", STRANGER)
        told = register_statement(
            desk.pen(MARKET), PENALTY.item, "2026-10", Counted(2, 1), on=date(2026, 11, 20), operator="测试经办人"
        )
        put(ledger, told)
    return desk.folder


def exported(folder: Path, *options: str) -> list[dict[str, str]]:
    """The lines of the export."""
    done = kesu_here("coverage", folder, "--as-of", "2026-11-20", "--format", "csv", *options)
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith("\ufeff层级,部门代码,部门名称,目录项,目录项名称,周期,归集数,")
    return list(csv.DictReader(io.StringIO(done.out.removeprefix("\ufeff"))))


def test_the_export_has_every_figure_under_chinese_headings(assessed: Path) -> None:
    """A rate where a register was declared, the reason where none was."""
    october, november, *others = exported(assessed)
    shown = ("周期", "归集按时率", "归集逾期完成", "公开逾期完成", "归集率（对台账）", "公示率（对台账）")

    assert [october[name] for name in shown] == ["2026-10", "0.00%", "1", "1", "50.00%", "100.00%"]
    assert [november[name] for name in shown] == ["2026-11", "100.00%", "0", "0", "月份未结束", "月份未结束"]
    assert (november["层级"], november["部门名称"], november["目录项名称"]) == ("明细", "测试市场监管局", "行政处罚")
    assert november["即时归集（决定当日或次日入账）"] == "1"
    assert [line["层级"] for line in others] == [
        "明细",
        *["部门合计"] * 3,
        *["目录项合计"] * 2,
        *["周期合计"] * 2,
        "总计",
    ]
    assert (others[-1]["归集数"], others[-1]["台账应申报"], others[-1]["台账已申报"]) == ("3", "1", "1")


def test_a_cell_that_a_spreadsheet_would_run_is_made_harmless(assessed: Path) -> None:
    """Names are what departments call themselves."""
    assert {line["部门名称"] for line in exported(assessed)} == {"测试市场监管局", f"'{FORMULA}", ""}


def test_a_year_of_a_department_is_held_against_the_goal(assessed: Path) -> None:
    """In its own line; without a year before there is nothing to grow from."""
    lines = exported(assessed, "--by", "year", "--department", UNIT)
    growth = [
        (line["层级"], line["周期"], line["即时归集较上年"], line["即时归集年均增长目标（30%）"]) for line in lines
    ]

    assert growth == [
        ("明细", "2026", "", ""),
        ("部门合计", "2026", "上年无", "无基年"),
        ("目录项合计", "2026", "", ""),
        ("周期合计", "2026", "", ""),
        ("总计", "", "", ""),
    ]


def test_the_table_names_its_day_and_what_immediate_means(assessed: Path) -> None:
    """Definition and goal stand below the numbers."""
    done = kesu_here("coverage", assessed, "--as-of", "2026-11-20", "--from", "2026-11", "--item", PENALTY.item)
    lines = done.out.splitlines()

    assert lines[0].startswith("as of 2026-11-20, by month of the decision; ")
    assert lines[2].startswith("部门")
    assert {line.split()[0] for line in lines[3:5]} == {"测试市场监管局", FORMULA}
    assert "2026-10" not in done.out
    assert "24小时内入账" in done.out
    assert "年均增长率不低于30%" in done.out


def test_what_was_known_earlier_is_told_as_it_was(assessed: Path) -> None:
    """Before anything was filed."""
    done = kesu_here("coverage", assessed, "--as-of", "2026-11-19", "--format", "json")
    told = json.loads(done.out)

    assert (told["day"], told["as_of"]) == ("2026-11-19", "2026-11-19T15:59:59.999999Z")
    assert (told["lines"], told["years"]) == ([], [])


def test_a_day_that_is_still_to_come_judges_nothing(assessed: Path) -> None:
    """Nobody has missed what he may still do."""
    done = kesu_here("coverage", assessed, "--as-of", "2099-12-31", "--format", "json")

    assert "2026-11-20" <= json.loads(done.out)["day"] <= max(datetime.now(BEIJING).date().isoformat(), "2026-11-20")


@pytest.mark.parametrize("wrong", [["--from", "2026-13"], ["--until", "2026"], ["--as-of", "today"]])
def test_what_is_no_month_or_day_is_one_line(assessed: Path, wrong: list[str]) -> None:
    """Exit code 2."""
    done = kesu_here("coverage", assessed, *wrong)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_a_department_declares_its_month_and_may_do_it_again(tmp_path: Path) -> None:
    """零报告 first, then what was overlooked; on a folder and over HTTP."""
    desk = Desk(tmp_path / "ledger", Clock(datetime.now(UTC)))
    with desk.found():
        pass
    key = tmp_path / "market.key"
    key.write_text(MARKET.secret(), "ascii")
    today = date.fromisoformat(desk.today)
    month = f"{today.replace(day=1) - timedelta(days=1):%Y-%m}"
    future = f"{today + timedelta(days=62):%Y-%m}"

    def declare(month: str, decided: int, public: int, *place: object, item: str = PENALTY.item) -> Finished:
        numbers = ("--decided", decided, "--public", public)
        return kesu_here("register", "declare", item, month, *numbers, "--key", key, *place)

    zero = declare(month, 0, 0, "--ledger", desk.folder)
    early = declare(future, 1, 1, "--ledger", desk.folder)
    unknown = declare(month, 1, 1, "--ledger", desk.folder, item="no-such-item")
    more = declare(month, 1, 2, "--ledger", desk.folder)
    first = json.loads(kesu_here("coverage", desk.folder, "--format", "json").out)["lines"][0]
    with serving_here(desk.folder) as server:
        again = declare(month, 4, 1, "--url", server.address)
    second = json.loads(kesu_here("coverage", desk.folder, "--format", "json").out)["lines"][0]

    assert (zero.code, zero.out) == (0, f"entry 5: administrative-penalty {month}: a zero report\n")
    assert (early.code, "the month has not begun" in early.err) == (2, True)
    assert (unknown.code, "not published" in unknown.err) == (2, True)
    assert (more.code, "is more than was decided" in more.err) == (2, True)
    assert (again.code, again.out) == (0, f"entry 6: administrative-penalty {month}: 4 decided, 1 public\n")
    assert (first["department"], first["period"]) == (UNIT, month)
    assert first["registers"]["collected_share"]["reason"] == "nothing-to-collect"
    assert (second["registers"]["decided"], second["registers"]["replaced"]) == (4, 1)
    assert second["registers"]["collected_share"] == {
        "part": 0,
        "whole": 4,
        "surplus": 0,
        "percent": "0.00",
        "reason": None,
    }
    assert kesu_here("verify", desk.folder).code == 0
