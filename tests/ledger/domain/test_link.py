"""Links between subjects: who may make and undo them, and that every handle leads to one subject of today."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.domain.bodies import SubjectLinked, SubjectSeparated
from ledger.domain.events import EventFacts, Recorded
from ledger.domain.link import (
    Identity,
    LinksAfter,
    Moment,
    SubjectLink,
    decide_link,
    evolve_link,
    identity_of,
)
from ledger.errors import RuleBroken
from ledger.vocabulary import LinkKind
from verify.commitment import Opening

UNIT, OTHER = "12110000000000000K", "12110000000000001N"
TODAY = "2026-11-20"
A, B, C, D = (letter * 32 for letter in "ABCD")


@dataclass
class Register:
    """All links and what was said of them; `link` and `separate` decide and, if that is allowed, record."""

    states: dict[int, SubjectLink] = field(default_factory=dict)
    links: LinksAfter = field(default_factory=LinksAfter)
    seq: int = 7

    def link(self, link: int, former: str, subject: str, *, issuer: str = UNIT, on: str = TODAY) -> None:
        """Say that `former` is now known as `subject`."""
        self._say(link, SubjectLinked(former, LinkKind.CODE_CHANGED), subject, issuer, on)

    def separate(self, link: int, *, issuer: str = UNIT, on: str = TODAY) -> None:
        """Take a link back."""
        state = self.states.get(link)
        self._say(link, SubjectSeparated(), "" if state is None else state.subject, issuer, on)

    def _say(self, link: int, body: SubjectLinked | SubjectSeparated, subject: str, issuer: str, on: str) -> None:
        state = self.states.get(link)
        event = Recorded(
            UUID(int=link),
            1 if state is None else state.version + 1,
            EventFacts(
                seq=self.seq,
                recorded_at=f"{TODAY}T04:00:00.{self.seq:06}Z",
                subject=subject,
                statement_id="",
                issuer=issuer,
                made_at=f"{TODAY}T04:00:00.000000Z",
                discloses=(),
                withdraws=(),
                body=body,
            ),
            {"on": Opening(bytes(32), on)},
        )
        decide_link(state, event, self.links)
        self.states[link] = evolve_link(state, event)
        self.links.take(self.states[link])
        self.seq += 1

    def identity(self, handle: str) -> Identity:
        """Who that is."""
        return identity_of(handle, self.links)


@pytest.fixture
def register() -> Register:
    """A register without links."""
    return Register()


def refused(error: pytest.ExceptionInfo[RuleBroken]) -> str:
    """The field that the refusal names."""
    (fault,) = error.value.faults
    return fault.field


def test_a_handle_without_links_is_its_own_subject(register: Register) -> None:
    assert register.identity(A) == Identity(A)
    assert register.identity(A).handles == (A,)


def test_old_and_new_handles_are_one_subject(register: Register) -> None:
    """Over several changes of the code, and for two codes that lead to the same one."""
    register.link(1, A, B)
    register.link(2, B, C)
    register.link(3, D, C)

    assert {register.identity(handle) for handle in (A, B, C, D)} == {Identity(C, (B, D, A))}


def test_a_link_says_who_made_it_and_when(register: Register) -> None:
    register.link(1, A, B)
    made = register.states[1]
    register.separate(1)

    assert (made.issuer, made.former, made.subject, made.kind) == (UNIT, A, B, LinkKind.CODE_CHANGED)
    assert made.linked == Moment(7, f"{TODAY}T04:00:00.000007Z")
    assert register.states[1].separated == Moment(8, f"{TODAY}T04:00:00.000008Z")
    assert register.states[1].version == 2


def test_what_was_separated_is_apart_again(register: Register) -> None:
    """What hung on either side stays there."""
    register.link(1, A, B)
    register.link(2, B, C)
    register.separate(2)

    assert register.identity(A) == register.identity(B) == Identity(B, (A,))
    assert register.identity(C) == Identity(C)


def test_a_link_holds_from_its_entry_to_that_of_its_separation(register: Register) -> None:
    """By position and by the instant at which it was known."""
    register.link(1, A, B)
    register.separate(1)
    state = register.states[1]

    assert [state.in_force(size) for size in (7, 8, 9)] == [False, True, False]
    assert [state.in_force(9, f"{TODAY}T04:00:00.{micro:06}Z") for micro in (6, 7, 8)] == [False, True, False]


def test_a_link_id_is_used_once(register: Register) -> None:
    """Also when the link was taken back."""
    register.link(1, A, B)
    for _ in range(2):
        with pytest.raises(RuleBroken) as error:
            register.link(1, C, D)
        assert refused(error) == "about/link"
        if register.states[1].separated is None:
            register.separate(1)


def test_a_handle_has_one_link_in_force(register: Register) -> None:
    """The same again, and another, are refused until the first is taken back."""
    register.link(1, A, B)
    for subject in (B, C):
        with pytest.raises(RuleBroken) as error:
            register.link(2, A, subject)
        assert refused(error) == "about/handle"
    register.separate(1)
    register.link(2, A, C)

    assert register.identity(A) == Identity(C, (A,))


def test_links_do_not_turn_in_a_circle(register: Register) -> None:
    """Neither at once nor over others; otherwise nobody would be today's subject."""
    register.link(1, A, B)
    register.link(2, B, C)
    for former, subject in ((C, A), (C, B), (D, D)):
        with pytest.raises(RuleBroken) as error:
            register.link(3, former, subject)
        assert refused(error) == "about/handle"


