"""The ledger's clock on a real ledger: what has fallen due is said once, in order, whenever it runs again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from ledger import clock as clock_module
from ledger.administration import rules_statement
from ledger.catalogue import FieldKind, parse_item, shipped_definitions
from ledger.clock import ClockRun, run_clock
from ledger.domain.deadlines import Period
from ledger.errors import Refusal, RuleBroken
from ledger.rulebook.book import Rule
from ledger.service import WritableLedger
from ledger.store.deadlines import StoredDue
from tests.ledger.domain.story import SERIOUS, calendar_2027, facts_of
from tests.ledger.harness import (
    ENTERPRISE,
    MARKET,
    MARKET_TOO,
    OTHER_ENTERPRISE,
    PENALTY,
    Desk,
    act,
    findings,
    item_reference,
    penalty,
    publicity,
    put,
    record_values,
)
from verify.entry import Entry
from verify.statement_type import Clock, StatementType
from verify.strict import JsonValue
from verify.submission import Submission

T = StatementType
LIST = next(item for item in map(parse_item, shipped_definitions()) if item.item == SERIOUS)
NOON_IN_BEIJING = 4
MIDNIGHT_IN_BEIJING = 16


@dataclass
class Office:
    """A ledger with all rules, and its clock, which runs when it is told to."""

    desk: Desk
    ledger: WritableLedger
    batches: list[int]

    def on(self, day: str, hour: int = NOON_IN_BEIJING) -> Office:
        """It is noon of this day in Beijing."""
        self.desk.clock.moment = datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)
        return self

    def run(self, *, moved: bool = True, before: Callable[[], object] | None = None) -> ClockRun:
        """Let the clock look; `before` happens between its look and its first word."""
        key = self.desk.home.operator_key()
        waiting = [before] if before is not None else []

        def append(submissions: list[Submission]) -> list[Refusal | None]:
            while waiting:
                waiting.pop()()
            self.batches.append(len(submissions))
            return [self._append(each) for each in submissions]

        sequencer = self.ledger.sequencer
        return run_clock(
            sequencer.deadlines,
            self.ledger.reader,
            sequencer.rules.book,
            lambda: self.desk.pen(key),
            sequencer.today,
            append,
            moved=moved,
        )

    def _append(self, submission: Submission) -> Refusal | None:
        try:
            put(self.ledger, submission)
        except Refusal as refusal:
            return refusal
        return None

    def publish(self, rule: Rule) -> None:
        """The operator publishes a rule."""
        put(self.ledger, rules_statement(self.desk.pen(self.desk.home.operator_key()), rule))

    def file(self, terms: JsonValue = None, *, decided_on: str | None = None, number: int = 1) -> str:
        """File a penalty; gives its id."""
        record = self.desk.new_id()
        values = record_values(
            ENTERPRISE, penalty(CF_JDRQ=decided_on or self.desk.today, CF_WSH=f"京测罚〔2026〕{number}号")
        )
        values |= {} if terms is None else {"publicity": terms}
        about: dict[str, JsonValue] = {"catalogue": item_reference(), "record": record}
        put(self.ledger, self.desk.sign(T.RECORD_FILED, about, values))
        return record

    def say(self, kind: StatementType, record: str, about: dict[str, JsonValue], **values: JsonValue) -> None:
        """The unit says something about a record, with two keys."""
        said = {**act(self.desk.today), **values}
        put(self.ledger, self.desk.sign(kind, {"record": record, **about}, said, too=MARKET_TOO))

    def events(self, *kinds: StatementType) -> list[Entry]:
        """The entries of these types, in the order of the log."""
        entries = [Entry.parse(raw) for _seq, raw in self.ledger.reader.entries(0, self.ledger.reader.size())]
        return [entry for entry in entries if entry.statement.type in kinds]

    def rows(self, record: str) -> list[StoredDue]:
        """All deadlines of a record."""
        return self.ledger.sequencer.deadlines.of_record(UUID(record))

    def value(self, entry: Entry, path: str) -> JsonValue:
        """What an entry opens at a path."""
        for event in self.ledger.recorder.select_notifications(entry.header.seq + 1, 1):
            return self.ledger.mapper.to_domain_event(event).value(path)
        return None


@pytest.fixture
def office(ruled: Desk) -> Iterator[Office]:
    """A ledger with all rules, on 2026-11-20."""
    with ruled.open() as ledger:
        yield Office(ruled, ledger, [])


def test_publicity_ends_the_day_after_its_last_and_once(office: Office) -> None:
    """On that day nothing is said; at midnight in Beijing it is, and the record is withdrawn."""
    record = office.file(publicity("ordinary"))
    assert office.on("2027-11-20", MIDNIGHT_IN_BEIJING - 1).run() == ClockRun({}, 0)

    assert office.on("2027-11-20", MIDNIGHT_IN_BEIJING).run() == ClockRun({T.PUBLICITY_ENDED: 1}, 0)
    assert office.run() == ClockRun({}, 0)
    (ended,) = office.events(T.PUBLICITY_ENDED)
    (filed,) = office.events(T.RECORD_FILED)
    assert ended.header.stream == record
    assert ended.header.withdraws == (filed.header.seq,)
    assert ended.statement.issuer == "operator.example"
    assert office.value(ended, "on") == "2027-11-20"
    assert findings(office.ledger) == []


def test_an_entry_of_a_list_expires(office: Office) -> None:
    """Three years after its decision."""
    record = office.desk.new_id()
    subject = {"code": ENTERPRISE.code, "name": ENTERPRISE.name, "scheme": ENTERPRISE.scheme}
    about: dict[str, JsonValue] = {
        "catalogue": {"item": SERIOUS, "version": 1},
        "rules": {"name": f"list/{SERIOUS}", "version": 1},
    }
    cases: dict[str, JsonValue] = {"cases": ["health-and-life"], "subject": dict(subject)}
    office.say(T.LISTING_NOTIFIED, record, about, **cases)
    office.on("2026-12-01")
    office.say(T.LISTING_DECIDED, record, about, **cases, **entry_values("2026-12-01"), prolonged_by=0)

    assert office.on("2029-12-01").run() == ClockRun({}, 0)
    assert office.on("2029-12-02").run() == ClockRun({T.LISTING_EXPIRED: 1}, 0)
    assert office.run() == ClockRun({}, 0)
    assert findings(office.ledger) == []


def test_a_bar_ends_and_lets_the_subject_apply_again(office: Office) -> None:
    """Three years after abuse, also for the subject's other records."""
    abused, other = office.file(publicity("ordinary")), office.file(publicity("serious"), number=2)
    repair = office.desk.new_id()
    office.on("2027-03-01")
    apply(office, abused, repair)
    for kind in (T.REPAIR_ACCEPTED, T.REPAIR_VERIFIED, T.REPAIR_GRANTED):
        office.say(kind, abused, {"repair": repair})
    office.on("2027-04-01")
    office.say(T.REPAIR_REVOKED, abused, {"repair": repair}, abuse="false-material")
    office.on("2029-11-01")
    with pytest.raises(RuleBroken, match="barred from repair until 2030-04-01"):
        apply(office, other, office.desk.new_id())

    run = office.on("2030-04-02").run()
    assert run.appended[T.BAR_ENDED] == 1
    (ended,) = office.events(T.BAR_ENDED)
    assert ended.statement.about["repair"] == repair
    assert (office.value(ended, "on"), office.run()) == ("2030-04-01", ClockRun({}, 0))
    apply(office, other, office.desk.new_id())
    assert findings(office.ledger) == []


