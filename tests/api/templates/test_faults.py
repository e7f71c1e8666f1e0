"""What people do to a template before they send it back: read as it is meant, or refused with row, title and fix."""

from __future__ import annotations

import csv
import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from api.importer.rows import SourceFault
from api.sampling.tables import company_code
from api.spreadsheet.reading import cell_name, read_sheets
from api.templates.columns import template_of
from api.templates.returned import check_header, read_returned
from tests.api.templates.filling import SHEET, Raw, edit, fill, fill_csv, places, typed, values
from tests.api.templates.office import Office, open_office, said, values_of
from tests.ledger.harness import PENALTY
from verify.strict import JsonValue

TEMPLATE = template_of(PENALTY)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with open_office(tmp_path_factory.mktemp("office")) as opened:
        yield opened


def row(number: int, **more: object) -> dict[str, object]:
    """A good row about test company `number`, but for what is typed otherwise."""
    return typed(PENALTY, good(number), number, **more)


def good(number: int) -> dict[str, JsonValue]:
    """The values of a good row."""
    party: dict[str, JsonValue] = {"CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": company_code(number)}
    return values(PENALTY, number, full=False) | party | {"CF_FRDB": "测试人", "CF_XDR_GSZC": None}


# ---- cells -----------------------------------------------------------------------------------------------------------

TYPED_WRONGLY = {
    "a formula": ("CF_NR", Raw(' t="str"><f>A1&amp;B1</f><v>测试</v>'), "【处罚内容】是公式。单元格是公式"),
    "an error": ("CF_NR", Raw(' t="e"><v>#N/A</v>'), "【处罚内容】是公式"),
    "a number in a code": (
        "CF_CFJGDM",
        Raw("><v>110000000000001</v>"),
        "【处罚机关统一社会信用代码】是数字而不是文本",
    ),
    "a rounded number": (
        "CF_XDR_GSZC",
        Raw("><v>1.10101199003E+17</v>"),
        "【行政相对人代码_2（工商注册号）】是数字而不是文本",
    ),
    "a shortened number": ("CF_XDR_GSZC", "1.10101E+17", "】像是被表格软件缩写的数字。请把单元格设为文本格式"),
    "a year for a day": (
        "CF_JDRQ",
        Raw("><v>2026</v>"),
        "【处罚决定日期】是数字，不是日期。请写作 2026-11-20",
    ),
    "a day that is none": ("CF_JDRQ", "2026-02-30", "【处罚决定日期】日历上没有这一天（日期。写作"),
    "a day with a time": ("CF_JDRQ", Raw(' s="5"><v>46346.5</v>'), "【处罚决定日期】须为日期（日期。写作 2026-11-20"),
    "a label that is none": ("CF_XDR_LB", "公司", "【行政相对人类别】不在可选内容之中：法人"),
    "a wrong code": ("CF_CFJGDM", "91110000MA00000078", "【处罚机关统一社会信用代码】代码不符合编码规则，请与证书核对"),
    "a fine with a comma": ("CF_NR_FK", "1,000", "【罚款金额（元）】须为金额"),
    "nothing where the law wants something": ("CF_WSH", "", "【行政处罚决定书文号】必填（文本。"),
    "no number of the record": ("kesu.record", "", "【记录编号】不能为空"),
    "an action that is none": ("kesu.action", "删除", "【操作】不在可选内容之中：新增, 更正, 变更, 撤销"),
    "another code than the subject's": (
        "kesu.code",
        company_code(4711),
        "【行政相对人代码_1（统一社会信用代码）】与信用主体的代码不一致",
    ),
    "a reason without its text": ("kesu.withheld", "商业秘密", "【不予公开说明】不能为空"),
    "an act on nothing": ("kesu.action", "撤销", "【记录编号】本表前面没有新增这条记录的行"),
}


def test_a_fault_names_row_title_and_fix_and_the_good_rows_are_taken(office: Office, tmp_path: Path) -> None:
    """All faults of a file at once; corrected in the result file, the rest is taken and nothing twice."""
    before = len(office.records())
    rows = [row(100 + at, **{code: wrong}) for at, (code, wrong, _) in enumerate(TYPED_WRONGLY.values())]
    book = fill(tmp_path / "a.xlsx", PENALTY, [row(1), *rows, row(2)])

    result, target = office.send(book)

    notes = said(target)
    assert (result.accepted, result.faults) == (2, len(rows)), notes
    for number, (what, (_, _, told)) in enumerate(TYPED_WRONGLY.items(), 4):
        assert told in notes[number], what
        assert notes[number].startswith(f"未入账（第{number}行）"), what
    assert notes[3].startswith("已入账：第")
    assert notes[4 + len(rows)].startswith("已入账：第")

    columns = places(target)
    right_rows = [row(100 + at) for at in range(len(rows))]
    mended = target
    for number, right in enumerate(right_rows, 4):
        mended = retype(mended, number, columns, right)
    again, last = office.send(mended)
    assert (again.accepted, again.skipped, again.faults) == (len(rows), 2, 0), again.first_faults
    assert last.name == "a.result-2.xlsx"
    assert len(office.records()) - before == 2 + len(rows)


