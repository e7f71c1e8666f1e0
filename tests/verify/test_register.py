"""决定台账: who may declare a register, of what, and for which month, as an auditor judges it from headers alone."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.verify.courses import audited, world
from tests.verify.log_builder import ITEM, OPERATOR, OPERATOR_KEY, LogBuilder
from tests.verify.test_registry import BASE, ONE, TWO, after, refused, say
from verify.errors import Malformed
from verify.finding import Fault
from verify.note import SigningKey
from verify.registry import require_signed
from verify.statement import Statement
from verify.statement_type import declared_month
from verify.strict import JsonValue


def declared(
    keys: Sequence[SigningKey] = (ONE,), issuer: str = "dept.one", item: str = ITEM, version: int = 1
) -> Statement:
    """register.declared."""
    about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": version}, "month": "2026-11"}
    return say("register.declared", about, issuer, keys)


def declare(log: LogBuilder, month: str, recorded_at: str | None = None) -> int:
    """Append register.declared by the first department."""
    about: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": 1}, "month": month}
    said = log.say("register.declared", about, issuer="dept.one", keys=[log.keys["dept.one"]])
    log.ledger_version += 1
    return log.append(said, stream=log.ledger_stream, version=log.ledger_version, recorded_at=recorded_at)


def test_a_department_declares_its_own_register() -> None:
    """One key in force is enough; the registry stays what it was."""
    registry = after(*BASE)

    assert require_signed(declared(), registry) == {ONE.verifier}
    assert registry.apply(declared(), 9) == registry


def test_nobody_declares_for_a_department() -> None:
    """Neither the operator nor another department."""
    registry = after(*BASE)

    assert refused(registry, declared([OPERATOR_KEY])) == "department-signs"
    assert refused(registry, declared([OPERATOR_KEY], OPERATOR)) == "department-signs"
    assert refused(registry, declared([TWO])) == "key-of-another"


def test_the_item_is_a_published_one() -> None:
    """In a version that there is."""
    registry = after(*BASE)

    assert refused(registry, declared(item="another-item")) == "item-unknown"
    assert refused(registry, declared(version=2)) == "item-version"


@pytest.mark.parametrize(
    "month",
    ["2026-13", "2026-00", "2026-1", "26-11", "2026-11-01", "2026-11\n", "0026-11", "２０２６-11", 202611, None],
)
def test_a_month_has_one_form(month: JsonValue) -> None:
    """YYYY-MM, and nothing that could be a sentence."""
    registry = after(*BASE)
    about: dict[str, JsonValue] = {"catalogue": {"item": ITEM, "version": 1}, "month": month}

    with pytest.raises(Malformed, match="about/month"):
        declared_month(about)
    with pytest.raises(Malformed, match="about/month"):
        require_signed(say("register.declared", about, "dept.one", [ONE]), registry)


def test_the_month_that_runs_and_months_that_are_over_are_clean() -> None:
    """The log of these tests is of November 2026."""
    log = world()
    declare(log, "2026-11")
    declare(log, "2026-10")
    declare(log, "2026-11")

    assert audited(log) == ()


def test_a_month_that_has_not_begun_is_found() -> None:
    """Whoever declares it cannot have counted; the ledger that took it in broke the rule."""
    log = world()
    seq = declare(log, "2026-12")

    found = [(finding.fault, finding.seq, finding.expected, finding.actual) for finding in audited(log)]

    assert found == [(Fault.RULE_BROKEN, seq, "rule month-begun", "month 2026-12 declared in 2026-11")]


def test_a_month_begins_in_beijing() -> None:
    """Eight hours before it does in London."""
    for recorded_at, clean in (("2026-11-30T15:59:59.999999Z", False), ("2026-11-30T16:00:00.000000Z", True)):
        log = world()
        declare(log, "2026-12", recorded_at)

        assert (audited(log) == ()) is clean


def test_a_declaration_that_names_no_month_is_found_once() -> None:
    """The stream does not say again what the registry has said."""
    log = world()
    seq = declare(log, "next month")

    assert [(finding.fault, finding.seq) for finding in audited(log)] == [(Fault.ENTRY_MALFORMED, seq)]


def test_the_last_hours_of_all_times_are_no_crash() -> None:
    """A hostile log may say that it was recorded when Beijing's calendar has no day."""
    log = world()
    declare(log, "2026-12", "9999-12-31T23:00:00.000000Z")

    assert Fault.RULE_BROKEN not in {finding.fault for finding in audited(log)}
