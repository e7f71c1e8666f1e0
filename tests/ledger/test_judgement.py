"""Records are held against their catalogue item: faults refuse, warnings go with the record, no value is repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.catalogue import (
    MAX_TEXT,
    CatalogueItem,
    Judgement,
    concerns_natural_person,
    item_definition,
    judge_values,
    parse_item,
    shipped_definitions,
)
from ledger.codes import uscc_check_character

_ITEMS = {item.item: item for item in map(parse_item, shipped_definitions())}
LICENCE, PENALTY = _ITEMS["administrative-licence"], _ITEMS["administrative-penalty"]
CODE, NAME, AUTHORITY = "91110000MA00000077", "测试企业有限公司", "12110000000000000K"


def penalty(**changed: object) -> dict[str, object]:
    """Make the values of a made-up penalty, on test codes, with some of them changed."""
    values: dict[str, object] = {field.code: None for field in PENALTY.fields}
    values |= {
        "CF_XDR_MC": NAME,
        "CF_XDR_LB": "法人及非法人组织",
        "CF_XDR_SHXYM": CODE,
        "CF_FRDB": "测试人",
        "CF_WSH": "京测罚〔2026〕1号",
        "CF_WFXW": "测试违法行为",
        "CF_SY": "测试违法事实",
        "CF_YJ": "测试依据",
        "CF_CFLB": ["警告", "罚款"],
        "CF_NR": "警告，罚款1万元",
        "CF_NR_FK": 1_000_000,
        "CF_JDRQ": "2026-11-20",
        "CF_YXQ": "2099-12-31",
        "CF_CFJG": "测试机关",
        "CF_CFJGDM": AUTHORITY,
        "CF_SJLY": "测试机关",
        "CF_SJLYDM": AUTHORITY,
    }
    return values | changed


def licence(**changed: object) -> dict[str, object]:
    """Make the values of a made-up licence, on test codes, with some of them changed."""
    values: dict[str, object] = {field.code: None for field in LICENCE.fields}
    values |= {
        "XK_XDR_MC": NAME,
        "XK_XDR_LB": "法人及非法人组织",
        "XK_XDR_SHXYM": CODE,
        "XK_FRDB": "测试人",
        "XK_XKWS": "测试许可决定书",
        "XK_WSH": "京测许〔2026〕1号",
        "XK_XKLB": "普通",
        "XK_NR": "测试许可内容",
        "XK_JDRQ": "2026-11-20",
        "XK_YXQZ": "2026-11-20",
        "XK_YXQZI": "2099-12-31",
        "XK_XKJG": "测试机关",
        "XK_XKJGDM": AUTHORITY,
        "XK_ZT": "有效",
        "XK_LYDW": "测试机关",
        "XK_LYDWDM": AUTHORITY,
    }
    return values | changed


def judge(values: dict[str, object], item: CatalogueItem = PENALTY) -> Judgement:
    """Judge values of the test enterprise."""
    return judge_values(item, "uscc", CODE, NAME, values)


def faulty(judgement: Judgement) -> list[str]:
    """Name the fields with faults."""
    return [fault.field for fault in judgement.faults]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


def test_right_values_have_neither_faults_nor_warnings() -> None:
    """The made-up penalty and licence follow their items."""
    assert judge(penalty()) == Judgement((), ())
    assert judge(licence(), LICENCE) == Judgement((), ())


def test_every_field_must_be_there() -> None:
    """An absent field is a fault even if it is optional: presence must reveal nothing."""
    values = penalty()
    del values["BZ"], values["CF_SY"]

    assert faulty(judge(values)) == ["BZ", "CF_SY"]
    assert len(judge({}).faults) == len(PENALTY.fields)


def test_unknown_keys_are_faults_and_only_field_codes_are_repeated() -> None:
    """A person's number that slipped in as a key is not copied into the answer."""
    judgement = judge(penalty(CF_NEW=None, **{"11010519491231002X": None}))

    assert faulty(judgement) == ["", "CF_NEW"]
    assert "11010519491231002X" not in repr(judgement)


def test_a_flood_of_unknown_keys_has_a_short_answer() -> None:
    """The answer does not grow with what is sent."""
    assert len(judge(penalty(**{f"X{number}": 1 for number in range(1000)})).faults) == 20


