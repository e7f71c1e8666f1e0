"""信用修复规则的定义 (definition of repair rules): conditions, clocks and ban of one generation, read and written.

The definition is plain JSON without floats, fit for RFC 8785, because a ledger takes it over by committing it. What a
definition rests on that could not be confirmed is named in its `unconfirmed`: a default, to be replaced by the text.

`ledger.rulebook.repair` says what follows from the rules and is the module to import from.

Errors: reading raises `DefinitionFault` and nothing else.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum, unique
from importlib.resources import files
from typing import Final

from ledger.definition import (
    read_choice,
    read_day,
    read_list,
    read_members,
    read_slug,
    read_text,
    read_whole,
    refuse,
)
from ledger.rulebook.publicity_rules import MAX_MONTHS, lists_definition, read_unconfirmed
from verify.strict import JsonValue

# Some four years: no act gives an authority more days for an answer.
MAX_CLOCK: Final = 1_000

_NEEDED: Final = frozenset(
    {"name", "version", "zh", "basis", "effective_from", "publicity", "clocks", "ban", "conditions"}
)


@unique
class RepairCondition(StrEnum):
    """信用修复条件 (condition of repair)."""

    SHORTEST_PERIOD = "shortest-period"
    """达到最短公示期限."""
    CORRECTED = "corrected"
    """纠正失信行为并完全履行义务."""
    COMMITMENT = "commitment"
    """公开作出信用承诺."""
    OTHER = "other"
    """法律、行政法规、部门规章规定的其他条件."""


@dataclass(frozen=True, slots=True)
class ConditionRule:
    """修复条件 (condition), as the rule words it."""

    condition: RepairCondition
    zh: str
    citation: str


@dataclass(frozen=True, slots=True)
class RepairClocks:
    """办理时限 (clocks), in working days."""

    push: int
    """推送: from the application to the determining unit."""
    accept: int
    """受理: from the push."""
    decide: int
    """反馈结果: from the application."""
    extension: int | None
    """延长: so many more, once; None: none is known."""
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ban:
    """不得申请 (ban) after abuse, in months of the calendar."""

    months: int
    citation: str
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RepairRules:
    """信用修复规则 (repair rules): one version of one generation; build it with `parse_repair`."""

    name: str
    version: int
    zh: str
    basis: str
    effective_from: date
    effective_until: date | None
    """The last day on which an application falls under these rules; None: no end is known."""
    publicity: str
    """Name of the publicity rules that the shortest period is read from."""
    clocks: RepairClocks
    ban: Ban
    conditions: tuple[ConditionRule, ...]
    unconfirmed: tuple[str, ...]
    """Keys whose value is a default from memory; clocks and ban have their own."""

    def in_force(self, day: date) -> bool:
        """Say whether an application made on the day falls under these rules."""
        return self.effective_from <= day and (self.effective_until is None or day <= self.effective_until)


def parse_repair(definition: JsonValue) -> RepairRules:
    """Read a definition strictly; raises `DefinitionFault` for what is unknown, missing, misplaced or there twice."""
    parts = read_members(definition, "$", _NEEDED, {"effective_until", "unconfirmed"})
    start = read_day(parts["effective_from"], "$.effective_from")
    until = read_day(parts["effective_until"], "$.effective_until") if "effective_until" in parts else None
    if until is not None and until < start:
        refuse("$.effective_until", "The last day is before the first.", "Give a later day, or leave it out.")
    conditions = read_list(parts["conditions"], "$.conditions", _condition)
    for index, each in enumerate(conditions):
        if each.condition in [earlier.condition for earlier in conditions[:index]]:
            refuse(f"$.conditions[{index}].condition", "This condition is there already.", "Leave one of them out.")
    ban = read_members(parts["ban"], "$.ban", {"months", "citation"}, {"unconfirmed"})
    return RepairRules(
        name=read_slug(parts["name"], "$.name"),
        version=read_whole(parts["version"], "$.version"),
        zh=read_text(parts["zh"], "$.zh"),
        basis=read_text(parts["basis"], "$.basis"),
        effective_from=start,
        effective_until=until,
        publicity=read_slug(parts["publicity"], "$.publicity"),
        clocks=_clocks(parts["clocks"], "$.clocks"),
        ban=Ban(
            months=read_whole(ban["months"], "$.ban.months", 1, MAX_MONTHS),
            citation=read_text(ban["citation"], "$.ban.citation"),
            unconfirmed=read_unconfirmed(ban, "$.ban"),
        ),
        conditions=conditions,
        unconfirmed=read_unconfirmed(parts, "$"),
    )


def repair_definition(rules: RepairRules) -> dict[str, JsonValue]:
    """Write the rules as plain JSON, absent parts left out; the inverse of `parse_repair`."""
    until = {} if rules.effective_until is None else {"effective_until": rules.effective_until.isoformat()}
    clocks = rules.clocks
    extension: dict[str, JsonValue] = {} if clocks.extension is None else {"extension": clocks.extension}
    return {
        "name": rules.name,
        "version": rules.version,
        "zh": rules.zh,
        "basis": rules.basis,
        "effective_from": rules.effective_from.isoformat(),
        **until,
        "publicity": rules.publicity,
        **lists_definition(unconfirmed=rules.unconfirmed),
        "clocks": {
            "push": clocks.push,
            "accept": clocks.accept,
            "decide": clocks.decide,
            **extension,
            **lists_definition(unconfirmed=clocks.unconfirmed),
        },
        "ban": {
            "months": rules.ban.months,
            "citation": rules.ban.citation,
            **lists_definition(unconfirmed=rules.ban.unconfirmed),
        },
        "conditions": [
            {"condition": each.condition.value, "zh": each.zh, "citation": each.citation} for each in rules.conditions
        ],
    }


def shipped_repair() -> tuple[dict[str, JsonValue], ...]:
    """Read the definitions that come with Kesu, in the order in which they came into force."""
    folder = files("ledger.rules") / "repair"
    sources = (path.read_text("utf-8") for path in folder.iterdir() if path.name.endswith(".toml"))
    generations = [parse_repair(tomllib.loads(source)) for source in sources]
    generations.sort(key=lambda each: (each.effective_from, each.name, each.version))
    return tuple(repair_definition(each) for each in generations)


def _clocks(value: JsonValue, path: str) -> RepairClocks:
    parts = read_members(value, path, {"push", "accept", "decide"}, {"extension", "unconfirmed"})
    push, accept, decide = (
        read_whole(parts[key], f"{path}.{key}", 1, MAX_CLOCK) for key in ("push", "accept", "decide")
    )
    extension = read_whole(parts["extension"], f"{path}.extension", 1, MAX_CLOCK) if "extension" in parts else None
    return RepairClocks(push, accept, decide, extension, read_unconfirmed(parts, path))


def _condition(value: JsonValue, path: str) -> ConditionRule:
    parts = read_members(value, path, {"condition", "zh", "citation"})
    return ConditionRule(
        condition=read_choice(parts["condition"], f"{path}.condition", RepairCondition),
        zh=read_text(parts["zh"], f"{path}.zh"),
        citation=read_text(parts["citation"], f"{path}.citation"),
    )
