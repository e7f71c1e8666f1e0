"""标识代码 (identifier codes): is this code well formed, and if not, which rule does it break.

Only the code itself is looked at, never a register: a code without a fault may still belong to nobody. Every comparison
is against an explicit ASCII alphabet, because `str.isdigit` and `int` also take full-width and Arabic-Indic digits, and
two spellings of one code would become two subjects. No sentence repeats the code, since it may be a person's.
"""

from datetime import date
from operator import mul
from typing import Final

USCC_LENGTH: Final = 18
ORGANISATION_CODE_LENGTH: Final = 9
RESIDENT_ID_LENGTH: Final = 18

# GB 32100-2015: 31 characters; I, O, Z, S and V are left out because they are misread as digits or as U.
_USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_USCC_MODULUS: Final = 31
_USCC_ORGANISATION_CODE: Final = slice(8, 17)

# GB 11714: eight characters of 36, then a check character in 0-9 or X.
_ORGANISATION_ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_ORGANISATION_CHECK: Final = "0123456789X"

# GB 11643: the check character is indexed by the weighted sum modulo 11.
_RESIDENT_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_CHECK: Final = "10X98765432"
# The province-level codes a resident number can begin with (GB/T 2260; 81 to 83 for residence permits). Without them
# one in some three hundred all-digit enterprise codes (91...) of counties numbered xx19 or xx20 would look like a
# person's.
_REGIONS: Final = {
    "1": "12345",
    "2": "123",
    "3": "1234567",
    "4": "123456",
    "5": "01234",
    "6": "12345",
    "7": "1",
    "8": "123",
}
_PROVINCES: Final = frozenset(region + province for region, all_of_it in _REGIONS.items() for province in all_of_it)
# Nobody alive was born before; no upper bound but the calendar's century, because a pure function has no clock.
_FIRST_BIRTH_YEAR: Final = 1890
_LAST_BIRTH_YEAR: Final = 2099
_DIGITS: Final = frozenset("0123456789")
_FOREIGN: Final = 255


def _values(alphabet: str) -> bytes:
    """Build a table for `bytes.translate`: ASCII to places in the alphabet, `_FOREIGN` for whatever is not in it."""
    return bytes(alphabet.find(chr(byte)) % 256 for byte in range(256))


# Translating bytes is twice as fast as looking up characters, and a record holds three codes or more.
_USCC_VALUES: Final = _values(_USCC_ALPHABET)
_ORGANISATION_VALUES: Final = _values(_ORGANISATION_ALPHABET)
_ZERO_BODY: Final = "0" * (USCC_LENGTH - 1)

_LENGTH: Final = "A unified social credit code has exactly 18 characters (GB 32100-2015)."
_CHARACTER: Final = (
    "A unified social credit code is written in the ASCII digits and capital letters without I, O, Z, S and V "
    "(GB 32100-2015)."
)
_CHECK: Final = "The last character is not the check character of the seventeen before it (GB 32100-2015)."
_PLACEHOLDER: Final = "Seventeen zeros are the placeholder for a subject without a code; it identifies nobody."
_INNER: Final = "Characters 9 to 17 are not an organisation code with a right check character (GB 11714)."
_ORGANISATION_LENGTH: Final = "An organisation code has exactly 9 characters, without a hyphen (GB 11714)."
_ORGANISATION_CHARACTER: Final = "An organisation code is written in ASCII digits and capital letters (GB 11714)."
_ORGANISATION_CHECK_FAULT: Final = "The last character is not the check character of the eight before it (GB 11714)."


def uscc_fault(code: str) -> str | None:
    """统一社会信用代码 (unified social credit code): name the broken rule in one sentence, or None if well formed.

    GB 32100-2015: length, alphabet, check character. The region is not looked up, since withdrawn region codes stay in
    use. The placeholder of seventeen zeros is named as such, also with the zero that would fit as its check character.
    """
    if len(code) != USCC_LENGTH:
        return _LENGTH
    values = code.encode("ascii", "replace").translate(_USCC_VALUES)
    if _FOREIGN in values:
        return _CHARACTER
    if code.startswith(_ZERO_BODY):
        return _PLACEHOLDER
    return _CHECK if sum(map(mul, _USCC_WEIGHTS, values)) % _USCC_MODULUS else None


def uscc_check_character(body: str) -> str:
    """Compute the check character that completes the first 17 characters of a 统一社会信用代码 (GB 32100-2015).

    Raises ValueError when `body` is not 17 characters of the alphabet.
    """
    values = body.encode("ascii", "replace").translate(_USCC_VALUES)
    if len(body) != USCC_LENGTH - 1 or _FOREIGN in values:
        message = "the body of a unified social credit code is 17 characters of its alphabet"
        raise ValueError(message)
    return _USCC_ALPHABET[-sum(map(mul, _USCC_WEIGHTS, values)) % _USCC_MODULUS]


def uscc_warning(code: str) -> str | None:
    """Warn in one sentence when the organisation code inside a 统一社会信用代码 fails its own check, else None.

    Ask it only of a code without a fault. It is never a reason to refuse: real, registered codes fail this check.
    """
    return None if organisation_code_fault(code[_USCC_ORGANISATION_CODE]) is None else _INNER


def organisation_code_fault(code: str) -> str | None:
    """组织机构代码 (organisation code): name the broken rule in one sentence, or None if well formed (GB 11714)."""
    if len(code) != ORGANISATION_CODE_LENGTH:
        return _ORGANISATION_LENGTH
    values = code.encode("ascii", "replace").translate(_ORGANISATION_VALUES)
    if _FOREIGN in values:
        return _ORGANISATION_CHARACTER
    total = sum(map(mul, _ORGANISATION_WEIGHTS, values))
    return None if code[-1] == _ORGANISATION_CHECK[-total % 11] else _ORGANISATION_CHECK_FAULT


def looks_like_resident_id(code: str) -> bool:
    """公民身份号码 (resident identity number): say whether the code looks like one, so that it is kept out of the open.

    GB 11643: 18 characters, province, plausible birth date, check character; a small final x counts too, because a leak
    is a leak. The old 15-digit form never counts: 15-digit registration numbers look the same. A rare 统一社会信用代码
    that begins like a province (12..., 31..., 51...) looks like one by chance, and one resident number in 31 fits as a
    credit code: where both hold, only the register knows.
    """
    if len(code) != RESIDENT_ID_LENGTH:
        return False
    body, check = code[:-1], code[-1].upper()
    if not _DIGITS.issuperset(body) or body[:2] not in _PROVINCES:
        return False
    if check != _RESIDENT_CHECK[sum(map(mul, _RESIDENT_WEIGHTS, map(int, body))) % 11]:
        return False
    try:
        born = date(int(body[6:10]), int(body[10:12]), int(body[12:14]))
    except ValueError:
        return False
    return _FIRST_BIRTH_YEAR <= born.year <= _LAST_BIRTH_YEAR
