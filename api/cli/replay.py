"""`kesu replay`: what was known at an instant and in force on a day."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO, Protocol

import typer

from api.cli.place import Usage, now
from api.cli.progress import tracked
from api.replay_questions import require_known
from api.replay_rows import CSV_BEGINS, STATUS_ZH, csv_rows, json_line, json_rows, row_json
from api.replay_values import Values, values_json, values_lines, values_then
from ledger.beijing import BEIJING
from ledger.domain.gist import Items
from ledger.home import LedgerHome
from ledger.service import Ledger, open_for_reading
from projections.replay.answering import Replayer, Whom
from projections.replay.explaining import Named, names_of
from projections.replay.question import Question
from projections.replay.running import Job, Part, Render, processes, replay_whole
from projections.replay.standing import Standing
from projections.timeline_history import unit_names

Folder = Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")]
SubjectOption = Annotated[str | None, typer.Option(help="One subject as SCHEME:CODE, under all its codes")]
ListOption = Annotated[str | None, typer.Option("--list", metavar="ITEM", help="One list or other catalogue item")]
DepartmentOption = Annotated[str | None, typer.Option(help="What one department provided, by its code")]
EverybodyOption = Annotated[bool, typer.Option("--all", help="The whole ledger")]
Workers = Annotated[
    int | None,
    typer.Option(min=1, help="Processes; default: one for a small ledger, one a processor for others"),
]
FoldOption = Annotated[
    bool, typer.Option("--fold", help="Fold the events again, instead of reading what each left its record as")
]
OutputOption = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="New file; default: the terminal")]

_FEW_EVENTS = 200_000
"""One process reads so many in about the two seconds that it takes to start others."""


class Format(StrEnum):
    """How to print an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


class Sink(Protocol):
    """What takes an answer part by part."""

    def write(self, part: bytes, /) -> object:
        """Take one part."""


def replay(  # noqa: PLR0913 - each is an option
    folder: Folder,
    *,
    as_of: Annotated[
        str | None, typer.Option(help="What was known: at the end of this day in Beijing, or at an instant (...Z)")
    ] = None,
    on: Annotated[str | None, typer.Option(help="What was in force on this day; default: the day of --as-of")] = None,
    subject: SubjectOption = None,
    item: ListOption = None,
    department: DepartmentOption = None,
    everybody: EverybodyOption = False,
    fold: FoldOption = False,
    values: Annotated[bool, typer.Option("--values", help="With the values of each record as known then")] = False,
    output: Annotated[
        Format, typer.Option("--format", help="json: a line a record; table of --all: numbers; parquet: --output too")
    ] = Format.TABLE,
    file: OutputOption = None,
    workers: Workers = None,
) -> None:
    """Show the records as they were known and in force then.

    Ended and revoked records are shown with their status: this is for auditors and regulators.
    """
    whom = whom_named(subject, item, department, everybody=everybody)
    if output is Format.PARQUET and file is None:
        raise Usage("--format parquet: needs --output FILE")
    if values and (everybody or output not in {Format.TABLE, Format.JSON}):
        raise Usage("--values: goes with --subject, --list or --department, as table or json")
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger:
        replayer = Replayer(ledger, now().astimezone(BEIJING).date())
        require_known_names(ledger, replayer, whom)
        question = replayer.question(as_of, on)
        identity = replayer.identity(whom, as_of, question)
        with _written(file) as raw, _sink(output, raw) as out:
            if output is Format.CSV:
                out.write(CSV_BEGINS)
            if whom.everybody:
                job = Job(ledger.home.database, question, replayer.law, fold, whom.wanted, _render(output))
                whole = _whole(job, workers_for(question.size, workers), out)
                end = _end(question, whole, replayer.digest(question, whole.buckets))
                if output is Format.TABLE:
                    _write_lines(out, [*_summary(whole), *end])
                else:
                    _write_lines(sys.stderr.buffer, end)
                return
            with ledger.recorder.engine.connect() as connection:
                rows = replayer.rows(connection, whom, question, identity, fold=fold)
                if output is Format.TABLE:
                    found = [(row, values_then(ledger, row) if values else None) for row in rows]
                    named = names_of(connection, (row.subject for row, _values in found))
                    items = replayer.law.items if values else None
                    _write_lines(out, [*_table(found, named, items), *_heading(question), f"{len(found)} records"])
                elif values:
                    for row in rows:
                        out.write(json_line(row_json(row) | values_json(values_then(ledger, row))))
                elif (render := _render(output)) is not None:
                    out.write(render(rows))


