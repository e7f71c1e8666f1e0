"""What stands on papers that are no administrative acts: commitments, contracts, evaluations, honours, warnings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from api.sampling.acts import Paper, Written
from api.sampling.case import Values
from api.sampling.cast import Bureau

GOVERNMENT_BREACH: Final = "government-breach"
"""The one item whose subjects are organs of the state."""

_LEVELS: Final = ("A", "B", "C", "D")


def _discipline(said: Written) -> Values:
    return {
        "XH_DJ": said.dice.pick(("警告", "行业内通报批评", "公开谴责")),
        "XH_SY": "违反行业自律公约，低价倾销",
        "XH_YJ": "《测试行业自律公约》第六条",
        "XH_WSH": said.number,
        "XH_NR": "责令书面检讨",
        "XH_JDRQ": said.on,
        "XH_SSQK": "未申诉",
        **said.by("XH", "XHSH"),
    }


def _contract(said: Written) -> Values:
    late = said.dice.percent(15)
    return {
        "HT_XXLY": "政府",
        "HT_LYQD": "行政机关",
        "HT_LX": said.dice.pick(("政府采购合同", "工程建设合同")),
        "HT_BH": said.number,
        "HT_MC": "测试设备采购合同",
        "HT_DF": "测试采购人",
        "HT_JE": said.amount(90_000),
        "HT_QDRQ": said.earlier(30, 400),
        "HT_LXQK": "迟延履行" if late else said.dice.pick(("履行中", "已按约履行")),
        "HT_WYSS": "逾期交货" if late else None,
        "HT_RDYJ": "测试违约认定书" if late else None,
        "HT_RDRQ": said.on,
        **said.by("HT", "RDDW"),
    }


def _commitment(said: Written) -> Values:
    return {
        "CN_LX": "告知承诺",
        "CN_SY": "办理公共场所卫生许可",
        "CN_NR": "符合告知的条件、标准和要求",
        "CN_SXBM": f"SX{said.dice.between(1, 999):03d}",
        "CN_GZNR": ["办理条件", "标准", "技术要求", "所需材料"],
        "CN_CNRQ": said.on,
        **said.by("CN", "SLDW"),
        "CN_LYZT": said.dice.weighed(((80, "履行中"), (20, "已履约"))),
    }


def _breach(said: Written) -> Values:
    return {
        "WN_CNLX": "告知承诺",
        "WN_CNSY": "办理公共场所卫生许可",
        "WN_CNRQ": said.earlier(60, 300),
        "WN_WNLX": said.dice.pick(("承诺内容不实", "未履行承诺的义务")),
        "WN_WNSS": "核查发现实际条件与承诺不符",
        "WN_YJ": "京政办发〔2020〕27号分工表第11项",
        "WN_WSH": said.number,
        "WN_CLJG": "撤销行政许可决定",
        "WN_RDRQ": said.on,
        **said.by("WN", "RDDW"),
    }


def _warning(said: Written) -> Values:
    return {
        "JS_JB": said.dice.pick(("警示信息", "提示信息")),
        "JS_LY": said.dice.pick(("质量安全", "食品安全", "安全生产")),
        "JS_XXLB": "投诉举报",
        "JS_BZ": "测试警示信息发布标准第1版",
        "JS_SY": "三个月内投诉举报集中",
        "JS_NR": "提醒公众注意消费风险",
        "JS_FBRQ": said.on,
        "JS_YXQZ": said.later(90, 180),
        **said.by("JS", "FBDW"),
    }


def _government(said: Written) -> Values:
    return {
        "ZW_ZT_LB": "派出机关和派出机构",
        "ZW_FZR": "测试负责人",
        "ZW_SXSY": ["失信违约"],
        "ZW_CLLX": ["司法判决"],
        "ZW_WSH": said.number,
        "ZW_SS": "拖欠中小企业工程款",
        "ZW_YJ": "《保障中小企业款项支付条例》",
        "ZW_NR": "判决支付工程款",
        "ZW_JE": said.amount(50_000),
        "ZW_JDRQ": said.on,
        "ZW_ZGQX": said.later(30, 90),
        "ZW_ZGQK": "整改中",
        **said.by("ZW", "CLJG"),
    }


def _honour(said: Written) -> Values:
    return {
        "RY_MC": "测试文明单位",
        "RY_JB": said.dice.pick(("市级", "区级", "行业")),
        "RY_LB": "荣誉称号",
        "RY_SY": "诚信经营，成绩显著",
        "RY_WSH": said.number,
        "RY_SYRQ": said.on,
        "RY_YXQZ": said.later(1095, 1095),
        **said.by("RY", "SYDW"),
    }


def _industry(said: Written) -> Values:
    return {
        "HY_HY": "建筑业",
        "HY_BZ": "测试建筑业信用评价标准第2版",
        "HY_CX": "自评、初评、公示、确定",
        "HY_NR": "经营行为、质量安全、履约情况",
        "HY_DJ": said.dice.pick(_LEVELS),
        "HY_ND": said.day.year,
        "HY_GKYJ": "测试建筑业信用管理办法",
        "HY_PJRQ": said.on,
        "HY_YXQZ": said.later(365, 365),
        **said.by("HY", "PJDW"),
    }


def _public(said: Written) -> Values:
    return {
        "GP_BZ": "测试公共信用评价标准第3版",
        "GP_NR": "基本信息、履约、守法、荣誉",
        "GP_DJ": said.dice.pick(_LEVELS),
        "GP_DF": said.dice.between(4_000, 10_000),
        "GP_SJQ": said.earlier(380, 400),
        "GP_SJZ": said.earlier(10, 30),
        "GP_PJRQ": said.on,
        **said.by("GP", "PJDW"),
    }


def _voluntary(said: Written) -> Values:
    return {
        "ZY_ZCLB": said.dice.pick(("资质证照", "市场经营", "社会公益")),
        "ZY_BT": "测试社会责任报告",
        "ZY_NR": "自愿公示年度社会责任履行情况",
        "ZY_ZSXCN": "已公开承诺信息真实",
        "ZY_CNRQ": said.on,
        "ZY_SQFW": ["整合", "共享"],
        "ZY_SQRQ": said.on,
        "ZY_HCZT": said.dice.pick(("未经核查", "已核查属实")),
        **said.by("ZY", "SLDW"),
    }


CONDUCT: Final[Mapping[str, Paper]] = {
    "association-discipline": Paper(1, Bureau.ASSOCIATION, "惩", _discipline),
    "contract-performance": Paper(5, Bureau.FINANCE, "合", _contract),
    "credit-commitment": Paper(16, Bureau.MARKET, "诺", _commitment),
    "credit-commitment-breach": Paper(4, Bureau.MARKET, "违诺", _breach),
    "credit-warning": Paper(2, Bureau.MARKET, "警", _warning),
    GOVERNMENT_BREACH: Paper(1, Bureau.COURT, "政", _government),
    "honour": Paper(3, Bureau.CREDIT, "荣", _honour),
    "industry-credit-evaluation": Paper(5, Bureau.HOUSING, "评", _industry),
    "public-credit-evaluation": Paper(5, Bureau.CREDIT, "公评", _public),
    "voluntary-registration": Paper(2, Bureau.CREDIT, "愿", _voluntary),
}
