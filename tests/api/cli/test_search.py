"""`kesu search`: what the public finds, and with --all what regulators find."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from api.opening import open_ledger
from ledger.service import open_for_writing
from tests.commands import kesu_here
from tests.ledger.harness import OTHER_ENTERPRISE, Desk, put
from tests.ledger.linking import OLD, company, link

HIDDEN = company(71, "测试隐藏有限公司")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ledger that was last written without its tables, as an earlier version would have."""
    desk = Desk(Path(tmp_path_factory.mktemp("search")) / "ledger")
    with desk.found() as ledger:
        revoked = desk.new_id()
        put(ledger, desk.file())
        put(ledger, desk.file(subject=OTHER_ENTERPRISE))
        put(ledger, desk.file(revoked, subject=HIDDEN))
        put(ledger, desk.revoke(revoked))
    with open_for_writing(desk.home, clock=desk.clock, random=desk.vault_random) as ledger:
        put(ledger, link(desk, desk.new_id(), OLD))
    behind = kesu_here("search", desk.folder, "测试")
    assert (behind.code, behind.out) == (2, "")
    assert "the tables are behind the log" in behind.err
    with open_ledger(desk.home, clock=desk.clock, random=desk.vault_random):
        pass
    return desk


def test_subjects_are_listed_with_their_codes(desk: Desk) -> None:
    done = kesu_here("search", desk.folder, "测试")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "测试企业有限公司  uscc:91110000MA00000077",
        "测试商贸有限公司  uscc:91110105MA0000015F",
        "2 subjects",
    ]


def test_an_old_code_is_named_beside_todays(desk: Desk) -> None:
    done = kesu_here("search", desk.folder, OLD.code)

    assert done.out.splitlines() == [
        "测试企业有限公司  uscc:91110000MA00000077",
        f"   old-code: {OLD.code}",
        "1 subjects",
    ]


def test_what_is_hidden_is_found_with_all(desk: Desk) -> None:
    assert kesu_here("search", desk.folder, "隐藏").out == "0 subjects\n"

    found = json.loads(kesu_here("search", desk.folder, "隐藏", "--all", "--format", "json").out)

    assert [(each["code"], each["match"]) for each in found] == [(HIDDEN.code, "part")]


def test_a_refusal_does_not_repeat_the_query(desk: Desk) -> None:
    done = kesu_here("search", desk.folder, "11010519491231002X")

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("kesu: q: this looks like a resident identity number")
    assert "19491231" not in done.err
