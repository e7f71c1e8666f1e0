"""信用修复 (repair): applied for when the conditions are met, and granted, refused, declined, left lying, or abused."""

from __future__ import annotations

from datetime import date
from enum import Enum, auto
from typing import Final

from api.sampling.case import Case, Course, Dossier, Say, Values
from api.sampling.days import DAY, working_days_after
from api.sampling.publicity import order_on, stands
from ledger.domain.publicity import facts_of
from ledger.particulars import read_publicity
from ledger.rulebook.publicity import NotInForce, publicity_of
from ledger.rulebook.publicity_rules import PublicityRules
from ledger.rulebook.repair import Abuse, AbuseKind, RepairRules, bar_after, rules_on
from verify.statement_type import StatementType

_SUPPLEMENTARY: Final = ("参加社区志愿服务20小时", "参加信用修复培训", "向测试慈善机构捐助")


_MARGIN: Final = 3
"""Working days before its end at which a period is extended at the latest: the ledger may not know next year yet."""


class Ending(Enum):
    """How an application ends."""

    GRANTED = auto()
    REFUSED = auto()
    REFUSED_ONCE = auto()
    """Refused, applied for again, and granted."""
    DECLINED = auto()
    LEFT_LYING = auto()
    ABUSED = auto()
    """Granted, and revoked when the abuse was found."""


_ENDINGS: Final = (
    (74, Ending.GRANTED),
    (8, Ending.REFUSED),
    (5, Ending.REFUSED_ONCE),
    (7, Ending.DECLINED),
    (2, Ending.LEFT_LYING),
    (4, Ending.ABUSED),
)


def repair(
    case: Case, dossier: Dossier, ending: Ending | None = None, *, extended: bool | None = None, haste: bool = False
) -> Course[None]:
    """An application from the first day on which it may be made, or (without `haste`) a while later, to its end."""
    ending = ending or case.dice.weighed(_ENDINGS)
    if ending is Ending.ABUSED and dossier.standard is not None and not dossier.standard.restorable:
        ending = Ending.GRANTED
    begins = min(rules.effective_from for rules in case.world.law.book.of(RepairRules))
    first = _earliest(case, dossier, max(begins, case.today))
    if first is None:
        return
    yield case.on(max(first, begins, case.today) + case.dice.between(0, 3 if haste else 60) * DAY)
    if not _may_apply(case, dossier):
        return
    granted = yield from _application(case, dossier, ending, extended=extended)
    if ending is Ending.REFUSED_ONCE:
        yield case.after(20, 120)
        if _may_apply(case, dossier):
            granted = yield from _application(case, dossier, Ending.GRANTED)
    if granted and ending is Ending.ABUSED:
        yield case.after(10, 20 if haste else 120)
        yield from _revoke(case, dossier, granted)


def _application(case: Case, dossier: Dossier, ending: Ending, *, extended: bool | None = None) -> Course[str | None]:
    """One application; gives its id if it was granted."""
    rules = _rules(case, case.today)
    if rules is None:
        return None
    repair_id = case.new_id()
    extensible_until = working_days_after(case.today, rules.clocks.decide - _MARGIN)
    about: Values = {**dossier.about, "repair": repair_id}
    by_unit = case.dice.percent(30)
    by = dossier.office if by_unit else case.world.cast.platform
    yield case.say(StatementType.REPAIR_APPLIED, by, *_applied(case, rules, about))
    if not by_unit:
        yield case.within(rules.clocks.push, late=6)
        values = case.act(order_on(case.today), "推送认定单位办理")
        yield case.say(StatementType.REPAIR_FORWARDED, case.world.cast.platform, about, values)
    if ending is Ending.LEFT_LYING:
        return None
    yield case.within(rules.clocks.accept, late=6)
    if ending is Ending.DECLINED:
        yield _step(case, dossier, StatementType.REPAIR_DECLINED, about, "提交的材料不属于本单位认定的信息")
        return None
    yield _step(case, dossier, StatementType.REPAIR_ACCEPTED, about, "材料齐全，予以受理")
    if rules.clocks.extension is not None and (case.dice.percent(12) if extended is None else extended):
        yield case.working(1, 2)
        if case.today <= extensible_until:
            yield _step(case, dossier, StatementType.REPAIR_EXTENDED, about, "案情复杂，需要现场核查")
            yield case.working(4, 8)
    yield case.working(0, 2)
    yield _step(case, dossier, StatementType.REPAIR_VERIFIED, about, "已核查义务履行情况和信用承诺")
    yield case.within(2, late=5)
    if ending in {Ending.REFUSED, Ending.REFUSED_ONCE}:
        yield _step(case, dossier, StatementType.REPAIR_REFUSED, about, "义务尚未完全履行")
        return None
    dossier.ended = True
    yield _step(case, dossier, StatementType.REPAIR_GRANTED, about, "符合修复条件，准予修复")
    return repair_id


