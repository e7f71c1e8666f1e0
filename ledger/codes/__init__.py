"""标识代码 (identifier codes): is this code well formed, and if not, which rule does it break.

Only the code itself is looked at, never a register: a code without a fault may still belong to nobody. Every comparison
is against an explicit ASCII alphabet, because `str.isdigit` and `int` also take full-width and Arabic-Indic digits, and
two spellings of one code would become two subjects. No sentence repeats the code, since it may be a person's.

Here is no leniency: small letters, blanks and hyphens are faults. Only an import edge may tidy what people typed,
before anything is signed.
"""

from ledger.codes.credit_code import USCC_LENGTH, uscc_check_character, uscc_fault
from ledger.codes.organisation import (
    ORGANISATION_CODE_LENGTH,
    organisation_code_fault,
    organisation_code_of,
    uscc_warning,
)
from ledger.codes.registration import (
    OLD_REGISTRATION_NUMBER_LENGTHS,
    REGISTRATION_NUMBER_LENGTH,
    old_registration_number_fault,
    registration_number_fault,
)
from ledger.codes.resident import (
    OLD_RESIDENT_ID_LENGTH,
    RESIDENT_ID_LENGTH,
    looks_like_resident_id,
    old_resident_id_fault,
    resident_id_fault,
    resident_id_of,
)
from ledger.codes.scheme import IdentifierScheme, identifier_fault, may_be_resident_id

__all__ = [
    "OLD_REGISTRATION_NUMBER_LENGTHS",
    "OLD_RESIDENT_ID_LENGTH",
    "ORGANISATION_CODE_LENGTH",
    "REGISTRATION_NUMBER_LENGTH",
    "RESIDENT_ID_LENGTH",
    "USCC_LENGTH",
    "IdentifierScheme",
    "identifier_fault",
    "looks_like_resident_id",
    "may_be_resident_id",
    "old_registration_number_fault",
    "old_resident_id_fault",
    "organisation_code_fault",
    "organisation_code_of",
    "registration_number_fault",
    "resident_id_fault",
    "resident_id_of",
    "uscc_check_character",
    "uscc_fault",
    "uscc_warning",
]
