"""The life of a credit record: who may say what about it, when, and what becomes visible by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ledger.domain.events import (
    AnyBody,
    CataloguePublished,
    Erased,
    EventFacts,
    ObjectionRaised,
    ObjectionResolved,
    RecordCorrected,
    Recorded,
    RecordFiled,
    RecordRevoked,
)
from ledger.domain.record import CreditRecord, Disclosure, decide, evolve
from ledger.errors import RuleBroken
from ledger.vocabulary import ObjectionOutcome, RecordStatus

UNIT, OTHER = "12110000000000000K", "12110000000000001N"
SUBJECT, ITEM = "A" * 32, "administrative-penalty"
FILED = RecordFiled(ITEM, 1)
CORRECTED, REVOKED, UPHELD = ObjectionOutcome.CORRECTED, ObjectionOutcome.REVOKED, ObjectionOutcome.UPHELD


@dataclass
class Story:
    """One record and all that was said about it; `say` decides and, if that is allowed, records."""

    state: CreditRecord | None = None
    seq: int = 7
    events: list[Recorded] = field(default_factory=list)

    def say(
        self, body: AnyBody, issuer: str = UNIT, *, subject: str = SUBJECT, item_is_public: bool = True
    ) -> Disclosure:
        """Say something as `issuer`."""
        effect = decide(self.state, body, issuer, subject=subject, item_is_public=item_is_public)
        filing = self.state.filing if self.state else self.seq
        facts = EventFacts(
            seq=self.seq,
            recorded_at="2026-11-20T04:00:00.000000Z",
            subject=SUBJECT,
            statement_id="",
            issuer=issuer,
            made_at="2026-11-20T04:00:00.000000Z",
            discloses=(filing,) if effect is Disclosure.DISCLOSE else (),
            withdraws=(filing,) if effect is Disclosure.WITHDRAW else (),
            body=body,
        )
        event = Recorded(UUID(int=1), len(self.events) + 1, facts, Erased(self.seq))
        self.state = evolve(self.state, event)
        self.events.append(event)
        self.seq += 3
        return effect

    @property
    def record(self) -> CreditRecord:
        """The record, which has been filed."""
        assert self.state is not None
        return self.state


def story(*bodies: AnyBody, item_is_public: bool = True) -> Story:
    """A record of which all `bodies` were said by the providing unit."""
    told = Story()
    for body in bodies:
        told.say(body, item_is_public=item_is_public)
    return told


def correction(objection: str | None = None) -> RecordCorrected:
    """A correction under the record's own item."""
    return RecordCorrected(ITEM, 1, objection)


def test_a_filed_record_stands_and_is_disclosed() -> None:
    """A record of a public item is visible from its filing on."""
    told = Story()

    assert told.say(FILED) is Disclosure.DISCLOSE
    assert told.record == CreditRecord(version=1, issuer=UNIT, subject=SUBJECT, item=ITEM, filing=7, disclosed=True)
    assert told.record.status is RecordStatus.STANDING


def test_a_record_of_a_restricted_item_is_never_disclosed() -> None:
    """Nothing becomes visible, and so nothing is withdrawn."""
    told = Story()

    assert told.say(FILED, item_is_public=False) is Disclosure.UNCHANGED
    assert told.say(RecordRevoked(None, None), item_is_public=False) is Disclosure.UNCHANGED
    assert not told.record.disclosed


def test_an_objection_marks_the_record_but_does_not_hide_it() -> None:
    """A disputed record stays visible with its mark until the providing unit has verified."""
    told = story(FILED)

    assert told.say(ObjectionRaised("o1"), OTHER) is Disclosure.UNCHANGED
    assert (told.record.status, told.record.disclosed) == (RecordStatus.DISPUTED, True)

    told.say(ObjectionResolved("o1", UPHELD))

    assert (told.record.status, told.record.disclosed) == (RecordStatus.STANDING, True)


def test_a_correction_keeps_the_record_visible() -> None:
    """The record is the same one, with its fields said again."""
    told = story(FILED)

    assert told.say(correction()) is Disclosure.UNCHANGED
    assert (told.record.version, told.record.disclosed, told.record.status) == (2, True, RecordStatus.STANDING)


def test_a_correction_may_follow_an_objection() -> None:
    """Raised, found right, corrected for it, resolved as corrected."""
    told = story(FILED, ObjectionRaised("o1"), correction("o1"), ObjectionResolved("o1", CORRECTED))

    assert told.record.status is RecordStatus.STANDING
    assert told.record.corrected_for == {"o1"}
    assert told.record.closed_objections == {"o1"}


def test_a_revocation_withdraws_what_was_disclosed() -> None:
    """A revoked record is no longer visible and its objection is closed as revoked."""
    told = story(FILED, ObjectionRaised("o1"))

    assert told.say(RecordRevoked("o1", None)) is Disclosure.WITHDRAW
    assert (told.record.status, told.record.disclosed) == (RecordStatus.REVOKED, False)
    told.say(ObjectionResolved("o1", REVOKED))
    assert told.record.open_objections == frozenset()
    assert told.record.status is RecordStatus.REVOKED


