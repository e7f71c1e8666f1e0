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
    KEY_ADDED = "key.added"
    KEY_ROTATED = "key.rotated"
    KEY_REVOKED = "key.revoked"
    CATALOGUE_PUBLISHED = "catalogue.published"
    RULES_PUBLISHED = "rules.published"
    REGISTER_DECLARED = "register.declared"
    RECORD_FILED = "record.filed"
    RECORD_CORRECTED = "record.corrected"
    RECORD_CHANGED = "record.changed"
    RECORD_REVOKED = "record.revoked"
    PUBLICITY_DETERMINED = "publicity.determined"
    PUBLICITY_ENDED = "publicity.ended"
    MASK_APPLIED = "mask.applied"
    MASK_LIFTED = "mask.lifted"
    REMEDY_OPENED = "remedy.opened"
    REMEDY_CLOSED = "remedy.closed"
    LISTING_NOTIFIED = "listing.notified"
    LISTING_DEFENDED = "listing.defended"
    LISTING_DROPPED = "listing.dropped"
    LISTING_DECIDED = "listing.decided"
    LISTING_REMOVED = "listing.removed"
    LISTING_EXPIRED = "listing.expired"
    OBJECTION_RAISED = "objection.raised"
    OBJECTION_FORWARDED = "objection.forwarded"
    OBJECTION_EXTENDED = "objection.extended"
    OBJECTION_RESOLVED = "objection.resolved"
    OBJECTION_DELIVERED = "objection.delivered"
    REVIEW_REQUESTED = "review.requested"
    REVIEW_DECIDED = "review.decided"
    REPAIR_APPLIED = "repair.applied"
    REPAIR_FORWARDED = "repair.forwarded"
    REPAIR_ACCEPTED = "repair.accepted"
    REPAIR_DECLINED = "repair.declined"
    REPAIR_EXTENDED = "repair.extended"
    REPAIR_VERIFIED = "repair.verified"
    REPAIR_GRANTED = "repair.granted"
    REPAIR_REFUSED = "repair.refused"
    REPAIR_REVOKED = "repair.revoked"
    BAR_ENDED = "bar.ended"
    DEADLINE_MISSED = "deadline.missed"
    DEADLINE_RECOMPUTED = "deadline.recomputed"
    SUBJECT_LINKED = "subject.linked"
    SUBJECT_SEPARATED = "subject.separated"


ADMINISTRATIVE = frozenset(
    {
        StatementType.LEDGER_OPENED,
        StatementType.DEPARTMENT_REGISTERED,
        StatementType.KEY_ADDED,
        StatementType.KEY_ROTATED,
        StatementType.KEY_REVOKED,
        StatementType.CATALOGUE_PUBLISHED,
        StatementType.RULES_PUBLISHED,
        StatementType.REGISTER_DECLARED,
    }
)
"""Types that advance the ledger's own stream; all but the last change the registry."""

ABOUT_LINKS = frozenset({StatementType.SUBJECT_LINKED, StatementType.SUBJECT_SEPARATED})
"""Types that advance the stream of a link between two subjects; all others advance a record's."""

AUTOMATIC = frozenset(
    {
        StatementType.PUBLICITY_ENDED,
        StatementType.LISTING_EXPIRED,
        StatementType.BAR_ENDED,
        StatementType.DEADLINE_MISSED,
        StatementType.DEADLINE_RECOMPUTED,
    }
)
"""Types that the ledger's clock appends, signed by the operator."""

TWO_SIGN = frozenset(
    {
        StatementType.LISTING_DECIDED,
        StatementType.LISTING_REMOVED,
        StatementType.REPAIR_GRANTED,
        StatementType.REPAIR_REFUSED,
        StatementType.REPAIR_REVOKED,
    }
)
"""Types that two keys of the issuer sign."""

FILINGS = frozenset({StatementType.RECORD_FILED, StatementType.LISTING_DECIDED})
"""Types with which a record comes into being; `discloses` and `withdraws` name the entry of one of them."""