def _revoke(case: Case, dossier: Dossier, repair_id: str) -> Course[None]:
    """撤销修复: the record stands again, and the subject is barred."""
    kind = case.dice.pick(list(AbuseKind))
    about: Values = {**dossier.about, "repair": repair_id}
    values = case.act(order_on(case.today), "发现修复申请存在弄虚作假", at_once=True, abuse=kind.value)
    rules = _rules(case, case.today)
    if rules is None:
        return
    until = bar_after(rules, Abuse(kind, case.today)).until
    case.world.bar(dossier.subject.code, until, case.today)
    dossier.ended = False
    yield case.say(StatementType.REPAIR_REVOKED, dossier.office, about, values)


def _applied(case: Case, rules: RepairRules, about: Values) -> tuple[Values, Values]:
    """`about` and values of an application made today."""
    corrected = case.today - case.dice.between(5, 60) * DAY
    performed = corrected + case.dice.between(0, 4) * DAY
    facts: Values = {
        "corrected_on": corrected.isoformat(),
        "performed_on": performed.isoformat(),
        "committed_on": case.today.isoformat(),
        "other": [],
        "supplementary": [case.dice.pick(_SUPPLEMENTARY)] if case.dice.percent(30) else [],
    }
    named = {**about, "rules": case.world.law.reference(f"repair/{rules.name}")}
    values = case.act(order_on(case.today), "已纠正失信行为并履行义务，申请信用修复", at_once=True, facts=facts)
    return named, values


def _step(case: Case, dossier: Dossier, kind: StatementType, about: Values, reason: str) -> Say:
    return case.say(kind, dossier.office, about, case.act(order_on(case.today), reason))


def _may_apply(case: Case, dossier: Dossier) -> bool:
    """Say whether the record stands, its shortest period is over today, and the subject is not barred."""
    first = _earliest(case, dossier, case.today)
    barred = case.world.bars.get(dossier.subject.code)
    return stands(case, dossier) and first is not None and first <= case.today and (not barred or barred < case.today)


def _earliest(case: Case, dossier: Dossier, day: date) -> date | None:
    """The last day of the shortest period, by the rules of a day; None where no class was given or nothing is known."""
    rules = _rules(case, day)
    if rules is None:
        return None
    if dossier.period is not None:
        return dossier.period.earliest_removal or dossier.decided_on
    if dossier.terms is None:
        return None
    named = [each for each in case.world.law.book.of(PublicityRules) if each.name == rules.publicity]
    facts = facts_of(read_publicity({**dossier.terms, "chosen_end": None}), dossier.item, dossier.decided_on)
    return publicity_of(max(named, key=lambda each: each.version), facts).earliest_repair_on


def _rules(case: Case, day: date) -> RepairRules | None:
    try:
        return rules_on(case.world.law.book.of(RepairRules), day)
    except NotInForce:
        return None
