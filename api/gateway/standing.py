"""What `kesu gateway status` tells: counts of tables and rows, read from the journal and the folders."""

from __future__ import annotations

from collections.abc import Iterator

from api.gateway.config import Config
from api.gateway.inbox import tables
from api.gateway.journal import Journal
from api.gateway.tray import Tray


def standing(config: Config, journal: Journal) -> Iterator[str]:
    """Lines for people; a gateway may be at work meanwhile."""
    for rules in config.sources:
        found = journal.standing(rules.name)
        tray = Tray(rules.path)
        yield f"{rules.name}: {'view' if rules.view is not None else 'folder'} {rules.path}"
        if rules.view is None:
            yield f"    waiting in the inbox: {sum(1 for _table in tables(rules.path))} tables"
        yield f"    at work: {len(tray.open_tickets())} tables"
        yield f"    finished: {found.done} done, {found.refused} refused; last: {found.last or 'never'}"
        yield f"    rows: {found.rows.words()}"
    yield f"sent without an answer yet: {journal.unanswered()} statements"
