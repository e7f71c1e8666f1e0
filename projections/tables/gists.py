"""要点 (gists) as a table that is checked and made again as others are: the ledger writes it, the others fold it."""

from __future__ import annotations

from typing import Final

from ledger.store.gists import VERSION
from ledger.store.schema import gists_table
from ledger.vocabulary import Audience
from projections.tables.table import OneTable


class GistsTable(OneTable):
    """The table, as one among the others."""

    name: Final = "gists"
    version: Final = VERSION
    audience: Final = (Audience.JUDICIAL, Audience.AUDITOR)

    def __init__(self) -> None:
        """The table of the database that it is kept in."""
        super().__init__(gists_table, "subject, seq, record, gist")
