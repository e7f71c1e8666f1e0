"""The eight sections of a report, and where every item of the shipped catalogue stands."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ledger.catalogue import parse_item, shipped_definitions
from ledger.vocabulary import TERMS, InformationCategory, ReportSection
from projections.sections import SECTION_OF, section_of

ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}

PLACES = {
    "abnormal-operation-list": "经营异常",
    "administrative-adjudication": "行政管理",
    "administrative-coercion": "行政管理",
    "administrative-compensation": "行政管理",
    "administrative-confirmation": "行政管理",
    "administrative-inspection": "行政管理",
    "administrative-levy": "行政管理",
    "administrative-licence": "行政管理",
    "administrative-payment": "行政管理",
    "administrative-payment-person": "行政管理",
    "administrative-penalty": "行政管理",
    "administrative-reward": "行政管理",
    "association-discipline": "其他",
    "contract-performance": "其他",
    "credit-commitment": "信用承诺",
    "credit-commitment-breach": "信用承诺",
    "credit-warning": "其他",
    "dishonest-judgment-debtor": "司法判决",
    "false-litigation-list": "司法判决",
    "government-breach": "其他",
    "honour": "诚实守信",
    "industry-credit-evaluation": "信用评价",
    "key-attention-list": "其他",
    "procurement-dishonesty": "严重失信主体名单",
    "public-credit-evaluation": "信用评价",
    "public-servant-breach": "其他",
    "serious-dishonesty-list": "严重失信主体名单",
    "trustworthy-subject": "诚实守信",
    "voluntary-registration": "其他",
}


def test_there_are_eight_sections_in_the_order_of_the_report() -> None:
    assert [TERMS[section].zh for section in ReportSection] == [
        "行政管理",
        "诚实守信",
        "严重失信主体名单",
        "经营异常",
        "信用承诺",
        "信用评价",
        "司法判决",
        "其他",
    ]


def test_every_shipped_item_is_listed_here() -> None:
    """An item that is added must be given its place by somebody."""
    assert PLACES.keys() == ITEMS.keys()


@pytest.mark.parametrize(("name", "section"), PLACES.items())
def test_a_shipped_item_stands_in_its_section(name: str, section: str) -> None:
    assert TERMS[section_of(ITEMS[name])].zh == section


def test_what_nobody_foresaw_stands_under_other() -> None:
    """A city's own category, and an item whose definition cannot be read any more."""
    own = replace(ITEMS["administrative-penalty"], category="北京市地方补充信息")

    assert section_of(own) is section_of(None) is ReportSection.OTHER


def test_every_category_has_one_section_and_no_section_but_other_is_without_one() -> None:
    assert SECTION_OF.keys() == set(InformationCategory)
    assert [*SECTION_OF.values(), ReportSection.OTHER] == list(ReportSection)
