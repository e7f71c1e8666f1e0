"""考核 as a table: the columns of the export in the order of 归集、公开、异议、修复、台账, under Chinese headings."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from api.coverage_words import GOALS, LEVELS, growth_in_words, in_words
from projections.coverage import Figures
from projections.coverage_report import CoverageReport
from projections.coverage_totals import Level, Line
from projections.immediate import YearOfImmediate
from projections.keeping import Duty
from projections.period import Grain

_BOM: Final = "\ufeff"
"""Without it the spreadsheets of our readers take UTF-8 for GB 18030."""
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so."""

_Column = tuple[str, Callable[[Figures], object]]


def _clocks(duty: Duty, word: str) -> Iterator[_Column]:
    yield f"{word}按时", lambda figures: figures.tally(duty).kept
    yield f"{word}逾期完成", lambda figures: figures.tally(duty).late
    yield f"{word}逾期未完成", lambda figures: figures.tally(duty).missed
    yield f"{word}期限内", lambda figures: figures.tally(duty).running
    yield f"{word}暂定", lambda figures: figures.tally(duty).provisional
    yield f"{word}无须", lambda figures: figures.tally(duty).moot
    yield f"{word}按时率", lambda figures: in_words(figures.tally(duty).share_kept)


_COLUMNS: Final[Sequence[_Column]] = (
    ("归集数", lambda figures: figures.filed),
    ("其中撤销", lambda figures: figures.revoked),
    ("认定日期不详", lambda figures: figures.undated),
    *_clocks(Duty.COLLECTION, "归集"),
    ("已公开数", lambda figures: figures.disclosed),
    *_clocks(Duty.DISCLOSURE, "公开"),
    ("异议数", lambda figures: figures.objections.raised),
    ("异议未结", lambda figures: figures.objections.open),
    ("属实更正", lambda figures: figures.objections.corrected),
    ("属实撤销", lambda figures: figures.objections.revoked),
    ("不属实维持", lambda figures: figures.objections.upheld),
    ("异议属实率", lambda figures: in_words(figures.objections.share_right)),
    *_clocks(Duty.OBJECTION, "异议处理"),
    *_clocks(Duty.REPAIR, "信用修复"),
    *_clocks(Duty.WITHDRAWAL, "撤回"),
    *_clocks(Duty.PLATFORM, "平台转办"),
    ("警示类", lambda figures: figures.warnings),
    ("警示类占比", lambda figures: in_words(figures.warning_share)),
    ("即时归集（决定当日或次日入账）", lambda figures: figures.immediate),
    ("即时归集占比", lambda figures: in_words(figures.immediate_share)),
    ("台账应申报", lambda figures: figures.registered.months),
    ("台账已申报", lambda figures: figures.registered.declared),
    ("台账决定数", lambda figures: figures.registered.decided if figures.registered.declared else ""),
    ("台账应公开数", lambda figures: figures.registered.public if figures.registered.declared else ""),
    ("台账更正次数", lambda figures: figures.registered.replaced),
    ("归集率（对台账）", lambda figures: in_words(figures.registered.collected_share)),
    ("公示率（对台账）", lambda figures: in_words(figures.registered.disclosed_share)),
)
_SHOWN: Final = ("归集数", "归集按时率", "公开按时率", "异议数", "异议属实率", "异议处理按时率", "信用修复按时率")
_SHOWN_TOO: Final = ("警示类占比", "即时归集占比", "归集率（对台账）", "公示率（对台账）")
"""What fits on a screen; the rest is in the export."""


def export(report: CoverageReport) -> str:
    """CSV with every column, in UTF-8 with a mark, safe to open in a spreadsheet.

    The growth of immediate collection stands in the lines of a department's year.
    """
    target = io.StringIO()
    target.write(_BOM)
    writer = csv.writer(target)
    heads = ["层级", "部门代码", "部门名称", "目录项", "目录项名称", "周期", *(name for name, _ in _COLUMNS)]
    writer.writerow([*heads, "即时归集较上年", "即时归集年均增长目标（30%）"])
    years = {(year.issuer, f"{year.year:04d}"): year for year in report.years}
    for line in report.lines:
        whose = [LEVELS[line.level], line.issuer or "", report.names.get(line.issuer or "", "")]
        what = [line.item or "", report.zh.get(line.item or "", ""), line.period or ""]
        figures = [str(figure(line.figures)) for _name, figure in _COLUMNS]
        writer.writerow([_safe(cell) for cell in (*whose, *what, *figures, *_growth(line, report, years))])
    return target.getvalue()


def table(report: CoverageReport) -> str:
    """The main figures in columns, a line for each line of the report."""
    shown = [(name, figure) for name, figure in _COLUMNS if name in {*_SHOWN, *_SHOWN_TOO}]
    rows = [["部门", "目录项", "周期", *(name for name, _ in shown)]]
    for line in report.lines:
        whose = "合计" if line.issuer is None else report.names.get(line.issuer, line.issuer)
        what = "合计" if line.item is None else report.zh.get(line.item, line.item)
        rows.append([whose, what, line.period or "合计", *(str(figure(line.figures)) for _name, figure in shown)])
    return _aligned(rows)


def growth_table(report: CoverageReport) -> str:
    """即时归集 of each department by year."""
    rows = [["部门", "年度", "即时归集", "较上年", "基年", "年均增长30%"]]
    for year in report.years:
        count, base = str(year.immediate), "" if year.base_year is None else str(year.base_year)
        whose = report.names.get(year.issuer, year.issuer)
        rows.append([whose, str(year.year), count, growth_in_words(year.growth), base, GOALS[year.goal]])
    return _aligned(rows)


def _growth(line: Line, report: CoverageReport, years: Mapping[tuple[str, str], YearOfImmediate]) -> tuple[str, str]:
    year = years.get((line.issuer or "", line.period or ""))
    whole = line.level is Level.DEPARTMENT and report.asked.grain is Grain.YEAR and report.asked.selection.whole_years
    return (growth_in_words(year.growth), GOALS[year.goal]) if year is not None and whole else ("", "")


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _aligned(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(_width, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(each) in "WF" else 1 for each in text)
