"""`kesu replay`: what was known at an instant and in force on a day."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from api.cli.place import Usage, now
from api.cli.progress import tracked
from api.replay_rows import CSV_BEGINS, csv_rows, json_rows
from ledger.beijing import BEIJING
from ledger.home import LedgerHome
from ledger.service import open_for_reading
from ledger.vocabulary import TERMS
from projections.replay.answering import Replayer, Whom
from projections.replay.explaining import Named, names_of
from projections.replay.question import Question
from projections.replay.running import Job, Part, processes, replay_whole
from projections.replay.standing import Standing

Folder = Annotated[Path, typer.Argument(help="The ledger's folder (a server may have it open)")]
SubjectOption = Annotated[str | None, typer.Option(help="One subject as SCHEME:CODE, under all its codes")]
ListOption = Annotated[str | None, typer.Option("--list", metavar="ITEM", help="One list or other catalogue item")]
DepartmentOption = Annotated[str | None, typer.Option(help="What one department provided, by its code")]
EverybodyOption = Annotated[bool, typer.Option("--all", help="The whole ledger")]
FoldOption = Annotated[
    bool, typer.Option("--fold", help="Fold the events again, instead of reading what each left its record as")
]
OutputOption = Annotated[Path | None, typer.Option("--output", metavar="FILE", help="New file; default: the terminal")]


class Format(StrEnum):
    """How to print an answer."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


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
    output: Annotated[
        Format, typer.Option("--format", help="json: a line a record; table of --all: numbers")
    ] = Format.TABLE,
    file: OutputOption = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes for --all; default: one a processor")] = None,
) -> None:
    """Show the records as they were known and in force then.

    Ended and revoked records are shown with their status: this is for auditors and regulators.
    """
    whom = whom_named(subject, item, department, everybody=everybody)
    with open_for_reading(LedgerHome(folder), os.urandom) as ledger, _written(file) as out:
        replayer = Replayer(ledger, now().astimezone(BEIJING).date())
        question = replayer.question(as_of, on)
        if output is Format.CSV:
            out.write(CSV_BEGINS)
        if whom.everybody:
            render = {Format.JSON: json_rows, Format.CSV: csv_rows, Format.TABLE: None}[output]
            job = Job(ledger.home.database, question, replayer.law, fold, whom.wanted, render)
            whole = _whole(job, workers or processes(), out)
            digest = replayer.digest(question, whole.buckets)
            if output is Format.TABLE:
                _write_lines(out, [*_summary(whole), *_end(question, whole, digest)])
            else:
                _write_lines(sys.stderr.buffer, _end(question, whole, digest))
            return
        identity = replayer.identity(whom, as_of, question)
        with ledger.recorder.engine.connect() as connection:
            rows = replayer.rows(connection, whom, question, identity, fold=fold)
            if output is Format.TABLE:
                found = list(rows)
                named = names_of(connection, (row.subject for row in found))
                _write_lines(out, [*_table(found, named), *_heading(question), f"{len(found)} records"])
            else:
                out.write((json_rows if output is Format.JSON else csv_rows)(rows))


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


def _whole(job: Job, workers: int, out: BinaryIO) -> Part:
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
        f"{number:>9}  {item:<{width}}  {status.value} {TERMS[status].zh}"
        for (item, status), number in sorted(whole.counts.items())
    ]


def _end(question: Question, whole: Part, digest: str) -> list[str]:
    records = sum(whole.counts.values())
    numbers = f"{records:>9}  records of {whole.events} events, {whole.in_force} in force, {whole.shown} shown"
    return [numbers, *_heading(question), f"digest {digest}"]


def _heading(question: Question) -> list[str]:
    return [f"known {question.known_on}: {question.size} entries; in force {question.on}"]


def _table(rows: Iterable[Standing], named: dict[str, Named]) -> Iterator[str]:
    subject = ""
    for row in rows:
        if row.subject != subject:
            subject, known = row.subject, named.get(row.subject)
            yield subject if known is None else f"{known.name}  {known.scheme}:{known.code}"
        shown = "公示 shown" if row.shown else "不公示 not shown"
        ended = "" if row.ended_on is None else f" {row.ended_on}"
        yield f"  {row.effective_on}  {row.item}  {row.status.value} {TERMS[row.status].zh}{ended}  {shown}"
        yield f"      {row.record}  entries {' '.join(map(str, row.entries))}"


def _write_lines(out: BinaryIO, lines: Iterable[str]) -> None:
    out.write("".join(f"{line}\n" for line in lines).encode())
