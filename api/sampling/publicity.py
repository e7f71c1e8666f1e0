"""公示认定 (publicity) of made-up adverse records: the class, the secrecy gate, the need, a chosen end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from api.sampling.case import Case, Course, Dossier, Say, Values
from ledger.catalogue_item import Nature
from ledger.domain.publicity import facts_of, generation_on
from ledger.particulars import NO_TERMS, read_publicity
from ledger.rulebook.publicity import DishonestyClass, Publicity, PublicityRules, publicity_of
from verify.statement_type import StatementType

ORDER_36: Final = "《信用修复管理办法》（国家发展改革委令第36号，2025年）"
ORDER_58: Final = "《失信行为纠正后的信用信息修复管理办法（试行）》（国家发展改革委令第58号，2023年）"
_NEW_ORDER: Final = date(2026, 4, 1)

_NOTHING: Final[Values] = dict.fromkeys(("class", "withheld", "need", "chosen_end", "sector"))
_CLASSES: Final = ((12, DishonestyClass.MINOR), (64, DishonestyClass.ORDINARY), (24, DishonestyClass.SERIOUS))
_SECRETS: Final = (
    ("trade-secret", "处罚内容涉及测试主体的商业秘密，公开会损害其合法权益"),
    ("personal-privacy", "处罚事实涉及测试人员的个人隐私"),
    ("public-security", "公开可能影响测试区域的公共安全"),
)


def order_on(day: date) -> str:
    """The order on publicity and repair that an act of this day cites."""
    return ORDER_36 if day >= _NEW_ORDER else ORDER_58


def first_terms(case: Case, dossier: Dossier, given: DishonestyClass | None = None) -> Values | None:
    """What the unit determines with the filing; None: nothing yet, and for most records that are not adverse never."""
    dice = case.dice
    if dossier.item.nature is not Nature.ADVERSE:
        return _withheld(case, None) if dice.percent(0.3) else None
    if given is None and dice.percent(14):
        return None
    if given is None and dice.percent(2):
        return _withheld(case, DishonestyClass.ORDINARY)
    return terms(case, dossier, given or dice.weighed(_CLASSES))


def terms(case: Case, dossier: Dossier, given: DishonestyClass) -> Values:
    """The value of ``publicity`` for a class."""
    dice = case.dice
    value: Values = {**_NOTHING, "class": given.value, "summary_procedure": False}
    if given is DishonestyClass.MINOR:
        value["summary_procedure"] = dice.percent(50)
        if dice.percent(40):
            value["need"] = "同一主体一年内多次发生同类行为，确有必要公示"
    elif dice.percent(15):
        periods = publicity_with(case, dossier, value)
        first, last = periods.earliest_repair_on, periods.longest_on
        if first is not None and last is not None:
            value["chosen_end"] = (first + timedelta(days=dice.below((last - first).days + 1))).isoformat()
    return value


def determine(case: Case, dossier: Dossier, given: DishonestyClass | None = None) -> Course[None]:
    """公示认定: the class is given, late or anew."""
    dossier.terms = terms(case, dossier, given or case.dice.weighed(_CLASSES))
    yield _determined(case, dossier, "经认定机关研究，认定失信信息类别")


def continue_by_sector(case: Case, dossier: Dossier) -> Course[None]:
    """届满但未纠正: the longest period is about to end, the obligations are unmet, and a rule of the sector goes on."""
    sector: Values = {"citation": "《测试行业主管部门失信信息公示规定》第八条", "until": None}
    dossier.terms = {**(dossier.terms or _NOTHING), "chosen_end": None, "sector": sector}
    yield _determined(case, dossier, "最长公示期即将届满，责任义务尚未履行")


def publicity(case: Case, dossier: Dossier) -> Publicity:
    """Whether the record is shown and until when, by the rules that the ledger applies."""
    return publicity_with(case, dossier, dossier.terms)


def publicity_with(case: Case, dossier: Dossier, value: Values | None) -> Publicity:
    """The same under other terms."""
    given = NO_TERMS if value is None else read_publicity(value)
    return publicity_of(_rules(case, dossier), facts_of(given, dossier.item, dossier.decided_on))


def stands(case: Case, dossier: Dossier) -> bool:
    """Say whether the record has not ended, by a decision or because its period is over."""
    if dossier.ended:
        return False
    if dossier.period is not None:
        ends = dossier.period.ends_on
    elif dossier.item.nature is Nature.ADVERSE:
        ends = publicity(case, dossier).ends_on
    else:
        return True
    return ends is None or case.today <= ends


def _determined(case: Case, dossier: Dossier, reason: str) -> Say:
    rules = case.world.law.reference(f"publicity/{_rules(case, dossier).name}")
    values = case.act(order_on(dossier.decided_on), reason, publicity=dossier.terms)
    return case.say(StatementType.PUBLICITY_DETERMINED, dossier.office, {**dossier.about, "rules": rules}, values)


def _withheld(case: Case, given: DishonestyClass | None) -> Values:
    reason, text = case.dice.pick(_SECRETS)
    withheld: Values = {"reason": reason, "text": text}
    return {
        **_NOTHING,
        "class": None if given is None else given.value,
        "summary_procedure": False,
        "withheld": withheld,
    }


def _rules(case: Case, dossier: Dossier) -> PublicityRules:
    rules = generation_on(case.world.law.book, dossier.decided_on)
    if rules is None:
        raise LookupError("no publicity rules are shipped")
    return rules
