"""One founded ledger for all of them; each works on a copy of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ledger.harness import Desk
from tests.projections.tables.kept import desk_in, keeping, tell_everything
from tests.scenarios import conftest as scenes

founded = scenes.founded


@pytest.fixture
def desk(founded: Path, tmp_path: Path) -> Desk:
    """A ledger of its own, in which no record stands yet."""
    return desk_in(founded, tmp_path / "ledger")


@pytest.fixture(scope="session")
def told_once(founded: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A ledger in which everything has happened, closed; and its records by what happened to them."""
    desk = desk_in(founded, tmp_path_factory.mktemp("told") / "ledger")
    with keeping(desk) as office:
        return desk.folder, tell_everything(office)


@pytest.fixture
def told(told_once: tuple[Path, dict[str, str]], tmp_path: Path) -> tuple[Desk, dict[str, str]]:
    """The same on a copy, with the clock at the end of the story."""
    folder, records = told_once
    desk = desk_in(folder, tmp_path / "ledger")
    desk.clock.advance(303 * 24 * 60 * 60)
    return desk, records