def test_after_a_long_stop_everything_is_said_in_the_order_of_days(ruled: Desk) -> None:
    """Missed steps and ended periods of several records, after a restart; and not again after the next."""
    desk = ruled
    with desk.open() as ledger:
        office = Office(desk, ledger, [])
        for number, terms in enumerate((publicity("serious"), None, publicity("ordinary"), None)):
            office.file(terms, number=number)
        put(ledger, desk.object(office.file(publicity("minor"), number=9), desk.new_id(), key=MARKET))
    for years, expected in ((4, {T.DEADLINE_MISSED: 3, T.PUBLICITY_ENDED: 2}), (5, {})):
        desk.clock.moment = datetime(2026 + years, 1, 1, 4, tzinfo=UTC)
        with desk.open() as ledger:
            office = Office(desk, ledger, [])
            assert office.run() == ClockRun(expected, 0)
            said = office.events(T.DEADLINE_MISSED, T.PUBLICITY_ENDED)
            assert [office.value(entry, "on") for entry in said] == [
                "2026-11-27",  # verifying the objection
                "2026-12-01",  # two records without a class were not disclosed
                "2026-12-01",
                "2027-11-20",
                "2029-11-20",
            ]
            assert findings(ledger) == []


def test_what_was_done_late_is_missed_at_the_next_look(office: Office) -> None:
    """The day after the filing, dated with the day on which it should have been."""
    office.on("2026-12-07")
    record = office.file(publicity("ordinary"), decided_on="2026-11-20")

    assert office.run() == ClockRun({T.DEADLINE_MISSED: 2}, 0)
    missed = office.events(T.DEADLINE_MISSED)
    assert [(entry.statement.about["clock"], office.value(entry, "on")) for entry in missed] == [
        (Clock.DISCLOSE, "2026-12-01"),
        (Clock.COLLECT, "2026-12-04"),
    ]
    assert [office.value(entry, "calendar") for entry in missed] == [[[2026, 1]]] * 2
    assert missed[0].statement.about["rules"] == {"name": f"catalogue/{PENALTY.item}", "version": 1}
    assert all(row.due.settled for row in office.rows(record) if isinstance(row.due.clock, Clock))
    assert office.run() == ClockRun({}, 0)
    assert findings(office.ledger) == []


