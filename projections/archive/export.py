"""Writing an archive: tiles, then history, law and times as of the same checkpoint, a row group in memory at a time."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlalchemy as sa

from ledger.application import RecordedMapper
from ledger.domain.bodies import CataloguePublished, RulesPublished
from ledger.domain.events import Erased
from ledger.service import Ledger
from ledger.store import schema
from ledger.store.audit_source import DatabaseSource
from ledger.store.folded import folded_size
from ledger.store.gists import GISTS
from ledger.store.recorder import LedgerRecorder
from projections.archive.layout import (
    ENTRIES,
    ENTRY_COLUMNS,
    FORMAT,
    HISTORY_COLUMNS,
    LAW,
    MANIFEST,
    PARQUET,
    ArchivedFile,
    ArchiveUnsound,
    Manifest,
    Publication,
    bucket_of,
    history_path,
)
from projections.archive.parquet_file import writing_parquet
from projections.archive.whole_folder import appearing_whole
from projections.tables.cursor import raw_rows
from projections.tables.history import OUTCOMES, history_table
from projections.tables.keeping import HISTORY, key_of
from verify.archive import write_archive
from verify.checkpoint import Checkpoint
from verify.statement_type import StatementType

Progress = Callable[[int, int], None]

ROW_GROUP: Final = 32_768
"""Rows that are in memory at a time, here and wherever the file is read: some 20 MB with what is read out of them."""

_ALIKE: Final = ["subject", "type", "issuer", "provider", "item", "status"]
"""Columns with few values, or with the same one row after row."""
_PUBLISHED: Final = [StatementType.CATALOGUE_PUBLISHED.value, StatementType.RULES_PUBLISHED.value]


class _When(msgspec.Struct):
    """When an event was recorded, of its facts."""

    recorded_at: datetime


_WHEN: Final = msgspec.json.Decoder(_When)


def export_archive(ledger: Ledger, folder: Path, progress: Progress = lambda _done, _all: None) -> Manifest:
    """Write a ledger up to its latest checkpoint into a new folder: the tiles, and the history as Parquet.

    `progress` is told events of records, of entries. Raises `FolderExists`; `ArchiveUnsound` if the history table of
    the ledger is older than the checkpoint, or of another version.
    """
    with appearing_whole(folder) as beside:
        write_archive(DatabaseSource(ledger.reader, ledger.recorder, ledger.mapper), beside, with_openings=False)
        checkpoint = Checkpoint.parse((beside / "checkpoint").read_bytes())
        with ledger.recorder.engine.connect() as connection:  # one transaction: all files are of the same moment
            _require_history(connection, checkpoint.size)
            files = [
                _write_law(ledger.recorder, ledger.mapper, beside / PARQUET, checkpoint.size),
                _write_entries(connection, beside / PARQUET, checkpoint),
                *_write_history(connection, beside / PARQUET, checkpoint, progress),
            ]
        manifest = Manifest(
            format=FORMAT,
            history=HISTORY.version,
            origin=checkpoint.origin,
            size=checkpoint.size,
            root=checkpoint.root.hex(),
            checkpoint=checkpoint.raw.decode(),
            files=tuple(files),
        )
        _write_bytes(beside / PARQUET, MANIFEST, _json(manifest))
    return manifest


def _require_history(connection: sa.Connection, size: int) -> None:
    have = folded_size(connection, key_of(HISTORY))
    if have < size:
        message = (
            f"the history table reflects {have} entries, the checkpoint {size}: "
            "let the ledger be opened for writing once (kesu serve, kesu clock run), then export again"
        )
        raise ArchiveUnsound(message)


def _write_law(recorder: LedgerRecorder, mapper: RecordedMapper, folder: Path, size: int) -> ArchivedFile:
    """Every publication in the order of the log. Items and rules are public: their definitions may stand in files."""
    found = []
    for stored in recorder.select_notifications(None, size, stop=size, topics=_PUBLISHED):
        event = mapper.to_domain_event(stored)
        if isinstance(event.openings, Erased):
            continue  # as whoever reads the law in the ledger does
        match event.body:
            case (
                CataloguePublished(item=name, item_version=version) | RulesPublished(rules=name, rules_version=version)
            ):
                definition = event.openings["definition"].value
                found.append(Publication(event.facts.seq, StatementType(stored.topic), name, version, definition))
    _write_bytes(folder, LAW, _json(found))
    return _archived(folder, LAW, len(found))


def _write_entries(connection: sa.Connection, folder: Path, checkpoint: Checkpoint) -> ArchivedFile:
    query = f"SELECT position, topic, state FROM {schema.events.name} WHERE position <= ? ORDER BY position"  # noqa: S608
    stored = raw_rows(connection, query, (checkpoint.size,))
    with writing_parquet(folder / ENTRIES, ENTRY_COLUMNS, _notes(checkpoint), by=["seq"], alike=["type"]) as file:
        while part := list(islice(stored, ROW_GROUP)):
            file.write_rows((row[0] - 1, _WHEN.decode(row[2]).recorded_at, row[1]) for row in part)
    return _archived(folder, ENTRIES, file.rows)


def _write_history(
    connection: sa.Connection, folder: Path, checkpoint: Checkpoint, progress: Progress
) -> Iterator[ArchivedFile]:
    query = (
        f"SELECT subject, seq, said.record, gist, outcome FROM {schema.gists.name} AS said "  # noqa: S608
        f"JOIN {history_table().name} USING (subject, seq) WHERE seq < ? ORDER BY subject, seq"
    )
    stored, done = raw_rows(connection, query, (checkpoint.size,)), 0
    for bucket, events in groupby(stored, key=lambda row: bucket_of(row[0])):
        path, notes = history_path(bucket), _notes(checkpoint) | {"bucket": bucket}
        with writing_parquet(folder / path, HISTORY_COLUMNS, notes, by=["subject", "seq"], alike=_ALIKE) as file:
            while part := list(islice(events, ROW_GROUP)):
                file.write_rows(map(_history_row, part))
                done += len(part)
                progress(done, checkpoint.size)
        yield _archived(folder, path, file.rows)


def _history_row(row: Sequence[Any]) -> tuple[Any, ...]:
    """The columns of an event, in the order of `HISTORY_COLUMNS`."""
    subject, seq, record, gist_bytes, outcome_bytes = row
    gist, outcome = GISTS.decode(gist_bytes), OUTCOMES.decode(outcome_bytes)
    return (
        subject,
        seq,
        record,
        type(gist.body).__struct_config__.tag,
        gist.recorded_on,
        gist.on,
        gist.issuer,
        gist.erased,
        outcome.issuer or None,
        outcome.item or None,
        outcome.item_version or None,
        outcome.status.value,
        outcome.disclosed,
        outcome.in_force,
        outcome.effective_on,
        outcome.ended_on,
        gist_bytes,
        outcome_bytes,
    )


def _notes(checkpoint: Checkpoint) -> dict[str, str]:
    """What every file says of itself."""
    return {"origin": checkpoint.origin, "size": str(checkpoint.size), "checkpoint": checkpoint.raw.decode()}


def _json(value: object) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _write_bytes(folder: Path, path: str, data: bytes) -> None:
    folder.mkdir(exist_ok=True)
    with (folder / path).open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _archived(folder: Path, path: str, rows: int) -> ArchivedFile:
    with (folder / path).open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return ArchivedFile(path, rows, (folder / path).stat().st_size, digest)
