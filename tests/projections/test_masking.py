"""What is left of a personal value when it is masked."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import uscc_fault
from ledger.codes.resident import has_resident_id_form, resident_id_of
from projections.masking import mask_name, mask_number, mask_resident_ids

STANDARD = "11010519491231002X"
"""The example of GB 11643 itself."""
OLD_FORMS = st.builds(
    lambda region, day, serial: f"{region}{day:%y%m%d}{serial:03}",
    st.sampled_from(["110105", "310115", "440305", "650102"]),
    st.dates(),
    st.integers(1, 899),
)
NUMBERS = OLD_FORMS.map(resident_id_of)


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张*"),
        ("欧阳锋", "欧*"),
        ("阿卜杜拉·买买提", "阿*"),
        ("张三、李四", "张*、李*"),
        ("张三，李四", "张*，李*"),
        ("John Smith", "J* S*"),
        ("张 三", "* *"),
        ("张", "*"),
        ("张*", "张*"),
        ("", ""),
    ],
)
def test_of_a_name_the_first_character_is_left(name: str, masked: str) -> None:
    """Its length is not told; a name of one character is not there any more."""
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        (STANDARD, "1101**********002X"),
        ("110105491231002", "110*********002"),
        ("E12345678", "E1*****78"),
        ("H01234567", "H0*****67"),
        ("1234", "1**4"),
        ("123", "***"),
        ("", ""),
    ],
)
def test_of_a_number_both_ends_are_left(number: str, masked: str) -> None:
    """Of eighteen characters eight, of fewer fewer."""
    assert mask_number(number) == masked


@given(st.text(st.characters(exclude_characters="*"), max_size=64))
def test_at_least_half_of_every_number_is_gone(number: str) -> None:
    """Whoever has what is left cannot know the rest, because it is not there."""
    masked = mask_number(number)

    assert masked.count("*") * 2 >= len(number) == len(masked)


@given(st.text(max_size=64))
def test_masking_again_changes_nothing(text: str) -> None:
    """A report on a report is masked as before."""
    assert mask_number(mask_number(text)) == mask_number(text)
    assert mask_resident_ids(mask_resident_ids(text)) == mask_resident_ids(text)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (f"当事人张三（身份证号{STANDARD}）未取得许可。", "当事人张三（身份证号1101**********002X）未取得许可。"),
        (f"{STANDARD}、{STANDARD}", "1101**********002X、1101**********002X"),
        ("11010519491231002x", "1101**********002X"),
        ("证件110105 19491231 002X", "证件1101**********002X"),
        ("证件110105-19491231-002X", "证件1101**********002X"),
        ("１１０１０５１９４９１２３１００２Ｘ", "1101**********002X"),
        (f"ID{STANDARD}号", "ID1101**********002X号"),
    ],
)
def test_an_identity_number_in_a_text_is_masked(text: str, masked: str) -> None:
    """However it is written; the rest of the text stays as it is."""
    assert mask_resident_ids(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "京测罚〔2026〕1号，罚款1万元",
        "统一社会信用代码91110000MA00000077",
        "统一社会信用代码911101021016226341",
        "110105194912310021",
        f"{STANDARD[:-1]}0",
        f"1{STANDARD}",
        f"{STANDARD[:-1]}12",
        "320404000009558",
    ],
    ids=["words", "code", "code-of-digits", "check", "check-0", "longer", "longer-behind", "registration-number"],
)
def test_what_is_no_identity_number_stays(text: str) -> None:
    """A credit code, a number whose check character does not fit, part of a longer number."""
    assert mask_resident_ids(text) == text


def test_a_permanent_residence_number_is_masked_unless_it_is_a_credit_code() -> None:
    """外国人永久居留身份证 begins with 9, as the codes of enterprises do."""
    number = next(
        f"91110119800101{serial:03}{check}"
        for serial in range(1, 100)
        for check in "0123456789X"
        if has_resident_id_form(f"91110119800101{serial:03}{check}")
    )

    assert uscc_fault(number) is not None
    assert mask_resident_ids(number) == f"9111**********{number[-4:]}"


@given(st.text(max_size=40), NUMBERS, st.text(max_size=40))
def test_no_identity_number_comes_through(before: str, number: str, after: str) -> None:
    """Whatever stands around it, unless that makes it part of a longer number."""
    masked = mask_resident_ids(f"{before}|{number}|{after}")

    assert number not in masked
    assert re.search(rf"\|{number[:4]}\*{{10}}{number[-4:]}\|", masked)
