"""组织机构代码 (organisation code), GB 11714-1997, alone and inside a 统一社会信用代码."""

from operator import mul
from typing import Final

from ledger.codes.alphabet import FOREIGN, alphabet_values
from ledger.codes.credit_code import uscc_fault

ORGANISATION_CODE_LENGTH: Final = 9

# Eight characters of 36, then a check character in 0-9 or X.
_VALUES: Final = alphabet_values("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS: Final = "0123456789X"
_IN_USCC: Final = slice(8, 17)

_LENGTH: Final = "An organisation code has exactly 9 characters, without a hyphen (GB 11714)."
_CHARACTER: Final = "An organisation code is written in ASCII digits and capital letters (GB 11714)."
_CHECK: Final = "The last character is not the check character of the eight before it (GB 11714)."
_INNER: Final = "Characters 9 to 17 are not an organisation code with a right check character (GB 11714)."


def organisation_code_fault(code: str) -> str | None:
    """组织机构代码 (organisation code): name the broken rule in one sentence, or None if well formed (GB 11714).

    The hyphen before the check character is for readers of paper; machines leave it out (GB 11714-1997, 2.2), so here
    it is a fault. Letters count from 10 to 35 and the sum is taken modulo 11, so 0, B, M and X are alike for the check,
    and so on through the alphabet: such a swap goes unnoticed. Any other wrong character is noticed, and so is every
    digit mistaken for a digit.
    """
    if len(code) != ORGANISATION_CODE_LENGTH:
        return _LENGTH
    values = code.encode("ascii", "replace").translate(_VALUES)
    if FOREIGN in values:
        return _CHARACTER
    return None if code[-1] == _CHECK_CHARACTERS[-sum(map(mul, _WEIGHTS, values)) % 11] else _CHECK


def uscc_warning(code: str) -> str | None:
    """Warn in one sentence when the organisation code inside a 统一社会信用代码 fails its own check, else None.

    Ask it only of a code without a fault. It is never a reason to refuse: real, registered codes fail this check.
    """
    return None if organisation_code_fault(code[_IN_USCC]) is None else _INNER


def organisation_code_of(uscc: str) -> str | None:
    """组织机构代码 (organisation code) of a subject: characters 9 to 17 of its 统一社会信用代码 (GB 32100-2015).

    None if they fail their own check (see `uscc_warning`): nobody can have filed under them. There is no way back by
    arithmetic: department, kind and region of the unified code are known to the register alone.

    Raises ValueError when `uscc` has a fault, for then its characters say nothing.
    """
    if uscc_fault(uscc) is not None:
        message = "an organisation code can be read only from a unified social credit code without a fault"
        raise ValueError(message)
    code = uscc[_IN_USCC]
    return code if organisation_code_fault(code) is None else None
