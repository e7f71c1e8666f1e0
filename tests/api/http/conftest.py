"""One real server for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.service import Service, running


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A server on a new ledger with two departments and the shipped catalogue."""
    with running(tmp_path_factory.mktemp("service") / "ledger") as started:
        yield started
