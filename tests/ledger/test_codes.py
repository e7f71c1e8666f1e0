"""Identifier codes, against the worked values of the standards and against codes seen in real registers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import (
    looks_like_resident_id,
    organisation_code_fault,
    uscc_check_character,
    uscc_fault,
    uscc_warning,
)

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
REAL = ["91110106102167290A", "91220201MA13XBHD6K", "911101021016226341"]
COMPUTED = ["91110000MA00000077", "12110000000000000K", "51110000MJ000000X0"]
bodies = st.text(USCC_ALPHABET, min_size=17, max_size=17).filter(lambda body: body != "0" * 17)


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
        ("320404000009558", "18 characters"),
        ("", "18 characters"),
        ("91110106102167290a", "ASCII"),
        ("9111010610216729OA", "ASCII"),
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


@pytest.mark.parametrize("code", ["00000000000000000X", "000000000000000000"])
def test_seventeen_zeros_are_named_a_placeholder(code: str) -> None:
    """Also with the check character that would fit, a code of zeros identifies nobody."""
    fault = uscc_fault(code)

    assert fault is not None
    assert "placeholder" in fault


@given(bodies)
def test_the_computed_check_character_completes_a_code(body: str) -> None:
    """Of the 31 last characters exactly the computed one is accepted."""
    accepted = [last for last in USCC_ALPHABET if uscc_fault(body + last) is None]

    assert accepted == [uscc_check_character(body)]


@given(bodies, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_always_noticed(body: str, place: int, other: str) -> None:
    """The weights are units modulo the prime 31, so no single substitution goes through."""
    code = body + uscc_check_character(body)
    wrong = code[:place] + other + code[place + 1 :]

    assert (uscc_fault(wrong) is None) == (wrong == code)


@given(st.text(max_size=20))
def test_only_ascii_codes_of_the_alphabet_pass(code: str) -> None:
    """No text whatever raises, and what passes is 18 characters of the alphabet."""
    assert uscc_fault(code) is not None or (len(code) == 18 and set(code) <= set(USCC_ALPHABET))


@pytest.mark.parametrize(
    "body", ["", "9111010610216729", "91110106102167290A", "9111010610216729o", "９1110106102167290"]
)
def test_a_check_character_needs_a_whole_body(body: str) -> None:
    """Completing what is no body would only hide a mistake."""
    with pytest.raises(ValueError, match="17 characters"):
        uscc_check_character(body)


@pytest.mark.parametrize("code", [*REAL, *COMPUTED])
def test_codes_with_a_right_organisation_code_inside_raise_no_warning(code: str) -> None:
    """Characters 9 to 17 of a unified social credit code are the old organisation code."""
    assert uscc_warning(code) is None
    assert organisation_code_fault(code[8:17]) is None


def test_a_wrong_organisation_code_inside_only_warns() -> None:
    """Registered codes exist that fail the inner check; they must stay usable."""
    body = "91110106102167291"
    code = body + uscc_check_character(body)

    assert uscc_fault(code) is None
    assert "GB 11714" in str(uscc_warning(code))


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("102167290", None),
        ("MA0000007", None),
        ("MJ000000X", None),
        ("000000000", None),
        ("102167291", "check character"),
        ("10216729-0", "9 characters"),
        ("10216729", "9 characters"),
        ("ma0000007", "ASCII"),
        ("１02167290", "ASCII"),
        ("10216729٠", "ASCII"),
    ],
)
def test_organisation_codes_are_checked(code: str, said: str | None) -> None:
    """GB 11714: eight characters and a check character, X for ten, 0 for eleven."""
    fault = organisation_code_fault(code)

    assert (fault is None) if said is None else (said in str(fault))


@pytest.mark.parametrize("code", ["11010519491231002X", "11010519491231002x"])
def test_resident_identity_numbers_are_recognised(code: str) -> None:
    """The worked value of GB 11643, and the small x that people write."""
    assert looks_like_resident_id(code)


@pytest.mark.parametrize(
    "code",
    [
        "110105194912310021",  # check character; it is right in those below
        "110105194913310021",  # no thirteenth month
        "110105194902300020",  # no 30 February
        "110105184912310020",  # nobody that old is alive
        "990105194912310023",  # no such province
        "１1010519491231002X",
        "110105491231002",  # the old 15 digits look like a registration number
        "320404000009558",
        "",
        *REAL,
        *COMPUTED,
    ],
)
def test_other_codes_are_not_taken_for_a_person(code: str) -> None:
    """A company must not be turned away because its code resembles an identity number."""
    assert not looks_like_resident_id(code)


@given(
    st.sampled_from(["110105", "310101", "440305", "810000"]),
    st.dates(min_value=date(1900, 1, 1), max_value=date(2026, 12, 31)),
    st.integers(0, 999),
)
def test_exactly_one_last_character_makes_a_resident_number(region: str, born: date, serial: int) -> None:
    """Whatever the region and the day, one of eleven check characters fits."""
    body = f"{region}{born:%Y%m%d}{serial:03d}"

    assert sum(looks_like_resident_id(body + last) for last in "0123456789X") == 1
