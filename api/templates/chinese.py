"""What importer and ledger say of a row, in the words of the result file; what is not known here stays as it is."""

from __future__ import annotations

import re
from typing import Final

_SAID: Final = tuple(
    (re.compile(pattern, re.DOTALL), words)
    for pattern, words in (
        (r"must be text", "须为文本"),
        (r"must not be empty", "不能为空"),
        (r"must name the subject", "须写明信用主体"),
        (r"is refused: (.*)", r"代码不符合编码规则，请与证书核对（\1）"),
        (r"must be a plain amount.*", "须为金额，用半角数字，不带千分位、正负号和单位"),
        (r"is finer than a fen.*", "金额至多精确到分"),
        (r"must not be negative", "不能为负数"),
        (r"must be a whole number.*", "须为整数，用半角数字"),
        (r"must be a date written.*", "须为日期"),
        (r"is not a day of the calendar", "日历上没有这一天"),
        (r"(?:has a code that )?is none of: (.*)", r"不在可选内容之中：\1"),
        (r"names the same code twice", "同一项写了两次"),
        (r"is too large", "数值过大"),
        (r"is a formula", "是公式"),
        (r"is part of merged cells", "属于合并单元格"),
        (r"is a number where text is asked for.*", "是数字而不是文本，开头的0和其他数字可能已经丢失"),
        (r"is a number that is no day", "是数字，不是日期"),
        (r"looks like a number that a spreadsheet program shortened", "像是被表格软件缩写的数字"),
        (r"names a record that is filed already", "本表前面已有新增这条记录的行"),
        (r"names a record that was not filed before this row", "本表前面没有新增这条记录的行"),
        (r"names a record that was revoked before this row", "这条记录已在前面的行中撤销"),
        (r"names a record that was changed before this row", "这条记录已在前面的行中变更"),
        (r"is another subject than before: .*", "与原记录的信用主体不同：请撤销原记录后重新新增"),
        (r"names the record itself", "写成了本条记录自己的编号"),
        (r"(?:\S+: )?\w+ is required", "必填"),
        (r"(?:\S+: )?\w+ is required because .*", "按本行其他列的内容必填"),
        (r"(?:\S+: )?\w+ may not be before \w+", "早于允许的日期"),
        (r"(?:\S+: )?The name is not the name of the record's subject", "与信用主体的名称不一致"),
        (r"(?:\S+: )?The code is not the code of the record's subject", "与信用主体的代码不一致"),
        (r"\w+ is longer than the (\d+) characters of the standard", r"超过标准规定的\1个字"),
    )
)


def in_chinese(reason: str) -> str | None:
    """A reason in Chinese, or None where nobody has put it into words yet."""
    for pattern, words in _SAID:
        match = pattern.fullmatch(reason)
        if match is not None:
            return match.expand(words)
    return None
