"""公开与共享范围 (disclosure): what an audience is given of a record on a day, out of the rules that exist.

These are the openness of the item, its public fields, 共享目录, and what became of the record. One row a decision:

| who | records | source |
|---|---|---|
| public | those of `projections.records.is_public`, nothing else | domain.md R22, R25 |
| credit service | those, and of restricted items usable ones if the entry names it | R31; no other hidden one: ours |
| department | those, and usable ones if the item's entry names it | R6, R73 |
| department, its own | usable ones; also masked, withheld, being considered | ours: it goes on working on them |
| subject | all of its own, ended ones too | domain.md 6 (个人信息保护法 第四十五条 by analogy), 8.2 |
| judicial, auditor | all | R14; that 共享目录 does not bind organs of justice is ours |

A record is *usable* once it is in force, until it ends, is masked, or its period is over: repair stops 公示、共享、使用
(domain.md 0.3), what was revoked was never valid, and 查询期限 of adverse items is 公示期内 or 列入期间 (ours: of all).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto, unique
from typing import Final

from ledger.catalogue import CatalogueItem, Field, FieldKind, Openness
from ledger.domain.events import Erased
from ledger.domain.gist import Items
from ledger.domain.publicity import period_of, publicity_by_class, standard_of
from ledger.rulebook.book import Rulebook
from ledger.rulebook.sharing import Recipient, SharingCatalogue, SharingEntry, SharingMethod
from projections.audiences import Auditor, CreditService, Department, Judicial, OwnSubject, Viewer
from projections.masking import mask_name, mask_number, mask_resident_ids
from projections.records import RecordView, is_public
from verify.strict import JsonValue


@unique
class Personal(Enum):
    """个人信息 (personal value) in a field: what is masked, and how."""

    REPRESENTATIVE = auto()
    """法定代表人, 负责人: public in company registers, but still personal: masked by default (domain.md 6)."""
    PERSON = auto()
    """Somebody else: the other party, those responsible, the person whom an item for natural persons is about."""
    CERTIFICATE = auto()
    """证件类型, 证件号码: never public (domain.md 3.2)."""


PERSONAL_FIELDS: Final[Mapping[str, Personal]] = {
    "FRDB": Personal.REPRESENTATIVE,
    "FZR": Personal.REPRESENTATIVE,
    "ZJLX": Personal.CERTIFICATE,
    "ZJHM": Personal.CERTIFICATE,
    "SFZH": Personal.CERTIFICATE,
    "DFDSR": Personal.PERSON,
    "ZRR": Personal.PERSON,
}
"""By the last part of a field's code: the official codes of domain.md 3.2 and 3.3, and those made like them."""


@unique
class Reach(Enum):
    """How far beyond the public fields somebody sees."""

    PUBLIC = auto()
    PERSONAL = auto()
    """Also the personal ones, masked, so that two papers can be compared."""
    ALL = auto()


@dataclass(frozen=True, slots=True)
class Grant:
    """What is given of a record."""

    reach: Reach
    masked: frozenset[Personal] = frozenset(Personal)
    """Identity numbers in other texts are masked as soon as certificates are."""
    history: bool = False
    """Whether the numbers of all its entries are given."""
    condition: str | None = None
    """有条件共享: the condition, which whoever asks is bound by."""


EVERYBODY: Final = Grant(Reach.PUBLIC)
SHARED: Final = Grant(Reach.PERSONAL)
"""无条件共享: the public fields; masked personal ones because the department named its purpose and case (ours)."""
SHARED_ON_CONDITION: Final = Grant(Reach.ALL)
"""有条件共享: the other fields too; purpose and case number are how the condition is met and later checked (ours)."""
PROVIDER: Final = Grant(Reach.ALL, frozenset())
"""信息提供单位: it wrote all of it."""
OWN: Final = Grant(Reach.ALL, frozenset({Personal.PERSON, Personal.CERTIFICATE}), history=True)
"""The subject knows its own representative and must be able to object to a wrong name; the rest is others' (ours)."""
EVERYTHING: Final = Grant(Reach.ALL, frozenset(), history=True)


def grant(viewer: Viewer, view: RecordView, items: Items, book: Rulebook, day: date) -> Grant | None:
    """What `viewer` is given of a record on a day; None: not even that there is one."""
    given = EVERYBODY if is_public(view, items, book, day) else None
    match viewer:
        case OwnSubject():
            given = OWN
        case Judicial() | Auditor():
            given = EVERYTHING
        case Department(unit=view.state.issuer) if not _over(view, items, book, day):
            given = PROVIDER
        case Department() | CreditService() if is_usable(view, items, book, day):
            given = _shared(viewer, view, items, book, day) or given
    return given


