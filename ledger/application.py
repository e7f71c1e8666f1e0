"""The `eventsourcing` application: how domain events become stored events and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, cast
from uuid import UUID

import msgspec
import sqlalchemy as sa
from eventsourcing.application import Application
from eventsourcing.domain import DomainEventProtocol
from eventsourcing.persistence import InfrastructureFactory, JSONTranscoder, Mapper, StoredEvent
from eventsourcing.utils import Environment, EnvType

from ledger.domain.events import Erased, EventFacts, Recorded
from ledger.store.recorder import STATE_SEPARATOR, LedgerFactory, LedgerRecorder
from ledger.store.vault import KeyStore
from verify.commitment import Opening
from verify.strict import JsonValue

FACTS = msgspec.json.Decoder(EventFacts)
"""Reads the clear part of an event as stored."""

_ENCODER = msgspec.json.Encoder()
_VALUES = msgspec.json.Decoder(dict[str, tuple[Any, Any]])
_OPENINGS = msgspec.json.Decoder(dict[str, tuple[bytes, Any]])
"""What this process sealed and the vault authenticated was read strictly when it came in: it is not judged again."""


class _RecordedAt(msgspec.Struct):
    recorded_at: str


_RECORDED_AT = msgspec.json.Decoder(_RecordedAt)


class RecordedMapper(Mapper[UUID]):
    """Stores facts in clear and openings sealed under their subject's key; topics are the statement types.

    A topic never is a Python path: code may move, the stored log may not.
    """

    def __init__(self, vault: KeyStore) -> None:
        """`vault` holds the subjects' keys."""
        super().__init__(transcoder=JSONTranscoder())
        self._vault = vault

    def to_stored_event(self, domain_event: DomainEventProtocol[UUID]) -> StoredEvent:
        """Map a `Recorded`; its subject's key must exist."""
        event = cast("Recorded", domain_event)
        state = event_facts_bytes(event)
        if not isinstance(event.openings, Erased):
            plaintext = _ENCODER.encode(event.openings)  # an opening is a tuple, and bytes are written in base64
            context = opening_context(event.originator_id.bytes, event.originator_version)
            state += STATE_SEPARATOR + self._vault.seal(event.facts.subject, context, plaintext)
        return StoredEvent(event.originator_id, event.originator_version, event_topic(event), state)

    def to_domain_event(self, stored: StoredEvent) -> Recorded:
        """Map back; values whose key or row is gone become `Erased`."""
        facts = FACTS.decode(stored.state.partition(STATE_SEPARATOR)[0])
        plaintext = self.open_values(stored, facts.subject)
        openings = Erased(facts.seq) if plaintext is None else _openings(plaintext)
        return Recorded(cast("UUID", stored.originator_id), stored.originator_version, facts, openings)

    def opener(self, subject: str) -> Callable[[bytes, bytes], bytes] | None:
        """What opens values of one subject, given their context; None if its key was destroyed. Raises `Unsealable`."""
        return self._vault.opener(subject)

    def load_keys(self, first: str, end: str) -> None:
        """Make ready to open values of subjects from handle `first` up to and without `end`. Raises `Unsealable`."""
        self._vault.load(first, end)

    def values(self, stored: StoredEvent, subject: str) -> dict[str, JsonValue] | None:
        """The values of a stored event by path, without what else opens them; None if they were erased."""
        plaintext = self.open_values(stored, subject)
        return None if plaintext is None else {path: value for path, (_, value) in _VALUES.decode(plaintext).items()}

    def open_values(self, stored: StoredEvent, subject: str) -> bytes | None:
        """The openings of a stored event as canonical JSON; None if they were erased. Raises `Unsealable`."""
        _facts, separator, sealed = stored.state.partition(STATE_SEPARATOR)
        if not separator:
            return None
        context = opening_context(cast("UUID", stored.originator_id).bytes, stored.originator_version)
        return self._vault.open(subject, context, sealed)


def event_facts_bytes(event: Recorded) -> bytes:
    """The clear part of an event as stored: one line of JSON, the same for the same entry always."""
    return _ENCODER.encode(event.facts)


def event_topic(event: Recorded) -> str:
    """The stable topic of an event: its statement type."""
    return str(type(event.body).__struct_config__.tag)


def recorded_at(stored: StoredEvent) -> str:
    """When the entry of a stored event was recorded, without the values of the event."""
    return _RECORDED_AT.decode(stored.state.partition(STATE_SEPARATOR)[0]).recorded_at


def _openings(plaintext: bytes) -> dict[str, Opening]:
    return {path: Opening(salt, value) for path, (salt, value) in _OPENINGS.decode(plaintext).items()}


def opening_context(stream: bytes, version: int) -> bytes:
    """What the openings of an event are bound to: its place, as the id of its aggregate (16 bytes) and its version."""
    return stream + version.to_bytes(8, "big")


class LedgerApplication(Application[UUID]):
    """The write model behind the sequencer; `append(events, batch=...)` is one database transaction."""

    name = "ledger"

    def __init__(self, engine: sa.Engine, vault: KeyStore) -> None:
        """`engine` as made by `ledger.store.sqlite`."""
        self._engine = engine
        self._vault = vault
        super().__init__()

    def construct_env(self, name: str, env: EnvType | None = None) -> Environment:
        """Ignore the process environment: a variable may not change what is written or how."""
        return Environment(name, dict(env or {}))

    def construct_factory(self, env: Environment) -> InfrastructureFactory[Any]:
        """The factory of our recorder."""
        return LedgerFactory(env, self._engine)

    def construct_mapper(self) -> RecordedMapper:
        """The mapper that seals."""
        return RecordedMapper(self._vault)

    def append(self, events: Sequence[Recorded], **kwargs: Any) -> None:  # noqa: ANN401 - what the recorder takes
        """Save events in one transaction; `save` would first ask of each whether it is an aggregate with events."""
        self.events.put(events, **kwargs)

    @property
    def ledger_recorder(self) -> LedgerRecorder:
        """The recorder as what it is."""
        return cast("LedgerRecorder", self.recorder)

    @property
    def recorded_mapper(self) -> RecordedMapper:
        """The mapper as what it is."""
        return cast("RecordedMapper", self.mapper)
