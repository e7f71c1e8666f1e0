"""What a fold reads the law from: the catalogue's items and the rulebook, as published in the log."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ledger.admission import Catalogue
from ledger.domain.gist import Items
from ledger.domain.publicity import days_shown
from ledger.domain.state import CreditRecord
from ledger.rulebook.book import Rulebook


@dataclass(frozen=True, slots=True)
class Law:
    """Items and rules; a record keeps to the versions that the log knew when it was determined."""

    items: Items
    book: Rulebook
    _days: dict[tuple[Any, ...], tuple[date, date] | None] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, catalogue: Catalogue, book: Rulebook) -> Law:
        """The law of a catalogue and a rulebook."""
        return cls(catalogue.items, book)

    def days_shown(self, state: CreditRecord) -> tuple[date, date] | None:
        """The first and the last day on which everybody may see the record; see `ledger.domain.publicity`.

        Most records are alike in all that counts: the answer is kept for those that nothing has ended or masked.
        """
        if state.endings or state.mask is not None or state.listing is not None:
            return days_shown(state, self.items, self.book)
        since = self.book.before(state.terms_since).since
        key = (
            state.item,
            state.item_version,
            state.decided_on,
            state.terms,
            state.terms_erased,
            since,
            state.filing is None,
        )
        if key not in self._days:
            if len(self._days) >= _MOST_DAYS:
                self._days.clear()
            self._days[key] = days_shown(state, self.items, self.book)
        return self._days[key]


_MOST_DAYS = 50_000
