"""GET /v1/subjects/...: a subject is found by any of its codes, as they were linked at the time asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from ledger.subjects import Subject
from ledger.vocabulary import LinkKind
from tests.api.service import Service, running
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, TAX, execute, findings, penalty, query
from tests.ledger.linking import OLD, REGISTERED, TWIN, link, separate
from verify.submission import Submission

WHOLE = {ENTERPRISE, OLD, REGISTERED}


@dataclass
class Town:
    """An enterprise that changed its code twice, one that was taken for it and is not, and an unconcerned one."""

    service: Service
    records: dict[Subject, str] = field(default_factory=dict)
    moments: dict[str, str] = field(default_factory=dict)

    def say(self, moment: str, submission: Submission) -> None:
        """Send it, and remember when it was recorded."""
        accepted = self.service.put(submission)
        self.moments[moment] = self.service.verified(accepted["receipt"]).entry.header.recorded_at

    def ask(self, subject: Subject, *, full: bool = True, as_of: str | None = None) -> dict[str, Any]:
        """What is told of a subject."""
        path = f"/v1/subjects/{subject.scheme}/{subject.code}/records"
        if as_of is not None:
            path += f"?as_of={self.moments[as_of]}"
        answer = self.service.server.get(path, token=self.service.token if full else None)
        assert answer.status == 200, answer.body.decode()
        told: dict[str, Any] = answer.json()
        return told

    def told(self, subject: Subject, *, full: bool = True, as_of: str | None = None) -> tuple[Any, ...]:
        """Today's handle, the others, and the records."""
        answer = self.ask(subject, full=full, as_of=as_of)
        records = tuple(record["record"] for record in answer["records"])
        return answer["subject_handle"], tuple(answer["linked_handles"]), records

    def of(self, *subjects: Subject) -> tuple[str, ...]:
        """The records of these, in the order of filing."""
        return tuple(record for subject, record in self.records.items() if subject in subjects)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with running(tmp_path_factory.mktemp("town") / "ledger") as service:
        town, desk = Town(service), service.desk
        for subject in (OLD, ENTERPRISE, REGISTERED, OTHER_ENTERPRISE, TWIN):
            town.records[subject] = desk.new_id()
            data = penalty(subject)
            if subject is REGISTERED:  # a trader, who need not have a unified code
                data |= {"CF_XDR_LB": "个体工商户", "CF_XDR_SHXYM": None, "CF_XDR_GSZC": subject.code}
            town.say("filed", desk.file(town.records[subject], subject=subject, data=data))
        wrong = desk.new_id()
        town.say("merged", link(desk, wrong, TWIN, key=TAX, kind=LinkKind.MERGED, valid_until=None))
        town.say("linked", link(desk, desk.new_id(), OLD))
        town.say("all linked", link(desk, desk.new_id(), REGISTERED, OLD))
        town.say("separated", separate(desk, wrong, key=TAX))
        yield town
        with desk.read() as ledger:
            assert findings(ledger) == []


@pytest.mark.parametrize("full", [True, False], ids=["auditor", "public"])
@pytest.mark.parametrize("code", [ENTERPRISE, OLD, REGISTERED], ids=["today's", "old", "oldest"])
def test_every_code_leads_to_the_whole_subject(town: Town, code: Subject, *, full: bool) -> None:
    """All its records in log order, with today's handle and the others."""
    expected = (ENTERPRISE.handle, (OLD.handle, REGISTERED.handle), town.of(*WHOLE))

    assert town.told(code, full=full) == expected


def test_the_answer_names_what_was_asked_for_and_each_record_what_it_was_filed_under(town: Town) -> None:
    """Nothing is rewritten: a record keeps the code that its department signed."""
    answer = town.ask(OLD)

    assert (answer["scheme"], answer["code"]) == (OLD.scheme, OLD.code)
    assert [record["subject"]["code"] for record in answer["records"]] == [
        each.code for each in town.records if each in WHOLE
    ]