def retype(path: Path, number: int, columns: dict[str, int], right: dict[str, object]) -> Path:
    """Type a whole row of a result file anew."""
    with zipfile.ZipFile(path) as parts:
        text = parts.read(SHEET).decode()
    begin = text.index(f'<row r="{number}">')
    end = text.index("</row>", begin)
    scratch = fill(path.with_name("scratch.xlsx"), PENALTY, [right], first=number)
    with zipfile.ZipFile(scratch) as parts:
        new = parts.read(SHEET).decode()
    at = new.index(f'<row r="{number}">')
    return edit(path, text[begin:end], new[at : new.index("</row>", at)])


def test_numbers_that_were_refused_stay_numbers_in_the_result(office: Office, tmp_path: Path) -> None:
    """Sent back unread they are refused again; the result must not make texts of them."""
    number = row(31, CF_CFJGDM=Raw("><v>110000000000001</v>"), CF_XDR_GSZC=Raw("><v>1.10101199003E+17</v>"))
    _, target = office.send(fill(tmp_path / "a.xlsx", PENALTY, [number]))

    again, _ = office.send(target)

    assert again.faults == 1
    assert "行政相对人代码_2（工商注册号）; 处罚机关统一社会信用代码: " in again.first_faults[0]


def test_days_may_come_as_serial_numbers_and_in_many_spellings(office: Office, tmp_path: Path) -> None:
    before = len(office.records())
    spellings = [
        Raw("><v>46328</v>"),
        Raw(' s="5"><v>46328</v>'),
        "2026/11/2",
        "2026年11月2日",
        "2026.11.02",
        Raw("><v>20261102</v>"),
    ]
    rows = [row(200 + at, CF_JDRQ=day) for at, day in enumerate(spellings)]

    result, _ = office.send(fill(tmp_path / "a.xlsx", PENALTY, rows))

    assert (result.accepted, result.first_faults) == (len(rows), [])
    assert {values_of(view)["CF_JDRQ"] for view in office.records()[before:]} == {"2026-11-02"}


def test_merged_cells_are_a_fault_of_every_row_they_touch(office: Office, tmp_path: Path) -> None:
    """Only the first of them holds anything; a heading above the table may be merged."""
    book = fill(tmp_path / "a.xlsx", PENALTY, [row(301), row(302), row(303)])
    at = places(book)["CF_CFJG"]
    edit(
        book,
        "</sheetData>",
        f'</sheetData><mergeCells><mergeCell ref="{cell_name(3, at)}:{cell_name(4, at)}"/></mergeCells>',
    )

    result, target = office.send(book)

    assert (result.accepted, result.faults) == (1, 2)
    assert all("【处罚机关】属于合并单元格。请取消合并单元格" in said(target)[number] for number in (3, 4))


# ---- acts ------------------------------------------------------------------------------------------------------------


def test_rows_correct_and_revoke_what_rows_before_them_filed(office: Office, tmp_path: Path) -> None:
    """The clerk keeps one workbook and writes on below what is in the log."""
    before = len(office.records())
    act = {"kesu__on": date(2026, 11, 21), "kesu__operator": "测试经办人", "kesu__basis": "测试规定第一条"}
    filed = [row(401), row(402)]
    office.send(fill(tmp_path / "a.xlsx", PENALTY, filed))
    corrected = row(401, CF_NR="测试更正", kesu__action="更正", kesu__reason="录入有误", **act)
    revoked = {
        "kesu.record": "测试402",
        "kesu.action": "撤销",
        "kesu.reason": "测试撤销",
        **{code.replace("__", "."): value for code, value in act.items()},
    }

    result, target = office.send(fill(tmp_path / "b.xlsx", PENALTY, [*filed, corrected, revoked]))

    assert (result.accepted, result.skipped, result.faults) == (2, 2, 0), said(target)
    first, second = office.records()[before:]
    assert values_of(first)["CF_NR"] == "测试更正"
    assert [str(first.status), str(second.status)] == ["standing", "revoked"]


# ---- the table -------------------------------------------------------------------------------------------------------


def test_columns_may_be_moved_and_optional_ones_deleted(office: Office, tmp_path: Path) -> None:
    """Also under a heading, as CSV in GB 18030, and with titles that a program broke into lines."""
    before = len(office.records())
    made = fill_csv(tmp_path / "a.csv", PENALTY, [row(501), row(502)], "gb18030")
    with made.open(encoding="gb18030", newline="") as file:
        table = [list(reversed(line)) for line in csv.reader(file)]
    deleted = [at for at, code in enumerate(table[1]) if code in {"CF_FR_ZJHM", "BZ", "kesu.reason", "kesu.scheme"}]
    table = [[cell for at, cell in enumerate(line) if at not in deleted] for line in table]
    table[0][0] = "替代\n记录编号"
    with made.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows([["测试局行政处罚"], *table[:2], [], table[2], [], table[3], *[[]] * 9])

    result, target = office.send(made)

    assert (result.accepted, result.first_faults) == (2, [])
    assert [values_of(view) for view in office.records()[before:]] == [good(at) for at in (501, 502)]
    assert list(said(target)) == [5, 7]


