"""Business registration numbers, with the check digit of GS 15-2006 and from before it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import old_registration_number_fault, registration_number_fault

DIGITS = "0123456789"
bodies = st.text(DIGITS, min_size=14, max_size=14)


def complete(body: str) -> str:
    """Complete a body by trying, since the check must leave one way only."""
    (code,) = (body + last for last in DIGITS if registration_number_fault(body + last) is None)
    return code


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("320404000009558", None),
        ("320404000009559", "check digit"),
        ("32040400000955", "15 digits"),
        ("3204040000095580", "15 digits"),
        ("3204040000095", "15 digits"),
        ("91110106102167290A", "15 digits"),
        ("", "15 digits"),
        ("32040400000955X", "ASCII"),
        ("32040400000955 ", "ASCII"),
        ("320404-00009558", "ASCII"),
        ("３20404000009558", "ASCII"),
        ("32040400000955٨", "ASCII"),
        ("32040400000955²", "ASCII"),
        ("32040400000955\n", "ASCII"),
        ("32040400000955\ud800", "ASCII"),
    ],
)
def test_registration_numbers_are_checked(code: str, said: str | None) -> None:
    """GS 15-2006: fourteen digits and a check digit by ISO 7064 MOD 11,10."""
    fault = registration_number_fault(code)

    assert (fault is None) if said is None else (said in str(fault))
    assert not code or code not in str(fault)


@given(bodies)
def test_exactly_one_check_digit_fits(body: str) -> None:
    """Whatever the fourteen digits, one of ten fits."""
    assert sum(registration_number_fault(body + last) is None for last in DIGITS) == 1


@given(bodies, st.integers(0, 14), st.sampled_from(DIGITS))
def test_one_wrong_digit_is_always_noticed(body: str, place: int, other: str) -> None:
    """Each step of MOD 11,10 is one to one, so no single substitution goes through."""
    code = complete(body)
    wrong = code[:place] + other + code[place + 1 :]

    assert (registration_number_fault(wrong) is None) == (wrong == code)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("1" * 13, None),
        ("1" * 10, None),
        ("1" * 12, "13 or 10"),
        ("1" * 15, "13 or 10"),
        ("", "13 or 10"),
        ("1" * 12 + "X", "ASCII"),
        ("１" * 13, "ASCII"),
        ("٣" * 10, "ASCII"),
        ("1" * 9 + "\n", "ASCII"),
    ],
)
def test_numbers_from_before_have_a_length_and_no_check(code: str, said: str | None) -> None:
    """Who was struck off before the change keeps 13 or 10 digits for good."""
    fault = old_registration_number_fault(code)

    assert (fault is None) if said is None else (said in str(fault))
    assert not code or code not in str(fault)


@given(st.text(max_size=16))
def test_only_ascii_digits_pass(code: str) -> None:
    """No text whatever raises, and no number is both an old and a new one."""
    passed = [fault(code) is None for fault in (registration_number_fault, old_registration_number_fault)]

    assert passed != [True, True]
    assert not any(passed) or set(code) <= set(DIGITS)
