"""Both databases that the store runs on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from ledger.store import postgres
from ledger.store.recorder import LedgerRecorder
from ledger.store.sqlite import writing_engine
from tests.postgres import new_database


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[sa.Engine]:
    """An engine on a new database with its tables."""
    if request.param == "sqlite":
        engine = writing_engine(tmp_path / "ledger.db")
    else:
        engine = postgres.writing_engine(new_database())
    LedgerRecorder(engine).create_tables()
    yield engine
    engine.dispose()
