"""新旧代码映射、主体合并 (links): a subject's records stand under two codes until they are linked."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from api.sampling.case import Case, Course, Say
from api.sampling.cast import Bureau, Company, reserved_company
from api.sampling.papers import licence
from api.sampling.records import file
from ledger.subjects import Subject, subject_value
from ledger.vocabulary import LinkKind
from verify.statement_type import StatementType

_BASIS: Final = "《法人和其他组织统一社会信用代码制度建设总体方案》（国发〔2015〕33号）"


def link(case: Case, kind: LinkKind | None = None, *, separated: bool | None = None) -> Course[None]:
    """A licence under the old code, the link, a licence under the new one; a few links were wrong."""
    kind = kind or case.dice.weighed(((70, LinkKind.CODE_CHANGED), (30, LinkKind.MERGED)))
    today, former = _parties(case, kind)
    case.company = former
    yield from file(case, licence(case))
    yield case.after(40, 200)
    link_id = case.new_id()
    yield _linked(case, kind, link_id, today.subject, former.subject)
    case.company = today
    yield case.after(5, 60)
    yield from file(case, licence(case))
    if case.dice.percent(12) if separated is None else separated:
        yield case.after(5, 40)
        values = case.act(_BASIS, "两代码属于不同主体，映射有误")
        yield case.say(StatementType.SUBJECT_SEPARATED, case.world.office(Bureau.MARKET), {"link": link_id}, values)


def _parties(case: Case, kind: LinkKind) -> tuple[Company, Company]:
    """Today's subject and the former: two companies that merged, or one company before and after."""
    today, former = reserved_company(2 * case.number), reserved_company(2 * case.number + 1)
    if kind is LinkKind.MERGED:
        return today, former
    old = Subject(former.subject.scheme, former.subject.code, today.subject.name)
    return today, Company(former.number, old, today.kind, today.representative)


def _linked(case: Case, kind: LinkKind, link_id: str, today: Subject, former: Subject) -> Say:
    office = case.world.office(Bureau.MARKET)
    changed = kind is LinkKind.CODE_CHANGED
    values = case.act(
        _BASIS,
        "换发统一社会信用代码" if changed else "吸收合并，注销被合并主体",
        kind=kind.value,
        valid_until=(case.today - timedelta(days=1)).isoformat() if changed else None,
        subject=dict(subject_value(today)),
        former=dict(subject_value(former)),
    )
    return case.say(StatementType.SUBJECT_LINKED, office, {"handle": former.handle, "link": link_id}, values)