def test_nothing_provisional_is_missed_and_all_of_it_when_the_calendar_comes(office: Office) -> None:
    """First the deadline moves, then it is missed, in one run; what the new calendar excuses is not."""
    office.on("2026-12-23")
    never = office.file()
    office.on("2027-01-04")
    excused = office.file(decided_on="2026-12-18")
    assert office.on("2027-03-01").run().appended == {T.DEADLINE_MISSED: 1}
    assert [row.due.clock for row in office.rows(excused) if row.due.settled] == [Clock.DISCLOSE]

    office.publish(calendar_2027())
    assert office.run(moved=False) == ClockRun({}, 0)
    assert office.run() == ClockRun({T.DEADLINE_RECOMPUTED: 2, T.DEADLINE_MISSED: 1}, 0)
    recomputed, missed = office.events(T.DEADLINE_RECOMPUTED), office.events(T.DEADLINE_MISSED)
    assert {(office.value(entry, "was"), office.value(entry, "on")) for entry in recomputed} == {
        ("2027-01-01", "2027-01-04")
    }
    assert {entry.header.stream for entry in recomputed} == {never, excused}
    assert [entry.header.stream for entry in missed] == [excused, never]
    assert office.run() == ClockRun({}, 0)
    assert findings(office.ledger) == []


def test_a_calendar_that_moves_nothing_says_nothing(office: Office) -> None:
    """Published on time, it is what the next clocks run by."""
    office.file()
    office.publish(calendar_2027())

    assert office.run() == ClockRun({}, 0)


def test_a_record_that_moves_meanwhile_is_passed_over(office: Office) -> None:
    """Between the clock's look and its word the record was revoked: what has ended does not end as well."""
    record = office.file(publicity("ordinary"))
    office.on("2027-11-21")

    def revoke() -> None:
        put(office.ledger, office.desk.revoke(record))

    assert office.run(before=revoke) == ClockRun({}, 1)
    assert office.run() == ClockRun({}, 0)
    assert office.events(T.PUBLICITY_ENDED) == []


def test_two_looks_at_once_say_it_once(office: Office) -> None:
    """A second clock, or the operator's own hand: what has been said is refused."""
    office.file()
    office.on("2026-12-02")

    assert office.run(before=office.run) == ClockRun({}, 1)
    assert len(office.events(T.DEADLINE_MISSED)) == 1


