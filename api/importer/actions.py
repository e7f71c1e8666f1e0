"""Rows to credit actions: what a row says is decided by the mapping and by what the same record said before.

`Actions` is the memory of one import. Feed it rows in source order; a fault file that is sent again needs the same
object, or one that has read the original file first, because a correction is only understood against the filing before
it.
"""

from __future__ import annotations

import hashlib
import json
from collections import abc
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

from api.importer.acts import Acts
from api.importer.cells import NO_COLUMN, Columns, record_key, required_day, required_text, utc
from api.importer.conversion import ConversionFault, Reader, date_reader
from api.importer.declaration import ActRule, Mapping
from api.importer.outcome import Act, Action, Problem, RecordRef, RowFault
from api.importer.publicity import Determinations
from api.importer.rows import SourceRow
from api.importer.subjects import Subjects
from ledger.particulars import CARRIES_FIELDS
from ledger.subjects import Subject
from verify.statement_type import StatementType
from verify.strict import JsonValue

__all__ = ["Action", "Actions", "Problem", "RowFault", "Taken"]

Taken: TypeAlias = tuple[Action, ...] | RowFault
"""What a row asks for, in the order in which it must be said; or what is wrong with it."""

_PACK = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


class _Standing(Enum):
    """What became of the record that was filed last under a key."""

    FILED = auto()
    CHANGED = auto()
    REVOKED = auto()


_BECOMES = {StatementType.RECORD_CHANGED: _Standing.CHANGED, StatementType.RECORD_REVOKED: _Standing.REVOKED}


@dataclass(frozen=True, slots=True)
class _Known:
    generation: int
    standing: _Standing
    said: bytes
    """JSON of [scheme, code, name, columns]; packed, because tens of thousands of rows stay in memory."""
    correction: bytes
    """Digest of the last correction; nothing while what was filed holds."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What a row says of its record, whatever is done to it."""

    row: SourceRow
    record: RecordRef
    subject: Subject
    values: dict[str, JsonValue]
    publicity: abc.Mapping[str, JsonValue] | None
    made_at: str | None


