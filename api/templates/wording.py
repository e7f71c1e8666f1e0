"""What a template says to the people who fill it: titles, conditions, rules, examples, what became of a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ledger.catalogue_item import CatalogueItem, Field, FieldKind
from ledger.codes import uscc_check_character

TABLE: Final = "数据"
GUIDE: Final = "填写说明"
CHOICES: Final = "选项"

RESULT: Final = "导入结果（不填）"
RESULT_RULE: Final = (
    "不用填写。送回后由系统写明本行是否入账、哪一列有误、如何改正；再次送回时此列的内容不读取。不要删除此列。"
)
YES, NO, MUST, IN_CASE = "是", "否", "必填", "按情形"
YUAN: Final = "元"
PERSON: Final = "自然人"
FILE, CORRECT, CHANGE, REVOKE = "新增", "更正", "变更", "撤销"
ACTIONS: Final = (FILE, CORRECT, CHANGE, REVOKE)
DAY_FORMATS: Final = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%Y%m%d")
"""How a day may be typed; a spreadsheet program shows days with strokes when it saves CSV."""

_TEST_BODY: Final = "91110000MA0000001"
TEST_CODE: Final = _TEST_BODY + uscc_check_character(_TEST_BODY)
_TEST_DAY: Final = "2026-11-20"
_SHOWN: Final = 20
"""Characters of an example."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a template says about a column of its own."""

    title: str
    needed: str
    rule: str
    example: str


_AFTER_FILING: Final = "操作为更正、变更、撤销时必填"

OWN: Final[dict[str, Said]] = {
    "kesu.record": Said(
        "记录编号",
        MUST,
        "本单位给这条记录的编号，在本目录项内不得重复，例如决定书文号加序号；更正、变更、撤销时写原记录的编号。",
        "测试〔2026〕1号-1",
    ),
    "kesu.action": Said(
        "操作",
        NO,
        "新增、更正、变更、撤销之一，空白为新增。更正时各列按正确内容重新填全。更正、变更、撤销的行须在同一表中排在原记录新增行之后，"
        "已入账的新增行请保留。",
        FILE,
    ),
    "kesu.scheme": Said("主体标识类型", NO, "空白为第一种。", "统一社会信用代码"),
    "kesu.code": Said(
        "主体标识代码",
        IN_CASE,
        "信用主体的代码，文本。主体为统一社会信用代码且本表另有一列已填写其代码时可以空白；更正、变更、撤销的行可以空白。",
        TEST_CODE,
    ),
    "kesu.name": Said("主体名称", MUST, "信用主体的登记名称，不超过200个字。", "测试企业有限公司"),
    "kesu.class": Said("失信信息类别", NO, "认定单位认定的类别；空白为尚未认定，未认定的不予公示。", "一般"),
    "kesu.summary": Said("是否简易程序", NO, "依简易程序作出的写“是”，空白为否。", NO),
    "kesu.withheld": Said("不予公开理由", NO, "依法不予公开的写明理由，空白为不存在不予公开的情形。", "商业秘密"),
    "kesu.withheld_text": Said("不予公开说明", "填写不予公开理由时必填", "具体说明。", "测试说明"),
    "kesu.on": Said("处理日期", _AFTER_FILING, "作出更正、变更、撤销的日期，写作 2026-11-20。", _TEST_DAY),
    "kesu.operator": Said("经办人", _AFTER_FILING, "办理更正、变更、撤销的人员。", "测试经办人"),
    "kesu.basis": Said("处理依据", _AFTER_FILING, "法律依据，写明版本和条款。", "测试规定（2026年版）第一条"),
    "kesu.reason": Said("处理理由", _AFTER_FILING, "为何更正、变更、撤销。", "测试理由"),
    "kesu.successor": Said(
        "替代记录编号",
        NO,
        "操作为变更、撤销且另有新决定时，写新决定的记录编号；变更而空白为废止。新决定另起一行新增。",
        "",
    ),
}

_KINDS: Final = {
    FieldKind.TEXT: "文本",
    FieldKind.DATE: "日期",
    FieldKind.MONEY: "金额",
    FieldKind.LABEL: "单选",
    FieldKind.LABELS: "多选",
    FieldKind.USCC: "统一社会信用代码",
    FieldKind.INTEGER: "整数",
}


