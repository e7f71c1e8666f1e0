"""The part of a mapping file on 公示认定 (what the unit determined about publicity): `[publicity]`.

What an empty cell says, and the words that are listed as saying no more, is nothing: no class, not the summary
procedure, not withheld. Any other word must be known.
"""

from __future__ import annotations

from typing import TypeAlias

from api.importer.declaration import NO_PUBLICITY, PublicityRule, Text, Words
from api.importer.toml_table import MappingFault, TomlTable
from ledger.particulars import shape_fault
from ledger.rulebook.publicity import DishonestyClass, WithheldReason
from verify.statement_type import StatementType
from verify.strict import JsonValue

_Meanings: TypeAlias = tuple[tuple[str, str | None], ...]
_CLASSES = tuple(DishonestyClass)
_REASONS = tuple(WithheldReason)
_SUMMARY = "summary"


def read_publicity(table: TomlTable | None) -> PublicityRule | None:
    """Read the table, or None where there is none. Raises `MappingFault`."""
    if table is None:
        return None
    rule = PublicityRule(
        given_class=table.one_of("class", _CLASSES),
        classes=_words(table, "class", "class_labels", _labels(table, "class_labels", _CLASSES)),
        summary=_words(
            table,
            "summary",
            "summary_words",
            tuple((word, _SUMMARY) for word in table.optional_texts("summary_words")),
        ),
        withheld=_words(table, "withheld", "withheld_labels", _labels(table, "withheld_labels", _REASONS)),
        withheld_text=_withheld_text(table),
    )
    table.refuse_unknown()
    if rule.given_class is not None and rule.classes is not None:
        raise MappingFault(f"{table.path}.class", "stands beside a column for it", "keep one of them")
    if rule == PublicityRule():
        fix = f"add one of: class, class_column, summary_column, withheld_column; or remove [{table.path}]"
        raise MappingFault(table.path, "says nothing", fix)
    return rule


def _words(table: TomlTable, name: str, source: str, meanings: _Meanings) -> Words | None:
    """Return the column `name` with the meanings of its words, which stand under the key `source`."""
    empty = f"{name}_empty"
    column, nothing = table.optional_text(f"{name}_column"), table.optional_texts(empty)
    if column is None:
        for key in (source, empty):
            if table.has(key):
                rule = f"has no use without {name}_column"
                raise MappingFault(f"{table.path}.{key}", rule, "add that, or remove it")
        return None
    if not meanings:
        rule = f"is missing: it says what the words in {column} mean"
        raise MappingFault(f"{table.path}.{source}", rule, f"add {source} beside {name}_column")
    known = {word for word, _ in meanings}
    for word in nothing:
        if word in known:
            raise MappingFault(f"{table.path}.{empty}", f"names {word!r}, which {source} names", "keep one of them")
    return Words(column, (*meanings, *((word, None) for word in nothing)))


def _labels(table: TomlTable, name: str, allowed: tuple[str, ...]) -> _Meanings:
    labels = table.labels(name)
    for word, meaning in labels:
        if not word.strip():
            raise MappingFault(f"{table.path}.{name}", "names the empty cell, which says nothing", "remove it")
        if meaning not in allowed:
            rule = f"reads {word!r} as {meaning!r}, which is none of {', '.join(allowed)}"
            raise MappingFault(f"{table.path}.{name}", rule, "write one of them")
    return labels


def _withheld_text(table: TomlTable) -> Text:
    text = Text(table.optional_text("withheld_text"), table.optional_text("withheld_text_column"))
    path = f"{table.path}.withheld_text"
    if not table.has("withheld_column"):
        for key in ("withheld_text", "withheld_text_column"):
            if table.has(key):
                rule = "has no use without withheld_column"
                raise MappingFault(f"{table.path}.{key}", rule, "add that, or remove it")
        return text
    if text.const is not None and text.column is not None:
        raise MappingFault(path, "stands beside a column for it", "keep one of them")
    if text == Text():
        rule = "is missing: it is recorded with every reason"
        raise MappingFault(path, rule, 'add withheld_text = "..." or withheld_text_column = "..."')
    if text.const is not None:
        withheld: JsonValue = {"reason": _REASONS[0].value, "text": text.const}
        fault = shape_fault(StatementType.RECORD_FILED, "publicity", {**NO_PUBLICITY, "withheld": withheld})
        if fault is not None:
            raise MappingFault(path, fault.rule.rstrip("."), fault.fix.rstrip("."))
    return text