def test_who_was_taken_for_it_is_apart_again(town: Town) -> None:
    """The separation holds from its entry on, for both."""
    assert town.told(TWIN) == (TWIN.handle, (), town.of(TWIN))
    assert town.told(TWIN, as_of="separated") == (TWIN.handle, (), town.of(TWIN))
    assert town.of(TWIN)[0] not in town.told(ENTERPRISE)[2]


def test_nobody_else_is_concerned(town: Town) -> None:
    assert town.told(OTHER_ENTERPRISE) == (OTHER_ENTERPRISE.handle, (), town.of(OTHER_ENTERPRISE))


@pytest.mark.parametrize(
    ("moment", "together"),
    [
        ("filed", [{ENTERPRISE}, {OLD}, {REGISTERED}, {TWIN}]),
        ("merged", [{ENTERPRISE, TWIN}, {OLD}, {REGISTERED}]),
        ("linked", [{ENTERPRISE, OLD, TWIN}, {REGISTERED}]),
        ("all linked", [{ENTERPRISE, OLD, REGISTERED, TWIN}]),
        ("separated", [{ENTERPRISE, OLD, REGISTERED}, {TWIN}]),
    ],
)
def test_an_auditor_is_told_what_was_linked_then(town: Town, moment: str, together: list[set[Subject]]) -> None:
    """Who was one subject, and which records were its."""
    for group in together:
        for subject in group:
            today, others, records = town.told(subject, as_of=moment)

            assert {today, *others} == {each.handle for each in group}
            assert records == town.of(*group)
            assert today == (ENTERPRISE if ENTERPRISE in group else subject).handle


def test_a_code_without_records_leads_to_those_of_the_subject(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Also after a restart, and when the values of the link were erased: handles are no values."""
    with running(tmp_path_factory.mktemp("bare") / "ledger") as service:
        town, desk = Town(service), service.desk
        town.records[ENTERPRISE] = desk.new_id()
        town.say("filed", desk.file(town.records[ENTERPRISE]))
        town.say("linked", link(desk, desk.new_id(), OLD))
        answers = [town.told(OLD, full=False)]
        service.restart()
        answers.append(town.told(OLD, full=False))
        (last,) = query(desk.home.database, "SELECT max(position) FROM openings")[0]
        assert execute(desk.home.database, "DELETE FROM openings WHERE position = ?", last) == 1
        answers.append(town.told(OLD, full=False))

        assert answers == [(ENTERPRISE.handle, (OLD.handle,), town.of(ENTERPRISE))] * 3


def test_a_link_that_no_published_checkpoint_covers_is_not_followed(tmp_path_factory: pytest.TempPathFactory) -> None:
    """It cannot be proved yet; its separation neither."""
    with running(tmp_path_factory.mktemp("unsigned") / "ledger") as service:
        town, desk = Town(service), service.desk
        identifier, database = desk.new_id(), desk.home.database
        apart, together = ({OLD.handle}, {OLD.handle, ENTERPRISE.handle})
        town.say("linked", link(desk, identifier, OLD))
        unsign(database)
        unlinked = town.told(OLD)
        service.restart()  # publishes again what the signer journal has
        linked = town.told(OLD)
        town.say("separated", separate(desk, identifier))
        unsign(database)
        unseparated = town.told(OLD)

        assert [{today, *others} for today, others, _ in (unlinked, linked, unseparated)] == [apart, together, together]


def unsign(database: Any) -> None:  # noqa: ANN401
    """Take the newest checkpoint away."""
    newest = query(database, "SELECT max(size) FROM checkpoints")[0][0]
    execute(database, "DELETE FROM checkpoints WHERE size = ?", newest)


def test_a_link_that_is_refused_is_a_problem_with_a_remedy(town: Town) -> None:
    """A rule that the register of links breaks is said like every other."""
    answer = town.service.send(link(town.service.desk, town.service.desk.new_id(), ENTERPRISE, REGISTERED))

    problem = town.service.problem(answer, 409, "rule-broken", "/v1/statements", "POST")
    assert problem["errors"][0]["field"] == "about/handle"