def test_a_second_objection_keeps_the_mark() -> None:
    """The mark goes when the last open objection is resolved."""
    told, statuses = story(FILED), []
    for body in (
        ObjectionRaised("o1"),
        ObjectionRaised("o2"),
        ObjectionResolved("o1", UPHELD),
        ObjectionResolved("o2", UPHELD),
    ):
        told.say(body)
        statuses.append(told.record.status)

    assert statuses == [RecordStatus.DISPUTED] * 3 + [RecordStatus.STANDING]


@pytest.mark.parametrize(
    ("before", "body", "issuer", "field"),
    [
        ((), correction(), UNIT, "about/record"),
        ((), RecordRevoked(None, None), UNIT, "about/record"),
        ((), ObjectionRaised("o1"), UNIT, "about/record"),
        ((), ObjectionResolved("o1", UPHELD), UNIT, "about/record"),
        ((FILED,), FILED, UNIT, "about/record"),
        ((FILED,), FILED, OTHER, "about/record"),
        ((FILED,), correction(), OTHER, "issuer"),
        ((FILED,), RecordRevoked(None, None), OTHER, "issuer"),
        ((FILED, ObjectionRaised("o1")), ObjectionResolved("o1", UPHELD), OTHER, "issuer"),
        ((FILED,), RecordCorrected("administrative-licence", 1, None), UNIT, "about/catalogue"),
        ((FILED,), correction("o1"), UNIT, "about/objection"),
        ((FILED,), RecordRevoked("o1", None), UNIT, "about/objection"),
        ((FILED,), ObjectionResolved("o1", UPHELD), UNIT, "about/objection"),
        ((FILED, ObjectionRaised("o1")), ObjectionRaised("o1"), OTHER, "about/objection"),
        (
            (FILED, ObjectionRaised("o1"), ObjectionResolved("o1", UPHELD)),
            ObjectionRaised("o1"),
            OTHER,
            "about/objection",
        ),
        (
            (FILED, ObjectionRaised("o1"), ObjectionResolved("o1", UPHELD)),
            ObjectionResolved("o1", UPHELD),
            UNIT,
            "about/objection",
        ),
        ((FILED, ObjectionRaised("o1"), ObjectionResolved("o1", UPHELD)), correction("o1"), UNIT, "about/objection"),
        ((FILED, RecordRevoked(None, None)), correction(), UNIT, "about/record"),
        ((FILED, RecordRevoked(None, None)), RecordRevoked(None, None), UNIT, "about/record"),
        ((FILED, RecordRevoked(None, None)), ObjectionRaised("o1"), OTHER, "about/record"),
        ((FILED, RecordRevoked(None, None)), FILED, UNIT, "about/record"),
        ((FILED, ObjectionRaised("o1")), ObjectionResolved("o1", CORRECTED), UNIT, "outcome"),
        ((FILED, ObjectionRaised("o1")), ObjectionResolved("o1", REVOKED), UNIT, "outcome"),
        ((FILED, ObjectionRaised("o1"), correction()), ObjectionResolved("o1", CORRECTED), UNIT, "outcome"),
        ((FILED, ObjectionRaised("o1"), correction("o1")), ObjectionResolved("o1", UPHELD), UNIT, "outcome"),
        ((FILED, ObjectionRaised("o1"), correction("o1")), ObjectionResolved("o1", REVOKED), UNIT, "outcome"),
        ((FILED, ObjectionRaised("o1"), RecordRevoked("o1", None)), ObjectionResolved("o1", UPHELD), UNIT, "outcome"),
        (
            (FILED, ObjectionRaised("o1"), RecordRevoked("o1", None)),
            ObjectionResolved("o1", CORRECTED),
            UNIT,
            "outcome",
        ),
        (
            (FILED, ObjectionRaised("o1"), ObjectionRaised("o2"), RecordRevoked("o2", None)),
            ObjectionResolved("o1", REVOKED),
            UNIT,
            "outcome",
        ),
        ((FILED,), CataloguePublished(ITEM, 2), UNIT, "type"),
    ],
)
def test_what_the_state_does_not_allow_is_refused(
    before: tuple[AnyBody, ...], body: AnyBody, issuer: str, field: str
) -> None:
    """The refusal names the field, the rule and a way out, and nothing has changed."""
    told = story(*before)
    state = told.state

    with pytest.raises(RuleBroken) as caught:
        told.say(body, issuer)
    (fault,) = caught.value.faults
    assert fault.field == field
    assert fault.rule
    assert fault.fix
    assert told.state == state


def test_a_correction_cannot_move_the_record_to_another_subject() -> None:
    """That would take a penalty from one enterprise and give it to another."""
    told = story(FILED)

    with pytest.raises(RuleBroken) as caught:
        told.say(correction(), subject="B" * 32)
    assert [fault.field for fault in caught.value.faults] == ["subject"]


