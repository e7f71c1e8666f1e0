"""One record and all that is said of it: decided over the shipped catalogue and rules, and watched by the auditor.

Statements are real ones, with commitments and openings, and only such as admission lets through. `say` numbers and
dates them, decides, records, and lets the auditor's rules about streams judge the same entry from its public part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from types import MappingProxyType
from uuid import UUID
from zlib import crc32

import pytest

from ledger.catalogue import CatalogueItem, parse_item, shipped_definitions
from ledger.domain.deadlines import Due, Period, computed_with, deadlines_of
from ledger.domain.deciding import Position
from ledger.domain.events import Erased, Recorded, recorded
from ledger.domain.evolve import evolve
from ledger.domain.gist import Items
from ledger.domain.publicity import is_shown
from ledger.domain.reading import read_body
from ledger.domain.record import Disclosure, decide
from ledger.domain.state import CreditRecord
from ledger.errors import RuleBroken
from ledger.particulars import path_faults, shape_fault
from ledger.rulebook.book import Rule, Rulebook, rule_name, shipped_rules
from ledger.rulebook.calendar_year import CalendarYear
from ledger.subjects import Subject, subject_value
from ledger.vocabulary import RecordStatus
from tests.ledger.harness import ENTERPRISE, MARKET, act, plea, randomness
from verify.entry import EntryHeader
from verify.statement import Statement
from verify.statement_type import ABOUT, AUTOMATIC, Clock, StatementType
from verify.streams import Streams
from verify.strict import JsonValue
from verify.submission import Draft

UNIT, OTHER, OPERATOR = "12110000000000000K", "12110000000000001N", "operator.example"
PENALTY, LICENCE, RESTRICTED = "administrative-penalty", "administrative-licence", "public-credit-evaluation"
SERIOUS, ABNORMAL, DEBTOR = "serious-dishonesty-list", "abnormal-operation-list", "dishonest-judgment-debtor"
VOLUNTARY = "voluntary-registration"
ATTENTION, HONOURED, PROCUREMENT = "key-attention-list", "trustworthy-subject", "procurement-dishonesty"
ITEMS: Items = {(item.item, item.version): item for item in map(parse_item, shipped_definitions())}
FIRST = 100
"""The entry with which a story begins; the rules were published before."""
T = StatementType
NOTHING: Mapping[str, JsonValue] = MappingProxyType({})


def book_of(*rules: Rule) -> Rulebook:
    """A rulebook of rules that were published as entries 1, 2, 3 and so on."""
    book = Rulebook()
    for seq, rule in enumerate(rules, 1):
        book = book.with_rule(rule, seq)
    return book


SHIPPED = book_of(*shipped_rules())


def uid(name: str) -> str:
    """A UUIDv7 that is the same for the same short name."""
    return f"019ab000-0000-7000-8000-{crc32(name.encode()):012x}"


def day(text: str) -> date:
    """A day."""
    return date.fromisoformat(text)


def calendar_2027(version: int = 1, *more_days_off: str) -> CalendarYear:
    """A made-up arrangement of 2027, of which only the first days matter here: 1 January is a Friday and off."""
    off = frozenset(map(day, ("2027-01-01", *more_days_off)))
    return CalendarYear(2027, version, "测试", off, frozenset())


@contextmanager
def refusal(field: str, rule: str) -> Iterator[None]:
    """What is said within is refused: for this field alone, by a rule with these words, and with a way out."""
    with pytest.raises(RuleBroken) as caught:
        yield
    (fault,) = caught.value.faults
    assert (fault.field, rule in fault.rule, bool(fault.fix)) == (field, True, True), fault


@dataclass
class Story:
    """A record, told from day to day."""

    today: str = "2026-11-20"
    book: Rulebook = SHIPPED
    items: Items = field(default_factory=lambda: dict(ITEMS))
    seq: int = FIRST
    state: CreditRecord | None = None
    events: list[Recorded] = field(default_factory=list)
    auditor: Streams = field(default_factory=Streams)

    def __post_init__(self) -> None:
        self.auditor._operator = OPERATOR
        self._random = randomness(self.seq)

    # ---- what is known -----------------------------------------------------------------------------------------

    @property
    def record(self) -> CreditRecord:
        """The record, which has begun."""
        assert self.state is not None
        return self.state

    @property
    def status(self) -> RecordStatus:
        """The status shown."""
        return self.record.status

    @property
    def disclosed(self) -> bool:
        """Whether the log says that everybody may see it."""
        return self.record.disclosed

    def shown_on(self, on: str) -> bool:
        """Whether everybody may see it on a day, whatever the clock has said by then."""
        return is_shown(self.record, self.items, self.book, day(on))

    def dues(self, clock: Clock | Period | None = None) -> list[Due]:
        """Its deadlines, all or those of one clock."""
        found = deadlines_of(self.record, self.items, self.book)
        return [due for due in found if clock is None or due.clock is clock]

    def due(self, clock: Clock | Period) -> Due:
        """The one deadline of this clock."""
        (found,) = self.dues(clock)
        return found

    def ends(self, clock: Clock | Period) -> str:
        """The last day of this one clock."""
        return self.due(clock).day.isoformat()

    # ---- telling -----------------------------------------------------------------------------------------------

    def at(self, today: str) -> Story:
        """The story goes on, on this day."""
        self.today = today
        return self

    def publish(self, *rules: Rule | CatalogueItem) -> Story:
        """The operator publishes rules or items."""
        for rule in rules:
            if isinstance(rule, CatalogueItem):
                self.items = {**self.items, (rule.item, rule.version): rule}
            else:
                self.book = self.book.with_rule(rule, self.seq)
            self.seq += 1
        return self

    def candidate(
        self, kind: StatementType, about: Mapping[str, JsonValue], values: Mapping[str, JsonValue], issuer: str
    ) -> tuple[EntryHeader, Statement, Recorded]:
        """An entry that could be the next one."""
        instant = f"{self.today}T04:00:00.000000Z"
        about = {name: value for name, value in about.items() if value is not None}
        submission = Draft(kind.value, about, values).sign(
            [MARKET], identifier=uid(str(self.seq)), issuer=issuer, made_at=instant, random=self._random
        )
        statement = Statement.parse(submission.statement)
        required, optional = ABOUT[kind]
        assert required <= about.keys() <= required | optional
        assert path_faults(kind, frozenset(values)) == []
        assert [shape_fault(kind, path, value) for path, value in values.items()] == [None] * len(values)
        named = values.get("subject")
        subject = self.state.subject if self.state is not None else ""
        if isinstance(named, dict):
            subject = Subject(str(named["scheme"]), str(named["code"]), str(named["name"])).handle
        version = 1 if self.state is None else self.state.version + 1
        header = EntryHeader(self.seq, bytes(32), instant, uid("record"), version, subject)
        body = read_body(statement, submission.openings)
        return header, statement, recorded(header, statement, body, submission.openings)

    def say(
        self,
        kind: StatementType,
        about: Mapping[str, JsonValue],
        values: Mapping[str, JsonValue],
        *,
        issuer: str = UNIT,
        signers: int = 2,
        bars: Iterable[str] = (),
    ) -> Disclosure:
        """Say it today: decided, recorded and audited. A refusal leaves everything as it was."""
        header, statement, event = self.candidate(kind, {"record": uid("record"), **about}, values, issuer)
        position = Position(self.items, self.book, OPERATOR, tuple(map(day, bars)), signers)
        effect = decide(self.state, event, position)
        if effect is not Disclosure.UNCHANGED:
            filing = self.state.filing if self.state is not None and self.state.filing is not None else self.seq
            told = (filing,) if effect is Disclosure.DISCLOSE else ()
            withdrawn = () if told else (filing,)
            header = replace(header, discloses=told, withdraws=withdrawn)
            assert isinstance(event.openings, Mapping)
            event = recorded(header, statement, event.body, event.openings)
        assert list(self.auditor.advance(header, statement, self.seq)) == []
        self.state = evolve(self.state, event, self.items)
        self.events.append(event)
        self.dues()
        self.seq += 1
        return effect

    def _act(
        self,
        kind: StatementType,
        about: Mapping[str, JsonValue] | None = None,
        *,
        on: str | None = None,
        issuer: str = UNIT,
        values: Mapping[str, JsonValue] = NOTHING,
    ) -> Disclosure:
        return self.say(kind, about or {}, {**act(on or self.today), **values}, issuer=issuer)

    def _plea(
        self,
        kind: StatementType,
        about: Mapping[str, JsonValue] | None = None,
        *,
        on: str | None = None,
        issuer: str = OPERATOR,
        values: Mapping[str, JsonValue] = NOTHING,
    ) -> Disclosure:
        return self.say(kind, about or {}, {**plea(on or self.today), **values}, issuer=issuer)

    # ---- records -----------------------------------------------------------------------------------------------

    def values(
        self, item: str, subject: Subject, decided_on: str | None = None, version: int = 1
    ) -> dict[str, JsonValue]:
        """Subject and fields of an item, decided today where nothing else is said."""
        definition = self.items[item, version]
        fields: dict[str, JsonValue] = {f"data/{each.code}": None for each in definition.fields}
        if definition.decided_on is not None:
            fields[f"data/{definition.decided_on}"] = decided_on or self.today
        return {"subject": dict(subject_value(subject)), **fields}

    def file(
        self,
        publicity: JsonValue = None,
        *,
        item: str = PENALTY,
        version: int = 1,
        decided_on: str | None = None,
        subject: Subject = ENTERPRISE,
        issuer: str = UNIT,
    ) -> Disclosure:
        """`record.filed`."""
        values = self.values(item, subject, decided_on, version)
        if publicity is not None:
            values["publicity"] = publicity
        return self.say(T.RECORD_FILED, {"catalogue": {"item": item, "version": version}}, values, issuer=issuer)

    def correct(
        self,
        *,
        item: str | None = None,
        version: int = 1,
        decided_on: str | None = None,
        subject: Subject = ENTERPRISE,
        objection: str | None = None,
        remedy: str | None = None,
        on: str | None = None,
        issuer: str = UNIT,
    ) -> Disclosure:
        """`record.corrected`."""
        item = item or self.record.item
        known = None if self.state is None else self.state.decided_on
        values = self.values(item, subject, decided_on or (None if known is None else known.isoformat()), version)
        about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": version}}
        about |= _ids(objection=objection, remedy=remedy)
        return self.say(T.RECORD_CORRECTED, about, {**values, **act(on or self.today)}, issuer=issuer)

    def withdraw(self, on: str) -> Disclosure:
        """`record.corrected` of a voluntary record: the subject took its authorisation back."""
        values = self.values(VOLUNTARY, ENTERPRISE) | {"data/ZY_SQCH": on}
        about: dict[str, JsonValue] = {"catalogue": {"item": VOLUNTARY, "version": 1}}
        return self.say(T.RECORD_CORRECTED, about, {**values, **act(self.today)})

    def change(
        self,
        *,
        objection: str | None = None,
        remedy: str | None = None,
        superseded_by: str | None = None,
        on: str | None = None,
        issuer: str = UNIT,
    ) -> Disclosure:
        """`record.changed`."""
        about = _ids(objection=objection, remedy=remedy, superseded_by=superseded_by)
        return self._act(T.RECORD_CHANGED, about, on=on, issuer=issuer)

    def revoke(
        self,
        *,
        objection: str | None = None,
        remedy: str | None = None,
        superseded_by: str | None = None,
        on: str | None = None,
        issuer: str = UNIT,
    ) -> Disclosure:
        """`record.revoked`."""
        about = _ids(objection=objection, remedy=remedy, superseded_by=superseded_by)
        return self._act(T.RECORD_REVOKED, about, on=on, issuer=issuer)

    def determine(
        self, publicity: JsonValue, *, rules: str = "publicity/order-36", version: int = 1, issuer: str = UNIT
    ) -> Disclosure:
        """`publicity.determined`."""
        return self._act(T.PUBLICITY_DETERMINED, _rules(rules, version), issuer=issuer, values={"publicity": publicity})

    def mask(self, mask: str = "m1", *, on: str | None = None, issuer: str = UNIT) -> Disclosure:
        """`mask.applied`."""
        return self._act(T.MASK_APPLIED, _ids(mask=mask), on=on, issuer=issuer)

    def unmask(
        self, mask: str = "m1", *, outcome: str = "performed", on: str | None = None, issuer: str = UNIT
    ) -> Disclosure:
        """`mask.lifted`."""
        return self._act(T.MASK_LIFTED, _ids(mask=mask), on=on, issuer=issuer, values={"outcome": outcome})

    def open_remedy(
        self, remedy: str = "r1", *, kind: str = "litigation", on: str | None = None, issuer: str = UNIT
    ) -> Disclosure:
        """`remedy.opened`."""
        return self._act(T.REMEDY_OPENED, _ids(remedy=remedy), on=on, issuer=issuer, values={"kind": kind})

    def close_remedy(
        self, remedy: str = "r1", *, outcome: str = "annulled", on: str | None = None, issuer: str = UNIT
    ) -> Disclosure:
        """`remedy.closed`."""
        return self._act(T.REMEDY_CLOSED, _ids(remedy=remedy), on=on, issuer=issuer, values={"outcome": outcome})

    # ---- lists -------------------------------------------------------------------------------------------------

    def notify(
        self,
        *cases: str,
        item: str = SERIOUS,
        rules: str | None = None,
        version: int = 1,
        subject: Subject = ENTERPRISE,
        on: str | None = None,
        issuer: str = UNIT,
    ) -> Disclosure:
        """`listing.notified`."""
        about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": 1}}
        about |= _rules(rules or f"list/{item}", version)
        values = act(on or self.today, subject=dict(subject_value(subject)), cases=[*(cases or _cases(item))])
        return self.say(T.LISTING_NOTIFIED, about, values, issuer=issuer)

    def defend(self, *, on: str | None = None, issuer: str = OPERATOR) -> Disclosure:
        """`listing.defended`."""
        return self._plea(T.LISTING_DEFENDED, on=on, issuer=issuer)

    def drop(self, *, on: str | None = None, issuer: str = UNIT) -> Disclosure:
        """`listing.dropped`."""
        return self._act(T.LISTING_DROPPED, on=on, issuer=issuer)

    def enlist(
        self,
        *cases: str,
        item: str = SERIOUS,
        version: int = 1,
        subject: Subject = ENTERPRISE,
        decided_on: str | None = None,
        prolonged_by: int = 0,
        defence: str | None = None,
        publicity: JsonValue = None,
        on: str | None = None,
        issuer: str = UNIT,
        signers: int = 2,
    ) -> Disclosure:
        """`listing.decided`."""
        about: dict[str, JsonValue] = {"catalogue": {"item": item, "version": 1}, **_rules(f"list/{item}", version)}
        values = {
            **self.values(item, subject, decided_on or on),
            **act(on or self.today, cases=[*(cases or _cases(item))], prolonged_by=prolonged_by),
        }
        values |= {} if defence is None else {"defence": defence}
        values |= {} if publicity is None else {"publicity": publicity}
        return self.say(T.LISTING_DECIDED, about, values, issuer=issuer, signers=signers)

    def remove(
        self, removal: str = "early-repair", *, successor: str | None = None, on: str | None = None, issuer: str = UNIT
    ) -> Disclosure:
        """`listing.removed`."""
        return self._act(
            T.LISTING_REMOVED, _ids(superseded_by=successor), on=on, issuer=issuer, values={"removal": removal}
        )

    # ---- objections --------------------------------------------------------------------------------------------

    def object(
        self, objection: str = "o1", *, origin: str = "subject", on: str | None = None, issuer: str = OPERATOR
    ) -> Disclosure:
        """`objection.raised`."""
        return self._plea(
            T.OBJECTION_RAISED, _ids(objection=objection), on=on, issuer=issuer, values={"origin": origin}
        )

    def forward(self, objection: str = "o1", *, on: str | None = None) -> Disclosure:
        """`objection.forwarded`."""
        return self._act(T.OBJECTION_FORWARDED, _ids(objection=objection), on=on, issuer=OPERATOR)

    def extend(self, to: int = 20, objection: str = "o1", *, on: str | None = None, issuer: str = UNIT) -> Disclosure:
        """`objection.extended`."""
        return self._act(
            T.OBJECTION_EXTENDED, _ids(objection=objection), on=on, issuer=issuer, values={"to_working_days": to}
        )

    def resolve(
        self, outcome: str = "upheld", objection: str = "o1", *, on: str | None = None, issuer: str = UNIT
    ) -> Disclosure:
        """`objection.resolved`."""
        values: dict[str, JsonValue] = {"outcome": outcome, "unit": "测试市场监管局"}
        return self._act(T.OBJECTION_RESOLVED, _ids(objection=objection), on=on, issuer=issuer, values=values)

    def deliver(self, objection: str = "o1", *, on: str | None = None, issuer: str = UNIT) -> Disclosure:
        """`objection.delivered`."""
        return self._act(T.OBJECTION_DELIVERED, _ids(objection=objection), on=on, issuer=issuer)

    def request_review(self, objection: str = "o1", *, on: str | None = None, issuer: str = OPERATOR) -> Disclosure:
        """`review.requested`."""
        return self._plea(T.REVIEW_REQUESTED, _ids(objection=objection), on=on, issuer=issuer)

    def review(
        self, outcome: str = "upheld", objection: str = "o1", *, on: str | None = None, issuer: str = UNIT
    ) -> Disclosure:
        """`review.decided`."""
        values: dict[str, JsonValue] = {"outcome": outcome, "unit": "测试市场监管局"}
        return self._act(T.REVIEW_DECIDED, _ids(objection=objection), on=on, issuer=issuer, values=values)

    # ---- repair ------------------------------------------------------------------------------------------------

    def apply(
        self,
        repair: str = "p1",
        *,
        facts: JsonValue = None,
        rules: str = "repair/order-36",
        version: int = 1,
        on: str | None = None,
        issuer: str = OPERATOR,
        bars: Iterable[str] = (),
    ) -> Disclosure:
        """`repair.applied`; the conditions are met on its day where nothing else is said."""
        on = on or self.today
        values = act(on, facts=facts or facts_of(on))
        about = {**_ids(repair=repair), **_rules(rules, version)}
        return self.say(T.REPAIR_APPLIED, about, values, issuer=issuer, bars=bars)

    def step(
        self,
        kind: StatementType,
        repair: str = "p1",
        *,
        on: str | None = None,
        issuer: str | None = None,
        values: Mapping[str, JsonValue] = NOTHING,
    ) -> Disclosure:
        """A step of a repair."""
        issuer = issuer or (OPERATOR if kind is T.REPAIR_FORWARDED else UNIT)
        return self._act(kind, _ids(repair=repair), on=on, issuer=issuer, values=values)

    def accept(self, repair: str = "p1") -> Story:
        """Applied for with the unit itself, and accepted."""
        self.apply(repair, issuer=UNIT)
        self.step(T.REPAIR_ACCEPTED, repair)
        return self

    def grant(self, repair: str = "p1") -> Disclosure:
        """Applied for, accepted, verified and granted, all today."""
        self.accept(repair).step(T.REPAIR_VERIFIED, repair)
        return self.step(T.REPAIR_GRANTED, repair)

    def abuse(self, repair: str = "p1", *, kind: str = "false-material", on: str | None = None) -> Disclosure:
        """`repair.revoked`."""
        return self.step(T.REPAIR_REVOKED, repair, on=on, values={"abuse": kind})

    # ---- what falls due ----------------------------------------------------------------------------------------

    def fall_due(
        self, kind: StatementType, on: str, rules: str, version: int = 1, *, repair: str | None = None
    ) -> Disclosure:
        """`publicity.ended`, `listing.expired`, `bar.ended`."""
        assert kind in AUTOMATIC
        about = {**_rules(rules, version), **_ids(repair=repair)}
        return self.say(kind, about, {"on": on, "reason": "期满"}, issuer=OPERATOR)

    def miss(self, due: Due, **changed: JsonValue) -> Disclosure:
        """`deadline.missed`, as the clock says it."""
        about: dict[str, JsonValue] = {"clock": due.clock.value, "since": due.since, **_rules(*due.rule)}
        calendar: list[JsonValue] = [[*each] for each in due.calendar]
        values: dict[str, JsonValue] = {"on": due.day.isoformat(), "reason": "逾期", "calendar": calendar}
        return self.say(T.DEADLINE_MISSED, about, values | changed, issuer=OPERATOR)

    def recompute(self, due: Due, **changed: JsonValue) -> Disclosure:
        """`deadline.recomputed`, as the clock says it."""
        new = computed_with(due, self.book)
        about: dict[str, JsonValue] = {"clock": due.clock.value, "since": due.since, **_rules(*due.rule)}
        calendar: list[JsonValue] = [[*each] for each in new.calendar]
        values: dict[str, JsonValue] = {"on": new.day.isoformat(), "reason": "重算", "calendar": calendar}
        return self.say(T.DEADLINE_RECOMPUTED, about, values | {"was": due.day.isoformat()} | changed, issuer=OPERATOR)

    def replayed(self, *erased: int) -> CreditRecord:
        """The record folded again, some of its events without their values."""
        state: CreditRecord | None = None
        for number, event in enumerate(self.events):
            values = Erased(event.facts.seq) if number in erased else event.openings
            state = evolve(
                state, Recorded(UUID(uid("record")), event.originator_version, event.facts, values), self.items
            )
        assert state is not None
        return state


def facts_of(on: str, **changed: JsonValue) -> dict[str, JsonValue]:
    """`facts` of which everything happened on one day."""
    none: dict[str, JsonValue] = {"other": [], "supplementary": []}
    return {"corrected_on": on, "performed_on": on, "committed_on": on, **none, **changed}


def _ids(**names: str | None) -> dict[str, JsonValue]:
    return {key: uid(name) for key, name in names.items() if name is not None}


def _rules(name: str, version: int) -> dict[str, JsonValue]:
    return {"rules": {"name": name, "version": version}}


def _cases(item: str) -> list[str]:
    standard = next(rule for rule in shipped_rules() if rule_name(rule) == f"list/{item}")
    return [getattr(standard, "criteria")[0].code]  # noqa: B009 - a union of rules, of which lists have criteria
