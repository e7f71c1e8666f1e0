"""One record by its id: what is known of it, its deadlines, and what its repair still needs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from ledger.application import RecordedMapper
from ledger.domain.deadlines import Due, deadlines_of
from ledger.domain.deciding import Position
from ledger.domain.repairs import assessment_of
from ledger.errors import Fault, NotFound, RuleBroken
from ledger.rulebook.publicity import EndOutOfBounds, NotInForce
from ledger.rulebook.repair import Assessment, RepairFacts
from ledger.rules_in_force import Rules
from ledger.store.recorder import LedgerRecorder
from projections.records import RecordView, fold_records


def find_record(recorder: LedgerRecorder, mapper: RecordedMapper, record: UUID, rules: Rules) -> RecordView:
    """The record with this id; raises `NotFound`."""
    events = map(mapper.to_domain_event, recorder.select_streams([record]).get(record, ()))
    view = fold_records(events, rules.catalogue.items).get(record)
    if view is None:
        raise NotFound("no record has this id")
    return view


def deadlines(view: RecordView, rules: Rules) -> list[Due]:
    """Every clock and period of the record that has started, by day."""
    found = deadlines_of(view.state, rules.catalogue.items, rules.book)
    return sorted(found, key=lambda due: (due.day, due.clock.value, due.since))


@dataclass(frozen=True, slots=True)
class RepairOutlook:
    """修复条件 of a record on a day, with the bar that its subject is under."""

    assessment: Assessment
    barred_until: date | None
    """The last day without an application; None: no bar holds on the day."""

    @property
    def may_apply(self) -> bool:
        """Say whether an application of that day would be taken."""
        return self.assessment.may_apply and self.barred_until is None

    @property
    def earliest_on(self) -> date | None:
        """The first day on which all holds, as far as it is known."""
        earliest = self.assessment.earliest_on
        if earliest is None or self.barred_until is None:
            return earliest
        return max(earliest, self.barred_until + timedelta(days=1))


def repair_outlook(
    view: RecordView, rules: Rules, facts: RepairFacts, on: date, bars: Iterable[date] = ()
) -> RepairOutlook:
    """Each condition of the rules of a day, met or unmet, with the day on which it will be met.

    `bars` are the last days of the bars that the subject is under. Raises `RuleBroken` where no rules answer.
    """
    try:
        assessment = assessment_of(view.state, facts, on, Position(rules.catalogue.items, rules.book))
    except NotInForce as error:
        raise RuleBroken(Fault("on", str(error), "ask for a day on which rules are in force")) from None
    except EndOutOfBounds as error:
        raise RuleBroken(Fault("record", str(error), "let the determining unit choose another end")) from None
    return RepairOutlook(assessment, max((until for until in bars if on <= until), default=None))
