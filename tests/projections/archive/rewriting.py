"""Archives that are not what they should be, with a manifest that vouches for them where it says so."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from projections.archive.layout import history_path

Reorder = Callable[[Sequence[str]], list[int]]


def largest_bucket(archive: Path) -> str:
    """The bucket with most events."""
    files = {file["path"]: file["rows"] for file in _manifest(archive)["files"] if file["path"].startswith("history/")}
    return str(max(files, key=lambda path: files[path]))[len("history/bucket=")]


def events_swapped(archive: Path) -> None:
    """Two events of one subject lie in the wrong order."""

    def swap(subjects: Sequence[str]) -> list[int]:
        order = list(range(len(subjects)))
        first = next(at for at in order[1:] if subjects[at] == subjects[at - 1])
        order[first - 1], order[first] = first, first - 1
        return order

    _rewrite(archive, largest_bucket(archive), swap)


def subjects_interleaved(archive: Path) -> None:
    """An event of the first subject lies behind those of the next."""

    def interleave(subjects: Sequence[str]) -> list[int]:
        order = list(range(len(subjects)))
        second = next(at for at in order if subjects[at] != subjects[0])
        return [*order[1 : second + 1], 0, *order[second + 1 :]]

    _rewrite(archive, largest_bucket(archive), interleave)


def bucket_in_two_files(archive: Path) -> None:
    """What lies in one bucket lies in another one as well: two workers would each fold a part of a subject."""
    bucket = largest_bucket(archive)
    other = next(
        path.parent.name[-1]
        for path in sorted((archive / "parquet" / "history").glob("*/*"))
        if path.parent.name[-1] != bucket
    )
    content = (archive / "parquet" / history_path(bucket)).read_bytes()
    (archive / "parquet" / history_path(other)).write_bytes(content)
    vouch(archive, history_path(other))


def change_a_byte(file: Path) -> None:
    """Damage a file in the middle."""
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


def _rewrite(archive: Path, bucket: str, reorder: Reorder) -> None:
    path = archive / "parquet" / history_path(bucket)
    with pq.ParquetFile(path) as file:
        table = file.read()
    pq.write_table(table.take(pa.array(reorder(table["subject"].to_pylist()))), path)
    vouch(archive, history_path(bucket))


def vouch(archive: Path, path: str) -> None:
    """Let the manifest say that a file is what it should be."""
    manifest, content = _manifest(archive), (archive / "parquet" / path).read_bytes()
    for file in manifest["files"]:
        if file["path"] == path:
            file |= {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
    (archive / "parquet" / "MANIFEST.json").write_text(json.dumps(manifest))


def _manifest(archive: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((archive / "parquet" / "MANIFEST.json").read_text())
    return found
