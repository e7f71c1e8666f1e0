"""名单认定标准 (standards of lists): who is put on a list by which procedure, for how long, and to what effect.

Each list is governed by a standard, named like the item of the collection catalogue that its entries are records of.
Numbers and cases are data; each says whether it is confirmed or 本平台默认，可配置.

拟列入告知 → 陈述申辩 → 列入决定 → 公布 → 移出. Lists of associations and financial institutions are reference only
(京政发〔2017〕15号: 提供给政府部门参考使用) and never bring a mandatory measure.

Not here: entries and their course, the measures themselves, and who may decide.

Errors: reading raises `DefinitionFault`, a period past the last day of dates `BeyondCalendar`, other faults ValueError.
"""

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from functools import partial
from importlib.resources import files
from typing import Final

from ledger import definition as strict
from ledger.definition import refuse
from ledger.rulebook.calendar import Deadline, WorkingCalendar, calendar_deadline
from verify.strict import JsonValue

# A hundred years in months: what is longer is no period.
MAX_LENGTH: Final = 1_200

_HEAD: Final = ("name", "version", "zh", "basis", "effective_from", "kind", "source", "signers")
_NEEDED: Final = (*_HEAD, "effects", "removals", "restorable", "mandatory_measures", "criteria")
_SCOPE: Final = ("industries", "regions")
_MONTHS: Final = dict.fromkeys(("shortest", "longest", "prolonged_by"), "months")
_TERMS: Final = dict.fromkeys(("defence", "publish"), "working_days") | _MONTHS


@unique
class ListKind(StrEnum):
    """名单性质 (kind of list): what being on it means."""

    SANCTION = "sanction"
    """失信惩戒."""
    ATTENTION = "attention"
    """重点关注: below the standard of a sanction; supervision that fits."""
    NOTICE = "notice"
    """提示公众: 经营异常."""
    HONOUR = "honour"
    """守信激励."""


@unique
class SourceClass(StrEnum):
    """来源类别 (class of source): who keeps the list."""

    GOVERNMENT = "government"
    JUDICIAL = "judicial"
    SOCIAL = "social"
    """协会商会、金融机构、征信机构: reference only."""


@unique
class Removal(StrEnum):
    """移出 (removal): a way in which an entry ends."""

    EXPIRY = "expiry"
    """期满移出."""
    EARLY_REPAIR = "early-repair"
    """修复、履行后提前移出."""
    ANNULMENT = "annulment"
    """撤销列入: never valid."""
    CORRECTED = "corrected-removal"
    """更正移出: taken back and, unlike a removal, not shown."""
    DISQUALIFICATION = "disqualification"
    """取消资格: an honour is lost."""
    ESCALATION = "escalation"
    """转为严重失信主体."""

    @property
    def shown(self) -> bool:
        """Say whether the entry and its removal may be shown: not what was never right."""
        return self not in {Removal.CORRECTED, Removal.ANNULMENT}


@dataclass(frozen=True, slots=True)
class Term:
    """期限 (term): a number of working days or months, and where it comes from."""

    length: int
    confirmed: bool
    """False: 本平台默认，可配置, or from memory."""
    source: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """列入情形 (case): a reason to be put on the list, labelled as in the catalogue item."""

    code: str
    zh: str
    ends: bool = True
    """False: no period ends it; the entry stands until the duty is done."""


@dataclass(frozen=True, slots=True)
class ListStandard:
    """名单认定标准 (standard of a list): one version of it; build it with `parse_list`."""

    name: str
    version: int
    zh: str
    basis: str
    effective_from: date
    kind: ListKind
    source: SourceClass
    signers: int
    """How many sign the decision."""
    effects: tuple[str, ...]
    removals: tuple[Removal, ...]
    restorable: bool
    """恢复: an early removal that rested on false material is revoked, and the entry stands again."""
    shown_after_removal: bool
    """移出后继续公示: an entry that was removed is still shown, as removed; one taken back as wrong never is."""
    mandatory_measures: bool
    """强制性措施: whether the list may bring one about; each still needs a basis of its own."""
    criteria: tuple[Criterion, ...]
    criteria_source: str
    criteria_confirmed: bool
    industries: tuple[str, ...] = ()
    """Empty: every industry, as `regions` every region."""
    regions: tuple[str, ...] = ()
    defence: Term | None = None
    """陈述申辩: working days after the notice of intent; None: no notice comes before the decision."""
    publish: Term | None = None
    """Working days from the decision; None: the list is not published."""
    shortest: Term | None = None
    """Months before an early removal; None: at once, when the duty is done."""
    longest: Term | None = None
    """Months after which the entry expires; None: it does not."""
    prolonged_by: Term | None = None
    """延长: the most months by which a decision can put off the end."""


