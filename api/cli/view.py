"""`kesu view`: the report on a subject, as an audience may see it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from api.cli.place import Usage, now
from ledger.beijing import BEIJING
from ledger.catalogue import FieldKind
from ledger.domain.gist import Items
from ledger.domain.link import identity_of
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.subjects import check_identifier
from ledger.vocabulary import Audience
from projections.audiences import viewer_of
from projections.history import subject_history
from projections.links import links_at
from projections.publications import publications
from projections.records import fold_records
from projections.report import ReportedRecord, ReportView, report_view, values_entries
from verify.handle import organisation_handle
from verify.strict import JsonValue, check_date


class Layout(StrEnum):
    """How to print."""

    TEXT = "text"
    JSON = "json"


def view(  # noqa: PLR0913 - one parameter an option
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    subject: Annotated[str, typer.Argument(help="The subject as SCHEME:CODE, e.g. uscc:91110000MA00000077")],
    *,
    audience: Annotated[Audience, typer.Option("--for", help="Who asks")],
    unit: Annotated[str | None, typer.Option(help="Code of the department that asks")] = None,
    purpose: Annotated[str | None, typer.Option(help="What the department asks for")] = None,
    case: Annotated[str | None, typer.Option(help="Number of the case it asks in")] = None,
    agreement: Annotated[str | None, typer.Option(help="Number of the credit service's agreement")] = None,
    on: Annotated[str | None, typer.Option(help="The day to answer for, YYYY-MM-DD in Beijing; default: today")] = None,
    output: Annotated[Layout, typer.Option("--format", help="How to print")] = Layout.TEXT,
) -> None:
    """Print the report on a subject as an audience may see it: eight sections, by any of the subject's codes.

    `--on` chooses the day on which publicity and periods are asked for; what has ended since is not given again. The
    command reads the ledger's own folder, so it shows its operator what others would be shown; it does not check who
    they are.
    """
    viewer = viewer_of(audience, unit=unit, purpose=purpose, case=case, agreement=agreement)
    scheme, colon, code = subject.partition(":")
    if not colon:
        raise Usage("name the subject as SCHEME:CODE")
    check_identifier(scheme, code)
    day = now().astimezone(BEIJING).date() if on is None else date.fromisoformat(check_date(on, "on"))
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        recorder, mapper = ledger.recorder, ledger.mapper
        size = recorder.head().size  # what is appended from now on could be a link, but not the records it leads to
        identity = identity_of(organisation_handle(scheme, code), links_at(recorder, mapper, size))
        history = subject_history(recorder, mapper, *identity.handles)
        events = list(takewhile(lambda event: event.facts.seq < size, history))
        catalogue, book = publications(recorder, mapper)
    views = list(fold_records(events, catalogue.items).values())
    report = report_view(views, scheme, code, viewer, catalogue.items, book, day, values_entries(events))
    if output is Layout.JSON:
        json.dump(msgspec.to_builtins(report), sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    else:
        typer.echo("\n".join(_lines(report, catalogue.items)))


def _lines(report: ReportView, items: Items) -> Iterator[str]:
    subject = report.subject
    yield f"{subject.name or ''}  {subject.scheme}:{subject.code}".strip()
    yield f"{report.audience_zh} {report.audience.value}   {report.on}"
    yield from (f"  {name}: {text}" for name, text in report.stated.items())
    for number, part in enumerate(report.sections, 1):
        yield f"\n{number} {part.zh}"
        for record in part.records:
            yield from _record_lines(record, items)
    yield f"\n{len(report.records)} records"


def _record_lines(record: ReportedRecord, items: Items) -> Iterator[str]:
    marks = "   disputed" if record.disputed else ""
    yield f"  {record.zh} {record.item} v{record.item_version}   {record.status.value} {record.status_zh}{marks}"
    yield f"    {record.record} by {record.unit}   log entries {'; '.join(map(str, record.entries))}"
    days = (("decided on", record.decided_on), ("shown or listed until", record.ends_on))
    yield from (f"    {what} {day}" for what, day in days if day is not None)
    if record.condition is not None:
        yield f"    on condition: {record.condition}"
    if record.erased:
        yield "    values erased"
    item = items.get((record.item, record.item_version))
    money = {field.code for field in item.fields if field.kind is FieldKind.MONEY} if item else set()
    for field in record.fields:
        yield f"    {field.zh} {field.code}: {_shown(field.value, money=field.code in money)}"


def _shown(value: JsonValue, *, money: bool) -> str:
    if money and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d} 元"
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
