"""`kesu status`: a subject as it stands, every row with the entries it comes from."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, Clock, Desk, put
from tests.ledger.linking import OLD, link
from tests.scenarios.office import Office
from tests.scenarios.procedures import raise_objection

WHOM = f"uscc:{ENTERPRISE.code}"


class Case(NamedTuple):
    """A ledger, two records of one company under two codes, and an objection to the first."""

    folder: Path
    fine: str
    old: str
    objection: str
    first: int


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Filed on 4 November, disputed on the 16th, linked on the 17th."""
    desk = Desk(tmp_path_factory.mktemp("status") / "ledger", Clock(datetime(2026, 11, 2, 2, tzinfo=UTC)))
    with desk.found(rules=True) as ledger:
        first = ledger.recorder.max_notification_id() or 0
        office = Office(desk, ledger, first)
        office.on("2026-11-04")
        fine = office.file_penalty("2026-11-02")
        old = office.file_penalty("2026-11-03", subject=OLD)
        office.on("2026-11-16")
        objection = raise_objection(office, fine)
        office.on("2026-11-17")
        put(ledger, link(desk, desk.new_id(), OLD))
    return Case(desk.folder, fine, old, objection.objection, first)


def test_records_and_procedures_under_all_codes_are_listed_with_their_entries(case: Case) -> None:
    done = kesu_here("status", case.folder, WHOM, "--json")
    told = json.loads(done.out)

    assert done.code == 0
    assert [(each["record"], each["status"], each["entries"]) for each in told["records"]] == [
        (case.fine, "disputed", [case.first, case.first + 2]),
        (case.old, "standing", [case.first + 1]),
    ]
    assert [
        (each["record"], each["kind"], each["id"], each["stage"], each["entries"]) for each in told["proceedings"]
    ] == [(case.fine, "objection", case.objection, "raised", [case.first + 2])]
    assert told["counts"] == {"disputed": 1, "standing": 1}
    assert (told["name"], told["code"]) == (ENTERPRISE.name, ENTERPRISE.code)
    assert ("forward", "2026-11-17") in [(each["clock"], each["day"]) for each in told["deadlines"]]


def test_the_same_is_told_in_words_and_for_an_old_code(case: Case) -> None:
    done = kesu_here("status", case.folder, f"{OLD.scheme}:{OLD.code}")

    assert done.code == 0
    assert f"{ENTERPRISE.name}  {WHOM}" in done.out
    assert "disputed 异议标注" in done.out
    assert f"objection raised, from 2026-11-16, open  entries {case.first + 2}" in done.out
    assert done.out.splitlines()[-1].startswith("1 disputed")


def test_a_code_that_is_none_is_refused_in_one_line(case: Case) -> None:
    done = kesu_here("status", case.folder, "uscc:123")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