@dataclass(frozen=True, slots=True)
class ListingPeriod:
    """列入期间 (period on a list), with the name and version of the standard it rests on."""

    standard: tuple[str, int]
    earliest_removal: date | None
    """The last day of the shortest period; None where there is none, or no early removal."""
    ends_on: date | None
    """The last day on the list; None where no period ends it."""


def listing_period(
    standard: ListStandard, decided_on: date, cases: Collection[str] = (), prolonged_by: int = 0
) -> ListingPeriod:
    """Find how long an entry stands, from the day of the decision (令第36号: 自认定之日起计算), which does not count.

    `cases` are codes of criteria, needed where some of them never end: one of these is enough. Raises ValueError for a
    case that is unknown or missing and for a prolongation (months) that the standard does not have.
    """
    endless = {each.code for each in standard.criteria if not each.ends}
    if unknown := set(cases) - {each.code for each in standard.criteria}:
        raise ValueError(f"{standard.name} has no case {min(unknown)}")
    if endless and not cases:
        raise ValueError(f"{standard.name} has cases without an end: name the cases of the decision")
    if not 0 <= prolonged_by <= (standard.prolonged_by.length if standard.prolonged_by else 0):
        raise ValueError(f"{standard.name} does not allow {prolonged_by} months more")
    earliest = calendar_deadline(decided_on, months=standard.shortest.length) if standard.shortest else None
    ends = None
    if standard.longest is not None and endless.isdisjoint(cases):
        ends = calendar_deadline(decided_on, months=standard.longest.length + prolonged_by)
    return ListingPeriod((standard.name, standard.version), earliest, ends)


def defence_deadline(standard: ListStandard, calendar: WorkingCalendar, notified_on: date) -> Deadline | None:
    """陈述申辩期限: the last day for statement and defence; None where no notice comes before the decision."""
    return None if standard.defence is None else calendar.working_deadline(notified_on, standard.defence.length)


def publication_deadline(standard: ListStandard, calendar: WorkingCalendar, decided_on: date) -> Deadline | None:
    """公布期限: the last day to publish the entry; None for a list that is not published."""
    return None if standard.publish is None else calendar.working_deadline(decided_on, standard.publish.length)


def may_trigger(standard: ListStandard, *, mandatory: bool, source: SourceClass | None = None) -> bool:
    """Say whether an entry may bring about such a measure; what comes from a social source is reference only.

    `source` is the entry's own where it differs: a list of the government can hold entries from society.
    """
    social = SourceClass.SOCIAL in {standard.source, source}
    return not mandatory or (standard.mandatory_measures and not social)


def parse_list(definition: JsonValue) -> ListStandard:
    """Read a definition strictly; raises `DefinitionFault` for what is unknown, missing or contradicts itself."""
    parts = strict.read_members(definition, "$", _NEEDED, (*_TERMS, *_SCOPE, "shown_after_removal"))
    criteria = strict.read_members(parts["criteria"], "$.criteria", ("confirmed", "source", "cases"))
    texts = {key: strict.read_list(parts[key], f"$.{key}", strict.read_text) for key in _SCOPE if key in parts}
    terms = {key: _term(parts[key], f"$.{key}", key) for key in _TERMS if key in parts}
    standard = ListStandard(
        name=strict.read_slug(parts["name"], "$.name"),
        version=strict.read_whole(parts["version"], "$.version"),
        zh=strict.read_text(parts["zh"], "$.zh"),
        basis=strict.read_text(parts["basis"], "$.basis"),
        effective_from=strict.read_day(parts["effective_from"], "$.effective_from"),
        kind=strict.read_choice(parts["kind"], "$.kind", ListKind),
        source=strict.read_choice(parts["source"], "$.source", SourceClass),
        signers=strict.read_whole(parts["signers"], "$.signers", 1, 9),
        effects=strict.read_list(parts["effects"], "$.effects", strict.read_text),
        removals=strict.read_list(parts["removals"], "$.removals", partial(strict.read_choice, choices=Removal)),
        restorable=strict.read_flag(parts["restorable"], "$.restorable"),
        shown_after_removal=strict.read_flag(parts.get("shown_after_removal", False), "$.shown_after_removal"),
        mandatory_measures=strict.read_flag(parts["mandatory_measures"], "$.mandatory_measures"),
        criteria=strict.read_list(criteria["cases"], "$.criteria.cases", _criterion),
        criteria_source=strict.read_text(criteria["source"], "$.criteria.source"),
        criteria_confirmed=strict.read_flag(criteria["confirmed"], "$.criteria.confirmed"),
        industries=texts.get("industries", ()),
        regions=texts.get("regions", ()),
        **terms,
    )
    _refuse_contradictions(standard)
    return standard


