"""One source after the other: what came in is taken, carried into the log and filed away; what fails waits its time.

Sources fail apart: a database that is down keeps no folder back. A table that could not be finished stays in `work` and
is the first of its source to be carried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus

from api.client import LedgerClient, Refused, Unreachable
from api.gateway.config import Config, SourceRules
from api.gateway.errors import ConfigFault, TableChanged
from api.gateway.inbox import Inbox
from api.gateway.journal import Counts
from api.gateway.passage import Department, carry, remember
from api.gateway.tray import Ticket, Tray, Verdict
from api.gateway.view import View
from api.importer.actions import Actions
from api.importer.run import mapping_faults
from ledger.catalogue import CatalogueItem, DefinitionFault, parse_item

_FIRST_PAUSE_SECONDS = 1.0


@dataclass(slots=True)
class Source:
    """A folder or a view at work. Owned by the one thread that makes the rounds."""

    rules: SourceRules
    tray: Tray
    inbox: Inbox | None
    view: View | None
    item: CatalogueItem | None = None
    """Asked for when it is first needed."""
    memory: Actions | None = None
    """What the tables of a view have said so far; None: they have to be read again."""
    failures: int = 0
    """In a row."""
    not_before: float = 0.0
    """When it is tried again, by the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Chances:
    """The outside world of a gateway: time, waiting, chance, and somebody who reads."""

    clock: Callable[[], float]
    """Seconds that never go back."""
    sleep: Callable[[float], None]
    chance: Callable[[], float]
    """From 0 to 1; departments that lost the ledger together do not come back together."""
    say: Callable[[str], None]
    warn: Callable[[str], None]


@dataclass(slots=True)
class Summary:
    """What one round did."""

    counts: Counts = field(default_factory=Counts)
    failed: int = 0
    """Sources that could not be finished."""


class Gateway:
    """Makes rounds. `asked_for` says how long the server last asked to be left alone."""

    def __init__(
        self,
        config: Config,
        department: Department,
        sources: list[Source],
        chances: Chances,
        asked_for: Callable[[], float] = lambda: 0.0,
    ) -> None:
        self._config = config
        self._department = department
        self._sources = sources
        self._chances = chances
        self._asked_for = asked_for

    def once(self) -> Summary:
        """Take what is complete, and what becomes so within the time to settle; each source is tried once."""
        summary = self.round()
        if any(each.inbox is not None and each.inbox.waiting() for each in self._sources):
            self._chances.sleep(self._config.settle_seconds)
            later = self.round()
            summary = Summary(summary.counts + later.counts, max(summary.failed, later.failed))
        return summary

    def run(self) -> None:
        """Make rounds for ever; raises what waiting does not mend."""
        while True:
            self.round()
            self._chances.sleep(self._config.poll_seconds)

    def round(self) -> Summary:
        """Try every source whose time has come."""
        summary = Summary()
        for source in self._sources:
            if self._chances.clock() < source.not_before:
                summary.failed += 1
                continue
            try:
                for counts in self._turn(source):
                    summary.counts += counts
            except (Refused, Unreachable) as error:  # a refused request, not a row: of a proxy, or a wrong token
                self._put_off(source, error)
                summary.failed += 1
            else:
                source.failures, source.not_before = 0, 0.0
        return summary

    def _put_off(self, source: Source, error: Exception) -> None:
        longest = self._config.retry_seconds
        pause = min(_FIRST_PAUSE_SECONDS * 2**source.failures, longest) * (0.5 + 0.5 * self._chances.chance())
        pause = max(pause, self._asked_for())
        source.failures = min(source.failures + 1, 30)
        source.not_before = self._chances.clock() + pause
        reason = " ".join(str(error).split())
        self._chances.warn(f"{source.rules.name}: {reason}; tried again in {pause:.0f} s")

    def _turn(self, source: Source) -> Iterator[Counts]:
        """Everything there is to do for a source now: first what is in `work`, then what has come."""
        for ticket in source.tray.open_tickets():
            yield self._finish(source, ticket)
        if source.view is not None:
            journal = self._department.journal
            while (found := source.view.spool(source.tray, journal, lambda: self._next(source))) is not None:
                yield self._finish(source, found)
        for path, look in source.inbox.complete() if source.inbox is not None else ():
            taken = source.tray.claim(self._next(source), path, look)
            if taken is not None:
                yield self._finish(source, taken)

    def _next(self, source: Source) -> int:
        largest = max(each.tray.largest() for each in self._sources)
        return self._department.journal.new_ticket(source.rules.name, largest + 1, self._department.now())

    def _finish(self, source: Source, ticket: Ticket) -> Counts:
        """Carry a table and file it away; where only the filing is left, only that."""
        journal = self._department.journal
        journal.take(ticket.number, source.rules.name, self._department.now())
        verdict, counts = journal.verdict(ticket.number), Counts()
        said = f"{source.rules.name}: table {ticket.number}: was finished before the last start"
        if verdict is None:
            try:
                verdict, counts = self._carry(source, ticket)
            except TableChanged:
                source.tray.give_back(ticket)
                raise
            said = f"{source.rules.name}: table {ticket.number}: {counts.words()}"
        source.tray.file_away(ticket, verdict)
        self._chances.say(said)
        return counts

    def _carry(self, source: Source, ticket: Ticket) -> tuple[Verdict, Counts]:
        mapping = source.rules.mapping
        if source.item is None:
            source.item = catalogue_item(self._department.client, source.rules)
        actions = source.memory
        if actions is None:
            actions = Actions(mapping)
            if source.view is not None:
                remember(actions, source.tray.filed(), mapping)
        source.memory = None  # a pass that breaks off leaves a memory that nobody may use
        verdict, counts = carry(ticket, mapping, source.item, self._department, actions)
        if source.view is not None and not counts.refused:
            source.memory = actions
        return verdict, counts


def catalogue_item(client: LedgerClient, rules: SourceRules) -> CatalogueItem:
    """The item that a mapping is for; raises `ConfigFault` where they do not fit each other."""
    mapping = rules.mapping
    try:
        item = parse_item(client.get_json(f"/v1/catalogue/{mapping.item}/{mapping.item_version}"))
    except DefinitionFault:
        raise Unreachable("the server answered with something else than a catalogue item") from None
    except Refused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        rule, fix = f"is none of the ledger: {mapping.item} version {mapping.item_version}", "ask: kesu catalogue"
        raise ConfigFault(f"{rules.name}: item", rule, fix) from None
    faults = mapping_faults(mapping, item)
    if faults:
        raise ConfigFault(f"{rules.name}: mapping", "does not fit the item", "; ".join(faults))
    return item
