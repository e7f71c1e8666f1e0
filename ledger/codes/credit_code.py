"""统一社会信用代码 (unified social credit code), GB 32100-2015.

Registering department 1, kind of organisation 1, region 6, organisation code 9, check character 1. Only length,
alphabet and check character can refuse a code: departments and kinds have been added since (XG1-2016), and withdrawn
region codes stay in use (110228, 110302 and 100000 occur in registers, none of them in today's GB/T 2260).
"""

from operator import mul
from typing import Final

from ledger.codes.alphabet import FOREIGN, alphabet_values

USCC_LENGTH: Final = 18

# 31 characters; I, O, Z, S and V are left out because they are misread as digits or as U.
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES: Final = alphabet_values(_ALPHABET)
_WEIGHTS: Final = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28, 1)
_MODULUS: Final = 31
_ZERO_BODY: Final = "0" * (USCC_LENGTH - 1)

_LENGTH: Final = "A unified social credit code has exactly 18 characters (GB 32100-2015)."
_CHARACTER: Final = (
    "A unified social credit code is written in the ASCII digits and capital letters without I, O, Z, S and V "
    "(GB 32100-2015)."
)
_CHECK: Final = "The last character is not the check character of the seventeen before it (GB 32100-2015)."
_PLACEHOLDER: Final = "Seventeen zeros are the placeholder for a subject without a code; it identifies nobody."


def uscc_fault(code: str) -> str | None:
    """统一社会信用代码 (unified social credit code): name the broken rule in one sentence, or None if well formed.

    GB 32100-2015: length, alphabet, check character. The region is not looked up, since withdrawn region codes stay in
    use. The placeholder of seventeen zeros is named as such, also with the zero that would fit as its check character.
    """
    if len(code) != USCC_LENGTH:
        return _LENGTH
    values = code.encode("ascii", "replace").translate(_VALUES)
    if FOREIGN in values:
        return _CHARACTER
    if code.startswith(_ZERO_BODY):
        return _PLACEHOLDER
    return _CHECK if sum(map(mul, _WEIGHTS, values)) % _MODULUS else None


def uscc_check_character(body: str) -> str:
    """Compute the check character that completes the first 17 characters of a 统一社会信用代码 (GB 32100-2015).

    Raises ValueError when `body` is not 17 characters of the alphabet.
    """
    values = body.encode("ascii", "replace").translate(_VALUES)
    if len(body) != USCC_LENGTH - 1 or FOREIGN in values:
        message = "the body of a unified social credit code is 17 characters of its alphabet"
        raise ValueError(message)
    return _ALPHABET[-sum(map(mul, _WEIGHTS, values)) % _MODULUS]
