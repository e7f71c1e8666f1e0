"""An import: rows become signed statements, are sent many at a time, and what was accepted before is skipped.

Rows go out in *waves*. Inside a wave the order does not matter: no record occurs in it twice and all its rows claim the
same instant. The next wave begins when the last answer is there, so a correction never overtakes its filing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from api.client import LedgerClient, Refused, Submitted
from api.importer.actions import Action, ActionKind, Actions, Problem, RowFault
from api.importer.mapping import Mapping
from api.importer.numbering import Numbering
from api.importer.rows import SourceRow
from ledger.admission import DATA_PREFIX
from ledger.catalogue import CatalogueItem
from verify.note import SigningKey
from verify.registry import StatementType
from verify.strict import JsonValue
from verify.submission import Draft, Random, Submission

WAVE = 2000
"""Rows asked about and sent together."""

CHUNK = 200
"""Rows in one request."""

CONNECTIONS = 4
"""Requests on the way at once: while the ledger commits one it can already check the next."""


@dataclass(slots=True)
class ImportResult:
    """What became of the rows."""

    accepted: int = 0
    skipped: int = 0
    faults: int = 0
    warnings: int = 0
    first_faults: list[str] = field(default_factory=list)


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
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            for wave in _waves(actions.read(rows), lambda fault: self._fault(fault, result, report_fault)):
                self._send(pool, wave, result, report_fault)
                progress(wave[-1].row.number)
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

    def _send(
        self,
        pool: ThreadPoolExecutor,
        wave: list[Action],
        result: ImportResult,
        report_fault: Callable[[RowFault], None],
    ) -> None:
        item, version = self.mapping.item, self.mapping.item_version
        identifiers = [self.numbering.statement_id(action, item, version) for action in wave]
        known = self.client.known(identifiers)
        new = [pair for pair in zip(wave, identifiers, strict=True) if pair[1] not in known]
        result.skipped += len(wave) - len(new)
        chunks = [new[start : start + CHUNK] for start in range(0, len(new), CHUNK)]
        outcomes = (outcome for answered in pool.map(self._submit, chunks) for outcome in answered)
        for (action, _identifier), outcome in zip(new, outcomes, strict=True):
            if isinstance(outcome, Refused):
                problems = tuple(Problem(fault.field, "", f"{fault.rule} {fault.fix}") for fault in outcome.faults)
                fault = RowFault(action.row, problems or (Problem("", "", str(outcome)),))
                self._fault(fault, result, report_fault)
            else:
                result.accepted += 1
                result.warnings += len(outcome.warnings)

    def _submit(self, numbered: list[tuple[Action, str]]) -> list[Submitted | Refused]:
        return self.client.submit_many([self.submission(action, identifier) for action, identifier in numbered])

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


def _waves(outcomes: Iterable[Action | RowFault], report_fault: Callable[[RowFault], None]) -> Iterator[list[Action]]:
    wave: list[Action] = []
    keys: set[tuple[str, ...]] = set()
    for outcome in outcomes:
        if isinstance(outcome, RowFault):
            report_fault(outcome)
            continue
        if wave and (len(wave) == WAVE or outcome.key in keys or outcome.made_at != wave[-1].made_at):
            yield wave
            wave, keys = [], set()
        wave.append(outcome)
        keys.add(outcome.key)
    if wave:
        yield wave
