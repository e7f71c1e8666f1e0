"""脱敏 (masking) of personal values: enough is left to compare two papers with, too little to find the person.

Pure, and not reversible: what is masked is no longer in the result, nor is its length where that would tell something.
个人信息保护法 第六条 (最小必要), 第二十五条 (no publication without consent or basis); the forms are ours.
"""

from __future__ import annotations

import re
from typing import Final

from ledger.codes import looks_like_resident_id, uscc_fault
from ledger.codes.resident import has_resident_id_form

_STAR: Final = "*"
_MOST_SHOWN: Final = 4
"""Characters left at either end of a number: of 18 the region's first four, the serial and the check character."""
_SHARE: Final = 4
"""At most one in four characters is left at either end, so that at least half of every number is gone."""
_SEVERAL: Final = re.compile(r"([、，,；;/|\s]+)")
"""What stands between several names in one field."""
_NUMBER: Final = re.compile(r"(?<![0-9０-９])(?:[0-9０-９][ \u3000\-－]?){17}[0-9０-９XxＸｘ](?![0-9０-９])")
"""Seventeen digits and a check character, perhaps in groups, half or full width."""
_PLAIN: Final = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX", " \u3000-－")


def mask_name(name: str) -> str:
    """张三丰 is 张*: the first character of each name in the field, and one star however long the name is.

    A name of a single character is a star alone.
    """
    parts = _SEVERAL.split(name)
    return "".join(_family_name(part) if index % 2 == 0 else part for index, part in enumerate(parts))


def mask_number(number: str) -> str:
    """证件号码: 11010519491231002X is 1101**********002X; a short number keeps less, three characters keep nothing."""
    shown = min(_MOST_SHOWN, len(number) // _SHARE)
    hidden = _STAR * (len(number) - 2 * shown)
    return f"{number[:shown]}{hidden}{number[len(number) - shown :]}"


def mask_resident_ids(text: str) -> str:
    """公民身份号码 in a text, each masked, also written in groups or full width (GB 11643, check character holds).

    A 统一社会信用代码 stays; where one number fits both, it is masked. The old form of 15 digits stays too, because a
    工商注册号 looks the same.
    """
    return _NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    plain = found.group().translate(_PLAIN)
    person = looks_like_resident_id(plain) or (has_resident_id_form(plain) and uscc_fault(plain) is not None)
    return mask_number(plain) if person else found.group()


def _family_name(name: str) -> str:
    return name[: len(name) > 1] + _STAR if name else ""
