"""SIGKILL at any step of a gateway, and a restart: every row is in the log once, and the result knows of each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from tests.api.gateway.mortal import KILLED, lives
from tests.api.gateway.office import NUMBER, Office, numbers, outcomes, proved, result, size
from tests.api.service import Service, running


def survives(service: Service, office: Office, rows: int, moments: list[int]) -> int:
    """Kill at these moments; gives how often it was killed before it was done."""
    before, table = size(service.desk), office.penalties(rows, seed=office.seed, bad_rows=True)
    other = office.penalties(4, seed=office.seed + 1000)
    other = [row | {NUMBER: f"另{row[NUMBER]}"} for row in other]
    other[2]["处罚机关"] = ""
    office.drop("a.csv", table)
    office.drop("b.csv", other)
    ends = lives(office, [*moments, 0])
    first, second = office.filed("refused")

    assert set(ends[:-1]) <= {KILLED, 0}
    assert ends[-1] == 0
    assert (office.left(), office.filed("done")) == ([], [])
    assert Counter(outcomes(first)) == {"accepted": rows, "refused": 4}
    assert outcomes(second) == ["accepted", "accepted", "refused", "accepted"]
    expected = range(before, before + rows + 3)
    assert sorted(proved(first, service.log_key) + proved(second, service.log_key)) == list(expected)
    bad = {row["row"] for row in result(first) if row["outcome"] == "refused"}
    filed = [row[NUMBER] for at, row in enumerate(table, 1) if str(at) not in bad]
    filed += [row[NUMBER] for at, row in enumerate(other) if at != 2]
    assert sorted(numbers(service.desk, before)) == sorted(filed)
    assert not list(office.inbox.rglob("*.part"))
    return ends.count(KILLED)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service") / "ledger") as started:
        yield started


@pytest.mark.parametrize("seed", [0, *[pytest.param(seed, marks=pytest.mark.slow) for seed in range(1, 8)]])
def test_a_gateway_that_is_killed_again_and_again_loses_and_doubles_nothing(
    service: Service, tmp_path: Path, seed: int
) -> None:
    """At seeded steps of its work; each restart goes on with what the one before left."""
    random = Random(seed)
    office = Office(tmp_path / "office", service.server.address)

    assert survives(service, office, 30, [random.randrange(1, 250) for _ in range(6)]) >= 2


@pytest.mark.slow
def test_no_step_is_a_bad_one_to_be_killed_at(service: Service, tmp_path: Path) -> None:
    """Every third step up to the last one, each in a bureau of its own: all of them take seven minutes."""
    moment = 1
    while survives(service, Office(tmp_path / f"office-{moment}", service.server.address), 8, [moment]):
        moment += 3

    assert moment > 100
