"""A sample ledger and its archive, made once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.sampling.making import make_ledger, new_home, order_for, statements_for
from api.sampling.plan import Scope
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from projections.archive.export import export_archive
from tests.ledger.harness import randomness

EVENTS = 600


@pytest.fixture(scope="session")
def sampled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a ledger of made-up cases over three years; nobody may change it."""
    folder = tmp_path_factory.mktemp("archive") / "ledger"
    home = new_home(folder, 11)
    scope = Scope(statements_for(EVENTS), date(2023, 1, 4), date(2026, 1, 20))
    make_ledger(home, order_for(home, 11, 120, scope), lambda _done: None)
    return folder


@pytest.fixture(scope="session")
def exported(sampled: Path) -> Path:
    """The folder of its archive; nobody may change it."""
    target = sampled.with_name("archive")
    with open_for_reading(LedgerHome(sampled), randomness(1)) as ledger:
        export_archive(ledger, target)
    return target


@pytest.fixture
def ledger(sampled: Path) -> Iterator[Ledger]:
    """The ledger, open for reading."""
    with open_for_reading(LedgerHome(sampled), randomness(1)) as ledger:
        yield ledger


@pytest.fixture
def copied(exported: Path, tmp_path: Path) -> Path:
    """A copy of the archive, to be changed."""
    return Path(shutil.copytree(exported, tmp_path / "copy"))
