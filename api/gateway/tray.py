"""A table's way through its folder: ``inbox``, ``work/<ticket>``, then ``done/<ticket>`` or ``refused/<ticket>``.

A ticket is a folder with everything about one table, so that each step is one rename and never half done:

    000012-penalties.csv/
        ticket.json                  which file is the table; for a view, what it had been read up to
        penalties.csv                the table as it came
        penalties.csv.result.csv     what became of each row
        penalties.csv.faults         the refused rows, to be mended and put into the inbox
        receipts/1234.json           the proof of each entry
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from api.gateway.inbox import Look
from api.spreadsheet.reading import SUFFIX
from verify.strict import JsonValue

_NUMBERED: Final = re.compile(r"([0-9]{6,})-.*", re.DOTALL)
_TICKET: Final = "ticket.json"
_SHOWN_CHARACTERS: Final = 40
_MOST_NAME_BYTES: Final = 180
"""File systems take 255; our own files are named after the table."""


class Verdict(StrEnum):
    """Where a table goes."""

    DONE = "done"
    """Every row is in the log."""
    REFUSED = "refused"
    """Some rows are not, or the table could not be read: somebody has to look at it."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One table that was taken, wherever its folder is."""

    number: int
    folder: Path
    about: Mapping[str, JsonValue]

    @property
    def table(self) -> Path:
        """The table as it came."""
        return self.folder / str(self.about["table"])

    @property
    def readable(self) -> Path:
        """The table as the importer reads it: that of a workbook is made beside it."""
        return self.folder / f"{self.table.name}.csv" if self.table.suffix.lower() == SUFFIX else self.table

    def is_as_seen(self) -> bool:
        """Whether nobody has written in the table since it was found complete."""
        look = Look.at(self.table)
        return self.about.get("seen", [look.size, look.changed]) == [look.size, look.changed]

    @property
    def result(self) -> Path:
        """What became of each row."""
        return self.folder / f"{self.table.name}.result.csv"

    @property
    def faults(self) -> Path:
        """The refused rows."""
        return self.folder / f"{self.readable.name}.faults"

    @property
    def receipts(self) -> Path:
        """The folder of receipts."""
        return self.folder / "receipts"


class Tray:
    """The folders of one source; one process at a time works with them."""

    def __init__(self, folder: Path) -> None:
        self.inbox = folder
        self.work = folder / "work"
        for part in (self.work, *(folder / verdict for verdict in Verdict)):
            part.mkdir(parents=True, exist_ok=True)

    def tidy(self) -> None:
        """Throw away tickets that no table had come into when the process was killed; the table is where it was."""
        for folder in self.work.iterdir():
            if _ticket(folder) is None:
                shutil.rmtree(folder)

    def open_tickets(self) -> list[Ticket]:
        """What has been taken and not filed away, in its order."""
        return _tickets(self.work)

    def filed(self) -> list[Ticket]:
        """What lies in done and refused, in its order."""
        found = [ticket for verdict in Verdict for ticket in _tickets(self.inbox / verdict)]
        return sorted(found, key=lambda ticket: ticket.number)

    def largest(self) -> int:
        """The largest number on any ticket, as far as they are still there."""
        folders = [self.work, *(self.inbox / verdict for verdict in Verdict)]
        return max((_number(each) for folder in folders for each in folder.iterdir()), default=0)

    def claim(self, number: int, table: Path, seen: Look) -> Ticket | None:
        """Take a file out of the inbox as it was seen; None where somebody took it away since."""
        ticket = self.write_ticket(number, {"table": _short(table.name), "seen": [seen.size, seen.changed]})
        try:
            table.rename(ticket.table)
        except FileNotFoundError:
            shutil.rmtree(ticket.folder)
            return None
        _settle(ticket.folder, self.work, self.inbox)
        return ticket

    def give_back(self, ticket: Ticket) -> None:
        """Put a table into the inbox again because somebody writes in it; another may have its name by now."""
        target = self.inbox / ticket.table.name
        if target.exists():
            target = self.inbox / f"{ticket.number:06d}-{ticket.table.name}"
        ticket.table.rename(target)
        shutil.rmtree(ticket.folder)

    def write_ticket(self, number: int, about: Mapping[str, JsonValue]) -> Ticket:
        """Make the folder of a ticket; it counts once there is a table in it."""
        folder = self.work / f"{number:06d}-{str(about['table'])[:_SHOWN_CHARACTERS]}"
        folder.mkdir()
        write_durably(folder / _TICKET, json.dumps(about, ensure_ascii=False).encode())
        return Ticket(number, folder, about)

    def file_away(self, ticket: Ticket, verdict: Verdict) -> Path:
        """Move a ticket, with all there is in it, to where it belongs."""
        target = self.inbox / verdict / ticket.folder.name
        ticket.folder.rename(target)
        _settle(self.inbox / verdict, self.work)
        return target


def write_durably(path: Path, data: bytes) -> None:
    """Write a file that appears whole or not at all; its name is durable once its folder is."""
    part = path.with_name(f"{path.name}.part")
    with part.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def settle_ticket(ticket: Ticket) -> None:
    """Make durable which files a ticket has."""
    _settle(ticket.folder, *([ticket.receipts] if ticket.receipts.is_dir() else []))


def _settle(*folders: Path) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _tickets(folder: Path) -> list[Ticket]:
    found = [ticket for each in folder.iterdir() if (ticket := _ticket(each)) is not None]
    return sorted(found, key=lambda ticket: ticket.number)


def _ticket(folder: Path) -> Ticket | None:
    with suppress(OSError, ValueError):
        about = json.loads((folder / _TICKET).read_bytes())
        ticket = Ticket(_number(folder), folder, about)
        if ticket.number and ticket.table.is_file():
            return ticket
    return None


def _number(folder: Path) -> int:
    match = _NUMBERED.fullmatch(folder.name)
    return int(match[1]) if match else 0


def _short(name: str) -> str:
    """The name, or its beginning and its suffixes where it is so long that ours would not fit."""
    if len(name.encode()) <= _MOST_NAME_BYTES:
        return name
    return name[:_SHOWN_CHARACTERS] + "".join(Path(name).suffixes[-2:])[-_SHOWN_CHARACTERS:]
