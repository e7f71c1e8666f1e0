"""GET /v1/subjects/.../timeline: the full story, for auditors alone, a page at a time, each step with its proof."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.api.service import Service, running
from tests.ledger.harness import (
    ENTERPRISE,
    OTHER_ENTERPRISE,
    Clock,
    Desk,
    act,
    execute,
    item_reference,
    penalty,
    record_values,
)
from tests.ledger.linking import OLD, company, link
from verify.checkpoint import Checkpoint
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.tiles import parse_bundle

TYPES = [
    "record.filed",
    "record.filed",
    "record.corrected",
    "objection.raised",
    "record.revoked",
    "subject.linked",
]


@dataclass
class Story:
    """A company under two codes: one record corrected and disputed, the one of the old code revoked."""

    service: Service
    entries: list[int]
    record: str
    old: str

    def ask(self, query: str = "", *, code: str = ENTERPRISE.code) -> dict[str, Any]:
        """What an auditor is told."""
        answer = self.service.server.get(path_of(code) + query, token=self.service.token)
        assert answer.status == 200, answer.body.decode()
        told: dict[str, Any] = answer.json()
        return told


def path_of(code: str = ENTERPRISE.code, scheme: str = "uscc") -> str:
    """Where a subject's story is."""
    return f"/v1/subjects/{scheme}/{code}/timeline"


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("story") / "ledger"
    with running(folder, desk=Desk(folder, Clock(datetime.now(UTC))), rules=True) as service:
        desk, record, old = service.desk, service.desk.new_id(), service.desk.new_id()
        today = desk.today  # the server's clock would add what was missed since another day
        about: dict[str, JsonValue] = {"catalogue": item_reference(), "record": record}
        corrected = record_values(ENTERPRISE, penalty(CF_JDRQ=today, CF_NR_FK=500_000)) | act(today)
        said = [
            desk.file(record, CF_JDRQ=today),
            desk.file(desk.new_id(), subject=OTHER_ENTERPRISE, CF_JDRQ=today),
            desk.file(old, subject=OLD, CF_JDRQ=today),
            desk.sign(StatementType.RECORD_CORRECTED, about, corrected),
            desk.object(record, desk.new_id()),
            desk.revoke(old),
            link(desk, desk.new_id(), OLD),
        ]
        entries = [service.put(each)["seq"] for each in said]
        yield Story(service, entries[:1] + entries[2:], record, old)


def test_an_auditor_is_told_the_whole_story_whichever_code_is_asked_for(story: Story) -> None:
    """In the order of the log, with the handles that it was put together from."""
    told = story.ask()
    same = story.ask(code=OLD.code)

    assert [episode["type"] for episode in told["episodes"]] == TYPES
    assert [episode["entry"] for episode in told["episodes"]] == story.entries
    assert (told["subject_handle"], told["linked_handles"]) == (ENTERPRISE.handle, [OLD.handle])
    assert (told["next_after"], told["as_of"]) == (None, None)
    assert (same["code"], same["episodes"]) == (OLD.code, told["episodes"])


def test_a_step_is_told_in_full(story: Story) -> None:
    """Who, when, by which rule, on what ground, and what it changed."""
    episode = story.ask()["episodes"][4]
    today = story.service.desk.today

    assert (episode["record"], episode["item_zh"], episode["type_zh"]) == (story.old, "行政处罚", "撤销")
    assert (episode["issuer"], episode["issuer_name"]) == ("12110000000000000K", "测试市场监管局")
    assert (episode["operator"], episode["reason"]) == ("测试经办人", "决定被撤销")
    assert (episode["basis"], episode["evidence"]) == ("测试规定（2026年版）第一条", ["ab" * 32])
    assert (episode["recorded_on"], episode["effective_on"], episode["erased"]) == (today, today, False)
    assert (episode["status_before_zh"], episode["status_after_zh"]) == ("已入库", "已撤销")
    assert (episode["visibility"], episode["disclosed"]) == (None, False)
    assert [(each["effect"], each["clock"], each["clock_zh"]) for each in episode["clocks"]] == [
        ("ended", "disclose", "公开")
    ]