ABOUT: Mapping[StatementType, tuple[frozenset[str], frozenset[str]]] = {
    StatementType.LEDGER_OPENED: (frozenset({"log", "operator"}), frozenset({"clock"})),
    StatementType.DEPARTMENT_REGISTERED: (frozenset({"department", "key"}), frozenset()),
    StatementType.KEY_ADDED: (frozenset({"department", "key"}), frozenset()),
    StatementType.KEY_ROTATED: (frozenset({"department", "key", "replaces"}), frozenset()),
    StatementType.KEY_REVOKED: (frozenset({"department", "key"}), frozenset()),
    StatementType.CATALOGUE_PUBLISHED: (frozenset({"catalogue"}), frozenset()),
    StatementType.RULES_PUBLISHED: (frozenset({"rules"}), frozenset()),
    StatementType.REGISTER_DECLARED: (frozenset({"catalogue", "month"}), frozenset()),
    StatementType.RECORD_FILED: (frozenset({"catalogue", "record"}), frozenset()),
    StatementType.RECORD_CORRECTED: (frozenset({"catalogue", "record"}), frozenset({"objection", "remedy"})),
    StatementType.RECORD_CHANGED: (frozenset({"record"}), frozenset({"objection", "remedy", "superseded_by"})),
    StatementType.RECORD_REVOKED: (frozenset({"record"}), frozenset({"objection", "remedy", "superseded_by"})),
    StatementType.PUBLICITY_DETERMINED: (frozenset({"record", "rules"}), frozenset()),
    StatementType.PUBLICITY_ENDED: (frozenset({"record", "rules"}), frozenset()),
    StatementType.MASK_APPLIED: (frozenset({"mask", "record"}), frozenset()),
    StatementType.MASK_LIFTED: (frozenset({"mask", "record"}), frozenset()),
    StatementType.REMEDY_OPENED: (frozenset({"record", "remedy"}), frozenset()),
    StatementType.REMEDY_CLOSED: (frozenset({"record", "remedy"}), frozenset()),
    StatementType.LISTING_NOTIFIED: (frozenset({"catalogue", "record", "rules"}), frozenset()),
    StatementType.LISTING_DEFENDED: (frozenset({"record"}), frozenset()),
    StatementType.LISTING_DROPPED: (frozenset({"record"}), frozenset()),
    StatementType.LISTING_DECIDED: (frozenset({"catalogue", "record", "rules"}), frozenset()),
    StatementType.LISTING_REMOVED: (frozenset({"record"}), frozenset({"superseded_by"})),
    StatementType.LISTING_EXPIRED: (frozenset({"record", "rules"}), frozenset()),
    StatementType.OBJECTION_RAISED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.OBJECTION_FORWARDED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.OBJECTION_EXTENDED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.OBJECTION_RESOLVED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.OBJECTION_DELIVERED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.REVIEW_REQUESTED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.REVIEW_DECIDED: (frozenset({"objection", "record"}), frozenset()),
    StatementType.REPAIR_APPLIED: (frozenset({"record", "repair", "rules"}), frozenset()),
    StatementType.REPAIR_FORWARDED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_ACCEPTED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_DECLINED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_EXTENDED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_VERIFIED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_GRANTED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_REFUSED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.REPAIR_REVOKED: (frozenset({"record", "repair"}), frozenset()),
    StatementType.BAR_ENDED: (frozenset({"record", "repair", "rules"}), frozenset()),
    StatementType.DEADLINE_MISSED: (frozenset({"clock", "record", "rules", "since"}), frozenset()),
    StatementType.DEADLINE_RECOMPUTED: (frozenset({"clock", "record", "rules", "since"}), frozenset()),
    StatementType.SUBJECT_LINKED: (frozenset({"handle", "link"}), frozenset()),
    StatementType.SUBJECT_SEPARATED: (frozenset({"link"}), frozenset()),
}
"""Members of `about`: those that must be there and those that may."""

_CATALOGUE = frozenset({"item", "version"})
_ITEM = re.compile(r"(?=.{1,64}\Z)[a-z][a-z0-9]*(?:-[a-z0-9]+)*", re.ASCII)
"""Names of catalogue items are slugs: a sentence in their place would stand in the log for ever."""

_MONTH = re.compile(r"[12][0-9]{3}-(?:0[1-9]|1[0-2])", re.ASCII)

_RULES = frozenset({"name", "version"})
_RULE = re.compile(r"(?=.{1,64}\Z)[a-z]+(?:-[a-z]+)*/[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)


REFERENCES = ("objection", "remedy", "mask", "repair", "superseded_by")
"""Members of `about` that are ids, besides `record` and `link`: free text in their place would stand in the log."""


class Clock(StrEnum):
    """时限 (clock): what `about.clock` of a missed or recomputed deadline may name."""

    COLLECT = "collect"
    """归集."""
    DISCLOSE = "disclose"
    """公开."""
    ANNOTATE = "annotate"
    """异议标注."""
    FORWARD = "forward"
    """转办."""
    VERIFY = "verify"
    """核实."""
    ACT = "act"
    """执行并送达."""
    REVIEW = "review"
    """复核."""
    WITHDRAW = "withdraw"
    """撤回, 行政处罚法 第四十八条."""
    REPAIR_PUSH = "repair-push"
    """推送认定单位."""
    REPAIR_ACCEPT = "repair-accept"
    """受理决定."""
    REPAIR_DECIDE = "repair-decide"
    """修复决定."""


@dataclass(frozen=True, slots=True)
class ClockRef:
    """One running clock, as a statement on a deadline names it: which, and the entry that started it."""

    clock: Clock
    since: int

    @classmethod
    def of(cls, about: Mapping[str, JsonValue]) -> ClockRef:
        """Read ``about.clock`` and ``about.since``."""
        clock, since = about.get("clock"), about.get("since")
        if not isinstance(clock, str) or clock not in set(Clock):
            raise Malformed("about/clock", f"must be one of {', '.join(Clock)}")
        if type(since) is not int or since < 1:
            raise Malformed("about/since", "must be the number of the entry that started the clock")
        return cls(Clock(clock), since)


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


def declared_month(about: Mapping[str, JsonValue]) -> str:
    """The month ``YYYY-MM`` that ``about.month`` names."""
    month = about.get("month")
    if isinstance(month, str) and _MONTH.fullmatch(month):
        return month
    raise Malformed("about/month", "must be a month YYYY-MM")


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
