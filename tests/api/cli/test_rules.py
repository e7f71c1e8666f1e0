"""`kesu rules`: calendars and other rules as ledgered data, from the command line and over HTTP."""

from __future__ import annotations

from importlib.resources import as_file, files
from pathlib import Path

from tests.api.service import serving_here
from tests.commands import kesu_here

NEXT_YEAR = """
year = 2027
version = 1
source = "测试通知"
days_off = ["2027-01-01"]
days_worked = []
"""


def test_a_new_year_is_published_listed_compared_and_verified(tmp_path: Path) -> None:
    """As the operator does when the State Council's notice arrives."""
    ledger, next_year = tmp_path / "ledger", tmp_path / "2027.toml"
    next_year.write_text(NEXT_YEAR, "utf-8")
    assert kesu_here("init", ledger).code == 0
    with as_file(files("ledger.rules") / "calendar" / "2026.toml") as known:
        compared = kesu_here("rules", "diff", known, next_year)
    wrong = kesu_here("rules", "publish", "calendar/2028", next_year, "--ledger", ledger)
    done = kesu_here("rules", "publish", "calendar/2027", next_year, "--ledger", ledger)
    again = kesu_here("rules", "publish", "calendar/2027", next_year, "--ledger", ledger)
    listed = kesu_here("rules", "list", "--ledger", ledger)
    with serving_here(ledger) as server:
        over_http = kesu_here("rules", "list", "--url", server.address)
        definition = server.get("/v1/rules/calendar/2027/1")
        missing = server.get("/v1/rules/calendar/2028/1")

    assert "~ $.year: 2026 -> 2027" in compared.out.splitlines()
    assert (wrong.code, "calendar/2027" in wrong.err) == (2, True)
    assert (done.code, "calendar/2027 version 1 is published" in done.out) == (0, True)
    assert (again.code, "the next version of calendar/2027 is 2" in again.err) == (2, True)
    assert "calendar/2027 version 1" in listed.out.splitlines()
    assert over_http.out == listed.out
    assert (definition.json()["year"], definition.json()["days_off"]) == (2027, ["2027-01-01"])
    assert missing.status == 404
    assert kesu_here("verify", ledger).code == 0


def test_without_a_ledger_the_shipped_rules_are_listed() -> None:
    """Twenty-three years, and who is given what."""
    listed = kesu_here("rules", "list").out.splitlines()

    assert "calendar/2004 version 1" in listed
    assert "sharing/catalogue version 1" in listed