def test_a_story_comes_in_pages(story: Story) -> None:
    """Each begins after the last entry of the one before it; the last says that it is."""
    first = story.ask("?limit=4")
    second = story.ask(f"?limit=4&after={first['next_after']}")
    whole = story.ask("?limit=6")

    assert [episode["entry"] for episode in first["episodes"]] == story.entries[:4]
    assert first["next_after"] == story.entries[3]
    assert [episode["entry"] for episode in second["episodes"]] == story.entries[4:]
    assert (second["next_after"], whole["next_after"]) == (None, None)
    assert second["episodes"][0]["status_before"] == "stored", "a page is told as the whole is"
    assert story.ask(f"?after={story.entries[-1]}")["episodes"] == []


def test_a_story_is_told_as_it_was_known_then(story: Story) -> None:
    """Before the link it was that of one code; the instant of an entry counts."""
    episodes = story.ask()["episodes"]
    then = story.ask(f"?as_of={episodes[3]['recorded_at']}")

    assert then["linked_handles"] == []
    assert [episode["entry"] for episode in then["episodes"]] == [story.entries[number] for number in (0, 2, 3)]
    assert then["as_of"] == episodes[3]["recorded_at"]
    assert story.ask("?as_of=2026-01-01")["episodes"] == []


def test_every_proof_link_leads_to_the_entry_that_it_names(story: Story) -> None:
    """The receipt verifies against the log's key; the bundle holds the same bytes."""
    told = story.ask()
    checkpoint = Checkpoint.open(told["checkpoint"].encode(), story.service.log_key)
    for episode in told["episodes"]:
        proof = episode["proof"]
        verified = story.service.verified(story.service.server.get(proof["receipt"]).json())
        bundle = story.service.server.get(proof["bundle"], token=story.service.token).body

        assert verified.entry.header.seq == proof["leaf_index"] == episode["entry"]
        assert verified.entry.header.recorded_at == episode["recorded_at"]
        assert parse_bundle(bundle)[proof["position"]] == verified.entry.raw
        assert proof["tree_size"] == checkpoint.size > episode["entry"]


def test_a_company_without_records_has_an_empty_story(story: Story) -> None:
    """And the checkpoint that this rests on."""
    told = story.ask(code=company(44, "测试无记录有限公司").code)

    assert (told["episodes"], told["next_after"]) == ([], None)
    assert Checkpoint.open(told["checkpoint"].encode(), story.service.log_key).size > 0


def test_history_is_for_auditors_and_regulators(story: Story) -> None:
    """Decision 0003: nobody finds again in it what was revoked, repaired or corrected."""
    bare = story.service.server.get(path_of())
    wrong = story.service.server.get(path_of(), token="not-the-token")

    story.service.problem(bare, 401, "token-missing", path_of())
    story.service.problem(wrong, 401, "token-missing", path_of())


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "after=-1", "after=x", "as_of=today", "as_of=2026-02-30"]
)
def test_a_page_that_cannot_be_is_refused(story: Story, query: str) -> None:
    answer = story.service.server.get(f"{path_of()}?{query}", token=story.service.token)

    problem = story.service.problem(answer, 400, "malformed", path_of())
    assert problem["errors"][0]["field"].rpartition("/")[2] == query.partition("=")[0]


def test_a_code_that_cannot_be_one_is_refused(story: Story) -> None:
    """A mistyped code would look like a company without a story."""
    path = path_of("91110000MA00000078")
    answer = story.service.server.get(path, token=story.service.token)

    story.service.problem(answer, 422, "not-admissible", path)


def test_values_that_were_erased_are_null_and_the_rest_is_told(tmp_path_factory: pytest.TempPathFactory) -> None:
    with running(tmp_path_factory.mktemp("erased") / "ledger") as service:
        record = service.desk.new_id()
        entries = [service.put(service.desk.file(record))["seq"], service.put(service.desk.revoke(record))["seq"]]
        execute(service.desk.home.database, "DELETE FROM openings WHERE position = ?", entries[1] + 1)
        filed, revoked = Story(service, entries, record, "").ask()["episodes"]

        assert (filed["erased"], revoked["erased"]) == (False, True)
        assert (revoked["operator"], revoked["basis"], revoked["reason"], revoked["evidence"]) == (None,) * 4
        assert (revoked["effective_on"], revoked["issuer"]) == (revoked["recorded_on"], "12110000000000000K")
        assert (revoked["status_after"], revoked["visibility"]) == ("revoked", "withdrawn")
