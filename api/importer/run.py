"""An import: rows become signed statements, are sent many at a time, and what was accepted before is skipped.

Rows go out in chunks, several on the way at once. Where order matters - a record occurs again, or the instant that rows
claim moves on - the importer first waits for every answer, so a correction never overtakes its filing. The statements
of one row are sent one after the other, each when the one before it is in the log.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from http import HTTPStatus

from api.client import LedgerClient, Refused, Submitted, Unreachable
from api.importer.actions import Action, Actions, Problem, RowFault, Taken
from api.importer.mapping import Mapping
from api.importer.notes import NO_NOTES, Notes, RowResult
from api.importer.numbering import Numbering
from api.importer.rows import SourceRow
from ledger.beijing import beijing_day
from ledger.catalogue import CatalogueItem, Nature
from ledger.particulars import CARRIES_FIELDS, DATA_PREFIX
from ledger.subjects import subject_value
from verify.note import SigningKey
from verify.strict import JsonValue
from verify.submission import Draft, Random, Submission

CHUNK = 200
"""Statements in one request; a row that becomes several stays whole."""

CONNECTIONS = 4
"""Requests on the way at once: while the ledger commits one it can already check the next."""

_REUSED = "statement-id-reused"
"""How a statement is refused of which the log has other bytes, such as one that an earlier run signed."""

_REMEMBERED_KEYS = 50_000
"""Records since the last wait; then the importer waits once more rather than remember them all."""


@dataclass(slots=True)
class ImportResult:
    """What became of the rows: each is accepted, skipped or a fault."""

    accepted: int = 0
    """Rows that added something to the log."""
    skipped: int = 0
    """Rows of which the log had everything."""
    faults: int = 0
    warnings: int = 0
    statements: int = 0
    """What was added; a row may have added some before it became a fault."""
    first_faults: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Answer:
    """What the ledger said to the statements of one row."""

    known: list[str] = field(default_factory=list)
    submitted: list[Submitted] = field(default_factory=list)
    refused: tuple[Action, Refused] | None = None
    """The first that it refused; those behind it were not sent."""


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Rows whose order does not matter among themselves; `after_all`: but they come after all rows before."""

    outcomes: list[Taken]
    after_all: bool

    @property
    def rows(self) -> list[tuple[Action, ...]]:
        """The actions of those that are to be sent."""
        return [outcome for outcome in self.outcomes if not isinstance(outcome, RowFault)]

    @property
    def last_row(self) -> int:
        """The number of its last row."""
        last = self.outcomes[-1]
        return last.number if isinstance(last, RowFault) else last[0].row.number


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
    notes: Notes = NO_NOTES

    def run(
        self,
        rows: Iterable[SourceRow],
        report_fault: Callable[[RowFault], None],
        progress: Callable[[int], None] = lambda _rows: None,
        report_row: Callable[[RowResult], None] = lambda _result: None,
        actions: Actions | None = None,
    ) -> ImportResult:
        """Import the rows; a bad one is reported and the rest goes on. Raises `Unreachable` when the ledger is gone.

        `actions` has read the rows that these continue. Rows are reported in their order, each when it is settled.
        """
        result = ImportResult()
        actions = actions or Actions(self.mapping)
        self.client.log_key  # noqa: B018 - asked for once, before the threads do
        sent: deque[tuple[_Chunk, Future[list[_Answer]]]] = deque()

        def settle(leave: int) -> None:
            while len(sent) > leave:
                chunk, answers = sent.popleft()
                for each in self._settle(chunk, answers.result(), result):
                    if each.fault is not None:
                        self._fault(each.fault, result, report_fault)
                    report_row(each)
                progress(chunk.last_row)

        pool = ThreadPoolExecutor(CONNECTIONS)
        try:
            for chunk in _chunks(actions.read(rows)):
                settle(0 if chunk.after_all else CONNECTIONS)
                sent.append((chunk, pool.submit(self._send, chunk.rows)))
            settle(0)
        finally:
            pool.shutdown(cancel_futures=True)
        return result

    def submission(self, action: Action, identifier: str) -> Submission:
        """The signed statement of an action; `identifier` is its numbering's `statement_id`."""
        about: dict[str, JsonValue] = {"record": self.numbering.record_id(action.record)}
        values: dict[str, JsonValue] = {}
        made_at = action.made_at or self.now()
        if action.event in CARRIES_FIELDS:
            values = {f"{DATA_PREFIX}{part.code}": action.values.get(part.code) for part in self.item.fields}
            about["catalogue"] = {"item": self.mapping.item, "version": self.mapping.item_version}
            values["subject"] = dict(subject_value(action.subject))
        if action.publicity is not None:
            values["publicity"] = dict(action.publicity)
        if action.act is not None:
            act = action.act
            values |= act.texts
            values["on"] = act.on or beijing_day(made_at).isoformat()
            values["evidence"] = [action.row.digest()]
            about |= {name: self.numbering.case_id(action.record, name, act.rule.case) for name in act.rule.names}
            if act.successor is not None:
                about["superseded_by"] = self.numbering.record_id(act.successor)
        return Draft(action.event.value, about, values).sign(
            [self.key],
            identifier=identifier,
            issuer=self.key.verifier.name.partition("/")[0],
            made_at=made_at,
            random=self.random,
        )

    def _send(self, rows: Sequence[tuple[Action, ...]]) -> list[_Answer]:
        """Sign and send what the log does not have yet; the answers are in the order of the rows."""
        item, version = self.mapping.item, self.mapping.item_version
        numbered = [
            {self.numbering.statement_id(action, item, version): action for action in actions} for actions in rows
        ]
        known = self._known([identifier for row in numbered for identifier in row])
        answers = [_Answer([identifier for identifier in row if identifier in known]) for row in numbered]
        waiting = [
            (answer, deque((identifier, action) for identifier, action in row.items() if identifier not in known))
            for answer, row in zip(answers, numbered, strict=True)
        ]
        self.notes.before_sending({identifier: action for _, queue in waiting for identifier, action in queue})
        while waiting := [(answer, queue) for answer, queue in waiting if queue and answer.refused is None]:
            turn = [(answer, *queue.popleft()) for answer, queue in waiting]
            said = self.client.submit_many([self.submission(action, identifier) for _, identifier, action in turn])
            taken = {}
            for (answer, identifier, action), reply in zip(turn, said, strict=True):
                if isinstance(reply, Submitted):
                    answer.submitted.append(reply)
                    taken[identifier] = reply
                elif reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise Unreachable(str(reply))  # the server's trouble is no fault of the row
                elif reply.slug == _REUSED and self._known([identifier]):
                    answer.known.append(identifier)  # what a broken-off run had sent arrived after we asked
                else:
                    answer.refused = (action, reply)
            self.notes.after_sending(taken)
        return answers

    def _known(self, identifiers: Sequence[str]) -> set[str]:
        """Which of these are in the log already."""
        noted = self.notes.recorded(identifiers)
        asked = [identifier for identifier in identifiers if identifier not in noted]
        known = self.client.known(asked) if asked else set()
        if self.check_skipped:
            for identifier in sorted(known):
                self.client.recorded(identifier)
        return known | noted

    def _settle(self, chunk: _Chunk, answers: Iterable[_Answer], result: ImportResult) -> Iterator[RowResult]:
        """Count, in the order of the rows; the faults are counted by whoever reports them."""
        waiting = iter(answers)
        for outcome in chunk.outcomes:
            if isinstance(outcome, RowFault):
                yield RowResult(outcome.row, fault=outcome)
                continue
            answer = next(waiting)
            result.statements += len(answer.submitted)
            result.warnings += sum(len(submitted.warnings) for submitted in answer.submitted)
            fault = None
            if answer.refused is not None:
                fault = self._refusal(*answer.refused)
            elif answer.submitted:
                result.accepted += 1
            else:
                result.skipped += 1
            yield RowResult(outcome[0].row, tuple(answer.known), tuple(answer.submitted), fault)

    def _refusal(self, action: Action, refused: Refused) -> RowFault:
        """What the ledger refused, in the words of the department's table."""
        columns = {rule.code: rule.column for rule in self.mapping.fields}
        publicity, event, later = self.mapping.publicity, "", ""
        if publicity is not None:
            columns["publicity/withheld/text"] = publicity.withheld_text.column
        if action.publicity is not None:
            later = "; what is determined about its publicity after its filing is a publicity.determined"
        if action.act is not None:
            rule = action.act.rule
            columns |= {path: text.column for path, text in rule.texts}
            columns |= {"on": None if rule.on is None else rule.on.column}
            event = f"{action.event}: "
        problems = []
        for fault in refused.faults:
            code = fault.field.removeprefix(DATA_PREFIX)
            fix = f"{fault.fix}{later if code == 'about/record' else ''}"
            problems.append(Problem(code, columns.get(code) or "", f"{event}{fault.rule.rstrip('. ')}", fix))
        return RowFault(action.row, tuple(problems) or (Problem("", "", f"{event}{refused}"),))

    @staticmethod
    def _fault(fault: RowFault, result: ImportResult, report_fault: Callable[[RowFault], None]) -> None:
        result.faults += 1
        if len(result.first_faults) < 5:  # noqa: PLR2004 - as many as one reads at a glance; the file has them all
            result.first_faults.append(f"row {fault.number}: {fault.field}: {fault.reason}")
        report_fault(fault)


