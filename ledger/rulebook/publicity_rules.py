"""公示规则的定义 (definition of publicity rules): the classes of dishonesty with their periods, read and written.

The definition is plain JSON without floats, fit for RFC 8785, because a ledger takes it over by committing it. What a
definition rests on that could not be confirmed is named in its `unconfirmed`: a default, to be replaced by the text.

`ledger.rulebook.publicity` says what follows from the rules and is the module to import from.

Errors: reading raises `DefinitionFault` and nothing else.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from importlib.resources import files
from typing import Final

from ledger.definition import (
    read_choice,
    read_day,
    read_flag,
    read_list,
    read_members,
    read_slug,
    read_text,
    read_whole,
    refuse,
)
from verify.strict import JsonValue

# A century: no act shows a record for longer.
MAX_MONTHS: Final = 1_200

_NEEDED: Final = frozenset(
    {"name", "version", "zh", "basis", "effective_from", "summary_procedure", "withholding", "classes"}
)
_SUMMARY_NEEDED: Final = frozenset({"class", "never_shown", "kinds", "citation"})
_CLASS_NEEDED: Final = frozenset({"class", "zh", "citation", "shown"})
_CLASS_OPTIONAL: Final = frozenset({"shortest_months", "longest_months", "kinds", "sectors"})


@unique
class DishonestyClass(StrEnum):
    """失信信息分类 (class of dishonesty), from the least to the most serious."""

    MINOR = "minor"
    """轻微."""
    ORDINARY = "ordinary"
    """一般."""
    SERIOUS = "serious"
    """严重."""


@unique
class WithheldReason(StrEnum):
    """不予公开的理由 (reason for not publishing): what the secrecy gate may find, 政府信息公开条例 第十四、十五条."""

    STATE_SECRET = "state-secret"  # noqa: S105
    """国家秘密."""
    FORBIDDEN_BY_LAW = "forbidden-by-law"
    """法律、行政法规禁止公开."""
    PUBLIC_SECURITY = "public-security"
    """国家安全、公共安全、经济安全、社会稳定."""
    TRADE_SECRET = "trade-secret"  # noqa: S105
    """商业秘密."""
    PERSONAL_PRIVACY = "personal-privacy"
    """个人隐私."""


@dataclass(frozen=True, slots=True)
class ClassRule:
    """分类公示期 (class with its periods); build it with `parse_publicity`."""

    dishonesty_class: DishonestyClass
    zh: str
    citation: str
    shown: bool
    """Shown by default; otherwise only for a recorded need."""
    shortest_months: int | None
    """最短公示期; None: there is none, a repair can be applied for at once."""
    longest_months: int | None
    """最长公示期; None: a record of this class is never shown."""
    kinds: tuple[str, ...]
    """处罚类别 (labels of CF_CFLB) that propose this class."""
    sectors: tuple[str, ...]
    """领域 that raise a proposal above minor to this class."""
    unconfirmed: tuple[str, ...]
    """Keys whose value is a default from memory."""


@dataclass(frozen=True, slots=True)
class SummaryProcedure:
    """简易程序 (summary procedure, 行政处罚法 第五十一条): the class it proposes, or that it is never shown."""

    proposes: DishonestyClass
    never_shown: bool
    kinds: tuple[str, ...]
    """处罚类别 (labels of CF_CFLB) that the procedure may impose."""
    citation: str

    def allows(self, penalty_kinds: Collection[str]) -> bool:
        """Say whether the procedure may impose all of the kinds."""
        return set(penalty_kinds) <= set(self.kinds)


@dataclass(frozen=True, slots=True)
class PublicityRules:
    """公示规则 (publicity rules): one version of one generation; build it with `parse_publicity`."""

    name: str
    version: int
    zh: str
    basis: str
    effective_from: date
    summary_procedure: SummaryProcedure
    withholding: tuple[tuple[WithheldReason, str], ...]
    """The law behind each reason, in the order of the reasons."""
    classes: tuple[ClassRule, ...]
    """All three, from the least to the most serious."""
    unconfirmed: tuple[str, ...]
    """Keys whose value is a default from memory; each class has its own."""

    def of(self, dishonesty_class: DishonestyClass) -> ClassRule:
        """Find the rule of a class."""
        return self.classes[severity(dishonesty_class)]


def parse_publicity(definition: JsonValue) -> PublicityRules:
    """Read a definition strictly; raises `DefinitionFault` for what is unknown, missing, misplaced or there twice."""
    parts = read_members(definition, "$", _NEEDED, {"unconfirmed"})
    summary = read_members(parts["summary_procedure"], "$.summary_procedure", _SUMMARY_NEEDED)
    laws = read_members(parts["withholding"], "$.withholding", {reason.value for reason in WithheldReason})
    classes = read_list(parts["classes"], "$.classes", _class)
    if [rule.dishonesty_class for rule in classes] != list(DishonestyClass):
        wanted = ", ".join(DishonestyClass)
        refuse("$.classes", "These are not the three classes in order.", f"Give {wanted}, each once.")
    for key, lists in (("kinds", [rule.kinds for rule in classes]), ("sectors", [rule.sectors for rule in classes])):
        every = [each for names in lists for each in names]
        if len(set(every)) < len(every):
            refuse("$.classes", f"Two classes share one of their {key}.", "Leave it in one of them.")
    return PublicityRules(
        name=read_slug(parts["name"], "$.name"),
        version=read_whole(parts["version"], "$.version"),
        zh=read_text(parts["zh"], "$.zh"),
        basis=read_text(parts["basis"], "$.basis"),
        effective_from=read_day(parts["effective_from"], "$.effective_from"),
        summary_procedure=SummaryProcedure(
            proposes=read_choice(summary["class"], "$.summary_procedure.class", DishonestyClass),
            never_shown=read_flag(summary["never_shown"], "$.summary_procedure.never_shown"),
            kinds=read_list(summary["kinds"], "$.summary_procedure.kinds", read_text),
            citation=read_text(summary["citation"], "$.summary_procedure.citation"),
        ),
        withholding=tuple((each, read_text(laws[each], f"$.withholding.{each}")) for each in WithheldReason),
        classes=classes,
        unconfirmed=read_unconfirmed(parts, "$"),
    )


def publicity_definition(rules: PublicityRules) -> dict[str, JsonValue]:
    """Write the rules as plain JSON, absent parts left out; the inverse of `parse_publicity`."""
    withholding: dict[str, JsonValue] = {reason.value: law for reason, law in rules.withholding}
    classes: list[JsonValue] = [_class_definition(rule) for rule in rules.classes]
    return {
        "name": rules.name,
        "version": rules.version,
        "zh": rules.zh,
        "basis": rules.basis,
        "effective_from": rules.effective_from.isoformat(),
        **lists_definition(unconfirmed=rules.unconfirmed),
        "summary_procedure": {
            "class": rules.summary_procedure.proposes.value,
            "never_shown": rules.summary_procedure.never_shown,
            "kinds": list(rules.summary_procedure.kinds),
            "citation": rules.summary_procedure.citation,
        },
        "withholding": withholding,
        "classes": classes,
    }


def shipped_publicity() -> tuple[dict[str, JsonValue], ...]:
    """Read the definitions that come with Kesu, in the order in which they came into force."""
    folder = files("ledger.rules") / "publicity"
    sources = (path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml"))
    generations = [parse_publicity(tomllib.loads(source)) for source in sources]
    generations.sort(key=lambda each: (each.effective_from, each.name, each.version))
    return tuple(publicity_definition(each) for each in generations)


def severity(dishonesty_class: DishonestyClass) -> int:
    """Rank a class, the least serious as 0."""
    return list(DishonestyClass).index(dishonesty_class)


def read_unconfirmed(parts: Mapping[str, JsonValue], path: str) -> tuple[str, ...]:
    """未经核实 (unconfirmed): the names of the keys beside it whose value is a default from memory."""

    def read(value: JsonValue, place: str) -> str:
        key = read_text(value, place)
        if key == "unconfirmed" or key not in parts:
            refuse(place, "There is no such key beside this one.", "Name a key whose value is not confirmed.")
        return key

    return read_list(parts["unconfirmed"], f"{path}.unconfirmed", read) if "unconfirmed" in parts else ()


def lists_definition(**lists: tuple[str, ...]) -> dict[str, JsonValue]:
    """Write lists of text under their keys, those without elements left out."""
    return {key: list(names) for key, names in lists.items() if names}


def _class(value: JsonValue, path: str) -> ClassRule:
    parts = read_members(value, path, _CLASS_NEEDED, _CLASS_OPTIONAL | {"unconfirmed"})
    shown = read_flag(parts["shown"], f"{path}.shown")
    shortest, longest = (
        read_whole(parts[key], f"{path}.{key}", 1, MAX_MONTHS) if key in parts else None
        for key in ("shortest_months", "longest_months")
    )
    if shown and longest is None:
        refuse(f"{path}.longest_months", "What is shown must end.", "Add the longest period in months.")
    if shortest is not None and (longest is None or longest < shortest):
        refuse(f"{path}.shortest_months", "This is longer than the longest period.", "Give fewer months.")
    return ClassRule(
        dishonesty_class=read_choice(parts["class"], f"{path}.class", DishonestyClass),
        zh=read_text(parts["zh"], f"{path}.zh"),
        citation=read_text(parts["citation"], f"{path}.citation"),
        shown=shown,
        shortest_months=shortest,
        longest_months=longest,
        kinds=read_list(parts["kinds"], f"{path}.kinds", read_text) if "kinds" in parts else (),
        sectors=read_list(parts["sectors"], f"{path}.sectors", read_text) if "sectors" in parts else (),
        unconfirmed=read_unconfirmed(parts, path),
    )


def _class_definition(rule: ClassRule) -> dict[str, JsonValue]:
    periods = {"shortest_months": rule.shortest_months, "longest_months": rule.longest_months}
    return {
        "class": rule.dishonesty_class.value,
        "zh": rule.zh,
        "citation": rule.citation,
        "shown": rule.shown,
        **{key: months for key, months in periods.items() if months is not None},
        **lists_definition(kinds=rule.kinds, sectors=rule.sectors, unconfirmed=rule.unconfirmed),
    }
