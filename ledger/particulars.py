"""具体事项 (particulars): what each type of statement commits to besides a record's fields, and how it is read.

Admission checks the shape once; what is read afterwards from the ledger's own events has passed it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final, TypeVar

import msgspec

from ledger.definition import (
    DefinitionFault,
    read_choice,
    read_day,
    read_flag,
    read_list,
    read_members,
    read_slug,
    read_text,
    read_whole,
    refuse,
)
from ledger.errors import Fault
from ledger.rulebook.calendar import FIRST_YEAR, MAX_WORKING_DAYS
from ledger.rulebook.lists import MAX_LENGTH, Removal
from ledger.rulebook.publicity import DishonestyClass, SectorRule, Withheld, WithheldReason
from ledger.rulebook.repair import AbuseKind, OtherCondition
from ledger.vocabulary import LinkKind, MaskOutcome, ObjectionOutcome, Origin, RemedyKind, RemedyOutcome
from verify.statement_type import StatementType
from verify.strict import JsonValue

DATA_PREFIX: Final = "data/"
"""Committed paths of a record's fields: ``data/<field code>``."""

MAX_TEXT: Final = 5000
"""Characters of a reason, a claim or a citation; 违法事实, the longest official text, has 5,000."""
MAX_NAME: Final = 200
MAX_EVIDENCE: Final = 100
LEFT_OUT: Final = "…"
"""Stands for a text where only the fact that there is one matters."""

ACT: Final = frozenset({"on", "operator", "basis", "reason", "evidence"})
"""What every decision of people commits to: when, who, by which law, why, on which evidence."""
PLEA: Final = frozenset({"on", "operator", "claim", "evidence"})
"""What a subject says, and who took it in."""
FALLS_DUE: Final = frozenset({"on", "reason"})
"""What an automatic event commits to."""

_Value = TypeVar("_Value")
_Paths = tuple[frozenset[str], frozenset[str]]
_NONE: Final[frozenset[str]] = frozenset()


def _act(*more: str, optional: frozenset[str] = _NONE) -> _Paths:
    return ACT | set(more), optional


def _due(*more: str) -> _Paths:
    return FALLS_DUE | set(more), _NONE


PATHS: Final[Mapping[StatementType, _Paths]] = {
    StatementType.LEDGER_OPENED: (_NONE, _NONE),
    StatementType.DEPARTMENT_REGISTERED: (frozenset({"name"}), _NONE),
    StatementType.KEY_ADDED: (_NONE, frozenset({"reason"})),
    StatementType.KEY_ROTATED: (_NONE, frozenset({"reason"})),
    StatementType.KEY_REVOKED: (frozenset({"reason"}), _NONE),
    StatementType.CATALOGUE_PUBLISHED: (frozenset({"definition"}), _NONE),
    StatementType.RULES_PUBLISHED: (frozenset({"definition"}), _NONE),
    StatementType.REGISTER_DECLARED: (frozenset({"on", "operator", "decided", "public"}), _NONE),
    StatementType.RECORD_FILED: (frozenset({"subject"}), frozenset({"publicity", "operator"})),
    StatementType.RECORD_CORRECTED: _act("subject"),
    StatementType.RECORD_CHANGED: _act(),
    StatementType.RECORD_REVOKED: _act(),
    StatementType.PUBLICITY_DETERMINED: _act("publicity"),
    StatementType.PUBLICITY_ENDED: _due(),
    StatementType.MASK_APPLIED: _act(),
    StatementType.MASK_LIFTED: _act("outcome"),
    StatementType.REMEDY_OPENED: _act("kind"),
    StatementType.REMEDY_CLOSED: _act("outcome"),
    StatementType.LISTING_NOTIFIED: _act("subject", "cases"),
    StatementType.LISTING_DEFENDED: (PLEA, _NONE),
    StatementType.LISTING_DROPPED: _act(),
    StatementType.LISTING_DECIDED: _act(
        "subject", "cases", "prolonged_by", optional=frozenset({"defence", "publicity"})
    ),
    StatementType.LISTING_REMOVED: _act("removal"),
    StatementType.LISTING_EXPIRED: _due(),
    StatementType.OBJECTION_RAISED: (PLEA | {"origin"}, _NONE),
    StatementType.OBJECTION_FORWARDED: _act(),
    StatementType.OBJECTION_EXTENDED: _act("to_working_days"),
    StatementType.OBJECTION_RESOLVED: _act("outcome", "unit"),
    StatementType.OBJECTION_DELIVERED: _act(),
    StatementType.REVIEW_REQUESTED: (PLEA, _NONE),
    StatementType.REVIEW_DECIDED: _act("outcome", "unit"),
    StatementType.REPAIR_APPLIED: _act("facts"),
    StatementType.REPAIR_FORWARDED: _act(),
    StatementType.REPAIR_ACCEPTED: _act(),
    StatementType.REPAIR_DECLINED: _act(),
    StatementType.REPAIR_EXTENDED: _act(),
    StatementType.REPAIR_VERIFIED: _act(),
    StatementType.REPAIR_GRANTED: _act(),
    StatementType.REPAIR_REFUSED: _act(),
    StatementType.REPAIR_REVOKED: _act("abuse"),
    StatementType.BAR_ENDED: _due(),
    StatementType.DEADLINE_MISSED: _due("calendar"),
    StatementType.DEADLINE_RECOMPUTED: _due("calendar", "was"),
    StatementType.SUBJECT_LINKED: _act("subject", "former", "kind", "valid_until"),
    StatementType.SUBJECT_SEPARATED: _act(),
}
"""Committed paths besides the record's fields: those that must be there and those that may."""

