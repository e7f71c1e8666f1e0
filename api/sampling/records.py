"""归集、更正、变更、撤销: a record is filed, and what its providing unit does to it, by itself or for a cause."""

from __future__ import annotations

from typing import Final

from api.sampling.case import Case, Course, Dossier, Values
from api.sampling.papers import LICENCE, NO_END, document
from api.sampling.publicity import first_terms
from ledger.catalogue_item import FieldKind
from ledger.rulebook.publicity import DishonestyClass
from verify.statement_type import StatementType

BASIS: Final = "《北京市公共信用信息管理办法》（北京市人民政府令第280号）第十九条"
_LICENSING: Final = "《行政许可法》（2019年修正）"
_PENALTIES: Final = "《行政处罚法》（2021年修订）第四十八条"


def file(case: Case, dossier: Dossier, given: DishonestyClass | None = None) -> Course[None]:
    """归集: what was decided is filed now, with its class if the unit has determined one."""
    dossier.terms = first_terms(case, dossier, given)
    values = {**dossier.committed, "operator": f"测试经办人{case.dice.between(1, 40):02d}"}
    if dossier.terms is not None:
        values["publicity"] = dossier.terms
    yield case.say(StatementType.RECORD_FILED, dossier.office, dossier.catalogue, values)


def correct(case: Case, dossier: Dossier, reason: str, **cause: str) -> Course[None]:
    """更正: all fields again, one of them as it should have been. `cause` names an objection or a remedy."""
    _mend(case, dossier)
    about: Values = {**dossier.catalogue, **cause}
    values = {**dossier.committed, **case.act(BASIS, reason)}
    yield case.say(StatementType.RECORD_CORRECTED, dossier.office, about, values)


def revoke(case: Case, dossier: Dossier, reason: str, **cause: str) -> Course[None]:
    """撤销: it was never valid."""
    dossier.ended = True
    about: Values = {**dossier.about, **cause}
    yield case.say(StatementType.RECORD_REVOKED, dossier.office, about, case.act(_PENALTIES, reason))


def abolish(case: Case, dossier: Dossier, reason: str, **cause: str) -> Course[None]:
    """废止: it was valid and holds no longer."""
    dossier.ended = True
    about: Values = {**dossier.about, **cause}
    yield case.say(StatementType.RECORD_CHANGED, dossier.office, about, case.act(_LICENSING, reason))


def replace(case: Case, dossier: Dossier, reason: str, **cause: str) -> Course[None]:
    """变更: a new decision takes the place of the old one, is filed, and named as its successor."""
    successor = _renewed(case, dossier)
    given = dossier.terms["class"] if dossier.terms is not None else None
    yield from file(case, successor, None if given is None else DishonestyClass(str(given)))
    yield case.soon()
    yield from abolish(case, dossier, reason, superseded_by=successor.id, **cause)


def _renewed(case: Case, dossier: Dossier) -> Dossier:
    """The same decision, made anew today under another number."""
    item, values = dossier.item, dict(dossier.values)
    prefix = (item.subject_name_field or "").partition("_")[0]
    values |= {f"{prefix}_WSH": document(case, dossier.office, "变", case.today), "BZ": None}
    if item.decided_on is not None:
        values[item.decided_on] = case.today.isoformat()
    if item.item == LICENCE:
        values |= {"XK_YXQZ": case.today.isoformat(), "XK_YXQZI": NO_END}
    return Dossier(case.new_id(), item, dossier.office, dossier.subject, values, case.today)


def _mend(case: Case, dossier: Dossier) -> None:
    """Let one field be other than it was typed: an amount, a document's number, or the representative."""
    values, prefix = dossier.values, (dossier.item.subject_name_field or "").partition("_")[0]
    amounts = [
        field.code
        for field in dossier.item.fields
        if field.kind is FieldKind.MONEY and isinstance(values[field.code], int)
    ]
    numbers = [code for code in (f"{prefix}_WSH", f"{prefix}_AH", f"{prefix}_BH") if values.get(code)]
    choice = case.dice.below(3)
    if choice == 0 and amounts:
        amount = values[amounts[0]]
        changed: Values = {amounts[0]: amount // 2 if isinstance(amount, int) else amount, "BZ": "更正：金额录入有误"}
    elif choice == 1 and numbers:
        changed = {numbers[0]: f"{values[numbers[0]]}（更正）", "BZ": "更正：文书号录入有误"}
    else:
        changed = {"BZ": "更正：当事人信息录入有误"}
        if values.get(f"{prefix}_FRDB"):
            changed[f"{prefix}_FRDB"] = f"{case.company.representative}更正"
    dossier.values = {**values, **changed}
