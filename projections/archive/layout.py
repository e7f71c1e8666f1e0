"""What lies where in an archive, and the columns of its files (docs/archive.md).

checkpoint, tile/                        the log in tlog-tiles layout, for `kesu verify`
parquet/MANIFEST.json                    what the rest is of, and the digest of every file
parquet/law.json                         every published catalogue item and rule, in the order of the log
parquet/entries.parquet                  when each entry was recorded, and its type
parquet/history/bucket=A/part-0.parquet  every event of a record, by the first character of its subject's handle
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pyarrow as pa

from ledger.errors import LedgerError
from projections.replay.standing import Standing
from verify.statement_type import StatementType

PARQUET: Final = "parquet"
"""The folder beside the tiles; an audit of the log does not look into it."""

FORMAT: Final = 1
"""Counts up when an archive of this version can no longer be read as before."""

MANIFEST: Final = "MANIFEST.json"
LAW: Final = "law.json"
ENTRIES: Final = "entries.parquet"

_WORD: Final = pa.dictionary(pa.int32(), pa.string())

HISTORY_COLUMNS: Final = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("record", pa.binary(16), nullable=False),
        pa.field("type", _WORD, nullable=False),
        pa.field("recorded_on", pa.date32(), nullable=False),
        pa.field("done_on", pa.date32(), nullable=False),
        pa.field("issuer", _WORD, nullable=False),
        pa.field("erased", pa.bool_(), nullable=False),
        pa.field("provider", _WORD),
        pa.field("item", _WORD),
        pa.field("item_version", pa.int64()),
        pa.field("status", _WORD, nullable=False),
        pa.field("disclosed", pa.bool_(), nullable=False),
        pa.field("in_force", pa.bool_(), nullable=False),
        pa.field("effective_on", pa.date32()),
        pa.field("ended_on", pa.date32()),
        pa.field("gist", pa.binary(), nullable=False),
        pa.field("outcome", pa.binary(), nullable=False),
    ]
)
"""A row an event, in the order of (subject, seq). What stands after `erased` is of the record as the event left it."""

ENTRY_COLUMNS: Final = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        pa.field("recorded_at", pa.timestamp("us", "UTC"), nullable=False),
        pa.field("type", _WORD, nullable=False),
    ]
)

STANDING_COLUMNS: Final = pa.schema(
    [
        pa.field("subject", pa.string(), nullable=False),
        pa.field("record", pa.string(), nullable=False),
        pa.field("issuer", pa.string(), nullable=False),
        pa.field("item", pa.string(), nullable=False),
        pa.field("item_version", pa.int64(), nullable=False),
        pa.field("status", pa.string(), nullable=False),
        pa.field("shown", pa.bool_(), nullable=False),
        pa.field("in_force", pa.bool_(), nullable=False),
        pa.field("effective_on", pa.date32(), nullable=False),
        pa.field("ended_on", pa.date32()),
        pa.field("values_from", pa.int64()),
        pa.field("entries", pa.list_(pa.int64()), nullable=False),
    ]
)
"""The answer, a row a record: see `Standing`."""

if STANDING_COLUMNS.names != list(Standing.__struct_fields__):  # pragma: no cover - for whoever changes one of the two
    raise AssertionError("STANDING_COLUMNS and Standing must name the same columns in the same order")


class ArchiveUnsound(LedgerError):
    """The archive is not whole, not what its manifest says, or of another version. It can be made again."""


class ArchivedFile(msgspec.Struct, frozen=True):
    """One file of the Parquet part."""

    path: str
    rows: int
    bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What an archive is of. It finds damage and mix-ups; against forgery stand the tiles and the state digest."""

    format: int
    history: int
    """Version of the table that the history was read from: gists and outcomes of another one mean something else."""
    origin: str
    size: int
    """Entries covered."""
    root: str
    """Of the tree of that size; hexadecimal."""
    checkpoint: str
    """The signed note."""
    files: tuple[ArchivedFile, ...]


class Publication(msgspec.Struct, frozen=True):
    """A version of a catalogue item or of a rule, as the log published it."""

    seq: int
    type: StatementType
    name: str
    version: int
    definition: Any
    """Plain JSON, as it was committed to."""


def bucket_of(subject: str) -> str:
    """In which bucket a subject lies: 32 of them, as handles are base32."""
    return subject[:1]


def history_path(bucket: str) -> str:
    """The file of a bucket; query engines read the folder's name as a column."""
    return f"history/bucket={bucket}/part-0.parquet"


def standings_path(bucket: str) -> str:
    """The file of a bucket in a written answer."""
    return f"bucket={bucket}/part-0.parquet"
