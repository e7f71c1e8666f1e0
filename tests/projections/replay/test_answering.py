"""A question put to a ledger: about one company with all its codes, one list, one department, or everybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from ledger.errors import NotAdmissible
from ledger.service import open_for_reading
from projections.replay.answering import Replayer, Whom
from projections.replay.explaining import Happened, Named, happened, names_of
from projections.replay.scope import only, subjects_of_issuer, subjects_with_item
from projections.replay.source import SubjectRange
from projections.replay.standing import Standing
from projections.tables.keeping import TablesBehind
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, TAX, Desk, publicity, put, randomness
from tests.ledger.linking import OLD, link
from tests.projections.tables import conftest as shelves
from tests.projections.tables.kept import keeping, without_tables
from tests.scenarios import conftest as scenes
from tests.scenarios.papers import ABNORMAL, PENALTY
from tests.scenarios.procedures import begin_listing
from verify.statement_type import StatementType

founded, desk = scenes.founded, shelves.desk

TODAY = date(2026, 12, 31)
EVERYBODY = Whom()


@pytest.fixture
def told(desk: Desk) -> dict[str, str]:
    """Two companies, a former code, two departments, a list; from entry 22 on."""
    with keeping(desk) as office:
        office.on("2026-05-20")
        records = {
            "first": office.file_penalty(),
            "under the old code": office.file_penalty(subject=OLD),
            "of the other": office.file_penalty(subject=OTHER_ENTERPRISE),
            "of the tax office": office.file(PENALTY, terms=publicity("ordinary"), by=TAX),
        }
        listing = begin_listing(office, ABNORMAL, "annual-report-not-published", subject=OTHER_ENTERPRISE)
        listing.decide()
        office.on("2026-06-01")
        put(office.ledger, link(desk, desk.new_id(), OLD, on="2026-06-01"))
        office.on("2026-06-10")
        office.revoke(records["first"])
        return records | {"listed": listing.record}


@pytest.fixture
def replayer(desk: Desk, told: dict[str, str]) -> Iterator[Replayer]:
    """Whoever answers, today."""
    with open_for_reading(desk.home, randomness(1)) as ledger:
        yield Replayer(ledger, TODAY)


def rows(replayer: Replayer, whom: Whom, as_of: str | None = None, on: str | None = None) -> list[Standing]:
    """The answer, which is the same if it is folded."""
    question = replayer.question(as_of, on)
    identity = replayer.identity(whom, as_of, question)
    with replayer._ledger.recorder.engine.connect() as connection:
        found = list(replayer.rows(connection, whom, question, identity))
        assert list(replayer.rows(connection, whom, question, identity, fold=True)) == found
    return found


def names(told: dict[str, str], found: list[Standing]) -> set[str]:
    """Of records, what they were called above."""
    return {name for name, record in told.items() if record in {row.record for row in found}}


def test_everybody_is_everybody(replayer: Replayer, told: dict[str, str]) -> None:
    """Subject by subject, in the order of their handles."""
    found = rows(replayer, EVERYBODY)

    assert (EVERYBODY.everybody, names(told, found)) == (True, set(told))
    assert [row.subject for row in found] == sorted(row.subject for row in found)


def test_a_company_is_found_with_all_its_codes(replayer: Replayer, told: dict[str, str]) -> None:
    """By each of them, as soon as it was known that they are one; before that, each has its own."""
    new, old = Whom(subject=("uscc", ENTERPRISE.code)), Whom(subject=("uscc", OLD.code))

    for whom in (new, old):
        assert names(told, rows(replayer, whom)) == {"first", "under the old code", "of the tax office"}
    assert names(told, rows(replayer, new, "2026-05-31")) == {"first", "of the tax office"}
    assert names(told, rows(replayer, old, "2026-05-31")) == {"under the old code"}


def test_a_list_and_a_department_are_looked_at_alone(replayer: Replayer, told: dict[str, str]) -> None:
    """Of a company that is on the list, nothing else; both together are both conditions."""
    assert names(told, rows(replayer, Whom(item=ABNORMAL))) == {"listed"}
    assert names(told, rows(replayer, Whom(issuer="12110000000000001N"))) == {"of the tax office"}
    assert names(told, rows(replayer, Whom(item=PENALTY, issuer="12110000000000000K"))) == {
        "first",
        "under the old code",
        "of the other",
    }
    assert rows(replayer, Whom(item="no-such-item")) == []
    assert Whom(item=ABNORMAL).everybody is False


def test_a_code_that_cannot_be_is_refused(replayer: Replayer) -> None:
    """Its check character is wrong."""
    question = replayer.question(None, None)

    with pytest.raises(NotAdmissible, match="check character"):
        replayer.identity(Whom(subject=("uscc", "91110000MA00000078")), None, question)


def test_a_correction_that_takes_a_record_out_of_the_answer_is_named(desk: Desk, told: dict[str, str]) -> None:
    """The day of the decision moved past the day that is looked at."""
    with keeping(desk) as office:
        office.on("2026-06-20")
        office.correct(told["of the other"], "2026-06-01", subject=OTHER_ENTERPRISE)
        size = office.ledger.reader.published_size()
    with open_for_reading(desk.home, randomness(1)) as ledger:
        replayer = Replayer(ledger, TODAY)
        before, after = (replayer.question(as_of, "2026-05-25") for as_of in ("2026-06-19", "2026-06-20"))
        (found,) = replayer.differences(EVERYBODY, before, after, None)

    assert (found.row.record, found.after, found.entries) == (told["of the other"], None, (size - 1,))


def test_differences_name_the_records_that_changed(replayer: Replayer, told: dict[str, str]) -> None:
    """Between two days as they were known: the revocation, entry 28."""
    questions = replayer.question("2026-06-09", None), replayer.question("2026-06-10", None)
    (found,) = replayer.differences(EVERYBODY, *questions, None)

    assert (found.row.record, found.row.status.value, found.entries) == (told["first"], "revoked", (28,))


def test_a_digest_is_of_the_question(replayer: Replayer) -> None:
    """64 hexadecimals, another for another size or day, and for the same question the same."""
    asked = [replayer.question(*times) for times in ((None, None), ("2026-06-09", None), (None, "2026-06-09"))]
    found = [replayer.digest(each, {}) for each in (*asked, asked[0])]

    assert (len(set(found)), found[0]) == (3, found[3])
    assert {len(each) for each in found} == {64}


def test_tables_that_are_behind_answer_nothing(desk: Desk, told: dict[str, str]) -> None:
    """An answer from them would be of an earlier day."""
    with without_tables(desk) as office:
        office.file_penalty()

    with open_for_reading(desk.home, randomness(1)) as ledger, pytest.raises(TablesBehind, match="behind the log"):
        Replayer(ledger, TODAY)


def test_whom_an_answer_looks_at(replayer: Replayer) -> None:
    """Each subject once, in the order of handles, whatever they were asked for by."""
    with replayer._ledger.recorder.engine.connect() as connection:
        listed = subjects_with_item(connection, ABNORMAL)
        taxed = subjects_of_issuer(connection, "12110000000000001N")

    assert listed == [SubjectRange.only(OTHER_ENTERPRISE.handle)]
    assert taxed == [SubjectRange.only(ENTERPRISE.handle)]
    assert only(["C" * 32, "A" * 32, "C" * 32]) == [SubjectRange.only("A" * 32), SubjectRange.only("C" * 32)]


def test_entries_are_told_in_a_word_and_subjects_by_their_last_name(replayer: Replayer) -> None:
    """For people who read a difference."""
    ledger = replayer._ledger
    with ledger.recorder.engine.connect() as connection:
        named = names_of(connection, [ENTERPRISE.handle, OLD.handle, "A" * 32])

    assert happened(ledger.recorder, [22, 28]) == [
        Happened(22, StatementType.RECORD_FILED, date(2026, 5, 20)),
        Happened(28, StatementType.RECORD_REVOKED, date(2026, 6, 10)),
    ]
    assert happened(ledger.recorder, []) == []
    assert named == {
        ENTERPRISE.handle: Named("uscc", ENTERPRISE.code, ENTERPRISE.name),
        OLD.handle: Named("uscc", OLD.code, OLD.name),
    }
