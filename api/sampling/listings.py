"""名单 (lists): notice, defence, decision by two, and how an entry ends. Each list in the way its standard says."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from api.sampling.case import Case, Course, Dossier, Values
from api.sampling.objections import object_to
from api.sampling.papers import NO_END, document, dossier
from api.sampling.publicity import stands
from api.sampling.records import revoke
from api.sampling.repairs import repair
from api.sampling.rolls import (
    ABNORMAL,
    ATTENTION,
    DEBTOR,
    LITIGATION,
    PROCUREMENT,
    ROLLS,
    SERIOUS,
    TRUSTWORTHY,
    Decision,
    Roll,
)
from ledger.catalogue_item import Nature
from ledger.rulebook.lists import ListStandard, Removal
from ledger.subjects import subject_value
from verify.statement_type import StatementType

_BASIS: Final = "国办发〔2020〕49号；《市场主体信用名单管理测试规定》"
_MONTHS_PROLONGED: Final = 12


class Ending(Enum):
    """How a list entry ends, but for those that expire by themselves."""

    LEFT = auto()
    """Left to its period, or to the duty that is never done."""
    DROPPED = auto()
    REMOVED = auto()
    ESCALATED = auto()
    """移出 for a place on the list of the seriously dishonest."""
    REPAIRED = auto()
    TAKEN_BACK = auto()
    DISPUTED = auto()


_SHARES: Final = (
    (42, ABNORMAL),
    (18, TRUSTWORTHY),
    (14, ATTENTION),
    (8, SERIOUS),
    (8, DEBTOR),
    (6, PROCUREMENT),
    (4, LITIGATION),
)
_ENDINGS: Final[Mapping[str, tuple[tuple[int, Ending], ...]]] = {
    ABNORMAL: (
        (28, Ending.LEFT),
        (56, Ending.REMOVED),
        (6, Ending.REPAIRED),
        (6, Ending.TAKEN_BACK),
        (4, Ending.DISPUTED),
    ),
    TRUSTWORTHY: ((90, Ending.LEFT), (8, Ending.REMOVED), (2, Ending.TAKEN_BACK)),
    ATTENTION: (
        (38, Ending.LEFT),
        (15, Ending.DROPPED),
        (30, Ending.REMOVED),
        (7, Ending.ESCALATED),
        (10, Ending.DISPUTED),
    ),
    SERIOUS: ((60, Ending.LEFT), (20, Ending.DROPPED), (10, Ending.DISPUTED), (10, Ending.TAKEN_BACK)),
    DEBTOR: ((55, Ending.LEFT), (38, Ending.REPAIRED), (7, Ending.DISPUTED)),
    PROCUREMENT: ((75, Ending.LEFT), (15, Ending.DROPPED), (10, Ending.TAKEN_BACK)),
    LITIGATION: ((90, Ending.LEFT), (10, Ending.TAKEN_BACK)),
}


def listing(case: Case, name: str | None = None, ending: Ending | None = None) -> Course[None]:
    """An entry of a list from the notice to its end."""
    name = name or case.dice.weighed([share for share in _SHARES if _standard(case, share[1]) is not None])
    standard = _standard(case, name)
    if standard is None:
        return
    ending = ending or case.dice.weighed(_ENDINGS[name])
    entry = yield from _decide(case, standard, ROLLS[name], dropped=ending is Ending.DROPPED)
    if entry is not None:
        yield from _end(case, entry, ending)


def _decide(case: Case, standard: ListStandard, roll: Roll, *, dropped: bool) -> Course[Dossier | None]:
    """拟列入告知, 陈述申辩, 列入决定 or 不予列入; gives the entry that was decided."""
    entry = dossier(case, standard.name, case.world.office(roll.bureau), case.today, {})
    entry.standard = standard
    criterion = case.dice.pick(standard.criteria)
    entry.cases = (criterion.code,)
    if standard.prolonged_by is not None and criterion.ends and case.dice.percent(15):
        entry.prolonged_by = min(_MONTHS_PROLONGED, standard.prolonged_by.length)
    heard = False
    if standard.defence is not None:
        heard = yield from _hear(case, entry, standard, standard.defence.length)
        if dropped:
            values = case.act(_BASIS, "陈述申辩成立，不符合列入情形")
            yield case.say(StatementType.LISTING_DROPPED, entry.office, entry.about, values)
            return None
    entry.decided_on = case.today
    until = None if entry.period is None else entry.period.ends_on
    number = document(case, entry.office, roll.word, case.today)
    said = Decision(
        entry.office, criterion, number, case.today, NO_END if until is None else until.isoformat(), case.dice
    )
    entry.values |= roll.fields(said)
    values = {
        **case.act(_BASIS, f"符合列入情形：{criterion.zh}", at_once=True),
        **entry.committed,
        "cases": [*entry.cases],
        "prolonged_by": entry.prolonged_by,
    }
    if heard:
        values["defence"] = "陈述申辩的事实和理由不成立，不予采纳"
    yield case.say(StatementType.LISTING_DECIDED, entry.office, {**entry.catalogue, **_rules(case, standard)}, values)
    return entry


def _hear(case: Case, entry: Dossier, standard: ListStandard, days: int) -> Course[bool]:
    """告知: the subject is told, and speaks or lets its time pass; gives whether it spoke."""
    values: Values = {
        **case.act(_BASIS, "拟列入名单，告知事实、理由、依据和陈述申辩的权利"),
        "subject": dict(subject_value(entry.subject)),
        "cases": [*entry.cases],
    }
    about = {**entry.catalogue, **_rules(case, standard)}
    yield case.say(StatementType.LISTING_NOTIFIED, entry.office, about, values)
    if not case.dice.percent(45):
        yield case.working(days + 1, days + 10)
        return False
    yield case.working(1, days)
    by = case.world.cast.platform if case.dice.percent(30) else entry.office
    yield case.say(StatementType.LISTING_DEFENDED, by, entry.about, case.plea("认定的事实与实际不符，已经完成整改"))
    yield case.working(2, 10)
    return True


def _end(case: Case, entry: Dossier, ending: Ending) -> Course[None]:
    match ending:
        case Ending.REMOVED:
            yield from _remove(case, entry)
        case Ending.ESCALATED:
            yield from _escalate(case, entry)
        case Ending.REPAIRED:
            yield case.after(20, 200)
            yield from repair(case, entry)
        case Ending.TAKEN_BACK:
            yield case.after(10, 90)
            yield from revoke(case, entry, "列入有误，予以撤销")
        case Ending.DISPUTED:
            yield case.after(5, 60)
            yield from object_to(case, entry)
        case _:
            return


def _remove(case: Case, entry: Dossier) -> Course[None]:
    """移出: the duty was done, or an honour is lost."""
    period = entry.period
    first = None if period is None else period.earliest_removal
    yield case.after(20, 300) if first is None else case.on(first)
    honour = entry.item.nature is Nature.FAVOURABLE
    removal = Removal.DISQUALIFICATION if honour else Removal.EARLY_REPAIR
    if stands(case, entry):
        reason = "不再符合认定标准，取消资格" if honour else "已履行义务，予以移出"
        yield from _removed(case, entry, removal, reason)


def _escalate(case: Case, entry: Dossier) -> Course[None]:
    """转为严重失信主体: put on the next list first, then taken off this one."""
    yield case.after(60, 200)
    standard = _standard(case, SERIOUS)
    if standard is None or not stands(case, entry):
        return
    successor = yield from _decide(case, standard, ROLLS[SERIOUS], dropped=False)
    yield case.soon()
    if successor is not None and stands(case, entry):
        yield from _removed(case, entry, Removal.ESCALATION, "转为严重失信主体", superseded_by=successor.id)


def _removed(case: Case, entry: Dossier, removal: Removal, reason: str, **successor: str) -> Course[None]:
    entry.ended = True
    values = case.act(_BASIS, reason, at_once=True, removal=removal.value)
    yield case.say(StatementType.LISTING_REMOVED, entry.office, {**entry.about, **successor}, values)


def _standard(case: Case, name: str) -> ListStandard | None:
    """The standard of a list, if it is in force."""
    rule = case.world.law.book.latest(f"list/{name}")
    return rule if isinstance(rule, ListStandard) and rule.effective_from <= case.today else None


def _rules(case: Case, standard: ListStandard) -> Values:
    return {"rules": case.world.law.reference(f"list/{standard.name}")}
