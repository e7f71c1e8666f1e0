"""What a sample takes on trust from itself is what the ledger would have read, and comes over whole."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

import pytest

from api.sampling import ahead
from api.sampling.ahead import Order
from api.sampling.days import midnight
from api.sampling.making import new_home, order_for, write_statements
from api.sampling.parcels import pack, unpack
from api.sampling.plan import Scope
from api.sampling.signing import Secretary
from ledger.admission import Admitted, admit, admit_own
from ledger.rules_in_force import Rules
from ledger.service import open_for_writing
from tests.ledger.harness import randomness
from verify.statement import Statement

DAYS = date(2024, 2, 1), date(2024, 7, 31)


@pytest.fixture(scope="module")
def ordered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Order, Rules]]:
    """An order of some hundred steps of every kind, and the rules of the ledger that was founded for it."""
    folder = tmp_path_factory.mktemp("parcels")
    home = new_home(folder / "ledger", 3)
    order = order_for(home, 3, 50, Scope(600, *DAYS))
    write_statements(home, order, folder / "lines", lambda _done: None)
    with open_for_writing(home, clock=lambda: midnight(DAYS[1]), random=randomness(2)) as ledger:
        yield order, ledger.sequencer.rules


def steps(order: Order, rules: Rules) -> list[tuple[datetime, Admitted]]:
    secretary = Secretary(order.seed)
    return [(said.at, admit_own(*secretary.state(said), rules.catalogue)) for said in ahead._steps(order)]


def test_a_statement_is_known_as_it_would_be_read_back(ordered: tuple[Order, Rules]) -> None:
    """Nothing that the strict reader finds in the bytes differs from what was put into them."""
    made = steps(*ordered)

    assert len({step.statement.type for _at, step in made}) > 20
    assert [step.statement for _at, step in made] == [Statement.parse(step.statement.raw) for _at, step in made]


def test_what_is_admitted_on_trust_is_what_admission_finds(ordered: tuple[Order, Rules]) -> None:
    """Signers, body, subject, item and warnings; signatures and commitments are verified here and not there."""
    order, rules = ordered
    made = [step for _at, step in steps(order, rules)]

    assert made == [admit(step.statement.raw, step.openings, rules.registry, rules.catalogue) for step in made]


def test_steps_come_over_whole(ordered: tuple[Order, Rules]) -> None:
    """In their order and with their instants."""
    order, rules = ordered
    made = steps(order, rules)

    assert list(unpack(pack(made), rules.registry, rules.catalogue)) == made
    assert list(unpack(pack([]), rules.registry, rules.catalogue)) == []