CARRIES_FIELDS: Final = frozenset(
    {StatementType.RECORD_FILED, StatementType.RECORD_CORRECTED, StatementType.LISTING_DECIDED}
)
"""Types that commit to every field of their catalogue item."""

_READ_ELSEWHERE: Final = frozenset({"subject", "former", "definition"})
_OUTCOMES: Final[Mapping[StatementType, type[StrEnum]]] = {
    StatementType.MASK_LIFTED: MaskOutcome,
    StatementType.REMEDY_CLOSED: RemedyOutcome,
    StatementType.OBJECTION_RESOLVED: ObjectionOutcome,
    StatementType.REVIEW_DECIDED: ObjectionOutcome,
}
_KINDS: Final[Mapping[StatementType, type[StrEnum]]] = {
    StatementType.REMEDY_OPENED: RemedyKind,
    StatementType.SUBJECT_LINKED: LinkKind,
}
_DIGEST: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)


class PublicityTerms(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True, gc=False):
    """公示认定 (what the providing unit determined about publicity): path ``publicity``."""

    given_class: DishonestyClass | None = None
    summary_procedure: bool = False
    withheld: Withheld | None = None
    need: str | None = None
    chosen_end: date | None = None
    sector: SectorRule | None = None
    """The obligations were unmet when the longest period ended, and a rule of the sector shows the record on."""

    def without_texts(self) -> PublicityTerms:
        """The same, saying that there was a text and not which: it may quote a person, and nothing follows from it."""
        if self.withheld is None and self.need is None and self.sector is None:
            return self
        return PublicityTerms(
            self.given_class,
            self.summary_procedure,
            None if self.withheld is None else Withheld(self.withheld.reason, LEFT_OUT),
            None if self.need is None else LEFT_OUT,
            self.chosen_end,
            None if self.sector is None else SectorRule(LEFT_OUT, self.sector.until),
        )


NO_TERMS: Final = PublicityTerms()
"""What holds of a record whose publicity nobody determined."""


@dataclass(frozen=True, slots=True)
class ApplicationFacts:
    """修复事实 (what an application for repair says): path ``facts``; a day that is not known is None."""

    corrected_on: date | None
    performed_on: date | None
    committed_on: date | None
    other: tuple[OtherCondition, ...]
    supplementary: tuple[str, ...]

    def without_texts(self) -> ApplicationFacts:
        """The same, saying that there were texts and not which."""
        other = tuple(OtherCondition(LEFT_OUT, LEFT_OUT, each.met_on) for each in self.other)
        return replace(self, other=other, supplementary=(LEFT_OUT,) * len(self.supplementary))


def path_faults(kind: StatementType, paths: frozenset[str]) -> list[Fault]:
    """What is committed to and should not be, and what is not and should; a record's fields are judged elsewhere."""
    required, optional = PATHS[kind]
    if kind in CARRIES_FIELDS:
        paths = frozenset(path for path in paths if not path.startswith(DATA_PREFIX))
    missing = [
        Fault(f"committed/{path}", f"a {kind.value} statement commits to it", "add it")
        for path in sorted(required - paths)
    ]
    return missing + [
        Fault(f"committed/{path}", f"a {kind.value} statement does not have it", "leave it out")
        for path in sorted(paths - required - optional)
    ]


def shape_fault(kind: StatementType, path: str, value: JsonValue) -> Fault | None:
    """What is wrong with the form of one committed value, by its path; None if nothing is or others judge it."""
    if path in _READ_ELSEWHERE or path.startswith(DATA_PREFIX):
        return None
    try:
        if path == "outcome":
            read_choice(value, "", _OUTCOMES[kind])
        elif path == "kind":
            read_choice(value, "", _KINDS[kind])
        elif path == "evidence":
            read_evidence(value, "", fewest=0 if "claim" in PATHS[kind][0] else 1)
        else:
            _SHAPES[path](value, "")
    except DefinitionFault as error:
        inner = error.path.replace(".", "/")
        return Fault(f"{path}{inner}", error.rule, error.fix)
    return None


def read_evidence(value: JsonValue, path: str, *, fewest: int = 1) -> tuple[str, ...]:
    """证据 (evidence): SHA-256 of each document, lower-case hexadecimal."""
    if value == [] and not fewest:
        return ()
    return read_list(value, path, _digest, MAX_EVIDENCE)