def is_usable(view: RecordView, items: Items, book: Rulebook, day: date) -> bool:
    """Say whether a record may be shared and used on a day, as far as it does not depend on who asks."""
    state = view.state
    undecided = state.filing is None or isinstance(view.values, Erased)
    hidden = state.mask is not None or state.terms.withheld is not None or state.terms_erased
    hidden = hidden or state.withdrawn_on is not None
    return not (undecided or hidden or _over(view, items, book, day))


def publicity_end(view: RecordView, items: Items, book: Rulebook) -> date | None:
    """The last day of the record's publicity, or on its list; None where no day is known to end it."""
    shown, last = _period(view, items, book)
    return last if shown else None


def values_given(grant: Grant, item: CatalogueItem, values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The values of a record by field, in catalogue order, masked as the grant says; what has none is left out."""
    given = {
        field.code: _given(grant, field, personal(item, field), value)
        for field in item.fields
        if (field.public or grant.reach is not Reach.PUBLIC) and (value := values.get(field.code)) is not None
    }
    return {code: value for code, value in given.items() if value is not None}


def personal(item: CatalogueItem, field: Field) -> Personal | None:
    """What kind of personal value a field holds; a subject whose name is not public is a person."""
    if field.code == item.subject_name_field and not field.public:
        return Personal.PERSON
    return PERSONAL_FIELDS.get(field.code.rpartition("_")[2])


def _given(grant: Grant, field: Field, kind: Personal | None, value: JsonValue) -> JsonValue:
    if not field.public and grant.reach is Reach.PERSONAL and kind is None:
        return None
    if kind in grant.masked:
        if not isinstance(value, str) or field.kind is not FieldKind.TEXT:
            return None  # a label has no part that could be left out
        return mask_number(value) if kind is Personal.CERTIFICATE else mask_name(value)
    if Personal.CERTIFICATE in grant.masked and isinstance(value, str) and field.kind is FieldKind.TEXT:
        return mask_resident_ids(value)
    return value


def _over(view: RecordView, items: Items, book: Rulebook, day: date) -> bool:
    """Whether it has ended, was dropped, or its period is over although nobody has said so yet."""
    state = view.state
    dropped = state.listing is not None and state.listing.dropped
    _shown, last = _period(view, items, book)
    return bool(state.endings) or dropped or (last is not None and last < day)


def _period(view: RecordView, items: Items, book: Rulebook) -> tuple[bool, date | None]:
    """Whether a period of publicity or listing runs, and its last day; of what is not shown, of the longest one."""
    state = view.state
    standard = standard_of(state, book)
    if standard is not None:
        period = period_of(state, standard)
        return period is not None, None if period is None else period.ends_on
    item = items.get((state.item, state.item_version))
    publicity = None if item is None else publicity_by_class(state, item, book)
    if publicity is None:
        return False, None
    return publicity.shown, publicity.ends_on if publicity.shown else publicity.longest_on


def _shared(
    viewer: Department | CreditService, view: RecordView, items: Items, book: Rulebook, day: date
) -> Grant | None:
    """What 共享目录 gives of a usable record; None: nothing."""
    entry = _entry(book, view.state.item, day, viewer.recipients)
    if entry is None:
        return None
    if isinstance(viewer, Department):
        return SHARED if entry.condition is None else replace(SHARED_ON_CONDITION, condition=entry.condition)
    item = items.get((view.state.item, view.item_version))
    restricted = item is not None and item.openness is Openness.RESTRICTED
    return replace(EVERYBODY, condition=entry.condition) if restricted else None


def _entry(book: Rulebook, item: str, day: date, recipients: frozenset[Recipient]) -> SharingEntry | None:
    """The entry of 共享目录 in force on the day that gives the item to all of `recipients`, by 在线查询: a view is one.

    不予共享 has an empty scope.
    """
    in_force = [rule for rule in book.of(SharingCatalogue) if rule.effective_from <= day.isoformat()]
    newest = max(in_force, key=lambda rule: (rule.effective_from, rule.version), default=None)
    entry = None if newest is None else newest.entry(item)
    if entry is None or SharingMethod.QUERY not in entry.method or not recipients <= frozenset(entry.scope):
        return None
    return entry
