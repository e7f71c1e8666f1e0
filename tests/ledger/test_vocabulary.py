"""Every word of the law is chosen once, with its Chinese term and where it comes from."""

from __future__ import annotations

import ast
from enum import StrEnum
from pathlib import Path

import pytest

import ledger
from ledger import vocabulary
from ledger.codes import IdentifierScheme
from ledger.domain.bodies import AnyBody
from ledger.glossary import glossary
from ledger.rulebook.lists import Removal
from ledger.rulebook.publicity import DishonestyClass, WithheldReason
from ledger.rulebook.repair import AbuseKind
from ledger.rulebook.sharing import Recipient, SharingMethod, SharingType
from ledger.vocabulary import (
    TERMS,
    Audience,
    InformationCategory,
    LinkKind,
    MaskOutcome,
    ObjectionOutcome,
    Origin,
    RecordStatus,
    RemedyKind,
    RemedyOutcome,
    ReportSection,
)
from verify.statement_type import Clock, StatementType

FOLDER = Path(ledger.__file__).parent
KINDS: tuple[type[StrEnum], ...] = (
    StatementType,
    ObjectionOutcome,
    RecordStatus,
    IdentifierScheme,
    SharingType,
    Recipient,
    SharingMethod,
    Origin,
    RemedyKind,
    RemedyOutcome,
    MaskOutcome,
    LinkKind,
    DishonestyClass,
    WithheldReason,
    Removal,
    AbuseKind,
    Clock,
    ReportSection,
    InformationCategory,
    Audience,
)
MEMBERS = [member for kind in KINDS for member in kind]


def is_han(character: str) -> bool:
    """Say whether the character is a Chinese one or Chinese punctuation."""
    return any(
        first <= character <= last
        for first, last in (("\u2e80", "\u303f"), ("\u3400", "\u9fff"), ("\uf900", "\ufaff"), ("\uff00", "\uffef"))
    )


def string_literals(tree: ast.Module) -> list[tuple[int, str]]:
    """String literals with their lines, docstrings (any string that stands alone) left out."""
    alone = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        (node.lineno, node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone
    ]


@pytest.mark.parametrize("member", MEMBERS, ids=lambda member: f"{type(member).__name__}.{member.name}")
def test_every_member_has_a_term_and_its_basis(member: StrEnum) -> None:
    """In Chinese, with the act or document that uses it."""
    term = TERMS[member]

    assert term.zh
    assert all(is_han(character) for character in term.zh)
    assert term.basis.strip() == term.basis != ""


def test_no_term_is_of_nothing() -> None:
    """A term whose member was taken out must go with it."""
    assert {(type(member), member) for member in TERMS} == {(type(member), member) for member in MEMBERS}
    assert len(TERMS) == len(MEMBERS)


def test_members_of_two_kinds_may_share_a_code() -> None:
    """Members with one code are equal as texts; each has its own term all the same."""
    assert ObjectionOutcome.UPHELD.value == RemedyOutcome.UPHELD.value
    assert (TERMS[ObjectionOutcome.UPHELD].zh, TERMS[RemedyOutcome.UPHELD].zh) == ("不属实维持", "维持")
    assert (TERMS[Origin.SUBJECT].zh, TERMS[Audience.SUBJECT].zh) == ("主体异议", "信用主体")


def test_no_two_members_of_a_kind_share_a_term() -> None:
    """A reader could not tell them apart."""
    for kind in KINDS:
        words = [TERMS[member].zh for member in kind]
        assert len(set(words)) == len(words)


def test_every_statement_type_has_an_event() -> None:
    """Whatever may be said can be recorded, under the type's own name."""
    tags = [body.__struct_config__.tag for body in AnyBody.__args__]

    assert sorted(map(str, tags)) == sorted(StatementType)


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.relative_to(FOLDER).as_posix())
def test_chinese_literals_are_in_the_vocabulary_alone(path: Path) -> None:
    """Docstrings and comments may explain in Chinese; what the program says is looked up."""
    if path == Path(vocabulary.__file__):
        return
    literals = string_literals(ast.parse(path.read_text("utf-8")))

    assert [(line, text) for line, text in literals if any(map(is_han, text))] == []


def test_the_glossary_is_that_of_the_vocabulary() -> None:
    """Made anew with `python -m ledger.glossary > docs/glossary.md`."""
    written = FOLDER.parent / "docs" / "glossary.md"

    assert written.read_text("utf-8") == glossary()
