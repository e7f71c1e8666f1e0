"""查询对象 (audiences): who asks, and what each must say of itself before it is told anything.

What each may then see is in `projections.disclosure`.

Errors: `NotAdmissible` with a fault for everything that is missing, malformed or out of place.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import ClassVar, Final, TypeAlias

from ledger.catalogue_item import is_fit_text
from ledger.codes import uscc_fault
from ledger.errors import Fault, NotAdmissible
from ledger.rulebook.sharing import Recipient
from ledger.vocabulary import Audience
from verify.errors import Malformed
from verify.statement import check_issuer

MAX_PURPOSE: Final = 200
MAX_NUMBER: Final = 128
"""Characters of a case or agreement number: those of a 决定书文号 (domain.md 3.2, CF_WSH)."""

_WHOLE_CITY: Final = "0000"
"""How the region in the code of a unit of the whole city ends (GB/T 2260)."""
_REGION: Final = slice(2, 8)


@dataclass(frozen=True, slots=True)
class Public:
    """社会公众: everybody, of whom nothing is asked (S004 L16)."""

    audience: ClassVar[Audience] = Audience.PUBLIC


@dataclass(frozen=True, slots=True)
class OwnSubject:
    """信用主体: the subject itself. That it is the one asked about is for the accounts to establish."""

    audience: ClassVar[Audience] = Audience.SUBJECT


@dataclass(frozen=True, slots=True)
class Department:
    """行政机关: a unit, what it asks for, and the case it asks in (S004 L15: 应查、能查、必查, domain.md R73)."""

    audience: ClassVar[Audience] = Audience.DEPARTMENT

    unit: str
    purpose: str
    case: str

    def __post_init__(self) -> None:
        _require(*_unit_faults(self.unit), *_text_faults("purpose", self.purpose, MAX_PURPOSE))
        _require(*_text_faults("case", self.case, MAX_NUMBER))

    @property
    def recipients(self) -> frozenset[Recipient]:
        """What 共享目录 calls it, all of which a scope must name.

        市级 if the region of its code is a whole city's, 区级 if not. That the code decides is ours; of a unit without
        a 统一社会信用代码 nobody knows, so the scope must name both.
        """
        if uscc_fault(self.unit) is not None:
            return frozenset({Recipient.CITY_DEPARTMENTS, Recipient.DISTRICT_DEPARTMENTS})
        whole = self.unit[_REGION].endswith(_WHOLE_CITY)
        return frozenset({Recipient.CITY_DEPARTMENTS if whole else Recipient.DISTRICT_DEPARTMENTS})


@dataclass(frozen=True, slots=True)
class Judicial:
    """司法机关、监管机构 (S000 L29)."""

    audience: ClassVar[Audience] = Audience.JUDICIAL


@dataclass(frozen=True, slots=True)
class CreditService:
    """信用服务机构, under the agreement with this number (S003 L99, domain.md R31)."""

    audience: ClassVar[Audience] = Audience.CREDIT_SERVICE

    agreement: str

    def __post_init__(self) -> None:
        _require(*_text_faults("agreement", self.agreement, MAX_NUMBER))

    @property
    def recipients(self) -> frozenset[Recipient]:
        """What 共享目录 calls it."""
        return frozenset({Recipient.CREDIT_SERVICE_INSTITUTIONS})


@dataclass(frozen=True, slots=True)
class Auditor:
    """审计机构: who checks the ledger (domain.md R14: 可查、可核、可溯)."""

    audience: ClassVar[Audience] = Audience.AUDITOR


Viewer: TypeAlias = Public | OwnSubject | Department | Judicial | CreditService | Auditor

_VIEWERS: Final[tuple[type[Viewer], ...]] = (Public, OwnSubject, Department, Judicial, CreditService, Auditor)


def viewer_of(audience: Audience, **said: str | None) -> Viewer:
    """Whoever asks, as an audience and what it said of itself; raises `NotAdmissible`.

    `said` are `unit`, `purpose`, `case` and `agreement`, None where nothing was said.
    """
    kind = next(kind for kind in _VIEWERS if kind.audience is audience)
    asked = [field.name for field in fields(kind)]
    given = {name: text for name, text in said.items() if text is not None}
    _require(
        *(Fault(name, f"a view for {audience.value} needs it", "name it") for name in asked if name not in given),
        *(
            Fault(name, f"a view for {audience.value} has no use for it", "leave it out")
            for name in given.keys() - asked
        ),
    )
    return kind(**given)


def _require(*faults: Fault) -> None:
    if faults:
        raise NotAdmissible(*faults)


def _unit_faults(unit: str) -> Iterator[Fault]:
    try:
        check_issuer(unit, "unit")
    except Malformed as error:
        yield Fault(error.part, error.rule, "give the unit's code as in its statements")


def _text_faults(field: str, text: str, most: int) -> Iterator[Fault]:
    if not is_fit_text(text) or len(text) > most:
        yield Fault(field, f"must be 1 to {most} characters that can be shown", "say it in such a text")
