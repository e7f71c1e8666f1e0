"""The life of records, judged twice: random statements, days and units, legal or not, against a second opinion.

`decide` and `evolve` run without a database, on real statements; `naive_model` says what docs/statements.md and the
numbers of the rules lead to. Every refusal, every effect on disclosure, every clock and its day must agree; in what was
accepted an auditor finds nothing, and in what both refused for a reason that the public part shows, something.

The suite plays short lives; `make faults` plays longer ones, as many as KESU_LIVES says.
"""

from __future__ import annotations

import copy
import hashlib
import os
import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from ledger.administration import (
    Pen,
    addition_statement,
    application_statement,
    catalogue_statement,
    opening_statement,
    rules_statement,
)
from ledger.catalogue import CatalogueItem, parse_item, shipped_definitions
from ledger.domain.bodies import AnyBody
from ledger.domain.deadlines import Due, Period, bars_of, computed_with, deadlines_of
from ledger.domain.deciding import Position
from ledger.domain.events import recorded
from ledger.domain.evolve import evolve
from ledger.domain.reading import read_body
from ledger.domain.record import Disclosure, decide
from ledger.domain.repairs import assessment_of
from ledger.domain.state import CreditRecord
from ledger.errors import RuleBroken
from ledger.particulars import CARRIES_FIELDS, PATHS, path_faults, read_facts, shape_fault
from ledger.rulebook.book import Rule, Rulebook, parse_rule, rule_definition, rule_name, shipped_rules
from ledger.rulebook.calendar import CalendarYear
from ledger.rulebook.repair import RepairFacts
from tests.ledger.domain.naive_model import (
    AUTOMATIC,
    BEGINNINGS,
    CLOSINGS,
    DAY,
    ITEMS,
    NUMBERS,
    OPERATOR,
    SECOND_VERSIONS,
    Naive,
    Published,
    Said,
    months_after,
)
from verify.entry import NO_PREVIOUS, Entry, EntryHeader, entry_bytes
from verify.errors import Incompetent
from verify.handle import organisation_handle
from verify.note import SigningKey
from verify.order import LogOrder
from verify.registry import Registry, require_signed
from verify.statement import Statement
from verify.statement_type import ABOUT, ABOUT_LINKS, ADMINISTRATIVE, StatementType
from verify.strict import JsonValue
from verify.submission import Submission, uuid7

PENALTY = "administrative-penalty"
UNIT, OTHER = "12110000000000000K", "12110000000000001N"
STARTS: Final = [date(2025, 12, 20), date(2026, 3, 27), date(2026, 6, 17), date(2026, 11, 20), date(2026, 12, 24)]
"""Days near a boundary of the rules or of the calendar."""
MOST_RECORDS: Final = 4
LIVES: Final = int(os.environ.get("KESU_LIVES", "60"))
"""How many long lives are played: a minute's worth, or as many as somebody has the time for."""
KINDS: Final = [kind.value for kind in StatementType if kind not in ADMINISTRATIVE | ABOUT_LINKS]

SHIPPED: Final = {rule_name(each): each for each in shipped_rules()}
LIST_CASES: Final = {name.partition("/")[2]: sorted(n["cases"]) for (name, _), n in NUMBERS.items() if "cases" in n}
KEYS: Final = {
    issuer: [SigningKey.from_seed(f"{issuer}/{number}", f"{number:016}{issuer[-16:]}".encode()) for number in (1, 2)]
    for issuer in (UNIT, OTHER, OPERATOR)
}
SUBJECTS: Final[dict[str, dict[str, JsonValue]]] = {
    organisation_handle("uscc", code): {"scheme": "uscc", "code": code, "name": "测试企业有限公司"}
    for code in ("91110000MA00000077", "91110105MA0000015F")
}

_NONE: Final[dict[str, Any]] = dict.fromkeys(("class", "withheld", "need", "chosen_end", "sector"))
_MINOR, _ORDINARY, _SERIOUS = (
    _NONE | {"summary_procedure": False, "class": given} for given in ("minor", "ordinary", "serious")
)
_SECRET: Final = {"reason": "trade-secret", "text": "商业秘密"}
TERMS: Final = [
    _ORDINARY,
    _SERIOUS,
    _MINOR,
    _MINOR | {"need": "确有必要"},
    _ORDINARY | {"need": "确有必要"},
    _ORDINARY | {"summary_procedure": True},
    _MINOR | {"summary_procedure": True, "need": "确有必要"},
    _SERIOUS | {"withheld": _SECRET},
    _NONE | {"summary_procedure": False},
    _NONE | {"summary_procedure": False, "withheld": _SECRET},
    _NONE | {"summary_procedure": True},
]
"""What may be determined about publicity without a day of its own."""

