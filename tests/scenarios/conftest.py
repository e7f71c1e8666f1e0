"""One ledger with the items and the rules that cases are about, founded once; each case works on a copy of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ledger.administration import addition_statement, rules_statement
from ledger.home import LedgerHome
from ledger.rulebook.book import rule_name, shipped_rules
from tests.ledger.harness import MARKET, MARKET_TOO, Clock, Desk, put, randomness
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, ATTENTION, BREACH, HONOUR, ITEMS, SERIOUS

FOUNDED = datetime(2026, 1, 5, 2, 0, tzinfo=UTC)
"""Ten in the morning in Beijing, a Monday; the case may begin on any later day."""

LISTS = (ABNORMAL, ATTENTION, HONOUR, SERIOUS)
RULES = {
    "calendar/2025",
    "calendar/2026",
    "objection/default",
    "publicity/order-36",
    "publicity/order-58",
    "repair/order-36",
    "repair/order-58",
    *(f"list/{name}" for name in LISTS),
}
"""What decides in the cases: the other shipped rules would only make each of them slower."""


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the founded ledger, closed."""
    desk = Desk(tmp_path_factory.mktemp("office") / "ledger", Clock(FOUNDED))
    published = [ITEMS[name] for name in (BREACH, *LISTS)]
    with desk.found(*published) as ledger:
        operator = desk.home.operator_key()
        for rule in shipped_rules():
            if rule_name(rule) in RULES:
                put(ledger, rules_statement(desk.pen(operator), rule))
        second = addition_statement(desk.pen(MARKET), MARKET_TOO.verifier)
        put(ledger, second.countersign(MARKET_TOO).countersign(operator))
    return desk.folder


@pytest.fixture
def office(founded: Path, tmp_path: Path) -> Iterator[Office]:
    """The office on a ledger of its own, in which no record stands yet."""
    folder = tmp_path / "ledger"
    shutil.copytree(founded, folder)
    desk = Desk(folder, Clock(FOUNDED), randomness(36), randomness(58), LedgerHome(folder))
    with desk.open() as ledger:
        yield Office(desk, ledger, ledger.recorder.max_notification_id() or 0)
