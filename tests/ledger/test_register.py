"""决定台账申报 in a ledger: declared by departments, month by month, zero reports included."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ledger.administration import Counted, register_statement
from ledger.domain.bodies import RegisterDeclared
from ledger.errors import NotAdmissible, NotEntitled, Refusal, RuleBroken
from ledger.service import WritableLedger
from projections.history import whole_history
from projections.period import Month
from projections.registers import Declaration, RegisterKey, fold_registers
from tests.ledger.harness import MARKET, MARKET_TOO, PENALTY, STRANGER, TAX, Desk, findings, put
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Submission

NOVEMBER = RegisterKey("12110000000000000K", PENALTY.item, Month(2026, 11))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    """At noon of 20 November 2026."""
    return Desk(tmp_path / "ledger")


@pytest.fixture
def ledger(desk: Desk) -> Iterator[WritableLedger]:
    """A founded ledger; at the end the whole log must audit clean."""
    with desk.found() as ledger:
        yield ledger
        assert findings(ledger) == []


def declaration(
    desk: Desk,
    month: str = "2026-11",
    decided: JsonValue = 3,
    public: JsonValue = 2,
    *,
    key: SigningKey = MARKET,
    item: str = PENALTY.item,
    on: str | None = None,
) -> Submission:
    """`register.declared`."""
    about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": 1}, "month": month}
    values: dict[str, JsonValue] = {
        "on": on or desk.today,
        "operator": "测试经办人",
        "decided": decided,
        "public": public,
    }
    return desk.sign(StatementType.REGISTER_DECLARED, about, values, key)


def refused(ledger: WritableLedger, submission: Submission, kind: type[Refusal]) -> list[str]:
    """The fields that the refusal of a statement names."""
    with pytest.raises(Refusal) as caught:
        put(ledger, submission)
    assert type(caught.value) is kind
    return [fault.field for fault in caught.value.faults]


def test_a_declared_register_is_read_out_of_the_log(desk: Desk, ledger: WritableLedger) -> None:
    """By its issuer, item and month; what was declared stands in the openings, the month in clear."""
    done = put(ledger, declaration(desk))
    event = list(whole_history(ledger.recorder, ledger.mapper))[-1]

    assert event.body == RegisterDeclared(PENALTY.item, 1, "2026-11")
    assert event.facts.subject == ""
    assert fold_registers([event]) == {NOVEMBER: Declaration(3, 2, done.seq, date(2026, 11, 20))}


def test_a_builder_writes_what_is_admitted(desk: Desk, ledger: WritableLedger) -> None:
    """As `kesu register declare` does; a zero report is one."""
    zero = register_statement(
        desk.pen(MARKET), PENALTY.item, "2026-10", Counted(0, 0), on=date(2026, 11, 20), operator="测试经办人"
    )
    put(ledger, zero)
    registers = fold_registers(whole_history(ledger.recorder, ledger.mapper))

    assert [(str(key.month), each.decided, each.public) for key, each in registers.items()] == [("2026-10", 0, 0)]


def test_a_later_declaration_replaces_the_earlier(desk: Desk, ledger: WritableLedger) -> None:
    """For its own item, month and department; before it was recorded the earlier one stands."""
    first = put(ledger, declaration(desk))
    put(ledger, declaration(desk, key=TAX))
    put(ledger, declaration(desk, "2026-10"))
    desk.clock.advance(3600)
    second = put(ledger, declaration(desk, decided=5, public=5))
    events = list(whole_history(ledger.recorder, ledger.mapper))

    now, before = fold_registers(events), fold_registers(events, "2026-11-20T04:30:00.000000Z")

    assert len(now) == len(before) == 3
    assert now[NOVEMBER] == Declaration(5, 5, second.seq, date(2026, 11, 20), replaced=1)
    assert before[NOVEMBER] == Declaration(3, 2, first.seq, date(2026, 11, 20))


def test_a_month_that_has_not_begun_is_refused(desk: Desk, ledger: WritableLedger) -> None:
    """It begins in Beijing."""
    assert refused(ledger, declaration(desk, "2026-12"), RuleBroken) == ["about/month"]
    desk.clock.moment = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert refused(ledger, declaration(desk, "2026-12"), RuleBroken) == ["about/month"]
    desk.clock.moment = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    put(ledger, declaration(desk, "2026-12"))


def test_the_day_of_a_declaration_is_neither_ahead_nor_before_its_month(desk: Desk, ledger: WritableLedger) -> None:
    """Nobody counts what is still to come."""
    assert refused(ledger, declaration(desk, on="2026-11-21"), RuleBroken) == ["on"]
    assert refused(ledger, declaration(desk, on="2026-10-31"), RuleBroken) == ["on"]
    put(ledger, declaration(desk, on="2026-11-01"))


def test_a_refusal_changes_nothing(desk: Desk, ledger: WritableLedger) -> None:
    """Neither the log nor the stream of the administration."""
    before = ledger.recorder.head()
    assert refused(ledger, declaration(desk, "2026-12"), RuleBroken) == ["about/month"]

    assert ledger.recorder.head() == before
    put(ledger, declaration(desk))


@pytest.mark.parametrize("month", ["2026-13", "2026-1", "November", "", 11])
def test_a_wrong_month_is_not_admitted(desk: Desk, ledger: WritableLedger, month: JsonValue) -> None:
    """There is no room for a sentence in the log."""
    about: dict[str, JsonValue] = {"catalogue": {"item": PENALTY.item, "version": 1}, "month": month}
    values: dict[str, JsonValue] = {"on": desk.today, "operator": "测试经办人", "decided": 0, "public": 0}

    assert refused(ledger, desk.sign(StatementType.REGISTER_DECLARED, about, values), NotAdmissible) == ["about/month"]


@pytest.mark.parametrize(
    ("decided", "public", "fields"),
    [
        (2, 3, ["public"]),
        (-1, 0, ["decided"]),
        (1, -1, ["public"]),
        ("3", 2, ["decided"]),
        (3, None, ["public"]),
        (True, True, ["decided", "public"]),
    ],
    ids=repr,
)
def test_numbers_are_whole_and_the_public_ones_are_among_them(
    desk: Desk, ledger: WritableLedger, decided: JsonValue, public: JsonValue, fields: list[str]
) -> None:
    """0 ≤ public ≤ decided."""
    assert refused(ledger, declaration(desk, decided=decided, public=public), NotAdmissible) == fields


def test_only_a_department_in_force_declares_and_only_for_what_is_published(desk: Desk, ledger: WritableLedger) -> None:
    """Neither the operator, nor somebody unknown, nor with another's key, nor for an item that is none."""
    operator = desk.home.operator_key()
    text = declaration(desk).statement.partition(b"\n\n")[0] + b"\n"
    with_the_key_of_another = Submission(text + b"\n" + TAX.sign(text).line().encode(), declaration(desk).openings)

    assert refused(ledger, declaration(desk, key=operator), NotEntitled) == ["signature"]
    assert refused(ledger, declaration(desk, key=STRANGER), NotEntitled) == ["signature"]
    assert refused(ledger, with_the_key_of_another, NotEntitled) == ["signature"]
    assert refused(ledger, declaration(desk, item="no-such-item"), NotEntitled) == ["signature"]