YEARS: Final[dict[str, dict[str, Any]]] = {
    "calendar/2027": {
        "days_off": ["2027-01-01", "2027-02-05", "2027-02-08", "2027-02-09", "2027-02-10", "2027-02-11", "2027-04-05"],
        "days_worked": ["2027-01-03", "2027-02-20"],
    },
    "calendar/2028": {
        "days_off": ["2028-01-03", "2028-01-24", "2028-01-25", "2028-01-26", "2028-01-27"],
        "days_worked": ["2028-01-22"],
    },
}
"""Made-up notices."""
SECOND: Final[dict[str, dict[tuple[str | int, ...], Any]]] = {
    "calendar/2026": {
        ("days_off",): ["2026-10-01", "2026-10-02", "2026-12-31"],
        ("days_worked",): ["2026-12-27"],
    },
    "publicity/order-36": {("classes", 1, "shortest_months"): 2, ("classes", 1, "longest_months"): 6},
    "repair/order-36": {("clocks", "accept"): 5, ("clocks", "decide"): 7, ("ban", "months"): 12},
    "objection/default": {
        ("reviews_allowed",): 2,
        ("withdrawal", "working_days"): 5,
        ("clocks", 2, "working_days"): 7,
        ("clocks", 2, "extended_to"): 15,
        ("clocks", 3, "working_days"): 2,
    },
    "list/serious-dishonesty-list": {
        ("defence", "working_days"): 3,
        ("publish", "working_days"): 4,
        ("shortest", "months"): 6,
        ("longest", "months"): 24,
    },
}
"""What a made-up second version changes in the definition that is shipped; the second opinion has the same numbers."""
LATER: Final = [*YEARS, *SECOND, PENALTY]
"""What may be published in the middle of a life."""

EFFECTS: Final = {"": Disclosure.UNCHANGED, "+": Disclosure.DISCLOSE, "-": Disclosure.WITHDRAW}
ENDS: Final = {
    Period.PUBLICITY: "publicity.ended",
    Period.LISTING: "listing.expired",
    Period.BAR: "bar.ended",
}
WITHDRAWING: Final = {
    "record.revoked",
    "record.changed",
    "repair.granted",
    "publicity.ended",
    "listing.expired",
    "mask.applied",
}
"""These withdraw whatever is disclosed."""
OUTCOMES: Final = {
    "mask.lifted": ["performed", "failed"],
    "remedy.closed": ["upheld", "changed", "annulled", "withdrawn"],
    "objection.resolved": ["corrected", "revoked", "upheld"],
    "review.decided": ["corrected", "revoked", "upheld"],
}
MAY: Final = {
    "record.filed": ("publicity",),
    "record.corrected": ("objection", "remedy"),
    "record.changed": ("objection", "remedy", "superseded_by"),
    "record.revoked": ("objection", "remedy", "superseded_by"),
    "listing.decided": ("defence", "publicity"),
    "listing.removed": ("superseded_by",),
}
"""What a statement may have besides what it must have."""
IN_ABOUT: Final = {"catalogue", "rules", "clock", "since", "objection", "remedy", "mask", "repair", "superseded_by"}
DULL: Final = {"operator", "basis", "reason", "claim", "evidence", "unit"}
"""Values on which nothing depends."""

COURSES: Final = [
    "repair.applied repair.accepted repair.extended repair.verified repair.granted repair.revoked bar.ended",
    "repair.applied repair.forwarded repair.accepted repair.verified repair.granted repair.revoked repair.applied",
    "objection.raised objection.forwarded objection.extended objection.resolved objection.delivered review.requested",
    "objection.raised objection.resolved review.requested review.decided objection.delivered review.requested",
    "objection.raised record.corrected objection.resolved review.requested record.changed review.decided",
    "remedy.opened remedy.closed record.revoked objection.resolved deadline.missed bar.ended",
    "mask.applied publicity.determined mask.lifted listing.removed listing.expired publicity.ended repair.applied",
    "listing.defended listing.defended listing.decided listing.dropped listing.removed",
]
"""Procedures as they may go."""
RARE: Final = {"record.revoked", "record.changed", "listing.dropped", "repair.declined", "repair.refused"}
DEEP: Final = ("repair.", "review.", "bar.", "objection.forwarded", "objection.delivered", "listing.decided")
OFTEN: Final = {kind: 1 if kind in RARE else 20 if kind.startswith(DEEP) else 6 for kind in KINDS}


def made_up(name: str) -> Rule:
    """A version of a rule that is not shipped."""
    if name in YEARS:
        return parse_rule(name, {"year": int(name[-4:]), "version": 1, "source": "测试", **YEARS[name]})
    known: dict[str, Any] = copy.deepcopy(rule_definition(SHIPPED[name]))
    known["version"] = 2
    for path, value in SECOND[name].items():
        part: Any = known
        for step in path[:-1]:
            part = part[step]
        part[path[-1]] = value
    return parse_rule(name, known)


def second_penalty(item: CatalogueItem) -> CatalogueItem:
    """A version of the item that is not shipped, with other clocks."""
    days = SECOND_VERSIONS[PENALTY, 2]
    assert item.disclose_within is not None
    collect = replace(item.collect_within, working_days=days["collect"])
    disclose = replace(item.disclose_within, working_days=days["disclose"])
    return replace(item, version=2, collect_within=collect, disclose_within=disclose)


