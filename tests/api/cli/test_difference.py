"""`kesu diff`: what stands otherwise, and the entries that made it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.api.past import Past, tell_past
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE
from tests.ledger.linking import OLD
from tests.scenarios import conftest as scenes
from tests.scenarios.papers import ABNORMAL, BUREAU, PENALTY

founded = scenes.founded


@pytest.fixture(scope="module")
def past(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> Past:
    return tell_past(founded, tmp_path_factory.mktemp("diff") / "ledger")


def told(past: Past, *arguments: object) -> dict[str, dict[str, Any]]:
    """The differences by what becomes of the record."""
    done = kesu_here("diff", past.folder, *arguments, "--format", "json")
    assert (done.code, done.err) == (0, "")
    return {past.name(each["record"]): each for each in map(json.loads, done.out.splitlines())}


def types(each: dict[str, Any]) -> list[str]:
    """What the entries of a difference were."""
    return [f"{entry['type']} {entry['type_zh']}" for entry in each["entries"]]


def test_each_difference_names_the_entries_that_made_it(past: Past) -> None:
    """A repair in five steps; a list entry that was not there before."""
    found = told(past, "--all", "--from", "2026-05-19", "--to", "2026-08-31")

    assert set(found) == {"repaired", "listed"}
    assert types(found["repaired"]) == [
        "repair.applied 信用修复申请",
        "repair.forwarded 推送认定单位",
        "repair.accepted 受理",
        "repair.verified 核查",
        "repair.granted 准予修复",
    ]
    assert {entry["recorded_on"] for entry in found["repaired"]["entries"]} == {"2026-06-10"}
    assert (found["repaired"]["before"]["status"], found["repaired"]["after"]["status"]) == ("standing", "repaired")
    assert found["repaired"]["after"]["status_zh"] == "已修复"
    assert (found["listed"]["before"], types(found["listed"])) == (None, ["listing.decided 列入决定"])


def test_a_correction_differs_in_where_its_values_are(past: Past) -> None:
    found = told(past, "--all", "--from", "2026-03-09", "--to", "2026-03-10")
    before, after = found["repaired"]["before"], found["repaired"]["after"]

    assert set(found) == {"repaired"}
    assert types(found["repaired"]) == ["record.corrected 更正"]
    assert (before["values_from"], after["values_from"]) == (before["entries"][0], after["entries"][1])
    assert before["status"] == after["status"] == "standing"


def test_a_period_that_ended_differs_without_an_entry(past: Past) -> None:
    """Only days have passed."""
    days = ("--from", "2027-04-01", "--to", "2027-04-02")
    found = told(past, "--all", *days)
    table = kesu_here("diff", past.folder, "--all", *days).out.splitlines()

    assert set(found) == {"expired"}
    assert (found["expired"]["after"]["status"], found["expired"]["entries"]) == ("expired", [])
    assert table[1:3] == [
        "  standing 公示中, shown -> expired 期满停止公示, not shown",
        "  no entry: only days have passed",
    ]


def test_on_one_day_only_what_was_learnt_counts(past: Past) -> None:
    """Looked at on 1 June, the repair of 10 June changes nothing; the correction does."""
    assert told(past, "--all", "--from", "2026-06-01", "--to", "2026-12-31", "--on", "2026-06-01") == {}
    found = told(past, "--all", "--from", "2026-03-09", "--to", "2026-12-31", "--on", "2026-03-09")
    assert set(found) == {"repaired"}


@pytest.mark.parametrize(
    ("scope", "names"),
    [
        (["--subject", f"uscc:{ENTERPRISE.code}"], {"repaired", "linked"}),
        (["--subject", f"uscc:{OLD.code}"], {"repaired", "linked"}),
        (["--subject", f"uscc:{OTHER_ENTERPRISE.code}"], {"expired", "listed"}),
        (["--list", ABNORMAL], {"listed"}),
        (["--list", PENALTY], {"repaired", "linked", "expired"}),
        (["--department", BUREAU], {"repaired", "linked", "expired", "listed"}),
        (["--department", "12110000000000001N"], set()),
    ],
)
def test_a_part_of_the_ledger_may_be_asked_for(past: Past, scope: list[str], names: set[str]) -> None:
    """A subject under all codes that were linked by the later day."""
    assert set(told(past, *scope, "--from", "2026-03-01", "--to", "2026-12-31")) == names


def test_a_person_reads_what_changed_and_why(past: Past) -> None:
    done = kesu_here("diff", past.folder, "--list", ABNORMAL, "--from", "2026-08-31", "--to", "2026-09-01")

    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"{ABNORMAL}  {past.records['listed']}  测试商贸有限公司",
        "  standing 公示中, shown -> removed 已移出, shown",
        "  entry 33  2026-09-01  listing.removed 移出",
        "1 records differ",
        "from  known 2026-08-31, in force 2026-08-31, 33 entries",
        "to    known 2026-09-01, in force 2026-09-01, 34 entries",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--all", "--from", "2026-05-02", "--to", "2026-05-01"], "kesu: from: must not lie after to; turn them round"),
        (["--all", "--from", "yesterday", "--to", "2026-05-01"], "kesu: from: must be a date YYYY-MM-DD or an instant"),
        (["--all", "--from", "2026-05-01", "--to", "2026-02-30"], "kesu: to: must be a date YYYY-MM-DD or an instant"),
        (["--all", "--from", "2026-05-01", "--to", "2026-05-02", "--on", "1"], "kesu: on: must be a date YYYY-MM-DD"),
        (["--from", "2026-05-01", "--to", "2026-05-02"], "kesu: name one of --subject SCHEME:CODE, "),
        (["--list", "no-list", "--from", "2026-05-01", "--to", "2026-05-02"], "kesu: item: the catalogue has no item"),
    ],
)
def test_wrong_use_is_told_in_one_line(past: Past, arguments: list[str], line: str) -> None:
    done = kesu_here("diff", past.folder, *arguments)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(line)
