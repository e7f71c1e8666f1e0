"""The life of records, judged twice: random statements, days and units, against a second opinion.

`decide` and `evolve` run without a database, on real statements; `naive_model` says what docs/statements.md and the
numbers of the rules lead to. Every refusal, every effect on disclosure, every clock and its day must agree, and what
was accepted is a log in which `verify` finds nothing.

The suite plays a few short lives; `make faults` runs the long ones.
"""

from __future__ import annotations

import copy
import hashlib
import random
from collections import Counter
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
from ledger.domain.deadlines import Due, Period, bars_of, computed_with, deadlines_of
from ledger.domain.deciding import Position
from ledger.domain.events import recorded
from ledger.domain.evolve import evolve
from ledger.domain.reading import read_body
from ledger.domain.record import Disclosure, decide
from ledger.domain.repairs import assessment_of
from ledger.domain.state import CreditRecord
from ledger.errors import RuleBroken
from ledger.particulars import PATHS, path_faults, read_facts, shape_fault
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
KEYS: Final = {
    issuer: [
        SigningKey.from_seed(f"{issuer}/{number}", f"{issuer}{number}".encode()[-32:].rjust(32)) for number in (1, 2)
    ]
    for issuer in (UNIT, OTHER, OPERATOR)
}
SHIPPED: Final = {rule_name(rule): rule for rule in shipped_rules()}
SUBJECTS: Final[dict[str, dict[str, JsonValue]]] = {
    organisation_handle("uscc", code): {"scheme": "uscc", "code": code, "name": "测试企业有限公司"}
    for code in ("91110000MA00000077", "91110105MA0000015F")
}
STARTS: Final = [date(2025, 12, 20), date(2026, 3, 27), date(2026, 6, 17), date(2026, 11, 20), date(2026, 12, 24)]
KINDS: Final = [kind.value for kind in StatementType if kind not in ADMINISTRATIVE | ABOUT_LINKS]
LIST_CASES: Final = {name.partition("/")[2]: sorted(n["cases"]) for (name, _), n in NUMBERS.items() if "cases" in n}
EVIDENCE: Final[JsonValue] = ["ab" * 32]
MOST_RECORDS: Final = 4

_GIVEN: Final[list[dict[str, Any]]] = [
    {"class": given, "summary_procedure": False, "withheld": None, "need": None, "chosen_end": None, "sector": None}
    for given in ("ordinary", "serious", "minor", None)
]
TERMS: Final = [
    *_GIVEN,
    _GIVEN[2] | {"need": "确有必要"},
    _GIVEN[0] | {"need": "确有必要"},
    _GIVEN[0] | {"summary_procedure": True},
    _GIVEN[2] | {"summary_procedure": True, "need": "确有必要"},
    _GIVEN[1] | {"withheld": {"reason": "trade-secret", "text": "商业秘密"}},
    _GIVEN[3] | {"withheld": {"reason": "personal-privacy", "text": "个人隐私"}},
    _GIVEN[3] | {"summary_procedure": True},
]


def second_penalty(item: CatalogueItem) -> CatalogueItem:
    """A version of the item that is not shipped, with other clocks."""
    days = SECOND_VERSIONS[PENALTY, 2]
    assert item.disclose_within is not None
    collect = replace(item.collect_within, working_days=days["collect"])
    disclose = replace(item.disclose_within, working_days=days["disclose"])
    return replace(item, version=2, collect_within=collect, disclose_within=disclose)


def made_up(name: str, version: int) -> dict[str, Any]:  # noqa: C901 - one case a kind
    """The definition of a version that is not shipped, with the numbers that the second opinion has for it."""
    if name in {"calendar/2027", "calendar/2028"}:
        year = int(name[-4:])
        off, worked = YEARS[year]
        return {"year": year, "version": 1, "source": "测试", "days_off": off, "days_worked": worked}
    known: dict[str, Any] = copy.deepcopy(rule_definition(SHIPPED[name]))
    known["version"] = version
    if name == "calendar/2026":
        known["days_off"] = [*known["days_off"], "2026-12-31"]
        known["days_worked"] = [*known["days_worked"], "2026-12-27"]
        return known
    numbers = NUMBERS[name, version]
    if name == "publicity/order-36":
        for each in known["classes"]:
            each["longest_months"] = numbers[each["class"]]["longest"]
            if numbers[each["class"]]["shortest"]:
                each["shortest_months"] = numbers[each["class"]]["shortest"]
    elif name == "repair/order-36":
        known["clocks"] |= {clock: numbers[clock] for clock in ("push", "accept", "decide", "extension")}
        known["ban"]["months"] = numbers["ban"]
    elif name == "objection/default":
        known |= {"extensions_allowed": numbers["extensions"], "reviews_allowed": numbers["reviews"]}
        known["withdrawal"]["working_days"] = numbers["withdraw"]
        for each in known["clocks"]:
            each["working_days"] = numbers[each["clock"]]
            if "extended_to" in each:
                each["extended_to"] = numbers["extended_to"]
    else:
        for term, unit in {"defence": "working_days", "publish": "working_days", "shortest": "months"}.items():
            known[term][unit] = numbers[term]
        known["longest"]["months"] = numbers["longest"]
    return known