def need(field: Field, titles: dict[str, str]) -> str:
    """Whether a field must be filled, and when."""
    if field.required:
        return MUST
    cases = []
    for code, labels in field.required_when or ():
        cases.append(f"{titles[code]}为{'或'.join(f'“{label}”' for label in labels)}")
    when = "，或者".join(cases)
    if cases and field.required_unless is not None:
        when += f"，且{titles[field.required_unless]}为空"
    if field.required_with is not None:
        when += f"{'；或者' if when else ''}已填写{titles[field.required_with]}"
    return f"{when}时必填" if when else NO


def field_rule(item: CatalogueItem, field: Field, separator: str, titles: dict[str, str]) -> str:
    """How a field is to be filled."""
    said = [f"{_KINDS[field.kind]}。", _form(field, separator)]
    if field.not_before is not None:
        said.append(f"不得早于{titles[field.not_before]}。")
    if field.code == item.subject_name_field:
        said.append("即信用主体的名称。")
    if field.code == item.subject_code_field:
        said.append("主体标识类型为统一社会信用代码时，即信用主体的代码。")
    return "".join(said)


def _form(field: Field, separator: str) -> str:
    listed = "、".join(f"“{label}”" for label in field.labels)
    match field.kind:
        case FieldKind.LABEL:
            return f"只能写：{listed}。"
        case FieldKind.LABELS:
            return f"一项或多项，各项之间用“{separator}”隔开，只能写：{listed}。"
        case FieldKind.INTEGER:
            return f"只写数字{'' if field.unit is None else f'，以{field.unit}为单位'}。"
        case FieldKind.TEXT:
            return "" if field.max_length is None else f"标准长度不超过{field.max_length}个字。"
        case _:
            return _FORMS[field.kind]


_FORMS: Final = {
    FieldKind.DATE: "写作 2026-11-20，也可写 2026/11/20、2026年11月20日。",
    FieldKind.MONEY: "以元为单位，至多两位小数，不写千分位和单位，例如 10000 或 1234.56。",
    FieldKind.USCC: "18位，末位校验；单元格须为文本格式。",
}


def example(field: Field, separator: str) -> str:
    """Test data for a field."""
    match field.kind:
        case FieldKind.LABEL:
            return field.labels[0]
        case FieldKind.LABELS:
            return separator.join(field.labels[:2])
        case FieldKind.TEXT:
            return f"测试{field.zh}"[: min(_SHOWN, field.max_length or _SHOWN)]
        case _:
            return _EXAMPLES[field.kind]


_EXAMPLES: Final = {
    FieldKind.DATE: _TEST_DAY,
    FieldKind.MONEY: "10000",
    FieldKind.USCC: TEST_CODE,
    FieldKind.INTEGER: "1",
}


GUIDE_HEADER: Final = ("列名", "代码", "是否必填", "类型", "最大长度", "可选内容", "填写要求", "示例（测试数据）")


def guide_notes(item: CatalogueItem) -> tuple[str, ...]:
    """What holds for the table as a whole."""
    return (
        f"{item.zh}（{item.item}）第{item.version}版 填写说明",
        "在“数据”表中从第3行起填写，一行一条。前两行是表头：第一行列名，第二行代码，两行都不要改。列可以移动，不带*的列可以删除，但“导入结果”列和公示认定的各列（失信信息类别、是否简易程序、不予公开理由、不予公开说明）请保留。",
        "带*的列每行必填。编码、文号等列为文本格式；从别处粘贴时请选“只粘贴值/文本”，不要用公式，不要合并单元格。",
        "填好后原样送回。系统给出同样格式的结果文件，第一列写明每行的结果；改正后把结果文件送回即可，已入账的行不会重复入账，请保留。",
        "CSV 文件用 Excel 打开再保存会改动长数字和日期，建议使用 xlsx 模板。",
    )


IN_LOG: Final = "已入账"
KNOWN: Final = "此前已入账"
NOT_IN_LOG: Final = "未入账"
DOUBT: Final = "提示："

FORMULA: Final = ("is a formula", "单元格是公式：请复制后选择性粘贴为“数值”")
MERGED: Final = ("is part of merged cells", "请取消合并单元格，并在每一行填写内容")
TYPED_AS_NUMBER: Final = (
    "is a number where text is asked for: leading zeros and digits may be lost",
    "请把单元格设为文本格式后重新输入，核对开头的0和全部数字",
)
NO_DAY: Final = ("is a number that is no day", "请写作 2026-11-20")
SHORTENED: Final = (
    "looks like a number that a spreadsheet program shortened",
    "请把单元格设为文本格式后按原件重新输入",
)
