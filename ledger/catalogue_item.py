"""归集目录 (collection catalogue): one item of it as a value, with the fields that a record of the item has.

`ledger.catalogue` reads and writes an item's definition and is the module to import from; `ledger.judgement` holds the
values of a record against an item.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from typing import Final

# Four times the longest official field (违法事实, 5,000 characters): a text that is only longer than the standard says
# passes with a warning, while one field of a hostile submission stays below 80 kB.
MAX_TEXT: Final = 20_000
# RFC 8785 writes numbers as IEEE doubles: beyond this a whole number would not come back as itself.
MAX_WHOLE: Final = 2**53 - 1
FIELD_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# What must not stand in a text: controls but tab and line ends; marks that turn the reading direction, with which a
# name can be shown as another one; and halves of a character, which have no UTF-8 and so no commitment.
_UNFIT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")

Labels = tuple[tuple[str, tuple[str, ...]], ...]
"""Field codes, each with some of its labels; sorted by code, so that the order of keys in the JSON never matters."""


@unique
class FieldKind(StrEnum):
    """数据项类型 (kind of field): what a value of the field is in JSON."""

    TEXT = "text"
    DATE = "date"
    """A day of the calendar, text YYYY-MM-DD."""
    MONEY = "money"
    """An integer in fen 分 (0.01 yuan), never below zero; the 万元 of exchange partners are converted at the edge."""
    LABEL = "label"
    """One of the field's labels; numeric codes differ between systems and are mapped per exchange partner."""
    LABELS = "labels"
    """A list of one or more of the field's labels, none twice."""
    USCC = "uscc"
    """统一社会信用代码, GB 32100-2015."""
    INTEGER = "integer"


@unique
class Openness(StrEnum):
    """公开程度 (openness): whether records of the item may be shown to everybody."""

    PUBLIC = "public"
    RESTRICTED = "restricted"


@unique
class Nature(StrEnum):
    """信息性质 (nature of the information): what records of the item say of their subjects.

    市政府令第280号 第二条 has the first three, 北京市第二阶段行动计划 3 the fourth.
    """

    BASIC = "basic"
    """基本信息: neither for nor against the subject."""
    FAVOURABLE = "favourable"
    """良好信息."""
    ADVERSE = "adverse"
    """不良（失信）信息: it alone has a class 轻微、一般、严重, and with it periods and repair (令第36号)."""
    WARNING = "warning"
    """警示信息: below the standard of dishonesty, or not determined by an authority; it has no class."""


@dataclass(frozen=True, slots=True)
class Clock:
    """时限 (time limit): so many working days from the day of the decision, and the document that says so.

    Which day that is, the item says: `CatalogueItem.decided_on`.
    """

    working_days: int
    source: str


@dataclass(frozen=True, slots=True)
class Field:
    """数据项 (field): one column of a record; every record commits every field, null where it has no value."""

    code: str
    zh: str
    kind: FieldKind
    required: bool
    public: bool
    """False: never on a public page, whatever the openness of the item."""
    required_when: Labels | None = None
    """Required as soon as one of these fields holds one of the labels beside it..."""
    required_unless: str | None = None
    """...but not when this field has a value."""
    required_with: str | None = None
    """Required as soon as this field has a value (the two halves of a certificate)."""
    not_before: str | None = None
    """The date field whose day this date may not precede."""
    max_length: int | None = None
    """Characters the standard allows a text; more is a warning only, since many lengths are unconfirmed."""
    labels: tuple[str, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """目录项 (catalogue item): one version of one kind of record, with the seven columns that 归集目录 prescribes.

    海淀区创建社会信用体系建设示范城区工作方案 (2017): 名称 `zh`, 数据项 `fields`, 信息类别 `category`,
    归集方式 `method`, 更新频率 `frequency`, 查询期限 `query_period`, 公开程度 `openness`.
    """

    item: str
    version: int
    zh: str
    basis: str
    effective_from: str
    """The first day, YYYY-MM-DD, on which a record may be filed under this version, however old its decision."""
    category: str
    nature: Nature | None
    """None: the definition is older than this member, and nothing may be taken for granted."""
    method: str
    frequency: str
    query_period: str
    openness: Openness
    schemes: tuple[str, ...]
    """Identifier schemes a subject of the item may have, the preferred one first."""
    collect_within: Clock
    disclose_within: Clock | None
    """None for a restricted item alone."""
    subject_name_field: str | None
    subject_code_field: str | None
    decided_on: str | None
    """认定日期: the date field, always required, from whose day the clocks and the periods of publicity run.

    It is the day of the determining document. An adverse item has one; None: the clocks have nothing to run from.
    """
    withdrawn_on: str | None
    """撤回日期: the date field that gets a value when the subject takes its consent back; from then on it is hidden."""
    natural_person_labels: Labels
    """Which labels say that the subject is a natural person 自然人."""
    fields: tuple[Field, ...]

    def __hash__(self) -> int:
        """Hash the identity alone: equal items share it, and a cache is asked about every record that comes in."""
        return hash((self.item, self.version))


def is_calendar_date(value: str) -> bool:
    """Say whether the text is a real day of the calendar, written YYYY-MM-DD in ASCII digits."""
    if _DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


def is_fit_text(value: str) -> bool:
    """Say whether the text can be committed and shown: something to read, and no character that misleads a reader."""
    return (value.isprintable() or _UNFIT.search(value) is None) and not (value == "" or value.isspace())


def public_values(item: CatalogueItem, values: Mapping[str, object]) -> dict[str, object]:
    """Keep what may be shown to everybody: the item's public fields, and nothing at all of a restricted item."""
    if item.openness is Openness.RESTRICTED:
        return {}
    return {field.code: values[field.code] for field in item.fields if field.public and field.code in values}


def holds_label(values: Mapping[str, object], wanted: Labels) -> bool:
    """Say whether one of the fields holds one of the labels beside it; a value of the wrong type holds none."""
    for code, labels in wanted:
        value = values.get(code)
        if isinstance(value, str):
            if value in labels:
                return True
        elif isinstance(value, list) and any(label in value for label in labels):
            return True
    return False


def concerns_natural_person(item: CatalogueItem, values: Mapping[str, object]) -> bool:
    """Say whether the values name their subject a natural person 自然人."""
    return holds_label(values, item.natural_person_labels)