class Actions:
    """Turns the rows of one source into actions, one row at a time and in order; not for use by two threads.

    A row that faults changes nothing: the next row of that record is judged as if it had not been there.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._fields: tuple[tuple[str, str | None, bool, Reader], ...] = tuple(
            (rule.code, rule.column, rule.optional, rule.reader()) for rule in mapping.fields
        )
        self._day = None if mapping.made_at is None else date_reader(mapping.made_at.formats)
        self._subjects = Subjects(mapping.subject)
        self._acts = Acts(mapping, self._last_filed)
        self._determinations = None if mapping.publicity is None else Determinations(mapping.publicity)
        self._rules: dict[str, ActRule | None] = {}
        described = {rule.column for rule in mapping.fields if rule.column is not None} | self._subjects.columns
        control = set(mapping.key) | ({mapping.made_at.column} if mapping.made_at else set()) | self._acts.columns
        if self._determinations is not None:
            control |= self._determinations.columns
        self._remembered = frozenset[str]()
        if mapping.action is not None:
            self._rules |= dict.fromkeys(mapping.action.file)
            self._rules |= dict(mapping.action.acts)
            control.add(mapping.action.column)
            if mapping.action.changes is not None:
                self._remembered = frozenset(described)
        self._columns = tuple(sorted(described | control))
        self._nested: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for name in self._columns:
            *path, last = name.split(".")
            if path:
                self._nested.setdefault(tuple(path), []).append((name, last))
        self._known: dict[str, _Known] = {}
        self._occurrences: dict[bytes, int] = {}

    def read(self, rows: Iterable[SourceRow]) -> Iterator[Taken]:
        """Yield the outcome of each row, in order, as it is asked for."""
        return map(self.take, rows)

    def take(self, row: SourceRow) -> Taken:
        """Return what one row asks for, or everything that is wrong with it."""
        if row.broken:
            return RowFault(row, (Problem("row", "", row.broken),))
        problems: list[Problem] = []
        columns = self._read_columns(row.columns)
        rule = self._rule(columns, problems)
        key = record_key(columns, self._mapping, self._mapping.key, problems)
        if problems:
            return RowFault(row, tuple(problems))
        known = self._known.get(_PACK(key))
        refusal = _out_of_order(rule, known)
        if refusal:
            return RowFault(row, (Problem("record", ", ".join(self._mapping.key), refusal),))
        before: Subject | None = None
        if known is not None and rule is not None:
            *identity, said = json.loads(known.said)
            before = Subject(*identity)
            columns = self._merge(row.columns, columns, said, rule, problems)
        record = RecordRef(self._mapping.item, key, (known.generation if known else 0) + (rule is None))
        subject = self._subjects.read(columns, before, problems)
        carries_fields = rule is None or rule.event in CARRIES_FIELDS
        values = self._values(columns, problems) if carries_fields else {}
        publicity = None
        if rule is None and self._determinations is not None:
            publicity = self._determinations.read(columns, problems)
        made_at = self._instant(columns, problems)
        rules = self._acts.steps(columns, problems) if rule is None else (rule,)
        acts = [self._acts.read(each, columns, record, made_at, problems) for each in rules]
        if problems or subject is None:
            return RowFault(row, tuple(problems))
        row_says = _Said(row, record, subject, values, publicity, made_at)
        return self._follow(row_says, columns, known, (None, *acts) if rule is None else tuple(acts))

    def _follow(
        self, said: _Said, columns: Columns, known: _Known | None, acts: tuple[Act | None, ...]
    ) -> tuple[Action, ...]:
        """Return the actions of a row without problems, and remember what becomes of its record."""
        standing, correction = _Standing.FILED, b""
        if known is not None and acts[0] is not None:
            standing, correction = known.standing, known.correction
        actions = []
        for act in acts:
            event = StatementType.RECORD_FILED if act is None else act.rule.event
            values = said.values if event in CARRIES_FIELDS else {}
            occurrence = 1
            if event is StatementType.RECORD_CORRECTED and act is not None:
                last, correction = correction, _digest_of(said, act)
                occurrence = self._occurrences.get(correction, 0)
                if last != correction:  # said twice in a row it is said once
                    occurrence = self._occurrences[correction] = occurrence + 1
            publicity = said.publicity if act is None else None
            action = Action(said.row, said.record, said.subject, values, act, occurrence, said.made_at, publicity)
            actions.append(action)
            standing = _BECOMES.get(event, standing)
        if known is not None and not any(action.event in CARRIES_FIELDS for action in actions):
            packed = known.said
        else:
            subject = said.subject
            remembered = {name: columns[name] for name in columns if name in self._remembered}
            packed = _PACK([subject.scheme, subject.code, subject.name, remembered]).encode()
        self._known[_PACK(said.record.key)] = _Known(said.record.generation, standing, packed, correction)
        return tuple(actions)

    def _last_filed(self, key: tuple[str, ...]) -> RecordRef:
        """The record that was filed last under a key; the first one where that is still to come."""
        known = self._known.get(_PACK(key))
        return RecordRef(self._mapping.item, key, known.generation if known else 1)

    def _read_columns(self, source: Columns) -> Columns:
        """Return the columns the mapping reads; a name with dots reaches into objects unless a column is called so."""
        columns = {name: source[name] for name in self._columns if name in source}
        for path, members in self._nested.items():
            inner: JsonValue = source
            for step in path:
                inner = inner.get(step) if isinstance(inner, dict) else None
            if isinstance(inner, dict):
                for name, last in members:
                    if last in inner and name not in columns:
                        columns[name] = inner[last]
        return columns

    def _rule(self, columns: Columns, problems: list[Problem]) -> ActRule | None:
        """What the row does to its record; None where it files it."""
        if self._mapping.action is None:
            return None
        column = self._mapping.action.column
        word = required_text(columns, "action", column, problems)
        if word is not None and word not in self._rules:
            problems.append(Problem("action", column, f"is none of: {', '.join(self._rules)}"))
        return self._rules.get(word or "")

    def _merge(
        self, source: Columns, columns: Columns, said: Columns, rule: ActRule, problems: list[Problem]
    ) -> Columns:
        """Return the record's last columns under the row's own and its changes; what it does not repeat still holds."""
        rules = self._mapping.action
        if rules is None or rules.changes is None or rules.changes not in source:
            return columns
        changes = source[rules.changes]
        if not isinstance(changes, dict):
            problems.append(Problem("action.changes", rules.changes, "must be an object of column -> [old, new]"))
            return columns
        merged = said | columns
        used = 0
        for name, change in changes.items():
            column = name if rules.changes_under is None else f"{rules.changes_under}.{name}"
            if not isinstance(change, list) or len(change) != len(("old", "new")):
                problems.append(Problem("action.changes", column, "must change as [old, new]"))
            elif column in self._remembered:
                used += 1
                if not _same(said.get(column), change[0]):
                    problems.append(Problem("action.changes", column, "was not what the change says it was"))
                merged[column] = change[1]
        if not used and not problems and rule.event is StatementType.RECORD_CORRECTED:
            problems.append(Problem("action.changes", rules.changes, "changes no column that the mapping reads"))
        return merged

    def _values(self, columns: Columns, problems: list[Problem]) -> dict[str, JsonValue]:
        values: dict[str, JsonValue] = {}
        for code, column, optional, reader in self._fields:
            if column is not None and column not in columns:
                if not optional:
                    problems.append(Problem(code, column, NO_COLUMN))
                values[code] = None
                continue
            try:
                values[code] = reader(None if column is None else columns[column])
            except ConversionFault as fault:
                problems.append(Problem(code, column or "", fault.reason))
        return values

    def _instant(self, columns: Columns, problems: list[Problem]) -> str | None:
        rules = self._mapping.made_at
        if rules is None or self._day is None:
            return None
        day = required_day(columns, "made_at", rules.column, self._day, problems)
        try:
            return None if day is None else utc(f"{day}T{rules.time}{rules.offset}")
        except OverflowError:
            problems.append(Problem("made_at", rules.column, "is not a day of the calendar"))
        return None


def _digest_of(said: _Said, act: Act) -> bytes:
    """What tells one correction of a record from another."""
    subject = said.subject
    whole = [
        *(said.record.key, said.record.generation, subject.scheme, subject.code, subject.name),
        *(said.values, act.texts, act.on, said.made_at),
    ]
    return hashlib.blake2b(_PACK(whole).encode(), digest_size=16).digest()


def _out_of_order(rule: ActRule | None, known: _Known | None) -> str:
    if rule is None:
        filed = known is not None and known.standing is _Standing.FILED
        return "names a record that is filed already" if filed else ""
    if known is None:
        return "names a record that was not filed before this row"
    if known.standing is _Standing.REVOKED:
        return "names a record that was revoked before this row"
    again = known.standing is _Standing.CHANGED and rule.event is StatementType.RECORD_CHANGED
    return "names a record that was changed before this row" if again else ""


def _same(left: JsonValue, right: JsonValue) -> bool:
    return type(left) is type(right) and left == right
