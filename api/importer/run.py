"""An import: rows become signed statements, are sent many at a time, and what was accepted before is skipped.

Rows go out in chunks, several on the way at once. Where order matters - a record occurs again, or the instant that rows
claim moves on - the importer first waits for every answer, so a correction never overtakes its filing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TypeAlias

from api.client import LedgerClient, Refused, Submitted
from api.importer.actions import Action, ActionKind, Actions, Problem, RowFault
from api.importer.mapping import Mapping
from api.importer.numbering import Numbering
from api.importer.rows import SourceRow
from ledger.admission import DATA_PREFIX
from ledger.catalogue import CatalogueItem
from verify.note import SigningKey
from verify.statement_type import StatementType
from verify.strict import JsonValue
from verify.submission import Draft, Random, Submission

CHUNK = 200
"""Rows in one request."""

CONNECTIONS = 4
"""Requests on the way at once: while the ledger commits one it can already check the next."""

_REMEMBERED_KEYS = 50_000
"""Records since the last wait; then the importer waits once more rather than remember them all."""


@dataclass(slots=True)
class ImportResult:
    """What became of the rows."""

    accepted: int = 0
    skipped: int = 0
    faults: int = 0
    warnings: int = 0
    first_faults: list[str] = field(default_factory=list)


_Answers: TypeAlias = list[Submitted | Refused | None]


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows whose order does not matter among themselves; `after_all`: but they come after all rows before."""

    outcomes: list[Action | RowFault]
    after_all: bool

    @property
    def actions(self) -> list[Action]:
        """Those of them that are to be sent."""
        return [outcome for outcome in self.outcomes if isinstance(outcome, Action)]


