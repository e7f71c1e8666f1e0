"""What a mapping file would say about a filled template: the importer needs no other."""

from __future__ import annotations

from typing import Final

from api.importer.conversion import MoneyUnit
from api.importer.declaration import (
    ActionRules,
    ActRule,
    Day,
    FieldKind,
    FieldRule,
    Mapping,
    PublicityRule,
    Source,
    Subject,
    Text,
    Words,
)
from api.templates import wording
from api.templates.columns import (
    Column,
    Kind,
    Own,
    Template,
    class_labels,
    scheme_labels,
    separator,
    withheld_labels,
)
from ledger.codes import IdentifierScheme
from verify.statement_type import StatementType

_ACTS: Final = (
    (wording.CORRECT, StatementType.RECORD_CORRECTED),
    (wording.CHANGE, StatementType.RECORD_CHANGED),
    (wording.REVOKE, StatementType.RECORD_REVOKED),
)
_SUMMARY: Final = "summary"


def mapping_of(template: Template) -> Mapping:
    """The mapping of a template, whose rows have their columns under the titles."""
    item, title = template.item, template.title
    name = title(Own.NAME) if item.subject_name_field is None else template.column(item.subject_name_field).title
    fields = tuple(_field(template.column(field.code)) for field in item.fields)
    return Mapping(
        source=Source(),
        item=item.item,
        item_version=item.version,
        key=(title(Own.RECORD),),
        action=ActionRules(
            column=title(Own.ACTION),
            file=(wording.FILE,),
            acts=tuple((word, _act(template, event)) for word, event in _ACTS),
        ),
        made_at=None,
        subject=Subject(None, title(Own.SCHEME), scheme_labels(item), title(Own.CODE), name),
        fields=fields,
        publicity=_publicity(template),
    )


def _act(template: Template, event: StatementType) -> ActRule:
    title = template.title
    texts = (("basis", Own.BASIS), ("operator", Own.OPERATOR), ("reason", Own.REASON))
    return ActRule(
        event=event,
        texts=tuple((path, Text(column=title(own))) for path, own in texts),
        on=Day(title(Own.ON), wording.DAY_FORMATS),
        superseded_by=() if event is StatementType.RECORD_CORRECTED else (title(Own.SUCCESSOR),),
    )


def _publicity(template: Template) -> PublicityRule:
    title = template.title
    classes = summary = None
    if template.has(Own.CLASS):
        classes = Words(title(Own.CLASS), class_labels())
        summary = Words(title(Own.SUMMARY), ((wording.YES, _SUMMARY), (wording.NO, None)))
    return PublicityRule(
        classes=classes,
        summary=summary,
        withheld=Words(title(Own.WITHHELD), withheld_labels()),
        withheld_text=Text(column=title(Own.WITHHELD_TEXT)),
    )


def _field(column: Column) -> FieldRule:
    code, title = column.code, column.title
    match column.kind:
        case Kind.CODE:
            return FieldRule(code, FieldKind.CODE, title, scheme=IdentifierScheme.USCC.value)
        case Kind.DAY:
            return FieldRule(code, FieldKind.DATE, title, formats=wording.DAY_FORMATS)
        case Kind.MONEY:
            return FieldRule(code, FieldKind.MONEY, title, unit=MoneyUnit.YUAN)
        case Kind.INTEGER:
            return FieldRule(code, FieldKind.INTEGER, title)
        case Kind.CHOICE | Kind.CHOICES:
            labels = tuple((choice, choice) for choice in column.choices)
            several = separator(column.choices) if column.kind is Kind.CHOICES else None
            return FieldRule(code, FieldKind.LABELS, title, labels=labels, separator=several)
        case _:
            return FieldRule(code, FieldKind.TEXT, title)