YEARS: Final = {
    2027: (
        [
            "2027-01-01",
            "2027-02-05",
            "2027-02-08",
            "2027-02-09",
            "2027-02-10",
            "2027-02-11",
            "2027-04-05",
            "2027-05-03",
        ],
        ["2027-01-03", "2027-02-20"],
    ),
    2028: (["2028-01-03", "2028-01-24", "2028-01-25", "2028-01-26", "2028-01-27"], ["2028-01-22"]),
}
LATER: Final = [
    ("calendar/2027", 1),
    ("calendar/2026", 2),
    ("calendar/2028", 1),
    ("publicity/order-36", 2),
    ("repair/order-36", 2),
    ("objection/default", 2),
    ("list/serious-dishonesty-list", 2),
    (PENALTY, 2),
]
"""What may be published in the middle of a life."""


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
    ids: int = 0
    ledger: tuple[str, int] = "", 0

    def copied(self) -> World:
        """The same world, to go another way from here."""
        naive = Naive()
        naive.rules, naive.items = list(self.naive.rules), set(self.naive.items)
        return World(
            day=self.day,
            entries=list(self.entries),
            states=dict(self.states),
            items=dict(self.items),
            book=self.book,
            naive=naive,
            order=copy.deepcopy(self.order),
            registry=self.registry,
            ids=self.ids,
            ledger=self.ledger,
        )

    @property
    def seq(self) -> int:
        """The number of the next entry."""
        return len(self.entries)

    def pen(self, key: SigningKey = KEYS[OPERATOR][0]) -> Pen:
        """The key in its owner's hand, and the next moment: in the first second of the day in Beijing, or the last."""
        moment = f"{self.day}T15:59:59" if self.late else f"{self.day - DAY}T16:00:00"
        self.ids += 1
        return Pen(key, self.ids, f"{moment}.{self.seq:06}Z", random.Random(self.ids).randbytes)

    def new_id(self) -> str:
        """A UUIDv7, the same in every run."""
        self.ids += 1
        return uuid7(self.ids, bytes(10))

    def header(self, stream: str, version: int, subject: str) -> EntryHeader:
        """The header of the next entry, which discloses and withdraws nothing."""
        previous = hashlib.sha256(self.entries[-1]).digest() if self.entries else NO_PREVIOUS
        return EntryHeader(self.seq, previous, self.pen().made_at, stream, version, subject)

    def append(self, header: EntryHeader, said: Submission) -> list[str]:
        """Write the entry; gives what an auditor finds in it."""
        entry = Entry.parse(entry_bytes(header, said.statement))
        self.registry = self.registry.apply(entry.statement, self.seq)
        self.entries.append(entry.raw)
        found = self.order.add(entry.header, entry.statement, entry.digest, sound=True)
        return [finding.sentence() for finding in found]

    def audit_of(self, header: EntryHeader, said: Submission) -> list[str]:
        """What an auditor would find if an entry were forced in that the ledger refused."""
        entry = Entry.parse(entry_bytes(header, said.statement))
        order = copy.deepcopy(self.order)
        return [finding.sentence() for finding in order.add(entry.header, entry.statement, entry.digest, sound=True)]

    def administer(self, said: Submission) -> None:
        """An entry of the ledger's own stream."""
        statement = Statement.parse(said.statement)
        require_signed(statement, self.registry)
        stream, version = self.ledger
        self.ledger = stream or statement.id, version + 1
        assert self.append(self.header(*self.ledger, ""), said) == []

    def introduce(self, item: CatalogueItem) -> None:
        """A version of a catalogue item, for both."""
        self.administer(catalogue_statement(self.pen(), item))
        self.items[item.item, item.version] = item
        self.naive.items.add((item.item, item.version))

    def publish(self, rule: Rule) -> None:
        """A version of a rule, for both."""
        seq, name = self.seq, rule_name(rule)
        self.administer(rules_statement(self.pen(), rule))
        self.book = self.book.with_rule(rule, seq)
        if isinstance(rule, CalendarYear):
            self.naive.rules.append(Published(seq, name, rule.version, rule.days_off, rule.days_worked))
        elif (name, rule.version) in NUMBERS:
            self.naive.rules.append(Published(seq, name, rule.version, numbers=NUMBERS[name, rule.version]))


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


