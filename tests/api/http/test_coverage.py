"""GET /v1/coverage: how departments kept their deadlines and what they collected, for those who assess them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.service import Service, running
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, PENALTY, Clock, Desk, item_reference, penalty, publicity, record_values
from verify.statement_type import StatementType
from verify.strict import JsonValue

UNIT = "12110000000000000K"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server at today's date, with two penalties decided and collected today and three declared."""
    folder = tmp_path_factory.mktemp("coverage") / "ledger"
    with running(folder, desk=Desk(folder, Clock(datetime.now(UTC))), rules=True) as started:
        desk = started.desk
        for _each in range(2):
            about: dict[str, JsonValue] = {"catalogue": item_reference(PENALTY), "record": desk.new_id()}
            values = {**record_values(ENTERPRISE, penalty(CF_JDRQ=desk.today)), "publicity": publicity()}
            started.put(desk.sign(StatementType.RECORD_FILED, about, values))
        named: dict[str, JsonValue] = {"catalogue": item_reference(PENALTY), "month": desk.today[:7]}
        counted: dict[str, JsonValue] = {"on": desk.today, "operator": "测试经办人", "decided": 3, "public": 2}
        started.put(desk.sign(StatementType.REGISTER_DECLARED, named, counted))
        yield started


def told(service: Service, query: str = "") -> dict[str, Any]:
    """The report."""
    answer = service.server.get(f"/v1/coverage{query}", token=service.token)
    assert answer.status == 200, answer.body.decode()
    found: dict[str, Any] = answer.json()
    return found


def test_a_line_has_counts_and_shares_as_whole_numbers(service: Service) -> None:
    """Two of three collected; what is cut off is not rounded up."""
    report = told(service, f"?department={UNIT}&item={PENALTY.item}")
    line = report["lines"][0]

    assert (report["day"], report["by"]) == (service.desk.today, "month")
    assert (line["level"], line["department"], line["item"]) == ("detail", UNIT, PENALTY.item)
    assert (line["department_name"], line["item_zh"]) == ("测试市场监管局", "行政处罚")
    assert (line["period"], line["filed"], line["disclosed"]) == (service.desk.today[:7], 2, 2)
    assert line["registers"]["collected_share"] == {
        "part": 2,
        "whole": 3,
        "surplus": 0,
        "percent": "66.66",
        "reason": None,
    }
    assert line["registers"]["disclosed_share"]["percent"] == "100.00"
    assert line["clocks"]["collection"]["kept"] == 2
    assert line["clocks"]["objection"]["share_kept"]["reason"] == "nothing-due"
    assert line["immediate_share"]["part"] == 2


def test_lines_are_added_up_and_the_year_is_held_against_its_goal(service: Service) -> None:
    """With what the numbers rest on beside them."""
    report = told(service, "?by=year")
    year = int(service.desk.today[:4])

    assert [line["level"] for line in report["lines"]] == ["detail", "department", "item", "period", "total"]
    assert {line["period"] for line in report["lines"]} == {str(year), None}
    assert report["years"] == [
        {
            "department": UNIT,
            "year": year,
            "immediate": 2,
            "before": 0,
            "growth": None,
            "base_year": None,
            "goal": "no-base-year",
        }
    ]
    assert report["immediate"]["within_days"] == 1
    assert report["growth_goal"]["growth"]["percent"] == "30.00"


def test_what_is_not_asked_for_is_not_told(service: Service) -> None:
    """Another item, other months, an earlier day."""
    assert told(service, "?item=administrative-licence")["lines"] == []
    assert told(service, "?from=2020-01&until=2020-12")["lines"] == []
    assert told(service, "?as_of=2020-01-01")["lines"] == []


def test_the_command_line_tells_the_same(service: Service) -> None:
    """One shape for both."""
    shown = kesu_here("coverage", service.desk.folder, "--by", "quarter", "--format", "json")

    assert json.loads(shown.out) == told(service, "?by=quarter")


def test_it_is_for_auditors_and_regulators_alone(service: Service) -> None:
    """Without a token there is no answer, and nothing is read for it."""
    service.problem(service.server.get("/v1/coverage"), 401, "token-missing", "/v1/coverage")


@pytest.mark.parametrize("query", ["from=2026-13", "until=november", "by=decade", "as_of=yesterday"])
def test_what_is_no_month_period_or_day_is_a_problem(service: Service, query: str) -> None:
    """Named, and not repeated."""
    answer = service.server.get(f"/v1/coverage?{query}", token=service.token)
    problem = service.problem(answer, 400, "malformed", "/v1/coverage")

    name, _, value = query.partition("=")
    assert problem["errors"][0]["field"].endswith(name)
    assert value not in answer.body.decode()
