"""Replaying a range of subjects: from the outcomes that stand beside the events, or by folding the events again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

from projections.replay.known import Unsorted, fold_subjects
from projections.replay.standing import Moment, Standing, standing, standing_after
from projections.tables.history import OUTCOMES


def replay_outcomes(rows: Iterable[Sequence[Any]], on: date) -> Iterator[Standing]:
    """Each record as its last event left it, on a day after all of them; in the order of (subject, first entry).

    Rows are subject, number, record and outcome, in the order of (subject, seq); raises `Unsorted`.
    """
    return chain.from_iterable(subjects_by_outcomes(rows, on))


def subjects_by_outcomes(rows: Iterable[Sequence[Any]], on: date) -> Iterator[list[Standing]]:
    """The same, the records of one subject at a time; a subject without any is left out."""
    current, last = "", -1
    seqs: dict[bytes, list[int]] = {}
    blobs: dict[bytes, bytes] = {}
    for subject, seq, record, blob in rows:
        if subject != current:
            if subject < current:
                raise Unsorted(f"subject {subject} comes after {current}")
            if blobs and (found := _stand(current, blobs, seqs, on)):
                yield found
            current, seqs, blobs = subject, {}, {}
        elif seq <= last:
            raise Unsorted(f"entry {seq} comes after entry {last}")
        last = seq
        if record in blobs:
            seqs[record].append(seq)
        else:
            seqs[record] = [seq]
        blobs[record] = blob
    if blobs and (found := _stand(current, blobs, seqs, on)):
        yield found


def _stand(subject: str, blobs: Mapping[bytes, bytes], seqs: Mapping[bytes, list[int]], on: date) -> list[Standing]:
    decode = OUTCOMES.decode
    found = [standing_after(subject, record, decode(blob), seqs[record], on) for record, blob in blobs.items()]
    return [each for each in found if each is not None]


def replay_events(rows: Iterable[Sequence[Any]], moment: Moment, size: int | None = None) -> Iterator[Standing]:
    """The same by folding the events among the first `size` entries, for any day.

    Rows are subject, number, record and gist, in the order of (subject, seq); raises `Unsorted`.
    """
    return chain.from_iterable(subjects_by_events(rows, moment, size))


def subjects_by_events(
    rows: Iterable[Sequence[Any]], moment: Moment, size: int | None = None
) -> Iterator[list[Standing]]:
    """The same, the records of one subject at a time; a subject without any is left out."""
    for _subject, records in fold_subjects(rows, size):
        found = [each for known in records if (each := standing(known, moment)) is not None]
        if found:
            yield found