class Life(RuleBasedStateMachine):
    """A few records of two subjects; nothing about them is left out."""

    def __init__(self) -> None:
        super().__init__()
        self.world = founded().copied()
        self.records: list[str] = []
        self.accepted: Counter[str] = Counter()
        self.reckoned: dict[str, tuple[int, tuple[Due, ...]]] = {}

    @property
    def naive(self) -> Naive:
        """The second opinion."""
        return self.world.naive

    @initialize(start=st.sampled_from(STARTS), late=st.booleans())
    def begin(self, start: date, *, late: bool) -> None:
        """Some day near a boundary of the rules."""
        self.world.day, self.world.late = start, late

    # ---- what happens

    @precondition(lambda self: self.records)
    @rule(data=st.data(), steps=st.integers(1, 6))
    def proceed(self, data: st.DataObject, steps: int) -> None:
        """Steps that may be taken now, mostly, on one record."""
        record = self.some_record(data)
        for _ in range(steps):
            for kind in some_order(data.draw(st.integers(0, 999))):
                if not self.conceivable(kind, record):
                    continue
                command = self.plain(kind, record)
                if self.naive.refusal(self.proposal(command)) is None:
                    self.say(self.changed(command, data, most=1))
                    break

    @precondition(lambda self: self.records)
    @rule(data=st.data(), kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=4))
    def try_out(self, data: st.DataObject, kinds: list[str]) -> None:
        """Anything at all."""
        for kind in kinds:
            self.say(self.changed(self.plain(kind, self.some_record(data)), data, most=2))

    @precondition(lambda self: len(self.records) < MOST_RECORDS)
    @rule(data=st.data(), item=st.sampled_from(sorted(ITEMS)), subject=st.sampled_from(sorted(SUBJECTS)))
    def start(self, data: st.DataObject, item: str, subject: str) -> None:
        """A new record."""
        record, kind = self.world.new_id(), "record.filed"
        standard = self.naive.known(f"list/{item}", self.world.seq)
        if standard:
            kind = "listing.notified" if "defence" in standard[-1].numbers else "listing.decided"
        kind = data.draw(st.sampled_from([kind] * 7 + sorted(BEGINNINGS)))
        command = self.plain(kind, record, item)
        command = replace(command, subject=subject, values=command.values | {"subject": SUBJECTS[subject]})
        for name in [name for name in command.values if name == "publicity" or name.startswith("data/")]:
            others = [command.values[name], *self.values(name, command)]
            command = replace(command, values=command.values | {name: data.draw(st.sampled_from(others))})
        if self.say(self.changed(command, data, most=1)):
            self.records.append(record)

    @rule(data=st.data())
    def wait(self, data: st.DataObject) -> None:
        """Days pass, often up to a day on which something happens."""
        days = [self.world.day + timedelta(days=n) for n in (1, 2, 7, 31, 100, 400)]
        for record in self.records[-2:]:
            for due in self.boundaries(record):
                days += [day for day in (due - DAY, due, due + DAY) if day > self.world.day]
        self.world.day = data.draw(st.sampled_from(days))

    @rule(later=st.sampled_from(LATER))
    def publish(self, later: tuple[str, int]) -> None:
        """A calendar, or new numbers."""
        name, version = later
        if later in {(known.name, known.version) for known in self.naive.rules} | self.naive.items:
            return
        if name == PENALTY:
            self.world.introduce(second_penalty(self.world.items[PENALTY, 1]))
            return
        self.world.publish(parse_rule(name, made_up(name, version)))
        for record in self.records:
            self.compare(record)

    @rule()
    def tick(self) -> None:
        """The clock of the ledger says what has fallen due, and nothing that it says is refused."""
        for record in list(self.records):
            for kind in ("deadline.recomputed", "deadline.missed", "publicity.ended", "listing.expired", "bar.ended"):
                for command in self.automatic(kind, record):
                    assert self.say(command), command
            assert [kind for kind in sorted(AUTOMATIC) if self.automatic(kind, record)] == []

    @precondition(lambda self: self.records)
    @rule(data=st.data())
    def ask(self, data: st.DataObject) -> None:
        """May the subject apply for repair on a day, and if not, from when on?"""
        record, world = self.some_record(data), self.world
        facts = data.draw(st.sampled_from(self.facts()))
        day = data.draw(st.sampled_from([world.day + timedelta(days=days) for days in (-90, 0, 50, 400)]))
        if self.naive.filing(record) is None or not self.naive.repairable(record):
            return
        given = read_facts(facts)
        application = RepairFacts(given.corrected_on, given.performed_on, given.committed_on, given.other)
        found = assessment_of(world.states[record], application, day, Position(world.items, world.book, OPERATOR))
        assert (found.may_apply, found.earliest_on) == self.naive.may_apply(record, facts, day, world.seq), (day, facts)

    # ---- saying it

    def proposal(self, command: Command) -> Said:
        """The command as the second opinion reads it."""
        known = self.naive.of(command.record)
        subject = command.subject or (known[0].subject if known else "")
        return Said(
            seq=self.world.seq,
            day=self.world.day,
            kind=command.kind,
            record=command.record,
            subject=subject,
            issuer=command.issuer,
            signers=command.signers,
            about=command.about,
            values=command.values,
        )

    def say(self, command: Command) -> bool:
        """Have both judge it, and take it in if it is allowed."""
        world, proposal = self.world, self.proposal(command)
        kind = StatementType(command.kind)
        refused = self.naive.refusal(proposal)
        paths = frozenset(command.values)
        assert path_faults(kind, paths) == []
        assert [shape_fault(kind, path, command.values[path]) for path in paths] == [None] * len(paths)
        keys = KEYS[command.issuer][: 1 if command.issuer == OPERATOR else command.signers]
        pen = world.pen(keys[0])
        said = pen.write(kind, {**command.about, "record": command.record}, command.values)
        for key in keys[1:]:
            said = said.countersign(key)
        statement = Statement.parse(said.statement)
        state = world.states.get(command.record)
        header = world.header(command.record, state.version + 1 if state else 1, proposal.subject)
        happened = recorded(header, statement, read_body(statement, said.openings), said.openings)
        bars = self.bars(command.record, proposal.subject)
        try:
            signers = len(require_signed(statement, world.registry))
            effect = decide(state, happened, Position(world.items, world.book, OPERATOR, bars, signers))
        except (Incompetent, RuleBroken) as broken:
            assert refused is not None, f"refused: {broken}\n{command}"  # noqa: PT017 - refused or not is the question
            event(f"refused {command.kind}")
            if refused.public:
                if state is not None and state.disclosed and kind in WITHDRAWING:
                    header = replace(header, withdraws=(state.filing or 0,))
                assert world.audit_of(header, said) != [], refused
            return False
        assert refused is None, f"allowed, but {refused}\n{command}"
        expected = self.naive.effect(proposal)
        assert {"": Disclosure.UNCHANGED, "+": Disclosure.DISCLOSE, "-": Disclosure.WITHDRAW}[expected] is effect, (
            command
        )
        proposal.effect = expected
        filing = world.seq if state is None or state.filing is None else state.filing
        if expected == "+":
            header = replace(header, discloses=(filing,))
        elif expected == "-":
            header = replace(header, withdraws=(filing,))
        happened = recorded(header, statement, read_body(statement, said.openings), said.openings)
        world.states[command.record] = evolve(state, happened, world.items)
        self.naive.accept(proposal)
        assert world.append(header, said) == []
        event(f"accepted {command.kind}")
        self.accepted[command.kind] += 1
        self.compare(command.record)
        return True

    def bars(self, record: str, subject: str) -> tuple[date, ...]:
        """What a sequencer tells of the subject's other records."""
        others = [state for name, state in self.world.states.items() if name != record and state.subject == subject]
        found = [bar for state in others for bar in bars_of(state, self.world.book)]
        return tuple(until for _id, repair, until, _rule in found if not repair.bar_ended)

    def compare(self, record: str) -> None:
        """Both see the same record."""
        assert self.view(record) == self.naive.view(record, self.world.seq)

    def view(self, record: str) -> dict[str, Any]:
        """The record as the domain sees it."""
        state = self.world.states[record]
        dues = self.dues(record)
        missed = {(each.clock, each.since) for each in state.missed}
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
                    "missed": (due.clock, due.since) in missed,
                    "settled": due.settled,
                }
                for due in dues
                if not isinstance(due.clock, Period)
            },
        }

    # ---- what is meant

    def some_record(self, data: st.DataObject) -> str:
        """Mostly the newest."""
        return data.draw(st.sampled_from([self.records[-1]] * 2 + self.records[::-1]))

    def plain(self, kind: str, record: str, item: str = PENALTY) -> Command:  # noqa: C901 - one case a kind
        """What a unit would say now that knows the rules; of several ways the first that is allowed."""
        naive, known = self.naive, self.naive.of(record)
        item = known[0].about["catalogue"]["item"] if known else item
        provider = known[0].issuer if known else UNIT
        by_operator = kind in AUTOMATIC | {"objection.forwarded", "repair.forwarded"}
        values = {path: self.value(path, kind, record, item) for path in PATHS[StatementType(kind)][0]}
        if kind in {"record.filed", "record.corrected", "listing.decided"}:
            values[f"data/{ITEMS[item]['decided']}"] = (naive.decided_on(record) or self.world.day).isoformat()
        if kind == "record.filed" and ITEMS[item]["adverse"]:
            values["publicity"] = TERMS[0]
        if kind == "listing.decided" and naive.of(record, "listing.defended"):
            values["defence"] = "不予采纳"
        required = ABOUT[StatementType(kind)][0] - {"record"}
        newest = max(version for name, version in self.world.items if name == item)
        about: dict[str, Any] = {"catalogue": {"item": item, "version": newest}} if "catalogue" in required else {}
        issuer = OPERATOR if by_operator else provider
        if kind in {"objection.raised", "review.requested", "repair.applied", "objection.delivered"}:
            issuer = (provider, OPERATOR, OTHER)[self.world.seq % (3 if kind == "objection.raised" else 2)]
        command = Command(kind, record, issuer, about, values)
        ways = [command]
        for name in sorted(required & {"objection", "remedy", "mask", "repair"}):
            command.about[name] = self.fresh()
            ways += [replace(command, about=about | {name: known}) for known in self.known_ids(record, name)]
        if kind in AUTOMATIC:
            ways = self.automatic(kind, record) or ways
        if "clock" in required and "clock" not in ways[0].about:
            ways[0].about.update({"clock": "collect", "since": naive.of(record)[0].seq})
        for way in ways:
            if "rules" in required and "rules" not in way.about:
                way.about["rules"] = self.rules_for(kind, record, item)
            if "outcome" in way.values and kind in {"objection.resolved", "review.decided"}:
                way.values["outcome"] = self.outcome(record, way.about["objection"])
        return next((way for way in ways if naive.refusal(self.proposal(way)) is None), ways[-1])

    def value(self, path: str, kind: str, record: str, item: str) -> JsonValue:  # noqa: C901, PLR0911 - one case a path
        """The plain value of a path that the type must have."""
        decided = self.naive.decided_on(record) if self.naive.of(record) else None
        match path:
            case "on":
                return self.world.day.isoformat()
            case "subject":
                known = self.naive.of(record)
                return SUBJECTS[known[0].subject] if known else None
            case "evidence":
                return EVIDENCE
            case "publicity":
                return TERMS[0]
            case "cases":
                return LIST_CASES.get(item, ["other"])[:1]
            case "facts":
                return facts(decided or self.world.day)
            case "prolonged_by":
                return 0
            case "to_working_days":
                return 10
            case "calendar":
                return []
            case "was":
                return self.world.day.isoformat()
            case "outcome":
                return {"mask.lifted": "performed", "remedy.closed": "annulled"}.get(kind, "upheld")
            case "removal":
                return "early-repair"
        return {"kind": "litigation", "origin": "subject", "abuse": "false-material"}.get(path, "测试")

    def conceivable(self, kind: str, record: str) -> bool:  # noqa: PLR0911 - one case a family
        """Whether such a step can come now at all, in short: it saves asking the slow model for most of them."""
        naive, family = self.naive, kind.partition(".")[0]
        endings = naive.endings(record)
        if kind in AUTOMATIC:
            return bool(self.automatic(kind, record))
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
        """The rules that such a statement names, as far as they are known here."""
        naive, seq, day = self.naive, self.world.seq, self.world.day
        found = naive.generation("repair", day, seq)
        if kind.startswith("publicity"):
            found = naive.standard(record) or naive.publicity_rules(naive.decided_on(record) or day, seq)
        elif kind.startswith("listing"):
            found = next(iter(naive.known(f"list/{item}", seq)[::-1]), found)
        elif kind.startswith("deadline"):
            found = naive.generation("objection", day, seq)
        assert found is not None
        return {"name": found.name, "version": found.version}

    def automatic(self, kind: str, record: str) -> list[Command]:
        """What the ledger's clock would say of the record, as the domain reckons it."""
        state, today, found = self.world.states[record], self.world.day, []
        for due in self.dues(record):
            new = computed_with(due, self.world.book)
            about: dict[str, Any] = {"rules": {"name": due.rule[0], "version": due.rule[1]}}
            values: dict[str, Any] = {"on": due.day.isoformat(), "reason": "期满"}
            if isinstance(due.clock, Period):
                if ENDS[due.clock] != kind or due.settled or due.day >= today:
                    continue
                if kind == "bar.ended":
                    about["repair"] = next(
                        n for n, r in state.repairs.items() if r.revoked and r.revoked.seq == due.since
                    )
            else:
                about |= {"clock": due.clock.value, "since": due.since}
                moved = (new.day, new.provisional) != (due.day, due.provisional)
                if due.settled or kind not in {"deadline.missed", "deadline.recomputed"}:
                    continue
                if kind == "deadline.missed" and (due.provisional or due.day >= today):
                    continue
                if kind == "deadline.recomputed":
                    if not moved:
                        continue
                    values |= {"on": new.day.isoformat(), "was": due.day.isoformat()}
                used = new if kind == "deadline.recomputed" else due
                values["calendar"] = [list(year) for year in used.calendar]
            found.append(Command(kind, record, OPERATOR, about, values))
        return found

    def boundaries(self, record: str) -> list[date]:
        """Days on which something of the record changes by itself."""
        return sorted({due.day for due in self.dues(record)})

    def dues(self, record: str) -> tuple[Due, ...]:
        """What the domain reckons to fall due."""
        if self.reckoned.get(record, (0, ()))[0] != self.world.seq:
            state = self.world.states[record]
            self.reckoned[record] = self.world.seq, deadlines_of(state, self.world.items, self.world.book)
        return self.reckoned[record][1]

    def changed(self, command: Command, data: st.DataObject, most: int) -> Command:
        """The same but for so many things at most."""
        for _ in range(data.draw(st.sampled_from([*[0] * (5 - 2 * most), *range(most + 1)]))):
            names = [*command.about, *command.values, "issuer", "signers", *MAY.get(command.kind, ())]
            dull = {"operator", "basis", "reason", "claim", "evidence", "unit"}
            name = data.draw(st.sampled_from([name for name in names if name not in dull]))
            if name == "issuer":
                command = replace(command, issuer=data.draw(st.sampled_from([UNIT, OTHER, OPERATOR])))
            elif name == "signers":
                command = replace(command, signers=1)
            elif name == "subject":
                handle = data.draw(st.sampled_from(sorted(SUBJECTS)))
                command = replace(command, subject=handle, values=command.values | {"subject": SUBJECTS[handle]})
            elif name in {
                "catalogue",
                "rules",
                "clock",
                "since",
                "objection",
                "remedy",
                "mask",
                "repair",
                "superseded_by",
            }:
                other = data.draw(st.sampled_from(self.references(name, command)))
                command = replace(command, about=command.about | {name: other})
                if name == "catalogue":
                    command = replace(command, values=renamed(command.values, other["item"]))
            else:
                other = data.draw(st.sampled_from(self.values(name, command)))
                command = replace(command, values=command.values | {name: other})
        return command

    def references(self, name: str, command: Command) -> list[Any]:
        """What else `about` could name."""
        if name == "catalogue":
            return [{"item": item, "version": version} for item, version in [*sorted(self.world.items), (PENALTY, 2)]]
        if name == "rules":
            return [{"name": rule, "version": version} for rule, version in sorted(NUMBERS)]
        if name == "clock":
            return ["collect", "disclose", "verify", "act", "repair-decide"]
        if name == "since":
            return [said.seq for record in self.records for said in self.naive.of(record)] or [1]
        return [*self.known_ids(command.record, name), self.fresh(), *self.records]

    def values(self, name: str, command: Command) -> list[Any]:
        """What else could be committed to."""
        today = self.world.day
        if name in {"on", "was"} or name.startswith("data/"):
            back = (0, 1, 2, 3, 5, 8, 21, -1) if name == "on" else (0, 1, 4, 15, 40, 100, 200, 380, 900, 1500, -1)
            known = self.boundaries(command.record) if command.record in self.world.states else []
            return [(today - timedelta(days=n)).isoformat() for n in back] + [day.isoformat() for day in known]
        if name == "publicity":
            return TERMS + self.ends(command)
        if name == "facts":
            return self.facts()
        cases = [list(each) for each in LIST_CASES.values()]
        others: dict[str, list[Any]] = {
            "cases": [each[:1] for each in cases] + cases,
            "prolonged_by": [0, 1, 12, 36, 37],
            "to_working_days": [1, 5, 6, 15, 16, 20, 21],
            "calendar": [[], [[2026, 1]], [[2026, 2], [2027, 1]]],
            "outcome": OUTCOMES[command.kind] if name == "outcome" else [],
            "kind": ["reconsideration", "litigation"],
            "origin": ["subject", "department"],
            "removal": ["early-repair", "disqualification", "escalation", "expiry", "annulment", "corrected-removal"],
            "abuse": ["untrue-commitment", "broken-commitment"],
            "defence": ["部分采纳"],
        }
        return others[name]

    def ends(self, command: Command) -> list[dict[str, Any]]:
        """Terms with an end that was chosen, and with one put off by a rule of the sector."""
        known = self.naive.of(command.record)
        decided = (self.naive.decided_on(command.record) if known else None) or self.world.day
        found = []
        for months in (2, 3, 6, 12, 24, 36, 37):
            for slip in (-1, 0, 1):
                end = (months_after(decided, months) + slip * DAY).isoformat()
                found += [TERMS[n] | {"chosen_end": end} for n in (0, 1)]
            until = (months_after(decided, months) + DAY).isoformat()
            found.append(TERMS[0] | {"sector": {"citation": "行业规定", "until": until}})
        return [*found, TERMS[0] | {"sector": {"citation": "行业规定", "until": None}}]

    def facts(self) -> list[dict[str, Any]]:
        """Facts of applications."""
        today, decided = self.world.day, date(2026, 1, 5)
        good = facts(today)
        other = {"text": "其他", "citation": "规定", "met_on": None}
        late = (today + DAY).isoformat()
        return [
            good,
            facts(decided),
            *(good | {name: day} for name in ("corrected_on", "performed_on", "committed_on") for day in (None, late)),
            *(good | {"other": [other | {"met_on": day}]} for day in (None, late, today.isoformat())),
            good | {"supplementary": ["志愿服务"]},
        ]


