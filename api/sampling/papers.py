"""What stands on made-up decisions: the fields that all items share, and those of licences and penalties."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from api.sampling.case import Case, Dossier, Values
from api.sampling.cast import Bureau, Company, Office
from api.sampling.days import working_days_before
from ledger.catalogue_item import CatalogueItem
from verify.strict import JsonValue

LICENCE: Final = "administrative-licence"
PENALTY: Final = "administrative-penalty"
NO_END: Final = "2099-12-31"
_YEAR: Final = timedelta(days=365)
_FEN: Final = 100


@dataclass(frozen=True, slots=True)
class _Offence:
    bureau: Bureau
    kind: str
    facts: str
    basis: str
    sanctions: tuple[str, ...]


WARNING, FINE, SEIZURE, CLOSURE, SUSPENSION = (
    "警告",
    "罚款",
    "没收违法所得、没收非法财物",
    "责令停产停业",
    "暂扣或者吊销许可证、执照",
)
_OFFENCES: Final = (
    _Offence(Bureau.MARKET, "虚假宣传", "在网页中对商品作引人误解的商业宣传", "《反不正当竞争法》第二十条", (FINE,)),
    _Offence(
        Bureau.MARKET, "无照经营", "未取得营业执照从事经营活动", "《无证无照经营查处办法》第十三条", (FINE, SEIZURE)
    ),
    _Offence(Bureau.MARKET, "计量违法", "使用未经检定的计量器具", "《计量法》第二十五条", (WARNING,)),
    _Offence(
        Bureau.MARKET, "经营过期食品", "经营超过保质期的预包装食品", "《食品安全法》第一百二十四条", (FINE, SEIZURE)
    ),
    _Offence(Bureau.ENVIRONMENT, "超标排放", "排放的废水超过标准", "《水污染防治法》第八十三条", (FINE,)),
    _Offence(
        Bureau.ENVIRONMENT,
        "未批先建",
        "未报批环境影响报告表即开工建设",
        "《环境影响评价法》第三十一条",
        (FINE, CLOSURE),
    ),
    _Offence(Bureau.CITY, "占道经营", "占用道路摆放物品", "《北京市市容环境卫生条例》第三十五条", (WARNING, FINE)),
    _Offence(Bureau.TRANSPORT, "超限运输", "车辆超限行驶公路", "《公路法》第七十六条", (FINE,)),
    _Offence(Bureau.TAX, "未按期申报", "未按照规定的期限办理纳税申报", "《税收征收管理法》第六十二条", (FINE,)),
    _Offence(Bureau.HOUSING, "转包工程", "将承包的工程转包给他人", "《建筑法》第六十七条", (FINE, SEIZURE, SUSPENSION)),
    _Offence(Bureau.LABOUR, "拖欠工资", "拖欠劳动者工资逾期不支付", "《保障农民工工资支付条例》第五十三条", (FINE,)),
    _Offence(
        Bureau.EMERGENCY,
        "未设安全警示标志",
        "未在有较大危险因素的场所设置安全警示标志",
        "《安全生产法》第九十九条",
        (FINE, CLOSURE),
    ),
)
_LICENCES: Final = (
    (Bureau.MARKET, "食品经营许可", "食品经营许可证", "普通", "预包装食品销售"),
    (Bureau.ENVIRONMENT, "排污许可", "排污许可证", "普通", "水污染物排放"),
    (Bureau.CITY, "户外广告设施设置许可", "户外广告设施许可证", "核准", "设置户外广告设施一处"),
    (Bureau.TRANSPORT, "道路货物运输经营许可", "道路运输经营许可证", "普通", "普通货运"),
    (Bureau.HOUSING, "建筑业企业资质认定", "建筑业企业资质证书", "认可", "建筑工程施工总承包三级"),
    (Bureau.LABOUR, "人力资源服务许可", "人力资源服务许可证", "普通", "职业中介活动"),
)


def filing_lag(case: Case) -> int:
    """Working days between a decision and its filing: most in time, some too late for disclosure or collection."""
    first, last = case.dice.weighed(((92, (0, 6)), (5, (8, 10)), (3, (12, 35))))
    return case.dice.between(first, last)


def decided(case: Case) -> date:
    """The day of a decision that is filed now."""
    return working_days_before(case.today, filing_lag(case))


def document(case: Case, office: Office, word: str, day: date) -> str:
    """文号 (number of a document)."""
    return f"京测{office.short}{word}〔{day.year}〕{case.number:06d}号"


def paper(item: CatalogueItem, company: Company, office: Office, written: Values) -> Values:
    """All fields of the item: who it is about, who decided and provided it, and what is `written` besides."""
    values: Values = {field.code: None for field in item.fields}
    name = item.subject_name_field or ""
    prefix = name.partition("_")[0]
    stem = name.removesuffix("_MC")
    coded = company.subject.scheme == "uscc"
    shared: Values = {
        name: company.subject.name,
        f"{stem}_LB": company.kind,
        item.subject_code_field or "": company.subject.code if coded else None,
        f"{stem}_GSZC": None if coded else company.subject.code,
        f"{prefix}_FRDB": company.representative,
    }
    for source in ("SJLY", "LYDW"):
        shared |= {f"{prefix}_{source}": office.name, f"{prefix}_{source}DM": office.issuer}
    values |= {code: value for code, value in shared.items() if code in values}
    return values | written


def licence(case: Case) -> Dossier:
    """行政许可, decided a few days ago."""
    bureau, title, certificate, kind, content = case.dice.pick(_LICENCES)
    office, day = case.world.office(bureau), decided(case)
    end = NO_END if case.dice.percent(10) else (day + case.dice.pick((1, 3, 5)) * _YEAR).isoformat()
    written: Values = {
        "XK_XKWS": f"{title}决定书",
        "XK_WSH": document(case, office, "许", day),
        "XK_XKLB": kind,
        "XK_XKZS": certificate,
        "XK_XKBH": f"JY{110000000000 + case.number}",
        "XK_NR": content,
        "XK_JDRQ": day.isoformat(),
        "XK_YXQZ": day.isoformat(),
        "XK_YXQZI": end,
        "XK_XKJG": office.name,
        "XK_XKJGDM": office.issuer,
        "XK_ZT": "有效",
    }
    return dossier(case, LICENCE, office, day, written)


def penalty(case: Case) -> Dossier:
    """行政处罚, decided a few days ago."""
    offence = case.dice.pick(_OFFENCES)
    office, day = case.world.office(offence.bureau), decided(case)
    written: Values = {
        "CF_WSH": document(case, office, "罚", day),
        "CF_WFXW": offence.kind,
        "CF_SY": f"{case.company.subject.name}{offence.facts}",
        "CF_YJ": offence.basis,
        "CF_CFLB": [*offence.sanctions],
        **_sanctions(case, offence),
        "CF_JDRQ": day.isoformat(),
        "CF_YXQ": NO_END,
        "CF_CFJG": office.name,
        "CF_CFJGDM": office.issuer,
    }
    return dossier(case, PENALTY, office, day, written)


def dossier(case: Case, name: str, office: Office, day: date, written: Values) -> Dossier:
    """A record of the item that is about to be filed or decided."""
    item = case.world.law.items[name]
    values = paper(item, case.company, office, written)
    return Dossier(case.new_id(), item, office, case.company.subject, values, day)


def _sanctions(case: Case, offence: _Offence) -> Values:
    dice, parts = case.dice, list[str]()
    values: dict[str, JsonValue] = {}
    for sanction in offence.sanctions:
        match sanction:
            case "罚款":
                yuan = dice.between(1, 20) * dice.pick((100, 1_000, 5_000, 10_000))
                values["CF_NR_FK"] = yuan * _FEN
                parts.append(f"罚款{yuan}元")
            case "没收违法所得、没收非法财物":
                yuan = dice.between(1, 900) * 10
                values["CF_NR_WFFF"] = yuan * _FEN
                parts.append(f"没收违法所得{yuan}元")
            case "暂扣或者吊销许可证、执照":
                values["CF_NR_ZKDX"] = f"测试证照{dice.between(1, 99999):05d}"
                parts.append("暂扣许可证件三个月")
            case _:
                parts.append(sanction)
    return {**values, "CF_NR": "；".join(parts)}
