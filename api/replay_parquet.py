"""Rows of a replay as Parquet: each process hands its part on as Arrow, one file takes them all.

Apart from the other formats because importing pyarrow takes longer than most replays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, BinaryIO, Final

import pyarrow as pa
import pyarrow.parquet as pq

from api.replay_rows import COLUMNS, STATUS_ZH
from projections.archive.layout import STANDING_COLUMNS
from projections.replay.standing import Standing

SCHEMA: Final = STANDING_COLUMNS.append(pa.field("status_zh", pa.string(), nullable=False))
_AT_ONCE: Final = 50_000
"""Rows in one batch, of which the processes hold one each."""


class ParquetFile:
    """A Parquet file that is written part by part."""

    def __init__(self, out: BinaryIO) -> None:
        """`out` stays open."""
        self._writer = pq.ParquetWriter(out, SCHEMA, compression="zstd")

    def write(self, part: bytes) -> None:
        """Take in what `arrow_rows` gave."""
        table = pa.ipc.open_stream(part).read_all()
        if table.num_rows:
            self._writer.write_table(table)

    def close(self) -> None:
        """Write the footer, without which the file cannot be read."""
        self._writer.close()


def arrow_rows(rows: Iterable[Standing]) -> bytes:
    """The rows as an Arrow stream."""
    sink, remaining = pa.BufferOutputStream(), iter(rows)
    with pa.ipc.new_stream(sink, SCHEMA) as stream:
        while page := list(islice(remaining, _AT_ONCE)):
            stream.write_batch(pa.record_batch([*_columns(page)], schema=SCHEMA))
    written: bytes = sink.getvalue().to_pybytes()
    return written


@contextmanager
def parquet_file(out: BinaryIO) -> Iterator[ParquetFile]:
    """The file, with its footer in the end."""
    file = ParquetFile(out)
    try:
        yield file
    finally:
        file.close()


def _columns(page: Sequence[Standing]) -> Iterator[Any]:
    for name in COLUMNS[:-1]:
        cells = [getattr(row, name) for row in page]
        yield pa.array([str(cell) for cell in cells] if name == "status" else cells, SCHEMA.field(name).type)
    yield pa.array([STATUS_ZH[row.status] for row in page], pa.string())