def test_many_are_said_in_chunks(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each a batch of its own, so that a long list does not fill the queue."""
    monkeypatch.setattr(clock_module, "_CHUNK", 4)
    for number in range(10):
        office.file(number=number)

    assert office.on("2026-12-02").run() == ClockRun({T.DEADLINE_MISSED: 10}, 0)
    assert office.batches == [4, 4, 2]
    assert office.run() == ClockRun({}, 0)


def test_the_clock_has_no_power_of_its_own(office: Office) -> None:
    """A forged end, signed by the operator, is decided like every other statement."""
    record = office.file(publicity("ordinary"))
    pen = office.desk.pen(office.desk.home.operator_key())
    about: dict[str, JsonValue] = {"record": record, "rules": {"name": "publicity/order-36", "version": 1}}
    early = pen.write(T.PUBLICITY_ENDED, about, {"on": office.desk.today, "reason": "期满"})

    with pytest.raises(RuleBroken, match="the last day is 2027-11-20"):
        put(office.ledger, early)


def test_a_masked_record_still_ends(office: Office) -> None:
    """Nothing is left to withdraw."""
    record = office.file(publicity("ordinary"))
    office.say(T.MASK_APPLIED, record, {"mask": office.desk.new_id()})

    assert office.on("2027-11-21").run() == ClockRun({T.PUBLICITY_ENDED: 1}, 0)
    (ended,) = office.events(T.PUBLICITY_ENDED)
    assert ended.header.withdraws == ()
    assert findings(office.ledger) == []


def test_a_repaired_record_does_not_end_as_well(office: Office) -> None:
    """Until its repair is revoked: then its time has run on."""
    record, repair = office.file(publicity("ordinary")), office.desk.new_id()
    office.on("2027-03-01")
    apply(office, record, repair)
    for kind in (T.REPAIR_ACCEPTED, T.REPAIR_VERIFIED, T.REPAIR_GRANTED):
        office.say(kind, record, {"repair": repair})
    assert office.on("2027-12-01").run() == ClockRun({}, 0)

    office.say(T.REPAIR_REVOKED, record, {"repair": repair}, abuse="broken-commitment")
    assert office.run() == ClockRun({T.PUBLICITY_ENDED: 1}, 0)
    assert findings(office.ledger) == []


def test_a_simulated_ledger_has_the_day_it_is_given(tmp_path: Path) -> None:
    """Its entries are dated by their statements, so the clock's statements bring the day with them."""
    desk = Desk(tmp_path / "ledger")
    with desk.found(simulated_clock=True, rules=True) as ledger:
        office = Office(desk, ledger, [])
        office.file()
        desk.clock.moment += timedelta(days=12)

        assert office.run() == ClockRun({T.DEADLINE_MISSED: 1}, 0)
        assert findings(ledger) == []


def test_the_rows_of_a_subject_are_its_own(office: Office) -> None:
    """Another subject's records have their deadlines too."""
    office.file()
    put(office.ledger, office.desk.file(subject=OTHER_ENTERPRISE))
    deadlines = office.ledger.sequencer.deadlines
    (row,) = deadlines.of_subject(ENTERPRISE.handle, Clock.DISCLOSE)

    assert row.subject == ENTERPRISE.handle
    assert deadlines.of_subject(ENTERPRISE.handle, Clock.COLLECT) == []  # done in time
    assert deadlines.of_subject(ENTERPRISE.handle, Period.BAR) == []


def apply(office: Office, record: str, repair: str) -> None:
    """The unit takes an application in."""
    rules: dict[str, JsonValue] = {"name": "repair/order-36", "version": 1}
    office.say(T.REPAIR_APPLIED, record, {"repair": repair, "rules": rules}, facts=facts_of(office.desk.today))


def entry_values(decided_on: str) -> dict[str, JsonValue]:
    """Values of a made-up entry of the serious list: what every field needs, and the day to which it lasts."""
    filled: dict[FieldKind, JsonValue] = {FieldKind.DATE: decided_on, FieldKind.USCC: ENTERPRISE.code}
    values: dict[str, JsonValue] = {}
    for field in LIST.fields:
        value = field.labels[0] if field.labels else filled.get(field.kind, "测试内容")
        value = [value] if field.kind is FieldKind.LABELS else value
        values[f"data/{field.code}"] = value if field.required else None
    named: dict[str, JsonValue] = {"YZ_ZT_MC": ENTERPRISE.name, "YZ_ZT_SHXYM": ENTERPRISE.code, "YZ_QXZ": "2099-12-31"}
    return values | {f"data/{code}": value for code, value in named.items()}