def list_definition(standard: ListStandard) -> dict[str, JsonValue]:
    """Write the standard as plain JSON, absent parts left out; the inverse of `parse_list`."""
    cases: list[JsonValue] = [
        {"code": case.code, "zh": case.zh, **({} if case.ends else {"ends": False})} for case in standard.criteria
    ]
    written: dict[str, JsonValue] = {
        "name": standard.name,
        "version": standard.version,
        "zh": standard.zh,
        "basis": standard.basis,
        "effective_from": standard.effective_from.isoformat(),
        "kind": standard.kind.value,
        "source": standard.source.value,
        "signers": standard.signers,
        "effects": [*standard.effects],
        "removals": [removal.value for removal in standard.removals],
        "restorable": standard.restorable,
        "mandatory_measures": standard.mandatory_measures,
        "criteria": {"confirmed": standard.criteria_confirmed, "source": standard.criteria_source, "cases": cases},
    }
    written |= {"shown_after_removal": True} if standard.shown_after_removal else {}
    for key, texts in (("industries", standard.industries), ("regions", standard.regions)):
        written |= {key: [*texts]} if texts else {}
    for key in _TERMS:
        term: Term | None = getattr(standard, key)
        if term is not None:
            written[key] = {_TERMS[key]: term.length, "confirmed": term.confirmed, "source": term.source}
    return written


def shipped_lists() -> tuple[dict[str, JsonValue], ...]:
    """Read the definitions that come with Kesu, in the order of names; `parse_list` has taken each."""
    folder = files("ledger.rules") / "lists"
    sources = (path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml"))
    standards = sorted((parse_list(tomllib.loads(source)) for source in sources), key=lambda each: each.name)
    return tuple(list_definition(standard) for standard in standards)


def _refuse_contradictions(standard: ListStandard) -> None:
    each, repair = standard, Removal.EARLY_REPAIR in standard.removals
    sanction, social = each.kind is ListKind.SANCTION, each.source is SourceClass.SOCIAL
    mild = each.kind in {ListKind.ATTENTION, ListKind.HONOUR}
    unheard = sanction and each.source is SourceClass.GOVERNMENT and each.defence is None
    endless, expires = each.longest is None, Removal.EXPIRY in each.removals
    codes = [case.code for case in each.criteria]
    too_short = each.shortest and each.longest and each.shortest.length > each.longest.length
    for broken, key, rule in (
        (each.mandatory_measures and social, "mandatory_measures", "A list of a social source is reference only."),
        (each.mandatory_measures and mild, "mandatory_measures", "Attention and honour bring no mandatory measure."),
        (sanction and each.signers == 1, "signers", "Two sign a decision that brings sanctions."),
        (unheard, "defence", "A department hears the subject before a decision that brings sanctions."),
        (endless is expires, "longest", "Just what expires has a longest period."),
        (bool(each.shortest) and not repair, "shortest", "A shortest period needs an early removal."),
        (bool(too_short), "shortest", "The shortest period is longer than the longest."),
        (bool(each.prolonged_by) and endless, "prolonged_by", "There is no period to prolong."),
        (each.restorable and not repair, "restorable", "Only an early removal can be undone."),
        (all(removal.shown for removal in each.removals), "removals", "A wrong entry must have a way out."),
        (len(set(codes)) < len(codes), "criteria.cases", "A code stands here twice."),
    ):
        if broken:
            refuse(f"$.{key}", rule, "Mend this key, or what it contradicts.")


def _term(value: JsonValue, path: str, key: str) -> Term:
    unit = _TERMS[key]
    parts = strict.read_members(value, path, (unit, "confirmed", "source"))
    return Term(
        length=strict.read_whole(parts[unit], f"{path}.{unit}", 1, MAX_LENGTH),
        confirmed=strict.read_flag(parts["confirmed"], f"{path}.confirmed"),
        source=strict.read_text(parts["source"], f"{path}.source"),
    )


def _criterion(value: JsonValue, path: str) -> Criterion:
    parts = strict.read_members(value, path, ("code", "zh"), ("ends",))
    ends = strict.read_flag(parts.get("ends", True), f"{path}.ends")
    return Criterion(strict.read_slug(parts["code"], f"{path}.code"), strict.read_text(parts["zh"], f"{path}.zh"), ends)
