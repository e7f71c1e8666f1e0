"""GET /v1/records/{record}: one record's life for auditors, and what its repair needs for whoever may see it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.rulebook.calendar import calendar_deadline
from tests.api.service import Service, running
from tests.ledger.harness import (
    ENTERPRISE,
    MARKET_TOO,
    PENALTY,
    Clock,
    Desk,
    act,
    item_reference,
    penalty,
    publicity,
    record_values,
)
from verify.statement_type import StatementType
from verify.strict import JsonValue


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server on a new ledger with all shipped rules, at today's date: a server follows the real clock."""
    folder = tmp_path_factory.mktemp("records") / "ledger"
    with running(folder, desk=Desk(folder, Clock(datetime.now(UTC))), rules=True) as started:
        yield started


def filed(service: Service, dishonesty_class: str | None = "ordinary") -> str:
    """A penalty decided today."""
    desk = service.desk
    record = desk.new_id()
    values = record_values(ENTERPRISE, penalty(CF_JDRQ=desk.today))
    if dishonesty_class is not None:
        values["publicity"] = publicity(dishonesty_class)
    about: dict[str, JsonValue] = {"catalogue": item_reference(PENALTY), "record": record}
    service.put(desk.sign(StatementType.RECORD_FILED, about, values))
    return record


def shown(service: Service, record: str) -> dict[str, Any]:
    """The record in full."""
    answer = service.server.get(f"/v1/records/{record}", token=service.token)
    assert answer.status == 200, answer.body.decode()
    told: dict[str, Any] = answer.json()
    return told


def test_every_clock_is_told_with_its_rule_and_calendars(service: Service) -> None:
    """Collected and disclosed at once; the publicity of an ordinary penalty ends after a year."""
    record = filed(service)
    told = shown(service, record)
    clocks = {each["clock"]: each for each in told["deadlines"]}
    today = date.fromisoformat(service.desk.today)

    assert told["record"]["status"] == "standing"
    assert told["decided_on"] == today.isoformat()
    assert clocks["collect"]["working_days"] == 10
    assert clocks["collect"]["done_on"] == today.isoformat()
    assert clocks["disclose"]["rule"] == "catalogue/administrative-penalty"
    assert clocks["publicity-end"]["day"] == calendar_deadline(today, months=12).isoformat()
    assert (clocks["publicity-end"]["rule"], clocks["publicity-end"]["settled"]) == ("publicity/order-36", False)


def test_a_record_without_its_class_waits_to_be_shown(service: Service) -> None:
    """It is stored, and the clock of disclosure runs."""
    told = shown(service, filed(service, None))
    clocks = {each["clock"]: each for each in told["deadlines"]}

    assert (told["record"]["status"], told["record"]["disclosed"]) == ("stored", False)
    assert (clocks["disclose"]["done_on"], clocks["disclose"]["settled"]) == (None, False)
    assert "publicity-end" not in clocks


def test_the_four_conditions_of_repair_are_told_to_everybody_who_sees_the_record(service: Service) -> None:
    """Three months from the day of the decision; the other conditions on the days that are stated."""
    record, today = filed(service), service.desk.today
    end = calendar_deadline(date.fromisoformat(today), months=3)
    query = f"corrected_on={today}&performed_on={today}"
    told = service.server.get(f"/v1/records/{record}/repair?{query}").json()
    conditions = {each["condition"]: each for each in told["conditions"]}
    later = service.server.get(f"/v1/records/{record}/repair?{query}&committed_on={today}&on={end}").json()
    early = service.server.get(
        f"/v1/records/{record}/repair?{query}&committed_on={today}&on={end - timedelta(days=1)}"
    ).json()

    assert told["may_apply"] is False
    assert (told["rule"], told["rule_version"]) == ("repair/order-36", 1)
    assert (conditions["shortest-period"]["met"], conditions["shortest-period"]["met_on"]) == (False, end.isoformat())
    assert (conditions["corrected"]["met"], conditions["corrected"]["met_on"]) == (True, today)
    assert (conditions["commitment"]["met"], conditions["commitment"]["met_on"]) == (False, None)
    assert (later["may_apply"], later["earliest_on"]) == (True, end.isoformat())
    assert (early["may_apply"], early["earliest_on"]) == (False, end.isoformat())


def test_who_may_not_see_a_record_may_not_ask_about_its_repair(service: Service) -> None:
    """A record that is not shown is as unknown as one that does not exist."""
    record, unknown = filed(service, None), service.desk.new_id()
    hidden = service.server.get(f"/v1/records/{record}/repair")
    missing = service.server.get(f"/v1/records/{unknown}/repair")

    service.problem(hidden, 404, "not-found", f"/v1/records/{record}/repair")
    service.problem(missing, 404, "not-found", f"/v1/records/{unknown}/repair")
    assert hidden.json()["detail"] == missing.json()["detail"]
    assert service.server.get(f"/v1/records/{record}/repair", token=service.token).status == 200


def test_a_day_without_rules_and_a_day_that_is_none_are_problems(service: Service) -> None:
    """Each names the parameter."""
    record = filed(service)
    before = service.server.get(f"/v1/records/{record}/repair?on=2020-01-01")
    nonsense = service.server.get(f"/v1/records/{record}/repair?on=2026-02-30")

    told = service.problem(before, 409, "rule-broken", f"/v1/records/{record}/repair")
    assert told["errors"][0]["field"] == "on"
    service.problem(nonsense, 400, "malformed", f"/v1/records/{record}/repair")


def test_a_record_is_shown_in_full_to_auditors_alone(service: Service) -> None:
    """Neither without a token nor under an id that is no record's."""
    record, ledger_stream = filed(service), service.server.get("/v1/ledger").status

    service.problem(service.server.get(f"/v1/records/{record}"), 401, "token-missing", f"/v1/records/{record}")
    assert ledger_stream == 200


def test_a_mask_is_seen_at_once(service: Service) -> None:
    """Bankruptcy reorganisation: hidden from everybody, told to the auditor."""
    record, mask = filed(service), service.desk.new_id()
    about = {"mask": mask, "record": record}
    service.put(service.desk.sign(StatementType.MASK_APPLIED, about, act(service.desk.today)))
    told = shown(service, record)
    public = service.server.get(f"/v1/subjects/uscc/{ENTERPRISE.code}/records").json()["records"]

    assert (told["masked"], told["record"]["status"]) == (True, "masked")
    assert record not in {each["record"] for each in public}


def test_two_must_sign_what_two_must_decide(service: Service) -> None:
    """One official alone cannot grant a repair; the refusal says so before anything else is looked at."""
    record, repair = filed(service), service.desk.new_id()
    about = {"record": record, "repair": repair}
    alone = service.send(service.desk.sign(StatementType.REPAIR_GRANTED, about, act(service.desk.today)))
    both = service.send(service.desk.sign(StatementType.REPAIR_GRANTED, about, act(service.desk.today), too=MARKET_TOO))

    told = service.problem(alone, 403, "not-entitled", "/v1/statements", "POST")
    assert "two-sign" in told["errors"][0]["fix"]
    service.problem(both, 409, "rule-broken", "/v1/statements", "POST")
