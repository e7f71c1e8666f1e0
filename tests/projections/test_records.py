"""What is known of records, now or at any instant: folded, and counted by hand beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ledger.beijing import beijing_day
from ledger.catalogue import Openness
from ledger.domain.bodies import (
    AnyBody,
    KeyRevoked,
    ObjectionRaised,
    ObjectionResolved,
    RecordChanged,
    RecordCorrected,
    RecordFiled,
    RecordRevoked,
)
from ledger.domain.deciding import Position
from ledger.domain.events import Erased, EventFacts, Recorded
from ledger.domain.evolve import evolve
from ledger.domain.gist import Items
from ledger.domain.record import Disclosure, decide
from ledger.domain.state import CreditRecord
from ledger.errors import RuleBroken
from ledger.rulebook.book import Rulebook
from ledger.service import WritableLedger
from ledger.subjects import Subject
from ledger.vocabulary import ObjectionOutcome, RecordStatus
from projections.history import subject_history, whole_history
from projections.publications import publications
from projections.records import RecordView, SubjectView, fold_records, public_view, standing
from tests.ledger.domain.story import Story, uid
from tests.ledger.harness import ENTERPRISE, NOON, OTHER_ENTERPRISE, PENALTY, Desk, publicity, put
from verify.commitment import Opening
from verify.strict import JsonValue, format_instant

UNIT, OTHER_UNIT = "12110000000000000K", "12110000000000001N"
FILED = RecordFiled(PENALTY.item, PENALTY.version)
CORRECTED = RecordCorrected(PENALTY.item, PENALTY.version, None)
REVOKED = RecordRevoked(None, None)
CATALOGUE: Items = {(PENALTY.item, version): replace(PENALTY, version=version) for version in (1, 2)}
HIDDEN: Items = {key: replace(item, openness=Openness.RESTRICTED) for key, item in CATALOGUE.items()}
NO_RULES = Rulebook()
"""Without rules of publicity, what is public by its item is shown from its filing on."""
TODAY = beijing_day(format_instant(NOON))
DECIDED: dict[str, JsonValue] = {"CF_JDRQ": TODAY.isoformat()}


@dataclass
class Bench:
    """Says things about records through the real decisions and keeps the events; what is refused leaves no trace."""

    book: Rulebook = NO_RULES
    events: list[Recorded] = field(default_factory=list)
    states: dict[UUID, CreditRecord] = field(default_factory=dict)
    seconds: int = 0

    def say(
        self,
        body: AnyBody,
        record: int = 1,
        *,
        issuer: str = UNIT,
        subject: Subject = ENTERPRISE,
        public: bool = True,
        values: Mapping[str, JsonValue] | None = None,
        erased: bool = False,
        seconds: int = 1,
    ) -> bool:
        """Say it; gives whether it was allowed."""
        stream = UUID(int=record)
        state = self.states.get(stream)
        seq = len(self.events)
        items = CATALOGUE if public else HIDDEN
        facts = EventFacts(
            seq=seq,
            recorded_at=self.instant(seconds),
            subject=state.subject if state and not isinstance(body, RecordCorrected) else subject.handle,
            statement_id=str(UUID(int=seq)),
            issuer=issuer,
            made_at=format_instant(NOON),
            discloses=(),
            withdraws=(),
            body=body,
        )
        version = state.version + 1 if state else 1
        event = Recorded(stream, version, facts, _openings(body, subject, {"CF_WSH": f"{seq}"} | dict(values or {})))
        try:
            effect = decide(state, event, Position(items, self.book))
        except RuleBroken:
            return False
        self.seconds += seconds
        filing = state.filing if state and state.filing is not None else seq
        if effect is not Disclosure.UNCHANGED:
            told = (filing,) if effect is Disclosure.DISCLOSE else ()
            event = replace(event, facts=structs.replace(facts, discloses=told, withdraws=() if told else (filing,)))
        if erased:
            event = replace(event, openings=Erased(seq))
        self.states[stream] = evolve(state, event, CATALOGUE)
        self.events.append(event)
        return True

    def administrative(self) -> None:
        """An entry that has no subject."""
        seq = len(self.events)
        facts = EventFacts(
            seq, self.instant(), "", str(UUID(int=seq)), UNIT, self.instant(), (), (), KeyRevoked("", "")
        )
        self.events.append(Recorded(UUID(int=999), seq + 1, facts, {}))

    def instant(self, more: int = 0) -> str:
        """The ledger's clock, `more` seconds from now."""
        return format_instant(NOON + timedelta(seconds=self.seconds + more))

    def view(self, record: int = 1) -> RecordView:
        """What is known of a record now."""
        return fold_records(self.events, CATALOGUE)[UUID(int=record)]


