"""`kesu records`: the records of a subject, or of all, now or as known at a date."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from itertools import takewhile
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.place import Usage
from ledger.catalogue import CatalogueItem, Field, FieldKind
from ledger.domain.events import Erased
from ledger.domain.link import Identity, identity_of
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.subjects import check_identifier
from ledger.vocabulary import TERMS
from projections.as_of import parse_as_of
from projections.history import subject_history, whole_history
from projections.links import all_links_at, links_at
from projections.publications import publications
from projections.records import RecordView, fold_records, standing
from verify.handle import organisation_handle

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A spreadsheet runs a cell that begins so."""


class Format(StrEnum):
    """How to print."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"


def records(
    folder: Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")],
    subject: Annotated[
        str | None, typer.Argument(help="The subject as SCHEME:CODE, e.g. uscc:91110000MA00000077; none with --all")
    ] = None,
    *,
    all_subjects: Annotated[bool, typer.Option("--all", help="Records of every subject")] = False,
    as_of: Annotated[
        str | None,
        typer.Option(help="As known at the end of this day in Beijing (YYYY-MM-DD), or at an instant (...Z)"),
    ] = None,
    revoked: Annotated[
        bool, typer.Option("--revoked", help="Revoked and changed records too, and listings not decided")
    ] = False,
    output: Annotated[Format, typer.Option("--format", help="How to print")] = Format.TEXT,
) -> None:
    """List credit records in the order of filing, as the operator and regulators see them.

    A subject is found by any of its codes: today's, or one that is linked to it.
    """
    if (subject is None) is not all_subjects:
        raise Usage("name one subject as SCHEME:CODE, or give --all")
    instant = parse_as_of(as_of) if as_of is not None else None
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        recorder, mapper = ledger.recorder, ledger.mapper
        size = recorder.head().size  # what is appended from now on could be a link, but not the records it leads to
        if subject is None:
            links, asked = all_links_at(recorder, mapper, size, instant), None
            history = whole_history(recorder, mapper)
        else:
            scheme, _, code = subject.partition(":")
            check_identifier(scheme, code)
            links = links_at(recorder, mapper, size, instant)
            asked = identity_of(organisation_handle(scheme, code), links)
            history = subject_history(recorder, mapper, *asked.handles)
        items = publications(recorder, mapper)[0].items
        views = fold_records(takewhile(lambda event: event.facts.seq < size, history), items, instant).values()
        shown = [
            (view, asked or identity_of(view.state.subject, links)) for view in (views if revoked else standing(views))
        ]
    if output is Format.JSON:
        json.dump([record_json(*each) for each in shown], sys.stdout, ensure_ascii=False, indent=1)
        sys.stdout.write("\n")
    elif output is Format.CSV:
        _print_csv(shown)
    else:
        if asked is not None:
            _print_identity(asked)
        _print_text([view for view, _identity in shown], items)


def record_json(view: RecordView, identity: Identity) -> dict[str, Any]:
    """A record with everything known of it."""
    subject = view.subject
    return {
        "record": str(view.record),
        "item": view.state.item,
        "item_version": view.item_version,
        "issuer": view.state.issuer,
        "status": view.status.value,
        "disclosed": view.state.disclosed,
        "subject": None
        if isinstance(subject, Erased)
        else {"scheme": subject.scheme, "code": subject.code, "name": subject.name},
        "subject_handle": identity.subject_handle,
        "linked_handles": list(identity.linked_handles),
        "values": None if isinstance(view.values, Erased) else dict(view.values),
        "filed_at": view.filed_at,
        "changed_at": view.changed_at,
        "superseded_by": view.superseded_by,
        "entries": list(view.entries),
    }


def _print_identity(identity: Identity) -> None:
    typer.echo(f"subject {identity.subject_handle}")
    for handle in identity.linked_handles:
        typer.echo(f"   also {handle}")
    typer.echo("")


def _print_text(views: list[RecordView], items: Mapping[tuple[str, int], CatalogueItem]) -> None:
    for view in views:
        subject = view.subject
        whom = "erased" if isinstance(subject, Erased) else f"{subject.name}  {subject.scheme}:{subject.code}"
        status = f"{view.status.value} {TERMS[view.status].zh}"
        item = items.get((view.state.item, view.item_version))
        title = f"{item.zh} " if item else ""
        typer.echo(f"{whom}\n  {title}{view.state.item} v{view.item_version}   {status}")
        typer.echo(f"  filed {view.filed_at[:10]} by {view.state.issuer}   log entries {_cell(list(view.entries))}")
        for code, value in {} if isinstance(view.values, Erased) else view.values.items():
            if value is not None:
                part = next((part for part in item.fields if part.code == code), None) if item else None
                typer.echo(f"    {part.zh if part else ''} {code}: {_shown(part, value)}")
        typer.echo("")
    typer.echo(f"{len(views)} records")


def _shown(part: Field | None, value: object) -> str:
    if part is not None and part.kind is FieldKind.MONEY and isinstance(value, int):
        return f"{value // 100}.{value % 100:02d} 元"
    return _cell(value)


def _print_csv(shown: Iterable[tuple[RecordView, Identity]]) -> None:
    rows = [record_json(*each) for each in shown]
    codes = list(dict.fromkeys(code for row in rows for code in row["values"] or {}))
    writer = csv.writer(sys.stdout)
    columns = ["record", "item", "status", "subject_handle", "scheme", "code", "name", "filed_at", "changed_at"]
    writer.writerow([*columns, *codes])
    writer.writerows(_csv_rows(rows, codes))


def _csv_rows(rows: Iterable[dict[str, Any]], codes: list[str]) -> Iterator[list[str]]:
    for row in rows:
        subject, values = row["subject"] or {}, row["values"] or {}
        cells = [row["record"], row["item"], row["status"], row["subject_handle"]]
        cells += [subject.get(name, "") for name in ("scheme", "code", "name")]
        cells += [row["filed_at"], row["changed_at"], *(_cell(values.get(code)) for code in codes)]
        yield [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells]


def _cell(value: object) -> str:
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)
