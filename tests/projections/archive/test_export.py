"""What an export writes: all of the history, nothing of the values, as of one checkpoint, whole or not at all."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from ledger.application import recorded_at
from ledger.service import Ledger
from projections.archive import export
from projections.archive.export import export_archive
from projections.archive.layout import HISTORY_COLUMNS, ArchiveUnsound
from projections.archive.reading import open_archive
from projections.archive.whole_folder import FolderExists
from projections.law import Law
from projections.publications import publications
from projections.replay.question import ask, size_known_at
from projections.replay.source import chapters, outcomes
from tests.ledger.harness import ENTERPRISE, OTHER_ENTERPRISE, Clock, Desk, execute, query
from tests.projections.archive.rewriting import vouch
from tests.scenarios.office import Office
from tests.scenarios.procedures import raise_objection
from verify.checkpoint import Checkpoint
from verify.command import main as verify

TODAY = date(2026, 2, 1)


def history(archive: Path) -> list[dict[str, Any]]:
    """All events of an archive, bucket by bucket."""
    rows: list[dict[str, Any]] = []
    for path in sorted((archive / "parquet" / "history").glob("bucket=*/part-0.parquet")):
        with pq.ParquetFile(path) as file:
            rows += file.read().to_pylist()
    return rows


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A penalty, disputed two days later, and another company's; nobody may change it."""
    desk = Desk(tmp_path_factory.mktemp("case") / "ledger", Clock(datetime(2026, 11, 2, 2, tzinfo=UTC)))
    with desk.found(rules=True) as ledger:
        office = Office(desk, ledger, ledger.recorder.max_notification_id() or 0)
        office.on("2026-11-04")
        fine = office.file_penalty("2026-11-02")
        office.file_penalty("2026-11-03", subject=OTHER_ENTERPRISE)
        office.on("2026-11-06")
        raise_objection(office, fine)
    return desk


