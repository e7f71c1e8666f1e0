"""Identifier schemes: one question for all of them, and who is kept out."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import (
    IdentifierScheme,
    identifier_fault,
    looks_like_resident_id,
    may_be_resident_id,
    old_resident_id_fault,
    organisation_code_fault,
    registration_number_fault,
    resident_id_fault,
    uscc_check_character,
)

WORKED_PERSON = "11010519491231002X"
NATIONAL = [
    ("uscc", "91110000MA00000077"),
    ("organisation-code", "MA0000007"),
    ("registration-number", "320404000009558"),
    ("old-registration-number", "1" * 13),
]

STANDARDS: dict[str, Callable[[str], str | None]] = {
    "organisation-code": organisation_code_fault,
    "registration-number": registration_number_fault,
    "resident": lambda code: resident_id_fault(code, date(2026, 11, 23)),
}


def fits(scheme: str, body: str) -> str:
    """Complete a body so that its own standard is content."""
    return next(body + last for last in "0123456789X" if STANDARDS[scheme](body + last) is None)


@pytest.mark.parametrize(("scheme", "code"), [*NATIONAL, ("old-registration-number", "1" * 10)])
def test_a_code_of_its_scheme_has_no_fault(scheme: str, code: str) -> None:
    """Schemes are asked for by the word that stands in a record."""
    assert identifier_fault(scheme, code) is None
    assert identifier_fault(IdentifierScheme(scheme), code) is None


@pytest.mark.parametrize("scheme", [scheme for scheme, _ in NATIONAL])
@pytest.mark.parametrize("code", [code for _, code in NATIONAL])
def test_a_code_of_another_scheme_is_a_fault(scheme: str, code: str) -> None:
    """No code is well formed under two schemes, so a subject has one handle for one code."""
    assert (identifier_fault(scheme, code) is None) == ((scheme, code) in NATIONAL)


@pytest.mark.parametrize("code", ["91110106102167291", "320404000009559", "１" * 13, "ma0000007", "10216729-0", ""])
@pytest.mark.parametrize("scheme", [scheme for scheme, _ in NATIONAL])
def test_the_fault_does_not_repeat_the_code(scheme: str, code: str) -> None:
    """Sentences go into logs."""
    fault = identifier_fault(scheme, code)

    assert fault is not None
    assert fault.endswith(".")
    assert not code or code not in fault


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("uscc", "00000000000000000X"),
        ("uscc", "0" * 18),
        ("organisation-code", "0" * 9),
        ("registration-number", fits("registration-number", "0" * 14)),
        ("old-registration-number", "0" * 13),
        ("old-registration-number", "0" * 9 + "1"),
    ],
)
def test_zeros_identify_nobody(scheme: str, code: str) -> None:
    """They would make one subject of everybody without a code."""
    assert "identifies nobody" in str(identifier_fault(scheme, code))


def test_an_internal_organisation_code_identifies_nobody_elsewhere() -> None:
    """GB 11714 leaves PDY00001 to PDY99999 to each system, so two departments may mean two organisations."""
    internal = fits("organisation-code", "PDY00001")

    assert organisation_code_fault(internal) is None
    assert "within one system" in str(identifier_fault("organisation-code", internal))
    assert identifier_fault("organisation-code", fits("organisation-code", "PDYA0001")) is None


@pytest.mark.parametrize("scheme", ["tw-epa-facility", "another-registry", "USCC", ""])
@given(code=st.text(max_size=20))
def test_the_rules_of_other_registries_are_not_known(scheme: str, code: str) -> None:
    """Their codes are taken as they are."""
    assert identifier_fault(scheme, code) is None


@given(st.sampled_from([scheme for scheme, _ in NATIONAL]), st.text(max_size=20))
def test_a_national_code_is_ascii_digits_and_capitals(scheme: str, code: str) -> None:
    """Two spellings of one code would become two subjects."""
    assert identifier_fault(scheme, code) is not None or (code.isascii() and code.isalnum() and code == code.upper())


def test_each_scheme_says_what_stands_behind_its_codes() -> None:
    """Form fixed by mainland rules, and a check character."""
    assert [(scheme.value, scheme.is_national, scheme.has_check) for scheme in IdentifierScheme] == [
        ("uscc", True, True),
        ("organisation-code", True, True),
        ("registration-number", True, True),
        ("old-registration-number", True, False),
        ("tw-epa-facility", False, False),
    ]


@pytest.mark.parametrize(("scheme", "code"), NATIONAL)
def test_a_check_finds_a_wrong_last_character(scheme: str, code: str) -> None:
    """Exactly where a scheme claims one."""
    others = [code[:-1] + last for last in "0123456789" if last != code[-1]]

    assert all(identifier_fault(scheme, other) for other in others) == IdentifierScheme(scheme).has_check


@pytest.mark.parametrize(
    ("scheme", "code"),
    [
        ("another-registry", WORKED_PERSON),
        ("another-registry", WORKED_PERSON.lower()),
        ("another-registry", "110105491231002"),  # the same person's old number
        ("tw-epa-facility", WORKED_PERSON),
        ("organisation-code", WORKED_PERSON),
        ("registration-number", WORKED_PERSON),
        ("old-registration-number", "110105491231002"),
        ("uscc", WORKED_PERSON),
    ],
)
def test_a_persons_number_is_kept_out_under_every_scheme(scheme: str, code: str) -> None:
    """The handle of a subject would publish it."""
    assert may_be_resident_id(scheme, code)


def test_a_permanent_residents_number_is_a_persons() -> None:
    """Foreigners have had numbers that begin with 9 since December 2023, by the same rules."""
    code = fits("resident", "91184019900101000")

    assert may_be_resident_id("another-registry", code)
    assert not looks_like_resident_id(code)


@pytest.mark.parametrize(("scheme", "code"), [*NATIONAL, ("tw-epa-facility", "A0000000")])
def test_an_organisations_code_is_not_taken_for_a_persons(scheme: str, code: str) -> None:
    """Whoever is identified by a proper code gets a handle."""
    assert not may_be_resident_id(scheme, code)


def test_a_check_digit_tells_a_registration_number_from_an_old_persons_number() -> None:
    """One registration number in thirty has the form of a 15-digit identity number."""
    code = fits("registration-number", "11010549123100")

    assert old_resident_id_fault(code) is None
    assert not may_be_resident_id("registration-number", code)
    assert may_be_resident_id("another-registry", code)


def test_the_inner_code_tells_an_institution_from_a_person() -> None:
    """All-digit codes of institutions can have the form of an identity number."""
    inner = fits("organisation-code", "90010101")
    bodies = (f"12{region:04}19{inner}" for region in range(10_000))
    code = next(code for code in (body + uscc_check_character(body) for body in bodies) if looks_like_resident_id(code))

    assert identifier_fault("uscc", code) is None
    assert not may_be_resident_id("uscc", code)
    assert may_be_resident_id("another-registry", code)
