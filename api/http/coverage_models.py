"""考核 over HTTP, as pydantic models; the shape is that of `kesu coverage --format json`."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic.config import JsonDict

_SHARE: JsonDict = {"part": 7, "whole": 8, "surplus": 0, "percent": "87.50", "reason": None}
_UNDECLARED: JsonDict = {
    "part": None,
    "whole": None,
    "surplus": 0,
    "percent": None,
    "reason": "register-not-declared",
}


class ShareModel(BaseModel):
    """占比: two whole numbers, or the reason why there is no share."""

    model_config = ConfigDict(json_schema_extra={"examples": [_SHARE, _UNDECLARED]})

    part: int | None
    whole: int | None
    surplus: Annotated[int, Field(description="More than was declared, added up register by register; then no percent")]
    percent: Annotated[str | None, Field(description="Two decimals, cut off: what is not all never reads 100.00")]
    reason: Annotated[
        str | None,
        Field(
            description="register-not-declared, month-running, nothing-to-collect, nothing-to-disclose, nothing-due, "
            "nothing-resolved, nothing-collected, more-than-declared"
        ),
    ]


class TallyModel(BaseModel):
    """Clocks by how they were kept."""

    kept: int
    late: Annotated[int, Field(description="逾期完成")]
    missed: Annotated[int, Field(description="逾期未完成")]
    running: int
    provisional: Annotated[int, Field(description="暂定: past a day counted without the year's calendar")]
    moot: Annotated[int, Field(description="无须: the record ended before the step was due")]
    share_kept: ShareModel


class ObjectionsModel(BaseModel):
    """异议 by their last outcome."""

    raised: int
    open: int
    corrected: int
    revoked: int
    upheld: Annotated[int, Field(description="不属实维持: the record was upheld, not the objection")]
    share_right: Annotated[ShareModel, Field(description="属实率: corrected and revoked among those with an outcome")]


class RegistersModel(BaseModel):
    """决定台账, and what was collected and disclosed of it."""

    months: Annotated[int, Field(description="Registers that were asked for")]
    declared: int
    decided: int | None
    public: int | None
    replaced: Annotated[int, Field(description="Declarations that later ones took the place of")]
    collected_share: ShareModel
    disclosed_share: ShareModel


class LineModel(BaseModel):
    """One department, item and period, or a sum over several; null: all of them."""

    level: Annotated[str, Field(description="detail, department, item, period or total")]
    department: str | None
    department_name: str | None
    item: str | None
    item_zh: str | None
    period: Annotated[str | None, Field(description="2026-11, 2026-Q4 or 2026, of the decisions")]
    filed: int
    revoked: int
    undated: int
    collected: Annotated[int, Field(description="filed and not revoked")]
    disclosed: int
    clocks: Annotated[
        dict[str, TallyModel],
        Field(description="collection, disclosure, objection, repair, withdrawal; platform: the platform's own"),
    ]
    objections: ObjectionsModel
    warnings: int
    warning_share: ShareModel
    immediate: int
    immediate_share: ShareModel
    registers: RegistersModel


class YearModel(BaseModel):
    """即时归集 of a department in a year."""

    department: str
    year: int
    immediate: int
    before: Annotated[int, Field(description="In the year before")]
    growth: ShareModel | None
    base_year: int | None
    goal: Annotated[str, Field(description="met, not-met, no-base-year or year-running")]


class ImmediateModel(BaseModel):
    """What 即时归集 is taken to be."""

    within_days: int
    zh: str
    en: str


class GoalModel(BaseModel):
    """年均增长率 that is asked for."""

    growth: ShareModel
    zh: str


class CoverageModel(BaseModel):
    """时限与归集率 for 考核."""

    as_of: str | None
    day: Annotated[date, Field(description="The day by whose end clocks were kept or missed")]
    by: str
    size: Annotated[int, Field(description="Entries of the log that were read")]
    immediate: ImmediateModel
    growth_goal: GoalModel
    lines: Annotated[list[LineModel], Field(description="Lines of one level add up; those of two count things twice")]
    years: list[YearModel]