def test_a_circle_that_was_broken_is_none(register: Register) -> None:
    """A mapping the wrong way round is taken back and made the right way."""
    register.link(1, A, B)
    register.separate(1)
    register.link(2, B, A)

    assert register.identity(B) == Identity(A, (B,))


def test_only_who_linked_may_separate_and_only_once(register: Register) -> None:
    register.link(1, A, B)
    with pytest.raises(RuleBroken) as stranger:
        register.separate(1, issuer=OTHER)
    register.separate(1)
    with pytest.raises(RuleBroken) as again:
        register.separate(1)

    assert (refused(stranger), refused(again)) == ("issuer", "about/link")
    assert "entry 8" in again.value.faults[0].rule


def test_what_was_never_linked_is_not_separated(register: Register) -> None:
    with pytest.raises(RuleBroken) as error:
        register.separate(1)
    assert refused(error) == "about/link"

    body = SubjectSeparated()
    facts = EventFacts(7, f"{TODAY}T04:00:00.000000Z", B, "", UNIT, f"{TODAY}T04:00:00.000000Z", (), (), body)
    with pytest.raises(ValueError, match="entry 7 continues a link that was never made"):
        evolve_link(None, Recorded(UUID(int=1), 1, facts, {}))


def test_days_are_in_order(register: Register) -> None:
    """Nothing is done after the day it is recorded, and a link is not taken back before it was made."""
    with pytest.raises(RuleBroken) as tomorrow:
        register.link(1, A, B, on="2026-11-21")
    register.link(1, A, B, on="2026-11-10")
    with pytest.raises(RuleBroken) as before:
        register.separate(1, on="2026-11-09")
    with pytest.raises(RuleBroken) as too_late:
        register.separate(1, on="2026-11-21")
    register.separate(1, on="2026-11-10")

    assert [refused(error) for error in (tomorrow, before, too_late)] == ["on"] * 3


HANDLES = [letter * 32 for letter in "ABCDEFG"]
Step = tuple[str, str] | int
"""A link by former and subject, or the separation of the link that the step of this number made."""
STEPS = st.lists(
    st.one_of(st.tuples(st.sampled_from(HANDLES), st.sampled_from(HANDLES)), st.integers(0, 12)), max_size=30
)


def attempt(register: Register, number: int, step: Step) -> bool:
    """Say it, and whether that was allowed."""
    try:
        if isinstance(step, tuple):
            register.link(number, *step)
        else:
            register.separate(step)
    except RuleBroken:
        return False
    return True


def union(links: Iterable[tuple[str, str]], handle: str) -> set[str]:
    """All handles that hang together with this one, found by looking at every link again and again."""
    known, found, size = list(links), {handle}, 0
    while len(found) > size:
        size = len(found)
        for pair in known:
            if not found.isdisjoint(pair):
                found.update(pair)
    return found


@given(STEPS)
def test_every_handle_leads_to_one_subject_of_today(steps: list[Step]) -> None:
    """It is that of the naive union, is linked to nothing itself, and is the same from each of its handles."""
    register = Register()
    naive: dict[int, tuple[str, str]] = {}
    for number, step in enumerate(steps):
        said = attempt(register, number, step)
        if isinstance(step, tuple):
            former, subject = step
            linked = any(former == each for each, _ in naive.values())
            assert said is not (linked or subject in union(naive.values(), former))
            naive |= {number: step} if said else {}
        else:
            assert said is (naive.pop(step, None) is not None)
    for handle in HANDLES:
        identity = register.identity(handle)

        assert set(identity.handles) == union(naive.values(), handle)
        assert len(set(identity.handles)) == len(identity.handles)
        assert identity.subject_handle not in {former for former, _ in naive.values()}
        assert {register.identity(each).subject_handle for each in identity.handles} == {identity.subject_handle}


@given(STEPS, st.integers(0, 30))
def test_a_batch_on_top_answers_as_if_all_were_written(steps: list[Step], cut: int) -> None:
    """Whatever was in force before it, and in the same order."""
    written, before = Register(), LinksAfter()
    for number, step in enumerate(steps[:cut]):
        attempt(written, number, step)
    for state in written.states.values():
        if state.separated is None:
            before.take(state)
    on_top = Register(dict(written.states), LinksAfter(before), written.seq)
    for number, step in enumerate(steps[cut:], cut):
        assert attempt(on_top, number, step) is attempt(written, number, step)
    for handle in HANDLES:
        assert on_top.identity(handle) == written.identity(handle)


@given(st.dictionaries(st.sampled_from(HANDLES), st.sampled_from(HANDLES)))
def test_resolution_ends_whatever_a_damaged_table_says(linked: Mapping[str, str]) -> None:
    """Circles are never written; if there are some, an answer is better than none ever."""

    class Damaged:
        def subject_of(self, handle: str) -> str | None:
            return linked.get(handle)

        def formers_of(self, handle: str) -> Iterable[str]:
            return [former for former, subject in linked.items() if subject == handle]

    for handle in HANDLES:
        identity = identity_of(handle, Damaged())

        assert len(set(identity.handles)) == len(identity.handles)
        assert handle in identity.handles
