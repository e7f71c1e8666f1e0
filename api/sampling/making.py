"""Making a sample: a new ledger with its first entries, then its cases, in the ledger or in a file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from api.opening import open_ledger
from api.sampling.ahead import Order, admissions, signed
from api.sampling.case import Law
from api.sampling.cast import PLATFORM, Cast
from api.sampling.collecting import seldom_collecting
from api.sampling.days import midnight
from api.sampling.dice import Dice
from api.sampling.filling import Filling
from api.sampling.founding import ORIGIN, founding_statements
from api.sampling.plan import Scope
from ledger.home import LedgerHome, create_home, write_secret
from ledger.service import WritableLedger

FOUNDING: Final = 92
"""Entries before the first case, more or less: it depends on the calendars that are known."""

_DUE: Final = 14
"""Events of the ledger's clock for a hundred statements of people, more or less."""

_LAST_HOUR: Final = 23

Done = Callable[[int], None]


def statements_for(events: int) -> int:
    """How many statements about cases make a log of so many entries, more or less."""
    return max(1, (events - FOUNDING) * 100 // (100 + _DUE))


def new_home(folder: Path, seed: int) -> LedgerHome:
    """Folders and keys of a sample, those of its offices beside the ledger's own; all of them follow from the seed."""
    home = create_home(folder, origin=ORIGIN, operator=PLATFORM, random=Dice(seed, "home").bytes)
    for office in Cast(seed, home.operator_key()).offices.values():
        for key in office.keys:
            write_secret(folder / "keys" / f"{key.verifier.name.replace('/', '-')}.key", key.secret())
    return home


def order_for(home: LedgerHome, seed: int, companies: int, scope: Scope) -> Order:
    """The order for the cases of a sample."""
    return Order(seed, companies, scope, home.operator_key().secret().strip())


def make_ledger(home: LedgerHome, order: Order, done: Done) -> Counter[str]:
    """Make the ledger and fill it; gives the number of entries by type, and tells it on the way to `done`."""
    with seldom_collecting(), _founded(home, order, done) as (ledger, filling):
        rules = ledger.sequencer.rules
        with admissions(order, rules.registry, rules.catalogue) as steps:
            for at, step in steps:
                filling.take(at, step)
        filling.run_clock(midnight(order.scope.last, _LAST_HOUR))
        filling.finish()
    return filling.counts


def write_statements(home: LedgerHome, order: Order, file: Path, done: Done) -> Counter[str]:
    """Make the ledger with its first entries alone, and write the cases as lines of signed submissions."""
    with _founded(home, order, done) as (_ledger, filling), file.open("x", encoding="utf-8") as lines:
        for number, (_at, submission) in enumerate(signed(order), 1):
            lines.write(json.dumps(submission.to_json(), ensure_ascii=False, separators=(",", ":")) + "\n")
            done(number)
    return filling.counts


@contextmanager
def _founded(home: LedgerHome, order: Order, done: Done) -> Iterator[tuple[WritableLedger, Filling]]:
    operator, first, last = home.operator_key(), order.scope.first, order.scope.last
    parts = founding_statements(order.seed, Cast(order.seed, operator), Law(), home.log_key().verifier, first)
    vault = Dice(order.seed, "vault").bytes
    with open_ledger(home, clock=lambda: midnight(last), random=vault, new=True, durable=False) as ledger:
        filling = Filling(ledger, operator, Dice(order.seed, "clock"), done)
        filling.found(parts)
        yield ledger, filling