def mapping_faults(mapping: Mapping, item: CatalogueItem) -> list[str]:
    """What of the mapping cannot fit the item, in sentences; a field that is not mapped is committed as null."""
    mapped = {rule.code for rule in mapping.fields}
    known = {part.code for part in item.fields}
    faults = [f"fields.{code} is no field of {item.item} version {item.version}" for code in sorted(mapped - known)]
    if mapping.publicity is not None and mapping.publicity.gives_class and item.nature is not Nature.ADVERSE:
        rule = f"only adverse information has a class, and {item.item} version {item.version} is none"
        faults.append(f"publicity.class: {rule}: take it out")
    return faults + [
        f"{part.code} is required by {item.item} version {item.version}: map it in [fields.{part.code}]"
        for part in item.fields
        if part.required and part.code not in mapped
    ]


def _chunks(outcomes: Iterable[Taken]) -> Iterator[_Chunk]:
    chunk, size, keys, after_all, made_at = list[Taken](), 0, set[tuple[str, ...]](), False, ""
    for outcome in outcomes:
        waits, more = False, 1
        if not isinstance(outcome, RowFault):
            first, more = outcome[0], len(outcome)
            claims = first.made_at or ""
            waits = bool(keys) and (first.record.key in keys or claims != made_at or len(keys) == _REMEMBERED_KEYS)
            made_at = claims
        if chunk and (waits or size + more > CHUNK):
            yield _Chunk(chunk, after_all)
            chunk, size, after_all = [], 0, False
        if waits:
            keys, after_all = set(), True
        chunk.append(outcome)
        size += more
        if not isinstance(outcome, RowFault):
            keys.add(outcome[0].record.key)
    if chunk:
        yield _Chunk(chunk, after_all)