def _openings(body: AnyBody, subject: Subject, values: Mapping[str, JsonValue]) -> dict[str, Opening]:
    opened: dict[str, JsonValue] = {"reason": "经核实"}
    if isinstance(body, RecordFiled | RecordCorrected):
        opened |= {f"data/{code}": value for code, value in (DECIDED | dict(values)).items()}
        opened["subject"] = {"scheme": subject.scheme, "code": subject.code, "name": subject.name}
    return {path: Opening(bytes(32), value) for path, value in opened.items()}


def naive(events: list[Recorded], as_of: str | None = None) -> list[dict[str, Any]]:
    """The same question answered with dictionaries and no class of the read side; in the order of filing."""
    shelf: dict[UUID, dict[str, Any]] = {}
    for event in events:
        facts = event.facts
        if not facts.subject or (as_of is not None and facts.recorded_at > as_of):
            continue
        line = shelf.setdefault(event.originator_id, {"entries": [], "open": set(), "filed": facts.recorded_at})
        line["entries"].append(facts.seq)
        line["changed"] = facts.recorded_at
        line["disclosed"] = (line.get("disclosed", False) or bool(facts.discloses)) and not facts.withdraws
        match facts.body:
            case RecordFiled() | RecordCorrected():
                opened = event.values()
                line["values"] = (
                    facts.seq
                    if isinstance(opened, Erased)
                    else {path[5:]: value for path, value in opened.items() if path[:5] == "data/"}
                )
            case RecordChanged(superseded_by=successor):
                line["changed_into"], line["successor"] = True, successor or line.get("successor")
            case RecordRevoked(superseded_by=successor):
                line["revoked"], line["successor"] = True, successor or line.get("successor")
            case ObjectionRaised(objection=objection):
                line["open"].add(objection)
            case ObjectionResolved(objection=objection):
                line["open"].discard(objection)
    for line in shelf.values():
        line["status"] = "standing" if line["disclosed"] else "stored"
        for happened, status in (("open", "disputed"), ("changed_into", "changed"), ("revoked", "revoked")):
            line["status"] = status if line.pop(happened, False) else line["status"]
    return [{"record": record, "successor": None} | line for record, line in shelf.items()]


def told(views: Mapping[UUID, RecordView]) -> list[dict[str, Any]]:
    """Views in the words of `naive`."""
    return [
        {
            "record": record,
            "entries": list(view.entries),
            "filed": view.filed_at,
            "changed": view.changed_at,
            "disclosed": view.state.disclosed,
            "values": view.values.seq if isinstance(view.values, Erased) else dict(view.values),
            "successor": view.superseded_by,
            "status": view.status.value,
        }
        for record, view in views.items()
    ]


_OBJECTIONS = st.sampled_from(["objection-1", "objection-2"])
_BODIES = st.one_of(
    st.just(FILED),
    st.just(FILED),
    st.builds(RecordCorrected, st.just(PENALTY.item), st.just(1), st.none() | _OBJECTIONS),
    st.builds(RecordChanged, st.none() | _OBJECTIONS, st.none(), st.none() | st.just("successor")),
    st.builds(RecordRevoked, st.none() | _OBJECTIONS, st.none() | st.just("successor")),
    st.builds(ObjectionRaised, _OBJECTIONS),
    st.builds(ObjectionResolved, _OBJECTIONS, st.sampled_from(ObjectionOutcome)),
)


