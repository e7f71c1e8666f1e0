"""Replaying a range of subjects: from the outcomes that stand beside the events, or by folding the events again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from projections.replay.known import Unsorted, fold_subjects
from projections.replay.standing import Moment, Standing, standing, standing_after
from projections.tables.history import OUTCOMES


def replay_outcomes(rows: Iterable[Sequence[Any]], on: date) -> Iterator[Standing]:
    """Each record as its last event left it, on a day after all of them; in the order of (subject, first entry).

    Rows are subject, number, record and outcome, in the order of (subject, seq); raises `Unsorted`.
    """
    decode = OUTCOMES.decode
    current, last = "", -1
    seqs: dict[bytes, list[int]] = {}
    blobs: dict[bytes, bytes] = {}
    for subject, seq, record, blob in rows:
        if subject != current:
            if subject < current:
                raise Unsorted(f"subject {subject} comes after {current}")
            for key, left in blobs.items():
                found = standing_after(current, key, decode(left), seqs[key], on)
                if found is not None:
                    yield found
            current, seqs, blobs = subject, {}, {}
        elif seq <= last:
            raise Unsorted(f"entry {seq} comes after entry {last}")
        last = seq
        blobs[record] = blob
        known = seqs.get(record)
        if known is None:
            seqs[record] = [seq]
        else:
            known.append(seq)
    for key, left in blobs.items():
        found = standing_after(current, key, decode(left), seqs[key], on)
        if found is not None:
            yield found


def replay_events(rows: Iterable[Sequence[Any]], moment: Moment, size: int | None = None) -> Iterator[Standing]:
    """The same by folding the events among the first `size` entries, for any day.

    Rows are subject, number, record and gist, in the order of (subject, seq); raises `Unsorted`.
    """
    for _subject, records in fold_subjects(rows, size):
        for known in records:
            found = standing(known, moment)
            if found is not None:
                yield found
