"""`kesu records`: a subject by any of its codes, beside a server or without one."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.subjects import Subject
from ledger.vocabulary import LinkKind
from tests.commands import kesu_here
from tests.ledger.harness import ENTERPRISE, NOON, OTHER_ENTERPRISE, Clock, Desk, execute, put
from tests.ledger.linking import OLD, TWIN, link, separate
from tests.processes import serving


@dataclass
class Book:
    """A ledger with one subject under two codes, one that was taken for it for a day, and another."""

    desk: Desk
    records: dict[Subject, str]

    def asked(self, subject: Subject, *options: str) -> Any:  # noqa: ANN401
        """What the command prints as JSON."""
        return self.json(f"{subject.scheme}:{subject.code}", *options)

    def json(self, *arguments: str) -> Any:  # noqa: ANN401
        """What the command prints as JSON."""
        return json.loads(self.printed(*arguments, "--format", "json"))

    def printed(self, *arguments: str) -> str:
        """What the command prints."""
        done = kesu_here("records", self.desk.folder, *arguments)
        assert (done.code, done.err) == (0, "")
        return done.out


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Book]:
    """Filed and linked on 20 November, separated on the 21st."""
    desk = Desk(Path(tmp_path_factory.mktemp("book")) / "ledger", Clock(NOON))
    book = Book(desk, {subject: desk.new_id() for subject in (OLD, ENTERPRISE, TWIN, OTHER_ENTERPRISE)})
    wrong = desk.new_id()
    with desk.found() as ledger:
        for subject, record in book.records.items():
            put(ledger, desk.file(record, subject=subject))
        put(ledger, link(desk, desk.new_id(), OLD))
        put(ledger, link(desk, wrong, TWIN, OLD, kind=LinkKind.MERGED, valid_until=None))
        desk.clock.advance(timedelta(days=1).total_seconds())
        put(ledger, separate(desk, wrong))
    yield book
    assert kesu_here("verify", desk.folder).code == 0


def facts(rows: list[dict[str, Any]]) -> list[tuple[str, str, list[str]]]:
    """Record, today's handle and the others."""
    return [(row["record"], row["subject_handle"], row["linked_handles"]) for row in rows]


@pytest.mark.parametrize("code", [OLD, ENTERPRISE], ids=["old", "today's"])
def test_either_code_gives_the_records_of_both(book: Book, code: Subject) -> None:
    assert facts(book.asked(code)) == [
        (book.records[each], ENTERPRISE.handle, [OLD.handle]) for each in (OLD, ENTERPRISE)
    ]
    assert facts(book.asked(TWIN)) == [(book.records[TWIN], TWIN.handle, [])]


def test_a_day_is_answered_as_it_was_linked_then(book: Book) -> None:
    """On the 20th three codes were one subject's, on the 19th nothing was known."""
    then = [(book.records[each], ENTERPRISE.handle, [OLD.handle, TWIN.handle]) for each in (OLD, ENTERPRISE, TWIN)]

    assert facts(book.asked(TWIN, "--as-of", "2026-11-20")) == then
    assert book.asked(TWIN, "--as-of", "2026-11-19") == []


def test_all_records_say_whose_they_are_today(book: Book) -> None:
    """So that a regulator can put those of one subject together."""
    rows = book.json("--all")
    table = list(csv.DictReader(io.StringIO(book.printed("--all", "--format", "csv"))))

    assert [row["subject_handle"] for row in rows] == [
        each.handle for each in (ENTERPRISE, ENTERPRISE, TWIN, OTHER_ENTERPRISE)
    ]
    assert [row["subject_handle"] for row in table] == [row["subject_handle"] for row in rows]
    assert [row["subject_handle"] for row in book.json("--all", "--as-of", "2026-11-20")] == [
        each.handle for each in (ENTERPRISE, ENTERPRISE, ENTERPRISE, OTHER_ENTERPRISE)
    ]


def test_a_reader_is_told_the_handles_first(book: Book) -> None:
    """Also where there is no record."""
    bare = Subject("uscc", "91110000MA00000077", "")

    assert book.printed(f"uscc:{bare.code}").splitlines()[:2] == [
        f"subject {ENTERPRISE.handle}",
        f"   also {OLD.handle}",
    ]
    assert book.printed(f"uscc:{TWIN.code}").splitlines()[:2] == [f"subject {TWIN.handle}", ""]


def test_it_answers_beside_a_server_and_of_a_ledger_without_the_table(book: Book) -> None:
    """An earlier version kept none: the events say the same."""
    expected = facts(book.asked(OLD))
    with serving(book.desk.folder):
        beside = facts(book.asked(OLD))
    execute(book.desk.home.database, "DROP TABLE subject_links")
    execute(book.desk.home.database, "DELETE FROM folded WHERE name = 'subject_links'")

    assert expected == beside == facts(book.asked(OLD))
