"""Organisation codes, alone and inside a unified social credit code."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ledger.codes import organisation_code_fault, organisation_code_of, uscc_check_character, uscc_fault, uscc_warning

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CHECKS = "0123456789X"
CODES = [
    ("91110106102167290A", "102167290"),
    ("91220201MA13XBHD6K", "MA13XBHD6"),
    ("911101021016226341", "101622634"),
    ("91110000MA00000077", "MA0000007"),
    ("12110000000000000K", "000000000"),
    ("51110000MJ000000X0", "MJ000000X"),
]
bodies = st.text(ALPHABET, min_size=8, max_size=8)


def complete(body: str) -> str:
    """Complete a body by trying, since the check must leave one way only."""
    (code,) = (body + check for check in CHECKS if organisation_code_fault(body + check) is None)
    return code


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("102167290", None),
        ("MA0000007", None),
        ("MJ000000X", None),
        ("000000000", None),
        ("102167291", "check character"),
        ("10216729A", "check character"),
        ("MJ0000000", "check character"),
        ("10216729-0", "9 characters"),
        ("10216729", "9 characters"),
        ("", "9 characters"),
        ("ma0000007", "ASCII"),
        ("MJ000000x", "ASCII"),
        ("1021672-0", "ASCII"),
        ("102 67290", "ASCII"),
        ("１02167290", "ASCII"),
        ("10216729٠", "ASCII"),
        ("10216729\n", "ASCII"),
    ],
)
def test_organisation_codes_are_checked(code: str, said: str | None) -> None:
    """GB 11714: eight characters and a check character, X for ten, 0 for eleven."""
    fault = organisation_code_fault(code)

    assert (fault is None) if said is None else (said in str(fault))
    assert not code or code not in str(fault)


@given(bodies)
def test_exactly_one_check_character_fits(body: str) -> None:
    """Of all 36 characters one fits, and it is a digit or X."""
    fits = [last for last in ALPHABET if organisation_code_fault(body + last) is None]

    assert fits == [complete(body)[-1]]


@given(bodies, st.integers(0, 8), st.sampled_from(ALPHABET))
def test_a_wrong_character_is_noticed_unless_it_is_alike_modulo_eleven(body: str, place: int, other: str) -> None:
    """The standard counts 36 characters modulo 11: 0, B, M and X are one to it, but no digit is another."""
    code = complete(body)
    assume(other != code[place])
    wrong = code[:place] + other + code[place + 1 :]
    alike = place < 8 and (ALPHABET.index(other) - ALPHABET.index(code[place])) % 11 == 0

    assert (organisation_code_fault(wrong) is None) == alike


@given(st.text(max_size=10))
def test_no_other_text_passes(code: str) -> None:
    """No text whatever raises, and what passes is nine characters of the alphabet."""
    assert organisation_code_fault(code) is not None or (len(code) == 9 and set(code) <= set(ALPHABET))


@pytest.mark.parametrize(("uscc", "inner"), CODES)
def test_the_organisation_code_stands_inside_the_credit_code(uscc: str, inner: str) -> None:
    """Characters 9 to 17 of a unified social credit code are the old organisation code."""
    assert uscc_warning(uscc) is None
    assert organisation_code_of(uscc) == inner
    assert organisation_code_fault(inner) is None


def test_a_wrong_organisation_code_inside_only_warns() -> None:
    """Registered codes exist that fail the inner check; they stay usable, but have no organisation code."""
    body = "91110106102167291"
    code = body + uscc_check_character(body)

    assert uscc_fault(code) is None
    assert "GB 11714" in str(uscc_warning(code))
    assert organisation_code_of(code) is None


@pytest.mark.parametrize("code", ["91510100201920161Y", "00000000000000000X", "102167290", "91110106102167290a", ""])
def test_a_faulty_credit_code_has_no_organisation_code(code: str) -> None:
    """One wrong character may be among the nine."""
    with pytest.raises(ValueError, match="without a fault") as caught:
        organisation_code_of(code)

    assert not code or code not in str(caught.value)
