"""What may be asked of a replay, in words of who asks: names that the ledger knows, and times in their order."""

from __future__ import annotations

from collections.abc import Container

from ledger.domain.gist import Items
from ledger.errors import NotFound
from projections.replay.answering import Replayer, Whom
from projections.replay.question import Question
from verify.errors import Malformed

FROM, TO = "from", "to"


def require_known(whom: Whom, items: Items, departments: Container[str]) -> None:
    """Raise `NotFound` for a name that nothing was ever filed under: a mistyped one would look like an empty list."""
    if whom.item is not None and whom.item not in {name for name, _version in items}:
        raise NotFound("item: the catalogue has no item of this name")
    if whom.issuer is not None and whom.issuer not in departments:
        raise NotFound("department: none was registered under this code")


def two_questions(replayer: Replayer, first: str, last: str, on: str | None) -> tuple[Question, Question]:
    """What was known first and what was known last, on one day if it is given; raises `Malformed`."""
    before, after = _question(replayer, FROM, first, on), _question(replayer, TO, last, on)
    if before.size > after.size or before.known_on > after.known_on:
        raise Malformed(FROM, f"must not lie after {TO}; turn them round")
    return before, after


def _question(replayer: Replayer, name: str, as_of: str, on: str | None) -> Question:
    try:
        return replayer.question(as_of, on)
    except Malformed as error:
        raise Malformed(name if error.part == "as_of" else error.part, error.rule) from None
