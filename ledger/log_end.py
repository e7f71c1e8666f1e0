"""The end of the log as the tables have it: head row, last entries, latest checkpoint, and where they disagree."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa

from ledger.chain import Head
from ledger.errors import StoreUnsound
from ledger.founding import Founding, founding_of
from ledger.store import schema
from ledger.store.reader import LogReader
from verify.checkpoint import Checkpoint
from verify.entry import EntryHeader, split_entry
from verify.errors import EvidenceError, SourceMissing
from verify.strict import encode_base64


@dataclass(frozen=True, slots=True)
class LogEnd:
    """What is stored of the end of a log; `faults` are sentences, none where all of it agrees."""

    founding: Founding | None
    head: Head
    checkpoint: Checkpoint | None
    faults: tuple[str, ...]


def log_end(reader: LogReader) -> LogEnd:
    """Read the end of the log. Rows are only ever added, so that a writer may go on meanwhile."""
    faults: list[str] = []
    founding = checkpoint = None
    try:
        founding = founding_of(reader)
    except StoreUnsound as error:
        faults.append(str(error))
    head = _head(reader)
    if head is None:
        return LogEnd(founding, Head(), None, (*faults, "table head has no row"))
    faults.extend(_chain_faults(reader, head))
    try:
        checkpoint = Checkpoint.parse(reader.checkpoint())
        faults.extend(_checkpoint_faults(reader, checkpoint, head, founding))
    except SourceMissing:
        if head.size:
            faults.append(f"{head.size} entries, and no checkpoint was ever published")
    except EvidenceError as error:
        faults.append(f"latest checkpoint: {error}")
    return LogEnd(founding, head, checkpoint, tuple(faults))


def root_at(reader: LogReader, size: int) -> bytes | None:
    """Root of the tree of `size` entries as the stored tiles have it; None where they are not all there."""
    try:
        return reader.frontier(size).root()
    except EvidenceError:
        return None


def _head(reader: LogReader) -> Head | None:
    columns = schema.head.c
    with reader.engine.connect() as connection:
        row = connection.execute(sa.select(columns.size, columns.digest, columns.recorded_at)).first()
    return None if row is None else Head(row.size, bytes(row.digest), row.recorded_at)


def _chain_faults(reader: LogReader, head: Head) -> Iterator[str]:
    size = head.size
    entries = dict(reader.entries(max(0, size - 2), size))
    last, before = entries.get(size - 1), entries.get(size - 2)
    if size == 0:
        return
    if last is None or (size > 1 and before is None):
        yield f"table head says {size} entries, the last two are not both stored"
        return
    try:
        if Head.after(size - 1, last) != head:
            yield f"table head, of size {size}, is not that of entry {size - 1}"
        previous = EntryHeader.parse(split_entry(last)[0]).previous
    except EvidenceError as error:
        yield f"entry {size - 1}: {error}"
        return
    if before is not None and previous != hashlib.sha256(before).digest():
        yield f"entry {size - 1} is not chained to entry {size - 2}"
    with reader.engine.connect() as connection:
        events = connection.scalar(sa.select(schema.events.c.position).where(schema.events.c.position == size))
    if events is None:
        yield f"table events has no row of entry {size - 1}"


def _checkpoint_faults(
    reader: LogReader, checkpoint: Checkpoint, head: Head, founding: Founding | None
) -> Iterator[str]:
    if founding is not None:
        try:
            Checkpoint.open(checkpoint.raw, founding.log)
        except EvidenceError as error:
            yield f"latest checkpoint is not signed by the log key of entry 0: {error}"
    if checkpoint.size > head.size and checkpoint.size > reader.size():
        yield f"latest checkpoint is of size {checkpoint.size}, but {head.size} entries are stored"
        return
    root = root_at(reader, checkpoint.size)
    if root is None:
        yield f"the tiles of the {checkpoint.size} entries of the latest checkpoint are not all stored"
    elif root != checkpoint.root:
        yield (
            f"at size {checkpoint.size} the tiles have root {encode_base64(root)}, "
            f"the latest checkpoint {encode_base64(checkpoint.root)}"
        )
