"""公民身份号码 (resident identity number), GB 11643-1999, and its 15-digit form of 1989.

Known here so that a person's number is recognised and kept out of the open; no subject is identified by one.
"""

from datetime import date
from operator import mul
from typing import Final

from ledger.codes.alphabet import DIGITS

RESIDENT_ID_LENGTH: Final = 18
OLD_RESIDENT_ID_LENGTH: Final = 15

# ISO 7064 MOD 11-2: the check character is indexed by the weighted sum modulo 11.
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS: Final = "10X98765432"
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
# GB 11643-1989 kept these serials for people over a hundred; the edition of 1999 ended that.
_CENTENARIANS: Final = frozenset(("996", "997", "998", "999"))

_LENGTH: Final = "A resident identity number has exactly 18 characters (GB 11643)."
_CHARACTER: Final = "A resident identity number is 17 ASCII digits and an ASCII digit or capital X (GB 11643)."
_BIRTH: Final = "Digits 7 to 14 are not a day of the calendar (GB 11643)."
_FUTURE: Final = "Digits 7 to 14 are a day of birth in the future (GB 11643)."
_CHECK: Final = "The last character is not the check character of the seventeen before it (GB 11643)."
_OLD_FORM: Final = "A resident identity number of the old form has exactly 15 ASCII digits (GB 11643-1989)."
_OLD_BIRTH: Final = "Digits 7 to 12 are not a day of the calendar (GB 11643-1989)."


def resident_id_fault(code: str, today: date) -> str | None:
    """公民身份号码 (resident identity number): name the broken rule in one sentence, or None if well formed (GB 11643).

    Length, characters, a day of birth not after `today`, check character, which notices every single wrong character.
    There is no first year of birth, as the standard's own example was born in 1880. The region is not looked up:
    withdrawn codes stay in use, and the numbers of 外国人永久居留身份证 (since December 2023, 9...) follow the same
    rules.
    """
    if len(code) != RESIDENT_ID_LENGTH:
        return _LENGTH
    body, check = code[:-1], code[-1]
    if not DIGITS.issuperset(body) or check not in _CHECK_CHARACTERS:
        return _CHARACTER
    born = _day(body[6:14])
    if born is None:
        return _BIRTH
    if born > today:
        return _FUTURE
    return None if check == _check_character(body) else _CHECK


def old_resident_id_fault(code: str) -> str | None:
    """公民身份号码 of 15 digits (GB 11643-1989): name the broken rule in one sentence, or None if well formed.

    Region 6, birth yymmdd, serial 3, no check character: any typing mistake that leaves a day goes unnoticed.
    """
    if len(code) != OLD_RESIDENT_ID_LENGTH or not DIGITS.issuperset(code):
        return _OLD_FORM
    return _OLD_BIRTH if _day(_century(code) + code[6:12]) is None else None


def resident_id_of(old: str) -> str:
    """公民身份号码 of 18 characters of the person who had the 15-digit one (GB 11643-1999).

    The year gets its century, 18 for the serials 996 to 999 of centenarians and 19 for all others, and the check
    character follows.

    Raises ValueError when `old` has a fault.
    """
    if old_resident_id_fault(old) is not None:
        message = "only a 15-digit resident identity number without a fault can be written in the new form"
        raise ValueError(message)
    body = old[:6] + _century(old) + old[6:]
    return body + _check_character(body)


def looks_like_resident_id(code: str) -> bool:
    """公民身份号码 (resident identity number): say whether the code looks like one, so that it is kept out of the open.

    GB 11643: 18 characters, province, plausible birth date, check character; a small final x counts too, because a leak
    is a leak. The old 15-digit form never counts: 15-digit registration numbers look the same. A rare 统一社会信用代码
    that begins like a province (12..., 31..., 51...) looks like one by chance, and one resident number in 31 fits as a
    credit code: where both hold, only the register knows.
    """
    return code[:2] in _PROVINCES and has_resident_id_form(code)


def has_resident_id_form(code: str) -> bool:
    """Say the same of a code of any region, so that a 外国人永久居留身份证 (9...) counts too.

    Only where a code beginning with 9 is not an enterprise's anyway.
    """
    if len(code) != RESIDENT_ID_LENGTH:
        return False
    body, check = code[:-1], code[-1].upper()
    if not DIGITS.issuperset(body) or check != _check_character(body):
        return False
    born = _day(body[6:14])
    return born is not None and _FIRST_BIRTH_YEAR <= born.year <= _LAST_BIRTH_YEAR


def has_old_resident_id_form(code: str) -> bool:
    """Say whether a code may be a 15-digit 公民身份号码: a province and a day, no more.

    Only where the code is not a 工商注册号, of which one in thirty has the same form.
    """
    return code[:2] in _PROVINCES and old_resident_id_fault(code) is None


def _century(old: str) -> str:
    return "18" if old[12:] in _CENTENARIANS else "19"


def _day(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _check_character(body: str) -> str:
    return _CHECK_CHARACTERS[sum(map(mul, _WEIGHTS, map(int, body))) % 11]
