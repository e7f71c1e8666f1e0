"""A made-up export of a Beijing department: penalties and licences with their mapping files, for demos and tests.

Every subject is a test company with a test code, every authority a test office. The same arguments give the same bytes,
on any machine and any day, because neither a clock nor the system's randomness is asked.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

from api.sampling.columns import CLASS, LICENCE_COLUMNS, PENALTY_COLUMNS, Column, mapping_file
from ledger.codes import uscc_check_character

MAX_COMPANIES = 10_000_000
"""Seven digits of the code body tell the companies apart."""

SPREAD_DAYS = 3 * 365
"""Decisions lie within the three years before `today`."""

_FEN_PER_WAN_YUAN = 1_000_000
_SMALL_FINE = 500_000
_LARGE_FINE = 4_000_000
"""Fines in fen, by which the offices of the sample tell the classes apart; there is no national number."""
_NO_END = "长期"


@dataclass(frozen=True, slots=True)
class SampleFiles:
    """What `write_sample` wrote: two source files and the mapping file of each."""

    penalties: Path
    penalties_mapping: Path
    licences: Path
    licences_mapping: Path


@dataclass(frozen=True, slots=True)
class _Company:
    name: str
    code: str
    representative: str


@dataclass(frozen=True, slots=True)
class _Offence:
    office: int
    kind: str
    facts: str
    basis: str
    sanctions: str
    """Codes of the sanctions, as the department's own code list has them."""


_OFFICES = (("测试市场监督管理局", "市监"), ("测试生态环境局", "环"), ("测试城市管理局", "城管"), ("测试交通局", "交"))
_TRADES = ("科技", "餐饮", "建材", "物流", "环保", "食品", "机械", "医疗器械")
_OFFENCES = (
    _Offence(0, "虚假宣传", "在网页中对商品作引人误解的商业宣传", "反不正当竞争法第二十条", "2"),
    _Offence(0, "无照经营", "未取得营业执照从事经营活动", "无证无照经营查处办法第十三条", "2;3"),
    _Offence(0, "计量违法", "使用未经检定的计量器具", "计量法第二十五条", "1"),
    _Offence(1, "超标排放", "排放的废水超过标准", "水污染防治法第八十三条", "2"),
    _Offence(1, "未批先建", "未报批环境影响报告表即开工建设", "环境影响评价法第三十一条", "2;4"),
    _Offence(2, "占道经营", "占用道路摆放物品", "北京市市容环境卫生条例第三十五条", "1;2"),
    _Offence(3, "超限运输", "车辆超限行驶公路", "公路法第七十六条", "2"),
)
_LICENCES = (
    (0, "食品经营许可", "食品经营许可证", "01", "预包装食品销售"),
    (1, "排污许可", "排污许可证", "01", "水污染物排放"),
    (2, "户外广告设施设置许可", "户外广告设施许可证", "04", "设置户外广告设施一处"),
    (3, "道路货物运输经营许可", "道路运输经营许可证", "01", "普通货运"),
)


