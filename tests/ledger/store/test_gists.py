"""Gists as rows: written with their events, made anew, on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from ledger.store.folded import folded_size
from ledger.store.gists import NAME, Chapter, gists_size, write_gists
from ledger.store.links import Links, write_links
from ledger.store.recorder import LedgerRecorder
from ledger.store.schema import gists
from ledger.store.sqlite import as_writer

FIRST = [Chapter("B" * 32, 0, bytes(16), b"one"), Chapter("A" * 32, 1, bytes([1]) * 16, b"two\x00\xff")]


def stored(engine: sa.Engine) -> tuple[int, list[Chapter]]:
    """How far the gists are, and all of them by subject."""
    with engine.connect() as connection:
        rows = connection.execute(sa.select(gists).order_by(gists.c.subject, gists.c.seq))
        return gists_size(connection), [Chapter(*row) for row in rows]


def test_a_new_ledger_has_no_gists(engine: sa.Engine) -> None:
    """And none are missing."""
    assert stored(engine) == (0, [])


def test_gists_are_written_byte_for_byte_and_laid_out_by_subject(engine: sa.Engine) -> None:
    """With the size of the log that they reach."""
    with as_writer(engine).begin() as connection:
        write_gists(connection, FIRST, 2)
    assert stored(engine) == (2, [FIRST[1], FIRST[0]])


def test_gists_are_gone_on_with_or_made_anew(engine: sa.Engine) -> None:
    """Page by page, each with the size that it reaches."""
    recorder, more = LedgerRecorder(engine), Chapter("A" * 32, 3, bytes(16), b"more")
    recorder.refold_gists([(FIRST, 2)], anew=True)
    recorder.refold_gists([([], 3), ([more], 4)], anew=False)
    assert stored(engine) == (4, [FIRST[1], more, FIRST[0]])

    recorder.refold_gists([([more], 4)], anew=True)
    assert stored(engine) == (4, [more])


def test_what_failed_half_way_leaves_nothing(engine: sa.Engine) -> None:
    """Neither rows nor a size."""
    with pytest.raises(sa.exc.IntegrityError), as_writer(engine).begin() as connection:
        write_gists(connection, [*FIRST, FIRST[0]], 3)
    assert stored(engine) == (0, [])


def test_positions_of_several_projections_stand_beside_each_other(engine: sa.Engine) -> None:
    """Each under its own name."""
    with as_writer(engine).begin() as connection:
        write_gists(connection, FIRST, 2)
        write_links(connection, {}, 3)
    with engine.connect() as connection:
        reached = folded_size(connection, NAME)
    assert (reached, Links(engine).folded_size()) == (2, 3)
