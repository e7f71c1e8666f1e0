"""报告栏目 (sections of the report): which of the eight a record of a catalogue item stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ledger.catalogue import CatalogueItem
from ledger.vocabulary import TERMS, InformationCategory, ReportSection

SECTION_OF: Final[Mapping[InformationCategory, ReportSection]] = {
    InformationCategory.ADMINISTRATION: ReportSection.ADMINISTRATION,
    InformationCategory.HONOURS: ReportSection.GOOD_FAITH,
    InformationCategory.SERIOUS_DISHONESTY: ReportSection.SERIOUS_DISHONESTY,
    InformationCategory.ABNORMAL_OPERATION: ReportSection.ABNORMAL_OPERATION,
    InformationCategory.COMMITMENTS: ReportSection.COMMITMENTS,
    InformationCategory.EVALUATIONS: ReportSection.EVALUATIONS,
    InformationCategory.JUDGMENTS: ReportSection.JUDGMENTS,
}
"""By 信息类别, a column of 归集目录 (S003 L41): domain.md 3.4 has the sections, 3.1 the categories.

That categories decide is ours: 失信被执行人 is 司法裁判及执行信息 and stands under 司法判决, although it is a list.
"""

_BY_TERM: Final = {TERMS[category].zh: section for category, section in SECTION_OF.items()}


def section_of(item: CatalogueItem | None) -> ReportSection:
    """The section of an item's records; 其他 for every other category, and for an item that is not known."""
    return ReportSection.OTHER if item is None else _BY_TERM.get(item.category, ReportSection.OTHER)
