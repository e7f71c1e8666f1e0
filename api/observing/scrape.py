"""What is measured at the moment it is asked for: a few indexed queries in one read transaction, and the machine."""

from __future__ import annotations

import resource
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from api.observing.events import dropped_lines
from api.observing.exposition import Counter, exposition, gauge
from api.observing.watch import Watch
from ledger.backup import free_bytes
from ledger.sequencer import MAX_WAITING
from ledger.service import WritableLedger
from ledger.store import deadlines, gists, links, schema
from projections.tables.keeping import TABLES, key_of

_MOST_OVERDUE: Final = 10_000
"""Counted no further: where so many are open nobody needs the number, and counting a million would take a second."""

_PROJECTIONS: Final = {
    deadlines.NAME: "deadlines",
    links.NAME: "links",
    gists.NAME: "gists",
    **{key_of(table): table.name for table in TABLES},
}
"""Those of this version, by the key of their position."""

_COLUMN: Final = schema.deadlines.c
_OVERDUE: Final = sa.select(sa.func.count()).select_from(
    sa.select(_COLUMN.since)
    .where(
        _COLUMN.settled.is_(False),
        _COLUMN.provisional.is_(False),
        _COLUMN.day < sa.bindparam("today"),
        _COLUMN.done_on.is_(None),
    )
    .limit(_MOST_OVERDUE)
    .subquery()
)
_PUBLISHED: Final = sa.select(sa.func.max(schema.checkpoints.c.size))
_HEAD: Final = sa.select(schema.head.c.size, schema.head.c.recorded_at)
_FOLDED: Final = sa.select(schema.folded.c.name, schema.folded.c.size)


def scrape(ledger: WritableLedger, watch: Watch) -> bytes:
    """All measurements of a server, as Prometheus reads them."""
    return exposition((*watch.tallies.lines(), *_inbox(ledger), *_stored(ledger), *_clock(watch), *_machine(ledger)))


def _inbox(ledger: WritableLedger) -> Iterator[str]:
    sequencer = ledger.sequencer
    yield from gauge("kesu_inbox_statements", "Statements that wait for the sequencer.", sequencer.waiting)
    yield from gauge("kesu_inbox_statements_max", "Statements that may wait; more are told to try again.", MAX_WAITING)
    yield from gauge("kesu_sequencer_working", "1 while statements are taken.", int(sequencer.working))


def _stored(ledger: WritableLedger) -> Iterator[str]:
    with ledger.recorder.engine.connect() as connection:
        head = connection.execute(_HEAD).one()
        published = connection.scalar(_PUBLISHED) or 0
        sizes = {row.name: row.size for row in connection.execute(_FOLDED)}
        overdue = connection.scalar(_OVERDUE, {"today": ledger.sequencer.today.isoformat()}) or 0
    yield from gauge("kesu_log_entries", "Entries in the log.", head.size)
    yield from gauge("kesu_checkpoint_entries", "Entries under the latest published checkpoint.", published)
    if head.recorded_at:
        age = max(0.0, (datetime.now(UTC) - datetime.fromisoformat(head.recorded_at)).total_seconds())
        about = "Since the last entry was recorded: the age of the checkpoint, unless it covers fewer entries."
        yield from gauge("kesu_checkpoint_age_seconds", about, round(age, 3))
    lag = {name: head.size - sizes.get(key, 0) for key, name in _PROJECTIONS.items()}
    yield from gauge("kesu_projection_lag_entries", "Entries that a table of the read side lacks.", lag, "projection")
    about = f"Deadlines that are over, not kept and not yet said to be missed; {_MOST_OVERDUE} at the most."
    yield from gauge("kesu_deadlines_overdue", about, overdue)


def _clock(watch: Watch) -> Iterator[str]:
    if watch.last_clock_run is not None:
        about = "When the ledger's clock last looked at everything, in seconds since 1970."
        yield from gauge("kesu_clock_last_run_timestamp_seconds", about, round(watch.last_clock_run, 3))


def _machine(ledger: WritableLedger) -> Iterator[str]:
    yield from gauge("kesu_disk_free_bytes", "Free where the ledger is.", free_bytes(ledger.home.folder))
    yield from gauge("process_resident_memory_bytes", "Resident memory size in bytes.", resident_bytes())
    dropped = Counter("kesu_log_lines_dropped_total", "Lines that nobody read in time on standard error.")
    dropped.add(by=dropped_lines())
    yield from dropped.lines()


def resident_bytes() -> int:
    """The memory that this process has in use; where the system does not tell, the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
    return pages * resource.getpagesize()