def test_rules_stay_the_same_and_the_administration_goes_on_after_a_restart(desk: Desk) -> None:
    """Thousands of declarations must not make anybody read the rules again."""
    with desk.found() as ledger:
        rules = ledger.sequencer.rules
        put(ledger, declaration(desk))
        assert ledger.sequencer.rules is rules
    with desk.open() as ledger:
        put(ledger, declaration(desk, key=TAX))
        versions = [each.originator_version for each in whole_history(ledger.recorder, ledger.mapper)]

        assert ledger.sequencer.rules.registry.items == rules.registry.items
        assert versions == [1, 2, 3, 4, 5, 6, 7]
        assert findings(ledger) == []


def test_in_a_simulated_ledger_a_month_is_over_by_the_time_of_the_log(desk: Desk) -> None:
    """A declaration does not move that time; the statements on records do."""
    with desk.found(simulated_clock=True) as ledger:
        desk.clock.moment = datetime(2026, 12, 20, 4, tzinfo=UTC)
        assert refused(ledger, declaration(desk, "2026-12"), RuleBroken) == ["on"]
        put(ledger, desk.file())
        put(ledger, declaration(desk, "2026-12"))

        assert findings(ledger) == []


def test_a_second_key_of_the_department_may_sign(ruled: Desk) -> None:
    """One of the department's keys in force, whichever."""
    with ruled.open() as ledger:
        put(ledger, declaration(ruled, key=MARKET_TOO))
