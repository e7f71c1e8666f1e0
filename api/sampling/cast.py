"""Who takes part: test offices with two keys each, the platform, and test companies without end.

Names begin with 测试, so that nobody takes one for a real company or authority. Codes are right by their check
characters, the inner one too, and belong to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property, lru_cache
from typing import Final

from api.sampling.dice import Dice
from ledger.codes import organisation_code_fault, registration_number_fault, uscc_check_character
from ledger.subjects import Subject
from verify.note import SigningKey

PLATFORM: Final = "operator.example"
"""Issuer of the ledger's own statements."""

MAX_COMPANIES: Final = 1_000_000
"""Six digits of the code body tell the companies apart."""

_RESERVED: Final = 5_000_000
"""Company numbers from here on stand in one case alone: they are merged, or change their code."""

_SEED_BYTES: Final = 32
_KINDS: Final = 40
"""Of so many numbers in a row, 34 are companies, 2 associations, 4 traders."""
_ORGANISATION: Final = "法人及非法人组织"
_TRADER: Final = "个体工商户"
_TRADES: Final = ("科技", "餐饮", "建材", "物流", "环保", "食品", "机械", "医疗器械", "物业", "装饰")
_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"


class Bureau(Enum):
    """测试单位 (test office): its name and how its documents are numbered."""

    MARKET = "测试市场监督管理局", "市监"
    ENVIRONMENT = "测试生态环境局", "环"
    CITY = "测试城市管理局", "城管"
    TRANSPORT = "测试交通局", "交"
    TAX = "测试税务局", "税"
    HOUSING = "测试住房和城乡建设委员会", "建"
    LABOUR = "测试人力资源和社会保障局", "人社"
    EMERGENCY = "测试应急管理局", "应急"
    FINANCE = "测试财政局", "财"
    COURT = "测试人民法院", "法"
    ASSOCIATION = "测试行业协会", "协"
    CREDIT = "测试信用中心", "信"

    @property
    def number(self) -> int:
        """Its place among them."""
        return list(Bureau).index(self)


@dataclass(frozen=True)
class Office:
    """Whoever signs: an office with two keys, or the platform with one."""

    issuer: str
    name: str
    short: str
    keys: tuple[SigningKey, ...]


class Cast:
    """The offices of one sample, whose keys follow from its seed."""

    def __init__(self, seed: int, platform: SigningKey) -> None:
        """`platform` is the operator's key."""
        self._seed = seed
        self.platform = Office(PLATFORM, "测试信用平台", "平台", (platform,))

    @cached_property
    def offices(self) -> dict[Bureau, Office]:
        """Every office."""
        return {bureau: self._office(bureau) for bureau in Bureau}

    def _office(self, bureau: Bureau) -> Office:
        code = _complete(f"1211000000000000{_ALPHABET[bureau.number]}")
        keys = [Dice(self._seed, "key", code, which).bytes(_SEED_BYTES) for which in (1, 2)]
        name, short = bureau.value
        signing = tuple(SigningKey.from_seed(f"{code}/{which}", key) for which, key in enumerate(keys, 1))
        return Office(code, name, short, signing)


@dataclass(frozen=True, slots=True)
class Company:
    """测试主体 (test subject): a company, an association or a 个体工商户; some of the last have no unified code."""

    number: int
    subject: Subject
    kind: str
    representative: str


@lru_cache(maxsize=16_384)
def company(number: int) -> Company:
    """The company with this number, the same in every sample."""
    trade = _TRADES[number % len(_TRADES)]
    representative = f"测试代表人{number:07d}"
    kind = number % _KINDS
    if kind < 34:  # noqa: PLR2004 - most subjects are companies
        subject = Subject("uscc", _uscc("91110000", number), f"测试{trade}{number:07d}有限公司")
        return Company(number, subject, _ORGANISATION, representative)
    if kind < 36:  # noqa: PLR2004
        subject = Subject("uscc", _uscc("52110000", number), f"测试{trade}服务中心{number:07d}")
        return Company(number, subject, _ORGANISATION, representative)
    name = f"测试{trade}经营部{number:07d}"
    if kind < 39:  # noqa: PLR2004
        return Company(number, Subject("uscc", _uscc("92110000", number), name), _TRADER, representative)
    return Company(number, Subject("registration-number", _registration(number), name), _TRADER, representative)


def reserved_company(number: int) -> Company:
    """A company that stands in the case with this number and in no other."""
    return company(_RESERVED + _KINDS * number)


def street_office(number: int) -> Subject:
    """机关 (state organ): a test street office."""
    return Subject("uscc", _uscc("11110000", number), f"测试街道办事处{number:03d}")


def _uscc(prefix: str, number: int) -> str:
    digits, left = "", number
    for _ in range(6):
        left, digit = divmod(left, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    inner = f"MA{digits}"
    check = next(check for check in "0123456789X" if organisation_code_fault(inner + check) is None)
    return _complete(prefix + inner + check)


def _registration(number: int) -> str:
    body = f"110000{number:08d}"
    return next(body + check for check in "0123456789" if registration_number_fault(body + check) is None)


def _complete(body: str) -> str:
    return body + uscc_check_character(body)
