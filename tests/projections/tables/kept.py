"""An office whose ledger keeps the tables, or does not; and what then stands in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.opening import open_ledger
from ledger.home import LedgerHome
from ledger.service import open_for_writing
from ledger.store.sqlite import reading_engine
from projections.tables.keeping import TABLES
from tests.ledger.harness import Clock, Desk, publicity, query, randomness
from tests.scenarios.conftest import FOUNDED
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, PENALTY, SERIOUS, repair_facts
from tests.scenarios.procedures import apply_for_repair, begin_listing, raise_objection

Rows = dict[str, list[tuple[object, ...]]]
"""Of each table."""


def desk_in(founded: Path, folder: Path) -> Desk:
    """A ledger of its own in this folder; two of them draw the same ids and the same keys."""
    shutil.copytree(founded, folder)
    return Desk(folder, Clock(FOUNDED), randomness(36), randomness(58), LedgerHome(folder))


@contextmanager
def keeping(desk: Desk) -> Iterator[Office]:
    """The ledger open, as `kesu serve` opens it."""
    with open_ledger(desk.home, clock=desk.clock, random=desk.vault_random) as ledger:
        yield Office(desk, ledger, ledger.recorder.max_notification_id() or 0)


@contextmanager
def without_tables(desk: Desk) -> Iterator[Office]:
    """The ledger open, as a program opens it that knows nothing of tables."""
    with open_for_writing(desk.home, clock=desk.clock, random=desk.vault_random) as ledger:
        yield Office(desk, ledger, ledger.recorder.max_notification_id() or 0)


def rows_of(desk: Desk, suffix: str = "") -> Rows:
    """Everything that stands in the tables, of the names also the texts."""
    engine = reading_engine(desk.home.database)
    try:
        with engine.connect() as connection:
            rows = {table.name: [tuple(row) for row in table.rows(connection, suffix)] for table in TABLES}
    finally:
        engine.dispose()
    namings, names = f"subject_namings{suffix} AS said", f"subject_names{suffix} AS named ON name_id = id"
    columns = "said.handle, hex(stream), scheme, code, code_key, name, normal"
    said = f"SELECT {columns} FROM {namings} JOIN {names} ORDER BY 1, 2"  # noqa: S608
    return rows | {"texts": query(desk.home.database, said)}


def noted(desk: Desk) -> dict[object, object]:
    """How far each table is, by its name with its version."""
    kept = {table.name for table in TABLES}
    found = query(desk.home.database, "SELECT name, size FROM folded")
    return {name: size for name, size in found if str(name).partition("/")[0] in kept}


def size_of(desk: Desk) -> int:
    """Of the log."""
    ((size,),) = query(desk.home.database, "SELECT size FROM head")
    return int(str(size))


def tell_everything(office: Office) -> dict[str, str]:
    """Every procedure on records of one company, over half a year; gives the records by what happened to them."""
    office.on("2026-05-06")
    dropped = begin_listing(office, SERIOUS, "health-and-life")
    dropped.notify()
    office.on("2026-05-20")
    dropped.drop()
    records = {name: office.file_penalty() for name in ("plain", "objected", "repaired", "sued", "masked", "revoked")}
    records["stored"] = office.file(PENALTY, terms=publicity(None))
    listed = begin_listing(office, ABNORMAL, "annual-report-not-published")
    listed.decide()
    office.on("2026-06-01")
    complaint = raise_objection(office, records["objected"])
    complaint.forward()
    office.on("2026-06-03")
    complaint.resolve("upheld")
    office.on("2026-06-05")
    complaint.ask_for_review()
    remedy = office.open_remedy(records["sued"])
    mask = office.mask(records["masked"])
    office.on("2026-06-10")
    complaint.decide_review("upheld")
    complaint.deliver()
    office.close_remedy(records["sued"], remedy, "upheld")
    office.unmask(records["masked"], mask, "failed")
    office.revoke(records["revoked"])
    office.correct(records["plain"], "2026-05-18", CF_NR_FK=500_000)
    office.on("2026-08-20")
    repair = apply_for_repair(office, records["repaired"], repair_facts("2026-06-01", "2026-06-01", "2026-08-19"))
    repair.grant_in_all_steps()
    office.on("2026-11-02")
    repair.revoke("untrue-commitment")
    listed.remove("early-repair")
    return records | {"dropped": dropped.record, "listed": listed.record}
