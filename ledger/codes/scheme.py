"""标识体系 (identifier schemes): the codes a subject may be named by, and which rule each of them follows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum, unique
from typing import Final

from ledger.codes.credit_code import uscc_fault
from ledger.codes.organisation import organisation_code_fault, uscc_warning
from ledger.codes.registration import old_registration_number_fault, registration_number_fault
from ledger.codes.resident import has_old_resident_id_form, has_resident_id_form

_PLACEHOLDER: Final = "A code of zeros is a placeholder for a subject without a code; it identifies nobody."
_INTERNAL: Final = "Organisation codes PDY00001 to PDY99999 are for use within one system only (GB 11714, 3)."
_INTERNAL_PREFIX: Final = "PDY"


@unique
class IdentifierScheme(StrEnum):
    """标识体系 (identifier scheme) of a subject that is an organisation or a 个体工商户.

    A resident identity number is none: the handle of a subject can be recomputed by anybody, so it would publish the
    number. Other registries' schemes need not be listed here; catalogue items name the schemes they take.
    """

    USCC = "uscc"
    """统一社会信用代码, GB 32100-2015."""
    ORGANISATION_CODE = "organisation-code"
    """组织机构代码, GB 11714-1997."""
    REGISTRATION_NUMBER = "registration-number"
    """工商注册号 of 15 digits, GS 15-2006."""
    OLD_REGISTRATION_NUMBER = "old-registration-number"
    """工商注册号 of 13 or 10 digits, before 1 July 2007."""
    TW_EPA_FACILITY = "tw-epa-facility"
    """管制編號 of the Taiwanese environment agency; its own registry's scheme, taken as it is."""

    @property
    def is_national(self) -> bool:
        """Whether mainland rules fix the form: capitals and digits, so that blanks, case and hyphens are typing."""
        return self in _RULES

    @property
    def has_check(self) -> bool:
        """Whether the last character is a check character, so that typing mistakes are noticed."""
        return self in _CHECKED


def identifier_fault(scheme: str, code: str) -> str | None:
    """Name the rule of `scheme` that `code` breaks as the identity of a subject, in one sentence, or None.

    A code can be well formed and yet identify nobody: zeros, and the organisation codes that GB 11714 leaves to each
    system. A scheme that is not listed is another registry's, whose rules are not known here: None.
    """
    rule = _RULES.get(scheme)
    return None if rule is None else rule(code)


def may_be_resident_id(scheme: str, code: str) -> bool:
    """Say whether a code without a fault must be kept out because it may be a 公民身份号码, given its scheme.

    A few all-digit codes of institutions have the form of an identity number; their inner organisation code tells, and
    so does the check digit of a 15-digit registration number. No other scheme gets the benefit of the doubt: the tax
    number of a 个体工商户 used to be the identity number of its owner (税务登记管理办法, 2003).
    """
    if scheme == IdentifierScheme.USCC:
        return has_resident_id_form(code) and uscc_warning(code) is not None
    if has_resident_id_form(code):
        return True
    return scheme != IdentifierScheme.REGISTRATION_NUMBER and has_old_resident_id_form(code)


def _organisation_code(code: str) -> str | None:
    fault = organisation_code_fault(code)
    if fault is not None:
        return fault
    if _is_zeros(code):
        return _PLACEHOLDER
    internal = code.startswith(_INTERNAL_PREFIX) and code[len(_INTERNAL_PREFIX) : -1].isdecimal()
    return _INTERNAL if internal else None


def _registration_number(code: str) -> str | None:
    return registration_number_fault(code) or (_PLACEHOLDER if _is_zeros(code) else None)


def _old_registration_number(code: str) -> str | None:
    return old_registration_number_fault(code) or (_PLACEHOLDER if _is_zeros(code) else None)


def _is_zeros(code: str) -> bool:
    """Say so whatever the last character is, as it may have been made to fit."""
    return not code[:-1].strip("0")


_RULES: Final[Mapping[str, Callable[[str], str | None]]] = {
    IdentifierScheme.USCC: uscc_fault,
    IdentifierScheme.ORGANISATION_CODE: _organisation_code,
    IdentifierScheme.REGISTRATION_NUMBER: _registration_number,
    IdentifierScheme.OLD_REGISTRATION_NUMBER: _old_registration_number,
}
_CHECKED: Final = frozenset(
    (IdentifierScheme.USCC, IdentifierScheme.ORGANISATION_CODE, IdentifierScheme.REGISTRATION_NUMBER)
)
