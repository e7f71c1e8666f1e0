"""`kesu status`: one subject as it stands - records, procedures, open deadlines."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import now
from api.replay_rows import row_json
from ledger.beijing import BEIJING
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.vocabulary import TERMS
from projections.replay.answering import Replayer, Whom
from projections.subject_status import SubjectStatus, subject_status


def status(
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    subject: Annotated[str, typer.Argument(help="The subject as SCHEME:CODE, under any of its codes")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines")] = False,
) -> None:
    """Show how a subject stands today: each record, objection, repair, remedy and mask, with its entries.

    For the operator, auditors and regulators; what others may see of a subject: kesu view.
    """
    scheme, _, code = subject.partition(":")
    today = now().astimezone(BEIJING).date()
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        replayer = Replayer(ledger, today)
        identity = replayer.identity(Whom((scheme, code)), None, replayer.question(None, None))
        if identity is None:
            raise AssertionError("a subject was named")
        with ledger.recorder.engine.connect() as connection:
            found = subject_status(connection, identity, replayer.law, today)
    if as_json:
        typer.echo(json.dumps(status_json(found), ensure_ascii=False, indent=1, default=str))
    else:
        for line in _lines(found):
            typer.echo(line)


def status_json(found: SubjectStatus) -> dict[str, Any]:
    """The status with the names of its parts."""
    return {
        "subject_handle": found.identity.subject_handle,
        "linked_handles": list(found.identity.linked_handles),
        "scheme": found.named and found.named.scheme,
        "code": found.named and found.named.code,
        "name": found.named and found.named.name,
        "counts": {each.value: number for each, number in sorted(found.counts.items())},
        "records": [row_json(record) for record in found.records],
        "proceedings": [{"record": record, **part._asdict()} for record, part in found.proceedings],
        "deadlines": [
            {
                "record": due.stream,
                "clock": due.due.clock.value,
                "since": due.due.since,
                "day": due.due.day,
                "provisional": due.due.provisional,
            }
            for due in found.deadlines
        ],
    }


def _lines(found: SubjectStatus) -> Iterator[str]:
    named = found.named
    yield found.identity.subject_handle if named is None else f"{named.name}  {named.scheme}:{named.code}"
    for handle in found.identity.linked_handles:
        yield f"   also {handle}"
    for record in found.records:
        ended = "" if record.ended_on is None else f" {record.ended_on}"
        shown = "shown" if record.shown else "not shown"
        yield f"  {record.effective_on}  {record.item}  {record.status.value} {TERMS[record.status].zh}{ended}, {shown}"
        yield f"      {record.record}  entries {' '.join(map(str, record.entries))}"
        for identifier, part in found.proceedings:
            if str(identifier) == record.record:
                until = "open" if part.closed_on is None else f"until {part.closed_on}"
                entries = " ".join(map(str, part.entries))
                yield f"      {part.kind} {part.stage}, from {part.opened_on}, {until}  entries {entries}"
    for due in found.deadlines:
        provisional = " 暂定" if due.due.provisional else ""
        yield f"  due {due.due.day}{provisional}  {due.due.clock.value}  {due.stream}  since entry {due.due.since}"
    counts = ", ".join(f"{number} {each.value} {TERMS[each].zh}" for each, number in sorted(found.counts.items()))
    yield counts or "no records"
