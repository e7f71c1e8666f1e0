"""Ledgers that are founded once and copied for each test that wants one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.harness import Desk


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A ledger with the whole catalogue, all rules, and two keys of the market department; nobody has it open."""
    desk = Desk(tmp_path_factory.mktemp("founded") / "ledger")
    with desk.found(rules=True):
        pass
    return desk


@pytest.fixture
def ruled(founded: Desk, tmp_path: Path) -> Desk:
    """A copy of it, to do with as the test likes."""
    return founded.copy(tmp_path / "ledger")
