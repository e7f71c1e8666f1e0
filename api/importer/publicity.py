"""公示认定 (what the unit determined about publicity), read from a row that files a record."""

from __future__ import annotations

from collections.abc import Mapping

from api.importer.cells import NO_COLUMN, Columns, is_empty, required_text
from api.importer.declaration import NO_PUBLICITY, PublicityRule, Words
from api.importer.outcome import Problem
from verify.strict import JsonValue


class Determinations:
    """Reads ``publicity`` by the rules of one mapping; remembers nothing of the rows."""

    def __init__(self, rule: PublicityRule) -> None:
        self._rule = rule
        self._class = _Cell("publicity.class", rule.classes)
        self._summary = _Cell("publicity.summary", rule.summary)
        self._reason = _Cell("publicity.withheld", rule.withheld)
        self.columns = frozenset(rule.columns())
        """What publicity is read from."""

    def read(self, columns: Columns, problems: list[Problem]) -> Mapping[str, JsonValue]:
        """Return the committed value, with all its keys; not to be used where there were problems."""
        return {
            **NO_PUBLICITY,
            "class": self._rule.given_class or self._class.read(columns, problems),
            "summary_procedure": self._summary.read(columns, problems) is not None,
            "withheld": self._withheld(columns, problems),
        }

    def _withheld(self, columns: Columns, problems: list[Problem]) -> JsonValue:
        reason = self._reason.read(columns, problems)
        if reason is None:
            return None
        text = self._rule.withheld_text
        said = text.const
        if text.column is not None:
            said = required_text(columns, "publicity.withheld_text", text.column, problems)
        return {"reason": reason, "text": said}


class _Cell:
    """One column of words, or none; `field` names it in problems."""

    def __init__(self, field: str, words: Words | None) -> None:
        self._field = field
        self._column = None if words is None else words.column
        self._meanings = {} if words is None else dict(words.meanings)

    def read(self, columns: Columns, problems: list[Problem]) -> str | None:
        """Return what the cell says; None where it says nothing. A word that is not known is a problem.

        So is a column that is not there: a misspelt one would withhold nothing, or keep every record from the public.
        """
        column = self._column
        if column is None:
            return None
        if column not in columns:
            problems.append(Problem(self._field, column, NO_COLUMN))
            return None
        if is_empty(columns, column):
            return None
        word = required_text(columns, self._field, column, problems)
        if word is not None and word not in self._meanings:
            problems.append(Problem(self._field, column, f"is none of: {', '.join(self._meanings)}"))
        return self._meanings.get(word or "")
