"""The columns of the made-up exports and the field each feeds: one list makes the header and the mapping file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

CLASS: Final = "class"
"""In the place of a field's code: the column with the class of 公示认定."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export and the field it feeds; `rule` is what follows the column in the mapping file."""

    header: str
    code: str
    rule: str = ""


_SLASHED = 'date = ["%Y/%m/%d"]\nreplace = { "长期" = "2099/12/31" }'
_CHINESE = 'date = ["%Y年%m月%d日"]\nreplace = { "长期" = "2099年12月31日" }'
_SUBJECT_KIND = 'labels = { "01" = "法人及非法人组织", "02" = "自然人", "03" = "个体工商户" }'
_ID_KIND = (
    'labels = { "01" = "身份证", "02" = "护照号", "03" = "港澳居民来往内地通行证", "04" = "台湾居民来往大陆通行证", '
    '"05" = "外国人永久居留身份证" }'
)
_SANCTIONS = """labels = { "1" = "警告", "2" = "罚款", "3" = "没收违法所得、没收非法财物", "4" = "责令停产停业" }
separator = ";\""""
_CLASSES = 'class_labels = { "轻微" = "minor", "一般" = "ordinary", "严重" = "serious" }'
_LICENCE_KINDS = 'labels = { "01" = "普通", "02" = "特许", "03" = "认可", "04" = "核准", "05" = "登记", "06" = "其他" }'

PENALTY_COLUMNS = (
    Column("行政相对人名称", "CF_XDR_MC"),
    Column("行政相对人类别", "CF_XDR_LB", _SUBJECT_KIND),
    Column("统一社会信用代码", "CF_XDR_SHXYM", 'code = "uscc"'),
    Column("工商注册号", "CF_XDR_GSZC"),
    Column("组织机构代码", "CF_XDR_ZZJG"),
    Column("税务登记号", "CF_XDR_SWDJ"),
    Column("事业单位证书号", "CF_XDR_SYDW"),
    Column("社会组织登记证号", "CF_XDR_SHZZ"),
    Column("法定代表人", "CF_FRDB"),
    Column("法定代表人证件类型", "CF_FR_ZJLX", _ID_KIND),
    Column("法定代表人证件号码", "CF_FR_ZJHM"),
    Column("自然人证件类型", "CF_XDR_ZJLX", _ID_KIND),
    Column("自然人证件号码", "CF_XDR_ZJHM"),
    Column("行政处罚决定书文号", "CF_WSH"),
    Column("违法行为类型", "CF_WFXW"),
    Column("违法事实", "CF_SY"),
    Column("处罚依据", "CF_YJ"),
    Column("处罚类别", "CF_CFLB", _SANCTIONS),
    Column("处罚内容", "CF_NR"),
    Column("罚款金额（万元）", "CF_NR_FK", 'money = "万元"'),
    Column("没收金额（万元）", "CF_NR_WFFF", 'money = "万元"'),
    Column("暂扣或吊销证照名称及编号", "CF_NR_ZKDX"),
    Column("处罚决定日期", "CF_JDRQ", _SLASHED),
    Column("处罚有效期", "CF_YXQ", _SLASHED),
    Column("公示截止期", "CF_GSJZQ", _SLASHED),
    Column("失信信息类别", CLASS, _CLASSES),
    Column("处罚机关", "CF_CFJG"),
    Column("处罚机关统一社会信用代码", "CF_CFJGDM", 'code = "uscc"'),
    Column("数据来源单位", "CF_SJLY"),
    Column("数据来源单位统一社会信用代码", "CF_SJLYDM", 'code = "uscc"'),
    Column("备注", "BZ"),
)

LICENCE_COLUMNS = (
    Column("行政相对人名称", "XK_XDR_MC"),
    Column("行政相对人类别", "XK_XDR_LB", _SUBJECT_KIND),
    Column("统一社会信用代码", "XK_XDR_SHXYM", 'code = "uscc"'),
    Column("工商注册号", "XK_XDR_GSZC"),
    Column("组织机构代码", "XK_XDR_ZZJG"),
    Column("税务登记号", "XK_XDR_SWDJ"),
    Column("事业单位证书号", "XK_XDR_SYDW"),
    Column("社会组织登记证号", "XK_XDR_SHZZ"),
    Column("法定代表人", "XK_FRDB"),
    Column("法定代表人证件类型", "XK_FR_ZJLX", _ID_KIND),
    Column("法定代表人证件号码", "XK_FR_ZJHM"),
    Column("自然人证件类型", "XK_XDR_ZJLX", _ID_KIND),
    Column("自然人证件号码", "XK_XDR_ZJHM"),
    Column("行政许可决定文书名称", "XK_XKWS"),
    Column("行政许可决定文书号", "XK_WSH"),
    Column("许可类别", "XK_XKLB", _LICENCE_KINDS),
    Column("许可证书名称", "XK_XKZS"),
    Column("许可编号", "XK_XKBH"),
    Column("许可内容", "XK_NR"),
    Column("许可决定日期", "XK_JDRQ", _CHINESE),
    Column("有效期自", "XK_YXQZ", _CHINESE),
    Column("有效期至", "XK_YXQZI", _CHINESE),
    Column("许可机关", "XK_XKJG"),
    Column("许可机关统一社会信用代码", "XK_XKJGDM", 'code = "uscc"'),
    Column("当前状态", "XK_ZT", 'labels = { "1" = "有效", "2" = "无效" }'),
    Column("数据来源单位", "XK_LYDW"),
    Column("数据来源单位统一社会信用代码", "XK_LYDWDM", 'code = "uscc"'),
    Column("备注", "BZ"),
)


def mapping_file(item: str, prefix: str, columns: tuple[Column, ...]) -> str:
    """Return the TOML that maps `columns` to the catalogue item; `prefix` begins the item's field codes."""
    header = {column.code: column.header for column in columns}
    code = header[f"{prefix}_XDR_SHXYM"]
    lines = [
        "# Made-up data of test companies. Which column of the export becomes which field of the catalogue item.",
        '[source]\nformat = "csv"\nencoding = "auto"\n',
        f'[item]\ncatalogue = "{item}"\nversion = 1\n',
        f'[record]\nkey = ["{header[f"{prefix}_WSH"]}", "{code}"]\n',
        f'[subject]\nscheme = "uscc"\ncode = "{code}"\nname = "{header[f"{prefix}_XDR_MC"]}"\n',
    ]
    for column in columns:
        rule = f"\n{column.rule}" if column.rule else ""
        place = "[publicity]\nclass_column" if column.code == CLASS else f"[fields.{column.code}]\ncolumn"
        lines.append(f'{place} = "{column.header}"{rule}\n')
    return "\n".join(lines)
