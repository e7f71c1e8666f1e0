"""Statements about links between made-up subjects, and codes that such subjects had before."""

from __future__ import annotations

from ledger.codes import uscc_check_character
from ledger.subjects import Subject, subject_value
from ledger.vocabulary import LinkKind
from tests.ledger.harness import ENTERPRISE, MARKET, Desk, act
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.submission import Submission


def company(number: int, name: str) -> Subject:
    """A made-up enterprise on a test code."""
    body = f"91110000MA{number:07}"
    return Subject("uscc", body + uscc_check_character(body), name)


REGISTERED = Subject("registration-number", "110000000000017", ENTERPRISE.name)
"""The test enterprise by the number it had before there were unified codes."""
OLD = company(41, "测试旧码有限公司")
OLDER = company(42, "测试更旧码有限公司")
TWIN = company(43, "测试重复登记有限公司")


def link(
    desk: Desk,
    link: str,
    former: Subject,
    subject: Subject = ENTERPRISE,
    *,
    key: SigningKey = MARKET,
    kind: LinkKind = LinkKind.CODE_CHANGED,
    valid_until: str | None = "2026-10-31",
    on: str | None = None,
) -> Submission:
    """`subject.linked`."""
    values = act(
        on or desk.today,
        "换发统一社会信用代码",
        subject=dict(subject_value(subject)),
        former=dict(subject_value(former)),
        kind=kind.value,
        valid_until=valid_until,
    )
    return desk.sign(StatementType.SUBJECT_LINKED, {"handle": former.handle, "link": link}, values, key)


def separate(desk: Desk, link: str, *, key: SigningKey = MARKET, on: str | None = None) -> Submission:
    """`subject.separated`."""
    return desk.sign(StatementType.SUBJECT_SEPARATED, {"link": link}, act(on or desk.today, "映射有误"), key)
