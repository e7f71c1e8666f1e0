"""One source value to one catalogue value: exactly, or refused."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.importer.conversion import (
    ConversionFault,
    MoneyUnit,
    clean_code,
    code_reader,
    date_reader,
    list_reader,
    money_reader,
    read_integer,
    read_text,
    replacing_reader,
)
from verify.strict import MAX_SAFE_INTEGER, JsonValue


@given(st.sampled_from(MoneyUnit), st.integers(0, MAX_SAFE_INTEGER))
def test_every_amount_of_fen_survives_being_written_in_any_unit(unit: MoneyUnit, fen: int) -> None:
    """Decimal arithmetic of the standard library writes what the reader must read back."""
    text = f"{Decimal(fen).scaleb(-unit.decimals):f}"

    assert fen == money_reader(unit)(text)


@given(st.sampled_from(MoneyUnit), st.integers(0, 10**8), st.text("0123456789", max_size=9))
def test_an_amount_is_exact_or_refused(unit: MoneyUnit, whole: int, fraction: str) -> None:
    """Nothing is rounded: either the product is a whole number of fen, or there is a fault."""
    text = f"{whole}.{fraction}" if fraction else str(whole)
    exact = Decimal(text).scaleb(unit.decimals)
    if exact == exact.to_integral_value():
        assert int(exact) == money_reader(unit)(text)
    else:
        with pytest.raises(ConversionFault, match="finer than a fen"):
            money_reader(unit)(text)


@pytest.mark.parametrize(
    "raw",
    [
        "1e3",
        "+1",
        "-1",
        "１２",
        "1,000",
        "1.",
        ".5",
        "05",
        "1 000",
        "1_0",
        "٣",
        "NaN",
        "0x1",
        "1元",
        "9" * 17,
        -5,
        True,
        ["1"],
    ],
)
def test_anything_but_a_plain_amount_is_refused(raw: JsonValue) -> None:
    """Python's own number parsers would take most of these."""
    with pytest.raises(ConversionFault):
        money_reader(MoneyUnit.WAN_YUAN)(raw)


@pytest.mark.parametrize(
    ("unit", "raw", "fen"),
    [
        (MoneyUnit.WAN_YUAN, "0.0001", 100),
        (MoneyUnit.WAN_YUAN, "0.000001", 1),
        (MoneyUnit.WAN_YUAN, " 12.5000000 ", 12_500_000),
        (MoneyUnit.YUAN, 6000, 600_000),
        (MoneyUnit.YUAN, "0.10", 10),
        (MoneyUnit.FEN, "7", 7),
        (MoneyUnit.FEN, "", None),
        (MoneyUnit.FEN, None, None),
    ],
)
def test_amounts_become_fen(unit: MoneyUnit, raw: JsonValue, fen: int | None) -> None:
    """0.0001 万元 is one yuan; trailing zeros are no precision; an empty cell is null."""
    assert fen == money_reader(unit)(raw)


@given(st.dates(), st.booleans())
def test_every_day_survives_the_formats_departments_use(day: date, padded: bool) -> None:
    """Slashes, dots and Chinese words, with and without leading zeros."""
    month, of_month = (f"{day.month:02}", f"{day.day:02}") if padded else (str(day.month), str(day.day))
    for template in ("%Y/%m/%d", "%Y.%m.%d", "%Y年%m月%d日", "%d/%m/%Y"):
        text = template.replace("%Y", f"{day.year:04}").replace("%m", month).replace("%d", of_month)

        assert day.isoformat() == date_reader((template,))(text)
    assert day.isoformat() == date_reader(("%Y-%m-%d", "%Y%m%d"))(day.isoformat().replace("-", ""))


@given(st.text(max_size=12))
def test_text_that_is_no_date_is_refused_and_not_a_crash(text: str) -> None:
    """Whatever stands in the cell, the outcome is a date, null or a fault."""
    try:
        found = date_reader(("%Y/%m/%d", "%Y%m%d"))(text)
    except ConversionFault:
        return

    assert found is None or date.fromisoformat(str(found)) >= date.min


