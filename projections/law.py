"""What a fold reads the law from: the catalogue's items and the rulebook, as published in the log."""

from __future__ import annotations

from typing import NamedTuple

from ledger.admission import Catalogue
from ledger.domain.gist import Items
from ledger.rulebook.book import Rulebook


class Law(NamedTuple):
    """Items and rules; a record keeps to the versions that the log knew when it was determined."""

    items: Items
    book: Rulebook

    @classmethod
    def of(cls, catalogue: Catalogue, book: Rulebook) -> Law:
        """The law of a catalogue and a rulebook."""
        return cls(catalogue.items, book)
