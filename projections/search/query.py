"""检索条件 (query): what somebody typed, read as a code and as a name, or refused without repeating it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from ledger.codes import IdentifierScheme, identifier_fault, may_be_resident_id
from ledger.errors import Fault, NotAdmissible
from projections.search.terms import code_key, normalise

FEWEST_CHARACTERS: Final = 2
"""字号 has two or more (企业名称登记管理规定 第八条); one character would list half a register."""
MOST_CHARACTERS: Final = 200
"""No name is longer."""
MOST_HITS: Final = 50

_RUN: Final = re.compile(r"[0-9A-Z]{15,}", re.ASCII)
_NUMBER: Final = re.compile(r"[0-9]+X?", re.ASCII)
_FIELD: Final = "q"
_SCHEMES_LIKE_RESIDENT_IDS: Final = (IdentifierScheme.USCC, IdentifierScheme.REGISTRATION_NUMBER)
_NO_SCHEME: Final = ""


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for."""

    normal: str
    """As names are compared; two characters or more."""
    code: str
    """As codes are compared; "" if it cannot be one."""


def read_query(text: str) -> Query:
    """Read what was typed; raises `NotAdmissible` if it is too short, too long, or may name a natural person's id."""
    if len(text) > MOST_CHARACTERS:
        rule = f"a query has at most {MOST_CHARACTERS} characters"
        raise NotAdmissible(Fault(_FIELD, rule, "ask for a code or a name"))
    if _holds_resident_id(text):
        rule = "this looks like a resident identity number; natural persons are not searched for"
        raise NotAdmissible(Fault(_FIELD, rule, "ask for the code or the name of an organisation"))
    normal = normalise(text)
    if len(normal) < FEWEST_CHARACTERS:
        rule = f"a query has at least {FEWEST_CHARACTERS} characters besides spaces and punctuation"
        raise NotAdmissible(Fault(_FIELD, rule, "give a code, or two characters or more of a name"))
    return Query(normal, code_key(text))


def check_limit(limit: int) -> int:
    """A number of hits that may be asked for; raises `NotAdmissible`."""
    if not 1 <= limit <= MOST_HITS:
        rule = f"from 1 to {MOST_HITS} subjects are listed"
        raise NotAdmissible(Fault("limit", rule, "narrow the query instead of asking for more"))
    return limit


def _holds_resident_id(text: str) -> bool:
    """Whether some of the text may be a 公民身份号码 (or its form of 15 digits), however it was typed."""
    typed = unicodedata.normalize("NFKC", text).upper()
    bare = "".join(char for char in typed if char.isalnum())
    return any(
        may_be_resident_id(_NO_SCHEME, each)
        for run in _RUN.findall(bare)
        if not _is_code(run)
        for each in (run, *_NUMBER.findall(run))
    )


def _is_code(run: str) -> bool:
    """Whether it is a code of an organisation that only has the form of a resident's number, or not even that."""
    return any(
        identifier_fault(scheme, run) is None and not may_be_resident_id(scheme, run)
        for scheme in _SCHEMES_LIKE_RESIDENT_IDS
    )