@st.composite
def histories(draw: st.DrawFn) -> Bench:
    """Anything that may happen to four records of two subjects, several things within one second too."""
    bench = Bench()
    for body in draw(st.lists(_BODIES, max_size=40)):
        record = draw(st.integers(1, 4))
        bench.say(
            body,
            record,
            issuer=draw(st.sampled_from([UNIT, UNIT, UNIT, OTHER_UNIT])),
            subject=ENTERPRISE if record < 3 else OTHER_ENTERPRISE,
            public=draw(st.booleans()),
            erased=draw(st.integers(0, 9)) == 0,
            seconds=draw(st.sampled_from([0, 1, 60])),
        )
        if draw(st.integers(0, 9)) == 0:
            bench.administrative()
    return bench


@given(histories())
def test_the_fold_agrees_with_a_naive_replay_now(bench: Bench) -> None:
    """Whatever happened, both tell the same records with the same values, in the order of filing."""
    folded = fold_records(bench.events, CATALOGUE)

    assert told(folded) == naive(bench.events)
    assert {record: view.state for record, view in folded.items()} == bench.states


@given(histories(), st.integers(-1, 2400))
def test_the_fold_agrees_with_a_naive_replay_at_any_instant(bench: Bench, second: int) -> None:
    """What was recorded later is not known, also when several entries share the instant."""
    as_of = format_instant(NOON + timedelta(seconds=second))

    assert told(fold_records(bench.events, CATALOGUE, as_of)) == naive(bench.events, as_of)


@given(histories())
def test_asking_for_an_instant_is_asking_in_time(bench: Bench) -> None:
    """At each instant, the answer afterwards is the answer that was given then."""
    for event in bench.events:
        instant = event.facts.recorded_at
        then = [earlier for earlier in bench.events if earlier.facts.recorded_at <= instant]

        assert fold_records(bench.events, CATALOGUE, instant) == fold_records(then, CATALOGUE)


def test_records_come_in_the_order_of_filing() -> None:
    """A later change of an early record does not move it."""
    bench = Bench()
    for record in (3, 1, 2):
        assert bench.say(FILED, record)
    assert bench.say(CORRECTED, 3)

    assert [record.int for record in fold_records(bench.events, CATALOGUE)] == [3, 1, 2]


def test_a_corrected_record_shows_the_corrected_values_and_both_entries() -> None:
    """The first values remain to be seen as of a time before the correction."""
    bench = Bench()
    bench.say(FILED, values={"CF_NR_FK": 1_000_000})
    before = bench.instant()
    bench.say(CORRECTED, values={"CF_NR_FK": 500_000})
    now, then = bench.view(), fold_records(bench.events, CATALOGUE, before)[UUID(int=1)]

    assert (now.values, now.entries, now.filed_at) == (DECIDED | {"CF_WSH": "1", "CF_NR_FK": 500_000}, (0, 1), before)
    assert (then.values, then.entries) == (DECIDED | {"CF_WSH": "0", "CF_NR_FK": 1_000_000}, (0,))


def test_a_correction_can_change_the_name_and_the_version_of_the_item() -> None:
    """A record is shown as its last filing or correction named it."""
    bench = Bench()
    bench.say(FILED)
    bench.say(RecordCorrected(PENALTY.item, 2, None), subject=replace(ENTERPRISE, name="测试企业（新名）"))
    view = bench.view()

    assert view.item_version == 2
    assert view.subject == SubjectView(ENTERPRISE.scheme, ENTERPRISE.code, "测试企业（新名）")


def test_a_revoked_record_is_known_but_no_longer_in_force() -> None:
    """It stays in the history with its values, names its successor, and is not among the standing ones."""
    bench = Bench()
    bench.say(FILED, 1, values={"CF_WSH": "一"})
    bench.say(FILED, 2)
    bench.say(RecordRevoked(None, str(UUID(int=2))), 1)
    views = fold_records(bench.events, CATALOGUE)
    revoked = views[UUID(int=1)]

    assert (revoked.status, revoked.superseded_by) == (RecordStatus.REVOKED, str(UUID(int=2)))
    assert revoked.values == DECIDED | {"CF_WSH": "一"}
    assert standing(views.values()) == [views[UUID(int=2)]]


