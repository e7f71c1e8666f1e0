"""Cases of which every sample has one, however small it is, if their days lie in it: the rarer ways to an end."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Final

from api.sampling.case import Case, Course
from api.sampling.courses import CaseCourse, Fate, licence_case, penalty_case
from api.sampling.links import link
from api.sampling.listings import Ending as Listing
from api.sampling.listings import listing
from api.sampling.objections import Ending as Objection
from api.sampling.objections import object_to
from api.sampling.papers import licence, penalty
from api.sampling.records import file
from api.sampling.remedies import mask, seek_remedy
from api.sampling.repairs import Ending as Repair
from api.sampling.repairs import repair
from api.sampling.rolls import ABNORMAL, ATTENTION, DEBTOR, TRUSTWORTHY
from ledger.rulebook.publicity import DishonestyClass
from ledger.vocabulary import LinkKind, MaskOutcome, RemedyOutcome


def _repaired(case: Case, ending: Repair, *, extended: bool | None = None) -> Course[None]:
    record = penalty(case)
    yield from file(case, record, DishonestyClass.ORDINARY)
    yield from repair(case, record, ending, extended=extended, haste=True)


def _disputed(case: Case, ending: Objection, *, extended: bool = False) -> Course[None]:
    record = licence(case)
    yield from file(case, record)
    yield case.working(8, 10)
    yield from object_to(case, record, ending, extended=extended)


def _masked(case: Case, outcome: MaskOutcome) -> Course[None]:
    record = penalty(case)
    yield from file(case, record, DishonestyClass.SERIOUS)
    yield case.after(20, 60)
    yield from mask(case, record, outcome)


def _remedied(case: Case, outcome: RemedyOutcome) -> Course[None]:
    record = penalty(case)
    yield from file(case, record, DishonestyClass.ORDINARY)
    yield case.after(10, 30)
    yield from seek_remedy(case, record, outcome)


SHOWCASES: Final[tuple[tuple[date, CaseCourse], ...]] = (
    (date(2022, 3, 7), partial(penalty_case, fate=Fate.DETERMINED_ANEW)),
    (date(2022, 4, 11), partial(_remedied, outcome=RemedyOutcome.ANNULLED)),
    (date(2022, 5, 16), partial(_remedied, outcome=RemedyOutcome.CHANGED)),
    (date(2022, 6, 6), partial(listing, name=ATTENTION, ending=Listing.LEFT)),
    (date(2022, 6, 13), partial(listing, name=ATTENTION, ending=Listing.DROPPED)),
    (date(2022, 6, 20), partial(listing, name=ATTENTION, ending=Listing.REMOVED)),
    (date(2022, 7, 4), partial(listing, name=ABNORMAL, ending=Listing.REMOVED)),
    (date(2022, 8, 1), partial(listing, name=TRUSTWORTHY, ending=Listing.LEFT)),
    # The bar of three years that follows from the abuse ends within the sample.
    (date(2022, 9, 5), partial(_repaired, ending=Repair.ABUSED)),
    (date(2022, 10, 10), partial(link, kind=LinkKind.CODE_CHANGED, separated=False)),
    (date(2022, 11, 7), partial(link, kind=LinkKind.MERGED, separated=True)),
    # Before the turn of the year, so that the next calendar finds a deadline that was counted without it.
    (date(2022, 12, 7), partial(_disputed, ending=Objection.UPHELD, extended=True)),
    (date(2023, 2, 6), partial(_disputed, ending=Objection.REVIEWED)),
    (date(2023, 3, 6), partial(_disputed, ending=Objection.REVIEWED_AND_CORRECTED)),
    (date(2023, 4, 3), partial(_disputed, ending=Objection.REVOKED)),
    (date(2023, 5, 8), partial(_masked, outcome=MaskOutcome.PERFORMED)),
    (date(2023, 6, 5), partial(_masked, outcome=MaskOutcome.FAILED)),
    (date(2023, 7, 3), partial(_repaired, ending=Repair.REFUSED_ONCE)),
    (date(2023, 8, 7), partial(_repaired, ending=Repair.DECLINED)),
    (date(2023, 9, 4), partial(listing, name=DEBTOR, ending=Listing.REPAIRED)),
    (date(2023, 10, 9), partial(licence_case, fate=Fate.REPLACED)),
    (date(2023, 12, 6), partial(_disputed, ending=Objection.CORRECTED, extended=True)),
    (date(2025, 12, 8), partial(listing, name=ATTENTION, ending=Listing.ESCALATED)),
    (date(2026, 4, 13), partial(_repaired, ending=Repair.GRANTED, extended=True)),
)
"""The day on which each begins."""
