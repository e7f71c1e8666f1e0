"""A year of two made-up companies: a correction, a repair, a removal and a period that ended, told day by day."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from ledger.home import LedgerHome
from tests.ledger.harness import OTHER_ENTERPRISE, Clock, Desk, put, randomness
from tests.ledger.linking import OLD, link
from tests.scenarios.conftest import FOUNDED
from tests.scenarios.office import Office
from tests.scenarios.papers import ABNORMAL, repair_facts
from tests.scenarios.procedures import apply_for_repair, begin_listing


@dataclass(frozen=True)
class Past:
    """The ledger, closed, and its records by what becomes of them."""

    desk: Desk
    records: dict[str, str]

    @property
    def folder(self) -> Path:
        """Its folder."""
        return self.desk.folder

    def name(self, record: str) -> str:
        """What a record is called here."""
        return {identifier: name for name, identifier in self.records.items()}[record]


def tell_past(founded: Path, folder: Path) -> Past:
    """The ledger after that year, on a copy of the one that was founded.

    2 March: penalties `repaired` and, under an old code, `linked`. 10 March: `repaired` is corrected. 1 April: the old
    code is linked; another company's penalty `expired`, which is shown for a year. 20 May: that company is `listed` as
    经营异常. 10 June: `repaired` is. 1 September: `listed` is removed. The ledger's clock is never run.
    """
    shutil.copytree(founded, folder)
    desk = Desk(folder, Clock(FOUNDED), randomness(4), randomness(5), LedgerHome(folder))
    records = {}
    with desk.open() as ledger:
        office = Office(desk, ledger, ledger.recorder.max_notification_id() or 0)
        office.on("2026-03-02")
        records["repaired"] = office.file_penalty()
        records["linked"] = office.file_penalty(subject=OLD)
        office.on("2026-03-10")
        office.correct(records["repaired"], "2026-03-02", CF_NR_FK=500_000)
        office.on("2026-04-01")
        put(ledger, link(desk, desk.new_id(), OLD, valid_until=None))
        records["expired"] = office.file_penalty(subject=OTHER_ENTERPRISE)
        listing = begin_listing(office, ABNORMAL, "annual-report-not-published", subject=OTHER_ENTERPRISE)
        records["listed"] = listing.record
        office.on("2026-05-20")
        listing.decide()
        office.on("2026-06-10")
        facts = repair_facts("2026-05-01", "2026-05-01", "2026-05-01")
        apply_for_repair(office, records["repaired"], facts).grant_in_all_steps()
        office.on("2026-09-01")
        listing.remove("early-repair")
        assert office.audit() == []
    return Past(desk, records)