def renamed(values: dict[str, Any], item: str) -> dict[str, Any]:
    """The values with the day of the decision where another item has it."""
    return {f"data/{ITEMS[item]['decided']}" if path.startswith("data/") else path: values[path] for path in values}


def facts(day: date) -> dict[str, Any]:
    """Everything was done on that day."""
    days: dict[str, Any] = dict.fromkeys(("corrected_on", "performed_on", "committed_on"), day.isoformat())
    return days | {"other": [], "supplementary": []}


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
}
RARE: Final = {"record.revoked", "record.changed", "listing.dropped", "record.filed", "listing.notified"}
DEEP: Final = ("repair.", "review.", "bar.", "objection.forwarded", "objection.delivered", "listing.decided")
OFTEN: Final = {kind: 1 if kind in RARE else 20 if kind.startswith(DEEP) else 6 for kind in KINDS}


@cache
def some_order(number: int) -> list[str]:
    """Every kind, those sooner that lead on."""
    chance = random.Random(number)
    return sorted(KINDS, key=lambda kind: chance.random() ** (1 / OFTEN[kind]), reverse=True)


def play(examples: int, steps: int) -> None:
    """So many lives of so many steps."""
    short = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(Life, settings=short)


def test_both_opinions_agree_on_short_lives() -> None:
    """Whatever happens to a few records within some dozen statements."""
    play(60, 40)


@pytest.mark.slow
def test_both_opinions_agree_on_long_lives() -> None:
    """The same, many more of them and longer."""
    play(1500, 80)
