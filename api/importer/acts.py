"""What people did to a record, read from a row: who, on which day, by which law and why, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from api.importer.cells import Columns, is_empty, record_key, required_day, required_text
from api.importer.conversion import date_reader
from api.importer.declaration import ActRule, Mapping
from api.importer.outcome import Act, Problem, RecordRef
from ledger.beijing import beijing_day

FindRecord: TypeAlias = Callable[[tuple[str, ...]], RecordRef]
"""Gives the record that was filed last under a key; the first one where that is still to come."""


class Acts:
    """Reads acts by the rules of one mapping; remembers nothing of the rows."""

    def __init__(self, mapping: Mapping, find_record: FindRecord) -> None:
        self._mapping = mapping
        self._find_record = find_record
        self._words: dict[str, dict[str, None]] = {}
        for outcome in mapping.outcomes:
            for column, words in outcome.when + outcome.unless:
                self._words.setdefault(column, {}).update(dict.fromkeys(words))
        rules = [rule for outcome in mapping.outcomes for rule in outcome.steps]
        rules += [] if mapping.action is None else [rule for _word, rule in mapping.action.acts]
        self._days = {rule.on.formats: date_reader(rule.on.formats) for rule in rules if rule.on is not None}
        self.columns = frozenset(column for rule in rules for column in rule.columns()) | self._words.keys()
        """What acts are read from."""

    def steps(self, columns: Columns, problems: list[Problem]) -> tuple[ActRule, ...]:
        """Return what became of the record that a row files, in the order of the mapping.

        A word that the mapping does not know is a problem: it may mean that the decision no longer stands.
        """
        cells: dict[str, str] = {}
        for column, words in self._words.items():
            if is_empty(columns, column):
                continue
            word = required_text(columns, "outcomes", column, problems)
            if word is None or word in words:
                cells[column] = word or ""
            else:
                problems.append(Problem("outcomes", column, f"is none of: {', '.join(words)}"))
        return tuple(
            step
            for outcome in self._mapping.outcomes
            if all(cells.get(column) in words for column, words in outcome.when)
            and not any(cells.get(column) in words for column, words in outcome.unless)
            for step in outcome.steps
        )

    def read(
        self, rule: ActRule, columns: Columns, record: RecordRef, made_at: str | None, problems: list[Problem]
    ) -> Act:
        """Return one act on `record`; not to be used where there were problems."""
        texts = {
            path: text.const or "" if text.column is None else required_text(columns, path, text.column, problems) or ""
            for path, text in rule.texts
        }
        if rule.on is not None:
            on = required_day(columns, "on", rule.on.column, self._days[rule.on.formats], problems)
        else:
            on = None if made_at is None else beijing_day(made_at).isoformat()
        return Act(rule, texts, on, self._successor(rule, columns, record, problems))

    def _successor(
        self, rule: ActRule, columns: Columns, record: RecordRef, problems: list[Problem]
    ) -> RecordRef | None:
        """The record of the new decision; None where a part of its key is empty."""
        if not rule.superseded_by or any(is_empty(columns, column) for column in rule.superseded_by):
            return None
        key = record_key(columns, self._mapping, rule.superseded_by, problems)
        if key == record.key:
            problems.append(Problem("superseded_by", ", ".join(rule.superseded_by), "names the record itself"))
        return self._find_record(key)