def test_an_event_of_a_record_never_filed_cannot_be_taken_in() -> None:
    """A stored log that begins in the middle is not guessed at."""
    told = story(FILED, correction())

    with pytest.raises(ValueError, match="never filed"):
        evolve(None, told.events[1])


def test_replaying_the_events_gives_the_same_state() -> None:
    """The state is what the events say and nothing besides."""
    told = story(FILED, ObjectionRaised("o1"), correction("o1"), ObjectionResolved("o1", CORRECTED))
    state = None
    for event in told.events:
        state = evolve(state, event)

    assert state == told.state


OBJECTIONS = st.sampled_from(["o1", "o2", "o3"])
ISSUERS = st.sampled_from([UNIT, UNIT, OTHER])


class RandomLife(RuleBasedStateMachine):
    """Random commands, legal or not, against a model that looks through the whole history each time."""

    def __init__(self) -> None:
        super().__init__()
        self.told = Story()
        self.history: list[tuple[str, str | None, ObjectionOutcome | None]] = []
        self.unit = ""

    def happened(self, kind: str, objection: str | None = None) -> bool:
        """Whether something of this kind, about this objection if one is named, is in the history."""
        return any(entry[0] == kind and objection in (None, entry[1]) for entry in self.history)

    def is_open(self, objection: str) -> bool:
        """Whether the objection was raised and not resolved."""
        return self.happened("raised", objection) and not self.happened("resolved", objection)

    def attempt(
        self,
        body: AnyBody,
        issuer: str,
        kind: str,
        objection: str | None = None,
        outcome: ObjectionOutcome | None = None,
        *,
        allowed: bool,
        subject: str = SUBJECT,
    ) -> None:
        """Say it; model and code must agree on whether that is allowed."""
        before = self.told.state
        try:
            self.told.say(body, issuer, subject=subject)
        except RuleBroken:
            assert not allowed
            assert self.told.state == before
        else:
            assert allowed
            self.history.append((kind, objection, outcome))

    @rule(issuer=ISSUERS)
    def file(self, issuer: str) -> None:
        """Anybody may file, once."""
        allowed = not self.history
        if allowed:
            self.unit = issuer
        self.attempt(FILED, issuer, "filed", allowed=allowed)

    @precondition(lambda self: self.history)
    @rule(issuer=ISSUERS, objection=st.none() | OBJECTIONS, subject=st.sampled_from([SUBJECT, SUBJECT, "B" * 32]))
    def correct(self, issuer: str, objection: str | None, subject: str) -> None:
        """The unit may correct what was not revoked."""
        allowed = issuer == self.unit and not self.happened("revoked") and subject == SUBJECT
        allowed = allowed and (objection is None or self.is_open(objection))
        self.attempt(correction(objection), issuer, "corrected", objection, allowed=allowed, subject=subject)

    @precondition(lambda self: len(self.history) > 3)
    @rule(issuer=ISSUERS, objection=st.none() | OBJECTIONS)
    def revoke(self, issuer: str, objection: str | None) -> None:
        """The unit may revoke once."""
        allowed = issuer == self.unit and not self.happened("revoked")
        allowed = allowed and (objection is None or self.is_open(objection))
        self.attempt(RecordRevoked(objection, None), issuer, "revoked", objection, allowed=allowed)

    @rule(issuer=ISSUERS, objection=OBJECTIONS)
    def dispute(self, issuer: str, objection: str) -> None:
        """Anybody may object to what was not revoked, once under each id."""
        allowed = bool(self.history) and not self.happened("revoked") and not self.happened("raised", objection)
        self.attempt(ObjectionRaised(objection), issuer, "raised", objection, allowed=allowed)

    @rule(issuer=ISSUERS, objection=OBJECTIONS, outcome=st.sampled_from(ObjectionOutcome))
    def resolve(self, issuer: str, objection: str, outcome: ObjectionOutcome) -> None:
        """The unit says what it has done about an open objection, no more and no less."""
        corrected, revoked = self.happened("corrected", objection), self.happened("revoked", objection)
        true = {CORRECTED: corrected, REVOKED: revoked, UPHELD: not corrected and not revoked}[outcome]
        allowed = bool(self.history) and issuer == self.unit and self.is_open(objection) and true
        self.attempt(ObjectionResolved(objection, outcome), issuer, "resolved", objection, outcome, allowed=allowed)

    @invariant()
    def the_status_follows_from_the_history(self) -> None:
        """What people see is what happened."""
        if not self.history:
            return
        record = self.told.record
        expected = RecordStatus.STANDING
        if any(self.is_open(objection) for objection in ("o1", "o2", "o3")):
            expected = RecordStatus.DISPUTED
        if self.happened("revoked"):
            expected = RecordStatus.REVOKED
        assert record.status is expected
        assert record.disclosed is not self.happened("revoked")
        assert record.version == len(self.history)
        assert (record.issuer, record.subject) == (self.unit, SUBJECT)


RandomLife.TestCase.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)
TestRandomLife = RandomLife.TestCase