def write_sample(
    folder: Path,
    *,
    seed: int,
    companies: int,
    penalties: int,
    licences: int,
    today: date,
    bad_rows: bool = False,
) -> SampleFiles:
    """Write the sample into `folder`, replacing an earlier one; the rows stand in the order of their decisions.

    `bad_rows` adds four penalties with the mistakes departments make, for the fault file to catch: a wrong check
    character, a thirteenth month, a fine finer than a fen, an unknown sanction. Raises ``ValueError`` for a number of
    companies that is not 1 to `MAX_COMPANIES`, ``OSError`` when `folder` cannot be written.
    """
    if not 0 < companies <= MAX_COMPANIES:
        message = f"companies must be 1 to {MAX_COMPANIES}"
        raise ValueError(message)
    random = Random(seed)  # noqa: S311 - a repeatable sample, no secret
    subjects = [_company(number) for number in range(1, companies + 1)]
    offices = [(name, _code(f"1211000000000000{at}"), short) for at, (name, short) in enumerate(_OFFICES)]
    days = sorted(today - timedelta(days=random.randint(1, SPREAD_DAYS)) for _ in range(penalties))
    fined = [_penalty(random, number, day, subjects, offices) for number, day in enumerate(days, 1)]
    if bad_rows:
        last = today - timedelta(days=1)
        spoilt = [_penalty(random, penalties + at, last, subjects, offices) for at in range(1, 5)]
        spoilt[0]["CF_XDR_SHXYM"] = _with_wrong_check(spoilt[0]["CF_XDR_SHXYM"])
        spoilt[1]["CF_JDRQ"] = f"{today.year}/13/05"
        spoilt[2] |= {"CF_CFLB": "2", "CF_NR_FK": "0.1234567"}
        spoilt[3]["CF_CFLB"] = "9"
        for at, row in enumerate(spoilt, 1):
            fined.insert(at * penalties // len(spoilt), row)
    days = sorted(today - timedelta(days=random.randint(1, SPREAD_DAYS)) for _ in range(licences))
    licensed = [_licence(random, number, day, today, (subjects, offices)) for number, day in enumerate(days, 1)]
    names = ("penalties.csv", "penalties.toml", "licences.csv", "licences.toml")
    files = SampleFiles(*(folder / name for name in names))
    folder.mkdir(parents=True, exist_ok=True)
    files.penalties.write_bytes(_csv(PENALTY_COLUMNS, fined).encode("utf-8-sig"))
    files.licences.write_bytes(_csv(LICENCE_COLUMNS, licensed).encode("gb18030"))
    files.penalties_mapping.write_bytes(mapping_file("administrative-penalty", "CF", PENALTY_COLUMNS).encode())
    files.licences_mapping.write_bytes(mapping_file("administrative-licence", "XK", LICENCE_COLUMNS).encode())
    return files


def _penalty(
    random: Random, number: int, day: date, companies: list[_Company], offices: list[tuple[str, str, str]]
) -> dict[str, str]:
    company = random.choice(companies)
    offence = random.choice(_OFFENCES)
    office, office_code, short = offices[offence.office]
    sanctions = offence.sanctions.split(";")
    fine = random.randrange(1, 500) * 10_000 + random.choice((0, 0, 0, 5_000, 1_250)) if "2" in sanctions else None
    seized = random.randrange(1, 900) * 1_000 if "3" in sanctions else None
    parts = ["警告"] if "1" in sanctions else []
    parts += [f"罚款{_wan_yuan(fine)}万元"] if fine is not None else []
    parts += [f"没收违法所得{_wan_yuan(seized)}万元"] if seized is not None else []
    parts += ["责令停止建设"] if "4" in sanctions else []
    return _of_company(random, "CF", company) | {
        "CF_WSH": f"京测{short}罚〔{day.year}〕{number:06d}号",
        "CF_WFXW": offence.kind,
        "CF_SY": f"{company.name}{offence.facts}",
        "CF_YJ": offence.basis,
        "CF_CFLB": offence.sanctions,
        "CF_NR": "；".join(parts),
        "CF_NR_FK": "" if fine is None else _wan_yuan(fine),
        "CF_NR_WFFF": "" if seized is None else _wan_yuan(seized),
        "CF_JDRQ": day.strftime("%Y/%m/%d"),
        "CF_YXQ": random.choice((_NO_END, (day + timedelta(days=3 * 365)).strftime("%Y/%m/%d"))),
        "CF_CFJG": office,
        "CF_CFJGDM": office_code,
        "CF_SJLY": office,
        "CF_SJLYDM": office_code,
        CLASS: _class(sanctions, fine or 0),
    }


def _class(sanctions: list[str], fine: int) -> str:
    """失信信息类别 as a unit gives it: a stop of business or a large fine is serious, a warning alone is minor."""
    if "4" in sanctions or fine >= _LARGE_FINE:
        return "严重"
    return "轻微" if sanctions[0] == "1" and fine <= _SMALL_FINE else "一般"


def _licence(
    random: Random, number: int, day: date, today: date, parties: tuple[list[_Company], list[tuple[str, str, str]]]
) -> dict[str, str]:
    company = random.choice(parties[0])
    at, title, certificate, kind, content = random.choice(_LICENCES)
    office, office_code, short = parties[1][at]
    end = None if random.random() < 0.1 else day + timedelta(days=365 * random.choice((1, 3, 5)))  # noqa: PLR2004
    written = _chinese(day)
    return _of_company(random, "XK", company) | {
        "XK_XKWS": f"{title}决定书",
        "XK_WSH": f"京测{short}许〔{day.year}〕{number:06d}号",
        "XK_XKLB": kind,
        "XK_XKZS": certificate,
        "XK_XKBH": f"JY{110000000000 + number}",
        "XK_NR": content,
        "XK_JDRQ": written,
        "XK_YXQZ": written,
        "XK_YXQZI": _NO_END if end is None else _chinese(end),
        "XK_XKJG": office,
        "XK_XKJGDM": office_code,
        "XK_ZT": "1" if end is None or end >= today else "2",
        "XK_LYDW": office,
        "XK_LYDWDM": office_code,
    }


def _of_company(random: Random, prefix: str, company: _Company) -> dict[str, str]:
    """Return the columns about the subject; one code in ten is typed the way codes get typed."""
    typed = random.choice((company.code.lower(), f" {company.code}", _full_width(company.code)))
    return {
        f"{prefix}_XDR_MC": company.name,
        f"{prefix}_XDR_LB": "01",
        f"{prefix}_XDR_SHXYM": typed if random.randrange(10) == 0 else company.code,
        f"{prefix}_FRDB": company.representative,
    }


def _company(number: int) -> _Company:
    trade = _TRADES[number % len(_TRADES)]
    return _Company(f"测试{trade}{number:07d}有限公司", company_code(number), f"测试代表人{number:07d}")


def company_code(number: int) -> str:
    """The code of test company `number`, from 1: valid by its check character, a test code by its low number."""
    return _code(f"91110000MA{number:07d}")


def _code(body: str) -> str:
    return body + uscc_check_character(body)


def _with_wrong_check(code: str) -> str:
    right = uscc_check_character(_half_width(code).strip().upper()[:17])
    return code.strip()[:17] + ("1" if right != "1" else "2")


def _full_width(code: str) -> str:
    return "".join(chr(ord(character) + 0xFEE0) for character in code)


def _half_width(code: str) -> str:
    return "".join(chr(ord(character) - 0xFEE0) if character >= "！" else character for character in code)


def _wan_yuan(fen: int) -> str:
    whole, rest = divmod(fen, _FEN_PER_WAN_YUAN)
    return f"{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _csv(columns: tuple[Column, ...], rows: Iterable[dict[str, str]]) -> str:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.header for column in columns])
    writer.writerows([row.get(column.code, "") for column in columns] for row in rows)
    return buffer.getvalue()