def test_a_disputed_record_stays_in_force_and_is_marked() -> None:
    """异议标注: the mark goes when the objection is resolved."""
    bench = Bench()
    bench.say(FILED)
    bench.say(ObjectionRaised("objection"))
    disputed = bench.view()
    bench.say(ObjectionResolved("objection", ObjectionOutcome.UPHELD))

    assert (disputed.status, standing([disputed])) == (RecordStatus.DISPUTED, [disputed])
    assert bench.view().status is RecordStatus.STANDING


def test_entries_without_a_subject_are_passed_over() -> None:
    """Keys and catalogue items are no records."""
    bench = Bench()
    bench.administrative()
    bench.say(FILED)
    bench.administrative()

    assert list(fold_records(bench.events, CATALOGUE)) == [UUID(int=1)]


def test_an_event_of_a_record_that_was_never_filed_is_no_record() -> None:
    """Such a history is not a ledger's; the fold must not make something up."""
    bench = Bench()
    bench.say(FILED)
    bench.say(CORRECTED)

    with pytest.raises(ValueError, match="never filed"):
        fold_records(bench.events[1:], CATALOGUE)


def seen(bench: Bench, items: Items = CATALOGUE, day: date = TODAY) -> Mapping[str, object] | None:
    """What everybody sees of the record on a day."""
    return public_view(bench.view(), items, bench.book, day)


def test_everybody_sees_the_public_fields_of_a_disclosed_record() -> None:
    """法定代表人证件号码 is on no public page; a field the item does not know is not either."""
    bench = Bench()
    bench.say(FILED, values={"CF_WSH": "一", "CF_FR_ZJHM": "证件", "UNKNOWN": "不知"})

    assert seen(bench) == DECIDED | {"CF_WSH": "一"}


def test_nobody_sees_a_record_that_is_not_disclosed() -> None:
    """Its item was not a public one when it was filed."""
    bench = Bench()
    bench.say(FILED, public=False)

    assert seen(bench) is None


def test_nobody_sees_a_revoked_record() -> None:
    """A revocation withdraws the disclosure."""
    bench = Bench()
    bench.say(FILED)
    bench.say(REVOKED)

    assert seen(bench) is None


def test_nobody_sees_a_record_corrected_under_a_restricted_version_of_its_item() -> None:
    """Not even that it exists: the version it now stands under is not for everybody."""
    bench = Bench()
    bench.say(FILED)
    bench.say(RecordCorrected(PENALTY.item, 2, None))

    assert bench.view().state.disclosed
    assert seen(bench, {**CATALOGUE, (PENALTY.item, 2): HIDDEN[PENALTY.item, 2]}) is None


def test_nobody_sees_a_record_of_an_item_that_is_not_published() -> None:
    """Which fields are public cannot be known."""
    bench = Bench()
    bench.say(FILED)

    assert seen(bench, {}) is None


@pytest.mark.parametrize(("day", "visible"), [("2027-11-20", True), ("2027-11-21", False)])
def test_nobody_sees_a_record_whose_period_has_passed(day: str, *, visible: bool) -> None:
    """Also before the ledger's clock has said so: the log still has it as disclosed."""
    story = Story()
    story.file(publicity("ordinary"))
    (view,) = fold_records(story.events, story.items).values()

    assert view.state.disclosed
    assert (public_view(view, story.items, story.book, date.fromisoformat(day)) is not None) is visible


def test_nobody_sees_a_notice_of_intent() -> None:
    """The subject is being heard; there is nothing but a notice, and it is not among what stands."""
    story = Story("2026-11-12")
    story.notify()
    (view,) = fold_records(story.events, story.items).values()

    assert public_view(view, story.items, story.book, TODAY) is None
    assert (view.status, standing([view])) == (RecordStatus.NOTIFIED, [])
    assert view.values == {}