@pytest.mark.parametrize("code", [field.code for field in PENALTY.fields if field.required])
def test_a_required_field_may_not_be_null(code: str) -> None:
    """Null is no value."""
    assert faulty(judge(penalty(**{code: None}))) == [code]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"CF_XDR_SHXYM": None}, ["CF_XDR_SHXYM"]),
        ({"CF_FRDB": None}, ["CF_FRDB"]),
        ({"CF_NR_FK": None}, ["CF_NR_FK"]),
        ({"CF_NR_FK": None, "CF_CFLB": ["警告"]}, []),
        ({"CF_CFLB": ["没收违法所得、没收非法财物"]}, ["CF_NR_WFFF"]),
        ({"CF_CFLB": ["罚款", "暂扣或者吊销许可证、执照"]}, ["CF_NR_ZKDX"]),
        ({"CF_XDR_LB": "个体工商户", "CF_XDR_SHXYM": None}, ["CF_XDR_GSZC"]),
        ({"CF_XDR_LB": "个体工商户", "CF_XDR_SHXYM": None, "CF_XDR_GSZC": "320404000009558"}, []),
        ({"CF_XDR_LB": "个体工商户"}, []),
        ({"CF_FR_ZJLX": "身份证"}, ["CF_FR_ZJHM"]),
        ({"CF_FR_ZJHM": "X"}, ["CF_FR_ZJLX"]),
        ({"CF_XDR_LB": "自然人", "CF_XDR_SHXYM": None, "CF_FRDB": None}, ["CF_XDR_ZJLX", "CF_XDR_ZJHM"]),
        ({"CF_CFLB": [["罚款"]]}, ["CF_CFLB"]),
    ],
)
def test_conditions_decide_whether_null_is_allowed(changed: dict[str, object], expected: list[str]) -> None:
    """A fine needs its amount, a trader without a credit code a registration number, half a certificate the other."""
    assert faulty(judge(penalty(**changed))) == expected


WRONG: dict[str, list[object]] = {
    "CF_SY": ["", " \u3000", 1, ["x"], "a\x00b", "a\x1bb", "a\u202eb", "\ud800", "x" * 20_001],
    "CF_CFLB": ["罚款", [], ["罚款", "罚款"], ["罪"], [1], [{}], ("罚款",), {"罚款": 1}, ["警告"] * 99],
    "CF_XDR_LB": ["法人", "", 1, ["自然人"], {}],
    "CF_NR_FK": [-1, 1.0, "1", True, 2**53, [1], float("nan")],
    "CF_JDRQ": [
        *("2026-02-29", "20261120", "2026/11/20", "2026-1-1", "0000-01-01", 20261120, ["2026-11-20"]),
        *("2026-11-20\n", "２026-11-20", "２０２６-11-20", "2026-W47-5", "2026-11-20T00:00:00"),
    ],
    "CF_CFJGDM": ["12110000000000000L", "0" * 17 + "X", 1, "", "320404000009558", [AUTHORITY], "9151010020192016１Y"],
}


@pytest.mark.parametrize(
    ("code", "value"),
    [
        pytest.param(code, value, id=f"{code}-{number}")
        for code, values in WRONG.items()
        for number, value in enumerate(values)
    ],
)
def test_a_value_of_the_wrong_kind_is_a_fault_that_does_not_repeat_it(code: str, value: object) -> None:
    """Values may be personal, and faults end up in logs."""
    judgement = judge(penalty(**{code: value}))

    assert code in faulty(judgement)
    for fault in judgement.faults:
        assert fault.rule.endswith(".")
        assert fault.fix.endswith(".")
        assert not (isinstance(value, str) and len(value) > 5 and value in fault.rule + fault.fix)


@pytest.mark.parametrize("text", ["一\n二\t三\r\n四", "　段落", "😀", "e\u0301"])
def test_ordinary_text_passes(text: str) -> None:
    """Line ends, wide spaces and characters beyond the basic plane occur in decisions."""
    assert judge(penalty(CF_SY=text)) == Judgement((), ())


def test_the_placeholder_code_is_named() -> None:
    """A department that sends seventeen zeros learns to send null."""
    judgement = judge_values(
        PENALTY,
        "registration-number",
        "320404000009558",
        NAME,
        penalty(CF_XDR_LB="个体工商户", CF_XDR_SHXYM="00000000000000000X", CF_XDR_GSZC="320404000009558"),
    )

    assert faulty(judgement) == ["CF_XDR_SHXYM"]
    assert "placeholder" in judgement.faults[0].rule


