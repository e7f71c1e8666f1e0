"""Peers to compare with, measured on this machine in the same run."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from uuid import UUID, uuid4

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

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
    """The library's notification log read in pages of 1,000 and mapped by its default mapper; nothing is folded."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(Path(folder) / "peer.db")}
        with Application[UUID](environment) as application:
            for _batch in range(max(1, events // 400)):
                records = [_Record("7Q" * 16, "12110000000000000K", "administrative-penalty") for _ in range(100)]
                for record in records:
                    for kind in ("disputed", "standing", "repaired"):
                        record.move("2026-11-20", kind, "准予修复")
                application.save(*records)
            position, read, started = 0, 0, time.perf_counter()
            while page := application.recorder.select_notifications(position + 1, 1000):
                for notification in page:
                    application.mapper.to_domain_event(notification)
                read, position = read + len(page), page[-1].id
            return read / (time.perf_counter() - started)
