"""复议、诉讼 (remedies at law) and 临时屏蔽 (masks): what hangs over a record while it stays what it is."""

from __future__ import annotations

from typing import Final

from api.sampling.case import Case, Course, Dossier
from api.sampling.publicity import stands
from api.sampling.records import correct, replace, revoke
from ledger.vocabulary import MaskOutcome, RemedyKind, RemedyOutcome
from verify.statement_type import StatementType

_RECONSIDERATION: Final = "《行政复议法》（2023年修订）"
_LITIGATION: Final = "《行政诉讼法》（2017年修正）"
_PLAN: Final = "国办发〔2025〕22号；《企业破产法》第八十六条"
_OUTCOMES: Final = (
    (58, RemedyOutcome.UPHELD),
    (14, RemedyOutcome.WITHDRAWN),
    (16, RemedyOutcome.ANNULLED),
    (12, RemedyOutcome.CHANGED),
)
_WITHDRAWN_WITHIN: Final = 3
"""行政处罚法 第四十八条: working days from the annulment to the withdrawal."""


def seek_remedy(case: Case, dossier: Dossier, outcome: RemedyOutcome | None = None) -> Course[None]:
    """A remedy at law, which does not stop publication; what it annuls or changes is withdrawn or mended."""
    outcome = outcome or case.dice.weighed(_OUTCOMES)
    kind = case.dice.weighed(((65, RemedyKind.RECONSIDERATION), (35, RemedyKind.LITIGATION)))
    basis = _RECONSIDERATION if kind is RemedyKind.RECONSIDERATION else _LITIGATION
    remedy = case.new_id()
    about = {**dossier.about, "remedy": remedy}
    values = case.act(basis, "当事人提起，机关已受理", kind=kind.value)
    yield case.say(StatementType.REMEDY_OPENED, dossier.office, about, values)
    yield case.after(30, 90) if kind is RemedyKind.RECONSIDERATION else case.after(90, 240)
    values = case.act(basis, "复议、诉讼终结", outcome=outcome.value)
    yield case.say(StatementType.REMEDY_CLOSED, dossier.office, about, values)
    if outcome is RemedyOutcome.ANNULLED:
        yield case.within(_WITHDRAWN_WITHIN, late=20)
        yield from revoke(case, dossier, "决定已被依法撤销", remedy=remedy)
    elif outcome is RemedyOutcome.CHANGED:
        yield case.within(_WITHDRAWN_WITHIN, late=20)
        if case.dice.percent(50):
            yield from correct(case, dossier, "决定已被变更，按变更后的内容更正", remedy=remedy)
        else:
            yield from replace(case, dossier, "决定已被变更，以新决定代替", remedy=remedy)


def mask(case: Case, dossier: Dossier, outcome: MaskOutcome | None = None) -> Course[None]:
    """临时屏蔽 while a reorganisation plan is carried out."""
    if not stands(case, dossier):
        return
    outcome = outcome or case.dice.weighed(((70, MaskOutcome.PERFORMED), (30, MaskOutcome.FAILED)))
    about = {**dossier.about, "mask": case.new_id()}
    values = case.act(_PLAN, "人民法院裁定批准重整计划")
    yield case.say(StatementType.MASK_APPLIED, dossier.office, about, values)
    yield case.after(60, 360)
    reason = "重整计划执行完毕" if outcome is MaskOutcome.PERFORMED else "重整计划终止执行"
    yield case.say(StatementType.MASK_LIFTED, dossier.office, about, case.act(_PLAN, reason, outcome=outcome.value))