@cache
def some_order(number: int) -> list[str]:
    """Every type of statement, those sooner that lead on."""
    chance = random.Random(number)
    return sorted(KINDS, key=lambda kind: chance.random() ** (1 / OFTEN[kind]), reverse=True)


def facts_of(day: date) -> dict[str, Any]:
    """An application by somebody who did everything on that day."""
    days: dict[str, Any] = dict.fromkeys(("corrected_on", "performed_on", "committed_on"), day.isoformat())
    return days | {"other": [], "supplementary": []}


def renamed(values: dict[str, Any], item: str) -> dict[str, Any]:
    """The values with the day of the decision where another item has it."""
    return {f"data/{ITEMS[item]['decided']}" if path.startswith("data/") else path: values[path] for path in values}


def falls_due(day: date) -> dict[str, Any]:
    """What an automatic event commits to."""
    return {"on": day.isoformat(), "reason": "期满"}


@dataclass(frozen=True)
class Command:
    """A statement that somebody means to make on a record."""

    kind: str
    record: str
    issuer: str
    about: dict[str, Any]
    values: dict[str, Any]
    signers: int = 2
    subject: str = ""
    """The subject that it names, where it is not that of the record."""

    def with_about(self, about: dict[str, Any]) -> Command:
        """The same with something else in `about`."""
        return replace(self, about=self.about | about)

    def with_values(self, values: dict[str, Any]) -> Command:
        """The same with other values."""
        return replace(self, values=self.values | values)


# ---- the log, the domain, and the second opinion -------------------------------------------------------------------


