"""What is known of each record of a subject: the fold that every replay and every table runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from ledger.domain.bodies import BRINGS_VALUES
from ledger.domain.evolve import advance
from ledger.domain.gist import Gist
from ledger.domain.state import CreditRecord
from ledger.store.gists import GISTS


class Known(msgspec.Struct, array_like=True, gc=False):
    """What is known of one record, and the entries that it is made of."""

    record: bytes
    state: CreditRecord
    values_from: int
    """The entry whose openings hold its values: the filing, or the last correction."""
    entries: list[int]


class Unsorted(ValueError):
    """Events do not come in the order of their subjects and numbers: a fold over them would be of something else."""


def take(known: Known | None, record: bytes, gist: Gist) -> Known:
    """Take in one event of the record; changes and gives back what was known, as nobody else holds it."""
    if known is None:
        return Known(record, advance(None, gist), gist.seq, [gist.seq])
    known.state = advance(known.state, gist)
    known.entries.append(gist.seq)
    if isinstance(gist.body, BRINGS_VALUES):
        known.values_from = gist.seq
    return known


def fold_subjects(chapters: Iterable[Sequence[Any]], size: int | None = None) -> Iterator[tuple[str, list[Known]]]:
    """Each subject with what is known of its records after the first `size` entries; one subject at a time in memory.

    Chapters are subject, number, record and gist, in the order of (subject, seq); raises `Unsorted`. Records come in
    the order in which they began. A subject of whom nothing was known yet is left out.
    """
    decode = GISTS.decode
    current, last = "", -1
    records: dict[bytes, Known] = {}
    for subject, seq, record, blob in chapters:
        if subject != current:
            if subject < current:
                raise Unsorted(f"subject {subject} comes after {current}")
            if records:
                yield current, list(records.values())
                records = {}
            current = subject
        elif seq <= last:
            raise Unsorted(f"entry {seq} comes after entry {last}")
        last = seq
        if size is None or seq < size:
            records[record] = take(records.get(record), record, decode(blob))
    if records:
        yield current, list(records.values())
