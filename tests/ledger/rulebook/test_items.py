"""The further items of the collection catalogue: read, honest about clocks, nothing private public, usable."""

import json
import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from ledger.catalogue import (
    CatalogueItem,
    FieldKind,
    Openness,
    item_definition,
    judge_values,
    parse_item,
    public_values,
    shipped_definitions,
)

FOLDER = files("ledger.rules") / "catalogue"
SOURCES = {path.name.removesuffix(".toml"): path.read_text("utf-8") for path in FOLDER.iterdir() if path.is_file()}
HELD_ELSEWHERE = {"administrative-licence", "administrative-penalty"}
"""The first two have tests of their own: test_catalogue, test_judgement."""
ITEMS = {
    name: parse_item(tomllib.loads(source)) for name, source in sorted(SOURCES.items()) if name not in HELD_ELSEWHERE
}
RECORDS: dict[str, dict[str, object]] = tomllib.loads((Path(__file__).parent / "records.toml").read_text("utf-8"))

ACTS = "行政许可 行政处罚 行政强制 行政确认 行政征收 行政给付 行政裁决 行政补偿 行政奖励 行政监督检查"
LISTS = (
    "严重失信主体名单 重点关注对象名单 经营异常名录 守信激励对象 虚假诉讼失信人 失信被执行人 "
    "政府采购严重违法失信行为记录"
)
OTHERS = (
    "信用承诺 信用承诺违诺 自愿注册信息 公共信用评价结果 行业信用评价结果 荣誉信息 合同履行信息 政务失信记录 "
    "行业协会惩戒记录 警示信息和提示信息"
)
PERSONS_ONLY = {"行政给付（自然人）", "政务失信记录（公务员）"}
RESTRICTED = PERSONS_ONLY | {"重点关注对象名单", "公共信用评价结果", "行业协会惩戒记录"}
PERSON = "自然人"
# Certificates of persons, what reaches a person, names of persons. 证书 and 证照 of an enterprise are something else.
PRIVATE = re.compile("证件|身份证|护照|电话|手机|住址|邮箱|账号|法定代表人|负责人|责任人|姓名|举报人")

each_item = pytest.mark.parametrize("name", ITEMS)


def labels(name: str, code: str) -> list[str]:
    """List the labels of a field."""
    return next(list(field.labels) for field in ITEMS[name].fields if field.code == code)


def subject(item: CatalogueItem, values: dict[str, object]) -> tuple[str, str, str]:
    """Name the record's subject as a submission would: by its code where it has one."""
    name = values[str(item.subject_name_field)]
    code = values[item.subject_code_field] if item.subject_code_field else "test-person"
    return item.schemes[0], str(code), str(name)


def record(name: str, **changed: object) -> dict[str, object]:
    """Make the values of the made-up record of an item, with some of them changed."""
    return {field.code: None for field in ITEMS[name].fields} | RECORDS[name] | changed


# ---- what is there --------------------------------------------------------------------------------------------------


def test_the_ten_administrative_acts_are_all_there() -> None:
    """京政办发〔2020〕27号: eight acts beside licences and penalties, to be disclosed within seven working days."""
    shipped = [parse_item(definition) for definition in shipped_definitions()]
    clocks = {item.zh: item.disclose_within for item in [*shipped, *ITEMS.values()]}
    found = {zh: clock.working_days for zh in ACTS.split() if (clock := clocks[zh]) is not None}

    assert found == dict.fromkeys(ACTS.split(), 7)


def test_lists_commitments_and_the_other_records_are_there() -> None:
    """Nothing more and nothing less than was asked for, and two items for natural persons alone."""
    expected = {*ACTS.split()[2:], *LISTS.split(), *OTHERS.split(), *PERSONS_ONLY}

    assert {item.zh for item in ITEMS.values()} == expected
    assert len(ITEMS) == len(expected)


@each_item
def test_a_file_is_named_for_its_item(name: str) -> None:
    """Whoever looks for an item finds its file."""
    assert ITEMS[name].item == name


@each_item
def test_an_item_comes_back_from_its_json(name: str) -> None:
    """A ledger commits the definition as JSON, whose keys RFC 8785 sorts."""
    definition = json.loads(json.dumps(item_definition(ITEMS[name]), sort_keys=True))

    assert parse_item(definition) == ITEMS[name]


@each_item
def test_the_header_names_sources_and_says_what_is_unconfirmed(name: str) -> None:
    """Nobody takes a default or a code of ours for an official one."""
    header = SOURCES[name].partition("\nitem = ")[0]

    assert "Sources of the facts below" in header
    assert "clocks " in header
    assert "ours" in header
    assert "[M]" in header