@dataclass
class World:
    """A log of real entries, what the domain makes of them, and the second opinion beside it."""

    day: date = date(2020, 12, 29)
    late: bool = False
    """Everything is recorded in the last second of its day, not in the first: a day is a day in Beijing."""
    entries: list[bytes] = field(default_factory=list)
    states: dict[str, CreditRecord] = field(default_factory=dict)
    items: dict[tuple[str, int], CatalogueItem] = field(default_factory=dict)
    book: Rulebook = field(default_factory=Rulebook)
    naive: Naive = field(default_factory=Naive)
    order: LogOrder = field(default_factory=LogOrder)
    registry: Registry = field(default_factory=Registry)
    drawn: int = 0
    ledger: tuple[str, int] = "", 0
    reckoned: dict[str, tuple[int, tuple[Due, ...]]] = field(default_factory=dict)

    def copied(self) -> World:
        """The same world without records, to go its own way from here."""
        naive = Naive()
        naive.rules, naive.items = list(self.naive.rules), set(self.naive.items)
        return replace(
            self,
            entries=list(self.entries),
            items=dict(self.items),
            order=copy.deepcopy(self.order),
            naive=naive,
            states={},
            reckoned={},
        )

    @property
    def seq(self) -> int:
        """The number of the next entry."""
        return len(self.entries)

    def pen(self, key: SigningKey = KEYS[OPERATOR][0]) -> Pen:
        """The key in its owner's hand, now."""
        moment = f"{self.day}T15:59:59" if self.late else f"{self.day - DAY}T16:00:00"
        self.drawn += 1
        return Pen(key, self.drawn, f"{moment}.{self.seq:06}Z", random.Random(self.drawn).randbytes)

    def header(self, stream: str, version: int, subject: str) -> EntryHeader:
        """The header of the next entry, which discloses and withdraws nothing."""
        previous = hashlib.sha256(self.entries[-1]).digest() if self.entries else NO_PREVIOUS
        return EntryHeader(self.seq, previous, self.pen().made_at, stream, version, subject)

    def findings(self, header: EntryHeader, said: Submission, order: LogOrder) -> list[str]:
        """What an auditor who has read so far finds in such an entry."""
        entry = Entry.parse(entry_bytes(header, said.statement))
        return [each.sentence() for each in order.add(entry.header, entry.statement, entry.digest, sound=True)]

    def append(self, header: EntryHeader, said: Submission) -> None:
        """Write the entry, in which an auditor must find nothing."""
        assert self.findings(header, said, self.order) == []
        self.registry = self.registry.apply(Statement.parse(said.statement), self.seq)
        self.entries.append(entry_bytes(header, said.statement))

    def administer(self, said: Submission) -> None:
        """An entry of the ledger's own stream."""
        statement = Statement.parse(said.statement)
        require_signed(statement, self.registry)
        stream, version = self.ledger
        self.ledger = stream or statement.id, version + 1
        self.append(self.header(*self.ledger, ""), said)

    def introduce(self, item: CatalogueItem) -> None:
        """A version of a catalogue item, for both."""
        self.administer(catalogue_statement(self.pen(), item))
        self.items[item.item, item.version] = item
        self.naive.items.add((item.item, item.version))

    def publish(self, published: Rule) -> None:
        """A version of a rule, for both."""
        seq, name = self.seq, rule_name(published)
        self.administer(rules_statement(self.pen(), published))
        self.book = self.book.with_rule(published, seq)
        if isinstance(published, CalendarYear):
            days = published.days_off, published.days_worked
            self.naive.rules.append(Published(seq, name, published.version, *days))
        elif (name, published.version) in NUMBERS:
            numbers = NUMBERS[name, published.version]
            self.naive.rules.append(Published(seq, name, published.version, numbers=numbers))

    # ---- one statement

    def proposal(self, command: Command) -> Said:
        """The command as the second opinion reads it."""
        known = self.naive.of(command.record)
        return Said(
            seq=self.seq,
            day=self.day,
            kind=command.kind,
            record=command.record,
            subject=command.subject or (known[0].subject if known else ""),
            issuer=command.issuer,
            signers=command.signers,
            about=command.about,
            values=command.values,
        )

    def allows(self, command: Command) -> bool:
        """Ask the second opinion."""
        return self.naive.refusal(self.proposal(command)) is None

    def hear(self, command: Command) -> bool:
        """Have both judge the command, and take it in if it is allowed."""
        kind, proposal, state = StatementType(command.kind), self.proposal(command), self.states.get(command.record)
        refused, said = self.naive.refusal(proposal), self.write(kind, command)
        header = self.header(command.record, state.version + 1 if state else 1, proposal.subject)
        effect = self.judged(header, said, proposal)
        assert (effect is None) == (refused is not None), f"the second opinion: {refused or 'allowed'}; {command}"
        event(f"{command.kind} {'accepted' if refused is None else 'refused'}")
        filing = (self.seq if state is None or state.filing is None else state.filing,)
        if refused is not None:
            if refused.public:
                withdraws = filing if state is not None and state.disclosed and kind in WITHDRAWING else ()
                forced = replace(header, withdraws=withdraws)
                assert self.findings(forced, said, copy.deepcopy(self.order)) != [], f"nobody finds: {refused}"
            return False
        proposal.effect = self.naive.effect(proposal)
        assert effect is EFFECTS[proposal.effect], command
        discloses = filing if effect is Disclosure.DISCLOSE else ()
        header = replace(header, discloses=discloses, withdraws=filing if effect is Disclosure.WITHDRAW else ())
        happened = recorded(header, Statement.parse(said.statement), body_of(said), said.openings)
        self.states[command.record] = evolve(state, happened, self.items)
        self.naive.accept(proposal)
        self.append(header, said)
        self.compare(command.record)
        return True

    def write(self, kind: StatementType, command: Command) -> Submission:
        """The statement, in a form that admission lets in, signed by as many officials of the unit as are wanted."""
        paths = frozenset(command.values)
        assert path_faults(kind, paths) == []
        assert [shape_fault(kind, path, command.values[path]) for path in paths] == [None] * len(paths)
        keys = KEYS[command.issuer][: 1 if command.issuer == OPERATOR else command.signers]
        said = self.pen(keys[0]).write(kind, {**command.about, "record": command.record}, command.values)
        for key in keys[1:]:
            said = said.countersign(key)
        return said

    def judged(self, header: EntryHeader, said: Submission, proposal: Said) -> Disclosure | None:
        """What the registry and the domain say: the effect, None where one of them refuses."""
        statement, state = Statement.parse(said.statement), self.states.get(proposal.record)
        happened = recorded(header, statement, body_of(said), said.openings)
        others = [s for name, s in self.states.items() if name != proposal.record and s.subject == proposal.subject]
        bars = [bar for other in others for bar in bars_of(other, self.book) if not bar[1].bar_ended]
        try:
            signers = len(require_signed(statement, self.registry))
            position = Position(self.items, self.book, OPERATOR, tuple(bar[2] for bar in bars), signers)
            return decide(state, happened, position)
        except (Incompetent, RuleBroken):
            return None

    # ---- one record

    def compare(self, record: str) -> None:
        """Both see the same record."""
        assert self.view(record) == self.naive.view(record)

    def dues(self, record: str) -> tuple[Due, ...]:
        """What the domain reckons to fall due."""
        if self.reckoned.get(record, (0, ()))[0] != self.seq:
            self.reckoned[record] = self.seq, deadlines_of(self.states[record], self.items, self.book)
        return self.reckoned[record][1]

    def view(self, record: str) -> dict[str, Any]:
        """The record as the domain sees it."""
        state, dues = self.states[record], self.dues(record)
        return {
            "status": state.status.value,
            "disclosed": state.disclosed,
            "endings": {kind.value for kind in state.endings},
            "mask": state.mask,
            "objections": {name for name, each in state.objections.items() if each.open},
            "remedies": {name for name, each in state.remedies.items() if each.closed is None},
            "repairs": {name: each.stage.value for name, each in state.repairs.items()},
            "periods": {
                (due.clock.value, due.day, due.rule)
                for due in dues
                if isinstance(due.clock, Period) and not due.settled
            },
            "clocks": {
                (due.clock.value, due.since): {
                    "start": due.start,
                    "days": due.days,
                    "rule": due.rule,
                    "day": due.day,
                    "provisional": due.provisional,
                    "calendar": [list(year) for year in due.calendar],
                    "done": due.done_on,
                    "missed": f"{due.clock.value}@{due.since}" in state.missed,
                    "settled": due.settled,
                }
                for due in dues
                if not isinstance(due.clock, Period)
            },
        }


