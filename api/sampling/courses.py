"""Which cases there are and what becomes of them, with their shares of a hundred or of a thousand."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from typing import Final, TypeAlias

from api.sampling.acts import ACTS, Written
from api.sampling.case import Case, Course, Dossier
from api.sampling.cast import Company, street_office
from api.sampling.conduct import CONDUCT, GOVERNMENT_BREACH
from api.sampling.days import DAY
from api.sampling.links import link
from api.sampling.listings import listing
from api.sampling.objections import object_to
from api.sampling.papers import decided, document, dossier, licence, penalty
from api.sampling.publicity import continue_by_sector, determine, publicity, stands
from api.sampling.records import abolish, correct, file, replace, revoke
from api.sampling.remedies import mask, seek_remedy
from api.sampling.repairs import repair
from ledger.catalogue_item import Nature

CaseCourse: TypeAlias = Callable[[Case], Course[None]]

_PAPERS: Final = {**ACTS, **CONDUCT}
_ORGANS: Final = 30
_STREETS: Final = 400
_CLASS_GIVEN: Final = ((85, (0, 4)), (15, (5, 25)))
"""Working days after the filing within which a class that was not given then is given."""


class Fate(Enum):
    """What becomes of a record once it is filed."""

    NOTHING = auto()
    CORRECTED = auto()
    REPLACED = auto()
    ABOLISHED = auto()
    REVOKED = auto()
    DISPUTED = auto()
    REMEDY = auto()
    MASKED = auto()
    REPAIRED = auto()
    DISPUTED_AND_REPAIRED = auto()
    DETERMINED_ANEW = auto()
    CONTINUED = auto()
    """Its longest period ends, and a rule of the sector shows it on."""


_OF_A_LICENCE: Final = (
    (850, Fate.NOTHING),
    (30, Fate.CORRECTED),
    (52, Fate.REPLACED),
    (24, Fate.ABOLISHED),
    (8, Fate.REVOKED),
    (30, Fate.DISPUTED),
    (6, Fate.REMEDY),
)
_OF_A_PENALTY: Final = (
    (486, Fate.NOTHING),
    (22, Fate.CORRECTED),
    (4, Fate.REPLACED),
    (8, Fate.REVOKED),
    (74, Fate.DISPUTED),
    (52, Fate.REMEDY),
    (18, Fate.MASKED),
    (270, Fate.REPAIRED),
    (18, Fate.DISPUTED_AND_REPAIRED),
    (36, Fate.DETERMINED_ANEW),
    (12, Fate.CONTINUED),
)
_OF_ANOTHER: Final = ((930, Fate.NOTHING), (34, Fate.CORRECTED), (10, Fate.REVOKED), (26, Fate.DISPUTED))


def licence_case(case: Case, fate: Fate | None = None) -> Course[None]:
    """行政许可."""
    record = licence(case)
    yield from file(case, record)
    yield from _follow(case, record, fate or case.dice.weighed(_OF_A_LICENCE))


def penalty_case(case: Case, fate: Fate | None = None) -> Course[None]:
    """行政处罚, its class given with the filing or later."""
    record = penalty(case)
    yield from file(case, record)
    yield from _classify(case, record)
    yield from _follow(case, record, fate or case.dice.weighed(_OF_A_PENALTY))


def other_case(case: Case) -> Course[None]:
    """A record of another item."""
    name = case.dice.weighed([(paper.weight, name) for name, paper in _PAPERS.items()])
    paper = _PAPERS[name]
    if name == GOVERNMENT_BREACH:
        number = case.dice.between(1, _ORGANS)
        case.company = Company(number, street_office(_STREETS + number), "", "")
    office, day = case.world.office(paper.bureau), decided(case)
    said = Written(office, document(case, office, paper.word, day), day, case.dice)
    record = dossier(case, name, office, day, paper.fields(said))
    yield from file(case, record)
    if record.item.nature is Nature.ADVERSE:
        yield from _classify(case, record)
    yield from _follow(case, record, case.dice.weighed(_OF_ANOTHER))


COURSES: Final[tuple[tuple[int, CaseCourse], ...]] = (
    (470, licence_case),
    (380, penalty_case),
    (110, other_case),
    (34, listing),
    (6, link),
)
"""Shares of a thousand cases."""


def _classify(case: Case, record: Dossier) -> Course[None]:
    """公示认定 of a record that was filed without a class."""
    if record.terms is None and case.dice.percent(96):
        yield case.working(*case.dice.weighed(_CLASS_GIVEN))
        yield from determine(case, record)


def _follow(case: Case, record: Dossier, fate: Fate) -> Course[None]:  # noqa: C901, PLR0912 - one case a fate
    match fate:
        case Fate.CORRECTED:
            yield case.after(2, 60)
            yield from correct(case, record, "自查发现录入有误")
        case Fate.REPLACED:
            yield case.after(60, 700)
            yield from replace(case, record, "依法作出新决定，代替原决定")
        case Fate.ABOLISHED:
            yield case.after(60, 700)
            yield from abolish(case, record, "被许可人申请注销")
        case Fate.REVOKED:
            yield case.after(10, 300)
            yield from revoke(case, record, "决定机关依法自行撤销")
        case Fate.DISPUTED:
            yield case.after(1, 120)
            yield from object_to(case, record)
        case Fate.REMEDY:
            yield case.after(5, 60)
            yield from seek_remedy(case, record)
        case Fate.MASKED:
            yield case.after(20, 150)
            yield from mask(case, record)
        case Fate.REPAIRED:
            yield from repair(case, record)
        case Fate.DISPUTED_AND_REPAIRED:
            yield case.after(1, 40)
            yield from object_to(case, record)
            if not record.ended:
                yield from repair(case, record)
        case Fate.DETERMINED_ANEW:
            yield case.after(10, 80)
            if stands(case, record):
                yield from determine(case, record)
        case Fate.CONTINUED:
            yield from _continue(case, record)
        case _:
            return


def _continue(case: Case, record: Dossier) -> Course[None]:
    """The unit sees that the longest period is about to end, and the obligations are unmet."""
    ends = publicity(case, record)
    if ends.ends_on is not None and ends.ends_on == ends.longest_on:
        yield case.on(ends.ends_on - 12 * DAY)
        if stands(case, record):
            yield from continue_by_sector(case, record)