HEADERS = {
    "another title": (
        "*处罚内容",
        "处罚事由",
        r"column \w+ is titled '处罚事由', and its code CF_NR is that of 处罚内容; put",
    ),
    "another code": ("CF_NR", "CF_NX", "has the code 'CF_NX', which this template does not have; put the code"),
    "a code twice": ("CF_NR_FK", "CF_NR", "two columns have the code CF_NR, 处罚内容; delete one"),
    "another layout": (
        "kesu-template:1:",
        "kesu-template:2:",
        "is a template of layout 2, and 1 is read here; download",
    ),
    "a broken marker": ("kesu-template:1:", "kesu-template:1-", "has a row of codes that somebody changed; download"),
}


@pytest.mark.parametrize("what", HEADERS)
def test_a_header_that_is_not_the_templates_is_refused(tmp_path: Path, what: str) -> None:
    """With the place and what to do, before anything is sent."""
    old, new, rule = HEADERS[what]
    book = fill(tmp_path / "a.xlsx", PENALTY, [row(1)])
    edit(
        book,
        f'preserve">{old}' if old.endswith(":") else f'preserve">{old}<',
        f'preserve">{new}' if old.endswith(":") else f'preserve">{new}<',
    )

    with pytest.raises(SourceFault, match=rule):
        check(book)


@pytest.mark.parametrize("code", ["CF_WSH", "kesu.withheld", "kesu.record"])
def test_a_column_that_must_stay_is_missed(tmp_path: Path, code: str) -> None:
    """Without the column of reasons to withhold everything would be public."""
    made = fill_csv(tmp_path / "a.csv", PENALTY, [row(1)])
    table = list(csv.reader(made.read_text("utf-8-sig").splitlines()))
    at = table[1].index(code)
    with made.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([*line[:at], *line[at + 1 :]] for line in table)

    with pytest.raises(SourceFault, match=rf"has no column {TEMPLATE.column(code).title} \({code}\); put it back"):
        check(made)


def test_a_column_of_ones_own_is_refused(tmp_path: Path) -> None:
    """What stands in it would not be sent, and nobody would know."""
    book = fill(tmp_path / "a.xlsx", PENALTY, [row(1)])
    edit(book, "</row></sheetData>", '<c r="BZ3" t="inlineStr"><is><t>测试</t></is></c></row></sheetData>')

    with pytest.raises(SourceFault, match="column BZ holds something and has no code; delete the column"):
        check(book)


def test_a_table_without_a_marker_is_no_template(tmp_path: Path) -> None:
    other = tmp_path / "a.csv"
    other.write_text("甲,乙\n1,2\n", "utf-8")

    assert read_returned(other) is None


def check(path: Path) -> None:
    """Read a file and its header."""
    returned = read_returned(path)
    assert returned is not None
    check_header(returned, TEMPLATE)


# ---- hostile files ---------------------------------------------------------------------------------------------------


def test_no_cell_of_template_or_result_is_a_formula(office: Office, tmp_path: Path) -> None:
    """What begins like one is a text, marked as such."""
    made = row(601, CF_NR="=HYPERLINK(1)", CF_SY="+1", CF_YJ="@测试", CF_WFXW="-1")
    _, target = office.send(fill(tmp_path / "a.xlsx", PENALTY, [made]))

    with zipfile.ZipFile(target) as parts:
        sheets = [parts.read(name).decode() for name in parts.namelist() if "worksheets" in name]
    assert all("<f>" not in sheet and "<f " not in sheet for sheet in sheets)
    assert sheets[0].count('s="9" t="inlineStr"') == 4
    assert not any(cell.formula for sheet in read_sheets(target) for line in sheet.rows for cell in line.cells.values())


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_are_refused(tmp_path: Path, encoding: str) -> None:
    """Also where the words cannot be seen in the bytes."""
    book = fill(tmp_path / "a.xlsx", PENALTY, [row(1)])
    with zipfile.ZipFile(book) as parts:
        kept = {name: parts.read(name) for name in parts.namelist()}
    text = (
        kept[SHEET]
        .decode()
        .replace("UTF-8", encoding)
        .replace("<worksheet", '<!DOCTYPE x [<!ENTITY a "b">]><worksheet', 1)
    )
    kept[SHEET] = text.encode(encoding)
    with zipfile.ZipFile(book, "w") as parts:
        for name, data in kept.items():
            parts.writestr(name, data)

    with pytest.raises(SourceFault, match="is no workbook as Excel writes it"):
        read_returned(book)


def test_what_grows_when_it_is_unpacked_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts together have a limit, by what the directory of the file says; no more than that is unpacked."""
    book = fill(tmp_path / "a.xlsx", PENALTY, [row(1)])
    with zipfile.ZipFile(book) as parts:
        sizes = {each.filename: each.file_size for each in parts.infolist()}
    monkeypatch.setattr("api.spreadsheet.reading._MOST_BYTES", sizes[SHEET] + 1)

    with pytest.raises(SourceFault, match="is too large; split it"):
        read_returned(book)
