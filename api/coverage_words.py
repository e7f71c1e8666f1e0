"""考核 in words: how shares are written, and what stands where there is none. Numbers become text here, not before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from projections.coverage_totals import Level
from projections.immediate import GoalState
from projections.share import NoShare, Share

LEVELS: Final[Mapping[Level, str]] = {
    Level.DETAIL: "明细",
    Level.DEPARTMENT: "部门合计",
    Level.ITEM: "目录项合计",
    Level.PERIOD: "周期合计",
    Level.TOTAL: "总计",
}
NO_SHARE: Final[Mapping[NoShare, str]] = {
    NoShare.REGISTER_NOT_DECLARED: "未申报台账",
    NoShare.MONTH_RUNNING: "月份未结束",
    NoShare.NOTHING_TO_COLLECT: "零报告",
    NoShare.NOTHING_TO_DISCLOSE: "无应公开",
    NoShare.NOTHING_DUE: "尚无到期",
    NoShare.NOTHING_RESOLVED: "尚无结论",
    NoShare.NOTHING_COLLECTED: "无归集",
}
GOALS: Final[Mapping[GoalState, str]] = {
    GoalState.MET: "达到",
    GoalState.NOT_MET: "未达到",
    GoalState.NO_BASE: "无基年",
    GoalState.YEAR_RUNNING: "年度未结束",
}

_HUNDREDTHS: Final = 10_000


def percent(share: Share) -> str | None:
    """Two decimals, cut off and not rounded: what is not all never reads 100.00. None where numbers contradict."""
    if share.surplus or not share.whole:
        return None
    sign = "-" if share.part < 0 else ""
    hundredths = abs(share.part) * _HUNDREDTHS // share.whole
    return f"{sign}{hundredths // 100}.{hundredths % 100:02d}"


def in_words(share: Share | NoShare) -> str:
    """The percentage, or why there is none."""
    if isinstance(share, NoShare):
        return NO_SHARE[share]
    written = percent(share)
    return f"超出台账{share.surplus}" if written is None else f"{written}%"


def growth_in_words(growth: Share | None) -> str:
    """增长、下降: a cell that began with a minus would be taken for a formula."""
    if growth is None:
        return "上年无"
    written = percent(growth) or ""
    return f"下降{written[1:]}%" if written.startswith("-") else f"增长{written}%"