def read_publicity(value: JsonValue, path: str = "") -> PublicityTerms:
    """Read ``publicity``; raises `DefinitionFault`."""
    names = {"class", "summary_procedure", "withheld", "need", "chosen_end", "sector"}
    parts = read_members(value, path, names)
    withheld, sector = parts["withheld"], parts["sector"]
    terms = PublicityTerms(
        given_class=_or_none(parts["class"], f"{path}.class", lambda v, p: read_choice(v, p, DishonestyClass)),
        summary_procedure=read_flag(parts["summary_procedure"], f"{path}.summary_procedure"),
        withheld=_or_none(withheld, f"{path}.withheld", _withheld),
        need=_or_none(parts["need"], f"{path}.need", _long_text),
        chosen_end=_or_none(parts["chosen_end"], f"{path}.chosen_end", read_day),
        sector=_or_none(sector, f"{path}.sector", _sector),
    )
    if terms.chosen_end is not None and terms.given_class is None:
        refuse(f"{path}.chosen_end", "An end can be chosen for a class only.", "Give the class, or no end.")
    return terms


def read_facts(value: JsonValue, path: str = "") -> ApplicationFacts:
    """Read ``facts``; raises `DefinitionFault`."""
    parts = read_members(value, path, {"corrected_on", "performed_on", "committed_on", "other", "supplementary"})
    other, more = parts["other"], parts["supplementary"]

    def day(name: str) -> date | None:
        return _or_none(parts[name], f"{path}.{name}", read_day)

    return ApplicationFacts(
        corrected_on=day("corrected_on"),
        performed_on=day("performed_on"),
        committed_on=day("committed_on"),
        other=() if other == [] else read_list(other, f"{path}.other", _other, MAX_EVIDENCE),
        supplementary=() if more == [] else read_list(more, f"{path}.supplementary", _long_text, MAX_EVIDENCE),
    )


def read_calendar(value: JsonValue, path: str = "") -> tuple[tuple[int, int], ...]:
    """Read ``calendar``: years with the version of each; raises `DefinitionFault`."""
    return () if value == [] else read_list(value, path, _year_version)


def _or_none(value: JsonValue, path: str, read: Callable[[JsonValue, str], _Value]) -> _Value | None:
    return None if value is None else read(value, path)


def _digest(value: JsonValue, path: str) -> str:
    if not isinstance(value, str) or _DIGEST.fullmatch(value) is None:
        refuse(path, "This must be a SHA-256 digest.", "Give the document's digest as 64 lower-case hexadecimals.")
    return value


def _long_text(value: JsonValue, path: str) -> str:
    return _text_up_to(value, path, MAX_TEXT)


def _name(value: JsonValue, path: str) -> str:
    return _text_up_to(value, path, MAX_NAME)


def _text_up_to(value: JsonValue, path: str, most: int) -> str:
    text = read_text(value, path)
    if len(text) > most:
        refuse(path, f"This is longer than {most} characters.", "Shorten it; name a document instead.")
    return text


def _withheld(value: JsonValue, path: str) -> Withheld:
    parts = read_members(value, path, {"reason", "text"})
    return Withheld(
        read_choice(parts["reason"], f"{path}.reason", WithheldReason), _long_text(parts["text"], f"{path}.text")
    )


def _sector(value: JsonValue, path: str) -> SectorRule:
    parts = read_members(value, path, {"citation", "until"})
    return SectorRule(
        _long_text(parts["citation"], f"{path}.citation"), _or_none(parts["until"], f"{path}.until", read_day)
    )


def _other(value: JsonValue, path: str) -> OtherCondition:
    parts = read_members(value, path, {"text", "citation", "met_on"})
    return OtherCondition(
        _long_text(parts["text"], f"{path}.text"),
        _long_text(parts["citation"], f"{path}.citation"),
        _or_none(parts["met_on"], f"{path}.met_on", read_day),
    )


def _year_version(value: JsonValue, path: str) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != len(("year", "version")):
        refuse(path, "This must be a year and the version of its calendar.", "Write [2026, 1].")
    return read_whole(value[0], f"{path}[0]", FIRST_YEAR), read_whole(value[1], f"{path}[1]")


_SHAPES: Final[Mapping[str, Callable[[JsonValue, str], object]]] = {
    "on": read_day,
    "was": read_day,
    "valid_until": lambda value, path: _or_none(value, path, read_day),
    "operator": _name,
    "unit": _name,
    "name": _name,
    "basis": _long_text,
    "reason": _long_text,
    "claim": _long_text,
    "defence": _long_text,
    "publicity": read_publicity,
    "facts": read_facts,
    "cases": lambda value, path: read_list(value, path, read_slug, MAX_EVIDENCE),
    "prolonged_by": lambda value, path: read_whole(value, path, 0, MAX_LENGTH),
    "to_working_days": lambda value, path: read_whole(value, path, 1, MAX_WORKING_DAYS),
    "removal": lambda value, path: read_choice(value, path, Removal),
    "abuse": lambda value, path: read_choice(value, path, AbuseKind),
    "origin": lambda value, path: read_choice(value, path, Origin),
    "calendar": read_calendar,
    "decided": lambda value, path: read_whole(value, path, 0),
    "public": lambda value, path: read_whole(value, path, 0),
}