def workers_for(size: int, asked: int | None) -> int:
    """How many processes to start: those asked for; else one a processor where that saves more than it costs."""
    return asked or (1 if size < _FEW_EVENTS else processes())


def require_known_names(ledger: Ledger, replayer: Replayer, whom: Whom) -> None:
    """Raise `NotFound` for an item or a department that the ledger has never heard of."""
    departments = [] if whom.issuer is None else unit_names(ledger.recorder, ledger.mapper)
    require_known(whom, replayer.law.items, departments)


def whom_named(subject: str | None, item: str | None, department: str | None, *, everybody: bool) -> Whom:
    """Whom the options name; exactly one of them must."""
    given = [each for each in (subject, item, department) if each is not None]
    if len(given) + everybody != 1:
        raise Usage("name one of --subject SCHEME:CODE, --list ITEM, --department CODE, or --all")
    scheme, _, code = (subject or "").partition(":")
    return Whom(None if subject is None else (scheme, code), item, department)


@contextmanager
def _written(file: Path | None) -> Iterator[BinaryIO]:
    if file is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    unfinished = file.with_name(f"{file.name}.part")
    if file.exists():
        raise Usage(f"--output: {file} exists; name a new file")
    with unfinished.open("xb") as out:
        try:
            yield out
        except BaseException:
            unfinished.unlink()
            raise
    unfinished.rename(file)


def _render(output: Format) -> Render | None:
    match output:
        case Format.TABLE:
            return None
        case Format.JSON:
            return json_rows
        case Format.CSV:
            return csv_rows
        case Format.PARQUET:
            from api.replay_parquet import arrow_rows  # noqa: PLC0415 - takes longer than most replays

            return arrow_rows


@contextmanager
def _sink(output: Format, raw: BinaryIO) -> Iterator[Sink]:
    if output is Format.PARQUET:
        from api.replay_parquet import parquet_file  # noqa: PLC0415 - takes longer than most replays

        with parquet_file(raw) as file:
            yield file
    else:
        yield raw


def _whole(job: Job, workers: int, out: Sink) -> Part:
    whole = Part()
    with tracked("replay") as progress:
        for part in replay_whole(job, workers):
            out.write(part.rows)
            whole.add(part)
            progress(whole.events, job.question.size)
    return whole


def _summary(whole: Part) -> list[str]:
    """Numbers by item and status."""
    width = max((len(item) for item, _status in whole.counts), default=0)
    return [
        f"{number:>9}  {item:<{width}}  {status.value} {STATUS_ZH[status]}"
        for (item, status), number in sorted(whole.counts.items())
    ]


def _end(question: Question, whole: Part, digest: str) -> list[str]:
    records = sum(whole.counts.values())
    numbers = f"{records:>9}  records of {whole.events} events, {whole.in_force} in force, {whole.shown} shown"
    return [numbers, *_heading(question), f"digest {digest}"]


def _heading(question: Question) -> list[str]:
    return [f"known {question.known_on}: {question.size} entries; in force {question.on}"]


def _table(rows: Iterable[tuple[Standing, Values]], named: dict[str, Named], items: Items | None) -> Iterator[str]:
    """The records by subject; with `items`, their values too."""
    subject = ""
    for row, values in rows:
        if row.subject != subject:
            subject, known = row.subject, named.get(row.subject)
            yield subject if known is None else f"{known.name}  {known.scheme}:{known.code}"
        shown = "公示 shown" if row.shown else "不公示 not shown"
        ended = "" if row.ended_on is None else f" {row.ended_on}"
        yield f"  {row.effective_on}  {row.item}  {row.status.value} {STATUS_ZH[row.status]}{ended}  {shown}"
        yield f"      {row.record}  entries {' '.join(map(str, row.entries))}"
        if items is not None:
            yield from (f"        {line}" for line in values_lines(values, row, items))


def _write_lines(out: Sink, lines: Iterable[str]) -> None:
    out.write("".join(f"{line}\n" for line in lines).encode())
