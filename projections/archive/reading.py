"""Opening an archive, on a disk or in an object store: its manifest, its law, its times, and its events by bucket.

Every file is compared with its digest before it is read: that takes a fiftieth of the time that folding it does.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import fs

from ledger.admission import Catalogue
from ledger.beijing import beijing_day
from ledger.definition import DefinitionFault
from ledger.domain.bodies import CataloguePublished, RulesPublished
from ledger.rulebook.book import Rulebook
from ledger.rules_in_force import publish
from projections.archive.layout import (
    ENTRIES,
    FORMAT,
    LAW,
    MANIFEST,
    PARQUET,
    ArchivedFile,
    ArchiveUnsound,
    Manifest,
    Publication,
    history_path,
)
from projections.as_of import parse_as_of
from projections.law import Law
from projections.replay.digest import ALPHABET
from projections.replay.question import Question
from projections.tables.keeping import HISTORY
from verify.commitment import Opening
from verify.merkle import Frontier
from verify.statement_type import StatementType
from verify.strict import check_date
from verify.tiles import TileNodes, tile_path

ROWS_AT_ONCE: Final = 8192
_MANIFESTS: Final = msgspec.json.Decoder(Manifest)
_PUBLICATIONS: Final = msgspec.json.Decoder(list[Publication])


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was opened. Small enough to be sent to every process that reads a part of it."""

    location: str
    """A folder, or an address that `pyarrow.fs` knows: ``s3://bucket/archive``."""
    manifest: Manifest

    @property
    def buckets(self) -> tuple[str, ...]:
        """The buckets that hold anything, in the order of subjects."""
        return tuple(bucket for bucket in ALPHABET if self._listed(history_path(bucket)) is not None)

    def law(self) -> Law:
        """The law as the log published it; raises `ArchiveUnsound`, also for what this version cannot read."""
        try:
            return self._law(_PUBLICATIONS.decode(self._checked(LAW)))
        except (DefinitionFault, msgspec.MsgspecError):
            raise ArchiveUnsound(f"{LAW} holds what this version of Kesu cannot read") from None

    def _law(self, published: Sequence[Publication]) -> Law:
        catalogue, book = Catalogue(), Rulebook()
        for each in published:
            opened = {"definition": Opening(b"", each.definition)}
            body = (
                CataloguePublished(each.name, each.version)
                if each.type is StatementType.CATALOGUE_PUBLISHED
                else RulesPublished(each.name, each.version)
            )
            catalogue, book = publish(catalogue, book, body, opened, each.seq)
        return Law.of(catalogue, book)

    def batches(self, bucket: str, columns: Sequence[str]) -> Iterator[pa.RecordBatch]:
        """The events of a bucket as they lie in its file; raises `ArchiveUnsound` before the first of them."""
        path = history_path(bucket)
        self.check(path)
        with self._open(f"{PARQUET}/{path}") as file:
            yield from pq.ParquetFile(file).iter_batches(ROWS_AT_ONCE, columns=list(columns))

    def size_known_at(self, instant: str) -> int:
        """How many entries had been recorded at an instant `YYYY-MM-DDTHH:MM:SS.ffffffZ`."""
        self.check(ENTRIES)
        known, moment = 0, pa.scalar(datetime.fromisoformat(instant), pa.timestamp("us", "UTC"))
        with self._open(f"{PARQUET}/{ENTRIES}") as file:
            for batch in pq.ParquetFile(file).iter_batches(columns=["recorded_at"]):
                known += pc.sum(pc.less_equal(batch.column(0), moment)).as_py() or 0
        return known

    def ask(self, today: date, as_of: str | None, on: str | None) -> Question:
        """The question that two texts put to the archive, as `projections.replay.question` reads them.

        Raises `Malformed` for what is no date and no instant.
        """
        instant = None if as_of is None else parse_as_of(as_of)
        known_on = today if instant is None else beijing_day(instant)
        size = self.manifest.size if instant is None else self.size_known_at(instant)
        return Question(size, known_on, known_on if on is None else date.fromisoformat(check_date(on, "on")))

    def root(self, size: int) -> bytes:
        """The root of the log when it had `size` entries, out of the tiles."""
        if size == self.manifest.size:
            return bytes.fromhex(self.manifest.root)
        return Frontier.of_tree(size, TileNodes(self.manifest.size, self._tile)).root()

    def check_all(self) -> None:
        """Compare every file with its digest; raises `ArchiveUnsound` for the first that differs."""
        for file in self.manifest.files:
            self.check(file.path)

    def check(self, path: str) -> None:
        """Compare one file with its digest; raises `ArchiveUnsound`."""
        listed = self._listed(path)
        if listed is None:
            raise ArchiveUnsound(f"{path} is not in the manifest")
        with self._open(f"{PARQUET}/{path}") as file:
            digest, size = hashlib.sha256(), 0
            while part := file.read(1 << 20):
                digest.update(part)
                size += len(part)
        if (size, digest.hexdigest()) != (listed.bytes, listed.sha256):
            raise ArchiveUnsound(f"{path} is not the file that was archived: its digest is another one")

    def _listed(self, path: str) -> ArchivedFile | None:
        return next((file for file in self.manifest.files if file.path == path), None)

    def _checked(self, path: str) -> bytes:
        self.check(path)
        return _read(self.location, f"{PARQUET}/{path}")

    def _tile(self, level: int, number: int, width: int) -> bytes:
        return _read(self.location, tile_path(level, number, width))

    def _open(self, path: str) -> Any:  # noqa: ANN401 - pyarrow has no types
        return _open(self.location, path)


def open_archive(location: str) -> Archive:
    """Open an archive; raises `ArchiveUnsound` if there is none, or if this version cannot read it."""
    try:
        manifest = _MANIFESTS.decode(_read(location, f"{PARQUET}/{MANIFEST}"))
    except msgspec.MsgspecError:
        raise ArchiveUnsound(f"{MANIFEST} cannot be read as one") from None
    if (manifest.format, manifest.history) != (FORMAT, HISTORY.version):
        raise ArchiveUnsound("the archive was written by another version; export it again")
    return Archive(location, manifest)


def _read(location: str, path: str) -> bytes:
    with _open(location, path) as file:
        data: bytes = file.read()
    return data


def _open(location: str, path: str) -> Any:  # noqa: ANN401 - pyarrow has no types
    if "://" in location:
        system, folder = fs.FileSystem.from_uri(location)
    else:
        system, folder = fs.LocalFileSystem(), location
    try:
        return system.open_input_file(f"{folder}/{path}")
    except (FileNotFoundError, NotADirectoryError):
        raise ArchiveUnsound(f"{location} has no {path}; an archive is written by: kesu archive export") from None
