"""Resident identity numbers: the two worked values of GB 11643, and made-up ones with the serial 000 of nobody."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.codes import looks_like_resident_id, old_resident_id_fault, resident_id_fault, resident_id_of

DIGITS = "0123456789"
CHECKS = "0123456789X"
WORKED = ["11010519491231002X", "440524188001010014"]
TODAY = date(2026, 11, 23)
regions = st.sampled_from(["110105", "310101", "440305", "810000", "110228", "910156"])
births = st.dates(date(1850, 1, 1), TODAY)
old_births = st.dates(date(1900, 1, 1), date(1999, 12, 31))


def complete(body: str, today: date = TODAY) -> str:
    """Complete a body by trying, since the check must leave one way only."""
    (code,) = (body + last for last in CHECKS if resident_id_fault(body + last, today) is None)
    return code


@pytest.mark.parametrize("code", WORKED)
def test_the_worked_values_of_the_standard_have_no_fault(code: str) -> None:
    """One of them was born in 1880, so there is no first year."""
    assert resident_id_fault(code, TODAY) is None


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("110105194912310021", "check character"),
        ("110105194913310021", "day of the calendar"),
        ("110105194902300020", "day of the calendar"),
        ("110105190002290009", "day of the calendar"),  # 1900 was no leap year
        ("110105000001010008", "day of the calendar"),
        ("11010519491231002", "18 characters"),
        ("110105491231002", "18 characters"),
        ("", "18 characters"),
        ("11010519491231002x", "ASCII"),
        ("1X0105194912310021", "ASCII"),
        ("１1010519491231002X", "ASCII"),
        ("11010519٤91231002X", "ASCII"),
        ("11010519491231002\n", "ASCII"),
        ("11010519491231002\ud800", "ASCII"),
    ],
)
def test_the_broken_rule_is_named_without_the_number(code: str, said: str) -> None:
    """A number is a person's even with a typing mistake in it."""
    fault = resident_id_fault(code, TODAY)

    assert fault is not None
    assert said in fault
    assert not code or code not in fault


def test_nobody_is_born_after_the_day_that_is_passed_in() -> None:
    """The day itself will do; there is no clock in here."""
    code = complete("11010520261123000")

    assert resident_id_fault(code, TODAY) is None
    assert "future" in str(resident_id_fault(code, TODAY - timedelta(days=1)))


@given(regions, births, st.integers(0, 999))
def test_exactly_one_check_character_fits(region: str, born: date, serial: int) -> None:
    """Whatever the region and the day, one of eleven fits."""
    body = f"{region}{born:%Y%m%d}{serial:03d}"

    assert sum(resident_id_fault(body + last, TODAY) is None for last in CHECKS) == 1


@given(regions, births, st.integers(0, 17), st.sampled_from(CHECKS))
def test_one_wrong_character_is_always_noticed(region: str, born: date, place: int, other: str) -> None:
    """MOD 11-2 weighs digits with units modulo the prime 11."""
    code = complete(f"{region}{born:%Y%m%d}000")
    wrong = code[:place] + other + code[place + 1 :]

    assert (resident_id_fault(wrong, TODAY) is None) == (wrong == code)


@given(regions, births, st.integers(0, 16))
def test_two_swapped_neighbours_are_always_noticed(region: str, born: date, place: int) -> None:
    """No two neighbouring weights are alike modulo 11."""
    code = complete(f"{region}{born:%Y%m%d}000")
    wrong = code[:place] + code[place + 1] + code[place] + code[place + 2 :]

    assert (resident_id_fault(wrong, TODAY) is None) == (wrong == code)


@given(st.text(max_size=20))
def test_only_ascii_digits_and_the_x_pass(code: str) -> None:
    """No text whatever raises, and none is a number of both forms."""
    passed = [resident_id_fault(code, TODAY) is None, old_resident_id_fault(code) is None]

    assert passed != [True, True]
    assert not any(passed) or set(code) <= set(CHECKS)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("110105491231002", None),
        ("440524800101999", None),
        ("110105491331002", "day of the calendar"),
        ("110105000229002", "day of the calendar"),  # neither 1900 nor 1800 was a leap year
        ("11010549123100", "15 ASCII digits"),
        ("11010519491231002X", "15 ASCII digits"),
        ("11010549123100X", "15 ASCII digits"),
        ("11010549123100２", "15 ASCII digits"),
        ("", "15 ASCII digits"),
    ],
)
def test_numbers_of_the_old_form_have_digits_and_a_day(code: str, said: str | None) -> None:
    """GB 11643-1989 knew no check character."""
    fault = old_resident_id_fault(code)

    assert (fault is None) if said is None else (said in str(fault))
    assert not code or code not in str(fault)


def test_the_worked_value_follows_from_its_old_form() -> None:
    """The century is written out and the check character added."""
    assert resident_id_of("110105491231002") == "11010519491231002X"


@pytest.mark.parametrize(("serial", "year"), [("995", "1980"), ("996", "1880"), ("997", "1880"), ("999", "1880")])
def test_centenarians_were_born_a_century_earlier(serial: str, year: str) -> None:
    """The serials 996 to 999 were kept for them until 1999."""
    assert resident_id_of(f"440524800101{serial}")[6:10] == year


@given(regions, old_births, st.integers(0, 995))
def test_an_old_number_has_one_new_form(region: str, born: date, serial: int) -> None:
    """It is well formed, and nothing of the old one is lost."""
    old = f"{region}{born:%y%m%d}{serial:03d}"
    new = resident_id_of(old)

    assert resident_id_fault(new, TODAY) is None
    assert new[:6] + new[8:17] == old
    assert new[6:14] == f"{born:%Y%m%d}"


@pytest.mark.parametrize("code", ["110105491331002", "11010519491231002X", "11010549123100２", ""])
def test_a_faulty_old_number_has_no_new_form(code: str) -> None:
    """The reason does not repeat the number."""
    with pytest.raises(ValueError, match="without a fault") as caught:
        resident_id_of(code)

    assert not code or code not in str(caught.value)


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
        "1１010519491231002X",
        "110105491231002",  # the old 15 digits look like a registration number
        "320404000009558",
        "",
        "91110106102167290A",
        "911101021016226341",
        "91110000MA00000077",
        "12110000000000000K",
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

    assert sum(looks_like_resident_id(body + last) for last in CHECKS) == 1