@each_item
def test_field_codes_have_one_prefix_of_the_item(name: str) -> None:
    """Codes are made like the official CF_ and XK_; no two items share a prefix."""
    prefixes = {item: {field.code.partition("_")[0] for field in ITEMS[item].fields} - {"BZ"} for item in ITEMS}

    assert len(prefixes[name]) == 1
    assert [item for item in ITEMS if prefixes[item] & (prefixes[name] | {"CF", "XK"})] == [name]


# ---- clocks ---------------------------------------------------------------------------------------------------------


@each_item
def test_each_clock_says_its_number_and_where_it_comes_from(name: str) -> None:
    """A number that no document has is called a default of the platform."""
    item = ITEMS[name]
    for clock in (item.collect_within, item.disclose_within):
        if clock is not None:
            assert f"{clock.working_days}个工作日" in clock.source
            assert clock.source.startswith("本平台默认，可配置") or re.search("〔.+〕.+号|《.+》第.+条", clock.source)
            assert not clock.source.startswith("本平台默认") or "未定期限" in clock.source or "只要求" in clock.source


@each_item
def test_a_public_item_is_disclosed_within_a_clock_and_a_restricted_one_never(name: str) -> None:
    """What the law does not make public is restricted."""
    item = ITEMS[name]

    assert (item.openness is Openness.RESTRICTED) is (item.zh in RESTRICTED)
    assert (item.disclose_within is None) is (item.openness is Openness.RESTRICTED)


# ---- what may be shown ----------------------------------------------------------------------------------------------


@each_item
def test_no_certificate_phone_or_name_of_a_person_is_public(name: str) -> None:
    """Fields about a person, and remarks that may name anybody, are never on a public page."""
    public = [field.zh for field in ITEMS[name].fields if field.public]

    assert [zh for zh in public if PRIVATE.search(zh)] == []
    assert "备注" not in public


@each_item
def test_natural_persons_are_known_as_such(name: str) -> None:
    """Admission refuses a record by this label: an item that has it and does not name it would let persons in."""
    item = ITEMS[name]
    having = tuple((field.code, (PERSON,)) for field in item.fields if PERSON in field.labels)

    assert item.natural_person_labels == having


@pytest.mark.parametrize("name", [name for name in ITEMS if ITEMS[name].zh in PERSONS_ONLY])
def test_nothing_about_a_natural_person_is_public(name: str) -> None:
    """Items for natural persons alone are restricted, and so is each of their fields."""
    item = ITEMS[name]

    assert [field.code for field in item.fields if field.public] == []
    assert public_values(item, record(name)) == {}


@each_item
def test_amounts_are_whole_fen(name: str) -> None:
    """Money is counted in fen, never in yuan or 万元."""
    units = {field.unit for field in ITEMS[name].fields if field.kind is FieldKind.MONEY}

    assert units <= {"分（0.01元）"}
    assert [field.zh for field in ITEMS[name].fields if "元" in field.zh] == []


# ---- labels that a document lists -----------------------------------------------------------------------------------


def test_labels_are_those_of_the_documents() -> None:
    """Each list word for word, in the order of the document."""
    assert labels("serious-dishonesty-list", "YZ_XWLX") == [
        "严重危害人民群众身体健康和生命安全",
        "严重破坏市场公平竞争秩序和社会正常秩序",
        "严重影响司法机关和行政机关公信力",
        "危害国防利益和拒不履行国防义务",
    ]
    assert labels("association-discipline", "XH_DJ") == ["警告", "行业内通报批评", "公开谴责", "不予接纳", "劝退"]
    assert labels("voluntary-registration", "ZY_ZCLB") == ["资质证照", "市场经营", "合同履行", "社会公益"]
    assert labels("government-breach", "ZW_CLLX") == ["司法判决", "行政处罚", "纪律处分", "问责处理"]
    assert labels("credit-warning", "JS_JB") == ["警示信息", "提示信息"]
    assert labels("administrative-coercion", "QZ_CSZL")[:2] == ["限制公民人身自由", "查封场所、设施或者财物"]
    assert [len(labels("administrative-coercion", code)) for code in ("QZ_CSZL", "QZ_ZXFS")] == [5, 6]
    assert len(labels("abnormal-operation-list", "YC_LRSY")) == 4
    assert len(labels("dishonest-judgment-debtor", "SB_JTQX")) == 6


