"""GET /v1/subjects/...: what everybody may see now, and what an auditor may see of any time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from api.sampling.tables import company_code
from ledger.beijing import BEIJING
from ledger.catalogue import Openness
from ledger.subjects import Subject
from tests.api.service import Service, running
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, PENALTY, execute, penalty, query
from tests.processes import ask
from verify.checkpoint import Checkpoint

RESTRICTED = replace(
    PENALTY, item="restricted-penalty", zh="不公开的处罚", openness=Openness.RESTRICTED, disclose_within=None
)
NOBODY = Subject("uscc", company_code(99), "")


@dataclass
class Shelf:
    """Records of one enterprise: corrected, revoked, of a restricted item, disputed - and one of another."""

    service: Service
    corrected: str
    revoked: str
    restricted: str
    disputed: str
    other: str

    def ask(self, *, token: str | None = None, as_of: str | None = None, subject: Subject = ENTERPRISE) -> Any:  # noqa: ANN401
        """Ask for a subject's records."""
        path = path_of(subject.code) + (f"?as_of={as_of}" if as_of is not None else "")
        answer = self.service.server.get(path, token=token)
        assert answer.status == 200, answer.body.decode()
        return answer.json()

    def full(self, as_of: str | None = None) -> dict[str, dict[str, Any]]:
        """Everything an auditor sees, by record."""
        told = self.ask(token=self.service.token, as_of=as_of)
        return {record["record"]: record for record in told["records"]}


def path_of(code: str, scheme: str = "uscc") -> str:
    """Where a subject's records are."""
    return f"/v1/subjects/{scheme}/{code}/records"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    with running(tmp_path_factory.mktemp("shelf") / "ledger", RESTRICTED) as service:
        desk = service.desk
        shelf = Shelf(service, *(desk.new_id() for _ in range(5)))
        service.put(desk.file(shelf.corrected, CF_FR_ZJLX="身份证", CF_FR_ZJHM="证件号码"))
        service.put(desk.file(shelf.revoked))
        service.put(desk.file(shelf.restricted, item=RESTRICTED, data=penalty()))
        service.put(desk.file(shelf.disputed))
        service.put(desk.file(shelf.other, subject=OTHER_ENTERPRISE))
        service.put(desk.correct(shelf.corrected))
        service.put(desk.revoke(shelf.revoked))
        service.put(desk.object(shelf.disputed, desk.new_id()))
        yield shelf


def test_everybody_sees_the_disclosed_records_with_their_public_fields(shelf: Shelf) -> None:
    """Corrected and disputed ones, marked as what they are; no revoked one, none of a restricted item."""
    told = shelf.ask()
    public = {part.code for part in PENALTY.fields if part.public}

    assert (told["view"], told["as_of"]) == ("public", None)
    assert [(record["record"], record["status"]) for record in told["records"]] == [
        (shelf.corrected, "standing"),
        (shelf.disputed, "disputed"),
    ]
    assert all(set(record["values"]) == public for record in told["records"])
    assert "CF_FR_ZJHM" not in public


def test_everybody_sees_the_corrected_value(shelf: Shelf) -> None:
    """And which entries of the log say so."""
    record = shelf.ask()["records"][0]
    first = shelf.full()[shelf.corrected]["entries"]

    assert record["values"]["CF_NR_FK"] == 500_000
    assert record["entries"] == first
    assert len(first) == 2


def test_an_auditor_sees_every_record_with_every_field(shelf: Shelf) -> None:
    """In the order of filing, revoked and restricted ones too."""
    told = shelf.ask(token=shelf.service.token)

    assert (told["view"], told["as_of"]) == ("full", None)
    assert [(record["record"], record["status"], record["disclosed"]) for record in told["records"]] == [
        (shelf.corrected, "standing", True),
        (shelf.revoked, "revoked", False),
        (shelf.restricted, "stored", False),
        (shelf.disputed, "disputed", True),
    ]
    assert all(set(record["values"]) == {part.code for part in PENALTY.fields} for record in told["records"])
    assert told["records"][0]["subject"] == {
        "scheme": ENTERPRISE.scheme,
        "code": ENTERPRISE.code,
        "name": ENTERPRISE.name,
    }
    assert told["records"][0]["status_zh"] == "公示中"


def test_one_subject_s_records_are_not_another_s(shelf: Shelf) -> None:
    """Each is asked for by its own code."""
    assert [record["record"] for record in shelf.ask(subject=OTHER_ENTERPRISE)["records"]] == [shelf.other]


def test_an_auditor_sees_what_was_known_at_an_instant(shelf: Shelf) -> None:
    """Just before the correction the first value held, at its very instant the new one does."""
    changed = shelf.full()[shelf.corrected]["changed_at"]
    before = datetime.fromisoformat(changed) - timedelta(microseconds=1)
    then = shelf.full(before.strftime("%Y-%m-%dT%H:%M:%S.%fZ"))

    assert then[shelf.corrected]["values"]["CF_NR_FK"] == 1_000_000
    assert then[shelf.revoked]["status"] == "standing"
    assert shelf.full(changed)[shelf.corrected]["values"]["CF_NR_FK"] == 500_000
    assert shelf.full(changed)[shelf.revoked]["status"] == "standing"


