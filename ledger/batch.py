"""One batch of the log in the making: each statement is decided at the position that those before it have led to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from msgspec.structs import replace as changed

from ledger.admission import Admitted
from ledger.chain import LogBatch
from ledger.domain.bodies import RepairApplied
from ledger.domain.deadlines import Due, bars_of, deadlines_of
from ledger.domain.deciding import Position, refuse
from ledger.domain.events import Recorded, recorded
from ledger.domain.evolve import advance
from ledger.domain.gist import Gist, gist_of
from ledger.domain.link import LinksAfter, SubjectLink, decide_link, evolve_link, identity_of
from ledger.domain.record import Disclosure, decide
from ledger.domain.registers import decide_declaration
from ledger.domain.state import CreditRecord
from ledger.errors import Fatal
from ledger.identifiers import uuid_of
from ledger.rules_in_force import Rules
from ledger.store.deadlines import DeadlineChanges, StoredDue
from ledger.store.gists import Chapter, chapter_of
from ledger.store.links import LinkChanges
from verify.entry import EntryHeader
from verify.errors import EvidenceError
from verify.registry import STATEMENT_CLOCK
from verify.statement import Statement
from verify.statement_type import ABOUT_LINKS, ADMINISTRATIVE

StoredBars = Callable[[str], Iterable[date]]
"""Last days of the bars that stand against the records of one handle, as stored."""


@dataclass(slots=True)
class Batch:
    """Decisions of one batch, not durable yet: all of it is taken over after the commit, or none."""

    log: LogBatch
    rules: Rules
    ledger_stream: str | None
    ledger_version: int
    records: dict[UUID, CreditRecord]
    """Those that statements of the batch name, as they are after the last of them; so are `links`."""
    links: dict[UUID, SubjectLink]
    linked: LinksAfter
    """The links in force."""
    bars: StoredBars
    deadlines: DeadlineChanges = field(default_factory=dict)
    dues: dict[UUID, tuple[Due, ...]] = field(default_factory=dict)
    """All deadlines of the records that the batch has changed, as they are after the last of its statements."""
    changed_links: LinkChanges = field(default_factory=dict)
    events: list[Recorded] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    """Entry numbers by the ids of the statements."""
    gists: dict[int, Gist] = field(default_factory=dict)
    """By entry number: of the events that are about records."""

    def append(self, admitted: Admitted, now: str) -> int:
        """Append an authorised statement; gives its entry number. A refusal changes nothing."""
        statement = admitted.statement
        recorded_at = self._recorded_at(statement, now)
        if statement.type in ADMINISTRATIVE:
            event = self._append_administrative(admitted, recorded_at)
        elif statement.type in ABOUT_LINKS:
            event = self._append_link(admitted, recorded_at)
        else:
            event = self._append_record(admitted, recorded_at)
        self.events.append(event)
        self.numbers[statement.id] = event.facts.seq
        return event.facts.seq

    def chapters(self) -> list[Chapter]:
        """The gists as they are stored."""
        gists = self.gists
        return [chapter_of(each.stream, gists[each.facts.seq]) for each in self.events if each.facts.seq in gists]

    def _append_administrative(self, admitted: Admitted, recorded_at: str) -> Recorded:
        statement = admitted.statement
        stream, version = self.ledger_stream or statement.id, self.ledger_version + 1
        header = self.log.header(stream, version, "", recorded_at)
        event = recorded(header, statement, admitted.body, admitted.openings)
        decide_declaration(event)
        self._chain(header, statement)
        self.ledger_stream, self.ledger_version = stream, version
        try:
            self.rules = self.rules.after(statement, admitted.body, admitted.openings, header.seq)
        except EvidenceError as error:
            raise Fatal(f"an authorised statement cannot be applied: {error}") from None
        return event

    def _append_record(self, admitted: Admitted, recorded_at: str) -> Recorded:
        statement = admitted.statement
        stream = self._stream(statement, "record")
        if stream in self.links:
            refuse("about/record", "this id is that of a link between subjects", "choose a new record id")
        state = self.records.get(stream)
        subject = admitted.subject.handle if admitted.subject else state.subject if state else ""
        header = self.log.header(str(stream), state.version + 1 if state else 1, subject, recorded_at)
        event = recorded(header, statement, admitted.body, admitted.openings)
        gist = gist_of(event, self.rules.catalogue.items)
        disclosure = decide(state, event, self._position(admitted, subject), gist)
        if disclosure is not Disclosure.UNCHANGED:
            filing = header.seq if state is None or state.filing is None else state.filing
            discloses = (filing,) if disclosure is Disclosure.DISCLOSE else ()
            withdraws = () if discloses else (filing,)
            header = replace(header, discloses=discloses, withdraws=withdraws)
            event = event.telling(discloses, withdraws)
            gist = changed(gist, discloses=discloses, withdraws=withdraws)
        self._chain(header, statement)
        after = self.records[stream] = advance(state, gist)
        self.gists[header.seq] = gist
        self._note_deadlines(stream, state, after)
        return event

    def _append_link(self, admitted: Admitted, recorded_at: str) -> Recorded:
        statement = admitted.statement
        stream = self._stream(statement, "link")
        if stream in self.records:
            refuse("about/link", "this id is that of a record", "choose a new link id")
        state = self.links.get(stream)
        subject = admitted.subject.handle if admitted.subject else state.subject if state else ""
        header = self.log.header(str(stream), state.version + 1 if state else 1, subject, recorded_at)
        event = recorded(header, statement, admitted.body, admitted.openings)
        decide_link(state, event, self.linked)
        self._chain(header, statement)
        after = self.links[stream] = self.changed_links[stream] = evolve_link(state, event)
        self.linked.take(after)
        return event

    def _stream(self, statement: Statement, name: str) -> UUID:
        """The stream that a statement advances by its own account; never the ledger's."""
        stream = statement.reference(name)
        if stream == self.ledger_stream:
            refuse(f"about/{name}", "this id is the ledger's own", f"choose a new {name} id")
        return uuid_of(stream)

    def _chain(self, header: EntryHeader, statement: Statement) -> None:
        self.log.append(header, statement.raw, uuid_of(statement.id).bytes)

    def _position(self, admitted: Admitted, subject: str) -> Position:
        rules, issuer = self.rules, admitted.statement.issuer
        operator = rules.registry.operator
        return Position(
            items=rules.catalogue.items,
            book=rules.book,
            operator="" if operator is None else operator.name.partition("/")[0],
            bars=self._bars(subject) if isinstance(admitted.body, RepairApplied) else (),
            signers=sum(key.name.partition("/")[0] == issuer for key in admitted.signers),
        )

    def _bars(self, subject: str) -> tuple[date, ...]:
        """Last days of the bars that the subject is under, for whichever of its records and under whichever code."""
        handles = identity_of(subject, self.linked).handles
        bars = [day for handle in handles for day in self.bars(handle)]
        for state in self.records.values():
            if state.subject in handles:
                found = bars_of(state, self.rules.book)
                bars += [until for _id, repair, until, _rule in found if not repair.bar_ended]
        return tuple(bars)

    def _note_deadlines(self, stream: UUID, before: CreditRecord | None, after: CreditRecord) -> None:
        """What the event changed of the record's deadlines, to be written with it."""
        items, book = self.rules.catalogue.items, self.rules.book
        old = self.dues.get(stream)
        if old is None:
            old = () if before is None else deadlines_of(before, items, book)
        new = self.dues[stream] = deadlines_of(after, items, book)
        gone = {(due.clock, due.since): due for due in old}
        for due in new:
            if gone.pop((due.clock, due.since), None) != due:
                self.deadlines[stream, due.clock, due.since] = StoredDue(stream, after.subject, due)
        for clock, since in gone:
            self.deadlines[stream, clock, since] = None

    def _recorded_at(self, statement: Statement, now: str) -> str:
        """The wall clock's instant; in a simulated ledger the statement's, which administration does not move."""
        head = self.log.head
        clock = self.rules.registry.clock if head.size else statement.about.get("clock")
        if clock != STATEMENT_CLOCK:
            return now
        return head.recorded_at if head.size and statement.type in ADMINISTRATIVE else statement.made_at
