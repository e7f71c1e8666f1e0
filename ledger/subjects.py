"""信用主体 (credit subject): whom a record is about, named by an identifier of a scheme."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ledger.codes import identifier_fault, may_be_resident_id
from ledger.errors import Fault, NotAdmissible
from verify.handle import organisation_handle
from verify.strict import JsonValue

_SCHEME = re.compile(r"[a-z][a-z0-9-]{1,31}", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", re.ASCII)
_PERSONS = "natural-person"
"""What the items for natural persons call their scheme. A handle that anybody can recompute is no name for a person."""
_NO_PERSONS = "records of natural persons are not accepted by this version"
_MAX_NAME = 200
"""CF_XDR_MC and XK_XDR_MC have 200 characters."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A legal person or other organisation."""

    scheme: str
    code: str
    name: str

    @property
    def handle(self) -> str:
        """How entries name the subject."""
        return organisation_handle(self.scheme, self.code)


def check_identifier(scheme: str, code: str, part: str = "subject") -> None:
    """Require a scheme and a code of an organisation; raises `NotAdmissible`.

    Identity numbers of natural persons are refused under every scheme: the handle of an organisation can be recomputed
    by anybody, so it would publish the number.
    """
    if not _SCHEME.fullmatch(scheme):
        raise _fault(f"{part}/scheme", "an identifier scheme is lower-case letters, digits and hyphens", "use uscc")
    if not _CODE.fullmatch(code):
        raise _fault(f"{part}/code", "a code is 1 to 64 ASCII letters, digits, dots, hyphens", "send the bare code")
    if scheme == _PERSONS:
        raise _fault(f"{part}/scheme", _NO_PERSONS, "file records of organisations only")
    fault = identifier_fault(scheme, code)
    if fault is not None:
        raise _fault(f"{part}/code", fault, "check the code against the registration certificate")
    if may_be_resident_id(scheme, code):
        raise _fault(
            f"{part}/code",
            f"this looks like a resident identity number; {_NO_PERSONS}",
            "file records of organisations only",
        )


def read_subject(value: JsonValue, part: str = "subject") -> Subject:
    """Read the opened value of ``subject``: ``{"code", "name", "scheme"}``; raises `NotAdmissible`."""
    match value:
        case {"scheme": str(scheme), "code": str(code), "name": str(name), **rest} if not rest:
            check_identifier(scheme, code, part)
            if not 0 < len(name) <= _MAX_NAME:
                raise _fault(f"{part}/name", f"a name has 1 to {_MAX_NAME} characters", "send the registered name")
            return Subject(scheme, code, name)
    raise _fault(part, "must be an object with scheme, code and name", "commit to exactly these three members")


def subject_value(subject: Subject) -> Mapping[str, JsonValue]:
    """The value to commit to."""
    return {"code": subject.code, "name": subject.name, "scheme": subject.scheme}


def _fault(field: str, rule: str, fix: str) -> NotAdmissible:
    return NotAdmissible(Fault(field, rule, fix))