def test_a_date_is_asked_for_up_to_its_end_in_beijing(shelf: Shelf) -> None:
    """Nothing was known the day before the first record; at the end of the last one's day all of it is."""
    records = shelf.full()
    first = min(datetime.fromisoformat(record["filed_at"]) for record in records.values()).astimezone(BEIJING)
    last = max(datetime.fromisoformat(record["changed_at"]) for record in records.values()).astimezone(BEIJING)
    told = shelf.ask(token=shelf.service.token, as_of=str(last.date()))

    assert shelf.full(str((first - timedelta(days=1)).date())) == {}
    assert {record["record"]: record for record in told["records"]} == records
    assert told["as_of"] == f"{last.date()}T15:59:59.999999Z"


def test_history_is_not_for_everybody(shelf: Shelf) -> None:
    """A revoked record would be found in it again."""
    path = path_of(ENTERPRISE.code)
    answer = shelf.service.server.get(f"{path}?as_of=2026-11-20")

    shelf.service.problem(answer, 401, "token-missing", path)


@pytest.mark.parametrize("authorization", ["Bearer wrong", "Bearer ", "wrong", "Basic {token}", "bearer {token}", ""])
def test_a_wrong_token_is_refused_and_not_taken_for_the_public(shelf: Shelf, authorization: str) -> None:
    """Whoever sends a token wants the full view and must learn that this is not it."""
    path = path_of(ENTERPRISE.code)
    headers = {"Authorization": authorization.format(token=shelf.service.token)}
    answer = ask(shelf.service.server.address, "GET", path, None, headers)

    shelf.service.problem(answer, 401, "token-missing", path)


@pytest.mark.parametrize("as_of", ["", "today", "2026-02-30", "2026-11-20T04:00:00Z", "20261120"])
def test_a_date_that_is_none_is_refused(shelf: Shelf, as_of: str) -> None:
    """Rather than answered for some other time."""
    path = path_of(ENTERPRISE.code)
    answer = shelf.service.server.get(f"{path}?as_of={as_of}", token=shelf.service.token)

    problem = shelf.service.problem(answer, 400, "malformed", path)
    assert problem["errors"][0]["field"] == "as_of"


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("uscc", "91110000MA00000078"),
        ("uscc", "91110000ma00000077"),
        ("uscc", "9111"),
        ("USCC", ENTERPRISE.code),
        ("tw-epa-facility", "110101199003070011"),
        ("uscc", "%E6%B5%8B"),
    ],
    ids=["check-character", "lower-case", "short", "scheme", "resident-id", "chinese"],
)
def test_a_code_that_cannot_be_one_is_refused(shelf: Shelf, scheme: str, code: str) -> None:
    """A mistyped code would otherwise look like a clean company."""
    answer = shelf.service.server.get(path_of(code, scheme))

    instance = path_of(code.replace("%E6%B5%8B", "测"), scheme)
    problem = shelf.service.problem(answer, 422, "not-admissible", instance)
    assert code not in str(problem["errors"])


def test_a_subject_without_records_has_an_empty_list(shelf: Shelf) -> None:
    """No record is an answer, and it comes with the checkpoint it rests on."""
    told = shelf.ask(subject=NOBODY)

    assert told["records"] == []
    assert Checkpoint.open(told["checkpoint"].encode(), shelf.service.log_key).size > 0


def test_the_checkpoint_covers_every_entry_of_the_answer(shelf: Shelf) -> None:
    """It is signed, so the answer can be held against the log."""
    told = shelf.ask(token=shelf.service.token)
    checkpoint = Checkpoint.open(told["checkpoint"].encode(), shelf.service.log_key)

    assert max(seq for record in told["records"] for seq in record["entries"]) < checkpoint.size


def test_erased_values_are_shown_to_nobody(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Everybody sees no record, an auditor sees that there is one and that its values are gone."""
    with running(tmp_path_factory.mktemp("erased") / "ledger") as service:
        shelf = Shelf(service, *(service.desk.new_id() for _ in range(5)))
        seq = service.put(service.desk.file(shelf.corrected))["seq"]
        database = service.desk.home.database
        assert execute(database, "DELETE FROM openings WHERE position = ?", seq + 1) == 1
        gone = shelf.full()[shelf.corrected]

        assert shelf.ask()["records"] == []
        assert (gone["values"], gone["subject"], gone["entries"]) == (None, None, [seq])


def test_what_no_published_checkpoint_covers_is_not_shown(tmp_path_factory: pytest.TempPathFactory) -> None:
    """An entry that was written but not signed for yet cannot be proved, so nobody may act upon it."""
    with running(tmp_path_factory.mktemp("unsigned") / "ledger") as service:
        shelf = Shelf(service, *(service.desk.new_id() for _ in range(5)))
        service.put(service.desk.file(shelf.corrected))
        service.put(service.desk.correct(shelf.corrected))
        database = service.desk.home.database
        newest = query(database, "SELECT max(size) FROM checkpoints")[0][0]
        execute(database, "DELETE FROM checkpoints WHERE size = ?", newest)
        uncorrected = shelf.full()[shelf.corrected]
        service.restart()  # publishes again what the signer journal has

        assert (uncorrected["values"]["CF_NR_FK"], len(uncorrected["entries"])) == (1_000_000, 1)
        assert shelf.full()[shelf.corrected]["values"]["CF_NR_FK"] == 500_000
