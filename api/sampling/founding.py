"""The first entries of a sample: opening, the shipped catalogue and rules, the offices with two keys each."""

from __future__ import annotations

from datetime import date
from typing import Final

from api.sampling.case import Law
from api.sampling.cast import Cast
from api.sampling.days import midnight
from api.sampling.dice import Dice
from api.sampling.plan import published_on
from ledger.administration import (
    Pen,
    addition_statement,
    application_statement,
    catalogue_statement,
    opening_statement,
    rules_statement,
)
from ledger.rulebook.calendar_year import CalendarYear
from verify.note import SigningKey, VerifierKey
from verify.strict import format_instant
from verify.submission import Submission

ORIGIN: Final = "credit.example/sample"


def founding_statements(seed: int, cast: Cast, law: Law, log: VerifierKey, first: date) -> tuple[list[Submission], ...]:
    """Everything that is said before the first case, at the beginning of the first day; each part rests on the last."""
    at = midnight(first)
    dice = Dice(seed, "founding")

    def pen(key: SigningKey) -> Pen:
        return Pen(key, int(at.timestamp() * 1000), format_instant(at), dice.bytes)

    (operator,) = cast.platform.keys
    opened = opening_statement(pen(operator), log, simulated_clock=True)
    published = [catalogue_statement(pen(operator), item) for item in law.items.values()]
    known = (r for r in law.book.versions.values() if not isinstance(r, CalendarYear) or published_on(r) <= first)
    published += [rules_statement(pen(operator), rule) for rule in known]
    registered, added = [], []
    for office in cast.offices.values():
        own, other = office.keys
        registered.append(application_statement(pen(own), office.name).countersign(operator))
        added.append(addition_statement(pen(own), other.verifier).countersign(other).countersign(operator))
    return [opened], published + registered, added
