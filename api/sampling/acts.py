"""What stands on other administrative acts: 行政裁决、强制、补偿、确认、监督检查、征收、给付、奖励."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from api.sampling.case import Values
from api.sampling.cast import Bureau, Office
from api.sampling.dice import Dice

_FEN_OF_100_YUAN: Final = 10_000


@dataclass(frozen=True, slots=True)
class Written:
    """What a paper is made from: the office, the number and day of the document, and chance."""

    office: Office
    number: str
    day: date
    dice: Dice

    @property
    def on(self) -> str:
        """The day as text."""
        return self.day.isoformat()

    def later(self, first: int, last: int) -> str:
        """A day so many days later."""
        return (self.day + timedelta(days=self.dice.between(first, last))).isoformat()

    def earlier(self, first: int, last: int) -> str:
        """A day so many days earlier."""
        return (self.day - timedelta(days=self.dice.between(first, last))).isoformat()

    def amount(self, most: int) -> int:
        """An amount in fen, of up to so many hundreds of yuan."""
        return self.dice.between(1, most) * _FEN_OF_100_YUAN

    def by(self, prefix: str, unit: str) -> Values:
        """The fields that name the office."""
        return {f"{prefix}_{unit}": self.office.name, f"{prefix}_{unit}DM": self.office.issuer}


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper: how often it comes, whose it is, the word in its number, and its fields."""

    weight: int
    bureau: Bureau
    word: str
    fields: Callable[[Written], Values]


def _adjudication(said: Written) -> Values:
    return {
        "CJ_WSMC": "行政裁决书",
        "CJ_WSH": said.number,
        "CJ_CJLB": "政府采购活动争议",
        "CJ_DSRDW": said.dice.pick(("申请人", "被申请人")),
        "CJ_DFDSR": f"测试争议相对方{said.dice.between(1, 999):03d}",
        "CJ_ZYSX": "对中标结果有异议",
        "CJ_YJ": "《政府采购法》第五十六条",
        "CJ_NR": "驳回投诉",
        "CJ_JDRQ": said.on,
        "CJ_JJ": "未提起",
        **said.by("CJ", "CJJG"),
    }


def _coercion(said: Written) -> Values:
    return {
        "QZ_WSMC": "查封决定书",
        "QZ_WSH": said.number,
        "QZ_LX": "行政强制措施",
        "QZ_CSZL": ["查封场所、设施或者财物"],
        "QZ_SY": "防止证据损毁",
        "QZ_YJ": "《行政强制法》第二十二条",
        "QZ_NR": "查封生产设备",
        "QZ_QD": f"生产设备{said.dice.between(1, 9)}台",
        "QZ_JDRQ": said.on,
        "QZ_QXQ": said.on,
        "QZ_QXZ": said.later(10, 30),
        **said.by("QZ", "QZJG"),
    }


def _compensation(said: Written) -> Values:
    return {
        "BC_WSMC": "行政补偿决定书",
        "BC_WSH": said.number,
        "BC_BCLB": "变更或者撤回行政许可",
        "BC_SY": "客观情况发生重大变化，撤回许可",
        "BC_YJ": "《行政许可法》第八条",
        "BC_NR": "给予货币补偿",
        "BC_BCFS": ["货币补偿"],
        "BC_BCJE": said.amount(5_000),
        "BC_JDRQ": said.on,
        **said.by("BC", "BCJG"),
    }


def _confirmation(said: Written) -> Values:
    return {
        "QR_WSMC": "高新技术企业认定书",
        "QR_WSH": said.number,
        "QR_QRLB": "认定",
        "QR_QRSX": "测试技术先进型服务企业认定",
        "QR_YJ": "《测试技术先进型服务企业认定办法》",
        "QR_NR": "予以认定",
        "QR_JDRQ": said.on,
        "QR_YXQZ": said.on,
        "QR_YXQZI": said.later(1095, 1095),
        **said.by("QR", "QRJG"),
    }


def _inspection(said: Written) -> Values:
    result = said.dice.weighed(
        ((70, "未发现问题"), (20, "发现问题已责令改正"), (10, "通过登记的住所（经营场所）无法联系"))
    )
    mended = result == "发现问题已责令改正"
    return {
        "JC_WSH": said.number,
        "JC_JCLX": "双随机抽查",
        "JC_JHBH": f"JH{said.day.year}{said.dice.between(1, 40):03d}",
        "JC_RWBH": f"RW{said.day.year}{said.dice.between(1, 9999):04d}",
        "JC_JCSX": "登记事项和公示信息检查",
        "JC_YJ": "《企业信息公示暂行条例》第十四条",
        "JC_JCJL": [result],
        "JC_NR": "现场未悬挂营业执照" if mended else None,
        "JC_JCRQ": said.earlier(0, 5),
        "JC_JDRQ": said.on,
        "JC_ZGQX": said.later(10, 30) if mended else None,
        **said.by("JC", "JCJG"),
    }


def _levy(said: Written) -> Values:
    return {
        "ZS_WSMC": "税务事项通知书",
        "ZS_WSH": said.number,
        "ZS_ZSLB": "税收",
        "ZS_ZSXM": "城镇土地使用税",
        "ZS_YJ": "《城镇土地使用税暂行条例》",
        "ZS_NR": "核定应纳税额",
        "ZS_ZSJE": said.amount(3_000),
        "ZS_JDRQ": said.on,
        "ZS_JNQX": said.later(15, 30),
        "ZS_JNZT": said.dice.weighed(((85, "已缴清"), (10, "部分缴纳"), (5, "未缴纳"))),
        **said.by("ZS", "ZSJG"),
    }


def _payment(said: Written) -> Values:
    return {
        "JF_WSMC": "稳岗返还决定书",
        "JF_WSH": said.number,
        "JF_JFLB": "资金给付",
        "JF_JFXM": "失业保险稳岗返还",
        "JF_YJ": "《失业保险条例》",
        "JF_NR": "返还失业保险费",
        "JF_JFJE": said.amount(400),
        "JF_JDRQ": said.on,
        **said.by("JF", "JFJG"),
    }


def _reward(said: Written) -> Values:
    return {
        "JL_WSMC": "表彰决定",
        "JL_WSH": said.number,
        "JL_JLMC": "测试质量管理奖",
        "JL_JLLB": ["表彰", "奖金"],
        "JL_JLJB": said.dice.pick(("市级", "区级")),
        "JL_SY": "质量管理成绩显著",
        "JL_YJ": "《测试质量管理奖评审办法》",
        "JL_NR": "予以表彰，颁发奖金",
        "JL_JLJE": said.amount(2_000),
        "JL_JDRQ": said.on,
        **said.by("JL", "JLJG"),
    }


ACTS: Final[Mapping[str, Paper]] = {
    "administrative-adjudication": Paper(2, Bureau.FINANCE, "裁", _adjudication),
    "administrative-coercion": Paper(8, Bureau.MARKET, "封", _coercion),
    "administrative-compensation": Paper(1, Bureau.CITY, "补", _compensation),
    "administrative-confirmation": Paper(6, Bureau.TAX, "确", _confirmation),
    "administrative-inspection": Paper(26, Bureau.MARKET, "查", _inspection),
    "administrative-levy": Paper(6, Bureau.TAX, "征", _levy),
    "administrative-payment": Paper(6, Bureau.LABOUR, "给", _payment),
    "administrative-reward": Paper(3, Bureau.MARKET, "奖", _reward),
}
