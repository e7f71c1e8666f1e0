"""What stands on the decisions of the shipped lists, and who takes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from api.sampling.case import Values
from api.sampling.cast import Bureau, Office
from api.sampling.dice import Dice
from ledger.rulebook.lists import Criterion

ABNORMAL: Final = "abnormal-operation-list"
ATTENTION: Final = "key-attention-list"
DEBTOR: Final = "dishonest-judgment-debtor"
LITIGATION: Final = "false-litigation-list"
PROCUREMENT: Final = "procurement-dishonesty"
SERIOUS: Final = "serious-dishonesty-list"
TRUSTWORTHY: Final = "trustworthy-subject"


@dataclass(frozen=True, slots=True)
class Decision:
    """列入决定: what its paper says besides the subject."""

    office: Office
    criterion: Criterion
    number: str
    day: date
    until: str
    """The last day on the list."""
    dice: Dice


@dataclass(frozen=True, slots=True)
class Roll:
    """A list: who decides, the word in the number of its documents, and what stands on them."""

    bureau: Bureau
    word: str
    fields: Callable[[Decision], Values]


def _abnormal(said: Decision) -> Values:
    return {
        "YC_LRSY": said.criterion.zh,
        "YC_ND": said.day.year - 1,
        "YC_LRWSH": said.number,
        "YC_LRRQ": said.day.isoformat(),
        "YC_LRJG": said.office.name,
        "YC_LRJGDM": said.office.issuer,
    }


def _serious(said: Decision) -> Values:
    return {
        "YZ_MDMC": "测试安全生产严重失信主体名单",
        "YZ_MDYJ": "《测试安全生产严重失信主体名单管理办法》",
        "YZ_FW": "行业（领域）",
        "YZ_LY": "安全生产",
        "YZ_XWLX": [said.criterion.zh],
        "YZ_RDBZ": "严重失信主体名单认定标准第1版",
        "YZ_LRSY": "发生较大生产安全责任事故",
        "YZ_LRYJ": "《安全生产法》第一百一十四条",
        "YZ_WSH": said.number,
        "YZ_LRRQ": said.day.isoformat(),
        "YZ_QXLX": "有期限",
        "YZ_QXZ": said.until,
        "YZ_RDDW": said.office.name,
        "YZ_RDDWDM": said.office.issuer,
    }


def _attention(said: Decision) -> Values:
    return {
        "GZ_LY": "工程建设",
        "GZ_RDBZ": "重点关注对象名单认定标准第1版",
        "GZ_SXXW": "一年内三次因同类行为受到行政处罚",
        "GZ_YJ": "京政办发〔2020〕27号分工表第17项",
        "GZ_WSH": said.number,
        "GZ_JGCS": "提高抽查比例和频次",
        "GZ_LRRQ": said.day.isoformat(),
        "GZ_QXZ": said.until,
        "GZ_RDDW": said.office.name,
        "GZ_RDDWDM": said.office.issuer,
    }


def _debtor(said: Decision) -> Values:
    return {
        "SB_AH": said.number,
        "SB_ZXYJWH": f"（{said.day.year}）京测民初{said.dice.between(1, 9999):04d}号",
        "SB_YJDW": said.office.name,
        "SB_LASJ": said.day.isoformat(),
        "SB_YW": "支付货款及利息",
        "SB_LXQK": "全部未履行",
        "SB_WLXJE": said.dice.between(1, 900) * 100_000,
        "SB_JTQX": [said.criterion.zh],
        "SB_JDRQ": said.day.isoformat(),
        "SB_QXZ": said.until,
        "SB_ZXFY": said.office.name,
        "SB_ZXFYDM": said.office.issuer,
    }


def _procurement(said: Decision) -> Values:
    return {
        "CG_ZTJS": "供应商",
        "CG_JTQX": "提供虚假材料谋取中标",
        "CG_SYQX": [said.criterion.zh],
        "CG_CFJG": said.criterion.zh,
        "CG_FK": said.dice.between(31, 90) * 100_000,
        "CG_CFYJ": "《政府采购法》第七十七条",
        "CG_WSH": said.number,
        "CG_JDRQ": said.day.isoformat(),
        "CG_JZRQ": said.until,
        "CG_ZFDW": said.office.name,
        "CG_ZFDWDM": said.office.issuer,
    }


def _litigation(said: Decision) -> Values:
    return {
        "XS_AH": said.number,
        "XS_WSLX": "决定书",
        "XS_CPRQ": said.day.isoformat(),
        "XS_SSDW": "当事人",
        "XS_JTQX": "与他人恶意串通，捏造债权债务关系提起诉讼",
        "XS_CL": [said.criterion.zh],
        "XS_FK": said.dice.between(1, 50) * 1_000_000,
        "XS_SXRQ": said.day.isoformat(),
        "XS_QXZ": said.until,
        "XS_FY": said.office.name,
        "XS_FYDM": said.office.issuer,
    }


def _trustworthy(said: Decision) -> Values:
    return {
        "SX_XXLY": "政府部门认定",
        "SX_LY": said.criterion.zh,
        "SX_MC": "测试年度诚信主体",
        "SX_RDBZ": "守信激励对象认定标准第1版",
        "SX_SY": "年度信用评价为最高等级",
        "SX_WSH": said.number,
        "SX_RDRQ": said.day.isoformat(),
        "SX_YXQZ": said.until,
        "SX_RDDW": said.office.name,
        "SX_RDDWDM": said.office.issuer,
    }


ROLLS: Final[Mapping[str, Roll]] = {
    ABNORMAL: Roll(Bureau.MARKET, "异入", _abnormal),
    ATTENTION: Roll(Bureau.HOUSING, "关注", _attention),
    DEBTOR: Roll(Bureau.COURT, "执", _debtor),
    LITIGATION: Roll(Bureau.COURT, "虚诉", _litigation),
    PROCUREMENT: Roll(Bureau.FINANCE, "采购", _procurement),
    SERIOUS: Roll(Bureau.EMERGENCY, "严重失信", _serious),
    TRUSTWORTHY: Roll(Bureau.TAX, "守信", _trustworthy),
}
