"""A test bureau with a gateway: a folder with key, mapping, inbox and configuration; its clock is set by hand."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from api.gateway.config import load_config
from api.gateway.opening import open_gateway
from api.gateway.rounds import Chances, Gateway, Summary
from api.sampling.tables import write_sample
from ledger.domain.events import Erased
from ledger.home import write_secret
from projections.history import whole_history
from projections.publications import publications
from projections.records import RecordView, fold_records
from tests.ledger.harness import MARKET, Desk, query, randomness
from verify.note import VerifierKey
from verify.receipt import Receipt, verify_receipt

TODAY = date(2026, 11, 23)
SETTLE = 10.0
NUMBER = "行政处罚决定书文号"

Row = dict[str, str]


@dataclass
class Wall:
    """A clock that only moves while somebody sleeps, and what was said to people."""

    seconds: float = 0.0
    slept: list[float] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def chances(self) -> Chances:
        return Chances(lambda: self.seconds, self.sleep, lambda: 1.0, self.said.append, self.warned.append)


@dataclass
class Office:
    """The bureau's folder; `extra` is appended to the configuration."""

    folder: Path
    address: str
    extra: str = ""
    inbox_too: bool = True
    wall: Wall = field(default_factory=Wall)
    seed: int = field(default_factory=partial(next, count(1)))
    """Two offices have two numberings, so that their rows are different ones to a ledger."""

    def __post_init__(self) -> None:
        self.folder.mkdir()
        write_secret(self.folder / "bureau.key", MARKET.secret())
        self.configure(self.address)
        if self.inbox_too:
            self.inbox.mkdir()

    @property
    def config(self) -> Path:
        return self.folder / "gateway.toml"

    @property
    def inbox(self) -> Path:
        return self.folder / "penalties"

    def configure(self, address: str) -> None:
        """Write the configuration for a ledger at this address."""
        folder = '[[folder]]\nname = "penalties"\npath = "penalties"\nmapping = "penalties.toml"\n'
        text = f'[ledger]\nurl = "{address}"\n[department]\nkey = "bureau.key"\n'
        self.config.write_text(text + (folder if self.inbox_too else "") + self.extra, "utf-8")

    def penalties(self, number: int, *, seed: int = 1, bad_rows: bool = False) -> list[Row]:
        """Rows of made-up penalties, and the mapping of them beside the configuration."""
        sample = write_sample(
            self.folder / "sample",
            seed=seed,
            companies=7,
            penalties=number,
            licences=0,
            today=TODAY,
            bad_rows=bad_rows,
        )
        mapping = self.folder / "penalties.toml"
        mapping.write_bytes(sample.penalties_mapping.read_bytes())
        return cells(sample.penalties)

    @contextmanager
    def gateway(self, *, patience: float = 0.0, environment: Mapping[str, str] | None = None) -> Iterator[Gateway]:
        """A gateway as after a start."""
        with open_gateway(
            load_config(self.config),
            self.wall.chances(),
            environment=environment or {},
            now=lambda: datetime(2026, 11, 24, tzinfo=UTC),
            random=randomness(self.seed),
            patience=patience,
        ) as gateway:
            yield gateway

    def once(self, **more: object) -> Summary:
        """Start, take what is there, and end."""
        with self.gateway(**more) as gateway:  # type: ignore[arg-type]
            return gateway.once()

    def drop(self, name: str, rows: Sequence[Row]) -> None:
        """Put a table into the inbox, all at once."""
        write_cells(self.inbox / name, rows)

    def filed(self, verdict: str, path: str = "penalties") -> list[Path]:
        """The tickets in done or refused."""
        return sorted((self.folder / path / verdict).iterdir())

    def left(self, path: str = "penalties") -> list[str]:
        """What is still in the inbox or at work."""
        here = self.folder / path
        return sorted(each.name for each in [*(here / "work").iterdir(), *here.iterdir()] if each.name not in PARTS)


PARTS = {"work", "done", "refused"}


def cells(path: Path) -> list[Row]:
    """A CSV file as people see it."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write_cells(path: Path, rows: Sequence[Row]) -> None:
    """A CSV file as people save it."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def result(ticket: Path) -> list[Row]:
    """The result file of a ticket."""
    (path,) = ticket.glob("*.result.csv")
    return cells(path)


def outcomes(ticket: Path) -> list[str]:
    """What became of each row."""
    return [row["outcome"] for row in result(ticket)]


def proved(ticket: Path, log_key: VerifierKey) -> list[int]:
    """The entries of all rows, in their order; each has its receipt, which proves it."""
    entries = []
    for row in result(ticket):
        names = row["receipts"].split("; ") if row["receipts"] else []
        found = [verify_receipt(Receipt.parse((ticket / name).read_bytes()), log_key).header.seq for name in names]
        assert "; ".join(map(str, found)) == row["entries"]
        entries += found
    return entries


def size(desk: Desk) -> int:
    """How long the log is."""
    return int(str(query(desk.folder / "ledger.db", "SELECT size FROM head")[0][0]))


def views(desk: Desk, since: int = 0) -> list[RecordView]:
    """The records filed from an entry on, in the order of filing."""
    with desk.read() as ledger:
        items = publications(ledger.recorder, ledger.mapper)[0].items
        found = fold_records(whole_history(ledger.recorder, ledger.mapper), items).values()
    return [view for view in found if view.entries[0] >= since]


def values_of(view: RecordView) -> Mapping[str, Any]:
    """A record's fields."""
    assert not isinstance(view.values, Erased)
    return view.values


def numbers(desk: Desk, since: int = 0) -> list[str]:
    """The document numbers of the records filed from an entry on."""
    return [values_of(view)["CF_WSH"] for view in views(desk, since)]
