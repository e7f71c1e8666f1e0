"""A city's credit office: a real ledger, its clock set by hand, and a verb for each thing that people do in a case.

Objections, repairs and lists have a module of their own, `procedures`. Whoever does not say otherwise is the market
bureau that provided the record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from ledger.administration import rules_statement
from ledger.application import event_topic
from ledger.beijing import BEIJING
from ledger.clock import run_clock
from ledger.domain.bodies import DeadlineMissed, DeadlineRecomputed
from ledger.domain.deadlines import Due
from ledger.domain.deciding import Position
from ledger.domain.events import Recorded
from ledger.domain.repairs import assessment_of
from ledger.errors import Fault, Refusal, RuleBroken
from ledger.particulars import read_facts
from ledger.rulebook.calendar_year import parse_calendar
from ledger.rulebook.repair import Assessment, RepairFacts
from ledger.service import WritableLedger
from ledger.subjects import Subject
from ledger.vocabulary import RecordStatus
from projections.records import RecordView, fold_records, public_view
from tests.ledger.harness import ENTERPRISE, MARKET, Desk, act, findings, publicity, put, record_values
from tests.scenarios.papers import PENALTY, item_reference, paper
from verify.finding import Finding
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Submission

_MORNING = 10
_MINUTE = 60
_MOST = 10_000

Values: TypeAlias = Mapping[str, JsonValue]


@dataclass(slots=True)
class Refused:
    """What was answered to a statement that was not accepted."""

    faults: tuple[Fault, ...] = ()

    def says(self, words: str) -> bool:
        """Say whether the answer has these words."""
        return any(words in fault.sentence() for fault in self.faults)


@dataclass(slots=True)
class Office:
    """The office, its ledger, and everybody who comes to it."""

    desk: Desk
    ledger: WritableLedger
    founded: int
    """The size of the log before the case."""

    # ---- days ----------------------------------------------------------------------------------------------------

    def on(self, day: str) -> None:
        """Let it be ten in the morning of a later day in Beijing, or keep the hour of today."""
        then = datetime.combine(date.fromisoformat(day), datetime.min.time(), BEIJING) + timedelta(hours=_MORNING)
        assert then >= self.desk.clock.moment or day == self.desk.today, f"{day} is over"
        self.desk.clock.moment = max(then, self.desk.clock.moment)

    @property
    def today(self) -> str:
        """The day in Beijing."""
        return self.desk.today

    def publish_calendar(self, year: int, *days_off: str, worked: tuple[str, ...] = ()) -> None:
        """Publish the State Council's arrangement of a year."""
        definition: dict[str, JsonValue] = {
            "year": year,
            "version": 1,
            "source": f"《国务院办公厅关于{year}年部分节假日安排的通知》（测试）",
            "days_off": [*days_off],
            "days_worked": [*worked],
        }
        self._put(rules_statement(self.desk.pen(self.platform), parse_calendar(definition)))

    # ---- people --------------------------------------------------------------------------------------------------

    @property
    def platform(self) -> SigningKey:
        """The key of the operator, who keeps the ledger and decides nothing."""
        return self.desk.home.operator_key()

    def say(
        self, kind: StatementType, about: Values, values: Values, by: SigningKey = MARKET, too: SigningKey | None = None
    ) -> int:
        """Sign a statement and hand it in; gives the number of its entry, raises what refuses it."""
        return self._put(self.desk.sign(kind, about, values, by, too=too))

    @contextmanager
    def refuses(self, *fields: str) -> Iterator[Refused]:
        """What is handed in here is refused for these fields, with a rule and a way out, and leaves no trace."""
        answer, before = Refused(), self._size()
        try:
            yield answer
        except Refusal as refusal:
            answer.faults = refusal.faults
        assert tuple(fault.field for fault in answer.faults) == fields
        assert all(fault.rule and fault.fix for fault in answer.faults)
        assert self._size() == before

    def _put(self, submission: Submission) -> int:
        seq = put(self.ledger, submission).seq
        self.desk.clock.advance(_MINUTE)
        return seq

    # ---- records -------------------------------------------------------------------------------------------------

    def file(
        self,
        name: str = PENALTY,
        decided_on: str | None = None,
        *,
        subject: Subject = ENTERPRISE,
        terms: JsonValue = None,
        by: SigningKey = MARKET,
        **written: JsonValue,
    ) -> str:
        """归集: file a decision, of today by default, with what was determined about its publicity."""
        record = self.desk.new_id()
        values = record_values(subject, paper(name, subject, decided_on or self.today, **written))
        if terms is not None:
            values["publicity"] = terms
        self.say(StatementType.RECORD_FILED, {"catalogue": item_reference(name), "record": record}, values, by)
        return record

    def file_penalty(
        self, decided_on: str | None = None, grade: str | None = "ordinary", *, subject: Subject = ENTERPRISE
    ) -> str:
        """归集: file a penalty with its class."""
        return self.file(PENALTY, decided_on, subject=subject, terms=publicity(grade))

    def determine(self, record: str, rules: str, terms: JsonValue, by: SigningKey = MARKET) -> None:
        """公示认定: say what holds of the record's publicity."""
        about: Values = {"record": record, "rules": {"name": rules, "version": 1}}
        self.say(StatementType.PUBLICITY_DETERMINED, about, act(self.today, publicity=terms), by)

    def correct(
        self,
        record: str,
        decided_on: str,
        *,
        subject: Subject = ENTERPRISE,
        by: SigningKey = MARKET,
        about: Values | None = None,
        **written: JsonValue,
    ) -> None:
        """更正: say all fields of a penalty again."""
        values = {**record_values(subject, paper(PENALTY, subject, decided_on, **written)), **act(self.today)}
        named = {"catalogue": item_reference(PENALTY), "record": record, **(about or {})}
        self.say(StatementType.RECORD_CORRECTED, named, values, by)

    def change(self, record: str, *, by: SigningKey = MARKET, **about: JsonValue) -> None:
        """变更 with `superseded_by`, 废止 without."""
        self.say(StatementType.RECORD_CHANGED, {"record": record, **about}, act(self.today), by)

    def revoke(self, record: str, *, by: SigningKey = MARKET, on: str | None = None, **about: JsonValue) -> None:
        """撤销: it was never valid."""
        self.say(StatementType.RECORD_REVOKED, {"record": record, **about}, act(on or self.today, "决定被撤销"), by)

    def open_remedy(self, record: str, kind: str = "litigation", by: SigningKey = MARKET) -> str:
        """复议、诉讼标注."""
        remedy = self.desk.new_id()
        about: Values = {"record": record, "remedy": remedy}
        self.say(StatementType.REMEDY_OPENED, about, act(self.today, "已受理", kind=kind), by)
        return remedy

    def close_remedy(self, record: str, remedy: str, outcome: str, by: SigningKey = MARKET) -> None:
        """复议、诉讼终结."""
        about: Values = {"record": record, "remedy": remedy}
        self.say(StatementType.REMEDY_CLOSED, about, act(self.today, "判决书", outcome=outcome), by)

    def mask(self, record: str, by: SigningKey = MARKET) -> str:
        """临时屏蔽: the court has ruled that there is a reorganisation."""
        mask = self.desk.new_id()
        self.say(StatementType.MASK_APPLIED, {"mask": mask, "record": record}, act(self.today, "法院裁定"), by)
        return mask

    def unmask(self, record: str, mask: str, outcome: str, by: SigningKey = MARKET) -> None:
        """解除屏蔽: the plan was performed, or failed."""
        about: Values = {"mask": mask, "record": record}
        self.say(StatementType.MASK_LIFTED, about, act(self.today, "法院裁定", outcome=outcome), by)

    # ---- time, and what is seen ----------------------------------------------------------------------------------

    def run_clock(self) -> list[str]:
        """Let the ledger's clock say all that has fallen due, and list it in the order of entries."""
        before = self._size()
        sequencer, reader = self.ledger.sequencer, self.ledger.reader
        today = date.fromisoformat(self.today)
        run = run_clock(
            sequencer.deadlines,
            reader,
            sequencer.rules.book,
            lambda: self.desk.pen(self.platform),
            today,
            lambda submissions: [self._offer(each) for each in submissions],
        )
        said = [_sentence(event) for event in self._events(before)]
        assert run.passed_over == 0
        assert sum(run.appended.values()) == len(said)
        return said

    def _offer(self, submission: Submission) -> RuleBroken | None:
        try:
            put(self.ledger, submission)
        except RuleBroken as refusal:
            return refusal
        return None

    def sees(self, record: str) -> Mapping[str, object] | None:
        """What everybody sees of the record today; None: nothing."""
        rules = self.ledger.sequencer.rules
        return public_view(self.view(record), rules.catalogue.items, rules.book, date.fromisoformat(self.today))

    def status(self, record: str) -> RecordStatus:
        """The word that stands beside the record."""
        return self.view(record).status

    def clocks(self, record: str) -> dict[str, str]:
        """The clocks and periods that run over the record, each with its last day."""
        return {due.clock.value: due.day.isoformat() for due in self.deadlines(record) if _runs(due)}

    def deadlines(self, record: str) -> list[Due]:
        """Every clock and period of the record that ever started, by day."""
        return [stored.due for stored in self.ledger.sequencer.deadlines.of_record(UUID(record))]

    def history(self, record: str) -> list[str]:
        """The types of all statements on the record, which stay whatever becomes of it."""
        return [event_topic(event) for event in self._events() if event.originator_id == UUID(record)]

    def view(self, record: str) -> RecordView:
        """The record as it is known now."""
        items = self.ledger.sequencer.rules.catalogue.items
        return fold_records(self._events(), items)[UUID(record)]

    def value(self, record: str, kind: str, path: str) -> JsonValue:
        """What the last statement of a type on the record committed to under a path."""
        events = [each for each in self._events() if each.originator_id == UUID(record) and event_topic(each) == kind]
        return events[-1].value(path)

    def assess(self, record: str, facts: JsonValue, day: str | None = None) -> Assessment:
        """修复条件审查: every condition, met or unmet, with its day, as the office shows it to whoever asks."""
        rules, said = self.ledger.sequencer.rules, read_facts(facts)
        asked = RepairFacts(said.corrected_on, said.performed_on, said.committed_on, said.other)
        position = Position(rules.catalogue.items, rules.book)
        return assessment_of(self.view(record).state, asked, date.fromisoformat(day or self.today), position)

    def audit(self) -> list[Finding]:
        """Everything that an auditor finds in the log and in the tables."""
        return findings(self.ledger)

    def _events(self, after: int | None = None) -> list[Recorded]:
        """What was said since the ledger was founded, or since it had `after` entries."""
        recorder, mapper = self.ledger.recorder, self.ledger.mapper
        since = self.founded if after is None else after
        stored = recorder.select_notifications(since, _MOST, inclusive_of_start=False)
        return [mapper.to_domain_event(each) for each in stored]

    def _size(self) -> int:
        return self.ledger.recorder.max_notification_id() or 0


def _sentence(event: Recorded) -> str:
    """An automatic event as a case cites it: what happened, and the day it fell due."""
    match event.body:
        case DeadlineMissed(clock=clock):
            return f"{clock.value} missed, due {event.on}"
        case DeadlineRecomputed(clock=clock):
            return f"{clock.value} moved from {event.value('was')} to {event.on}"
    return f"{event_topic(event)} on {event.on}"


def _runs(due: Due) -> bool:
    return not due.settled and due.done_on is None
