"""考核 as JSON: one shape for the command line and over HTTP."""

from __future__ import annotations

from typing import Any

from api.coverage_words import percent
from projections.coverage import Figures
from projections.coverage_report import CoverageReport
from projections.coverage_totals import Line
from projections.immediate import GROWTH_GOAL, IMMEDIATE, YearOfImmediate
from projections.keeping import Duty, Tally
from projections.share import NoShare, Share


def report_json(report: CoverageReport) -> dict[str, Any]:
    """Everything in the report."""
    return {
        "as_of": report.asked.as_of,
        "day": report.day.isoformat(),
        "by": report.asked.grain.value,
        "size": report.size,
        "immediate": {"within_days": IMMEDIATE.within_days, "zh": IMMEDIATE.zh, "en": IMMEDIATE.en},
        "growth_goal": {"growth": _share(GROWTH_GOAL.growth), "zh": GROWTH_GOAL.zh},
        "lines": [_line(line, report) for line in report.lines],
        "years": [_year(year) for year in report.years],
    }


def _line(line: Line, report: CoverageReport) -> dict[str, Any]:
    figures = line.figures
    return {
        "level": line.level.value,
        "department": line.issuer,
        "department_name": report.names.get(line.issuer or ""),
        "item": line.item,
        "item_zh": report.zh.get(line.item or ""),
        "period": line.period,
        "filed": figures.filed,
        "revoked": figures.revoked,
        "undated": figures.undated,
        "collected": figures.collected,
        "disclosed": figures.disclosed,
        "clocks": {duty.value: _tally(figures.tally(duty)) for duty in Duty},
        "objections": {
            "raised": figures.objections.raised,
            "open": figures.objections.open,
            "corrected": figures.objections.corrected,
            "revoked": figures.objections.revoked,
            "upheld": figures.objections.upheld,
            "share_right": _share(figures.objections.share_right),
        },
        "warnings": figures.warnings,
        "warning_share": _share(figures.warning_share),
        "immediate": figures.immediate,
        "immediate_share": _share(figures.immediate_share),
        "registers": _registers(figures),
    }


def _registers(figures: Figures) -> dict[str, Any]:
    registered = figures.registered
    return {
        "months": registered.months,
        "declared": registered.declared,
        "decided": registered.decided if registered.declared else None,
        "public": registered.public if registered.declared else None,
        "replaced": registered.replaced,
        "collected_share": _share(registered.collected_share),
        "disclosed_share": _share(registered.disclosed_share),
    }


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "kept": tally.kept,
        "late": tally.late,
        "missed": tally.missed,
        "running": tally.running,
        "provisional": tally.provisional,
        "moot": tally.moot,
        "share_kept": _share(tally.share_kept),
    }


def _year(year: YearOfImmediate) -> dict[str, Any]:
    return {
        "department": year.issuer,
        "year": year.year,
        "immediate": year.immediate,
        "before": year.before,
        "growth": None if year.growth is None else _share(year.growth),
        "base_year": year.base_year,
        "goal": year.goal.value,
    }


def _share(share: Share | NoShare) -> dict[str, Any]:
    if isinstance(share, NoShare):
        return {"part": None, "whole": None, "surplus": 0, "percent": None, "reason": share.value}
    return {
        "part": share.part,
        "whole": share.whole,
        "surplus": share.surplus,
        "percent": percent(share),
        "reason": "more-than-declared" if share.surplus else None,
    }
