"""新旧代码映射、主体合并 (link): what is known under one handle is another's subject's, until the link is taken back.

A handle is linked to at most one other at a time, and no way along the links leads back to where it began. So the
handles are trees: from each of them the way ends at one root, the handle of today's subject.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol

from ledger.domain.bodies import SubjectLinked
from ledger.domain.deciding import refuse, require_after
from ledger.domain.events import Recorded
from ledger.vocabulary import LinkKind


@dataclass(frozen=True, slots=True)
class Moment:
    """The entry with which something began or ended, and when it was recorded."""

    seq: int
    recorded_at: str

    def known(self, size: int, as_of: str | None) -> bool:
        """Whether the first `size` entries of the log say so, as known at the instant `as_of` (default: at any)."""
        return self.seq < size and (as_of is None or self.recorded_at <= as_of)


@dataclass(frozen=True, slots=True)
class SubjectLink:
    """主体关联 (link) as far as its entries tell."""

    version: int
    issuer: str
    subject: str
    """Handle of today's subject."""
    former: str
    """Handle of the old code, or of the other identifier of a subject that was found to be this one."""
    kind: LinkKind
    linked_on: date
    linked: Moment
    separated: Moment | None = None

    def in_force(self, size: int, as_of: str | None = None) -> bool:
        """Whether the link was made and not taken back, as the first `size` entries say and was known at `as_of`."""
        return self.linked.known(size, as_of) and not (self.separated and self.separated.known(size, as_of))


class LinksInForce(Protocol):
    """The links in force at one position of the log, as the forest that they are."""

    def subject_of(self, handle: str) -> str | None:
        """The handle that this one is linked to; None: it is today's."""

    def formers_of(self, handle: str) -> Iterable[str]:
        """The handles that are linked to this one."""


class LinksAfter:
    """Links in force after some more events than those `before` reflects: a batch that is not written yet."""

    def __init__(self, before: LinksInForce | None = None) -> None:
        """Without `before`: after nothing, a log without links."""
        self._before = before
        self._subjects: dict[str, str | None] = {}
        self._formers: dict[str, dict[str, None]] = {}

    def take(self, link: SubjectLink) -> None:
        """Take in a link as it is after its newest event; in the order of events."""
        former = link.former
        self._formers.get(self._subjects.get(former) or "", {}).pop(former, None)
        if link.separated is not None:
            self._subjects[former] = None
        else:
            self._subjects[former] = link.subject
            self._formers.setdefault(link.subject, {})[former] = None

    def subject_of(self, handle: str) -> str | None:
        """The handle that this one is linked to; None: it is today's."""
        if handle in self._subjects or self._before is None:
            return self._subjects.get(handle)
        return self._before.subject_of(handle)

    def formers_of(self, handle: str) -> Iterable[str]:
        """The handles that are linked to this one, in the order of the links."""
        before = () if self._before is None else self._before.formers_of(handle)
        yield from (former for former in before if former not in self._subjects)
        yield from self._formers.get(handle, ())


@dataclass(frozen=True, slots=True)
class Identity:
    """One subject by all its handles."""

    subject_handle: str
    """Today's."""
    linked_handles: tuple[str, ...] = ()
    """The others, those nearest to today's first."""

    @property
    def handles(self) -> tuple[str, ...]:
        """All of them."""
        return self.subject_handle, *self.linked_handles


def identity_of(handle: str, links: LinksInForce) -> Identity:
    """The subject that a handle, old or new, stands for."""
    *_way, today = _way_from(handle, links)
    known = {today: None}  # keeps the order, and ends the search whatever a damaged table says
    waiting = [today]
    for each in waiting:
        found = [former for former in links.formers_of(each) if former not in known]
        known.update(dict.fromkeys(found))
        waiting += found
    return Identity(today, tuple(known)[1:])


def evolve_link(state: SubjectLink | None, event: Recorded) -> SubjectLink:
    """Take one event of a link in; the first is the link itself."""
    facts, body = event.facts, event.body
    moment = Moment(facts.seq, facts.recorded_at)
    if isinstance(body, SubjectLinked):
        return SubjectLink(
            version=event.originator_version,
            issuer=facts.issuer,
            subject=facts.subject,
            former=body.handle,
            kind=body.kind,
            linked_on=event.on,
            linked=moment,
        )
    if state is None:
        message = f"entry {facts.seq} continues a link that was never made"
        raise ValueError(message)
    return replace(state, version=event.originator_version, separated=moment)


def decide_link(state: SubjectLink | None, event: Recorded, links: LinksInForce) -> None:
    """Whether the event may follow; raises `RuleBroken`. `links` are those in force before it.

    The event is a candidate: numbered and dated, with the handle of today's subject.
    """
    if event.on > event.recorded_on:
        refuse("on", "lies after the day on which it is recorded", "give the day on which it was done")
    if isinstance(event.body, SubjectLinked):
        _link(state, event.body.handle, event.facts.subject, links)
    else:
        _separate(state, event)


def _link(state: SubjectLink | None, former: str, subject: str, links: LinksInForce) -> None:
    if state is not None:
        refuse("about/link", "a link is made once", "choose a new link id")
    if links.subject_of(former) is not None:
        refuse("about/handle", "this handle is linked to a subject already", "separate that link first")
    if former in _way_from(subject, links):
        rule = "the subject is itself linked to this handle: nobody would be today's subject"
        refuse("about/handle", rule, "separate that link first, or turn this one round")


def _separate(state: SubjectLink | None, event: Recorded) -> None:
    if state is None:
        refuse("about/link", "no link with this id was made", "correct the id")
    if event.facts.issuer != state.issuer:
        refuse("issuer", f"only {state.issuer}, which linked, may separate", "ask that unit to")
    if state.separated is not None:
        refuse("about/link", f"entry {state.separated.seq} separated this link", "nothing has to be said")
    require_after(event, state.linked_on, "the link")


def _way_from(handle: str, links: LinksInForce) -> Iterator[str]:
    """The handle and those it leads to, today's last; ends where it would turn in a circle."""
    passed = set()
    way: str | None = handle
    while way is not None and way not in passed:
        yield way
        passed.add(way)
        way = links.subject_of(way)
