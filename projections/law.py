"""What a fold reads the law from: the catalogue's items and the rulebook, as published in the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from msgspec.structs import replace

from ledger.admission import Catalogue
from ledger.domain.gist import Items
from ledger.domain.publicity import days_shown, last_day
from ledger.domain.state import CreditRecord
from ledger.rulebook.book import Rulebook


@dataclass(frozen=True, slots=True)
class Law:
    """Items and rules; a record keeps to the versions that the log knew when it was determined."""

    items: Items
    book: Rulebook
    _periods: dict[tuple[Any, ...], Period] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, catalogue: Catalogue, book: Rulebook) -> Law:
        """The law of a catalogue and a rulebook."""
        return cls(catalogue.items, book)

    def period(self, state: CreditRecord) -> Period:
        """On which days everybody may see the record, and its last day; see `ledger.domain.publicity`.

        Most records are alike in all that counts, so the answer is kept. What has ended or is masked is shown on no
        day, and its last day is what it was; an entry of a list may be shown all the same.
        """
        if state.listing is not None:
            return self._period(state)
        if state.withdrawn_on is not None:
            return self._period(state)
        since = self.book.before(state.terms_since).since
        filed = state.filing is not None
        key = (state.item, state.item_version, state.decided_on, state.terms, state.terms_erased, since, filed)
        found = self._periods.get(key)
        if found is None:
            if len(self._periods) >= _MOST_PERIODS:
                self._periods.clear()
            found = self._periods[key] = self._period(replace(state, endings={}, mask=None))
        return Period(None, found.last_day) if state.endings or state.mask is not None else found

    def _period(self, state: CreditRecord) -> Period:
        shown = days_shown(state, self.items, self.book)
        return Period(shown, last_day(state, self.items, self.book))


class Period(NamedTuple):
    """期间 (period) of a record."""

    shown: tuple[date, date] | None
    """The first and the last day on which everybody may see it, if nothing happens; None: on no day."""
    last_day: date | None
    """Of its publicity, or of its place on a list, shown or not; None: it has none."""


_MOST_PERIODS = 50_000