def body_of(said: Submission) -> AnyBody:
    """The statement as the domain reads it."""
    return read_body(Statement.parse(said.statement), said.openings)


@cache
def founded() -> World:
    """A ledger with two departments of two keys each, some items, and the rules for them."""
    world, operator = World(), KEYS[OPERATOR][0]
    log = SigningKey.from_seed("credit.example/test", bytes([9]) * 32)
    world.administer(opening_statement(world.pen(), log.verifier, simulated_clock=False))
    for first, second in (KEYS[UNIT], KEYS[OTHER]):
        world.administer(application_statement(world.pen(first), "测试单位").countersign(operator))
        added = addition_statement(world.pen(first), second.verifier)
        world.administer(added.countersign(second).countersign(operator))
    for item in map(parse_item, shipped_definitions()):
        if item.item in ITEMS:
            world.introduce(item)
    for name, shipped in SHIPPED.items():
        if (name, 1) in NUMBERS or (isinstance(shipped, CalendarYear) and shipped.year > 2020):
            world.publish(shipped)
    return world


# ---- who says what -------------------------------------------------------------------------------------------------


@dataclass
class Author:
    """Whoever says something in a world: what is fit to be said of a record now, and what else could be said."""

    world: World

    @property
    def naive(self) -> Naive:
        """The second opinion, which everybody asks first."""
        return self.world.naive

    def plain(self, kind: str, record: str, item: str = PENALTY) -> Command:
        """What a unit would say that knows the rules; of several ways the first that is allowed."""
        known = self.naive.of(record)
        item = known[0].about["catalogue"]["item"] if known else item
        command = Command(kind, record, self.speaker(kind, record), {}, self.plain_values(kind, record, item))
        required = ABOUT[StatementType(kind)][0]
        if "catalogue" in required:
            newest = max(version for name, version in self.world.items if name == item)
            command = command.with_about({"catalogue": {"item": item, "version": newest}})
        if "rules" in required:
            command = command.with_about({"rules": self.rules_for(kind, record, item)})
        if "clock" in required:
            command = command.with_about({"clock": "collect", "since": known[0].seq})
        ways = [command]
        for name in sorted(required & {"objection", "remedy", "mask", "repair"}):
            ids = [self.fresh(), *self.known_ids(record, name)]
            ways = [way.with_about({name: each}) for way in ways for each in ids]
        if kind in {"objection.resolved", "review.decided"}:
            ways = [way.with_values({"outcome": self.outcome(record, way.about["objection"])}) for way in ways]
        if kind in AUTOMATIC:
            ways += [automatic for _, automatic in self.of_the_clock(record) if automatic.kind == kind]
        return next((way for way in ways if self.world.allows(way)), ways[-1])

    def speaker(self, kind: str, record: str) -> str:
        """Who says this, now the one and now the other where several may."""
        known, number = self.naive.of(record), self.world.seq
        provider = known[0].issuer if known else UNIT
        if kind in AUTOMATIC | {"objection.forwarded", "repair.forwarded"}:
            return OPERATOR
        if kind in {"review.requested", "repair.applied", "objection.delivered", "listing.defended"}:
            return (provider, OPERATOR)[number % 2]
        return (provider, OPERATOR, OTHER)[number % 3] if kind == "objection.raised" else provider

    def plain_values(self, kind: str, record: str, item: str) -> dict[str, Any]:
        """A value for every path that the type must have."""
        known, today = self.naive.of(record), self.world.day.isoformat()
        decided = (self.naive.decided_on(record) if known else None) or self.world.day
        plain = {
            "on": today,
            "was": today,
            "evidence": ["ab" * 32],
            "subject": SUBJECTS[known[0].subject] if known else None,
            "publicity": TERMS[0],
            "cases": LIST_CASES.get(item, ["other"])[:1],
            "prolonged_by": 0,
            "removal": "early-repair",
            "origin": "subject",
            "kind": "litigation",
            "outcome": {"mask.lifted": "performed", "remedy.closed": "annulled"}.get(kind, "upheld"),
            "to_working_days": 10,
            "facts": facts_of(decided),
            "abuse": "false-material",
            "calendar": [],
        }
        values = {path: plain.get(path, "测试") for path in sorted(PATHS[StatementType(kind)][0])}
        if kind in CARRIES_FIELDS:
            values[f"data/{ITEMS[item]['decided']}"] = decided.isoformat()
        if kind == "record.filed" and ITEMS[item]["adverse"]:
            values["publicity"] = TERMS[0]
        if kind == "listing.decided" and self.naive.of(record, "listing.defended"):
            values["defence"] = "不予采纳"
        return values

    def conceivable(self, kind: str, record: str) -> bool:  # noqa: PLR0911 - one case a procedure
        """Whether such a step can come now at all, in short: it saves asking the slow model for most of them."""
        naive, family = self.naive, kind.partition(".")[0]
        endings = naive.endings(record)
        if kind in AUTOMATIC:
            return any(now and command.kind == kind for now, command in self.of_the_clock(record))
        if "revoked" in endings and kind not in CLOSINGS:
            return False
        if kind in BEGINNINGS | {"listing.defended", "listing.dropped"}:
            return kind not in {"record.filed", "listing.notified"} and naive.filing(record) is None
        if kind in {"publicity.determined", "mask.applied", "listing.removed"}:
            return not endings
        if family in {"objection", "review"} and kind != "objection.raised":
            waits = kind not in {"objection.delivered", "review.requested"}
            return any(naive.open_objection(record, each) is waits for each in naive.named(record, "objection"))
        if family == "repair":
            running = any(naive.running(record, each) for each in naive.named(record, "repair"))
            return "repaired" in endings if kind == "repair.revoked" else running is not (kind == "repair.applied")
        if kind == "remedy.closed":
            return any(naive.open_remedy(record, each) for each in naive.named(record, "remedy"))
        return kind != "mask.lifted" or naive.masked(record) is not None

    def of_the_clock(self, record: str) -> list[tuple[bool, Command]]:
        """What the ledger's clock says of the record sooner or later, as the domain reckons it, and whether it is time.

        Deadlines that moved come first.
        """
        found: list[tuple[bool, Command]] = []
        for due in self.world.dues(record):
            rules = {"name": due.rule[0], "version": due.rule[1]}
            past = not due.settled and due.day < self.world.day
            if isinstance(due.clock, Period):
                repair = {"repair": self.repair_revoked_by(due.since)} if due.clock is Period.BAR else {}
                said = Command(ENDS[due.clock], record, OPERATOR, {"rules": rules, **repair}, falls_due(due.day))
                found.append((past, said))
                continue
            new = computed_with(due, self.world.book)
            moved = not due.settled and (new.day, new.provisional) != (due.day, due.provisional)
            about = {"clock": due.clock.value, "since": due.since, "rules": rules}
            missed = falls_due(due.day) | {"calendar": [list(year) for year in due.calendar]}
            again = falls_due(new.day) | {"calendar": [list(year) for year in new.calendar]}
            again["was"] = due.day.isoformat()
            found.insert(0, (moved, Command("deadline.recomputed", record, OPERATOR, about, again)))
            found.append((past and not due.provisional, Command("deadline.missed", record, OPERATOR, about, missed)))
        return found

    def repair_revoked_by(self, seq: int) -> str:
        """The repair whose revocation is entry `seq`."""
        return next(str(said.about["repair"]) for each in self.naive.said.values() for said in each if said.seq == seq)

    def fresh(self) -> str:
        """An id that nothing has yet."""
        return uuid7(self.world.seq, b"another id")

    def known_ids(self, record: str, name: str) -> list[str]:
        """Objections, remedies, masks or repairs of the record, the newest first."""
        return [*dict.fromkeys(said.about[name] for said in self.naive.of(record)[::-1] if name in said.about)]

    def outcome(self, record: str, objection: str) -> str:
        """What was done for the objection."""
        if "revoked" in self.naive.endings(record):
            return "revoked"
        last = self.naive.about(record, "objection", objection)[-1:]
        return "corrected" if last and last[0].kind in {"record.corrected", "record.changed"} else "upheld"

    def rules_for(self, kind: str, record: str, item: str) -> dict[str, JsonValue]:
        """The rules that such a statement names."""
        naive, seq, day = self.naive, self.world.seq, self.world.day
        found = naive.generation("repair", day, seq)
        if kind.startswith("publicity"):
            found = naive.standard(record) or naive.publicity_rules(naive.decided_on(record) or day, seq)
        elif kind.startswith("listing"):
            found = next(iter(naive.known(f"list/{item}", seq)[::-1]), found)
        assert found is not None
        return {"name": found.name, "version": found.version}

    # ---- what else could be said

    def changed(self, command: Command, data: st.DataObject, most: int) -> Command:
        """The same but for so many things at most."""
        for _ in range(data.draw(st.sampled_from([*[0] * (5 - 2 * most), *range(most + 1)]))):
            names = [*command.about, *command.values, "issuer", "signers", *MAY.get(command.kind, ())]
            name = data.draw(st.sampled_from([name for name in names if name not in DULL]))
            if name == "signers":
                command = replace(command, signers=1)
                continue
            other = data.draw(st.sampled_from(self.others(name, command)))
            if name == "issuer":
                command = replace(command, issuer=other)
            elif name == "subject":
                command = replace(command, subject=other).with_values({"subject": SUBJECTS[other]})
            elif name in IN_ABOUT:
                command = command.with_about({name: other})
                if name == "catalogue":
                    command = replace(command, values=renamed(command.values, other["item"]))
            else:
                command = command.with_values({name: other})
        return command

    def others(self, name: str, command: Command) -> list[Any]:
        """What else could stand in a place."""
        if name in {"objection", "remedy", "mask", "repair", "superseded_by"}:
            return [*self.known_ids(command.record, name), self.fresh(), *self.world.states]
        if name in {"on", "was"} or name.startswith("data/"):
            back = (0, 1, 2, 3, 5, 8, 21, -1) if name == "on" else (0, 1, 4, 15, 40, 100, 200, 380, 900, 1500, -1)
            days = [self.world.day - timedelta(days=number) for number in back]
            return [day.isoformat() for day in days + self.boundaries(command.record)]
        if name in {"publicity", "facts"}:
            return TERMS * 4 + self.ends(command.record) if name == "publicity" else self.applications()
        every = [said.seq for record in self.world.states for said in self.naive.of(record)]
        choices: dict[str, list[Any]] = {
            "issuer": [UNIT, OTHER, OPERATOR],
            "subject": sorted(SUBJECTS),
            "catalogue": [{"item": item, "version": version} for item, version in [*self.world.items, (PENALTY, 2)]],
            "rules": [{"name": name, "version": version} for name, version in NUMBERS],
            "clock": ["collect", "disclose", "verify", "act", "repair-decide"],
            "since": every or [1],
            "cases": [each for cases in LIST_CASES.values() for each in (cases, cases[:1])],
            "prolonged_by": [0, 1, 12, 36, 37],
            "to_working_days": [1, 5, 6, 15, 16, 20, 21],
            "calendar": [[], [[2026, 1]], [[2026, 2], [2027, 1]]],
            "outcome": OUTCOMES.get(command.kind, []),
            "kind": ["reconsideration", "litigation"],
            "origin": ["subject", "department"],
            "removal": ["early-repair", "disqualification", "escalation", "expiry", "annulment", "corrected-removal"],
            "abuse": ["untrue-commitment", "broken-commitment"],
            "defence": ["部分采纳"],
        }
        return choices[name]

    def boundaries(self, record: str) -> list[date]:
        """Days on which something of the record changes by itself."""
        return sorted({due.day for due in self.world.dues(record)}) if record in self.world.states else []

    def ends(self, record: str) -> list[dict[str, Any]]:
        """Terms with an end that was chosen, and with one put off by a rule of the sector."""
        decided = (self.naive.decided_on(record) if self.naive.of(record) else None) or self.world.day
        found = [_ORDINARY | {"sector": {"citation": "行业规定", "until": None}}]
        for months in (2, 3, 6, 12, 24, 36):
            end = months_after(decided, months)
            found.append(_ORDINARY | {"sector": {"citation": "行业规定", "until": end.isoformat()}})
            for near in (end - DAY, end, end + DAY):
                found += [terms | {"chosen_end": near.isoformat()} for terms in (_ORDINARY, _SERIOUS)]
        return found

    def applications(self) -> list[dict[str, Any]]:
        """Facts of applications, good ones and others."""
        today, tomorrow = self.world.day.isoformat(), (self.world.day + DAY).isoformat()
        good, other = facts_of(self.world.day), {"text": "其他", "citation": "规定"}
        late = [(name, day) for name in ("corrected_on", "performed_on", "committed_on") for day in (None, tomorrow)]
        return [
            good,
            facts_of(date(2026, 1, 5)),
            good | {"supplementary": ["志愿服务"]},
            *(good | {"other": [other | {"met_on": day}]} for day in (None, tomorrow, today)),
            *(good | {name: day} for name, day in late),
        ]