@dataclass(frozen=True, slots=True)
class Importer:
    """One department's import into one ledger. `now()` gives the instant for rows that claim none."""

    client: LedgerClient
    key: SigningKey
    numbering: Numbering
    mapping: Mapping
    item: CatalogueItem
    now: Callable[[], str]
    random: Random
    check_skipped: bool = False
    """Fetch and verify the receipt of every row that the server says it has; else its word is taken for those."""

    def run(
        self,
        rows: Iterable[SourceRow],
        report_fault: Callable[[RowFault], None],
        progress: Callable[[int], None] = lambda _rows: None,
    ) -> ImportResult:
        """Import the rows; a bad one is reported and the rest goes on. Raises `Unreachable` when the ledger is gone."""
        result = ImportResult()
        actions = Actions(self.mapping)
        self.client.log_key  # noqa: B018 - asked for once, before the threads do
        sent: deque[tuple[_Chunk, Future[_Answers]]] = deque()

        def settle(leave: int) -> None:
            while len(sent) > leave:
                chunk, answers = sent.popleft()
                self._settle(chunk, answers.result(), result, report_fault)
                progress(chunk.outcomes[-1].row.number)

        pool = ThreadPoolExecutor(CONNECTIONS)
        try:
            for chunk in _chunks(actions.read(rows)):
                settle(0 if chunk.after_all else CONNECTIONS)
                sent.append((chunk, pool.submit(self._send, chunk.actions)))
            settle(0)
        finally:
            pool.shutdown(cancel_futures=True)
        return result

    def submission(self, action: Action, identifier: str) -> Submission:
        """The signed statement of an action; `identifier` is its numbering's `statement_id`."""
        about: dict[str, JsonValue] = {"record": self.numbering.record_id(action)}
        item, version = self.mapping.item, self.mapping.item_version
        values: dict[str, JsonValue] = {}
        if action.kind is not ActionKind.REVOKE:
            values = {f"{DATA_PREFIX}{part.code}": action.values.get(part.code) for part in self.item.fields}
            about["catalogue"] = {"item": item, "version": version}
            values["subject"] = {
                "code": action.subject_code,
                "name": action.subject_name,
                "scheme": action.subject_scheme,
            }
        if action.reason is not None:
            values["reason"] = action.reason
        return Draft(_TYPES[action.kind].value, about, values).sign(
            [self.key],
            identifier=identifier,
            issuer=self.key.verifier.name.partition("/")[0],
            made_at=action.made_at or self.now(),
            random=self.random,
        )

    def _send(self, chunk: list[Action]) -> _Answers:
        """Sign and send what the log does not have yet; None for what it has."""
        item, version = self.mapping.item, self.mapping.item_version
        numbered = [(self.numbering.statement_id(action, item, version), action) for action in chunk]
        known = self.client.known(identifier for identifier, _action in numbered) if numbered else set()
        if self.check_skipped:
            for identifier in sorted(known):
                self.client.recorded(identifier)
        new = {identifier: action for identifier, action in numbered if identifier not in known}
        submissions = [self.submission(action, identifier) for identifier, action in new.items()]
        answers = dict(zip(new, self.client.submit_many(submissions), strict=True))
        return [answers.get(identifier) for identifier, _action in numbered]

    def _settle(
        self, chunk: _Chunk, answers: _Answers, result: ImportResult, report_fault: Callable[[RowFault], None]
    ) -> None:
        """Count and report, in the order of the rows."""
        waiting = iter(answers)
        for outcome in chunk.outcomes:
            if isinstance(outcome, RowFault):
                self._fault(outcome, result, report_fault)
                continue
            answer = next(waiting)
            if answer is None:
                result.skipped += 1
            elif isinstance(answer, Refused):
                self._fault(self._refusal(outcome, answer), result, report_fault)
            else:
                result.accepted += 1
                result.warnings += len(answer.warnings)

    def _refusal(self, action: Action, refused: Refused) -> RowFault:
        """What the ledger refused, in the words of the department's table."""
        columns = {rule.code: rule.column for rule in self.mapping.fields}
        problems = []
        for fault in refused.faults:
            code = fault.field.removeprefix(DATA_PREFIX)
            problems.append(Problem(code, columns.get(code) or "", f"{fault.rule.rstrip('. ')}. {fault.fix}"))
        return RowFault(action.row, tuple(problems) or (Problem("", "", str(refused)),))

    @staticmethod
    def _fault(fault: RowFault, result: ImportResult, report_fault: Callable[[RowFault], None]) -> None:
        result.faults += 1
        if len(result.first_faults) < 5:  # noqa: PLR2004 - as many as one reads at a glance; the file has them all
            result.first_faults.append(f"row {fault.number}: {fault.field}: {fault.reason}")
        report_fault(fault)


_TYPES = {
    ActionKind.FILE: StatementType.RECORD_FILED,
    ActionKind.CORRECT: StatementType.RECORD_CORRECTED,
    ActionKind.REVOKE: StatementType.RECORD_REVOKED,
}


def mapping_faults(mapping: Mapping, item: CatalogueItem) -> list[str]:
    """What of the mapping cannot fit the item, in sentences; a field that is not mapped is committed as null."""
    mapped = {rule.code for rule in mapping.fields}
    known = {part.code for part in item.fields}
    faults = [f"fields.{code} is no field of {item.item} version {item.version}" for code in sorted(mapped - known)]
    return faults + [
        f"{part.code} is required by {item.item} version {item.version}: map it in [fields.{part.code}]"
        for part in item.fields
        if part.required and part.code not in mapped
    ]


def _chunks(outcomes: Iterable[Action | RowFault]) -> Iterator[_Chunk]:
    chunk, keys, after_all, made_at = list[Action | RowFault](), set[tuple[str, ...]](), False, ""
    for outcome in outcomes:
        waits = False
        if isinstance(outcome, Action):
            claims = outcome.made_at or ""
            waits = bool(keys) and (outcome.key in keys or claims != made_at or len(keys) == _REMEMBERED_KEYS)
            made_at = claims
        if chunk and (waits or len(chunk) == CHUNK):
            yield _Chunk(chunk, after_all)
            chunk, after_all = [], False
        if waits:
            keys, after_all = set(), True
        chunk.append(outcome)
        if isinstance(outcome, Action):
            keys.add(outcome.key)
    if chunk:
        yield _Chunk(chunk, after_all)
