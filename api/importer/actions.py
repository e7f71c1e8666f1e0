"""Rows to credit actions: what a row says is decided by the mapping and by what the same record said before.

`Actions` is the memory of one import. Feed it rows in source order; a fault file that is sent again needs the same
object, or one that has read the original file first, because a correction is only understood against the filing before
it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TypeAlias

from api.importer.conversion import (
    ConversionFault,
    Reader,
    clean_code,
    code_reader,
    date_reader,
    read_text,
)
from api.importer.declaration import MadeAt, Mapping
from api.importer.outcome import Action, ActionKind, Problem, RowFault
from api.importer.rows import SourceRow
from verify.strict import JsonValue, format_instant

__all__ = ["Action", "ActionKind", "Actions", "Problem", "RowFault"]

_Columns: TypeAlias = dict[str, JsonValue]

_MISSING = "the row has no such column"
_PACK = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


@dataclass(frozen=True, slots=True)
class _Known:
    generation: int
    open: bool
    said: bytes
    """JSON of [scheme, code, name, columns]; packed, because tens of thousands of rows stay in memory."""
    correction: bytes
    """Digest of the last correction; nothing while what was filed holds."""


@dataclass(frozen=True, slots=True)
class _Subject:
    scheme: str
    code: str
    name: str


class Actions:
    """Turns the rows of one source into actions, one at a time and in order; not for use by two threads.

    A row that faults changes nothing: the next row of that record is judged as if it had not been there.
    """

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._fields: tuple[tuple[str, str | None, bool, Reader], ...] = tuple(
            (rule.code, rule.column, rule.optional, rule.reader()) for rule in mapping.fields
        )
        self._made_at = None if mapping.made_at is None else date_reader(mapping.made_at.formats)
        self._schemes = dict(mapping.subject.schemes)
        self._kinds: dict[str, ActionKind] = {}
        self._reasons: dict[ActionKind, str | None] = {}
        described = {rule.column for rule in mapping.fields if rule.column is not None}
        described |= {mapping.subject.code, mapping.subject.name, *_given(mapping.subject.scheme_column)}
        control = set(mapping.key) | ({mapping.made_at.column} if mapping.made_at else set())
        self._remembered = frozenset[str]()
        if mapping.action is not None:
            rules = mapping.action
            self._kinds |= dict.fromkeys(rules.file, ActionKind.FILE)
            self._kinds |= dict.fromkeys(rules.correct, ActionKind.CORRECT)
            self._kinds |= dict.fromkeys(rules.revoke, ActionKind.REVOKE)
            self._reasons |= {ActionKind.CORRECT: rules.correct_reason, ActionKind.REVOKE: rules.revoke_reason}
            control.add(rules.column)
            if rules.changes is not None:
                self._remembered = frozenset(described)
        self._columns = tuple(sorted(described | control))
        self._nested: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for name in self._columns:
            *path, last = name.split(".")
            if path:
                self._nested.setdefault(tuple(path), []).append((name, last))
        self._known: dict[str, _Known] = {}
        self._occurrences: dict[bytes, int] = {}

    def read(self, rows: Iterable[SourceRow]) -> Iterator[Action | RowFault]:
        """Yield the outcome of each row, in order, as it is asked for."""
        return map(self.take, rows)

    def take(self, row: SourceRow) -> Action | RowFault:
        """Return what one row asks for, or everything that is wrong with it."""
        if row.broken:
            return RowFault(row, (Problem("row", "", row.broken),))
        problems: list[Problem] = []
        columns = self._read_columns(row.columns)
        kind = self._kind(columns, problems)
        key = self._key(columns, problems)
        if problems:
            return RowFault(row, tuple(problems))
        packed_key = _PACK(key)
        known = self._known.get(packed_key)
        refusal = _out_of_order(kind, known)
        if refusal:
            return RowFault(row, (Problem("record", ", ".join(self._mapping.key), refusal),))
        before: _Subject | None = None
        if known is not None and kind is not ActionKind.FILE:
            scheme, code, name, said = json.loads(known.said)
            before = _Subject(scheme, code, name)
            columns = self._merge(row.columns, columns, said, kind, problems)
        subject = self._subject(columns, before, problems)
        values = {} if kind is ActionKind.REVOKE else self._values(columns, problems)
        made_at = self._instant(columns, self._mapping.made_at, problems)
        if problems or subject is None:
            return RowFault(row, tuple(problems))
        generation = (known.generation if known else 0) + (kind is ActionKind.FILE)
        said = {name: columns[name] for name in columns if name in self._remembered}
        packed = _PACK([subject.scheme, subject.code, subject.name, said]).encode()
        correction, occurrence = b"", 1
        if kind is ActionKind.CORRECT:
            correction = _digest([key, generation, subject.scheme, subject.code, subject.name, values, made_at])
            again = known is None or known.correction != correction  # said twice in a row it is said once
            occurrence = self._occurrences[correction] = self._occurrences.get(correction, 0) + again
        self._known[packed_key] = _Known(generation, kind is not ActionKind.REVOKE, packed, correction)
        return Action(
            row=row,
            kind=kind,
            item=self._mapping.item,
            key=key,
            generation=generation,
            subject_scheme=subject.scheme,
            subject_code=subject.code,
            subject_name=subject.name,
            values=values,
            reason=self._reasons.get(kind),
            occurrence=occurrence,
            made_at=made_at,
        )

    def _read_columns(self, source: _Columns) -> _Columns:
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

    def _kind(self, columns: _Columns, problems: list[Problem]) -> ActionKind:
        if self._mapping.action is None:
            return ActionKind.FILE
        word = _text(columns, "action", self._mapping.action.column, problems)
        if word is not None and word not in self._kinds:
            problems.append(Problem("action", self._mapping.action.column, f"is none of: {', '.join(self._kinds)}"))
        return self._kinds.get(word or "", ActionKind.FILE)

    def _key(self, columns: _Columns, problems: list[Problem]) -> tuple[str, ...]:
        subject = self._mapping.subject
        parts = []
        for column in self._mapping.key:
            value = columns.get(column)
            if isinstance(value, int) and not isinstance(value, bool):
                parts.append(str(value))
                continue
            text = _text(columns, "record", column, problems) or ""
            parts.append(clean_code(text, subject.scheme or "") if column == subject.code else text)
        return tuple(parts)

    def _merge(
        self, source: _Columns, columns: _Columns, said: _Columns, kind: ActionKind, problems: list[Problem]
    ) -> _Columns:
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
        if not used and not problems and kind is ActionKind.CORRECT:
            problems.append(Problem("action.changes", rules.changes, "changes no column that the mapping reads"))
        return merged

    def _subject(self, columns: _Columns, before: _Subject | None, problems: list[Problem]) -> _Subject | None:
        rules = self._mapping.subject
        earlier = len(problems)
        scheme = rules.scheme
        if rules.scheme_column is not None and not (before and not columns.get(rules.scheme_column)):
            cell = _text(columns, "subject.scheme", rules.scheme_column, problems)
            scheme = self._schemes.get(cell) if self._schemes and cell else cell
            if cell and scheme is None:
                reason = f"is none of: {', '.join(self._schemes)}"
                problems.append(Problem("subject.scheme", rules.scheme_column, reason))
        if scheme is None and before is not None:
            scheme = before.scheme
        if before is not None and not columns.get(rules.code):
            code = before.code
        else:
            code = _subject_code(columns, rules.code, scheme or "", problems)
        if before is not None and not columns.get(rules.name):
            name: str | None = before.name
        else:
            name = _text(columns, "subject.name", rules.name, problems)
        if len(problems) > earlier or scheme is None or name is None:
            return None
        if before is not None and (before.scheme, before.code) != (scheme, code):
            reason = "is another subject than before: revoke the record and file it again"
            problems.append(Problem("subject.code", rules.code, reason))
        return _Subject(scheme, code, name)

    def _values(self, columns: _Columns, problems: list[Problem]) -> dict[str, JsonValue]:
        values: dict[str, JsonValue] = {}
        for code, column, optional, reader in self._fields:
            if column is not None and column not in columns:
                if not optional:
                    problems.append(Problem(code, column, _MISSING))
                values[code] = None
                continue
            try:
                values[code] = reader(None if column is None else columns[column])
            except ConversionFault as fault:
                problems.append(Problem(code, column or "", fault.reason))
        return values

    def _instant(self, columns: _Columns, rules: MadeAt | None, problems: list[Problem]) -> str | None:
        if rules is None or self._made_at is None:
            return None
        try:
            day = self._made_at(columns.get(rules.column))
            if day is None:
                problems.append(Problem("made_at", rules.column, "must not be empty"))
                return None
            return _utc(f"{day}T{rules.time}{rules.offset}")
        except ConversionFault as fault:
            problems.append(Problem("made_at", rules.column, fault.reason))
        except OverflowError:
            problems.append(Problem("made_at", rules.column, "is not a day of the calendar"))
        return None


@lru_cache(maxsize=4096)
def _utc(local: str) -> str:
    """Return a local time with its offset as a UTC instant; few days occur in many rows, and formatting one is slow."""
    return format_instant(datetime.fromisoformat(local))


def _digest(said: list[object]) -> bytes:
    return hashlib.blake2b(_PACK(said).encode(), digest_size=16).digest()


def _given(name: str | None) -> tuple[str, ...]:
    return () if name is None else (name,)


def _out_of_order(kind: ActionKind, known: _Known | None) -> str:
    if kind is ActionKind.FILE:
        return "names a record that is filed already" if known is not None and known.open else ""
    if known is None:
        return "names a record that was not filed before this row"
    return "" if known.open else "names a record that was revoked before this row"


def _text(columns: _Columns, field: str, column: str, problems: list[Problem]) -> str | None:
    try:
        text = read_text(columns.get(column))
    except ConversionFault as fault:
        problems.append(Problem(field, column, fault.reason))
        return None
    if text is None:
        problems.append(Problem(field, column, "must not be empty"))
    return text


def _subject_code(columns: _Columns, column: str, scheme: str, problems: list[Problem]) -> str:
    try:
        code = code_reader(scheme)(columns.get(column))
    except ConversionFault as fault:
        problems.append(Problem("subject.code", column, fault.reason))
        return ""
    if code is None:
        problems.append(Problem("subject.code", column, "must name the subject"))
    return str(code)


def _same(left: JsonValue, right: JsonValue) -> bool:
    return type(left) is type(right) and left == right