# ---- the machine ---------------------------------------------------------------------------------------------------


class Life(RuleBasedStateMachine):
    """A few records of two subjects, and everything that can happen to them."""

    def __init__(self) -> None:
        super().__init__()
        self.world = founded().copied()
        self.author = Author(self.world)

    @property
    def records(self) -> list[str]:
        """Records, the oldest first."""
        return list(self.world.states)

    def some_record(self, data: st.DataObject) -> str:
        """Mostly the newest."""
        return data.draw(st.sampled_from([self.records[-1]] * 2 + self.records[::-1]))

    @initialize(start=st.sampled_from(STARTS), late=st.booleans())
    def begin(self, start: date, *, late: bool) -> None:
        """Some day near a boundary of the rules."""
        self.world.day, self.world.late = start, late

    @precondition(lambda self: len(self.records) < MOST_RECORDS)
    @rule(data=st.data(), item=st.sampled_from(sorted(ITEMS)), subject=st.sampled_from(sorted(SUBJECTS)))
    def start(self, data: st.DataObject, item: str, subject: str) -> None:
        """A new record."""
        standard = self.world.naive.known(f"list/{item}", self.world.seq)
        kind = "record.filed"
        if standard:
            kind = "listing.notified" if "defence" in standard[-1].numbers else "listing.decided"
        kind = data.draw(st.sampled_from([kind] * 7 + sorted(BEGINNINGS)))
        command = replace(self.author.plain(kind, self.author.fresh(), item), subject=subject)
        command = command.with_values({"subject": SUBJECTS[subject]})
        for name in [name for name in command.values if name == "publicity" or name.startswith("data/")]:
            others = [command.values[name], *self.author.others(name, command)]
            command = command.with_values({name: data.draw(st.sampled_from(others))})
        self.world.hear(self.author.changed(command, data, most=1))

    @precondition(lambda self: self.records)
    @rule(data=st.data(), steps=st.integers(1, 6))
    def proceed(self, data: st.DataObject, steps: int) -> None:
        """Steps that may be taken now, mostly, on one record."""
        record = self.some_record(data)
        for _ in range(steps):
            for kind in some_order(data.draw(st.integers(0, 999))):
                if self.author.conceivable(kind, record):
                    command = self.author.plain(kind, record)
                    if self.world.allows(command):
                        self.world.hear(self.author.changed(command, data, most=1))
                        break

    @precondition(lambda self: self.records)
    @rule(data=st.data(), course=st.sampled_from(COURSES), steps=st.integers(3, 9), days=st.sampled_from([0, 0, 100]))
    def follow(self, data: st.DataObject, course: str, steps: int, days: int) -> None:
        """A procedure from its beginning, of which each step can go wrong."""
        record = self.some_record(data)
        self.world.day += timedelta(days=days)
        for kind in course.split()[:steps]:
            self.world.hear(self.author.changed(self.author.plain(kind, record), data, most=1))

    @precondition(lambda self: self.records)
    @rule(data=st.data(), kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    def try_out(self, data: st.DataObject, kinds: list[str]) -> None:
        """Anything at all."""
        for kind in kinds:
            self.world.hear(self.author.changed(self.author.plain(kind, self.some_record(data)), data, most=2))

    @rule(data=st.data())
    def wait(self, data: st.DataObject) -> None:
        """Days pass, often up to a day on which something happens."""
        days = [self.world.day + timedelta(days=n) for n in (1, 2, 7, 31, 100, 400)]
        for record in self.records[-2:]:
            for due in self.author.boundaries(record):
                days += [day for day in (due - DAY, due, due + DAY) if day > self.world.day]
        self.world.day = data.draw(st.sampled_from(days))

    @precondition(lambda self: self.records)
    @rule(data=st.data())
    def wait_for_the_clock(self, data: st.DataObject) -> None:
        """On its last day a period has not ended, on the day after it has."""
        today = self.world.day.isoformat()
        said = [command for _, command in self.author.of_the_clock(self.some_record(data))]
        ahead = [command for command in said if command.values["on"] >= today]
        if ahead:
            command = data.draw(st.sampled_from(ahead))
            self.world.day = date.fromisoformat(command.values["on"])
            self.world.hear(command)
            self.world.day += DAY
            self.world.hear(self.author.changed(command, data, most=1))

    @rule(name=st.sampled_from(LATER))
    def publish(self, name: str) -> None:
        """A calendar, or new numbers: what is past keeps to the old ones."""
        later, naive = (name, 1 if name in YEARS else 2), self.world.naive
        if later in {(known.name, known.version) for known in naive.rules} | naive.items:
            return
        if name == PENALTY:
            self.world.introduce(second_penalty(self.world.items[PENALTY, 1]))
        else:
            self.world.publish(made_up(name))
        for record in self.records:
            self.world.compare(record)

    @rule()
    def tick(self) -> None:
        """The clock of the ledger says what has fallen due; nothing that it says is refused, and it comes to an end."""
        for record in self.records:
            for _ in self.author.of_the_clock(record):
                for now, command in self.author.of_the_clock(record):
                    if now:
                        assert self.world.hear(command), command
                        break
            assert [command for now, command in self.author.of_the_clock(record) if now] == []

    @precondition(lambda self: self.records)
    @rule(data=st.data(), days=st.sampled_from([-90, 0, 50, 400]))
    def ask(self, data: st.DataObject, days: int) -> None:
        """May the subject apply for repair on a day, and if not, from when on?"""
        record, world = self.some_record(data), self.world
        facts, day = data.draw(st.sampled_from(self.author.applications())), world.day + timedelta(days=days)
        if world.naive.filing(record) is not None and world.naive.repairable(record):
            given = read_facts(facts)
            application = RepairFacts(given.corrected_on, given.performed_on, given.committed_on, given.other)
            found = assessment_of(world.states[record], application, day, Position(world.items, world.book, OPERATOR))

            expected = world.naive.may_apply(record, facts, day, world.seq)
            assert (found.may_apply, found.earliest_on) == expected


def play(examples: int, steps: int) -> None:
    """So many lives of so many steps."""
    few = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Life, settings=few)


def test_both_opinions_agree_on_short_lives() -> None:
    """Whatever happens to a few records within some dozen statements."""
    play(50, 25)


@pytest.mark.slow
def test_both_opinions_agree_on_long_lives() -> None:
    """The same, many more of them and longer."""
    play(LIVES, 30)