def test_over_length_only_warns_up_to_the_hard_limit() -> None:
    """The lengths of the standard are partly unconfirmed; the hard limit protects the ledger."""
    fits, over, huge = (judge(penalty(CF_SY="违" * length)) for length in (5000, 5001, MAX_TEXT + 1))

    assert fits == Judgement((), ())
    assert (over.faults, [warning.field for warning in over.warnings]) == ((), ["CF_SY"])
    assert (faulty(huge), huge.warnings) == (["CF_SY"], ())


def test_a_doubtful_code_only_warns() -> None:
    """Registered codes exist whose inner organisation code fails its check."""
    body = "91110106102167291"
    judgement = judge(penalty(CF_CFJGDM=body + uscc_check_character(body)))

    assert judgement.faults == ()
    assert [warning.field for warning in judgement.warnings] == ["CF_CFJGDM"]


@pytest.mark.parametrize(
    ("item", "changed", "expected"),
    [
        (PENALTY, {"CF_YXQ": "2026-11-19"}, ["CF_YXQ"]),
        (PENALTY, {"CF_YXQ": "2026-11-20"}, []),
        (PENALTY, {"CF_GSJZQ": "2026-11-19"}, ["CF_GSJZQ"]),
        (PENALTY, {"CF_YXQ": "2026-11-00"}, ["CF_YXQ"]),
        (LICENCE, {"XK_YXQZI": "2026-11-19"}, ["XK_YXQZI"]),
        (LICENCE, {"XK_YXQZ": "2020-01-01"}, []),
    ],
)
def test_dates_stand_in_their_order(item: CatalogueItem, changed: dict[str, object], expected: list[str]) -> None:
    """Nothing ends before it begins; a day that does not exist has one fault, not two."""
    values = penalty(**changed) if item is PENALTY else licence(**changed)

    assert faulty(judge(values, item)) == expected


def test_values_must_name_the_subject_of_the_record() -> None:
    """A record cannot be filed under one enterprise and speak of another."""
    assert faulty(judge_values(PENALTY, "uscc", CODE, "另一企业", penalty())) == ["CF_XDR_MC"]
    assert faulty(judge_values(PENALTY, "uscc", AUTHORITY, NAME, penalty())) == ["CF_XDR_SHXYM"]


def test_a_code_is_compared_with_a_credit_code_only() -> None:
    """A trader filed under a registration number may have received a credit code since."""
    assert faulty(judge_values(PENALTY, "registration-number", "320404000009558", NAME, penalty())) == []


def test_an_unlisted_scheme_is_a_fault_of_the_subject() -> None:
    """The item says in which schemes its subjects are identified."""
    assert faulty(judge_values(PENALTY, "passport", "X1", NAME, penalty())) == ["subject"]


def test_an_unknown_subject_is_not_compared() -> None:
    """A correction carries the values again, but not the subject."""
    assert judge_values(PENALTY, None, None, None, penalty()) == Judgement((), ())


def test_natural_persons_are_recognised_by_the_label() -> None:
    """The ledger does not take records of natural persons yet."""
    assert concerns_natural_person(PENALTY, penalty(CF_XDR_LB="自然人"))
    assert not concerns_natural_person(PENALTY, penalty())
    assert not concerns_natural_person(PENALTY, {"CF_XDR_LB": 1})
    assert not concerns_natural_person(PENALTY, {})


@given(st.dictionaries(st.sampled_from([field.code for field in PENALTY.fields]), json_values))
def test_judging_never_raises(changed: dict[str, object]) -> None:
    """Whatever JSON is sent, there is a judgement."""
    judge(penalty(**changed))


def test_an_integer_field_takes_negative_numbers_within_json() -> None:
    """Integers, unlike money, may be below zero, and stay within what RFC 8785 can write."""
    count = {"code": "COUNT", "zh": "数", "kind": "integer", "required": False, "public": True}
    shipped = item_definition(PENALTY)
    existing = shipped["fields"]
    assert isinstance(existing, list)
    item = parse_item(shipped | {"item": "test-item", "fields": [*existing, count]})

    assert judge(penalty(COUNT=-3), item) == Judgement((), ())
    assert faulty(judge(penalty(COUNT=-(2**53)), item)) == ["COUNT"]