def test_a_voluntary_record_has_both_acts_of_the_subject() -> None:
    """Without a public commitment to truth and an authorisation there is none; the latter can be withdrawn later."""
    required = {field.code for field in ITEMS["voluntary-registration"].fields if field.required}
    withdrawn = judge("voluntary-registration", ZY_SQCH="2026-12-01")
    too_early = judge("voluntary-registration", ZY_SQCH="2026-01-01")

    assert {"ZY_ZSXCN", "ZY_CNRQ", "ZY_SQFW", "ZY_SQRQ"} <= required
    assert (withdrawn, too_early) == ([], ["ZY_SQCH"])


# ---- records --------------------------------------------------------------------------------------------------------


def judge(name: str, **changed: object) -> list[str]:
    """Judge the made-up record with some values changed: which fields have faults."""
    item, values = ITEMS[name], record(name, **changed)
    judgement = judge_values(item, *subject(item, record(name)), values)

    assert judgement.warnings == ()
    return [fault.field for fault in judgement.faults]


@each_item
def test_a_realistic_record_is_taken(name: str) -> None:
    """On a test subject and test codes, without faults and without warnings."""
    assert str(subject(ITEMS[name], record(name))[2]).startswith("测试")
    assert judge(name) == []


REQUIRED = [(name, field.code) for name in ITEMS for field in ITEMS[name].fields if field.required]


@pytest.mark.parametrize(("name", "code"), REQUIRED)
def test_a_record_without_a_required_value_is_refused(name: str, code: str) -> None:
    """Null is no value, and a field that is left out is missing even where null would do."""
    item, values = ITEMS[name], record(name)
    del values[code]
    left_out = judge_values(item, None, None, None, values)

    assert code in judge(name, **{code: None})
    assert code in {fault.field for fault in left_out.faults}


CONDITIONAL = [
    ("administrative-coercion", {"QZ_CSZL": ["冻结存款、汇款"]}, ["QZ_JE"]),
    ("administrative-coercion", {"QZ_LX": "行政强制执行", "QZ_CSZL": None}, ["QZ_ZXFS"]),
    ("administrative-payment", {"JF_XDR_LB": "自然人"}, ["JF_XDR_LB"]),
    ("administrative-inspection", {"JC_JHBH": None, "JC_RWBH": None}, ["JC_JHBH", "JC_RWBH"]),
    ("administrative-reward", {"JL_JLJE": None}, ["JL_JLJE"]),
    ("administrative-levy", {"ZS_ZSJE": 1.5}, ["ZS_ZSJE"]),
    ("serious-dishonesty-list", {"YZ_QXZ": None}, ["YZ_QXZ"]),
    ("serious-dishonesty-list", {"YZ_QXLX": "终身", "YZ_QXZ": None}, ["YZ_ZSYJ"]),
    ("serious-dishonesty-list", {"YZ_YCRQ": "2027-11-20"}, ["YZ_YCLX"]),
    ("abnormal-operation-list", {"YC_YCRQ": "2026-12-01", "YC_YCLX": "移出"}, ["YC_YCSY", "YC_YCWSH", "YC_YCJG"]),
    ("abnormal-operation-list", {"YC_ND": None}, ["YC_ND"]),
    ("dishonest-judgment-debtor", {"SB_QXZ": None}, ["SB_QXZ"]),
    ("dishonest-judgment-debtor", {"SB_YLX": None, "SB_WLX": None}, ["SB_YLX", "SB_WLX"]),
    ("procurement-dishonesty", {"CG_FK": None}, ["CG_FK"]),
    ("credit-commitment", {"CN_GZNR": None}, ["CN_GZNR"]),
    ("credit-commitment", {"CN_LX": "容缺受理承诺"}, ["CN_BQCL", "CN_RQYJ", "CN_LXQX"]),
    ("credit-commitment", {"CN_LX": "准入前信用承诺"}, ["CN_ZRHJ"]),
    ("credit-commitment", {"CN_LX": "行业自律型承诺"}, ["CN_ZLFW"]),
    ("credit-commitment", {"CN_LX": "信用修复承诺"}, ["CN_JLBH"]),
    ("contract-performance", {"HT_LXQK": "未履行"}, ["HT_WYSS", "HT_RDYJ"]),
    ("honour", {"RY_CXRQ": "2027-01-01"}, ["RY_CXSY"]),
    ("credit-warning", {"JS_JYJC": None}, ["JS_JYJC"]),
]


@pytest.mark.parametrize(("name", "changed", "faulty"), CONDITIONAL)
def test_a_record_without_what_its_kind_needs_is_refused(
    name: str, changed: dict[str, object], faulty: list[str]
) -> None:
    """Frozen accounts need an amount, an end of a ban or its lifelong basis, a removal its number, and so on."""
    assert judge(name, **changed) == faulty
