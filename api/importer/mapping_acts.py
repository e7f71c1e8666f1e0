"""The part of a mapping file on what happens to records after their filing: `[act]`, `[action]` and `[[outcomes]]`.

A text stands in the table of the act itself, or further out for all acts within: in the outcome, in `[act]`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from api.importer.conversion import date_reader
from api.importer.declaration import ActionRules, ActRule, Day, Outcome, Text
from api.importer.toml_table import MappingFault, TomlTable
from ledger.particulars import PATHS, shape_fault
from verify.statement_type import ABOUT, StatementType

STEPS: Final = (
    StatementType.RECORD_CORRECTED,
    StatementType.RECORD_CHANGED,
    StatementType.RECORD_REVOKED,
    StatementType.REMEDY_OPENED,
    StatementType.REMEDY_CLOSED,
    StatementType.OBJECTION_RAISED,
    StatementType.OBJECTION_RESOLVED,
    StatementType.OBJECTION_DELIVERED,
    StatementType.REVIEW_REQUESTED,
    StatementType.REVIEW_DECIDED,
)
"""What a row may say of its record: all that a providing unit signs with one key and that needs nothing but texts."""

_ACTIONS: Final = {
    "correct": StatementType.RECORD_CORRECTED,
    "change": StatementType.RECORD_CHANGED,
    "revoke": StatementType.RECORD_REVOKED,
}
_SHARED: Final = ("operator", "basis", "reason", "claim", "unit", "origin")
"""Texts that may hold for many acts; what kind and what outcome is said of each alone."""

_OWN: Final = ("kind", "outcome")
_CHOICES: Final = frozenset({"kind", "outcome", "origin"})
"""These are words of the ledger, so they stand in the mapping and never in a column; `when` tells them apart."""

_FOUND_OTHERWISE: Final = frozenset({"on", "evidence", "subject"})
_CASES: Final = frozenset({"remedy", "objection"})


@dataclass(frozen=True, slots=True)
class _Level:
    """What a table declares for the acts within it."""

    texts: Mapping[str, Text] = field(default_factory=dict)
    on: str | None = None
    formats: tuple[str, ...] = ()

    def within(self, table: TomlTable, *more: str) -> _Level:
        """Return this under what a table further in declares."""
        texts = {name: text for name in (*_SHARED, *more) if (text := _text(table, name)) is not None}
        formats = table.optional_texts("date")
        table.accept("date", lambda: formats and date_reader(formats))
        return _Level({**self.texts, **texts}, table.optional_text("on_column") or self.on, formats or self.formats)


def read_acts(root: TomlTable, key_columns: int) -> tuple[ActionRules | None, tuple[Outcome, ...]]:
    """Read the three tables; `key_columns` is how many columns name a record. Raises `MappingFault`."""
    table, action = root.optional_table("act"), root.optional_table("action")
    outcomes = root.tables("outcomes") if root.has("outcomes") else ()
    level = _Level()
    if table is not None:
        if action is None and not outcomes:
            raise MappingFault("act", "has no use without [action] or [[outcomes]]", "add one of them, or remove it")
        level = level.within(table)
        table.refuse_unknown()
    return (
        None if action is None else _action(action, level, key_columns),
        tuple(_outcome(outcome, level, key_columns) for outcome in outcomes),
    )


def _action(table: TomlTable, level: _Level, key_columns: int) -> ActionRules:
    file = table.texts("file")
    acts: list[tuple[str, ActRule]] = []
    for name, event in _ACTIONS.items():
        inner = table.optional_table(name)
        if inner is not None:
            words = inner.texts("words")
            rule = _act(event, inner, level, key_columns)
            inner.refuse_unknown()
            acts += [(word, rule) for word in words]
    rules = ActionRules(
        column=table.text("column"),
        file=file,
        acts=tuple(acts),
        changes=table.optional_text("changes"),
        changes_under=table.optional_text("changes_under"),
    )
    for word, times in Counter([*file, *(word for word, _ in acts)]).items():
        if times > 1:
            raise MappingFault("action", f"names {word!r} twice", "let each word mean one action")
    if rules.changes_under is not None and rules.changes is None:
        raise MappingFault("action.changes_under", "has no use without action.changes", "add changes, or remove it")
    table.refuse_unknown()
    return rules


def _outcome(table: TomlTable, level: _Level, key_columns: int) -> Outcome:
    level = level.within(table)
    case = table.optional_text("case") or ""
    steps = table.tables("steps")
    events = [_event(step) for step in steps]
    cases = frozenset(name for event in events for name in ABOUT[event][0] & _CASES)
    rules = tuple(_act(event, step, level, key_columns, cases, case) for event, step in zip(events, steps, strict=True))
    for part in steps:
        part.refuse_unknown()
    outcome = Outcome(_words(table, "when"), _words(table, "unless"), rules)
    if not outcome.when:
        raise MappingFault(f"{table.path}.when", "is missing", 'add when = { COLUMN = ["..."] }')
    table.refuse_unknown()
    return outcome


def _event(step: TomlTable) -> StatementType:
    name = step.one_of("event", STEPS)
    if name is None:
        raise MappingFault(f"{step.path}.event", "is missing", f"write one of: {', '.join(STEPS)}")
    return StatementType(name)


def _act(
    event: StatementType,
    table: TomlTable,
    level: _Level,
    key_columns: int,
    cases: frozenset[str] = frozenset(),
    case: str = "",
) -> ActRule:
    level = level.within(table, *_OWN)
    paths = sorted(PATHS[event][0] - _FOUND_OTHERWISE)
    for name in (*_SHARED, *_OWN):
        if name not in paths and (table.has(name) or table.has(f"{name}_column")):
            raise MappingFault(f"{table.path}.{name}", f"does not go with {event}", "remove it")
    if level.on is not None and not level.formats:
        rule = f"is missing: it says how the days in {level.on} are written"
        raise MappingFault(f"{table.path}.date", rule, 'add date = "%Y-%m-%d" beside on_column')
    required, optional = ABOUT[event]
    return ActRule(
        event=event,
        texts=tuple((path, _required_text(event, path, table, level)) for path in paths),
        on=None if level.on is None else Day(level.on, level.formats),
        superseded_by=_successor(table, key_columns) if "superseded_by" in optional else (),
        names=tuple(sorted(_CASES & (required | (optional & cases)))),
        case=case,
    )


def _required_text(event: StatementType, path: str, table: TomlTable, level: _Level) -> Text:
    text = level.texts.get(path)
    if text is None:
        place = "here" if path in _OWN else "here, or under [act] for all acts"
        column = "" if path in _CHOICES else f' or {path}_column = "..."'
        fix = f'add {path} = "..."{column} {place}'
        raise MappingFault(f"{table.path}.{path}", f"is missing: {event} commits to it", fix)
    fault = None if text.const is None else shape_fault(event, path, text.const)
    if fault is not None:
        raise MappingFault(f"{table.path}.{path}", fault.rule.rstrip("."), fault.fix.rstrip("."))
    return text


def _text(table: TomlTable, name: str) -> Text | None:
    const = table.optional_text(name)
    column = None if name in _CHOICES else table.optional_text(f"{name}_column")
    if const is not None and column is not None:
        raise MappingFault(f"{table.path}.{name}", "stands beside a column for it", "keep one of them")
    return None if const is None and column is None else Text(const, column)


def _successor(table: TomlTable, key_columns: int) -> tuple[str, ...]:
    columns = table.optional_texts("superseded_by")
    if columns and len(columns) != key_columns:
        rule = f"names {len(columns)} columns, and record.key names {key_columns}"
        raise MappingFault(f"{table.path}.superseded_by", rule, "name the columns with the new decision's key")
    return columns


def _words(table: TomlTable, name: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    inner = table.optional_table(name)
    return () if inner is None else tuple((column, inner.texts(column)) for column in inner.names())
