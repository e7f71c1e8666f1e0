"""All spellings of a name have one form, and a part of a name has a part of its form."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.errors import NotAdmissible
from projections.search.query import Query, check_limit, read_query
from projections.search.terms import code_key, normalise, terms


@pytest.mark.parametrize(
    ("written", "compared"),
    [
        ("测试（北京）科技有限公司", "测试北京科技有限公司"),
        ("测试(北京) 科技有限公司", "测试北京科技有限公司"),
        ("測試有限公司", "測試有限公司"),
        ("ＡＢＣ１２３测试", "abc123测试"),
        ("Abc 123 测试", "abc123测试"),
        ("阿依古丽·测试", "阿依古丽测试"),
        ("测试—第一·“分”公司", "测试第一分公司"),
        ("二○二六测试", "二〇二六测试"),
        ("\uf9dd测试", "利测试"),  # a compatibility ideograph
        ("葛\U000e0100测试", "葛测试"),  # a variant of the same character
        ("𠮷测试\U0002cb69", "𠮷测试\U0002cb69"),
        ("\U00031350测试", "\U00031350测试"),  # newer than Python 3.11 knows
        ("\ue000测试", "\ue000测试"),
        ("㈱测试", "株测试"),
        ("Straße Café", "strassecafe\u0301"),
        ("% _ * \" ' ; -- ( )", ""),
    ],
)
def test_spellings_of_a_name_have_one_form(written: str, compared: str) -> None:
    assert normalise(written) == compared


@given(st.text(), st.text())
@example("e", "\u0301x")
def test_the_form_of_a_text_is_that_of_its_parts_and_its_own_form(first: str, second: str) -> None:
    """So whatever part of a name somebody types, its form is a part of the name's form."""
    whole = normalise(first + second)

    assert whole == normalise(first) + normalise(second)
    assert normalise(whole) == whole


def test_a_text_is_found_by_its_pairs_of_neighbours() -> None:
    assert terms("测试测试公司") == ("公司", "测试", "试公", "试测")
    assert terms("ab12") == ("12", "ab", "b1")
    assert terms("测") == ("测",)
    assert terms("") == ()


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("91110000MA00000077", "91110000MA00000077"),
        (" 9111 0000 ma00 0000 77\n", "91110000MA00000077"),
        ("９１１１００００ＭＡ００００００７７", "91110000MA00000077"),
        ("12345678-X", "12345678X"),
        ("12345678—x", "12345678X"),
        ("a.b_c", "ABC"),
        ("测试", ""),
        ("91110000测试", ""),
        ("", ""),
    ],
)
def test_typing_makes_no_difference_to_a_code(typed: str, key: str) -> None:
    assert code_key(typed) == key


def test_a_query_is_read_as_a_name_and_as_a_code() -> None:
    assert read_query("测试（北京）") == Query("测试北京", "")
    assert read_query("9111-0000 MA00000077") == Query("91110000ma00000077", "91110000MA00000077")


@pytest.mark.parametrize("text", ["", " ", "测", "a", "(测)", "“”", "*", "公 "])
def test_less_than_two_characters_are_not_looked_for(text: str) -> None:
    with pytest.raises(NotAdmissible) as refused:
        read_query(text)

    (fault,) = refused.value.faults
    assert fault.field == "q"
    assert fault.rule == "a query has at least 2 characters besides spaces and punctuation"


def test_more_characters_than_any_name_has_are_not_looked_for() -> None:
    assert read_query("测" * 200).normal == "测" * 200
    with pytest.raises(NotAdmissible, match="at most 200 characters"):
        read_query("测" * 201)


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002X",
        "11010519491231002x",
        "110105 19491231 002X",
        "110105-19491231-002X",
        "１１０１０５１９４９１２３１００２Ｘ",
        "测试人11010519491231002X",
        "测试人（11010519491231002X）测试",
        "ID11010519491231002X",
        "110105491231003",
        "测试人110105491231003",
    ],
)
def test_a_resident_identity_number_is_refused_and_not_repeated(text: str) -> None:
    """11010519491231002X is the example of GB 11643-1999."""
    with pytest.raises(NotAdmissible) as refused:
        read_query(text)

    assert str(refused.value).startswith("q: this looks like a resident identity number")
    assert "491231" not in str(refused.value)


@pytest.mark.parametrize("code", ["91110000MA00000077", "110000000000017", "1100000000000", "12345678X"])
def test_codes_of_organisations_are_no_identity_numbers(code: str) -> None:
    assert read_query(code).code == code


@pytest.mark.parametrize("limit", [-1, 0, 51, 1_000_000])
def test_no_more_than_fifty_subjects_are_listed(limit: int) -> None:
    assert [check_limit(each) for each in (1, 50)] == [1, 50]
    with pytest.raises(NotAdmissible, match="limit: from 1 to 50 subjects are listed"):
        check_limit(limit)
