"""The types of statement that this version of the format knows, and what each names in `about`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from verify.errors import Malformed
from verify.statement import Statement
from verify.strict import JsonValue


class StatementType(StrEnum):
    """Every type of statement this version of the format knows."""

    LEDGER_OPENED = "ledger.opened"
    DEPARTMENT_REGISTERED = "department.registered"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    CATALOGUE_PUBLISHED = "catalogue.published"
    RULES_PUBLISHED = "rules.published"
    RECORD_FILED = "record.filed"
    RECORD_CORRECTED = "record.corrected"
    RECORD_REVOKED = "record.revoked"
    OBJECTION_RAISED = "objection.raised"
    OBJECTION_RESOLVED = "objection.resolved"


ADMINISTRATIVE = frozenset(
    {
        StatementType.LEDGER_OPENED,
        StatementType.DEPARTMENT_REGISTERED,
        StatementType.KEY_ROTATED,
        StatementType.KEY_REVOKED,
        StatementType.CATALOGUE_PUBLISHED,
        StatementType.RULES_PUBLISHED,
    }
)
"""Types that advance the ledger's own stream and change the registry; all others advance a record's stream."""

ABOUT: Mapping[StatementType, tuple[frozenset[str], frozenset[str]]] = {
    StatementType.LEDGER_OPENED: (frozenset({"log", "operator"}), frozenset({"clock"})),
    StatementType.DEPARTMENT_REGISTERED: (frozenset({"department", "key"}), frozenset()),
    StatementType.KEY_ROTATED: (frozenset({"department", "key", "replaces"}), frozenset()),
    StatementType.KEY_REVOKED: (frozenset({"department", "key"}), frozenset()),
    StatementType.CATALOGUE_PUBLISHED: (frozenset({"catalogue"}), frozenset()),
    StatementType.RULES_PUBLISHED: (frozenset({"rules"}), frozenset()),
    StatementType.RECORD_FILED: (frozenset({"catalogue", "record"}), frozenset()),
    StatementType.RECORD_CORRECTED: (frozenset({"catalogue", "record"}), frozenset({"objection"})),
    StatementType.RECORD_REVOKED: (frozenset({"record"}), frozenset({"objection", "superseded_by"})),
    StatementType.OBJECTION_RAISED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.OBJECTION_RESOLVED: (frozenset({"objection", "record"}), frozenset()),
}
"""Members of `about`: those that must be there and those that may."""

_CATALOGUE = frozenset({"item", "version"})
_ITEM = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
"""Names of catalogue items are slugs: a sentence in their place would stand in the log for ever."""

_RULES = frozenset({"name", "version"})
_RULE = re.compile(r"(?=.{1,64}\Z)[a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class CatalogueRef:
    """A version of a catalogue item, as `about.catalogue` names it."""

    item: str
    version: int

    @classmethod
    def of(cls, about: Mapping[str, JsonValue]) -> CatalogueRef:
        """Read ``about.catalogue``."""
        # Twice for every entry of an audit, where a match statement takes four times as long.
        value = about.get("catalogue")
        if isinstance(value, dict) and value.keys() == _CATALOGUE:
            item, version = value["item"], value["version"]
            if isinstance(item, str) and type(version) is int and version > 0 and _ITEM.fullmatch(item):
                return cls(item, version)
        raise Malformed(
            "about/catalogue", 'must be {"item": <lower-case words joined by hyphens>, "version": <number from 1>}'
        )


@dataclass(frozen=True, slots=True)
class RulesRef:
    """A version of a rule, as `about.rules` names it: ``calendar/2026``, ``repair/order-36``."""

    name: str
    version: int

    @classmethod
    def of(cls, about: Mapping[str, JsonValue]) -> RulesRef:
        """Read ``about.rules``."""
        value = about.get("rules")
        if isinstance(value, dict) and value.keys() == _RULES:
            name, version = value["name"], value["version"]
            if isinstance(name, str) and type(version) is int and version > 0 and _RULE.fullmatch(name):
                return cls(name, version)
        raise Malformed("about/rules", 'must be {"name": <kind>/<lower-case words>, "version": <number from 1>}')


def publication(kind: StatementType, statement: Statement) -> tuple[str, int]:
    """Name and version of the catalogue item or rule that is published."""
    if kind is StatementType.CATALOGUE_PUBLISHED:
        item = CatalogueRef.of(statement.about)
        return item.item, item.version
    rule = RulesRef.of(statement.about)
    return rule.name, rule.version


def statement_type(statement: Statement) -> StatementType:
    """The statement's type; raises `Malformed` for one this version does not know."""
    try:
        return StatementType(statement.type)
    except ValueError:
        raise Malformed("type", f"{statement.type} is not a statement type of this version") from None