def test_the_log_in_an_archive_is_found_clean(exported: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The audit does not mind what lies beside the tiles."""
    assert verify([str(exported)]) == 0
    assert "CLEAN" in capsys.readouterr().out


def test_every_event_of_a_record_is_there_in_order(exported: Path, ledger: Ledger) -> None:
    """Gists and outcomes byte for byte, each in the file of its subject's first character."""
    with ledger.recorder.engine.connect() as connection:
        gists = [tuple(row) for row in chapters(connection)]
        left = [tuple(row) for row in outcomes(connection)]
    rows = history(exported)

    assert [(row["subject"], row["seq"], row["record"], row["gist"]) for row in rows] == gists
    assert [(row["subject"], row["seq"], row["record"], row["outcome"]) for row in rows] == left
    assert len(rows) > 400
    for path in (exported / "parquet" / "history").glob("bucket=*/part-0.parquet"):
        with pq.ParquetFile(path) as file:
            assert {subject[0] for subject in file.read(["subject"])["subject"].to_pylist()} == {path.parent.name[-1]}


def test_columns_tell_the_event_and_what_it_left_the_record_as(case: Desk, tmp_path: Path) -> None:
    """What people ask by, read out once."""
    with case.read() as ledger:
        export_archive(ledger, tmp_path / "archive")
    told = ("seq", "type", "recorded_on", "done_on", "item", "status", "disclosed", "in_force", "effective_on")
    rows = sorted((tuple(row[name] for name in told) for row in history(tmp_path / "archive")), key=lambda row: row[0])
    first = rows[0][0]
    filed, second, raised = date(2026, 11, 4), date(2026, 11, 3), date(2026, 11, 6)

    assert rows == [
        (first, "record.filed", filed, filed, "administrative-penalty", "standing", True, True, date(2026, 11, 2)),
        (first + 1, "record.filed", filed, filed, "administrative-penalty", "standing", True, True, second),
        (
            first + 2,
            "objection.raised",
            raised,
            raised,
            "administrative-penalty",
            "disputed",
            True,
            True,
            date(2026, 11, 2),
        ),
    ]


def test_no_file_of_the_parquet_holds_a_name_a_code_or_a_text(case: Desk, tmp_path: Path) -> None:
    """Values stay in the store from which they can be erased."""
    with case.read() as ledger:
        export_archive(ledger, tmp_path / "archive")
    values = [ENTERPRISE.name, ENTERPRISE.code, OTHER_ENTERPRISE.name, OTHER_ENTERPRISE.code, "金额不符"]
    cells = repr(history(tmp_path / "archive")).encode("unicode_escape").decode()
    law = (tmp_path / "archive" / "parquet" / "law.json").read_text("utf-8")

    assert len(cells) > 1000
    for value in values:
        assert value.encode("unicode_escape").decode() not in cells
        assert value.encode().hex() not in cells.replace("\\x", "")
        assert value not in law
    assert not (tmp_path / "archive" / "openings").exists()


def test_the_law_is_read_without_the_ledger(exported: Path, ledger: Ledger) -> None:
    """Items, rules, and the entries that published them."""
    law, here = open_archive(str(exported)).law(), Law.of(*publications(ledger.recorder, ledger.mapper))

    assert law == here
    assert [law.book.before(seq).since for seq in (0, 60, 10_000)] == [
        here.book.before(seq).since for seq in (0, 60, 10_000)
    ]
    assert len(law.items) > 20


def test_an_instant_leads_to_the_same_size_as_in_the_ledger(exported: Path, ledger: Ledger) -> None:
    """To the microsecond; before the first entry nothing was known."""
    archive, size = open_archive(str(exported)), ledger.reader.size()
    times = [recorded_at(stored) for stored in ledger.recorder.select_notifications(1, size)]
    asked = [*times[::40], times[-1], "2000-01-01T00:00:00.000000Z", "2030-01-01T00:00:00.000000Z"]

    assert [archive.size_known_at(instant) for instant in asked] == [
        size_known_at(ledger.recorder, instant) for instant in asked
    ]
    assert archive.size_known_at("2000-01-01T00:00:00.000000Z") == 0
    assert archive.size_known_at(times[-1]) == size
    for as_of, on in ((None, None), ("2024-05-05", None), ("2024-05-05", "2023-09-09"), (None, "2025-01-01")):
        assert archive.ask(TODAY, as_of, on) == ask(ledger.recorder, size, TODAY, as_of, on)


def test_the_root_of_any_earlier_size_comes_out_of_the_tiles(exported: Path, ledger: Ledger) -> None:
    """Those of full tiles and of parts of one."""
    archive, size = open_archive(str(exported)), ledger.reader.size()

    for earlier in (0, 1, 255, 256, 257, 300, size - 1, size):
        assert archive.root(earlier) == ledger.reader.frontier(earlier).root()


def test_manifest_and_files_say_what_they_are_of(exported: Path, ledger: Ledger) -> None:
    """Log, size, root and signed checkpoint; a file that was copied away still tells."""
    checkpoint = Checkpoint.parse(ledger.reader.checkpoint())
    manifest = json.loads((exported / "parquet" / "MANIFEST.json").read_text())
    files = {file["path"]: file for file in manifest["files"]}
    path = next(path for path in files if path.startswith("history/"))
    with pq.ParquetFile(exported / "parquet" / path) as file:
        notes, schema = file.metadata.metadata, file.schema_arrow

    assert (manifest["origin"], manifest["size"]) == (checkpoint.origin, checkpoint.size)
    assert (manifest["root"], manifest["checkpoint"]) == (checkpoint.root.hex(), checkpoint.raw.decode())
    assert notes[b"checkpoint"] == checkpoint.raw
    assert (notes[b"size"], notes[b"bucket"].decode()) == (str(checkpoint.size).encode(), path[15])
    assert int(notes[b"rows"]) == files[path]["rows"]
    assert schema.names == HISTORY_COLUMNS.names
    assert len(files) == 2 + len(list((exported / "parquet" / "history").iterdir()))


def test_memory_holds_a_row_group_at_a_time(
    exported: Path, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many there are: the rows are the same."""
    monkeypatch.setattr(export, "ROW_GROUP", 7)
    export_archive(ledger, tmp_path / "archive")
    groups = []
    for path in (tmp_path / "archive" / "parquet" / "history").glob("*/*"):
        with pq.ParquetFile(path) as file:
            groups += [file.metadata.row_group(number).num_rows for number in range(file.num_row_groups)]

    assert max(groups) == 7
    assert history(tmp_path / "archive") == history(exported)


def test_what_came_after_the_checkpoint_is_left_out(sampled: Path, tmp_path: Path) -> None:
    """Tiles, times and history are of the same size."""
    desk = Desk(sampled).copy(tmp_path / "ledger")
    database = desk.home.database
    ((size,),) = query(database, "SELECT size FROM checkpoints ORDER BY size DESC LIMIT 1 OFFSET 1")
    assert isinstance(size, int)
    execute(database, "DELETE FROM checkpoints WHERE size > ?", size)
    with desk.read() as ledger:
        manifest = export_archive(ledger, tmp_path / "archive")
        later = size < ledger.reader.size()
    rows = history(tmp_path / "archive")

    assert later
    assert manifest.size == size
    assert len(rows) == query(database, "SELECT count(*) FROM history WHERE seq < ?", size)[0][0]
    assert max(row["seq"] for row in rows) < size
    assert open_archive(str(tmp_path / "archive")).size_known_at("2030-01-01T00:00:00.000000Z") == size


def test_a_history_that_is_behind_is_not_exported_and_nothing_is_left(sampled: Path, tmp_path: Path) -> None:
    """An archive is whole or not there."""
    desk = Desk(sampled).copy(tmp_path / "ledger")
    execute(desk.home.database, "UPDATE folded SET size = 9 WHERE name LIKE 'history/%'")
    with desk.read() as ledger, pytest.raises(ArchiveUnsound, match="reflects 9 entries"):
        export_archive(ledger, tmp_path / "archive")

    assert [path.name for path in tmp_path.iterdir()] == ["ledger"]


def test_a_folder_with_something_in_it_is_left_alone(ledger: Ledger, tmp_path: Path) -> None:
    """It may be the last copy of something."""
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "thesis.txt").write_text("mine")
    with pytest.raises(FolderExists):
        export_archive(ledger, tmp_path / "archive")

    assert [path.name for path in (tmp_path / "archive").iterdir()] == ["thesis.txt"]


def test_an_archive_is_for_its_owner_alone(exported: Path) -> None:
    """History is not public."""
    assert exported.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["law.json", "entries.parquet", "history"])
def test_a_file_that_was_changed_is_found_by_its_digest(copied: Path, name: str) -> None:
    """Any one of them, by name, before anything is read out of it."""
    archive = open_archive(str(copied))
    archive.check_all()
    path = next(file.path for file in archive.manifest.files if file.path.startswith(name))
    file = copied / "parquet" / path
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArchiveUnsound, match=path):
        archive.check_all()
    file.unlink()

    with pytest.raises(ArchiveUnsound, match=path):
        archive.check_all()


def test_a_law_of_a_later_version_is_not_guessed_at(copied: Path) -> None:
    """Even where the manifest vouches for the file."""
    path = copied / "parquet" / "law.json"
    published = json.loads(path.read_text("utf-8"))
    published[-1]["definition"]["moon"] = "full"
    path.write_text(json.dumps(published), "utf-8")
    vouch(copied, "law.json")
    with pytest.raises(ArchiveUnsound, match=r"law\.json holds what this version of Kesu cannot read"):
        open_archive(str(copied)).law()


def test_an_archive_of_another_version_is_not_misread(copied: Path) -> None:
    """Gists and outcomes of another version would mean something else."""
    path = copied / "parquet" / "MANIFEST.json"
    manifest = json.loads(path.read_text())
    for changed, said in (({"history": 99}, "another version"), ({"files": 3}, "cannot be read")):
        path.write_text(json.dumps(manifest | changed))
        with pytest.raises(ArchiveUnsound, match=said):
            open_archive(str(copied))
    shutil.rmtree(copied / "parquet")

    with pytest.raises(ArchiveUnsound, match=r"has no parquet/MANIFEST\.json"):
        open_archive(str(copied))
