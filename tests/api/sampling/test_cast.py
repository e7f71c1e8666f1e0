"""Everybody in a sample is plainly a test, and has codes that are right and belong to nobody."""

from api.sampling.cast import Bureau, Cast, company, reserved_company, street_office
from ledger.codes import identifier_fault, uscc_fault, uscc_warning
from ledger.subjects import check_identifier
from verify.note import SigningKey

PLATFORM = SigningKey.from_seed("operator.example/1", bytes(32))


def test_companies_are_tests_with_codes_that_pass_every_check() -> None:
    """The inner organisation code passes too, so that no sample record carries a warning."""
    companies = [company(number) for number in [*range(1, 400), 999_999]]
    companies += [reserved_company(number) for number in range(40)]

    assert len({each.subject.code for each in companies}) == len(companies)
    for each in companies:
        assert each.subject.name.startswith("测试")
        assert each.representative.startswith("测试")
        check_identifier(each.subject.scheme, each.subject.code)
        if each.subject.scheme == "uscc":
            assert uscc_warning(each.subject.code) is None


def test_some_traders_have_no_unified_code() -> None:
    """个体工商户 with a registration number alone are in it, as in real life."""
    schemes = {company(number).subject.scheme for number in range(1, 80)}

    assert schemes == {"uscc", "registration-number"}


def test_offices_have_two_keys_that_follow_from_the_seed() -> None:
    """Decisions on lists and repairs need both; another sample has other keys."""
    one, same, other = (Cast(seed, PLATFORM).offices for seed in (1, 1, 2))
    for bureau in Bureau:
        office = one[bureau]
        assert office.name.startswith("测试")
        assert uscc_fault(office.issuer) is None
        assert [str(key.verifier) for key in office.keys] == [str(key.verifier) for key in same[bureau].keys]
        assert {str(key.verifier) for key in office.keys}.isdisjoint(str(key.verifier) for key in other[bureau].keys)
    assert len({office.issuer for office in one.values()}) == len(Bureau)


def test_state_organs_are_tests_too() -> None:
    organ = street_office(7)

    assert organ.name.startswith("测试街道")
    assert identifier_fault(organ.scheme, organ.code) is None
