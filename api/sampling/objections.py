"""异议、复核 (objections, reviews): raised, forwarded, extended, resolved, delivered; most steps in time, some not."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from api.sampling.case import Case, Course, Dossier
from api.sampling.cast import Bureau, Office
from api.sampling.records import abolish, correct, revoke
from ledger.rulebook.objection import ObjectionClock
from ledger.vocabulary import ObjectionOutcome, Origin
from verify.statement_type import StatementType

_BASIS: Final = "京政办发〔2020〕27号分工表第5项"
_CLAIMS: Final = (
    "处罚金额与决定书不符",
    "本主体不是该决定的当事人",
    "决定书文号有误",
    "该信息已过期",
    "法定代表人姓名有误",
)


class Ending(Enum):
    """How an objection ends."""

    CORRECTED = auto()
    CHANGED = auto()
    REVOKED = auto()
    UPHELD = auto()
    REVIEWED = auto()
    """Upheld, and upheld again after a review."""
    REVIEWED_AND_CORRECTED = auto()
    LEFT_LYING = auto()
    """Nobody deals with it."""


_ENDINGS: Final = (
    (40, Ending.CORRECTED),
    (3, Ending.CHANGED),
    (10, Ending.REVOKED),
    (33, Ending.UPHELD),
    (8, Ending.REVIEWED),
    (4, Ending.REVIEWED_AND_CORRECTED),
    (2, Ending.LEFT_LYING),
)


def object_to(
    case: Case, dossier: Dossier, ending: Ending | None = None, *, extended: bool | None = None
) -> Course[None]:
    """An objection from beginning to end."""
    ending = ending or case.dice.weighed(_ENDINGS)
    objection = case.new_id()
    about = {"objection": objection, "record": dossier.id}
    platform = case.world.cast.platform
    own = yield from _raise(case, dossier, about)
    if not own:
        yield case.within(1, late=7)
        values = case.act(_BASIS, "转信息提供单位核实")
        yield case.say(StatementType.OBJECTION_FORWARDED, platform, about, values)
    if ending is Ending.LEFT_LYING:
        return
    verify = _limit(case, ObjectionClock.VERIFY)
    if case.dice.percent(10) if extended is None else extended:
        yield from _extend(case, dossier, about, verify)
        yield case.working(verify + 3, 15)
    else:
        yield case.within(verify, late=9)
    outcome = yield from _do(case, dossier, objection, ending)
    values = case.act(_BASIS, _reason(outcome), outcome=outcome.value, unit=_unit(dossier.office))
    yield case.say(StatementType.OBJECTION_RESOLVED, dossier.office, about, values)
    yield from _deliver(case, dossier, about)
    if ending in {Ending.REVIEWED, Ending.REVIEWED_AND_CORRECTED}:
        yield from _review(case, dossier, objection, ending)


def _raise(case: Case, dossier: Dossier, about: dict[str, str]) -> Course[bool]:
    """Through the platform, another office, or the providing unit, which then has it already."""
    platform, others = case.world.cast.platform, case.world.office(Bureau.CREDIT)
    by, origin = case.dice.weighed(
        (
            (60, (platform, Origin.SUBJECT)),
            (12, (others, Origin.SUBJECT)),
            (12, (others, Origin.DEPARTMENT)),
            (16, (dossier.office, Origin.SUBJECT)),
        )
    )
    own = by is dossier.office
    values = case.plea(case.dice.pick(_CLAIMS), at_once=own, origin=origin.value)
    yield case.say(StatementType.OBJECTION_RAISED, by, about, values)
    return own


def _extend(case: Case, dossier: Dossier, about: dict[str, str], verify: int) -> Course[None]:
    """延长核实: before the period ends, and once."""
    yield case.working(1, verify - 2)
    days = case.dice.between(verify + 5, verify + 15)
    values = case.act(_BASIS, "需向原办案人员调取案卷，不能按期核实", to_working_days=days)
    yield case.say(StatementType.OBJECTION_EXTENDED, dossier.office, about, values)


def _do(case: Case, dossier: Dossier, objection: str, ending: Ending) -> Course[ObjectionOutcome]:
    """Carry out what was found, before it is said."""
    match ending:
        case Ending.CORRECTED:
            yield from correct(case, dossier, "经核实，录入有误", objection=objection)
            outcome = ObjectionOutcome.CORRECTED
        case Ending.CHANGED:
            yield from abolish(case, dossier, "经核实，该决定已不再有效", objection=objection)
            outcome = ObjectionOutcome.CORRECTED
        case Ending.REVOKED:
            yield from revoke(case, dossier, "经核实，不应归集到该主体名下", objection=objection)
            outcome = ObjectionOutcome.REVOKED
        case _:
            return ObjectionOutcome.UPHELD
    yield case.soon()
    return outcome


def _deliver(case: Case, dossier: Dossier, about: dict[str, str]) -> Course[None]:
    yield case.within(_limit(case, ObjectionClock.ACT), late=6)
    by = case.world.cast.platform if case.dice.percent(45) else dossier.office
    yield case.say(StatementType.OBJECTION_DELIVERED, by, about, case.act(_BASIS, "电子送达异议处理结果"))


def _review(case: Case, dossier: Dossier, objection: str, ending: Ending) -> Course[None]:
    """申请复核: once, of an outcome that left the record as it was."""
    about = {"objection": objection, "record": dossier.id}
    yield case.after(2, 25)
    by = case.world.cast.platform if case.dice.percent(80) else dossier.office
    yield case.say(StatementType.REVIEW_REQUESTED, by, about, case.plea("对异议处理结果不服，申请复核"))
    yield case.within(_limit(case, ObjectionClock.REVIEW), late=8)
    outcome = ObjectionOutcome.UPHELD
    if ending is Ending.REVIEWED_AND_CORRECTED:
        yield from correct(case, dossier, "经复核，录入有误", objection=objection)
        yield case.soon()
        outcome = ObjectionOutcome.CORRECTED
    values = case.act(_BASIS, _reason(outcome), outcome=outcome.value, unit=_unit(dossier.office))
    yield case.say(StatementType.REVIEW_DECIDED, dossier.office, about, values)
    yield from _deliver(case, dossier, about)


def _limit(case: Case, clock: ObjectionClock) -> int:
    """Working days that the shipped rules give."""
    return case.world.law.objections.term(clock).working_days


def _unit(office: Office) -> str:
    return f"{office.name}执法总队"


def _reason(outcome: ObjectionOutcome) -> str:
    return "经核实，信息无误，予以维持" if outcome is ObjectionOutcome.UPHELD else "经核实，异议成立，已经处理"