def test_a_decided_entry_shows_the_values_of_its_decision() -> None:
    """The notice had none."""
    story = Story("2026-11-12")
    story.notify()
    story.at("2026-11-20").enlist()
    (view,) = fold_records(story.events, story.items).values()
    shown = public_view(view, story.items, story.book, TODAY)

    assert (view.entries, view.status) == ((100, 101), RecordStatus.STANDING)
    assert shown is not None
    assert shown["YZ_LRRQ"] == "2026-11-20"
    assert standing([view]) == [view]


def test_a_masked_record_is_hidden_and_stands() -> None:
    """临时屏蔽: the plan may fail."""
    story = Story()
    story.file(publicity("ordinary"))
    story.mask()
    (view,) = fold_records(story.events, story.items).values()

    assert public_view(view, story.items, story.book, TODAY) is None
    assert standing([view]) == [view]


def test_a_changed_record_names_its_successor_and_stands_no_more() -> None:
    """变更."""
    story = Story()
    story.file(publicity("ordinary"))
    story.change(superseded_by="next")
    (view,) = fold_records(story.events, story.items).values()

    assert (view.status, view.superseded_by) == (RecordStatus.CHANGED, uid("next"))
    assert standing([view]) == []


def test_erased_values_are_gone_from_the_view_and_from_public_sight() -> None:
    """What remains is that there is such a record, and which entries it is made of."""
    bench = Bench()
    bench.say(FILED, erased=True)
    view = bench.view()

    assert (view.subject, view.values, view.entries) == (Erased(0), Erased(0), (0,))
    assert public_view(view, CATALOGUE, NO_RULES, TODAY) is None


def test_a_correction_whose_values_were_erased_does_not_bring_the_wrong_ones_back() -> None:
    """The values before the correction were wrong; they must not be shown as the record's."""
    bench = Bench()
    bench.say(FILED, values={"CF_WSH": "误"})
    bench.say(CORRECTED, erased=True)

    assert (bench.view().values, bench.view().subject) == (Erased(1), Erased(1))
    assert seen(bench) is None


def items_of(ledger: WritableLedger) -> Items:
    """Everything published, as readers find it."""
    return publications(ledger.recorder, ledger.mapper)[0].items


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WritableLedger]:
    """A real ledger with three records of two subjects, one of them corrected, one disputed, one revoked."""
    desk = Desk(tmp_path_factory.mktemp("records") / "ledger")
    with desk.found() as ledger:
        records = [desk.new_id() for _ in range(3)]
        put(ledger, desk.file(records[0]))
        put(ledger, desk.file(records[1], subject=OTHER_ENTERPRISE))
        put(ledger, desk.file(records[2]))
        put(ledger, desk.correct(records[0]))
        put(ledger, desk.object(records[1], desk.new_id()))
        put(ledger, desk.revoke(records[2]))
        yield ledger


def test_stored_events_fold_as_they_were_said(opened: WritableLedger) -> None:
    """From the database the whole history tells the same as a replay by hand."""
    events = list(whole_history(opened.recorder, opened.mapper))

    assert [event.facts.seq for event in events] == list(range(opened.reader.size()))
    assert told(fold_records(events, items_of(opened))) == naive(events)
    assert [line["status"] for line in naive(events)] == ["standing", "disputed", "revoked"]


def test_one_subject_alone_folds_as_within_the_whole(opened: WritableLedger) -> None:
    """Asking for a subject needs no other subject's events."""
    whole = fold_records(whole_history(opened.recorder, opened.mapper), items_of(opened))
    for subject in (ENTERPRISE, OTHER_ENTERPRISE):
        own = fold_records(subject_history(opened.recorder, opened.mapper, subject.handle), items_of(opened))

        assert own == {record: view for record, view in whole.items() if view.state.subject == subject.handle}
        assert own


def test_the_history_of_an_unknown_subject_is_empty(opened: WritableLedger, tmp_path: Path) -> None:
    """No record is no error."""
    assert list(subject_history(opened.recorder, opened.mapper, "A" * 32)) == []


def test_published_items_are_those_the_writer_admits_under(opened: WritableLedger) -> None:
    """Readers rebuild the catalogue from the events alone."""
    items = publications(opened.recorder, opened.mapper)[0].items

    assert dict(items) == dict(opened.sequencer.rules.catalogue.items)
