"""Peers to compare with, measured on this machine in the same run."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, DomainEvent, event

from ledger.domain.events import Erased, Recorded

MESSAGE_BYTES = 2000
"""About a statement."""


class _Note(Aggregate):
    @event("Written")
    def write(self, text: str) -> None:
        self.text = text


def eventsourcing_saves_per_second(saves: int = 2000) -> float:
    """`eventsourcing` Application.save(), one event a commit, its own SQLite: no signature, no HTTP, no tree."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "peer.db"
        environment = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        with Application[UUID](environment) as application:
            text = "x" * MESSAGE_BYTES
            started = time.perf_counter()
            for _ in range(saves):
                note = _Note()
                note.write(text)
                application.save(note)
            return saves / (time.perf_counter() - started)


def ed25519_verifications_per_second(rounds: int = 4000) -> float:
    """Ed25519 verifications of one statement-sized message on one core: what an audit cannot do without."""
    key = Ed25519PrivateKey.generate()
    message = os.urandom(MESSAGE_BYTES) + uuid4().bytes
    signature, public = key.sign(message), key.public_key()
    started = time.perf_counter()
    for _ in range(rounds):
        public.verify(signature, message)
    return rounds / (time.perf_counter() - started)


class _Record(Aggregate):
    """About what our fold folds: an organisation's record that is filed, and three things that happen to it."""

    def __init__(self, subject: str, issuer: str, item: str) -> None:
        self.subject, self.issuer, self.item, self.status = subject, issuer, item, "standing"

    @event("Moved")
    def move(self, on: str, kind: str, reason: str) -> None:  # noqa: ARG002 - part of the event
        self.status = kind


def eventsourcing_replay_per_second(events: int) -> float:
    """The library's notification log read in pages of 1,000 and mapped by its default mapper; nothing is folded.

    Events of about our shape, and as small as they can be.
    """
    with _application() as application:
        for _batch in range(max(1, events // 400)):
            records = [_Record("7Q" * 16, "12110000000000000K", "administrative-penalty") for _ in range(100)]
            for record in records:
                for kind in ("disputed", "standing", "repaired"):
                    record.move("2026-11-20", kind, "准予修复")
            application.save(*records)
        return _replayed_per_second(application)


@dataclass(frozen=True)
class _Told(DomainEvent):
    """One of our events, as somebody would keep it who has only the library."""

    kind: str
    subject: str
    issuer: str
    values: Mapping[str, object]


def eventsourcing_replay_of_same_events_per_second(events: Iterable[Recorded]) -> float:
    """The same over events of a ledger: their types, whom they are of, and their values in clear, without salts."""
    remaining = iter(events)
    with _application() as application:
        while page := list(islice(remaining, 1000)):
            application.recorder.insert_events([application.mapper.to_stored_event(_told(event)) for event in page])
        return _replayed_per_second(application)


def _told(event: Recorded) -> _Told:
    values = event.values()
    return _Told(
        originator_id=event.originator_id,
        originator_version=event.originator_version,
        timestamp=datetime.fromisoformat(event.facts.recorded_at),
        kind=type(event.body).__name__,
        subject=event.facts.subject,
        issuer=event.facts.issuer,
        values={} if isinstance(values, Erased) else values,
    )


@contextmanager
def _application() -> Iterator[Application[UUID]]:
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(Path(folder) / "peer.db")}
        with Application[UUID](environment) as application:
            yield application


def _replayed_per_second(application: Application[UUID]) -> float:
    position, read, started = 0, 0, time.perf_counter()
    while page := application.recorder.select_notifications(position + 1, 1000):
        for notification in page:
            application.mapper.to_domain_event(notification)
        read, position = read + len(page), page[-1].id
    return read / (time.perf_counter() - started)
