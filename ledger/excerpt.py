"""摘录 (excerpts): events with those of their values that a fold reads, and no others.

A fold over a whole ledger opens every event: of the twenty values that one may have it wants three.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, Generic, TypedDict, TypeVar, cast

import msgspec

from ledger.application import FACTS, RecordedMapper, opening_context
from ledger.domain.bodies import BRINGS_VALUES, AnyBody
from ledger.domain.events import EventFacts
from ledger.domain.gist import Gist
from ledger.store.recorder import LedgerRecorder
from verify.strict import JsonValue

Paths = tuple[str, ...]
Facts = TypeVar("Facts", EventFacts, Gist)


class NotRead(LookupError):
    """A value was asked for that is not among those that were read: its absence would look like a value's."""


class Excerpt(Generic[Facts]):
    """One event of the log, as `Recorded`, but with the values of some paths only."""

    __slots__ = ("_paths", "_values", "erased", "facts", "originator_version", "stream")

    def __init__(
        self, stream: bytes, version: int, facts: Facts, values: Mapping[str, Any] | None, paths: frozenset[str]
    ) -> None:
        """`values` are openings by path, of `paths` and no others; None if they were erased."""
        self.stream, self.originator_version = stream, version
        self.facts: Facts = facts
        self.erased, self._values, self._paths = values is None, values or {}, paths

    def value(self, path: str) -> JsonValue:
        """One opened value; None where it is not there or erased. Raises `NotRead`."""
        if path not in self._paths:
            raise NotRead(path)
        opening = self._values.get(path)
        return None if opening is None else cast("JsonValue", opening[1])


class Excerpts:
    """Reads excerpts of events, one subject after the other, so that each subject's key is unwrapped once."""

    def __init__(self, recorder: LedgerRecorder, mapper: RecordedMapper, paths: Callable[[AnyBody], Paths]) -> None:
        """`paths` says which values of an event with such a body are read, by its type and its item alone."""
        self._recorder, self._mapper, self._paths = recorder, mapper, paths
        self._readings: dict[type[AnyBody] | tuple[object, ...], _Reading] = {}

    def of_subjects(self, first: str, end: str, size: int) -> Iterator[Excerpt[EventFacts]]:
        """Events among the first `size` of the subjects from handle `first` up to and without `end`, by subject.

        Raises `Unsealable`.
        """
        current, open_sealed = None, None
        # A page at a time: taking turns at every event, this and the fold would push each other out of the processor.
        for page in self._recorder.select_subjects(first, end, size):
            found = []
            for subject, identifier, version, state, sealed in page:
                if subject != current:
                    current, open_sealed = subject, self._mapper.opener(subject)
                facts = FACTS.decode(state)
                found.append(self._excerpt(bytes.fromhex(identifier), version, facts, sealed, open_sealed))
            yield from found

    def of_gists(self, told: Iterable[tuple[bytes, Gist]]) -> Iterator[Excerpt[Gist]]:
        """The events of records that have these gists, best in the order of their subjects. Raises `Unsealable`."""
        wanted = list(told)
        sealed = self._recorder.select_openings([gist.seq for _record, gist in wanted])
        current, open_sealed = None, None
        for record, gist in wanted:
            if gist.subject != current:
                current, open_sealed = gist.subject, self._mapper.opener(gist.subject)
            yield self._excerpt(record, gist.version, gist, sealed.get(gist.seq), open_sealed)

    def _excerpt(
        self, stream: bytes, version: int, facts: Facts, sealed: bytes | None, open_sealed: _Opener | None
    ) -> Excerpt[Facts]:
        reading = self._readings.get(type(facts.body)) or self._reading(facts.body)
        values = None
        if sealed is not None and open_sealed is not None:
            values = reading.decode(open_sealed(opening_context(stream, version), sealed))
        return Excerpt(stream, version, facts, values, reading.paths)

    def _reading(self, body: AnyBody) -> _Reading:
        key = (type(body), body.item, body.item_version) if isinstance(body, BRINGS_VALUES) else type(body)
        found = self._readings.get(key)
        if found is None:
            found = self._readings[key] = _Reading(self._paths(body))
        return found


_Opener = Callable[[bytes, bytes], bytes]


class _Reading:
    """Reads the openings of some paths out of their JSON; it passes over all others."""

    def __init__(self, paths: Paths) -> None:
        self.paths: Final = frozenset(paths)
        kind: Any = TypedDict("kind", dict.fromkeys(paths, tuple[Any, Any]), total=False)  # type: ignore[misc]
        self.decode: Final[Callable[[bytes], Mapping[str, Any]]] = msgspec.json.Decoder(kind).decode
