"""Writing one Parquet file, row group by row group, durably."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


class RowGroups:
    """A file that is being written."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self.rows = 0

    def write(self, batch: pa.RecordBatch) -> None:
        """Write a batch as one row group."""
        self._writer.write_batch(batch)
        self.rows += batch.num_rows

    def write_rows(self, rows: Iterable[Sequence[Any]]) -> None:
        """Write rows, which are one row group; none write nothing."""
        self.write(batch_of(rows, self._schema))


@contextmanager
def writing_parquet(
    path: Path, schema: pa.Schema, notes: Mapping[str, str], *, by: Sequence[str], alike: Sequence[str]
) -> Iterator[RowGroups]:
    """A new file, sorted by some columns, as its writer promises; `alike` are those of few values.

    `notes` and the number of rows stand in its metadata. What is written is on the disk when this ends.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    plain = {field.name for field in schema if not pa.types.is_binary(field.type)}
    with path.open("xb") as file:
        with pq.ParquetWriter(
            file,
            schema,
            compression="zstd",
            use_dictionary=list(alike),
            write_statistics=[name for name in schema.names if name in plain],
            sorting_columns=pq.SortingColumn.from_ordering(schema, [(name, "ascending") for name in by]),
        ) as writer:
            groups = RowGroups(writer, schema)
            yield groups
            writer.add_key_value_metadata({**notes, "rows": str(groups.rows)})
        file.flush()
        os.fsync(file.fileno())


def batch_of(rows: Iterable[Sequence[Any]], schema: pa.Schema) -> pa.RecordBatch:
    """Rows as a batch."""
    columns = list(zip(*rows, strict=True)) or [()] * len(schema)
    arrays = [pa.array(column, type=field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=schema)
