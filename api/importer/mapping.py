"""The mapping file: a department declares in TOML which column becomes which field, and nothing is guessed.

Tables and their keys:

    [source]            format, encoding, delimiter
    [item]              catalogue, version
    [record]            key
    [act]               TEXT or TEXT_column, for operator, basis, reason, claim, unit, origin; on_column, date
    [action]            column, file, changes, changes_under
    [action.correct]    words; superseded_by (not of correct); whatever [act] may hold; likewise change and revoke
    [made_at]           column, date, time, offset
    [subject]           scheme | scheme_column (+ schemes), code, name
    [fields.CODE]       column | const; money | date | labels | integer | code; separator, replace, optional
    [publicity]         class | class_column, class_labels, class_empty; summary_column, summary_words, summary_empty;
                        withheld_column, withheld_labels, withheld_empty, withheld_text | withheld_text_column
    [[outcomes]]        when, unless, case, steps (event, kind, outcome, superseded_by); whatever [act] may hold

Any other key is refused, since a misspelt one would silently change nothing.
"""

from __future__ import annotations

import re
import tomllib
from datetime import datetime
from pathlib import Path

from api.importer.conversion import MoneyUnit, date_reader
from api.importer.declaration import (
    ActionRules,
    ActRule,
    FieldKind,
    FieldRule,
    MadeAt,
    Mapping,
    Outcome,
    PublicityRule,
    Source,
    SourceFormat,
    Subject,
)
from api.importer.mapping_acts import read_acts
from api.importer.mapping_publicity import read_publicity
from api.importer.toml_table import MappingFault, TomlTable

__all__ = [
    "ActRule",
    "ActionRules",
    "FieldKind",
    "FieldRule",
    "MadeAt",
    "Mapping",
    "MappingFault",
    "Outcome",
    "PublicityRule",
    "Source",
    "SourceFormat",
    "Subject",
    "load_mapping",
    "parse_mapping",
]

_ENCODINGS = {
    "auto": "auto",
    "utf-8": "utf-8-sig",
    "utf-8-sig": "utf-8-sig",
    "gb18030": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
}
"""What may be declared -> how it is read: GB 18030 contains the older two; a byte order mark may always be there."""

_FIELD_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_TIME = re.compile(r"[0-9]{2}:[0-9]{2}:[0-9]{2}")
_OFFSET = re.compile(r"[+-][0-9]{2}:[0-9]{2}")


def load_mapping(path: Path) -> Mapping:
    """Read a mapping file; raises `MappingFault`, or ``OSError`` when the file cannot be read."""
    return parse_mapping(path.read_bytes())


def parse_mapping(data: bytes) -> Mapping:
    """Read the UTF-8 bytes of a mapping file; raises `MappingFault` naming the TOML key, the rule and the way out."""
    try:
        root = TomlTable("", tomllib.loads(data.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise MappingFault("", "is not UTF-8", "save the mapping file as UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise MappingFault("", f"is not TOML: {error}", "put that line right") from None
    item = root.table("item")
    record = root.table("record")
    key = record.texts("key")
    action, outcomes = read_acts(root, len(key))
    mapping = Mapping(
        source=_source(root.optional_table("source")),
        item=item.matching("catalogue", _SLUG, "a slug such as administrative-penalty"),
        item_version=item.positive("version"),
        key=key,
        action=action,
        made_at=_made_at(root.optional_table("made_at")),
        subject=_subject(root.table("subject")),
        fields=_fields(root.table("fields")),
        outcomes=outcomes,
        publicity=read_publicity(root.optional_table("publicity")),
    )
    for table in (item, record, root):
        table.refuse_unknown()
    return mapping


def _source(table: TomlTable | None) -> Source:
    if table is None:
        return Source()
    name = table.one_of("format", tuple(SourceFormat))
    encoding = table.one_of("encoding", tuple(_ENCODINGS)) or "auto"
    delimiter = table.optional_text("delimiter") or ","
    if len(delimiter) != 1 or not delimiter.isascii() or delimiter in '"\r\n':
        raise MappingFault("source.delimiter", "must be one ASCII character", 'write "," or ";" or "\\t"')
    table.refuse_unknown()
    return Source(None if name is None else SourceFormat(name), _ENCODINGS[encoding], delimiter)


def _made_at(table: TomlTable | None) -> MadeAt | None:
    if table is None:
        return None
    made_at = MadeAt(
        column=table.text("column"),
        formats=table.texts("date"),
        time=table.matching("time", _TIME, "a time of day such as 08:00:00"),
        offset=table.matching("offset", _OFFSET, "an offset from UTC such as +08:00"),
    )
    table.accept("date", lambda: date_reader(made_at.formats))
    table.accept("time", lambda: datetime.fromisoformat(f"2000-01-01T{made_at.time}"))
    table.accept("offset", lambda: datetime.fromisoformat(f"2000-01-01T00:00:00{made_at.offset}"))
    table.refuse_unknown()
    return made_at


def _subject(table: TomlTable) -> Subject:
    scheme = table.optional_text("scheme")
    column = table.optional_text("scheme_column")
    if (scheme is None) == (column is None):
        raise MappingFault("subject", "needs either scheme or scheme_column", 'write scheme = "uscc"')
    schemes = table.labels("schemes")
    if schemes and column is None:
        raise MappingFault("subject.schemes", "has no use without scheme_column", "remove it")
    for name in (*([] if scheme is None else [scheme]), *(to for _, to in schemes)):
        if not _SLUG.fullmatch(name):
            raise MappingFault("subject", f"{name!r} is not a scheme", "write a slug such as uscc")
    subject = Subject(scheme, column, schemes, table.text("code"), table.text("name"))
    table.refuse_unknown()
    return subject


def _fields(table: TomlTable) -> tuple[FieldRule, ...]:
    rules = []
    for code in table.names():
        if not _FIELD_CODE.fullmatch(code):
            raise MappingFault(f"fields.{code}", "is not a field code", "write the catalogue's code, such as CF_WSH")
        rules.append(_field(code, table.table(code)))
    if not rules:
        raise MappingFault("fields", "is empty", "map every field of the catalogue item")
    return tuple(rules)


def _field(code: str, table: TomlTable) -> FieldRule:
    kinds = [kind for kind in FieldKind if kind is not FieldKind.TEXT and table.has(kind.value)]
    if len(kinds) > 1:
        raise MappingFault(table.path, f"cannot be both {kinds[0]} and {kinds[1]}", "keep one of them")
    kind = kinds[0] if kinds else FieldKind.TEXT
    if kind is FieldKind.CONST:
        rule = FieldRule(code, kind, const=table.scalar("const"))
        table.refuse_unknown()
        return rule
    unit = table.one_of("money", tuple(MoneyUnit))
    if kind is FieldKind.INTEGER and not table.flag("integer"):
        kind = FieldKind.TEXT
    rule = FieldRule(
        code,
        kind,
        column=table.text("column"),
        unit=None if unit is None else MoneyUnit(unit),
        formats=table.texts("date") if kind is FieldKind.DATE else (),
        labels=table.labels("labels"),
        separator=table.optional_text("separator"),
        scheme=table.matching("code", _SLUG, "a scheme such as uscc") if kind is FieldKind.CODE else "",
        replace=table.labels("replace"),
        optional=table.flag("optional"),
    )
    if rule.separator is not None and kind not in {FieldKind.TEXT, FieldKind.LABELS}:
        raise MappingFault(f"{table.path}.separator", f"does not go with {kind}", "remove it")
    table.accept("date", rule.reader)
    table.refuse_unknown()
    return rule
