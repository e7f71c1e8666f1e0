"""One pass over a table: the importer does the work, the journal and the receipts keep how far it came.

A pass may break off anywhere and is then done again from the first row. What the journal knows is in the log is not
asked for again; what was sent and not answered is looked up by its id.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.client import LedgerClient, Submitted, Unproved
from api.gateway.errors import TableChanged
from api.gateway.journal import Counts, Journal
from api.gateway.result import Outcome, ResultLine, fault_texts, recorded_rows, write_result
from api.gateway.tray import Ticket, Verdict, settle_ticket, write_durably
from api.gateway.view import seen_rows
from api.importer.actions import Actions
from api.importer.faults import FaultFile
from api.importer.mapping import Mapping as RowMapping
from api.importer.notes import RowResult
from api.importer.numbering import Numbering
from api.importer.outcome import Action
from api.importer.rows import SourceFault, read_rows
from api.importer.run import Importer
from api.spreadsheet.plain import csv_text
from ledger.catalogue import CatalogueItem
from verify.canonical import canonical_json
from verify.note import SigningKey
from verify.receipt import Receipt
from verify.submission import Random


@dataclass(frozen=True, slots=True)
class Department:
    """Who signs, and with what: its key, its numbering, the way to the ledger, the time and chance."""

    client: LedgerClient
    key: SigningKey
    numbering: Numbering
    journal: Journal
    now: Callable[[], str]
    random: Random


class _TicketNotes:
    """Notes of one pass: decided before it is sent, receipt before entry."""

    def __init__(self, ticket: Ticket, department: Department) -> None:
        self._ticket = ticket
        self._client = department.client
        self._journal = department.journal

    def recorded(self, identifiers: Sequence[str]) -> set[str]:
        noted = self._journal.noted(identifiers)
        return {identifier for identifier, each in noted.items() if each.entry is not None}

    def before_sending(self, statements: Mapping[str, Action]) -> None:
        if statements:
            self._journal.decide(self._ticket.number, {each: action.row.number for each, action in statements.items()})

    def after_sending(self, statements: Mapping[str, Submitted]) -> None:
        if statements:
            for submitted in statements.values():
                self._keep(submitted.verified.header.seq, submitted.receipt)
            self._journal.record({each: submitted.verified.header.seq for each, submitted in statements.items()})

    def line(self, result: RowResult) -> ResultLine:
        """What became of a row; looks up the entries of what was sent and not answered."""
        noted = self._journal.noted(result.known)
        entries = {each.verified.header.seq for each in result.submitted}
        ours = bool(entries)
        for identifier in result.known:
            before = noted.get(identifier)
            ours = ours or (
                before is not None and (before.ticket, before.row) == (self._ticket.number, result.row.number)
            )
            entry = None if before is None else before.entry
            entries.add(self._look_up(identifier) if entry is None else entry)
        ordered = tuple(sorted(entries))
        receipts = tuple(path for entry in ordered if (path := self._receipt(entry)).exists())
        outcome, texts = Outcome.ACCEPTED if ours else Outcome.REPEATED, ("", "", "")
        if result.fault is not None:
            outcome, texts = Outcome.REFUSED, fault_texts(result.fault, self._ticket.faults.name)
        names = tuple(str(path.relative_to(self._ticket.folder)) for path in receipts)
        return ResultLine(result.row.number, result.row.line, outcome, ordered, names, *texts)

    def _look_up(self, identifier: str) -> int:
        """The entry of a statement that the log has, proved; its receipt is kept like any other."""
        verified = self._client.recorded(identifier)
        receipt = Receipt.from_json(self._client.get_json(f"/v1/receipts/{identifier}"))
        if receipt.entry != verified.raw:
            raise Unproved(f"the server gave two entries for statement {identifier}", receipt)
        self._keep(verified.header.seq, receipt)
        self._journal.record({identifier: verified.header.seq})
        return verified.header.seq

    def _receipt(self, entry: int) -> Path:
        return self._ticket.receipts / f"{entry}.json"

    def _keep(self, entry: int, receipt: Receipt) -> None:
        self._ticket.receipts.mkdir(exist_ok=True)
        write_durably(self._receipt(entry), canonical_json(receipt.to_json()))


def carry(
    ticket: Ticket, mapping: RowMapping, item: CatalogueItem, department: Department, actions: Actions
) -> tuple[Verdict, Counts]:
    """Bring a table into the log, write what became of it, and note the verdict; then it can be filed away.

    `actions` has read what this table continues. Raises `Unreachable`, `Unproved` or `TableChanged`; then nothing is
    decided about the table, and it can be carried again.
    """
    lines = list[ResultLine]()
    if not ticket.is_as_seen():
        raise TableChanged(f"table {ticket.number} was written on")
    try:
        _make_readable(ticket, mapping)
        for _row in read_rows(ticket.readable, mapping):
            pass  # a table that cannot be read to its end is not begun
    except SourceFault as fault:
        lines.append(ResultLine(0, 0, Outcome.REFUSED, (), (), "file", fault.rule, fault.fix))
    else:
        _import(ticket, mapping, item, department, actions, lines)
    if not ticket.is_as_seen():
        raise TableChanged(f"table {ticket.number} was written on")
    write_result(ticket.result, lines)
    settle_ticket(ticket)
    tally = {outcome: sum(line.outcome is outcome for line in lines) for outcome in Outcome}
    counts = Counts(tally[Outcome.ACCEPTED], tally[Outcome.REPEATED], tally[Outcome.REFUSED])
    verdict = Verdict.REFUSED if counts.refused else Verdict.DONE
    filed = {line.row for line in lines if line.entries}
    mark = ticket.about.get("mark")
    department.journal.finish(
        ticket.number,
        verdict,
        counts,
        department.now(),
        seen=seen_rows(ticket, filed),
        mark=mark if isinstance(mark, str) else None,
    )
    return verdict, counts


def remember(actions: Actions, earlier: Sequence[Ticket], mapping: RowMapping) -> None:
    """Let `actions` read what earlier tables of a source brought into the log, in their order."""
    for ticket in earlier:
        recorded = set(recorded_rows(ticket.result))
        for row in read_rows(ticket.readable, mapping):
            if row.number in recorded:
                actions.take(row)


def _make_readable(ticket: Ticket, mapping: RowMapping) -> None:
    if ticket.readable != ticket.table:
        encoding = "gb18030" if mapping.source.encoding == "gb18030" else "utf-8"
        text = csv_text(ticket.table, mapping.source.delimiter)
        write_durably(ticket.readable, text.encode(encoding))


def _import(
    ticket: Ticket,
    mapping: RowMapping,
    item: CatalogueItem,
    department: Department,
    actions: Actions,
    lines: list[ResultLine],
) -> None:
    notes = _TicketNotes(ticket, department)
    importer = Importer(
        department.client,
        department.key,
        department.numbering,
        mapping,
        item,
        department.now,
        department.random,
        notes=notes,
    )
    for left in (ticket.faults, *ticket.folder.rglob("*.part")):  # by a pass that broke off
        left.unlink(missing_ok=True)
    try:
        with FaultFile.for_source(ticket.faults, ticket.readable, mapping) as bad:
            importer.run(
                read_rows(ticket.readable, mapping),
                bad.write,
                report_row=lambda result: lines.append(notes.line(result)),
                actions=actions,
            )
    except Unproved as error:
        evidence = ticket.folder / "unproved.json"
        write_durably(evidence, json.dumps(error.receipt.to_json(), ensure_ascii=False).encode())
        raise
    finally:
        department.client.close()  # each pass has threads of its own, whose connections nobody would use again
