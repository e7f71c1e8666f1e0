"""检索词 (search terms): one form for all spellings of a name or code, and the pairs of characters that find a part.

The form is made character by character, so a part of a name always has a part of the name's form, and is found by it.
That is why 繁体 is not turned into 简体 here: converters choose by phrases, so that part and whole would come out
differently. Registered names are written in 规范汉字 anyway (企业名称登记管理规定, 国务院令第734号, 第五条).
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import Final

_LETTERS_AND_NUMBERS: Final = frozenset("LMN")
"""General categories, with the marks of scripts that write vowels by them; all else is spacing and punctuation."""
_IDEOGRAPHS: Final = range(0x20000, 0x40000)
"""Planes of rare characters: Python may not know yet what Unicode has put there since."""
_PRIVATE_USE: Final = "Co"
"""Rare characters as systems before GB 18030-2022 wrote them."""
_VARIATION_SELECTORS: Final = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_ZERO: Final = {"○": "〇", "◯": "〇"}
"""Circles that are typed for the character of zero."""
_KEPT: Final = 1 << 16
"""Characters to remember: more than any register uses, few enough for a stranger's queries not to fill memory."""


def normalise(text: str) -> str:
    """The form in which names are compared: full-width and other compatible characters as usual ones, small letters.

    ``normalise(a + b) == normalise(a) + normalise(b)``. Only letters, marks and numbers are left, which may be none.
    """
    return "".join(map(_form, text))


def terms(normal: str) -> tuple[str, ...]:
    """Every pair of neighbouring characters of a normalised text, each once, sorted; a lone character by itself.

    Whatever contains a text of two characters or more has all its pairs. The reverse does not hold: look again.
    """
    if len(normal) < len("ab"):
        return tuple(normal)
    return tuple(sorted({first + second for first, second in pairwise(normal)}))


def code_key(text: str) -> str:
    """The form in which codes are compared: full width narrowed, capitals, no blanks, dashes, dots; "" for no code."""
    key = "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text))).upper()
    return key if key.isascii() else ""


@lru_cache(_KEPT)
def _form(char: str) -> str:
    spelt = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", char).casefold())
    return "".join(_ZERO.get(each, each) for each in spelt if each in _ZERO or _is_kept(each))


def _is_kept(char: str) -> bool:
    number = ord(char)
    if any(number in selectors for selectors in _VARIATION_SELECTORS):
        return False
    category = unicodedata.category(char)
    return category[0] in _LETTERS_AND_NUMBERS or category == _PRIVATE_USE or number in _IDEOGRAPHS
