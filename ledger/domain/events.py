"""Domain events: what an entry of the log means, typed. A pure function of the entry and its openings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ledger.beijing import beijing_day
from ledger.domain.bodies import AnyBody
from ledger.identifiers import uuid_of
from verify.commitment import Opening
from verify.entry import EntryHeader
from verify.statement import Statement
from verify.strict import JsonValue


@dataclass(frozen=True, slots=True)
class Erased:
    """The values of entry `seq` were destroyed; nothing else about the entry was."""

    seq: int


class EventFacts(msgspec.Struct, frozen=True):
    """The part of an event that is stored in clear and never erased."""

    seq: int
    recorded_at: str
    subject: str
    statement_id: str
    issuer: str
    made_at: str
    discloses: tuple[int, ...]
    withdraws: tuple[int, ...]
    body: AnyBody


class Told(Protocol):
    """An event as folds read it."""

    @property
    def stream(self) -> bytes:
        """The aggregate's id, 16 bytes."""

    @property
    def originator_version(self) -> int:
        """Its place among the events of its aggregate, from 1."""

    @property
    def facts(self) -> EventFacts:
        """What is never erased."""

    @property
    def erased(self) -> bool:
        """Say whether the values were destroyed."""

    def value(self, path: str) -> JsonValue:
        """One opened value; None where it is not there or erased."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event as the library stores it: one entry of the log, one version of one aggregate."""

    originator_id: UUID
    originator_version: int
    facts: EventFacts
    openings: Mapping[str, Opening] | Erased

    @property
    def stream(self) -> bytes:
        """The aggregate's id, 16 bytes."""
        return self.originator_id.bytes

    @property
    def erased(self) -> bool:
        """Say whether the values were destroyed."""
        return isinstance(self.openings, Erased)

    @property
    def body(self) -> AnyBody:
        """What happened."""
        return self.facts.body

    @property
    def recorded_on(self) -> date:
        """The day in Beijing on which it was recorded."""
        return beijing_day(self.facts.recorded_at)

    @property
    def on(self) -> date:
        """The day on which it was done (path ``on``); the day it was recorded where that is not said or erased."""
        opening = None if isinstance(self.openings, Erased) else self.openings.get("on")
        return self.recorded_on if opening is None else date.fromisoformat(str(opening.value))

    def value(self, path: str) -> JsonValue:
        """One opened value; None where it is not there or erased."""
        opening = None if isinstance(self.openings, Erased) else self.openings.get(path)
        return None if opening is None else opening.value

    def telling(self, discloses: tuple[int, ...], withdraws: tuple[int, ...]) -> Recorded:
        """The same event, which makes these filings public or takes them back."""
        facts = replace(self.facts, discloses=discloses, withdraws=withdraws)
        return Recorded(self.originator_id, self.originator_version, facts, self.openings)

    def values(self) -> dict[str, JsonValue] | Erased:
        """The opened values by path."""
        if isinstance(self.openings, Erased):
            return self.openings
        return {path: opening.value for path, opening in self.openings.items()}


def recorded(header: EntryHeader, statement: Statement, body: AnyBody, openings: Mapping[str, Opening]) -> Recorded:
    """The event of an entry."""
    facts = EventFacts(
        seq=header.seq,
        recorded_at=header.recorded_at,
        subject=header.subject,
        statement_id=statement.id,
        issuer=statement.issuer,
        made_at=statement.made_at,
        discloses=header.discloses,
        withdraws=header.withdraws,
        body=body,
    )
    return Recorded(uuid_of(header.stream), header.version, facts, openings)