@pytest.mark.parametrize(
    "raw", ["2026/13/01", "2026/02/29", "２０２６/01/01", "26/01/01", "2026-01-01", "2026/1/1 0:00", 20260101]
)
def test_a_day_that_is_not_written_as_declared_is_refused(raw: JsonValue) -> None:
    """A date is never guessed."""
    with pytest.raises(ConversionFault):
        date_reader(("%Y/%m/%d",))(raw)


def test_codes_are_cleaned_as_departments_type_them() -> None:
    """Full width, spaces, hyphens and lower case are typing where mainland rules fix the form of a code."""
    typed = " ９１１1０１０６ １０２１６７２90a "

    assert clean_code(typed, "uscc") == "91110106102167290A"
    assert code_reader("uscc")(typed) == "91110106102167290A"
    assert clean_code("\u3000a１ b ", "tw-epa-facility") == "a1 b"
    assert clean_code("ｄ2143569–x", "organisation-code") == "D2143569X"
    assert clean_code("\u200b3204 0400 0009 558", "registration-number") == "320404000009558"
    assert clean_code("a-1", "tw-epa-facility") == "a-1"
    assert code_reader("tw-epa-facility")("") is None


def test_a_code_with_a_wrong_check_character_is_refused_without_repeating_it() -> None:
    """A typing mistake is found before anything is signed; the reason may be logged."""
    with pytest.raises(ConversionFault) as caught:
        code_reader("uscc")("91510100201920161Y")

    assert "91510100201920161Y" not in caught.value.reason


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("registration-number", "320404000009559"),
        ("registration-number", "3204040000095"),
        ("old-registration-number", "320404000009558"),
        ("organisation-code", "D2143569Y"),
    ],
)
def test_a_code_of_another_national_scheme_follows_its_rule(scheme: str, code: str) -> None:
    """A wrong check digit, a number of another length."""
    with pytest.raises(ConversionFault):
        code_reader(scheme)(code)


def test_the_placeholder_of_a_subject_without_code_is_no_code() -> None:
    """17 zeros and X would make one subject of everybody who has no code."""
    assert code_reader("uscc")("00000000000000000x") is None


def test_code_lists_become_labels_and_an_unknown_code_names_the_allowed_ones() -> None:
    """With a separator the result is a list even for one code."""
    read = list_reader({"A": "警告", "B": "罚款"}, ";")

    assert read(" A ; B;") == ["警告", "罚款"]
    assert read("Ｂ") == ["罚款"]
    assert read(["A"]) == ["警告"]
    assert read("") is None
    assert list_reader({"A": "警告"}, None)("A") == "警告"
    assert list_reader({}, "、")("甲、乙") == ["甲", "乙"]
    with pytest.raises(ConversionFault, match="none of: A, B"):
        read("A;C")
    with pytest.raises(ConversionFault, match="twice"):
        read("A;A")


def test_text_and_whole_numbers_take_no_other_types() -> None:
    """A JSON number where text is declared would lose its leading zeros at the source already."""
    assert read_text(" 京 ") == "京"
    assert read_integer("-12") == -12
    assert read_integer(12) == 12
    others: tuple[JsonValue, ...] = (12, True, ["a"], {"a": "b"})
    for raw in others:
        with pytest.raises(ConversionFault):
            read_text(raw)
    for text in ("1.0", "1e3", "１", "--1", str(MAX_SAFE_INTEGER + 1)):
        with pytest.raises(ConversionFault):
            read_integer(text)


def test_a_word_that_stands_for_a_date_is_replaced_before_reading() -> None:
    """长期 is written where a form wants the last day of an open end."""
    read = replacing_reader({"长期": "2099/12/31"}, date_reader(("%Y/%m/%d",)))

    assert read(" 长期") == "2099-12-31"
    assert read("2026/11/20") == "2026-11-20"
