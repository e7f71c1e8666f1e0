"""Unified social credit codes, against the worked values of the standard and against codes seen in real registers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import uscc_check_character, uscc_fault

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REAL = ["91110106102167290A", "91220201MA13XBHD6K", "911101021016226341"]
COMPUTED = ["91110000MA00000077", "12110000000000000K", "51110000MJ000000X0"]
bodies = st.text(ALPHABET, min_size=17, max_size=17).filter(lambda body: body != "0" * 17)


@pytest.mark.parametrize("code", REAL + COMPUTED)
def test_well_formed_codes_have_no_fault(code: str) -> None:
    """Codes of real enterprises and computed test codes follow GB 32100-2015."""
    assert uscc_fault(code) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("91510100201920161Y", "check character"),  # a typing error in a public register
        ("91340000148941384F", "check character"),  # another
        ("91110106102167290B", "check character"),
        ("9111010610216729A", "18 characters"),
        ("91110106102167290A ", "18 characters"),
        ("911101061021672900A", "18 characters"),
        ("320404000009558", "18 characters"),
        ("", "18 characters"),
        ("91110106102167290a", "ASCII"),
        ("9111010610216729OA", "ASCII"),
        ("9111010610-2167290", "ASCII"),
        ("91110106102167290\n", "ASCII"),
        ("９1110106102167290A", "ASCII"),
        ("٩1110106102167290A", "ASCII"),
        ("91110106102167290\ud800", "ASCII"),
        ("91110106102167290😀", "ASCII"),
    ],
)
def test_the_broken_rule_is_named_without_the_code(code: str, said: str) -> None:
    """Length, alphabet and check character are told apart, and look-alike digits are refused."""
    fault = uscc_fault(code)

    assert fault is not None
    assert said in fault
    assert not code or code not in fault


@pytest.mark.parametrize("letter", "IOZSV")
def test_letters_that_are_misread_are_in_no_code(letter: str) -> None:
    """Whatever the check character, the standard leaves five letters out."""
    assert all("ASCII" in str(uscc_fault(f"91110000MA000000{letter}{last}")) for last in ALPHABET)


@pytest.mark.parametrize("last", ALPHABET)
def test_seventeen_zeros_are_named_a_placeholder(last: str) -> None:
    """Also with the check character that would fit, a code of zeros identifies nobody."""
    assert "placeholder" in str(uscc_fault("0" * 17 + last))


@pytest.mark.parametrize("region", ["110228", "110229", "110302", "110304", "110000", "100000", "000000", "999999"])
@pytest.mark.parametrize("kind", ["91", "92", "93", "81", "12", "51", "11", "Y1", "N9"])
def test_neither_region_nor_kind_refuses_a_code(region: str, kind: str) -> None:
    """Withdrawn regions stay in use, and registering departments have been added since the standard."""
    body = f"{kind}{region}MA0000007"

    assert uscc_fault(body + uscc_check_character(body)) is None


@given(bodies)
def test_the_computed_check_character_completes_a_code(body: str) -> None:
    """Of the 31 last characters exactly the computed one is accepted."""
    accepted = [last for last in ALPHABET if uscc_fault(body + last) is None]

    assert accepted == [uscc_check_character(body)]


@given(bodies, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_noticed(body: str, place: int, other: str) -> None:
    """The weights are units modulo the prime 31, so no single substitution goes through."""
    code = body + uscc_check_character(body)
    wrong = code[:place] + other + code[place + 1 :]

    assert (uscc_fault(wrong) is None) == (wrong == code)


@given(bodies, st.integers(0, 15))
def test_two_swapped_neighbours_are_always_noticed(body: str, place: int) -> None:
    """No two neighbouring weights are alike, so the most common slip of typing is found as well."""
    code = body + uscc_check_character(body)
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert (uscc_fault(wrong) is None) == (wrong == code)


@given(st.text(max_size=20))
def test_only_ascii_codes_of_the_alphabet_pass(code: str) -> None:
    """No text whatever raises, and what passes is 18 characters of the alphabet."""
    assert uscc_fault(code) is not None or (len(code) == 18 and set(code) <= set(ALPHABET))


@pytest.mark.parametrize(
    "body", ["", "9111010610216729", "91110106102167290A", "9111010610216729o", "９1110106102167290"]
)
def test_a_check_character_needs_a_whole_body(body: str) -> None:
    """Completing what is no body would only hide a mistake."""
    with pytest.raises(ValueError, match="17 characters"):
        uscc_check_character(body)
