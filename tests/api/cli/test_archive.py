"""`kesu archive`: tiles, export, replay."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from tests.commands import kesu_here
from tests.ledger.harness import OTHER_ENTERPRISE, Clock, Desk
from tests.projections.archive.rewriting import events_swapped
from tests.scenarios.office import Office
from tests.scenarios.procedures import raise_objection


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two penalties filed on 4 November; one is disputed on the 6th."""
    desk = Desk(tmp_path_factory.mktemp("case") / "ledger", Clock(datetime(2026, 11, 2, 2, tzinfo=UTC)))
    with desk.found(rules=True) as ledger:
        office = Office(desk, ledger, ledger.recorder.max_notification_id() or 0)
        office.on("2026-11-04")
        fine = office.file_penalty("2026-11-02")
        office.file_penalty("2026-11-03", subject=OTHER_ENTERPRISE)
        office.on("2026-11-06")
        raise_objection(office, fine)
    return desk.folder


@pytest.fixture(scope="module")
def archive(ledger: Path) -> Path:
    """What `kesu archive export` writes."""
    folder = ledger.with_name("archive")
    done = kesu_here("archive", "export", ledger, folder)

    assert (done.code, done.err) == (0, "")
    assert "3 of them events of records" in done.out
    return folder


def test_what_was_exported_is_an_archive_of_the_log(archive: Path) -> None:
    """The audit of the tiles is the same as without Parquet beside them."""
    checked = kesu_here("verify", archive)

    assert (checked.code, "CLEAN" in checked.out) == (0, True)


def test_tiles_are_written_with_the_values_only_where_they_are_asked_for(ledger: Path, tmp_path: Path) -> None:
    """`--openings` is for those who are entitled to them."""
    assert kesu_here("archive", "tiles", ledger, tmp_path / "bare").code == 0
    assert kesu_here("archive", "tiles", ledger, tmp_path / "full", "--openings").code == 0

    assert [(tmp_path / name / "openings").exists() for name in ("bare", "full")] == [False, True]
    assert not (tmp_path / "full" / "parquet").exists()
    assert kesu_here("verify", tmp_path / "full").code == 0


def test_a_replay_counts_and_gives_the_digest_of_the_ledger(ledger: Path, archive: Path) -> None:
    """As `kesu replay` gives it; whoever folds."""
    for times, counts in (
        (("--as-of", "2026-11-05"), ["2  standing  公示中", "2  records; 2 shown, 2 in force"]),
        (("--as-of", "2026-11-06"), ["1  standing  公示中", "1  disputed  异议标注"]),
        (("--as-of", "2026-11-06", "--on", "2026-11-02"), ["1  stored    已入库", "1  records; 0 shown, 1 in force"]),
        (("--as-of", "2026-11-03"), ["0  records; 0 shown, 0 in force"]),
    ):
        told = kesu_here("replay", ledger, "--all", *times).out.splitlines()[-1]
        found = kesu_here("archive", "replay", archive, *times)
        folded = kesu_here("archive", "replay", archive, *times, "--fold", "--runner", "loop")

        assert found.code == 0
        assert [line.strip() for line in found.out.splitlines()][: len(counts)] == counts
        assert told.split()[-1] == found.out.split()[-1] == folded.out.split()[-1]


def test_the_default_is_now(ledger: Path, archive: Path) -> None:
    """All that the archive covers, on today's day."""
    told = kesu_here("replay", ledger, "--all").out.split()[-1]
    found = kesu_here("archive", "replay", archive).out

    assert found.split()[-1] == told
    assert "3  events read" in found


def test_a_pool_says_the_same_and_rows_can_be_written(archive: Path, tmp_path: Path) -> None:
    """Into a new folder, a file a bucket."""
    options = ("--as-of", "2026-11-06", "--parquet", tmp_path / "rows")
    pooled = kesu_here("archive", "replay", archive, *options, "--runner", "pool", "--workers", 1)
    looped = kesu_here("archive", "replay", archive, "--as-of", "2026-11-06")
    again = kesu_here("archive", "replay", archive, *options)
    rows = [row for path in sorted((tmp_path / "rows").glob("*/*")) for row in _rows(path)]

    assert pooled.out.split()[-1] == looped.out.split()[-1]
    assert sorted(str(row["status"]) for row in rows) == ["disputed", "standing"]
    assert (again.code, "is not empty" in again.err) == (2, True)


def test_mistakes_are_one_line(ledger: Path, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each names what is wrong."""
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", "")
    for arguments, said in (
        (("replay", archive, "--as-of", "yesterday"), "as_of: must be a date"),
        (("replay", archive, "--on", "2026-13-01"), "on: "),
        (("replay", ledger), "has no parquet/MANIFEST.json"),
        (("replay", archive, "--runner", "spark"), "Spark needs Java 17"),
        (("export", ledger, archive), "is not empty"),
        (("export", tmp_path / "nowhere", tmp_path / "x"), "holds no ledger"),
    ):
        wrong = kesu_here("archive", *arguments)

        assert (wrong.code, wrong.err.count("\n"), wrong.out) == (2, 1, ""), arguments
        assert said in wrong.err, arguments
    assert not (tmp_path / "x").exists()


def test_an_unsorted_archive_is_refused_in_one_line_and_nothing_is_written(ledger: Path, tmp_path: Path) -> None:
    """Its rows would be of something else."""
    kesu_here("archive", "export", ledger, tmp_path / "archive")
    events_swapped(tmp_path / "archive")
    refused = kesu_here("archive", "replay", tmp_path / "archive", "--parquet", tmp_path / "rows")

    assert (refused.code, refused.err.count("\n"), refused.out) == (2, 1, "")
    assert "comes after" in refused.err
    assert [path.name for path in tmp_path.iterdir()] == ["archive"]


def _rows(path: Path) -> list[dict[str, object]]:
    with pq.ParquetFile(path) as file:
        found: list[dict[str, object]] = file.read().to_pylist()
    return found
